//! Long work of one's own: how far each piece is, how it ended, and the file it left.
//!
//! A job is its owner's alone; to everybody else it does not exist. Imports have pages of their own.
//! Deliberately absent: what is done (`app`).

use app::AppError;
use app::drawing::FREEZE;
use app::job::{Job as Work, JobState};
use app::staging::{IMPORT_ERRORS, register_of_errors};
use app::subject::export::SUBJECT_EXPORT;
use app::{RowOf, UnreadableRow};
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::time::Instant;
use store::StoreError;

use crate::component::{
    Act, Badge, Cell, Column, Crumb, DigestLine, EmptyState, Facts, Fragment, Head, Job, Link,
    Note, Refusal, Row, Sheet, Table, Tone, Weight,
};
use crate::gate::{Answer, Sent, Stop, Visit, WebState, see_other};
use crate::problem::Problem;
use crate::route::{Route, Who};
use crate::screen::register_import;
use crate::screen::shared::download::{self, Names};
use crate::screen::shared::{elapsed, looks_again, moment, rulebook};
use crate::text::{Address, Digest, thousands};

/// The kinds that stand here; the steps of an import stand on its own page.
const SHOWN: [&str; 3] = [FREEZE, SUBJECT_EXPORT, IMPORT_ERRORS];

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let own = Who::SignedIn;
    vec![
        Route::get("/w/jobs", own, "自己的后台办理", list),
        Route::get("/w/jobs/{job}", own, "一件后台办理，进度和结果", show),
        Route::get("/w/jobs/{job}/file", own, "取后台做好的文件", fetch),
        Route::post("/w/jobs/{job}/cancel", own, "取消后台办理", cancel),
    ]
}

/// The page of a job.
pub(super) fn page_of(id: &str) -> Address {
    all().child(id)
}

fn all() -> Address {
    Address::fixed("/w/jobs")
}

/// What a kind of work is called, what it counts, and where it came from.
fn words_of(work: &Work) -> (&'static str, &'static str, Link) {
    let about = work.stored.about.as_str();
    match (work.stored.kind.as_str(), register_of_errors(about)) {
        (FREEZE, _) => {
            let to = Address::fixed("/w/campaigns").child(about);
            ("冻结名录", "户", Link::new(about, to))
        }
        (IMPORT_ERRORS, Some((register, import))) => {
            let to = register_import::home(register).child(import);
            ("做错误文件", "行", Link::new("这次导入", to))
        }
        _ => {
            let to = Address::fixed("/w/subjects");
            ("导出检查对象名录", "行", Link::new("检查对象名录", to))
        }
    }
}

const fn tone(state: JobState) -> Tone {
    match state {
        JobState::Waiting | JobState::Running => Tone::Active,
        JobState::Done => Tone::Sound,
        JobState::Failed => Tone::Bad,
        JobState::Interrupted => Tone::Warning,
        JobState::Canceled => Tone::Plain,
    }
}

async fn find(web: &WebState, visit: &Visit, id: &str) -> Result<Work, Stop> {
    let found = match web.jobs()?.find(&visit.acting.account, id).await {
        Err(error @ AppError::Store(StoreError::Inconsistent { .. })) => {
            let unreadable = UnreadableRow::new(RowOf::Jobs, id.to_owned(), 0, &error);
            return Err(Stop::new(Problem::Unread((&unreadable.refusal()).into())));
        }
        found => found?,
    };
    let shown = found.filter(|work| SHOWN.contains(&work.stored.kind.as_str()));
    shown.ok_or_else(Stop::not_found)
}

async fn list(State(web): State<WebState>, visit: Visit) -> Answer {
    let found = web.jobs()?.latest(&visit.acting.account, &SHOWN).await?;
    let rows = found.iter().map(|listed| {
        let work = match listed {
            Ok(work) => work,
            Err(unreadable) => return unreadable_row(unreadable, visit.now),
        };
        let (words, _, from) = words_of(work);
        Row::new(vec![
            Cell::new(begun(work, visit.now)),
            Cell::link(words, page_of(&work.stored.id)),
            Cell::new(from),
            Cell::new(Badge::new(tone(work.state), work.state.label())),
        ])
    });
    let columns = vec![
        Column::unbroken("开始"),
        Column::words("事项"),
        Column::words("所属"),
        Column::unbroken("状态").in_corner(),
    ];
    let days = kept_days(&web).await?;
    let empty = EmptyState::nothing(format!(
        "要办几分钟的事（大名录的导出、冻结，很长的错误文件）在后台办，这里列出您最近 {days} 天的。"
    ));
    let table = Table::new("后台办理", columns, rows.collect(), empty);
    let page = web.page(&visit, Head::new("后台办理")).await?;
    Ok(page
        .with(Sheet::new("jobs", format!("最近 {days} 天"), table))
        .into_response())
}

/// A row that names itself, so that whoever looks after the system can find it.
fn unreadable_row(unreadable: &UnreadableRow, now: Instant) -> Row {
    let begun = moment(Instant::from_unix_ms(unreadable.started_at_ms), now);
    let words = format!("记录读不出：{}", unreadable.id);
    Row::new(vec![
        Cell::new(begun),
        Cell::link(words, page_of(&unreadable.id)),
        Cell::new(unreadable.why.clone()),
        Cell::new(Badge::new(Tone::Bad, "读不出")),
    ])
}

