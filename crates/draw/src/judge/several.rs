//! Several attempts of one campaign held beside each other (§8.2): nothing is used twice, no number is
//! missing.

use std::collections::{BTreeMap, BTreeSet};

use super::Bundle;
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::two::Voided;

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

    /// Commitments of FREEZE and nonces of REVEAL.
    fn used_once(&self) -> impl Iterator<Item = Digest> + '_ {
        let committed = self.freeze.iter().flat_map(|freeze| &freeze.parties);
        let revealed = self.reveal.iter().flat_map(|reveal| &reveal.parties);
        let nonces = revealed.filter_map(|(_, answer)| answer.given().copied());
        committed.map(|party| party.commitment).chain(nonces)
    }
}

/// Every nonce or commitment that occurs in two of these attempts of one campaign, borrowed frames among
/// them, and every number that is missing.
#[must_use]
pub fn faults_of_several(bundles: &[Bundle<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<Digest, u32> = BTreeMap::new();
    for bundle in bundles {
        let number = bundle.attempt().1;
        for used in bundle.used_once().collect::<BTreeSet<_>>() {
            if let Some(before) = seen.insert(used, number) {
                let sentence =
                    format!("第 {before} 次与第 {number} 次抽取用了同一个随机数或者承诺值。");
                faults.push(Fault::new(Code::REPEATED_NONCE, used.to_string(), sentence));
            }
        }
    }
    let numbers: BTreeSet<u32> = bundles.iter().map(|bundle| bundle.attempt().1).collect();
    let missing = (1..numbers.last().copied().unwrap_or(0)).filter(|n| !numbers.contains(n));
    faults.extend(missing.take(1).map(|first| {
        let sentence = format!("没有第 {first} 次抽取的文件包。");
        Fault::new(Code::SEQUENCE, "attempt", sentence)
    }));
    faults
}
