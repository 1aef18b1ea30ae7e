//! Putting a visit off: the team asks, the head decides. It stays inside the bureau.
//!
//! Deliberately absent: any day beyond the window of the plan, and a second time.

use app::App;
use axum::extract::{Path, State};
use domain::inspection::{InspectionState, InspectionVerb};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Date;
use store::campaign;

use super::step::{StepPage, Way};
use crate::component::{Choice, Facts, Field, Fragment, Sheet, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, see_other};
use crate::text::Address;

static NOT_DECIDED: Code = Code::new("INSP-047", "没有选批准还是不批准。", None, "选一项再办理。");

static ASK: Way = Way {
    step: "postpone",
    title: "申请延期",
    button: "申请延期",
    keeps_draft: true,
    right: Verb::InspectionConclude,
    verb: InspectionVerb::AskPostponement,
    done: &feedback::POSTPONEMENT_ASKED,
};

static DECIDE: Way = Way {
    step: "put-off",
    title: "审批延期",
    button: "办理",
    keeps_draft: false,
    right: Verb::InspectionPutOff,
    verb: InspectionVerb::DecidePostponement,
    done: &feedback::POSTPONEMENT_DECIDED,
};

async fn asking(page: &StepPage) -> Result<Vec<Field>, Stop> {
    let mut reader = page.web.app.db.read().await?;
    let last = campaign::get(&mut reader, &page.view.stored.campaign)
        .await?
        .until;
    Ok(vec![
        Field::line("until", "延期到", Width::Short).with_help(format!(
            "今天以后、方案的检查时间（到 {last} 为止）以内的一天，如 2026-12-04。"
        )),
        Field::area("reason", "理由", 3)
            .with_help("为何不能按时检查。由分管领导审批，只能延期一次，不对外公开。"),
    ])
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &ASK, &id).await?;
    page.ask(asking(&page).await?).await
}

fn day(sent: &Submitted) -> Result<Date, FieldErrors> {
    let mut errors = FieldErrors::new();
    let read = Date::parse_typed(&domain::text::narrow(sent.first("until")));
    errors.take("until", read).ok_or(errors)
}

pub(super) async fn register(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &ASK, &id).await?;
    let (until, reason) = (day(&sent), sent.first("reason").to_owned());
    let act = move |app: App, acting, id, premise| async move {
        let until = until?;
        app.ask_postponement(&acting, &id, &premise, until, &reason)
            .await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(asking(&page).await?, &sent, &flaws).await
        }
    }
}

/// What the head reads before he decides.
pub(super) fn to_read(page: &StepPage) -> Fragment {
    let InspectionState::Postponing(asked) = &page.view.stored.visit.state else {
        return Fragment::default();
    };
    let facts = Facts::default()
        .with("延期到", asked.until.to_string())
        .with("理由", asked.reason.as_str())
        .with("申请时间", asked.step.at.local_text());
    Sheet::new("asked", "申请的内容", facts).padded().into()
}

fn deciding() -> Vec<Field> {
    let choices = vec![
        Choice::new("allow", "批准").meaning("检查组改在延期后的那天以前检查"),
        Choice::new("refuse", "不批准").meaning("检查组照原定时间检查"),
    ];
    vec![Field::one_of("decision", "审批意见", choices)]
}

pub(super) async fn ask_decision(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &DECIDE, &id).await?;
    page.ask(deciding()).await
}

pub(super) async fn decide(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &DECIDE, &id).await?;
    let decision = sent.first("decision").to_owned();
    let act = move |app: App, acting, id, premise| async move {
        let allowed = match decision.as_str() {
            "allow" => true,
            "refuse" => false,
            _ => {
                let mut errors = FieldErrors::new();
                errors.push("decision", NOT_DECIDED.field(&[]));
                return Err(errors.into());
            }
        };
        app.decide_postponement(&acting, &id, &premise, allowed)
            .await
    };
    // The head decides on what his task shows him; the record may be sealed for him.
    match page.press(&sent, Address::fixed("/w"), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(deciding(), &sent, &flaws).await
        }
    }
}
