//! The plan as a form (实施方案): seven parts of the seed, and the two the draw adds.
//!
//! One page, one form, no script needed: every list has a fixed number of rows and “再加一行”, which
//! sends everything and shows one row more. A draft may have gaps, so saving refuses only what cannot
//! be read; what is still missing stands under the heading of its part. Reading order: `offered` (what
//! may be chosen) → `typed` (plan → fields) → `read` (fields → plan) → `view` (fields → page).

use app::campaign::plan_of;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::campaign::CampaignVerb;
use domain::campaign::plan::PlanFault;
use domain::id::{CampaignNo, OrgUnitId};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::text::FieldErrors;

use super::super::draft;
use super::kind::{CampaignAct, Standing};
use super::seen::Seen;
use crate::component::{Crumb, Fragment, Head, Link, Note};
use crate::form::Submitted;
use crate::gate::{
    Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, once_new, see_other,
};
use crate::text::Address;

mod offered;
mod read;
mod typed;
mod view;

use offered::Offered;

/// The button that was pressed: 保存, 看一看抽取数, or one of 再加一行.
const STEP: &str = "step";
const PREVIEW: &str = "preview";
const MORE: &str = "more";

/// Everything the page is made of.
struct Shown<'a> {
    seen: Option<&'a Seen>,
    typed: &'a Submitted,
    errors: &'a FieldErrors,
    faults: Vec<PlanFault>,
    above: Fragment,
    preview: Fragment,
    draft_line: String,
    status: StatusCode,
    /// Whether the form goes on from what stands now, and not from what it was begun with.
    anew: bool,
}

impl<'a> Shown<'a> {
    fn new(seen: Option<&'a Seen>, typed: &'a Submitted, errors: &'a FieldErrors) -> Self {
        Self {
            seen,
            typed,
            errors,
            faults: Vec::new(),
            above: Fragment::default(),
            preview: Fragment::default(),
            draft_line: String::new(),
            status: StatusCode::OK,
            anew: false,
        }
    }
}

/// `/w/campaigns/new`.
pub(super) async fn show_new(State(web): State<WebState>, visit: Visit) -> Answer {
    let draft = draft::of(&web, &visit).await?;
    let errors = FieldErrors::new();
    let blank = typed::blank();
    let typed = if draft.typed.is_empty() {
        &blank
    } else {
        &draft.typed
    };
    let shown = Shown {
        above: draft.note,
        draft_line: draft.line,
        ..Shown::new(None, typed, &errors)
    };
    page(&web, &visit, shown).await
}

/// The press on `/w/campaigns/new`.
pub(super) async fn save_new(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let none = FieldErrors::new();
    if sent.has(MORE) {
        return page(&web, &visit, Shown::new(None, &sent, &none)).await;
    }
    let offered = Offered::load(&web, &visit).await?;
    let (plan, mut errors) = read::plan(&sent, &offered);
    let unit = offered.unit(sent.first("unit"));
    if unit.is_none() {
        errors.push("unit", read::UNIT.field(&[]));
    }
    let Some(unit) = unit.filter(|_| errors.is_empty()) else {
        let flaws = Flaws::from(errors);
        return again(&web, &visit, None, &sent, &flaws).await;
    };
    let acting = visit.acting.clone();
    let done = once_new(&web, &visit, &sent, move |app| async move {
        let number = app.draft_campaign(&acting, &unit, &plan).await?;
        Ok(feedback::CAMPAIGN_DRAFTED.at(page_of(&number)))
    })
    .await?;
    match done {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => again(&web, &visit, None, &sent, &Flaws::of(error)?).await,
    }
}

fn page_of(number: &CampaignNo) -> Address {
    Address::fixed("/w/campaigns")
        .child(number.as_str())
        .child("plan")
}

/// The campaign of the address, if its plan may be written now by this account.
async fn editable(web: &WebState, visit: &Visit, number: &str) -> Result<Seen, Stop> {
    let seen = Seen::load(web, visit, number).await?;
    visit.acting.may(Verb::CampaignDraft, &seen.place())?;
    // Only a draft can be submitted, so what may be submitted may be changed.
    seen.stored.campaign.permit(CampaignVerb::Submit)?;
    Ok(seen)
}

/// `/w/campaigns/{no}/plan`.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = editable(&web, &visit, &number).await?;
    let draft = draft::of(&web, &visit).await?;
    let plan = plan_of(&seen.stored)?;
    let stored = typed::of(&plan);
    let errors = FieldErrors::new();
    let typed = if draft.typed.is_empty() {
        &stored
    } else {
        &draft.typed
    };
    let unit = &seen.stored.campaign.initiator;
    let (faults, preview) = outlook(&web, seen.number(), unit, plan).await?;
    let mut above = vec![draft.note];
    let begun = draft.typed.premise();
    if begun.is_some_and(|begun| begun.event.as_ref() != Some(&seen.stored.seen)) {
        above.push(Note::warning("方案在您存草稿之后又被改过。", "核对最新方案后再保存。").into());
    }
    if faults.is_empty() && draft.typed.is_empty() {
        above.push(whole(&seen, &visit).into());
    }
    let above = Fragment::join(above);
    let shown = Shown {
        faults,
        above,
        preview,
        draft_line: draft.line,
        ..Shown::new(Some(&seen), typed, &errors)
    };
    page(&web, &visit, shown).await
}

