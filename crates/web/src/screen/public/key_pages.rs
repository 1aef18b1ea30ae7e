//! The keys of the log for strangers (SPEC-log §3.2): the one that signs now, those before it with the heads each vouches
//! for, and the records by which one follows from one to the next.

use askama::Template;
use axum::extract::{Path, State};
use serde::Serialize;
use store::portal;

use super::{answer, bare, plain, twin};
use crate::component::{
    Cell, Column, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet, Table,
};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::route::{Route, Who};
use crate::text::{Address, thousands};

pub(super) fn routes() -> Vec<Route> {
    let open = Who::Public;
    vec![
        Route::get("/log/keys", open, "日志公钥", keys),
        Route::get("/log/keys.json", open, "日志公钥（数据）", keys),
        Route::get("/log/keys/{n}", open, "更换日志密钥的记录（原文）", record),
    ]
}

#[derive(Template)]
#[template(source = r#"<code class="full">{{ key }}</code>"#, ext = "html")]
struct Whole<'a> {
    key: &'a str,
}

fn whole(key: &str) -> Fragment {
    Fragment::of(&Whole { key })
}

#[derive(Serialize)]
struct EarlierKey {
    key: String,
    /// The largest head it vouches for, and the number of the entry that gave it up.
    until: u64,
}

#[derive(Serialize)]
struct PublicKeys {
    key: String,
    earlier: Vec<EarlierKey>,
}

async fn keys(State(web): State<WebState>, guest: Guest) -> Answer {
    let mut reader = web.app.db.read().await?;
    let earlier = web.app.earlier_keys(&mut reader).await?;
    drop(reader);
    let earlier = earlier.into_iter().map(|one| EarlierKey {
        key: one.key,
        until: one.until,
    });
    let shown = PublicKeys {
        key: web.app.log_key.verifier().to_string(),
        earlier: earlier.collect(),
    };
    answer(&web, &guest, shown, page).await
}

fn page(shell: PortalShell, shown: &PublicKeys) -> PortalPage {
    let columns = vec![
        Column::numbers("签到第几条").labelled(),
        Column::words("公钥").labelled(),
        Column::unbroken("更换记录").labelled(),
    ];
    let rows = shown.earlier.iter().map(|one| {
        let number = one.until.to_string();
        Row::new(vec![
            Cell::link(thousands(one.until), Address::fixed("/log").child(&number)),
            Cell::new(whole(&one.key)),
            Cell::link("原文", Address::fixed("/log/keys").child(&number)),
        ])
    });
    let table = Table::new(
        "以前的公钥",
        columns,
        rows.collect(),
        EmptyState::nothing("没有更换过。"),
    );
    let now = Facts::default().with("公钥", whole(&shown.key));
    PortalPage::new(shell, Head::new("日志公钥"))
        .with(Note::standing(
            "公钥要与本局在别处公布的比对。",
            "更换时新旧两把都签名：手里是以前那一把的，凭更换记录用 mingqian log follow-key 得出现在这一把；以前的凭证仍用以前那一把核对。",
        ))
        .with(Sheet::new("now", "现在的公钥", now).padded().with_link(twin("/log/keys")))
        .with(
            Sheet::new("earlier", "以前的公钥", table)
                .with_link(Link::new("留痕日志", Address::fixed("/log"))),
        )
}

/// The record itself: its bytes are what both keys have signed.
async fn record(State(web): State<WebState>, Path(n): Path<String>) -> Answer {
    let number: u64 = bare(&n).parse().map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let logged = portal::record_at(&mut reader, number).await?;
    drop(reader);
    let logged = logged.filter(|logged| logged.kind == "key");
    Ok(plain(logged.ok_or_else(Stop::not_found)?.record))
}
