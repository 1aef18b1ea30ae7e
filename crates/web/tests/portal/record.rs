//! An act that decides a canonical record is refused when the record would be another one than was shown, act by
//! act: the plan, the result of a visit, what stands on the portal. Nobody has written the thing meanwhile, so it is
//! the hash alone that tells.

use app::AppError;
use app::premise::Thing;
use domain::id::Fingerprint;
use domain::inspection::FallenAway;
use domain::premise::Premise;
use domain::publication::withdrawal_class::WithdrawalClass;
use testkit::city::as_shown;

use crate::story::{Story, told_on_both};

/// What was shown of the thing, with another record than the one it decides.
async fn another(story: &Story, thing: Thing<'_>) -> Premise {
    let shown = as_shown(&story.site.city.app, thing).await;
    assert!(shown.digest.is_some(), "{thing:?} decides a record");
    shown.deciding(Fingerprint::parse(&"0".repeat(64)).unwrap())
}

/// The same without any record.
fn without(shown: &Premise) -> Premise {
    Premise::of(shown.event.clone().unwrap())
}

/// The act is refused with another record and without one, and writes nothing.
async fn refused(
    story: &Story,
    what: &str,
    thing: Thing<'_>,
    act: impl AsyncFn(Premise) -> Result<(), AppError>,
) {
    let size = story.site.log_size().await;
    let another = another(story, thing).await;
    for shown in [without(&another), another] {
        let told = act(shown).await.expect_err(what).to_string();
        assert!(told.contains("SEEN-002"), "{what}: {told}");
    }
    assert_eq!(story.site.log_size().await, size, "{what}");
}

#[tokio::test]
async fn no_act_on_a_plan_goes_on_from_another_plan_than_was_shown() {
    told_on_both(async |story| {
        let app = &story.site.city.app;
        let no = story.drafted().await;
        let plan = Thing::Campaign(&no);
        let (starts, decides, officer) = (&story.initiator, &story.approver, &story.officer);
        refused(&story, "submit", plan, async |shown| {
            app.submit_campaign(starts, &no, &shown).await
        })
        .await;
        let shown = as_shown(app, plan).await;
        app.submit_campaign(starts, &no, &shown).await.unwrap();
        refused(&story, "return", plan, async |shown| {
            app.return_campaign(decides, &no, &shown, "再核对").await
        })
        .await;
        refused(&story, "approve", plan, async |shown| {
            app.approve_campaign(decides, &no, &shown).await
        })
        .await;
        let shown = as_shown(app, plan).await;
        app.approve_campaign(decides, &no, &shown).await.unwrap();
        refused(&story, "launch", plan, async |shown| {
            app.launch_campaign(starts, &no, &shown).await
        })
        .await;
        let shown = as_shown(app, plan).await;
        app.launch_campaign(starts, &no, &shown).await.unwrap();
        refused(&story, "freeze", plan, async |shown| {
            app.freeze_frame(officer, &no, &shown).await
        })
        .await;
        let shown = as_shown(app, plan).await;
        app.freeze_frame(officer, &no, &shown).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_act_on_a_result_goes_on_from_another_result_than_was_shown() {
    told_on_both(async |story| {
        let app = &story.site.city.app;
        let (_, visits) = story.assigned().await;
        let (visit, id) = (&visits[0], &visits[0].visit.id);
        let sheet = Thing::Visit(id);
        let team = story.team(visit);
        let first = story.site.city.acting(&team[0]).await;
        let second = story.site.city.acting(&team[1]).await;
        let shown = as_shown(app, sheet).await;
        let present = visit.visit.team.clone();
        let opened = app.open_visit(&first, id, &shown, present).await;
        opened.unwrap();
        let entered = story.full_sheet(&first, id).await;
        app.record_results(&first, id, &entered).await.unwrap();
        let opinion = || Some("无异议".to_owned());
        refused(&story, "conclude", sheet, async |shown| {
            app.conclude_visit(&first, id, &shown, "R1", opinion())
                .await
        })
        .await;
        refused(&story, "report absence", sheet, async |shown| {
            let how = FallenAway::Closed;
            app.report_absence(&first, id, &shown, how, "两次上门均已关闭", 2)
                .await
        })
        .await;
        let shown = as_shown(app, sheet).await;
        let concluded = app.conclude_visit(&first, id, &shown, "R1", opinion());
        concluded.await.unwrap();
        refused(&story, "confirm", sheet, async |shown| {
            app.confirm_visit(&second, id, &shown).await
        })
        .await;
        refused(&story, "return", sheet, async |shown| {
            app.return_visit(&second, id, &shown, "漏填一项").await
        })
        .await;
        let shown = as_shown(app, sheet).await;
        app.confirm_visit(&second, id, &shown).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nothing_is_approved_published_or_withdrawn_but_what_was_shown() {
    told_on_both(async |story| {
        let app = &story.site.city.app;
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let publisher = story.site.city.acting(&story.publisher).await;
        let id = &visits[0].visit.id;
        refused(&story, "approve", Thing::Outcome(id), async |shown| {
            app.approve_outcome(&story.approver, id, &shown).await
        })
        .await;
        story.approve(&visits[0]).await;
        refused(&story, "publish", Thing::Outcome(id), async |shown| {
            let published = app.publish_outcome(&publisher, id, &shown).await;
            published.map(|_| ())
        })
        .await;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let published = app.publish_outcome(&publisher, id, &shown).await.unwrap();
        let stands = Thing::Publication(&published);
        refused(&story, "withdraw", stands, async |shown| {
            app.withdraw_outcome(
                &publisher,
                &published,
                &shown,
                (WithdrawalClass::ContentError, "信息有误"),
            )
            .await
        })
        .await;
        let shown = as_shown(app, stands).await;
        let withdrawn = app.withdraw_outcome(
            &publisher,
            &published,
            &shown,
            (WithdrawalClass::ContentError, "信息有误"),
        );
        withdrawn.await.unwrap();
    })
    .await;
}
