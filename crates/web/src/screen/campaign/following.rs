//! When a page of a draw looks again by itself: on the day of its ceremony until COMMIT, and from shortly before the ceremony
//! to RESULT or VOID, so that nobody in the room has to be told to reload. The same for the desk, the parties and the
//! public; the wall asks all the time.
//!
//! Deliberately absent: how a page looks again, which is for `layout/document.html` and its script.

use domain::campaign::CampaignState;
use domain::time::Instant;
use store::campaign::StoredCampaign;

use super::seen::announced;

/// Long enough to open a menu and press in it.
const SECONDS: u16 = 10;
/// While others are awaited who may take minutes or days: a public source, or COMMIT.
const SECONDS_OF_WAITING: u16 = 60;
/// How long before nonces are taken pages begin to look again every few seconds.
const BEFORE_SECONDS: i64 = 300;
/// Whoever opens a page on the day of the ceremony is followed; of one that is days away nobody sits before it.
const EARLIEST_SECONDS: i64 = 12 * 3_600;

/// In how many seconds the page looks again, if others or the program change the draw while people sit before it.
pub(in crate::screen) fn looks_again(stored: &StoredCampaign, now: Instant) -> Option<u16> {
    let campaign = &stored.campaign;
    match &campaign.state {
        _ if campaign.missed_beacon(now).is_some() => None,
        CampaignState::Approved(_) | CampaignState::Launched(_) | CampaignState::Frozen(_) => {
            around(announced(stored)?, now)
        }
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

/// Before COMMIT nobody has said when nonces are taken, and each step is pressed by somebody: the pages keep looking around
/// the time that the plan announced, also after it, for a ceremony may be late.
fn around(ceremony: Instant, now: Instant) -> Option<u16> {
    match (ceremony.unix_ms() - now.unix_ms()).abs() / 1_000 {
        ..=BEFORE_SECONDS => Some(SECONDS),
        apart if apart <= EARLIEST_SECONDS => Some(SECONDS_OF_WAITING),
        _ => None,
    }
}
