//! The page of one draw as the public reads it: figures, sources, hashes, and who was drawn once open.

use askama::Template;
use domain::campaign::StateKind;

use super::super::checkable;
use super::LeftUndone;
use super::awaited::Awaited;
use super::{PublicDraw, PublicRecord, Told, voided};
use crate::component::{
    Badge, Cell, Column, DigestLine, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet,
    Table, Tone, TrustBadge, TrustLevel,
};
use crate::layout::{PortalPage, PortalShell};
use crate::text::{Address, Digest, thousands};

/// The texts of the records, each folded.
#[derive(Template)]
#[template(path = "screen/public/records.html")]
struct Records<'a> {
    records: &'a [PublicRecord],
}

/// The box that leads to the recomputation.
#[derive(Template)]
#[template(path = "screen/public/verify_box.html")]
struct VerifyBox<'a> {
    draw: &'a PublicDraw,
    checkable: &'static str,
    short: Vec<(&'a str, String)>,
}

/// What stands in the place of a result that will never be.
pub(in super::super) const NOT_DRAWN: &str = "没有抽取";

fn level_of(level: i64, by_dice: bool) -> TrustLevel {
    match level {
        2 if by_dice => TrustLevel::Dice,
        2 => TrustLevel::Beacon,
        1 => TrustLevel::Witnessed,
        _ => TrustLevel::Rehearsal,
    }
}

pub(in super::super) fn level_badge(level: Option<i64>, by_dice: bool, state: &str) -> Fragment {
    match level {
        None if state == StateKind::Abandoned.name() => Fragment::text(NOT_DRAWN),
        Some(level) => {
            let meaning = Address::fixed("/tools#levels");
            TrustBadge::new(level_of(level, by_dice), meaning).into()
        }
        None => Fragment::text("抽取后得出"),
    }
}

pub(super) fn page(mut shell: PortalShell, draw: &PublicDraw) -> PortalPage {
    shell.frame.refresh_seconds = draw.looks_again;
    let head = Head::new(&draw.title)
        .with_badge(state_badge(draw))
        .with_line_beneath(format!(
            "{}　{}　第 {} 次抽取",
            draw.number, draw.initiator, draw.attempt
        ));
    let path = format!("/draw/{}", draw.number);
    let overtaken = draw.overtaken.then(|| {
        Note::warning(
            "这次抽取不再继续，只能作废。",
            "承诺是在恢复备份、另起日志之前公布的，丢失的留痕里可能已有随机数和结果，有人看过。分管领导作废之后重新冻结名录，各方另换随机数。",
        )
    });
    let left = draw.left_undone.as_deref().map(LeftUndone::note);
    let overdue = draw.ceremony_overdue.as_ref().map(Told::note);
    let notes = voided::notes(draw).into_iter();
    let notes = notes.chain(overtaken).chain(overdue).chain(left);
    let mut page = notes
        .chain(draw.awaited.iter().map(Awaited::note))
        .fold(
            PortalPage::new(shell, head).with(standing(draw)),
            |page, note| page.with(note),
        )
        .with(facts(draw, &path));
    if !draw.strata.is_empty() {
        page = page.with(strata(draw));
    }
    page = page.with(parties(draw));
    if !draw.hashes.is_empty() {
        page = page.with(hashes(draw));
    }
    if draw.opened {
        page = page.with(visits(draw));
    }
    let records = Fragment::of(&Records {
        records: &draw.records,
    });
    page.with(
        Sheet::new("records", "公开记录", records).with_clause("留痕日志中的原文，逐字节可核对"),
    )
    .with_aside(verify_box(draw))
}

fn state_badge(draw: &PublicDraw) -> Badge {
    let tone = match draw.state {
        "abandoned" => Tone::Bad,
        "ended" | "reported" | "archived" => Tone::Sound,
        "approved" | "launched" => Tone::Plain,
        _ => Tone::Active,
    };
    Badge::new(tone, draw.state_words)
}

const LISTED_WITH_FREEZE: &str =
    "承诺公布后，本页列出名录的摘要、各层户数和抽取户数；此后谁也不能再改。";

