//! Forms: nothing typed is lost, nothing is done twice.

use app::crypto::StorageKey;
use axum::http::StatusCode;
use domain::account::Role;
use domain::id::AccountId;
use domain::policy::Reach;
use sha2::{Digest as _, Sha256};
use store::Db;
use store::subject::{self, SubjectFilter};
use testkit::city::{caterer, register_number, unit};
use testkit::engines::{PostgresDatabase, SqliteFile, on_both};
use testkit::wire::{Cut, Wire};
use web::form::Submitted;

use crate::browser::{Browser, Page, Site};

const NEW: &str = "/w/subjects/new";

async fn registrar(site: &Site) -> (AccountId, Browser) {
    let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
    let browser = site.signed_in(&id).await;
    (id, browser)
}

async fn with_site(story: impl AsyncFn(Site)) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &testkit::engines::upgrade())
        .await
        .unwrap();
    story(Site::open(db.clone()).await).await;
    db.close().await;
}

async fn rows(site: &Site) -> i64 {
    let mut reader = site.city.app.db.read().await.unwrap();
    let everything = Reach {
        everything: true,
        ..Reach::default()
    };
    subject::count(&mut reader, &everything, &SubjectFilter::default(), 1_000)
        .await
        .unwrap()
}

fn entry<'a>(name: &'a str, number: &'a str, unit: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("unit", unit),
        ("name", name),
        ("register_number", number),
        ("kind", "企业"),
        ("standing", "存续"),
        ("district", "411202"),
        ("address", "样例市演示路1号"),
    ]
}

#[tokio::test]
async fn a_subject_is_added_changed_and_removed_with_one_event_each() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let (number, unit) = (register_number(1), unit(1));
        let before = site.log_size().await;
        let asked = browser.get(NEW).await;
        let done = browser
            .submit(&asked, NEW, &entry("样例餐饮甲店", &number, unit.as_str()))
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let record = done.location();
        assert!(!record.contains('?'), "an address carries no words");
        let page = browser.get(done.location()).await;
        assert!(
            page.shows("已新增检查对象。") && page.shows("样例餐饮甲店"),
            "{}",
            page.text
        );
        assert!(
            page.shows("<b>新增检查对象</b>") || page.shows("名录维护·样例kucun1"),
            "the trace names act and actor"
        );

        let edit = format!("{record}/edit");
        let asked = browser.get(&edit).await;
        let mut fields = entry("样例餐饮甲店", &number, unit.as_str());
        fields.push(("pools", "餐饮、工地"));
        let done = browser.submit(&asked, &edit, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(browser.get(record).await.shows("工地"));

        let remove = format!("{record}/remove");
        let asked = browser.get(&remove).await;
        let bare = browser.submit(&asked, &remove, &[("reason", " ")]).await;
        assert_eq!(
            bare.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a removal wants its reason"
        );
        let done = browser
            .submit(&bare, &remove, &[("reason", "重复登记")])
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(browser.get(record).await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.log_size().await, before + 3);
        assert_eq!(rows(&site).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_comes_back_with_everything_typed_and_every_error_at_its_field() {
    with_site(async |site| {
        let (_, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let long = "样".repeat(300);
        let unit = unit(1);
        let fields = [
            ("unit", unit.as_str()),
            ("name", "<b>样例&店"),
            ("usci", "11010519491231002X"),
            ("district", "41"),
            ("address", long.as_str()),
            ("kind", "企业"),
            ("standing", "存续"),
            ("registered_on", "去年"),
        ];
        let page = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.shows("<title>有误：新增检查对象"));
        for (field, code) in [
            ("usci", "TEXT-014"),
            ("district", "TEXT-017"),
            ("address", "TEXT-002"),
            ("registered_on", "DATE-001"),
        ] {
            assert!(
                page.shows(&format!("href=\"#f-{field}\"")),
                "{field} is in the summary"
            );
            assert!(page.shows(code), "{code}: {}", page.text);
        }
        assert!(
            page.shows("&#60;b&#62;样例&#38;店"),
            "typed text is back, escaped"
        );
        assert!(page.shows(&long) && page.shows("value=\"去年\""));
        assert_eq!(rows(&site).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_second_press_shows_the_first_answer() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let (number, unit) = (register_number(1), unit(1));
        let asked = browser.get(NEW).await;
        let fields = entry("样例餐饮甲店", &number, unit.as_str());
        let first = browser.submit(&asked, NEW, &fields).await;
        let size = site.log_size().await;
        let second = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
        assert_eq!(first.location(), second.location());
        assert_eq!((rows(&site).await, site.log_size().await), (1, size));
    })
    .await;
}

#[tokio::test]
async fn a_second_press_after_the_session_has_run_out_is_no_second_act() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let (number, unit) = (register_number(1), unit(1));
        let asked = browser.get(NEW).await;
        let fields = entry("样例餐饮甲店", &number, unit.as_str());
        let first = browser.submit(&asked, NEW, &fields).await;
        site.city.clock.advance_minutes(61);
        let second = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
        let to = second.location();
        let answer = first.location().split('?').next().unwrap();
        let answer: String = form_urlencoded::byte_serialize(answer.as_bytes()).collect();
        assert!(to.contains(&answer), "{to} {answer}");
        let sign_in = browser.get(to).await;
        assert!(sign_in.shows("在那之前已经办成"), "{}", sign_in.text);
        assert_eq!(rows(&site).await, 1);
    })
    .await;
}

