//! One account: its roles, its standing, and what each administrator may do with it.

use app::premise::of_account;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::account::{Grant, Role};
use domain::id::{AccountId, OrgUnitId};
use domain::org::OrgUnit;
use domain::policy::{Verb, four_eyes, is_guarded};
use domain::refusal::codes;
use domain::text::FieldErrors;
use store::account::{self as accounts, StoredAccount};
use store::org;

use super::{all, page_of, standing};
use crate::component::{
    Act, Cell, Choice, Column, Crumb, EmptyState, Facts, Field, Form, Head, Link, Note, Row, Sheet,
    Table, Weight,
};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::text::Address;

pub(super) async fn find(web: &WebState, id: &str) -> Result<(StoredAccount, Vec<OrgUnit>), Stop> {
    let id = AccountId::parse(id).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    Ok((
        accounts::get(&mut reader, &id).await?,
        org::units(&mut reader).await?,
    ))
}

pub(super) async fn show(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let (stored, units) = find(&web, &id).await?;
    Ok(page(&web, &visit, &stored, &units, &Flaws::default())
        .await?
        .into_response())
}

async fn page(
    web: &WebState,
    visit: &Visit,
    stored: &StoredAccount,
    units: &[OrgUnit],
    flaws: &Flaws,
) -> Result<Response, Stop> {
    let (acting, here) = (&visit.acting, page_of(stored));
    let other = stored.account.id != acting.account;
    let mut head = Head::new(stored.account.name.as_str()).with_badge(standing(stored));
    let reopens = four_eyes::reopens(&stored.account.grants);
    let kept_closed = reopens.err().filter(|_| !stored.account.active);
    if other && kept_closed.is_none() && acting.offers(Verb::AccountManage) {
        let (words, end) = if stored.account.active {
            ("停用账号", "close")
        } else {
            ("恢复账号", "reopen")
        };
        head = head.with_act(Act::submit(
            words,
            here.clone().child(end),
            Weight::Outlined,
            visit.hidden_on(web, &of_account(stored), None),
        ));
    }
    if other && acting.offers(Verb::PasswordReset) {
        head = head.with_act(Act::open(
            "重置口令",
            here.clone().child("password"),
            Weight::Outlined,
        ));
    }
    if other && acting.offers(Verb::RoleGrant) {
        head = head.with_act(Act::open("授权", here.clone().child("grant"), Weight::Main));
    }
    let crumb = Crumb::new(vec![Link::new("账号与授权", all())], stored.login.as_str());
    let facts = Facts::default()
        .with("姓名", stored.account.name.as_str())
        .with("登录名", stored.login.as_str());
    let log = Address::fixed("/w/log").query([("account", stored.login.as_str())]);
    let page = web
        .page(visit, head)
        .await?
        .with_crumb(crumb)
        .with(flaws.note());
    let page = match kept_closed.filter(|_| flaws.refusal.is_none()) {
        Some(refusal) => page.with(Note::standing(refusal.sentence, refusal.remedy)),
        None => page,
    };
    let facts = Sheet::new("account", "账号", facts)
        .padded()
        .with_link(Link::new("这个账号的留痕", log));
    let page = page.with(facts).with(Sheet::new(
        "grants",
        "岗位",
        grants(web, visit, stored, units),
    ));
    Ok(match flaws.refusal {
        Some(_) => (flaws.status(), page).into_response(),
        None => page.into_response(),
    })
}

fn grants(web: &WebState, visit: &Visit, stored: &StoredAccount, units: &[OrgUnit]) -> Table {
    let may = visit.acting.offers(Verb::RoleGrant) && stored.account.id != visit.acting.account;
    let rows = stored.account.grants.iter().map(|grant| {
        let unit = units.iter().find(|unit| unit.id == grant.unit);
        let act: Cell = if may {
            let to = page_of(stored)
                .child("revoke")
                .child(grant.role.name())
                .child(grant.unit.as_str());
            Cell::new(Act::submit(
                "收回",
                to,
                Weight::Plain,
                visit.hidden_on(web, &of_account(stored), None),
            ))
        } else {
            Cell::new("")
        };
        let unit = unit.map_or("", |unit| &unit.name);
        Row::new(vec![Cell::new(grant.role.label()), Cell::new(unit), act])
    });
    let columns = vec![
        Column::words("岗位"),
        Column::words("单位").labelled(),
        Column::words("办理").in_corner(),
    ];
    let empty = EmptyState::nothing("还没有岗位，不能办理业务。由安全管理员授权。");
    Table::new("岗位", columns, rows.collect(), empty)
}

