//! The second pair of eyes: another person than who entered the result confirms it or sends it back.

use app::inspection::VisitView;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::inspection::{InspectionState, InspectionVerb};
use domain::policy::Verb;

use super::act::{Way, back, form_page, frame, here};
use super::record::found;
use super::{find_for, page_of};
use crate::component::{Confirm, Facts, Field, Fragment, Sheet};
use crate::gate::{Answer, Flaws, Sent, Visit, WebState, feedback, once, see_other};
use crate::screen::draft::{self, Draft};

static CONFIRM: Way = Way {
    step: "confirm",
    title: "复核",
    verb: InspectionVerb::Confirm,
    done: &feedback::VISIT_CONFIRMED,
};

static RETURN: Way = Way {
    step: "return",
    title: "退回",
    verb: InspectionVerb::Return,
    done: &feedback::VISIT_RETURNED,
};

/// What the second person reads before he puts his name to it.
fn to_read(view: &VisitView) -> Vec<Fragment> {
    let Some(done) = view.stored.visit.concluded() else {
        return Vec::new();
    };
    let facts = Facts::default()
        .with("检查结果", done.outcome.label.as_str())
        .with("结论时间", done.step.at.local_text())
        .with(
            "检查对象意见",
            done.opinion
                .clone()
                .unwrap_or_else(|| "没有填写".to_owned()),
        );
    vec![
        Sheet::new("outcome", "检查结论", facts).padded().into(),
        found(view, &done.opened.sheet).into(),
    ]
}

fn confirmation(web: &WebState, visit: &Visit, view: &VisitView) -> Confirm {
    Confirm::new(here(view, CONFIRM), visit.hidden(web), "复核", back(view))
        .happens(vec![
            "确认检查表和检查结果与现场相符。".to_owned(),
            "20 个工作日的公示期限照常计算。".to_owned(),
        ])
        .fixed_after(vec!["检查表、检查结果和检查对象意见不能再改。".to_owned()])
        .seen_by(vec!["公示后，任何人都能看到检查结果。".to_owned()])
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    view.stored.visit.permit(CONFIRM.verb)?;
    if let InspectionState::Concluded(done) = &view.stored.visit.state {
        domain::policy::four_eyes::entry_and_confirmation(&done.step.by, &visit.acting.account)?;
    }
    let mut pieces = to_read(&view);
    pieces.push(confirmation(&web, &visit, &view).into());
    Ok(frame(&web, &visit, &view, CONFIRM, pieces, false)
        .await?
        .into_response())
}

pub(super) async fn confirm(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    let to = CONFIRM.done.at(page_of(&view.stored.visit.id));
    let (app, acting, visit_id) = (
        web.app.clone(),
        visit.acting.clone(),
        view.stored.visit.id.clone(),
    );
    let act = move || async move {
        app.confirm_visit(&acting, &visit_id).await?;
        Ok(to)
    };
    Ok(see_other(&once(&web, &visit, &sent, act).await??))
}

fn return_fields() -> Vec<Field> {
    vec![Field::area("reason", "退回的理由", 3).with_help("写明哪一项要补什么；录入人会看到。")]
}

pub(super) async fn ask_return(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    view.stored.visit.permit(RETURN.verb)?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(
        &web,
        &visit,
        &view,
        RETURN,
        (return_fields(), "退回"),
        typed,
        &kept,
    )
    .await
}

pub(super) async fn send_back(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    let reason = sent.first("reason").to_owned();
    let to = RETURN.done.at(page_of(&view.stored.visit.id));
    let (app, acting, visit_id) = (
        web.app.clone(),
        visit.acting.clone(),
        view.stored.visit.id.clone(),
    );
    let act = move || async move {
        app.return_visit(&acting, &visit_id, &reason).await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let typed = (&*sent, Some(&flaws));
            let fields = (return_fields(), "退回");
            form_page(
                &web,
                &visit,
                &view,
                RETURN,
                fields,
                typed,
                &Draft::default(),
            )
            .await
        }
    }
}
