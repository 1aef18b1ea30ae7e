//! A campaign in the browser (抽查任务): list, plan, one page per campaign, and one page per act.
//!
//! Reading order: `seen` (one campaign with what its pages need) → `words` (what a state means to
//! people) → `term` (which clock runs) → `kind` (the acts, and what stands in their way, asked of the
//! domain) → `act` (confirmation and press) → `record` (the page of a campaign) → `plan` (the seven
//! parts as a form) → `slip` (the link of an outside party) → `visits` (who was drawn) → `picture` (of dice and notices) → `unseal` (their names) → `void` (the
//! beacon of a void attempt) → `list`; `following` and `overdue` (when a page looks again, and what it says of a ceremony nobody held).
//!
//! Deliberately absent: any rule. What an act needs is asked of `domain` by doing it on a copy, and
//! `app` asks again when the button is pressed.

use crate::route::{Route, Who};
use domain::policy::Verb;

mod act;
pub(in crate::screen) mod following;
mod kind;
mod list;
pub(in crate::screen) mod overdue;
mod picture;
mod plan;
pub(super) mod qr;
mod record;
mod seen;
mod slip;
mod term;
mod unseal;
mod visits;
mod void;
pub(super) mod words;

pub(super) use record::plan_sheet;
pub(super) use record::strata::stratum_words;
pub(super) use seen::Seen;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Who::Needs(Verb::CampaignRead);
    let draft = Who::Needs(Verb::CampaignDraft);
    let link = Who::Needs(Verb::PartyAccept);
    let names = Who::Needs(Verb::DrawnListRead);
    let mut routes = vec![
        Route::get("/w/campaigns", read, "抽查任务列表", list::show),
        Route::get(
            "/w/campaigns/new",
            draft,
            "发起抽查：实施方案",
            plan::show_new,
        ),
        Route::act(
            "/w/campaigns/new",
            draft,
            "建立实施方案草稿",
            plan::save_new,
        )
        .keeping_draft(),
        Route::get("/w/campaigns/{no}", read, "抽查任务", record::show),
        Route::get("/w/campaigns/{no}/plan", draft, "修改实施方案", plan::show),
        Route::act("/w/campaigns/{no}/plan", draft, "保存实施方案", plan::save).keeping_draft(),
        Route::get(
            "/w/campaigns/{no}/visits",
            read,
            "抽中名单与编组",
            visits::show,
        ),
        Route::get("/w/campaigns/{no}/unseal", names, "查看名单", unseal::ask),
        Route::act(
            "/w/campaigns/{no}/unseal",
            names,
            "查看名单（办理）",
            unseal::press,
        ),
        Route::get(
            "/w/campaigns/{no}/parties/{party}",
            link,
            "发放见证链接",
            slip::show,
        ),
        Route::act(
            "/w/campaigns/{no}/parties/{party}",
            link,
            "换发见证链接",
            slip::issue,
        ),
    ];
    routes.extend(act::routes());
    routes.extend(void::routes());
    routes.push(picture::route());
    routes
}
