//! The law of kept states: what a version writes stands beside its samples, name by name. A field or a name that is
//! added, renamed or taken away, also one that no text has to say, is a new version with samples of its own.
//!
//! No database: the types tell it themselves, and the source tells that none is forgotten.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use app::drawing::{FIGURES, FREEZE_ORDER};
use app::import::STAGED_ROWS;
use app::job::OUTCOME;
use app::staging::{BAD_ROWS, ERRORS_ORDER, STEP_ORDER, SUMMARY};
use app::subject::export::EXPORT_ORDER;
use domain::campaign::{plan, state};
use domain::versioned::Shape;
use domain::{catalog, inspection, inspector, publication, rulebook, subject};
use serde::Serialize;
use serde::de::DeserializeOwned;
use testkit::outline::Outline;

fn crates() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap().to_owned()
}

fn kept_at(krate: &str, version: u64, name: &str, ending: &str) -> PathBuf {
    let file = format!("{}.{ending}", name.replace(' ', "-"));
    crates().join(format!("{krate}/samples/{version}/{file}"))
}

/// Every sample of every version is read, and told as the version of today writes it.
fn told<T>(krate: &str, shape: &Shape<T>, wrong: &mut Vec<String>) -> &'static str
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let (name, today) = (shape.name(), shape.version());
    let mut outline = Outline::default();
    for version in 1..=today {
        let file = kept_at(krate, version, name, "jsonl");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if text.is_empty() {
            wrong.push(format!("{name}: no sample of version {version}"));
        }
        for line in text.lines() {
            let state = shape.read(line);
            let state = state.unwrap_or_else(|why| panic!("{name} {version}: {why}: {line}"));
            let again = shape.write(&state).unwrap();
            assert_eq!(shape.read(&again).as_ref(), Ok(&state), "{line}");
            // The first version may have been written before texts said theirs.
            assert!(again == line || version < today || today == 1, "{line}");
            outline.take(&state, &again, |text| {
                let read = shape.read(text);
                read.map(drop).map_err(|why| why.to_string())
            });
        }
    }
    for field in outline.unfilled() {
        wrong.push(format!("{name}: no sample fills {field}"));
    }
    let file = kept_at(krate, today, name, "keys");
    let stands = std::fs::read_to_string(file).unwrap_or_default();
    if stands != outline.to_string() {
        wrong.push(format!(
            "{name}: version {today} is not made of this any more. What is kept changed: it needs a version {} with \
             samples and a reader for this one. Only a Rust name changed: samples/{today}/{name}.keys becomes\n{outline}",
            today + 1
        ));
    }
    name
}

#[test]
fn what_a_kept_state_is_made_of_changes_only_with_its_version() {
    let wrong = &mut Vec::new();
    let names = [
        told("domain", &state::LIFE, wrong),
        told("domain", &plan::PLAN, wrong),
        told("domain", &inspection::VISIT, wrong),
        told("domain", &inspection::STRATA, wrong),
        told("domain", &inspection::TEAM, wrong),
        told("domain", &catalog::TERMS, wrong),
        told("domain", &publication::CONTENT, wrong),
        told("domain", &publication::TOMBSTONE, wrong),
        told("domain", &rulebook::PARAMETERS_KEPT, wrong),
        told("domain", &subject::POOLS, wrong),
        told("domain", &inspector::SCOPE, wrong),
        told("app", &FIGURES, wrong),
        told("app", &SUMMARY, wrong),
        told("app", &STAGED_ROWS, wrong),
        told("app", &BAD_ROWS, wrong),
        told("app", &OUTCOME, wrong),
        told("app", &EXPORT_ORDER, wrong),
        told("app", &FREEZE_ORDER, wrong),
        told("app", &STEP_ORDER, wrong),
        told("app", &ERRORS_ORDER, wrong),
    ];
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: BTreeSet<&str> = names.into();
    let declared = declared();
    assert_eq!(names, declared.iter().map(String::as_str).collect());
}

/// The name of every shape in the source of the product.
fn declared() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders: Vec<PathBuf> = ["domain", "store", "app", "exchange", "web", "server"]
        .map(|krate| crates().join(krate).join("src"))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                for after in text.split("Shape::new(").skip(1) {
                    names.insert(after.split('"').nth(1).unwrap().to_owned());
                }
            }
        }
    }
    names
}
