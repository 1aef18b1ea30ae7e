//! seed.txt answers FREEZE line by line or is refused.

use super::SeedText;
use crate::Code;

fn parse(tail: &str) -> Result<SeedText, crate::Fault> {
    let freeze = "0".repeat(64);
    SeedText::parse(
        format!("shuang-seed/1\ncampaign c\nattempt 1\nfreeze {freeze}\n{tail}").as_bytes(),
    )
}

#[test]
fn values_have_the_form_of_their_source() {
    let drand = format!("drand:{}", "5".repeat(64));
    let good = [
        format!("beacon {drand} 1000 {}\n", "a".repeat(96)),
        format!("beacon {drand} 1000 absent outage\n"),
        "beacon cwl-ssq 2026135 03 08 14 19 25 31 07\n".to_owned(),
        "beacon other-lottery 77 00 99 01\n".to_owned(),
        "dice hall 08772473296991897540\n".to_owned(),
        "dice hall absent rain\n".to_owned(),
    ];
    for tail in good {
        assert!(parse(&tail).unwrap().to_string().ends_with(&tail), "{tail}");
    }
    let bad = [
        (
            format!("beacon {drand} 1000 {}\n", "a".repeat(95)),
            Code::BEACON_VALUE,
        ),
        (
            format!("beacon {drand} 1000 {}\n", "A".repeat(96)),
            Code::BEACON_VALUE,
        ),
        (
            format!("beacon {drand} 01 {}\n", "a".repeat(96)),
            Code::NUMBER,
        ),
        ("beacon drand:55 1 00\n".to_owned(), Code::HEX),
        (
            "beacon cwl-ssq 2026135 08 03 14 19 25 31 07\n".to_owned(),
            Code::BEACON_VALUE,
        ),
        (
            "beacon cwl-ssq 2026135 03 08 14 19 25 34 07\n".to_owned(),
            Code::BEACON_VALUE,
        ),
        (
            "beacon cwl-ssq 2026135 03 08 14 19 25 31 17\n".to_owned(),
            Code::BEACON_VALUE,
        ),
        (
            "beacon cwl-ssq 2026135 3 08 14 19 25 31 07\n".to_owned(),
            Code::BEACON_VALUE,
        ),
        ("beacon cwl-ssq 2026135\n".to_owned(), Code::LINE),
        ("dice hall 12a\n".to_owned(), Code::DICE),
        ("dice hall 1 2\n".to_owned(), Code::DICE),
        ("dice hall \n".to_owned(), Code::DICE),
        ("party a absent \n".to_owned(), Code::NAME),
        ("party a 12\n".to_owned(), Code::HEX),
        ("dice hall 1\nparty a absent late\n".to_owned(), Code::LINE),
        ("dice hall 1\ndice hall 1\n".to_owned(), Code::LINE),
    ];
    for (tail, code) in bad {
        assert_eq!(parse(&tail).unwrap_err().code, code, "{tail}");
    }
}
