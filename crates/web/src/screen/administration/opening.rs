//! Opening an account, without any role.

use app::account::NewAccount;
use axum::extract::State;
use axum::response::IntoResponse;

use super::all;
use crate::component::{Crumb, Field, Form, Head, Link, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Visit, WebState, feedback, once_new, see_other};
use crate::screen::shared::rulebook;

pub(super) async fn ask(State(web): State<WebState>, visit: Visit) -> Answer {
    form(&web, &visit, None, &Flaws::default()).await
}

async fn form(web: &WebState, visit: &Visit, sent: Option<&Submitted>, flaws: &Flaws) -> Answer {
    let letters = rulebook(web).await?.sign_in.password_letters;
    let fields = vec![
        Field::line("name", "姓名", Width::Medium),
        Field::line("login", "登录名", Width::Medium)
            .with_help("小写字母、数字、点和横线，例如 drawer1"),
        Field::password("password", "初始口令", true).with_help(format!(
            "至少 {letters} 个字符，当面告知本人；首次登录时必须更改"
        )),
    ];
    let form = Form::new(all().child("new"), visit.hidden(web), "开立账号")
        .with_group("", fields)
        .with_way_back(Link::new("返回，不开立", all()));
    let crumb = Crumb::new(vec![Link::new("账号与授权", all())], "开立");
    let page = web
        .page(visit, Head::new("开立账号"))
        .await?
        .with_crumb(crumb);
    match sent {
        None => Ok(page.with(form).into_response()),
        Some(sent) => {
            let form = form.filled(sent, &flaws.errors);
            let page = page.with(flaws.note()).with(form).with_errors_in_form();
            Ok((flaws.status(), page).into_response())
        }
    }
}

pub(super) async fn open(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let new = NewAccount {
        login: domain::text::narrow(sent.first("login")),
        name: sent.first("name").to_owned(),
        password: sent.first("password").to_owned(),
        grants: Vec::new(),
    };
    let me = visit.clone();
    let done = once_new(&web, &visit, &sent, move |app| async move {
        let id = app.open_account(&me.acting, new).await?;
        Ok(feedback::ACCOUNT_OPENED.at(all().child(id.as_str())))
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => form(&web, &visit, Some(&sent), &Flaws::of(error)?).await,
    }
}
