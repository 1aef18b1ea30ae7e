//! Rows read against the declaration: what holds, how it came to hold, and what is wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use super::declared::{self, Guard, PARAMETERS, Parameter};
use super::{ParameterRow, SamplingRate};
use crate::campaign::steps::Intervals;
use crate::refusal::{Refusal, codes};

closed_list! {
    /// How a parameter of an adopted version came to hold, or why it does not.
    enum ParameterStanding {
        Stated = "stated", "本版规定";
        Default = "default", "默认值（本版未规定）";
        Unreadable = "unreadable", "本版的写法读不出，按默认值";
        Missing = "missing", "本版未规定，写明并批准之前不能抽取";
        Blocking = "blocking", "本版的写法读不出，改正并批准之前不能抽取";
        Unknown = "unknown", "本程序不认识，原样保留";
    }
}

/// One parameter of an adopted version, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParameterReading {
    /// Its stable name.
    pub key: String,
    /// What it is: in the words of the version if it states it, else of the declaration.
    pub label: String,
    /// On what it rests, likewise.
    pub basis: String,
    /// The text that holds; none if the draw waits for it. Of an unknown one, what is kept.
    pub value: Option<String>,
    /// The same in the words of the rule.
    pub shown: Option<String>,
    /// What the version states, if that is not what holds.
    pub stated: Option<String>,
    /// How it came to hold.
    pub standing: ParameterStanding,
    /// The same for a page: what is said beside the value; none where the version states it soundly.
    pub mark: Option<String>,
    /// The version of the program that first knew it; none of an unknown one.
    pub since: Option<&'static str>,
}

/// What a page says beside a value; nothing where the version states it soundly.
fn mark(standing: ParameterStanding, stated: Option<&str>) -> Option<String> {
    let label = standing.label();
    match (standing, stated) {
        (ParameterStanding::Stated, _) => None,
        (_, Some(text)) => Some(format!("{label}：“{text}”")),
        (_, None) => Some(label.to_owned()),
    }
}

