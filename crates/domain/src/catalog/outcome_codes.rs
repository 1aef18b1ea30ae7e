//! The codes of an outcome: national wordings as dated rows, since lists change (§2.1).
//!
//! Keys R1–R8 are internal, the wordings are the national ones. What happened to the subject
//! (closed, deregistered, moved) is a separate kind, `terminal`: a state of the subject, not a
//! finding about it.

use serde::{Deserialize, Serialize};

use crate::refusal::codes;
use crate::text::{FieldError, narrow};
use crate::time::Date;

/// The list of a first installation.
pub const SEED_OUTCOMES: &str = include_str!("../../seed/outcomes.csv");

closed_list! {
    /// Whether the code is a finding or the state of a subject that fell away.
    enum OutcomeKind {
        Result = "result", "检查结果";
        Terminal = "terminal", "对象状态";
    }
}

closed_list! {
    /// What an outcome usually leads to.
    enum FollowUpKind {
        None = "none", "结束";
        Rectification = "rectification", "责令改正并复查";
        Case = "case", "立案或移送";
        Referral = "referral", "移送有关部门";
        Register = "register", "更正名录";
    }
}

/// One code of one version of the list.
#[doc(alias = "抽查检查结果")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCode {
    /// The internal key, e.g. `R5`.
    pub code: String,
    /// The wording.
    pub label: String,
    /// Finding or state.
    pub kind: OutcomeKind,
    /// What usually follows.
    pub follow_up: FollowUpKind,
    /// First day on which it may be used.
    pub valid_from: Date,
    /// Last day; none while in use.
    pub valid_to: Option<Date>,
    /// The version of the list.
    pub version: String,
    /// Where the wording comes from.
    pub source: String,
}

impl OutcomeCode {
    /// Whether it may be given on that day.
    #[must_use]
    pub fn in_use(&self, on: Date) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}

const HEADING: &str = "code,label,kind,follow_up,valid_from,valid_to,version,source";

/// Reads a list with its heading; no field may contain a comma except the last.
///
/// # Errors
/// Each line that cannot be read, with its number: `CATA-009`, dates `DATE-001` and `DATE-002`.
pub fn parse_outcomes(text: &str) -> Result<Vec<OutcomeCode>, Vec<(usize, FieldError)>> {
    let mut found: Vec<OutcomeCode> = Vec::new();
    let mut errors = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let heading = lines
        .next()
        .map(|(_, line)| narrow(line))
        .unwrap_or_default();
    if heading != HEADING {
        errors.push((1, codes::OUTCOME_ROW.field(&[("text", &heading)])));
    }
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match parse_row(line) {
            Ok(row) if found.iter().any(|known| same_slot(known, &row)) => {
                errors.push((index + 1, codes::OUTCOME_ROW.field(&[("text", &line)])));
            }
            Ok(row) => found.push(row),
            Err(error) => errors.push((index + 1, error)),
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}

fn same_slot(one: &OutcomeCode, other: &OutcomeCode) -> bool {
    one.code == other.code && one.version == other.version
}

fn parse_row(line: &str) -> Result<OutcomeCode, FieldError> {
    let wrong = || codes::OUTCOME_ROW.field(&[("text", &line)]);
    let parts: Vec<&str> = line.splitn(8, ',').map(str::trim).collect();
    let [
        code,
        label,
        kind,
        follow_up,
        valid_from,
        valid_to,
        version,
        source,
    ] = parts.as_slice()
    else {
        return Err(wrong());
    };
    if [code, label, version, source]
        .iter()
        .any(|part| part.is_empty())
    {
        return Err(wrong());
    }
    let valid_to = if valid_to.is_empty() {
        None
    } else {
        Some(Date::parse_typed(valid_to)?)
    };
    Ok(OutcomeCode {
        code: (*code).to_owned(),
        label: (*label).to_owned(),
        kind: OutcomeKind::parse(kind).ok_or_else(wrong)?,
        follow_up: FollowUpKind::parse(follow_up).ok_or_else(wrong)?,
        valid_from: Date::parse_typed(valid_from)?,
        valid_to,
        version: (*version).to_owned(),
        source: (*source).to_owned(),
    })
}
