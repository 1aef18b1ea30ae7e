//! The confirmation page of each act, and the press.
//!
//! GET says what will happen, what can no longer be changed and who will see it, and refuses before
//! anything is typed if that is known already. POST carries the act out once; what was typed stands
//! in the form again when it is refused.

use app::drawing::{DrawWords, FreezeWords, VoidWords};
use app::{Acting, App, AppError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use domain::id::{CampaignNo, PartyToken};
use domain::text::FieldErrors;

use super::following;
use super::kind::{CampaignAct, Standing};
use super::seen::Seen;
use crate::component::{Confirm, Crumb, Fragment, Head, Link, Refusal};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, once, once_new, see_other};
use crate::layout::WorkbenchPage;
use crate::route::{Route, Who};
use crate::screen::shared::public_reason;
use crate::text::Address;

mod beforehand;
pub(in crate::screen::campaign) mod ceremony;
mod dice;
mod fields;
mod hours;
mod paper;
mod wording;

pub(in crate::screen::campaign) use paper::waits as paper_waits;

use beforehand::beforehand;

/// Two addresses per act: its page and its press.
pub(super) fn routes() -> Vec<Route> {
    CampaignAct::ALL
        .into_iter()
        .flat_map(|act| {
            let who = Who::Needs(act.verb());
            let show = move |web: State<WebState>, visit: Visit, number: Path<String>| {
                show(act, web, visit, number)
            };
            let press =
                move |web: State<WebState>, visit: Visit, number: Path<String>, sent: Pressed| {
                    press(act, web, visit, number, sent)
                };
            let words = act.words();
            [
                Route::get(act.path(), who, words, show),
                match takes_file(act) {
                    true => Route::act(act.path(), who, words, press).with_files(),
                    false => Route::act(act.path(), who, words, press),
                },
            ]
        })
        .collect()
}

async fn show(
    act: CampaignAct,
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    match act.standing(&seen, &visit) {
        Standing::Offered => {
            // What the form rests on is taken before what stands above it is loaded, never after.
            let confirm = confirm(act, &web, &seen, &visit, None).await?;
            let mut page = page(act, &web, &seen, &visit).await?;
            if paper::meets_a_paper(act) {
                page = page.with(paper::waits(&web, &visit, &seen).await?);
            }
            page = page.with(beforehand(act, &web, &seen).await?);
            if reads_plan(act) {
                page = page.with(super::record::plan_sheet(&web, &seen).await?);
            }
            Ok(page.with(confirm).into_response())
        }
        Standing::Refused(refusal) => refused(act, &web, &seen, &visit, &refusal).await,
        Standing::Absent => {
            visit.acting.may(act.verb(), &seen.place())?;
            let step = domain::campaign::state::Step {
                by: visit.acting.account.clone(),
                at: visit.now,
            };
            match act.rehearse(&seen, step) {
                Err(refusal) => refused(act, &web, &seen, &visit, &refusal).await,
                Ok(()) => Err(Stop::not_found()),
            }
        }
    }
}

/// Whether a picture or a scan comes with it.
const fn takes_file(act: CampaignAct) -> bool {
    matches!(
        act,
        CampaignAct::Dice | CampaignAct::Beacon | CampaignAct::Paper
    )
}

/// Whether who does it puts his name to the plan as it reads.
const fn reads_plan(act: CampaignAct) -> bool {
    matches!(
        act,
        CampaignAct::Submit | CampaignAct::Return | CampaignAct::Approve | CampaignAct::Paper
    )
}

/// The plan as it stands now, and before it in what it differs from the one that was decided on.
async fn plan_anew(web: &WebState, seen: &Seen, sent: &Submitted) -> Result<Fragment, Stop> {
    let differing = match sent.premise() {
        Some(shown) => super::record::plan_differing(web, seen, &shown).await?,
        None => None,
    };
    let plan = super::record::plan_sheet(web, seen).await?;
    let differing = differing.map(Fragment::from).unwrap_or_default();
    Ok(Fragment::join([differing, plan.into()]))
}

async fn refused(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    refusal: &domain::refusal::Refusal,
) -> Answer {
    let back = Link::new("返回任务", seen.page());
    // Nothing is typed here, and others or the hour take away what stands in the way.
    let page = page(act, web, seen, visit)
        .await?
        .looking_again(following::looks_again(&seen.stored, visit.now))
        .with(Refusal::from(refusal).with_remedy_link(back));
    Ok((StatusCode::CONFLICT, page).into_response())
}

