//! Step five: what was written, in numbers equal to the database, under which entry of the log.

use app::staging::Import;
use domain::id::EventId;
use domain::time::Instant;
use store::{log, org};

use super::{home, list_of, page, page_of, preview, step};
use crate::component::{Act, Facts, Link, Note, Sheet, Weight};
use crate::gate::{Stop, Visit, WebState};
use crate::layout::WorkbenchPage;
use crate::screen::shared::{moment, rulebook};
use crate::text::{Address, thousands};

pub(super) async fn show(
    web: &WebState,
    visit: &Visit,
    import: &Import,
) -> Result<WorkbenchPage, Stop> {
    let written = import.summary.written.unwrap_or_default();
    let register = import.register;
    let head = step::head_of(import)
        .with_act(Act::open(
            "再导入一个文件",
            home(register),
            Weight::Outlined,
        ))
        .with_act(Act::open(
            format!("看{}", register.label()),
            list_of(register),
            Weight::Main,
        ));
    let lead = format!(
        "已写入：新增 {} 行，更新 {} 行。",
        thousands(written.added),
        thousands(written.changed)
    );
    let (facts, number) = facts(web, visit, import).await?;
    let note = match number {
        Some(number) => {
            let to = Address::fixed("/w/log").child(&number.to_string());
            Note::feedback(lead, "作为一件事留痕。")
                .with_link(Link::new(format!("第 {number} 条"), to))
        }
        None => Note::feedback(lead, ""),
    };
    let mut page = page(web, visit, head, (4, None)).await?.with(note);
    page = page.with(Sheet::new("numbers", "回执", preview::numbers(&written)).padded());
    if written.bad > 0 {
        let report = Link::new("下载错误文件（XLSX）", page_of(import).child("errors.xlsx"));
        let table = preview::faults("没有导入的行", &import.summary.samples.faults);
        let kept_days = rulebook(web).await?.retention.import_days;
        let clause = format!("前 20 处；错误文件留 {kept_days} 天");
        let sheet = Sheet::new("faults", "没有导入的行", table).with_clause(clause);
        page = page.with(sheet.with_link(report));
    }
    Ok(page.with(Sheet::new("file", "文件", facts).padded()))
}

/// What the receipt says of the file, and the number of the entry in the log.
async fn facts(
    web: &WebState,
    visit: &Visit,
    import: &Import,
) -> Result<(Facts, Option<u64>), Stop> {
    let mut reader = web.app.db.read().await?;
    let units = org::units(&mut reader).await?;
    let unit = units.iter().find(|unit| unit.id == import.stored.unit);
    let number = match import.summary.event.as_deref().map(EventId::parse) {
        Some(Ok(event)) => Some(log::inclusion(&mut reader, &event).await?.sequence),
        _ => None,
    };
    let at = Instant::from_unix_ms(import.stored.updated_at_ms);
    let facts = Facts::default()
        .with(
            "单位",
            unit.map_or_else(String::new, |unit| unit.name.clone()),
        )
        .with("文件", import.stored.file_name.clone())
        .with("格式", import.summary.what.clone())
        .with("SHA-256", import.summary.file.sha256.clone())
        .with(
            "办理",
            format!("{}，{}", visit.acting.name, moment(at, visit.now)),
        );
    Ok((facts, number))
}
