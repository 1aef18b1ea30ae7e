//! What still waits of attempts that are void after REVEAL: their beacon, after which they are opened by themselves.

use domain::campaign::CampaignState;
use domain::policy::{Place, Verb};
use store::{Reader, campaign};

use super::Waiting;
use crate::gate::{Stop, Visit};
use crate::screen::campaign::words;
use crate::text::Address;

/// Void attempts whose beacon this account may still enter.
pub(super) async fn of(reader: &mut Reader, visit: &Visit) -> Result<Vec<Waiting>, Stop> {
    let mut waiting = Vec::new();
    for (id, attempt) in campaign::unopened(reader).await? {
        let held = campaign::get(reader, &id).await?;
        let place = Place::of(&held.campaign.initiator);
        let found = campaign::void_attempt(reader, &held, attempt).await?;
        let Some(CampaignState::Revealed(revealed)) = found.map(|one| one.as_stood.campaign.state)
        else {
            continue;
        };
        let own = revealed.beacon.as_ref().map(|entry| &entry.first.by);
        let due = revealed
            .committed
            .beacon_at
            .is_none_or(|at| visit.now >= at);
        let mine = due
            && words::awaits_beacon(&revealed)
            && own != Some(&visit.acting.account)
            && visit.acting.may(Verb::BeaconEnter, &place).is_ok();
        if mine {
            let number = held.campaign.number.as_str();
            let page = Address::fixed("/w/campaigns").child(number);
            waiting.push(Waiting {
                title: held.title.clone(),
                context: format!("{number} · 第 {attempt} 次抽取已作废，等待公开"),
                act: "录入公共随机数",
                page: page
                    .child("attempts")
                    .child(&attempt.to_string())
                    .child("beacon"),
                term: None,
            });
        }
    }
    Ok(waiting)
}
