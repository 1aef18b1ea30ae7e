//! The log from its first leaf to its last: every leaf recomputed from its entry, every entry from its body, every
//! image gathered for the row that should exist. On the way it gathers what the index of the log, its head, the
//! versions of registers and the list of migrations have to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::id::EventId;
use tlog::Hash;
use tlog::entry::{Entry, EntryType, Salt, act_hash_of};
use tlog::frontier::Frontier;

use super::index::{self, Expected, Indexed};
use super::rows::{By, Gathered};
use super::{Report, cell, fault};
use crate::error::StoreError;
use crate::kernel::header::Header;
use crate::kernel::history::{Age, Schema};
use crate::kernel::image::{Asked, Image, Reading};
use crate::kernel::log::repair::ClockRepair;
use crate::kernel::log::{CLOCK_TOLERANCE_MS, broken, chunk, column_int, record, rotation};
use crate::kernel::log_key;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::register::Register;
use crate::kernel::storage_key;
use crate::kernel::value::{Value, words};

/// How often the events of the log wrote tables of a register.
#[derive(Clone, Copy, Default)]
pub(super) struct Touched {
    /// Of these the version counts at least, since the structure is known to have had it.
    pub(super) least: i64,
    /// Of these it counts at most.
    pub(super) most: i64,
}

/// What the log says, as far as it has been read.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) frontier: Frontier,
    pub(super) last_at_ms: i64,
    /// Every image, and every row once they are read.
    pub(super) gathered: Gathered,
    pub(super) expected: Expected,
    pub(super) touched: BTreeMap<&'static str, Touched>,
    /// Leaves whose event cannot be believed: of what it wrote nothing is known.
    pub(super) unread: Unread,
    /// How new the structure is at least, and the leaf that says so.
    pub(super) age: Age,
    pub(super) told_by: u64,
    /// The public key of the log, as it was stated last.
    log_key: Option<String>,
    /// The root over the leaves before the one that is read.
    root: Option<Hash>,
    nodes: i64,
    chunks: i64,
}

/// The events that cannot be believed, by their leaf; none of a leaf that names no event.
#[derive(Default)]
pub(super) struct Unread(BTreeMap<u64, Option<Arc<str>>>);

impl Unread {
    /// The leaf of the event that left this stamp.
    pub(super) fn stamped(&self, stamp: &str) -> Option<u64> {
        let mut leaves = self.0.iter();
        let found = leaves.find(|(_, event)| event.as_deref() == Some(stamp));
        found.map(|(sequence, _)| *sequence)
    }

    /// The newest one behind a leaf and before another: it may have written what stood there.
    pub(super) fn between(&self, after: Option<u64>, before: u64) -> Option<u64> {
        let from = after.map_or(0, |sequence| sequence + 1);
        let mut leaves = self.0.range(from.min(before)..before);
        leaves.next_back().map(|(sequence, _)| *sequence)
    }

    /// The newest one behind a leaf.
    pub(super) fn since(&self, after: u64) -> Option<u64> {
        self.between(Some(after), u64::MAX)
    }

    /// Whether the event of that leaf is one of them.
    pub(super) fn names(&self, sequence: u64) -> bool {
        self.0.contains_key(&sequence)
    }

    /// How many there are.
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }
}

/// One leaf, with what is kept about its event.
struct Leaf {
    /// None if what stands there is no key of an event.
    event: Option<EventId>,
    /// None if what stands there is no text; then its bytes are hashed all the same.
    entry: Option<String>,
    bytes: Vec<u8>,
    root: Vec<u8>,
    indexed: Option<Indexed>,
}

/// A body that was read through.
pub(super) struct Walked {
    header: String,
    hash: [u8; 32],
    images: i64,
}

