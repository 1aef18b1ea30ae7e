//! What stands above the form of an act: what the registers or the plan would refuse, and what was entered first.

use domain::campaign::entry::SourceEntry;

use super::{CampaignAct, Seen, dice, fields};
use crate::component::{Fragment, Refusal, Sheet};
use crate::gate::{Stop, WebState};

/// What the registers or the plan would refuse, said before the button is pressed.
pub(super) async fn beforehand(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
) -> Result<Fragment, Stop> {
    let refusal = match act {
        CampaignAct::Freeze | CampaignAct::Approve => {
            let plan = seen.plan.clone();
            let unit = &seen.stored.campaign.initiator;
            let previews = &web.previews;
            match previews.of(&web.app, seen.number(), unit, plan).await? {
                Ok(preview) => {
                    let table = super::super::record::strata::table(&preview.figures);
                    let foot = super::super::record::strata::foot(&preview.figures);
                    let sheet = Sheet::new("preview", "按名录此刻的内容，将是", table);
                    let refusal = preview.refusal.as_ref().map(Refusal::from);
                    return Ok(Fragment::join([
                        refusal.map(Fragment::from).unwrap_or_default(),
                        sheet.with_foot(foot).into(),
                    ]));
                }
                Err(faults) => faults.into_iter().next().map(|fault| fault.refusal),
            }
        }
        // What was entered first, for who reads it anew; his own form has it already.
        CampaignAct::Dice => return picture_note(web, seen, dice::waiting(seen)).await,
        CampaignAct::Beacon => {
            let entered = fields::beacon(seen).and_then(|beacon| beacon.entered);
            return picture_note(web, seen, entered).await;
        }
        CampaignAct::Submit => {
            let faults = web.app.plan_faults(seen.number()).await?;
            faults.into_iter().next().map(|fault| fault.refusal)
        }
        _ => None,
    };
    Ok(refusal
        .as_ref()
        .map(|refusal| {
            let shown = Refusal::from(refusal);
            match super::to_the_plan(act, seen) {
                Some(link) => shown.with_remedy_link(link).into(),
                None => shown.into(),
            }
        })
        .unwrap_or_default())
}

async fn picture_note(
    web: &WebState,
    seen: &Seen,
    entry: Option<&SourceEntry>,
) -> Result<Fragment, Stop> {
    let note = super::super::picture::note(web, seen, &seen.stored, entry).await?;
    Ok(note.map(Fragment::from).unwrap_or_default())
}
