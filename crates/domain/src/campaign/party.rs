//! A party: somebody from outside whose nonce goes into the seed, so that nobody inside can choose it.
//!
//! Announced in the plan → hands in only a commitment → opens the nonce after FREEZE is logged, or
//! stays away and is recorded as absent with a reason. Each step happens once. Protocol §1: a nonce
//! never reaches the server before FREEZE is logged, so there is no way to store it earlier here.

use draw::digest::Suite;
use draw::record::freeze::PartyLine;
use serde::{Deserialize, Serialize};

use crate::id::{Fingerprint, OrgUnitId, PartyToken};
use crate::refusal::{Refusal, codes};
use crate::text::FieldError;
use crate::time::Instant;

/// Who the party is, as announced in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyName {
    /// The short name in FREEZE and seed.txt.
    pub token: PartyToken,
    /// The office or firm, e.g. 机关纪委.
    pub office: String,
    /// The person who comes.
    pub person: String,
    /// The unit, if the party is an office of this bureau; never the initiating one.
    pub unit: Option<OrgUnitId>,
}

/// How far a party has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PartyState {
    /// Named in the plan, nothing handed in.
    Announced,
    /// The commitment is in; the nonce stays with the party.
    Committed {
        /// H("shuang-party/1", name, nonce), under `shuang/2` over campaign and attempt as well.
        commitment: Fingerprint,
        /// When it was accepted.
        at: Instant,
    },
    /// The nonce is open and fits its commitment.
    Revealed {
        /// What was committed.
        commitment: Fingerprint,
        /// The nonce, public from now on.
        nonce: Fingerprint,
        /// When it was opened.
        at: Instant,
    },
    /// The deadline passed without a nonce.
    Absent {
        /// What was committed.
        commitment: Fingerprint,
        /// Why, printed in seed.txt; a token, since records hold no Chinese. Under `shuang/2` always `timeout`.
        reason: PartyToken,
        /// When it was recorded.
        at: Instant,
    },
}

/// One party of one attempt.
#[doc(alias = "见证方")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Who it is.
    pub name: PartyName,
    /// How far it has come.
    pub state: PartyState,
}

impl Party {
    /// A party named in the plan.
    #[must_use]
    pub const fn announced(name: PartyName) -> Self {
        Self {
            name,
            state: PartyState::Announced,
        }
    }

    /// Accepts the commitment, once.
    ///
    /// # Errors
    /// `DRAW-010` if one is in already.
    pub fn commit(&mut self, commitment: Fingerprint, at: Instant) -> Result<(), Refusal> {
        if self.state != PartyState::Announced {
            return Err(self.refuse("递交承诺值"));
        }
        self.state = PartyState::Committed { commitment, at };
        Ok(())
    }

    /// Opens the nonce, once; `computed` is the commitment that follows from the nonce.
    ///
    /// # Errors
    /// `DRAW-005` if the nonce does not fit, `DRAW-010` if nothing is waiting to be opened.
    pub fn reveal(
        &mut self,
        nonce: Fingerprint,
        computed: &Fingerprint,
        at: Instant,
    ) -> Result<(), Refusal> {
        let PartyState::Committed { commitment, .. } = &self.state else {
            return Err(self.refuse("揭示"));
        };
        if commitment != computed {
            return Err(codes::DRAW_NONCE_MISMATCH.refuse(&[("party", &self.name.office)]));
        }
        self.state = PartyState::Revealed {
            commitment: commitment.clone(),
            nonce,
            at,
        };
        Ok(())
    }

    /// Records that the deadline passed without a nonce.
    ///
    /// # Errors
    /// `DRAW-010` if there is no commitment waiting.
    pub fn be_absent(&mut self, reason: PartyToken, at: Instant) -> Result<(), Refusal> {
        let PartyState::Committed { commitment, .. } = &self.state else {
            return Err(self.refuse("记为缺席"));
        };
        self.state = PartyState::Absent {
            commitment: commitment.clone(),
            reason,
            at,
        };
        Ok(())
    }

    /// What was committed, once it is.
    #[must_use]
    pub const fn commitment(&self) -> Option<&Fingerprint> {
        match &self.state {
            PartyState::Announced => None,
            PartyState::Committed { commitment, .. }
            | PartyState::Revealed { commitment, .. }
            | PartyState::Absent { commitment, .. } => Some(commitment),
        }
    }

    /// The nonce, once it is open.
    #[must_use]
    pub const fn nonce(&self) -> Option<&Fingerprint> {
        match &self.state {
            PartyState::Revealed { nonce, .. } => Some(nonce),
            _ => None,
        }
    }

    /// True once a commitment is in.
    #[must_use]
    pub const fn has_committed(&self) -> bool {
        !matches!(self.state, PartyState::Announced)
    }

    /// True once the nonce is open.
    #[must_use]
    pub const fn has_revealed(&self) -> bool {
        matches!(self.state, PartyState::Revealed { .. })
    }

    /// True while a commitment waits for its nonce.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, PartyState::Committed { .. })
    }

    fn refuse(&self, wanted: &str) -> Refusal {
        let done = match self.state {
            PartyState::Announced => "列名而未递交承诺值",
            PartyState::Committed { .. } => "递交承诺值",
            PartyState::Revealed { .. } => "揭示",
            PartyState::Absent { .. } => "记为缺席",
        };
        codes::DRAW_PARTY_STATE.refuse(&[
            ("party", &self.name.office),
            ("done", &done),
            ("wanted", &wanted),
        ])
    }
}

closed_list! {
    /// How much of the randomness came from outside; derived, never declared (protocol §1).
    #[doc(alias = "可信等级")]
    enum TrustLevel {
        Rehearsal = "0", "0 演练";
        Witnessed = "1", "1 见证";
        Beacon = "2", "2 信标";
    }
}

impl TrustLevel {
    /// The number of the level, as in the record `min-level`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Rehearsal => 0,
            Self::Witnessed => 1,
            Self::Beacon => 2,
        }
    }

    /// The level of that many outside parties, with or without a beacon or public dice.
    #[must_use]
    pub const fn of(outside_parties: usize, beacon: bool) -> Self {
        match (outside_parties >= 2, beacon) {
            (true, true) => Self::Beacon,
            (true, false) | (false, true) => Self::Witnessed,
            (false, false) => Self::Rehearsal,
        }
    }
}

/// Reads a commitment or a nonce as a person pastes it: blanks around it are forgiven, nothing else.
///
/// # Errors
/// `DRAW-011` for anything but 64 lower-case hexadecimal digits.
pub fn read_fingerprint(text: &str) -> Result<Fingerprint, FieldError> {
    Fingerprint::parse(text.trim()).map_err(|_| codes::DRAW_FINGERPRINT_SHAPE.field(&[]))
}

/// The commitment that follows from a nonce, by the arithmetic of the draw.
#[must_use]
pub fn commitment_of(name: &PartyToken, nonce: &Fingerprint) -> Fingerprint {
    let token = name
        .as_str()
        .parse()
        .expect("a party token fits the draw's grammar");
    let digest = nonce
        .as_str()
        .parse()
        .expect("a fingerprint is 64 hexadecimal digits");
    let line = PartyLine::commit(Suite::Sha256, token, &digest);
    Fingerprint::parse(&line.commitment.to_string()).expect("a digest prints as a fingerprint")
}

impl From<draw::level::Level> for TrustLevel {
    fn from(level: draw::level::Level) -> Self {
        match level {
            draw::level::Level::Rehearsal => Self::Rehearsal,
            draw::level::Level::One => Self::Witnessed,
            draw::level::Level::Two => Self::Beacon,
        }
    }
}
