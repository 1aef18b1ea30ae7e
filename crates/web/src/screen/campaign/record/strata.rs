//! N and k per stratum, with who is visited anyway and who is left out, and why.

use std::collections::{BTreeMap, BTreeSet};

use app::drawing::Figures;
use domain::subject::RiskClass;

use super::Seen;
use crate::component::{Cell, Column, EmptyState, Fragment, Row, Sheet, Table};
use crate::gate::Stop;
use crate::text::thousands;

/// The frozen figures; nothing before a frame exists.
pub(super) fn sheet(seen: &Seen) -> Result<Option<Sheet>, Stop> {
    let Some(frozen) = seen.stored.campaign.state.frame() else {
        return Ok(None);
    };
    let figures = Figures::parse(&seen.stored.figures)?;
    let clause = format!("冻结于 {}", frozen.step.at.local_text());
    let sheet = Sheet::new("strata", "分层与数量", table(&figures)).with_clause(clause);
    Ok(Some(sheet.with_foot(foot(&figures))))
}

/// The letter of a class in words.
fn class_words(class: &str) -> String {
    match (RiskClass::parse(class), class) {
        (Some(known), _) => known.label().to_owned(),
        (None, "U") => "未定级".to_owned(),
        (None, "-" | "all") => "不分级".to_owned(),
        (None, other) => other.to_owned(),
    }
}

/// `<item>:<class>` in words; the item is left out where there is only one.
pub(in crate::screen) fn stratum_words(stratum: &str, items: usize) -> String {
    match stratum.split_once(':') {
        Some((_, class)) if items < 2 => class_words(class),
        Some((item, class)) => format!("{item}　{}", class_words(class)),
        None => stratum.to_owned(),
    }
}

/// The table of strata with its sum.
pub(in crate::screen::campaign) fn table(figures: &Figures) -> Table {
    let columns = vec![
        Column::words("层（信用等级）"),
        Column::numbers("户数 N"),
        Column::numbers("抽取 k"),
        Column::numbers("必查"),
        Column::numbers("不参加"),
    ];
    let number = |n: u64| Cell::new(thousands(n));
    let items: BTreeSet<&str> = figures
        .strata
        .iter()
        .filter_map(|line| line.stratum.split(':').next())
        .collect();
    let rows = figures.strata.iter().map(|line| {
        let skipped: u64 = line.skipped.values().sum();
        let name = Cell::new(stratum_words(&line.stratum, items.len()));
        let name = if line.pool == 1 && line.quota == 1 {
            name.with_context("只有 1 户，非随机")
        } else {
            name
        };
        Row::new(vec![
            name,
            number(line.pool),
            number(line.quota),
            number(line.must),
            number(skipped),
        ])
    });
    let sum =
        |of: fn(&app::drawing::StratumFigure) -> u64| figures.strata.iter().map(of).sum::<u64>();
    let empty = EmptyState::nothing("还没有分层。名录冻结后，各层的户数和抽取数在这里。");
    Table::new("分层与数量", columns, rows.collect(), empty)
        .wide()
        .with_sum(Row::new(vec![
            Cell::new("参加抽取"),
            number(sum(|line| line.pool)),
            number(sum(|line| line.quota)),
            number(sum(|line| line.must)),
            number(sum(|line| line.skipped.values().sum())),
        ]))
}

/// Why some are left out, in one line; and what the inspectors' side says.
pub(in crate::screen::campaign) fn foot(figures: &Figures) -> Fragment {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, n) in figures.strata.iter().flat_map(|line| &line.skipped) {
        *reasons.entry(reason).or_default() += n;
    }
    let mut parts: Vec<String> = reasons
        .iter()
        .map(|(reason, n)| format!("{reason} {}", thousands(*n)))
        .collect();
    if figures.without_code > 0 {
        parts.push(format!(
            "没有信用代码，不能入列 {}",
            thousands(figures.without_code)
        ));
    }
    let mut lines = Vec::new();
    if !parts.is_empty() {
        lines.push(format!("不参加：{}", parts.join("，")));
    }
    if !figures.left_out.is_empty() {
        let people = figures.left_out.iter().take(8);
        let people: Vec<String> = people.map(|(code, why)| format!("{code} {why}")).collect();
        let more = if figures.left_out.len() > 8 {
            "等"
        } else {
            ""
        };
        lines.push(format!("未列入抽取的人员：{}{more}", people.join("，")));
    }
    Fragment::text(&lines.join("　"))
}
