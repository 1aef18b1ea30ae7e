use super::{Hash, leaf_hash, node_hash};
use crate::Error;

#[test]
fn leaf_and_node_are_kept_apart_by_their_first_byte() {
    assert_eq!(
        leaf_hash(b"").to_string(),
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    );
    let (left, right) = (leaf_hash(b""), leaf_hash(&[0]));
    assert_eq!(
        node_hash(&left, &right).to_string(),
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    );
    assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
}

#[test]
fn the_empty_root_is_the_hash_of_nothing() {
    assert_eq!(Hash::EMPTY_ROOT, Hash::of(b""));
}

#[test]
fn lines_are_hashed_with_their_line_feeds() {
    assert_eq!(Hash::of_lines(&["a", "b"]), Hash::of(b"a\nb\n"));
    assert_ne!(Hash::of_lines(&["a", "b"]), Hash::of_lines(&["ab"]));
}

#[test]
fn hex_is_lower_case_and_exactly_64_digits() {
    let hash = Hash::of(b"x");
    let text = hash.to_string();
    assert_eq!(text.parse::<Hash>().unwrap(), hash);
    for bad in [
        text.to_uppercase(),
        text[1..].to_owned(),
        format!("{text}0"),
        text.replacen(&text[..1], "g", 1),
    ] {
        assert_eq!(bad.parse::<Hash>(), Err(Error::Hex), "{bad}");
    }
    // 64 bytes of text, but not 64 digits.
    assert_eq!(format!("{}é", &text[..62]).parse::<Hash>(), Err(Error::Hex));
}

#[test]
fn base64_of_a_hash_is_exactly_32_bytes() {
    let hash = Hash::of(b"x");
    assert_eq!(Hash::from_base64(&hash.to_base64()).unwrap(), hash);
    assert_eq!(Hash::from_base64("Zm9v"), Err(Error::Base64));
}