impl Replay {
    /// Reads the whole log; `gathered` says of which tables images are gathered.
    pub(super) async fn of(
        reader: &mut Reader,
        schema: &Schema,
        gathered: Gathered,
        report: &mut Report,
    ) -> Result<Self, StoreError> {
        let mut replay = Self {
            gathered,
            ..Self::default()
        };
        let all = count(reader, "log_leaves").await?;
        report.progress.expects(all);
        while let Some(leaf) = leaf(reader, report).await? {
            replay.leaf(reader, schema, &leaf, report).await?;
            report.leaves += 1;
            report.progress.come_to(report.leaves, 0);
        }
        let counts = [
            ("log_leaves", column_int(report.leaves)?),
            ("log_events", column_int(report.leaves)?),
            ("log_nodes", replay.nodes),
            ("log_bodies", replay.chunks),
        ];
        for (table, wanted) in counts {
            let stands = count(reader, table).await?;
            if stands != wanted {
                let why = format!(
                    "表 {table} 现有 {stands} 行，从头读到这里的条目应有 {wanted} 行；条目中断处以后没有核对"
                );
                fault(report, report.leaves, &why);
            }
        }
        report.root = Some(replay.frontier.root());
        Ok(replay)
    }

    async fn leaf(
        &mut self,
        reader: &mut Reader,
        schema: &Schema,
        leaf: &Leaf,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let sequence = report.leaves;
        let hash = tlog::hash::leaf_hash(&leaf.bytes);
        let completed = self.frontier.append(hash).map_err(|error| broken(&error))?;
        for node in &completed {
            self.nodes += 1;
            let stored = stored_node(reader, report, (node.id.level, node.id.index)).await?;
            if stored.as_deref() != Some(node.hash.as_bytes()) {
                fault(report, sequence, "内部节点与条目不符");
            }
        }
        let root = self.frontier.root();
        if root.as_bytes().as_slice() != leaf.root {
            fault(report, sequence, "条目或其后的根被改动");
        }
        if !self.told(reader, schema, leaf, report).await? {
            let event = leaf.event.as_ref().map(|event| Arc::from(event.as_str()));
            self.unread.0.insert(sequence, event);
        }
        self.root = Some(root);
        Ok(())
    }

    /// What the event of a leaf says, if it can be believed.
    async fn told(
        &mut self,
        reader: &mut Reader,
        schema: &Schema,
        leaf: &Leaf,
        report: &mut Report,
    ) -> Result<bool, StoreError> {
        let sequence = report.leaves;
        let parsed = leaf.entry.as_deref().map(Entry::parse);
        let Some(Ok(entry)) = parsed else {
            fault(report, sequence, "条目不合格式");
            return Ok(false);
        };
        let named = match entry.record() {
            Some(hash) => cell(report, record(reader, hash).await)?.flatten(),
            None => None,
        };
        let named = named.filter(|text| Some(&Hash::of(text.as_bytes())) == entry.record());
        self.timed(&entry, named.as_deref(), report);
        let Some(event) = &leaf.event else {
            fault(report, sequence, "它的事件号不合格式");
            return Ok(false);
        };
        if let Some(hash) = entry.record() {
            self.expected.record(hash, event.as_str(), sequence)?;
            if named.is_none() {
                fault(report, sequence, "公开记录缺失或被改动");
            }
        }
        let indexed = leaf.indexed.as_ref();
        let believed = self.believed(reader, (event, indexed), &entry, report);
        let Some(header) = believed.await? else {
            return Ok(false);
        };
        let said = (event, &header);
        let stated = self.images(reader, schema, said, report).await?;
        self.keyed(&entry, named.as_deref(), stated, report);
        Ok(true)
    }

    /// The key of the log after an entry against the one before it.
    fn keyed(
        &mut self,
        entry: &Entry,
        named: Option<&str>,
        stated: Option<String>,
        report: &mut Report,
    ) {
        let before = self.log_key.clone();
        let after = stated.or(self.log_key.take());
        let root = self.root.unwrap_or_else(|| Hash::of(b""));
        let said = (before.as_deref(), after.as_deref());
        if let Some(why) = rotation::refuted(entry, named, (report.leaves, &root), said) {
            fault(report, report.leaves, why);
        }
        self.log_key = after;
    }

