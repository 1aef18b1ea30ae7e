//! The transparency log for strangers: its signed head, each entry with its receipt, its tiles.

use askama::Template;
use axum::extract::{Path, State};
use serde::Serialize;
use store::{log, portal};

use super::record::Record;
use super::{answer, bare, plain, printed, tile, twin};
use crate::component::{
    Cell, Column, DigestLine, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet, Table,
};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::route::{Route, Who};
use crate::screen::shared::{leaf_of, missing_entries};
use crate::text::{Address, Digest, thousands};

/// Entries shown on the page of the log.
const NEWEST: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    let open = Who::Public;
    vec![
        Route::get("/log", open, "留痕日志", head),
        Route::get("/log.json", open, "留痕日志（数据）", head),
        Route::get("/log/checkpoint", open, "签名的检查点（C2SP）", checkpoint),
        Route::get(
            "/log/tile/{*path}",
            open,
            "日志瓦片（C2SP tlog-tiles）",
            tile::show,
        ),
        Route::get(
            "/log/{n}",
            open,
            "一条留痕与存在性证明（加 .json 为数据，加 .proof 为回执）",
            entry,
        ),
    ]
}

#[derive(Template)]
#[template(
    source = r#"<pre class="record" tabindex="0">{{ text }}</pre>"#,
    ext = "html"
)]
struct Verbatim<'a> {
    text: &'a str,
}

fn verbatim(text: &str) -> Fragment {
    Fragment::of(&Verbatim { text })
}

#[derive(Serialize)]
struct PublicEntry {
    number: u64,
    kind: String,
    at: String,
    leaf: String,
}

#[derive(Serialize)]
struct PublicLog {
    origin: String,
    size: u64,
    root: String,
    log_key: String,
    checkpoint: String,
    newest: Vec<PublicEntry>,
    /// Numbers among the newest whose entry is not there any more, though the log counts it.
    missing: Vec<u64>,
}

fn of_entry(kept: &portal::PublicEntry) -> PublicEntry {
    let lines = Record(&kept.entry);
    let at = lines
        .number("time", 0)
        .and_then(|ms| i64::try_from(ms).ok())
        .map(printed);
    PublicEntry {
        number: kept.sequence,
        kind: lines.word("type", 0).unwrap_or("").to_owned(),
        at: at.unwrap_or_default(),
        leaf: leaf_of(&kept.entry).as_str().to_owned(),
    }
}

async fn head(State(web): State<WebState>, guest: Guest) -> Answer {
    let checkpoint = web.app.checkpoint().await?;
    let mut reader = web.app.db.read().await?;
    let (size, root) = log::head(&mut reader).await?;
    let first = size.saturating_sub(NEWEST);
    let newest = portal::entries(&mut reader, first, size).await?;
    drop(reader);
    let there = |number: &u64| newest.iter().any(|kept| kept.sequence == *number);
    let missing = (first..size).filter(|number| !there(number)).collect();
    let shown = PublicLog {
        origin: web.app.log_key.verifier().name().to_owned(),
        size,
        root: root.to_string(),
        log_key: web.app.log_key.verifier().to_string(),
        checkpoint,
        newest: newest.iter().rev().map(of_entry).collect(),
        missing,
    };
    answer(&web, &guest, shown, head_page).await
}

fn kind_words(kind: &str) -> &str {
    domain::event::EntryType::parse(kind).map_or(kind, |kind| kind.label())
}

