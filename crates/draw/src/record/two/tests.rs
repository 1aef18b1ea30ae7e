//! Every record of `shuang/2` prints what it parsed, and nothing else parses.

use crate::record::tests::{Printed, each_byte_changed};
use crate::record::{FreezeRecord, two};
use crate::record::{PartRecord, PlanRecord, ResultRecord, RevealRecord};
use crate::{Code, Fault, SeedText};

const H: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const G: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

macro_rules! printed {
    ($record:ty) => {
        |bytes| <$record>::parse(bytes).map(|record| record.to_string())
    };
}

fn head(kind: &str) -> String {
    format!("shuang/2 {kind}\ncampaign 411200-CG-2026-0007\nattempt 1\nfreeze {H}\n")
}

#[expect(clippy::too_many_lines, reason = "a table of texts")]
fn examples() -> Vec<(String, Printed)> {
    let freeze = format!(
        "shuang/2 freeze\ncampaign c\nattempt 4294967295\nsuite sm3\nplan {H}\nextends {H}\n\
         subjects 3 {H}\nstratum x:A 1 1\nstratum x:B 2 0\nmust 0\nskip 0\ninspectors 6 {H}\n\
         draw-inspectors - 4 4\ndraw-inspectors sj 2 2\nrecusals 0 {H}\nteam - 2\nteam sj 1\n\
         assign groups 2\narea east\narea west\nleader L1\nleader L2\nsecret {H}\nparty a {H}\n\
         party b {G}\ndice hall\nreveal-from 1792806000\nreveal-by 1792806340\n\
         beacon cwl-ssq 2026135 9999999999\n"
    );
    let plan = format!(
        "shuang/2 plan\ncampaign c\nsuite sm3\ndocument {H}\nrulebook 2026.1/rev=3 {G}\n\
         ceremony 1792806000\nitem fume pool 1/10\nitem hot fixed 3\nitem waste ceiling\n\
         item x full\nrate fume:A 1/20\nrate waste:B 0/1\ndraw-inspectors - 4\nteam - 2\n\
         assign pairs\nleader L1\nparty a\ndice hall\nbeacon drand:{H}\nmin-level 1\n\
         plan-seconds 259200\nfreeze-seconds 3600\n"
    );
    let moves = format!("closed 2\nclosed 4\nmove 3 - {H} {G}\nmove 5 - {H} -\n");
    let leads = format!("lead 3 {H} {G}\nlead 9 {H} -\n");
    let paper = format!("approver {G}\ndocument {H}\n");
    let start = "campaign c\nattempt 2\n";
    let keys = format!("key teams.txt {H}\nkey leaders.txt {G}\n");
    let files = format!("file opened.tsv {H}\nfile persons.tsv {G}\n");
    vec![
        (plan, printed!(PlanRecord)),
        (freeze, printed!(FreezeRecord)),
        (
            format!(
                "{}party a {H}\nparty b absent timeout\ndice hall 0123\n",
                head("reveal")
            ),
            printed!(RevealRecord),
        ),
        (
            format!("{}dice hall absent timeout\n", head("reveal")),
            printed!(RevealRecord),
        ),
        (
            format!(
                "shuang-seed/2\n{start}freeze {H}\nreveal {G}\nbeacon tc-dlt 26135 07 + face\n"
            ),
            printed!(SeedText),
        ),
        (
            format!(
                "{}seed {H}\ncutoff A {H}\ncutoff B -\nfile subjects.order {H}\n\
                 file inspectors.order {H}\nsealed teams.txt {H}\nsealed leaders.txt {H}\n",
                head("result")
            ),
            printed!(ResultRecord),
        ),
        (
            format!("{}reveal none\nreason flood\n{paper}", head("void")),
            printed!(two::VoidRecord),
        ),
        (
            format!(
                "{}reveal {G}\nreason level-lost\nby program\n",
                head("void")
            ),
            printed!(two::VoidRecord),
        ),
        (
            format!(
                "shuang/2 void\n{start}freeze none\nplan {H}\nreveal none\nreason rain\n{paper}"
            ),
            printed!(two::VoidRecord),
        ),
        (
            format!(
                "{}sequence 1\nperson {H}\n{paper}{moves}{leads}",
                head("substitute")
            ),
            printed!(two::ChangeRecord),
        ),
        (
            format!(
                "{}sequence 2\nvisit 3\nperson {H}\n{paper}move 3 - {H} {G}\n",
                head("recuse")
            ),
            printed!(two::ChangeRecord),
        ),
        (
            format!(
                "{}sequence 3\nborrowed {H}\nresult {G}\nclosed 2\n\
                 move 3 - - {G}\nmove 5 - - -\n",
                head("extend")
            ),
            printed!(two::ChangeRecord),
        ),
        (
            format!(
                "{}result {H}\nchange {G}\nchange {H}\n{keys}{files}",
                head("open")
            ),
            printed!(two::OpenRecord),
        ),
        (
            format!("{}void {H}\nwould {G}\n{keys}{files}", head("open")),
            printed!(two::OpenRecord),
        ),
        (
            format!(
                "{}visit 2\nparts 40 {H}\nquota 3\nsecret {H}\n",
                head("part")
            ),
            printed!(PartRecord),
        ),
        (
            format!("{}part {H}\nnumber 0017\n", head("part-number")),
            printed!(two::PartNumberRecord),
        ),
        (
            format!("{}part {H}\nnumber absent refused\n", head("part-number")),
            printed!(two::PartNumberRecord),
        ),
    ]
}

