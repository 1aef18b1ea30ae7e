//! Rules as data: the inspection catalog, outcome codes, holidays, the rulebook. Rows are dated and
//! versioned; a revision is a new row, never an edit of an old one.

use std::collections::BTreeMap;

use domain::calendar::{DayKind, HolidayRow};
use domain::campaign::CampaignState;
use domain::catalog::{FollowUpKind, InspectionItem, OutcomeCode, OutcomeKind, TERMS};
use domain::id::{EventId, ItemId};
use domain::rulebook::{PARAMETERS_KEPT, ParameterRow, Rulebook, RulebookFile, Rulebooks};
use domain::time::{Date, Instant};
use domain::versioned::{Shape, Unreadable};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::{Row, Value};
use crate::schema::{HOLIDAYS, ITEMS, OUTCOME_CODES, RULEBOOKS};

/// A revision of an item and the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredItem {
    /// The revision.
    pub item: InspectionItem,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// The newest revision of every item.
pub async fn items(reader: &mut Reader) -> Result<Vec<StoredItem>, StoreError> {
    let query = Query::new(
        "SELECT item_id, revision, reason, published_on, province_code, terms, last_event FROM items i WHERE revision = (SELECT MAX(n.revision) FROM items n WHERE n.item_id = i.item_id) ORDER BY item_id",
    );
    reader.all(query).await?.iter().map(item).collect()
}

/// All revisions of one item, newest first.
pub async fn revisions(reader: &mut Reader, id: &ItemId) -> Result<Vec<StoredItem>, StoreError> {
    let query = Query::new(
        "SELECT item_id, revision, reason, published_on, province_code, terms, last_event FROM items WHERE item_id = $1 ORDER BY revision DESC",
    )
    .arg(id.as_str());
    reader.all(query).await?.iter().map(item).collect()
}

/// The newest revision of every item out of whole rows of the table.
pub(crate) fn items_of_rows(rows: &[Row]) -> Result<Vec<StoredItem>, StoreError> {
    let mut newest: BTreeMap<ItemId, StoredItem> = BTreeMap::new();
    for row in rows {
        let found = item(row)?;
        match newest.get(&found.item.id) {
            Some(known) if known.item.revision > found.item.revision => {}
            _ => drop(newest.insert(found.item.id.clone(), found)),
        }
    }
    Ok(newest.into_values().collect())
}

