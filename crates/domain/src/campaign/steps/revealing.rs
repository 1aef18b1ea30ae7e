//! What is asked of commitments, nonces and dice besides that they fit (SPEC-draw §1, §3.3): no two parties hand in the
//! same, and nobody what served an earlier attempt. Under `shuang/2` nonces wait for the announced time and for the
//! dice, and absence has one word.
//!
//! Deliberately absent: what earlier attempts have of commitments and nonces, which does not stand in the state of a
//! campaign; whether something is of one is a fact handed in.

use draw::level::ROLLS_OF_A_BEACON;
use draw::record::reveal::TIMEOUT;

use crate::id::{Fingerprint, PartyToken};
use crate::refusal::{Code, Refusal, codes};
use crate::time::Instant;

use super::super::party::{Party, PartyState, TrustLevel};
use super::super::state::{Campaign, CampaignState, Committed, Frozen};
use super::super::version::FrameVersion;

/// Refuses a commitment that another party handed in as well.
pub(super) fn commitment_of_its_own(frozen: &Frozen, party: &PartyToken) -> Result<(), Refusal> {
    let code = &codes::DRAW_SAME_COMMITMENT;
    of_its_own(frozen, party, Party::commitment, code)
}

/// Refuses a nonce that another party opened as well: two that are the same are one source, whatever the level says.
pub(super) fn nonce_of_its_own(frozen: &Frozen, party: &PartyToken) -> Result<(), Refusal> {
    of_its_own(frozen, party, Party::nonce, &codes::DRAW_SAME_NONCE)
}

fn of_its_own(
    frozen: &Frozen,
    party: &PartyToken,
    handed_in: fn(&Party) -> Option<&Fingerprint>,
    code: &'static Code,
) -> Result<(), Refusal> {
    let (own, others): (Vec<&Party>, Vec<&Party>) =
        (frozen.parties.iter()).partition(|known| known.name.token == *party);
    for own in own {
        let same = |other: &&&Party| handed_in(own).is_some() && handed_in(own) == handed_in(other);
        if let Some(other) = others.iter().find(same) {
            let (party, other) = (&own.name.office, &other.name.office);
            return Err(code.refuse(&[("party", party), ("other", other)]));
        }
    }
    Ok(())
}

/// Refuses what was handed in for an earlier attempt: whoever saw it there knows what will be opened here.
pub(super) fn unused(
    frozen: &Frozen,
    party: &PartyToken,
    earlier: Option<u32>,
    code: &'static Code,
) -> Result<(), Refusal> {
    let Some(attempt) = earlier else {
        return Ok(());
    };
    let own = frozen.parties.iter().find(|one| one.name.token == *party);
    let office = own.map_or(party.as_str(), |own| own.name.office.as_str());
    Err(code.refuse(&[("party", &office), ("attempt", &attempt)]))
}

/// Refuses a nonce before the announced time, before the ceremony has a host and a witness, and before two accounts have
/// written down the announced dice.
pub(super) fn may_open(committed: &Committed, at: Instant) -> Result<(), Refusal> {
    if let Some(from) = committed.reveal_from.filter(|from| at < *from) {
        return Err(codes::DRAW_REVEAL_NOT_BEGUN.refuse(&[("from", &from.local_text())]));
    }
    is_held(committed)?;
    match committed.awaits_dice() {
        true => Err(codes::DRAW_DICE_FIRST.refuse(&[])),
        false => Ok(()),
    }
}

impl Campaign {
    /// Refuses whoever comes too late with what follows FREEZE, a nonce or his presence: a page that was open since before
    /// the end rests on what stood then, and why it is of no use any more is that it is over.
    ///
    /// # Errors
    /// `DRAW-006` the end has come and nobody's nonce is taken, `DRAW-083` the attempt is void, `DRAW-084` the campaign was
    /// given up.
    pub fn is_not_over_for(&self, party: &PartyToken, at: Instant) -> Result<(), Refusal> {
        let until = |committed: &Committed| {
            let until = committed.reveal_by.local_text();
            Err(codes::DRAW_REVEAL_OVER.refuse(&[("until", &until)]))
        };
        match &self.state {
            CampaignState::Committed(committed)
                if at > committed.reveal_by && missed(committed, at).is_none() =>
            {
                until(committed)
            }
            CampaignState::Revealed(revealed) if is_absent(&revealed.committed, party) => {
                until(&revealed.committed)
            }
            CampaignState::Approved(_) | CampaignState::Launched(_) | CampaignState::Frozen(_)
                if self.state.attempt() > 1 =>
            {
                let attempt = self.state.attempt() - 1;
                Err(codes::DRAW_TOO_LATE_VOID.refuse(&[("attempt", &attempt)]))
            }
            CampaignState::Abandoned(abandoned) => {
                let at = abandoned.step.at.local_text();
                Err(codes::DRAW_GIVEN_UP.refuse(&[("at", &at)]))
            }
            _ => Ok(()),
        }
    }
}

