//! The trust level of a draw (可信等级): derived from FREEZE and seed.txt, never declared (§1).
//!
//! Level 0 is a rehearsal: it is watermarked and can open no inspection. Whether a campaign needs
//! level 1 or 2 is a rule of the rulebook; below it the attempt is VOID. Deliberately absent: any
//! judgment of who counts as outside. Every party named in FREEZE does; offices of the initiating
//! unit may not be named, which the crate `domain` holds.

use std::fmt;

use crate::record::{FreezeRecord, RevealRecord};
use crate::seed::SeedText;

/// How many ten-sided rolls make public dice count as a beacon.
pub const ROLLS_OF_A_BEACON: usize = 20;

/// The trust level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 演练: less than one source outside the initiating unit.
    #[doc(alias = "演练")]
    Rehearsal = 0,
    /// Two outside parties, or one beacon.
    One = 1,
    /// Two outside parties and a beacon.
    Two = 2,
}

impl Level {
    /// The level that can be reached if every source named in FREEZE answers.
    #[must_use]
    pub fn announced(freeze: &FreezeRecord) -> Self {
        Self::of(
            freeze.parties.len(),
            freeze.beacon.is_some() || freeze.dice.is_some(),
        )
    }

    /// The level a `shuang/2` attempt reached by what its REVEAL and seed text gave.
    #[must_use]
    pub fn reached_with(reveal: &RevealRecord, seed: &SeedText) -> Self {
        Self::of(
            parties_of(reveal),
            seed.beacon.is_some() || rolls_of(reveal),
        )
    }

    /// The level a `shuang/2` attempt can still reach after REVEAL: by what REVEAL gave, and the beacon FREEZE
    /// announced as if it appeared. Below the plan's least level the program makes the attempt VOID.
    #[must_use]
    pub fn in_reach(reveal: &RevealRecord, freeze: &FreezeRecord) -> Self {
        Self::of(
            parties_of(reveal),
            freeze.beacon.is_some() || rolls_of(reveal),
        )
    }

    /// The level reached if only what a verifier checks itself is counted: nonces, and the beacon if
    /// it is a drand value whose signature was verified. Dice and lotteries rest on witnesses.
    #[must_use]
    pub fn proven(reveal: &RevealRecord, drand_verified: bool) -> Self {
        Self::of(parties_of(reveal), drand_verified)
    }

    /// The level reached by what the seed text of a `shuang/1` attempt gave.
    #[must_use]
    pub fn reached(seed: &SeedText) -> Self {
        let parties = seed
            .parties
            .iter()
            .filter(|(_, answer)| answer.given().is_some())
            .count();
        let beacon = seed
            .beacon
            .as_ref()
            .is_some_and(|(_, answer)| answer.given().is_some());
        let rolls = seed
            .dice
            .as_ref()
            .and_then(|(_, answer)| answer.given())
            .map_or(0, String::len);
        Self::of(parties, beacon || rolls >= ROLLS_OF_A_BEACON)
    }

    fn of(parties: usize, beacon: bool) -> Self {
        match (parties >= 2, beacon) {
            (true, true) => Self::Two,
            (false, false) => Self::Rehearsal,
            _ => Self::One,
        }
    }

    /// The number of the level.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

fn parties_of(reveal: &RevealRecord) -> usize {
    let answered = reveal.parties.iter();
    answered
        .filter(|(_, answer)| answer.given().is_some())
        .count()
}

/// Whether the dice count as a beacon.
fn rolls_of(reveal: &RevealRecord) -> bool {
    let digits = reveal.dice.as_ref().and_then(|(_, answer)| answer.given());
    digits.is_some_and(|digits| digits.len() >= ROLLS_OF_A_BEACON)
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rehearsal => "0 级（演练，不能据以检查）",
            Self::One => "1 级（两个见证方，或者一个公共随机源）",
            Self::Two => "2 级（两个见证方和一个公共随机源）",
        })
    }
}

#[cfg(test)]
mod tests;
