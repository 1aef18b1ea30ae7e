//! The second pair of eyes: another person than who entered the result confirms it or sends it back.

use app::App;
use app::inspection::VisitView;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::inspection::{InspectionState, InspectionVerb};
use domain::policy::Verb;

use super::record::{concluded, found};
use super::step::{StepPage, Way};
use crate::component::{Confirm, Field, Fragment, Sheet};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::{rulebook_of, why_sent_back};

static CONFIRM: Way = Way {
    step: "confirm",
    title: "审核",
    button: "审核",
    keeps_draft: false,
    right: Verb::InspectionConfirm,
    verb: InspectionVerb::Confirm,
    done: &feedback::VISIT_CONFIRMED,
};

static RETURN: Way = Way {
    step: "return",
    title: "退回",
    button: "退回",
    keeps_draft: true,
    right: Verb::InspectionConfirm,
    verb: InspectionVerb::Return,
    done: &feedback::VISIT_RETURNED,
};

/// What the second person reads before he confirms it or sends it back.
pub(super) fn to_read(view: &VisitView) -> Vec<Fragment> {
    let Some(done) = view.stored.visit.concluded() else {
        return Vec::new();
    };
    vec![
        Sheet::new("outcome", "检查结论", concluded(done))
            .padded()
            .into(),
        found(view, &done.opened.sheet).into(),
    ]
}

async fn confirmation(page: &StepPage) -> Result<Confirm, Stop> {
    // Nothing is typed here, so the form always rests on what it shows.
    let days = rulebook_of(&page.web, &page.view.stored.campaign)
        .await?
        .publication_days;
    let hidden = page.hidden(None);
    let confirm = Confirm::new(page.here(), hidden, CONFIRM.button, page.back())
        .happens(vec![
            "确认检查表和检查结果与现场相符。".to_owned(),
            format!("{days} 个工作日的公示期限照常计算。"),
        ])
        .fixed_after(vec!["检查表、检查结果和检查对象意见不能再改。".to_owned()])
        .seen_by(vec!["公示后，任何人都能看到检查结果。".to_owned()]);
    Ok(confirm)
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &CONFIRM, &id).await?;
    if let InspectionState::Concluded(done) = &page.view.stored.visit.state {
        let second = &page.visit.acting.account;
        domain::policy::four_eyes::hands_and_confirmation(&done.opened.hands, second)?;
    }
    Ok(to_confirm(&page, Fragment::default())
        .await?
        .into_response())
}

/// What is confirmed, and below it the button; above both why it was refused just now, if it was.
async fn to_confirm(page: &StepPage, refusal: Fragment) -> Result<WorkbenchPage, Stop> {
    let read = Fragment::join(to_read(&page.view));
    let shown = page.page().await?.with(refusal).with(read);
    Ok(shown.with(confirmation(page).await?))
}

pub(super) async fn confirm(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &CONFIRM, &id).await?;
    let act = |app: App, acting, id, premise| async move {
        app.confirm_visit(&acting, &id, &premise).await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            let shown = to_confirm(&page, flaws.note()).await?;
            Ok((flaws.status(), shown).into_response())
        }
    }
}

fn return_fields() -> Vec<Field> {
    vec![why_sent_back()]
}

pub(super) async fn ask_return(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &RETURN, &id).await?;
    page.ask(return_fields()).await
}

pub(super) async fn send_back(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &RETURN, &id).await?;
    let reason = sent.first("reason").to_owned();
    let act = move |app: App, acting, id, premise| async move {
        app.return_visit(&acting, &id, &premise, &reason).await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            page.anew()
                .await?
                .again(return_fields(), &sent, &flaws)
                .await
        }
    }
}
