//! Bundles of `shuang/2` of every kind get the exit code of SPEC-draw §8.2, and the verdict says what it
//! made, what it left, and which steps the rule demands.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../draw/tests/common/attempt.rs"]
mod attempt;
#[path = "../../draw/tests/common/mod.rs"]
mod common;
#[path = "../../draw/tests/common/forger.rs"]
mod forger;
mod two_support;

use draw::record::two::ChangeRecord;
use draw::{Suite, Version};
use forger::{borrowing, description, edit, follow, hash, made, staged};
use serde_json::{Value, json};
use tlog::note::KeyKind;
use tlog::{Entry, EntryType, Hash, KeyRotation, LogKeys, SignerKey, VerifierKey};
use two_support::{
    Files, LOG, ROUND_1000, Stage, by_drand, every_kind, judged, lines, log_into, log_key, logged,
    planned, signer, source, verdict, void, wrong,
};
use verify::{Company, LogStanding, Outcome, Shown, Verdict};

#[test]
fn every_kind_is_right_so_far_without_log_proofs_and_complete_with_them_unless_sealed() {
    for (name, files) in every_kind() {
        let bare = verdict(&files, None);
        assert_eq!(
            (bare.exit(), wrong(&bare)),
            (3, vec![]),
            "{name} {:?}",
            bare.checks
        );
        assert_eq!(bare.version, Some(Version::Two));
        assert_eq!(bare.log, LogStanding::Missing);
        let unsigned = verdict(&logged(&files), None);
        assert_eq!((unsigned.exit(), wrong(&unsigned)), (3, vec![]), "{name}");
        assert_eq!(unsigned.log, LogStanding::Unsigned);
        let signed = verdict(&logged(&files), Some(log_key()));
        let sealed = signed.stage == Some(verify::Stage::Sealed);
        assert_eq!(
            wrong(&signed),
            Vec::<&str>::new(),
            "{name} {:?}",
            signed.checks
        );
        assert_eq!(signed.exit(), if sealed { 3 } else { 0 }, "{name}");
        assert_eq!(signed.log, LogStanding::Signed, "{name}");
    }
}

#[test]
fn a_missing_file_and_one_of_a_later_stage_are_unreadable() {
    for (name, files) in every_kind() {
        for file in files.keys() {
            let mut fewer = files.clone();
            fewer.remove(file);
            let exit = verdict(&fewer, None).exit();
            // Without its last change a bundle is that of one change fewer, which OPEN contradicts;
            // without VOID an opened bundle looks drawn, and without REVEAL or FREEZE a void one looks
            // void before it, which VOID contradicts.
            let void = files.contains_key("void.txt");
            let another = file.starts_with("change-")
                || file == "void.txt"
                || (void && matches!(file.as_str(), "reveal.txt" | "freeze.txt"));
            let expected: &[u8] = if another { &[1, 2] } else { &[2] };
            assert!(expected.contains(&exit), "{name} without {file}: {exit}");
        }
        let mut more = files.clone();
        more.insert("readme.txt".to_owned(), b"x\n".to_vec());
        assert_eq!(verdict(&more, None).exit(), 2, "{name}");
    }
    let whole = made(&description());
    let (sealed, full) = (staged(&whole, Stage::Sealed), staged(&whole, Stage::Full));
    for (file, bytes) in full.iter().filter(|(file, _)| !sealed.contains_key(*file)) {
        let mut more = sealed.clone();
        more.insert(file.clone(), bytes.clone());
        assert_eq!(verdict(&more, None).exit(), 2, "sealed with {file}");
    }
}

#[test]
fn one_receipt_less_is_right_so_far_but_a_change_needs_none() {
    let files = staged(&made(&description()), Stage::Full);
    let all = logged(&files);
    for (record, _) in lines(&files) {
        let mut fewer = all.clone();
        fewer.remove(&format!("{record}.entry"));
        fewer.remove(&format!("{record}.proof"));
        let verdict = verdict(&fewer, Some(log_key()));
        let named_by_open = record.starts_with("change-");
        assert_eq!(
            verdict.exit(),
            if named_by_open { 0 } else { 3 },
            "{record}"
        );
        assert_eq!(wrong(&verdict), Vec::<&str>::new());
        let account = verdict.account.unwrap();
        let shown = account.steps.iter().map(|step| step.shown);
        assert_eq!(
            shown.filter(|shown| *shown == Shown::Recorded).count(),
            1,
            "{record}"
        );
    }
}

