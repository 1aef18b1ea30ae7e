//! The list of campaigns the public may know of: approved ones, void and abandoned ones too.

use axum::extract::State;
use domain::campaign::StateKind;
use domain::id::CampaignNo;
use domain::policy::Reach;
use domain::time::Date;
use serde::Serialize;
use store::campaign::{self, CampaignFilter, StoredCampaign};
use store::portal::{self, Listed};
use store::{Reader, org};

use super::draw::{LeftUndone, NOT_DRAWN, by_dice, level_badge};
use super::record::Record;
use super::unshown::Unshown;
use super::{answer, printed, twin};
use crate::component::{Cell, Column, Count, EmptyState, Head, Link, Pager, Row, Sheet, Table};
use crate::filter::CURSOR;
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::paging::{Cursor, PAGE_ROWS, Page};
use crate::text::{Address, thousands};

const VIEW: &str = "public/campaigns";

/// A row of the list: a campaign, or what is said in its place.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Line {
    /// As it stands.
    Campaign(PublicCampaign),
    /// It cannot be shown.
    Unshown(Unshown),
}

impl Line {
    /// The campaign, if it can be shown.
    pub(super) fn campaign(&self) -> Option<&PublicCampaign> {
        match self {
            Self::Campaign(one) => Some(one),
            Self::Unshown(_) => None,
        }
    }
}

/// One campaign as the list shows it.
#[derive(Debug, Serialize)]
pub(super) struct PublicCampaign {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) initiator: String,
    pub(super) state: &'static str,
    pub(super) state_words: &'static str,
    pub(super) since: String,
    pub(super) trust_level: Option<i64>,
    #[serde(skip)]
    by_dice: bool,
    pub(super) pool: Option<u64>,
    pub(super) drawn: Option<u64>,
    pub(super) void_attempts: u32,
    /// What is not done of it though the last day of its plan is over.
    pub(super) left_undone: Option<String>,
}

#[derive(Serialize)]
struct Campaigns {
    total: i64,
    campaigns: Vec<Line>,
    next: Option<String>,
    #[serde(skip)]
    previous: Option<String>,
    draws_by_unit_and_year: Vec<DrawsLine>,
}

/// The draws of one unit in one year.
#[derive(Debug, Serialize)]
struct DrawsLine {
    unit: String,
    year: i16,
    draws: u64,
    void: u64,
    unopened: u64,
}

pub(super) fn everything() -> Reach {
    Reach {
        everything: true,
        ..Reach::default()
    }
}

pub(super) fn public_only() -> CampaignFilter {
    CampaignFilter {
        public_only: true,
        ..CampaignFilter::default()
    }
}

pub(super) async fn shown(
    reader: &mut Reader,
    stored: Vec<Listed<StoredCampaign>>,
    today: Date,
) -> Result<Vec<Line>, Stop> {
    let units = org::units(reader).await?;
    let shown = stored.into_iter().map(|listed| {
        let kept = match listed.row {
            Ok(kept) => kept,
            Err(error) => return Line::Unshown(Unshown::new(listed.key, &error)),
        };
        let unit = units.iter().find(|unit| unit.id == kept.campaign.initiator);
        let freeze = kept.freeze_record.as_deref().map(Record);
        let sum = |place: usize| {
            let lines = freeze?.all("stratum");
            Some(
                lines
                    .filter_map(|words| words.get(place)?.parse::<u64>().ok())
                    .sum(),
            )
        };
        Line::Campaign(PublicCampaign {
            number: kept.campaign.number.to_string(),
            initiator: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            state: kept.campaign.kind().name(),
            state_words: kept.campaign.kind().label(),
            since: printed(kept.state_at_ms),
            trust_level: kept.trust_level,
            by_dice: by_dice(&kept),
            pool: sum(1),
            drawn: sum(2),
            void_attempts: kept.campaign.state.attempt().saturating_sub(1),
            left_undone: LeftUndone::of(&kept, today).map(|left| left.sentence()),
            title: kept.title,
        })
    });
    Ok(shown.collect())
}

