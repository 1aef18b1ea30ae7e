//! PLAN (方案): items, rates, quota rules, teams, assignment, leaders and sources, logged at T0
//! before anybody sees the pool.
//!
//! What is fixed here can be held against FREEZE by anybody: [`PlanRecord::disagreements`]. Rates
//! are exact fractions; who is in which class is not here, nor any name of a subject.

mod agreement;

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::{Stratum, Token};
use crate::quota::{MERGED_CLASS, QuotaRule, SamplingRate};
use crate::record::freeze::{Assign, TeamSize, read_source, suite_line};
use crate::record::{Lines, words};
use crate::version::Version;

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
    /// What only one version of PLAN says.
    pub edition: PlanEdition,
}

/// What only one version of PLAN says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanEdition {
    /// `shuang/1`.
    One {
        /// Whether a subject that falls away is replaced by the next of its stratum.
        subject_reserve: bool,
    },
    /// `shuang/2`.
    Two {
        /// The name of the rulebook version this campaign obeys: 1–63 printable ASCII characters.
        rulebook: RulebookName,
        /// Hash of the published text of those rules.
        rulebook_hash: Digest,
        /// The announced time of the ceremony (抽取仪式), in unix seconds.
        ceremony: u64,
    },
}

/// The name of a rulebook version: 1–63 printable ASCII characters without a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookName(String);

impl FromStr for RulebookName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let good = (1..=63).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic());
        match good {
            true => Ok(Self(text.to_owned())),
            false => {
                let sentence = "细则版本的名称为 1—63 个可见的 ASCII 字符。";
                Err(Fault::new(Code::NAME, "rulebook", sentence))
            }
        }
    }
}

impl fmt::Display for RulebookName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PlanEdition {
    fn version(&self) -> Version {
        match self {
            Self::One { .. } => Version::One,
            Self::Two { .. } => Version::Two,
        }
    }
}

impl ItemRule {
    fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let (item, rule) = rest
            .split_once(' ')
            .ok_or_else(|| Fault::new(Code::LINE, "", "缺少抽取数规则。"))?;
        let rule = match rule.split_once(' ') {
            Some(("pool", rate)) => QuotaRule::Pool(version.rate(rate)?),
            Some(("fixed", count)) => QuotaRule::Fixed(version.count(count)?),
            None if rule == "ceiling" => QuotaRule::Ceiling,
            None if rule == "full" => QuotaRule::Full,
            _ => {
                let sentence = "应为 pool <p>/<q>、ceiling、fixed <n> 或 full。";
                return Err(Fault::new(Code::LINE, "", sentence));
            }
        };
        Ok(Self {
            item: version.dashed(item)?,
            rule,
        })
    }
}

impl FromStr for ItemRule {
    type Err = Fault;