#[test]
fn half_a_receipt_and_one_that_does_not_parse_are_unreadable() {
    let all = logged(&staged(&made(&description()), Stage::Public));
    for record in ["plan", "reveal", "change-1", "open"] {
        for ending in ["entry", "proof"] {
            let name = format!("{record}.{ending}");
            let mut half = all.clone();
            let bytes = half.remove(&name).unwrap();
            assert_eq!(verdict(&half, Some(log_key())).exit(), 2, "without {name}");
            let mut broken = all.clone();
            broken.insert(name.clone(), bytes[..bytes.len() - 1].to_vec());
            assert_eq!(verdict(&broken, Some(log_key())).exit(), 2, "{name} cut");
        }
    }
    // seed.txt is no record, nor is a RESULT that only would have been.
    let mut more = all.clone();
    for ending in ["entry", "proof"] {
        more.insert(
            format!("seed.{ending}"),
            all[&format!("plan.{ending}")].clone(),
        );
    }
    assert_eq!(verdict(&more, Some(log_key())).exit(), 2);
    // What is unreadable and contradictory is unreadable: everything is read first.
    let mut both = all;
    edit(&mut both, "teams.txt", |lines| lines.swap(0, 1));
    both.insert("open.proof".to_owned(), b"nothing\n".to_vec());
    assert_eq!(verdict(&both, Some(log_key())).exit(), 2);
}

#[test]
fn an_entry_of_another_type_record_or_log_contradicts() {
    let files = staged(&made(&description()), Stage::Public);
    let right = planned(&files, &lines(&files));
    let all = logged(&files);
    for at in 0..right.len() {
        let record = right[at].record.clone();
        let mut other = planned(&files, &lines(&files));
        other[at].kind = match other[at].kind {
            EntryType::Publish => EntryType::Open,
            _ => EntryType::Publish,
        };
        let mut typed = files.clone();
        log_into(&mut typed, LOG, &other);
        let found = verdict(&typed, None);
        assert_eq!(
            (found.exit(), wrong(&found)),
            (1, vec!["VRFY-520"]),
            "{record}"
        );
        let mut other = planned(&files, &lines(&files));
        other[at].hash = Hash::of(b"another record");
        let mut named = files.clone();
        log_into(&mut named, LOG, &other);
        assert_eq!(wrong(&verdict(&named, None)), ["VRFY-520"], "{record}");
        // The entry of another place in the same log.
        let mut moved = all.clone();
        let next = &right[(at + 1) % right.len()].record;
        moved.insert(
            format!("{record}.proof"),
            all[&format!("{next}.proof")].clone(),
        );
        assert!(
            wrong(&verdict(&moved, None)).contains(&"VRFY-520"),
            "{record}"
        );
    }
}

#[test]
fn a_proof_of_another_log_or_of_nobody_contradicts() {
    let files = staged(&made(&description()), Stage::Public);
    let right = planned(&files, &lines(&files));
    let all = logged(&files);
    let mut strange = files.clone();
    log_into(&mut strange, "log.example.elsewhere/2026", &right);
    assert_eq!(
        verdict(&strange, Some(log_key())).exit(),
        1,
        "another log than the key's"
    );
    assert_eq!(verdict(&strange, None).exit(), 3);
    // A checkpoint without a signature of its own log is nobody's statement, key or no key.
    for forged in [
        "— log.example.city/2026 AAAAAAAA",
        "— log.example.other/2026 ",
    ] {
        let mut nobody = all.clone();
        let proof = String::from_utf8(nobody["plan.proof"].clone()).unwrap();
        let (head, line) = proof.rsplit_once("— ").unwrap();
        let line = match forged.ends_with(' ') {
            true => format!("{forged}{}", line.split_once(' ').unwrap().1),
            false => format!("{forged}\n"),
        };
        nobody.insert(
            "plan.proof".to_owned(),
            format!("{head}{line}").into_bytes(),
        );
        assert_eq!(wrong(&verdict(&nobody, None)), ["VRFY-520"], "{forged}");
    }
}