#[test]
fn every_record_prints_the_bytes_it_parsed() {
    for (text, printed) in examples() {
        assert_eq!(printed(text.as_bytes()).unwrap(), text);
    }
}

#[test]
fn every_single_byte_change_is_refused_or_is_another_record_to_the_letter() {
    let bytes = [
        b' ', b'\n', b'\r', b'0', b'1', b'2', b'g', b'-', b':', 0, 0xff,
    ];
    each_byte_changed(&examples(), &bytes);
}

#[test]
fn an_unknown_repeated_or_dropped_line_never_prints_back() {
    for (text, printed) in examples() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..=lines.len() {
            let mut unknown = lines.clone();
            unknown.insert(at, "color red");
            let fault = printed((unknown.join("\n") + "\n").as_bytes()).unwrap_err();
            assert_eq!(fault.code, Code::LINE, "{text}");
        }
        for at in 0..lines.len() {
            for count in [0, 2] {
                let mut other = lines.clone();
                other.splice(at..=at, std::iter::repeat_n(lines[at], count));
                let other = other.join("\n") + "\n";
                assert!(printed(other.as_bytes()).map_or(true, |back| back == other));
            }
        }
    }
}

/// A text refused although the same text with one word changed back is read.
fn refused<T: std::fmt::Debug>(
    parse: impl Fn(&[u8]) -> Result<T, Fault>,
    good: &str,
    from: &str,
    to: &str,
) {
    assert!(good.contains(from), "{from} in {good}");
    parse(good.as_bytes()).unwrap();
    let bad = good.replacen(from, to, 1);
    parse(bad.as_bytes()).expect_err(&bad);
}

