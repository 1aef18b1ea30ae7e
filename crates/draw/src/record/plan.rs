//! PLAN (方案): items, rates, quota rules, teams, assignment, leaders and sources, logged at T0
//! before anybody sees the pool.
//!
//! What is fixed here can be held against FREEZE by anybody: [`PlanRecord::disagreements`]. Rates
//! are exact fractions; who is in which class is not here, nor any name of a subject.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::level::Level;
use crate::name::{Stratum, Token};
use crate::quota::{self, MERGED_CLASS, PoolClass, QuotaRule, SamplingRate};
use crate::record::freeze::{Assign, BeaconName, FreezeRecord, StratumLine, TeamSize, suite_line};
use crate::record::{Lines, number, words};

/// `item <item> <rule>`; the item `-` is a campaign's one unnamed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRule {
    /// The item's code, or `-`.
    pub item: Token,
    /// How its quota is fixed.
    pub rule: QuotaRule,
}

/// The record PLAN.
#[doc(alias = "实施方案")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// The campaign's number.
    pub campaign: Token,
    /// The hash suite; printed only if not SHA-256.
    pub suite: Suite,
    /// Hash of the approved document with the plan's seven parts.
    pub document: Digest,
    /// Quota rules, ascending by item.
    pub items: Vec<ItemRule>,
    /// `rate <stratum> <p>/<q>`, ascending bytewise; every class an item may have.
    pub rates: Vec<(Stratum, SamplingRate)>,
    /// Per authority or skill how many inspectors are drawn.
    pub drawn: Vec<(Token, u64)>,
    /// Per authority or skill, same order, how many are in every team.
    pub teams: Vec<TeamSize>,
    /// How visits are assigned.
    pub assign: Assign,
    /// Areas, ascending; only with groups.
    pub areas: Vec<Token>,
    /// The appointed leader, then deputies in order.
    pub leaders: Vec<Token>,
    /// Parties in the order announced.
    pub parties: Vec<Token>,
    /// The label of the dice, if announced.
    pub dice: Option<Token>,
    /// The beacon's source, if announced; its round is named in FREEZE.
    pub beacon: Option<String>,
    /// The level below which the attempt is void.
    pub min_level: u8,
    /// Least seconds from PLAN to FREEZE.
    pub plan_seconds: u64,
    /// Least seconds from FREEZE to the beacon.
    pub freeze_seconds: u64,
    /// Whether a subject that falls away is replaced by the next of its stratum.
    pub subject_reserve: bool,
}

impl FromStr for ItemRule {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let (item, rule) = rest
            .split_once(' ')
            .ok_or_else(|| Fault::new(Code::LINE, "", "缺少抽取数规则。"))?;
        let rule = match rule.split_once(' ') {
            Some(("pool", rate)) => QuotaRule::Pool(rate.parse()?),
            Some(("fixed", count)) => QuotaRule::Fixed(number(count)?),
            None if rule == "ceiling" => QuotaRule::Ceiling,
            None if rule == "full" => QuotaRule::Full,
            _ => {
                let sentence = "应为 pool <p>/<q>、ceiling、fixed <n> 或 full。";
                return Err(Fault::new(Code::LINE, "", sentence));
            }
        };
        Ok(Self {
            item: item.parse()?,
            rule,
        })
    }
}

impl fmt::Display for ItemRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = self.item;
        match self.rule {
            QuotaRule::Pool(rate) => write!(f, "{item} pool {rate}"),
            QuotaRule::Ceiling => write!(f, "{item} ceiling"),
            QuotaRule::Fixed(count) => write!(f, "{item} fixed {count}"),
            QuotaRule::Full => write!(f, "{item} full"),
        }
    }
}

fn two<A: FromStr<Err = Fault>, B>(
    read: impl Fn(&str) -> Result<B, Fault>,
) -> impl Fn(&str) -> Result<(A, B), Fault> {
    move |rest| {
        let [a, b] = words(rest)?;
        Ok((a.parse()?, read(b)?))
    }
}

