//! What follows by itself in an attempt of `shuang/2`, without a decision of anybody (SPEC-draw §1): REVEAL when the last
//! party has answered or the end of revealing has come, then RESULT as soon as the last source is known, or VOID if what
//! was given does not reach the least level.
//!
//! Who drew is who published FREEZE; who acts is the program. Deliberately absent: anything a person could choose. Attempts
//! of `shuang/1` go on by hand.

use crate::event::Act;
use crate::id::AccountId;
use crate::refusal::{Refusal, codes};
use crate::time::Instant;

use super::super::party::TrustLevel;
use super::super::state::{Campaign, CampaignState, Committed, Revealed, Step};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::drawing::{after_void, level_reaches};
use super::{Stepped, not_before, revealing};

/// What is due in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// REVEAL.
    Reveal,
    /// RESULT.
    Result,
    /// VOID by the program: the level is lost.
    Void,
}

impl Campaign {
    /// What follows by itself now.
    #[must_use]
    pub fn due(&self, at: Instant, minimum: TrustLevel) -> Option<Due> {
        match &self.state {
            CampaignState::Committed(committed) => {
                (is_two(committed) && may_close(committed, at).is_ok()).then_some(Due::Reveal)
            }
            CampaignState::Revealed(revealed) => of_revealed(revealed, minimum),
            _ => None,
        }
    }

    /// Whether its current attempt is one whose next steps follow by themselves: FREEZE of `shuang/2` is published, RESULT
    /// is not.
    #[must_use]
    pub fn follows_by_itself(&self) -> bool {
        match &self.state {
            CampaignState::Committed(committed) => is_two(committed),
            CampaignState::Revealed(revealed) => is_two(&revealed.committed),
            _ => false,
        }
    }

    /// When the beacon appeared, if REVEAL was not there by then: the attempt can only be made void.
    #[must_use]
    pub fn missed_beacon(&self, at: Instant) -> Option<Instant> {
        match &self.state {
            CampaignState::Committed(committed) => revealing::missed(committed, at),
            _ => None,
        }
    }

    /// Who draws by the program: who published FREEZE.
    #[must_use]
    pub fn drawer(&self) -> Option<&AccountId> {
        self.state.commitment().map(|committed| &committed.step.by)
    }

    /// REVEAL, when every party has answered and dice count, or the end of revealing has come: who has not answered
    /// is absent, whatever level is left.
    ///
    /// # Errors
    /// `CAMP-001`, `DRAW-007` somebody may still come, `DRAW-024` it has not begun, `DRAW-025` dice may still come,
    /// `DRAW-081` its beacon is out.
    pub fn close_by_itself(self, at: Instant) -> Stepped {
        self.permit(CampaignVerb::Reveal)?;
        let CampaignState::Committed(mut committed) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Reveal));
        };
        of_two(&committed)?;
        may_close(&committed, at)?;
        not_before(at, committed.step.at)?;
        let waiting = committed.frozen.parties.iter_mut();
        for party in waiting.filter(|party| party.is_waiting()) {
            party.be_absent(revealing::timeout(), at)?;
        }
        let step = Step {
            by: committed.step.by.clone(),
            at,
        };
        let next = CampaignState::Revealed(Revealed {
            committed,
            step,
            beacon: None,
        });
        Ok(self.with(next, Act::CampaignRevealed))
    }

    /// VOID in place of RESULT: what was given, and what may still appear, does not reach the least level.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`, `DRAW-063` nothing of that kind is due.
    pub fn void_by_itself(self, at: Instant, minimum: TrustLevel) -> Stepped {
        self.permit(CampaignVerb::Void)?;
        let CampaignState::Revealed(revealed) = &self.state else {
            return Err(self.refuse(CampaignVerb::Void));
        };
        if of_revealed(revealed, minimum) != Some(Due::Void) {
            return Err(codes::DRAW_BY_ITSELF.refuse(&[]));
        }
        not_before(at, revealed.step.at)?;
        let next = after_void(&revealed.committed.frozen);
        Ok(self.with(next, Act::DrawVoided))
    }
}

/// Refuses to do by hand what follows by itself.
pub(super) fn by_hand(version: FrameVersion) -> Result<(), Refusal> {
    match version {
        FrameVersion::One => Ok(()),
        FrameVersion::Two { .. } => Err(codes::DRAW_BY_ITSELF.refuse(&[])),
    }
}

fn of_two(committed: &Committed) -> Result<(), Refusal> {
    match is_two(committed) {
        true => Ok(()),
        false => Err(codes::DRAW_BY_ITSELF.refuse(&[])),
    }
}

fn is_two(committed: &Committed) -> bool {
    matches!(committed.frozen.version, FrameVersion::Two { .. })
}

fn may_close(committed: &Committed, at: Instant) -> Result<(), Refusal> {
    revealing::may_close(committed, at)?;
    let mut parties = committed.frozen.parties.iter();
    match parties.find(|party| party.is_waiting()) {
        Some(party) if at <= committed.reveal_by => Err(codes::DRAW_REVEAL_EARLY.refuse(&[
            ("party", &party.name.office),
            ("until", &committed.reveal_by.local_text()),
        ])),
        _ => Ok(()),
    }
}

fn of_revealed(revealed: &Revealed, minimum: TrustLevel) -> Option<Due> {
    let committed = &revealed.committed;
    if !is_two(committed) {
        return None;
    }
    let level = revealing::level_in_reach(committed);
    match level_reaches(level, minimum, &codes::DRAW_LEVEL_LOST) {
        Err(_) => Some(Due::Void),
        Ok(()) if committed.awaits_source() && revealed.shown().is_none() => None,
        Ok(()) => Some(Due::Result),
    }
}
