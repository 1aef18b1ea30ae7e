//! The means of verification, offered as they are with their hashes.
//!
//! They are the very files of `tools/`, not copies: what a citizen downloads here can be compared
//! with what he took from the documentation. Deliberately absent: a wish to be trusted for them.

use axum::extract::{Path, State};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use app::drawing::{BundleFile, zip_of};

use super::{answer, file, twin};
use crate::component::{
    Cell, Column, DigestLine, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet, Table,
};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::text::{Address, Digest, thousands};

macro_rules! from_tools {
    ($($name:literal as $kind:literal;)+) => {
        &[$(($name, $kind, include_bytes!(concat!("../../../../../tools/verify-page/", $name)) as &[u8])),+]
    };
}

/// `verify.sh`, as it is.
pub(super) const SHELL_SCRIPT: &[u8] = include_bytes!("../../../../../tools/verify.sh");

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files of the offline page: name, kind, bytes.
const PAGE: &[(&str, &str, &[u8])] = from_tools! {
    "verify.html" as "text/html; charset=utf-8";
    "style.css" as "text/css; charset=utf-8";
    "hash.js" as "text/javascript; charset=utf-8";
    "zip.js" as "text/javascript; charset=utf-8";
    "records.js" as "text/javascript; charset=utf-8";
    "draw.js" as "text/javascript; charset=utf-8";
    "frames.js" as "text/javascript; charset=utf-8";
    "receipt.js" as "text/javascript; charset=utf-8";
    "one.js" as "text/javascript; charset=utf-8";
    "records2.js" as "text/javascript; charset=utf-8";
    "quota.js" as "text/javascript; charset=utf-8";
    "after.js" as "text/javascript; charset=utf-8";
    "beacon.js" as "text/javascript; charset=utf-8";
    "two.js" as "text/javascript; charset=utf-8";
    "verify.js" as "text/javascript; charset=utf-8";
    "page.js" as "text/javascript; charset=utf-8";
};

/// The scripts that compute, in the order in which they are needed.
pub(super) const PAGE_SCRIPTS: &[&str] = &[
    "hash.js",
    "zip.js",
    "records.js",
    "draw.js",
    "frames.js",
    "receipt.js",
    "one.js",
    "records2.js",
    "quota.js",
    "after.js",
    "beacon.js",
    "two.js",
    "verify.js",
];

/// Our own script, which hands the bundle of one draw to them.
pub(super) const VERIFY_DRAW: &str = "verify-draw.js";
const VERIFY_DRAW_BYTES: &[u8] = include_bytes!("../../../static/verify-draw.js");

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The offline page as one zip; the same bytes at every download.
fn page_zip() -> Result<Vec<u8>, Stop> {
    let files = PAGE.iter().map(|(name, _, bytes)| BundleFile {
        name: (*name).to_owned(),
        content: bytes.to_vec(),
    });
    zip_of(&files.collect::<Vec<_>>()).map_err(|error| Stop::fault(error.to_string()))
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    what: &'static str,
    bytes: usize,
    sha256: String,
}

#[derive(Serialize)]
struct Tools {
    tools: Vec<Tool>,
    log_key: String,
}

pub(super) async fn list(State(web): State<WebState>, guest: Guest) -> Answer {
    let zip = page_zip()?;
    let tool = |name, what, bytes: &[u8]| Tool {
        name,
        what,
        bytes: bytes.len(),
        sha256: Digest::of_bytes(&sha256(bytes)).as_str().to_owned(),
    };
    let tools = Tools {
        tools: vec![
            tool(
                "verify-page.zip",
                "离线核对页：解压后用浏览器打开 verify.html",
                &zip,
            ),
            tool(
                "verify.sh",
                "只用 sh、awk、sort、sha256sum（或 openssl）和系统自带文本工具的核对脚本",
                SHELL_SCRIPT,
            ),
        ],
        log_key: web.app.log_key.verifier().to_string(),
    };
    answer(&web, &guest, tools, page).await
}

fn page(shell: PortalShell, tools: &Tools) -> PortalPage {
    let columns = vec![
        Column::unbroken("文件"),
        Column::words("用途"),
        Column::numbers("字节"),
        Column::words("SHA-256").labelled(),
    ];
    let rows = tools.tools.iter().map(|tool| {
        let digest = Digest::parse(&tool.sha256).map_or_else(
            |_| Fragment::text(&tool.sha256),
            |digest| DigestLine::whole(digest).into(),
        );
        Row::new(vec![
            Cell::link(tool.name, Address::fixed("/tools").child(tool.name)),
            Cell::new(tool.what),
            Cell::new(thousands(u64::try_from(tool.bytes).unwrap_or(u64::MAX))),
            Cell::new(digest),
        ])
    });
    let table = Table::new(
        "验证工具",
        columns,
        rows.collect(),
        EmptyState::nothing("没有文件。"),
    );
    PortalPage::new(shell, Head::new("验证工具"))
        .with(Note::standing(
            "最好从说明文档处取得这些文件，再与这里的 SHA-256 比对。",
            "由被核对的人提供工具，等于没有核对。",
        ))
        .with(Sheet::new("tools", "下载", table).with_link(twin("/tools")))
        .with(
            Sheet::new("levels", "可信等级", levels())
                .padded()
                .with_clause("由抽取本身推出，不能自己声明"),
        )
        .with(
            Sheet::new("log-key", "日志公钥", tools.log_key.as_str())
                .padded()
                .with_link(Link::new("以前的公钥", Address::fixed("/log/keys")))
                .with_clause("mingqian verify --log-key 用它核对日志签名"),
        )
}

/// What each level means, in the words printed beside a draw.
fn levels() -> Facts {
    Facts::default()
        .with("2 信标", super::draw::claim(2, false))
        .with("2 掷骰", super::draw::claim(2, true))
        .with("1 见证", super::draw::claim(1, false))
        .with("0 演练", super::draw::claim(0, false))
}

pub(super) async fn download(Path(name): Path<String>) -> Answer {
    match name.as_str() {
        "verify.sh" => Ok(file(
            SHELL_SCRIPT.to_vec(),
            "text/x-shellscript; charset=utf-8",
            Some("verify.sh"),
        )),
        "verify-page.zip" => Ok(file(
            page_zip()?,
            "application/zip",
            Some("verify-page.zip"),
        )),
        _ => Err(Stop::not_found()),
    }
}

pub(super) async fn page_file(Path(name): Path<String>) -> Answer {
    if name == VERIFY_DRAW {
        return Ok(file(VERIFY_DRAW_BYTES.to_vec(), SCRIPT, None));
    }
    let found = PAGE.iter().find(|(known, _, _)| *known == name);
    let (_, kind, bytes) = found.ok_or_else(Stop::not_found)?;
    Ok(file(bytes.to_vec(), kind, None))
}
