//! What several screens do alike: lists with an address, traces of records, times in words.

pub mod csv;
mod listing;
mod parameter;
mod trace;

use domain::time::Instant;

pub use listing::Listing;
pub use parameter::value_of;
pub use trace::{Seen, knows_drawn, leaf_of, lines_of, readable, trace_of};

/// An instant as a page prints it: `今日 13:52`, else `2026-11-20 13:52`.
#[must_use]
pub fn moment(at: Instant, now: Instant) -> String {
    let text = at.local_text();
    let to_the_minute = text.get(..16).unwrap_or(&text);
    match to_the_minute.strip_prefix(&now.date().to_string()) {
        Some(clock) => format!("今日{clock}"),
        None => to_the_minute.to_owned(),
    }
}
