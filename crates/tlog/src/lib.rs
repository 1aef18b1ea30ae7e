//! The transparency log (透明日志) of 明签: what lets a stranger notice that a record was changed,
//! removed or slipped in after the fact (全程留痕, 责任可追溯).
//!
//! Reading order, which is also the order in which one act becomes public evidence:
//!
//! 1. [`entry`] – the text of one log entry (`shuang/1 entry`) and the salted hash that hides a
//!    confidential act.
//! 2. [`hash`] – RFC 6962 hashing of entries and inner nodes.
//! 3. [`frontier`] – the few hashes a writer keeps to append without reading the tree back.
//! 4. [`proof`] – inclusion and consistency proofs, made from stored nodes and verified strictly.
//! 5. [`tile`] – names, widths and full authentication of the static tiles that mirrors download.
//! 6. [`note`], [`checkpoint`] – the signed head of the log and the cosignatures of witnesses.
//! 7. [`receipt`] – one file that proves a single entry offline.
//! 8. [`compare`] – two heads held against each other with nothing but public tiles.
//! 9. [`rotation`] – the change of the log's key, and which key vouches for which head.
//! 10. [`restart`] – from which log another one goes on.
//!
//! Normative text: `docs/SPEC-log.md`, which says which C2SP documents apply. Deliberately absent:
//! storage, HTTP, clocks, randomness (a salt or a key arrives as an argument), the meaning of event
//! bodies, ML-DSA and SM2 signatures (unknown signature lines are ignored, as the note format
//! demands), and tree pruning.

#![doc(test(attr(deny(warnings))))]

mod base64;
pub mod checkpoint;
pub mod compare;
pub mod entry;
mod error;
pub mod frontier;
pub mod hash;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod restart;
pub mod rotation;
mod text;
pub mod tile;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use compare::{Comparison, compare, tiles_needed};
pub use entry::{Entry, EntryType, Salt};
pub use error::Error;
pub use frontier::{Frontier, Node};
pub use hash::{Hash, MAX_SIZE, NodeId};
pub use note::{Note, SignerKey, VerifierKey};
pub use receipt::Receipt;
pub use restart::Restart;
pub use rotation::{KeyRotation, LogKeys};