#[test]
fn what_one_version_says_the_other_does_not_read() {
    let all = examples();
    for (text, printed) in &all {
        let other = text.replacen("shuang/2", "shuang/1", 1);
        let other = other.replacen("shuang-seed/2", "shuang-seed/1", 1);
        let part = text.contains(" part\n");
        // PART and a REVEAL without dice and word have the same form in both.
        assert_eq!(printed(other.as_bytes()).is_ok(), part, "{other}");
    }
    let dice = format!("{}party a {H}\ndice hall 1\n", head("reveal"));
    refused(RevealRecord::parse, &dice, "shuang/2", "shuang/1");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of texts")]
fn the_bounds_and_words_of_shuang_2_are_held_in_every_record() {
    let all = examples();
    let text = |at: usize| all[at].0.as_str();
    for (from, to) in [
        ("attempt 4294967295", "attempt 4294967296"),
        ("attempt 4294967295", "attempt 0"),
        ("subjects 3", "subjects 100000000"),
        ("stratum x:A", "stratum -:A"),
        ("stratum x:A", "stratum -"),
        ("area east", "area -"),
        ("leader L1", "leader _1"),
        ("9999999999", "10000000000"),
        (" 9999999999", ""),
        ("reveal-from 1792806000\n", ""),
    ] {
        refused(FreezeRecord::parse, text(1), from, to);
    }
    for (from, to) in [
        ("rulebook 2026.1/rev=3", "rulebook"),
        ("assign pairs\n", "assign groups 2\narea west\narea east\n"),
        ("rate fume:A", "rate fume:all"),
        ("rate fume:A 1/20", "rate fume:A 1/1000001"),
        ("rate fume:A 1/20", "rate other:A 1/20"),
        (
            "item fume pool 1/10\n",
            "item - full\nitem fume pool 1/10\n",
        ),
        ("beacon drand:", "beacon other:"),
        (
            "freeze-seconds 3600\n",
            "freeze-seconds 3600\nsubject-reserve none\n",
        ),
    ] {
        refused(PlanRecord::parse, text(0), from, to);
    }
    refused(RevealRecord::parse, text(2), "timeout", "late");
    refused(RevealRecord::parse, text(3), "timeout", "rain");
    let digits = "1".repeat(201);
    refused(RevealRecord::parse, text(2), "0123", &digits);
    refused(SeedText::parse, text(4), "face", "FACE");
    refused(SeedText::parse, text(4), "face", &digits);
    refused(SeedText::parse, text(4), "07 + face", "07  + face");
    let first = format!("{}sequence 1\nborrowed {H}\nresult {G}\n", head("extend"));
    refused(two::ChangeRecord::parse, &first, "sequence 1", "sequence 0");
    refused(
        ResultRecord::parse,
        text(5),
        "sealed teams.txt",
        "file teams.txt",
    );
    refused(
        two::VoidRecord::parse,
        text(8),
        "reveal none",
        &format!("reveal {H}"),
    );
    refused(two::VoidRecord::parse, text(7), "by program", "by hand");
    // Nobody decided: only after REVEAL, and for the one reason.
    let revealed = format!("reveal {G}");
    refused(two::VoidRecord::parse, text(7), &revealed, "reveal none");
    refused(two::VoidRecord::parse, text(7), "level-lost", "flood");
    let planned = text(8);
    let paper = &planned[planned.find("approver").unwrap()..];
    refused(two::VoidRecord::parse, planned, paper, "by program\n");
    refused(
        two::VoidRecord::parse,
        text(7),
        "by program\n",
        "by program\ndocument x\n",
    );
    for (from, to) in [
        ("closed 2\nclosed 4", "closed 4\nclosed 2"),
        ("closed 2\nclosed 4", "closed 2\nclosed 2"),
        ("move 3", "move 0"),
        ("move 3 -", "move 3 -x"),
        (&format!("person {H}"), "person -"),
        (&format!("person {H}"), "person F001"),
    ] {
        refused(two::ChangeRecord::parse, text(9), from, to);
    }
    refused(two::ChangeRecord::parse, text(11), "move 5", "lead 5");
    // Moves and leads out of order contradict the teams, which are not in this record.
    for (from, to) in [("move 3", "move 6"), ("lead 3", "lead 9")] {
        let swapped = text(9).replacen(from, to, 1);
        assert!(two::ChangeRecord::parse(swapped.as_bytes()).is_ok());
    }
    let change = format!("would {G}\nchange {G}");
    refused(
        two::OpenRecord::parse,
        text(13),
        &format!("would {G}"),
        &change,
    );
    refused(
        two::OpenRecord::parse,
        text(12),
        &format!("change {G}"),
        "changes 1",
    );
    for number in ["absent", "", "12a", &"1".repeat(41)] {
        refused(two::PartNumberRecord::parse, text(15), "0017", number);
    }
    refused(PartRecord::parse, text(14), "quota 3", "quota 41");
}
