//! Every line of the route table, met by everybody.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::account::{Grant, Role};
use domain::policy::{self, Verb};
use store::Db;
use testkit::engines::{SqliteFile, on_both};
use web::route::{Method, Route, Who, table};

use crate::browser::{Browser, Page, Site};

/// The path with something in the place of its parameters that is well-formed and does not exist.
fn concrete(route: &Route) -> String {
    let segments = route.path.split('/').map(|segment| match segment {
        "{number}" => "999999",
        "{role}" => "registrar",
        "{no}" => "000000-CG-2026-9999",
        "{*form}" => "w/subjects/new",
        segment if segment.starts_with('{') => "aaaaaaaaaaaaaaaaaaaa",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

async fn reach(browser: &Browser, route: &Route) -> Page {
    match route.method {
        Method::Get => browser.get(&concrete(route)).await,
        Method::Post if route.takes_file() => {
            let body =
                "--x\r\nContent-Disposition: form-data; name=\"_token\"\r\n\r\nwrong\r\n--x--\r\n";
            let request = Request::post(concrete(route))
                .header("content-type", "multipart/form-data; boundary=x")
                .header("sec-fetch-site", "same-origin");
            browser.send(request.body(Body::from(body)).unwrap()).await
        }
        Method::Post => {
            browser
                .post_raw(&concrete(route), &[("_token", "wrong")])
                .await
        }
    }
}

fn protected(page: &Page, route: &Route) {
    let header = |name: &str| {
        page.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    let named = format!("{} {}", route.method.as_str(), route.path);
    assert!(
        header("content-security-policy").starts_with("default-src 'none'"),
        "{named}"
    );
    assert_eq!(header("x-content-type-options"), "nosniff", "{named}");
    if matches!(route.who(), Who::SignedIn | Who::Needs(_)) {
        assert_eq!(header("cache-control"), "no-store", "{named}");
    }
}

async fn with_site(story: impl AsyncFn(Site)) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &testkit::engines::upgrade())
        .await
        .unwrap();
    story(Site::open(db.clone()).await).await;
    db.close().await;
}

#[tokio::test]
async fn a_stranger_meets_the_sign_in_page_at_every_private_address() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let stranger = site.stranger();
        let before = site.log_size().await;
        for route in table() {
            let page = reach(&stranger, &route).await;
            let named = format!("{} {}", route.method.as_str(), route.path);
            protected(&page, &route);
            match route.who() {
                Who::SignedIn | Who::Needs(_) if route.method == Method::Get => {
                    assert_eq!(page.status, StatusCode::SEE_OTHER, "{named}");
                    assert!(page.location().starts_with("/login?next="), "{named}");
                }
                // Nothing was carried out, and without a session only the answer itself can say so.
                Who::SignedIn | Who::Needs(_) => {
                    assert_eq!(page.status, StatusCode::FORBIDDEN, "{named}");
                    assert!(page.shows("href=\"/login?next="), "{named}");
                }
                Who::PartyLink => assert_eq!(page.status, StatusCode::NOT_FOUND, "{named}"),
                Who::Public => assert!(!page.status.is_server_error(), "{named}: {}", page.text),
            }
        }
        assert_eq!(
            site.log_size().await,
            before,
            "nobody signed in, nothing is logged"
        );
    })
    .await;
}

