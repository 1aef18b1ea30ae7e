//! The screens: one folder each, one address family each.
//!
//! A screen reads through the store's reading half, acts through `app`, turns what it has into the
//! types of `component`, and lists its addresses in `routes()`. What several screens share stands in
//! `gate`. Deliberately absent: rules, SQL, markup outside templates.

pub mod account;
pub mod administration;
pub mod campaign;
pub mod draft;
pub mod hall;
pub mod inspection;
pub mod inspector;
pub mod item;
pub mod job;
pub mod log_view;
pub mod oversight;
pub mod paper;
pub mod party;
pub mod public;
pub mod publish;
pub mod recusal;
pub mod register_import;
pub mod shared;
pub mod sign_in;
pub mod subject;
pub mod submission;
pub mod workbench;