    /// The time of an entry against those before it: none falls further than clocks differ, but for the entry that says
    /// so itself and names the latest of them.
    fn timed(&mut self, entry: &Entry, named: Option<&str>, report: &mut Report) {
        let time = i64::try_from(entry.time()).unwrap_or(i64::MAX);
        let last = self.last_at_ms;
        let repair = named.filter(|_| entry.kind() == EntryType::Repair);
        let why = match repair.and_then(ClockRepair::parse) {
            Some(repair) if (repair.before, repair.after) == (last, time) => {
                self.last_at_ms = time;
                return;
            }
            Some(_) => "更正时间的记录所说的，不是此前最晚的时间和它自己的时间",
            None if time < last - CLOCK_TOLERANCE_MS => {
                "它的时间比此前的留痕早一分钟以上，也没有更正的记录"
            }
            None => "",
        };
        if !why.is_empty() {
            fault(report, report.leaves, why);
        }
        self.last_at_ms = last.max(time);
    }

    /// Entry against body, body against header, row of the event against both: the header, if the images of the body
    /// can be believed. They are read only after that, a second time, so that no body has to be held whole.
    async fn believed(
        &mut self,
        reader: &mut Reader,
        (event, indexed): (&EventId, Option<&Indexed>),
        entry: &Entry,
        report: &mut Report,
    ) -> Result<Option<Header>, StoreError> {
        let sequence = report.leaves;
        let Some(indexed) = indexed else {
            fault(report, sequence, "没有它的事件（表 log_events）");
            return Ok(None);
        };
        let (read, chunks) = walk(reader, event, Asked::All, drop).await?;
        self.chunks += chunks;
        let walked = match read {
            Ok(walked) => walked,
            Err(broken) => {
                // That a piece is no piece at all is told with its row; how a packed text is broken tells nobody anything.
                if matches!(&broken, StoreError::Inconsistent { row, .. } if row != "-") {
                    cell::<()>(report, Err(broken))?;
                }
                fault(report, sequence, "事件正文读不出");
                return Ok(None);
            }
        };
        let body = Hash::from(walked.hash);
        let act = indexed
            .salt
            .map(|salt| act_hash_of(&Salt::from(*salt.as_bytes()), &body));
        if act.as_ref() != Some(entry.act_commitment()) {
            fault(report, sequence, "事件正文与条目中的摘要不符");
            return Ok(None);
        }
        let Some(header) = Header::parse(&walked.header) else {
            fault(report, sequence, "事件正文的抬头读不出");
            return Ok(None);
        };
        if header.id != event.as_str() {
            fault(report, sequence, "正文属于另一事件");
        }
        let said = (&header, &walked.hash, walked.images);
        index::event(report, said, indexed, sequence)?;
        self.expected.links_of(&header, sequence)?;
        Ok(Some(header))
    }

    /// Gathers the images of a body that is believed; yields the key of the log if it states one.
    async fn images(
        &mut self,
        reader: &mut Reader,
        schema: &Schema,
        (event, header): (&EventId, &Header),
        report: &mut Report,
    ) -> Result<Option<String>, StoreError> {
        let (sequence, migration) = (report.leaves, header.migration());
        if migration.is_some_and(|number| number <= self.age) {
            let why = format!(
                "升级 {} 此前已经做过（见第 {} 条）：升级记录（表 migrations）少过行，升级又做了一遍",
                migration.unwrap_or_default(),
                self.told_by
            );
            fault(report, sequence, &why);
        }
        // While it moves values, the structure is on its way from the one to the other.
        let during = self.age.max(migration.map_or(0, |number| number - 1));
        let mut stated = migration
            .unwrap_or(0)
            .max(header.founded_under().unwrap_or(0));
        let mut written = BTreeSet::new();
        let mut key = None;
        let gathered = &mut self.gathered;
        let by = By {
            sequence,
            event: event.as_str(),
            age: during,
        };
        let (mut at, mut failed) = (0, None);
        let (read, _) = walk(reader, event, Asked::All, |image| {
            report.images += 1;
            match gathered.image(schema, (at, &image), &by, report) {
                Ok(register) => written.extend(register.map(Register::name)),
                Err(error) => failed = Some(error),
            }
            if storage_key::is_stated_by(&image) {
                stated = stated.max(storage_key::SINCE);
            }
            key = log_key::stated_by(&image).map(str::to_owned).or(key.take());
            at += 1;
        })
        .await?;
        read?;
        failed.map_or(Ok(()), Err)?;
        let after = during.max(stated);
        if after > self.age {
            (self.age, self.told_by) = (after, sequence);
        }
        for register in written {
            let touched = self.touched.entry(register).or_default();
            touched.most += 1;
            touched.least += i64::from(after >= Register::SINCE);
        }
        Ok(key)
    }
}