/// What the public can and cannot check at this moment, in one note.
fn standing(draw: &PublicDraw) -> Note {
    if let Some(reason) = &draw.abandoned {
        return Note::warning("任务终止。", format!("事由：{reason}").as_str());
    }
    if let Some(at) = &draw.missed_beacon {
        return Note::warning(
            "揭示没有赶在公共随机源之前公布，这次抽取只能作废。",
            format!("公共随机源 {at} 已经公布，现在才公布揭示的人能挑选谁缺席，所以不再公布。等待分管领导作废；作废之后重新冻结名录，各方另换随机数。").as_str(),
        );
    }
    match (draw.bundle_stage, draw.opened) {
        (_, true) => Note::standing("抽取材料已公开。", checkable::OPENED),
        (Some(_), false) => Note::standing(
            "名单未公开。",
            format!(
                "名单和签号在检查结束后公开；此前只有逐条公示的检查结果。{}",
                checkable::SEALED
            )
            .as_str(),
        ),
        (None, _) if draw.strata.is_empty() && draw.state == StateKind::Frozen.name() => {
            Note::standing("名录已冻结，承诺尚未公布。", LISTED_WITH_FREEZE)
        }
        (None, _) if draw.strata.is_empty() => {
            let lead = match draw.attempt {
                1 => "名录尚未封存。".to_owned(),
                attempt => format!("第 {attempt} 次抽取的名录尚未封存。"),
            };
            Note::standing(lead, LISTED_WITH_FREEZE)
        }
        (None, _) if draw.state == StateKind::Revealed.name() => Note::standing(
            "揭示已公布，名单未公开。",
            "名录、户数、人数和各方随机数都已固定，谁也不能再改。",
        ),
        (None, _) => Note::standing(
            "承诺已公布，等待随机数。",
            "名录、户数和人数已经固定；抽取结果由随后公开的随机数算出。名单未公开。",
        ),
    }
}

fn facts(draw: &PublicDraw, path: &str) -> Sheet {
    let items = draw
        .items
        .iter()
        .map(|(id, name)| Fragment::from(Link::new(name, Address::fixed("/items").child(id))));
    let mut facts = Facts::default()
        .with("检查事项", Fragment::join(items))
        .with(
            "检查时间",
            format!("{} 至 {}", draw.window.0, draw.window.1),
        )
        .with(
            "可信等级",
            level_badge(draw.trust_level, draw.by_dice, draw.state),
        );
    if let Some(words) = level_words(draw) {
        facts = facts.with("等级怎样得出", words);
    }
    if let Some(claim) = draw.claim {
        facts = facts.with("这说明什么", claim);
    }
    for (name, at) in [
        ("抽取仪式", &draw.ceremony),
        ("开始接收随机数", &draw.reveal_from),
        ("随机数公开截止", &draw.reveal_by),
    ] {
        if let Some(at) = at {
            facts = facts.with(name, at.as_str());
        }
    }
    Sheet::new("campaign", "这次抽查", facts)
        .padded()
        .with_link(super::super::twin(path))
}

/// The figures a verifier prints: announced, reached, and proven by what it checks itself.
fn level_words(draw: &PublicDraw) -> Option<String> {
    let announced = draw.trust_level_announced?;
    let Some(reached) = draw.trust_level else {
        return Some(format!(
            "公告 {announced}（来源都到齐时）；达到的抽取后得出"
        ));
    };
    Some(match draw.trust_level_proven {
        Some(proven) => format!(
            "公告 {announced}，达到 {reached}，已证实 {proven}（只计核对工具自己核对得了的来源）"
        ),
        None => format!("公告 {announced}，达到 {reached}"),
    })
}

fn strata(draw: &PublicDraw) -> Sheet {
    let columns = vec![
        Column::unbroken("层"),
        Column::numbers("名录户数 N"),
        Column::numbers("抽取户数 k"),
        Column::words("分界签号").labelled(),
    ];
    let rows = draw.strata.iter().map(|stratum| {
        let cutoff = stratum
            .cutoff
            .as_deref()
            .and_then(|text| Digest::parse(text).ok());
        let cutoff = match (cutoff, &stratum.cutoff) {
            (Some(digest), _) => DigestLine::short(digest).into(),
            (None, Some(_)) => Fragment::text("无人抽中"),
            (None, None) => Fragment::text("抽取后公布"),
        };
        Row::new(vec![
            Cell::new(stratum.name.as_str()),
            Cell::new(thousands(stratum.pool)),
            Cell::new(thousands(stratum.drawn)),
            Cell::new(cutoff),
        ])
    });
    let sum = |of: fn(&super::Stratum) -> u64| thousands(draw.strata.iter().map(of).sum::<u64>());
    let total = Row::new(vec![
        Cell::new("合计"),
        Cell::new(sum(|stratum| stratum.pool)),
        Cell::new(sum(|stratum| stratum.drawn)),
        Cell::new(""),
    ]);
    let empty = EmptyState::nothing("承诺公布后列出各层。");
    let table = Table::new("各层户数", columns, rows.collect(), empty).with_sum(total);
    let clause = format!(
        "另有应查 {} 条、不参加抽取 {} 条",
        thousands(draw.must.unwrap_or(0)),
        thousands(draw.skip.unwrap_or(0))
    );
    Sheet::new("strata", "各层名录与抽取", table).with_clause(clause)
}

