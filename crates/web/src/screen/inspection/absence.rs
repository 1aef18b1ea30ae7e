//! A visit that could not be made: how, how often it was tried, and what proves it; read and confirmed, or sent back, by
//! a second person.

use app::App;
use app::inspection::VisitView;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::inspection::{FallenAway, InspectionState, InspectionVerb, Step};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;

use super::step::{StepPage, Way};
use crate::component::{Choice, Confirm, Facts, Field, Fragment, Sheet, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::rulebook_of;

static NO_WAY: Code = Code::new("INSP-045", "没有选原因。", None, "从列表中选一项。");
static NOT_ATTEMPTS: Code = Code::new(
    "INSP-046",
    "上门次数“{typed}”不是 1 到 99 的整数。",
    None,
    "填实际上门的次数。",
);

static ABSENT: Way = Way {
    step: "absent",
    title: "登记未实施检查",
    button: "登记",
    keeps_draft: true,
    right: Verb::InspectionConclude,
    verb: InspectionVerb::ReportAbsence,
    done: &feedback::ABSENCE_REPORTED,
};

async fn absence_fields(page: &StepPage) -> Result<Vec<Field>, Stop> {
    let least = rulebook_of(&page.web, &page.view.stored.campaign)
        .await?
        .visit_attempts;
    let choices = FallenAway::reportable().map(|how| Choice::new(how.name(), how.label()));
    Ok(vec![
        Field::menu("how", "原因", choices.collect()),
        Field::line("attempts", "上门次数", Width::Short)
            .with_help(format!("“无法联系”须上门 {least} 次以上。")),
        Field::area("account", "经过和证明", 4)
            .with_help("每次上门的时间、所见、照片或笔录编号，谁可以证明。不对外公开。"),
    ])
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &ABSENT, &id).await?;
    page.ask(absence_fields(&page).await?).await
}

fn read_absence(sent: &Submitted) -> Result<(FallenAway, u32, String), FieldErrors> {
    let mut errors = FieldErrors::new();
    let how = FallenAway::parse(sent.first("how"));
    if how.is_none() {
        errors.push("how", NO_WAY.field(&[]));
    }
    let typed = domain::text::narrow(sent.first("attempts"));
    let attempts = typed.parse::<u32>().ok().filter(|n| (1..=99).contains(n));
    if attempts.is_none() {
        errors.push("attempts", NOT_ATTEMPTS.field(&[("typed", &typed)]));
    }
    match (how, attempts) {
        (Some(how), Some(attempts)) => Ok((how, attempts, sent.first("account").to_owned())),
        _ => Err(errors),
    }
}

pub(super) async fn register(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &ABSENT, &id).await?;
    let read = read_absence(&sent);
    let act = move |app: App, acting, id, premise| async move {
        let (how, attempts, account) = read?;
        app.report_absence(&acting, &id, &premise, how, &account, attempts)
            .await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(absence_fields(&page).await?, &sent, &flaws)
                .await
        }
    }
}

static CONFIRM: Way = Way {
    step: "absence",
    title: "审核未实施检查",
    button: "审核",
    keeps_draft: false,
    right: Verb::InspectionConfirm,
    verb: InspectionVerb::ConfirmAbsence,
    done: &feedback::ABSENCE_CONFIRMED,
};

static RETURN: Way = Way {
    step: "absence/return",
    title: "退回未实施检查",
    button: "退回",
    keeps_draft: true,
    right: Verb::InspectionConfirm,
    verb: InspectionVerb::ReturnAbsence,
    done: &feedback::ABSENCE_RETURNED,
};

/// What the second person reads before he confirms it or sends it back.
pub(super) fn to_read(view: &VisitView) -> Fragment {
    let InspectionState::Reported(reported) = &view.stored.visit.state else {
        return Fragment::default();
    };
    let facts = Facts::default()
        .with("原因", reported.how.label())
        .with("上门次数", format!("{} 次", reported.attempts))
        .with("经过和证明", reported.account.as_str())
        .with("登记时间", reported.step.at.local_text());
    Sheet::new("reported", "登记的内容", facts).padded().into()
}

fn confirmation(page: &StepPage) -> Confirm {
    // Nothing is typed here, so the form always rests on what it shows.
    let hidden = page.hidden(None);
    Confirm::new(page.here(), hidden, CONFIRM.button, page.back())
        .happens(vec![
            "确认登记的原因、上门次数和证明属实；这一户的检查到此办完。".to_owned(),
        ])
        .fixed_after(vec!["登记的内容不能再改，这一户不再检查。".to_owned()])
        .seen_by(vec!["只在局内可见；经过和证明不对外公开。".to_owned()])
}

async fn to_confirm(page: &StepPage, refusal: Fragment) -> Result<WorkbenchPage, Stop> {
    let shown = page.page().await?.with(refusal).with(to_read(&page.view));
    let open = matches!(page.view.stored.visit.state, InspectionState::Reported(_));
    Ok(match open {
        true => shown.with(confirmation(page)),
        false => shown,
    })
}

pub(super) async fn ask_confirmation(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &CONFIRM, &id).await?;
    let step = Step {
        by: page.visit.acting.account.clone(),
        at: page.visit.now,
    };
    page.view.stored.visit.clone().confirm_absence(step)?;
    Ok(to_confirm(&page, Fragment::default())
        .await?
        .into_response())
}

pub(super) async fn confirm(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &CONFIRM, &id).await?;
    let act = |app: App, acting, id, premise| async move {
        app.confirm_absence(&acting, &id, &premise).await
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
    vec![
        Field::area("reason", "退回的理由", 3)
            .with_help("写明要再去，还是要补什么证明；登记人会看到。"),
    ]
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
        app.return_absence(&acting, &id, &premise, &reason).await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(return_fields(), &sent, &flaws).await
        }
    }
}
