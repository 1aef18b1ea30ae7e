//! The states of a campaign: each variant carries what exists in that state, and nothing more.
//!
//! A later state holds the earlier ones, so who submitted, approved and froze stays known to the
//! end and four eyes can compare accounts. The verbs are in [`super::steps`]; how a state is kept, and how earlier ones
//! are read, is in `kept`.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CampaignId, CampaignNo, Fingerprint, OrgUnitId};
use crate::policy::four_eyes::Hands;
use crate::time::Instant;

use super::abandon_class::AbandonClass;
use super::ceremony::Ceremony;
use super::entry::SourceEntry;
use super::frame_roots::FrameRoots;
use super::party::{Party, TrustLevel};
use super::transitions::StateKind;
use super::version::FrameVersion;

mod kept;

pub use kept::LIFE;

/// One campaign with its current state.
#[doc(alias = "抽查任务")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its key.
    pub id: CampaignId,
    /// Its number, printed on every paper.
    pub number: CampaignNo,
    /// The section or unit that launches it.
    #[doc(alias = "发起科室或单位")]
    pub initiator: OrgUnitId,
    /// Where it stands.
    pub state: CampaignState,
}

/// Who did a step, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The account.
    pub by: AccountId,
    /// The moment.
    pub at: Instant,
}

/// A plan that is being written, perhaps for the second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Who writes it.
    pub author: AccountId,
    /// Everybody who has written in it so far.
    pub hands: Hands,
    /// Why it was last returned, if it was.
    pub returned: Option<Returned>,
}

/// A plan that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Who returned it, and when.
    pub step: Step,
    /// Why.
    pub reason: String,
}

/// A complete plan before the approver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Who submitted it, and when.
    pub step: Step,
    /// H(PLAN), so that what is approved is what was submitted.
    pub plan_hash: Fingerprint,
    /// Everybody who wrote in it or submitted it.
    pub hands: Hands,
}

/// A plan in force; also where a void attempt returns to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What was submitted, and by whom.
    pub submitted: Submitted,
    /// Who approved it, and when: the moment PLAN is logged.
    pub step: Step,
    /// The number of the next attempt; 1 unless attempts were void.
    pub attempt: u32,
    /// The version of the rulebook the campaign obeys for ever; none if the first build approved it,
    /// see [`crate::rulebook::Rulebooks::of`].
    pub rulebook: Option<String>,
}

/// A campaign under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launched {
    /// The plan it follows.
    pub approved: Approved,
    /// Who launched it, and when.
    pub step: Step,
}

/// A frame that cannot change any more; commitments are being collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// The launch it belongs to.
    pub launched: Launched,
    /// Who froze it, and when.
    pub step: Step,
    /// The parties of this attempt.
    pub parties: Vec<Party>,
    /// True if the plan names a beacon or public dice.
    pub beacon: bool,
    /// How many subjects will be drawn, over all strata.
    pub quota: u64,
    /// What nothing after the freeze may change; none if a build that did not keep it froze.
    pub roots: Option<FrameRoots>,
    /// The version of the attempt, to its end.
    pub version: FrameVersion,
}

/// FREEZE is logged: from here on nothing can be changed, only voided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The frame.
    pub frozen: Frozen,
    /// Who published it, and when.
    pub step: Step,
    /// H(FREEZE).
    pub freeze_hash: Fingerprint,
    /// From when nonces are taken; none under `shuang/1`, where that is FREEZE itself.
    pub reveal_from: Option<Instant>,
    /// Until when nonces are taken.
    pub reveal_by: Instant,
    /// When the announced beacon appears, if one is announced and its time is known.
    pub beacon_at: Option<Instant>,
    /// What the public dice of `shuang/2` showed, by one account or by two; none under `shuang/1`, where they are
    /// entered with the draw. What counts says [`Self::thrown`].
    pub dice: Option<SourceEntry>,
    /// The ceremony at which nonces are taken; none before it has begun, and under `shuang/1`.
    pub ceremony: Option<Ceremony>,
}

