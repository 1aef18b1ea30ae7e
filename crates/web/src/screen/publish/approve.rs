//! Approving publications: what waits for it, one by one or as a list.
//!
//! Whoever entered, concluded or confirmed any part of a result is told so where the button would stand, and by whom
//! it can be done. An approval covers the text that is shown and nothing else.

use app::App;
use app::inspection::publishing::PublicationPreview;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::InspectionId;
use domain::policy::Verb;

use super::act::{facing, visit_key};
use super::chosen::{AT_ONCE, answered, ticks};
use super::{approvals, list, send_back};
use crate::component::{
    Cell, Column, Confirm, EmptyState, Form, Head, Link, Note, Refusal, Row, Sheet, Table,
};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::listed::{LeftOver, chosen, over};

async fn page(web: &WebState, visit: &Visit) -> Result<WorkbenchPage, Stop> {
    let waiting = web
        .app
        .awaiting(&visit.acting, Verb::OutcomeApprove, AT_ONCE)
        .await?;
    let (own, mine): (Vec<_>, Vec<_>) = waiting.iter().partition(|one| one.refused.is_some());
    let page = web
        .page(visit, Head::new("公示"))
        .await?
        .with(list::tabs(visit, 0));
    let page = if mine.is_empty() {
        let empty = EmptyState::nothing("没有等本账号批准公示的结果。检查结果审核后出现在这里。");
        page.with(Sheet::new("waiting", "待批准公示", empty))
    } else {
        page.with(form(web, visit, &mine))
    };
    Ok(if own.is_empty() {
        page
    } else {
        page.with(others(&own))
    })
}

fn form(web: &WebState, visit: &Visit, mine: &[&PublicationPreview]) -> Form {
    let help = format!(
        "每户所列就是公众将看到的全部内容，批准的也只是这些内容；不批准的，去掉勾选。一次至多列出 {AT_ONCE} 户，期限近的在前"
    );
    Form::new(approvals(), visit.hidden(web), "批准所选的公示")
        .with_group("", vec![ticks("待批准公示", &help, mine)])
}

/// Those this account may not approve, with the reason and who can.
fn others(own: &[&PublicationPreview]) -> Sheet {
    let rows = own.iter().map(|one| {
        let (sentence, remedy) = one.refused.as_ref().map_or_else(Default::default, |why| {
            (
                format!("{}（{}）", why.sentence, why.code),
                why.remedy.clone(),
            )
        });
        Row::new(vec![
            Cell::new(one.outcome.subject_name.as_str())
                .with_context(one.stored.campaign_number.as_str()),
            Cell::new(sentence),
            Cell::new(remedy),
        ])
    });
    let columns = vec![
        Column::words("检查对象"),
        Column::words("为什么不由本账号批准").labelled(),
        Column::words("由谁批准").labelled(),
    ];
    let empty = EmptyState::nothing("");
    let table = Table::new("由别人批准的", columns, rows.collect(), empty);
    Sheet::new("others", "由别人批准的", table)
}

pub(super) async fn waiting(State(web): State<WebState>, visit: Visit) -> Answer {
    Ok(page(&web, &visit).await?.into_response())
}

pub(super) async fn approve_list(
    State(web): State<WebState>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (acting, list, left) = (visit.acting.clone(), chosen(&sent), LeftOver::default());
    let (asked, slot) = (list.len(), left.clone());
    let to = feedback::OUTCOMES_APPROVED.at(approvals());
    let act = move |app: App| async move {
        let left = app.approve_outcomes(&acting, &list).await?;
        slot.put(left);
        Ok(())
    };
    let done = once(&web, &visit, &sent, to, act).await?;
    let over = over(done, asked, &left)?;
    answered(&web, over, page(&web, &visit).await?).await
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    ask_again(&web, &visit, &visit_key(&id)?, None).await
}

async fn ask_again(
    web: &WebState,
    visit: &Visit,
    id: &InspectionId,
    flaws: Option<&Flaws>,
) -> Answer {
    let shown = facing(web, visit, id, ("审批公示", approvals()), flaws).await?;
    let (preview, page) = match shown {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    let page = match &preview.refused {
        // Known beforehand, so the sentence stands where the button would.
        Some(refusal) => page.with(Refusal::from(refusal)),
        None => page.with(confirmation(web, visit, &preview)),
    };
    let page = match preview.barred() {
        Some(_) => page,
        None => page.with(send_back::offered(id)),
    };
    Ok(match flaws {
        Some(flaws) => (flaws.status(), page).into_response(),
        None => page.into_response(),
    })
}

fn confirmation(web: &WebState, visit: &Visit, preview: &PublicationPreview) -> Confirm {
    let to = approvals().child(preview.stored.visit.id.as_str());
    let back = Link::new("返回，不批准", approvals());
    let hidden = visit.hidden_on(web, &preview.premise, None);
    Confirm::new(to, hidden, "批准公示", back)
        .happens(vec![
            "公示岗的任何账号都可以把上面的内容公示出去。".to_owned(),
        ])
        .fixed_after(vec![
            "批准的是上面这些内容；内容变了，这次批准不再有效，要重新批准。".to_owned(),
        ])
        .seen_by(vec!["批准人和时间记入留痕，不公开。".to_owned()])
}

pub(super) async fn approve(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let id = visit_key(&id)?;
    let (acting, key) = (visit.acting.clone(), id.clone());
    let premise = sent.required_premise();
    let to = feedback::OUTCOME_APPROVED.at(approvals());
    let act = move |app: App| async move { app.approve_outcome(&acting, &key, &premise?).await };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => ask_again(&web, &visit, &id, Some(&Flaws::of(error)?)).await,
    }
}

/// What stands in place of the button while nobody has approved the text.
pub(super) fn not_approved() -> Note {
    Note::standing(
        "还没有批准公示，或批准之后内容有了变化。",
        "由没有录入也没有审核过这次检查的分管领导批准之后，公示岗的任何账号都可以公示。",
    )
}