    /// An item's rule as `shuang/1` reads it.
    fn from_str(rest: &str) -> Result<Self, Fault> {
        Self::read(Version::One, rest)
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

fn rate_line(version: Version, rest: &str) -> Result<(Stratum, SamplingRate), Fault> {
    let [stratum, rate] = words(rest)?;
    Ok((version.stratum(stratum)?, version.rate(rate)?))
}

fn drawn_line(version: Version, rest: &str) -> Result<(Token, u64), Fault> {
    let [kind, count] = words(rest)?;
    Ok((version.dashed(kind)?, version.count(count)?))
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

/// `rulebook` and `ceremony` of `shuang/2`.
fn announced(lines: &mut Lines<'_>) -> Result<PlanEdition, Fault> {
    let (rulebook, rulebook_hash) = lines.read("rulebook", |rest| {
        let [name, hash] = words(rest)?;
        Ok((name.parse()?, hash.parse()?))
    })?;
    Ok(PlanEdition::Two {
        rulebook,
        rulebook_hash,
        ceremony: lines.time("ceremony")?,
    })
}

impl PlanRecord {
    /// The version of this record; its attempts are under the version of their FREEZE.
    #[must_use]
    pub fn version(&self) -> Version {
        self.edition.version()
    }

    /// Reads a PLAN.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed; items or rates that are
    /// not ascending or do not belong together.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "plan")?;
        let v = lines.version();
        let (campaign, suite) = (lines.name("campaign")?, suite_line(&mut lines)?);
        let document = lines.value("document")?;
        let announced = match v {
            Version::One => None,
            Version::Two => Some(announced(&mut lines)?),
        };
        let mut record = Self {
            campaign,
            suite,
            document,
            items: lines.all("item", |rest| ItemRule::read(v, rest))?,
            rates: lines.all("rate", |rest| rate_line(v, rest))?,
            drawn: lines.all("draw-inspectors", |rest| drawn_line(v, rest))?,
            teams: lines.all("team", |rest| TeamSize::read(v, rest))?,
            assign: lines.read("assign", |rest| Assign::read(v, rest))?,
            areas: lines.all("area", |rest| v.name(rest))?,
            leaders: lines.all("leader", |rest| v.name(rest))?,
            parties: lines.all("party", |rest| v.name(rest))?,
            dice: lines.optional("dice", |rest| v.name(rest))?,
            beacon: lines.optional("beacon", |rest| {
                read_source(v, rest).map(|()| rest.to_owned())
            })?,
            min_level: one_of(&mut lines, "min-level", &[("0", 0), ("1", 1), ("2", 2)])?,
            plan_seconds: lines.count("plan-seconds")?,
            freeze_seconds: lines.count("freeze-seconds")?,
            edition: PlanEdition::One {
                subject_reserve: false,
            },
        };
        let reserve = &[("none", false), ("next", true)];
        record.edition = match announced {
            Some(edition) => edition,
            None => PlanEdition::One {
                subject_reserve: one_of(&mut lines, "subject-reserve", reserve)?,
            },
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
        let kinds = self.drawn.iter().map(|(kind, _)| *kind);
        if !kinds.eq(self.teams.iter().map(|team| team.stratum)) {
            let sentence = "team 与 draw-inspectors 的类别须相同、同序。";
            return Err(Fault::new(Code::TEAM_STRATA, "team", sentence));
        }
        if self.version() == Version::Two {
            self.ordered_two()?;
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

    /// What only `shuang/2` asks of items, areas and rates.
    fn ordered_two(&self) -> Result<(), Fault> {
        let unnamed = self.items.iter().any(|item| item.item.as_str() == "-");
        if self.items.is_empty() || (unnamed && self.items.len() > 1) {
            let sentence = "至少有一个事项；不写代码的事项只能单独使用。";
            return Err(Fault::new(Code::UNNAMED_ITEM, "item", sentence));
        }
        if !self.areas.is_sorted_by(|a, b| a < b) {
            return Err(Fault::new(Code::SORTED, "area", "片区须按升序、不重复。"));
        }
        let merged = |rate: &&(Stratum, SamplingRate)| rate.0.class() == MERGED_CLASS;
        match self.rates.iter().find(merged) {
            Some((stratum, _)) => {
                let sentence = "all 是合并后的类别，不能规定比例。";
                Err(Fault::new(Code::PLAN, stratum.as_str(), sentence))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for PlanRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} plan\ncampaign {}", self.version(), self.campaign)?;
        if self.suite != Suite::Sha256 {
            writeln!(f, "suite {}", self.suite.word())?;
        }
        writeln!(f, "document {}", self.document)?;
        if let PlanEdition::Two {
            rulebook,
            rulebook_hash,
            ceremony,
        } = &self.edition
        {
            writeln!(
                f,
                "rulebook {rulebook} {rulebook_hash}\nceremony {ceremony}"
            )?;
        }
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
        match self.edition {
            PlanEdition::One { subject_reserve } => {
                let word = if subject_reserve { "next" } else { "none" };
                writeln!(f, "subject-reserve {word}")
            }
            PlanEdition::Two { .. } => Ok(()),
        }
    }
}
