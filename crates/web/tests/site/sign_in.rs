//! Signing in, staying, leaving.

use std::net::SocketAddr;

use app::passwords::Whose;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use domain::account::Role;
use testkit::city::PASSWORD;
use testkit::engines::on_both;

use crate::browser::{Browser, Page, Site};

async fn try_password(browser: &Browser, login: &str, password: &str) -> Page {
    browser
        .post_raw(
            "/login",
            &[("next", "/w"), ("login", login), ("password", password)],
        )
        .await
}

fn cookie_of(page: &Page) -> String {
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    cookie["mq=".len()..].split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_officer_signs_in_and_out_again() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let mut browser = site.stranger();
        let asked = browser.get("/login?next=%2Fw%2Fsubjects").await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let next = asked.input("next");
        let wrong = try_password(&browser, "kucun1", "no").await;
        assert_eq!(wrong.status, StatusCode::FORBIDDEN);
        assert!(
            wrong.shows("AUTH-030") && wrong.shows("value=\"kucun1\""),
            "the name stays typed"
        );
        assert!(!wrong.headers.contains_key("set-cookie"));
        let fields = [
            ("next", next.as_str()),
            ("login", "kucun1"),
            ("password", PASSWORD),
        ];
        let opened = browser.post_raw("/login", &fields).await;
        assert_eq!(
            (opened.status, opened.location()),
            (StatusCode::SEE_OTHER, "/w/subjects")
        );
        let cookie = opened.headers["set-cookie"].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && cookie.contains("Path=/")
        );
        browser.token = Some(cookie_of(&opened));
        assert_eq!(
            browser.get("/login").await.location(),
            "/w",
            "who is in need not sign in"
        );

        let page = browser.get("/w").await;
        assert!(page.shows("样例kucun1·执法监督科"), "{}", page.text);
        let left = browser.submit(&page, "/logout", &[]).await;
        assert_eq!(left.status, StatusCode::OK);
        assert!(
            left.shows("已退出登录。") && left.shows("name=\"password\""),
            "{}",
            left.text
        );
        assert!(!browser.get("/login").await.shows("已退出登录。"));
        assert!(
            left.headers["set-cookie"]
                .to_str()
                .unwrap()
                .contains("Max-Age=0")
        );
        assert!(
            browser.get("/w").await.location().starts_with("/login"),
            "the old cookie is worth nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn where_too_many_wait_the_next_is_told_at_once_and_keeps_his_name_and_his_count() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let browser = site.stranger();
        let passwords = &site.city.app.passwords;
        let before = site.log_size().await;
        let mut seats = Vec::new();
        while let Ok(seat) = passwords.seat(Whose::Stranger) {
            seats.push(seat);
        }
        for _ in 0..10 {
            let full = try_password(&browser, "kucun1", "口令不会再显示").await;
            assert_eq!(full.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(full.headers["retry-after"], "5");
            assert!(
                full.shows("AUTH-037")
                    && full.shows("value=\"kucun1\"")
                    && !full.shows("口令不会再显示"),
                "{}",
                full.text
            );
        }
        drop(seats);
        assert_eq!(site.log_size().await, before);
        let opened = try_password(&browser, "kucun1", PASSWORD).await;
        assert_eq!(
            opened.status,
            StatusCode::SEE_OTHER,
            "none of the ten failed"
        );
    })
    .await;
}

#[tokio::test]
async fn after_five_wrong_passwords_a_stranger_is_told_at_once_how_long_to_wait() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let browser = site.stranger();
        for name in ["kucun1", "nobody"] {
            for _ in 0..5 {
                let wrong = try_password(&browser, name, "wrong").await;
                assert!(wrong.shows("AUTH-030"), "{name}");
            }
            let waits = try_password(&browser, name, PASSWORD).await;
            assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(
                waits.shows("AUTH-031") && waits.shows("还要等 1 秒"),
                "a name that does not exist is answered alike: {}",
                waits.text
            );
        }
        site.city.clock.advance_ms(1000);
        assert_eq!(
            try_password(&browser, "kucun1", PASSWORD).await.status,
            StatusCode::SEE_OTHER
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_known_by_a_cookie_of_its_own_and_passes_while_strangers_wait() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let stranger = site.stranger();
        let opened = try_password(&stranger, "kucun1", PASSWORD).await;
        let cookies: Vec<&str> = opened
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect();
        let device = cookies
            .iter()
            .find(|cookie| cookie.starts_with("mq-device="));
        let device = *device.expect("the browser is known from now on");
        assert!(
            device.contains("HttpOnly") && device.contains("Max-Age="),
            "{device}"
        );
        let device = device.split(';').next().unwrap();
        for _ in 0..6 {
            try_password(&stranger, "kucun1", "wrong").await;
        }
        assert!(
            try_password(&stranger, "kucun1", PASSWORD)
                .await
                .shows("AUTH-031")
        );
        let fields = format!("next=%2Fw&login=kucun1&password={}", urlencoded(PASSWORD));
        let request = Request::post("/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", device)
            .body(Body::from(fields))
            .unwrap();
        let passes = stranger.send(request).await;
        assert_eq!(passes.status, StatusCode::SEE_OTHER, "{}", passes.text);
    })
    .await;
}

