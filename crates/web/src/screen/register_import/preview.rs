//! Steps three and four: what would happen to the register, row by row for the first of each kind,
//! and the decision.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::import::{RowFault, Tally};
use app::staging::{Import, Sample, State};
use axum::extract::{Path, State as Web};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::refusal::Code;
use domain::text::FieldErrors;

use super::{Again, find, page, page_of, step};
use crate::component::{
    Act, Cell, Choice, Column, EmptyState, Facts, Field, Form, Fragment, Link, Note, Refusal, Row,
    Sheet, Table, Weight,
};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::rulebook;
use crate::text::thousands;

const MODE: &str = "mode";
const ALL: &str = "all";
const GOOD: &str = "good";

static NO_CHOICE: Code = Code::new(
    "IMPT-090",
    "没有选有误的行怎么办，名录没有改动。",
    None,
    "在两项里选一项，再按一次。",
);

pub(super) async fn show(
    web: &WebState,
    visit: &Visit,
    import: &Import,
    again: Again<'_>,
) -> Result<WorkbenchPage, Stop> {
    let tally = import.summary.tally.unwrap_or_default();
    let samples = &import.summary.samples;
    let columns = page_of(import).child("columns");
    let head = step::head_of(import)
        .with_act(step::cancel_act(web, visit, import))
        .with_act(Act::open("改列名对应", columns, Weight::Outlined));
    let mut page = page(web, visit, head, (2, None))
        .await?
        .with(step::note(again))
        .with(notes(import));
    page = page.with(Sheet::new("tally", "比对结果，名录还没有改动", numbers(&tally)).padded());
    if tally.bad > 0 {
        let report = Link::new("下载错误文件（XLSX）", page_of(import).child("errors.xlsx"));
        let table = faults("有误的行", &samples.faults);
        page = page.with(
            Sheet::new("faults", "有误", table)
                .with_clause("前 20 处")
                .with_link(report),
        );
    }
    if samples.odd > 0 {
        let clause = format!("{} 行能导入但请留意，前 20 处", thousands(samples.odd));
        page = page
            .with(Sheet::new("hints", "提示", faults("提示", &samples.hints)).with_clause(clause));
    }
    if tally.added > 0 {
        page = page.with(
            Sheet::new("added", "新增", listed("新增", &samples.added)).with_clause("前 20 行"),
        );
    }
    if tally.changed > 0 {
        let table = listed("更新", &samples.changed);
        page = page.with(Sheet::new("changed", "更新", table).with_clause("前 20 行"));
    }
    Ok(page.with(decision(web, visit, import, again).await?))
}

fn notes(import: &Import) -> Fragment {
    let stale = import.summary.stale.then(|| {
        Note::warning(
            "预览之后名录有变化，已重新比对，名录没有改动。",
            "请看过新的数字，再决定是否导入。",
        )
    });
    let refusal = import
        .summary
        .refusal
        .clone()
        .map(|kept| Refusal::new(kept.code, kept.sentence, kept.remedy));
    Fragment::join(
        stale
            .map(Fragment::from)
            .into_iter()
            .chain(refusal.map(Fragment::from)),
    )
}

/// The four counts, as preview and receipt show them.
pub(super) fn numbers(tally: &Tally) -> Facts {
    let rows = |count: u64| format!("{} 行", thousands(count));
    Facts::default()
        .with("新增", rows(tally.added))
        .with("更新", rows(tally.changed))
        .with("不变", rows(tally.same))
        .with("有误", rows(tally.bad))
}

fn listed(caption: &str, samples: &[Sample]) -> Table {
    let rows = samples.iter().map(|sample| {
        Row::new(vec![
            Cell::new(sample.row.to_string()),
            Cell::new(sample.code.clone()),
            Cell::new(sample.name.clone()),
            Cell::new(sample.changes.clone()),
        ])
    });
    let columns = vec![
        Column::numbers("行"),
        Column::unbroken("代码").labelled(),
        Column::words("名称"),
        Column::words("改动").labelled(),
    ];
    Table::new(
        caption,
        columns,
        rows.collect(),
        EmptyState::nothing("没有这样的行。"),
    )
}

