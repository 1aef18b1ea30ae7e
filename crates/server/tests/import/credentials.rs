//! A credential belongs to one person, also where a whole register comes in: row by row as in the form.

use store::Db;
use testkit::engines::{PostgresDatabase, on_both, upgrade};

use crate::office::{Clerk, Office, Page};

const INSPECTORS: &str = "/w/import/inspectors";
const HEADER: &str = "工号,姓名,执法证号,有效期至,在岗情况\n";

/// Compares a file and shows the preview, which has not written anything.
async fn previewed(clerk: &Clerk, rows: &str) -> (String, Page) {
    let text = format!("{HEADER}{rows}");
    let at = clerk.upload_to(INSPECTORS, "人员.csv", text.as_bytes());
    let at = at.await;
    clerk.confirm(&at, &[]).await;
    let page = clerk.get(&at).await;
    (at, page)
}

async fn imported(clerk: &Clerk, rows: &str) {
    let (at, page) = previewed(clerk, rows).await;
    let [added, changed, same, bad] = page.counts();
    assert_eq!(bad, 0, "{}", page.text);
    let receipt = clerk.decide(&at, "all").await;
    assert_eq!(receipt.counts(), [added, changed, same, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_another_holds_is_refused_and_one_of_somebody_who_left_is_not() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        imported(
            &clerk,
            "F001,检查员甲,YS001,2030-01-01,在岗\nF002,检查员乙,YS002,2030-01-01,调离\n",
        )
        .await;
        let (at, page) = previewed(
            &clerk,
            "F003,检查员丙,YS001,2030-01-01,在岗\nF004,检查员丁,YS002,2030-01-01,在岗\n",
        )
        .await;
        assert_eq!(page.counts(), [1, 0, 0, 1], "{}", page.text);
        assert!(
            page.shows("ROST-031") && page.shows("检查员甲"),
            "{}",
            page.text
        );
        assert_eq!(clerk.decide(&at, "good").await.counts(), [1, 0, 0, 1]);
        // Who comes back finds the number with somebody else.
        let (_, page) = previewed(&clerk, "F002,检查员乙,YS002,2030-01-01,在岗\n").await;
        assert_eq!(page.counts(), [0, 0, 0, 1], "{}", page.text);
        assert!(
            page.shows("ROST-031") && page.shows("检查员丁"),
            "{}",
            page.text
        );
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_count_in_their_order_as_if_each_had_been_typed() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let twice = "F001,检查员甲,YS001,2030-01-01,在岗\nF002,检查员乙,YS001,2030-01-01,在岗\n";
        let (_, page) = previewed(&clerk, twice).await;
        assert_eq!(page.counts(), [1, 0, 0, 1], "{}", page.text);
        assert!(page.shows("ROST-031"), "{}", page.text);
        imported(&clerk, "F001,检查员甲,YS001,2030-01-01,在岗\n").await;
        let too_early =
            "F002,检查员乙,YS001,2030-01-01,在岗\nF001,检查员甲,YS009,2030-01-01,在岗\n";
        let (_, page) = previewed(&clerk, too_early).await;
        assert_eq!(page.counts(), [0, 1, 0, 1], "{}", page.text);
        imported(
            &clerk,
            "F001,检查员甲,YS009,2030-01-01,在岗\nF002,检查员乙,YS001,2030-01-01,在岗\n",
        )
        .await;
        office.audited().await;
    })
    .await;
}

/// A code under which recusals of its former holder stand would make them those of the newcomer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_under_which_recusals_were_left_behind_is_given_to_nobody() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let office = Office::open(db).await;
    let clerk = office.registrar().await;
    testkit::engines::admin(
        server.url(),
        "INSERT INTO recusals (inspector_code, subject_code, ground, declared_by, declared_at_ms, last_event) VALUES ('F009', '411202000000017', 'interest', 'x', 0, 'x')",
    );
    let rows = "F001,检查员甲,YS001,2030-01-01,在岗\nF009,检查员乙,YS002,2030-01-01,在岗\n";
    let (at, page) = previewed(&clerk, rows).await;
    assert_eq!(page.counts(), [1, 0, 0, 1], "{}", page.text);
    assert!(
        page.shows("ROST-033") && page.shows("F009"),
        "{}",
        page.text
    );
    assert_eq!(clerk.decide(&at, "good").await.counts(), [1, 0, 0, 1]);
}
