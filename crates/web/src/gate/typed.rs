//! What was typed is not lost, whatever a form is answered with.
//!
//! A form that acts once comes back with everything typed as long as its act can still be done. Where it
//! cannot (the thing moved on, the right is gone, the page of the form is gone), the answer is another page
//! or another view of the thing. So the gate looks at every answer of such a form that is no success, and
//! whatever of the typed text does not stand in it is put at its end. The same with the page of a form whose text was kept
//! when the session ran out, and does not stand in its fields. Deliberately absent: what the fields
//! mean; passwords, which no page shows.

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::{Guest, Visit, WebState, feedback};
use crate::component::{Act, Facts, Fragment, Head, Link, Note, Sheet, Typed};
use crate::form::Submitted;
use crate::layout::PlainPage;
use crate::screen::draft;
use crate::text::Address;

/// More than any page of ours; a longer answer goes out as it is.
const MOST: usize = 16 << 20;

/// Where the content of a page ends.
const END: &str = "</main>";

/// Labels of what people type at some length, where the field does not carry a register's own name.
const LABELS: &[(&str, &str)] = &[
    ("title", "标题"),
    ("purpose", "目的"),
    ("programme_entry", "年度计划条目"),
    ("window_from", "检查开始"),
    ("window_until", "检查结束"),
    ("intended_use", "检查结果怎样运用"),
    ("participants", "会同、配合单位"),
    ("confidentiality", "名单在公开之前"),
    ("groups", "组数"),
    ("areas", "片区"),
    ("unannounced_reason", "不提前通知的理由"),
    ("dice", "当众掷骰"),
    ("beacon", "公共信标"),
    ("beacon_round", "信标的期号或轮次"),
    ("reveal_from", "开始接收随机数"),
    ("reveal_by", "接收随机数的截止"),
    ("beacon_at", "开奖的时间"),
    ("digits", "掷骰结果"),
    ("source", "来源"),
    ("document", "签批文书的 SHA-256 摘要"),
    ("ceremony", "抽取仪式"),
    ("reveal_minutes", "公开随机数的时限（分钟）"),
    ("late_reason", "逾期理由"),
    ("reason", "理由"),
    ("last_four", "任务号末四位"),
    ("opinion", "检查对象意见"),
    ("account", "经过和证明"),
    ("attempts", "上门次数"),
    ("note", "说明"),
    ("subject", "检查对象的代码"),
    ("last_four", "编号后四位"),
    ("login", "登录名"),
    ("unit", "单位"),
    ("role", "岗位"),
];

pub(super) fn label(name: &str, at: usize) -> String {
    let columns = domain::subject::COLUMNS.iter();
    let mut known = LABELS
        .iter()
        .chain(columns)
        .chain(domain::inspector::COLUMNS);
    let found = known.find(|(known, _)| *known == name);
    found.map_or_else(|| format!("第 {at} 栏"), |(_, label)| (*label).to_owned())
}

/// Whether the page shows the text: as the whole value of a field, or as the whole text of a place.
fn shows(page: &str, text: &str) -> bool {
    let escaped = Fragment::text(text).to_string();
    [("\"", "\""), (">", "<"), (">\n", "<")]
        .iter()
        .any(|(before, after)| page.contains(&format!("{before}{escaped}{after}")))
}

fn lost(sent: &Submitted, page: &str) -> Vec<(String, String)> {
    let typed = sent.typed().enumerate();
    typed
        .filter(|(_, (_, text))| !shows(page, text))
        .map(|(at, (name, text))| (label(name, at + 1), text.to_owned()))
        .collect()
}

fn sheet(lost: Vec<(String, String)>, clause: &str) -> Sheet {
    let facts = lost
        .into_iter()
        .fold(Facts::default(), |facts, (label, text)| {
            facts.with(&label, Typed::new(text))
        });
    Sheet::new("typed", "您填写的内容", facts)
        .padded()
        .with_clause(clause)
}

fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The page, with whatever of the text it does not show at its end.
async fn completed(answer: Response, sent: &Submitted, clause: &str, act: Option<Act>) -> Response {
    let (mut parts, body) = answer.into_parts();
    // A page of ours is in memory and ends; what does not come is no page.
    let Ok(bytes) = to_bytes(body, MOST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let text = String::from_utf8_lossy(&bytes);
    let lost = lost(sent, &text);
    let Some((before, after)) = text.rsplit_once(END).filter(|_| !lost.is_empty()) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let end = Fragment::join([
        sheet(lost, clause).into(),
        act.map(Fragment::from).unwrap_or_default(),
    ]);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(format!("{before}{end}{END}{after}")))
}

/// The page of a form, with what its account typed there before its session ran out.
pub(super) async fn with_kept(web: &WebState, visit: &Visit, page: Response) -> Response {
    if !is_page(&page) {
        return page;
    }
    match draft::of(web, visit).await {
        Ok(kept) if !kept.typed.is_empty() => {
            let clause = "上次没有提交；需要时从这里复制";
            completed(page, &kept.typed, clause, Some(draft::dropping(visit))).await
        }
        // The page itself does not rest on it.
        Ok(_) | Err(_) => page,
    }
}

/// Nobody knows any more whose session it was, so that nothing can be kept: the text stands on the answer.
pub(super) fn not_kept(web: &WebState, guest: &Guest, sent: &Submitted) -> Response {
    let again = Address::fixed("/login").query([("next", guest.here().as_str())]);
    let note = Note::warning(
        feedback::SESSION_OVER.lead,
        "填写的内容都在下面：先复制，再登录。",
    );
    let page = PlainPage::new(guest.frame(web), Head::new("登录已过期"))
        .with(note.with_link(Link::new("重新登录", again)))
        .with(sheet(lost(sent, ""), "没有办理，也没有存下；从这里复制"));
    (StatusCode::FORBIDDEN, page).into_response()
}

/// The same where nothing was typed that could be lost.
pub(super) fn not_carried_out(web: &WebState, guest: &Guest) -> Response {
    let again = Address::fixed("/login").query([("next", "/w")]);
    let note = feedback::SESSION_OVER.note();
    let page = PlainPage::new(guest.frame(web), Head::new("登录已过期"))
        .with(note.with_link(Link::new("重新登录", again)));
    (StatusCode::FORBIDDEN, page).into_response()
}

/// The answer, with whatever of the typed text it does not show at its end.
pub(super) async fn with_typed(sent: &Submitted, answer: Response) -> Response {
    let status = answer.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !(failed && is_page(&answer)) || sent.holds_secret() {
        return answer;
    }
    completed(answer, sent, "没有办理；需要时从这里复制", None).await
}
