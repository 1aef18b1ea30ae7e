//! What public dice showed, written down by two accounts before the first nonce is taken (SPEC-draw §1, §3.3).
//!
//! Dice prove nothing to who was not there, so what counts rests on two people who read them, and on a picture whose
//! hash stands beside what was read. The second account does not copy: it enters the digits anew, and only the same
//! ones count. Deliberately absent: the dice of `shuang/1`, which are entered with the draw.

use draw::level::ROLLS_OF_A_BEACON;

use crate::event::Act;
use crate::policy::four_eyes;
use crate::refusal::{Refusal, codes};

use super::super::state::{Campaign, CampaignState, Committed, DiceEntry, DiceEvidence, Step};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::{Stepped, not_before};

/// The most digits REVEAL takes.
const MOST_ROLLS: usize = 200;

/// What one account enters.
#[derive(Clone, Debug)]
pub struct DiceFacts {
    /// Who enters it, and when.
    pub step: Step,
    /// The digits as thrown.
    pub digits: String,
    /// Where they come from; the second entry needs none.
    pub evidence: Option<DiceEvidence>,
}

impl Campaign {
    /// Writes down what the dice showed: for the first time, by the same account once more to mend it, or by another
    /// account for the second time, after which it stands.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`, `DRAW-028` no dice are awaited here, `DRAW-029` too late, `DRAW-043` not that many
    /// digits, `DRAW-044` not what the first account entered, `DRAW-045` two have entered it, `DRAW-046` without
    /// source and picture, `AUTH-017` the same account twice.
    pub fn enter_dice(self, facts: DiceFacts) -> Stepped {
        self.permit(CampaignVerb::EnterDice)?;
        let mut next = self.state.clone();
        let CampaignState::Committed(committed) = &mut next else {
            return Err(self.refuse(CampaignVerb::EnterDice));
        };
        not_before(facts.step.at, committed.step.at)?;
        may_enter(committed, &facts)?;
        let act = match committed.dice.take() {
            Some(first) if first.first.by != facts.step.by => {
                committed.dice = Some(second(first, facts)?);
                Act::DiceReentered
            }
            own => {
                committed.dice = Some(first(own.as_ref(), facts)?);
                Act::DiceEntered
            }
        };
        Ok(self.with(next, act))
    }
}

fn may_enter(committed: &Committed, facts: &DiceFacts) -> Result<(), Refusal> {
    if !matches!(
        committed.frozen.version,
        FrameVersion::Two { dice: true, .. }
    ) {
        return Err(codes::DRAW_NO_DICE.refuse(&[]));
    }
    if committed.thrown().is_some() {
        return Err(codes::DRAW_DICE_ENTERED.refuse(&[]));
    }
    if facts.step.at > committed.reveal_by {
        let until = committed.reveal_by.local_text();
        return Err(codes::DRAW_DICE_LATE.refuse(&[("until", &until)]));
    }
    let digits = facts.digits.as_str();
    let counted = (ROLLS_OF_A_BEACON..=MOST_ROLLS).contains(&digits.len());
    if !counted || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let count = digits.chars().count();
        return Err(codes::DRAW_DICE_SHAPE.refuse(&[
            ("count", &count),
            ("least", &ROLLS_OF_A_BEACON),
            ("most", &MOST_ROLLS),
        ]));
    }
    Ok(())
}

/// The first entry, or the same account's second thoughts about it.
fn first(own: Option<&DiceEntry>, facts: DiceFacts) -> Result<DiceEntry, Refusal> {
    let evidence = facts
        .evidence
        .filter(|evidence| !evidence.source.trim().is_empty());
    let evidence = evidence.ok_or_else(|| codes::DRAW_DICE_EVIDENCE.refuse(&[]))?;
    let entry = DiceEntry {
        digits: facts.digits,
        evidence: Some(evidence),
        first: facts.step,
        second: None,
    };
    if let Some(own) = own
        && (&own.digits, &own.evidence) == (&entry.digits, &entry.evidence)
    {
        four_eyes::first_and_second_entry(&own.first.by, &entry.first.by)?;
    }
    Ok(entry)
}

/// The entry of another account, which must have read the same.
fn second(first: DiceEntry, facts: DiceFacts) -> Result<DiceEntry, Refusal> {
    if first.digits != facts.digits {
        let at = first.first.at.local_text();
        return Err(codes::DRAW_DICE_DIFFER.refuse(&[("at", &at)]));
    }
    Ok(DiceEntry {
        second: Some(facts.step),
        ..first
    })
}
