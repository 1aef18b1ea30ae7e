//! Publishing: what waits for its approval, what is approved and waits with its countdown, what it will look like,
//! the acts, one by one or as a list, and taking it down.
//!
//! Late ones are flagged and never locked: a result that is late must still become public. Who
//! approves neither entered nor confirmed (four eyes), compared by account in the domain; carrying out what is
//! approved is clerk's work.

mod act;
mod approve;
mod chosen;
mod list;
mod send_back;

use domain::calendar::{Deadline, WorkCalendar};
use domain::policy::Verb;
use domain::time::Date;

use crate::component::DeadlineChip;
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let publish = Who::Needs(Verb::OutcomePublish);
    let withdraw = Who::Needs(Verb::OutcomeWithdraw);
    let opening = Who::Needs(Verb::OpeningRead);
    let own = vec![
        Route::get("/w/publish", publish, "待公示的检查结果", list::waiting),
        Route::act(
            "/w/publish",
            publish,
            "公示所选的结果（办理）",
            list::publish_list,
        ),
        Route::get("/w/published", publish, "已公示的检查结果", list::published),
        Route::get("/w/publish/{id}", publish, "公示预览与确认", act::ask),
        Route::act("/w/publish/{id}", publish, "公示（办理）", act::publish),
        Route::get(
            "/w/published/{id}/withdraw",
            withdraw,
            "撤下公示，确认",
            act::ask_withdrawal,
        ),
        Route::act(
            "/w/published/{id}/withdraw",
            withdraw,
            "撤下公示（办理）",
            act::withdraw,
        )
        .keeping_draft(),
        Route::get(
            "/w/campaigns/{no}/bundle-full.zip",
            opening,
            "完整案卷，下载即留痕",
            act::full_bundle,
        ),
        Route::get(
            "/w/campaigns/{no}/attempts/{attempt}/bundle-full.zip",
            opening,
            "作废的一次抽取的完整案卷，下载即留痕",
            act::full_void_bundle,
        ),
    ];
    decisions().into_iter().chain(own).collect()
}

/// Those of whoever decides that something is published.
fn decisions() -> [Route; 6] {
    let approve = Who::Needs(Verb::OutcomeApprove);
    [
        Route::get(
            "/w/publication-approvals",
            approve,
            "待批准的公示",
            approve::waiting,
        ),
        Route::act(
            "/w/publication-approvals",
            approve,
            "批准所选的公示（办理）",
            approve::approve_list,
        ),
        Route::get(
            "/w/publication-approvals/{id}",
            approve,
            "审批公示，预览",
            approve::ask,
        ),
        Route::act(
            "/w/publication-approvals/{id}",
            approve,
            "批准公示（办理）",
            approve::approve,
        ),
        Route::get(
            "/w/publication-approvals/{id}/return",
            approve,
            "退回待公示的结果",
            send_back::ask_return,
        ),
        Route::act(
            "/w/publication-approvals/{id}/return",
            approve,
            "退回待公示的结果（办理）",
            send_back::send_back,
        )
        .keeping_draft(),
    ]
}

fn approvals() -> Address {
    Address::fixed("/w/publication-approvals")
}

fn all() -> Address {
    Address::fixed("/w/publish")
}

fn done() -> Address {
    Address::fixed("/w/published")
}

/// The countdown of a publication, with its reckoning in words.
pub(super) fn chip(calendar: &WorkCalendar, deadline: &Deadline, today: Date) -> DeadlineChip {
    let left = calendar.working_days_between(today, deadline.due);
    let skipped = match deadline.skipped.len() {
        0 => String::new(),
        n => format!("，跳过 {n} 个休息日"),
    };
    // The term as it was reckoned, whatever the rulebook says by now.
    let days = calendar.working_days_between(deadline.event, deadline.due);
    let term = format!(
        "{} 结论，{days} 个工作日内公示，{} 到期{skipped}（细则五（四））",
        deadline.event,
        deadline.label()
    );
    DeadlineChip::from_working_days_left(left, term)
}
