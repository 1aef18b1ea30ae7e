//! The present step of an upload, whatever it is; and stopping, and going on after a stop.

use app::staging::{Import, State};
use axum::extract::{Path, State as Web};
use axum::response::IntoResponse;
use domain::time::Instant;

use super::{Again, find, home, matching, page, page_of, preview, receipt};
use crate::component::{
    Act, Badge, Facts, Fragment, Head, Job, Note, Refusal, Sheet, Tone, Weight,
};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::{looks_again, moment};

pub(super) async fn show(Web(web): Web<WebState>, visit: Visit, id: Path<String>) -> Answer {
    let (_, import) = find(&web, &visit, id).await?;
    let page = now(&web, &visit, &import, None).await?;
    Ok(page.into_response())
}

/// The page of an upload as it stands; `again` with why the form it answers was not carried out.
pub(super) async fn now(
    web: &WebState,
    visit: &Visit,
    import: &Import,
    again: Again<'_>,
) -> Result<WorkbenchPage, Stop> {
    let page = match import.state {
        State::Reading | State::Comparing | State::Applying => {
            // The answer to a form is no page that could be asked for again.
            at_work(web, visit, import, again.is_none()).await?
        }
        State::Mapping if import.is_sound() => {
            return matching::ask(web, visit, import, again).await;
        }
        State::Previewed if import.is_sound() => {
            return preview::show(web, visit, import, again).await;
        }
        State::Done => receipt::show(web, visit, import).await?,
        _ => ended(web, visit, import).await?,
    };
    Ok(page.with(note(again)))
}

/// The same as the answer to a form that was not carried out.
pub(super) async fn again(
    web: &WebState,
    visit: &Visit,
    id: Path<String>,
    (sent, flaws): (&Submitted, &Flaws),
) -> Answer {
    let (_, import) = find(web, visit, id).await?;
    let page = now(web, visit, &import, Some((sent, flaws))).await?;
    Ok((flaws.status(), page.with_errors_in_form()).into_response())
}

/// Why a form was not carried out; empty on a page that answers none.
pub(super) fn note(again: Again<'_>) -> Fragment {
    again.map_or_else(Fragment::default, |(_, flaws)| flaws.note())
}

/// The title of a step: the file, and where it stands.
pub(super) fn head_of(import: &Import) -> Head {
    let tone = match import.state {
        State::Done => Tone::Sound,
        State::Refused => Tone::Bad,
        State::Interrupted => Tone::Warning,
        State::Cancelled => Tone::Plain,
        _ => Tone::Active,
    };
    Head::new(format!("导入“{}”", import.stored.file_name))
        .with_badge(Badge::new(tone, import.state.label()))
}

pub(super) fn cancel_act(web: &WebState, visit: &Visit, import: &Import) -> Act {
    let to = page_of(import).child("cancel");
    let hidden = visit.hidden(web).resting_on(import.premise());
    Act::submit("取消导入", to, Weight::Outlined, hidden)
}

async fn at_work(
    web: &WebState,
    visit: &Visit,
    import: &Import,
    refreshing: bool,
) -> Result<WorkbenchPage, Stop> {
    let staging = web.imports()?;
    let done = staging.progress(import);
    // A later step is moved to by a press, and its row is not written before its end.
    let begun_ms = match import.state {
        State::Reading => import.stored.started_at_ms,
        _ => import.stored.updated_at_ms,
    };
    let at_work_ms = (visit.now.unix_ms() - begun_ms).max(0);
    let seconds = at_work_ms / 1000;
    let elapsed = match seconds {
        ..60 => format!("{seconds} 秒"),
        _ => format!("{} 分 {} 秒", seconds / 60, seconds % 60),
    };
    let total = (import.summary.rows > 0).then_some(import.summary.rows);
    let by = format!("{}于{}", visit.acting.name, started(import, visit.now));
    let mut job = Job::new(by, elapsed, done, total, "行");
    if import.state != State::Applying {
        job = job.cancellable(cancel_act(web, visit, import));
    }
    let step = match import.state {
        State::Reading => 0,
        State::Comparing => 2,
        _ => 4,
    };
    let again = refreshing.then(|| looks_again(at_work_ms));
    Ok(page(web, visit, head_of(import), (step, again))
        .await?
        .with(job))
}

