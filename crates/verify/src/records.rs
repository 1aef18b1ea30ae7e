//! FREEZE, seed.txt and RESULT: what every stage shows, and how the three must fit together.
//!
//! The grammar is the crate `draw`'s; here stands what may be concluded from the three texts alone:
//! counts that add up, nonces that match commitments, a seed that is the hash of its text. The signature of a
//! drand value is looked at and said, and changes no verdict: bundles of `shuang/1` verify for ever.
//! Deliberately absent: whether the level reached is enough for this campaign, which is the rulebook's business.

use draw::record::freeze::BeaconName;
use draw::record::{Assign, FreezeRecord, ResultRecord};
use draw::{Digest, Fault, Level, SeedText, Version};

use crate::drand;
use crate::source::BundleSource;
use crate::verdict::{Unreadable, Verdict};

/// The three texts, read.
pub(crate) struct Records {
    pub(crate) freeze: FreezeRecord,
    pub(crate) seed_text: SeedText,
    pub(crate) seed: Digest,
    pub(crate) result: ResultRecord,
}

impl Records {
    /// Reads the three texts; each must print back to the very bytes it was read from.
    pub(crate) fn read(source: &BundleSource) -> Result<Self, Unreadable> {
        let (frozen, seeded, drawn) = (
            source.read("freeze.txt")?,
            source.read("seed.txt")?,
            source.read("result.txt")?,
        );
        let freeze = parsed("freeze.txt", &frozen, FreezeRecord::parse(&frozen))?;
        if freeze.version() != Version::One {
            let sentence = "与案卷其他文件不是同一版本。";
            return Err(Unreadable::new("VRFY-100", "freeze.txt", sentence));
        }
        let seed_text = parsed("seed.txt", &seeded, SeedText::parse(&seeded))?;
        let result = parsed("result.txt", &drawn, ResultRecord::parse(&drawn))?;
        let seed = freeze.suite.bytes(&seeded);
        Ok(Self {
            freeze,
            seed_text,
            seed,
            result,
        })
    }

    /// Checks what the three texts say about each other.
    pub(crate) fn check(&self, verdict: &mut Verdict) {
        let Self {
            freeze,
            seed_text,
            seed,
            result,
        } = self;
        verdict.attempt = Some((freeze.campaign.to_string(), freeze.attempt));
        check_counts(freeze, verdict);
        check_inspectors(freeze, verdict);
        let faults = seed_text.faults(freeze);
        for fault in &faults {
            verdict.say(false, "VRFY-111", "种子文件", fault.to_string());
        }
        if faults.is_empty() {
            verdict.say(
                true,
                "VRFY-111",
                "种子文件回答了 FREEZE 公布的每个来源，随机数与承诺一致",
                freeze.hash().to_string(),
            );
        }
        verdict.say(
            result.attempt == freeze.attempt_ref(),
            "VRFY-112",
            "RESULT 属于这份 FREEZE",
            freeze.hash().to_string(),
        );
        verdict.say(
            result.seed == *seed,
            "VRFY-113",
            "种子由种子文件算出",
            seed.to_string(),
        );
        let fits = freeze.strata.len() == result.cutoffs.len()
            && freeze
                .strata
                .iter()
                .zip(&result.cutoffs)
                .all(|(line, (stratum, cutoff))| {
                    line.stratum == *stratum && (line.quota == 0) == cutoff.is_none()
                });
        verdict.say(
            fits,
            "VRFY-114",
            "RESULT 按 FREEZE 的次序为每层公布分界签号",
            "",
        );
        verdict.level = Some(Level::reached(seed_text));
    }

    /// What nobody can recompute from the texts: where the values came from.
    pub(crate) fn gaps(&self, verdict: &mut Verdict) {
        verdict.open("案卷是 shuang/1 的：这一版不要求随机数和承诺只用一次，也不要求公共随机源在冻结之后才产生；案卷里没有方案、揭示的记录。这些都没有核对，新的抽取按 shuang/2。");
        for (name, answer) in &self.seed_text.parties {
            if answer.given().is_none() {
                verdict.open(format!("见证人 {name} 没有揭示（{answer}），未计入种子。"));
            }
        }
        if let Some((label, answer)) = &self.seed_text.dice {
            verdict.leave("骰子的现场");
            verdict.open(format!("骰子 {label}（{answer}）：请对照现场记录。"));
        }
        self.beacon_gap(verdict);
        verdict.open(format!(
            "方案记录本身（摘要 {}）：抽取比例、分层规则是否照方案，请对照已公布的方案。",
            self.freeze.plan
        ));
    }

