//! The reading half: queries made of constants and bound values, never of typed text.

use std::sync::Arc;

use tlog::Hash;

use super::cell::Vault;
use super::conn::Conn;
use super::log::Newest;
use super::value::{Row, Value};
use crate::error::StoreError;

/// A consistent view of the database that cannot write.
pub struct Reader {
    pub(super) conn: Conn,
    vault: Arc<dyn Vault>,
    newest: Newest,
    /// The newest head of this process before the view began.
    before: Option<(u64, Hash)>,
}

impl Reader {
    pub(super) fn new(conn: Conn, vault: Arc<dyn Vault>) -> Self {
        Self {
            conn,
            vault,
            newest: Newest::default(),
            before: None,
        }
    }

    /// The same in a process that knows this head; `before` it was asked for the view.
    pub(super) fn knowing(self, newest: &Newest, before: Option<(u64, Hash)>) -> Self {
        Self {
            newest: newest.clone(),
            before,
            ..self
        }
    }

    /// The newest head of this process.
    pub(super) fn newest(&self) -> &Newest {
        &self.newest
    }

    /// What it was before the view began.
    pub(super) fn known_before(&self) -> Option<(u64, Hash)> {
        self.before
    }

    /// What opens sealed cells.
    pub(crate) fn vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.vault)
    }

    /// All rows of a query.
    pub(crate) async fn all(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.conn.fetch(&query.sql, &query.args).await
    }

    /// The first row of a query, if there is one.
    pub(crate) async fn first(&mut self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.all(query).await?.into_iter().next())
    }

    /// The rows that have any of these keys, however many there are: asked for in parts, since an
    /// engine bounds what one statement may bind. `before` ends where the list of keys begins.
    pub(crate) async fn any_of(
        &mut self,
        before: &Query,
        keys: &[String],
        after: &'static str,
    ) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        for part in keys.chunks(500) {
            let part = part.iter().map(|key| Value::from(key.as_str()));
            let query = before.clone().bind_list(part).push(after);
            found.extend(self.all(query).await?);
        }
        Ok(found)
    }

    /// The one row of a query; none is `NotFound` under the name of `table`.
    pub(crate) async fn one(
        &mut self,
        table: &'static str,
        query: Query,
    ) -> Result<Row, StoreError> {
        let key = format!("{:?}", query.args);
        self.first(query)
            .await?
            .ok_or(StoreError::NotFound { table, key })
    }

    /// One number: `COUNT`, `MAX`, `SUM` cast to BIGINT.
    pub(crate) async fn number(&mut self, query: Query) -> Result<i64, StoreError> {
        let row = self.one("-", query).await?;
        match row.values() {
            [Value::Int(Some(number))] => Ok(*number),
            _ => Ok(0),
        }
    }
}

/// A statement under construction. Only constants can become text of it; everything a person
/// typed goes in as a bound value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    sql: String,
    args: Vec<Value>,
}

impl Query {
    /// Begins with a constant text that may already hold `$1`…
    pub(crate) fn new(sql: &'static str) -> Self {
        Self {
            sql: sql.to_owned(),
            args: Vec::new(),
        }
    }

    /// Appends a constant text.
    pub(crate) fn push(mut self, sql: &'static str) -> Self {
        self.sql.push_str(sql);
        self
    }

    /// Binds the next `$n` of the text without writing it.
    pub(crate) fn arg(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Writes the next `$n` and binds it.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.args.len().to_string());
        self
    }

    /// Writes `$n, $n+1 …` and binds them; no values make `NULL`, which no row equals.
    pub(crate) fn bind_list(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        let mut any = false;
        for value in values {
            if any {
                self.sql.push_str(", ");
            }
            any = true;
            self = self.bind(value);
        }
        if any { self } else { self.push("NULL") }
    }
}

/// `%text%` for LIKE … ESCAPE '!', with the wildcards of the text made literal.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
