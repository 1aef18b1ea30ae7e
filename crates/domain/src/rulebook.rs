//! The rulebook (实施细则): text and parameters, versioned; every draw names the version it obeyed.
//!
//! Parameters are rows with a basis, not constants; what each of them is stands once, in [`declared`].
//! Entering is strict: [`RulebookFile::adoptable`] says everything that is wrong with a new version.
//! Reading is tolerant: [`Rulebook::read`] gives a parameter the version does not state its declared
//! default, and keeps what it does not know; only a draw waits for what guards it (ADR 0010).
//!
//! Deliberately absent: fall-back randomness, free choice of substitutes, and any parameter that
//! could switch four eyes off.

use std::collections::BTreeMap;

use draw::record::plan::RulebookName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::campaign::steps::Intervals;
use crate::refusal::{Refusal, codes};
use crate::subject::{ComplianceTier, stratum_class};
use crate::time::Date;
use crate::versioned::Shape;

pub mod declared;
mod history;
mod published;
mod rate;
mod reading;
mod retention;
mod sign_in;

pub use history::Rulebooks;
pub use rate::SamplingRate;
pub use reading::{ParameterReading, ParameterStanding};
pub use retention::Retention;
pub use sign_in::SignInRules;

use reading::Reader;

/// The parameters of a first installation.
pub const SEED_RULEBOOK: &str = include_str!("../seed/rulebook.toml");
/// The rows by which the demo city differs; a real installation never reads them.
pub const SEED_DEMO_RULEBOOK: &str = include_str!("../seed/rulebook-demo.toml");

/// How the parameters of a version are kept. It grows by rows and by fields of a row, which an older
/// program keeps without knowing them.
pub static PARAMETERS_KEPT: Shape<Vec<ParameterRow>> = Shape::new("rulebooks.parameters", &[]);

/// One parameter as it is stored and published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterRow {
    /// Its stable name, e.g. `interval.plan_days`.
    pub key: String,
    /// Its value as text.
    pub value: String,
    /// What it is, in Chinese.
    pub label: String,
    /// On what it rests.
    pub basis: String,
    /// What a newer program wrote beside it; kept as it is.
    #[serde(flatten)]
    pub beyond: BTreeMap<String, Value>,
}

impl ParameterRow {
    /// What stands for a whole text that is no rows of any version: an unknown row with the text as it is, so
    /// that reading goes on, pages show it and the next version keeps it. The draw waits, for what guards it
    /// is not stated.
    #[must_use]
    pub fn unreadable(text: &str) -> Self {
        Self {
            key: "rulebooks.parameters".to_owned(),
            value: text.to_owned(),
            label: "本版的全部参数（整列读不出）".to_owned(),
            basis: String::new(),
            beyond: BTreeMap::new(),
        }
    }
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
        let refuse = |detail: &str| codes::RULEBOOK_FILE.refuse(&[("detail", &detail)]);
        let file: Self = toml::from_str(text).map_err(|error| refuse(error.message()))?;
        match file
            .parameters
            .iter()
            .find_map(|row| row.beyond.keys().next())
        {
            Some(field) => Err(refuse(&format!("unknown field `{field}`"))),
            None => Ok(file),
        }
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

    /// This version with every parameter stated: what it does not state stands with its default, as it
    /// holds already. The first draft of the next version.
    #[must_use]
    pub fn completed(mut self) -> Self {
        for parameter in declared::PARAMETERS {
            if !self.parameters.iter().any(|row| row.key == parameter.key) {
                self.parameters.push(ParameterRow {
                    key: parameter.key.to_owned(),
                    value: parameter.default.to_owned(),
                    label: parameter.label.to_owned(),
                    basis: parameter.basis.to_owned(),
                    beyond: BTreeMap::new(),
                });
            }
        }
        self
    }