#[test]
fn of_two_logs_each_record_that_the_key_does_not_vouch_for_is_named_and_a_log_left_gets_nothing_more()
 {
    let files = staged(&made(&description()), Stage::Public);
    let right = planned(&files, &lines(&files));
    // One key cannot vouch for both, and how they are joined no bundle shows.
    let mut joined = files.clone();
    let (old, new) = right.split_at(3);
    log_into(&mut joined, "log.example.elsewhere/2025", old);
    log_into(&mut joined, LOG, new);
    let found = verdict(&joined, Some(log_key()));
    assert_eq!((found.exit(), wrong(&found)), (3, vec![]));
    assert!(
        found
            .not_checked
            .iter()
            .any(|words| words.contains("restart"))
    );
    // Each record of the other log is named as not held against the key that was given, and no record else.
    let unheld = |record: &str| {
        let words = format!("{record}.txt 的日志证明没有用给出的公钥核对");
        found
            .not_checked
            .iter()
            .any(|line| line.starts_with(&words))
    };
    let (before, after) = (
        ["plan", "freeze", "reveal"].map(unheld),
        ["result", "open"].map(unheld),
    );
    assert_eq!((before, after), ([true; 3], [false; 2]));
    // A log that was left for another one gets nothing more.
    let (mut back, mut later) = (joined.clone(), lines(&files));
    let freeze = later.drain(..3).nth(1).unwrap();
    later.insert(0, freeze);
    log_into(&mut back, LOG, &planned(&files, &later));
    let contradicted = wrong(&verdict(&back, None));
    assert!(
        !contradicted.is_empty() && contradicted.iter().all(|code| *code == "VRFY-521"),
        "{contradicted:?}"
    );
}

#[test]
fn records_out_of_order_in_the_log_and_intervals_not_kept_contradict() {
    let mut json = description();
    let mut second = json["changes"][0].clone();
    second["person"] = "F7".into();
    json["changes"].as_array_mut().unwrap().push(second);
    json["freeze_seconds"] = 3600.into();
    let files = staged(&made(&json), Stage::Public);
    let right = lines(&files);
    let of = |lines: &[(String, u64)]| {
        let mut files = files.clone();
        let planned = planned(&files, lines);
        log_into(&mut files, LOG, &planned);
        let verdict = verdict(&files, Some(log_key()));
        (verdict.exit(), wrong(&verdict))
    };
    assert_eq!(of(&right), (0, vec![]));
    for at in 1..right.len() {
        let mut turned = right.clone();
        turned.swap(at - 1, at);
        let (exit, codes) = of(&turned);
        assert_eq!(exit, 1, "{turned:?}");
        assert!(codes.contains(&"VRFY-521"), "{codes:?}");
    }
    for (record, late) in [
        ("plan", 1i64),
        ("freeze", 1),
        ("reveal", -1),
        ("result", -1),
    ] {
        let mut times = right.clone();
        let line = times.iter_mut().find(|line| line.0 == record).unwrap();
        line.1 = line.1.checked_add_signed(late).unwrap();
        assert_eq!(of(&times), (1, vec!["VRFY-522"]), "{record}");
    }
    // No record claims to be older than one it follows, further than two clocks differ.
    for (at, exit) in [(60, 0), (61, 1)] {
        for record in ["change-1", "open"] {
            let mut times = right.clone();
            let place = times.iter().position(|line| line.0 == record).unwrap();
            let before = times[place - 1].1;
            for line in &mut times[..place] {
                // What stands before the beacon has its own bounds.
                line.1 += match line.0.as_str() {
                    "plan" | "freeze" | "reveal" => 0,
                    _ => 10_000,
                };
            }
            let moved = times[place - 1].1 - before;
            for line in &mut times[place..] {
                line.1 = before + moved - at;
            }
            assert_eq!(of(&times).0, exit, "{record} {at}");
        }
    }
}

