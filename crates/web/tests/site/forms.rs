//! Forms: nothing typed is lost, nothing is done twice.

use axum::http::StatusCode;
use domain::account::Role;
use domain::id::AccountId;
use domain::policy::Reach;
use store::Db;
use store::subject::{self, SubjectFilter};
use testkit::city::{caterer, register_number, unit};
use testkit::engines::{SqliteFile, on_both};

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
        let (record, code) = done.location().split_once('?').unwrap();
        assert_eq!(code, "done=subject-added");
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
        let seen = asked.input("seen");
        fields.extend([("seen", seen.as_str()), ("pools", "餐饮、工地")]);
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
async fn a_form_whose_act_never_ended_is_not_done_a_second_time() {
    with_site(async |site| {
        let (id, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        let mut scratch = site.city.app.db.scratch().await.unwrap();
        let key = asked.input("_once");
        store::session::begin_submission(&mut scratch.inside(), &id, &key, 1_795_000_000_000)
            .await
            .unwrap();
        scratch.commit().await.unwrap();
        let (number, unit) = (register_number(1), unit(1));
        let page = browser
            .submit(&asked, NEW, &entry("样例餐饮甲店", &number, unit.as_str()))
            .await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.shows("FORM-006"), "{}", page.text);
        assert_eq!(rows(&site).await, 0);
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
        let (seen_one, seen_two) = (one.input("seen"), two.input("seen"));
        let mut fields = entry("先改的名称", &number, unit.as_str());
        fields.push(("seen", &seen_one));
        assert_eq!(
            first.submit(&one, &edit, &fields).await.status,
            StatusCode::SEE_OTHER
        );
        let mut fields = entry("后改的名称", &number, unit.as_str());
        fields.push(("seen", &seen_two));
        let refused = second.submit(&two, &edit, &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(
            refused.shows("STOR-409") && refused.shows("后改的名称"),
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
        assert_eq!(kept.location(), "/w/subjects/new?done=draft-kept");
        let form = browser.get(NEW).await;
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
        assert!(!browser.get(NEW).await.shows("草稿店"));
    })
    .await;
}