fn head_page(shell: PortalShell, shown: &PublicLog) -> PortalPage {
    let root = Digest::parse(&shown.root).map(|digest| DigestLine::whole(digest).into());
    let facts = Facts::default()
        .with("日志名", shown.origin.as_str())
        .with("条数", thousands(shown.size))
        .with(
            "日志根",
            root.unwrap_or_else(|_| Fragment::text(&shown.root)),
        )
        .with("公钥", verbatim(&shown.log_key));
    let columns = vec![
        Column::numbers("序号"),
        Column::unbroken("类别"),
        Column::unbroken("时间").labelled(),
        Column::words("叶").labelled(),
    ];
    let rows = shown.newest.iter().map(|one| {
        let leaf = Digest::parse(&one.leaf).map(|digest| DigestLine::short(digest).into());
        Row::new(vec![
            Cell::link(
                thousands(one.number),
                Address::fixed("/log").child(&one.number.to_string()),
            ),
            Cell::new(kind_words(&one.kind)),
            Cell::new(one.at.as_str()),
            Cell::new(leaf.unwrap_or_else(|_| Fragment::text(&one.leaf))),
        ])
    });
    let table = Table::new(
        "最近的留痕",
        columns,
        rows.collect(),
        EmptyState::nothing("日志还是空的。"),
    );
    let mut page = PortalPage::new(shell, Head::new("留痕日志"));
    if let Some(note) = missing_entries(&shown.missing) {
        page = page.with(note);
    }
    page.with(Note::standing(
        "每一次办理都在这里留下一条，改动会被指出。",
        "涉密内容只留加盐的摘要；公开的记录可以看到原文。",
    ))
    .with(
        Sheet::new("head", "现在的日志", facts)
            .padded()
            .with_link(twin("/log"))
            .with_link(Link::new("以前的公钥", Address::fixed("/log/keys"))),
    )
    .with(
        Sheet::new("checkpoint", "签名的检查点", verbatim(&shown.checkpoint))
            .padded()
            .with_link(Link::new("原文", Address::fixed("/log/checkpoint")))
            .with_clause("记下它，以后就能证明日志没有被改写"),
    )
    .with(Sheet::new("newest", "最近的留痕", table))
}

async fn checkpoint(State(web): State<WebState>) -> Answer {
    Ok(plain(web.app.checkpoint().await?))
}

#[derive(Serialize)]
struct OneEntry {
    number: u64,
    kind: String,
    at: String,
    entry: String,
    leaf: String,
    root_after: String,
    record: Option<String>,
    receipt: String,
}

async fn entry(State(web): State<WebState>, guest: Guest, Path(n): Path<String>) -> Answer {
    let proof_only = n.ends_with(".proof");
    let number: u64 = bare(&n)
        .trim_end_matches(".proof")
        .parse()
        .map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let end = number.checked_add(1).ok_or_else(Stop::not_found)?;
    let kept = portal::whole_entries(&mut reader, number, end).await?;
    let kept = kept
        .and_then(|mut kept| kept.pop())
        .ok_or_else(Stop::not_found)?;
    let record = portal::record_at(&mut reader, number).await?;
    let (_, receipt) = web.app.receipt(&mut reader, &kept.event).await?;
    drop(reader);
    if proof_only {
        return Ok(plain(receipt));
    }
    let short = of_entry(&kept);
    let one = OneEntry {
        number,
        kind: short.kind,
        at: short.at,
        leaf: short.leaf,
        root_after: kept.root.to_string(),
        entry: kept.entry,
        record: record.map(|logged| logged.record),
        receipt,
    };
    answer(&web, &guest, one, entry_page).await
}

fn entry_page(shell: PortalShell, one: &OneEntry) -> PortalPage {
    let digest = |text: &str| match Digest::parse(text) {
        Ok(digest) => Fragment::from(DigestLine::whole(digest)),
        Err(_) => Fragment::text(text),
    };
    let facts = Facts::default()
        .with("类别", kind_words(&one.kind))
        .with("时间", one.at.as_str())
        .with("叶", digest(&one.leaf))
        .with("到这一条为止的根", digest(&one.root_after));
    let path = format!("/log/{}", one.number);
    let head = Head::new(format!("留痕第 {} 条", thousands(one.number)));
    let mut page = PortalPage::new(shell, head)
        .with(
            Sheet::new("entry", "这一条", facts)
                .padded()
                .with_link(twin(&path)),
        )
        .with(Sheet::new("text", "条目原文", verbatim(&one.entry)).padded());
    if let Some(record) = &one.record {
        page = page.with(Sheet::new("record", "公开的记录", verbatim(record)).padded());
    }
    let proof = Address::returning(&format!("{path}.proof")).map(|to| Link::new("下载回执", to));
    let sheet = Sheet::new("receipt", "存在性证明", verbatim(&one.receipt))
        .padded()
        .with_clause("C2SP tlog-proof：凭条目原文和日志公钥，离线即可核对");
    page.with(match proof {
        Ok(link) => sheet.with_link(link),
        Err(_) => sheet,
    })
}
