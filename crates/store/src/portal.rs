//! What the portal reads beside the aggregates: public records of a draw, entries and tiles of the
//! log, publications by words, and the figures of the front page.
//!
//! Every column read here is public (`schema`), or becomes public only through a publication that
//! stands. Deliberately absent: anything of a visit that is not published.

use domain::campaign::{CampaignState, StateKind};
use domain::id::{CampaignNo, EventId};
use domain::inspection::InspectionKind;
use domain::policy::Reach;
use tlog::Hash;
use tlog::entry::{Entry, EntryType};

use crate::campaign::{self, CampaignFilter, StoredCampaign};
use crate::error::StoreError;
use crate::inspection::{
    InspectionFilter, ListedPublication, StoredInspection, listed_publications,
};
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::value::Row;

mod by_year;
mod published;

pub use by_year::{DrawsOfYear, draws_by_unit_and_year};
pub use published::{as_published, publication_record, withdrawal_record};

/// A public record as the log has it: its text is the one its entry names, and its entry the leaf of the tree.
#[derive(Clone, Debug)]
pub struct LoggedRecord {
    /// Number of its leaf.
    pub sequence: u64,
    /// The event that logged it.
    pub event: EventId,
    /// Type of its entry, as its text says it: `freeze`, `void`.
    pub kind: &'static str,
    /// Time of its entry, unix milliseconds.
    pub at_ms: i64,
    /// H(record) as the entry names it.
    pub hash: String,
    /// The exact text.
    pub record: String,
}

fn whole(row: &Row, column: &str) -> Result<u64, StoreError> {
    u64::try_from(row.int(column)?)
        .map_err(|_| StoreError::inconsistent("log_leaves", column, "-", "是负数"))
}

fn hash(row: &Row, column: &str) -> Result<Hash, StoreError> {
    <[u8; 32]>::try_from(row.blob(column)?)
        .map(Hash::from)
        .map_err(|_| StoreError::inconsistent("log_nodes", column, "-", "不是 32 个字节"))
}

/// A record is shown only if its leaf says the same: it is what strangers are to compare.
fn record(row: &Row) -> Result<LoggedRecord, StoreError> {
    let sequence = whole(row, "sequence")?;
    let wrong =
        |why: &str| StoreError::contradiction(&format!("公开记录（留痕第 {sequence} 条）"), why);
    let (text, entry) = (row.text("record")?, row.text("entry")?);
    let leaf = tlog::hash::leaf_hash(entry.as_bytes());
    if row.maybe_blob("leaf")? != Some(leaf.as_bytes().as_slice()) {
        return Err(wrong("的条目不是日志里的那一条"));
    }
    let entry = Entry::parse(entry).map_err(|error| wrong(&format!("的条目读不出：{error}")))?;
    let hash = Hash::of(text.as_bytes());
    if entry.record() != Some(&hash) {
        return Err(wrong("不是条目所记的那一份"));
    }
    Ok(LoggedRecord {
        sequence,
        event: row.parsed("log_leaves", "event_id", EventId::parse)?,
        kind: entry.kind().as_str(),
        at_ms: i64::try_from(entry.time()).unwrap_or(i64::MAX),
        hash: hash.to_string(),
        record: text.to_owned(),
    })
}

const RECORDS: &str = "SELECT l.sequence, l.event_id, l.entry, n.hash AS leaf, r.record FROM log_records r JOIN log_leaves l ON l.event_id = r.event_id LEFT JOIN log_nodes n ON n.level = 0 AND n.position = l.sequence";

/// Whether the log has a public record of a draw under that number. A campaign that has one is never gone.
pub async fn has_records_under(
    reader: &mut Reader,
    number: &CampaignNo,
) -> Result<bool, StoreError> {
    let query = Query::new("SELECT 1 AS one FROM log_records WHERE record LIKE ")
        .bind(contains(&format!("\ncampaign {number}\n")))
        .push(" ESCAPE '!' LIMIT 1");
    Ok(!reader.all(query).await?.is_empty())
}

