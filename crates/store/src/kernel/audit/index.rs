//! The index of the log against the log: what `log_events`, `log_links`, `log_records` and `log_head` repeat of
//! entries and bodies, so that it can be looked up, is recomputed from them and compared column by column. Portal,
//! trace and start read these rows; whoever alters them alters what people are shown.

use std::collections::{HashMap, HashSet};

use tlog::Hash;
use tlog::frontier::Frontier;

use super::pages::Pages;
use super::replay::Unread;
use super::spill::{Cursor, Spill};
use super::{Fault, PAGE, Report, cell, fault};
use crate::error::StoreError;
use crate::kernel::header::Header;
use crate::kernel::image::hex;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::{Kind, Row};

/// The row of `log_events`, as it stands.
pub(super) struct Indexed {
    row: Row,
    pub(super) salt: Option<Hash>,
}

impl Indexed {
    /// From the columns of `log_events` in a joined row; none if the event has no row.
    pub(super) fn read(row: &Row, report: &mut Report) -> Result<Option<Self>, StoreError> {
        if row.value("act")?.is_null() {
            return Ok(None);
        }
        let salt = cell(report, row.blob("salt"))?;
        Ok(Some(Self {
            salt: salt.and_then(|salt| <[u8; 32]>::try_from(salt).ok().map(Hash::from)),
            row: row.clone(),
        }))
    }
}

/// What the log expects of its index, and what stands there, gathered.
#[derive(Default)]
pub(super) struct Expected {
    /// Kind, key and leaf of every link.
    links: Spill,
    /// The event that first logged a public record, and its leaf.
    records: Spill,
}

/// A line of what the log says, and lines of what stands.
const SAID: u8 = 0;
const STANDS: u8 = 1;
/// Of a link: its event cannot be believed, so what it is about nobody can say.
const UNKNOWN: u8 = 2;

impl Expected {
    pub(super) fn links_of(&mut self, header: &Header, sequence: u64) -> Result<(), StoreError> {
        let number = i64::try_from(sequence).unwrap_or(i64::MAX);
        for (kind, id) in header.links() {
            self.link(SAID, 0, &(kind.to_owned(), id.to_owned(), number))?;
        }
        Ok(())
    }

    fn link(&mut self, tag: u8, ordinal: u64, link: &Link) -> Result<(), StoreError> {
        let (kind, target, sequence) = link;
        let mut key = (kind.len() as u64).to_le_bytes().to_vec();
        key.extend_from_slice(kind.as_bytes());
        key.extend_from_slice(&sequence.to_le_bytes());
        key.extend_from_slice(target.as_bytes());
        self.links.push(&key, |to| {
            to.push(tag);
            to.extend_from_slice(&ordinal.to_le_bytes());
            to.extend_from_slice(&key);
        })
    }

    pub(super) fn record(
        &mut self,
        hash: &Hash,
        event: &str,
        sequence: u64,
    ) -> Result<(), StoreError> {
        self.hashed(SAID, sequence, (&hash.to_string(), Some(event)))
    }

    fn hashed(
        &mut self,
        tag: u8,
        number: u64,
        (hash, event): (&str, Option<&str>),
    ) -> Result<(), StoreError> {
        self.records.push(hash.as_bytes(), |to| {
            to.push(tag);
            to.extend_from_slice(&number.to_le_bytes());
            to.push(u8::from(event.is_some()));
            to.extend_from_slice(&(hash.len() as u64).to_le_bytes());
            to.extend_from_slice(hash.as_bytes());
            to.extend_from_slice(event.unwrap_or_default().as_bytes());
        })
    }
}

/// Kind, key and leaf.
type Link = (String, String, i64);

/// A link as it was gathered: what it is to be, its number in the table, and the bytes by which it is told.
fn gathered(line: &[u8]) -> (u8, u64, &[u8]) {
    let mut from = Cursor(line);
    let [tag] = from.bytes();
    (tag, from.number(), from.rest())
}

fn named(key: &[u8]) -> Link {
    let mut from = Cursor(key);
    let length = usize::try_from(from.number()).unwrap_or(0);
    let (kind, rest) = from.rest().split_at(length);
    let mut from = Cursor(rest);
    let sequence = i64::from_le_bytes(from.bytes());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(kind), text(from.rest()), sequence)
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
) -> Result<(), StoreError> {
    let account = |account: Option<&str>| account.unwrap_or("空").to_owned();
    let row = &indexed.row;
    let number = |column| row.int(column).map(|number| number.to_string());
    let pairs = [
        (
            "act",
            row.text("act").map(str::to_owned),
            header.act.clone(),
        ),
        ("at_ms", number("at_ms"), header.at.to_string()),
        (
            "account_id",
            row.maybe_text("account_id").map(account),
            account(header.account()),
        ),
        ("body_hash", row.blob("body_hash").map(hex), hex(hash)),
        ("images", number("images"), images.to_string()),
    ];
    for (column, stands, said) in pairs {
        if let Some(stands) = cell(report, stands)?
            && stands != said
        {
            let why = format!("列 {column} 现为 {stands}，按留痕第 {sequence} 条应为 {said}");
            differs(report, "log_events", header.id.clone(), why);
        }
    }
    Ok(())
}

