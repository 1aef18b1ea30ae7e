//! A visit that could not be made: how, how often it was tried, and what proves it.

use app::App;
use axum::extract::{Path, State};
use domain::inspection::{FallenAway, InspectionVerb};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;

use super::step::{StepPage, Way};
use crate::component::{Choice, Field, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, see_other};
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
    title: "登记未能检查",
    button: "登记",
    keeps_draft: true,
    right: Verb::InspectionConclude,
    verb: InspectionVerb::FallAway,
    done: &feedback::VISIT_FELL_AWAY,
};

async fn absence_fields(page: &StepPage) -> Result<Vec<Field>, Stop> {
    let least = rulebook_of(&page.web, &page.view.stored.campaign)
        .await?
        .visit_attempts;
    let choices = FallenAway::ALL
        .iter()
        .map(|how| Choice::new(how.name(), how.label()));
    Ok(vec![
        Field::menu("how", "原因", choices.collect()),
        Field::line("attempts", "上门次数", Width::Short)
            .with_help(format!("“无法联系”须上门 {least} 次以上。")),
        Field::area("account", "经过和证明", 4)
            .with_help("每次上门的时间、所见、照片或笔录编号，谁可以证明。"),
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
        app.visit_fell_away(&acting, &id, &premise, how, &account, attempts)
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
