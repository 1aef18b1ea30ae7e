//! The rulebook (实施细则): text and parameters, versioned; every draw names the version it obeyed.
//!
//! Parameters are rows with a basis, not constants. [`Rulebook::from_rows`] reads them all or says
//! everything that is wrong; a missing parameter is an error, never a silent default.
//!
//! Deliberately absent: fall-back randomness, free choice of substitutes, and any parameter that
//! could switch four eyes off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use draw::quota::SMALL_POOL;

use crate::campaign::party::TrustLevel;
use crate::campaign::steps::Intervals;
use crate::refusal::{Refusal, codes};
use crate::subject::{ComplianceTier, stratum_class};
use crate::time::Date;

mod retention;
mod sign_in;

pub use retention::Retention;
pub use sign_in::SignInRules;

/// The parameters of a first installation.
pub const SEED_RULEBOOK: &str = include_str!("../seed/rulebook.toml");
/// The rows by which the demo city differs; a real installation never reads them.
pub const SEED_DEMO_RULEBOOK: &str = include_str!("../seed/rulebook-demo.toml");

/// No law lets one inspector go alone (行政处罚法第四十二条); a rulebook may only ask for more.
const FEWEST_TOGETHER: u32 = 2;

/// One parameter as it is stored and published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterRow {
    /// Its stable name, e.g. `interval.plan_days`.
    pub key: String,
    /// Its value as text.
    pub value: String,
    /// What it is, in Chinese.
    pub label: String,
    /// On what it rests.
    pub basis: String,
}

/// A version of the parameters as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulebookFile {
    /// The version every draw cites.
    pub version: String,
    /// Since when it is in force.
    pub adopted_on: Date,
    /// Its title.
    pub title: String,
    /// Its parameters.
    #[serde(rename = "parameter")]
    pub parameters: Vec<ParameterRow>,
}

impl RulebookFile {
    /// Reads a file.
    ///
    /// # Errors
    /// `RULE-003` with the place the reader stumbled at.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        toml::from_str(text)
            .map_err(|error| codes::RULEBOOK_FILE.refuse(&[("detail", &error.message())]))
    }

    /// The same version with some parameters replaced, under the version of the replacement.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        for row in other.parameters {
            match self
                .parameters
                .iter_mut()
                .find(|known| known.key == row.key)
            {
                Some(known) => *known = row,
                None => self.parameters.push(row),
            }
        }
        self.version = format!("{}+{}", self.version, other.version);
        self
    }
}

/// A sampling rate as an exact fraction.
#[doc(alias = "抽查比例")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SamplingRate {
    p: u64,
    q: u64,
}

impl SamplingRate {
    /// Reads `5/100`, `5%` or `2‰`; at most 1, at most six digits on either side.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = crate::text::narrow(text);
        let (numerator, q) = if let Some(percent) = text.strip_suffix(['%', '％']) {
            (percent, 100)
        } else if let Some(mille) = text.strip_suffix('‰') {
            (mille, 1000)
        } else {
            let (numerator, denominator) = text.split_once('/')?;
            return Self::new(small(numerator)?, small(denominator)?);
        };
        Self::new(small(numerator)?, q)
    }

    /// The rate p/q, if it is between 0 and 1.
    #[must_use]
    pub const fn new(p: u64, q: u64) -> Option<Self> {
        if q == 0 || p > q || q > 999_999 {
            None
        } else {
            Some(Self { p, q })
        }
    }

    /// The same fraction in the arithmetic of the draw.
    #[must_use]
    pub fn exact(self) -> draw::quota::SamplingRate {
        draw::quota::SamplingRate::new(self.p, self.q).expect("p ≤ q < 10⁶ by construction")
    }
}

fn small(text: &str) -> Option<u64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

impl std::fmt::Display for SamplingRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.p, self.q)
    }
}

impl TryFrom<String> for SamplingRate {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a rate p/q"))
    }
}

impl From<SamplingRate> for String {
    fn from(rate: SamplingRate) -> String {
        rate.to_string()
    }
}