pub(super) fn table(campaigns: &[Line], empty: EmptyState) -> Table {
    let columns = vec![
        Column::unbroken("日期"),
        Column::words("任务"),
        Column::unbroken("可信等级").labelled(),
        Column::unbroken("抽取").labelled(),
        Column::unbroken("状态").labelled(),
        Column::unbroken("核对").in_corner(),
    ];
    let rows = campaigns.iter().map(|line| {
        let one = match line {
            Line::Campaign(one) => one,
            Line::Unshown(unshown) => return unshown.row(6),
        };
        let to = Address::fixed("/draw").child(&one.number);
        let is_given_up = one.state == StateKind::Abandoned.name();
        let drawn = match (one.pool, one.drawn) {
            (Some(pool), Some(drawn)) => format!("{} 抽 {}", thousands(pool), thousands(drawn)),
            _ if is_given_up => NOT_DRAWN.to_owned(),
            _ => "尚未封存".to_owned(),
        };
        let look = match one.trust_level {
            Some(_) => "验证",
            None if is_given_up => "看记录",
            None => "看进度",
        };
        let void = match one.void_attempts {
            0 => None,
            n => Some(format!("此前 {n} 次作废")),
        };
        let said: Vec<String> = one.left_undone.clone().into_iter().chain(void).collect();
        let state = match said.as_slice() {
            [] => Cell::new(one.state_words),
            said => Cell::new(one.state_words).with_context(said.join("；")),
        };
        Row::new(vec![
            Cell::new(one.since.get(..10).unwrap_or("")),
            Cell::link(&one.title, to.clone())
                .with_context(format!("{}　{}", one.initiator, one.number)),
            Cell::new(level_badge(one.trust_level, one.by_dice, one.state)),
            Cell::new(drawn),
            state,
            Cell::new(Link::new(look, to)),
        ])
    });
    Table::new("抽查任务", columns, rows.collect(), empty)
}

/// Where all approved campaigns would stand.
pub(super) fn none_yet() -> EmptyState {
    EmptyState::nothing("还没有批准的抽查任务。方案批准后，从承诺到结果都列在这里。")
}

pub(super) async fn list(State(web): State<WebState>, guest: Guest) -> Answer {
    let place = form_urlencoded::parse(guest.query.as_bytes()).find(|(key, _)| key == CURSOR);
    let cursor = place.and_then(|(_, text)| Cursor::decode(VIEW, &text).ok());
    let before = cursor
        .as_ref()
        .and_then(|cursor| CampaignNo::parse(cursor.key.first()?).ok());
    let mut reader = web.app.db.read().await?;
    let (reach, filter) = (everything(), public_only());
    let limit = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
    let stored = portal::campaigns(&mut reader, &filter, before.as_ref(), limit).await?;
    let total = campaign::count(&mut reader, &reach, &filter, i64::MAX).await?;
    let page = Page::of_read(None, stored, |listed| vec![listed.key.clone()]);
    let next = page.next.as_ref().map(|cursor| cursor.encode(VIEW));
    let previous = before.map(|_| String::new());
    let today = web.app.clock.now().date();
    let campaigns = shown(&mut reader, page.rows, today).await?;
    let units = org::units(&mut reader).await?;
    let counted = portal::draws_by_unit_and_year(&mut reader, today).await;
    let counted = counted.map_err(super::contradicted)?;
    drop(reader);
    let named = counted.into_iter().map(|line| {
        let unit = units.iter().find(|unit| unit.id == line.unit);
        DrawsLine {
            unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            year: line.year,
            draws: line.draws,
            void: line.void,
            unopened: line.unopened,
        }
    });
    answer(
        &web,
        &guest,
        Campaigns {
            total,
            campaigns,
            next,
            previous,
            draws_by_unit_and_year: named.collect(),
        },
        view,
    )
    .await
}

fn view(shell: PortalShell, content: &Campaigns) -> PortalPage {
    let here = Address::fixed("/campaigns");
    let next = content
        .next
        .as_deref()
        .map(|cursor| here.clone().query([(CURSOR, cursor)]));
    // Going back leads to the newest: the list only grows at its beginning.
    let previous = content.previous.as_ref().map(|_| here);
    let count = Count::Exact(u64::try_from(content.total).unwrap_or_default());
    let sheet = Sheet::new(
        "campaigns",
        "全部任务",
        table(&content.campaigns, none_yet()),
    )
    .with_clause("作废的抽取和终止的任务也列在这里，作废的事由、终止的事由永久公开")
    .with_link(twin("/campaigns"))
    .with_foot(Pager::new(count, previous, next));
    let page = PortalPage::new(shell, Head::new("抽查任务")).with(sheet);
    match content.draws_by_unit_and_year.as_slice() {
        [] => page,
        lines => page.with(
            Sheet::new("by-year", "按年度和单位", by_year(lines))
                .with_clause("抽了而过期没有公开：实施时间已过，检查没有派发、没有结束，或结束了而没有公开抽取材料"),
        ),
    }
}

fn by_year(lines: &[DrawsLine]) -> Table {
    let columns = vec![
        Column::unbroken("年度"),
        Column::words("发起单位"),
        Column::numbers("公布过承诺，次").labelled(),
        Column::numbers("作废，次").labelled(),
        Column::numbers("抽了而过期没有公开，次").labelled(),
    ];
    let rows = lines.iter().map(|line| {
        Row::new(vec![
            Cell::new(line.year.to_string()),
            Cell::new(line.unit.as_str()),
            Cell::new(thousands(line.draws)),
            Cell::new(thousands(line.void)),
            Cell::new(thousands(line.unopened)),
        ])
    });
    let none = EmptyState::nothing("还没有公布过承诺的抽取。");
    Table::new("按年度和单位", columns, rows.collect(), none)
}
