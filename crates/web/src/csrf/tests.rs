use super::*;

#[test]
fn a_token_agrees_only_with_its_own_session() {
    let (own, other) = (
        FormToken::of_session(&[1; 32]),
        FormToken::of_session(&[2; 32]),
    );
    assert!(own.agrees_with(own.as_str()));
    assert!(!own.agrees_with(other.as_str()));
    assert!(!own.agrees_with(""));
    assert!(!own.agrees_with(&own.as_str()[..63]));
    assert!(!own.agrees_with(&format!("{}0", own.as_str())));
}

#[test]
fn a_token_is_not_the_secret_and_is_not_printed_by_accident() {
    let token = FormToken::of_session(&[0x61; 32]);
    assert!(!token.as_str().contains("6161"));
    assert_eq!(format!("{token:?}"), "FormToken(…)");
}

#[test]
fn the_browser_names_the_origin_in_three_ways() {
    let cases: [(&[(&str, &str)], Origin); 8] = [
        (&[("sec-fetch-site", "same-origin")], Origin::Own),
        (&[("sec-fetch-site", "cross-site")], Origin::Foreign),
        (&[("sec-fetch-site", "same-site")], Origin::Foreign),
        (&[("sec-fetch-site", "none")], Origin::Unsaid),
        (
            &[
                ("origin", "https://a.example:8443"),
                ("host", "A.example:8443"),
            ],
            Origin::Own,
        ),
        (
            &[("origin", "https://b.example"), ("host", "a.example")],
            Origin::Foreign,
        ),
        (&[("origin", "null"), ("host", "null")], Origin::Foreign),
        (&[("host", "a.example")], Origin::Unsaid),
    ];
    for (pairs, wanted) in cases {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| {
                let name = name.parse::<axum::http::HeaderName>().unwrap();
                (name, value.parse().unwrap())
            })
            .collect();
        assert_eq!(origin_of(&headers), wanted, "{pairs:?}");
    }
    assert_eq!(origin_of(&HeaderMap::new()), Origin::Unsaid);
}

#[test]
fn sessions_of_one_account_know_each_other_and_nobody_else() {
    let of = |session: u8, secret: u8, account| {
        FormToken::of_session(&[session; 32]).of_account(&[secret; 32], account)
    };
    let own = of(1, 9, "a");
    assert!(own.agrees_with(own.as_str()) && own.is_of_same_account(own.as_str()));
    let elsewhere = of(2, 9, "a");
    assert!(!own.agrees_with(elsewhere.as_str()) && own.is_of_same_account(elsewhere.as_str()));
    for other in [
        of(1, 9, "b"),
        of(1, 8, "a"),
        FormToken::of_session(&[1; 32]),
    ] {
        assert!(!own.is_of_same_account(other.as_str()));
    }
    for broken in [
        "",
        "x",
        &"样".repeat(60),
        &own.as_str()[..64],
        &own.as_str()[64..],
    ] {
        assert!(!own.is_of_same_account(broken), "{broken}");
    }
    // A link of a party and the sign-in page belong to no account.
    let party = FormToken::of_session(&[1; 32]);
    assert!(!party.is_of_same_account(party.as_str()));
}
