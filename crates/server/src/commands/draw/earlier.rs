//! Earlier attempts of the campaign (以前各次抽取), from their folders or bundles: a nonce is good for one attempt.
//!
//! A commitment that stood in an earlier FREEZE, and a nonce that was opened or only committed to there, is refused
//! (SPEC-draw §3.3); so is a new attempt while an earlier one has not ended in VOID. Under `shuang/2` a commitment names
//! its attempt, so a nonce used again shows only once it is known: from the earlier REVEAL at the freeze, else at the
//! reveal. Deliberately absent: whether the earlier attempts are right, which `mingqian verify` says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ::draw::record::reveal::RevealRecord;
use ::draw::record::two::{VoidRecord, Voided};
use ::draw::record::{FreezeRecord, PartyLine, Revealed};
use ::draw::{Digest, Fault, SeedText, Token};
use ::verify::{BundleSource, Limits};
use clap::Args;

use super::plan_file::Plan;
use crate::commands::Failure;

/// Which earlier attempts there were.
#[derive(Debug, Args)]
pub(super) struct EarlierArgs {
    /// 同一任务以前某一次抽取的目录或案卷（可多次给出）：核对随机数和承诺值没有用过
    #[arg(long = "earlier", value_name = "目录")]
    earlier: Vec<PathBuf>,
}

/// One of them.
struct Attempt {
    place: String,
    campaign: Token,
    number: u32,
    /// None if it was void before FREEZE.
    freeze: Option<FreezeRecord>,
    nonces: Vec<Digest>,
    is_void: bool,
}

/// All of them.
pub(super) struct Earlier(Vec<Attempt>);

impl EarlierArgs {
    /// Reads what they committed to and opened.
    pub(super) fn read(&self) -> Result<Earlier, Failure> {
        let each = self.earlier.iter().map(|path| Attempt::read(path));
        each.collect::<Result<_, _>>().map(Earlier)
    }
}

/// The files of a draw's folder or of a bundle.
enum Files<'p> {
    Folder(&'p Path),
    Bundle(BundleSource),
}

impl Files<'_> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Folder(folder) if !folder.join(name).exists() => Ok(None),
            Self::Folder(folder) => super::folder::read(&folder.join(name)).map(Some),
            Self::Bundle(bundle) if !bundle.has(name) => Ok(None),
            Self::Bundle(bundle) => Ok(Some(bundle.read(name)?.into_owned())),
        }
    }
}

impl Attempt {
    fn read(path: &Path) -> Result<Self, Failure> {
        let place = path.display().to_string();
        let files = match path.is_dir() {
            true => Files::Folder(path),
            false => Files::Bundle(BundleSource::open(path, Limits::default())?),
        };
        let within = |name: &'static str| {
            let place = format!("{place} {name}");
            move |fault: Fault| Failure::from(fault.within(&place))
        };
        let void = files.read("void.txt")?;
        let freeze = files.read("freeze.txt")?;
        let freeze = freeze.map(|bytes| FreezeRecord::parse(&bytes)).transpose();
        let Some(freeze) = freeze.map_err(within("freeze.txt"))? else {
            let void = void.ok_or_else(|| {
                let sentence = "没有 freeze.txt，也没有 void.txt，不是一次抽取的目录或案卷。请核对 --earlier。";
                Failure::new("CLI-420", place.clone(), sentence)
            })?;
            return Self::before_freeze(&void, place.clone()).map_err(within("void.txt"));
        };
        let seed = files.read("seed.txt")?;
        let seed = seed.map(|bytes| SeedText::parse(&bytes)).transpose();
        let reveal = files.read("reveal.txt")?;
        let reveal = reveal.map(|bytes| RevealRecord::parse(&bytes)).transpose();
        let seed = seed.map_err(within("seed.txt"))?;
        let reveal = reveal.map_err(within("reveal.txt"))?;
        let opened = seed.into_iter().flat_map(|seed| seed.parties);
        let opened = opened.chain(reveal.into_iter().flat_map(|reveal| reveal.parties));
        Ok(Self {
            nonces: opened
                .filter_map(|(_, answer)| answer.given().copied())
                .collect(),
            campaign: freeze.campaign,
            number: freeze.attempt,
            freeze: Some(freeze),
            is_void: void.is_some(),
            place,
        })
    }

    /// An attempt that has a VOID only.
    fn before_freeze(void: &[u8], place: String) -> Result<Self, Fault> {
        let (campaign, number) = match VoidRecord::parse(void)?.voided {
            Voided::BeforeFreeze {
                campaign, attempt, ..
            } => (campaign, attempt),
            Voided::Frozen { attempt, .. } => (attempt.campaign, attempt.attempt),
        };
        Ok(Self {
            place,
            campaign,
            number,
            freeze: None,
            nonces: Vec::new(),
            is_void: true,
        })
    }

    /// The party of this attempt that committed to a nonce, opened or not.
    fn committed(&self, nonce: &Digest) -> Option<Token> {
        let freeze = self.freeze.as_ref()?;
        let line = freeze.parties.iter();
        line.map(|line| (line.name, freeze.commitment(line.name, nonce) == *line))
            .find_map(|(name, same)| same.then_some(name))
    }
}