fn urlencoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn an_address_is_that_of_the_connection_and_this_machine_is_nobodys() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let rules = [("sign_in.source_failures", "5")];
        site.city.adopt("story", &rules).await;
        let browser = site.stranger();
        let attempt = async |peer: &str, login: &str, password: &str| {
            let peer: SocketAddr = peer.parse().unwrap();
            let fields = format!("next=%2Fw&login={login}&password={}", urlencoded(password));
            let mut request = Request::post("/login")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .header("x-forwarded-for", "198.51.100.1")
                .body(Body::from(fields))
                .unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
            browser.send(request).await
        };
        for number in 0..6 {
            let login = format!("name-{number}");
            attempt("192.0.2.1:40000", &login, "wrong").await;
            attempt("127.0.0.1:40000", &login, "wrong").await;
        }
        let waits = attempt("192.0.2.1:50000", "kucun1", PASSWORD).await;
        assert!(waits.shows("AUTH-031"), "{}", waits.text);
        for peer in ["192.0.2.2:40000", "127.0.0.1:40000"] {
            let opened = attempt(peer, "kucun1", PASSWORD).await;
            assert_eq!(opened.status, StatusCode::SEE_OTHER, "{peer}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rulebook_of_three_failures_lets_wait_after_three_and_never_longer_than_its_minutes() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let rules = [("sign_in.failures", "3"), ("sign_in.lock_minutes", "1")];
        site.city.adopt("story", &rules).await;
        let browser = site.stranger();
        let asked = browser.get("/login").await;
        assert!(
            asked.shows("3 次不对之后，要等一会儿才能再试") && asked.shows("最长 1 分钟"),
            "said before it happens: {}",
            asked.text
        );
        for _ in 0..3 {
            let wrong = try_password(&browser, "kucun1", "wrong").await;
            assert!(wrong.shows("AUTH-030"));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let waits = try_password(&browser, "kucun1", "wrong").await;
            let said = format!("还要等 {seconds} 秒");
            assert!(
                waits.shows("AUTH-031") && waits.shows(&said),
                "{}",
                waits.text
            );
            site.city.clock.advance_ms(seconds * 1000);
            let wrong = try_password(&browser, "kucun1", "wrong").await;
            assert!(wrong.shows("AUTH-030"), "{}", wrong.text);
        }
        site.city.clock.advance_ms(60_000);
        let opened = try_password(&browser, "kucun1", PASSWORD).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn failures_longer_counted_than_a_session_are_not_forgotten_when_somebody_else_signs_in() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        for login in ["kucun1", "kucun2"] {
            site.city.account(login, &[]).await;
        }
        let rules = [
            ("sign_in.failures", "1"),
            ("sign_in.lock_minutes", "1440"),
            ("session.life_minutes", "60"),
        ];
        site.city.adopt("story", &rules).await;
        let browser = site.stranger();
        for power in 0..14 {
            try_password(&browser, "kucun1", "wrong").await;
            site.city.clock.advance_ms(1000 << power);
        }
        try_password(&browser, "kucun1", "wrong").await;
        site.city.clock.advance_minutes(120);
        let other = try_password(&browser, "kucun2", PASSWORD).await;
        assert_eq!(other.status, StatusCode::SEE_OTHER, "{}", other.text);
        site.city.app.keep_tries().await.unwrap();
        let waits = try_password(&browser, "kucun1", PASSWORD).await;
        assert!(waits.shows("AUTH-031"), "{}", waits.text);
    })
    .await;
}

