//! A long writer is announced: pages go on and say so, acts queue and are then done.

use axum::http::StatusCode;
use domain::account::Role;
use testkit::city::unit;
use testkit::engines::on_both;

use crate::office::{Office, SUBJECTS, caterers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_register_is_written_pages_say_so_and_what_is_sent_is_done_in_its_turn() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let quiet = clerk.get(SUBJECTS).await;
        assert!(!quiet.shows("会排队"), "{}", quiet.text);
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let until = office.city.app.clock.now().unix_ms() + 40_000;
        let announcement = db
            .announce("正在写入检查对象名录（1000000 行）", until)
            .await;
        let mut writer = db.begin("register.import").await.unwrap();
        writer
            .hold(store::Register::Subjects, store::Hold::Exclusive)
            .await
            .unwrap();
        // A page of a session whose stamp is due: it does not queue to be stamped.
        office.city.clock.advance_minutes(2);
        let page = clerk.get(SUBJECTS).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.shows("正在写入检查对象名录（1000000 行），预计到 09:"),
            "{}",
            page.text
        );
        assert!(page.shows("此间提交的事项会排队"), "{}", page.text);
        let told = clerk.get(&at).await;
        let cancel = format!("{at}/cancel");
        let sending = clerk.press(&told, &cancel, &[]);
        let ending = async {
            assert_eq!(clerk.get("/w/subjects").await.status, StatusCode::OK);
            writer.abandon().await.unwrap();
            drop(announcement);
        };
        let (sent, ()) = tokio::join!(sending, ending);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(clerk.get(&at).await.shows("已取消"));
        assert!(!clerk.get(SUBJECTS).await.shows("会排队"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_judges_against_the_register_as_it_is_when_it_writes() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let other = office.clerk("kucun2", &[(Role::Registrar, 2)]).await;
        let at = clerk.upload("a.csv", &caterers(1, 600)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        // Something else of the register changes after the preview, nothing of these rows.
        let acting = office.city.acting(&other.account).await;
        let caterer = testkit::city::caterer(9_000);
        office.city.subject(&acting, &unit(2), &caterer).await;
        let done = clerk.decide(&at, "all").await;
        assert_eq!(done.counts(), [600, 0, 0, 0], "{}", done.text);
        assert_eq!(office.subjects().await, 601);
        assert_eq!(office.files(), 0, "what was judged is not left lying");
        let db = &office.city.app.db;
        let mut view = db.read().await.unwrap();
        assert_eq!(db.announced(&mut view).await.unwrap(), None);
        drop(view);
        office.audited().await;
    })
    .await;
}
