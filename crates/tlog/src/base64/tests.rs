use super::{decode, encode};

#[test]
fn rfc_4648_vectors_go_there_and_back() {
    for (plain, coded) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(encode(plain.as_bytes()), coded);
        assert_eq!(decode(coded).unwrap(), plain.as_bytes());
    }
}

#[test]
fn every_byte_value_survives() {
    let all: Vec<u8> = (0..=255).collect();
    for length in 0..=all.len() {
        assert_eq!(decode(&encode(&all[..length])).unwrap(), &all[..length]);
    }
}

#[test]
fn a_second_spelling_of_the_same_bytes_is_refused() {
    for other in [
        "Zh==", "Zm9=", "Zg", "Zg=", "Zg===", "Z===", "====", "=Zg=", "Zg==Zg==", "Zm9v\n",
        " Zm9v", "Zm9_", "Zm9-", "Zm9v====",
    ] {
        assert!(decode(other).is_err(), "{other:?}");
    }
}
