//! When a page of a draw looks again by itself: from shortly before its ceremony to RESULT or VOID, so that nobody in the
//! room has to be told to reload. The same for the desk, the parties and the public; the wall asks all the time.
//!
//! Deliberately absent: how a page looks again, which is for `layout/document.html` and its script.

use domain::campaign::{Campaign, CampaignState};
use domain::time::Instant;

/// Long enough to open a menu and press in it.
const SECONDS: u16 = 10;
/// While a public source is awaited, for which days may pass.
const SECONDS_OF_WAITING: u16 = 60;
/// How long before nonces are taken pages begin to look again every few seconds.
const BEFORE_SECONDS: i64 = 300;
/// Whoever opens a page on the day of the ceremony is followed; of one that is days away nobody sits before it.
const EARLIEST_SECONDS: i64 = 12 * 3_600;

/// In how many seconds the page looks again, if others or the program change the draw while people sit before it.
pub(in crate::screen) fn looks_again(campaign: &Campaign, now: Instant) -> Option<u16> {
    match &campaign.state {
        _ if campaign.missed_beacon(now).is_some() => None,
        CampaignState::Committed(committed) => {
            let left = (committed.reveal_from?.unix_ms() - now.unix_ms()) / 1_000;
            match left - BEFORE_SECONDS {
                ..=0 => Some(SECONDS),
                // Just then, and from then on every few seconds.
                wait if left <= EARLIEST_SECONDS => u16::try_from(wait).ok(),
                _ => None,
            }
        }
        CampaignState::Revealed(revealed) if campaign.follows_by_itself() => {
            let due = revealed.committed.beacon_at.is_none_or(|at| now >= at);
            Some(if due { SECONDS } else { SECONDS_OF_WAITING })
        }
        _ => None,
    }
}
