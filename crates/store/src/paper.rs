//! Signed papers as they were entered, with what became of each. The scan is an attachment of the paper.

use domain::id::{AccountId, EventId, Fingerprint, OrgUnitId, PaperId};
use domain::paper::{Judged, PaperKind, PaperState, SignedPaper};
use domain::premise::Premise;
use domain::time::Instant;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::{Row, Value};
use crate::schema::SIGNED_PAPERS;

const TABLE: &str = "signed_papers";
const COLUMNS: &str = "SELECT paper_id, kind, judged_id, org_unit_id, content, signatory_id, number, dated, scan_sha256, entered_by, entered_at_ms, state, decided_by, decided_at_ms, noted_at_ms, last_event FROM signed_papers";

/// A paper with the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredPaper {
    /// The paper.
    pub paper: SignedPaper,
    /// Event that last wrote the row.
    pub seen: EventId,
}

fn paper(row: &Row) -> Result<StoredPaper, StoreError> {
    let kind = row.parsed(TABLE, "kind", |text| {
        PaperKind::parse(text).ok_or("unknown kind")
    })?;
    let decided = match row.maybe_int("decided_at_ms")? {
        None => None,
        Some(at) => Some((
            row.parsed(TABLE, "decided_by", AccountId::parse)?,
            Instant::from_unix_ms(at),
        )),
    };
    Ok(StoredPaper {
        paper: SignedPaper {
            id: row.parsed(TABLE, "paper_id", PaperId::parse)?,
            judged: row.parsed(TABLE, "judged_id", |text| Judged::read(kind, text))?,
            unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
            content: row.parsed(TABLE, "content", |text| {
                Premise::parse(text).ok_or("not what an act rests on")
            })?,
            signatory: row.parsed(TABLE, "signatory_id", AccountId::parse)?,
            number: row.text("number")?.to_owned(),
            dated: row.date(TABLE, "dated")?,
            scan: row.parsed(TABLE, "scan_sha256", Fingerprint::parse)?,
            entered_by: row.parsed(TABLE, "entered_by", AccountId::parse)?,
            entered_at: Instant::from_unix_ms(row.int("entered_at_ms")?),
            state: row.parsed(TABLE, "state", |text| {
                PaperState::parse(text).ok_or("unknown state")
            })?,
            decided,
            noted_at: row.maybe_int("noted_at_ms")?.map(Instant::from_unix_ms),
        },
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

async fn found(reader: &mut Reader, query: Query) -> Result<Vec<StoredPaper>, StoreError> {
    let query = query.push(" ORDER BY entered_at_ms, paper_id");
    reader.all(query).await?.iter().map(paper).collect()
}

/// The paper with that key.
pub async fn get(reader: &mut Reader, id: &PaperId) -> Result<StoredPaper, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE paper_id = ")
        .bind(id.as_str());
    paper(&reader.one(TABLE, query).await?)
}

/// The same as the newest entry that wrote its row left it, whichever entry the row itself names: a plan comes into force on
/// its strength.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row and that entry.
pub async fn as_last_written(reader: &mut Reader, id: &PaperId) -> Result<StoredPaper, StoreError> {
    let key = [Value::from(id.as_str())];
    paper(&log::as_last_written(reader, &SIGNED_PAPERS, &key).await?)
}

/// Every paper on which that is judged, oldest first.
pub async fn of(reader: &mut Reader, judged: &Judged) -> Result<Vec<StoredPaper>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE kind = ")
        .bind(judged.kind().name())
        .push(" AND judged_id = ")
        .bind(judged.key());
    found(reader, query).await
}

/// Every paper that was entered with that scan, whatever became of it, oldest first.
pub async fn with_scan(
    reader: &mut Reader,
    scan: &Fingerprint,
) -> Result<Vec<StoredPaper>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE scan_sha256 = ")
        .bind(scan.as_str());
    found(reader, query).await
}

/// Every paper whose entry waits to be confirmed, oldest first; what it rests on may have changed.
pub async fn waiting(reader: &mut Reader) -> Result<Vec<StoredPaper>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE state = ")
        .bind(PaperState::Waiting.name());
    found(reader, query).await
}

/// The papers entered in the name of that account, of which it has not said that it knows.
pub async fn news_for(
    reader: &mut Reader,
    signatory: &AccountId,
) -> Result<Vec<StoredPaper>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE noted_at_ms IS NULL AND signatory_id = ")
        .bind(signatory.as_str());
    let mut papers = found(reader, query).await?;
    papers.retain(|stored| stored.paper.is_news());
    Ok(papers)
}

/// Every paper that account entered, oldest first.
pub async fn entered_by(
    reader: &mut Reader,
    account: &AccountId,
) -> Result<Vec<StoredPaper>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE entered_by = ")
        .bind(account.as_str());
    found(reader, query).await
}

/// Adds a paper.
pub async fn add(rec: &mut Recording, paper: &SignedPaper) -> Result<(), StoreError> {
    let mut row = vec![
        ("paper_id", paper.id.as_str().into()),
        ("kind", paper.judged.kind().name().into()),
        ("judged_id", paper.judged.key().into()),
        ("org_unit_id", paper.unit.as_str().into()),
        ("content", paper.content.to_string().into()),
        ("signatory_id", paper.signatory.as_str().into()),
        ("number", paper.number.as_str().into()),
        ("dated", paper.dated.to_string().into()),
        ("scan_sha256", paper.scan.as_str().into()),
        ("entered_by", paper.entered_by.as_str().into()),
        ("entered_at_ms", paper.entered_at.unix_ms().into()),
    ];
    row.extend(standing(paper));
    rec.insert(&SIGNED_PAPERS, row).await
}

/// Writes where a paper stands that was last written by `seen`.
pub async fn write(
    rec: &mut Recording,
    paper: &SignedPaper,
    seen: &EventId,
) -> Result<(), StoreError> {
    let key = [Value::from(paper.id.as_str())];
    rec.update(&SIGNED_PAPERS, &key, seen, standing(paper))
        .await
}

/// The columns that change.
fn standing(paper: &SignedPaper) -> Vec<(&'static str, Value)> {
    let decided = paper.decided.as_ref();
    let by = decided.map(|(by, _)| by.as_str());
    let at = decided.map(|(_, at)| at.unix_ms());
    vec![
        ("state", paper.state.name().into()),
        ("decided_by", by.into()),
        ("decided_at_ms", at.into()),
        ("noted_at_ms", paper.noted_at.map(Instant::unix_ms).into()),
    ]
}
