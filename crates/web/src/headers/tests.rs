use super::*;

fn protected(reach: Reach, over_tls: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    protect(&mut headers, reach, over_tls);
    headers
}

#[test]
fn no_policy_lets_inline_code_or_a_foreign_file_in() {
    for reach in [Reach::Public, Reach::Private, Reach::Immutable] {
        let headers = protected(reach, true);
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        for needed in [
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(needed), "{needed}");
        }
        for banned in ["unsafe", "*", "http", "blob:"] {
            assert!(!policy.contains(banned), "{banned}");
        }
    }
}

#[test]
fn only_private_pages_may_send_by_script_and_only_they_are_never_stored() {
    let private = protected(Reach::Private, false);
    assert_eq!(private[CACHE_CONTROL], "no-store");
    assert!(
        private[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("connect-src 'self'")
    );
    let public = protected(Reach::Public, false);
    assert_eq!(public[CACHE_CONTROL], "no-cache");
    assert!(
        !public[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("connect-src")
    );
}

#[test]
fn the_promise_of_tls_is_given_only_over_tls() {
    assert!(protected(Reach::Private, true).contains_key(STRICT_TRANSPORT_SECURITY));
    assert!(!protected(Reach::Private, false).contains_key(STRICT_TRANSPORT_SECURITY));
}

#[test]
fn what_the_handler_set_itself_stays() {
    let mut headers = HeaderMap::new();
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    protect(&mut headers, Reach::Public, false);
    assert_eq!(headers[CACHE_CONTROL], "public, max-age=60");
    assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
}