async fn page(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
) -> Result<WorkbenchPage, Stop> {
    let above = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(seen.number().as_str(), seen.page()),
    ];
    let head = Head::new(format!("{}：{}", act.words(), seen.stored.title));
    Ok(web
        .page(visit, head)
        .await?
        .with_crumb(Crumb::new(above, act.words())))
}

async fn confirm(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    again: Option<(&Submitted, &Flaws)>,
) -> Result<Confirm, Stop> {
    let now = web.app.premise_of_campaign(&seen.stored).await?;
    let back = Link::new(format!("返回，不{}", act.words()), seen.page());
    let action = seen.page().child(act.slug());
    let confirm = Confirm::new(action, visit.hidden_on(web, &now, again), act.words(), back)
        .happens(wording::happens(act, seen))
        .fixed_after(wording::fixed_after(act))
        .seen_by(wording::seen_by(act));
    fields::asking(act, web, seen, visit, confirm).await
}

async fn press(
    act: CampaignAct,
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
    sent: Pressed,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    visit.acting.may(act.verb(), &seen.place())?;
    let errors = fields::faults(act, &seen, &visit, &sent);
    if !errors.is_empty() {
        let flaws = Flaws::from(errors);
        return again(act, &web, &seen, &visit, &sent, &flaws).await;
    }
    let (actor, form) = (visit.acting.clone(), sent.clone());
    let to = act.done().at(seen.page());
    let no = seen.number().clone();
    let done = if act == CampaignAct::Freeze {
        // A large register is frozen by a job, whose page is the answer then.
        let doing = web.clone();
        let act = move |app: App| async move {
            match freeze_as_job(&doing, &app, &actor, (&no, &form)).await? {
                Some(job) => Ok(job.into()),
                None => perform(act, &app, &actor, &no, &form).await.map(|()| to),
            }
        };
        once_new(&web, &visit, &sent, act).await?
    } else {
        let act = move |app: App| async move { perform(act, &app, &actor, &no, &form).await };
        once(&web, &visit, &sent, to, act).await?
    };
    match done {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            // What stands now may differ from what stood when the page was opened.
            let seen = Seen::load(&web, &visit, &number).await?;
            again(act, &web, &seen, &visit, &sent, &flaws).await
        }
    }
}

/// The page again with everything typed; without its form if the act is no longer to be done.
async fn again(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    sent: &Submitted,
    flaws: &Flaws,
) -> Answer {
    let mut page = page(act, web, seen, visit)
        .await?
        .with(mended(act, seen, flaws));
    let still = matches!(act.standing(seen, visit), Standing::Offered);
    // As where the page is opened: what the form rests on before what stands above it.
    let confirm = match still {
        true => Some(confirm(act, web, seen, visit, Some((sent, flaws))).await?),
        false => None,
    };
    if reads_plan(act) {
        page = page.with(plan_anew(web, seen, sent).await?);
    }
    if let Some(confirm) = confirm {
        page = page
            .with(confirm.filled(sent, &flaws.errors))
            .with_errors_in_form();
    } else {
        page = page.with(Fragment::from(
            crate::component::Note::standing(
                "任务已是：",
                format!("{}。", seen.stored.campaign.kind().label()),
            )
            .with_link(Link::new("返回任务，看最新情况", seen.page())),
        ));
    }
    Ok((flaws.status(), page).into_response())
}

/// The refusal of a press; where it is the plan that has to be mended, with the way to where this account can have it done.
fn mended(act: CampaignAct, seen: &Seen, flaws: &Flaws) -> Fragment {
    match (&flaws.refusal, to_the_plan(act, seen)) {
        (Some(refusal), Some(link)) if refusal.is_of("PLAN-") => {
            refusal.clone().or_remedy_link(link).into()
        }
        _ => flaws.note(),
    }
}

/// Where a plan is mended that is not approved: by who submits it himself, by who approves it in sending it back.
fn to_the_plan(act: CampaignAct, seen: &Seen) -> Option<Link> {
    match act {
        CampaignAct::Submit => Some(Link::new("修改方案", seen.page().child("plan"))),
        CampaignAct::Approve => {
            let back = CampaignAct::Return;
            Some(Link::new(back.words(), seen.page().child(back.slug())))
        }
        _ => None,
    }
}

