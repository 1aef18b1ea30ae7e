use super::*;

#[test]
fn what_was_typed_comes_back_letter_by_letter() {
    let form =
        Submitted::parse("name=%E7%94%B2+%E4%B9%99&empty=&way=a&way=b&note=1%0D%0A2".as_bytes())
            .unwrap();
    assert_eq!(form.first("name"), "甲 乙");
    assert_eq!(form.all("way").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(form.first("note"), "1\n2");
    assert!(form.has("empty") && !form.has("absent"));
    assert_eq!(form.first("absent"), "");
}

#[test]
fn a_form_that_cannot_be_read_whole_is_refused_whole() {
    let large = vec![b'a'; MAX_FORM_BYTES + 1];
    assert_eq!(Submitted::parse(&large), Err(SubmittedError::TooLarge));
    let many = "a=1&".repeat(MAX_FORM_FIELDS);
    assert_eq!(
        Submitted::parse(many.as_bytes()),
        Err(SubmittedError::TooManyFields)
    );
    for broken in [&b"name=%FF%FE"[..], b"name=\xc4\xe3", b"%C4=1"] {
        assert_eq!(Submitted::parse(broken), Err(SubmittedError::NotUtf8));
    }
}

#[test]
fn odd_but_readable_bodies_are_read() {
    let form = Submitted::parse(b"&&a&=x&b=1=2&c=%").unwrap();
    assert_eq!((form.first("b"), form.first("c")), ("1=2", "%"));
    assert!(form.has("a") && form.has(""));
    assert!(Submitted::parse(b"").unwrap().is_empty());
}

#[test]
fn a_draft_keeps_all_but_the_hidden_fields() {
    let form = Submitted::parse(b"_token=t&_once=o&name=x").unwrap();
    assert_eq!(form.kept().collect::<Vec<_>>(), [("name", "x")]);
}

#[test]
fn an_idempotency_key_survives_the_form_and_nothing_else_passes_for_one() {
    let key = IdempotencyKey::from_random([0xab; 16]);
    let form = Submitted::from_pairs(vec![(IDEMPOTENCY_FIELD.into(), key.as_str().into())]);
    assert_eq!(form.idempotency_key(), Some(key));
    for wrong in ["", "AB", &"A".repeat(32), &"a".repeat(33), &"／".repeat(32)] {
        assert_eq!(IdempotencyKey::parse(wrong), None, "{wrong}");
    }
}
