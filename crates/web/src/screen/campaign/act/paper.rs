//! The approval of a plan that was signed on paper, as it is entered.

use app::{Acting, App, AppError};
use domain::id::CampaignNo;
use domain::paper::Judged;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::text::FieldErrors;

use super::{CampaignAct, Seen};
use crate::component::{Confirm, Fragment};
use crate::gate::{Pressed, Stop, Visit, WebState};
use crate::screen::paper::{entry, told};

/// Whether what is decided here ends the waiting of a paper, or puts a second one beside it.
pub(super) const fn meets_a_paper(act: CampaignAct) -> bool {
    matches!(
        act,
        CampaignAct::Approve | CampaignAct::Recall | CampaignAct::Return | CampaignAct::Paper
    )
}

/// That a paper waits for the same plan, above the form; nothing if none does.
pub(in crate::screen::campaign) async fn waits(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
) -> Result<Fragment, Stop> {
    let judged = Judged::Plan(seen.stored.campaign.id.clone());
    let papers = web.app.papers_of(&visit.acting, &judged).await?;
    Ok(told::waits(&papers).map(Fragment::from).unwrap_or_default())
}

/// The form with its questions.
pub(super) async fn asking(web: &WebState, seen: &Seen, confirm: Confirm) -> Result<Confirm, Stop> {
    let judges = (Verb::CampaignApprove, &seen.place());
    Ok(entry::fields(web, judges)
        .await?
        .into_iter()
        .fold(confirm, Confirm::asking))
}

/// What is wrong with what was typed.
pub(super) fn faults(sent: &Pressed, errors: &mut FieldErrors) {
    if let Err(found) = entry::Entered::read(sent) {
        *errors = found;
    }
}

/// Enters it.
pub(super) async fn perform(
    app: &App,
    acting: &Acting,
    (number, premise): (&CampaignNo, &Premise),
    sent: &Pressed,
) -> Result<(), AppError> {
    let entered = entry::Entered::read(sent)?;
    let done = app.enter_plan_paper(acting, number, premise, entered.words());
    done.await.map(drop)
}