async fn count(reader: &mut Reader, table: &str) -> Result<i64, StoreError> {
    let query = match table {
        "log_leaves" => "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_leaves",
        "log_events" => "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_events",
        "log_nodes" => "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_nodes",
        _ => "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_bodies",
    };
    reader.number(Query::new(query)).await
}

async fn leaf(reader: &mut Reader, report: &mut Report) -> Result<Option<Leaf>, StoreError> {
    let query = Query::new(
        "SELECT l.sequence, l.event_id, l.entry, l.root, e.act, e.at_ms, e.account_id, e.salt, e.body_hash, e.images FROM log_leaves l LEFT JOIN log_events e ON e.event_id = l.event_id WHERE l.sequence = $1",
    );
    let number = column_int(report.leaves)?;
    let Some(row) = reader.first(query.arg(number)).await? else {
        return Ok(None);
    };
    let event = cell(report, row.text("event_id"))?;
    let entry = cell(report, row.text("entry"))?;
    let bytes = match row.value("entry")? {
        Value::Text(Some(text)) => text.clone().into_bytes(),
        Value::Blob(Some(bytes)) => bytes.clone(),
        other => words(other).into_bytes(),
    };
    let root = cell(report, row.blob("root"))?;
    Ok(Some(Leaf {
        event: event.and_then(|event| EventId::parse(event).ok()),
        entry: entry.map(str::to_owned),
        bytes,
        root: root.unwrap_or_default().to_vec(),
        indexed: Indexed::read(&row, report)?,
    }))
}

async fn stored_node(
    reader: &mut Reader,
    report: &mut Report,
    (level, index): (u8, u64),
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = Query::new(
        "SELECT level, position, hash FROM log_nodes WHERE level = $1 AND position = $2",
    )
    .arg(i64::from(level))
    .arg(column_int(index)?);
    let Some(row) = reader.first(query).await? else {
        return Ok(None);
    };
    Ok(cell(report, row.blob("hash"))?.map(<[u8]>::to_vec))
}

/// Reads a body through chunk by chunk, so that none has to be held whole, and gives each image asked for to `each`: its
/// header line, the hash of its text and how many chunks it has. The inner error is a body that is not as bodies are.
pub(super) async fn walk(
    reader: &mut Reader,
    event: &EventId,
    asked: Asked<'_>,
    mut each: impl FnMut(Image),
) -> Result<(Result<Walked, StoreError>, i64), StoreError> {
    let mut reading = Reading::of(asked);
    let (mut images, mut chunks, mut failed) = (0, 0, None);
    loop {
        let chunk = match chunk(reader, event, chunks).await {
            Ok(Some(chunk)) => Ok(chunk),
            Ok(None) => break,
            // What stands there is no piece of a body.
            Err(odd @ StoreError::Inconsistent { .. }) => Err(odd),
            Err(other) => return Err(other),
        };
        chunks += 1;
        if failed.is_some() {
            continue;
        }
        match chunk.and_then(|chunk| reading.push(&chunk)) {
            Ok(found) => {
                for image in found {
                    images += 1;
                    each(image);
                }
            }
            Err(broken) => failed = Some(broken),
        }
    }
    if let Some(broken) = failed {
        return Ok((Err(broken), chunks));
    }
    let walked = reading.finish().map(|(header, hash)| Walked {
        header,
        hash,
        images,
    });
    Ok((walked, chunks))
}
