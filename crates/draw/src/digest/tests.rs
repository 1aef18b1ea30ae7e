//! Known answers of both suites, and the strictness of hexadecimal.

use super::{Digest, Secret, Suite};

#[test]
fn sha256_and_sm3_give_their_published_answers() {
    let sha = Suite::Sha256.bytes(b"abc").to_string();
    assert_eq!(
        sha,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let sm3 = Suite::Sm3.bytes(b"abc").to_string();
    assert_eq!(
        sm3,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    let long = Suite::Sm3.bytes("abcd".repeat(16).as_bytes()).to_string();
    assert_eq!(
        long,
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

#[test]
fn a_list_of_lines_is_the_text_with_every_line_ended() {
    let lines = Suite::Sha256.lines(&[b"a", b"", b"c"]);
    assert_eq!(lines, Suite::Sha256.bytes(b"a\n\nc\n"));
}

#[test]
fn only_64_lower_digits_are_a_digest() {
    let good = "0123456789abcdef".repeat(4);
    assert_eq!(good.parse::<Digest>().unwrap().to_string(), good);
    let bad = [
        good.to_uppercase(),
        good[1..].to_owned(),
        format!("{good}0"),
        format!(" {}", &good[1..]),
    ];
    for text in bad {
        assert_eq!(
            text.parse::<Digest>().unwrap_err().code,
            crate::Code::HEX,
            "{text}"
        );
    }
}

#[test]
fn a_secret_does_not_print_itself() {
    let secret = Secret::from_bytes([0xab; 32]);
    assert!(!format!("{secret:?}").contains("ab"));
}
