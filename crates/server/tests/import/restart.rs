//! The program stops in the middle: nothing half-done, and the work can be taken up again.

use app::import::{Importer, Register};
use app::staging::{Staging, State};
use axum::http::StatusCode;
use testkit::city::unit;
use testkit::engines::on_both;

use crate::office::{Clerk, Office, SUBJECTS, caterers};

/// A file that was received while nobody was there to read it: the program died right then.
pub async fn received_only(clerk: &Clerk) -> String {
    let (office, acting) = (
        &clerk.office,
        clerk.office.city.acting(&clerk.account).await,
    );
    let importer = Importer::of(&acting, Register::Subjects, &unit(2)).unwrap();
    let mut incoming = office.staging.incoming().await.unwrap();
    incoming.write(caterers(1, 20).as_bytes()).await.unwrap();
    let to = (Register::Subjects, &unit(2));
    let key = "0123456789abcdef";
    let taken = office
        .staging
        .accept(&importer, to, key, "a.csv", incoming)
        .await
        .unwrap();
    assert!(taken.fresh);
    format!("{SUBJECTS}/{}", taken.id)
}

async fn go_on(clerk: &Clerk, at: &str) {
    let page = clerk.get(at).await;
    assert!(page.shows("程序中途停止过"), "{}", page.text);
    let sent = clerk.press(&page, &format!("{at}/resume"), &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    clerk.settle(at).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_is_taken_up_again_from_the_file() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = received_only(&clerk).await;
        assert_eq!(office.files(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = std::fs::read_dir(office.uploads())
                .unwrap()
                .next()
                .unwrap()
                .unwrap();
            let mode = |path: &std::path::Path| {
                std::fs::metadata(path).unwrap().permissions().mode() & 0o777
            };
            assert_eq!(
                (mode(&file.path()), mode(&office.uploads())),
                (0o600, 0o700)
            );
        }
        std::fs::write(office.uploads().join("half.part"), b"x").unwrap();
        assert!(
            clerk.get(&at).await.shows("http-equiv=\"refresh\""),
            "work refreshes its page"
        );
        assert_eq!(office.staging.recover().await.unwrap(), 1);
        assert_eq!(
            office.files(),
            1,
            "half a file is swept away, a whole one waits"
        );
        go_on(&clerk, &at).await;
        assert_eq!(
            (clerk.state(&at).await, office.files()),
            (State::Mapping, 0)
        );
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        assert_eq!(clerk.decide(&at, "all").await.counts(), [20, 0, 0, 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_before_the_commit_has_written_nothing() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 20)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        // The decision is taken, the program dies before the transaction.
        clerk.claims(&at).await;
        assert_eq!(office.staging.recover().await.unwrap(), 1);
        assert_eq!(office.subjects().await, 0);
        go_on(&clerk, &at).await;
        assert_eq!(clerk.get(&at).await.counts(), [20, 0, 0, 0]);
        assert_eq!(clerk.decide(&at, "all").await.counts(), [20, 0, 0, 0]);
        assert_eq!(
            office.staging.recover().await.unwrap(),
            0,
            "what is done stays done"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_was_overtaken_by_a_restart_gives_up_its_rows() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 20)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        clerk.claims(&at).await;
        // Another process starts and takes this one for dead.
        office.staging.recover().await.unwrap();
        let id = at.rsplit('/').next().unwrap();
        assert!(office.staging.apply(id, &Staging::counter()).await.is_err());
        assert_eq!(
            (office.subjects().await, clerk.state(&at).await),
            (0, State::Interrupted)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_nobody_came_back_to_goes_when_its_days_are_over_while_the_program_runs() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let days = [("retention.import_days", "10")];
        office.city.adopt("story", &days).await;
        let at = received_only(&clerk).await;
        let id = at.rsplit('/').next().unwrap();
        office.city.clock.advance_minutes(9 * 24 * 60);
        office.staging.expire().await.unwrap();
        assert_eq!(office.files(), 1);
        office.city.clock.advance_minutes(2 * 24 * 60);
        office.staging.expire().await.unwrap();
        assert_eq!(office.files(), 0);
        let found = office.staging.find(Some(&clerk.account), id).await;
        assert!(found.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_forgotten_after_the_days_the_rulebook_keeps_it() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        office
            .city
            .adopt("story", &[("retention.import_days", "10")])
            .await;
        let told = clerk.get(SUBJECTS).await;
        assert!(told.shows("最近 10 天上传的文件"), "{}", told.text);
        let bad = format!("{}坏店,9.1E+17,路\n", caterers(1, 2));
        let at = clerk.upload("a.csv", &bad).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let choice = clerk.get(&at).await;
        assert!(
            choice.shows("有误的行进错误文件，留 10 天"),
            "{}",
            choice.text
        );
        clerk.decide(&at, "good").await;
        let receipt = clerk.get(&at).await;
        assert!(receipt.shows("错误文件留 10 天"), "{}", receipt.text);
        let report = format!("{at}/errors.xlsx");
        office.city.clock.advance_minutes(9 * 24 * 60);
        let clerk = office.renewed(&clerk).await;
        office.staging.recover().await.unwrap();
        assert_eq!(clerk.get(&report).await.status, StatusCode::OK);
        office.city.clock.advance_minutes(2 * 24 * 60);
        let clerk = office.renewed(&clerk).await;
        office.staging.recover().await.unwrap();
        assert_eq!(clerk.get(&report).await.status, StatusCode::NOT_FOUND);
        assert_eq!(office.subjects().await, 2, "the register stays");
    })
    .await;
}
