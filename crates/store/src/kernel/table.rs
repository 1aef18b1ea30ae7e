//! Table descriptors: which tables exist, of which class, with which columns.
//!
//! Two types, not one with a flag: a [`TracedTable`] can only be written through a
//! [`Recording`](super::guard::Recording), an [`UntracedTable`] only through a
//! [`Scratch`](super::scratch::Scratch). Writing a traced table without an event is therefore a
//! type error. All statements that write are made here, from constants.
//!
//! A descriptor also says how its table grew (`docs/adr/0009`): since which migration a column exists
//! and what stood before, under which name it stood, which columns were given up. Images of the log
//! keep the names of their time; [`history`](super::history) reads them by what is declared here.

use super::register::Register;
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

/// What a row that is older than a column reads in it: the constant its migration filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// NULL.
    Null,
    /// An integer.
    Int(i64),
    /// A text.
    Text(&'static str),
}

/// When a column came, and what stood before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Number of the migration that added it.
    pub migration: i64,
    /// What rows written before hold.
    pub before: Before,
}

/// A name that is no longer used, of a table or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    /// The name as images of that time spell it.
    pub name: &'static str,
    /// Number of the migration that gave it up.
    pub until: i64,
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
    /// None if it came with its table.
    pub since: Option<Since>,
    /// Names under which it stood before, newest first.
    pub former: &'static [Former],
}

/// What all descriptors share.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Name in both engines.
    pub name: &'static str,
    /// Names under which the table stood before, newest first.
    pub former: &'static [Former],
    /// Names of the key columns, which come first.
    pub key: &'static [&'static str],
    /// All columns in the order of the row image, without `last_event`.
    pub columns: &'static [Column],
    /// Columns that are gone; images that hold them stay readable.
    pub retired: &'static [Former],
    /// The register whose version a change of the table advances.
    pub register: Option<Register>,
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
    /// The names under which bodies may call the table: of today, then those before.
    pub(super) fn called(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.former.iter().map(|was| was.name))
    }

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

    /// Update of `rows` rows in the columns at these places, and of `extra` to the first value. Each row
    /// then brings its key, what `extra` must have been, and the new values. Both engines name the columns
    /// of a list of values `column1`, `column2` …
    pub(super) fn update(&self, places: &[u8], rows: usize, extra: &'static str) -> String {
        let keys = self.key.len();
        let mut sql = format!("UPDATE {} SET {extra} = $1", self.name);
        for (at, place) in places.iter().enumerate() {
            let name = self.columns[usize::from(*place)].name;
            sql.push_str(&format!(", {name} = v.column{}", keys + 2 + at));
        }
        let width = keys + 1 + places.len();
        sql.push_str(" FROM (VALUES ");
        for row in 0..rows {
            let marks: Vec<String> = (0..width)
                .map(|at| format!("${}", 2 + row * width + at))
                .collect();
            sql.push_str(if row == 0 { "(" } else { ", (" });
            sql.push_str(&marks.join(", "));
            sql.push(')');
        }
        sql.push_str(") AS v WHERE ");
        for (at, key) in self.key.iter().copied().chain([extra]).enumerate() {
            let and = if at == 0 { "" } else { " AND " };
            sql.push_str(&format!("{and}{}.{key} = v.column{}", self.name, at + 1));
        }
        sql
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

/// Declares a table of one class. The whole schema is declared with it in `schema.rs`:
///
/// ```text
/// traced NAME = "table" [was "old_name" until 8] [of Register] key(id) {
///     id: text public,
///     phone: text masked since 7 before null,
///     area_code: text masked was area until 8,
/// } [retired { fax until 9, }]
/// ```
macro_rules! table {
    ($(#[$meta:meta])* traced $const:ident = $($layout:tt)+) => {
        $(#[$meta])*
        pub const $const: $crate::kernel::table::TracedTable =
            $crate::kernel::table::TracedTable($crate::kernel::table::layout!($($layout)+));
    };
    ($(#[$meta:meta])* untraced $const:ident = $name:literal because $reason:literal $($layout:tt)+) => {
        $(#[$meta])*
        pub const $const: $crate::kernel::table::UntracedTable =
            $crate::kernel::table::UntracedTable(
                $crate::kernel::table::layout!($name $($layout)+),
                $reason,
            );
    };
}

macro_rules! layout {
    ($name:literal $(was $former:literal until $until:literal)* $(of $register:ident)?
     key($($key:ident),+)
     { $($column:ident: $kind:ident $class:ident $(since $since:literal before $before:tt)? $(was $was:ident until $renamed:literal)*,)+ }
     $(retired { $($retired:ident until $gone:literal,)+ })?) => {
        $crate::kernel::table::Layout {
            name: $name,
            former: &[$($crate::kernel::table::Former { name: $former, until: $until }),*],
            key: &[$(stringify!($key)),+],
            columns: &[$($crate::kernel::table::Column {
                name: stringify!($column),
                kind: $crate::kernel::table::word!(kind $kind),
                class: $crate::kernel::table::word!(class $class),
                since: $crate::kernel::table::word!(since $($since $before)?),
                former: &[$($crate::kernel::table::Former { name: stringify!($was), until: $renamed }),*],
            }),+],
            retired: &[$($($crate::kernel::table::Former { name: stringify!($retired), until: $gone }),+)?],
            register: $crate::kernel::table::word!(register $($register)?),
        }
    };
}

macro_rules! word {
    (kind int) => { $crate::kernel::value::Kind::Int };
    (kind text) => { $crate::kernel::value::Kind::Text };
    (kind blob) => { $crate::kernel::value::Kind::Blob };
    (kind sealed) => { $crate::kernel::value::Kind::Sealed };
    (class public) => { $crate::kernel::table::Class::Public };
    (class masked) => { $crate::kernel::table::Class::Masked };
    (class private) => { $crate::kernel::table::Class::Private };
    (since) => { None };
    (since $since:literal $before:tt) => {
        Some($crate::kernel::table::Since {
            migration: $since,
            before: $crate::kernel::table::word!(before $before),
        })
    };
    (before null) => { $crate::kernel::table::Before::Null };
    (before (int $value:literal)) => { $crate::kernel::table::Before::Int($value) };
    (before (text $value:literal)) => { $crate::kernel::table::Before::Text($value) };
    (register) => { None };
    (register $register:ident) => { Some($crate::kernel::register::Register::$register) };
}

pub(crate) use {layout, word};
