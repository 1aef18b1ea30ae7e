//! The second handle: tables outside the log (sessions, drafts, staging).
//!
//! Its functions take an [`UntracedTable`] and nothing else, so that it cannot be used as a side
//! door to a traced one. [`Scratch`] is a transaction of its own; [`Inside`] writes untraced
//! tables within an act, so that both happen or neither.

use super::press::Press;
use super::reader::Reader;
use super::table::{Cells, Layout, UntracedTable};
use super::value::Value;
use crate::error::StoreError;

/// A transaction over untraced tables only.
#[must_use = "what is not committed has not happened"]
pub struct Scratch {
    reader: Reader,
}

impl Scratch {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// The untraced tables, to write.
    pub fn inside(&mut self) -> Inside<'_> {
        Inside::new(&mut self.reader)
    }

    /// All tables, to read.
    pub fn reader(&mut self) -> &mut Reader {
        &mut self.reader
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.reader.conn.commit().await
    }
}

/// Untraced tables within an open transaction.
pub struct Inside<'a> {
    reader: &'a mut Reader,
}

impl<'a> Inside<'a> {
    pub(super) fn new(reader: &'a mut Reader) -> Self {
        Self { reader }
    }

    /// Takes the key of a form for something that leaves no event, such as an order, whose answer stands at
    /// `location`: both are durable or neither.
    ///
    /// # Errors
    /// [`StoreError::Pressed`] if that form has been carried out already.
    pub async fn take_key(&mut self, press: &Press, location: &str) -> Result<(), StoreError> {
        press.order(&mut self.reader.conn, location).await
    }

    /// Inserts one row.
    pub(crate) async fn insert(
        &mut self,
        table: &UntracedTable,
        row: Cells,
    ) -> Result<(), StoreError> {
        let layout = table.layout();
        let values = layout.values(row)?;
        let sql = layout.insert(1, None);
        let kept = (layout.name, 1);
        self.reader.conn.keep(kept, &sql, &values).await
    }

    /// Inserts many rows with few statements.
    pub(crate) async fn insert_many(
        &mut self,
        table: &UntracedTable,
        rows: impl IntoIterator<Item = Cells>,
    ) -> Result<(), StoreError> {
        let layout = table.layout();
        let conn = &mut self.reader.conn;
        let most = (conn.most_values() / layout.columns.len()).clamp(1, 500);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut values = Vec::new();
            let mut count = 0;
            for row in rows.by_ref().take(most) {
                values.extend(layout.values(row)?);
                count += 1;
            }
            let sql = layout.insert(count, None);
            conn.keep((layout.name, count as u64), &sql, &values)
                .await?;
        }
        Ok(())
    }

    /// Inserts one row unless its key is there already; whether it was inserted.
    pub(crate) async fn insert_new(
        &mut self,
        table: &UntracedTable,
        row: Cells,
    ) -> Result<bool, StoreError> {
        let layout = table.layout();
        let values = layout.values(row)?;
        let key = layout.key.join(", ");
        let sql = format!("{} ON CONFLICT ({key}) DO NOTHING", layout.insert(1, None));
        Ok(self.reader.conn.execute(&sql, &values).await? == 1)
    }

    /// Inserts one row, or replaces the one with the same key.
    pub(crate) async fn put(
        &mut self,
        table: &UntracedTable,
        row: Cells,
    ) -> Result<(), StoreError> {
        let layout = table.layout();
        let values = layout.values(row)?;
        let rest: Vec<String> = layout
            .columns
            .iter()
            .filter(|column| !layout.key.contains(&column.name))
            .map(|column| format!("{0} = excluded.{0}", column.name))
            .collect();
        let clash = if rest.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", rest.join(", "))
        };
        let sql = format!(
            "{} ON CONFLICT ({}) DO {clash}",
            layout.insert(1, None),
            layout.key.join(", ")
        );
        self.reader.conn.execute(&sql, &values).await.map(|_| ())
    }

    /// Changes columns of the row with that key, provided each column `still.0` holds `still.1`;
    /// false if one does not, and then nothing is changed.
    pub(crate) async fn change(
        &mut self,
        table: &UntracedTable,
        key: &[Value],
        still: impl IntoIterator<Item = (&'static str, Value)>,
        changes: Cells,
    ) -> Result<bool, StoreError> {
        let layout = table.layout();
        let known = |name: &str| layout.columns.iter().any(|column| column.name == name);
        let mut args = Vec::with_capacity(changes.len() + key.len() + 1);
        let mut sets = Vec::with_capacity(changes.len());
        for (name, value) in changes {
            if !known(name) || layout.key.contains(&name) {
                return Err(layout.wrong(name, "not a column that can change"));
            }
            args.push(value);
            sets.push(format!("{name} = ${}", args.len()));
        }
        let mut matched = layout.key_match(args.len() + 1);
        args.extend_from_slice(key);
        for (name, value) in still {
            if !known(name) {
                return Err(layout.wrong(name, "no such column"));
            }
            args.push(value);
            matched.push_str(&format!(" AND {name} = ${}", args.len()));
        }
        let sql = format!(
            "UPDATE {} SET {} WHERE {matched}",
            layout.name,
            sets.join(", ")
        );
        Ok(self.reader.conn.execute(&sql, &args).await? == 1)
    }

    /// Deletes the rows whose `column` equals `value`; returns how many.
    pub(crate) async fn delete(
        &mut self,
        table: &UntracedTable,
        column: &'static str,
        value: impl Into<Value>,
    ) -> Result<u64, StoreError> {
        self.delete_where(table.layout(), column, "=", value.into())
            .await
    }

    /// Deletes the rows whose `column` is below `value`, which is how things expire.
    pub(crate) async fn delete_below(
        &mut self,
        table: &UntracedTable,
        column: &'static str,
        value: i64,
    ) -> Result<u64, StoreError> {
        self.delete_where(table.layout(), column, "<", Value::from(value))
            .await
    }

    /// Deletes the row with that key, if it is there.
    pub(crate) async fn delete_row(
        &mut self,
        table: &UntracedTable,
        key: &[Value],
    ) -> Result<u64, StoreError> {
        let layout = table.layout();
        let sql = format!("DELETE FROM {} WHERE {}", layout.name, layout.key_match(1));
        self.reader.conn.execute(&sql, key).await
    }

    async fn delete_where(
        &mut self,
        layout: &Layout,
        column: &'static str,
        operator: &'static str,
        value: Value,
    ) -> Result<u64, StoreError> {
        if !layout.columns.iter().any(|known| known.name == column) {
            return Err(layout.wrong(column, "no such column"));
        }
        let sql = format!("DELETE FROM {} WHERE {column} {operator} $1", layout.name);
        self.reader.conn.execute(&sql, &[value]).await
    }
}
