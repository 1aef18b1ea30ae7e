//! Words the stories of the trace are told with.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::event::{Act, Actor, Event};
use domain::id::{EventId, OrgUnitId};
use domain::org::{OrgUnit, UnitKind};
use domain::time::Instant;
use store::{Clock, Db, Sealing, StoreError, log, org};

/// A clock that shows what it was set to.
pub struct Set(pub AtomicI64);

impl Clock for Set {
    fn now(&self) -> Instant {
        Instant::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// An instant in November 2026.
pub const NOON: i64 = 1_795_406_400_000;

/// Twelve bytes that differ per number: test ids are not random.
pub fn bytes(number: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub fn event(number: u64) -> Event {
    let at = Instant::from_unix_ms(NOON + i64::try_from(number).expect("small"));
    Event::new(
        EventId::from_entropy(bytes(number)),
        Act::UnitEdited,
        at,
        Actor::program("测试"),
    )
}

pub fn sealing(number: u64) -> Sealing {
    let mut salt = [7; 32];
    salt[..8].copy_from_slice(&number.to_be_bytes());
    Sealing {
        salt,
        record: None,
        clock: Arc::new(Set(event(number).at.unix_ms().into())),
    }
}

pub fn unit(number: u64) -> OrgUnit {
    OrgUnit {
        id: OrgUnitId::from_entropy(bytes(number)),
        name: format!("第{number}科"),
        kind: UnitKind::Section,
        parent: None,
    }
}

/// One act that adds one unit, committed.
pub async fn add_unit(db: &Db, number: u64) -> Result<log::Committed, StoreError> {
    let mut rec = db
        .begin("test.unit")
        .await?
        .record(event(number), sealing(number))?;
    org::add(&mut rec, &unit(number)).await?;
    rec.commit().await
}
