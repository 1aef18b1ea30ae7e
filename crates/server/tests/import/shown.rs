//! What is applied is what was shown: a tab that was left open, and a database somebody reached into.

use app::staging::State;
use axum::http::StatusCode;
use store::import::{self, Lot};
use testkit::engines::on_both;

use crate::office::{Clerk, Office, Page, caterers};

/// Matches the columns again in a second window: the address is left out of the file.
async fn matched_otherwise(clerk: &Clerk, at: &str) -> Page {
    let form = clerk.get(&format!("{at}/columns")).await;
    let columns = [("name", "0"), ("register_number", "1"), ("address", "-")];
    let fields = [&columns[..], &[("all-district", "411202")]].concat();
    let sent = clerk.press(&form, &format!("{at}/columns"), &fields).await;
    clerk.settle(at).await;
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_button_of_a_tab_left_open_applies_no_numbers_it_never_showed() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        clerk.bring_in(&caterers(1, 3)).await;
        let moved = caterers(1, 3).replace("演示路", "新路");
        let at = clerk.upload("改.csv", &moved).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let old = clerk.get(&at).await;
        assert_eq!(old.counts(), [0, 3, 0, 0]);
        let sent = matched_otherwise(&clerk, &at).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(clerk.get(&at).await.counts(), [0, 0, 3, 0]);

        let before = office.log_size().await;
        let apply = format!("{at}/apply");
        let late = clerk.press(&old, &apply, &[]).await;
        clerk.settle(&at).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
        assert!(late.shows("SEEN-004"), "{}", late.text);
        assert_eq!(late.counts(), [0, 0, 3, 0], "what stands now is shown");
        assert_eq!(
            (clerk.state(&at).await, office.log_size().await),
            (State::Previewed, before)
        );
        // Nor do the other buttons of that tab.
        let gone = clerk.press(&old, &format!("{at}/cancel"), &[]).await;
        assert!(gone.shows("SEEN-004"), "{}", gone.text);
        assert_eq!(clerk.state(&at).await, State::Previewed);
        // Whoever has seen the numbers goes on from there.
        let now = clerk.press(&late, &apply, &[]).await;
        assert_eq!(now.status, StatusCode::SEE_OTHER, "{}", now.text);
        clerk.settle(&at).await;
        assert_eq!(clerk.get(&at).await.counts(), [0, 0, 3, 0]);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matching_of_columns_does_not_go_over_one_it_has_not_seen() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let form = clerk.get(&format!("{at}/columns")).await;
        matched_otherwise(&clerk, &at).await;
        let shown = clerk.import(&at).await.columns();
        let columns = [("name", "2"), ("all-district", "411203")];
        let late = clerk.press(&form, &format!("{at}/columns"), &columns).await;
        clerk.settle(&at).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
        assert!(
            late.shows("SEEN-004") && late.shows("411203"),
            "what was typed stays: {}",
            late.text
        );
        assert_eq!(clerk.import(&at).await.columns(), shown);
        let sent = clerk.press(&late, &format!("{at}/columns"), &columns).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        clerk.settle(&at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_altered_in_the_database_are_refused_on_the_page_by_their_name() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        let id = at.rsplit('/').next().unwrap();
        let mut scratch = db.scratch().await.unwrap();
        let text = import::rows(scratch.reader(), Lot::Rows, id, 0)
            .await
            .unwrap()
            .unwrap();
        let inside = &mut scratch.inside();
        import::drop_rows(inside, Lot::Rows, id).await.unwrap();
        let text = text.replace("样例餐饮0002店", "样例暗改店");
        import::add_rows(inside, Lot::Rows, id, 0, &text)
            .await
            .unwrap();
        scratch.commit().await.unwrap();
        let before = office.log_size().await;
        let sent = clerk.press(&preview, &format!("{at}/apply"), &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        clerk.settle(&at).await;
        let told = clerk.get(&at).await;
        assert!(
            told.shows("IMPT-088") && told.shows("各行内容") && told.shows("重新选文件"),
            "{}",
            told.text
        );
        assert_eq!(
            (office.subjects().await, office.log_size().await),
            (0, before)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_row_was_rewritten_may_only_be_given_up() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("b.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        let was = clerk.import(&at).await.stored;
        let forged = was.summary.replace("411202", "411203");
        assert_ne!(forged, was.summary);
        let mut scratch = db.scratch().await.unwrap();
        let to = import::StoredImport {
            summary: forged,
            ..was.clone()
        };
        assert!(
            import::advance(&mut scratch.inside(), &was, &to)
                .await
                .unwrap()
        );
        scratch.commit().await.unwrap();
        let late = clerk.press(&preview, &format!("{at}/apply"), &[]).await;
        assert!(
            late.shows("SEEN-004") && late.shows("IMPT-088"),
            "{}",
            late.text
        );
        let told = clerk.get(&at).await;
        assert!(
            told.shows("IMPT-088") && !told.shows("/apply"),
            "{}",
            told.text
        );
        let given_up = clerk.press(&told, &format!("{at}/cancel"), &[]).await;
        assert_eq!(given_up.status, StatusCode::SEE_OTHER, "{}", given_up.text);
        assert_eq!(
            (clerk.state(&at).await, office.subjects().await),
            (State::Cancelled, 0)
        );
    })
    .await;
}
