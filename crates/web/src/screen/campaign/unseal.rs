//! Unsealing a drawn list (查看名单): a confirmation of its own and one press, traced once per list and session.
//! What is shown afterwards stands on the page of the list (`visits`), in this session only.

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::campaign::drawn_list::ListSeal;
use domain::campaign::plan::Confidentiality;

use super::seen::Seen;
use super::visits::above;
use crate::component::{Confirm, Crumb, Fragment, Head, Link, Note};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Visit, WebState, feedback, once, see_other};
use crate::text::Address;

const WORDS: &str = "查看名单";

/// The page of the act.
pub(super) fn page_of(seen: &Seen) -> Address {
    seen.page().child("unseal")
}

/// When a list that its level still keeps can be unsealed.
pub(super) fn when(seal: &ListSeal) -> String {
    match seal.level {
        Confidentiality::Codes => "派发检查之后可以查看。".to_owned(),
        Confidentiality::ByDay => format!("到第一个检查日（{}）可以查看。", seal.first_day),
        Confidentiality::Open => String::new(),
    }
}

/// `/w/campaigns/{no}/unseal`.
pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    asking(&web, &visit, &seen, None).await
}

/// The page before the press, with why it was refused just now, if it was.
async fn asking(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let looking = (&visit.acting, &visit.session.unsealed);
    let list = web.app.read_drawn_list(looking, seen.number()).await?;
    let back = Link::new("返回，不查看", seen.page().child("visits"));
    let head = Head::new(format!("{WORDS}：{}", seen.stored.title));
    let crumb = Crumb::new(above(seen), WORDS);
    let page = web.page(visit, head).await?.with_crumb(crumb);
    let flaws = again.map(|(_, flaws)| flaws);
    let page = page.with(flaws.map_or_else(Fragment::default, Flaws::note));
    let status = flaws.map_or(axum::http::StatusCode::OK, Flaws::status);
    if !list.can_be_unsealed {
        let note = if list.unsealed || list.seal.opened {
            Note::standing("名单在本次登录中已经看得到。", "不用再查看。")
        } else {
            Note::standing("现在还不能查看名单。", when(&list.seal))
        };
        return Ok((status, page.with(note.with_link(back))).into_response());
    }
    let now = web.app.premise_of_campaign(&seen.stored).await?;
    let hidden = visit.hidden_on(web, &now, again);
    let confirm = Confirm::new(page_of(seen), hidden, WORDS, back)
        .happens(vec![
            "本次登录中，抽中名单上出现各户的名称、代码和检查组；已派发的，检查列表和检查对象页上也出现。"
                .to_owned(),
            "退出登录之后名单重新封存；别人的登录不受影响。".to_owned(),
        ])
        .fixed_after(vec![
            "谁在何时查看了这份名单，写入留痕，不能删除。".to_owned(),
        ])
        .seen_by(vec!["只有本账号；不得抄录外传。".to_owned()]);
    Ok((status, page.with(confirm)).into_response())
}

/// The press.
pub(super) async fn press(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
    sent: Pressed,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let (actor, session, form) = (visit.acting.clone(), visit.session.clone(), sent.clone());
    let no = seen.number().clone();
    let to = feedback::LIST_UNSEALED.at(seen.page().child("visits"));
    let act = move |app: app::App| async move {
        let premise = form.required_premise()?;
        app.unseal_drawn_list(&actor, &session, &no, &premise).await
    };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let seen = Seen::load(&web, &visit, &number).await?;
            asking(&web, &visit, &seen, Some((&sent, &flaws))).await
        }
    }
}