/// What was sent may hold a password or the number of a credential, which a bare hash lets anybody try who has the
/// database.
#[tokio::test]
async fn what_was_sent_is_kept_only_as_a_mark_under_the_key_of_the_installation() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (account, browser) = registrar(&site).await;
        let (number, unit) = (register_number(1), unit(1));
        let asked = browser.get(NEW).await;
        let fields = entry("样例餐饮甲店", &number, unit.as_str());
        browser.submit(&asked, NEW, &fields).await;
        let mut reader = site.city.app.db.read().await.unwrap();
        let key = asked.input("_once");
        let kept = store::session::submission(&mut reader, &account, &key).await;
        let kept = kept.unwrap().unwrap().content;
        let sent: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let content = Submitted::parse(sent.join("&").as_bytes())
            .unwrap()
            .content(NEW);
        assert_ne!(kept, store::hex(&Sha256::digest(&content)), "no bare hash");
        let keys = &site.city.app.storage_key;
        let mark = keys.mark("submissions.content_hash", &content);
        assert_eq!(kept, store::hex(&mark));
        let other = StorageKey::new(&[8; 32]).mark("submissions.content_hash", &content);
        assert_ne!(kept, store::hex(&other));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_presses_at_once_are_one_act() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let (token, key) = (asked.input("_token"), asked.input("_once"));
        let mut presses = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (browser, token, key) = (browser.clone(), token.clone(), key.clone());
            presses.spawn(async move {
                let (number, unit) = (register_number(1), unit(1));
                let mut fields = entry("样例餐饮甲店", &number, unit.as_str());
                fields.extend([("_token", token.as_str()), ("_once", key.as_str())]);
                browser.post_raw(NEW, &fields).await
            });
        }
        let answers: Vec<Page> = presses.join_all().await;
        let places: Vec<&str> = answers.iter().map(Page::location).collect();
        assert!(
            answers
                .iter()
                .all(|page| page.status == StatusCode::SEE_OTHER),
            "{places:?}"
        );
        assert!(
            places.windows(2).all(|pair| pair[0] == pair[1]),
            "{places:?}"
        );
        assert_eq!(rows(&site).await, 1);
    })
    .await;
}

#[tokio::test]
async fn after_a_crash_between_act_and_answer_the_answer_is_the_entry_of_the_act() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let (number, unit) = (register_number(1), unit(1));
        let fields = entry("样例餐饮甲店", &number, unit.as_str());
        browser.submit(&asked, NEW, &fields).await;
        let size = site.log_size().await;
        // What the database holds when the program dies before it has written down the answer.
        let unanswered = store::Press::new(asked.input("_once"), id, String::new(), 0);
        let mut scratch = site.city.app.db.scratch().await.unwrap();
        store::session::keep_answer(&mut scratch.inside(), &unanswered, "")
            .await
            .unwrap();
        scratch.commit().await.unwrap();
        let second = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
        assert_eq!(second.location(), format!("/w/log/{}", size - 1));
        let entry = browser.get(second.location()).await;
        assert!(entry.shows("新增检查对象"), "{}", entry.text);
        assert_eq!((rows(&site).await, site.log_size().await), (1, size));
    })
    .await;
}

