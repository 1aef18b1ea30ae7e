//! A judgement signed on paper and entered afterwards (线下签批代录): the scan, the date and the number of the paper, and
//! who signed it, entered by one account and confirmed by another.
//!
//! Who judges is the signatory: what would refuse him on the screen refuses his paper. Who enters and who confirms judge
//! nothing. A paper rests on what was shown when it was entered, and lapses when that is no longer what stands.
//! Deliberately absent: the judgement itself, which is the same verb as on the screen ([`crate::campaign`]), and whether
//! the scan shows what was typed, which is for people to say.

use crate::event::Event;
use crate::id::{AccountId, CampaignId, Fingerprint, IdError, OrgUnitId, PaperId};
use crate::policy::Verb;
use crate::policy::four_eyes::{self, Hands};
use crate::premise::Premise;
use crate::refusal::{Fact, Refusal, codes};
use crate::text::{FieldErrors, narrow, says_something};
use crate::time::{Date, Instant};

/// The most letters of the number of a paper.
pub const LONGEST_NUMBER: usize = 60;

closed_list! {
    /// What is judged on a paper.
    enum PaperKind {
        Plan = "plan", "批准方案";
    }
}

closed_list! {
    /// Where a paper stands.
    enum PaperState {
        Waiting = "waiting", "等待核对";
        Confirmed = "confirmed", "已核对";
        TurnedDown = "turned-down", "已退回，没有算数";
        Dropped = "dropped", "已撤回";
    }
}

/// What is judged, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The plan of a campaign, which is approved.
    Plan(CampaignId),
}

impl Judged {
    /// Of which kind it is.
    #[must_use]
    pub const fn kind(&self) -> PaperKind {
        match self {
            Self::Plan(_) => PaperKind::Plan,
        }
    }

    /// The key of what is judged.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Plan(campaign) => campaign.as_str(),
        }
    }

    /// What is judged, by its kind and key.
    ///
    /// # Errors
    /// If the key is none of that kind.
    pub fn read(kind: PaperKind, key: &str) -> Result<Self, IdError> {
        match kind {
            PaperKind::Plan => CampaignId::parse(key).map(Self::Plan),
        }
    }

    /// The verb of the judgement, which the signatory must be allowed.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Plan(_) => Verb::CampaignApprove,
        }
    }
}

/// One paper as it was entered.
#[doc(alias = "线下签批")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPaper {
    /// Its key.
    pub id: PaperId,
    /// What is judged on it.
    pub judged: Judged,
    /// The unit that belongs to.
    pub unit: OrgUnitId,
    /// What it rests on: as it was shown to who entered the paper.
    pub content: Premise,
    /// Who signed it, and so who judges.
    pub signatory: AccountId,
    /// Its number.
    pub number: String,
    /// The day on it.
    pub dated: Date,
    /// SHA-256 of the scan as it was sent.
    pub scan: Fingerprint,
    /// Who entered it (代录人).
    pub entered_by: AccountId,
    /// When.
    pub entered_at: Instant,
    /// Where it stands.
    pub state: PaperState,
    /// Who confirmed, turned down or dropped it, and when.
    pub decided: Option<(AccountId, Instant)>,
    /// When the signatory said that he knows of it.
    pub noted_at: Option<Instant>,
}