/// Every link that stands against every link the log knows.
pub(super) async fn links(
    reader: &mut Reader,
    (expected, unread): (&mut Expected, &Unread),
    report: &mut Report,
) -> Result<(), StoreError> {
    const TABLE: &str = "log_links";
    let order = [
        ("kind", Kind::Text),
        ("target", Kind::Text),
        ("sequence", Kind::Int),
    ];
    let select = "SELECT kind, target, sequence FROM log_links".to_owned();
    let mut pages = Pages::of(select, &order, PAGE);
    let mut seen = 0;
    loop {
        let page = pages.next(&mut reader.conn).await?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            seen += 1;
            let Some(link) = cell(report, link(row))? else {
                continue;
            };
            // What an event that cannot be believed is about nobody can say.
            let unknown = u64::try_from(link.2).is_ok_and(|sequence| unread.names(sequence));
            let tag = if unknown { UNKNOWN } else { STANDS };
            expected.link(tag, u64::try_from(seen).unwrap_or(0), &link)?;
        }
    }
    let (mut added, mut gone) = (Vec::new(), Vec::new());
    for at in 0..expected.links.parts() {
        let lines = expected.links.part(at)?;
        let mut said = HashSet::new();
        for (tag, ordinal, key) in lines.each().map(gathered) {
            if tag == SAID {
                said.insert(key);
            } else if !said.remove(key) && tag == STANDS {
                added.push((ordinal, named(key)));
            }
        }
        gone.extend(said.into_iter().map(named));
    }
    added.sort();
    for (_, link) in &added {
        let why = format!("留痕第 {} 条没有涉及它，是添上的", link.2);
        differs(report, TABLE, words(link), why);
    }
    gone.sort();
    for link in &gone {
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

fn link(row: &Row) -> Result<Link, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok((text("kind")?, text("target")?, row.int("sequence")?))
}

fn words((kind, target, sequence): &Link) -> String {
    format!("{kind} {target} {sequence}")
}

/// Every public record that stands: its text, and the event it is ascribed to.
pub(super) async fn records(
    reader: &mut Reader,
    expected: &mut Expected,
    report: &mut Report,
) -> Result<(), StoreError> {
    const TABLE: &str = "log_records";
    let select = "SELECT record_hash, event_id FROM log_records".to_owned();
    let mut pages = Pages::of(select, &[("record_hash", Kind::Text)], PAGE);
    loop {
        let page = pages.next(&mut reader.conn).await?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            let Some(hash) = cell(report, row.text("record_hash"))? else {
                continue;
            };
            let event = cell(report, row.text("event_id"))?;
            expected.hashed(STANDS, 0, (hash, event))?;
        }
    }
    let mut wrong = Vec::new();
    for at in 0..expected.records.parts() {
        let lines = expected.records.part(at)?;
        let mut said: HashMap<&str, (&str, u64)> = HashMap::new();
        for (tag, sequence, (hash, event)) in lines.each().map(recorded) {
            if tag == SAID {
                let event = event.unwrap_or_default();
                said.entry(hash).or_insert((event, sequence));
                continue;
            }
            let known = said.remove(hash);
            let Some(stands) = event else {
                continue;
            };
            let why = match known {
                None => "没有任何留痕公开过它，是添上的".to_owned(),
                Some((event, sequence)) if event != stands => {
                    format!("列 event_id 现为 {stands}，按留痕第 {sequence} 条应为 {event}")
                }
                Some(_) => continue,
            };
            wrong.push((hash.to_owned(), why));
        }
    }
    wrong.sort();
    for (hash, why) in wrong {
        differs(report, TABLE, hash, why);
    }
    Ok(())
}

/// A public record as it was gathered: its hash, and the event it is ascribed to.
fn recorded(line: &[u8]) -> (u8, u64, (&str, Option<&str>)) {
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let mut from = Cursor(line);
    let [tag] = from.bytes();
    let number = from.number();
    let [there] = from.bytes();
    let length = usize::try_from(from.number()).unwrap_or(0);
    let (hash, event) = from.rest().split_at(length);
    let event = (there == 1).then(|| text(event));
    (tag, number, (text(hash), event))
}

/// The head against what the leaves make of it.
pub(super) async fn head(
    reader: &mut Reader,
    (frontier, last_at_ms): (&Frontier, i64),
    report: &mut Report,
) -> Result<(), StoreError> {
    let size = frontier.size();
    let query = Query::new("SELECT head_id, size, frontier, root, last_at_ms FROM log_head");
    let rows = reader.all(query).await?;
    let [row] = rows.as_slice() else {
        let why = format!("日志头（表 log_head）应只有一行，现有 {} 行", rows.len());
        fault(report, size, &why);
        return Ok(());
    };
    let number = |column| row.int(column).map(|number| number.to_string());
    let bytes = |column| row.blob(column).map(hex);
    let pairs = [
        ("head_id", number("head_id"), "1".to_owned()),
        ("size", number("size"), size.to_string()),
        ("frontier", bytes("frontier"), hex(&frontier.to_bytes())),
        ("root", bytes("root"), frontier.root().to_string()),
        ("last_at_ms", number("last_at_ms"), last_at_ms.to_string()),
    ];
    for (column, stands, said) in pairs {
        if let Some(stands) = cell(report, stands)?
            && stands != said
        {
            let why =
                format!("日志头（表 log_head）的列 {column} 现为 {stands}，按全部条目应为 {said}");
            fault(report, size, &why);
        }
    }
    Ok(())
}