#[tokio::test]
async fn an_account_without_roles_opens_only_what_needs_none() {
    with_site(async |site| {
        let id = site.city.account("wujue", &[]).await;
        let browser = site.signed_in(&id).await;
        for route in table()
            .into_iter()
            .filter(|route| route.method == Method::Get)
        {
            let page = reach(&browser, &route).await;
            let named = format!("GET {}", route.path);
            protected(&page, &route);
            assert!(!page.status.is_server_error(), "{named}: {}", page.text);
            if let Who::Needs(verb) = route.who() {
                let open = policy::offers(&[], verb);
                assert_eq!(page.status == StatusCode::FORBIDDEN, !open, "{named}");
                assert!(open || page.shows("AUTH-001"), "{named}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn each_role_opens_exactly_the_pages_its_verbs_offer_and_reading_writes_nothing() {
    with_site(async |site| {
        let mut opened = 0;
        for role in Role::ALL.iter().copied().filter(|role| role.is_grantable()) {
            let login = role.name().replace('_', "-");
            let id = site.city.account(&login, &[(role, 1)]).await;
            let browser = site.signed_in(&id).await;
            let before = site.log_size().await;
            let grants = [Grant {
                role,
                unit: testkit::city::unit(1),
            }];
            for route in table()
                .into_iter()
                .filter(|route| route.method == Method::Get)
            {
                let page = reach(&browser, &route).await;
                let named = format!("{role} GET {}", route.path);
                assert!(
                    !page.status.is_server_error(),
                    "{named}: {} {}",
                    page.status,
                    page.text
                );
                if let Who::Needs(verb) = route.who() {
                    let open = policy::offers(&grants, verb);
                    let refused = page.status == StatusCode::FORBIDDEN;
                    assert!(open || refused, "{named} is open to a role without {verb}");
                    // What does not exist may be 404; a page without parameters is simply there.
                    if open && !route.path.contains('{') && verb != Verb::SubjectExport {
                        assert!(!refused, "{named} is closed to a role with {verb}");
                        opened += 1;
                    }
                }
            }
            let exports = u64::from(policy::offers(&grants, Verb::SubjectExport));
            assert_eq!(
                site.log_size().await,
                before + exports,
                "{role}: only an export is an act"
            );
        }
        assert!(opened > 40, "the walk went through {opened} pages");
    })
    .await;
}

#[tokio::test]
async fn no_act_is_done_without_the_token_of_the_session_or_from_another_site() {
    with_site(async |site| {
        for role in Role::ALL.iter().copied().filter(|role| role.is_grantable()) {
            let id = site
                .city
                .account(&format!("x{}", role.name().replace('_', "")), &[(role, 1)])
                .await;
            let browser = site.signed_in(&id).await;
            let before = site.log_size().await;
            for route in table()
                .into_iter()
                .filter(|route| route.method == Method::Post)
            {
                let named = format!("{role} POST {}", route.path);
                if !matches!(route.who(), Who::Public | Who::PartyLink) {
                    let page = reach(&browser, &route).await;
                    assert_eq!(
                        page.status,
                        StatusCode::FORBIDDEN,
                        "{named} with a wrong token"
                    );
                }
                for (name, value) in [
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://elsewhere.example"),
                ] {
                    let request = Request::post(concrete(&route))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .header(name, value);
                    let page = browser.send(request.body(Body::empty()).unwrap()).await;
                    assert_eq!(page.status, StatusCode::FORBIDDEN, "{named} with {name}");
                }
            }
            assert_eq!(site.log_size().await, before, "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_addresses_and_wrong_methods_are_said_to_be_so() {
    with_site(async |site| {
        let stranger = site.stranger();
        for path in [
            "/nowhere",
            "/w/nowhere",
            "/static/base.css",
            "/w/../etc/passwd",
            "/%00",
        ] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            assert!(page.shows("PAGE-404") && page.headers.contains_key("content-security-policy"));
        }
        let page = stranger.post_raw("/health", &[]).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(page.shows("PAGE-405") && page.headers.contains_key("allow"));
        let page = stranger.get("/health").await;
        assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "ok\n"));
    })
    .await;
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused_before_it_is_read() {
    with_site(async |site| {
        let stranger = site.stranger();
        let send = async |kind: &str, body: Vec<u8>| {
            let request = Request::post("/login").header("content-type", kind);
            stranger.send(request.body(Body::from(body)).unwrap()).await
        };
        let page = send("application/json", b"{}".to_vec()).await;
        assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(page.shows("FORM-007"));
        let form = "application/x-www-form-urlencoded";
        let page = send(form, vec![b'a'; 300 * 1024]).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
        let page = send(form, b"login=%ff".to_vec()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.shows("FORM-003"));
    })
    .await;
}

#[tokio::test]
async fn whatever_was_typed_into_any_form_stands_on_the_page_that_refuses_it() {
    with_site(async |site| {
        let mut walked = std::collections::BTreeSet::new();
        for role in Role::ALL.iter().copied().filter(|role| role.is_grantable()) {
            let login = format!("t{}", role.name().replace('_', ""));
            let id = site.city.account(&login, &[(role, 1)]).await;
            let browser = site.signed_in(&id).await;
            let token = browser.get("/w/account").await.input("_token");
            let offers = |route: &Route| match route.who() {
                Who::Needs(verb) => {
                    let grants = [Grant {
                        role,
                        unit: testkit::city::unit(1),
                    }];
                    policy::offers(&grants, verb)
                }
                _ => true,
            };
            let routes = table().into_iter().filter(|route| route.acts_once());
            for (number, route) in routes.enumerate() {
                let key = format!("{number:032x}");
                let typed = "样例长文：<第一行>\n第二行";
                let fields = [("_token", token.as_str()), ("_once", key.as_str())];
                let fields = [&fields[..], &[("reason", typed), ("note.x", typed)]].concat();
                let page = browser.post_raw(&concrete(&route), &fields).await;
                let named = format!("{role} POST {}: {}", route.path, page.status);
                assert!(!page.status.is_server_error(), "{named} {}", page.text);
                assert!(!page.status.is_success(), "{named}");
                if page.status.is_client_error() && offers(&route) {
                    let shown = page.shows("样例长文：&#60;第一行&#62;\n第二行");
                    assert!(shown, "{named} {}", page.text);
                    walked.insert(route.path);
                }
            }
        }
        assert!(walked.len() > 30, "{walked:?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_with_anything_but_a_number_in_its_place_is_a_page_that_is_not_there() {
    with_site(async |site| {
        let numbered = |route: &Route| {
            let parts = ["{number}", "{attempt}"];
            route.method == Method::Get && parts.iter().any(|part| route.path.contains(part))
        };
        let routes: Vec<_> = table().into_iter().filter(numbered).collect();
        assert!(routes.len() > 2, "{}", routes.len());
        let mut missed = std::collections::BTreeSet::new();
        for role in Role::ALL.iter().copied().filter(|role| role.is_grantable()) {
            let login = format!("n{}", role.name().replace('_', ""));
            let id = site.city.account(&login, &[(role, 1)]).await;
            let browser = site.signed_in(&id).await;
            for route in &routes {
                let address = concrete(route).replace("999999", "九");
                let page = browser.get(&address).await;
                assert_ne!(page.status, StatusCode::BAD_REQUEST, "{address}");
                if page.status == StatusCode::NOT_FOUND {
                    assert!(page.shows("PAGE-404"), "{address} {}", page.text);
                    missed.insert(route.path);
                }
            }
        }
        assert_eq!(missed.len(), routes.len(), "{missed:?}");
    })
    .await;
}