#[tokio::test]
async fn a_session_lives_as_long_as_the_rulebook_in_force_says() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let clock = &site.city.clock;
        let browser = site.signed_in(&id).await;
        clock.advance_minutes(20);
        assert_eq!(browser.get("/w").await.status, StatusCode::OK);
        let rules = [
            ("session.idle_minutes", "10"),
            ("session.life_minutes", "30"),
        ];
        site.city.adopt("story", &rules).await;
        clock.advance_minutes(11);
        let over = browser.get("/w").await;
        assert!(
            over.location().starts_with("/login"),
            "adopted a moment ago, and in force for sessions that were open: {}",
            over.text
        );
        assert!(
            browser
                .get("/login")
                .await
                .shows("10 分钟没有操作，自动退出")
        );
        let busy = site.signed_in(&id).await;
        for _ in 0..3 {
            clock.advance_minutes(10);
            assert_eq!(busy.get("/w").await.status, StatusCode::OK);
        }
        clock.advance_minutes(1);
        assert!(
            busy.get("/w").await.location().starts_with("/login"),
            "used all the time, and over after half an hour"
        );
    })
    .await;
}

#[tokio::test]
async fn a_rulebook_of_fourteen_letters_is_told_beside_every_password_and_kept_to() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let admin = site
            .city
            .account("sysadmin", &[(Role::SystemAdmin, 0)])
            .await;
        let security = site
            .city
            .account("secadmin", &[(Role::SecurityAdmin, 0)])
            .await;
        let id = site.city.account("kucun1", &[]).await;
        site.city
            .adopt("story", &[("password.letters", "14")])
            .await;
        let (admin, security) = (
            site.signed_in(&admin).await,
            site.signed_in(&security).await,
        );
        let asked = admin.get("/a/users/new").await;
        assert!(asked.shows("至少 14 个字符"), "{}", asked.text);
        let thirteen = "一二三四五六七八九十甲乙丙";
        let fields = [
            ("name", "样例新人"),
            ("login", "xinren"),
            ("password", thirteen),
        ];
        let short = admin.submit(&asked, "/a/users/new", &fields).await;
        assert!(short.shows("ACCT-003") && short.shows("初始口令少于 14 个字符"));

        let reset = format!("/a/users/{id}/password");
        let asked = security.get(&reset).await;
        assert!(asked.shows("至少 14 个字符"), "{}", asked.text);
        let short = security
            .submit(&asked, &reset, &[("password", thirteen)])
            .await;
        assert!(short.shows("ACCT-003") && short.shows("少于 14 个字符"));

        let asked = security.get("/w/account/password").await;
        assert!(asked.shows("至少 14 个字符"), "{}", asked.text);
        let fields = [("old", PASSWORD), ("new", thirteen), ("again", thirteen)];
        let short = security
            .submit(&asked, "/w/account/password", &fields)
            .await;
        assert!(
            short.shows("AUTH-032")
                && short.shows("新口令少于 14 个字符")
                && short.shows("换一个至少 14 个字符的口令"),
            "{}",
            short.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_place_elsewhere_is_never_returned_to() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.account("kucun1", &[]).await;
        let browser = site.stranger();
        for next in [
            "https://elsewhere.example/",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/login",
        ] {
            let fields = [("next", next), ("login", "kucun1"), ("password", PASSWORD)];
            let opened = browser.post_raw("/login", &fields).await;
            assert_eq!(opened.location(), "/w", "{next}");
        }
    })
    .await;
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
#[tokio::test]
async fn a_first_password_must_be_changed_before_anything_else() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let admin = site
            .city
            .account("sysadmin", &[(Role::SystemAdmin, 0)])
            .await;
        let admin = site.signed_in(&admin).await;
        let asked = admin.get("/a/users/new").await;
        let fields = [
            ("name", "样例新人"),
            ("login", "xinren"),
            ("password", "初始口令初始口令甲"),
        ];
        let short = admin.submit(&asked, "/a/users/new", &fields).await;
        assert!(short.shows("ACCT-003"), "{}", short.text);
        let fields = [
            ("name", "样例新人"),
            ("login", "xinren"),
            ("password", "初始口令初始口令甲乙"),
        ];
        let opened = admin.submit(&short, "/a/users/new", &fields).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);

        let mut newcomer = site.stranger();
        let first = try_password(&newcomer, "xinren", "初始口令初始口令甲乙").await;
        assert_eq!(first.location(), "/w/account/password");
        newcomer.token = Some(cookie_of(&first));
        for path in ["/w", "/w/account", "/w/log", "/w/items"] {
            assert_eq!(
                newcomer.get(path).await.location(),
                "/w/account/password",
                "{path}"
            );
        }
        let page = newcomer.get("/w/account/password").await;
        let unlike = [
            ("old", "初始口令初始口令甲乙"),
            ("new", "自己的口令与另外两匹马"),
            ("again", "别的"),
        ];
        let again = newcomer.submit(&page, "/w/account/password", &unlike).await;
        assert!(
            again.shows("AUTH-034") && !again.shows("自己的口令与另外两匹马"),
            "passwords are not shown again"
        );
        let same = [("old", "不对"), ("new", "短"), ("again", "短")];
        let again = newcomer.submit(&again, "/w/account/password", &same).await;
        assert!(
            again.shows("AUTH-033") && again.shows("AUTH-032"),
            "both errors at once: {}",
            again.text
        );
        let fields = [
            ("old", "初始口令初始口令甲乙"),
            ("new", "自己的口令与另外两匹马"),
            ("again", "自己的口令与另外两匹马"),
        ];
        let done = newcomer
            .submit(&again, "/w/account/password", &fields)
            .await;
        assert_eq!(done.location(), "/w/account", "{}", done.text);
        let page = newcomer.get("/w/account").await;
        assert!(page.shows("口令已更改。"), "{}", page.text);
        assert_eq!(newcomer.get("/w").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_session_elsewhere_can_be_ended_and_only_ones_own() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
        let (here, there) = (site.signed_in(&id).await, site.signed_in(&id).await);
        let stranger = site.signed_in(&other).await;
        let page = here.get("/w/account").await;
        let end = page.text.split("action=\"").find_map(|rest| {
            let action = rest.split('"').next()?;
            action
                .starts_with("/w/account/sessions/")
                .then(|| action.to_owned())
        });
        let end = end.expect("the other session can be ended");
        let elsewhere = stranger.get("/w/account").await;
        let foreign = stranger.submit(&elsewhere, &end, &[]).await;
        assert_eq!(
            foreign.status,
            StatusCode::NOT_FOUND,
            "another's session is none of one's own"
        );
        assert_eq!(there.get("/w").await.status, StatusCode::OK);
        let done = here.submit(&page, &end, &[]).await;
        assert_eq!(done.location(), "/w/account");
        assert!(here.get("/w/account").await.shows("已退出那一处登录。"));
        assert!(there.get("/w").await.location().starts_with("/login"));
        assert_eq!(here.get("/w").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn display_modes_are_kept_for_the_account_and_for_a_stranger() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[]).await;
        let browser = site.signed_in(&id).await;
        let page = browser.get("/w/account").await;
        let switched = browser
            .submit(
                &page,
                "/display",
                &[("mode", "large"), ("back", "/w/account")],
            )
            .await;
        assert_eq!(switched.location(), "/w/account");
        assert!(
            browser
                .get("/w/account")
                .await
                .shows("<html lang=\"zh-CN\" class=\"large\">")
        );
        let stranger = site.stranger();
        let switched = stranger
            .post_raw(
                "/display",
                &[("mode", "contrast"), ("back", "//evil.example")],
            )
            .await;
        assert_eq!(switched.location(), "/");
        assert!(
            switched.headers["set-cookie"]
                .to_str()
                .unwrap()
                .starts_with("mq_view=contrast;")
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_nobody_came_back_to_is_forgotten_after_the_days_of_the_rulebook() {
    const NEW: &str = "/w/subjects/new";
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let rules = [("retention.draft_days", "3")];
        site.city.adopt("story", &rules).await;
        let browser = site.signed_in(&id).await;
        let asked = browser.get(NEW).await;
        let keep = "/w/drafts/w/subjects/new";
        browser.submit(&asked, keep, &[("name", "草稿店")]).await;

        let days = |days: i64| days * 24 * 60;
        let somebody = site.stranger();
        site.city.clock.advance_minutes(days(3) - 1);
        try_password(&somebody, "kucun1", PASSWORD).await;
        let back = site.signed_in(&id).await;
        assert!(
            back.get(NEW).await.shows("草稿店"),
            "three days are not over"
        );
        site.city.clock.advance_minutes(2);
        try_password(&somebody, "kucun1", PASSWORD).await;
        let back = site.signed_in(&id).await;
        assert!(!back.get(NEW).await.shows("草稿店"));
    })
    .await;
}
