//! Audits ordered in the house: one begins with a press, goes on beside the pages until its end or until whoever began it
//! stops it, and its result stays with it.

use app::auditing::ROWS;
use app::job::{Job as Work, JobState};
use app::{AppError, RowOf, UnreadableRow};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::id::AccountId;
use domain::time::Instant;
use store::{Reader, StoreError};

use super::audits as all;
use crate::component::{
    Act, Badge, Cell, Column, Crumb, EmptyState, Facts, Fragment, Head, Job, Link, Note, Refusal,
    Row, Sheet, Table, Tone, Weight,
};
use crate::gate::feedback::Landing;
use crate::gate::{Answer, Flaws, Pressed, Sent, Stop, Visit, WebState, once_new, see_other};
use crate::problem::Problem;
use crate::screen::shared::{elapsed, looks_again, moment, rulebook};
use crate::text::Address;

/// So many contradictions stand on the page; all of them are in the answer of the command.
const SHOWN: usize = 200;

fn page_of(id: &str) -> Address {
    all().child(id)
}

/// What became of it, in a word.
fn verdict(work: &Work) -> Badge {
    match (work.state, &work.outcome.file) {
        (JobState::Done, Some(file)) if file.rows == 0 => Badge::new(Tone::Sound, "没有发现改动"),
        (JobState::Done, Some(file)) => Badge::new(Tone::Bad, format!("{} 处矛盾", file.rows)),
        (state, _) if state.is_under_way() => Badge::new(Tone::Active, state.label()),
        (state, _) => Badge::new(Tone::Warning, state.label()),
    }
}

fn begin_act(web: &WebState, visit: &Visit) -> Act {
    Act::submit("开始核对", all(), Weight::Main, visit.hidden(web))
}

pub(super) async fn list(State(web): State<WebState>, visit: Visit) -> Answer {
    listed(&web, &visit, Fragment::default()).await
}

async fn listed(web: &WebState, visit: &Visit, above: Fragment) -> Answer {
    let found = web.app.audits(web.jobs()?, &visit.acting).await?;
    let mut reader = web.app.db.read().await?;
    let mut rows = Vec::new();
    for listed in &found {
        rows.push(match listed {
            Ok(work) => {
                let by = name_of(&mut reader, work.stored.account.as_ref()).await?;
                let at = Instant::from_unix_ms(work.stored.started_at_ms);
                Row::new(vec![
                    Cell::link(moment(at, visit.now), page_of(&work.stored.id)),
                    Cell::new(by),
                    Cell::new(verdict(work)),
                ])
            }
            Err(unreadable) => Row::new(vec![
                Cell::new(format!("记录读不出：{}", unreadable.id)),
                Cell::new(unreadable.why.clone()),
                Cell::new(Badge::new(Tone::Bad, "读不出")),
            ]),
        });
    }
    drop(reader);
    let columns = vec![
        Column::unbroken("开始"),
        Column::words("何人").labelled(),
        Column::unbroken("结果").in_corner(),
    ];
    let days = rulebook(web).await?.retention.job_days;
    let empty =
        EmptyState::nothing("核对把各表的每一行与留痕日志逐列比较，在后台进行，不影响办理。");
    let table = Table::new("核对留痕", columns, rows, empty);
    let sheet = Sheet::new("audits", format!("最近 {days} 天"), table)
        .with_clause("不信任这台服务器的，在另一台电脑上用 mingqian audit 核对副本。");
    let head = Head::new("核对留痕").with_act(begin_act(web, visit));
    let page = web.page(visit, head).await?;
    Ok(page.with(above).with(sheet).into_response())
}

pub(super) async fn begin(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let (jobs, acting) = (web.jobs()?.clone(), visit.acting.clone());
    let ordered = once_new(&web, &visit, &sent, move |app| async move {
        let page = |id: &str| page_of(id).as_str().to_owned();
        let id = app.order_audit(&jobs, &acting, page).await?;
        Ok(Landing::from(page_of(&id)))
    });
    match ordered.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let mut answer: Response = listed(&web, &visit, flaws.note()).await?;
            *answer.status_mut() = flaws.status();
            Ok(answer)
        }
    }
}

pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let (work, lines) = match web.app.audit_by_key(web.jobs()?, &visit.acting, &id).await {
        Err(error @ AppError::Store(StoreError::Inconsistent { .. })) => {
            let unreadable = UnreadableRow::new(RowOf::Jobs, id, 0, &error);
            return Err(Stop::new(Problem::Unread((&unreadable.refusal()).into())));
        }
        found => found?.ok_or_else(Stop::not_found)?,
    };
    let begun = moment(Instant::from_unix_ms(work.stored.started_at_ms), visit.now);
    let mut shell = web.shell(&visit).await?;
    let since_ms = visit.now.unix_ms() - work.stored.started_at_ms;
    if work.state.is_under_way() {
        shell.frame.refresh_seconds = Some(looks_again(since_ms));
    }
    let stop = || {
        let to = page_of(&id).child("cancel");
        Act::submit("取消", to, Weight::Outlined, visit.hidden(&web))
    };
    // Whoever ordered it may stop it.
    let own = work.stored.account.as_ref() == Some(&visit.acting.account);
    let mut head = Head::new("一次核对").with_badge(verdict(&work));
    if own && work.state == JobState::Waiting {
        head = head.with_act(stop());
    }
    let by = name_of(&mut web.app.db.read().await?, work.stored.account.as_ref()).await?;
    let crumb = Crumb::new(vec![Link::new("核对留痕", all())], "一次核对");
    let page = web.page_in(shell, &visit, head).with_crumb(crumb);
    let body: Fragment = match work.state {
        JobState::Waiting => {
            Note::standing("还没有轮到。", "前面的办完就开始；离开本页不影响核对。").into()
        }
        JobState::Running => {
            let running = running(&work, format!("{by}于{begun}"), since_ms);
            match own {
                true => running.cancellable(stop()).into(),
                false => running.into(),
            }
        }
        _ => ended(&work, &lines),
    };
    let mut facts = Facts::default().with("何人", by).with("开始", begun);
    if work.state.is_under_way() && !work.stored.stage.is_empty() {
        facts = facts.with("正在", work.stored.stage.clone());
    }
    if let Some(compared) = lines.first() {
        facts = facts.with("核对了", compared.clone());
    }
    let page = page
        .with(body)
        .with(Sheet::new("audit", "核对", facts).padded());
    Ok(match contradictions(&lines) {
        Some(sheet) => page.with(sheet).into_response(),
        None => page.into_response(),
    })
}

/// How far it is: leaves of the log first, whose number is known, then rows of all tables.
fn running(work: &Work, by: String, since_ms: i64) -> Job {
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let (done, total) = (number(work.stored.done), work.stored.total.map(number));
    let so_long = elapsed(since_ms);
    match work.stored.stage == ROWS {
        true => Job::new(by, so_long, done, total, "行").uncounted(),
        false => Job::new(by, so_long, done, total, "条"),
    }
}

/// The name of the account that ordered it.
async fn name_of(reader: &mut Reader, owner: Option<&AccountId>) -> Result<String, Stop> {
    Ok(match owner {
        Some(id) => store::account::get(reader, id).await?.login.to_string(),
        None => "程序".to_owned(),
    })
}

pub(super) async fn cancel(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    _sent: Sent,
) -> Answer {
    let ended = web.app.cancel_audit(web.jobs()?, &visit.acting, &id).await;
    ended.map(|()| see_other(&page_of(&id))).map_err(Stop::from)
}

fn ended(work: &Work, lines: &[String]) -> Fragment {
    if work.state == JobState::Canceled {
        let nothing = "没有比完，不说明有没有改动。";
        return Note::standing("开始核对的人取消了这一次。", nothing).into();
    }
    if let Some(kept) = work.outcome.refusal.clone() {
        return Refusal::new(kept.code, kept.sentence, kept.remedy).into();
    }
    match (work.state, lines.len()) {
        (JobState::Done, 0) => Note::warning("结果不在了。", "再核对一次。").into(),
        (JobState::Done, 1) => Note::standing("没有发现改动。", "").into(),
        (JobState::Done, _) => Note::warning(
            format!("发现 {} 处矛盾。", lines.len() - 1),
            "停止办理，保留现场，请系统管理员在服务器上运行 mingqian audit，并报告行政执法监督。",
        )
        .into(),
        _ => Note::warning("没有做完。", "再核对一次。").into(),
    }
}

/// Every contradiction, up to what a page can show.
fn contradictions(lines: &[String]) -> Option<Sheet> {
    let found = lines.get(1..).filter(|found| !found.is_empty())?;
    let rows = found.iter().take(SHOWN);
    let rows = rows.map(|line| Row::new(vec![Cell::new(line.clone())]));
    let table = Table::new(
        "矛盾",
        vec![Column::words("哪里与留痕不符")],
        rows.collect(),
        EmptyState::nothing("没有。"),
    );
    let sheet = Sheet::new("found", "矛盾", table);
    Some(match found.len() > SHOWN {
        true => sheet.with_clause(format!("前 {SHOWN} 处；全部见 mingqian audit 的输出。")),
        false => sheet,
    })
}
