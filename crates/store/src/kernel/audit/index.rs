//! The index of the log against the log: what `log_events`, `log_links`, `log_records` and `log_head` repeat of
//! entries and bodies, so that it can be looked up, is recomputed from them and compared column by column. Portal,
//! trace and start read these rows; whoever alters them alters what people are shown.

use std::collections::{BTreeMap, BTreeSet};

use tlog::Hash;
use tlog::frontier::Frontier;

use super::{Fault, PAGE, Report};
use crate::error::StoreError;
use crate::kernel::header::Header;
use crate::kernel::image::hex;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Row;

/// The row of `log_events`, as it stands.
pub(super) struct Indexed {
    act: String,
    at_ms: i64,
    account: Option<String>,
    pub(super) salt: Option<Hash>,
    body_hash: Vec<u8>,
    images: i64,
}

impl Indexed {
    /// From the columns of `log_events` in a joined row; none if the event has no row.
    pub(super) fn read(row: &Row) -> Result<Option<Self>, StoreError> {
        let Some(act) = row.maybe_text("act")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            act: act.to_owned(),
            at_ms: row.int("at_ms")?,
            account: row.maybe_text("account_id")?.map(str::to_owned),
            salt: <[u8; 32]>::try_from(row.blob("salt")?).ok().map(Hash::from),
            body_hash: row.blob("body_hash")?.to_vec(),
            images: row.int("images")?,
        }))
    }
}

/// What the log expects of its index.
#[derive(Default)]
pub(super) struct Expected {
    /// Kind, key and leaf of every link.
    links: BTreeSet<(String, String, i64)>,
    /// The event that first logged a public record, and its leaf.
    records: BTreeMap<String, (String, u64)>,
}

impl Expected {
    pub(super) fn links_of(&mut self, header: &Header, sequence: u64) {
        let number = i64::try_from(sequence).unwrap_or(i64::MAX);
        for (kind, id) in header.links() {
            self.links.insert((kind.to_owned(), id.to_owned(), number));
        }
    }

    pub(super) fn record(&mut self, hash: &Hash, event: &str, sequence: u64) {
        self.records
            .entry(hash.to_string())
            .or_insert_with(|| (event.to_owned(), sequence));
    }
}

/// Names one difference: what row of which table, and what stands there instead of what.
pub(super) fn differs(report: &mut Report, table: &str, row: String, why: String) {
    report.faults.push(Fault::Index {
        table: table.to_owned(),
        row,
        why,
    });
}

/// The row of an event against its header and body.
pub(super) fn event(
    report: &mut Report,
    (header, hash, images): (&Header, &[u8; 32], i64),
    indexed: &Indexed,
    sequence: u64,
) {
    let account = |account: Option<&str>| account.unwrap_or("空").to_owned();
    let pairs = [
        ("act", indexed.act.clone(), header.act.clone()),
        ("at_ms", indexed.at_ms.to_string(), header.at.to_string()),
        (
            "account_id",
            account(indexed.account.as_deref()),
            account(header.account()),
        ),
        ("body_hash", hex(&indexed.body_hash), hex(hash)),
        ("images", indexed.images.to_string(), images.to_string()),
    ];
    for (column, stands, said) in pairs {
        if stands != said {
            let why = format!("列 {column} 现为 {stands}，按留痕第 {sequence} 条应为 {said}");
            differs(report, "log_events", header.id.clone(), why);
        }
    }
}

