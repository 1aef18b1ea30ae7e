//! One visit: whom, where, on which basis, who comes, what was found, what comes next.

use app::inspection::{VisitView, publishing};
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::InspectorCode;
use domain::inspection::{Concluded, Inspection, InspectionState, Sheet as Results, Verdict};
use domain::publication::{Publication, Tombstone};
use domain::time::Date;
use store::inspection::StoredInspection;
use store::log::TraceOf;
use store::{Reader, StoreError, catalog, inspection, inspector, subject};

use super::{all, find};
use crate::component::{
    Badge, Cell, Column, Crumb, EmptyState, Facts, Fragment, Link, RailSection, Row, Sheet, Table,
    Tone,
};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::screen::shared::trace_of;
use crate::text::Address;

mod standing;

use standing::{head, standing, taken_down};

pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find(&web, &visit, &id).await?;
    let stored = &view.stored;
    let mut reader = web.app.db.read().await?;
    let facts = facts(&mut reader, &view).await?;
    let people = people(&mut reader, &view).await?;
    let results = view
        .stored
        .visit
        .concluded()
        .map(|done| &done.opened.sheet)
        .or(match &stored.visit.state {
            InspectionState::Opened(opened) => Some(&opened.sheet),
            _ => None,
        });
    let trace = TraceOf::Linked("inspection", stored.visit.id.to_string());
    let log = Address::fixed("/w/log").query([("inspection", stored.visit.id.as_str())]);
    let trace = trace_of(&mut reader, &visit, &trace, log).await?;
    let withdrawn = withdrawn(&mut reader, &view).await?;
    let chip = deadline(&web, &mut reader, &view, visit.now.date()).await?;
    drop(reader);
    let head = head(&visit, &view, withdrawn.as_ref());
    let mut page = web
        .page(&visit, head)
        .await?
        .with_crumb(Crumb::new(
            vec![Link::new("检查", all())],
            stored.subject_code.as_str(),
        ))
        .with(match &withdrawn {
            Some(tombstone) => taken_down(tombstone),
            None => standing(&visit, &view),
        })
        .with(Sheet::new("visit", "检查", facts).padded())
        .with(Sheet::new("people", "检查人员", people))
        .with(basis(&view, visit.now.date()));
    if let Some(done) = conclusion(&view) {
        page = page.with(done);
    }
    if let Some(results) = results {
        page = page.with(found(&view, results));
    }
    if let Some(chip) = chip {
        page = page.with_rail(RailSection::new("terms", "期限", chip));
    }
    if let Some(trace) = trace {
        page = page.with_rail(RailSection::new("trace", "留痕", trace));
    }
    Ok(page.into_response())
}

/// What is left of the publication of this visit, if it was taken down again.
async fn withdrawn(reader: &mut Reader, view: &VisitView) -> Result<Option<Tombstone>, Stop> {
    let InspectionState::Published(_) = &view.stored.visit.state else {
        return Ok(None);
    };
    let kept = inspection::publication_of(reader, &view.stored.visit.id).await?;
    Ok(match kept.as_ref().map(publishing::standing).transpose()? {
        Some(Publication::Withdrawn(tombstone)) => Some(tombstone),
        Some(Publication::Published(_)) | None => None,
    })
}

/// What was said at the door besides who is there.
fn with_door(facts: Facts, visit: &Inspection) -> Facts {
    let opened = match &visit.state {
        InspectionState::Opened(opened) => Some(opened),
        _ => visit.concluded().map(|done| &done.opened),
    };
    let Some(opened) = opened else {
        return facts;
    };
    let present: Vec<&str> = opened.present.iter().map(InspectorCode::as_str).collect();
    let mut facts = facts.with(
        "到场",
        format!("{}　{}", opened.step.at.local_text(), present.join("、")),
    );
    if let Some(reason) = &opened.late {
        facts = facts.with("过期检查", reason.as_str());
    }
    if let Some(reason) = &opened.challenge {
        let words = format!("{reason}（检查不因此停止，由分管领导决定；决定还没有办理的页面）");
        facts = facts.with("对方申请回避", words);
    }
    facts
}

