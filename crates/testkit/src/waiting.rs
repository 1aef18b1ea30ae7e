//! Until one act waits for another: a story that needs both at one moment lets the one stay there.

use crate::engines::admin;

/// So often the server is asked before the story is given up: it takes far fewer.
const PATIENCE: usize = 600;

/// Until somebody waits for a lock of that PostgreSQL database, or it is over by another way.
///
/// # Panics
/// When neither comes.
pub fn for_a_lock_or(url: &str, is_over: impl Fn() -> bool) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let ends = (0..PATIENCE).any(|_| is_over() || admin(url, waiting).trim() != "0");
    assert!(ends, "nobody waits for a lock");
}
