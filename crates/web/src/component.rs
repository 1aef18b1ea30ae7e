//! The pieces of a page, each a type with its template.
//!
//! A screen turns what it read into these types and puts them together; the look
//! is `static/base.css`. Small marks: [`Badge`], [`TrustBadge`], [`DeadlineChip`],
//! [`Pips`], [`DigestLine`]. Lists: [`Table`], [`Tabs`], [`FilterBar`], [`Pager`],
//! [`EmptyState`]. Records: [`Head`], [`StepBar`], [`Facts`], [`Trace`], [`Sheet`].
//! Acts: [`Form`], [`Field`], [`Confirm`], [`Note`], [`Refusal`], [`Job`].
//!
//! Deliberately absent: any rule. A component shows what it is told; whether an
//! act may happen is decided by the policy, and the component for a forbidden act
//! is the sentence that says so.

mod act;
mod confirm;
mod deadline;
mod digest;
mod empty;
mod field;
mod filter_bar;
mod form;
mod fragment;
mod head;
mod job;
mod mark;
mod note;
mod pager;
mod sheet;
mod step;
mod table;
mod trace;
mod typed;

pub use act::{Act, Link, Weight};
pub use confirm::{Confirm, LAST_FOUR_FIELD};
pub use deadline::DeadlineChip;
pub use digest::DigestLine;
pub use empty::EmptyState;
pub use field::{Choice, Field, Width};
pub use filter_bar::FilterBar;
pub use form::{Form, HiddenFields};
pub use fragment::Fragment;
pub use head::{Crumb, Head, PrintHeader};
pub use job::Job;
pub use mark::{Badge, Meter, Tone, TrustBadge, TrustLevel};
pub use note::{ErrorLine, ErrorSummary, Note, Refusal};
pub use pager::{Count, Pager};
pub use sheet::{Facts, RailSection, Sheet, Tabs};
pub use step::{Pips, StepBar, Wizard};
pub use table::{Align, Cell, Column, Row, Table};
pub use trace::{Trace, TraceEntry};
pub use typed::Typed;

#[cfg(test)]
mod tests;
