//! The public records of one log in the order in which they stand there: what each names must have come before it.
//!
//! A record may be whole and its entry in the log, and still be out of place: a RESULT of another FREEZE, a second FREEZE of
//! one attempt, a VOID after the draw; or contradict one it names: other numbers than PLAN, a VOID that nobody may decide.
//! Whoever holds the database and the key of the log can append such a record; nobody
//! can take it out again, and here it is named (SPEC-draw §3, §8.1, SPEC-log §3). Deliberately absent: whether a record follows
//! from its frame and its seed, which takes a bundle ([`judge`](crate::judge), crate `verify`); what records of `shuang/1`
//! say of each other.

use std::collections::BTreeMap;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::judge::{cutoffs_elsewhere, undecidable};
use crate::level::Level;
use crate::name::Token;
use crate::record::open::Ending;
use crate::record::two::{self, Opened, Voided};
use crate::record::{
    AttemptRef, FreezeRecord, OpenRecord, PlanRecord, ResultRecord, RevealRecord, VoidRecord,
};
use crate::version::Version;

/// The records read so far.
#[derive(Debug, Default)]
pub struct Succession {
    plans: BTreeMap<Digest, PlanRecord>,
    /// The PLAN of each campaign.
    planned: BTreeMap<Token, Digest>,
    attempts: BTreeMap<(Token, u32), Attempt>,
}

/// What of an attempt stands in the log.
#[derive(Debug, Default)]
struct Attempt {
    freeze: Option<(Digest, Suite)>,
    reveal: Option<Digest>,
    result: Option<Digest>,
    void: Option<Digest>,
    open: bool,
    /// FREEZE and REVEAL of `shuang/2`, until the attempt has its end.
    said: Option<Box<Said>>,
}

/// What the end of an attempt is held against.
#[derive(Debug)]
struct Said {
    freeze: FreezeRecord,
    reveal: Option<RevealRecord>,
}

/// What is wrong with a record in its place, in words.
type Misplaced = String;

/// Whether a record begins as one of that version.
fn is_of(version: Version, text: &[u8]) -> bool {
    text.starts_with(format!("{version} ").as_bytes())
}

/// What is wrong with a record that stands in its place.
fn contradicts(fault: Option<Fault>) -> Result<(), Misplaced> {
    fault.map_or(Ok(()), |fault| Err(format!("与之前的记录矛盾（{fault}）")))
}

fn unread(fault: &Fault) -> Misplaced {
    format!("读不出（{fault}）")
}

impl Succession {
    /// Takes the next record, under the type its entry says it is of; one that is no record of a draw is passed over.
    ///
    /// # Errors
    /// What is wrong with it, in words. It counts all the same, so that what names it is not blamed as well.
    pub fn take(&mut self, kind: &str, text: &[u8]) -> Result<(), Misplaced> {
        match kind {
            "plan" => self.plan(text),
            "freeze" => self.freeze(text),
            "reveal" => self.reveal(text),
            "result" => self.result(text),
            "void" => self.void(text),
            "open" => self.open(text),
            _ => Ok(()),
        }
    }

    fn plan(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let plan = PlanRecord::parse(text).map_err(|fault| unread(&fault))?;
        let (hash, campaign) = (plan.suite.bytes(text), plan.campaign);
        self.plans.insert(hash, plan);
        match self.planned.insert(campaign, hash) {
            Some(_) => Err("这项任务此前已经有一份方案（PLAN）".to_owned()),
            None => Ok(()),
        }
    }

    fn freeze(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let freeze = FreezeRecord::parse(text).map_err(|fault| unread(&fault))?;
        let planned = self.planned(&freeze.campaign, &freeze.plan);
        let agrees = self.agrees(&freeze);
        let key = (freeze.campaign, freeze.attempt);
        let follows = self.follows(key);
        let own = self.attempts.entry(key).or_default();
        let before = (own.freeze.is_some(), own.void.is_some());
        own.freeze = Some((freeze.hash(), freeze.suite));
        let borrows = freeze.extends.is_some();
        if freeze.version() == Version::Two {
            let reveal = None;
            own.said = Some(Box::new(Said { freeze, reveal }));
        }
        planned?;
        match before {
            (true, _) => Err("这一轮此前已经有一份承诺（FREEZE）".to_owned()),
            (_, true) => Err("这一轮此前已经作废（VOID）".to_owned()),
            // Those who borrow continue an attempt that stands.
            _ if borrows => agrees,
            _ => follows.and(agrees),
        }
    }

