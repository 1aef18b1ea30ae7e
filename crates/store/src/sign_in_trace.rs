//! Who signed in and what was refused, as the log has it: the entries of signing in alone, newest first, for whoever
//! looks after it (GB/T 22239-2019 8.1.4.3).
//!
//! The index is asked which entries these are, and each is read as the log has it. Deliberately absent: counters and
//! sessions, which live for hours and are nobody's record.

use domain::event::Act;
use domain::id::{AccountId, EventId};

use crate::error::StoreError;
use crate::kernel::log::{self, TraceLine};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Value;

/// The acts that are listed.
const ACTS: &[Act] = &[Act::SignedIn, Act::SignInRefused, Act::AccountUnlocked];

/// Which of them are asked for.
#[derive(Clone, Debug, Default)]
pub struct SignInFilter {
    /// Those that concern this account.
    pub account: Option<AccountId>,
    /// One act alone.
    pub act: Option<Act>,
    /// From this instant on, unix milliseconds.
    pub from_ms: Option<i64>,
    /// Before this instant.
    pub before_ms: Option<i64>,
}

impl SignInFilter {
    /// The conditions, behind a text that ends where those of an entry begin.
    fn asked(&self, select: &'static str) -> Query {
        let mut query = Query::new(select).push(
            " FROM log_leaves l JOIN log_events e ON e.event_id = l.event_id WHERE e.act IN (",
        );
        let acts = self.act.as_ref().map_or(ACTS, std::slice::from_ref);
        query = query
            .bind_list(acts.iter().map(|act| Value::from(act.name())))
            .push(")");
        if let Some(account) = &self.account {
            query = query
                .push(" AND EXISTS (SELECT 1 FROM log_links k WHERE k.sequence = l.sequence AND k.kind = 'account' AND k.target = ")
                .bind(account.as_str())
                .push(")");
        }
        if let Some(from_ms) = self.from_ms {
            query = query.push(" AND e.at_ms >= ").bind(from_ms);
        }
        if let Some(before_ms) = self.before_ms {
            query = query.push(" AND e.at_ms < ").bind(before_ms);
        }
        query
    }
}

/// The newest of them before the entry of number `before`, at most `limit`.
pub async fn newest(
    reader: &mut Reader,
    filter: &SignInFilter,
    before: Option<u64>,
    limit: i64,
) -> Result<Vec<TraceLine>, StoreError> {
    let mut query = filter.asked("SELECT l.event_id");
    if let Some(before) = before {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        query = query.push(" AND l.sequence < ").bind(before);
    }
    query = query.push(" ORDER BY l.sequence DESC LIMIT ").bind(limit);
    let mut lines = Vec::new();
    for row in reader.all(query).await? {
        let event = row.parsed("log_leaves", "event_id", EventId::parse)?;
        lines.extend(log::line_of(reader, &event).await?);
    }
    Ok(lines)
}

/// How many there are, counted up to `cap`.
pub async fn count(
    reader: &mut Reader,
    filter: &SignInFilter,
    cap: i64,
) -> Result<i64, StoreError> {
    let counted = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one";
    let query = filter.asked(counted).push(" LIMIT ").bind(cap);
    reader.number(query.push(") AS capped")).await
}