impl Earlier {
    /// Refuses attempts that are none before this one of this campaign.
    pub(super) fn precede(&self, campaign: Token, number: u32) -> Result<(), Failure> {
        let mut failure = Failure::default();
        for attempt in &self.0 {
            if attempt.campaign != campaign {
                let sentence = format!(
                    "是抽查任务 {} 的，本次是 {campaign}。请核对 --earlier。",
                    attempt.campaign
                );
                failure.push("CLI-421", &attempt.place, sentence);
            } else if attempt.number >= number {
                let sentence = format!(
                    "是第 {} 次抽取，本次写的是第 {number} 次；以前各次的次数要小于本次。",
                    attempt.number
                );
                failure.push("CLI-422", &attempt.place, sentence);
            }
        }
        failure.or_nothing()
    }

    /// Refuses a freeze while an earlier attempt has not ended in VOID, and commitments that were used before.
    pub(super) fn allow(&self, plan: &Plan) -> Result<(), Failure> {
        self.precede(plan.record.campaign, plan.attempt)?;
        let mut failure = Failure::default();
        for attempt in self.0.iter().filter(|attempt| !attempt.is_void) {
            let sentence = format!(
                "第 {} 次抽取没有作废：一项任务同时只有一次有效的冻结。先用 mingqian draw void 作废它，已出结果的不得再抽。",
                attempt.number
            );
            failure.push("CLI-423", &attempt.place, sentence);
        }
        for line in &plan.parties {
            for attempt in &self.0 {
                if attempt.has_seen(line, |nonce| plan.commitment(line.name, nonce)) {
                    let sentence = format!(
                        "{} 的承诺值或者它的随机数在第 {} 次抽取中用过。请这名见证人重新生成。",
                        line.name, attempt.number
                    );
                    failure.push("CLI-424", plan.place(line.name.as_str()), sentence);
                }
            }
        }
        failure.or_nothing()
    }

    /// Refuses nonces that were opened or committed to before, and one that two parties handed in.
    pub(super) fn unused(&self, revealed: &[Revealed]) -> Result<(), Failure> {
        let mut failure = Failure::default();
        let mut seen = BTreeSet::new();
        for (name, answer) in revealed {
            let Some(nonce) = answer.given() else {
                continue;
            };
            let remedy = "确认无误的，到揭示截止之后按缺席办理；来源因此不足的，本次作废。";
            if !seen.insert(*nonce) {
                let sentence = format!("与另一名见证人的随机数相同，不能用。{remedy}");
                failure.push("CLI-425", name.as_str(), sentence);
            }
            for attempt in &self.0 {
                if attempt.nonces.contains(nonce) || attempt.committed(nonce).is_some() {
                    let sentence = format!(
                        "这个随机数在第 {} 次抽取中用过，不能用。{remedy}",
                        attempt.number
                    );
                    failure.push("CLI-424", name.as_str(), sentence);
                }
            }
        }
        failure.or_nothing()
    }

    /// What was not held beside this attempt, as a sentence.
    pub(super) fn gap(&self, number: u32) -> Option<String> {
        let given: BTreeSet<u32> = self.0.iter().map(|attempt| attempt.number).collect();
        let missing: Vec<u32> = (1..number)
            .filter(|n| !given.contains(n))
            .take(20)
            .collect();
        let list: Vec<String> = missing.iter().map(u32::to_string).collect();
        (!missing.is_empty()).then(|| {
            format!(
                "没有用 --earlier 给出第 {} 次抽取：随机数、承诺值和 S 是否用过，没有与它对照。",
                list.join("、")
            )
        })
    }
}

impl Attempt {
    /// Whether a commitment stood in this attempt, or is one to a nonce opened there.
    fn has_seen(&self, line: &PartyLine, commit: impl Fn(&Digest) -> PartyLine) -> bool {
        let committed = self.freeze.iter().flat_map(|freeze| &freeze.parties);
        let mut committed = committed.map(|line| line.commitment);
        committed.any(|commitment| commitment == line.commitment)
            || self.nonces.iter().any(|nonce| commit(nonce) == *line)
    }
}

impl Plan {
    /// How a party of the attempt under this plan commits to a nonce.
    fn commitment(&self, name: Token, nonce: &Digest) -> PartyLine {
        let (suite, campaign) = (self.record.suite, self.record.campaign);
        PartyLine::commit_to_attempt(suite, campaign, self.attempt, name, nonce)
    }
}
