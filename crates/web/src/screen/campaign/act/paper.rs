//! The approval of a plan that was signed on paper, as it is entered.

use app::{Acting, App, AppError};
use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::text::FieldErrors;

use super::Seen;
use crate::component::Confirm;
use crate::gate::{Pressed, Stop, WebState};
use crate::screen::paper::entry;

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
