//! Table descriptors: which tables exist, of which class, with which columns.
//!
//! Two types, not one with a flag: a [`TracedTable`] can only be written through a
//! [`Recording`](super::guard::Recording), an [`UntracedTable`] only through a
//! [`Scratch`](super::scratch::Scratch). Writing a traced table without an event is therefore a
//! type error. All statements that write are made here, from constants.

use super::value::{Kind, Value};
use crate::error::StoreError;

/// Who may see a column. `docs/adr/0002`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// May stand on the public portal.
    Public,
    /// Stands inside the bureau, is masked outside it.
    Masked,
    /// Personal or secret: stored and imaged as ciphertext only.
    Private,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in both engines.
    pub name: &'static str,
    /// Kind in both engines.
    pub kind: Kind,
    /// Who may see it.
    pub class: Class,
}

/// What all descriptors share.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Name in both engines.
    pub name: &'static str,
    /// Names of the key columns, which come first.
    pub key: &'static [&'static str],
    /// All columns in the order of the row image, without `last_event`.
    pub columns: &'static [Column],
}

/// A table whose every change is an event of the log.
#[derive(Clone, Copy, Debug)]
pub struct TracedTable(pub(crate) Layout);

/// A table outside the log, with the reason why that is harmless.
#[derive(Clone, Copy, Debug)]
pub struct UntracedTable(pub(crate) Layout, pub(crate) &'static str);

impl TracedTable {
    /// Name, key and columns.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.0
    }
}

impl UntracedTable {
    /// Name, key and columns.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.0
    }

    /// Why a change of this table needs no event.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.1
    }
}

/// A row as it is written: every column by name, in the table's order. The names are compared
/// with the descriptor, so that a forgotten or swapped column is an error and never a wrong cell.
pub type Cells = Vec<(&'static str, Value)>;

impl Layout {
    /// Checks a row against the descriptor and strips the names.
    pub(super) fn values(&self, cells: Cells) -> Result<Vec<Value>, StoreError> {
        if cells.len() != self.columns.len() {
            return Err(self.wrong("-", "the row has another number of columns"));
        }
        let mut values = Vec::with_capacity(cells.len());
        for ((name, value), column) in cells.into_iter().zip(self.columns) {
            if name != column.name || value.kind() != column.kind {
                return Err(self.wrong(name, "the row names another column or kind here"));
            }
            values.push(value);
        }
        Ok(values)
    }

    /// The key part of a row.
    pub(super) fn key_of<'a>(&self, values: &'a [Value]) -> &'a [Value] {
        &values[..self.key.len()]
    }

    pub(super) fn wrong(&self, column: &str, why: &str) -> StoreError {
        StoreError::inconsistent(self.name, column, "-", why)
    }

    pub(super) fn names(&self) -> String {
        self.columns
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// `key1 = $n AND key2 = $n+1 …`, counting from `first`.
    pub(super) fn key_match(&self, first: usize) -> String {
        self.key
            .iter()
            .enumerate()
            .map(|(at, name)| format!("{name} = ${}", first + at))
            .collect::<Vec<_>>()
            .join(" AND ")
    }

    /// Multi-row insert of `rows` rows with `extra` as a further column of the same value.
    pub(super) fn insert(&self, rows: usize, extra: Option<&'static str>) -> String {
        let width = self.columns.len() + usize::from(extra.is_some());
        let mut sql = format!("INSERT INTO {} ({}", self.name, self.names());
        if let Some(extra) = extra {
            sql.push_str(", ");
            sql.push_str(extra);
        }
        sql.push_str(") VALUES ");
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                if column > 0 {
                    sql.push_str(", ");
                }
                sql.push('$');
                sql.push_str(&(row * width + column + 1).to_string());
            }
            sql.push(')');
        }
        sql
    }
}

/// Declares a table of one class. The whole schema is declared with it in `schema.rs`.
macro_rules! table {
    ($(#[$meta:meta])* traced $const:ident = $name:literal key($($key:ident),+) { $($column:ident: $kind:ident $class:ident,)+ }) => {
        $(#[$meta])*
        pub const $const: $crate::kernel::table::TracedTable =
            $crate::kernel::table::TracedTable($crate::kernel::table::Layout {
                name: $name,
                key: &[$(stringify!($key)),+],
                columns: &[$($crate::kernel::table::column!($column $kind $class)),+],
            });
    };
    ($(#[$meta:meta])* untraced $const:ident = $name:literal because $reason:literal key($($key:ident),+) { $($column:ident: $kind:ident $class:ident,)+ }) => {
        $(#[$meta])*
        pub const $const: $crate::kernel::table::UntracedTable =
            $crate::kernel::table::UntracedTable(
                $crate::kernel::table::Layout {
                    name: $name,
                    key: &[$(stringify!($key)),+],
                    columns: &[$($crate::kernel::table::column!($column $kind $class)),+],
                },
                $reason,
            );
    };
}

macro_rules! column {
    ($column:ident $kind:ident $class:ident) => {
        $crate::kernel::table::Column {
            name: stringify!($column),
            kind: $crate::kernel::table::column!(@kind $kind),
            class: $crate::kernel::table::column!(@class $class),
        }
    };
    (@kind int) => { $crate::kernel::value::Kind::Int };
    (@kind text) => { $crate::kernel::value::Kind::Text };
    (@kind blob) => { $crate::kernel::value::Kind::Blob };
    (@class public) => { $crate::kernel::table::Class::Public };
    (@class masked) => { $crate::kernel::table::Class::Masked };
    (@class private) => { $crate::kernel::table::Class::Private };
}

pub(crate) use column;