#[tokio::test]
async fn a_form_changed_after_its_act_is_not_saved_is_told_so_and_comes_back() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, browser) = registrar(&site).await;
        let keeper = site.city.acting(&id).await;
        let subject = site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let record = format!("/w/subjects/{subject}");
        let edit = format!("{record}/edit");
        let (number, unit) = (register_number(1), unit(1));
        let asked = browser.get(&edit).await;
        let saved = |name| entry(name, &number, unit.as_str());
        let first = browser.submit(&asked, &edit, &saved("先存的名称")).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
        let size = site.log_size().await;
        // Back, another text, saved again: the same key, other content.
        let again = browser.submit(&asked, &edit, &saved("后改的名称")).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(
            again.shows("FORM-011") && again.shows("没有保存") && again.shows("后改的名称"),
            "{}",
            again.text
        );
        assert!(again.shows(&format!("href=\"{record}\"")));
        assert_eq!(site.log_size().await, size);
        assert!(browser.get(&record).await.shows("先存的名称"));
        // The form that came back can be sent.
        assert_ne!(again.input("_once"), asked.input("_once"));
        let third = browser.submit(&again, &edit, &saved("后改的名称")).await;
        assert_eq!(third.status, StatusCode::SEE_OTHER, "{}", third.text);
        assert!(browser.get(&record).await.shows("后改的名称"));
    })
    .await;
}

#[tokio::test]
async fn a_form_that_comes_back_after_its_act_does_not_hide_what_somebody_else_has_changed_since() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, browser) = registrar(&site).await;
        let keeper = site.city.acting(&id).await;
        let subject = site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let record = format!("/w/subjects/{subject}");
        let edit = format!("{record}/edit");
        let (number, unit) = (register_number(1), unit(1));
        let saved = |name| entry(name, &number, unit.as_str());
        let asked = browser.get(&edit).await;
        browser.submit(&asked, &edit, &saved("先存的名称")).await;
        let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
        let other = site.signed_in(&other).await;
        let theirs = other.get(&edit).await;
        let done = other.submit(&theirs, &edit, &saved("别人改的名称")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        // Back, another text: not saved, and the form does not rest on what he never saw.
        let again = browser.submit(&asked, &edit, &saved("后改的名称")).await;
        assert!(again.shows("FORM-011"), "{}", again.text);
        let told = browser.submit(&again, &edit, &saved("后改的名称")).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        assert!(told.shows("SEEN-001"), "{}", told.text);
        assert!(browser.get(&record).await.shows("别人改的名称"));
        // Told of it, he may decide.
        let third = browser.submit(&told, &edit, &saved("后改的名称")).await;
        assert_eq!(third.status, StatusCode::SEE_OTHER, "{}", third.text);
    })
    .await;
}

