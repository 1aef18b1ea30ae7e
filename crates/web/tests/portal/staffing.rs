//! Few people, each with every role of the business: four eyes are kept by what each has written, and nobody is stuck.
//!
//! A failure is a step that nobody may take, a judgement of one's own work, or a refusal that does not say who can.

use std::collections::BTreeSet;

use app::drawing::SlipWords;
use app::paper::PaperWords;
use app::premise::Thing;
use app::scan::Scan;
use app::{Acting, AppError};
use domain::account::Role;
use domain::campaign::plan::{AuthorityDraw, CampaignPlan, Staffing};
use domain::campaign::version::Version;
use domain::id::{AccountId, CampaignNo, InspectorCode, ItemId};
use domain::inspection::InspectionState;
use store::Db;
use store::inspection::StoredInspection;
use testkit::city::{as_shown, caterer, unit};
use testkit::engines::on_both;

use crate::browser::picture;
use crate::story::{NONCES, SUBJECTS, Story, inspector, plan, site};

/// Every role of the business that one person of a small bureau may hold at once.
const EVERYTHING: &[(Role, u8)] = &[
    (Role::Initiator, 1),
    (Role::Registrar, 1),
    (Role::Approver, 0),
    (Role::DrawingOfficer, 0),
    (Role::Publisher, 0),
    (Role::Inspector, 1),
    (Role::Leader, 1),
];

/// A bureau of so many people, the last of whom leads and is not drawn.
async fn staffed(db: Db, people: usize) -> (Story, Vec<AccountId>) {
    let site = site(db, Version::Two).await;
    let mut accounts = Vec::new();
    for number in 1..=people {
        let login = format!("person{number}");
        accounts.push(site.city.account(&login, EVERYTHING).await);
    }
    let first = site.city.acting(&accounts[0]).await;
    let fume = ItemId::parse("fume").unwrap();
    let shown = as_shown(&site.city.app, Thing::Item(&fume)).await;
    let published = site.city.app.publish_item(&first, &fume, &shown).await;
    published.unwrap();
    for number in 1..=SUBJECTS {
        site.city.subject(&first, &unit(1), &caterer(number)).await;
    }
    let mut inspectors = Vec::new();
    for (place, account) in accounts.iter().enumerate() {
        let last = place + 1 == people;
        let code = if last {
            "P090".to_owned()
        } else {
            format!("P{:03}", place + 1)
        };
        inspector(&site, &first, &code, account).await;
        inspectors.push((code, account.clone()));
    }
    let story = Story {
        initiator: first,
        approver: site.city.acting(&accounts[1]).await,
        officer: site.city.acting(&accounts[2]).await,
        publisher: accounts[0].clone(),
        supervisor: accounts[1].clone(),
        inspectors,
        site,
    };
    (story, accounts)
}

