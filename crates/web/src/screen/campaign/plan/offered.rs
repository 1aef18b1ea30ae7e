//! What a plan may be made of at this moment: items, people, districts, units.

use std::collections::BTreeSet;

use domain::campaign::version::Version;
use domain::id::OrgUnitId;
use domain::text::DistrictCode;
use store::{catalog, inspector, org, subject};

use super::drafts_for;
use crate::component::Choice;
use crate::gate::{Stop, Visit, WebState};

/// The choices of the form.
pub(super) struct Offered {
    /// Published random items: `<id>@<revision>`.
    pub(super) items: Vec<Choice>,
    /// Those values, to read a choice back.
    pub(super) item_keys: BTreeSet<String>,
    /// Inspectors who may lead.
    pub(super) leaders: Vec<Choice>,
    /// Authorities that have inspectors.
    pub(super) authorities: Vec<Choice>,
    /// Districts that have subjects, with the bureau's own.
    pub(super) districts: Vec<Choice>,
    /// All units, for parties that are offices of the bureau.
    pub(super) units: Vec<Choice>,
    /// The fewest inspectors of a team, as the rulebook says.
    pub(super) team_size: u32,
    /// The units this account may launch for.
    pub(super) launching: Vec<(OrgUnitId, String)>,
    /// Whether the plan announces the ceremony: only a PLAN of `shuang/2` says it.
    pub(super) asks_ceremony: bool,
}

impl Offered {
    /// Reads the registers.
    #[expect(clippy::too_many_lines, reason = "one list of choices after another")]
    pub(super) async fn load(web: &WebState, visit: &Visit) -> Result<Self, Stop> {
        let mut reader = web.app.db.read().await?;
        let kept = catalog::items(&mut reader).await?;
        let random = kept.iter().map(|kept| &kept.item);
        let random = random.filter(|item| item.terms.random && item.published_on.is_some());
        let mut items = Vec::new();
        let mut item_keys = BTreeSet::new();
        for item in random {
            let key = format!("{}@{}", item.id, item.revision);
            let words = format!(
                "{}（{}，第 {} 版）",
                item.terms.name, item.id, item.revision
            );
            items.push(Choice::new(key.clone(), words));
            item_keys.insert(key);
        }
        let people = inspector::entries(&mut reader).await?;
        let leaders = people
            .iter()
            .filter(|person| person.may_lead)
            .map(|person| {
                Choice::new(
                    person.code.as_str(),
                    format!("{}（{}）", person.name, person.code),
                )
            })
            .collect();
        let kinds: BTreeSet<&str> = people.iter().map(|kept| kept.authority.as_str()).collect();
        let authorities = kinds
            .into_iter()
            .map(|kind| {
                let count = people
                    .iter()
                    .filter(|kept| kept.authority.as_str() == kind)
                    .count();
                let words = if kind == "-" { "本局" } else { kind };
                Choice::new(kind, format!("{words}（名录 {count} 人）"))
            })
            .collect();
        let mut districts: BTreeSet<String> =
            subject::districts(&mut reader).await?.into_iter().collect();
        districts.extend(org::fact(&mut reader, "district").await?);
        let units = org::units(&mut reader).await?;
        let team_size = catalog::rulebook(&mut reader).await?.team_size;
        let launching = units.iter().filter(|unit| drafts_for(visit, &unit.id));
        Ok(Self {
            items,
            item_keys,
            team_size,
            asks_ceremony: web.app.version_of_new_attempts == Version::Two,
            leaders,
            authorities,
            districts: districts
                .into_iter()
                .map(|code| {
                    let words = DistrictCode::parse(&code).map(|known| known.in_words());
                    Choice::new(code.clone(), words.unwrap_or(code))
                })
                .collect(),
            launching: launching
                .map(|unit| (unit.id.clone(), unit.name.clone()))
                .collect(),
            units: units
                .iter()
                .map(|unit| Choice::new(unit.id.as_str(), unit.name.as_str()))
                .collect(),
        })
    }

    /// The unit that launches: the one chosen, or the only one there is.
    pub(super) fn unit(&self, typed: &str) -> Option<OrgUnitId> {
        match self.launching.as_slice() {
            [(only, _)] => Some(only.clone()),
            many => many
                .iter()
                .map(|(id, _)| id)
                .find(|id| id.as_str() == typed)
                .cloned(),
        }
    }
}