async fn facts(reader: &mut Reader, view: &VisitView) -> Result<Facts, Stop> {
    let stored = &view.stored;
    let kept = match subject::get(reader, &stored.visit.subject).await {
        Ok(kept) => Some(kept.subject),
        // Removed from the register after the draw: what was drawn stands in the visit itself.
        Err(StoreError::NotFound { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    let address = kept
        .as_ref()
        .and_then(|kept| kept.address.as_ref())
        .map(ToString::to_string);
    let before = inspection::of_subject(reader, &stored.visit.subject).await?;
    // What has not begun is no earlier visit, and may be on a list that is sealed.
    let begun = |other: &StoredInspection| other.visit.has_begun();
    let earlier = before
        .iter()
        .filter(|other| other.visit.id != stored.visit.id && begun(other))
        .count();
    let items: Vec<&str> = view
        .items
        .iter()
        .map(|item| item.terms.name.as_str())
        .collect();
    let campaign = Address::fixed("/w/campaigns").child(stored.campaign_number.as_str());
    let mut facts = Facts::default()
        .with("检查对象", stored.subject_name.as_str())
        .with("代码", stored.subject_code.as_str())
        .with(
            "地址",
            address.unwrap_or_else(|| "名录中没有登记地址".to_owned()),
        )
        .with("检查事项", items.join("；"))
        .with(
            "抽查任务",
            Link::new(stored.campaign_number.as_str(), campaign),
        )
        .with("以往检查", format!("{earlier} 次"));
    if kept.is_none() {
        facts = facts.with("名录", "抽取之后已移出名录");
    }
    Ok(with_door(facts, &stored.visit))
}

/// The team with the credentials they show at the door.
async fn people(reader: &mut Reader, view: &VisitView) -> Result<Table, Stop> {
    let visit = &view.stored.visit;
    let mut rows = Vec::new();
    let leader = visit
        .leader
        .iter()
        .filter(|leader| !visit.team.contains(leader));
    for code in visit.team.iter().chain(leader) {
        let kept = inspector::listed_by_code(reader, code).await?;
        let name = kept.as_ref().map_or("", |(kept, _)| kept.name.as_str());
        let credential = match kept.as_ref().map(|(_, opened)| opened) {
            Some(Ok(Some(held))) => format!("{}，有效至 {}", held.number, held.valid_until),
            Some(Err(refusal)) => format!("证号打不开（{}）", refusal.code),
            Some(Ok(None)) | None => "没有登记证件".to_owned(),
        };
        let role = if visit.leader.as_ref() == Some(code) {
            "组长"
        } else {
            "组员"
        };
        rows.push(Row::new(vec![
            Cell::new(name).with_context(code.as_str()),
            Cell::new(credential),
            Cell::new(role),
        ]));
    }
    let columns = vec![
        Column::words("姓名"),
        Column::words("执法证件").labelled(),
        Column::unbroken("分工").in_corner(),
    ];
    Ok(Table::new(
        "检查人员",
        columns,
        rows,
        EmptyState::nothing("没有可派的检查人员，须先增补。"),
    ))
}

/// Only what is in force today may be cited in a paper of today.
fn basis(view: &VisitView, on: Date) -> Sheet {
    let citations = view.items.iter().flat_map(|item| &item.terms.legal_basis);
    let (valid, over): (Vec<_>, Vec<_>) = citations.partition(|citation| citation.in_force(on));
    let columns = vec![Column::words("依据"), Column::unbroken("版本").labelled()];
    let rows = valid.iter().map(|citation| {
        Row::new(vec![
            Cell::new(format!("《{}》{}", citation.instrument, citation.article)),
            Cell::new(citation.version.as_str()),
        ])
    });
    let empty = EmptyState::nothing("今天没有现行有效的依据。先由法制审核确认新的条文。");
    let table = Table::new("检查依据", columns, rows.collect(), empty);
    let sheet = Sheet::new("basis", "现行有效的检查依据", table);
    match over.len() {
        0 => sheet,
        n => sheet.with_clause(format!("另有 {n} 条已失效，不得引用")),
    }
}

/// The outcome with when it was concluded and what the subject had to say.
pub(super) fn concluded(done: &Concluded) -> Facts {
    Facts::default()
        .with("检查结果", done.outcome.label.as_str())
        .with("结论时间", done.step.at.local_text())
        .with(
            "检查对象意见",
            done.opinion
                .clone()
                .unwrap_or_else(|| "没有填写".to_owned()),
        )
}

fn conclusion(view: &VisitView) -> Option<Sheet> {
    let done = view.stored.visit.concluded()?;
    Some(Sheet::new("conclusion", "检查结论", concluded(done)).padded())
}

/// Every result with what was shown for it.
pub(super) fn found(view: &VisitView, results: &Results) -> Sheet {
    let columns = vec![
        Column::unbroken("编号"),
        Column::words("检查内容"),
        Column::words("证据").labelled(),
        Column::unbroken("结果").in_corner(),
    ];
    let rows = results.iter().map(|result| {
        let item = view.items.iter().find(|item| item.id == result.item);
        let criterion = item.and_then(|item| item.criterion(&result.criterion));
        let text = criterion.map_or("", |criterion| criterion.text.as_str());
        let tone = match result.verdict {
            Verdict::Pass => Tone::Sound,
            Verdict::Fail => Tone::Bad,
            Verdict::NotExamined | Verdict::NotApplicable => Tone::Plain,
        };
        let text = match &result.note {
            Some(note) => Cell::new(text).with_context(note),
            None => Cell::new(text),
        };
        Row::new(vec![
            Cell::new(result.criterion.as_str()),
            text,
            Cell::new(shown(result)),
            Cell::new(Badge::new(tone, result.verdict.label())),
        ])
    });
    let empty = EmptyState::nothing("还没有填写。");
    let table = Table::new("检查表", columns, rows.collect(), empty);
    let count = |verdict| results.count(verdict);
    let clause = format!(
        "合格 {}，不合格 {}，未检查 {}，合理缺项 {}",
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::NotExamined),
        count(Verdict::NotApplicable)
    );
    Sheet::new("results", "检查表", table).with_clause(clause)
}

fn shown(result: &domain::inspection::ItemResult) -> String {
    let given = &result.evidence;
    let mut words = Vec::new();
    if given.photos > 0 {
        words.push(format!("照片 {} 张", given.photos));
    }
    if given.video {
        words.push("视频".to_owned());
    }
    if given.document {
        words.push("书证".to_owned());
    }
    if let Some(reading) = &given.reading {
        words.push(format!("读数 {reading}"));
    }
    if let Some(report) = &given.report {
        words.push(format!("检测报告 {report}"));
    }
    words.join("，")
}

/// The term of publication, once there is an outcome that waits for it.
async fn deadline(
    web: &WebState,
    reader: &mut Reader,
    view: &VisitView,
    today: Date,
) -> Result<Option<Fragment>, Stop> {
    if matches!(view.stored.visit.state, InspectionState::Published(_)) {
        return Ok(None);
    }
    let Some(deadline) = web
        .app
        .publication_deadline(reader, &view.stored.visit)
        .await?
    else {
        return Ok(None);
    };
    let calendar = domain::calendar::WorkCalendar::new(catalog::holidays(reader).await?);
    let chip = crate::screen::publish::chip(&calendar, &deadline, today);
    let words = Fragment::text(&format!(" 公示期限 {}", deadline.label()));
    Ok(Some(Fragment::join([Fragment::from(chip), words])))
}
