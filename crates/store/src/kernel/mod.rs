//! The trace kernel: two engines, one road for writing, one log.
//!
//! Read in this order: `table` (what exists), `guard` (how it is written), `image` (what an event
//! remembers), `log` (how it becomes a leaf), `audit` (how a stranger to the program checks rows
//! against the log), then `engine`, `conn`, `value`, which know sqlx. Aggregates see `Reader`,
//! `Query`, `Recording` and `Inside`, never a connection.

pub(crate) mod audit;
mod conn;
pub(crate) mod engine;
pub(crate) mod guard;
pub(crate) mod image;
pub(crate) mod live;
pub mod log;
mod migrate;
pub(crate) mod reader;
pub(crate) mod scratch;
#[macro_use]
pub(crate) mod table;
pub(crate) mod value;