    /// What the beacon's value is worth, in one line; a wrong signature is no contradiction under `shuang/1`.
    fn beacon_gap(&self, verdict: &mut Verdict) {
        let Some((beacon, answer)) = &self.seed_text.beacon else {
            return;
        };
        let value = drand::of_seed(&self.seed_text);
        let known = value.filter(|_| drand::is_quicknet(beacon));
        let signed = known.map(|(beacon, value)| drand::verify_value(beacon, value));
        let left = match &signed {
            Some(Ok(())) => None,
            Some(Err(_)) => Some("drand 的签名（已验，不对，这一版不以为矛盾）"),
            None if value.is_some() => Some("drand 的签名"),
            None => Some("开奖公告"),
        };
        left.into_iter().for_each(|left| verdict.leave(left));
        let how = match signed {
            Some(Ok(())) => {
                let what = format!("drand 第 {} 轮的值是 quicknet 对这一轮的签名", beacon.round);
                verdict.say(true, "VRFY-115", what, "");
                verdict.open(format!(
                    "冻结和 drand 第 {} 轮哪个在先，这一版没有写：请对照冻结公告公布的时间。",
                    beacon.round
                ));
                return;
            }
            Some(Err(fault)) => format!(
                "已验，不对：{}shuang/1 不以此为矛盾，结论不因此改变。",
                fault.sentence
            ),
            None if value.is_some() => {
                "不是 quicknet，本程序没有这条链的公钥，没有验其签名；请对照其官方公布。".to_owned()
            }
            None => "请对照其官方公布。".to_owned(),
        };
        let BeaconName { source, round } = beacon;
        verdict.open(format!("公共随机源 {source} {round}（{answer}）：{how}"));
    }
}

fn parsed<T: std::fmt::Display>(
    name: &str,
    bytes: &[u8],
    record: Result<T, Fault>,
) -> Result<T, Unreadable> {
    let record = record.map_err(|fault| fault_in(name, &fault))?;
    if record.to_string().as_bytes() != bytes {
        return Err(Unreadable::new(
            "VRFY-100",
            name,
            "写法不是协议规定的唯一写法。请使用原始文件。",
        ));
    }
    Ok(record)
}

/// A grammar fault of the crate `draw`, in a file of the bundle.
pub(crate) fn fault_in(name: &str, fault: &Fault) -> Unreadable {
    Unreadable::new("VRFY-100", name, fault.to_string())
}

fn check_counts(freeze: &FreezeRecord, verdict: &mut Verdict) {
    let ascending = freeze.strata.is_sorted_by(|a, b| a.stratum < b.stratum)
        && freeze.areas.is_sorted_by(|a, b| a < b);
    verdict.say(ascending, "VRFY-101", "分层与片区按字节升序、不重复", "");
    let named = freeze.areas.iter().all(|area| area.as_str() != "-");
    verdict.say(named, "VRFY-107", "片区都有代码，没有“-”", "");
    if freeze.extends.is_some() {
        let bare = freeze.subjects.leaves == 0
            && freeze.strata.is_empty()
            && freeze.areas.is_empty()
            && freeze.assign == Assign::Pairs;
        let what = "增补抽取不带检查对象、分层和片区，不分组";
        verdict.say(bare, "VRFY-108", what, "");
    }
    let within = freeze.strata.iter().all(|line| line.quota <= line.pool);
    verdict.say(within, "VRFY-102", "每层抽取数不超过可抽数", "");
    let pools = freeze
        .strata
        .iter()
        .try_fold(0u64, |sum, line| sum.checked_add(line.pool));
    let sum = pools.and_then(|pools| pools.checked_add(freeze.must)?.checked_add(freeze.skip));
    let detail = format!(
        "{} = 抽取 {} + 必查 {} + 不查 {}",
        freeze.subjects.leaves,
        pools.unwrap_or(u64::MAX),
        freeze.must,
        freeze.skip
    );
    verdict.say(
        sum == Some(freeze.subjects.leaves),
        "VRFY-103",
        "检查对象合计相符",
        detail,
    );
    for line in freeze.strata.iter().filter(|line| line.pool == 1) {
        verdict.open(format!(
            "分层 {} 只有 1 家可抽，不是随机抽取。",
            line.stratum
        ));
    }
}

fn check_inspectors(freeze: &FreezeRecord, verdict: &mut Verdict) {
    let paired = freeze.inspector_draws.len() == freeze.teams.len()
        && freeze
            .inspector_draws
            .iter()
            .zip(&freeze.teams)
            .all(|(draws, team)| {
                // Borrowed inspectors join teams that have their places already (§3.2 rule 7).
                draws.stratum == team.stratum
                    && (team.size <= draws.drawn || freeze.extends.is_some())
                    && draws.drawn <= draws.pool
            });
    let pool = freeze
        .inspector_draws
        .iter()
        .try_fold(0u64, |sum, line| sum.checked_add(line.pool));
    let size = freeze
        .teams
        .iter()
        .try_fold(0u64, |sum, line| sum.checked_add(line.size));
    let right = paired
        && pool.is_some_and(|pool| pool <= freeze.inspectors.leaves)
        && size.is_some_and(|size| size >= 2);
    verdict.say(
        right,
        "VRFY-104",
        "检查人员：每组不少于两人，抽取数在可抽人数之内",
        "",
    );
    let even = match freeze.assign {
        Assign::Pairs => freeze.areas.is_empty(),
        Assign::Groups(groups) => {
            groups > 0
                && freeze
                    .inspector_draws
                    .iter()
                    .zip(&freeze.teams)
                    .all(|(draws, team)| groups.checked_mul(team.size) == Some(draws.drawn))
        }
    };
    verdict.say(even, "VRFY-105", "分组方式与抽取人数相符", "");
    let distinct = all_distinct(freeze.leaders.iter())
        && all_distinct(freeze.parties.iter().map(|party| party.name))
        && all_distinct(freeze.teams.iter().map(|team| team.stratum));
    verdict.say(distinct, "VRFY-106", "组长、见证人、人员类别没有重名", "");
}

/// Whether no name occurs twice.
pub(crate) fn all_distinct<T: std::hash::Hash + Eq>(names: impl Iterator<Item = T>) -> bool {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().all(|name| seen.insert(name))
}
