//! Where presses queue within one process: of the same form, and for the same register.
//!
//! Deliberately absent: the order among processes, which the keys and locks of the database settle.

use std::sync::Arc;

use store::Register;
use tokio::sync::{Mutex, Semaphore};

const LANES: usize = 64;
/// Acts of one process that may be under way or queue at the same time.
pub(super) const MOST: usize = 256;

/// Presses of the same form queue in the same lane, so that they do not use up the connections while
/// they wait for one another; so do acts that need the same register while it is announced as held.
#[derive(Clone)]
pub(in crate::gate) struct Lanes(Arc<Inner>);

struct Inner {
    forms: [Mutex<()>; LANES],
    registers: [Mutex<()>; Register::ALL.len()],
    places: Semaphore,
}

impl Default for Lanes {
    fn default() -> Self {
        Self(Arc::new(Inner {
            forms: std::array::from_fn(|_| Mutex::default()),
            registers: std::array::from_fn(|_| Mutex::default()),
            places: Semaphore::new(MOST),
        }))
    }
}

impl Lanes {
    pub(super) fn of(&self, key: &str) -> &Mutex<()> {
        let sum = key.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31) + usize::from(byte)
        });
        &self.0.forms[sum % LANES]
    }

    pub(super) fn of_register(&self, register: Register) -> &Mutex<()> {
        &self.0.registers[register.place()]
    }

    /// A place for one more act.
    pub(super) fn places(&self) -> &Semaphore {
        &self.0.places
    }
}
