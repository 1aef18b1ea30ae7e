//! Sending a result back in place of approving its publication: those who entered it read the reason, correct it, and it is
//! confirmed and approved anew.

use app::App;
use app::inspection::publishing::PublicationPreview;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::InspectionId;

use super::act::{facing, visit_key};
use super::approvals;
use crate::component::{Confirm, Link, Note, Refusal};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Visit, WebState, feedback, once, see_other};
use crate::screen::shared::why_sent_back;
use crate::text::Address;

fn page_of(id: &InspectionId) -> Address {
    approvals().child(id.as_str()).child("return")
}

/// What stands below the button of the approval: the other decision.
pub(super) fn offered(id: &InspectionId) -> Note {
    Note::standing("内容有错的，不批准。", "写明理由退回，由录入人补正。")
        .with_link(Link::new("退回", page_of(id)))
}

fn form(
    web: &WebState,
    visit: &Visit,
    preview: &PublicationPreview,
    again: Option<(&Submitted, &Flaws)>,
) -> Confirm {
    let id = &preview.stored.visit.id;
    let back = Link::new("返回，不退回", approvals().child(id.as_str()));
    let hidden = visit.hidden_on(web, &preview.premise, again);
    let confirm = Confirm::new(page_of(id), hidden, "退回", back)
        .happens(vec![
            "检查表重新打开，已填的内容都在；补正后重新审核、重新批准公示。".to_owned(),
            "公示期限从重新形成结论那天起算。".to_owned(),
        ])
        .seen_by(vec!["录入人和检查组看到理由；不公开。".to_owned()])
        .asking(why_sent_back());
    match again {
        Some((sent, flaws)) => confirm.filled(sent, &flaws.errors),
        None => confirm,
    }
}

async fn shown(
    web: &WebState,
    visit: &Visit,
    id: &InspectionId,
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let flaws = again.map(|(_, flaws)| flaws);
    let place = ("退回待公示的结果", approvals());
    let (preview, page) = match facing(web, visit, id, place, flaws).await? {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    // Who may not approve it may not send it back either.
    let page = match preview.barred() {
        Some(refusal) => page.with(Refusal::from(refusal)),
        None => page.with(form(web, visit, &preview, again)),
    };
    Ok(match flaws {
        Some(flaws) => (flaws.status(), page.with_errors_in_form()).into_response(),
        None => page.into_response(),
    })
}

pub(super) async fn ask_return(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    shown(&web, &visit, &visit_key(&id)?, None).await
}

pub(super) async fn send_back(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let id = visit_key(&id)?;
    let (acting, key) = (visit.acting.clone(), id.clone());
    let (premise, reason) = (sent.required_premise(), sent.first("reason").to_owned());
    let to = feedback::OUTCOME_RETURNED.at(approvals());
    let act =
        move |app: App| async move { app.return_outcome(&acting, &key, &premise?, &reason).await };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            shown(&web, &visit, &id, Some((&sent, &flaws))).await
        }
    }
}