#[test]
fn a_nonce_of_another_attempt_is_a_contradiction_and_a_missing_number_is_said() {
    let numbered = |attempt: u32, nonce: &str| {
        let mut json = description();
        json["attempt"] = attempt.into();
        json["S"] = hash(&format!("secret {attempt}")).into();
        json["parties"][0][1] = hash(nonce).into();
        json["absent_nonce"]["justice"] = hash(&format!("absent {attempt}")).into();
        staged(&made(&json), Stage::Public)
    };
    let (first, third) = (numbered(1, "a"), numbered(3, "a"));
    let fresh = numbered(3, "c");
    let beside = |files: &Files, others: &[&Files]| {
        let earlier: Vec<_> = others.iter().map(|files| source(files)).collect();
        let company = Company {
            earlier: &earlier,
            borrowed: &[],
        };
        judged(files, &company, None)
    };
    let used = beside(&third, &[&first]);
    assert_eq!((used.exit(), wrong(&used)), (1, vec!["VRFY-531"]));
    let good = beside(&fresh, &[&first]);
    assert_eq!(good.exit(), 3);
    assert!(
        good.not_checked
            .iter()
            .any(|words| words.contains("没有第 2 次抽取"))
    );
    let whole = beside(&fresh, &[&first, &numbered(2, "b")]);
    assert!(
        !whole
            .not_checked
            .iter()
            .any(|words| words.contains("没有第"))
    );
    // Two texts of one attempt.
    let two = beside(&third, &[&fresh]);
    assert_eq!(
        (two.exit(), two.checks.last().unwrap().outcome),
        (1, Outcome::Wrong)
    );
    assert_eq!(beside(&third, &[&third]).exit(), 3, "the same once more");
    // Alone, a later attempt says that nothing was compared; the first has nothing before it.
    let alone = beside(&fresh, &[]);
    assert!(
        alone
            .not_checked
            .iter()
            .any(|words| words.contains("--earlier"))
    );
    let alone = beside(&first, &[]);
    assert!(
        !alone
            .not_checked
            .iter()
            .any(|words| words.contains("--earlier"))
    );
    // A bundle of the company that does not read makes the whole unreadable.
    let mut broken = first.clone();
    broken.remove("reveal.txt");
    assert_eq!(beside(&fresh, &[&broken]).exit(), 2);
}

/// Four of the five inspectors of one kind withdraw, a borrowed frame fills the places, one more change
/// follows.
fn extended() -> Value {
    let mut json = description();
    let first = json["changes"][0].clone();
    let leave = |person: &str| {
        let mut change = first.clone();
        change["person"] = person.into();
        change
    };
    let mut changes: Vec<Value> = ["F1", "F2", "F3", "F4"].map(leave).into();
    let mut extend = borrowing(true)["changes"][0].clone();
    extend["closed"] = json!([2]);
    changes.push(extend);
    changes.push(leave("F5"));
    json["changes"] = changes.into();
    json["parts"] = json!([]);
    json
}

/// The bundle of the frame the fifth change borrows from.
fn borrowed_frame(made: &attempt::Made) -> Files {
    let inside = made.files.iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix("borrowed-5/")?;
        Some((name.to_owned(), bytes.clone()))
    });
    inside.collect()
}

fn with_borrowed(files: &Files, borrowed: &[Files]) -> Verdict {
    let borrowed: Vec<_> = borrowed.iter().map(source).collect();
    let company = Company {
        earlier: &[],
        borrowed: &borrowed,
    };
    judged(files, &company, None)
}

fn says_unchecked(verdict: &Verdict, words: &str) -> bool {
    verdict.not_checked.iter().any(|said| said.contains(words))
}

#[test]
fn an_extend_is_recomputed_from_the_borrowed_bundle_and_named_without_it() {
    let made = made(&extended());
    let files = staged(&made, Stage::Full);
    let frame = borrowed_frame(&made);
    let alone = verdict(&frame, None);
    assert_eq!(
        (alone.exit(), wrong(&alone)),
        (3, vec![]),
        "a borrowed frame is a bundle of its own"
    );
    let named = with_borrowed(&files, &[]);
    assert_eq!(named.exit(), 3);
    assert!(says_unchecked(&named, "末 2 项变更没有重算"));
    let whole = with_borrowed(&files, std::slice::from_ref(&frame));
    assert_eq!(
        (whole.exit(), wrong(&whole)),
        (3, vec![]),
        "{:?}",
        whole.checks
    );
    assert!(!says_unchecked(&whole, "--borrowed"));
    let public = staged(&made, Stage::Public);
    let beside = with_borrowed(&public, std::slice::from_ref(&frame));
    assert!(says_unchecked(&beside, "变更没有由增补名录重算"));
}

/// What the last line says of the changes: how many, how many of them were recomputed, and why not all.
fn told_of_changes(verdict: &Verdict) -> String {
    let [_, technical] = verdict.closing();
    let told = technical.rsplit_once("；变更 ");
    told.map_or(String::new(), |(_, told)| format!("变更 {told}"))
}

