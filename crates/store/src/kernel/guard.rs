//! The trace guard: a write without its event does not compile.
//!
//! `Db::begin` gives a [`Tx`], which can only read. `Tx::record(event)` consumes it and gives a
//! [`Recording`], the only handle with write functions for traced tables; each write adds the
//! image of the row to the event's body and stamps the row with the event. `Recording::commit`
//! stores the body, and last, under the lock on the log's head, appends the leaf. Dropped
//! uncommitted it rolls everything back. Because the values bound are the values imaged, an event
//! cannot lie about its rows; because the image of a row that changes or goes says how it stood when it was read to be
//! written, what somebody altered in between cannot pass for the program's own (`docs/adr/0019`); because `Recording` does not read, a use case cannot load after it
//! has begun to write.

use std::sync::Arc;

use domain::event::Event;
use domain::id::EventId;

use super::cell::Vault;
use super::clock::Clock;
use super::engine::Engine;
use super::image::{Body, Write};
use super::log::{self, Committed};
use super::press::Press;
use super::reader::Reader;
use super::ready::{OpenRows, Start, alike};
use super::register::{self, Hold, Order, Register};
use super::scratch::Inside;
use super::table::{Cells, Layout, TracedTable};
use super::triggers;
use super::value::Value;
use crate::error::StoreError;

mod changes;

/// An act that has begun: reads under the writer's lock, does not write.
pub struct Tx {
    name: &'static str,
    pub(super) reader: Reader,
    pub(super) press: Option<Press>,
    pub(super) order: Order,
    /// The version of the accounts by which a right was asked.
    pub(super) asked: Option<i64>,
}

/// What the act of this transaction needs besides its event.
#[derive(Clone)]
pub struct Sealing {
    /// 32 random bytes that hide the body behind its hash (`protocol.md` §5); made by the caller.
    pub salt: [u8; 32],
    /// The public record (FREEZE, RESULT …) this act puts into the log, if it is one.
    pub record: Option<String>,
    /// Asked when the act takes its place in the log, which is the time of its entry.
    pub clock: Arc<dyn Clock>,
}

impl Tx {
    pub(super) fn new(name: &'static str, reader: Reader, press: Option<Press>) -> Self {
        Self {
            name,
            reader,
            press,
            order: Order::default(),
            asked: None,
        }
    }

    /// The name the transaction was begun with: the verb it carries out.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a read of this act ends with so that the rows it finds stay as they are until the act ends. PostgreSQL
    /// finds them as whoever is writing them leaves them; SQLite has one writer, beside whom nothing moves.
    pub(crate) fn row_held(&self) -> &'static str {
        match self.reader.conn.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR SHARE",
        }
    }

    /// The same for a row this act is about to write: whoever writes it beside is waited for, and waits.
    pub(crate) fn row_alone(&self) -> &'static str {
        match self.reader.conn.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// From here on everything written belongs to `event`.
    pub fn record(self, event: Event, sealing: Sealing) -> Result<Recording, StoreError> {
        let body = Body::new(&event.canonical_json());
        Ok(Recording {
            reader: self.reader,
            press: self.press,
            body,
            event,
            sealing,
            touched: Vec::new(),
            order: self.order,
            asked: self.asked,
        })
    }

    /// Gives up the act and its lock at once.
    pub async fn abandon(self) -> Result<(), StoreError> {
        self.reader.conn.rollback().await
    }
}

impl std::ops::Deref for Tx {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

/// The key that opens writing: one event, its rows, its leaf.
#[must_use = "an act that is not committed has not happened"]
pub struct Recording {
    pub(super) reader: Reader,
    press: Option<Press>,
    body: Body,
    event: Event,
    sealing: Sealing,
    /// Registers whose version this act has advanced.
    touched: Vec<Register>,
    order: Order,
    asked: Option<i64>,
}

impl Recording {
    /// The event all writes of this act are stamped with.
    #[must_use]
    pub fn event_id(&self) -> &EventId {
        &self.event.id
    }

    /// What seals cells.
    pub(crate) fn vault(&self) -> Arc<dyn Vault> {
        self.reader.vault()
    }

    /// Inserts one row.
    pub(crate) async fn insert(
        &mut self,
        table: &TracedTable,
        row: Cells,
    ) -> Result<(), StoreError> {
        self.insert_many(table, [Ok(row)]).await.map(|_| ())
    }

