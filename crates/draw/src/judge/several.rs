//! Several attempts held beside each other (§8.2): nothing is used twice, of another campaign neither, two bundles of
//! one attempt are the same, and a number of the campaign that is missing is said.
//!
//! What one attempt opens and another is only committed to is found by committing again as the other did. Deliberately
//! absent: whether each of them is right by itself, and receipts, of which a later one proves the same entry in a larger
//! log.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::{Bundle, Files};
use crate::digest::{Digest, Secret};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::FreezeRecord;
use crate::record::two::Voided;
use crate::seed::SeedText;

/// What a bundle shows of its attempt, of either version, to be held beside others.
#[derive(Clone, Debug)]
pub struct Footprint<'a> {
    campaign: Token,
    attempt: u32,
    freeze: Option<FreezeRecord>,
    /// Nonces that were opened.
    nonces: BTreeSet<Digest>,
    /// These, and the commitments of FREEZE, that to S among them.
    used: BTreeSet<Digest>,
    /// S, where the bundle shows it.
    secret: Option<Secret>,
    files: Files<'a>,
}

/// What several bundles show beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Contradictions.
    pub faults: Vec<Fault>,
    /// Numbers of attempts of the first's campaign below the greatest of which there is no bundle, ascending.
    pub missing: Vec<RangeInclusive<u32>>,
    /// Whether two of them keep back a nonce, or S under two suites, so that nobody sees whether these are the same.
    pub kept_back: bool,
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
        let revealed = self.reveal.iter().flat_map(|reveal| &reveal.parties);
        let nonces = revealed.filter_map(|(_, answer)| answer.given().copied());
        Footprint::of(
            self.attempt(),
            self.freeze.clone(),
            nonces.collect(),
            self.frame.as_ref().map(|(secret, _)| secret.clone()),
            self.files.clone(),
        )
    }
}

impl<'a> Footprint<'a> {
    /// What a bundle of `shuang/1` shows, whose nonces stand in seed.txt.
    #[must_use]
    pub fn of_one(freeze: &FreezeRecord, seed: &SeedText, files: Files<'a>) -> Self {
        let nonces = seed.parties.iter();
        let nonces = nonces.filter_map(|(_, answer)| answer.given().copied());
        let secret = files.get("secret.txt").copied().unwrap_or_default();
        let secret = std::str::from_utf8(secret).ok();
        let secret = secret.and_then(|text| text.strip_suffix('\n')?.parse().ok());
        let attempt = (freeze.campaign, freeze.attempt);
        Self::of(
            attempt,
            Some(freeze.clone()),
            nonces.collect(),
            secret,
            files,
        )
    }

