//! Who may import, into which register, over whose entries.

use axum::http::StatusCode;
use domain::account::Role;
use testkit::city::unit;
use testkit::engines::on_both;

use crate::office::{Office, SUBJECTS, caterers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_registrar_imports_and_only_for_his_own_unit() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let initiator = office.clerk("initiator1", &[(Role::Initiator, 2)]).await;
        for path in [
            SUBJECTS,
            "/w/import/inspectors",
            "/w/import/subjects/template.csv",
        ] {
            assert_eq!(
                initiator.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        let clerk = office.registrar().await;
        let first = clerk.get(SUBJECTS).await;
        let (token, key) = (first.input("_token"), first.input("_once"));
        let foreign = unit(4);
        let fields = [
            ("_token", token.as_str()),
            ("_once", key.as_str()),
            ("unit", foreign.as_str()),
        ];
        let sent = clerk
            .post_file(SUBJECTS, &fields, "a.csv", caterers(1, 1).as_bytes())
            .await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.text);
        assert_eq!(office.files(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_its_owners_alone() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let other = office.clerk("kucun2", &[(Role::Registrar, 2)]).await;
        let at = clerk.upload("a.csv", &caterers(1, 2)).await;
        for path in [
            at.clone(),
            format!("{at}/columns"),
            format!("{at}/errors.xlsx"),
        ] {
            assert_eq!(
                other.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let as_inspectors = at.replace("subjects", "inspectors");
        assert_eq!(
            clerk.get(&as_inspectors).await.status,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_another_unit_is_not_written_over() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let sanitation = office.clerk("kucun4", &[(Role::Registrar, 4)]).await;
        sanitation.bring_in(&caterers(1, 2)).await;
        let clerk = office.registrar().await;
        let text = caterers(1, 3).replace("样例餐饮0001店", "改了名的店");
        let at = clerk.upload("a.csv", &text).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        assert_eq!(
            preview.counts(),
            [1, 0, 1, 1],
            "what is the same need not be his"
        );
        assert!(
            preview.shows("IMPT-072") && preview.shows("环卫处"),
            "{}",
            preview.text
        );
    })
    .await;
}