/// The page of the job that freezes a large register; none for a small one.
async fn freeze_as_job(
    web: &WebState,
    app: &App,
    acting: &Acting,
    (number, sent): (&CampaignNo, &Submitted),
) -> Result<Option<Address>, AppError> {
    let Ok(jobs) = web.jobs() else {
        return Ok(None);
    };
    let premise = sent.required_premise()?;
    let page_of = |id: &str| crate::screen::job::page_of(id).as_str().to_owned();
    let (of, words) = ((number, &premise), freeze_words(sent));
    let ordered = app.order_freeze(jobs, acting, of, words, page_of).await?;
    Ok(ordered.map(|id| crate::screen::job::page_of(&id)))
}

fn freeze_words(sent: &Submitted) -> FreezeWords {
    FreezeWords {
        pool_of_one_known: sent.has("pool_of_one"),
    }
}

async fn perform(
    act: CampaignAct,
    app: &App,
    acting: &Acting,
    number: &CampaignNo,
    sent: &Pressed,
) -> Result<(), AppError> {
    let premise = &sent.required_premise()?;
    match act {
        CampaignAct::Submit => app.submit_campaign(acting, number, premise).await,
        CampaignAct::Recall => app.recall_campaign(acting, number, premise).await,
        CampaignAct::Return => {
            app.return_campaign(acting, number, premise, sent.first("reason"))
                .await
        }
        CampaignAct::Approve => app.approve_campaign(acting, number, premise).await,
        CampaignAct::Paper => paper::perform(app, acting, (number, premise), sent).await,
        CampaignAct::Launch => app.launch_campaign(acting, number, premise).await,
        CampaignAct::Assign => app.assign_visits(acting, number, premise).await,
        CampaignAct::End => app.end_campaign(acting, number, premise).await,
        CampaignAct::Abandon => {
            let why = public_reason::sent(sent)?;
            app.abandon_campaign(acting, number, premise, why).await
        }
        CampaignAct::Freeze
        | CampaignAct::Commit
        | CampaignAct::Reveal
        | CampaignAct::Draw
        | CampaignAct::Void
        | CampaignAct::Open => draw(act, app, acting, number, sent).await,
        CampaignAct::Dice
        | CampaignAct::Ceremony
        | CampaignAct::Attend
        | CampaignAct::Slip
        | CampaignAct::Beacon => ceremony::perform(act, app, acting, number, sent).await,
    }
}

/// The acts of the draw itself, which take words.
async fn draw(
    act: CampaignAct,
    app: &App,
    acting: &Acting,
    number: &CampaignNo,
    sent: &Submitted,
) -> Result<(), AppError> {
    let premise = &sent.required_premise()?;
    match act {
        CampaignAct::Freeze => {
            app.freeze_frame_with(acting, number, premise, freeze_words(sent))
                .await
        }
        CampaignAct::Commit => {
            let words = hours::words(sent, app.clock.now());
            app.commit_draw(acting, number, premise, &words).await
        }
        CampaignAct::Reveal => {
            let reason = token_of(sent.first("absent_reason"), "no-show")?;
            app.close_reveal(acting, number, premise, &reason).await
        }
        CampaignAct::Draw => {
            let words = DrawWords {
                dice: domain::text::narrow(sent.first("dice")),
                beacon: domain::text::narrow(sent.first("beacon")),
                late_reason: sent.first("late_reason").trim().to_owned(),
            };
            app.draw_subjects(acting, number, premise, &words).await
        }
        CampaignAct::Void => {
            let class = token_of(sent.first("void_code"), "other")?;
            let document = dice::hash("document", sent);
            let words = VoidWords {
                class: &class,
                reason: sent.first("reason"),
                document: document.as_ref(),
            };
            app.void_draw_on(acting, number, premise, words).await
        }
        _ => app.open_draw(acting, number, premise).await,
    }
}

fn token_of(typed: &str, otherwise: &str) -> Result<PartyToken, AppError> {
    let text = if typed.is_empty() { otherwise } else { typed };
    PartyToken::parse(text).map_err(|_| {
        let mut errors = FieldErrors::new();
        errors.push("absent_reason", fields::REASON_CODE.field(&[]));
        errors.into()
    })
}
