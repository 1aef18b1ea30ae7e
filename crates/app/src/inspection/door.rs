//! The arrival: who is on the team, with which credential and recusal, as the registers have it that moment.
//!
//! Deliberately absent: the rules of the door themselves (`domain`).

use domain::id::InspectionId;
use domain::inspection::{Arrival, Member, may_depart};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::Refusal;
use domain::time::Date;
use store::inspection::StoredInspection;
use store::{Reader, campaign, inspector};

use crate::{Acting, App, AppError};

impl App {
    /// Registers the arrival of the team.
    pub async fn arrive(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        arrival: Arrival,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionOpen;
        let (mut tx, stored, actor) = self.visit_on(acting, id, premise, verb).await?;
        let members = members(&mut tx, &stored).await?;
        let last_day = campaign::get(&mut tx, &stored.campaign).await?.until;
        let step = self.visit_moment(acting);
        let at = step.at;
        let late = arrival.late.clone().unwrap_or_default();
        let visit = stored.visit.clone();
        let done = visit.open(step, arrival, &members, Some(last_day))?;
        self.write_visit_because(tx, stored, done, (at, &late), actor)
            .await
    }
}

/// Why the team of a visit that is still to be made may not set out today; none if it may.
pub(super) async fn held_up(
    reader: &mut Reader,
    stored: &StoredInspection,
    today: Date,
) -> Result<Option<Refusal>, AppError> {
    if !stored.dispatched || stored.visit.has_begun() {
        return Ok(None);
    }
    Ok(may_depart(&members(reader, stored).await?, today).err())
}

/// The team and its leader as the registers have them. The day until which a credential is valid stands in the clear, so that a number
/// that does not open keeps nobody from the door.
async fn members(reader: &mut Reader, stored: &StoredInspection) -> Result<Vec<Member>, AppError> {
    let recusals = inspector::recusals(reader).await?;
    let mut members = Vec::new();
    let leader = stored.visit.leader.iter();
    let leader = leader.filter(|code| !stored.visit.team.contains(code));
    let team = stored.visit.team.iter().map(|code| (code, true));
    for (code, goes) in team.chain(leader.map(|code| (code, false))) {
        let kept = inspector::listed_by_code(reader, code).await?;
        let recused = recusals.iter().any(|kept| {
            kept.tied
                && kept.recusal.inspector == *code
                && kept.recusal.subject.as_str() == stored.subject_code
        });
        members.push(Member {
            code: code.clone(),
            valid_until: kept.and_then(|(entry, _)| entry.valid_until()),
            recused,
            goes,
        });
    }
    Ok(members)
}