fn one_of<T>(lines: &mut Lines<'_>, key: &str, words: &[(&str, T)]) -> Result<T, Fault>
where
    T: Copy,
{
    let rest = lines.field(key)?;
    let found = words.iter().find(|(word, _)| *word == rest);
    lines.here(found.map(|(_, value)| *value).ok_or_else(|| {
        let allowed: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Fault::new(
            Code::LINE,
            "",
            format!("{key} 应为 {}。", allowed.join("、")),
        )
    }))
}

fn source(text: &str) -> Result<String, Fault> {
    Ok(format!("{text} 0").parse::<BeaconName>()?.source)
}

impl PlanRecord {
    /// Reads a PLAN.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed; items or rates that are
    /// not ascending or do not belong together.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "shuang/1 plan")?;
        let record = Self {
            campaign: lines.value("campaign")?,
            suite: suite_line(&mut lines)?,
            document: lines.value("document")?,
            items: lines.all("item", str::parse)?,
            rates: lines.all("rate", two(str::parse))?,
            drawn: lines.all("draw-inspectors", two(number))?,
            teams: lines.all("team", str::parse)?,
            assign: lines.value("assign")?,
            areas: lines.all("area", str::parse)?,
            leaders: lines.all("leader", str::parse)?,
            parties: lines.all("party", str::parse)?,
            dice: match lines.maybe("dice") {
                Some(rest) => Some(lines.here(rest.parse())?),
                None => None,
            },
            beacon: match lines.maybe("beacon") {
                Some(rest) => Some(lines.here(source(rest))?),
                None => None,
            },
            min_level: one_of(&mut lines, "min-level", &[("0", 0), ("1", 1), ("2", 2)])?,
            plan_seconds: lines.count("plan-seconds")?,
            freeze_seconds: lines.count("freeze-seconds")?,
            subject_reserve: one_of(
                &mut lines,
                "subject-reserve",
                &[("none", false), ("next", true)],
            )?,
        };
        lines.end()?;
        record.ordered()?;
        Ok(record)
    }

    fn ordered(&self) -> Result<(), Fault> {
        if !self.items.is_sorted_by(|a, b| a.item < b.item) {
            return Err(Fault::new(Code::SORTED, "item", "事项须按升序、不重复。"));
        }
        if !self.rates.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Fault::new(Code::SORTED, "rate", "类别须按升序、不重复。"));
        }
        let known =
            |stratum: &Stratum| self.items.iter().any(|i| i.item.as_str() == stratum.item());
        match self.rates.iter().find(|(stratum, _)| !known(stratum)) {
            Some((stratum, _)) => Err(Fault::new(
                Code::PLAN,
                stratum.as_str(),
                "方案中没有这个事项。",
            )),
            None => Ok(()),
        }
    }

    /// Everything in which a FREEZE departs from this plan, quotas included.
    #[must_use]
    pub fn disagreements(&self, freeze: &FreezeRecord) -> Vec<Fault> {
        let drawn = freeze.inspector_draws.iter().map(|d| (d.stratum, d.drawn));
        let source = freeze.beacon.as_ref().map(|beacon| &beacon.source);
        let parties = freeze.parties.iter().map(|party| party.name);
        let same = [
            ("plan", freeze.plan == super::hash_of(self.suite, self)),
            ("campaign", freeze.campaign == self.campaign),
            ("suite", freeze.suite == self.suite),
            ("draw-inspectors", drawn.eq(self.drawn.iter().copied())),
            ("team", freeze.teams == self.teams),
            ("assign", freeze.assign == self.assign),
            ("area", freeze.areas == self.areas),
            ("leader", freeze.leaders == self.leaders),
            ("party", parties.eq(self.parties.iter().copied())),
            ("dice", freeze.dice == self.dice),
            ("beacon", source == self.beacon.as_ref()),
            (
                "min-level",
                Level::announced(freeze).number() >= self.min_level,
            ),
        ];
        let mut faults: Vec<_> = same
            .into_iter()
            .filter(|(_, same)| !same)
            .map(|(key, _)| Fault::new(Code::PLAN, key, "与方案不同。"))
            .collect();
        faults.extend(self.quota_disagreements(&freeze.strata));
        faults
    }

    fn quota_disagreements(&self, strata: &[StratumLine]) -> Vec<Fault> {
        let mut by_item: BTreeMap<&str, Vec<&StratumLine>> = BTreeMap::new();
        for line in strata {
            by_item.entry(line.stratum.item()).or_default().push(line);
        }
        let mut faults = Vec::new();
        for (item, lines) in by_item {
            let pools: Vec<_> = lines.iter().map(|l| (l.stratum.clone(), l.pool)).collect();
            match self.quotas_of(item, &pools) {
                Err(fault) => faults.push(fault),
                Ok(quotas) => faults.extend(
                    lines
                        .iter()
                        .zip(quotas)
                        .filter(|(l, q)| l.quota != q.drawn)
                        .map(|(l, q)| {
                            let sentence =
                                format!("按方案应抽 {} 个，写的是 {} 个。", q.drawn, l.quota);
                            Fault::new(Code::PLAN, l.stratum.as_str(), sentence)
                        }),
                ),
            }
        }
        faults
    }

    /// The quotas this plan gives the strata of one item, whose classes may be merged.
    ///
    /// # Errors
    /// An item or class the plan does not name, or classes that should (not) be merged.
    pub fn quotas_of(
        &self,
        item: &str,
        pools: &[(Stratum, u64)],
    ) -> Result<Vec<quota::Quota>, Fault> {
        let rule = self
            .items
            .iter()
            .find(|rule| rule.item.as_str() == item)
            .map(|rule| rule.rule);
        let rule = rule.ok_or_else(|| Fault::new(Code::PLAN, item, "方案中没有这个事项。"))?;
        let merge = quota::merges(rule, pools.iter().map(|(_, pool)| pool).sum());
        let classes = pools.iter().map(|(stratum, pool)| {
            let merged = stratum.class() == MERGED_CLASS;
            let rate = self
                .rates
                .iter()
                .find(|(name, _)| name == stratum)
                .map(|(_, rate)| *rate);
            let rate = match (merge, merged) {
                (true, true) => SamplingRate::new(1, 1),
                (false, false) => rate,
                _ => None,
            };
            let missing = "类别不在方案之中，或者不足 20 个时没有合并、够 20 个时合并了类别。";
            let rate = rate.ok_or_else(|| Fault::new(Code::PLAN, stratum.as_str(), missing))?;
            Ok(PoolClass {
                stratum: stratum.clone(),
                pool: *pool,
                rate,
            })
        });
        quota::split(rule, &classes.collect::<Result<Vec<_>, Fault>>()?)
    }
}