/// The public records of a campaign's draws, void attempts included, oldest first.
///
/// # Errors
/// [`StoreError::Contradiction`] if one is not what the log says, or one that must be there cannot be found: the PLAN,
/// FREEZE and RESULT the campaign stands on, its REVEAL and OPEN once they are past, and the VOID of every other FREEZE.
pub async fn records_of(
    reader: &mut Reader,
    campaign: &StoredCampaign,
) -> Result<Vec<LoggedRecord>, StoreError> {
    let query = Query::new(RECORDS)
        .push(" JOIN log_links k ON k.sequence = l.sequence WHERE k.kind = 'campaign' AND k.target = ")
        .bind(campaign.campaign.id.as_str())
        .push(" AND l.entry NOT LIKE 'shuang/1 entry_type publish%' ORDER BY l.sequence");
    let rows = reader.all(query).await?;
    let records: Vec<_> = rows.iter().map(record).collect::<Result<_, _>>()?;
    let missing = |what: &str| {
        let place = format!("任务 {} 的公开记录", campaign.campaign.number);
        Err(StoreError::contradiction(&place, &format!("少了{what}")))
    };
    for (text, what) in [
        (&campaign.freeze_record, "现行的承诺（FREEZE）"),
        (&campaign.result_record, "现行的结果（RESULT）"),
    ] {
        let there = |text: &String| records.iter().any(|logged| logged.record == *text);
        if !text.as_ref().is_none_or(there) {
            return missing(what);
        }
    }
    let attempt = format!("attempt {}", campaign.campaign.state.attempt());
    let of_attempt = |kind: EntryType| {
        let mut logged = records.iter().filter(|logged| logged.kind == kind.as_str());
        logged.any(|logged| logged.record.lines().any(|line| line == attempt))
    };
    let past_reveal =
        campaign.seed_text.is_some() || campaign.campaign.kind() == StateKind::Revealed;
    if past_reveal && !of_attempt(EntryType::Reveal) {
        return missing("本轮的揭示（REVEAL）");
    }
    if is_opened(&campaign.campaign.state) && !of_attempt(EntryType::Open) {
        return missing("本轮的公开（OPEN）");
    }
    let count = |kind: EntryType| {
        records
            .iter()
            .filter(|logged| logged.kind == kind.as_str())
            .count()
    };
    let standing = usize::from(campaign.freeze_record.is_some());
    // An attempt of shuang/2 may be void before it has a FREEZE, and its VOID says so.
    let unfrozen = records.iter().filter(|logged| {
        logged.kind == EntryType::Void.as_str()
            && logged.record.lines().any(|line| line == "freeze none")
    });
    if count(EntryType::Freeze) + unfrozen.count() != count(EntryType::Void) + standing {
        return missing("承诺（FREEZE），或作废它的一份（VOID）");
    }
    let plan = campaign.plan_record.as_ref();
    if !plan.is_none_or(|plan| records.iter().any(|logged| logged.record == *plan)) {
        return missing("批准的方案（PLAN）");
    }
    Ok(records)
}

/// Every public record of the log from a leaf on, at most so many, with the number of its leaf; in place of one that is not
/// what the log says stands why.
pub async fn records_from(
    reader: &mut Reader,
    from: u64,
    most: i64,
) -> Result<Vec<(u64, Result<LoggedRecord, StoreError>)>, StoreError> {
    let query = Query::new(RECORDS)
        .push(" WHERE l.sequence >= ")
        .bind(number(from)?)
        .push(" ORDER BY l.sequence LIMIT ")
        .bind(most);
    let rows = reader.all(query).await?;
    rows.iter()
        .map(|row| Ok((whole(row, "sequence")?, record(row))))
        .collect()
}

/// The public records by which the log changed its key, in their order.
///
/// # Errors
/// [`StoreError::Contradiction`] if one is not what the log says.
pub async fn key_rotations(reader: &mut Reader) -> Result<Vec<LoggedRecord>, StoreError> {
    let query = Query::new(RECORDS)
        .push(" WHERE r.record LIKE 'shuang/2 key%' AND l.entry LIKE 'shuang/1 entry_type key%' ORDER BY l.sequence");
    reader.all(query).await?.iter().map(record).collect()
}

fn is_opened(state: &CampaignState) -> bool {
    let ended = match state {
        CampaignState::Ended(ended) => ended,
        CampaignState::Reported(reported) => &reported.ended,
        CampaignState::Archived(archived) => &archived.reported.ended,
        _ => return false,
    };
    ended.opened.is_some()
}

