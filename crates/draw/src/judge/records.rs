//! What the records alone show, in every stage: plan against FREEZE, REVEAL and seed against FREEZE,
//! RESULT and VOID against what they name.

use super::Bundle;
use super::point::{Finding, Point, under};
use crate::bundle::BundleKind;
use crate::fault::{Code, Fault};
use crate::level::Level;
use crate::record::two::{Decided, VoidRecord, Voided};
use crate::record::{FreezeRecord, PlanRecord, ResultRecord, RevealRecord, hash_of};
use crate::select::seed_faults;

impl Bundle<'_> {
    pub(super) fn record_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |point, name: &str, found: Vec<Fault>| {
            let found = found.into_iter().map(|fault| fault.within(name));
            findings.extend(under(point, found));
        };
        if let Some(freeze) = &self.freeze {
            say(Point::Plan, "freeze.txt", self.plan.disagreements(freeze));
            say(Point::Freeze, "freeze.txt", freeze.faults());
            if let Some(reveal) = &self.reveal {
                say(Point::Reveal, "reveal.txt", reveal.faults(freeze));
            }
            if let Some((seed, result)) = &self.drawn {
                say(
                    Point::Seed,
                    "seed.txt",
                    seed_faults(freeze, self.reveal.as_ref(), seed),
                );
                say(
                    Point::Result,
                    "result.txt",
                    result_faults(freeze, result, &seed.seed(freeze.suite)),
                );
            }
        }
        say(Point::Level, "reveal.txt", self.level_faults());
        if let Some(void) = &self.void {
            say(Point::Void, "void.txt", self.void_faults(void));
        }
        findings
    }

    /// A drawn attempt, borrowed frames too, has reached its plan's least level.
    fn level_faults(&self) -> Vec<Fault> {
        let (Some(reveal), Some((seed, _))) = (&self.reveal, &self.drawn) else {
            return Vec::new();
        };
        let asked = self.contents.kind == BundleKind::Drawn;
        let reached = Level::reached_with(reveal, seed);
        match asked && reached.number() < self.plan.min_level {
            true => {
                let sentence = format!("只达到 {reached}，方案要求 {} 级。", self.plan.min_level);
                vec![Fault::new(Code::LEVEL, "", sentence)]
            }
            false => Vec::new(),
        }
    }

    fn void_faults(&self, void: &VoidRecord) -> Vec<Fault> {
        let right = match (&void.voided, &self.freeze) {
            (Voided::BeforeFreeze { campaign, plan, .. }, None) => {
                *campaign == self.plan.campaign && *plan == hash_of(self.plan.suite, &self.plan)
            }
            (Voided::Frozen { attempt, reveal }, Some(freeze)) => {
                let logged = self.reveal.as_ref().map(|reveal| reveal.hash(freeze.suite));
                *attempt == freeze.attempt_ref() && *reveal == logged
            }
            _ => false,
        };
        let mut faults = Vec::new();
        if !right {
            let sentence = "作废的不是这份方案、冻结公告和揭示。";
            faults.push(Fault::new(Code::OTHER_ATTEMPT, "", sentence));
        }
        if let Some(freeze) = &self.freeze {
            let known = (&self.plan, freeze, self.reveal.as_ref());
            faults.extend(undecidable(known, &void.decided));
        }
        faults
    }
}

/// A VOID that nobody may decide: by the program although the plan's least level was in reach, for then somebody chose it;
/// by a person after REVEAL where no beacon is awaited, for everything was known, and RESULT follows by itself.
pub(crate) fn undecidable(
    (plan, freeze, reveal): (&PlanRecord, &FreezeRecord, Option<&RevealRecord>),
    decided: &Decided,
) -> Option<Fault> {
    let reveal = reveal?;
    match decided {
        Decided::Program => {
            let (reach, least) = (Level::in_reach(reveal, freeze), plan.min_level);
            (reach.number() >= least).then(|| {
                let sentence =
                    format!("由程序作废没有根据：能达到 {reach}，方案只要求 {least} 级。");
                Fault::new(Code::LEVEL, "by", sentence)
            })
        }
        Decided::Approved(_) => freeze.beacon.is_none().then(|| {
            let sentence = "揭示之后没有公共随机源可等，结果已经定了，不能再由人作废。";
            Fault::new(Code::CONTRADICTION, "approver", sentence)
        }),
    }
}

/// RESULT names FREEZE, the seed and every stratum, with `-` exactly where nobody is drawn.
fn result_faults(
    freeze: &FreezeRecord,
    result: &ResultRecord,
    seed: &crate::digest::Digest,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if result.attempt != freeze.attempt_ref() {
        faults.push(Fault::new(
            Code::OTHER_ATTEMPT,
            "freeze",
            "不属于这次冻结。",
        ));
    }
    if result.seed != *seed {
        faults.push(Fault::new(
            Code::CONTRADICTION,
            "seed",
            "不是 seed.txt 的哈希。",
        ));
    }
    faults.extend(cutoffs_elsewhere(freeze, result));
    faults
}

/// A cut-off for a stratum that FREEZE does not have, none for one it has, or one where nobody is drawn.
pub(crate) fn cutoffs_elsewhere(freeze: &FreezeRecord, result: &ResultRecord) -> Option<Fault> {
    let wanted = freeze
        .strata
        .iter()
        .map(|line| (&line.stratum, line.quota > 0));
    let given = result.cutoffs.iter();
    let given = given.map(|(stratum, cutoff)| (stratum, cutoff.is_some()));
    (!wanted.eq(given)).then(|| {
        let sentence = "入选线与冻结公告的分层、抽取数不符。";
        Fault::new(Code::CONTRADICTION, "cutoff", sentence)
    })
}