impl Committed {
    /// The digits that count: two accounts have entered the same.
    #[must_use]
    pub fn thrown(&self) -> Option<&str> {
        self.dice.as_ref().and_then(SourceEntry::counted)
    }

    /// Whether RESULT has to wait for a source that appears after REVEAL: a beacon, under `shuang/1` dice too.
    #[must_use]
    pub const fn awaits_source(&self) -> bool {
        match self.frozen.version {
            FrameVersion::One => self.frozen.beacon,
            FrameVersion::Two { beacon, .. } => beacon,
        }
    }

    /// True where REVEAL and RESULT are made by a person: under `shuang/1`.
    #[must_use]
    pub const fn is_by_hand(&self) -> bool {
        matches!(self.frozen.version, FrameVersion::One)
    }

    /// True while dice are announced whose digits do not count yet.
    #[must_use]
    pub fn awaits_dice(&self) -> bool {
        let version = self.frozen.version;
        matches!(version, FrameVersion::Two { dice: true, .. }) && self.thrown().is_none()
    }

    /// Whether they can be entered: they are thrown at the ceremony, before its witnesses.
    #[must_use]
    pub fn takes_dice(&self) -> bool {
        let ceremony = self.ceremony.as_ref();
        self.awaits_dice() && ceremony.is_some_and(|begun| !begun.witnesses.is_empty())
    }
}

/// All nonces are open or their parties are recorded as absent; only the beacon is awaited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    /// The commitment it opens.
    pub committed: Committed,
    /// Who closed the revealing, and when; under `shuang/2` who published FREEZE, as the program closes it by itself.
    pub step: Step,
    /// What the beacon of `shuang/2` showed, by one account or by two; none under `shuang/1`, where it is entered with
    /// the draw.
    pub beacon: Option<SourceEntry>,
}

impl Revealed {
    /// The beacon's value that counts, once it does.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        self.beacon.as_ref().and_then(SourceEntry::counted)
    }
}

/// RESULT is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Everything before.
    pub revealed: Revealed,
    /// Who drew, and when; under `shuang/2` who published FREEZE, as RESULT follows by itself.
    pub step: Step,
    /// H(RESULT).
    pub result_hash: Fingerprint,
    /// The level derived from FREEZE and seed.
    pub level: TrustLevel,
    /// How many subjects are visited.
    pub visits: u64,
    /// Why RESULT came after its clock, if it did.
    pub late_reason: Option<String>,
}

/// Teams are on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspecting {
    /// What was drawn.
    pub drawn: Drawn,
    /// Who assigned the first visit, and when.
    pub step: Step,
}

/// Every visit has a result or ended otherwise; starts the clock of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What was inspected.
    pub inspecting: Inspecting,
    /// Who ended it, and when.
    pub step: Step,
    /// When OPEN was logged, if it was.
    pub opened: Option<Step>,
}

/// The report is written and circulated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// What ended.
    pub ended: Ended,
    /// Who reported, and when.
    pub step: Step,
}

/// The dossier is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// What was reported.
    pub reported: Reported,
    /// Who archived, and when.
    pub step: Step,
}

/// A campaign given up before its frame was frozen; visible for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandoned {
    /// The state it was given up in.
    pub from: StateKind,
    /// How many attempts were void before.
    pub void_attempts: u32,
    /// Who gave it up, and when.
    pub step: Step,
    /// The class the public reads; none of what was given up before there were classes, whose typed reason was public.
    pub class: Option<AbandonClass>,
    /// Why, in the words of who gave it up; internal where there is a class.
    pub reason: String,
}

