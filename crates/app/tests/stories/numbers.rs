//! Numbers: a series begins where the bureau says as long as it has given none, and goes on by one.

use app::numbering::Numbered;
use domain::account::Role;
use domain::campaign::plan::CampaignPlan;
use store::counter;
use testkit::city::{City, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest, newest_event};

#[tokio::test]
async fn a_series_may_be_thought_over_until_its_first_number_and_never_after() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let app = &city.app;
        let begin =
            async |year: i16, at: u32| app.begin_numbering(&Numbered::Campaigns, year, at).await;
        let before = leaves(&city).await;
        for (year, at) in [(999, 1), (10_000, 1), (2026, 0), (2026, 100_000)] {
            assert_eq!(code_of(begin(year, at).await), "NUMB-002", "{year} {at}");
        }
        assert_eq!(leaves(&city).await, before);
        for (year, at) in [(1000, 1), (9999, 99_999), (2026, 40), (2026, 17)] {
            begin(year, at).await.unwrap();
            assert_eq!(newest(&city).await, "counter.begin");
            let event = newest_event(&city).await;
            assert_eq!(event.facts["year"], year.to_string());
            assert_eq!(event.facts["next"], at.to_string());
        }
        let initiator = city.account("initiator", &[(Role::Initiator, 1)]).await;
        let initiator = city.acting(&initiator).await;
        for wanted in ["0017", "0018", "0019"] {
            let plan = CampaignPlan::titled("样例");
            let number = app
                .draft_campaign(&initiator, &unit(1), &plan)
                .await
                .unwrap();
            assert!(number.as_str().ends_with(wanted), "{number}");
            assert!(number.as_str().contains("2026"), "{number}");
        }
        let before = leaves(&city).await;
        for (at, code) in [
            (1, "NUMB-001"),
            (19, "NUMB-001"),
            (21, "NUMB-006"),
            (500, "NUMB-006"),
        ] {
            assert_eq!(code_of(begin(2026, at).await), code, "{at}");
        }
        begin(2026, 20).await.unwrap();
        assert_eq!(leaves(&city).await, before, "it stands there already");
        let mut reader = app.db.read().await.unwrap();
        let series = counter::all(&mut reader).await.unwrap();
        let years: Vec<i64> = series.iter().map(|one| one.year).collect();
        assert_eq!(years, [1000, 2026, 9999]);
    })
    .await;
}