    /// Every earlier attempt of the campaign that the log has is void, and none is left out; the log may have begun after the
    /// first.
    fn follows(&self, (campaign, number): (Token, u32)) -> Result<(), Misplaced> {
        let others = self.attempts.range((campaign, 0)..=(campaign, u32::MAX));
        let others = others.filter(|((_, other), _)| *other != number);
        let mut newest = None;
        for ((_, other), attempt) in others {
            if attempt.freeze.is_some() && attempt.void.is_none() {
                return Err(match other.checked_add(1) == Some(number) {
                    true => "上一轮的承诺（FREEZE）没有作废（VOID）".to_owned(),
                    false => format!("第 {other} 轮的承诺（FREEZE）没有作废（VOID）"),
                });
            }
            newest = Some(*other);
        }
        match newest {
            Some(newest) if newest.checked_add(1) != Some(number) => {
                Err(format!("它是第 {number} 轮，此前最后的是第 {newest} 轮"))
            }
            _ => Ok(()),
        }
    }

    /// FREEZE of `shuang/2` against its PLAN and itself.
    fn agrees(&self, freeze: &FreezeRecord) -> Result<(), Misplaced> {
        if freeze.version() != Version::Two {
            return Ok(());
        }
        let plan = self.plans.get(&freeze.plan);
        let disagreements = plan.map(|plan| plan.disagreements(freeze));
        let mut faults = disagreements.into_iter().flatten().chain(freeze.faults());
        contradicts(faults.next())
    }

    fn planned(&self, campaign: &Token, plan: &Digest) -> Result<(), Misplaced> {
        match self.plans.get(plan).map(|plan| plan.campaign) {
            Some(of) if of == *campaign => Ok(()),
            Some(of) => Err(format!("它写的方案（PLAN）是任务 {of} 的")),
            None => Err("它写的方案（PLAN）不在它之前".to_owned()),
        }
    }

    /// The attempt a record names, if its FREEZE came before.
    fn named(&mut self, named: &AttemptRef) -> Result<(&mut Attempt, Suite), Misplaced> {
        let own = self
            .attempts
            .entry((named.campaign, named.attempt))
            .or_default();
        match own.freeze {
            Some((freeze, suite)) if freeze == named.freeze => Ok((own, suite)),
            Some(_) => Err("它写的承诺（FREEZE）不是这一轮的那一份".to_owned()),
            None => Err("它写的承诺（FREEZE）不在它之前".to_owned()),
        }
    }

    fn reveal(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let reveal = RevealRecord::parse(text).map_err(|fault| unread(&fault))?;
        let (own, suite) = self.named(&reveal.attempt)?;
        let ended = own.ended();
        let before = own.reveal.replace(suite.bytes(text));
        let mut answers = Ok(());
        if let Some(said) = &mut own.said {
            answers = contradicts(reveal.faults(&said.freeze).into_iter().next());
            said.reveal = Some(reveal);
        }
        match before {
            Some(_) => Err("这一轮此前已经有一份揭示（REVEAL）".to_owned()),
            None => ended.and(answers),
        }
    }

    fn result(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let result = ResultRecord::parse(text).map_err(|fault| unread(&fault))?;
        let (own, suite) = self.named(&result.attempt)?;
        let ended = own.ended();
        own.result = Some(suite.bytes(text));
        let said = own.said.take();
        ended?;
        // Under the first version a draw without a server has none.
        if result.attempt.version == Version::Two && own.reveal.is_none() {
            return Err("它之前没有揭示（REVEAL）".to_owned());
        }
        let Some(said) = said else { return Ok(()) };
        let plan = self.plans.get(&said.freeze.plan);
        let lost = plan.and_then(|plan| level_lost(plan, &said));
        contradicts(cutoffs_elsewhere(&said.freeze, &result).or(lost))
    }

