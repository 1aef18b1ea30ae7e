//! The error file where it is long: a job makes it once, and it is given out under the rights of that moment, as long as
//! the upload it belongs to is known.

use app::job::Limits;
use app::staging::IMPORT_ERRORS;
use axum::http::StatusCode;
use domain::account::Role;
use testkit::engines::on_both;

use crate::office::{Clerk, Office, caterers, rows_of};

/// Two rows are many.
fn limits() -> Limits {
    Limits {
        export_rows: 2,
        ..Limits::default()
    }
}

/// A file with three wrong rows, compared; the address of its import.
async fn compared(clerk: &Clerk) -> String {
    let bad = "坏店,9.1E+17,路\n".repeat(3);
    let at = clerk
        .upload("a.csv", &format!("{}{bad}", caterers(1, 2)))
        .await;
    clerk.confirm(&at, &[("all-district", "411202")]).await;
    at
}

/// Asks for the error file, and waits until the job has made it; the address of the job.
async fn made(office: &Office, clerk: &Clerk, at: &str) -> String {
    let sent = clerk.get(&format!("{at}/errors.xlsx")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let about = at.replace("/w/import/", &format!("{IMPORT_ERRORS}/"));
    office.staging.jobs().settled(&about).await;
    sent.location
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_error_file_is_made_by_a_job_and_fetched_with_a_trace() {
    on_both(|db| async move {
        let office = Office::open_with(db, limits()).await;
        let clerk = office.registrar().await;
        let at = compared(&clerk).await;
        let before = office.log_size().await;
        let job = made(&office, &clerk, &at).await;
        let page = clerk.get(&job).await;
        for told in [
            "做错误文件",
            "已办完",
            "这次导入的记录过期时一起删除",
            "a.csv-错误.xlsx",
            "<dd>3</dd>",
        ] {
            assert!(page.shows(told), "{told}: {}", page.text);
        }
        assert!(page.shows(&format!("href=\"{at}\"")), "{}", page.text);
        assert_eq!(office.log_size().await, before, "making it is no act");
        assert_eq!(made(&office, &clerk, &at).await, job, "it is made once");

        let file = clerk.get(&format!("{job}/file")).await;
        assert_eq!(file.status, StatusCode::OK);
        let rows = rows_of(&file.bytes);
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[1][..2], ["坏店", "9.1E+17"]);
        assert_eq!(office.log_size().await, before + 1);
        let other = office.clerk("kucun2", &[(Role::Registrar, 2)]).await;
        let foreign = other.get(&format!("{job}/file")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// The rows of an upload are kept for fewer days than what jobs leave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_file_of_a_forgotten_upload_is_not_given_out_any_more() {
    on_both(|db| async move {
        let office = Office::open_with(db, limits()).await;
        let clerk = office.registrar().await;
        let days = [("retention.import_days", "2")];
        office.city.adopt("story", &days).await;
        let at = compared(&clerk).await;
        let job = made(&office, &clerk, &at).await;
        office.city.clock.advance_minutes(3 * 24 * 60);
        let clerk = office.renewed(&clerk).await;
        office.staging.recover().await.unwrap();
        let before = office.log_size().await;
        for path in [job.clone(), format!("{job}/file")] {
            assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(office.log_size().await, before);
        office.staging.upkeep().await.unwrap();
        assert_eq!(office.made(), 0, "the file went with its row");
    })
    .await;
}

/// A job that has made a file is asked for it again as long as it has it, and it is of the rows that are wrong now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_lost_or_of_other_rows_is_made_again() {
    on_both(|db| async move {
        let office = Office::open_with(db, limits()).await;
        let clerk = office.registrar().await;
        let at = compared(&clerk).await;
        let job = made(&office, &clerk, &at).await;
        office.lose_made();
        let refused = clerk.get(&format!("{job}/file")).await;
        assert!(refused.shows("JOBS-006"), "{}", refused.text);
        let second = made(&office, &clerk, &at).await;
        assert_ne!(second, job);
        assert_eq!(
            clerk.get(&format!("{second}/file")).await.status,
            StatusCode::OK
        );

        // Compared again with a district that is none, two rows more are wrong.
        let import = clerk.import(&at).await;
        let mut columns = import.summary.columns.clone().unwrap();
        columns
            .defaults
            .insert("district".to_owned(), "4112".to_owned());
        office
            .staging
            .confirm(&import, &import.premise(), columns)
            .await
            .unwrap();
        clerk.settle(&at).await;
        let refused = clerk.get(&format!("{second}/file")).await;
        assert!(refused.shows("IMPT-093"), "{}", refused.text);
        let third = made(&office, &clerk, &at).await;
        let file = clerk.get(&format!("{third}/file")).await;
        assert_eq!(rows_of(&file.bytes).len(), 6, "all five");
    })
    .await;
}
