//! Rows that are there already: changed or taken away, as they were read by whoever writes them.

use domain::id::EventId;

use super::{Recording, moved_on, named, typed};
use crate::error::StoreError;
use crate::kernel::conn::swallowed;
use crate::kernel::engine::Engine;
use crate::kernel::image::{Stood, Write, cells_text};
use crate::kernel::table::{Cells, Layout, TracedTable};
use crate::kernel::value::Value;

impl Recording {
    /// Changes the named columns of the row that was last written by the event `seen`; a row that
    /// has moved on since it was read is a conflict, never an overwrite.
    pub(crate) async fn update(
        &mut self,
        table: &TracedTable,
        key: &[Value],
        seen: &EventId,
        changes: Cells,
    ) -> Result<(), StoreError> {
        let layout = table.layout();
        self.touch(layout).await?;
        let (mut written, stood) = self.stood(layout, key, seen).await?;
        let mut args: Vec<Value> = Vec::with_capacity(changes.len() + key.len() + 2);
        let mut sql = format!("UPDATE {} SET last_event = $1", layout.name);
        args.push(Value::from(self.event.id.as_str()));
        for (name, value) in changes {
            let mut columns = layout.columns.iter();
            let at = columns.position(|c| c.name == name && c.kind == value.kind());
            let Some(at) = at.filter(|_| !layout.key.contains(&name)) else {
                return Err(layout.wrong(name, "not a column that can change, or of another kind"));
            };
            written[at] = value.clone();
            args.push(value);
            sql.push_str(&format!(", {name} = ${}", args.len()));
        }
        sql.push_str(&format!(" WHERE {}", layout.key_match(args.len() + 1)));
        args.extend_from_slice(key);
        args.push(Value::from(seen.as_str()));
        sql.push_str(&format!(
            " AND last_event = ${} RETURNING {}",
            args.len(),
            layout.names()
        ));
        let rows = self
            .reader
            .conn
            .fetch(&sql, &args)
            .await
            .map_err(|error| named(error, layout))?;
        let [row] = rows.as_slice() else {
            // It was there a moment ago, and nobody else may write it.
            return Err(swallowed(layout.name, 0, 1));
        };
        // What the database made of it beside what it was told is no act of anybody's.
        let values = typed(layout, &written);
        if cells_text(&typed(layout, row.values())) != cells_text(&values) {
            let place = format!("表 {} 行 {} ", layout.name, cells_text(key));
            let why = "写入之后不是程序写的内容：库里有东西改写了它";
            return Err(StoreError::contradiction(&place, why));
        }
        self.image(layout, &Write::Changed(&values, &stood)).await
    }

    /// Deletes the row that was last written by the event `seen`.
    pub(crate) async fn delete(
        &mut self,
        table: &TracedTable,
        key: &[Value],
        seen: &EventId,
    ) -> Result<(), StoreError> {
        let layout = table.layout();
        self.touch(layout).await?;
        let (_, stood) = self.stood(layout, key, seen).await?;
        let sql = format!(
            "DELETE FROM {} WHERE {} AND last_event = ${}",
            layout.name,
            layout.key_match(1),
            key.len() + 1
        );
        let mut args = key.to_vec();
        args.push(Value::from(seen.as_str()));
        self.reader.conn.keep((layout.name, 1), &sql, &args).await?;
        self.image(layout, &Write::Gone(key, &stood)).await
    }

    /// The row, and how it stands, that was last written by the event `seen`, under the lock of whoever writes it next.
    async fn stood(
        &mut self,
        layout: &Layout,
        key: &[Value],
        seen: &EventId,
    ) -> Result<(Vec<Value>, Stood), StoreError> {
        let lock = match self.reader.conn.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR NO KEY UPDATE",
        };
        let sql = format!(
            "SELECT {} FROM {} WHERE {} AND last_event = ${}{lock}",
            layout.names(),
            layout.name,
            layout.key_match(1),
            key.len() + 1
        );
        let mut args = key.to_vec();
        args.push(Value::from(seen.as_str()));
        let rows = self.reader.conn.fetch(&sql, &args).await?;
        let [row] = rows.as_slice() else {
            return Err(moved_on(layout));
        };
        let values = typed(layout, row.values());
        let stood = Stood::of(&cells_text(&values), seen.as_str());
        Ok((values, stood))
    }
}