closed_list! {
    /// How many of each stratum are drawn (protocol §2).
    enum QuotaRule {
        Pool = "pool", "总数向上取整，按最大余数分配到各类";
        Ceiling = "ceiling", "各类分别向上取整";
        Full = "full", "全部检查，抽取只决定批次先后";
    }
}

closed_list! {
    /// What happens when a drawn subject falls away (protocol §3.8).
    enum SubjectReserve {
        None = "none", "不补抽";
        Next = "next", "按抽取次序补下一户";
    }
}

/// The parameters in force, read and checked.
#[doc(alias = "实施细则")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rulebook {
    /// The version every draw cites.
    pub version: String,
    /// The share of the whole pool of an item.
    pub pool_rate: SamplingRate,
    /// The rate of each class letter, `A` to `D` and `U`.
    pub class_rates: BTreeMap<String, SamplingRate>,
    /// How quotas are computed.
    pub quota_rule: QuotaRule,
    /// The least trust level of a real campaign.
    pub minimum_level: TrustLevel,
    /// PLAN to FREEZE, in days.
    pub plan_days: u32,
    /// FREEZE to randomness, in minutes.
    pub freeze_minutes: u32,
    /// Working days from the beacon to RESULT.
    pub result_working_days: u32,
    /// The hour of that day by which RESULT is due.
    pub result_hour: u8,
    /// Working days to publish an outcome.
    pub publication_days: u32,
    /// Working days to report, handle and archive.
    pub report_days: u32,
    /// Working days after which an unpublished penalty is overdue.
    pub penalty_due_days: u32,
    /// Working days that are the outer bound for a penalty.
    pub penalty_limit_days: u32,
    /// Inspectors per visit, of all authorities together.
    pub team_size: u32,
    /// Visits per subject and year.
    pub frequency_cap: u32,
    /// Days from the first to the last day of a campaign's visits, at most.
    pub window_days: u32,
    /// Attempts before a subject counts as unreachable.
    pub visit_attempts: u32,
    /// What happens when a drawn subject falls away.
    pub subject_reserve: SubjectReserve,
    /// How long uploads and drafts are kept.
    pub retention: Retention,
    /// The limits of signing in.
    pub sign_in: SignInRules,
}

impl Rulebook {
    /// Reads the rows of a version.
    ///
    /// # Errors
    /// Every row that is missing (`RULE-001`), unreadable (`RULE-002`) or unknown (`RULE-004`).
    pub fn from_rows(version: &str, rows: &[ParameterRow]) -> Result<Self, Vec<Refusal>> {
        let mut reader = Reader::new(rows);
        let class_rates = ["A", "B", "C", "D", "U"]
            .into_iter()
            .filter_map(|class| {
                let rate = reader.read(&format!("rate.{class}"), SamplingRate::parse)?;
                Some((class.to_owned(), rate))
            })
            .collect();
        let pool_rate = reader.read("rate.pool", SamplingRate::parse);
        let quota_rule = reader.read("quota.rule", QuotaRule::parse);
        // Fixed by shuang/1 like the order of reserves; the rows exist so that the rulebook states it.
        let _ = reader.read("quota.merge_below", |text| {
            (small(text)? == SMALL_POOL).then_some(())
        });
        let minimum_level = reader.read("level.minimum", real_level);
        let plan_days = reader.number("interval.plan_days", 0, 365);
        let freeze_minutes = reader.number("interval.freeze_minutes", 0, 60 * 24 * 30);
        let result_working_days = reader.number("interval.result_working_days", 0, 30);
        let result_hour = reader.read("interval.result_hour", hour);
        let publication_days = reader.number("term.publication", 1, 60);
        let report_days = reader.number("term.report", 1, 60);
        let penalty_due_days = reader.number("term.penalty_due", 1, 60);
        let penalty_limit_days = reader.number("term.penalty_limit", 1, 60);
        let team_size = reader.number("team.size", FEWEST_TOGETHER, 20);
        let frequency_cap = reader.number("frequency.cap", 1, 366);
        let window_days = reader.number("plan.window_days", 1, 366);
        let visit_attempts = reader.number("visit.attempts", 1, 10);
        let retention = Retention::read(&mut reader);
        let subject_reserve = reader.read("subject_reserve", SubjectReserve::parse);
        let _ = reader.read("reserve.rule", |text| {
            (text == "drawing-order").then_some(())
        });
        let sign_in = SignInRules::read(&mut reader);
        let book = (|| {
            Some(Self {
                version: version.to_owned(),
                pool_rate: pool_rate?,
                class_rates,
                quota_rule: quota_rule?,
                minimum_level: minimum_level?,
                plan_days: plan_days?,
                freeze_minutes: freeze_minutes?,
                result_working_days: result_working_days?,
                result_hour: result_hour?,
                publication_days: publication_days?,
                report_days: report_days?,
                penalty_due_days: penalty_due_days?,
                penalty_limit_days: penalty_limit_days?,
                team_size: team_size?,
                frequency_cap: frequency_cap?,
                window_days: window_days?,
                visit_attempts: visit_attempts?,
                subject_reserve: subject_reserve?,
                retention: retention?,
                sign_in: sign_in?,
            })
        })();
        match (book, reader.finish()) {
            (Some(book), errors) if errors.is_empty() => Ok(book),
            (_, errors) => Err(errors),
        }
    }