    fn of(
        (campaign, attempt): (Token, u32),
        freeze: Option<FreezeRecord>,
        nonces: BTreeSet<Digest>,
        secret: Option<Secret>,
        files: Files<'a>,
    ) -> Self {
        let committed = freeze.iter().flat_map(|freeze| {
            let parties = freeze.parties.iter().map(|party| party.commitment);
            parties.chain([freeze.secret])
        });
        Self {
            campaign,
            attempt,
            used: committed.chain(nonces.iter().copied()).collect(),
            freeze,
            nonces,
            secret,
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

    /// `H(FREEZE)` of a borrowed frame, which is part of the attempt it joins.
    fn borrowed(&self) -> Option<Digest> {
        let freeze = self.freeze.as_ref()?;
        freeze.extends.map(|_| freeze.hash())
    }

    /// Which frame of which attempt this is: two bundles of one frame must be the same.
    fn frame(&self) -> (Token, u32, Option<Digest>) {
        (self.campaign, self.attempt, self.borrowed())
    }

    /// A sentence names a bundle by its attempt, and by its campaign if that is not the one it is told in.
    fn words(&self, home: Token) -> String {
        let campaign = match self.campaign == home {
            true => String::new(),
            false => format!("抽查任务 {} ", self.campaign),
        };
        let frame = match self.borrowed() {
            None => "",
            Some(_) => "的增补名录",
        };
        format!("{campaign}第 {} 次抽取{frame}", self.attempt)
    }

    /// Files of which the other has another text, and an end that excludes its end.
    fn differs(&self, other: &Self, home: Token) -> Vec<Fault> {
        let mut faults = Vec::new();
        let text = |name: &&str| !name.ends_with(".proof");
        for (name, bytes) in self.files.iter().filter(|(name, _)| text(name)) {
            if other.files.get(name).is_some_and(|found| found != bytes) {
                let sentence = format!("{}有两份不同的这个文件。", self.words(home));
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
            let sentence = format!("{}既是一种结局，又是另一种。", self.words(home));
            faults.push(Fault::new(Code::CONTRADICTION, "void.txt", sentence));
        }
        faults
    }

    /// What this attempt and another both use, whether they show it or only committed to it.
    fn shared(&self, other: &Self, home: Token) -> Vec<Fault> {
        let both = self.used.intersection(&other.used).map(|used| {
            let (before, now) = (self.words(home), other.words(home));
            let sentence = format!("{before}与{now}用了同一个随机数、承诺值或 S。");
            Fault::new(Code::REPEATED_NONCE, used.to_string(), sentence)
        });
        let mut faults: Vec<Fault> = both.collect();
        faults.extend(self.opens(other, home));
        faults.extend(other.opens(self, home));
        faults
    }

    /// What this attempt opens and the other is only committed to, which names its own attempt and party.
    fn opens(&self, other: &Self, home: Token) -> Vec<Fault> {
        let Some(freeze) = &other.freeze else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        // A commitment that stands in both is told already.
        let alone = |commitment: &Digest| !self.used.contains(commitment);
        let (mine, theirs) = (self.words(home), other.words(home));
        for nonce in self.nonces.difference(&other.nonces) {
            let lines = freeze.parties.iter().filter(|line| alone(&line.commitment));
            for line in lines.filter(|line| freeze.commitment(line.name, nonce) == **line) {
                let sentence = format!(
                    "{mine}揭示的这个随机数，就是{theirs}中 {} 所承诺的。",
                    line.name
                );
                faults.push(Fault::new(
                    Code::REPEATED_NONCE,
                    nonce.to_string(),
                    sentence,
                ));
            }
        }
        let secret = self.secret.as_ref();
        let committed = secret.map(|secret| secret.commitment(freeze.suite));
        if committed == Some(freeze.secret) && alone(&freeze.secret) {
            let sentence = format!("{mine}的 S，就是{theirs}所承诺的。");
            let place = freeze.secret.to_string();
            faults.push(Fault::new(Code::REPEATED_NONCE, place, sentence));
        }
        faults
    }

    /// Whether both keep back what nobody can then compare: a nonce, or S under two suites.
    fn keeps_back_beside(&self, other: &Self) -> bool {
        let (Some(mine), Some(theirs)) = (&self.freeze, &other.freeze) else {
            return false;
        };
        let unopened =
            |print: &Self, freeze: &FreezeRecord| freeze.parties.len() > print.nonces.len();
        let nonces = unopened(self, mine) && unopened(other, theirs);
        let secrets = self.secret.is_none() && other.secret.is_none();
        nonces || (secrets && mine.suite != theirs.suite)
    }
}

/// Bundles of attempts, borrowed frames among them, held beside each other. Those of another campaign than the first
/// are asked for what is used twice; numbers are those of the first's campaign.
#[must_use]
pub fn beside(prints: &[Footprint<'_>]) -> Beside {
    let Some(first) = prints.first() else {
        return Beside::default();
    };
    let home = first.campaign;
    let mut beside = Beside::default();
    let mut told = BTreeSet::new();
    for (at, print) in prints.iter().enumerate() {
        for before in &prints[..at] {
            let faults = match before.frame() == print.frame() {
                true => print.differs(before, home),
                false => {
                    beside.kept_back |= before.keeps_back_beside(print);
                    before.shared(print, home)
                }
            };
            // Two bundles of one attempt say the same of a third.
            let new = faults
                .into_iter()
                .filter(|fault| told.insert(fault.to_string()));
            beside.faults.extend(new);
        }
    }
    let mine = prints.iter().filter(|print| print.campaign == home);
    let numbers: BTreeSet<u32> = mine.map(|print| print.attempt).collect();
    let mut next = 1;
    for number in numbers {
        if number > next {
            beside.missing.push(next..=number - 1);
        }
        next = number.saturating_add(1);
    }
    beside
}
