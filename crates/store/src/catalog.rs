//! Rules as data: the inspection catalog, outcome codes, holidays, the rulebook. Rows are dated and
//! versioned; a revision is a new row, never an edit of an old one.

use domain::calendar::{DayKind, HolidayRow};
use domain::catalog::{FollowUpKind, InspectionItem, ItemTerms, OutcomeCode, OutcomeKind};
use domain::id::{EventId, ItemId};
use domain::rulebook::{ParameterRow, Rulebook, RulebookFile};
use domain::time::Date;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
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
            terms: row.parsed(TABLE, "terms", |text| {
                serde_json::from_str::<ItemTerms>(text)
            })?,
        },
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn json<T: serde::Serialize>(table: &str, value: &T) -> Result<Value, StoreError> {
    serde_json::to_string(value)
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
            ("terms", json("items", &item.terms)?),
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

/// The rulebook in force: the version adopted last, as it was adopted.
pub async fn rulebook_file(reader: &mut Reader) -> Result<RulebookFile, StoreError> {
    const TABLE: &str = "rulebooks";
    let query = Query::new(
        "SELECT version, adopted_on, title, parameters FROM rulebooks ORDER BY adopted_at_ms DESC, version DESC LIMIT 1",
    );
    let row = reader.one(TABLE, query).await?;
    Ok(RulebookFile {
        version: row.text("version")?.to_owned(),
        adopted_on: row.date(TABLE, "adopted_on")?,
        title: row.text("title")?.to_owned(),
        parameters: row.parsed(TABLE, "parameters", |text| {
            serde_json::from_str::<Vec<ParameterRow>>(text)
        })?,
    })
}

/// The parameters in force.
pub async fn rulebook(reader: &mut Reader) -> Result<Rulebook, StoreError> {
    let file = rulebook_file(reader).await?;
    Rulebook::from_rows(&file.version, &file.parameters).map_err(|refusals| {
        let why = refusals
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("；");
        StoreError::inconsistent("rulebooks", "parameters", &file.version, &why)
    })
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
            ("parameters", json("rulebooks", &file.parameters)?),
            ("adopted_at_ms", at_ms.into()),
        ],
    )
    .await
}
