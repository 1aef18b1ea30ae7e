//! The portal (公示): everything here is read by anybody, without account and without cookie.
//!
//! Each page is one value that holds exactly what is public; the page and its `.json` twin are two
//! renderings of the same value, so that their figures cannot differ. Read `draw` first: what a
//! stranger sees of a draw, state by state. Deliberately absent: any act, any draft, any name of a
//! subject before OPEN or its publication, and anything that needs script to be read.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::time::Instant;
use serde::Serialize;
use store::{StoreError, log};

use crate::component::Link;
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::headers::{Reach, protect};
use crate::layout::{Foot, NavEntry, NavModel, PortalPage, PortalShell};
use crate::route::{Route, Who};
use crate::text::{Address, Digest};

mod bundle;
mod campaigns;
mod catalog;
mod checkable;
mod draw;
mod front;
mod key_pages;
mod log_pages;
mod record;
mod results;
mod search;
mod statement;
mod tile;
mod tool;
mod unshown;

const SECTIONS: [(&str, &str); 7] = [
    ("首页", "/"),
    ("事项清单", "/items"),
    ("实施细则", "/rules"),
    ("抽查任务", "/campaigns"),
    ("检查结果", "/results"),
    ("验证工具", "/tools"),
    ("留痕", "/log"),
];

/// The addresses of the portal. An address that names one thing answers with data when `.json` is
/// added to it.
#[must_use]
pub fn routes() -> Vec<Route> {
    let parts = [
        lists(),
        things(),
        proofs(),
        key_pages::routes(),
        log_pages::routes(),
    ];
    parts.into_iter().flatten().collect()
}

fn lists() -> Vec<Route> {
    let open = Who::Public;
    vec![
        Route::get("/", open, "公示首页", front::show),
        Route::get("/index.json", open, "公示首页（数据）", front::show),
        Route::get("/search", open, "查企业、任务", search::show),
        Route::get("/search.json", open, "查企业、任务（数据）", search::show),
        Route::get("/items", open, "抽查事项清单", catalog::list),
        Route::get("/items.json", open, "抽查事项清单（数据）", catalog::list),
        Route::get("/rules", open, "实施细则参数", catalog::rules),
        Route::get("/rules.json", open, "实施细则参数（数据）", catalog::rules),
        Route::get("/campaigns", open, "抽查任务", campaigns::list),
        Route::get("/campaigns.json", open, "抽查任务（数据）", campaigns::list),
        Route::get("/results", open, "检查结果", results::list),
        Route::get("/results.json", open, "检查结果（数据）", results::list),
        Route::get(
            "/accessibility",
            open,
            "无障碍说明",
            statement::accessibility,
        ),
        Route::get("/data", open, "数据说明", statement::data),
    ]
}

fn things() -> Vec<Route> {
    let open = Who::Public;
    let item = "抽查事项（加 .json 为数据）";
    let rules = "实施细则一版的原文";
    let draw = "一次抽取（加 .json 为数据）";
    let result = "一条公示（加 .json 为数据）";
    let firm = "一家企业的公示（加 .json 为数据）";
    vec![
        Route::get("/items/{id}", open, item, catalog::item),
        Route::get("/rules/{version}", open, rules, catalog::rules_text),
        Route::get("/draw/{no}", open, draw, draw::show),
        Route::get("/r/{id}", open, result, results::one),
        Route::get("/entity/{code}", open, firm, results::entity),
    ]
}

fn proofs() -> Vec<Route> {
    let open = Who::Public;
    let (record, bundle) = ("/draw/{no}/records/{name}", "/draw/{no}/bundle.zip");
    let page = "/tools/verify-page/{name}";
    vec![
        Route::get(record, open, "抽取的公开记录原文", bundle::record),
        Route::get(bundle, open, "此刻可公开的案卷", bundle::download),
        Route::get(
            "/draw/{no}/attempts/{attempt}/bundle.zip",
            open,
            "作废的一次抽取的案卷",
            bundle::download_void,
        ),
        Route::get("/draw/{no}/verify", open, "验证这次抽取", bundle::verify),
        Route::get("/tools", open, "验证工具", tool::list),
        Route::get("/tools.json", open, "验证工具（数据）", tool::list),
        Route::get("/tools/{name}", open, "下载验证工具", tool::download),
        Route::get(page, open, "离线核对页的文件", tool::page_file),
    ]
}