    fn void(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let (named, reveal, decided) = if is_of(Version::One, text) {
            let void = VoidRecord::parse(text).map_err(|fault| unread(&fault))?;
            (void.attempt, None, None)
        } else {
            let void = two::VoidRecord::parse(text).map_err(|fault| unread(&fault))?;
            match void.voided {
                Voided::Frozen { attempt, reveal } => (attempt, Some(reveal), Some(void.decided)),
                Voided::BeforeFreeze {
                    campaign,
                    attempt,
                    plan,
                } => return self.unfrozen((campaign, attempt), &plan, text),
            }
        };
        let (own, suite) = self.named(&named)?;
        let ended = own.ended();
        own.void = Some(suite.bytes(text));
        let said = own.said.take();
        ended?;
        if reveal.is_some_and(|reveal| reveal != own.reveal) {
            return Err("它写的揭示（REVEAL）不是这一轮的那一份".to_owned());
        }
        let (Some(said), Some(decided)) = (said, decided) else {
            return Ok(());
        };
        let plan = self.plans.get(&said.freeze.plan);
        let known = plan.map(|plan| (plan, &said.freeze, said.reveal.as_ref()));
        contradicts(known.and_then(|known| undecidable(known, &decided)))
    }

    /// An attempt that is void before it is frozen.
    fn unfrozen(&mut self, key: (Token, u32), plan: &Digest, text: &[u8]) -> Result<(), Misplaced> {
        let planned = self.planned(&key.0, plan);
        let own = self.attempts.entry(key).or_default();
        let ended = own.ended();
        // What it is hashed by PLAN says, which has the one suite there is for it.
        own.void = Some(Suite::Sha256.bytes(text));
        planned?;
        ended?;
        match own.freeze {
            Some(_) => Err("它说这一轮没有冻结，此前却有一份承诺（FREEZE）".to_owned()),
            None => Ok(()),
        }
    }

    fn open(&mut self, text: &[u8]) -> Result<(), Misplaced> {
        let (named, result, void) = if is_of(Version::One, text) {
            let open = OpenRecord::parse(text).map_err(|fault| unread(&fault))?;
            match open.ending {
                Ending::Result(result) => (open.attempt, Some(result), None),
                Ending::Void(void) => (open.attempt, None, Some(void)),
            }
        } else {
            let open = two::OpenRecord::parse(text).map_err(|fault| unread(&fault))?;
            match open.opened {
                Opened::Result(result) => (open.attempt, Some(result), None),
                Opened::Void { void, .. } => (open.attempt, None, Some(void)),
            }
        };
        let (own, _) = self.named(&named)?;
        let before = std::mem::replace(&mut own.open, true);
        match () {
            () if before => Err("这一轮此前已经公开过一次（OPEN）".to_owned()),
            () if result.is_some() && own.result != result => {
                Err("它写的结果（RESULT）不是这一轮的那一份".to_owned())
            }
            () if void.is_some() && own.void != void => {
                Err("它写的作废（VOID）不是这一轮的那一份".to_owned())
            }
            () => Ok(()),
        }
    }
}

/// A draw that does not reach its plan's least level: what REVEAL gave, and the beacon of FREEZE, which a drawn attempt has.
fn level_lost(plan: &PlanRecord, said: &Said) -> Option<Fault> {
    let (reached, least) = (
        Level::in_reach(said.reveal.as_ref()?, &said.freeze),
        plan.min_level,
    );
    let sentence = || format!("只达到 {reached}，方案要求 {least} 级。");
    (reached.number() < least).then(|| Fault::new(Code::LEVEL, "", sentence()))
}

impl Attempt {
    /// Refuses what comes after the end of an attempt.
    fn ended(&self) -> Result<(), Misplaced> {
        match (self.result, self.void) {
            (Some(_), _) => Err("这一轮此前已经有结果（RESULT）".to_owned()),
            (_, Some(_)) => Err("这一轮此前已经作废（VOID）".to_owned()),
            (None, None) => Ok(()),
        }
    }
}