/// Whether the verdict says that changes were recomputed and hold.
fn calls_changes_right(verdict: &Verdict) -> bool {
    let mut checks = verdict.checks.iter();
    checks.any(|check| check.outcome == Outcome::Right && check.what.starts_with("变更由规则重算"))
}

#[test]
fn the_verdict_counts_the_changes_it_recomputed_and_says_why_not_the_others() {
    let made = made(&extended());
    let files = staged(&made, Stage::Full);
    let frame = borrowed_frame(&made);
    let mut false_frame = frame.clone();
    edit(&mut false_frame, "inspectors.order", |lines| {
        lines.swap(0, 1);
    });
    let another = staged(&forger::made(&description()), Stage::Full);
    let sealed = |frame: &Files| -> Files {
        let kept = frame.iter().filter(|(name, _)| {
            ["plan", "freeze", "reveal", "seed", "result"].contains(&name.trim_end_matches(".txt"))
        });
        let kept = kept.map(|(name, bytes)| (name.clone(), bytes.clone()));
        kept.collect()
    };
    let from = "变更 6 项，由规则重算相同 4 项，从第 5 项起没有重算：";
    for (given, due) in [
        (vec![], format!("{from}没有给出所指增补名录的完整案卷。")),
        (
            vec![another.clone()],
            format!("{from}给出的案卷都不是所指的增补名录。"),
        ),
        (
            vec![sealed(&frame)],
            format!("{from}所指增补名录给出的案卷没有 S 和名录。"),
        ),
        (
            vec![false_frame],
            format!("{from}所指增补名录的案卷有矛盾。"),
        ),
        (
            vec![another, frame],
            "变更 6 项，由规则重算相同 6 项。".to_owned(),
        ),
    ] {
        let verdict = with_borrowed(&files, &given);
        assert_eq!(told_of_changes(&verdict), due);
        assert!(
            calls_changes_right(&verdict),
            "four of them follow from the frame of the attempt"
        );
    }
}

#[test]
fn changes_of_which_none_was_recomputed_are_not_called_right() {
    // The first of all is an EXTEND; and a frame from which nothing of the attempt follows.
    let joined = staged(&made(&borrowing(true)), Stage::Full);
    let mut unfounded = staged(&made(&extended()), Stage::Full);
    edit(&mut unfounded, "recusals.tsv", |lines| {
        assert!(lines.pop().is_some());
    });
    for (files, exit, due) in [
        (
            joined,
            3,
            "变更 1 项，由规则重算相同 0 项，从第 1 项起没有重算：没有给出所指增补名录的完整案卷。",
        ),
        (
            unfounded,
            1,
            "变更 6 项，由规则重算相同 0 项，从第 1 项起没有重算：前面已有矛盾。",
        ),
    ] {
        let verdict = verdict(&files, None);
        assert_eq!(
            (verdict.exit(), told_of_changes(&verdict).as_str()),
            (exit, due)
        );
        assert!(!calls_changes_right(&verdict));
        let [_, technical] = verdict.closing();
        let held = technical.split('；').find(|part| part.starts_with("相符"));
        assert!(!held.unwrap().contains("变更重算"), "{technical}");
    }
}

#[test]
fn nobody_comes_from_a_borrowed_frame_that_is_void() {
    let made = made(&extended());
    let files = staged(&made, Stage::Full);
    let mut frame = borrowed_frame(&made);
    let bytes = |frame: &Files, name: &str| Suite::Sha256.bytes(&frame[name]).to_string();
    let reveal = String::from_utf8(frame["reveal.txt"].clone()).unwrap();
    let attempt: String = reveal.split_inclusive('\n').skip(1).take(3).collect();
    let reveal = bytes(&frame, "reveal.txt");
    let paper = hash("paper");
    let void = format!(
        "shuang/2 void\n{attempt}reveal {reveal}\nreason flood\napprover {paper}\ndocument {paper}\n"
    );
    frame.insert("void.txt".to_owned(), void.into_bytes());
    let (void, would) = (bytes(&frame, "void.txt"), bytes(&frame, "result.txt"));
    edit(&mut frame, "open.txt", |lines| {
        assert_eq!(lines[4], format!("result {would}"));
        lines[4] = format!("void {void}\nwould {would}");
    });
    let alone = verdict(&frame, None);
    assert_eq!(
        (alone.exit(), wrong(&alone)),
        (3, vec![]),
        "{:?}",
        alone.checks
    );
    assert_eq!(wrong(&with_borrowed(&files, &[frame])), ["VRFY-519"]);
}

