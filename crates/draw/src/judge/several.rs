//! Several attempts of one campaign held beside each other (§8.2): nothing is used twice, two bundles of
//! one attempt are the same, and a number that is missing is said.
//!
//! Deliberately absent: whether each of them is right by itself, and receipts, of which a later one proves
//! the same entry in a larger log.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{Bundle, Files};
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::FreezeRecord;
use crate::record::two::Voided;
use crate::seed::SeedText;

/// What a bundle shows of its attempt, of either version, to be held beside others of the campaign.
#[derive(Clone, Debug)]
pub struct Footprint<'a> {
    campaign: Token,
    attempt: u32,
    /// `H(FREEZE)` of a borrowed frame, which is part of the attempt it joins.
    borrowed: Option<Digest>,
    /// Commitments of FREEZE, that to S among them, and nonces that were opened.
    used: BTreeSet<Digest>,
    files: Files<'a>,
}

/// What several bundles of a campaign show beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Contradictions.
    pub faults: Vec<Fault>,
    /// Numbers of attempts below the greatest of which there is no bundle, ascending.
    pub missing: Vec<RangeInclusive<u32>>,
}

impl Bundle<'_> {
    /// The campaign and the number of the attempt.
    #[must_use]
    pub fn attempt(&self) -> (Token, u32) {
        let void = self.void.as_ref().map(|void| void.voided);
        match (&self.freeze, void) {
            (Some(freeze), _) => (freeze.campaign, freeze.attempt),
            (
                None,
                Some(Voided::BeforeFreeze {
                    campaign, attempt, ..
                }),
            ) => (campaign, attempt),
            (None, Some(Voided::Frozen { attempt, .. })) => (attempt.campaign, attempt.attempt),
            (None, None) => unreachable!("every kind of bundle has FREEZE or VOID"),
        }
    }
}

impl<'a> Bundle<'a> {
    /// What this bundle shows of its attempt.
    #[must_use]
    pub fn footprint(&self) -> Footprint<'a> {
        let (campaign, attempt) = self.attempt();
        let committed = self.freeze.iter().flat_map(|freeze| &freeze.parties);
        let revealed = self.reveal.iter().flat_map(|reveal| &reveal.parties);
        let nonces = revealed.filter_map(|(_, answer)| answer.given().copied());
        let borrowed = self.freeze.iter().filter(|freeze| freeze.extends.is_some());
        let secret = self.freeze.iter().map(|freeze| freeze.secret);
        Footprint {
            campaign,
            attempt,
            borrowed: borrowed.map(FreezeRecord::hash).next(),
            used: committed
                .map(|party| party.commitment)
                .chain(nonces)
                .chain(secret)
                .collect(),
            files: self.files.clone(),
        }
    }
}

impl<'a> Footprint<'a> {
    /// What a bundle of `shuang/1` shows, whose nonces stand in seed.txt.
    #[must_use]
    pub fn of_one(freeze: &FreezeRecord, seed: &SeedText, files: Files<'a>) -> Self {
        let nonces = seed.parties.iter();
        let nonces = nonces.filter_map(|(_, answer)| answer.given().copied());
        let committed = freeze.parties.iter().map(|party| party.commitment);
        Self {
            campaign: freeze.campaign,
            attempt: freeze.attempt,
            borrowed: freeze.extends.map(|_| freeze.hash()),
            used: committed.chain(nonces).chain([freeze.secret]).collect(),
            files,
        }
    }

    /// The campaign.
    #[must_use]
    pub fn campaign(&self) -> Token {
        self.campaign
    }

    /// The number of the attempt.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Which frame of which attempt this is: two bundles of one frame must be the same.
    fn frame(&self) -> (u32, Option<Digest>) {
        (self.attempt, self.borrowed)
    }

    /// A sentence names a bundle by its attempt.
    fn words(&self) -> String {
        match self.borrowed {
            None => format!("第 {} 次抽取", self.attempt),
            Some(_) => format!("第 {} 次抽取的增补名录", self.attempt),
        }
    }

    /// Files of which the other has another text, and an end that excludes its end.
    fn differs(&self, other: &Self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let text = |name: &&str| !name.ends_with(".proof");
        for (name, bytes) in self.files.iter().filter(|(name, _)| text(name)) {
            if other.files.get(name).is_some_and(|found| found != bytes) {
                let sentence = format!("{}有两份不同的这个文件。", self.words());
                faults.push(Fault::new(Code::CONTRADICTION, *name, sentence));
            }
        }
        let void = |print: &Self| print.files.contains_key("void.txt");
        let frozen = |print: &Self| print.files.contains_key("freeze.txt");
        let revealed = |print: &Self| print.files.contains_key("reveal.txt");
        // A bundle is of the whole attempt: how far it came is one thing only.
        if (void(self), frozen(self), revealed(self))
            != (void(other), frozen(other), revealed(other))
        {
            let sentence = format!("{}既是一种结局，又是另一种。", self.words());
            faults.push(Fault::new(Code::CONTRADICTION, "void.txt", sentence));
        }
        faults
    }
}

/// Bundles of attempts of one campaign, borrowed frames among them, held beside each other. Those of
/// another campaign than the first are not looked at.
#[must_use]
pub fn beside(prints: &[Footprint<'_>]) -> Beside {
    let Some(first) = prints.first() else {
        return Beside::default();
    };
    let prints: Vec<_> = prints
        .iter()
        .filter(|print| print.campaign == first.campaign)
        .collect();
    let mut faults = Vec::new();
    let mut seen: BTreeMap<Digest, &Footprint<'_>> = BTreeMap::new();
    for (at, print) in prints.iter().enumerate() {
        let same = prints[..at].iter().find(|old| old.frame() == print.frame());
        if let Some(same) = same {
            faults.extend(print.differs(same));
            continue;
        }
        for used in &print.used {
            if let Some(before) = seen.insert(*used, print) {
                let (before, now) = (before.words(), print.words());
                let sentence = format!("{before}与{now}用了同一个随机数、承诺值或 S。");
                faults.push(Fault::new(Code::REPEATED_NONCE, used.to_string(), sentence));
            }
        }
    }
    let numbers: BTreeSet<u32> = prints.iter().map(|print| print.attempt).collect();
    let mut missing = Vec::new();
    let mut next = 1;
    for number in numbers {
        if number > next {
            missing.push(next..=number - 1);
        }
        next = number.saturating_add(1);
    }
    Beside { faults, missing }
}
