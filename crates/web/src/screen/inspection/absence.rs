//! A visit that could not be made: how, how often it was tried, and what proves it.

use axum::extract::{Path, State};
use domain::inspection::{FallenAway, InspectionVerb};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;

use super::act::{Way, form_page};
use super::{find_for, page_of};
use crate::component::{Choice, Field, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Sent, Visit, WebState, feedback, once, see_other};
use crate::screen::draft::{self, Draft};

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
    verb: InspectionVerb::FallAway,
    done: &feedback::VISIT_FELL_AWAY,
};

fn absence_fields() -> Vec<Field> {
    let choices = FallenAway::ALL
        .iter()
        .map(|how| Choice::new(how.name(), how.label()));
    vec![
        Field::menu("how", "原因", choices.collect()),
        Field::line("attempts", "上门次数", Width::Short).with_help("“无法联系”须上门两次以上。"),
        Field::area("account", "经过和证明", 4)
            .with_help("每次上门的时间、所见、照片或笔录编号，谁可以证明。"),
    ]
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    view.stored.visit.permit(ABSENT.verb)?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(
        &web,
        &visit,
        &view,
        ABSENT,
        (absence_fields(), "登记"),
        typed,
        &kept,
    )
    .await
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
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    let to = ABSENT.done.at(page_of(&view.stored.visit.id));
    let read = read_absence(&sent);
    let (app, acting, visit_id) = (
        web.app.clone(),
        visit.acting.clone(),
        view.stored.visit.id.clone(),
    );
    let act = move || async move {
        let (how, attempts, account) = read?;
        app.visit_fell_away(&acting, &visit_id, how, &account, attempts)
            .await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let typed = (&*sent, Some(&flaws));
            let fields = (absence_fields(), "登记");
            form_page(
                &web,
                &visit,
                &view,
                ABSENT,
                fields,
                typed,
                &Draft::default(),
            )
            .await
        }
    }
}
