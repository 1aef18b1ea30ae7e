use super::*;

fn event(number: u8) -> EventId {
    EventId::from_entropy([number; 12])
}

fn digest(letter: &str) -> Fingerprint {
    Fingerprint::parse(&letter.repeat(64)).unwrap()
}

#[test]
fn a_decision_stands_only_on_what_was_shown() {
    let bare = Premise::of(event(1));
    let plan = bare.clone().deciding(digest("a"));
    let upload = Premise::of_content(digest("a"));
    let cases = [
        (&bare, &bare, Ok(())),
        (&plan, &plan, Ok(())),
        // More was shown than is decided.
        (&plan, &bare, Ok(())),
        // The record was not shown, or another one was.
        (&bare, &plan, Err(Moved::Content)),
        (
            &plan,
            &bare.clone().deciding(digest("b")),
            Err(Moved::Content),
        ),
        // Of what no event has written its content is asked.
        (&upload, &upload, Ok(())),
        (&plan, &upload, Ok(())),
        (&upload, &plan, Err(Moved::Written)),
        (
            &upload,
            &Premise::of_content(digest("b")),
            Err(Moved::Content),
        ),
        (&bare, &upload, Err(Moved::Content)),
        (&bare, &Premise::of(event(2)), Err(Moved::Written)),
        (
            &plan,
            &Premise::of(event(2)).deciding(digest("a")),
            Err(Moved::Written),
        ),
    ];
    for (shown, now, wanted) in cases {
        assert_eq!(shown.stands(now), wanted, "{shown} {now}");
    }
}

#[test]
fn a_form_brings_back_what_it_was_given_and_nothing_else_is_read() {
    for premise in [
        Premise::of(event(1)),
        Premise::of(event(2)).deciding(digest("0")),
        Premise::of_content(digest("0")),
    ] {
        assert_eq!(Premise::parse(&premise.to_string()), Some(premise));
    }
    let sound = event(1);
    for broken in [
        String::new(),
        ".".to_owned(),
        format!("{sound}."),
        format!(".{}", "A".repeat(64)),
        format!("..{}", "a".repeat(64)),
        format!("{sound}.{}", "A".repeat(64)),
        format!("{sound}.{}.{}", "a".repeat(64), "a".repeat(64)),
        format!(" {sound}"),
    ] {
        assert_eq!(Premise::parse(&broken), None, "{broken}");
    }
}
