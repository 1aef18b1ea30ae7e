//! A campaign as people meet it in the browser: from the plan to the drawn list.
//!
//! Failure here: something typed is lost, one person can do what takes two, a frame is frozen that
//! cannot be drawn, a nonce reaches us too early, or a public byte names a subject before OPEN.

#![expect(
    clippy::unwrap_used,
    reason = "a story that cannot go on ends at that line"
)]

#[path = "../site/browser.rs"]
mod browser;
#[path = "../portal/upload.rs"]
mod upload;

mod acts;
mod beside;
mod cast;
mod cut;
mod early;
mod locked;
mod long;
mod lost;
mod own_state;
mod paper;
mod parties;
mod picture;
mod plan;
mod recused;
mod repaired;
mod restarted;
mod secrecy;
mod told;
mod traced_end;
mod two;
mod witness;
