//! The first page: what was drawn, what was found, and how to check us.

use app::drawing::{Stage, public_stage};
use askama::Template;
use axum::extract::State;
use domain::time::Date;
use serde::Serialize;
use store::campaign::StoredCampaign;
use store::portal::{self, Listed, PublicFigures, figures};
use store::{campaign, catalog, inspection, log};

use super::campaigns::{self, Line, everything, public_only, shown};
use super::catalog::{ShortItem, item_table, short};
use super::checkable;
use super::results::{Shown, latest_table, shown_all};
use super::{answer, twin};
use crate::component::{Fragment, Link, Sheet};
use crate::gate::{Answer, Guest, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::text::{Address, thousands};

/// Rows of each list on the first page.
const LATEST: i64 = 6;

/// One figure with its words.
#[derive(Serialize)]
struct Figure {
    number: i64,
    words: String,
}

#[derive(Serialize)]
struct Front {
    figures: Vec<Figure>,
    draws: Vec<Line>,
    campaigns_total: i64,
    results: Vec<Shown>,
    results_total: i64,
    #[serde(skip)]
    term: u32,
    items: Vec<ShortItem>,
    verifiable: Option<Verifiable>,
}

/// The draw a visitor can recompute right now.
#[derive(Serialize)]
struct Verifiable {
    number: String,
    opened: bool,
    pool: u64,
    drawn: u64,
}

#[derive(Template)]
#[template(path = "screen/public/figures.html")]
struct Figures<'a> {
    figures: &'a [Figure],
}

#[derive(Template)]
#[template(path = "screen/public/front_verify.html")]
struct VerifyBlock<'a> {
    latest: Option<&'a Verifiable>,
    checkable: &'static str,
}

fn figures_of(counted: &PublicFigures, size: u64, year: i16) -> Vec<Figure> {
    let figure = |number: i64, words: &str| Figure {
        number,
        words: words.to_owned(),
    };
    vec![
        figure(counted.published, &format!("{year} 年已公示检查，户次")),
        figure(counted.with_findings, "其中发现问题，户次"),
        figure(counted.draws, "公布过承诺的抽取，次"),
        // Those void before FREEZE are none of the draws above.
        figure(
            counted.void,
            "作废的抽取，次；含没有公布过承诺的，事由均已公开",
        ),
        figure(
            i64::try_from(size).unwrap_or(i64::MAX),
            "留痕日志，条；改动会被指出",
        ),
    ]
}

/// The newest opened draw, else the newest drawn one: number, and whether it is opened.
fn newest_verifiable(stored: &[Listed<StoredCampaign>]) -> Option<(String, bool)> {
    let stage = |kept: &&StoredCampaign| public_stage(kept);
    let readable = || stored.iter().filter_map(|listed| listed.row.as_ref().ok());
    let opened = readable().find(|kept| stage(kept) == Some(Stage::Public));
    let newest = opened.or_else(|| readable().find(|kept| stage(kept).is_some()))?;
    Some((newest.campaign.number.to_string(), opened.is_some()))
}

pub(super) async fn show(State(web): State<WebState>, guest: Guest) -> Answer {
    let mut reader = web.app.db.read().await?;
    let today = web.app.clock.now().date();
    let year = Date::new(today.year(), 1, 1).unwrap_or(today);
    let counted = figures(&mut reader, year.start().unix_ms()).await?;
    let (size, _) = log::head(&mut reader).await?;
    let stored = portal::campaigns(&mut reader, &public_only(), None, 50).await?;
    let campaigns_total =
        campaign::count(&mut reader, &everything(), &public_only(), i64::MAX).await?;
    let newest = newest_verifiable(&stored);
    let all = shown(&mut reader, stored, today).await?;
    let verifiable = newest.and_then(|(number, opened)| {
        let mut shown = all.iter().filter_map(Line::campaign);
        let one = shown.find(|one| one.number == number)?;
        Some(Verifiable {
            opened,
            pool: one.pool?,
            drawn: one.drawn?,
            number,
        })
    });
    let draws: Vec<_> = all.into_iter().take(6).collect();
    let published = inspection::publications(&mut reader, None, LATEST).await?;
    let results = shown_all(&mut reader, published).await?;
    let results_total = inspection::publication_count(&mut reader).await?;
    let items = catalog::items(&mut reader).await?;
    let term = catalog::rulebook(&mut reader).await?.publication_days;
    drop(reader);
    let figures = figures_of(&counted, size, today.year());
    let items = items.iter().filter(|kept| kept.item.published_on.is_some());
    let front = Front {
        figures,
        draws,
        campaigns_total,
        results,
        results_total,
        term,
        items: items.map(|kept| short(&kept.item)).collect(),
        verifiable,
    };
    answer(&web, &guest, front, page).await
}

fn page(shell: PortalShell, front: &Front) -> PortalPage {
    let all = |words: &str, total: i64, unit: &str, to| {
        let total = thousands(u64::try_from(total).unwrap_or_default());
        Link::new(format!("{words} {total} {unit}"), Address::fixed(to))
    };
    let draws = Sheet::new("latest-draws", "最近的抽取", campaigns::table(&front.draws, campaigns::none_yet()))
        .with_link(all("全部", front.campaigns_total, "次", "/campaigns"))
        .with_link(twin("/index"))
        .with_foot("可信等级　2 信标：两个以上见证方加公共信标；2 掷骰：两个以上见证方加当众掷骰；1 见证：两个以上见证方而没有公共来源，或者有一个公共来源而见证方不足两个；0 演练：不得用于真实检查");
    let results = Sheet::new(
        "latest-results",
        "最近公示的检查结果",
        latest_table(&front.results, front.term),
    )
    .with_link(all("全部", front.results_total, "条", "/results"));
    let items = Sheet::new("catalog", "抽查事项清单", item_table(&front.items))
        .with_link(Link::new("全部事项", Address::fixed("/items")));
    PortalPage::front(shell)
        .with(draws)
        .with(results)
        .with(items)
        .with_above(Fragment::of(&Figures {
            figures: &front.figures,
        }))
        .with_aside(Fragment::of(&VerifyBlock {
            latest: front.verifiable.as_ref(),
            checkable: checkable::at(front.verifiable.as_ref().is_some_and(|draw| draw.opened)),
        }))
}
