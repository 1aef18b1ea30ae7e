//! What public dice showed, written down by two accounts before the first nonce is taken (SPEC-draw §1, §3.3).
//!
//! Dice prove nothing to who was not there, so what counts rests on two people who read them, and on a picture whose
//! hash stands beside what was read. The second account does not copy: it enters the digits anew, and only the same
//! ones count. Deliberately absent: the dice of `shuang/1`, which are entered with the draw.

use draw::level::ROLLS_OF_A_BEACON;

use crate::event::Act;
use crate::refusal::{Refusal, codes};

use super::super::entry::{EntryFacts, Reader, SourceEntry, Words};
use super::super::state::{Campaign, CampaignState, Committed};
use super::super::transitions::CampaignVerb;
use super::super::version::FrameVersion;
use super::{Stepped, not_before, revealing};

/// The most digits REVEAL takes.
const MOST_ROLLS: usize = 200;

static WORDS: Words = Words {
    differ: &codes::DRAW_DICE_DIFFER,
    evidence: &codes::DRAW_DICE_EVIDENCE,
};

impl Campaign {
    /// Writes down what the dice showed: for the first time, by the same account once more to mend it, or by another
    /// account for the second time, after which it stands.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`, `DRAW-028` no dice are awaited here, `DRAW-029` too late, `DRAW-043` not that many
    /// digits, `DRAW-044` not what the first account entered, `DRAW-045` two have entered it, `DRAW-046` without
    /// source and picture, `DRAW-056` and `DRAW-057` not at the ceremony before a witness, `AUTH-017` the same account
    /// twice.
    pub fn enter_dice(self, facts: EntryFacts) -> Stepped {
        self.permit(CampaignVerb::EnterDice)?;
        let mut next = self.state.clone();
        let CampaignState::Committed(committed) = &mut next else {
            return Err(self.refuse(CampaignVerb::EnterDice));
        };
        not_before(facts.step.at, committed.step.at)?;
        may_enter(committed, &facts)?;
        let (entry, reader) = SourceEntry::read(committed.dice.take(), facts, &WORDS)?;
        committed.dice = Some(entry);
        let act = match reader {
            Reader::First => Act::DiceEntered,
            Reader::Second => Act::DiceReentered,
        };
        Ok(self.with(next, act))
    }
}

fn may_enter(committed: &Committed, facts: &EntryFacts) -> Result<(), Refusal> {
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
    revealing::is_held(committed)?;
    let digits = facts.value.as_str();
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