/// Whether the request asks for data instead of a page.
fn wants_data(guest: &Guest) -> bool {
    guest.path.ends_with(".json")
}

/// A path parameter without the ending that asks for data.
fn bare(parameter: &str) -> &str {
    parameter.strip_suffix(".json").unwrap_or(parameter)
}

/// The address of the data of this page.
fn twin(path: &str) -> Link {
    let address = Address::returning(&format!("{path}.json"));
    Link::new(
        "JSON",
        address.unwrap_or_else(|_| Address::fixed("/index.json")),
    )
}

fn data(content: &impl Serialize) -> Answer {
    let mut text =
        serde_json::to_string_pretty(content).map_err(|error| Stop::fault(error.to_string()))?;
    text.push('\n');
    Ok(file(
        text.into_bytes(),
        "application/json; charset=utf-8",
        None,
    ))
}

/// A public file as it is; with a name it is offered for saving.
fn file(bytes: Vec<u8>, kind: &'static str, name: Option<&str>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(name) = name
        && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
    {
        headers.insert(axum::http::header::CONTENT_DISPOSITION, value);
    }
    protect(headers, Reach::Public, false);
    response
}

fn plain(text: String) -> Response {
    file(text.into_bytes(), "text/plain; charset=utf-8", None)
}

/// The page of one record: what cannot be read of it contradicts the log, in which nothing unreadable is
/// ever written.
fn contradicted(error: StoreError) -> Stop {
    match error {
        StoreError::Inconsistent { .. } => Stop::altered(error.recorded()),
        other => other.into(),
    }
}

/// The page, or the value it was made from.
async fn answer<T, P>(web: &WebState, guest: &Guest, content: T, page: P) -> Answer
where
    T: Serialize,
    P: FnOnce(PortalShell, &T) -> PortalPage,
{
    if wants_data(guest) {
        return data(&content);
    }
    let shell = shell(web, guest, "").await?;
    Ok(page(shell, &content).into_response())
}

async fn shell(web: &WebState, guest: &Guest, query: &str) -> Result<PortalShell, Stop> {
    let mut reader = web.app.db.read().await?;
    let (log_size, root) = log::head(&mut reader).await?;
    let entries = SECTIONS.map(|(words, to)| NavEntry::new(words, Address::fixed(to), 0));
    let here = section(&guest.path);
    Ok(PortalShell {
        frame: guest.frame(web),
        nav: NavModel::default()
            .with_group("栏目", entries.into())
            .at(here),
        query: query.to_owned(),
        links: vec![
            Link::new("数据说明", Address::fixed("/data")),
            Link::new("无障碍说明", Address::fixed("/accessibility")),
        ],
        as_of: web.app.clock.now().local_text(),
        foot: Foot {
            version: web.facts.version.clone(),
            log_size,
            log_root: Digest::of_bytes(root.as_bytes()),
        },
    })
}

/// The section a page belongs to; no section for what stands beside them.
fn section(path: &str) -> &str {
    match path.split('/').nth(1).unwrap_or("") {
        "" => "/",
        "draw" => "/campaigns",
        "r" | "entity" => "/results",
        "search" | "data" | "accessibility" => "-",
        _ => path,
    }
}

/// A moment as printed: `2026-11-23 15:00`.
fn printed(unix_ms: i64) -> String {
    let text = Instant::from_unix_ms(unix_ms).local_text();
    text.get(..16).map(str::to_owned).unwrap_or(text)
}
