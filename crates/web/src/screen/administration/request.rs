//! Requests that wait for another administrator: all on one page, confirmed in one go or one by one dropped.

use app::App;
use app::access::WaitingRequest;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::account::Role;
use domain::account::request::{Access, AccessRequest};
use domain::id::AccessRequestId;
use domain::org::OrgUnit;
use store::{access, org};

use super::{all, requests};
use crate::component::{
    Act, Cell, Column, Crumb, EmptyState, Form, Head, Link, Note, Row, Sheet, Table, Weight,
};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::listed::{self, LeftOver, Over, Tick, chosen, over};
use crate::screen::shared::moment;

/// What is asked for, in words.
fn words(request: &AccessRequest, units: &[OrgUnit]) -> String {
    match &request.access {
        Access::Password if request.is_by_operator() => "运维已重置口令，恢复岗位".to_owned(),
        Access::Password => "重置口令".to_owned(),
        Access::Role(grant) => {
            let unit = units.iter().find(|unit| unit.id == grant.unit);
            let unit = unit.map_or("", |unit| &unit.name);
            format!("授予岗位：{}（{unit}）", grant.role.label())
        }
    }
}

/// Who asked for it; the operator of the machine has no account.
fn asker(one: &WaitingRequest) -> &str {
    match one.stored.request.is_by_operator() {
        true => "运维",
        false => &one.asked_by,
    }
}

fn name(one: &WaitingRequest) -> String {
    format!("{}（{}）", one.about.account.name.as_str(), one.about.login)
}

fn tick(visit: &Visit, one: &WaitingRequest, units: &[OrgUnit]) -> Tick {
    let request = &one.stored.request;
    let standing = if one.about.account.active {
        ""
    } else {
        "；账号已停用"
    };
    Tick {
        id: request.id.to_string(),
        premise: one.premise.clone(),
        words: format!("{}　{}", name(one), words(request, units)),
        meaning: format!(
            "现有岗位：{}{standing}。{}于{}提出",
            super::roles(&one.about, units),
            asker(one),
            moment(request.asked_at, visit.now)
        ),
    }
}

async fn page(web: &WebState, visit: &Visit) -> Result<WorkbenchPage, Stop> {
    let waiting = web.app.waiting_requests(&visit.acting).await?;
    let mut reader = web.app.db.read().await?;
    let units = org::units(&mut reader).await?;
    drop(reader);
    let crumb = Crumb::new(vec![Link::new("账号与授权", all())], "等待确认的申请");
    let page = web
        .page(visit, Head::new("等待确认的申请"))
        .await?
        .with_crumb(crumb);
    let mine: Vec<Tick> = waiting
        .iter()
        .filter(|one| one.refused.is_none())
        .map(|one| tick(visit, one, &units))
        .collect();
    let page = if mine.is_empty() {
        page
    } else {
        let help = "审批、抽取、公示岗位和三员岗位的授予，以及这些岗位的人重置口令，由一名管理员提出、另一名确认；运维重置了口令的管理员，当面核实是本人再确认。不确认的，去掉勾选";
        let fields = vec![listed::ticks("确认这些申请", help, mine)];
        page.with(Form::new(requests(), visit.hidden(web), "确认所选的申请").with_group("", fields))
    };
    let page = match visit.acting.holds(Role::AwaitingAdmin) {
        true => page.with(Note::warning(
            "本账号的口令由运维重置，岗位还没有恢复。",
            "由另一名管理员当面核实之后在这一页确认；此前本账号只能确认别人的同一种申请。",
        )),
        false => page,
    };
    Ok(page.with(everything(web, visit, &waiting, &units)))
}

/// All that waits, who may not confirm it and why, and the way to drop it.
fn everything(
    web: &WebState,
    visit: &Visit,
    waiting: &[WaitingRequest],
    units: &[OrgUnit],
) -> Sheet {
    let rows = waiting.iter().map(|one| {
        let request = &one.stored.request;
        let by_others = one.refused.as_ref().map_or_else(
            || "可由本账号确认".to_owned(),
            |why| format!("{}{}（{}）", why.sentence, why.remedy, why.code),
        );
        let to = requests().child(request.id.as_str()).child("drop");
        let hidden = visit.hidden_on(web, &one.premise, None);
        let dropping = match request.is_by_operator() {
            true => Cell::new("不能撤销"),
            false => Cell::new(Act::submit("撤销", to, Weight::Plain, hidden)),
        };
        Row::new(vec![
            Cell::new(name(one)).with_context(words(request, units)),
            Cell::new(asker(one)).with_context(moment(request.asked_at, visit.now)),
            Cell::new(by_others),
            dropping,
        ])
    });
    let columns = vec![
        Column::words("账号和申请"),
        Column::words("提出").labelled(),
        Column::words("由谁确认").labelled(),
        Column::words("办理").in_corner(),
    ];
    let empty = EmptyState::nothing("没有等待确认的申请。");
    let table = Table::new("等待确认的申请", columns, rows.collect(), empty);
    Sheet::new("waiting", "等待确认", table)
        .with_clause("申请不会自行失效：确认或撤销之前一直列在这里。")
}

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    Ok(page(&web, &visit).await?.into_response())
}

pub(super) async fn confirm(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let (acting, list, left) = (visit.acting.clone(), chosen(&sent), LeftOver::default());
    let (asked, slot) = (list.len(), left.clone());
    let to = feedback::REQUESTS_CONFIRMED.at(requests());
    let act = move |app: App| async move {
        let left = app.confirm_requests(&acting, &list).await?;
        slot.put(left);
        Ok(())
    };
    let done = once(&web, &visit, &sent, to, act).await?;
    let over = over(done, asked, &left)?;
    let page = page(&web, &visit).await?;
    let (done, left) = match over {
        Over::Onward(to) => return Ok(see_other(&to)),
        Over::Refused(flaws) => return Ok(listed::refused(page, &flaws)),
        Over::Left(done, left) => (done, left),
    };
    let mut reader = web.app.db.read().await?;
    let units = org::units(&mut reader).await?;
    let mut named = Vec::with_capacity(left.len());
    for one in left {
        let stored = access::get(&mut reader, &one.id).await?;
        let about = store::account::get(&mut reader, &stored.request.account).await?;
        let what = words(&stored.request, &units);
        named.push((format!("{}　{what}", about.account.name.as_str()), one.why));
    }
    Ok(listed::left_over(page, done, named))
}

pub(super) async fn drop_one(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let id = AccessRequestId::parse(&id).map_err(|_| Stop::not_found())?;
    let (acting, premise) = (visit.acting.clone(), sent.required_premise());
    let to = feedback::REQUEST_DROPPED.at(requests());
    let act = move |app: App| async move { app.drop_request(&acting, &id, &premise?).await };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            Ok(listed::refused(page(&web, &visit).await?, &flaws))
        }
    }
}