/// The number as it is kept, if number and date can be those of a paper signed after `since`, when the judgement was asked
/// for, and not after `today`.
///
/// # Errors
/// `PAPR-001`, `PAPR-002` at the field `dated`, `PAPR-003` at `number`.
pub fn checked(
    number: &str,
    dated: Date,
    (since, today): (Date, Date),
) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::new();
    let number = narrow(number).trim().to_owned();
    if number.is_empty() || number.chars().count() > LONGEST_NUMBER {
        let most: [Fact<'_>; 1] = [("most", &LONGEST_NUMBER)];
        errors.push("number", codes::PAPER_NUMBER.field(&most));
    }
    if dated > today {
        let facts: [Fact<'_>; 2] = [("dated", &dated), ("today", &today)];
        errors.push("dated", codes::PAPER_DATED_LATER.field(&facts));
    } else if dated < since {
        let facts: [Fact<'_>; 2] = [("dated", &dated), ("since", &since)];
        errors.push("dated", codes::PAPER_DATED_EARLIER.field(&facts));
    }
    match errors.is_empty() {
        true => Ok(number),
        false => Err(errors),
    }
}

impl SignedPaper {
    /// Whether it waits for another account; what it rests on may have changed all the same.
    ///
    /// # Errors
    /// `PAPR-004`.
    pub fn require_waiting(&self) -> Result<(), Refusal> {
        match self.state {
            PaperState::Waiting => Ok(()),
            decided => Err(codes::PAPER_DECIDED.refuse(&[("state", &decided.label())])),
        }
    }

    /// Whether what it rests on is still what stands, `now` being its present state.
    #[must_use]
    pub fn rests_on(&self, now: &Premise) -> bool {
        self.content.stands(now).is_ok()
    }

    /// Whether this paper and the other sign the same text of the same thing: a plan that was recalled and submitted again
    /// as it was is the same text.
    #[must_use]
    pub fn signs_what(&self, other: &Self) -> bool {
        let same = match (&self.content.digest, &other.content.digest) {
            (Some(one), Some(two)) => one == two,
            _ => self.content == other.content,
        };
        same && self.judged == other.judged
    }

    /// Confirms that the scan shows what was entered; `hands` wrote what is judged.
    ///
    /// # Errors
    /// `PAPR-004`, `AUTH-041` who entered it, `AUTH-042` a hand in what is judged.
    pub fn confirm(self, by: &AccountId, at: Instant, hands: &Hands) -> Result<Self, Refusal> {
        self.require_waiting()?;
        four_eyes::paper_and_confirmation(&self.entered_by, hands, by)?;
        Ok(Self {
            state: PaperState::Confirmed,
            decided: Some((by.clone(), at)),
            ..self
        })
    }

    /// Says that the scan does not show what was entered, and where: whoever may confirm it may say so. It counts for nothing
    /// from now on. Why stands in the event.
    ///
    /// # Errors
    /// Those of [`Self::confirm`]; `PAPR-014` without a reason.
    pub fn turn_down(
        self,
        by: &AccountId,
        at: Instant,
        (hands, reason): (&Hands, &str),
    ) -> Result<Self, Refusal> {
        let confirmed = self.confirm(by, at, hands)?;
        match says_something(reason) {
            true => Ok(Self {
                state: PaperState::TurnedDown,
                ..confirmed
            }),
            false => Err(codes::PAPER_REASON.refuse(&[])),
        }
    }

    /// Takes the entry back, or drops what was entered in one's own name.
    ///
    /// # Errors
    /// `PAPR-004`, `AUTH-043` anybody but who entered it and the signatory.
    pub fn drop_it(self, by: &AccountId, at: Instant) -> Result<Self, Refusal> {
        self.require_waiting()?;
        if *by != self.entered_by && *by != self.signatory {
            return Err(codes::AUTH_PAPER_DROP.refuse(&[]));
        }
        Ok(Self {
            state: PaperState::Dropped,
            decided: Some((by.clone(), at)),
            ..self
        })
    }

    /// The signatory knows that this paper was entered in his name.
    ///
    /// # Errors
    /// `AUTH-044` anybody else, `PAPR-007` said already.
    pub fn note(self, by: &AccountId, at: Instant) -> Result<Self, Refusal> {
        if *by != self.signatory {
            return Err(codes::AUTH_PAPER_NOTE.refuse(&[]));
        }
        if self.noted_at.is_some() {
            return Err(codes::PAPER_NOTED.refuse(&[]));
        }
        Ok(Self {
            noted_at: Some(at),
            ..self
        })
    }

    /// Whether the signatory has still to learn of it: what was dropped or turned down before it counted is nothing to learn
    /// of.
    #[must_use]
    pub fn is_news(&self) -> bool {
        let counts = matches!(self.state, PaperState::Waiting | PaperState::Confirmed);
        self.noted_at.is_none() && counts
    }

    /// The event of the judgement, saying that it was made on this paper, who entered it and who confirmed the entry.
    #[must_use]
    pub fn told_in(&self, event: Event) -> Event {
        let event = event
            .with("paper", &self.id)
            .with("signatory", &self.signatory)
            .with("document", &self.scan)
            .with("dated", self.dated)
            .with("number", &self.number)
            .with("entered_by", &self.entered_by);
        match (&self.state, &self.decided) {
            (PaperState::Confirmed, Some((by, _))) => event.with("confirmed_by", by),
            _ => event,
        }
    }
}

#[cfg(test)]
mod tests;
