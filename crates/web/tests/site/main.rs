//! The site as a browser meets it: the router from the route table, on real databases.
//!
//! Failure here: an address somebody may open who may not, a form that can be sent from elsewhere,
//! a page that writes, a list that shows other rows than its export, or typed text that is lost.

#![expect(
    clippy::unwrap_used,
    reason = "a step of a story that fails ends the story"
)]

mod administration;
mod browser;
mod documents;
mod forms;
mod full;
mod log_view;
mod oversight;
mod registers;
mod scope;
mod sign_in;
mod told_once;
mod walk;
mod workbench;
