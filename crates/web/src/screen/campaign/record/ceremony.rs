//! The ceremony of an attempt of `shuang/2`: who hosts, who is present.

use domain::campaign::ceremony::Presence;
use domain::id::AccountId;
use store::account;

use super::Seen;
use crate::component::{Facts, Sheet};
use crate::gate::{Stop, Visit, WebState};
use crate::screen::campaign::words;

/// Who hosts and who is present; none before the ceremony has begun.
pub(super) async fn sheet(
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
) -> Result<Option<Sheet>, Stop> {
    let committed = seen.stored.campaign.state.commitment();
    let Some(ceremony) = committed.and_then(|committed| committed.ceremony.as_ref()) else {
        return Ok(None);
    };
    let today = visit.now.date();
    let host = name(web, &ceremony.host.by).await?;
    let begun = words::brief(ceremony.host.at, today);
    let mut facts = Facts::default().with("主持", format!("{host}，{begun} 开始"));
    for witness in &ceremony.witnesses {
        let who = match &witness.presence {
            Presence::Account { account } => format!("{}（账号）", name(web, account).await?),
            Presence::Link { party } => format!("{}（见证链接）", office(seen, party.as_str())),
            Presence::Slip { signed } => format!("{signed}（签到单）"),
        };
        let at = words::brief(witness.at, today);
        facts = facts.with("到场", format!("{who}，{at}"));
    }
    if ceremony.witnesses.is_empty() {
        facts = facts.with("到场", "还没有见证人登记到场");
    }
    Ok(Some(Sheet::new("ceremony", "抽取仪式", facts).padded()))
}

fn office(seen: &Seen, party: &str) -> String {
    let mut parties = seen.plan.sources.parties.iter();
    let known = parties.find(|known| known.token.as_str() == party);
    known.map_or_else(|| party.to_owned(), |known| known.office.clone())
}

async fn name(web: &WebState, account: &AccountId) -> Result<String, Stop> {
    let mut reader = web.app.db.read().await?;
    let stored = account::get(&mut reader, account).await?;
    Ok(stored.account.name.to_string())
}
