//! The table as a page: `docs/routes.md`, compared in a test.

use std::fmt::Write as _;

use super::{Route, Who, table};

/// Every route as Markdown, sorted by path and method.
#[must_use]
pub fn as_markdown() -> String {
    let mut page = String::from(
        "# 地址表\n\n本页由 `web::route::table` 生成，勿手改。不在表内的地址不存在；“权限”在进入页面之前核对，\
         具体到哪一条记录由办理时再核对一次（`docs/authorization.md`）。\n\n\
         | 方法 | 地址 | 权限 | 用途 |\n|---|---|---|---|\n",
    );
    let mut routes = table();
    routes.sort_by_key(|route| (route.path, route.method));
    for route in routes {
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {} |",
            route.method.as_str(),
            route.path,
            right(&route),
            route.what
        );
    }
    page
}

fn right(route: &Route) -> String {
    match route.who() {
        Who::Public => "任何人".to_owned(),
        Who::SignedIn => "已登录".to_owned(),
        Who::Needs(verb) => format!("{} `{}`", verb.label(), verb.name()),
        Who::PartyLink => "持见证方链接".to_owned(),
    }
}
