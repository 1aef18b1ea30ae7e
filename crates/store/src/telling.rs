//! Words the stories inside this crate share.

use domain::event::{Act, Actor, Event};
use domain::id::EventId;

use crate::engines::upgrade;
use crate::{Db, Recording, Sealing, Tx};

/// An act of the stories that has begun: its event and its salt are told apart by the number.
pub(crate) async fn begun(db: &Db, act: Act, number: u8) -> Recording {
    acting(db.begin("story").await.unwrap(), act, number)
}

/// The same of an act that has read something.
pub(crate) fn acting(tx: Tx, act: Act, number: u8) -> Recording {
    let clock = upgrade().clock;
    let event = Event::new(
        EventId::from_entropy([number; 12]),
        act,
        clock.now(),
        Actor::program("样例"),
    );
    let sealing = Sealing {
        salt: [number; 32],
        record: None,
        clock,
    };
    tx.record(event, sealing).unwrap()
}
