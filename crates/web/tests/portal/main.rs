//! Visits, publication and the portal as people meet them: from the door to the stranger's verdict.
//!
//! Failure here: something typed is lost, one person does what takes two, a public page and its data
//! disagree, a name stands in public too early, or a bundle does not prove what the page says.

#![expect(
    clippy::unwrap_used,
    reason = "a step of a story that fails ends the story"
)]

#[path = "../site/browser.rs"]
mod browser;

mod altered;
mod away;
mod biased;
mod bundle;
mod control;
mod copied;
mod dumped;
mod exchanged;
mod inspection;
mod meanwhile;
mod misplaced;
mod numbers;
mod order;
mod pages;
mod publication;
mod record;
mod rolled_back;
mod rulebook;
mod said;
mod sealed;
mod staffing;
mod stale;
mod story;
mod undone;
mod unread;
mod unreadable;
mod upload;
