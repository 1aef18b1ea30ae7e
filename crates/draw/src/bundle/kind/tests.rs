//! What a bundle is follows from its names, and no set of names is two things.

use super::*;

const KINDS: [BundleKind; 4] = [
    BundleKind::Drawn,
    BundleKind::VoidRevealed,
    BundleKind::VoidFrozen,
    BundleKind::VoidPlanned,
];

fn all() -> Vec<Contents> {
    let mut all = Vec::new();
    for kind in KINDS {
        let plain = matches!(kind, BundleKind::VoidFrozen | BundleKind::VoidPlanned);
        for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
            if plain && stage != Stage::Public {
                continue;
            }
            let changes: &[u64] = match (kind, stage) {
                (BundleKind::Drawn, Stage::Public | Stage::Full) => &[0, 1, 12],
                _ => &[0],
            };
            all.extend(changes.iter().map(|changes| Contents {
                kind,
                stage,
                changes: *changes,
            }));
        }
    }
    all
}

fn of(names: &[String]) -> Result<Contents, Vec<Fault>> {
    Contents::of(names.iter().map(String::as_str))
}

#[test]
fn the_files_of_every_kind_and_stage_say_what_they_are() {
    for contents in all() {
        let mut files = contents.files();
        assert_eq!(of(&files).unwrap(), contents);
        files.reverse();
        let changes = (1..=contents.changes).map(|n| format!("change-{n}"));
        let logged = contents.kind.logged(contents.stage).into_iter();
        for record in logged.map(str::to_owned).chain(changes) {
            files.push(format!("{record}.entry"));
            assert!(of(&files).is_err(), "half a receipt of {record}");
            files.push(format!("{record}.proof"));
        }
        assert_eq!(
            of(&files).unwrap(),
            contents,
            "receipts may stand in every stage"
        );
    }
}

#[test]
fn a_missing_strange_repeated_or_later_file_is_refused_or_makes_another_whole_bundle() {
    for contents in all() {
        let files = contents.files();
        for at in 0..files.len() {
            let mut less = files.clone();
            less.remove(at);
            if let Ok(other) = of(&less) {
                // What is left is another whole bundle, which a record in it contradicts: OPEN counts
                // one change more or names a VOID, VOID names a FREEZE or a REVEAL.
                let right = match (contents.kind, files[at].as_str()) {
                    (BundleKind::Drawn, _) => other.changes + 1 == contents.changes,
                    (BundleKind::VoidRevealed, "void.txt") => other.kind == BundleKind::Drawn,
                    (BundleKind::VoidRevealed, "reveal.txt") => {
                        other.kind == BundleKind::VoidFrozen
                    }
                    (BundleKind::VoidFrozen, "freeze.txt") => other.kind == BundleKind::VoidPlanned,
                    _ => false,
                };
                assert!(right, "{} of {contents:?}", files[at]);
            }
            let mut twice = files.clone();
            twice.push(files[at].clone());
            assert!(of(&twice).is_err());
        }
        for name in [
            "x.txt",
            "change-0.txt",
            "change-01.txt",
            "change-14.txt",
            "result.sig",
            "void.entry",
            "change-13.entry",
        ] {
            let mut more = files.clone();
            more.push(name.to_owned());
            assert!(of(&more).is_err(), "{name}");
        }
    }
}

#[test]
fn the_result_a_void_attempt_would_have_had_has_no_receipt() {
    let kind = BundleKind::VoidRevealed;
    assert!(!kind.logged(Stage::Full).contains(&"result"));
    assert!(BundleKind::Drawn.logged(Stage::Sealed).contains(&"result"));
    assert!(!BundleKind::Drawn.logged(Stage::Sealed).contains(&"open"));
}
