//! The public sources of an attempt: how far their entries have come, what they showed once it counts, and where that
//! comes from.

use domain::campaign::entry::{Counts, SourceEntry};
use domain::time::Date;

use super::Seen;
use crate::component::{DigestLine, Facts, Fragment, Link, Sheet};
use crate::gate::{Stop, Visit, WebState};
use crate::screen::campaign::{picture, words};
use crate::text::Digest;

/// The dice and the beacon, as far as there is something to say of them.
pub(super) async fn sheets(web: &WebState, seen: &Seen, visit: &Visit) -> Result<Vec<Sheet>, Stop> {
    let state = &seen.stored.campaign.state;
    let (dice, beacon) = (state.dice_entry(), state.beacon_entry());
    let mut sheets = Vec::new();
    let awaits_dice = state.commitment().is_some_and(|held| held.awaits_dice());
    if let Some(entry) = dice {
        let facts = facts(web, seen, entry, ("掷骰结果", visit.now.date())).await?;
        sheets.push(Sheet::new("dice", "公开骰子", facts).padded());
    } else if awaits_dice {
        let facts = Facts::default().with("录入", "还没有录入，需要两个账号各录一遍");
        sheets.push(Sheet::new("dice", "公开骰子", facts).padded());
    }
    if let Some(entry) = beacon {
        let facts = facts(web, seen, entry, ("公共随机数", visit.now.date())).await?;
        sheets.push(Sheet::new("beacon", "公共随机数", facts).padded());
    }
    Ok(sheets)
}

/// How far the entry of a source has come; its value once it counts, and where it comes from.
async fn facts(
    web: &WebState,
    seen: &Seen,
    entry: &SourceEntry,
    (what, today): (&str, Date),
) -> Result<Facts, Stop> {
    let first = words::brief(entry.first.at, today);
    let (value, how) = match &entry.counts {
        Counts::Awaited => {
            let words = format!("已由一个账号录入（{first}），等待另一个账号录入");
            return Ok(Facts::default().with("录入", words));
        }
        Counts::Account(second) => {
            let at = words::brief(second.at, today);
            (entry.value.as_str(), format!("两个账号录入一致（{at}）"))
        }
        Counts::Signature => (entry.value.as_str(), format!("签名核对无误（{first}）")),
    };
    let facts = Facts::default()
        .with(what, grouped(value))
        .with("录入", how);
    let Some(evidence) = &entry.evidence else {
        return Ok(facts);
    };
    let hash = Digest::parse(evidence.picture.as_str()).ok();
    let hash = hash.map(|hash| DigestLine::short(hash).into());
    let mut shown: Fragment = hash.unwrap_or_default();
    let mut reader = web.app.db.read().await?;
    let is_kept = web
        .app
        .has_picture(&mut reader, &seen.stored, &evidence.picture);
    if is_kept.await? {
        let attempt = seen.stored.campaign.state.attempt();
        let to = picture::page_of(seen, attempt, &evidence.picture);
        shown = Fragment::join([Link::new("看照片", to).into(), shown]);
    }
    Ok(facts
        .with("来源", evidence.source.as_str())
        .with("照片", shown))
}

/// Digits five by five, as they are compared with the dice; numbers as they are published.
fn grouped(digits: &str) -> String {
    if digits.contains(' ') {
        return digits.to_owned();
    }
    let digits: Vec<char> = digits.chars().collect();
    let groups: Vec<String> = digits.chunks(5).map(|five| five.iter().collect()).collect();
    groups.join(" ")
}