    /// The intervals a draw must keep.
    #[must_use]
    pub fn intervals(&self) -> Intervals {
        Intervals {
            plan_days: i64::from(self.plan_days),
            freeze_minutes: i64::from(self.freeze_minutes),
            minimum_level: self.minimum_level,
        }
    }

    /// The rate of a subject's class; without class the rate of the unclassed.
    #[must_use]
    pub fn rate_of(&self, tier: Option<&ComplianceTier>) -> SamplingRate {
        self.class_rates
            .get(stratum_class(tier))
            .copied()
            .unwrap_or(self.pool_rate)
    }
}

/// A real campaign may not be a rehearsal, whatever a row says.
fn real_level(text: &str) -> Option<TrustLevel> {
    TrustLevel::parse(text).filter(|level| *level >= TrustLevel::Witnessed)
}

fn hour(text: &str) -> Option<u8> {
    small(text)
        .and_then(|hour| u8::try_from(hour).ok())
        .filter(|hour| *hour <= 24)
}

/// Reads rows one by one and remembers what is wrong and what was never asked for.
struct Reader<'a> {
    rows: BTreeMap<&'a str, &'a ParameterRow>,
    errors: Vec<Refusal>,
}

impl<'a> Reader<'a> {
    fn new(rows: &'a [ParameterRow]) -> Self {
        let mut by_key = BTreeMap::new();
        let mut errors = Vec::new();
        for row in rows {
            if by_key.insert(row.key.as_str(), row).is_some() {
                errors.push(codes::RULEBOOK_TWICE.refuse(&[("key", &row.key)]));
            }
        }
        Self {
            rows: by_key,
            errors,
        }
    }

    fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let Some(row) = self.rows.remove(key) else {
            self.errors
                .push(codes::RULEBOOK_MISSING.refuse(&[("key", &key)]));
            return None;
        };
        let value = parse(&row.value);
        if value.is_none() {
            self.errors.push(codes::RULEBOOK_VALUE.refuse(&[
                ("key", &key),
                ("label", &row.label),
                ("value", &row.value),
            ]));
        }
        value
    }

    fn number(&mut self, key: &str, least: u32, most: u32) -> Option<u32> {
        self.read(key, |text| {
            small(text)
                .and_then(|number| u32::try_from(number).ok())
                .filter(|number| (least..=most).contains(number))
        })
    }

    fn finish(mut self) -> Vec<Refusal> {
        for key in self.rows.keys() {
            self.errors
                .push(codes::RULEBOOK_UNKNOWN.refuse(&[("key", key)]));
        }
        self.errors
    }
}

#[cfg(test)]
mod tests;
