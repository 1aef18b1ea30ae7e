//! What those look after who run the house and do no business in it: how the machine is (系统管理员), who signed in and
//! what was refused, and whether the rows are what the log says (审计管理员).
//!
//! Plain pages of what the program knows anyway. Deliberately absent: anything that mends, figures for a monitor
//! (`/metrics` on its own listener), and of people anything but the name of an account.

mod audits;
mod health;
mod sign_ins;

use domain::policy::Verb;

use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (health, logins, audit) = (
        Who::Needs(Verb::HealthRead),
        Who::Needs(Verb::LoginsRead),
        Who::Needs(Verb::AuditRun),
    );
    vec![
        Route::get("/a/health", health, "运行状况", health::show),
        Route::get("/a/sign-ins", logins, "登录记录", sign_ins::show),
        Route::get("/a/audits", audit, "核对留痕，以前各次的结果", audits::list),
        Route::act("/a/audits", audit, "开始核对留痕（办理）", audits::begin),
        Route::get(
            "/a/audits/{audit}",
            audit,
            "一次核对，进度和结果",
            audits::show,
        ),
        Route::post(
            "/a/audits/{audit}/cancel",
            audit,
            "取消自己开始的一次核对",
            audits::cancel,
        ),
    ]
}

fn audits() -> Address {
    Address::fixed("/a/audits")
}
