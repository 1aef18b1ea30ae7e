//! Pages that say no, each kind with a stable code, what to do, and nothing
//! about the inside of the programme.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use store::Damage;

use crate::component::{Form, Fragment, Head, Link, Refusal};
use crate::layout::{Frame, PlainPage, Shell, WorkbenchPage};
use crate::text::Address;

/// Why a page cannot be shown or an act was not done.
#[derive(Debug, Clone)]
pub enum Problem {
    /// 403: the account may not, for the reason given.
    Forbidden(Refusal),
    /// 404: no such page, or none this account may know of.
    NotFound,
    /// 404: the link of an outside party that is nobody's, in words for somebody without an account.
    DeadLink(Refusal),
    /// 409: somebody else acted in between, or the state forbids it.
    Conflict(Refusal),
    /// 503: what the page rests on does not answer at present.
    Unavailable(Refusal),
    /// 503: what is kept is not what the log says.
    Unsound(Refusal),
    /// 409: what is kept cannot be read, though nothing says it was damaged: a newer program wrote it, or it does not
    /// open.
    Unread(Refusal),
    /// 422: what was sent cannot be used.
    Unusable(Refusal),
    /// 503: whether the act was done is not known; where that can be seen, and the same form once more,
    /// which settles it.
    Unknown(Refusal, Option<Box<Form>>),
    /// 500: what is kept is damaged, and no later try mends it.
    Damaged {
        /// The stable code.
        code: &'static str,
        /// What is damaged, and where.
        damage: Damage,
    },
    /// 500: our fault; the number finds it in the record of the server.
    Fault {
        /// The number of the request.
        request: String,
    },
}

impl Problem {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound | Self::DeadLink(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) | Self::Unread(_) => StatusCode::CONFLICT,
            Self::Unusable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unknown(..) | Self::Unsound(_) | Self::Unavailable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Damaged { .. } | Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "不能办理",
            Self::NotFound => "没有这一页",
            Self::DeadLink(_) => "见证链接不能用",
            Self::Conflict(_) => "情况已有变化",
            Self::Unusable(_) => "提交的内容不能采用",
            Self::Unknown(..) => "结果未知",
            Self::Unavailable(_) => "暂时不能办理",
            Self::Unsound(_) | Self::Damaged { .. } => "保存的内容有损坏",
            Self::Unread(_) => "保存的内容读不出",
            Self::Fault { .. } => "没有办成",
        }
    }

    /// The words; `log` is where this reader sees the log.
    fn content(&self, log: &'static str) -> Fragment {
        match self {
            Self::Forbidden(refusal)
            | Self::DeadLink(refusal)
            | Self::Conflict(refusal)
            | Self::Unsound(refusal)
            | Self::Unavailable(refusal)
            | Self::Unread(refusal)
            | Self::Unusable(refusal) => refusal.clone().into(),
            Self::Unknown(refusal, again) => Fragment::join([
                Fragment::from(seen_in(refusal.clone(), log)),
                again
                    .as_deref()
                    .cloned()
                    .map(Fragment::from)
                    .unwrap_or_default(),
            ]),
            Self::NotFound => Refusal::new(
                "PAGE-404",
                "地址写错了，或这一页不在本账号的范围内。",
                "从导航重新进入，或用编号查找。",
            )
            .with_remedy_link(Link::new("回到首页", Address::fixed("/")))
            .into(),
            Self::Damaged { code, damage } => damaged(code, &damage.place),
            Self::Fault { request } => Refusal::new(
                format!("PAGE-500 {request}"),
                "出了故障，没有保存任何改动。",
                "稍后再试；仍不行的，把本行末尾的编号告诉运行维护人员。",
            )
            .into(),
        }
    }

    /// The page inside the workbench.
    #[must_use]
    pub fn in_workbench(&self, shell: Shell) -> WorkbenchPage {
        WorkbenchPage::new(shell, Head::new(self.title())).with(self.content("/w/log"))
    }

    /// The answer inside the workbench, with its status.
    #[must_use]
    pub fn respond_in_workbench(&self, shell: Shell) -> Response {
        (self.status(), self.in_workbench(shell)).into_response()
    }

    /// The answer for somebody without an account, with its status.
    #[must_use]
    pub fn respond_plain(&self, frame: Frame) -> Response {
        (self.status(), self.in_plain(frame)).into_response()
    }

    /// The page for somebody without an account.
    #[must_use]
    pub fn in_plain(&self, frame: Frame) -> PlainPage {
        let content = match self {
            Self::Damaged { code, damage } => damaged(code, &damage.public),
            other => other.content("/log"),
        };
        PlainPage::new(frame, Head::new(self.title())).with(content)
    }
}

/// Where it shows what became of an act, if nothing has said so yet.
fn seen_in(refusal: Refusal, log: &'static str) -> Refusal {
    refusal.or_remedy_link(Link::new("看留痕日志", Address::fixed(log)))
}

/// What is said of it: that waiting is no remedy, and who has one.
fn damaged(code: &'static str, place: &str) -> Fragment {
    Refusal::new(
        code,
        format!("{place}，可能被绕过程序改动过。这里不显示，也没有保存任何改动。"),
        "稍后再试没有用。请系统管理员停止办理，运行 mingqian audit 查明是哪些内容，报告审计管理员，再从备份恢复。",
    )
    .into()
}

#[cfg(test)]
mod tests;