    /// Inserts many rows with few statements; returns how many.
    pub(crate) async fn insert_many(
        &mut self,
        table: &TracedTable,
        rows: impl IntoIterator<Item = Result<Cells, StoreError>>,
    ) -> Result<u64, StoreError> {
        let layout = table.layout();
        let mut rows = rows.into_iter().peekable();
        // What writes nothing is no event of the register: its version counts those that do.
        if rows.peek().is_none() {
            return Ok(0);
        }
        self.touch(layout).await?;
        let mut batch = Batch::new(self, layout);
        let mut inserted = 0;
        for row in rows {
            let values = layout.values(row?)?;
            self.image(layout, &Write::New(&values)).await?;
            if batch.push(values) {
                inserted += self.flush(layout, &mut batch).await?;
            }
        }
        Ok(inserted + self.flush(layout, &mut batch).await?)
    }

    /// Writes rows that were made ready outside the lock: the new ones, and those that change, each provided it
    /// was last written by the event it was read with. Returns how many of both.
    pub(crate) async fn write_ready(&mut self, rows: OpenRows) -> Result<(u64, u64), StoreError> {
        if rows.images.is_empty() {
            return Ok((0, 0));
        }
        let layout = rows.layout;
        self.touch(layout).await?;
        let mut batch = Batch::new(self, layout);
        let (mut inserted, changed) = (0, rows.changed.len() as u64);
        for row in rows.new {
            if batch.push(row) {
                inserted += self.flush(layout, &mut batch).await?;
            }
        }
        inserted += self.flush(layout, &mut batch).await?;
        self.update_ready(layout, rows.changed).await?;
        for part in rows.images {
            for chunk in self.body.ready(layout, part)? {
                log::keep_chunk(&mut self.reader.conn, &self.event, &self.sealing, chunk).await?;
            }
        }
        Ok((inserted, changed))
    }

    async fn update_ready(
        &mut self,
        layout: &Layout,
        changed: Vec<(Start, Vec<Value>)>,
    ) -> Result<(), StoreError> {
        let most = self.reader.conn.most_values();
        for (columns, rows) in alike(layout, changed, most) {
            let sql = layout.update(&columns, rows.len(), "last_event");
            let expected = rows.len() as u64;
            let mut args = vec![Value::from(self.event.id.as_str())];
            for (seen, row) in rows {
                args.extend_from_slice(layout.key_of(&row));
                args.push(Value::from(seen.as_str()));
                args.extend(columns.iter().map(|at| row[usize::from(*at)].clone()));
            }
            let done = self.reader.conn.execute(&sql, &args).await;
            if done.map_err(|error| named(error, layout))? != expected {
                return Err(moved_on(layout));
            }
        }
        Ok(())
    }

    async fn flush(&mut self, layout: &Layout, batch: &mut Batch) -> Result<u64, StoreError> {
        if batch.args.is_empty() {
            return Ok(0);
        }
        let rows = batch.args.len() / (layout.columns.len() + 1);
        let sql = layout.insert(rows, Some("last_event"));
        let rows = rows as u64;
        let kept = (layout.name, rows);
        let done = self.reader.conn.keep(kept, &sql, &batch.args).await;
        batch.args.clear();
        done.map_err(|error| named(error, layout))?;
        Ok(rows)
    }

    /// Advances the version of the table's register before the first of its rows is written: whoever
    /// holds the register is waited for here, and never while a row of it is locked.
    async fn touch(&mut self, layout: &Layout) -> Result<(), StoreError> {
        if let Some(register) = layout.register
            && !self.touched.contains(&register)
        {
            self.order.next(register, Hold::Exclusive);
            let press = self.press.as_ref();
            register::advance(&mut self.reader.conn, register, press).await?;
            self.touched.push(register);
        }
        Ok(())
    }

    /// Adds the image of a row; a chunk of the body that is full goes to the database at once, so that
    /// an act of a million rows needs no more memory than one of a few.
    async fn image(&mut self, layout: &Layout, write: &Write<'_>) -> Result<(), StoreError> {
        self.body.image(layout, write);
        if let Some(chunk) = self.body.full_chunk()? {
            log::keep_chunk(&mut self.reader.conn, &self.event, &self.sealing, chunk).await?;
        }
        Ok(())
    }