    /// This version as it may be adopted after `before`, the version in force: rows of `before` that
    /// this program does not know are kept as they stand there.
    ///
    /// # Errors
    /// Every row that is missing (`RULE-001`), unreadable (`RULE-002`), twice there (`RULE-005`), or
    /// neither known nor kept (`RULE-004`); a name that no PLAN could cite (`RULE-007`).
    pub fn adoptable(mut self, before: Option<&Self>) -> Result<Self, Vec<Refusal>> {
        let unknown = |row: &&ParameterRow| declared::Parameter::find(&row.key).is_none();
        let kept: Vec<ParameterRow> = before
            .into_iter()
            .flat_map(|before| before.parameters.iter().filter(unknown).cloned())
            .collect();
        for row in &kept {
            if !self.parameters.iter().any(|own| own.key == row.key) {
                self.parameters.push(row.clone());
            }
        }
        let mut errors = Reader::new(&self.parameters).faults();
        for row in self.parameters.iter().filter(unknown) {
            if !kept.contains(row) {
                errors.push(codes::RULEBOOK_UNKNOWN.refuse(&[("key", &row.key)]));
            }
        }
        if self.version.parse::<RulebookName>().is_err() {
            errors.push(codes::RULEBOOK_NAME.refuse(&[("version", &self.version)]));
        }
        if errors.is_empty() {
            Ok(self)
        } else {
            Err(errors)
        }
    }

    /// Every parameter of this version as it holds: the declared ones in their order, then the unknown.
    #[must_use]
    pub fn readings(&self) -> Vec<ParameterReading> {
        Reader::new(&self.parameters).readings()
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

/// The parameters of a version as they hold.
#[doc(alias = "实施细则")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rulebook {
    /// The version every draw cites.
    pub version: String,
    /// The share of the whole pool of an item.
    pub pool_rate: SamplingRate,
    /// The rate of each class letter, `A` to `D` and `U`.
    pub class_rates: BTreeMap<String, SamplingRate>,
    /// How quotas are computed.
    pub quota_rule: QuotaRule,
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
    intervals: Result<Intervals, Refusal>,
}

impl Rulebook {
    /// Reads the rows of an adopted version. Nothing in them stops the reading: what is not stated or
    /// cannot be read has its declared default, and a draw asks for [`Self::intervals`].
    #[must_use]
    pub fn read(version: &str, rows: &[ParameterRow]) -> Self {
        let reader = Reader::new(rows);
        let class_rates = [
            ("A", &declared::RATE_A),
            ("B", &declared::RATE_B),
            ("C", &declared::RATE_C),
            ("D", &declared::RATE_D),
            ("U", &declared::RATE_U),
        ];
        Self {
            version: version.to_owned(),
            pool_rate: reader.rate(&declared::RATE_POOL),
            class_rates: class_rates
                .into_iter()
                .map(|(class, parameter)| (class.to_owned(), reader.rate(parameter)))
                .collect(),
            quota_rule: reader.word(&declared::QUOTA_RULE, QuotaRule::parse),
            result_working_days: reader.number(&declared::INTERVAL_RESULT_WORKING_DAYS),
            result_hour: u8::try_from(reader.number(&declared::INTERVAL_RESULT_HOUR))
                .expect("an hour is at most 24 by its declaration"),
            publication_days: reader.number(&declared::TERM_PUBLICATION),
            report_days: reader.number(&declared::TERM_REPORT),
            penalty_due_days: reader.number(&declared::TERM_PENALTY_DUE),
            penalty_limit_days: reader.number(&declared::TERM_PENALTY_LIMIT),
            team_size: reader.number(&declared::TEAM_SIZE),
            frequency_cap: reader.number(&declared::FREQUENCY_CAP),
            window_days: reader.number(&declared::PLAN_WINDOW_DAYS),
            visit_attempts: reader.number(&declared::VISIT_ATTEMPTS),
            subject_reserve: reader.word(&declared::SUBJECT_RESERVE, SubjectReserve::parse),
            retention: Retention::read(&reader),
            sign_in: SignInRules::read(&reader),
            intervals: reader.intervals(),
        }
    }

    /// The intervals a draw must keep, asked for by every act that makes or binds one.
    ///
    /// # Errors
    /// `RULE-001` if the version does not state what guards a draw, `RULE-002` or `RULE-005` if what it
    /// states of that, or of how a draw is reckoned, cannot be read.
    pub fn intervals(&self) -> Result<Intervals, Refusal> {
        self.intervals.clone()
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

#[cfg(test)]
mod tests;