/// The public record that a leaf names, if it names one.
pub async fn record_at(
    reader: &mut Reader,
    sequence: u64,
) -> Result<Option<LoggedRecord>, StoreError> {
    let query = Query::new(RECORDS)
        .push(" WHERE l.sequence = ")
        .bind(number(sequence)?);
    reader.first(query).await?.as_ref().map(record).transpose()
}

/// One entry of the log as anybody may see it.
#[derive(Clone, Debug)]
pub struct PublicEntry {
    /// Its number.
    pub sequence: u64,
    /// The event behind it.
    pub event: EventId,
    /// Its exact text.
    pub entry: String,
    /// The root of the tree that ends with it.
    pub root: Hash,
}

const ENTRIES: &str = "SELECT sequence, event_id, entry, root FROM log_leaves";

fn entry(row: &Row) -> Result<PublicEntry, StoreError> {
    Ok(PublicEntry {
        sequence: whole(row, "sequence")?,
        event: row.parsed("log_leaves", "event_id", EventId::parse)?,
        entry: row.text("entry")?.to_owned(),
        root: hash(row, "root")?,
    })
}

/// The entries `first` to `end` (excluded), in order.
pub async fn entries(
    reader: &mut Reader,
    first: u64,
    end: u64,
) -> Result<Vec<PublicEntry>, StoreError> {
    let query = Query::new(ENTRIES)
        .push(" WHERE sequence >= ")
        .bind(number(first)?)
        .push(" AND sequence < ")
        .bind(number(end)?)
        .push(" ORDER BY sequence");
    reader.all(query).await?.iter().map(entry).collect()
}

/// The same, if the log reaches that far; none if it does not yet.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log counts them and one is not there.
pub async fn whole_entries(
    reader: &mut Reader,
    first: u64,
    end: u64,
) -> Result<Option<Vec<PublicEntry>>, StoreError> {
    let (size, _) = crate::log::head(reader).await?;
    if end > size {
        return Ok(None);
    }
    let found = entries(reader, first, end).await?;
    for (number, kept) in (first..end).zip(found.iter().map(Some).chain(std::iter::repeat(None))) {
        if kept.map(|kept| kept.sequence) != Some(number) {
            let place = format!("留痕第 {number} 条");
            return Err(StoreError::contradiction(&place, "不在库里"));
        }
    }
    Ok(Some(found))
}

/// The number of an event's leaf.
pub async fn sequence_of(reader: &mut Reader, event: &EventId) -> Result<u64, StoreError> {
    let query = Query::new(ENTRIES)
        .push(" WHERE event_id = ")
        .bind(event.as_str());
    entry(&reader.one("log_leaves", query).await?).map(|entry| entry.sequence)
}

/// The stored nodes of one level from `first`, `width` of them; what a tile is made of. None if the log does not
/// reach that far yet.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log is long enough and one is not there.
pub async fn nodes(
    reader: &mut Reader,
    level: u8,
    first: u64,
    width: u64,
) -> Result<Option<Vec<Hash>>, StoreError> {
    let (size, _) = crate::log::head(reader).await?;
    let there = size.checked_shr(u32::from(level)).unwrap_or(0);
    if first.saturating_add(width) > there {
        return Ok(None);
    }
    let query = Query::new("SELECT position, hash FROM log_nodes WHERE level = ")
        .bind(i64::from(level))
        .push(" AND position >= ")
        .bind(number(first)?)
        .push(" AND position < ")
        .bind(number(first.saturating_add(width))?)
        .push(" ORDER BY position");
    let rows = reader.all(query).await?;
    // Positions are a key, in order and within the tile: all are there if as many are.
    if u64::try_from(rows.len()).is_ok_and(|count| count < width) {
        let place = format!("日志树第 {level} 层自第 {first} 个起的 {width} 个节点");
        return Err(StoreError::contradiction(&place, "有的不在库里"));
    }
    rows.iter()
        .map(|row| hash(row, "hash"))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::NotFound {
        table: "log_leaves",
        key: value.to_string(),
    })
}

const STANDING: &str = "SELECT p.publication_id, p.inspection_id, p.published_at_ms, p.content, p.withdrawn_at_ms, p.withdrawn_reason, p.last_event FROM publications p JOIN inspections v ON v.inspection_id = p.inspection_id WHERE p.withdrawn_at_ms IS NULL";