/// Every link that stands against every link the log knows.
pub(super) async fn links(
    reader: &mut Reader,
    expected: &mut Expected,
    report: &mut Report,
) -> Result<(), StoreError> {
    const TABLE: &str = "log_links";
    let mut last: Option<(String, String, i64)> = None;
    let mut seen = 0;
    loop {
        let page = reader.all(links_after(last.as_ref())).await?;
        for row in &page {
            let link = (
                row.text("kind")?.to_owned(),
                row.text("target")?.to_owned(),
                row.int("sequence")?,
            );
            seen += 1;
            if !expected.links.remove(&link) {
                let why = format!("留痕第 {} 条没有涉及它，是添上的", link.2);
                differs(report, TABLE, words(&link), why);
            }
            last = Some(link);
        }
        if page.is_empty() {
            break;
        }
    }
    for link in &expected.links {
        let why = format!("不在了；留痕第 {} 条涉及它，页面按它查找", link.2);
        differs(report, TABLE, words(link), why);
    }
    let query = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_links");
    if reader.number(query).await? != seen {
        let why = "同一行写了不止一遍".to_owned();
        differs(report, TABLE, "全表".to_owned(), why);
    }
    Ok(())
}

fn words((kind, target, sequence): &(String, String, i64)) -> String {
    format!("{kind} {target} {sequence}")
}

fn links_after(last: Option<&(String, String, i64)>) -> Query {
    let query = Query::new("SELECT kind, target, sequence FROM log_links");
    let query = match last {
        None => query,
        Some((kind, target, sequence)) => query
            .push(" WHERE (kind, target, sequence) > (")
            .bind(kind.as_str())
            .push(", ")
            .bind(target.as_str())
            .push(", ")
            .bind(*sequence)
            .push(")"),
    };
    query
        .push(" ORDER BY kind, target, sequence LIMIT ")
        .bind(PAGE)
}

/// Every public record that stands: its text, and the event it is ascribed to.
pub(super) async fn records(
    reader: &mut Reader,
    expected: &mut Expected,
    report: &mut Report,
) -> Result<(), StoreError> {
    const TABLE: &str = "log_records";
    let mut last = String::new();
    loop {
        let query =
            Query::new("SELECT record_hash, event_id FROM log_records WHERE record_hash > ")
                .bind(last.as_str())
                .push(" ORDER BY record_hash LIMIT ")
                .bind(PAGE);
        let page = reader.all(query).await?;
        for row in &page {
            row.text("record_hash")?.clone_into(&mut last);
            let stands = row.text("event_id")?;
            let why = match expected.records.remove(&last) {
                None => "没有任何留痕公开过它，是添上的".to_owned(),
                Some((event, sequence)) if event != stands => {
                    format!("列 event_id 现为 {stands}，按留痕第 {sequence} 条应为 {event}")
                }
                Some(_) => continue,
            };
            differs(report, TABLE, last.clone(), why);
        }
        if page.is_empty() {
            return Ok(());
        }
    }
}

/// The head against what the leaves make of it.
pub(super) async fn head(
    reader: &mut Reader,
    (frontier, last_at_ms): (&Frontier, i64),
    report: &mut Report,
) -> Result<(), StoreError> {
    let size = frontier.size();
    let mut wrong = |why: String| {
        report.faults.push(Fault::Log {
            sequence: size,
            why,
        });
    };
    let query = Query::new("SELECT head_id, size, frontier, root, last_at_ms FROM log_head");
    let rows = reader.all(query).await?;
    let [row] = rows.as_slice() else {
        wrong(format!(
            "日志头（表 log_head）应只有一行，现有 {} 行",
            rows.len()
        ));
        return Ok(());
    };
    let number = |column| row.int(column).map(|number| number.to_string());
    let bytes = |column| row.blob(column).map(hex);
    let pairs = [
        ("head_id", number("head_id")?, "1".to_owned()),
        ("size", number("size")?, size.to_string()),
        ("frontier", bytes("frontier")?, hex(&frontier.to_bytes())),
        ("root", bytes("root")?, frontier.root().to_string()),
        ("last_at_ms", number("last_at_ms")?, last_at_ms.to_string()),
    ];
    for (column, stands, said) in pairs {
        if stands != said {
            wrong(format!(
                "日志头（表 log_head）的列 {column} 现为 {stands}，按全部条目应为 {said}"
            ));
        }
    }
    Ok(())
}