/// The rows of a version by name.
pub(super) struct Reader<'a> {
    rows: BTreeMap<&'a str, Vec<&'a ParameterRow>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rows: &'a [ParameterRow]) -> Self {
        let mut by_key: BTreeMap<&str, Vec<&ParameterRow>> = BTreeMap::new();
        for row in rows {
            by_key.entry(row.key.as_str()).or_default().push(row);
        }
        Self { rows: by_key }
    }

    fn rows_of(&self, parameter: &Parameter) -> &[&'a ParameterRow] {
        self.rows.get(parameter.key).map_or(&[], Vec::as_slice)
    }

    /// What is wrong with the rows of one parameter.
    fn fault(&self, parameter: &Parameter) -> Option<Refusal> {
        let key = &parameter.key;
        match self.rows_of(parameter) {
            [] => {
                Some(codes::RULEBOOK_MISSING.refuse(&[("key", key), ("label", &parameter.label)]))
            }
            [row] if self.is_sound(parameter, &row.value) => None,
            [row] => Some(codes::RULEBOOK_VALUE.refuse(&[
                ("key", key),
                ("label", &row.label),
                ("value", &row.value),
            ])),
            _ => Some(codes::RULEBOOK_TWICE.refuse(&[("key", key)])),
        }
    }

    fn is_sound(&self, parameter: &Parameter, text: &str) -> bool {
        // A session that ends before it can be idle is a slip of the pen, not a rule.
        let long_enough = parameter.key != declared::SESSION_LIFE_MINUTES.key
            || declared::number(text)
                .is_some_and(|life| life >= self.number(&declared::SESSION_IDLE_MINUTES));
        long_enough && parameter.is_readable(text)
    }

    /// The text that holds where nothing is refused: what is soundly stated, else the default.
    fn text(&self, parameter: &'static Parameter) -> &'a str {
        match self.rows_of(parameter) {
            [row] if self.is_sound(parameter, &row.value) => &row.value,
            _ => parameter.default,
        }
    }

    pub(super) fn number(&self, parameter: &'static Parameter) -> u32 {
        declared::number(self.text(parameter))
            .expect("a sound text and a default of it are numbers")
    }

    pub(super) fn rate(&self, parameter: &'static Parameter) -> SamplingRate {
        SamplingRate::parse(self.text(parameter))
            .expect("a sound text and a default of it are rates")
    }

    pub(super) fn word<T>(
        &self,
        parameter: &'static Parameter,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        read(self.text(parameter)).expect("a sound text and a default of it are in their list")
    }

    /// What stops a draw, if this parameter does.
    fn stops_draw(&self, parameter: &Parameter) -> Option<Refusal> {
        let stated = !self.rows_of(parameter).is_empty();
        match parameter.guard {
            Guard::Work => None,
            Guard::Reckoning if !stated => None,
            Guard::Reckoning | Guard::Draw => self.fault(parameter),
        }
    }

    /// The intervals a draw must keep, or the first thing that stops it.
    pub(super) fn intervals(&self) -> Result<Intervals, Refusal> {
        match PARAMETERS.iter().find_map(|known| self.stops_draw(known)) {
            Some(refusal) => Err(refusal),
            None => Ok(Intervals {
                plan_days: i64::from(self.number(&declared::INTERVAL_PLAN_DAYS)),
                freeze_minutes: i64::from(self.number(&declared::INTERVAL_FREEZE_MINUTES)),
                minimum_level: self.word(&declared::LEVEL_MINIMUM, declared::real_level),
                lottery_left_out: self.number(&declared::LOTTERY_LEFT_OUT),
            }),
        }
    }

    /// Everything that is wrong with the parameters this program knows, and what stands there twice.
    pub(super) fn faults(&self) -> Vec<Refusal> {
        let known = PARAMETERS.iter().filter_map(|known| self.fault(known));
        let twice = self
            .unknown()
            .filter(|rows| rows.len() > 1)
            .map(|rows| codes::RULEBOOK_TWICE.refuse(&[("key", &rows[0].key)]));
        known.chain(twice).collect()
    }

    fn unknown(&self) -> impl Iterator<Item = &Vec<&'a ParameterRow>> {
        self.rows
            .iter()
            .filter(|(key, _)| Parameter::find(key).is_none())
            .map(|(_, rows)| rows)
    }

    pub(super) fn readings(&self) -> Vec<ParameterReading> {
        let known = PARAMETERS.iter().map(|known| self.reading(known));
        let unknown = self.unknown().flatten().map(|row| ParameterReading {
            key: row.key.clone(),
            label: row.label.clone(),
            basis: row.basis.clone(),
            value: Some(row.value.clone()),
            shown: Some(row.value.clone()),
            stated: None,
            standing: ParameterStanding::Unknown,
            mark: mark(ParameterStanding::Unknown, None),
            since: None,
        });
        known.chain(unknown).collect()
    }

    fn reading(&self, parameter: &'static Parameter) -> ParameterReading {
        let rows = self.rows_of(parameter);
        let stops = self.stops_draw(parameter).is_some();
        let standing = match (self.fault(parameter).is_some(), rows.is_empty(), stops) {
            (false, _, _) => ParameterStanding::Stated,
            (true, true, false) => ParameterStanding::Default,
            (true, true, true) => ParameterStanding::Missing,
            (true, false, false) => ParameterStanding::Unreadable,
            (true, false, true) => ParameterStanding::Blocking,
        };
        let value = (!stops).then(|| self.sound_text(parameter));
        let texts: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
        let stated =
            (standing != ParameterStanding::Stated && !texts.is_empty()).then(|| texts.join("；"));
        let first = rows.first();
        ParameterReading {
            key: parameter.key.to_owned(),
            label: first.map_or(parameter.label, |row| &row.label).to_owned(),
            basis: first.map_or(parameter.basis, |row| &row.basis).to_owned(),
            shown: value.as_deref().and_then(|text| parameter.shown(text)),
            value,
            mark: mark(standing, stated.as_deref()),
            stated,
            standing,
            since: Some(parameter.since),
        }
    }

    /// The text in force; of the length of a session the one that reaches its idle time.
    fn sound_text(&self, parameter: &'static Parameter) -> String {
        if parameter.key == declared::SESSION_LIFE_MINUTES.key {
            return self.session_life().to_string();
        }
        self.text(parameter).to_owned()
    }

    /// How long a session lives: never shorter than it may be idle, whatever the default is.
    pub(super) fn session_life(&self) -> u32 {
        self.number(&declared::SESSION_LIFE_MINUTES)
            .max(self.number(&declared::SESSION_IDLE_MINUTES))
    }
}
