//! One's own account: sessions, password, how pages look. Roles are shown, not changed.

use app::AppError;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Instant;
use store::session::Session;
use store::{account, org, session};

use super::shared::{moment, rulebook};
use crate::component::{
    Act, Cell, Column, Crumb, EmptyState, Facts, Field, Form, Head, Link, Note, Row, Sheet, Table,
    Weight,
};
use crate::form::Submitted;
use crate::gate::{
    Answer, Flaws, Pressed, Stop, Undone, Visit, WebState, feedback, once, see_other,
};
use crate::route::{Route, Who};
use crate::text::Address;

static NOT_TWICE: Code = Code::new(
    "AUTH-034",
    "两次填写的新口令不同。",
    None,
    "重新填写两遍；填写时可先写在纸上核对。",
);

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/w/account",
            Who::SignedIn,
            "本人账号：岗位、登录、口令",
            show,
        ),
        Route::get(
            "/w/account/password",
            Who::SignedIn,
            "更改口令",
            ask_password,
        )
        .before_password_change(),
        Route::act(
            "/w/account/password",
            Who::SignedIn,
            "更改口令（办理）",
            change_password,
        )
        .before_password_change(),
        Route::post(
            "/w/account/sessions/{session}/end",
            Who::SignedIn,
            "退出别处的登录",
            end_session,
        ),
    ]
}

fn here() -> Address {
    Address::fixed("/w/account")
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let stored = account::get(&mut reader, &visit.acting.account).await?;
    let units = org::units(&mut reader).await?;
    let sessions = session::of_account(&mut reader, &visit.acting.account).await?;
    drop(reader);
    let roles = stored.account.grants.iter().map(|grant| {
        let unit = units.iter().find(|unit| unit.id == grant.unit);
        format!(
            "{}（{}）",
            grant.role.label(),
            unit.map_or("", |unit| &unit.name)
        )
    });
    let roles: Vec<String> = roles.collect();
    let roles = if roles.is_empty() {
        "尚无岗位，由安全管理员授予".to_owned()
    } else {
        roles.join("、")
    };
    let facts = Facts::default()
        .with("姓名", stored.account.name.as_str())
        .with("账号", stored.login.as_str())
        .with("岗位", roles);
    let change = Act::open("更改口令", here().child("password"), Weight::Outlined);
    let jobs = Link::new("后台办理", Address::fixed("/w/jobs"));
    let page = web
        .page(
            &visit,
            Head::new("本人账号").with_act(change).with_more(jobs),
        )
        .await?;
    let mine = Sheet::new("mine", "账号与岗位", facts).padded();
    let open = Sheet::new(
        "sessions",
        "登录在用的浏览器",
        sessions_table(&visit, &sessions),
    )
    .with_clause("不是本人的，先退出，再更改口令。");
    Ok(page.with(mine).with(open).into_response())
}

fn sessions_table(visit: &Visit, sessions: &[Session]) -> Table {
    let columns = vec![
        Column::unbroken("登录于"),
        Column::unbroken("最近使用").labelled(),
        Column::words("办理").in_corner(),
    ];
    let rows = sessions.iter().map(|open| {
        let when = |ms| moment(Instant::from_unix_ms(ms), visit.now);
        let act = if open.token_hash == visit.session.token_hash {
            Cell::new("本浏览器")
        } else {
            let to = here()
                .child("sessions")
                .child(&open.token_hash)
                .child("end");
            Cell::new(Act::submit("退出", to, Weight::Plain, visit.repeatable()))
        };
        Row::new(vec![
            Cell::new(when(open.created_at_ms)),
            Cell::new(when(open.seen_at_ms)),
            act,
        ])
    });
    Table::new(
        "登录在用的浏览器",
        columns,
        rows.collect(),
        EmptyState::nothing("没有在用的登录。"),
    )
}

async fn end_session(
    State(web): State<WebState>,
    Path(session): Path<String>,
    visit: Visit,
) -> Answer {
    if web.app.end_own_session(&visit.acting, &session).await? {
        let landing = feedback::SESSION_ENDED.at(here());
        let to = feedback::leave(&web, &visit.session.token_hash, landing).await?;
        Ok(see_other(&to))
    } else {
        Err(Stop::not_found())
    }
}

async fn ask_password(State(web): State<WebState>, visit: Visit) -> Answer {
    password_form(&web, &visit, &Flaws::default()).await
}

/// What was typed into a password field is never shown again, so the form comes back empty.
async fn password_form(web: &WebState, visit: &Visit, flaws: &Flaws) -> Answer {
    let letters = rulebook(web).await?.sign_in.password_letters;
    let fields = vec![
        Field::password("old", "原口令", false),
        Field::password("new", "新口令", true).with_help(format!(
            "至少 {letters} 个字符，例如几个不相干的词；不与账号、原口令相同。"
        )),
        Field::password("again", "新口令再填一遍", true),
    ];
    let form = Form::new(here().child("password"), visit.hidden(web), "更改口令")
        .with_group("", fields)
        .filled(&Submitted::default(), &flaws.errors);
    let form = if visit.must_change {
        form
    } else {
        form.with_way_back(Link::new("返回，不更改", here()))
    };
    let crumb = Crumb::new(vec![Link::new("本人账号", here())], "口令");
    let page = web
        .page(visit, Head::new("更改口令"))
        .await?
        .with_crumb(crumb);
    let page = if visit.must_change {
        let rest = "初始口令由别人设定，更改之后才能办理其他事。";
        page.with(Note::standing("首次登录，先更改口令。", rest))
    } else {
        page
    };
    let page = page.with(flaws.note()).with(form);
    if flaws.errors.is_empty() && flaws.refusal.is_none() {
        return Ok(page.into_response());
    }
    Ok((flaws.status(), page.with_errors_in_form()).into_response())
}

async fn change_password(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let (old, new) = (sent.first("old").to_owned(), sent.first("new").to_owned());
    if new != sent.first("again") {
        let mut errors = FieldErrors::new();
        errors.push("again", NOT_TWICE.field(&[]));
        return password_form(&web, &visit, &Flaws::from(errors)).await;
    }
    let me = visit.clone();
    let to = feedback::PASSWORD_CHANGED.at(here());
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.change_password(&me.acting, &me.session, &old, &new)
            .await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        // There is no session any more in which the form could be sent again.
        Err(Undone::App(AppError::Refused(refusal))) if refusal.code == "AUTH-039" => {
            Err(refusal.into())
        }
        Err(error) => password_form(&web, &visit, &Flaws::of(error)?).await,
    }
}