async fn show(State(web): State<WebState>, visit: Visit, Path(id): Path<String>) -> Answer {
    let work = find(&web, &visit, &id).await?;
    let (words, unit, from) = words_of(&work);
    let mut head = Head::new(words).with_badge(Badge::new(tone(work.state), work.state.label()));
    if work.outcome.file.is_some() {
        let to = page_of(&id).child("file");
        head = head.with_act(Act::open("下载文件", to, Weight::Main));
    }
    let mut shell = web.shell(&visit).await?;
    if work.state.is_under_way() {
        let at_work_ms = visit.now.unix_ms() - work.stored.started_at_ms;
        shell.frame.refresh_seconds = Some(looks_again(at_work_ms));
    }
    let crumb = Crumb::new(vec![Link::new("后台办理", all())], words);
    let stop = || {
        let to = page_of(&id).child("cancel");
        Act::submit("取消", to, Weight::Outlined, visit.hidden(&web))
    };
    if work.state == JobState::Waiting {
        head = head.with_act(stop());
    }
    let mut page = web.page_in(shell, &visit, head).with_crumb(crumb);
    if work.state == JobState::Waiting {
        let rest = "前面的办完就开始；离开本页不影响办理。";
        page = page.with(Note::standing("还没有轮到。", rest));
    } else if work.state == JobState::Running {
        let by = format!("{}于{}", visit.acting.name, begun(&work, visit.now));
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        let done = number(work.stored.done);
        let total = work.stored.total.map(number);
        let elapsed = elapsed(visit.now.unix_ms() - work.stored.started_at_ms);
        page = page.with(Job::new(by, elapsed, done, total, unit).cancellable(stop()));
    } else {
        let days = kept_days(&web).await?;
        page = page.with(ended(&work, from.clone(), days));
    }
    let facts = facts(&work, from, visit.now);
    Ok(page
        .with(Sheet::new("job", "办理", facts).padded())
        .into_response())
}

/// For how many days the rulebook in force lets outcomes be kept.
async fn kept_days(web: &WebState) -> Result<u32, Stop> {
    Ok(rulebook(web).await?.retention.job_days)
}

/// How it ended, and where to go from there.
fn ended(work: &Work, from: Link, days: u32) -> Fragment {
    if let Some(kept) = work.outcome.refusal.clone() {
        return Refusal::new(kept.code, kept.sentence, kept.remedy)
            .with_remedy_link(from)
            .into();
    }
    match work.state {
        JobState::Done if work.outcome.file.is_some() => {
            let until = match work.stored.kind.as_str() {
                IMPORT_ERRORS => format!("至多留 {days} 天，这次导入的记录过期时一起删除"),
                _ => format!("留 {days} 天"),
            };
            Note::standing("文件已做好。", format!("{until}；每次下载留痕。")).into()
        }
        JobState::Done => Note::standing("已办完，留痕在案。", "")
            .with_link(from)
            .into(),
        JobState::Interrupted => {
            Note::warning("程序中途停止过，什么也没有写入。", "回到原处再办一次。")
                .with_link(from)
                .into()
        }
        _ => Note::standing("已结束，什么也没有写入。", "")
            .with_link(from)
            .into(),
    }
}

fn facts(work: &Work, from: Link, now: Instant) -> Facts {
    let mut facts = Facts::default()
        .with("所属", from)
        .with("开始", begun(work, now));
    if work.state.is_under_way() && !work.stored.stage.is_empty() {
        facts = facts.with("正在", work.stored.stage.clone());
    }
    if let Some(file) = &work.outcome.file {
        facts = facts
            .with("文件", file.name.clone())
            .with("行数", thousands(file.rows))
            .with("字节", thousands(file.bytes))
            .with("SHA-256", sha256(&file.sha256));
    }
    facts
}

/// Whole, since whoever fetched the file compares it.
fn sha256(text: &str) -> Fragment {
    Digest::parse(text).map_or_else(|_| text.into(), |digest| DigestLine::whole(digest).into())
}

fn begun(work: &Work, now: Instant) -> String {
    moment(Instant::from_unix_ms(work.stored.started_at_ms), now)
}

async fn fetch(State(web): State<WebState>, visit: Visit, Path(id): Path<String>) -> Answer {
    let work = find(&web, &visit, &id).await?;
    let jobs = web.jobs()?;
    let begun = Instant::from_unix_ms(work.stored.started_at_ms);
    let errors_of = register_of_errors(&work.stored.about);
    let (kind, sort, (made, file)) = match (work.stored.kind.as_str(), errors_of) {
        (SUBJECT_EXPORT, _) => {
            let fetched = web.app.fetch_subject_export(jobs, &visit.acting, &work);
            ("subjects", download::CSV, fetched.await?)
        }
        (IMPORT_ERRORS, Some((register, _))) => {
            let fetched = web
                .imports()?
                .fetch_made_error_file(&visit.acting, &work)
                .await?;
            let kind = register_import::kind_of_errors(register);
            (kind, download::WORKBOOK, fetched)
        }
        _ => return Err(Stop::not_found()),
    };
    let names = Names {
        name: &made.name,
        kind,
        on: Some(begun.date()),
    };
    Ok(download::on_disk(names, sort, made.bytes, file))
}

async fn cancel(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    _sent: Sent,
) -> Answer {
    find(&web, &visit, &id).await?;
    web.jobs()?.cancel(&visit.acting.account, &id).await?;
    Ok(see_other(&page_of(&id)))
}