fn started(import: &Import, now: Instant) -> String {
    moment(Instant::from_unix_ms(import.stored.started_at_ms), now)
}

async fn ended(web: &WebState, visit: &Visit, import: &Import) -> Result<WorkbenchPage, Stop> {
    let again = Act::open("重新选文件", home(import.register), Weight::Main);
    let mut head = head_of(import);
    let note: Fragment = match (import.state, import.altered()) {
        (State::Mapping | State::Previewed | State::Interrupted, Some(altered)) => {
            head = head
                .with_act(cancel_act(web, visit, import))
                .with_act(again);
            Refusal::from(&altered).into()
        }
        (State::Interrupted, None) => {
            head = head.with_act(cancel_act(web, visit, import));
            head = head.with_act(if import.summary.dead_end {
                again
            } else {
                let to = page_of(import).child("resume");
                let hidden = visit.hidden(web).resting_on(import.premise());
                Act::submit("继续", to, Weight::Main, hidden)
            });
            broken_off(import)
        }
        (State::Refused, _) => {
            head = head.with_act(again);
            let kept = import.summary.refusal.clone().unwrap_or_default();
            Refusal::new(kept.code, kept.sentence, kept.remedy).into()
        }
        _ => {
            head = head.with_act(again);
            Note::standing("这次导入已取消，名录没有改动。", "上传的内容已删除。").into()
        }
    };
    let facts = Facts::default()
        .with("文件", import.stored.file_name.clone())
        .with("上传", started(import, visit.now));
    let page = page(web, visit, head, (0, None)).await?;
    Ok(page
        .with(note)
        .with(Sheet::new("file", "文件", facts).padded()))
}

/// Why it did not go on, and whether it can.
fn broken_off(import: &Import) -> Fragment {
    let summary = &import.summary;
    let next = match (summary.dead_end, &summary.broken) {
        (true, _) => "这一份接不下去了：重新选文件上传；留着没有用的，按“取消导入”删去。",
        (false, None) => "按“继续”从最后完成的一步接着办。",
        (false, Some(_)) => "原因排除之后，按“继续”从最后完成的一步接着办。",
    };
    match summary.broken.clone() {
        None => Note::warning("程序中途停止过，名录没有改动。", next).into(),
        Some(kept) => Fragment::join([
            Refusal::new(kept.code, kept.sentence, kept.remedy).into(),
            Note::warning("没有办完，名录没有改动。", next).into(),
        ]),
    }
}

pub(super) async fn cancel(
    Web(web): Web<WebState>,
    visit: Visit,
    id: Path<String>,
    sent: Pressed,
) -> Answer {
    let (_, import) = find(&web, &visit, Path(id.0.clone())).await?;
    let (staging, kept, to) = (web.imports()?.clone(), import.clone(), page_of(&import));
    let premise = sent.required_premise();
    let act = move |_| async move {
        let shown = premise?;
        // In a second window it is given up already, which is what was wanted.
        if kept.state == State::Cancelled {
            return Ok(());
        }
        staging.cancel(&kept, &shown).await
    };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => again(&web, &visit, id, (&sent, &Flaws::of(error)?)).await,
    }
}

pub(super) async fn resume(
    Web(web): Web<WebState>,
    visit: Visit,
    id: Path<String>,
    sent: Pressed,
) -> Answer {
    let (_, import) = find(&web, &visit, Path(id.0.clone())).await?;
    let (staging, kept, to) = (web.imports()?.clone(), import.clone(), page_of(&import));
    let premise = sent.required_premise();
    let act = move |_| async move { staging.resume(&kept, &premise?).await };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => again(&web, &visit, id, (&sent, &Flaws::of(error)?)).await,
    }
}
