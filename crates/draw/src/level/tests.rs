//! The level follows from what answered, not from what was promised.

use super::Level;
use crate::seed::SeedText;

fn level(tail: &str) -> Level {
    let freeze = "0".repeat(64);
    let text = format!("shuang-seed/1\ncampaign c\nattempt 1\nfreeze {freeze}\n{tail}");
    Level::reached(&SeedText::parse(text.as_bytes()).unwrap())
}

#[test]
fn parties_and_beacons_that_answered_make_the_level() {
    let nonce = "1".repeat(64);
    let (a, b) = (format!("party a {nonce}\n"), format!("party b {nonce}\n"));
    let lottery = "beacon cwl-ssq 2026135 03 08 14 19 25 31 07\n";
    let cases = [
        (String::new(), Level::Rehearsal),
        (a.clone(), Level::Rehearsal),
        (format!("{a}{b}"), Level::One),
        (format!("{a}party b absent late\n"), Level::Rehearsal),
        (lottery.to_owned(), Level::One),
        (format!("{a}{lottery}"), Level::One),
        (format!("{a}{b}{lottery}"), Level::Two),
        (
            format!("{a}{b}beacon cwl-ssq 2026135 absent none\n"),
            Level::One,
        ),
        (format!("dice hall {}\n", "1".repeat(19)), Level::Rehearsal),
        (format!("dice hall {}\n", "1".repeat(20)), Level::One),
        (format!("{a}{b}dice hall {}\n", "1".repeat(20)), Level::Two),
        ("dice hall absent rain\n".to_owned(), Level::Rehearsal),
    ];
    for (tail, wanted) in cases {
        assert_eq!(level(&tail), wanted, "{tail}");
    }
}
