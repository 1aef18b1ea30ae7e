//! What a column holds, on both engines: an integer, a text or bytes, each of which may be NULL.
//!
//! There is no fourth kind on the engines; a sealed cell is bytes there, and a type of its own here, so that
//! no text gets into it by mistake. Instants are unix milliseconds, dates are ISO text, flags are 0 and 1
//! (see `docs/adr/0001`), so that a row reads the same from SQLite and from PostgreSQL and an image
//! of it in the log has one form.

use std::fmt::Display;
use std::sync::Arc;

use domain::text::FieldError;
use domain::time::Date;
use domain::versioned::Shape;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cell::SealedCell;
use crate::error::StoreError;

mod origin;

pub(super) use origin::words;

/// One value of one column, typed even when it is NULL (PostgreSQL wants to know).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// INTEGER / BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BLOB / BYTEA.
    Blob(Option<Vec<u8>>),
    /// BLOB / BYTEA that is ciphertext.
    Sealed(Option<SealedCell>),
}

/// The kind of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// INTEGER / BIGINT.
    Int,
    /// TEXT.
    Text,
    /// BLOB / BYTEA.
    Blob,
    /// BLOB / BYTEA that is ciphertext.
    Sealed,
}

impl Kind {
    /// NULL in a column of this kind.
    pub(super) const fn null(self) -> Value {
        match self {
            Self::Int => Value::Int(None),
            Self::Text => Value::Text(None),
            Self::Blob => Value::Blob(None),
            Self::Sealed => Value::Sealed(None),
        }
    }
}

impl Value {
    /// The kind this value belongs to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Int(_) => Kind::Int,
            Self::Text(_) => Kind::Text,
            Self::Blob(_) => Kind::Blob,
            Self::Sealed(_) => Kind::Sealed,
        }
    }

    /// Whether the value is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Int(None) | Self::Text(None) | Self::Blob(None) | Self::Sealed(None)
        )
    }
}

/// A value as it can be told, whatever stands there: an engine that takes any kind in any column may hold anything.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Int(Some(number)) => number.to_string(),
        Value::Text(Some(text)) => {
            let short: String = text.chars().take(64).collect();
            format!("“{}”", short.replace(char::is_control, " "))
        }
        Value::Blob(Some(bytes)) => format!("{} 个字节", bytes.len()),
        _ => "空".to_owned(),
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(Some(value))
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(Some(value.to_vec()))
    }
}

impl From<SealedCell> for Value {
    fn from(value: SealedCell) -> Self {
        Self::Sealed(Some(value))
    }
}

impl From<Option<SealedCell>> for Value {
    fn from(value: Option<SealedCell>) -> Self {
        Self::Sealed(value)
    }
}

/// What the rows of one answer share: the names of its columns, and the query, by which a cell that cannot be used
/// is told with its table.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) names: Vec<String>,
    pub(super) sql: String,
}

/// One row of an answer, with its columns by name.
#[derive(Clone, Debug)]
pub struct Row {
    answer: Arc<Answer>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(answer: Arc<Answer>, values: Vec<Value>) -> Self {
        Self { answer, values }
    }

    /// All values in the order of the query.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub(super) fn value(&self, column: &str) -> Result<&Value, StoreError> {
        self.answer
            .names
            .iter()
            .position(|name| name == column)
            .map(|at| &self.values[at])
            .ok_or_else(|| self.odd(column, "the query has no such column"))
    }

    /// A cell that is not what its column holds, with table and row.
    fn odd(&self, column: &str, why: &str) -> StoreError {
        let table = origin::table_of(&self.answer.sql, column);
        StoreError::inconsistent(table, column, &self.key(table), why)
    }

    /// By what the row is known in that table; what stands first in it where the query does not ask for its key.
    fn key(&self, table: &str) -> String {
        let key = origin::key_of(table);
        let named: Vec<&Value> = key
            .iter()
            .filter_map(|name| {
                let at = self.answer.names.iter().position(|known| known == name)?;
                Some(&self.values[at])
            })
            .collect();
        let told = if named.is_empty() || named.len() < key.len() {
            self.values.iter().take(1).collect()
        } else {
            named
        };
        let told: Vec<String> = told.into_iter().map(words).collect();
        told.join(" ")
    }

    /// An integer that may be NULL.
    pub fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Int(value) => Ok(*value),
            other if other.is_null() => Ok(None),
            _ => Err(self.odd(column, "不是整数")),
        }
    }

    /// An integer.
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.maybe_int(column)?
            .ok_or_else(|| self.odd(column, "是空的"))
    }

    /// A flag: 0 or 1.
    pub fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A text that may be NULL.
    pub fn maybe_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Text(value) => Ok(value.as_deref()),
            other if other.is_null() => Ok(None),
            _ => Err(self.odd(column, "不是文字")),
        }
    }

    /// A text.
    pub fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.maybe_text(column)?
            .ok_or_else(|| self.odd(column, "是空的"))
    }

    /// Bytes that may be NULL.
    pub fn maybe_blob(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        match self.value(column)? {
            Value::Blob(value) => Ok(value.as_deref()),
            other if other.is_null() => Ok(None),
            _ => Err(self.odd(column, "不是字节串")),
        }
    }

    /// Bytes.
    pub fn blob(&self, column: &str) -> Result<&[u8], StoreError> {
        self.maybe_blob(column)?
            .ok_or_else(|| self.odd(column, "是空的"))
    }

    /// A sealed cell that may be NULL.
    pub fn maybe_sealed(&self, column: &str) -> Result<Option<SealedCell>, StoreError> {
        let bytes = self.maybe_blob(column)?;
        Ok(bytes.map(|bytes| SealedCell::of_ciphertext(bytes.to_vec())))
    }

    /// A text parsed into a type of the domain; a text the domain refuses is an inconsistency of
    /// the database, named with table, column and row.
    pub fn parsed<T, E: Display>(
        &self,
        table: &'static str,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(text).map_err(|error| {
            let why = format!("{}：{error}", shown(&Value::from(text)));
            StoreError::inconsistent(table, column, &self.key(table), &why)
        })
    }

    /// A state kept as JSON, of this or an earlier version of its shape; `key` is the column that
    /// names the row.
    pub fn kept<T: Serialize + DeserializeOwned>(
        &self,
        table: &'static str,
        column: &str,
        key: &str,
        shape: &Shape<T>,
    ) -> Result<T, StoreError> {
        shape.read(self.text(column)?).map_err(|why| {
            StoreError::unreadable(table, column, self.text(key).unwrap_or("-"), why)
        })
    }

    /// A text read as strictly as what is typed.
    pub fn checked<T>(
        &self,
        table: &'static str,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Result<T, StoreError> {
        self.parsed(table, column, |text| {
            parse(text).map_err(|error| error.sentence)
        })
    }

    /// The same for a text that may be NULL.
    pub fn maybe_checked<T>(
        &self,
        table: &'static str,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Result<Option<T>, StoreError> {
        match self.maybe_text(column)? {
            None => Ok(None),
            Some(_) => self.checked(table, column, parse).map(Some),
        }
    }

    /// A date.
    pub fn date(&self, table: &'static str, column: &str) -> Result<Date, StoreError> {
        self.parsed(table, column, |text| {
            Date::parse_iso(text).ok_or("不是日期")
        })
    }

    /// A date that may be NULL.
    pub fn maybe_date(
        &self,
        table: &'static str,
        column: &str,
    ) -> Result<Option<Date>, StoreError> {
        match self.maybe_text(column)? {
            None => Ok(None),
            Some(_) => self.date(table, column).map(Some),
        }
    }
}