#[test]
fn a_forged_or_foreign_borrowed_frame_is_seen() {
    let made = made(&extended());
    let files = staged(&made, Stage::Full);
    let frame = borrowed_frame(&made);
    // A forger lets somebody else come in: only the borrowed frame shows it.
    let mut forged = files.clone();
    let mut record = ChangeRecord::parse(&forged["change-5.txt"]).unwrap();
    assert!(record.moves.len() > 1);
    let free = record
        .moves
        .iter()
        .position(|line| line.new.is_some())
        .unwrap();
    record.moves[free].new = None;
    forged.insert("change-5.txt".to_owned(), record.to_string().into_bytes());
    follow(&mut forged);
    assert!(wrong(&with_borrowed(&forged, std::slice::from_ref(&frame))).contains(&"VRFY-519"));
    // A frame no change names is not used; one that does not hold contradicts.
    let stranger = with_borrowed(
        &staged(&forger::made(&description()), Stage::Full),
        std::slice::from_ref(&frame),
    );
    assert!(says_unchecked(&stranger, "没有引用"));
    let mut wrong_frame = frame.clone();
    edit(&mut wrong_frame, "inspectors.order", |lines| {
        lines.swap(0, 1);
    });
    assert!(wrong(&with_borrowed(&files, &[wrong_frame])).contains(&"VRFY-519"));
    let sealed: Files = frame
        .into_iter()
        .filter(|(name, _)| {
            ["plan", "freeze", "reveal", "seed", "result"]
                .iter()
                .any(|x| *name == format!("{x}.txt"))
        })
        .collect();
    let less = with_borrowed(&files, &[sealed]);
    assert!(says_unchecked(&less, "末 2 项变更没有重算"));
}

#[test]
fn the_verdict_ends_in_the_steps_the_rule_demands_and_the_checks_that_were_made() {
    let closing = |files: &Files, key| verdict(files, key).closing();
    let sealed = staged(&made(&description()), Stage::Sealed);
    let [steps, checks] = closing(&sealed, None);
    assert_eq!(
        steps,
        "办理步骤：方案有记录，没有日志证明；冻结有记录，没有日志证明；揭示有记录，没有日志证明；\
         抽取有记录，没有日志证明；公开还没有记录。"
    );
    assert!(checks.starts_with(
        "技术核对：做了 6 项；相符的有方案与冻结、冻结公告、揭示、种子、可信等级、结果"
    ));
    assert!(checks.contains("没有做的有"), "{checks}");
    let public = logged(&staged(&made(&description()), Stage::Public));
    let [steps, _] = closing(&public, Some(log_key()));
    assert_eq!(
        steps.matches("有记录，已证明记入日志").count(),
        6,
        "{steps}"
    );
    assert!(steps.contains("第 1 项变更有记录"));
    let planned = logged(&staged(&made(&void("freeze", true)), Stage::Public));
    let [steps, checks] = closing(&planned, Some(log_key()));
    assert_eq!(
        steps,
        "办理步骤：方案有记录，已证明记入日志；作废有记录，已证明记入日志。"
    );
    assert!(
        checks.contains("作废") && checks.contains("日志次序"),
        "{checks}"
    );
    let mut forged = staged(&made(&description()), Stage::Public);
    edit(&mut forged, "teams.txt", |lines| lines.swap(0, 1));
    let [_, checks] = closing(&forged, None);
    assert!(checks.contains("不符的有文件摘要、检查组"), "{checks}");
    let mut unread = sealed;
    unread.remove("seed.txt");
    assert_eq!(
        closing(&unread, None),
        [
            "办理步骤：读不了，没有判断。",
            "技术核对：读不了，没有核对。"
        ]
    );
}

#[test]
fn the_levels_announced_reached_and_proven_are_told_apart() {
    let levels = |json: &Value| {
        let verdict = verdict(&staged(&made(json), Stage::Sealed), None);
        let account = verdict.account.unwrap();
        [account.announced, verdict.level, account.proven].map(|level| level.map(|l| l.number()))
    };
    // Two parties of whom one is silent, dice of twenty digits and a lottery.
    let mut json = description();
    assert_eq!(levels(&json), [Some(2), Some(1), Some(0)]);
    json["parties"][1][1] = hash("two").into();
    assert_eq!(levels(&json), [Some(2), Some(2), Some(1)]);
    let mut silent = void("result", true);
    silent["beacon"][3] = Value::Null;
    assert_eq!(levels(&silent), [Some(2), None, Some(0)]);
}

