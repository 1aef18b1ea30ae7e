//! What is a name and what is not.

use super::{Status, Stratum, Token};

#[test]
fn names_are_one_to_31_plain_bytes() {
    for good in ["a", "-", "91411200MA00000001", "x.y_z-1", &"a".repeat(31)] {
        assert_eq!(good.parse::<Token>().unwrap().as_str(), good);
    }
    for bad in [
        "",
        " ",
        "a b",
        "a:b",
        "企业",
        "a\n",
        "豫M12345",
        &"a".repeat(32),
        "a/b",
    ] {
        assert!(bad.parse::<Token>().is_err(), "{bad:?}");
    }
}

#[test]
fn names_sort_like_their_bytes() {
    let mut names: Vec<Token> = ["b", "a-b", "a", "a.b", "ab", "A", "a0"]
        .iter()
        .map(|n| n.parse().unwrap())
        .collect();
    let mut texts: Vec<String> = names.iter().map(Token::to_string).collect();
    names.sort();
    texts.sort();
    assert_eq!(
        names.iter().map(Token::to_string).collect::<Vec<_>>(),
        texts
    );
}

#[test]
fn a_stratum_is_a_class_or_an_item_and_a_class() {
    let two: Stratum = "fume:A".parse().unwrap();
    assert_eq!((two.item(), two.class()), ("fume", "A"));
    let one: Stratum = "A".parse().unwrap();
    assert_eq!((one.item(), one.class()), ("-", "A"));
    assert_eq!(Stratum::of("-".parse().unwrap(), "A".parse().unwrap()), one);
    for bad in ["", ":", "a:", ":b", "a:b:c", "a b"] {
        assert!(bad.parse::<Stratum>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_status_is_draw_must_skip_or_pair() {
    for good in ["draw", "must:credit-d", "skip:closed", "pair"] {
        assert_eq!(good.parse::<Status>().unwrap().to_string(), good);
    }
    for bad in [
        "", "Draw", "must", "must:", "skip: x", "draw:x", "pair:x", "must:a:b",
    ] {
        assert!(bad.parse::<Status>().is_err(), "{bad:?}");
    }
}
