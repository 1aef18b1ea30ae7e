//! A new first password for another account; that of whoever decides waits for another administrator.

use app::premise::of_account;
use axum::extract::{Path, State};
use domain::policy::is_guarded;
use store::account::StoredAccount;

use super::account::{find, form_page};
use super::{all, page_of};
use crate::component::{Field, Form, Link};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::screen::shared::rulebook;

/// Whether the account holds a role on which others rely.
fn guards(stored: &StoredAccount) -> bool {
    let grants = &stored.account.grants;
    grants.iter().any(|grant| is_guarded(grant.role))
}

async fn password_form(
    web: &WebState,
    visit: &Visit,
    stored: &StoredAccount,
    again: Option<(&Submitted, &Flaws)>,
) -> Result<Form, Stop> {
    let letters = rulebook(web).await?.sign_in.password_letters;
    let when = if guards(stored) {
        "这个账号有审批、抽取、公示或管理员岗位：另一名管理员确认之后才换口令"
    } else {
        "提交后即换口令"
    };
    let field = Field::password("password", "新的初始口令", true).with_help(format!(
        "至少 {letters} 个字符，当面告知本人；下次登录时必须更改。{when}，那时这个账号在各处的登录都会退出"
    ));
    let act = if guards(stored) {
        "申请重置口令"
    } else {
        "重置口令"
    };
    let form = Form::new(
        page_of(stored).child("password"),
        visit.hidden_on(web, &of_account(stored), again),
        act,
    );
    Ok(form
        .with_group("", vec![field])
        .with_way_back(Link::new("返回，不重置", page_of(stored))))
}

pub(super) async fn ask_password(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let (stored, _) = find(&web, &id).await?;
    let form = password_form(&web, &visit, &stored, None).await?;
    form_page(&web, &visit, &stored, "重置口令", form, None).await
}

pub(super) async fn reset_password(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (stored, _) = find(&web, &id).await?;
    let (me, key) = (visit.clone(), stored.account.id.clone());
    let premise = sent.required_premise();
    let password = sent.first("password").to_owned();
    // What the account holds now is what the premise is compared with: it waits or is done as said here.
    let said = if guards(&stored) {
        &feedback::PASSWORD_REQUESTED
    } else {
        &feedback::PASSWORD_RESET
    };
    let to = said.at(all().child(key.as_str()));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.reset_password(&me.acting, &key, &premise?, &password)
            .await
            .map(drop)
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let again = Some((&*sent, &flaws));
            let (stored, _) = find(&web, &id).await?;
            let form = password_form(&web, &visit, &stored, again).await?;
            form_page(&web, &visit, &stored, "重置口令", form, again).await
        }
    }
}