fn parties(draw: &PublicDraw) -> Sheet {
    let columns = vec![
        Column::words("见证方"),
        Column::words("承诺值").labelled(),
        Column::words("随机数").labelled(),
    ];
    let hash = |text: &Option<String>, otherwise: &str| match text.as_deref().map(Digest::parse) {
        Some(Ok(digest)) => Fragment::from(DigestLine::short(digest)),
        _ => Fragment::text(otherwise),
    };
    let (not_committed, not_opened) = match draw.abandoned {
        Some(_) => ("没有公布", "没有公开"),
        None => ("随承诺公布", "尚未公开"),
    };
    let rows = draw.parties.iter().map(|party| {
        let opened = match &party.absent {
            Some(reason) => Fragment::text(&format!("未公开（{reason}）")),
            None => hash(&party.nonce, not_opened),
        };
        Row::new(vec![
            Cell::new(party.office.as_str()).with_context(&party.name),
            Cell::new(hash(&party.commitment, not_committed)),
            Cell::new(opened),
        ])
    });
    let empty = EmptyState::nothing("这次抽取没有见证方。");
    let table = Table::new("见证方", columns, rows.collect(), empty);
    let sheet = Sheet::new("parties", "随机数来源", table);
    if draw.public_sources.is_empty() {
        sheet
    } else {
        let words = draw.public_sources.join("；");
        sheet.with_foot(Fragment::of(&Source { words: &words }))
    }
}

/// A public source: its name and its value are long and without a blank.
#[derive(Template)]
#[template(source = r#"<p class="source-line">{{ words }}</p>"#, ext = "html")]
struct Source<'a> {
    words: &'a str,
}

fn hashes(draw: &PublicDraw) -> Sheet {
    let mut facts = Facts::default();
    for named in &draw.hashes {
        if let Ok(digest) = Digest::parse(&named.hash) {
            let line = Fragment::join([
                Fragment::from(DigestLine::short(digest)),
                Fragment::of(&Clause {
                    words: named.proves,
                }),
            ]);
            facts = facts.with(named.name.as_str(), line);
        }
    }
    Sheet::new("hashes", "摘要", facts)
        .padded()
        .with_clause("每个摘要固定一件事")
}

#[derive(Template)]
#[template(source = r#"<span class="d">{{ words }}</span>"#, ext = "html")]
struct Clause<'a> {
    words: &'a str,
}

fn visits(draw: &PublicDraw) -> Sheet {
    let columns = vec![
        Column::numbers("次序"),
        Column::words("检查对象"),
        Column::words("检查人员").labelled(),
        Column::words("结果").in_corner(),
    ];
    let rows = draw.visits.iter().map(|visit| {
        let code = Address::fixed("/entity").child(&visit.subject_code);
        let team = visit.team.join("、");
        let team = match &visit.leader {
            Some(leader) => format!("{team}，组长 {leader}"),
            None => team,
        };
        let result = match &visit.publication {
            Some(id) => Link::new("看结果", Address::fixed("/r").child(id)).into(),
            None => Fragment::text("未公示"),
        };
        Row::new(vec![
            Cell::new(visit.place.to_string()),
            Cell::link(&visit.subject_name, code).with_context(&visit.subject_code),
            Cell::new(team),
            Cell::new(result),
        ])
    });
    let empty = EmptyState::nothing("没有抽中的对象。");
    let table = Table::new("抽中的对象", columns, rows.collect(), empty);
    // The state of a visit is private (ADR 0026), and what was taken down names nobody: which of the three it is, is not
    // said.
    let sheet = Sheet::new("visits", "抽中的对象", table)
        .with_foot("“未公示”：结果现在没有公示——还没有公示、公示之后已撤下，或者这一户没有实施检查、没有结果。");
    if draw.visits_total > draw.visits.len() {
        let total = u64::try_from(draw.visits_total).unwrap_or(u64::MAX);
        return sheet.with_clause(format!(
            "前 {} 户，全部 {} 户在案卷中",
            draw.visits.len(),
            thousands(total)
        ));
    }
    sheet
}

fn verify_box(draw: &PublicDraw) -> Fragment {
    let wanted = ["承诺", "种子", "结果"];
    let named = draw
        .hashes
        .iter()
        .filter(|named| wanted.contains(&named.name.as_str()));
    let short = named.filter_map(|named| {
        Digest::parse(&named.hash)
            .ok()
            .map(|digest| (named.name.as_str(), digest.short()))
    });
    Fragment::of(&VerifyBox {
        draw,
        checkable: checkable::at(draw.opened),
        short: short.collect(),
    })
}