/// Where a campaign stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CampaignState {
    /// The plan is being written.
    Draft(Draft),
    /// The plan lies before the approver.
    Submitted(Submitted),
    /// The plan is approved and logged.
    Approved(Approved),
    /// The campaign is launched.
    Launched(Launched),
    /// The frame is fixed.
    Frozen(Frozen),
    /// FREEZE is logged.
    Committed(Committed),
    /// The nonces are open.
    Revealed(Revealed),
    /// RESULT is logged.
    Drawn(Drawn),
    /// Visits are under way.
    Inspecting(Inspecting),
    /// All visits have ended.
    Ended(Ended),
    /// The report is out.
    Reported(Reported),
    /// The dossier is closed.
    Archived(Archived),
    /// Given up.
    Abandoned(Abandoned),
}

impl CampaignState {
    /// The name of the state.
    #[must_use]
    pub const fn kind(&self) -> StateKind {
        match self {
            Self::Draft(_) => StateKind::Draft,
            Self::Submitted(_) => StateKind::Submitted,
            Self::Approved(_) => StateKind::Approved,
            Self::Launched(_) => StateKind::Launched,
            Self::Frozen(_) => StateKind::Frozen,
            Self::Committed(_) => StateKind::Committed,
            Self::Revealed(_) => StateKind::Revealed,
            Self::Drawn(_) => StateKind::Drawn,
            Self::Inspecting(_) => StateKind::Inspecting,
            Self::Ended(_) => StateKind::Ended,
            Self::Reported(_) => StateKind::Reported,
            Self::Archived(_) => StateKind::Archived,
            Self::Abandoned(_) => StateKind::Abandoned,
        }
    }

    /// The approval, in every state that has one.
    #[must_use]
    pub fn approval(&self) -> Option<&Approved> {
        match self {
            Self::Approved(approved) => Some(approved),
            Self::Launched(launched) => Some(&launched.approved),
            other => other.frame().map(|frozen| &frozen.launched.approved),
        }
    }

    /// The frozen frame of the current attempt, in every state that has one.
    #[must_use]
    pub fn frame(&self) -> Option<&Frozen> {
        match self {
            Self::Frozen(frozen) => Some(frozen),
            Self::Committed(committed) => Some(&committed.frozen),
            Self::Revealed(revealed) => Some(&revealed.committed.frozen),
            other => other.result().map(|drawn| &drawn.revealed.committed.frozen),
        }
    }

    /// The commitment of the current attempt, in every state that has one.
    #[must_use]
    pub fn commitment(&self) -> Option<&Committed> {
        match self {
            Self::Committed(committed) => Some(committed),
            Self::Revealed(revealed) => Some(&revealed.committed),
            other => other.result().map(|drawn| &drawn.revealed.committed),
        }
    }

    /// The closed revealing of the current attempt, in every state that has one.
    #[must_use]
    pub fn revealed(&self) -> Option<&Revealed> {
        match self {
            Self::Revealed(revealed) => Some(revealed),
            other => other.result().map(|drawn| &drawn.revealed),
        }
    }

    /// What the public dice of the current attempt showed, as far as it is written down.
    #[must_use]
    pub fn dice_entry(&self) -> Option<&SourceEntry> {
        self.commitment()?.dice.as_ref()
    }

    /// What its beacon showed, likewise.
    #[must_use]
    pub fn beacon_entry(&self) -> Option<&SourceEntry> {
        self.revealed()?.beacon.as_ref()
    }

    /// The result, in every state that has one.
    #[must_use]
    pub fn result(&self) -> Option<&Drawn> {
        match self {
            Self::Drawn(drawn) => Some(drawn),
            Self::Inspecting(inspecting) => Some(&inspecting.drawn),
            Self::Ended(ended) => Some(&ended.inspecting.drawn),
            Self::Reported(reported) => Some(&reported.ended.inspecting.drawn),
            Self::Archived(archived) => Some(&archived.reported.ended.inspecting.drawn),
            _ => None,
        }
    }

    /// The number of the current or next attempt; 1 before approval.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        match self {
            Self::Abandoned(abandoned) => abandoned.void_attempts + 1,
            other => other.approval().map_or(1, |approved| approved.attempt),
        }
    }
}
