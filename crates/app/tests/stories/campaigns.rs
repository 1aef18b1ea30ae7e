//! A campaign before its plan is approved, and what is not given out before there is a result.

use app::drawing::{Figures, Preview, QuotaFigure};
use app::premise::Thing;
use domain::account::Role;
use domain::campaign::plan::{CampaignPlan, Window};
use domain::time::Date;
use testkit::city::{City, as_shown, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves};

#[tokio::test]
async fn a_plan_has_a_title_and_the_campaign_the_window_it_was_last_given() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let initiator = city.account("initiator", &[(Role::Initiator, 1)]).await;
        let initiator = city.acting(&initiator).await;
        let app = &city.app;
        let before = leaves(&city).await;
        let nameless = CampaignPlan::titled("  ");
        let refused = app.draft_campaign(&initiator, &unit(1), &nameless).await;
        assert_eq!(code_of(refused), "PLAN-030");
        assert_eq!(leaves(&city).await, before);
        let mut plan = CampaignPlan::titled("餐饮企业油烟管控抽查");
        let number = app.draft_campaign(&initiator, &unit(1), &plan).await;
        let number = number.unwrap();
        for (from, until) in [(1, 20), (5, 25)] {
            let day = |day| Date::new(2026, 12, day).unwrap();
            plan.window = Some(Window {
                from: day(from),
                until: day(until),
            });
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let revised = app.revise_plan(&initiator, &number, &shown, &plan).await;
            revised.unwrap();
            let mut reader = app.db.read().await.unwrap();
            let kept = store::campaign::by_number(&mut reader, &number).await;
            let kept = kept.unwrap();
            assert_eq!((kept.from, kept.until), (day(from), day(until)));
        }
    })
    .await;
}

#[tokio::test]
async fn the_full_opening_of_what_is_not_drawn_is_refused_and_nobody_has_read_it() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let initiator = city.account("initiator", &[(Role::Initiator, 1)]).await;
        let initiator = city.acting(&initiator).await;
        let supervisor = city.account("supervisor", &[(Role::Supervisor, 1)]).await;
        let supervisor = city.acting(&supervisor).await;
        let plan = CampaignPlan::titled("餐饮企业油烟管控抽查");
        let drafted = city.app.draft_campaign(&initiator, &unit(1), &plan).await;
        let number = drafted.unwrap();
        let before = leaves(&city).await;
        let refused = city.app.full_bundle(&supervisor, &number).await;
        assert_eq!(code_of(refused), "DRAW-037");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

#[test]
fn one_stratum_without_chance_is_told_however_many_others_have_it() {
    let told = |strata: &[(u64, u64)]| {
        let quotas = strata.iter().map(|(pool, drawn)| QuotaFigure {
            stratum: format!("fume:{pool}"),
            pool: *pool,
            drawn: *drawn,
        });
        let preview = Preview {
            figures: Figures {
                quotas: quotas.collect(),
                ..Figures::default()
            },
            refusal: None,
        };
        preview.not_random()
    };
    assert!(told(&[(40, 2), (1, 1)]));
    assert!(!told(&[(40, 2), (1, 0)]), "nothing is drawn from it");
    assert!(!told(&[(40, 1), (2, 1)]));
    assert!(!told(&[]));
}
