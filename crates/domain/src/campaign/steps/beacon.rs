//! What the beacon of a `shuang/2` attempt showed, written down after it appeared (SPEC-draw §1, §3.5): by two accounts with
//! the notice as evidence, or by one where the value is a signature that was verified. RESULT follows from it by itself.
//!
//! Deliberately absent: whether the value has the shape of its source, and the signature: facts handed in.

use crate::event::Act;
use crate::refusal::{Refusal, codes};

use super::super::entry::{Counts, EntryFacts, Reader, SourceEntry, Words};
use super::super::state::{Campaign, CampaignState, Revealed};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::{Stepped, not_before};

static WORDS: Words = Words {
    differ: &codes::DRAW_BEACON_DIFFER,
    evidence: &codes::DRAW_BEACON_EVIDENCE,
};

impl Campaign {
    /// Writes down what the beacon showed; `signed` if the value is the verified signature of its round.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`, `DRAW-003` it has not appeared, `DRAW-064` none is awaited, `DRAW-065` not what the first
    /// account entered, `DRAW-066` it counts already, `DRAW-067` without source and picture, `AUTH-017` the same account
    /// twice.
    pub fn enter_beacon(self, facts: EntryFacts, signed: bool) -> Stepped {
        self.permit(CampaignVerb::EnterBeacon)?;
        let mut next = self.state.clone();
        let CampaignState::Revealed(revealed) = &mut next else {
            return Err(self.refuse(CampaignVerb::EnterBeacon));
        };
        not_before(facts.step.at, revealed.step.at)?;
        let act = revealed.enter_beacon(facts, signed)?;
        Ok(self.with(next, act))
    }
}

impl Revealed {
    /// The same of an attempt alone, be it void by now.
    ///
    /// # Errors
    /// Those of [`Campaign::enter_beacon`], but for the state.
    pub fn enter_beacon(&mut self, facts: EntryFacts, signed: bool) -> Result<Act, Refusal> {
        let committed = &self.committed;
        let awaited = matches!(
            committed.frozen.version,
            FrameVersion::Two { beacon: true, .. }
        );
        if !awaited {
            return Err(codes::DRAW_NO_BEACON.refuse(&[]));
        }
        if self.shown().is_some() {
            return Err(codes::DRAW_BEACON_ENTERED.refuse(&[]));
        }
        if let Some(due) = committed.beacon_at.filter(|due| facts.step.at < *due) {
            return Err(codes::DRAW_NOT_YET.refuse(&[("at", &due.local_text())]));
        }
        if signed {
            self.beacon = Some(SourceEntry {
                value: facts.value,
                evidence: None,
                first: facts.step,
                counts: Counts::Signature,
            });
            return Ok(Act::BeaconEntered);
        }
        let (entry, reader) = SourceEntry::read(self.beacon.take(), facts, &WORDS)?;
        self.beacon = Some(entry);
        Ok(match reader {
            Reader::First => Act::BeaconEntered,
            Reader::Second => Act::BeaconReentered,
        })
    }
}
