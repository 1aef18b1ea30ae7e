//! Before a draw: every step of a plan is refused to who may not take it, and one that was refused has changed nothing.

use app::premise::Thing;
use app::{Acting, AppError};
use domain::account::Role;
use domain::campaign::abandon_class::AbandonClass;
use domain::campaign::plan::CampaignPlan;
use domain::campaign::{CampaignState, StateKind};
use domain::id::CampaignNo;
use testkit::city::{City, as_shown, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest_event};

const STEPS: [&str; 7] = [
    "revise", "submit", "recall", "return", "approve", "launch", "abandon",
];

async fn step(
    city: &City,
    acting: &Acting,
    number: &CampaignNo,
    step: &str,
) -> Result<(), AppError> {
    let app = &city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    match step {
        "revise" => {
            let plan = CampaignPlan::titled("改过的");
            app.revise_plan(acting, number, &shown, &plan).await
        }
        "submit" => app.submit_campaign(acting, number, &shown).await,
        "recall" => app.recall_campaign(acting, number, &shown).await,
        "return" => app.return_campaign(acting, number, &shown, "请补全").await,
        "approve" => app.approve_campaign(acting, number, &shown).await,
        "launch" => app.launch_campaign(acting, number, &shown).await,
        _ => {
            app.abandon_campaign(
                acting,
                number,
                &shown,
                (AbandonClass::NotNeeded, "不再需要"),
            )
            .await
        }
    }
}

async fn kept(city: &City, number: &CampaignNo) -> (StateKind, String) {
    let mut reader = city.app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number)
        .await
        .unwrap();
    (stored.campaign.kind(), stored.title)
}

#[tokio::test]
async fn who_may_not_take_a_step_of_a_plan_is_refused_it_and_nothing_has_changed() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let mut actors = Vec::new();
        for (login, role, place) in [
            ("initiator", Role::Initiator, 1),
            ("foreign", Role::Initiator, 4),
            ("registrar", Role::Registrar, 1),
            ("inspector", Role::Inspector, 1),
            ("auditor", Role::AuditAdmin, 0),
        ] {
            let account = city.account(login, &[(role, place)]).await;
            actors.push(city.acting(&account).await);
        }
        let (initiator, others) = actors.split_first().unwrap();
        let plan = CampaignPlan::titled("样例");
        for other in others {
            let drafted = city.app.draft_campaign(other, &unit(1), &plan).await;
            assert_eq!(code_of(drafted), "AUTH-001", "{}", other.name);
        }
        let number = city.app.draft_campaign(initiator, &unit(1), &plan).await;
        let number = number.unwrap();
        let before = leaves(&city).await;
        for other in others {
            for name in STEPS {
                let refused = step(&city, other, &number, name).await;
                assert_eq!(code_of(refused), "AUTH-001", "{} {name}", other.name);
            }
        }
        // Two steps are not of the drafting unit, whatever the state.
        for name in ["approve", "return"] {
            let refused = step(&city, initiator, &number, name).await;
            assert_eq!(code_of(refused), "AUTH-001", "{name}");
        }
        // And of those that are, a draft with gaps takes but one.
        for name in ["submit", "recall", "launch"] {
            let refused = code_of(step(&city, initiator, &number, name).await);
            assert_ne!(refused, "AUTH-001", "{name}");
        }
        assert_eq!(leaves(&city).await, before);
        assert_eq!(
            kept(&city, &number).await,
            (StateKind::Draft, "样例".to_owned())
        );
        step(&city, initiator, &number, "revise").await.unwrap();
        assert_eq!(kept(&city, &number).await.1, "改过的");
    })
    .await;
}

#[tokio::test]
async fn what_is_abandoned_says_why_and_takes_no_further_step() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let initiator = city.account("initiator", &[(Role::Initiator, 1)]).await;
        let initiator = city.acting(&initiator).await;
        let plan = CampaignPlan::titled("样例");
        let drafted = city.app.draft_campaign(&initiator, &unit(1), &plan).await;
        let number = drafted.unwrap();
        let before = leaves(&city).await;
        let shown = as_shown(&city.app, Thing::Campaign(&number)).await;
        let silent = city
            .app
            .abandon_campaign(&initiator, &number, &shown, (AbandonClass::NotNeeded, "  "))
            .await;
        assert_eq!(code_of(silent), "CAMP-003");
        assert_eq!(leaves(&city).await, before);
        step(&city, &initiator, &number, "abandon").await.unwrap();
        let event = newest_event(&city).await;
        assert_eq!(event.act.name(), "campaign.abandon");
        let mut reader = city.app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, &number).await;
        let CampaignState::Abandoned(abandoned) = stored.unwrap().campaign.state else {
            panic!("abandoned");
        };
        assert_eq!(abandoned.reason, "不再需要");
        drop(reader);
        let before = leaves(&city).await;
        for name in ["revise", "recall", "launch", "abandon"] {
            let refused = step(&city, &initiator, &number, name).await;
            assert_eq!(code_of(refused), "CAMP-001", "{name}");
        }
        // Its gaps are named first.
        let refused = step(&city, &initiator, &number, "submit").await;
        assert_eq!(code_of(refused), "PLAN-031");
        assert_eq!(leaves(&city).await, before);
        assert_eq!(kept(&city, &number).await.0, StateKind::Abandoned);
    })
    .await;
}