#[test]
fn a_drand_value_is_verified_and_counts_for_the_level_proven() {
    let of = |stage, value: &str| {
        let mut json = description();
        by_drand(&mut json, value);
        verdict(&staged(&made(&json), stage), None)
    };
    let proven = |verdict: &Verdict| {
        let account = verdict.account.as_ref();
        account.unwrap().proven.map(|level| level.number())
    };
    for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
        let right = of(stage, ROUND_1000);
        assert_eq!((right.exit(), wrong(&right)), (3, vec![]));
        // One of the two parties was silent.
        assert_eq!(proven(&right), Some(1));
        let signed = right.checks.iter().find(|check| check.code == "VRFY-505");
        assert_eq!(signed.unwrap().outcome, Outcome::Right);
        let technical = right.closing()[1].clone();
        let held = technical.split('；').find(|part| part.starts_with("相符"));
        assert!(held.unwrap().contains("drand 的签名"), "{technical}");
        assert!(!says_unchecked(&right, "公共随机源"));

        let false_value = of(stage, &ROUND_1000.replace("5e39", "5e38"));
        assert_eq!(
            (false_value.exit(), wrong(&false_value)),
            (1, vec!["VRFY-505"])
        );
        assert_eq!(proven(&false_value), Some(0));
        let technical = false_value.closing()[1].clone();
        assert!(technical.contains("不符的有drand 的签名"), "{technical}");
    }
    let mut json = description();
    by_drand(&mut json, ROUND_1000);
    json["parties"][1][1] = hash("two").into();
    assert_eq!(
        proven(&verdict(&staged(&made(&json), Stage::Sealed), None)),
        Some(2)
    );
}

#[test]
fn a_signature_of_another_beacon_than_announced_proves_nothing() {
    let mut json = description();
    by_drand(&mut json, ROUND_1000);
    let mut files = staged(&made(&json), Stage::Sealed);
    // Round 1000 is signed, and FREEZE had announced the next one.
    edit(&mut files, "freeze.txt", |lines| {
        let last = lines.last_mut().unwrap();
        *last = last.replace(" 1000 1692806364", " 1001 1692806367");
    });
    let verdict = verdict(&files, None);
    assert!(wrong(&verdict).contains(&"VRFY-504"));
    assert!(!wrong(&verdict).contains(&"VRFY-505"));
    let proven = verdict.account.unwrap().proven;
    assert_eq!(proven.map(|level| level.number()), Some(0));
}

#[test]
fn a_borrowed_frame_with_a_value_its_beacon_did_not_sign_does_not_hold() {
    let of = |value: &str| {
        let mut json = extended();
        by_drand(&mut json["changes"][4]["attempt"], value);
        let made = made(&json);
        with_borrowed(&staged(&made, Stage::Full), &[borrowed_frame(&made)])
    };
    let right = of(ROUND_1000);
    assert_eq!((right.exit(), wrong(&right)), (3, vec![]));
    let false_value = of(&ROUND_1000.replace("5e39", "5e38"));
    assert_eq!(wrong(&false_value), ["VRFY-519"]);
}

#[test]
fn a_file_that_begins_with_a_byte_order_mark_is_named() {
    for (name, files) in every_kind() {
        let files = logged(&files);
        for file in files.keys() {
            let mut marked = files.clone();
            marked.insert(file.clone(), [b"\xef\xbb\xbf", &files[file][..]].concat());
            let verdict = verdict(&marked, Some(log_key()));
            let said = verdict.checks.last().unwrap();
            assert_eq!(
                (verdict.exit(), said.code),
                (2, "VRFY-010"),
                "{name} {file}"
            );
            assert_eq!(said.what, *file, "{name}");
            assert!(said.detail.contains("文件开头有字节顺序标记"));
        }
    }
}