#[tokio::test]
async fn signed_in_again_elsewhere_the_form_of_the_first_window_comes_back_with_its_text() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, first_window) = registrar(&site).await;
        let asked = first_window.get(NEW).await;
        // The second window shares the cookie: from now on both are in the new session.
        let browser = site.signed_in(&id).await;
        let (number, unit) = (register_number(1), unit(1));
        let fields = entry("第一个窗口里的店", &number, unit.as_str());
        let size = site.log_size().await;
        let back = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(
            back.shows("FORM-012") && back.shows("value=\"第一个窗口里的店\""),
            "{}",
            back.text
        );
        assert_eq!(site.log_size().await, size, "nothing is done unproved");
        let done = browser.submit(&back, NEW, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(rows(&site).await, 1);

        let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
        let refused = site
            .signed_in(&other)
            .await
            .submit(&asked, NEW, &fields)
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.shows("FORM-009") && !refused.shows("第一个窗口里的店"));
        let nobody = site.stranger().submit(&asked, NEW, &fields).await;
        // Nobody knows whose it was, so nothing is kept: whoever sent it gets it back to copy, and nothing is done.
        assert_eq!(nobody.status, StatusCode::FORBIDDEN);
        assert!(nobody.shows("登录已过期") && nobody.shows("第一个窗口里的店"));
        assert_eq!(rows(&site).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_double_presses_at_once_are_forty_acts() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let before = site.log_size().await;
        let mut presses = tokio::task::JoinSet::new();
        for number in 1..=40 {
            let asked = std::sync::Arc::new(browser.get(NEW).await);
            for _ in 0..2 {
                let (browser, asked) = (browser.clone(), std::sync::Arc::clone(&asked));
                presses.spawn(async move {
                    let (code, unit) = (register_number(number), unit(1));
                    let fields = entry("样例餐饮店", &code, unit.as_str());
                    (number, browser.submit(&asked, NEW, &fields).await)
                });
            }
        }
        let mut places = std::collections::BTreeMap::<u32, Vec<String>>::new();
        for (number, page) in presses.join_all().await {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
            places
                .entry(number)
                .or_default()
                .push(page.location().to_owned());
        }
        assert!(places.values().all(|pair| pair[0] == pair[1]), "{places:?}");
        assert_eq!(
            (rows(&site).await, site.log_size().await),
            (40, before + 40)
        );
    })
    .await;
}

