//! One random inspection campaign, from the draft of its plan to the archive.
//!
//! [`plan`] holds the seven parts the seed demands (细则四（二）); [`state`] is the life of a
//! campaign, one variant per state with what exists there; [`party`] is an outside party's nonce in
//! a draw, [`ceremony`] who is present when nonces are taken, [`entry`] what a public source showed;
//! [`eligibility`] decides who is in the frame and why not; [`version`] says under which version
//! of the protocol an attempt is.
//!
//! Deliberately absent: the arithmetic of the draw (crate `draw`), and any way back from RESULT.

pub mod abandon_class;
pub mod ceremony;
pub mod drawn_list;
pub mod eligibility;
pub mod entry;
pub mod frame_roots;
mod names;
pub mod party;
pub mod plan;
pub mod state;
pub mod steps;
pub mod transitions;
pub mod version;
pub mod void_class;

pub use state::{Campaign, CampaignState};
pub use transitions::{CampaignVerb, StateKind, TRANSITIONS};

#[cfg(test)]
mod tests;
