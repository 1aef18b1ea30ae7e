//! All SQL, and the trace: how the bureau's facts are kept so that nobody can rewrite them.
//!
//! Begin with `kernel` (the guard, the log, the audit), then `schema` (every table and column with
//! its class), then any aggregate file: each holds the conversion row ↔ domain type, reading
//! functions on a [`Reader`], and writing functions on a [`Recording`]. Two engines, one SQL text.
//!
//! Deliberately absent: decisions (crate `domain`), the clock and randomness (they come in with the
//! event and its sealing), and any way to write a traced table without an event.

#[cfg(test)]
extern crate self as store;
#[cfg(test)]
#[path = "../../testkit/src/engines.rs"]
mod engines;
#[cfg(test)]
#[path = "../../testkit/src/old.rs"]
#[expect(dead_code, reason = "shared with stories that sign in")]
mod old;

#[cfg(test)]
mod telling;

#[macro_use]
pub(crate) mod kernel;
pub mod access;
pub mod account;
mod as_frozen;
pub mod attachment;
pub mod campaign;
pub mod catalog;
pub mod counter;
pub mod credential;
mod error;
mod frame;
pub mod import;
pub mod inspection;
pub mod inspector;
pub mod job;
mod migrations;
pub mod org;
pub mod paper;
mod person;
pub mod portal;
pub mod schema;
pub mod sealed_visit;
pub mod session;
pub mod sign_in_trace;
pub mod subject;
pub mod tries;

pub use as_frozen::{FrozenSubject, as_frozen};
pub use error::{Damage, StoreError};
pub use frame::FrameRegisters;
pub use kernel::audit::{Fault, Progress, Report, audit};
pub use kernel::blob::{BlobReader, BlobWriter, KeptBlob, open_file};
pub use kernel::cell::{PersonKey, SealedCell, Vault};
pub use kernel::clock::Clock;
pub use kernel::engine::{Db, Engine};
pub use kernel::exhibit::Exhibit;
pub use kernel::guard::{Recording, Sealing, Tx};
pub use kernel::health::{Figures, PoolUse, figures};
pub use kernel::image::{Stood, hex};
pub use kernel::live::live_schema;
pub use kernel::loaded::Loaded;
pub use kernel::log;
pub use kernel::migrate::{Migrated, Seal, SealKey, Upgrade, structure};
pub use kernel::press::Press;
pub use kernel::queue::{Announced, Announcement, Mark};
pub use kernel::reader::Reader;
pub use kernel::ready::{OpenRows, ReadyRows};
pub use kernel::register::{Hold, Register};
pub use kernel::scratch::{Inside, Scratch};
pub use kernel::snapshot::copy_sqlite;
pub use kernel::table::{Before, Class, Column, Former, Layout, Since, TracedTable, UntracedTable};
pub use kernel::value::{Kind, Row, Value};