/// That the plan as it is saved lacks nothing, and the act that comes next.
fn whole(seen: &Seen, visit: &Visit) -> Note {
    let submit = CampaignAct::Submit;
    let lead = "保存的方案不缺什么。";
    match submit.standing(seen, visit) {
        Standing::Offered => {
            let to = seen.page().child(submit.slug());
            Note::standing(lead, "下一步是提交报批；在本页又改了的，先保存。")
                .with_link(Link::new(submit.words(), to))
        }
        _ => Note::standing(lead, "下一步由有权提交的账号提交报批。"),
    }
}

/// The press on `/w/campaigns/{no}/plan`.
pub(super) async fn save(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
    sent: Pressed,
) -> Answer {
    let none = FieldErrors::new();
    let seen = match editable(&web, &visit, &number).await {
        Ok(seen) => seen,
        Err(stop) => return Err(stop),
    };
    if sent.has(MORE) {
        return page(&web, &visit, Shown::new(Some(&seen), &sent, &none)).await;
    }
    let offered = Offered::load(&web, &visit).await?;
    let (plan, errors) = read::plan(&sent, &offered);
    if !errors.is_empty() {
        let flaws = Flaws::from(errors);
        return again(&web, &visit, Some(&seen), &sent, &flaws).await;
    }
    if sent.first(STEP) == PREVIEW {
        let unit = &seen.stored.campaign.initiator;
        let (faults, preview) = outlook(&web, seen.number(), unit, plan).await?;
        let shown = Shown {
            faults,
            preview,
            ..Shown::new(Some(&seen), &sent, &none)
        };
        return page(&web, &visit, shown).await;
    }
    let acting = visit.acting.clone();
    let (no, premise) = (seen.number().clone(), sent.required_premise());
    let said = match web.app.plan_faults_as(&no, &plan).await?.is_empty() {
        true => &feedback::PLAN_SAVED_WHOLE,
        false => &feedback::PLAN_SAVED,
    };
    let to = said.at(page_of(&no));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.revise_plan(&acting, &no, &premise?, &plan).await
    })
    .await?;
    match done {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            // Somebody may have saved meanwhile: a second press overwrites it knowingly.
            let seen = Seen::load(&web, &visit, &number).await?;
            again(&web, &visit, Some(&seen), &sent, &flaws).await
        }
    }
}

async fn again(
    web: &WebState,
    visit: &Visit,
    seen: Option<&Seen>,
    sent: &Submitted,
    flaws: &Flaws,
) -> Answer {
    let shown = Shown {
        above: flaws.note(),
        status: flaws.status(),
        anew: seen.is_some_and(|seen| flaws.goes_on_from(&standing(seen))),
        ..Shown::new(seen, sent, &flaws.errors)
    };
    page(web, visit, shown).await
}

/// What a change of the plan rests on as it stands.
fn standing(seen: &Seen) -> Premise {
    Premise::of(seen.stored.seen.clone())
}

/// What the plan still lacks, or what a freeze would yield now.
async fn outlook(
    web: &WebState,
    number: &CampaignNo,
    unit: &OrgUnitId,
    plan: domain::campaign::plan::CampaignPlan,
) -> Result<(Vec<PlanFault>, Fragment), Stop> {
    let as_typed = web.app.plan_faults_as(number, &plan).await?;
    Ok(match web.previews.of(&web.app, number, unit, plan).await? {
        Ok(preview) => (as_typed, view::preview(&preview)),
        Err(faults) => (faults, Fragment::default()),
    })
}

async fn page(web: &WebState, visit: &Visit, shown: Shown<'_>) -> Result<Response, Stop> {
    let offered = Offered::load(web, visit).await?;
    let hidden = match shown.seen {
        Some(seen) => {
            let begun = shown.typed.premise().filter(|_| !shown.anew);
            visit.hidden_on(web, &begun.unwrap_or_else(|| standing(seen)), None)
        }
        None => visit.hidden(web),
    };
    let form = view::form(hidden, &visit.guest.path, &offered, &shown);
    let mut above = vec![Link::new("抽查任务", Address::fixed("/w/campaigns"))];
    let (title, here) = match shown.seen {
        Some(seen) => {
            above.push(Link::new(seen.number().as_str(), seen.page()));
            (format!("实施方案：{}", seen.stored.title), "实施方案")
        }
        None => ("发起抽查：实施方案".to_owned(), "发起抽查"),
    };
    let mut page = web
        .page(visit, Head::new(title))
        .await?
        .with_crumb(Crumb::new(above, here))
        .with(shown.above)
        .with(shown.preview)
        .with(form);
    if shown.status != StatusCode::OK {
        page = page.with_errors_in_form();
    }
    Ok((shown.status, page).into_response())
}

/// Whether the account may begin a plan for that unit.
fn drafts_for(visit: &Visit, unit: &OrgUnitId) -> bool {
    visit
        .acting
        .may(Verb::CampaignDraft, &Place::of(unit))
        .is_ok()
}
