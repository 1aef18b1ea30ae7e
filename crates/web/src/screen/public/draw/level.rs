//! What may be said of a draw by its level (protocol §1): announced by FREEZE, reached by what was given, proven by what a
//! verifier checks itself – the three figures `mingqian verify` prints – and, in words, no more than what was given.
//!
//! Deliberately absent: the level itself. What is reached stands with RESULT; here it is only told.

use domain::campaign::party::TrustLevel;
use store::campaign::StoredCampaign;

use super::{PublicParty, Record};
use crate::screen::campaign::words::bounded;

/// What is told of the level of a draw.
#[derive(Default)]
pub(super) struct Levels {
    /// What the announced sources can reach, once FREEZE is public.
    pub(super) announced: Option<i64>,
    /// What is left if only that counts which a verifier checks itself; under `shuang/2`, once there is RESULT.
    pub(super) proven: Option<i64>,
    /// What the level that was reached lets one claim of this draw.
    pub(super) claim: Option<&'static str>,
}

impl Levels {
    pub(super) fn of(stored: &StoredCampaign, parties: &[PublicParty]) -> Self {
        let Some(freeze) = stored.freeze_record.as_deref().map(Record) else {
            return Self::default();
        };
        let public = |word| freeze.all(word).count() > 0;
        let named = freeze.all("party").count();
        let announced = number(named, public("beacon") || public("dice"));
        let opened = parties.iter().filter(|party| party.nonce.is_some()).count();
        let proven = stored.trust_level.filter(|_| freeze.is_of_two());
        Self {
            announced: Some(announced),
            proven: proven.map(|_| number(opened, is_drand(stored))),
            claim: stored
                .trust_level
                .map(|level| claim_of(level, by_dice(stored), opened)),
        }
    }
}

fn number(parties: usize, public_source: bool) -> i64 {
    i64::from(TrustLevel::of(parties, public_source).number())
}

/// Whether the public source that was given is one whose signature a verifier checks.
fn is_drand(stored: &StoredCampaign) -> bool {
    let seed = stored.seed_text.as_deref().map(Record);
    seed.and_then(|seed| seed.word("beacon", 0))
        .is_some_and(|source| source.starts_with("drand:"))
}

/// Whether what counted for a beacon were dice: FREEZE names no beacon.
pub(in super::super) fn by_dice(stored: &StoredCampaign) -> bool {
    let freeze = stored.freeze_record.as_deref().map(Record);
    freeze.is_some_and(|freeze| freeze.all("dice").count() > 0 && freeze.all("beacon").count() == 0)
}

/// What may be said of a draw of this level to which so many parties gave a number, and no more.
fn claim_of(level: i64, by_dice: bool, opened: usize) -> &'static str {
    match (level, opened, by_dice) {
        (1, 0, true) => bounded!(
            "随机数由当众掷骰决定，没有见证方公开随机数，承办单位一家不能任意定谁被抽中。骰子由在场的人作证，核对工具自己证实不了，没有算进“已证实”的等级。"
        ),
        (1, 1, true) => bounded!(
            "随机数由当众掷骰和一个见证方共同决定，见证方不足两个，承办单位一家不能任意定谁被抽中。骰子由在场的人作证，核对工具自己证实不了，没有算进“已证实”的等级。"
        ),
        (1, 0, false) => bounded!(
            "随机数由一个公共信标决定，没有见证方公开随机数，承办单位一家不能任意定谁被抽中。"
        ),
        (1, 1, false) => bounded!(
            "随机数由一个公共信标和一个见证方共同决定，见证方不足两个，承办单位一家不能任意定谁被抽中。"
        ),
        (1, ..) => bounded!(
            "随机数由两个以上见证方共同决定，没有公共来源，承办单位一家不能任意定谁被抽中。"
        ),
        _ => claim(level, by_dice),
    }
}

/// What a level means, of whatever sources.
pub(in super::super) const fn claim(level: i64, by_dice: bool) -> &'static str {
    match level {
        2 if by_dice => {
            bounded!(
                "随机数由两个以上见证方和当众掷骰共同决定，承办单位一家不能任意定谁被抽中。骰子由在场的人作证，核对工具自己证实不了，没有算进“已证实”的等级。"
            )
        }
        2 => {
            bounded!(
                "随机数由两个以上见证方和一个公共信标共同决定。信标在承诺之后才产生、又在各方之后公布的（开奖号、drand），谁也不能预先定谁被抽中。"
            )
        }
        1 => {
            bounded!(
                "随机数由两个以上见证方决定，没有公共来源；或者有一个公共来源（信标或掷骰），公开了随机数的见证方不足两个。承办单位一家不能任意定谁被抽中。"
            )
        }
        _ => "这是一次演练：外部来源不足，不得据此开展检查。",
    }
}