impl fmt::Display for PlanRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "shuang/1 plan\ncampaign {}", self.campaign)?;
        if self.suite != Suite::Sha256 {
            writeln!(f, "suite {}", self.suite.word())?;
        }
        writeln!(f, "document {}", self.document)?;
        self.items
            .iter()
            .try_for_each(|rule| writeln!(f, "item {rule}"))?;
        self.rates
            .iter()
            .try_for_each(|(name, rate)| writeln!(f, "rate {name} {rate}"))?;
        self.drawn
            .iter()
            .try_for_each(|(name, m)| writeln!(f, "draw-inspectors {name} {m}"))?;
        for TeamSize { stratum, size } in &self.teams {
            writeln!(f, "team {stratum} {size}")?;
        }
        writeln!(f, "assign {}", self.assign)?;
        self.areas
            .iter()
            .try_for_each(|area| writeln!(f, "area {area}"))?;
        self.leaders
            .iter()
            .try_for_each(|leader| writeln!(f, "leader {leader}"))?;
        self.parties
            .iter()
            .try_for_each(|party| writeln!(f, "party {party}"))?;
        self.dice
            .iter()
            .try_for_each(|label| writeln!(f, "dice {label}"))?;
        self.beacon
            .iter()
            .try_for_each(|source| writeln!(f, "beacon {source}"))?;
        writeln!(f, "min-level {}", self.min_level)?;
        writeln!(
            f,
            "plan-seconds {}\nfreeze-seconds {}",
            self.plan_seconds, self.freeze_seconds
        )?;
        writeln!(
            f,
            "subject-reserve {}",
            if self.subject_reserve { "next" } else { "none" }
        )
    }
}