#[test]
fn a_bundle_just_written_is_that_of_its_draw() {
    let whole = made(&description());
    let drawn = whole.drawn.as_ref().unwrap();
    let files = staged(&whole, Stage::Full);
    let exit = |files: &Files| {
        verify::verify_written(&source(files), drawn, &verify::Options::default()).exit()
    };
    assert_eq!(exit(&files), 3);
    let mut json = description();
    json["S"] = hash("another").into();
    assert_eq!(
        exit(&staged(&made(&json), Stage::Full)),
        1,
        "right, and of another draw"
    );
}

#[test]
fn an_entry_is_judged_by_the_very_bytes_that_are_hashed() {
    let mut files = logged(&staged(&made(&description()), Stage::Public));
    let text = String::from_utf8(files["plan.entry"].clone()).unwrap();
    let entry = Entry::parse(&text).unwrap();
    let later = text.replace(&entry.time().to_string(), &(entry.time() - 1).to_string());
    files.insert("plan.entry".to_owned(), later.into_bytes());
    assert_eq!(wrong(&verdict(&files, Some(log_key()))), ["VRFY-520"]);
}

/// Whether an issue was drawn before FREEZE no record shows: it is said, in a void attempt too.
#[test]
fn nobody_takes_the_issue_of_a_lottery_for_one_that_came_after_the_freeze() {
    let unproven = "是否在冻结公布之后才产生，没有核对";
    let mut drand = description();
    by_drand(&mut drand, ROUND_1000);
    for (json, stage, is_said) in [
        (description(), Stage::Sealed, true),
        (description(), Stage::Full, true),
        (void("reveal", true), Stage::Public, true),
        (drand, Stage::Sealed, false),
    ] {
        let verdict = verdict(&staged(&made(&json), stage), None);
        let said = verdict.not_checked.iter();
        assert_eq!(
            said.filter(|words| words.contains(unproven)).count(),
            usize::from(is_said)
        );
    }
}

/// A VOID before REVEAL while nonces were taken: who knew what, the bundle does not show, and says so.
#[test]
fn a_void_while_nonces_were_taken_says_what_it_does_not_show() {
    let files = staged(&made(&void("reveal", true)), Stage::Public);
    let times = lines(&files);
    let said = |at: u64| {
        let mut files = files.clone();
        let mut times = times.clone();
        times.last_mut().unwrap().1 = at;
        let planned = planned(&files, &times);
        log_into(&mut files, LOG, &planned);
        let verdict = verdict(&files, Some(log_key()));
        assert_eq!((verdict.exit(), wrong(&verdict)), (0, vec![]));
        says_unchecked(&verdict, "作废时已经在收随机数")
    };
    let beacon = draw::record::FreezeRecord::parse(&files["freeze.txt"]).unwrap();
    let draw::record::Hours::Two {
        beacon_at: Some(at),
        ..
    } = beacon.hours
    else {
        panic!("it has a beacon");
    };
    assert!(said(at));
    assert!(!said(at - 1), "nobody knew the beacon");
}

/// A log that changed its key: whoever knows one of the keys and the record of the change holds each head against the key of
/// its size.
#[test]
fn a_bundle_is_held_against_the_key_that_vouched_for_its_head_then() {
    let files = logged(&staged(&made(&description()), Stage::Public));
    let next = SignerKey::from_seed(LOG, KeyKind::Log, &[8; 32]).unwrap();
    let judged_by = |known: &VerifierKey, from: Option<u64>| {
        let root = Hash::of(b"any");
        let change = from.map(|from| KeyRotation::sign(from, root, &signer(LOG), &next).unwrap());
        let keys = LogKeys::following(known.clone(), change.as_slice()).unwrap();
        let options = verify::Options {
            log_key: Some(keys),
            ..verify::Options::default()
        };
        let verdict = verify::verify_bundle(&source(&files), &options);
        (verdict.exit(), wrong(&verdict))
    };
    // Signed by the old key before the change: right by either key once the change is known.
    for known in [&log_key(), next.verifier()] {
        assert_eq!(judged_by(known, Some(1_000_000)), (0, vec![]));
    }
    assert_eq!(judged_by(&log_key(), None), (0, vec![]));
    // By the old key after it was given up, or by a key that nothing joins to the one that is known: nobody's.
    for (known, from) in [(&log_key(), Some(1)), (next.verifier(), None)] {
        let (exit, faults) = judged_by(known, from);
        assert_eq!(exit, 1);
        assert!(faults.iter().all(|code| *code == "VRFY-520"), "{faults:?}");
    }
}