fn is_absent(committed: &Committed, party: &PartyToken) -> bool {
    let mut parties = committed.frozen.parties.iter();
    parties
        .any(|known| known.name.token == *party && matches!(known.state, PartyState::Absent { .. }))
}

/// Refuses what is done at the ceremony as long as it has no host and no witness.
pub(super) fn is_held(committed: &Committed) -> Result<(), Refusal> {
    match (committed.frozen.version, &committed.ceremony) {
        (FrameVersion::One, _) => Ok(()),
        (FrameVersion::Two { .. }, None) => Err(codes::DRAW_NO_CEREMONY.refuse(&[])),
        (FrameVersion::Two { .. }, Some(begun)) if begun.witnesses.is_empty() => {
            Err(codes::DRAW_NO_WITNESS.refuse(&[]))
        }
        (FrameVersion::Two { .. }, Some(_)) => Ok(()),
    }
}

/// Refuses to close a revealing that has not begun, or whose dice may still be thrown.
pub(super) fn may_close(committed: &Committed, at: Instant) -> Result<(), Refusal> {
    if let Some(from) = committed.reveal_from.filter(|from| at < *from) {
        return Err(codes::DRAW_CLOSE_BEFORE_BEGIN.refuse(&[("from", &from.local_text())]));
    }
    if committed.awaits_dice() && at <= committed.reveal_by {
        let until = committed.reveal_by.local_text();
        return Err(codes::DRAW_DICE_AWAITED.refuse(&[("until", &until)]));
    }
    match missed(committed, at) {
        Some(due) => Err(codes::DRAW_MISSED_BEACON.refuse(&[("at", &due.local_text())])),
        None => Ok(()),
    }
}

/// The time of the beacon, once it has come before REVEAL: whoever makes REVEAL then chooses who was absent. A server that
/// did not run until then leaves the attempt to a person's VOID.
pub(super) fn missed(committed: &Committed, at: Instant) -> Option<Instant> {
    let of_two = matches!(committed.frozen.version, FrameVersion::Two { .. });
    committed.beacon_at.filter(|due| of_two && at >= *due)
}

/// Refuses to void a `shuang/2` attempt from the beginning of its ceremony until REVEAL, and again when everything is known:
/// numbers are told at the ceremony, and whoever holds S reads the result from the last of them. What REVEAL says is
/// public then, and a VOID after it is opened. With a beacon nobody knows the result before it appears, and it may never.
/// One that is certain to appear is known from its time on, whoever entered it or not. Where REVEAL has missed its beacon
/// nothing else is left.
pub(super) fn may_void(
    state: &CampaignState,
    at: Instant,
    beacon_is_certain: bool,
) -> Result<(), Refusal> {
    match state {
        CampaignState::Committed(committed) => {
            match (committed.frozen.version, &committed.ceremony) {
                (FrameVersion::Two { .. }, Some(_)) if missed(committed, at).is_none() => {
                    let until = committed.reveal_by.local_text();
                    Err(codes::DRAW_VOID_IN_CEREMONY.refuse(&[("until", &until)]))
                }
                _ => Ok(()),
            }
        }
        CampaignState::Revealed(revealed) => match revealed.committed.frozen.version {
            FrameVersion::Two { beacon: true, .. } if revealed.beacon.is_none() => {
                let due = revealed.committed.beacon_at.filter(|due| at >= *due);
                match due.filter(|_| beacon_is_certain) {
                    Some(due) => {
                        Err(codes::DRAW_BEACON_IS_OUT.refuse(&[("at", &due.local_text())]))
                    }
                    None => Ok(()),
                }
            }
            FrameVersion::Two { .. } => Err(codes::DRAW_RESULT_FOLLOWS.refuse(&[])),
            FrameVersion::One => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What stands for a party that stayed away under `shuang/2`: the one word that nobody chooses.
pub(super) fn timeout() -> PartyToken {
    PartyToken::parse(TIMEOUT).expect("a word of letters is a token")
}

/// The level the attempt reaches if all that can still appear does: of nonces what REVEAL will hold, of the dice of
/// `shuang/2` too, which count as a beacon from so many digits on.
pub(super) fn level_in_reach(committed: &Committed) -> TrustLevel {
    let parties = committed.frozen.parties.iter();
    let present = parties.filter(|party| party.has_revealed()).count();
    let digits = committed.thrown().map_or(0, str::len);
    let source = committed.awaits_source() || digits >= ROLLS_OF_A_BEACON;
    TrustLevel::of(present, source)
}
