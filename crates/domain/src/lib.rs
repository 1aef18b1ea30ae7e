//! The law of the bureau as types: what exists, who may do what, and what follows from it.
//!
//! Read in this order: [`refusal`] (how we say no), [`policy`] (who may), [`event`] (what leaves a
//! trace), [`campaign`] (the life of one draw), [`inspection`] and [`publication`] (what happens
//! after the door opens). [`text`], [`time`], [`id`] and [`calendar`] hold the values they share.
//!
//! Deliberately absent: clock, randomness, SQL, HTTP, files, async. Every fact a decision needs is
//! an argument of that decision; time and random bytes come in from the caller.

#[macro_use]
mod closed_list;

pub use closed_list::ClosedList;

pub mod account;
pub mod calendar;
pub mod campaign;
pub mod catalog;
pub mod event;
pub mod id;
pub mod inspection;
pub mod inspector;
pub mod org;
pub mod paper;
pub mod policy;
pub mod premise;
pub mod publication;
pub mod recusal;
pub mod refusal;
pub mod rulebook;
pub mod subject;
pub mod text;
pub mod time;
pub mod versioned;
