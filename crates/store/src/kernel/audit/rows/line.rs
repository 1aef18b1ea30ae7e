//! What is gathered of an image or a row, as bytes and back. The event is told by its leaf, a column list by its number.

use crate::kernel::audit::spill::Cursor;
use crate::kernel::image::{Operation, Stood};

/// What is gathered of one image.
pub(super) struct Put {
    pub(super) operation: Operation,
    pub(super) sequence: u64,
    /// Its place in the body.
    pub(super) at: u64,
    /// How it left the row, in the columns of today.
    pub(super) stood: Stood,
    /// The number of its own columns.
    pub(super) shape: u16,
    /// How it left the row in its own columns, if those are of another time.
    pub(super) written: Option<Stood>,
    /// What it says of how the row stood before, in its own columns.
    pub(super) said: Option<Stood>,
}

/// One line, of the table with this number.
pub(super) enum Line {
    Put {
        table: u16,
        put: Put,
    },
    Row {
        table: u16,
        /// Its number in the table.
        ordinal: u64,
        /// The leaf of the event it is stamped with, if that cannot be believed.
        unread: Option<u64>,
        stood: Stood,
    },
}

const ROW: u8 = 3;

impl Line {
    pub(super) fn write(&self, key: &[u8], to: &mut Vec<u8>) {
        match self {
            Self::Put { table, put } => {
                to.push(match put.operation {
                    Operation::Insert => 0,
                    Operation::Update => 1,
                    Operation::Delete => 2,
                });
                to.extend_from_slice(&table.to_le_bytes());
                to.extend_from_slice(&put.sequence.to_le_bytes());
                to.extend_from_slice(&put.at.to_le_bytes());
                to.extend_from_slice(put.stood.as_bytes());
                to.extend_from_slice(&put.shape.to_le_bytes());
                for stood in [&put.written, &put.said] {
                    to.push(u8::from(stood.is_some()));
                    to.extend_from_slice(stood.as_ref().map_or(&[], |stood| stood.as_bytes()));
                }
            }
            Self::Row {
                table,
                ordinal,
                unread,
                stood,
            } => {
                to.push(ROW);
                to.extend_from_slice(&table.to_le_bytes());
                to.extend_from_slice(&ordinal.to_le_bytes());
                to.extend_from_slice(&unread.unwrap_or(u64::MAX).to_le_bytes());
                to.extend_from_slice(stood.as_bytes());
            }
        }
        to.extend_from_slice(key);
    }

    /// The line, and its key.
    pub(super) fn read(line: &[u8]) -> (Self, &[u8]) {
        let mut from = Cursor(line);
        let [tag] = from.bytes();
        let table = u16::from_le_bytes(from.bytes());
        let read = if tag == ROW {
            Self::Row {
                table,
                ordinal: from.number(),
                unread: Some(from.number()).filter(|leaf| *leaf != u64::MAX),
                stood: Stood::from_bytes(from.bytes()),
            }
        } else {
            let put = Put {
                operation: match tag {
                    0 => Operation::Insert,
                    1 => Operation::Update,
                    _ => Operation::Delete,
                },
                sequence: from.number(),
                at: from.number(),
                stood: Stood::from_bytes(from.bytes()),
                shape: u16::from_le_bytes(from.bytes()),
                written: perhaps(&mut from),
                said: perhaps(&mut from),
            };
            Self::Put { table, put }
        };
        (read, from.rest())
    }
}

fn perhaps(from: &mut Cursor<'_>) -> Option<Stood> {
    let [there] = from.bytes();
    (there == 1).then(|| Stood::from_bytes(from.bytes()))
}
