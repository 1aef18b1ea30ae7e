//! The leaves from the head backwards, for decisions: which entry last wrote a row is said by the entries themselves, never
//! by a column of the row, by a link or by the index of events, which somebody could alter for the while of one act.
//!
//! A page of leaves is appended to the edge of the tree before it, as its nodes stand; the root that comes out is the one
//! known already, of the head or of the page before. So every leaf is proven, in its place, and none is left out. What an
//! entry wrote is believed of its body only, which has the hash the entry names. Deliberately absent: whether the head is
//! the one that was published; only who holds a checkpoint can tell.

use domain::id::EventId;
use tlog::Frontier;
use tlog::entry::Entry;
use tlog::proof::root_nodes;

use super::{broken, column_int, head, lost, nodes, size_of};
use crate::error::StoreError;
use crate::kernel::header::Header;
use crate::kernel::image::{Asked, Image};
use crate::kernel::reader::{Query, Reader};

/// Leaves of the first page, and of the largest: most walks end soon.
const FIRST: u64 = 64;
const MOST: u64 = 4_096;

/// One leaf, proven.
pub(in crate::kernel) struct Leaf {
    /// Its number.
    pub(in crate::kernel) sequence: u64,
    /// Its entry.
    pub(in crate::kernel) entry: Entry,
    /// The event that the row of the leaf names; its body is believed only if the entry names it.
    pub(in crate::kernel) event: EventId,
}

/// The leaves of a log, newest first.
pub(in crate::kernel) struct Walk {
    /// The tree of all leaves before those that were read.
    rest: Frontier,
    page: Vec<(u64, String, String)>,
    size: u64,
}

impl Walk {
    /// From the head.
    pub(in crate::kernel) async fn begin(reader: &mut Reader) -> Result<Self, StoreError> {
        Ok(Self {
            rest: head::check(&mut reader.conn).await?.frontier,
            page: Vec::new(),
            size: FIRST,
        })
    }

    /// The next older leaf; none before the first.
    ///
    /// # Errors
    /// [`StoreError::Contradiction`] if the leaves are not those of the head.
    pub(in crate::kernel) async fn next(
        &mut self,
        reader: &mut Reader,
    ) -> Result<Option<Leaf>, StoreError> {
        if self.page.is_empty() && self.rest.size() > 0 {
            self.turn(reader).await?;
        }
        let Some((sequence, event, entry)) = self.page.pop() else {
            return Ok(None);
        };
        let entry =
            Entry::parse(&entry).map_err(|error| refuted(sequence, &format!("读不出：{error}")))?;
        let event = EventId::parse(&event).map_err(|_| refuted(sequence, "的事件号不合格式"))?;
        Ok(Some(Leaf {
            sequence,
            entry,
            event,
        }))
    }

    /// Reads and proves the page of leaves before those that were read.
    async fn turn(&mut self, reader: &mut Reader) -> Result<(), StoreError> {
        let until = self.rest.size();
        let from = until.saturating_sub(self.size);
        self.size = (self.size * 2).min(MOST);
        let known = nodes(reader, &root_nodes(from)).await?;
        let node = |id| {
            let mut known = known.iter();
            known.find(|(known, _)| *known == id).map(|(_, hash)| *hash)
        };
        let before = Frontier::rebuild(from, node).map_err(|error| lost(&error))?;
        let query = Query::new(
            "SELECT sequence, event_id, entry FROM log_leaves WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence",
        );
        let query = query.arg(column_int(from)?).arg(column_int(until)?);
        let mut grown = before.clone();
        for row in reader.all(query).await? {
            let (sequence, expected) = (size_of(row.int("sequence")?)?, grown.size());
            if sequence != expected {
                return Err(refuted(expected, "不在了"));
            }
            let entry = row.text("entry")?;
            let leaf = tlog::hash::leaf_hash(entry.as_bytes());
            grown.append(leaf).map_err(|error| broken(&error))?;
            let event = row.text("event_id")?.to_owned();
            self.page.push((sequence, event, entry.to_owned()));
        }
        if grown.size() != until {
            return Err(refuted(grown.size(), "不在了"));
        }
        if grown.root() != self.rest.root() {
            let place = format!("留痕第 {from} 条到第 {} 条", until - 1);
            let why = "不是日志头之下的那些条目";
            return Err(StoreError::contradiction(&place, why));
        }
        self.rest = before;
        Ok(())
    }
}

impl Leaf {
    /// The header of its event, as the entry confirms it; `each` is given the images of the body that are asked for, which
    /// are to be believed only if this succeeds.
    pub(in crate::kernel) async fn told(
        &self,
        reader: &mut Reader,
        asked: Asked<'_>,
        each: impl FnMut(Image),
    ) -> Result<Header, StoreError> {
        super::proven::body_of(reader, (&self.event, &self.entry), asked, each)
            .await
            .map_err(|error| super::proven::unread(error, &self.event))
    }
}

fn refuted(sequence: u64, why: &str) -> StoreError {
    StoreError::contradiction(&format!("留痕第 {sequence} 条"), why)
}
