//! How a ceremony begins and who comes to it: before somebody is present no nonce is taken (SPEC-draw §1 says from when;
//! that a host and a witness are there is a rule of this program).

use crate::event::Act;
use crate::id::AccountId;
use crate::refusal::{Refusal, codes};
use crate::time::Instant;

use super::super::ceremony::{Ceremony, Presence, Witness};
use super::super::state::{Campaign, CampaignState, Committed, Step};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::{Stepped, not_before};

/// The most witnesses of one ceremony.
const MOST_WITNESSES: usize = 60;

impl Campaign {
    /// Begins the ceremony: from now on it has a host. Once.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`, `DRAW-058` not yet, `DRAW-059` it has begun, `DRAW-060` too late or no ceremony here.
    pub fn begin_ceremony(self, host: Step) -> Stepped {
        self.permit(CampaignVerb::BeginCeremony)?;
        let mut next = self.state.clone();
        let CampaignState::Committed(committed) = &mut next else {
            return Err(self.refuse(CampaignVerb::BeginCeremony));
        };
        not_before(host.at, committed.step.at)?;
        under_way(committed, host.at)?;
        if let Some(begun) = &committed.ceremony {
            let at = begun.host.at.local_text();
            return Err(codes::DRAW_CEREMONY_BEGUN.refuse(&[("at", &at)]));
        }
        committed.ceremony = Some(Ceremony {
            host,
            witnesses: Vec::new(),
        });
        Ok(self.with(next, Act::CeremonyBegun))
    }

    /// Somebody is present.
    ///
    /// # Errors
    /// `CAMP-001`, `DRAW-056` it has not begun, `DRAW-058`, `DRAW-060`, `DRAW-061` the host himself, `DRAW-082` who handled
    /// it, `DRAW-062` present already, `DRAW-068` a slip that says nothing, or too many.
    pub fn attend(self, presence: Presence, at: Instant) -> Stepped {
        self.permit(CampaignVerb::Attend)?;
        let mut next = self.state.clone();
        let CampaignState::Committed(committed) = &mut next else {
            return Err(self.refuse(CampaignVerb::Attend));
        };
        under_way(committed, at)?;
        let deciding = committed.deciding().map(Clone::clone);
        let handled: Vec<AccountId> = committed.handling().into_iter().cloned().collect();
        let ceremony = committed.ceremony.as_mut();
        let ceremony = ceremony.ok_or_else(|| codes::DRAW_NO_CEREMONY.refuse(&[]))?;
        match &presence {
            Presence::Account { account } => {
                if ceremony.host.by == *account || deciding.contains(account) {
                    return Err(codes::DRAW_WITNESS_IS_HOST.refuse(&[]));
                }
                if handled.contains(account) {
                    return Err(codes::DRAW_WITNESS_HANDLED.refuse(&[("name", &"本账号")]));
                }
            }
            Presence::Slip { signed } => {
                let length = signed.trim().chars().count();
                if !(2..=60).contains(&length) || signed.chars().any(char::is_control) {
                    return Err(codes::DRAW_SLIP_WORDS.refuse(&[]));
                }
            }
            Presence::Link { .. } => {}
        }
        if ceremony.has(&presence) || ceremony.witnesses.len() >= MOST_WITNESSES {
            return Err(codes::DRAW_WITNESS_PRESENT.refuse(&[]));
        }
        not_before(at, ceremony.host.at)?;
        ceremony.witnesses.push(Witness { presence, at });
        Ok(self.with(next, Act::CeremonyAttended))
    }
}

impl Committed {
    /// Who approved the plan and who published FREEZE: neither can witness what follows, nor can the host.
    #[must_use]
    pub fn deciding(&self) -> [&AccountId; 2] {
        [&self.frozen.launched.approved.step.by, &self.step.by]
    }

    /// Who else handled it so far: wrote or submitted the plan, launched the campaign, froze the frame. None of them is a
    /// witness of it, by account or on a slip. Who entered or compared a signed paper stands with the paper.
    #[must_use]
    pub fn handling(&self) -> Vec<&AccountId> {
        let launched = &self.frozen.launched;
        let submitted = &launched.approved.submitted;
        let written = submitted.hands.accounts();
        let steps = [&submitted.step, &launched.step, &self.frozen.step];
        written.chain(steps.map(|step| &step.by)).collect()
    }
}

/// Refuses outside the announced hours, and where the version knows no ceremony.
fn under_way(committed: &Committed, at: Instant) -> Result<(), Refusal> {
    let until = committed.reveal_by.local_text();
    if committed.frozen.version == FrameVersion::One || at > committed.reveal_by {
        return Err(codes::DRAW_CEREMONY_OVER.refuse(&[("until", &until)]));
    }
    match committed.reveal_from.filter(|from| at < *from) {
        Some(from) => Err(codes::DRAW_CEREMONY_EARLY.refuse(&[("from", &from.local_text())])),
        None => Ok(()),
    }
}
