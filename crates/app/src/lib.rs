//! The use cases: one function per intention. Each loads what it needs, asks the domain, records the
//! event and writes; it never loads after it has begun to write, but for the right of who acts.
//!
//! Begin with `port` (what comes from outside), `acting` (who acts, and whether he may), `in_force` (the same
//! when the act happens), then any use case file. Deliberately absent: SQL (store), rules (domain), HTTP (web).

pub mod access;
pub mod account;
pub mod acting;
mod aside;
pub mod attachment;
pub mod auditing;
pub mod campaign;
pub mod crypto;
pub mod csv;
pub mod drawing;
pub mod error;
pub mod import;
mod in_force;
pub mod inspection;
pub mod inspector;
pub mod installation;
pub mod job;
pub mod listed;
mod log_restart;
mod log_rotation;
pub mod machine;
pub mod numbering;
pub mod operator;
mod own_password;
pub mod paper;
mod part_file;
pub mod passwords;
pub mod port;
pub mod premise;
pub mod receipt;
pub mod records;
pub mod refused;
pub mod rules;
pub mod scan;
pub mod sealing;
pub mod sign_in;
pub mod staging;
pub mod subject;
pub mod tries;
mod unreadable;
mod versions;

use std::sync::Arc;

use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use draw::Version;
use store::{Db, Press, Sealing};

pub use acting::Acting;
pub use aside::ended_early;
pub use error::AppError;
pub use unreadable::{RowOf, UnreadableRow};

use crate::crypto::StorageKey;
use crate::passwords::Passwords;
use crate::port::{Clock, Entropy};
use crate::refused::Refused;

/// The bureau's system: a database and the ports. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database; pages read from it directly.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The generator.
    pub entropy: Arc<dyn Entropy>,
    /// The key of what is encrypted at rest.
    pub storage_key: StorageKey,
    /// The key that signs the log's checkpoints.
    pub log_key: Arc<tlog::note::SignerKey>,
    /// All hashing of passwords of this process.
    pub passwords: Passwords,
    /// What signing in refused and is not in the log yet.
    pub refused: Refused,
    /// Of which version the next PLAN is logged and the next frame frozen: that of the program,
    /// [`domain::campaign::version::VERSION_OF_NEW_ATTEMPTS`]. A port, so that a story of another version walks the
    /// same pages and acts as a person.
    pub version_of_new_attempts: Version,
}

impl App {
    /// The same system, whose next act is the one of this press: it is done once, however often the
    /// button was pressed and in however many processes.
    #[must_use]
    pub fn pressed(&self, press: &Press) -> Self {
        Self {
            db: self.db.pressed(press),
            ..self.clone()
        }
    }

    /// The same system, whose next act belongs to no press any more.
    #[must_use]
    pub(crate) fn unpressed(&self) -> Self {
        Self {
            db: self.db.unpressed(),
            ..self.clone()
        }
    }

    /// An event that begins now.
    #[must_use]
    pub fn event(&self, act: Act, actor: Actor) -> Event {
        Event::new(
            EventId::from_entropy(self.entropy.bytes()),
            act,
            self.clock.now(),
            actor,
        )
    }

    /// The sealing of a confidential act.
    #[must_use]
    pub fn confidential(&self) -> Sealing {
        Sealing {
            salt: self.entropy.bytes(),
            record: None,
            clock: Arc::clone(&self.clock),
        }
    }

    /// The sealing of an act that puts a public record into the log.
    #[must_use]
    pub fn public(&self, record: String) -> Sealing {
        Sealing {
            salt: self.entropy.bytes(),
            record: Some(record),
            clock: Arc::clone(&self.clock),
        }
    }
}