/// The first of the people who may take a step, asked in order; everybody before is refused by one of these codes and
/// told who can.
async fn first_who_may(
    story: &Story,
    people: &[AccountId],
    codes: &[&str],
    step: impl AsyncFn(&Acting) -> Result<(), AppError>,
) -> AccountId {
    for account in people {
        let acting = story.site.city.acting(account).await;
        match step(&acting).await {
            Ok(()) => return account.clone(),
            Err(AppError::Refused(refusal)) => {
                assert!(codes.contains(&refusal.code), "{refusal}");
                let says_who = refusal.remedy.contains('由') && refusal.remedy.chars().count() > 6;
                assert!(says_who, "{refusal}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("nobody may take this step");
}

/// How the head approves.
#[derive(Clone, Copy)]
enum Head {
    OnTheScreen,
    /// The first enters what he signed.
    OnPaper,
}

/// Drafted by the first, approved by the first who may, launched.
async fn launched(story: &Story, people: &[AccountId], head: Head) -> (CampaignNo, AccountId) {
    let app = &story.site.city.app;
    let pairs = u64::try_from(people.len() - 1).unwrap() / 2 * 2;
    let base = plan(app.clock.now());
    let authority = InspectorCode::parse("-").unwrap();
    let plan = CampaignPlan {
        staffing: Staffing {
            authorities: vec![AuthorityDraw {
                authority,
                drawn: pairs,
                per_team: 2,
            }],
            ..base.staffing.clone()
        },
        ..base
    };
    let drafted = app.draft_campaign(&story.initiator, &unit(1), &plan).await;
    let number = drafted.unwrap();
    let shown = async || as_shown(app, Thing::Campaign(&number)).await;
    let page = shown().await;
    let submitted = app.submit_campaign(&story.initiator, &number, &page);
    submitted.await.unwrap();
    let approver = match head {
        Head::OnTheScreen => {
            first_who_may(story, people, &["AUTH-012"], async |acting| {
                app.approve_campaign(acting, &number, &shown().await).await
            })
            .await
        }
        Head::OnPaper => signs(story, people, &number).await,
    };
    assert_ne!(approver, people[0]);
    let page = shown().await;
    let launched = app.launch_campaign(&story.initiator, &number, &page);
    launched.await.unwrap();
    (number, approver)
}

/// The first enters a paper of each in turn until one of them can have signed it, and the first who may confirms the entry;
/// the plan is approved by who signed.
async fn signs(story: &Story, people: &[AccountId], number: &CampaignNo) -> AccountId {
    let app = &story.site.city.app;
    let campaign = Thing::Campaign(number);
    let scan = Scan::read(&picture("signed").into()).unwrap();
    let mut entered = None;
    for signatory in people {
        let shown = as_shown(app, campaign).await;
        let words = PaperWords {
            signatory,
            dated: app.clock.now().date(),
            number: "12",
            scan: &scan,
        };
        match app
            .enter_plan_paper(&story.initiator, number, &shown, words)
            .await
        {
            Ok(paper) => {
                entered = Some((signatory.clone(), paper));
                break;
            }
            Err(AppError::Refused(refusal)) => assert_eq!(refusal.code, "AUTH-012"),
            Err(error) => panic!("{error}"),
        }
    }
    let (signatory, paper) = entered.unwrap();
    let others: Vec<_> = people
        .iter()
        .filter(|one| **one != signatory)
        .cloned()
        .collect();
    let confirms = first_who_may(story, &others, &["AUTH-041"], async |acting| {
        let shown = as_shown(app, Thing::Paper(&paper)).await;
        app.confirm_paper(acting, &paper, &shown).await
    })
    .await;
    assert_ne!(confirms, signatory);
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number)
        .await
        .unwrap();
    let approval = stored.campaign.state.approval().unwrap();
    assert_eq!(approval.step.by, signatory, "who signed approved");
    signatory
}

/// Entered, confirmed, approved and published, each by the first who may.
async fn brought_to_the_portal(story: &Story, people: &[AccountId], visit: &StoredInspection) {
    let (app, id) = (&story.site.city.app, &visit.visit.id);
    story.concluded(visit).await;
    let enters = story.team(visit)[0].clone();
    let confirms = first_who_may(story, people, &["AUTH-014", "AUTH-001"], async |acting| {
        let shown = as_shown(app, Thing::Visit(id)).await;
        app.confirm_visit(acting, id, &shown).await
    })
    .await;
    let approves = first_who_may(story, people, &["AUTH-015"], async |acting| {
        let shown = as_shown(app, Thing::Outcome(id)).await;
        app.approve_outcome(acting, id, &shown).await
    })
    .await;
    // Clerk's work: also by whoever entered it.
    let clerk = story.site.city.acting(&enters).await;
    let shown = as_shown(app, Thing::Outcome(id)).await;
    app.publish_outcome(&clerk, id, &shown).await.unwrap();
    let persons = BTreeSet::from([enters, confirms, approves]);
    assert_eq!(persons.len(), 3, "three persons judged");
}

/// FREEZE by the first who may: never by who approved, nor by who initiated. The same person hosts the ceremony; nobody of
/// the bureau can be its witness, so a section of three has an outside party there by its link, a bureau of five on paper.
#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn drawn_at_a_ceremony(story: &Story, people: &[AccountId], number: &CampaignNo) {
    let app = &story.site.city.app;
    let campaign = Thing::Campaign(number);
    let links = story.freeze(number).await;
    let draws = first_who_may(story, people, &["CAMP-002"], async |acting| {
        let shown = as_shown(app, campaign).await;
        app.commit_draw(acting, number, &shown, &story.hours())
            .await
    })
    .await;
    story.site.city.clock.advance_minutes(1);
    let shown = as_shown(app, campaign).await;
    let host = story.site.city.acting(&draws).await;
    app.begin_ceremony(&host, number, &shown).await.unwrap();
    // Until somebody witnesses it no nonce is taken.
    let shown = as_shown(app, Thing::Party(&links[1])).await;
    let early = app.accept_nonce(&links[1], &shown, NONCES[1].1).await;
    assert!(early.unwrap_err().to_string().contains("DRAW-057"));
    for account in people {
        let acting = story.site.city.acting(account).await;
        let shown = as_shown(app, campaign).await;
        let own = app.attend(&acting, number, &shown).await.unwrap_err();
        assert!(own.to_string().contains("AUTH-001"), "{own}");
    }
    if people.len() == 3 {
        app.attend_by_link(&links[1], &shown).await.unwrap();
    } else {
        let shown = as_shown(app, campaign).await;
        let slip = SlipWords {
            office: "样例司法局",
            name: "见证人甲",
        };
        let there = app.attend_on_paper(&host, number, &shown, slip).await;
        there.unwrap();
    }
    story.nonces(&links).await;
    app.follow_draw(number).await.unwrap();
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn from_plan_to_portal(db: Db, count: usize, head: Head) {
    let (story, people) = staffed(db, count).await;
    let app = &story.site.city.app;
    let (number, approver) = launched(&story, &people, head).await;
    assert_ne!(approver, story.officer.account);
    drawn_at_a_ceremony(&story, &people, &number).await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let assigned = app.assign_visits(&story.initiator, &number, &shown);
    assigned.await.unwrap();
    let visits = story.visits(&number).await;
    assert!(visits.len() > 2);
    for visit in &visits {
        brought_to_the_portal(&story, &people, visit).await;
    }
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let ended = app.end_campaign(&story.initiator, &number, &shown);
    ended.await.unwrap();
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    app.open_draw(&story.officer, &number, &shown)
        .await
        .unwrap();
    let published = |one: &StoredInspection| matches!(&one.visit.state, InspectionState::Published(done) if done.approval.is_some());
    assert!(story.visits(&number).await.iter().all(published));
    let page = story.site.stranger().get("/results").await;
    assert!(page.shows(&visits[0].subject_name), "{}", page.text);
}

#[tokio::test]
async fn a_section_of_three_carries_a_campaign_from_the_plan_to_the_portal() {
    on_both(|db| from_plan_to_portal(db, 3, Head::OnTheScreen)).await;
}

#[tokio::test]
async fn a_section_of_three_whose_head_signs_on_paper_carries_a_campaign_to_the_portal() {
    on_both(|db| from_plan_to_portal(db, 3, Head::OnPaper)).await;
}

#[tokio::test]
async fn a_bureau_of_five_carries_a_campaign_from_the_plan_to_the_portal() {
    on_both(|db| from_plan_to_portal(db, 5, Head::OnTheScreen)).await;
}
