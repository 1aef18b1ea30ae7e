//! The verbs around the draw: freeze, collect commitments, publish FREEZE, open nonces, draw, void.
//!
//! Intervals are rulebook facts handed in by the caller; the demo rulebook sets them to zero. A
//! missed clock asks for a reason and never locks the work; an interval too short is refused. Under which version
//! of the protocol a verb works is asked of the frame.

use draw::Version;

use crate::event::Act;
use crate::id::{Fingerprint, PartyToken};
use crate::policy::four_eyes;
use crate::refusal::{Refusal, codes};
use crate::time::{Date, Instant};

use super::super::frame_roots::FrameRoots;
use super::super::party::{Party, PartyName, TrustLevel};
use super::super::state::{
    Approved, Campaign, CampaignState, Committed, Drawn, Frozen, Revealed, Step,
};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::{Stepped, by_itself, hours, not_before, required_reason, revealing};

/// The intervals of the rulebook in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intervals {
    /// PLAN to FREEZE, in days.
    pub plan_days: i64,
    /// FREEZE to the beacon and the end of revealing, under `shuang/2` to the beacon or else to the first nonce, in
    /// minutes.
    pub freeze_minutes: i64,
    /// The least trust level of a real campaign.
    pub minimum_level: TrustLevel,
    /// How many draw days closures of the lottery market have left out of the year at most.
    pub lottery_left_out: u32,
}

/// What must be known to freeze a frame.
#[derive(Clone, Debug)]
pub struct FreezeFacts {
    /// Who freezes, and when.
    pub step: Step,
    /// The parties named in the plan.
    pub parties: Vec<PartyName>,
    /// True if the plan names a beacon or public dice.
    pub beacon: bool,
    /// How many subjects the frame will draw, over all strata.
    pub quota: u64,
    /// How many subjects must be visited without being drawn.
    pub must: u64,
    /// Roots, counts and the commitment to S of the frame; none while they are not computed yet.
    pub roots: Option<FrameRoots>,
    /// The version of the attempt that begins.
    pub version: FrameVersion,
}

/// What must be known to publish FREEZE.
#[derive(Clone, Debug)]
pub struct CommitFacts {
    /// Who publishes, and when.
    pub step: Step,
    /// H(FREEZE).
    pub freeze_hash: Fingerprint,
    /// What the kept frame gives now.
    pub roots: FrameRoots,
    /// From when nonces are taken; `shuang/1` does not ask.
    pub reveal_from: Option<Instant>,
    /// Until when nonces are taken.
    pub reveal_by: Instant,
    /// When the announced beacon appears; under `shuang/1` if its time is known.
    pub beacon_at: Option<Instant>,
    /// The beacon FREEZE names, by source and round or issue.
    pub beacon: Option<(String, String)>,
    /// When PLAN announced the ceremony for, if it did.
    pub ceremony: Option<Instant>,
    /// The last day of the plan's window: visits are made until then.
    pub until: Date,
    /// The intervals in force.
    pub intervals: Intervals,
    /// The version of new attempts.
    pub newest: Version,
}

/// What must be known to draw.
#[derive(Clone, Debug)]
pub struct DrawFacts {
    /// Who draws, and when.
    pub step: Step,
    /// H(RESULT).
    pub result_hash: Fingerprint,
    /// The level derived from what the sources gave: of FREEZE and seed, under `shuang/2` of REVEAL and seed.
    pub level: TrustLevel,
    /// The least level of the rulebook.
    pub minimum_level: TrustLevel,
    /// How many subjects are visited.
    pub visits: u64,
    /// True once every announced beacon is in, under `shuang/1` dice too, or stands as absent in its seed.
    pub beacon_present: bool,
    /// True if our own verification accepts the result.
    pub recomputed: bool,
    /// Why RESULT comes after its clock, if it does.
    pub late_reason: Option<String>,
    /// True if it follows by itself, as it does under `shuang/2`; false if somebody draws.
    pub itself: bool,
}

