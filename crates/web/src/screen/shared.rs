//! What several screens do alike: lists with an address, entry into registers, traces of records,
//! times in words, the figures of the rulebook that their sentences name.

pub mod download;
pub mod entry;
mod gap;
pub(in crate::screen) mod listed;
mod listing;
mod parameter;
pub mod public_reason;
mod scope;
mod trace;

use std::str::FromStr;

use domain::id::CampaignId;
use domain::rulebook::Rulebook;
use domain::time::Instant;
use store::{campaign, catalog};

use crate::component::Field;
use crate::gate::{Stop, WebState};

pub use gap::missing_entries;
pub use listing::Listing;
pub use parameter::parameter_table;
pub use scope::{no_campaigns, scope_clause, scope_words};
pub use trace::{Seen, before, knows_drawn, leaf_of, lines_of, readable, trace_of};

/// The rulebook a campaign obeys, for sentences about its visits.
///
/// # Errors
/// When the database cannot be read.
pub async fn rulebook_of(web: &WebState, campaign: &CampaignId) -> Result<Rulebook, Stop> {
    let mut reader = web.app.db.read().await?;
    Ok(campaign::rulebook(&mut reader, campaign).await?)
}

/// The rulebook in force, for sentences that name its figures and belong to no campaign.
///
/// # Errors
/// When the database cannot be read.
pub async fn rulebook(web: &WebState) -> Result<Rulebook, Stop> {
    let mut reader = web.app.db.read().await?;
    Ok(catalog::rulebook(&mut reader).await?)
}

/// In how many seconds the page of work that has gone on so long looks again: most work ends within a few, and whoever
/// waits for it is kept no longer than that.
#[must_use]
pub const fn looks_again(at_work_ms: i64) -> u16 {
    if at_work_ms < 10_000 { 1 } else { 3 }
}

/// For how long work has gone on, in words.
#[must_use]
pub fn elapsed(ms: i64) -> String {
    match ms.max(0) / 1_000 {
        seconds @ ..60 => format!("{seconds} 秒"),
        seconds => format!("{} 分 {} 秒", seconds / 60, seconds % 60),
    }
}

/// The number in a part of an address. An address with something else in its place names no page, and is answered as
/// any other that names none, so that what was typed into its form stands.
///
/// # Errors
/// When the part is no such number.
pub fn number_in<N: FromStr>(part: &str) -> Result<N, Stop> {
    part.parse().map_err(|_| Stop::not_found())
}

/// Why a result goes back to those who entered it, whoever sends it back.
#[must_use]
pub fn why_sent_back() -> Field {
    Field::area("reason", "退回的理由", 3).with_help("写明哪一项要补什么；录入人会看到。")
}

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
