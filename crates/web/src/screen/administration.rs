//! Accounts and roles, kept apart: the system administrator opens and closes accounts, the security
//! administrator grants roles and resets passwords, the audit administrator reads. What others rely on one of them asks
//! for and another confirms. None of them may do a business act, and none acts on his own account.

mod account;
mod opening;
mod password;
mod request;

use app::{RowOf, UnreadableRow};
use axum::extract::State;
use axum::response::IntoResponse;
use domain::org::OrgUnit;
use domain::policy::Verb;
use store::account::{self as accounts, StoredAccount};
use store::{StoreError, access, org};

use crate::component::{
    Act, Badge, Cell, Column, Count, EmptyState, Head, Link, Note, Pager, Row, Sheet, Table, Tone,
    Weight,
};
use crate::gate::{Answer, Visit, WebState};
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, manage) = (
        Who::Needs(Verb::AccountRead),
        Who::Needs(Verb::AccountManage),
    );
    let (grant, reset) = (Who::Needs(Verb::RoleGrant), Who::Needs(Verb::PasswordReset));
    let confirm = Who::Needs(Verb::AccessConfirm);
    vec![
        Route::get("/a/requests", confirm, "等待确认的申请", request::show),
        Route::act(
            "/a/requests",
            confirm,
            "确认所选的申请（办理）",
            request::confirm,
        ),
        Route::act(
            "/a/requests/{request}/drop",
            confirm,
            "撤销申请",
            request::drop_one,
        ),
        Route::get("/a/users", read, "账号与授权", show),
        Route::get("/a/users/new", manage, "开立账号", opening::ask),
        Route::act("/a/users/new", manage, "开立账号（办理）", opening::open),
        Route::get("/a/users/{id}", read, "账号一个", account::show),
        Route::act("/a/users/{id}/close", manage, "停用账号", account::close),
        Route::act("/a/users/{id}/reopen", manage, "恢复账号", account::reopen),
        Route::get("/a/users/{id}/grant", grant, "授权", account::ask_grant),
        Route::act("/a/users/{id}/grant", grant, "授权（办理）", account::grant),
        Route::act(
            "/a/users/{id}/revoke/{role}/{unit}",
            grant,
            "收回授权",
            account::revoke,
        ),
        Route::get(
            "/a/users/{id}/password",
            reset,
            "重置口令",
            password::ask_password,
        ),
        Route::act(
            "/a/users/{id}/password",
            reset,
            "重置口令（办理）",
            password::reset_password,
        ),
    ]
}

fn all() -> Address {
    Address::fixed("/a/users")
}

fn requests() -> Address {
    Address::fixed("/a/requests")
}

fn page_of(stored: &StoredAccount) -> Address {
    all().child(stored.account.id.as_str())
}

fn roles(stored: &StoredAccount, units: &[OrgUnit]) -> String {
    let grants = stored.account.grants.iter().map(|grant| {
        let unit = units.iter().find(|unit| unit.id == grant.unit);
        format!(
            "{}（{}）",
            grant.role.label(),
            unit.map_or("", |unit| &unit.name)
        )
    });
    let grants: Vec<String> = grants.collect();
    if grants.is_empty() {
        "尚无岗位".to_owned()
    } else {
        grants.join("、")
    }
}

fn standing(stored: &StoredAccount) -> Badge {
    if stored.account.active {
        Badge::new(Tone::Sound, "在用")
    } else {
        Badge::new(Tone::Warning, "已停用")
    }
}

/// A row that names itself, so that whoever looks after the system can find it.
fn unreadable_row(id: String, error: StoreError) -> Row {
    let unreadable = UnreadableRow::new(RowOf::Accounts, id, 0, &error.into());
    let (id, refusal) = (&unreadable.id, unreadable.refusal());
    Row::new(vec![
        Cell::new(format!("记录读不出：{id}")),
        Cell::new(refusal.sentence).with_context(refusal.code),
        Cell::new(Badge::new(Tone::Bad, "读不出")),
    ])
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let found = accounts::all(&mut reader).await?;
    let units = org::units(&mut reader).await?;
    let waiting = access::waiting(&mut reader).await?.len();
    drop(reader);
    let count = Count::Exact(u64::try_from(found.len()).unwrap_or_default());
    let rows = found.into_iter().map(|listed| {
        let stored = match listed.account {
            Ok(stored) => stored,
            Err(error) => return unreadable_row(listed.id, error),
        };
        Row::new(vec![
            Cell::link(stored.account.name.as_str(), page_of(&stored))
                .with_context(stored.login.as_str()),
            Cell::new(roles(&stored, &units)),
            Cell::new(standing(&stored)),
        ])
    });
    let columns = vec![
        Column::words("姓名"),
        Column::words("岗位").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let empty = EmptyState::nothing("还没有账号。");
    let table = Table::new("账号", columns, rows.collect(), empty);
    let sheet = Sheet::new("accounts", "账号", table)
        .with_clause("系统管理员开立，安全管理员授权，审计管理员查阅。")
        .with_foot(Pager::new(count, None, None));
    let head = Head::new("账号与授权");
    let head = if visit.acting.offers(Verb::AccountManage) {
        head.with_act(Act::open("开立账号", all().child("new"), Weight::Main))
    } else {
        head
    };
    let page = web.page(&visit, head).await?;
    let page = match waiting {
        0 => page,
        n => {
            let lead = format!("有 {n} 项申请等待确认。");
            let rest = "由提出人和申请所涉账号之外的一名管理员确认。";
            let link = Link::new("看等待确认的申请", requests());
            page.with(Note::standing(lead, rest).with_link(link))
        }
    };
    Ok(page.with(sheet).into_response())
}