impl Campaign {
    /// Fixes frame and secret; commitments can be collected from now on.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-013` the approver may not draw, `CAMP-014` nobody would be visited.
    pub fn freeze(self, facts: FreezeFacts) -> Stepped {
        self.permit(CampaignVerb::Freeze)?;
        let CampaignState::Launched(launched) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Freeze));
        };
        four_eyes::approver_and_drawer(&launched.approved.step.by, &facts.step.by)?;
        if facts.quota == 0 && facts.must == 0 {
            return Err(codes::CAMPAIGN_NOTHING_DRAWN.refuse(&[]));
        }
        not_before(facts.step.at, launched.step.at)?;
        let next = CampaignState::Frozen(Frozen {
            launched,
            step: facts.step,
            parties: facts.parties.into_iter().map(Party::announced).collect(),
            beacon: facts.beacon,
            quota: facts.quota,
            roots: facts.roots,
            version: facts.version,
        });
        Ok(self.with(next, Act::FrameFrozen))
    }

    /// Accepts the commitment of one party; `earlier` is the attempt of this campaign in which somebody handed in the
    /// same, if any.
    ///
    /// # Errors
    /// `CAMP-001`, `DRAW-009` unknown party, `DRAW-010` a second commitment, `DRAW-020` that of another party,
    /// `DRAW-047` that of an earlier attempt.
    pub fn accept_commitment(
        self,
        party: &PartyToken,
        commitment: Fingerprint,
        at: Instant,
        earlier: Option<u32>,
    ) -> Stepped {
        self.permit(CampaignVerb::AcceptCommitment)?;
        let mut next = self.state.clone();
        let CampaignState::Frozen(frozen) = &mut next else {
            return Err(self.refuse(CampaignVerb::AcceptCommitment));
        };
        party_of(&mut frozen.parties, party)?.commit(commitment, at)?;
        revealing::commitment_of_its_own(frozen, party)?;
        revealing::unused(frozen, party, earlier, &codes::DRAW_COMMITMENT_REUSED)?;
        Ok(self.with(next, Act::PartyCommitted))
    }

    /// Publishes FREEZE: the moment after which nothing can be chosen any more.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-013`, `CAMP-009` a party has not committed, `CAMP-008` trust level,
    /// `CAMP-005` to `CAMP-007`, `CAMP-016` to `CAMP-021` and `CAMP-045`, `CAMP-048` hours, `CAMP-046` an issue that may have been
    /// drawn, `DRAW-015` to `DRAW-017` not the frame that was frozen, or not one that may be published.
    pub fn commit(self, facts: CommitFacts) -> Stepped {
        self.permit(CampaignVerb::Commit)?;
        let CampaignState::Frozen(frozen) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Commit));
        };
        four_eyes::approver_and_drawer(&frozen.launched.approved.step.by, &facts.step.by)?;
        not_before(facts.step.at, frozen.step.at)?;
        let missing = frozen.parties.iter().filter(|party| !party.has_committed());
        let missing: Vec<&str> = missing.map(|party| party.name.office.as_str()).collect();
        if !missing.is_empty() {
            let parties = missing.join("、");
            return Err(codes::CAMPAIGN_PARTY_WAITING.refuse(&[("party", &parties)]));
        }
        let level = TrustLevel::of(frozen.parties.len(), frozen.beacon);
        level_reaches(
            level,
            facts.intervals.minimum_level,
            &codes::CAMPAIGN_BELOW_LEVEL,
        )?;
        let hours = hours::kept(&frozen, &facts)?;
        self.still_frozen(&facts.roots, facts.newest, &frozen.step)?;
        let next = CampaignState::Committed(Committed {
            frozen,
            step: facts.step,
            freeze_hash: facts.freeze_hash,
            reveal_from: hours.reveal_from,
            reveal_by: hours.reveal_by,
            beacon_at: hours.beacon_at,
            dice: None,
            ceremony: None,
        });
        Ok(self.with(next, Act::DrawCommitted))
    }

    /// What the freeze fixed of the frame whose FREEZE is to be published; new frames are of the `newest` version.
    ///
    /// # Errors
    /// `CAMP-001`, `DRAW-015` if a build that kept no roots froze, `DRAW-017` if it is a frame of an earlier
    /// version than new ones are of.
    pub fn frozen_roots(&self, newest: Version) -> Result<&FrameRoots, Refusal> {
        let CampaignState::Frozen(frozen) = &self.state else {
            return Err(self.refuse(CampaignVerb::Commit));
        };
        let roots = frozen.roots.as_ref();
        let roots = roots.ok_or_else(|| codes::DRAW_FRAME_WITHOUT_ROOTS.refuse(&[]))?;
        frozen.version.may_be_published(newest)?;
        Ok(roots)
    }

    fn still_frozen(&self, kept: &FrameRoots, newest: Version, at: &Step) -> Result<(), Refusal> {
        let differing = self.frozen_roots(newest)?.differing(kept);
        if differing.is_empty() {
            return Ok(());
        }
        let (at, what) = (at.at.local_text(), differing.join("、"));
        Err(codes::DRAW_FRAME_ALTERED.refuse(&[("at", &at), ("what", &what)]))
    }

    /// Accepts the nonce of one party; `computed` is the commitment that follows from it, `earlier` the attempt of this
    /// campaign for which it was made, if it was made for another.
    ///
    /// # Errors
    /// `CAMP-001`, `DRAW-005` the nonce does not fit, `DRAW-006` too late, `DRAW-009`, `DRAW-010`, `DRAW-023` that of
    /// another party, `DRAW-048` that of an earlier attempt; under `shuang/2` `DRAW-018` too early, `DRAW-019` before
    /// the dice.
    pub fn accept_nonce(
        self,
        party: &PartyToken,
        nonce: Fingerprint,
        computed: &Fingerprint,
        at: Instant,
        earlier: Option<u32>,
    ) -> Stepped {
        self.permit(CampaignVerb::AcceptNonce)?;
        let mut next = self.state.clone();
        let CampaignState::Committed(committed) = &mut next else {
            return Err(self.refuse(CampaignVerb::AcceptNonce));
        };
        if at > committed.reveal_by {
            let until = committed.reveal_by.local_text();
            return Err(codes::DRAW_REVEAL_OVER.refuse(&[("until", &until)]));
        }
        revealing::may_open(committed, at)?;
        party_of(&mut committed.frozen.parties, party)?.reveal(nonce, computed, at)?;
        revealing::nonce_of_its_own(&committed.frozen, party)?;
        revealing::unused(&committed.frozen, party, earlier, &codes::DRAW_NONCE_REUSED)?;
        Ok(self.with(next, Act::PartyRevealed))
    }

    /// Closes the revealing of `shuang/1`; parties that stayed away are recorded as absent with the reason.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-013`, `DRAW-007` somebody may still come, `DRAW-008` the level is lost, `DRAW-063` under
    /// `shuang/2`, where it follows by itself.
    pub fn reveal(
        self,
        step: Step,
        absent_reason: &PartyToken,
        minimum_level: TrustLevel,
    ) -> Stepped {
        self.permit(CampaignVerb::Reveal)?;
        let CampaignState::Committed(mut committed) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Reveal));
        };
        let approver = &committed.frozen.launched.approved.step.by;
        four_eyes::approver_and_drawer(approver, &step.by)?;
        by_itself::by_hand(committed.frozen.version)?;
        not_before(step.at, committed.step.at)?;
        for party in committed
            .frozen
            .parties
            .iter_mut()
            .filter(|party| party.is_waiting())
        {
            if step.at <= committed.reveal_by {
                return Err(codes::DRAW_REVEAL_EARLY.refuse(&[
                    ("party", &party.name.office),
                    ("until", &committed.reveal_by.local_text()),
                ]));
            }
            party.be_absent(absent_reason.clone(), step.at)?;
        }
        let level = revealing::level_in_reach(&committed);
        level_reaches(level, minimum_level, &codes::DRAW_LEVEL_LOST)?;
        let next = CampaignState::Revealed(Revealed {
            committed,
            step,
            beacon: None,
        });
        Ok(self.with(next, Act::CampaignRevealed))
    }

    /// Records RESULT.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-013`, `DRAW-003` the beacon is in the future, `DRAW-004` it has not been
    /// entered, `DRAW-008` the level is lost, `DRAW-012` our own verification refuses, `DRAW-063` it follows by itself.
    pub fn draw(self, facts: DrawFacts) -> Stepped {
        self.permit(CampaignVerb::Draw)?;
        let CampaignState::Revealed(revealed) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Draw));
        };
        let committed = &revealed.committed;
        four_eyes::approver_and_drawer(
            &committed.frozen.launched.approved.step.by,
            &facts.step.by,
        )?;
        not_before(facts.step.at, revealed.step.at)?;
        if let Some(due) = committed.beacon_at.filter(|due| facts.step.at < *due) {
            return Err(codes::DRAW_NOT_YET.refuse(&[("at", &due.local_text())]));
        }
        if committed.awaits_source() && !facts.beacon_present {
            return Err(codes::DRAW_BEACON_MISSING.refuse(&[]));
        }
        if committed.is_by_hand() == facts.itself {
            return Err(codes::DRAW_BY_ITSELF.refuse(&[]));
        }
        level_reaches(facts.level, facts.minimum_level, &codes::DRAW_LEVEL_LOST)?;
        if !facts.recomputed {
            return Err(codes::DRAW_RESULT_REFUSED.refuse(&[]));
        }
        let next = CampaignState::Drawn(Drawn {
            revealed,
            step: facts.step,
            result_hash: facts.result_hash,
            level: facts.level,
            visits: facts.visits,
            late_reason: facts.late_reason,
        });
        Ok(self.with(next, Act::SubjectsDrawn))
    }

    /// Voids the attempt: back to the approved plan, next number, new secret, new frame. `beacon_is_certain` says whether the
    /// plan's beacon appears at its time without fail, as a round of drand does and a lottery may not.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-003` without reason, `CAMP-015` before REVEAL; under `shuang/2` `DRAW-073` its ceremony has begun,
    /// `DRAW-027` what follows is known.
    pub fn void(self, step: &Step, reason: &str, beacon_is_certain: bool) -> Stepped {
        self.permit(CampaignVerb::Void)?;
        required_reason(reason, CampaignVerb::Void)?;
        let Some(frozen) = self.state.frame() else {
            return Err(self.refuse(CampaignVerb::Void));
        };
        revealing::may_void(&self.state, step.at, beacon_is_certain)?;
        // What was frozen under a clock that ran ahead need not wait for its hours to be given up.
        if let CampaignState::Revealed(revealed) = &self.state {
            not_before(step.at, revealed.step.at)?;
        }
        let next = after_void(frozen);
        Ok(self.with(next, Act::DrawVoided))
    }

    /// The same of an attempt whose FREEZE was published before the log was begun anew: whatever of it is known to
    /// whom, nothing of it goes on.
    ///
    /// # Errors
    /// `CAMP-001` but before REVEAL, `CAMP-003` without reason.
    pub fn void_overtaken(self, reason: &str) -> Stepped {
        self.permit(CampaignVerb::Void)?;
        required_reason(reason, CampaignVerb::Void)?;
        let CampaignState::Committed(committed) = &self.state else {
            return Err(self.refuse(CampaignVerb::Void));
        };
        let next = after_void(&committed.frozen);
        Ok(self.with(next, Act::DrawVoided))
    }
}

/// Where a void attempt leads, whoever voids it: back to the approved plan, with the next number.
pub(super) fn after_void(frozen: &Frozen) -> CampaignState {
    let approved = frozen.launched.approved.clone();
    let attempt = approved.attempt + 1;
    CampaignState::Approved(Approved {
        attempt,
        ..approved
    })
}

fn party_of<'a>(parties: &'a mut [Party], token: &PartyToken) -> Result<&'a mut Party, Refusal> {
    parties
        .iter_mut()
        .find(|party| party.name.token == *token)
        .ok_or_else(|| codes::DRAW_PARTY_UNKNOWN.refuse(&[("party", token)]))
}

pub(super) fn level_reaches(
    level: TrustLevel,
    minimum: TrustLevel,
    code: &'static crate::refusal::Code,
) -> Result<(), Refusal> {
    if level < minimum {
        return Err(code.refuse(&[("level", &level.label()), ("minimum", &minimum.label())]));
    }
    Ok(())
}