/// Publications that stand and whose subject has these letters in its name or code, newest first.
pub async fn publications_found(
    reader: &mut Reader,
    words: &str,
    limit: i64,
) -> Result<Vec<ListedPublication>, StoreError> {
    let query = Query::new(STANDING)
        .push(" AND (v.subject_name LIKE ")
        .bind(contains(words))
        .push(" ESCAPE '!' OR v.subject_code LIKE ")
        .bind(contains(&words.to_ascii_uppercase()))
        .push(" ESCAPE '!') ORDER BY p.published_at_ms DESC, p.publication_id DESC LIMIT ")
        .bind(limit);
    Ok(listed_publications(&reader.all(query).await?))
}

/// Publications that stand of the subject with exactly this code, newest first.
pub async fn publications_of_code(
    reader: &mut Reader,
    code: &str,
) -> Result<Vec<ListedPublication>, StoreError> {
    let query = Query::new(STANDING)
        .push(" AND v.subject_code = ")
        .bind(code)
        .push(" ORDER BY p.published_at_ms DESC, p.publication_id DESC");
    Ok(listed_publications(&reader.all(query).await?))
}

/// A row of a public list, whether it can be read or not: one that cannot hides no other.
#[derive(Debug)]
pub struct Listed<T> {
    /// What it is known by.
    pub key: String,
    /// The row, or why it cannot be shown.
    pub row: Result<T, StoreError>,
}

/// Campaigns the public may know of under a filter, newest first by number, before `before` if given.
pub async fn campaigns(
    reader: &mut Reader,
    filter: &CampaignFilter,
    before: Option<&CampaignNo>,
    limit: i64,
) -> Result<Vec<Listed<StoredCampaign>>, StoreError> {
    let everything = Reach {
        everything: true,
        ..Reach::default()
    };
    let rows = campaign::rows(reader, &everything, filter, before, limit).await?;
    let vault = reader.vault();
    let listed = rows.iter().map(|row| {
        Ok(Listed {
            key: row.text("number")?.to_owned(),
            row: campaign::campaign(row, &*vault),
        })
    });
    listed.collect()
}

/// Counts of the front page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicFigures {
    /// Publications since the given moment that stand.
    pub published: i64,
    /// Those among them with a finding.
    pub with_findings: i64,
    /// Draws whose FREEZE is in the log.
    pub draws: i64,
    /// Draws that were void.
    pub void: i64,
}

/// The counts of the front page since a moment; draws are counted over all time.
pub async fn figures(reader: &mut Reader, since_ms: i64) -> Result<PublicFigures, StoreError> {
    let standing = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM publications p JOIN inspections v ON v.inspection_id = p.inspection_id WHERE p.withdrawn_at_ms IS NULL AND p.published_at_ms >= ";
    let entries = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_leaves WHERE entry LIKE ";
    let published = reader.number(Query::new(standing).bind(since_ms)).await?;
    let found = Query::new(standing).bind(since_ms).push(
        " AND v.outcome IN (SELECT code FROM outcome_codes WHERE follow_up IN ('rectification', 'case', 'referral'))",
    );
    let with_findings = reader.number(found).await?;
    let draws = reader
        .number(Query::new(entries).bind("shuang/1 entry_type freeze%"))
        .await?;
    let void = reader
        .number(Query::new(entries).bind("shuang/1 entry_type void%"))
        .await?;
    Ok(PublicFigures {
        published,
        with_findings,
        draws,
        void,
    })
}

/// Every visit whose publication waits for its approval or for being carried out, up to `limit` of each, longest
/// waiting first.
pub async fn awaiting_publication(
    reader: &mut Reader,
    reach: &Reach,
    limit: i64,
) -> Result<Vec<StoredInspection>, StoreError> {
    let mut waiting = Vec::new();
    for state in [InspectionKind::Confirmed, InspectionKind::Approved] {
        let filter = InspectionFilter {
            state: Some(state.name().to_owned()),
            ..Default::default()
        };
        waiting.extend(crate::inspection::page(reader, reach, &filter, None, limit).await?);
    }
    waiting.sort_by_key(|kept| kept.visit.concluded().map(|concluded| concluded.step.at));
    Ok(waiting)
}
