//! The trace kernel: two engines, one road for writing, one log.
//!
//! Read in this order: `table` (what exists), `guard` (how it is written), `image` and `ready` (what an event
//! remembers), `log` and `clock` (how it becomes a leaf, and of what time), `audit`, `header` and `history` (how a stranger to the program
//! checks rows against the log), `blob` and `cell` (bytes that rows only name, or hold as ciphertext),
//! `register` (what an act may rely on), `press` (the key of a form, taken inside its act), `queue` and `notice` (what acts wait for, in this process and in others), `migrate`
//! (how tables grow), `facts`, `storage_key`, `log_key` and `sweep` (which bureau this is, what opens what is sealed, what signs, and that nothing stays behind), then `engine`, `conn`, `value`, which know sqlx; `room` and `health` say how all of it is. Aggregates see `Reader`, `Query`,
//! `Recording` and `Inside`, never a connection.

#[macro_use]
pub(crate) mod table;
mod aside;
pub(crate) mod audit;
pub(crate) mod blob;
pub(crate) mod cell;
pub(crate) mod clock;
mod conn;
pub(crate) mod engine;
pub(crate) mod exhibit;
mod facts;
pub(crate) mod guard;
mod header;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod image;
pub(crate) mod live;
pub(crate) mod loaded;
pub mod log;
mod log_key;
pub(crate) mod migrate;
mod notice;
pub(crate) mod press;
pub(crate) mod queue;
pub(crate) mod reader;
pub(crate) mod ready;
pub(crate) mod register;
mod room;
pub(crate) mod scratch;
pub(crate) mod snapshot;
pub(crate) mod storage_key;
mod sweep;
mod triggers;
pub(crate) mod value;
