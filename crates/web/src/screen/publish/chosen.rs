//! A list of publications under one confirmation: each with all of its text, ticked, and resting on that text.

use app::inspection::publishing::PublicationPreview;
use domain::id::InspectionId;
use domain::publication::PublicOutcome;

use crate::component::Field;
use crate::gate::{Answer, WebState, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::listed::{self, Over, Tick};

/// How many stand under one confirmation; what is beyond follows when these are done.
pub(super) const AT_ONCE: usize = 100;

/// The whole public text of one, in one line.
fn text(outcome: &PublicOutcome) -> String {
    let campaign = outcome.campaign.as_ref().map(|no| format!("　{no}"));
    format!(
        "{}；{}检查；来源：{}；结果：{}；检查 {} 项，不合格 {} 项；检查主体：{}{}",
        outcome.items.join("、"),
        outcome.inspected_on,
        outcome.source,
        outcome.outcome,
        outcome.examined,
        outcome.failed,
        outcome.authority,
        campaign.unwrap_or_default()
    )
}

/// The ticks of a list, all set.
pub(super) fn ticks(label: &str, help: &str, shown: &[&PublicationPreview]) -> Field {
    let ticks = shown.iter().map(|one| {
        let outcome = &one.outcome;
        let code = outcome.subject_code.as_deref().unwrap_or_default();
        Tick {
            id: one.stored.visit.id.to_string(),
            premise: one.premise.clone(),
            words: format!("{}　{code}", outcome.subject_name),
            meaning: format!("{}。{} 到期", text(outcome), one.deadline.label()),
        }
    });
    listed::ticks(label, help, ticks.collect())
}

/// The answer to an act over the list: onward, or the page of the list as it stands now.
pub(super) async fn answered(
    web: &WebState,
    over: Over<InspectionId>,
    page: WorkbenchPage,
) -> Answer {
    let (done, left) = match over {
        Over::Onward(to) => return Ok(see_other(&to)),
        Over::Refused(flaws) => return Ok(listed::refused(page, &flaws)),
        Over::Left(done, left) => (done, left),
    };
    let mut reader = web.app.db.read().await?;
    let mut named = Vec::with_capacity(left.len());
    for one in left {
        let stored = store::inspection::get(&mut reader, &one.id).await?;
        let name = format!("{}　{}", stored.subject_name, stored.subject_code);
        named.push((name, one.why));
    }
    Ok(listed::left_over(page, done, named))
}