fn item(row: &Row) -> Result<StoredItem, StoreError> {
    const TABLE: &str = "items";
    let revision = row.int("revision")?;
    Ok(StoredItem {
        item: InspectionItem {
            id: row.parsed(TABLE, "item_id", ItemId::parse)?,
            revision: u32::try_from(revision).map_err(|_| {
                StoreError::inconsistent(TABLE, "revision", &revision.to_string(), "out of range")
            })?,
            reason: row.text("reason")?.to_owned(),
            published_on: row.maybe_date(TABLE, "published_on")?,
            province_code: row.maybe_text("province_code")?.map(str::to_owned),
            terms: row.kept(TABLE, "terms", "item_id", &TERMS)?,
        },
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn json<T>(table: &str, shape: &Shape<T>, state: &T) -> Result<Value, StoreError>
where
    T: Serialize + DeserializeOwned,
{
    shape
        .write(state)
        .map(Value::from)
        .map_err(|error| StoreError::inconsistent(table, "json", "-", &error.to_string()))
}

/// Adds a revision.
pub async fn add_item(rec: &mut Recording, item: &InspectionItem) -> Result<(), StoreError> {
    rec.insert(
        &ITEMS,
        vec![
            ("item_id", item.id.as_str().into()),
            ("revision", i64::from(item.revision).into()),
            ("name", item.terms.name.as_str().into()),
            ("reason", item.reason.as_str().into()),
            (
                "published_on",
                item.published_on.map(|on| on.to_string()).into(),
            ),
            ("province_code", item.province_code.as_deref().into()),
            ("terms", json("items", &TERMS, &item.terms)?),
        ],
    )
    .await
}

/// Publishes a revision.
pub async fn publish_item(
    rec: &mut Recording,
    stored: &StoredItem,
    on: Date,
) -> Result<(), StoreError> {
    let key = [
        Value::from(stored.item.id.as_str()),
        Value::from(i64::from(stored.item.revision)),
    ];
    rec.update(
        &ITEMS,
        &key,
        &stored.seen,
        vec![("published_on", on.to_string().into())],
    )
    .await
}

/// All outcome codes of all versions.
pub async fn outcomes(reader: &mut Reader) -> Result<Vec<OutcomeCode>, StoreError> {
    const TABLE: &str = "outcome_codes";
    let query = Query::new(
        "SELECT code, label, kind, follow_up, valid_from, valid_to, version, source FROM outcome_codes ORDER BY code, valid_from",
    );
    let read = |row: &Row| -> Result<OutcomeCode, StoreError> {
        Ok(OutcomeCode {
            code: row.text("code")?.to_owned(),
            label: row.text("label")?.to_owned(),
            kind: row.parsed(TABLE, "kind", |text| {
                OutcomeKind::parse(text).ok_or("unknown")
            })?,
            follow_up: row.parsed(TABLE, "follow_up", |text| {
                FollowUpKind::parse(text).ok_or("unknown")
            })?,
            valid_from: row.date(TABLE, "valid_from")?,
            valid_to: row.maybe_date(TABLE, "valid_to")?,
            version: row.text("version")?.to_owned(),
            source: row.text("source")?.to_owned(),
        })
    };
    reader.all(query).await?.iter().map(read).collect()
}

/// Adds outcome codes.
pub async fn add_outcomes(rec: &mut Recording, codes: &[OutcomeCode]) -> Result<u64, StoreError> {
    let rows = codes.iter().map(|code| {
        Ok(vec![
            ("code", code.code.as_str().into()),
            ("valid_from", code.valid_from.to_string().into()),
            ("valid_to", code.valid_to.map(|to| to.to_string()).into()),
            ("label", code.label.as_str().into()),
            ("kind", code.kind.name().into()),
            ("follow_up", code.follow_up.name().into()),
            ("version", code.version.as_str().into()),
            ("source", code.source.as_str().into()),
        ])
    });
    rec.insert_many(&OUTCOME_CODES, rows).await
}

/// All days that differ from Monday to Friday.
pub async fn holidays(reader: &mut Reader) -> Result<Vec<HolidayRow>, StoreError> {
    const TABLE: &str = "holidays";
    let query = Query::new("SELECT day, kind, source FROM holidays ORDER BY day");
    let read = |row: &Row| -> Result<HolidayRow, StoreError> {
        Ok(HolidayRow {
            on: row.date(TABLE, "day")?,
            kind: row.parsed(TABLE, "kind", |text| DayKind::parse(text).ok_or("unknown"))?,
            source: row.text("source")?.to_owned(),
        })
    };
    reader.all(query).await?.iter().map(read).collect()
}

/// Adds days.
pub async fn add_holidays(rec: &mut Recording, rows: &[HolidayRow]) -> Result<u64, StoreError> {
    let rows = rows.iter().map(|row| {
        Ok(vec![
            ("day", row.on.to_string().into()),
            ("kind", row.kind.name().into()),
            ("source", row.source.as_str().into()),
        ])
    });
    rec.insert_many(&HOLIDAYS, rows).await
}

const VERSIONS: &str =
    "SELECT version, adopted_on, title, parameters, adopted_at_ms, last_event FROM rulebooks";

/// A version of the rulebook as it was adopted.
#[derive(Clone, Debug)]
pub struct StoredRulebook {
    /// What it states.
    pub file: RulebookFile,
    /// The event that adopted it.
    pub seen: EventId,
}

fn rulebook_row(row: &Row) -> Result<RulebookFile, StoreError> {
    const TABLE: &str = "rulebooks";
    Ok(RulebookFile {
        version: row.text("version")?.to_owned(),
        adopted_on: row.date(TABLE, "adopted_on")?,
        title: row.text("title")?.to_owned(),
        parameters: parameters(row)?,
    })
}

/// Reading never stops (`docs/adr/0010`): a text that is no rows at all is a version that states nothing.
fn parameters(row: &Row) -> Result<Vec<ParameterRow>, StoreError> {
    let text = row.text("parameters")?;
    match PARAMETERS_KEPT.read(text) {
        Ok(rows) => Ok(rows),
        Err(Unreadable::Broken(_)) => Ok(vec![ParameterRow::unreadable(text)]),
        Err(newer) => {
            let version = row.text("version")?;
            Err(StoreError::unreadable(
                "rulebooks",
                "parameters",
                version,
                newer,
            ))
        }
    }
}

/// The rulebook in force: the version adopted last, as it was adopted.
pub async fn rulebook_file(reader: &mut Reader) -> Result<RulebookFile, StoreError> {
    Ok(rulebook_in_force(reader).await?.file)
}

/// The same with the event that adopted it: what the adoption of the next version rests on.
pub async fn rulebook_in_force(reader: &mut Reader) -> Result<StoredRulebook, StoreError> {
    adopted_last(reader).await?.ok_or_else(no_rulebook)
}

/// The same, or nothing before the first version is adopted.
pub async fn adopted_last(reader: &mut Reader) -> Result<Option<StoredRulebook>, StoreError> {
    let query = Query::new(VERSIONS).push(" ORDER BY adopted_at_ms DESC, version DESC LIMIT 1");
    let Some(row) = reader.first(query).await? else {
        return Ok(None);
    };
    Ok(Some(StoredRulebook {
        file: rulebook_row(&row)?,
        seen: row.parsed("rulebooks", "last_event", EventId::parse)?,
    }))
}

/// A version as it was adopted, in force or not.
///
/// # Errors
/// [`StoreError::NotFound`] if no version of this name was ever adopted.
pub async fn rulebook_version(
    reader: &mut Reader,
    version: &str,
) -> Result<RulebookFile, StoreError> {
    let query = Query::new(VERSIONS).push(" WHERE version = ").bind(version);
    rulebook_row(&reader.one("rulebooks", query).await?)
}

/// The parameters in force, for whatever belongs to no campaign.
pub async fn rulebook(reader: &mut Reader) -> Result<Rulebook, StoreError> {
    let file = rulebook_file(reader).await?;
    Ok(Rulebook::read(&file.version, &file.parameters))
}

/// Every version that was ever adopted, with the moment of its adoption, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Adopted(Vec<(Instant, RulebookFile)>);

impl Adopted {
    /// Out of whole rows of the table.
    pub(crate) fn of_rows(rows: &[Row]) -> Result<Self, StoreError> {
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            let adopted = Instant::from_unix_ms(row.int("adopted_at_ms")?);
            versions.push((adopted, rulebook_row(row)?));
        }
        versions.sort_by(|(one, first), (other, second)| {
            (one, &first.version).cmp(&(other, &second.version))
        });
        Ok(Self(versions))
    }

    /// Their parameters.
    #[must_use]
    pub fn rulebooks(&self) -> Rulebooks {
        let versions = self.0.iter();
        let read = |(adopted, file): &(Instant, RulebookFile)| {
            (*adopted, Rulebook::read(&file.version, &file.parameters))
        };
        Rulebooks::new(versions.map(read).collect())
    }

    /// The parameters a campaign obeys: from its approval on those of one version, for ever.
    ///
    /// # Errors
    /// [`StoreError::Contradiction`] if that version is gone.
    pub fn obeyed_by(&self, state: &CampaignState) -> Result<Rulebook, StoreError> {
        let versions = self.rulebooks();
        let named = state.approval().and_then(|one| one.rulebook.as_deref());
        match (versions.of(state), named) {
            (Some(rules), _) => Ok(rules.clone()),
            (None, Some(version)) => {
                let place = format!("实施细则（表 rulebooks）行 {version} ");
                let why = "不在了，而一次已批准的抽查写明按它办理";
                Err(StoreError::contradiction(&place, why))
            }
            (None, None) => Err(no_rulebook()),
        }
    }

    /// A version as it was adopted, in force or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no version of this name was ever adopted.
    pub fn file(&self, version: &str) -> Result<&RulebookFile, StoreError> {
        let mut files = self.0.iter().map(|(_, file)| file);
        let found = files.find(|file| file.version == version);
        found.ok_or_else(|| StoreError::NotFound {
            table: "rulebooks",
            key: version.to_owned(),
        })
    }
}

/// Every version that was ever adopted.
pub async fn adopted(reader: &mut Reader) -> Result<Adopted, StoreError> {
    Adopted::of_rows(&reader.all(Query::new(VERSIONS)).await?)
}

/// The same, held against the log.
///
/// # Errors
/// [`StoreError::Contradiction`] that names a version which is not as the log leaves it.
pub async fn adopted_as_written(reader: &mut Reader) -> Result<Adopted, StoreError> {
    let mut rows = Vec::new();
    log::as_written(reader, &[&RULEBOOKS], &mut |_, row| {
        rows.push(row.clone());
        Ok(())
    })
    .await?;
    Adopted::of_rows(&rows)
}

/// The parameters of every version that was ever adopted.
pub async fn rulebooks(reader: &mut Reader) -> Result<Rulebooks, StoreError> {
    Ok(adopted(reader).await?.rulebooks())
}

/// The parameters a campaign obeys: from its approval on those of one version, for ever.
pub async fn rulebook_of(
    reader: &mut Reader,
    state: &CampaignState,
) -> Result<Rulebook, StoreError> {
    adopted(reader).await?.obeyed_by(state)
}

/// The program that founds a bureau adopts the first version, and none is ever taken away.
fn no_rulebook() -> StoreError {
    StoreError::contradiction(
        "实施细则（表 rulebooks）",
        "一版也没有，而建局时就写入了第一版（建局中途断了、从未办成的，另选空目录重新建立）",
    )
}

/// Adopts a version.
pub async fn adopt_rulebook(
    rec: &mut Recording,
    file: &RulebookFile,
    at_ms: i64,
) -> Result<(), StoreError> {
    rec.insert(
        &RULEBOOKS,
        vec![
            ("version", file.version.as_str().into()),
            ("adopted_on", file.adopted_on.to_string().into()),
            ("title", file.title.as_str().into()),
            (
                "parameters",
                json("rulebooks", &PARAMETERS_KEPT, &file.parameters)?,
            ),
            ("adopted_at_ms", at_ms.into()),
        ],
    )
    .await
}

#[cfg(test)]
mod tests;