    /// How many row images this act holds so far.
    pub(super) fn images(&self) -> i64 {
        self.body.images()
    }

    /// The untraced tables that change together with this act.
    pub fn beside(&mut self) -> Inside<'_> {
        Inside::new(&mut self.reader)
    }

    /// Holds the accounts for the rest of the act: whoever acts is asked for his right when all is written, and it
    /// stands as it is read from this view until the act has its place in the log.
    pub async fn hold_accounts(&mut self) -> Result<&mut Reader, StoreError> {
        self.accounts_held().await?;
        Ok(&mut self.reader)
    }

    /// Holds them and yields their version.
    async fn accounts_held(&mut self) -> Result<i64, StoreError> {
        let accounts = (Register::Accounts, Hold::Shared);
        register::held(&mut self.reader, accounts, self.press.as_ref()).await
    }

    /// Gives up the act and its lock at once; nothing of it has happened.
    pub async fn abandon(self) -> Result<(), StoreError> {
        self.reader.conn.rollback().await
    }

    /// Stores the body, appends the leaf under the lock on the head, and makes all of it durable.
    pub async fn commit(mut self) -> Result<Committed, StoreError> {
        self.still_as_asked().await?;
        let press = self.press.take();
        if let Some(press) = &press {
            press.settle(&mut self.reader.conn, &self.event.id).await?;
        }
        let event = self.event.id.clone();
        let (committed, reader) = self.append().await?;
        let newest = reader.newest().clone();
        reader.conn.commit().await?;
        newest.written(&committed);
        if let Some(press) = &press {
            press.done(&event);
        }
        Ok(committed)
    }

    /// The accounts are held from here on, where the act waits for nobody but the head of the log, and are those by
    /// which its right was asked. Otherwise it is begun again.
    async fn still_as_asked(&mut self) -> Result<(), StoreError> {
        let Some(asked) = self.asked else {
            return Ok(());
        };
        if self.accounts_held().await? == asked {
            return Ok(());
        }
        Err(StoreError::Held(Register::Accounts))
    }

    /// The leaf, in a transaction that goes on: only a migration has more to do after its event.
    pub(super) async fn append(mut self) -> Result<(Committed, Reader), StoreError> {
        let sealed = self.body.seal()?;
        let committed =
            log::append(&mut self.reader.conn, &self.event, &self.sealing, sealed).await?;
        log::require_before(&mut self.reader, &committed).await?;
        triggers::none(&mut self.reader.conn).await?;
        Ok((committed, self.reader))
    }

    /// Takes back an act that has written nothing.
    pub(super) fn unused(self) -> Reader {
        self.reader
    }
}

/// The values of new rows that go into one statement, each row with the stamp of the event.
struct Batch {
    stamp: Value,
    args: Vec<Value>,
    most: usize,
}

impl Batch {
    fn new(rec: &Recording, layout: &Layout) -> Self {
        let width = layout.columns.len() + 1;
        let rows = (rec.reader.conn.most_values() / width).clamp(1, 500);
        Self {
            stamp: Value::from(rec.event.id.as_str()),
            args: Vec::with_capacity(width),
            most: rows * width,
        }
    }

    /// Adds a row; true once the statement is full.
    fn push(&mut self, row: Vec<Value>) -> bool {
        self.args.extend(row);
        self.args.push(self.stamp.clone());
        self.args.len() >= self.most
    }
}

/// A NULL read back is typed by the descriptor, so that equal rows have equal images.
pub(super) fn typed(layout: &Layout, values: &[Value]) -> Vec<Value> {
    values
        .iter()
        .zip(layout.columns)
        .map(|(value, column)| match value.is_null() {
            true => column.kind.null(),
            false => value.clone(),
        })
        .collect()
}

/// The row was written since it was read.
pub(super) fn moved_on(layout: &Layout) -> StoreError {
    StoreError::Conflict {
        table: layout.name,
        what: "last_event".to_owned(),
    }
}

/// A conflict learns the table it happened in.
fn named(error: StoreError, layout: &Layout) -> StoreError {
    match error {
        StoreError::Conflict { what, .. } => StoreError::Conflict {
            table: layout.name,
            what,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests;
