//! Numbers of campaigns (任务编号): what is given up or void keeps its own, and the next gets the next.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::campaign::StateKind;
use domain::campaign::abandon_class::AbandonClass;
use domain::id::CampaignNo;
use testkit::city::as_shown;

use crate::story::{Story, told_on_both};

async fn kind(story: &Story, number: &CampaignNo) -> (StateKind, u32) {
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number)
        .await
        .unwrap();
    (stored.campaign.kind(), stored.campaign.state.attempt())
}

/// The last four digits.
fn ordinal(number: &CampaignNo) -> u32 {
    number.as_str().rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_campaign_that_is_given_up_or_void_keeps_its_number_and_the_next_gets_the_next() {
    told_on_both(async |story| {
        let app = &story.site.city.app;
        let shown = async |number: &CampaignNo| as_shown(app, Thing::Campaign(number)).await;
        let given_up = story.launched().await;
        let seen = shown(&given_up).await;
        app.abandon_campaign(
            &story.initiator,
            &given_up,
            &seen,
            (AbandonClass::NotNeeded, "上级另有安排"),
        )
        .await
        .unwrap();
        let (voided, _) = story.committed().await;
        assert_eq!(ordinal(&voided), ordinal(&given_up) + 1);
        story
            .void(&voided, "register-error", "名录有误")
            .await
            .unwrap();
        let next = story.drafted().await;
        assert_eq!(ordinal(&next), ordinal(&voided) + 1);
        // Both are still found under their own numbers, and an attempt that begins anew is not a new campaign.
        assert_eq!(kind(&story, &given_up).await.0, StateKind::Abandoned);
        assert_eq!(kind(&story, &voided).await, (StateKind::Approved, 2));
        for number in [&given_up, &voided] {
            let page = story.site.stranger().get(&format!("/draw/{number}")).await;
            assert_eq!(page.status, StatusCode::OK, "{number}: {}", page.text);
        }
        let last = story.drafted().await;
        assert_eq!(ordinal(&last), ordinal(&next) + 1);
        let mut reader = app.db.read().await.unwrap();
        let series = store::counter::all(&mut reader).await.unwrap();
        let [series] = series.as_slice() else {
            panic!("{series:?}");
        };
        assert_eq!((series.first, series.last), (1, 4));
        let audited = store::audit(&app.db).await.unwrap();
        assert_eq!(audited.faults, []);
    })
    .await;
}