/// The error report: 行 · 列 · 你填的 · 为什么 · 怎么改.
pub(super) fn faults(caption: &str, faults: &[(u64, RowFault)]) -> Table {
    let rows = faults.iter().map(|(number, fault)| {
        Row::new(vec![
            Cell::new(number.to_string()),
            Cell::new(fault.column.clone()),
            Cell::new(fault.given.chars().take(60).collect::<String>()),
            Cell::new(fault.flaw.why.clone()).with_context(fault.flaw.code.clone()),
            Cell::new(fault.flaw.remedy.clone()),
        ])
    });
    let columns = vec![
        Column::numbers("行"),
        Column::words("列"),
        Column::words("您填的").labelled(),
        Column::words("为什么").labelled(),
        Column::words("怎么改").labelled(),
    ];
    Table::new(
        caption,
        columns,
        rows.collect(),
        EmptyState::nothing("没有这样的行。"),
    )
}

/// The form of the decision. Beside bad rows the button names no number: how many rows are written stands
/// at each choice, and none is made in advance. Rows that change nothing are not counted as imported.
async fn decision(
    web: &WebState,
    visit: &Visit,
    import: &Import,
    again: Again<'_>,
) -> Result<Fragment, Stop> {
    let tally = import.summary.tally.unwrap_or_default();
    let good = tally.rows() - tally.bad;
    if good == 0 {
        return Ok(Note::warning("没有一行可以导入。", "下载错误文件改好后重新上传。").into());
    }
    let (changes, bad) = (thousands(tally.added + tally.changed), thousands(tally.bad));
    let act = match tally.bad {
        0 if good == tally.same => "确认，没有要改的行".to_owned(),
        0 => format!("导入 {changes} 行"),
        _ => "按所选办理".to_owned(),
    };
    let hidden = visit.hidden_on(web, &import.premise_to_write(), again);
    let form = Form::new(page_of(import).child("apply"), hidden, act);
    let back = Link::new("换一个文件", super::home(import.register));
    let form = if tally.bad == 0 {
        form
    } else {
        let kept_days = rulebook(web).await?.retention.import_days;
        let choices = vec![
            Choice::new(ALL, "全部通过才导入").meaning(format!(
                "现在有 {bad} 行有误，一行也不会写入；改好后重新上传"
            )),
            Choice::new(GOOD, "只导入正确的行").meaning(format!(
                "导入 {changes} 行；有误的行进错误文件，留 {kept_days} 天"
            )),
        ];
        let form = form.with_group("", vec![Field::one_of(MODE, "有误的行怎么办", choices)]);
        match again {
            Some((sent, flaws)) => form.filled(sent, &flaws.errors),
            None => form,
        }
    };
    Ok(form.with_way_back(back).into())
}

pub(super) async fn decide(
    Web(web): Web<WebState>,
    visit: Visit,
    id: Path<String>,
    sent: Pressed,
) -> Answer {
    let (_, import) = find(&web, &visit, Path(id.0.clone())).await?;
    let premise = sent.required_premise();
    let shown = premise
        .as_ref()
        .is_ok_and(|shown| shown.stands(&import.premise_to_write()).is_ok());
    let over = matches!(
        import.state,
        State::Done | State::Refused | State::Cancelled
    );
    if over || (shown && import.state != State::Previewed) {
        // Pressed again, or in a second window: the page tells where it stands now.
        return Ok(see_other(&page_of(&import)));
    }
    let bad = import.summary.tally.unwrap_or_default().bad;
    if shown && bad > 0 && ![ALL, GOOD].contains(&sent.first(MODE)) {
        let mut errors = FieldErrors::new();
        errors.push(MODE, NO_CHOICE.field(&[]));
        let page = show(&web, &visit, &import, Some((&sent, &errors.into()))).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok((status, page.with_errors_in_form()).into_response());
    }
    let only_good = sent.first(MODE) == GOOD;
    let (staging, kept, to) = (web.imports()?.clone(), import.clone(), page_of(&import));
    let claimed = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&claimed);
    // A step of an upload leaves no event; its own state makes a repetition harmless.
    let act = move |_| async move {
        staging.claim(&kept, &premise?, only_good).await?;
        mark.store(true, Ordering::Relaxed);
        Ok(())
    };
    let decided = once(&web, &visit, &sent, to, act).await;
    // Only now, since the writing keeps everybody else from noting down that a form was answered.
    if claimed.load(Ordering::Relaxed) {
        web.imports()?.start_applying(&import.stored.id).await?;
    }
    match decided? {
        Ok(to) => Ok(see_other(&to).into_response()),
        Err(error) => step::again(&web, &visit, id, (&sent, &Flaws::of(error)?)).await,
    }
}
