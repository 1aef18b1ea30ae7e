//! Every record prints what it parsed, and nothing else parses.

use super::*;
use crate::Code;

const H: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn head(kind: &str) -> String {
    format!("shuang/1 {kind}\ncampaign 411200-CG-2026-0007\nattempt 1\nfreeze {H}\n")
}

/// Parses a record and prints it again.
pub(super) type Printed = fn(&[u8]) -> Result<String, crate::Fault>;

/// One full example of every record, with a function that parses and prints it.
#[expect(clippy::too_many_lines, reason = "a table of texts")]
fn examples() -> Vec<(String, Printed)> {
    macro_rules! printed {
        ($record:ident) => {
            |bytes| $record::parse(bytes).map(|record| record.to_string())
        };
    }
    let sources = format!("party a {H}\nparty b {H}\ndice hall\n");
    let freeze = format!(
        "shuang/1 freeze\ncampaign c\nattempt 2\nsuite sm3\nplan {H}\nextends {H}\nsubjects 3 {H}\n\
         stratum x:A 1 1\nstratum x:B 2 0\nmust 0\nskip 0\ninspectors 6 {H}\n\
         draw-inspectors cg 4 4\ndraw-inspectors sj 2 2\nrecusals 0 {H}\nteam cg 2\nteam sj 1\n\
         assign groups 2\narea east\narea west\nleader L1\nleader L2\nsecret {H}\n{sources}\
         reveal-by 1792806340\nbeacon cwl-ssq 2026135\n"
    );
    let plan = format!(
        "shuang/1 plan\ncampaign c\nsuite sm3\ndocument {H}\nitem fume pool 1/10\nitem hot fixed 3\n\
         item waste ceiling\nitem x full\nrate fume:A 1/20\nrate waste:B 0/1\n\
         draw-inspectors - 4\nteam - 2\nassign pairs\nleader L1\nparty a\ndice hall\n\
         beacon drand:{H}\nmin-level 1\nplan-seconds 259200\nfreeze-seconds 3600\n\
         subject-reserve none\n"
    );
    let moves = "move 3 - F001 F004\nmove 5 - F001 -\nlead 3 L001 L002\nlead 9 L001 -\n";
    let paper = format!("approver K01\ndocument {H}\n");
    vec![
        (plan, printed!(PlanRecord)),
        (freeze, printed!(FreezeRecord)),
        (
            format!("{}party a {H}\nparty b absent late\n", head("reveal")),
            printed!(RevealRecord),
        ),
        (
            format!(
                "{}seed {H}\ncutoff A {H}\ncutoff B -\nfile subjects.order {H}\n\
                 file inspectors.order {H}\nfile teams.txt {H}\nfile leaders.txt {H}\n",
                head("result")
            ),
            printed!(ResultRecord),
        ),
        (
            format!("{}reason flood\n{paper}", head("void")),
            printed!(VoidRecord),
        ),
        (
            format!(
                "{}sequence 1\ninspector F001\nreason duty\n{paper}{moves}",
                head("substitute")
            ),
            printed!(SubstituteRecord),
        ),
        (
            format!(
                "{}sequence 2\nvisit 3\ninspector F001\nraised-by found\n{paper}\
                 move 3 - F001 F004\nlead 3 F001 L002\n",
                head("recuse")
            ),
            printed!(RecuseRecord),
        ),
        (
            format!(
                "{}sequence 3\nborrowed {H}\nresult {H}\nmove 5 - - G001\n",
                head("extend")
            ),
            printed!(ExtendRecord),
        ),
        (
            format!(
                "{}visit 2\nparts 40 {H}\nquota 3\nsecret {H}\n",
                head("part")
            ),
            printed!(PartRecord),
        ),
        (
            format!(
                "{}result {H}\nstage public\nchanges 2\nfile opened.tsv {H}\n",
                head("open")
            ),
            printed!(OpenRecord),
        ),
        (
            format!(
                "{}void {H}\nstage full\nchanges 0\nfile opened.tsv {H}\nfile secret.txt {H}\n\
                 file subjects.tsv {H}\nfile inspectors.tsv {H}\nfile recusals.tsv {H}\n",
                head("open")
            ),
            printed!(OpenRecord),
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
fn an_unknown_repeated_or_dropped_line_never_prints_back() {
    for (text, printed) in examples() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..=lines.len() {
            let mut unknown = lines.clone();
            unknown.insert(at, "color red");
            let unknown = unknown.join("\n") + "\n";
            let fault = printed(unknown.as_bytes()).unwrap_err();
            assert_eq!(fault.code, Code::LINE, "{unknown}");
            assert!(
                fault.place.contains(&format!("第 {} 行", at + 1)),
                "{fault} {unknown}"
            );
        }
        for at in 0..lines.len() {
            // A line may be optional; then the shorter text is another record, never this one.
            let mut dropped = lines.clone();
            dropped.remove(at);
            let dropped = dropped.join("\n") + "\n";
            assert!(printed(dropped.as_bytes()).map_or(true, |back| back == dropped));
            let mut repeated = lines.clone();
            repeated.insert(at, lines[at]);
            let repeated = repeated.join("\n") + "\n";
            assert!(printed(repeated.as_bytes()).map_or(true, |back| back == repeated));
        }
    }
}

/// Puts each of these bytes in every place: no change reads as the record it was made from.
pub(super) fn each_byte_changed(examples: &[(String, Printed)], others: &[u8]) {
    for (text, printed) in examples {
        for at in 0..text.len() {
            for byte in others {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = *byte;
                if let Ok(back) = printed(&bytes) {
                    assert_eq!(back.as_bytes(), bytes, "{text}");
                }
            }
        }
    }
}

#[test]
fn every_single_byte_change_is_refused_or_is_another_record_to_the_letter() {
    let bytes = [b' ', b'\n', b'\r', b'0', b'g', b'-', b':', 0, 0xff];
    each_byte_changed(&examples(), &bytes);
}

#[test]
fn files_that_an_editor_has_touched_are_refused_with_the_reason() {
    for (text, printed) in examples() {
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(printed(crlf.as_bytes()).unwrap_err().code, Code::TEXT);
        assert_eq!(
            printed(text.trim_end().as_bytes()).unwrap_err().code,
            Code::TEXT
        );
        let bom = format!("\u{feff}{text}");
        assert_eq!(printed(bom.as_bytes()).unwrap_err().code, Code::LINE);
        assert_eq!(printed(b"").unwrap_err().code, Code::TEXT);
        let spaced = text.replacen(' ', "  ", 2);
        assert!(printed(spaced.as_bytes()).is_err());
    }
}

#[test]
fn numbers_are_plain() {
    for bad in [
        "",
        "00",
        "01",
        "+1",
        "-1",
        "1.0",
        "１",
        "18446744073709551616",
    ] {
        assert!(number(bad).is_err(), "{bad}");
    }
    assert_eq!(number("18446744073709551615").unwrap(), u64::MAX);
    assert_eq!(number("0").unwrap(), 0);
}