#[tokio::test]
async fn two_people_who_change_one_entry_do_not_overwrite_each_other() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, first) = registrar(&site).await;
        let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
        let second = site.signed_in(&other).await;
        let keeper = site.city.acting(&id).await;
        let subject = site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let edit = format!("/w/subjects/{subject}/edit");
        let (one, two) = (first.get(&edit).await, second.get(&edit).await);
        let (number, unit) = (register_number(1), unit(1));
        let fields = entry("先改的名称", &number, unit.as_str());
        assert_eq!(
            first.submit(&one, &edit, &fields).await.status,
            StatusCode::SEE_OTHER
        );
        let fields = entry("后改的名称", &number, unit.as_str());
        let refused = second.submit(&two, &edit, &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(
            refused.shows("SEEN-001") && refused.shows("后改的名称"),
            "told, and nothing typed lost"
        );
        assert!(
            first
                .get(&format!("/w/subjects/{subject}"))
                .await
                .shows("先改的名称")
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ran_out_keeps_what_was_typed_for_the_same_account() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        site.city.clock.advance_minutes(61);
        let (number, unit) = (register_number(7), unit(1));
        let page = browser
            .submit(&asked, NEW, &entry("打了一半的店", &number, unit.as_str()))
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert!(
            page.location()
                .starts_with("/login?next=%2Fw%2Fsubjects%2Fnew"),
            "{}",
            page.location()
        );
        assert!(browser.get(page.location()).await.shows("已存为草稿"));
        assert_eq!(rows(&site).await, 0, "nothing was done without a session");

        let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
        assert!(
            !site
                .signed_in(&other)
                .await
                .get(NEW)
                .await
                .shows("打了一半的店"),
            "a draft is one's own"
        );
        let back = site.signed_in(&id).await;
        let form = back.get(NEW).await;
        assert!(form.shows("打了一半的店") && form.shows("上次没有提交的内容已填入"));
        let done = back
            .submit(&form, NEW, &entry("打了一半的店", &number, unit.as_str()))
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(
            !back.get(NEW).await.shows("打了一半的店"),
            "the act uses the draft up"
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_kept_by_button_and_by_script_and_can_be_dropped() {
    with_site(async |site| {
        let (_, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let kept = browser
            .submit(&asked, "/w/drafts/w/subjects/new", &[("name", "草稿店")])
            .await;
        assert_eq!(kept.location(), NEW);
        let form = browser.get(NEW).await;
        assert!(form.shows("草稿已存。"), "{}", form.text);
        assert!(form.shows("value=\"草稿店\"") && form.shows("草稿已存 今日 09:00"));
        let elsewhere = browser
            .submit(&asked, "/w/drafts/w/account/password", &[("old", "x")])
            .await;
        assert_eq!(
            elsewhere.status,
            StatusCode::NOT_FOUND,
            "no draft of what must not be kept"
        );
        browser
            .submit(&asked, "/w/drafts-dropped/w/subjects/new", &[])
            .await;
        let dropped = browser.get(NEW).await;
        assert!(dropped.shows("草稿已清除。"), "{}", dropped.text);
        assert!(!browser.get(NEW).await.shows("草稿店"));
    })
    .await;
}

#[tokio::test]
async fn an_account_has_so_many_drafts_and_loses_nothing_it_typed_beyond() {
    with_site(async |site| {
        let (_, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let keep = async |path: &str, text: &str| {
            let to = format!("/w/drafts{path}");
            browser.submit(&asked, &to, &[("name", text)]).await
        };
        for number in 0..50 {
            let kept = keep(&format!("/w/campaigns/{number}/plan"), "样例").await;
            assert_eq!(
                kept.status,
                StatusCode::SEE_OTHER,
                "{number}: {}",
                kept.text
            );
        }
        let full = keep(NEW, "写了很久的店名").await;
        assert_eq!(full.status, StatusCode::CONFLICT);
        assert!(full.shows("FORM-016"), "{}", full.text);
        assert!(full.shows("写了很久的店名"), "{}", full.text);
        let again = keep("/w/campaigns/7/plan", "改过的样例").await;
        assert_eq!(
            again.status,
            StatusCode::SEE_OTHER,
            "its own place is its own"
        );
        browser
            .submit(&asked, "/w/drafts-dropped/w/campaigns/7/plan", &[])
            .await;
        let kept = keep(NEW, "写了很久的店名").await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
        // Few of them may be many bytes.
        let long = "长".repeat(25_000);
        let mut answers = Vec::new();
        for number in 10..20 {
            let kept = keep(&format!("/w/campaigns/{number}/plan"), &long).await;
            answers.push(kept.status);
        }
        assert_eq!(answers[..9], [StatusCode::SEE_OTHER; 9]);
        assert_eq!(answers[9], StatusCode::CONFLICT);
    })
    .await;
}

/// The story of a press whose answer from the database is lost on the way.
#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn answer_lost(cut: Cut) {
    let server = PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &testkit::engines::upgrade())
        .await
        .unwrap();
    let site = Site::open(db.clone()).await;
    let (_, browser) = registrar(&site).await;
    let asked = browser.get(NEW).await;
    let (number, unit) = (register_number(1), unit(1));
    let mut fields = entry("样例餐饮&乙店", &number, unit.as_str());
    fields.push(("pools", "餐饮、工地"));
    let size = site.log_size().await;
    wire.cut_next(cut);
    let lost = browser.submit(&asked, NEW, &fields).await;
    assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        lost.shows("STOR-505") && lost.shows("结果未知") && !lost.shows("没有保存"),
        "{}",
        lost.text
    );
    // “See here”, by the key.
    let key = asked.input("_once");
    let see = format!("/w/submissions/{key}");
    assert!(lost.shows(&format!("href=\"{see}\"")), "{}", lost.text);
    let seen = browser.get(&see).await;
    let other = site.city.account("kucun2", &[(Role::Registrar, 1)]).await;
    let strange = site.signed_in(&other).await.get(&see).await;
    assert!(strange.shows("没有办成"), "another's form is not shown");
    // The page offers the very same form once more: same key, same content.
    assert_eq!(lost.input("_once"), key);
    assert_eq!(lost.input("name"), "样例餐饮&#38;乙店");
    let again = browser.submit(&lost, NEW, &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    match cut {
        Cut::After => {
            assert_eq!(seen.location(), format!("/w/log/{size}"));
            assert_eq!(again.location(), format!("/w/log/{size}"));
        }
        Cut::Before => {
            assert!(seen.shows("没有办成"), "{}", seen.text);
            assert!(again.location().starts_with("/w/subjects/"));
        }
    }
    assert_eq!((rows(&site).await, site.log_size().await), (1, size + 2));
    db.close().await;
}

#[tokio::test]
async fn a_press_whose_commit_was_never_heard_of_is_settled_by_its_key() {
    answer_lost(Cut::Before).await;
}

#[tokio::test]
async fn a_press_whose_commit_was_not_answered_is_settled_by_its_key() {
    answer_lost(Cut::After).await;
}