async fn set_active(
    web: WebState,
    visit: Visit,
    sent: Pressed,
    id: String,
    active: bool,
) -> Answer {
    let (stored, _) = find(&web, &id).await?;
    let (me, premise) = (visit.clone(), sent.required_premise());
    let key = stored.account.id.clone();
    let said = if active {
        &feedback::ACCOUNT_REOPENED
    } else {
        &feedback::ACCOUNT_CLOSED
    };
    let to = said.at(page_of(&stored));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.set_account_active(&me.acting, &key, &premise?, active)
            .await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let (stored, units) = find(&web, &id).await?;
            page(&web, &visit, &stored, &units, &flaws).await
        }
    }
}

pub(super) async fn close(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    set_active(web, visit, sent, id, false).await
}

pub(super) async fn reopen(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    set_active(web, visit, sent, id, true).await
}

pub(super) async fn revoke(
    State(web): State<WebState>,
    Path((id, role, unit)): Path<(String, String, String)>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (stored, _) = find(&web, &id).await?;
    let (Some(role), Ok(unit)) = (Role::parse(&role), OrgUnitId::parse(&unit)) else {
        return Err(Stop::not_found());
    };
    let (me, key) = (visit.clone(), stored.account.id.clone());
    let premise = sent.required_premise();
    let to = feedback::ROLE_REVOKED.at(page_of(&stored));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.revoke_role(&me.acting, &key, &premise?, &Grant { role, unit })
            .await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let (stored, units) = find(&web, &id).await?;
            page(&web, &visit, &stored, &units, &flaws).await
        }
    }
}

/// A form about one account, alone on its page.
pub(super) async fn form_page(
    web: &WebState,
    visit: &Visit,
    stored: &StoredAccount,
    title: &str,
    form: Form,
    sent: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let crumb = vec![
        Link::new("账号与授权", all()),
        Link::new(stored.account.name.as_str(), page_of(stored)),
    ];
    let page = web
        .page(visit, Head::new(title))
        .await?
        .with_crumb(Crumb::new(crumb, title));
    match sent {
        None => Ok(page.with(form).into_response()),
        Some((sent, flaws)) => {
            let form = form.filled(sent, &flaws.errors);
            let page = page.with(flaws.note()).with(form).with_errors_in_form();
            Ok((flaws.status(), page).into_response())
        }
    }
}

fn grant_form(
    web: &WebState,
    visit: &Visit,
    (stored, units): (&StoredAccount, &[OrgUnit]),
    again: Option<(&Submitted, &Flaws)>,
) -> Form {
    let roles = Role::ALL.iter().filter(|role| role.is_grantable());
    let roles = roles
        .map(|role| Choice::new(role.name(), role.label()))
        .collect();
    let units = units
        .iter()
        .map(|unit| Choice::new(unit.id.as_str(), unit.name.as_str()))
        .collect();
    let fields = vec![
        Field::menu("role", "岗位", roles).with_help(
            "审批（分管领导）、抽取经办、公示和三员岗位，由另一名管理员确认之后才生效；其余岗位提交后即生效",
        ),
        Field::menu("unit", "单位", units),
    ];
    let hidden = visit.hidden_on(web, &of_account(stored), again);
    Form::new(page_of(stored).child("grant"), hidden, "授权")
        .with_group("", fields)
        .with_way_back(Link::new("返回，不授权", page_of(stored)))
}

pub(super) async fn ask_grant(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let (stored, units) = find(&web, &id).await?;
    let form = grant_form(&web, &visit, (&stored, &units), None);
    form_page(&web, &visit, &stored, "授权", form, None).await
}

pub(super) async fn grant(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (stored, _) = find(&web, &id).await?;
    let mut errors = FieldErrors::new();
    let role = Role::parse(sent.first("role"));
    let unit = OrgUnitId::parse(sent.first("unit")).ok();
    for (field, words, missing) in [
        ("role", "岗位", role.is_none()),
        ("unit", "单位", unit.is_none()),
    ] {
        if missing {
            errors.push(field, codes::TEXT_EMPTY.field(&[("field", &words)]));
        }
    }
    let (Some(role), Some(unit)) = (role, unit) else {
        let flaws = Flaws::from(errors);
        return grant_again(&web, &visit, &id, (&sent, &flaws)).await;
    };
    let (me, key) = (visit.clone(), stored.account.id.clone());
    let premise = sent.required_premise();
    let said = if is_guarded(role) {
        &feedback::ROLE_REQUESTED
    } else {
        &feedback::ROLE_GRANTED
    };
    let to = said.at(all().child(key.as_str()));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        let grant = Grant { role, unit };
        app.grant_role(&me.acting, &key, &premise?, grant)
            .await
            .map(drop)
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            grant_again(&web, &visit, &id, (&sent, &flaws)).await
        }
    }
}

/// The form again, on the account as it stands now.
async fn grant_again(
    web: &WebState,
    visit: &Visit,
    id: &str,
    again: (&Submitted, &Flaws),
) -> Answer {
    let (stored, units) = find(web, id).await?;
    let form = grant_form(web, visit, (&stored, &units), Some(again));
    form_page(web, visit, &stored, "授权", form, Some(again)).await
}
