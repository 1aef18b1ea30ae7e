//! The plan in TOML (抽取方案), as a bureau writes it, into the PLAN record and FREEZE's terms.
//!
//! The record is public and logged before anybody sees the pool; what only FREEZE states (attempt,
//! commitments, reveal-by, the beacon's round) stands in the same file for convenience.
//! Deliberately absent: defaults for anything that decides who is drawn.

use std::collections::BTreeMap;
use std::path::Path;

use ::draw::quota::{QuotaRule, SamplingRate};
use ::draw::record::plan::ItemRule;
use ::draw::record::{Assign, BeaconName, PartyLine, PlanEdition, PlanRecord, TeamSize};
use ::draw::{Code, Digest, Fault, Stratum, Suite, Token};
use domain::time::Date;
use serde::Deserialize;

use crate::commands::Failure;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlanFile {
    campaign: String,
    attempt: u32,
    suite: Option<String>,
    document: String,
    min_level: u8,
    reveal_by: toml::Value,
    assign: String,
    groups: Option<u64>,
    #[serde(default)]
    areas: Vec<String>,
    leaders: Vec<String>,
    item: Vec<ItemTable>,
    authority: Vec<AuthorityTable>,
    #[serde(default)]
    party: Vec<PartyTable>,
    dice: Option<String>,
    beacon: Option<BeaconTable>,
    #[serde(default)]
    plan_seconds: u64,
    #[serde(default)]
    freeze_seconds: u64,
    #[serde(default)]
    subject_reserve: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemTable {
    code: String,
    rule: String,
    classes: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorityTable {
    code: String,
    drawn: u64,
    team: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyTable {
    name: String,
    commitment: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BeaconTable {
    source: String,
    round: String,
}

/// The plan with what FREEZE adds to it.
pub(super) struct Plan {
    pub(super) record: PlanRecord,
    pub(super) attempt: u32,
    pub(super) parties: Vec<PartyLine>,
    pub(super) reveal_by: u64,
    pub(super) beacon: Option<BeaconName>,
}

impl Plan {
    /// Reads and checks a plan.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let file: PlanFile = toml::from_str(text)
            .map_err(|error| Failure::new("CLI-301", &name, error.to_string().trim().to_owned()))?;
        file.plan()
            .map_err(|fault| Failure::from(fault.within(&name)))
    }
}

fn tokens(names: &[String]) -> Result<Vec<Token>, Fault> {
    names.iter().map(|name| name.parse()).collect()
}

impl PlanFile {
    fn plan(&self) -> Result<Plan, Fault> {
        let mut areas = tokens(&self.areas)?;
        areas.sort_unstable();
        let document: Result<Digest, Fault> = self.document.parse();
        let record = PlanRecord {
            campaign: self.campaign.parse()?,
            suite: self.suite()?,
            document: document.map_err(|fault| fault.within("document"))?,
            items: self.items()?,
            rates: self.rates()?,
            drawn: self.of_authorities(|authority, code| (code, authority.drawn))?,
            teams: self.of_authorities(|authority, stratum| TeamSize {
                stratum,
                size: authority.team,
            })?,
            assign: self.assign()?,
            areas,
            leaders: tokens(&self.leaders)?,
            parties: self.commitments()?.iter().map(|line| line.name).collect(),
            dice: self.dice.as_ref().map(|label| label.parse()).transpose()?,
            beacon: self.beacon.as_ref().map(|beacon| beacon.source.clone()),
            min_level: self.min_level,
            plan_seconds: self.plan_seconds,
            freeze_seconds: self.freeze_seconds,
            edition: PlanEdition::One {
                subject_reserve: self.subject_reserve,
            },
        };
        let named = self
            .beacon
            .as_ref()
            .map(|b| format!("{} {}", b.source, b.round).parse());
        Ok(Plan {
            // One grammar for everybody: what is printed must read back.
            record: PlanRecord::parse(record.to_string().as_bytes())?,
            attempt: self.attempt,
            parties: self.commitments()?,
            reveal_by: self.reveal_by()?,
            beacon: named.transpose()?,
        })
    }

    fn suite(&self) -> Result<Suite, Fault> {
        match self.suite.as_deref() {
            None | Some("sha256") => Ok(Suite::Sha256),
            Some("sm3") => Ok(Suite::Sm3),
            Some(_) => Err(Fault::new(Code::PLAN, "suite", "只能写 sha256 或 sm3。")),
        }
    }

    fn assign(&self) -> Result<Assign, Fault> {
        match (self.assign.as_str(), self.groups) {
            ("pairs", None) => Ok(Assign::Pairs),
            ("groups", Some(groups)) => Ok(Assign::Groups(groups)),
            _ => {
                let sentence = "应为 assign = \"pairs\"，或者 assign = \"groups\" 并写明 groups。";
                Err(Fault::new(Code::PLAN, "assign", sentence))
            }
        }
    }

    fn of_authorities<T>(
        &self,
        make: impl Fn(&AuthorityTable, Token) -> T,
    ) -> Result<Vec<T>, Fault> {
        let each = self.authority.iter();
        each.map(|authority| Ok(make(authority, authority.code.parse()?)))
            .collect()
    }

    fn items(&self) -> Result<Vec<ItemRule>, Fault> {
        let mut items: Vec<ItemRule> = self
            .item
            .iter()
            .map(|item| format!("{} {}", item.code, item.rule).parse())
            .collect::<Result<_, _>>()?;
        items.sort_by_key(|item| item.item);
        Ok(items)
    }

    fn rates(&self) -> Result<Vec<(Stratum, SamplingRate)>, Fault> {
        let mut rates = Vec::new();
        for item in &self.item {
            let code: Token = item.code.parse()?;
            for (class, rate) in &item.classes {
                rates.push((Stratum::of(code, class.parse()?), rate.parse()?));
            }
        }
        rates.sort_by(|a: &(Stratum, SamplingRate), b| a.0.cmp(&b.0));
        Ok(rates)
    }

    fn commitments(&self) -> Result<Vec<PartyLine>, Fault> {
        let line = |party: &PartyTable| {
            let commitment = party
                .commitment
                .parse()
                .map_err(|fault: Fault| fault.within(&party.name))?;
            Ok(PartyLine {
                name: party.name.parse()?,
                commitment,
            })
        };
        self.party.iter().map(line).collect()
    }

    /// Unix seconds, or `"2026-11-24 09:30"` in Beijing time.
    fn reveal_by(&self) -> Result<u64, Fault> {
        let wrong = || {
            Fault::new(
                Code::RANGE,
                "reveal-by",
                "应为 \"2026-11-24 09:30\"（北京时间）或 unix 秒数。",
            )
        };
        let seconds = match &self.reveal_by {
            toml::Value::Integer(seconds) => *seconds,
            toml::Value::String(text) => beijing(text).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        u64::try_from(seconds).map_err(|_| wrong())
    }
}

fn beijing(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(())?;
    Some(Date::parse_iso(date)?.at(hour, minute).unix_seconds())
}

/// The quotas of a rule whose text a person reads aloud: `pool 5/100` → 全部的 5/100.
pub(super) fn rule_words(rule: QuotaRule) -> String {
    match rule {
        QuotaRule::Pool(rate) => format!("全部可抽数的 {rate}，按各类比例分配"),
        QuotaRule::Ceiling => "各类分别按比例，向上取整".to_owned(),
        QuotaRule::Fixed(count) => format!("共 {count} 个，按各类比例分配"),
        QuotaRule::Full => "全部检查，抽取只决定批次先后".to_owned(),
    }
}
