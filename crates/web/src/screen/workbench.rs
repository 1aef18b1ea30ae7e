//! The first page: what waits for this account, nearest term first, then the campaigns it may read.
//!
//! What waits is derived from the states, never stored: `waiting` pairs each state with the verb
//! that leads on and asks the policy for whom. Deliberately absent: reminders and delegation.

mod waiting;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::account::Role;
use domain::id::CampaignNo;
use domain::policy::{Reach, Verb};
use domain::time::Date;
use store::campaign::{self, CampaignFilter, StoredCampaign};
use store::{Reader, inspection, inspector};

use crate::component::{
    Act, Badge, Cell, Column, EmptyState, Head, Link, Note, Row, Sheet, Table, Tone, Weight,
};
use crate::gate::{Answer, Stop, Visit, WebState, see_other};
use crate::route::{Route, Who};
use crate::screen::shared::{no_campaigns, scope_clause};
use crate::text::Address;

use waiting::Waiting;

/// How many campaigns stand on the first page.
const SHOWN: i64 = 10;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/w", Who::SignedIn, "工作台：待办和抽查任务", show),
        Route::get(
            "/w/search",
            Who::SignedIn,
            "全局查找：任务号到任务，其余到检查对象名录",
            search,
        ),
    ]
}

/// A campaign number leads to its campaign, everything else into the register of subjects.
async fn search(visit: Visit) -> Response {
    let asked = form_urlencoded::parse(visit.query().as_bytes()).find(|(key, _)| key == "q");
    let words = domain::text::narrow(asked.as_ref().map_or("", |(_, words)| words));
    let to = match CampaignNo::parse(&words) {
        Ok(number) => Address::fixed("/w/campaigns").child(number.as_str()),
        Err(_) => Address::fixed("/w/subjects").query([("q", words.as_str())]),
    };
    see_other(&to)
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let acting = &visit.acting;
    if acting.holds(Role::AwaitingAdmin) {
        return Ok(see_other(&Address::fixed("/a/requests")));
    }
    if acting
        .grants
        .iter()
        .any(|grant| grant.role.is_administrator())
    {
        return Ok(see_other(&Address::fixed("/a/users")));
    }
    let mut reader = web.app.db.read().await?;
    let waiting = waiting::of(&web, &mut reader, &visit).await?;
    let campaigns = campaigns(&mut reader, &visit).await?;
    drop(reader);
    let weekday = visit.now.date().weekday_label();
    let head = Head::new("工作台").with_line_beneath(format!(
        "{}，{weekday}。有 {} 件事等本账号办理。",
        visit.now.date().in_sentence(),
        waiting.len()
    ));
    let head = if acting.holds(Role::Initiator) {
        head.with_act(Act::open(
            "发起抽查",
            Address::fixed("/w/campaigns/new"),
            Weight::Main,
        ))
    } else {
        head
    };
    let page = web.page(&visit, head).await?;
    let page = if acting.grants.is_empty() {
        let rest = "岗位由安全管理员授予；授权后重新打开本页。";
        page.with(Note::standing("本账号还没有岗位。", rest))
    } else {
        page.with(Sheet::new(
            "waiting",
            "待办",
            waiting_table(&waiting, visit.now.date()),
        ))
    };
    let all = Link::new("全部任务", Address::fixed("/w/campaigns"));
    let page = if acting.offers(Verb::CampaignRead) {
        let reach = acting.reach(Verb::CampaignRead);
        let sheet = Sheet::new("campaigns", "抽查任务", campaign_table(&campaigns, &reach))
            .with_clause(scope_clause(&reach));
        page.with(sheet.with_link(all))
    } else {
        page
    };
    Ok(page.into_response())
}

/// The newest campaigns within reach, those assigned to the account included.
async fn campaigns(reader: &mut Reader, visit: &Visit) -> Result<Vec<StoredCampaign>, Stop> {
    if !visit.acting.offers(Verb::CampaignRead) {
        return Ok(Vec::new());
    }
    let codes = inspector::codes_of(reader, &visit.acting.account).await?;
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let assigned = inspection::campaigns_assigned(reader, &codes).await?;
    let filter = CampaignFilter {
        assigned,
        ..CampaignFilter::default()
    };
    let reach = visit.acting.reach(Verb::CampaignRead);
    Ok(campaign::page(reader, &reach, &filter, None, SHOWN).await?)
}

fn waiting_table(waiting: &[Waiting], today: Date) -> Table {
    let columns = vec![
        Column::unbroken("期限").in_corner(),
        Column::words("事项"),
        Column::unbroken("办理"),
    ];
    let rows = waiting.iter().map(|one| {
        let chip: Cell = match one.chip() {
            Some(chip) => Cell::new(chip),
            None => Cell::new("没有期限"),
        };
        let title =
            Cell::link(one.title.as_str(), one.page.clone()).with_context(one.context.as_str());
        let row = Row::new(vec![
            chip,
            title,
            Cell::new(Link::new(one.act, one.page.clone())),
        ]);
        if one.is_late(today) { row.late() } else { row }
    });
    let empty =
        EmptyState::nothing("现在没有等本账号办理的事。轮到本岗位时，会按期限先后出现在这里。");
    Table::new("待办", columns, rows.collect(), empty)
}

fn campaign_table(campaigns: &[StoredCampaign], reach: &Reach) -> Table {
    let columns = vec![
        Column::words("任务"),
        Column::unbroken("检查期间").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let rows = campaigns.iter().map(|stored| {
        let number = stored.campaign.number.as_str();
        let to = Address::fixed("/w/campaigns").child(number);
        let state = stored.campaign.kind();
        Row::new(vec![
            Cell::link(stored.title.as_str(), to).with_context(number),
            Cell::new(format!("{} 至 {}", stored.from, stored.until)),
            Cell::new(Badge::new(Tone::Active, state.label())),
        ])
    });
    Table::new("抽查任务", columns, rows.collect(), no_campaigns(reach))
}
