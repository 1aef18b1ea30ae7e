//! `mingqian audit`: rows against log, content against the rows that name it, public records against those before them,
//! draws against what they must have kept. 0 nothing found, 1 contradictions, 2 could not look.
//! It only looks: nothing is migrated or made, and no key is read.

use std::convert::Infallible;
use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use app::auditing::{Audited, Reached};
use app::drawing::lacking_material;
use app::port::Clock as _;
use app::records::misplaced_records;
use clap::Args;
use serde_json::json;
use store::{Exhibit, Progress, Report, StoreError};
use tokio::time::{Instant, interval_at};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::{Place, Published, not_grown};
use crate::ports::OsClock;

/// Arguments of `mingqian audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 每隔两秒在标准错误上说明进度；在终端上运行的总是说明
    #[arg(long)]
    progress: bool,
}

/// How often it is said how far an audit has come.
const EVERY: Duration = Duration::from_secs(2);

/// The same where it also ends the audit, for which somebody waits.
const AT_THE_PAGE: Duration = Duration::from_millis(250);

/// Is told how far an audit has come, and says whether it goes on.
pub(crate) type Watch<'w, B> = dyn Fn(Reached) -> ControlFlow<B> + Send + Sync + 'w;

/// Audits and names every row and every content that was changed behind the program's back.
pub(crate) fn run(args: &AuditArgs, output: &Output) -> Result<u8, Failure> {
    runtime()?.block_on(async {
        let begun = OsClock.now();
        let shown = args.progress || std::io::stderr().is_terminal();
        let told = |far: Reached| -> ControlFlow<Infallible> {
            if shown {
                say_reached(far);
            }
            ControlFlow::Continue(())
        };
        let ControlFlow::Continue(compared) =
            compared(&args.place.place()?, (EVERY, &told)).await?;
        let seconds = millis(OsClock.now().since_ms(begun));
        say(&compared, seconds, output);
        Ok(u8::from(!compared.found.is_empty()))
    })
}

/// The same for whoever ordered it on a page, unless `watch` ends it.
pub(crate) async fn audited(
    place: &Place,
    watch: &Watch<'_, ()>,
) -> Result<ControlFlow<(), Audited>, Failure> {
    let compared = compared(place, (AT_THE_PAGE, watch)).await?;
    Ok(compared.map_continue(|compared| Audited {
        compared: compared.words(),
        contradictions: compared.found.into_iter().map(|one| one.words).collect(),
    }))
}

/// What was compared, and what was found.
struct Compared {
    report: Report,
    found: Vec<Found>,
    checkpoints: usize,
}

impl Compared {
    fn words(&self) -> String {
        let (report, checkpoints) = (&self.report, self.checkpoints);
        format!(
            "复算留痕 {} 条、行影像 {} 份；核对 {} 张表 {} 行、内容 {} 份，检查点 {checkpoints} 份。",
            report.leaves, report.images, report.tables, report.rows, report.contents
        )
    }
}

async fn compared<B>(
    place: &Place,
    watch: (Duration, &Watch<'_, B>),
) -> Result<ControlFlow<B, Compared>, Failure> {
    let exhibit = place.exhibit().await?;
    let audited = watched(&exhibit, watch).await;
    let beyond = match &audited {
        Ok(ControlFlow::Continue(report)) => beyond_rows(&exhibit, report).await,
        _ => Ok(Vec::new()),
    };
    let outside = match &audited {
        Ok(ControlFlow::Continue(_)) => outside(place, &exhibit).await,
        _ => Ok((Vec::new(), 0)),
    };
    exhibit.close().await;
    let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
    let report = match audited.map_err(failed)? {
        ControlFlow::Continue(report) => report,
        ControlFlow::Break(ended) => return Ok(ControlFlow::Break(ended)),
    };
    let mut beyond = beyond.map_err(failed)?;
    let (not_grown, checkpoints) = outside?;
    beyond.extend(not_grown);
    let found = found(&report, beyond);
    Ok(ControlFlow::Continue(Compared {
        report,
        found,
        checkpoints,
    }))
}

fn millis(milliseconds: i64) -> f64 {
    f64::from(i32::try_from(milliseconds).unwrap_or(i32::MAX)) / 1000.0
}

/// Audits, telling how far it has come.
async fn watched<B>(
    exhibit: &Exhibit,
    (every, watch): (Duration, &Watch<'_, B>),
) -> Result<ControlFlow<B, Report>, StoreError> {
    let progress = Arc::new(Progress::default());
    let tell = || {
        let (leaves, all, rows) = progress.figures();
        watch(Reached { leaves, all, rows })
    };
    let audited = exhibit.audit_watched(&progress);
    tokio::pin!(audited);
    // Who has ended it already is asked before anything is compared.
    if let ControlFlow::Break(ended) = tell() {
        return Ok(ControlFlow::Break(ended));
    }
    let mut tick = interval_at(Instant::now() + every, every);
    loop {
        tokio::select! {
            _ = tick.tick() => if let ControlFlow::Break(ended) = tell() {
                return Ok(ControlFlow::Break(ended));
            },
            ended = &mut audited => {
                // All of it is told too; by now nothing is left to end.
                let _ = tell();
                return ended.map(ControlFlow::Continue);
            }
        }
    }
}

fn say_reached(Reached { leaves, all, rows }: Reached) {
    let share = (leaves * 100).checked_div(all).unwrap_or(0);
    // Who has closed it does not want to know.
    let _ = writeln!(
        std::io::stderr(),
        "已复算留痕 {leaves} / {all} 条（{share}%），已核对 {rows} 行"
    );
}

/// One contradiction as a script reads it: its code, where it stands, and the words.
struct Found {
    place: String,
    words: String,
}

fn found(report: &Report, beyond: Vec<String>) -> Vec<Found> {
    let of_rows = report.faults.iter().map(|fault| Found {
        place: fault.place(),
        words: fault.to_string(),
    });
    let beyond = beyond.into_iter().map(|words| Found {
        place: String::new(),
        words,
    });
    of_rows.chain(beyond).collect()
}

fn say(compared: &Compared, seconds: f64, output: &Output) {
    let Compared {
        report,
        found,
        checkpoints,
    } = compared;
    let mut words = format!("{}\n", compared.words());
    for one in found {
        words.push_str(&format!("{}\n", one.words));
    }
    let root = report.root.map(|root| root.to_string()).unwrap_or_default();
    words.push_str(&if found.is_empty() {
        format!("没有发现改动。日志根：{root}\n")
    } else {
        format!("发现 {} 处矛盾，停止办理并报告审计管理员。\n", found.len())
    });
    let faults: Vec<_> = found.iter().map(|one| &one.words).collect();
    let listed: Vec<_> = found
        .iter()
        .map(|one| {
            let (code, why) = one.words.split_once(' ').unwrap_or(("", &one.words));
            json!({"code": code, "place": one.place, "why": why})
        })
        .collect();
    output.say(
        &words,
        &json!({
            "leaves": report.leaves, "images": report.images, "tables": report.tables,
            "rows": report.rows, "contents": report.contents, "checkpoints": checkpoints, "root": root,
            "seconds": seconds, "faults": faults, "contradictions": listed,
        }),
    );
}

/// Everything a full audit finds of a database, in words.
pub(crate) async fn contradictions(exhibit: &Exhibit) -> Result<Vec<String>, Failure> {
    let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
    let report = exhibit.audit().await.map_err(failed)?;
    let beyond = beyond_rows(exhibit, &report).await.map_err(failed)?;
    let named = report.faults.iter().map(ToString::to_string);
    Ok(named.chain(beyond).collect())
}

/// What the checkpoints that are kept outside the database say against its log, and how many there are. The keys are the
/// published ones, as the log states them itself.
async fn outside(place: &Place, exhibit: &Exhibit) -> Result<(Vec<String>, usize), Failure> {
    // Without the fact the audit has named it already, and nothing says whose checkpoints they are.
    let Some(published) = Published::by(exhibit).await else {
        return Ok((Vec::new(), 0));
    };
    let kept = place.kept_checkpoints(&published)?;
    let wrong = not_grown(&kept, exhibit).await?;
    let named = wrong.into_iter().flat_map(|failure| failure.problems);
    Ok((named.map(|one| one.to_string()).collect(), kept.len()))
}

/// What no row and no entry contradicts: public records out of their order, and material of a draw that is lacking. Where
/// rows cannot be read for it, the report has named them already.
async fn beyond_rows(exhibit: &Exhibit, report: &Report) -> Result<Vec<String>, StoreError> {
    let found = async {
        let mut reader = exhibit.read().await?;
        let misplaced = misplaced_records(&mut reader).await?;
        let lacking = lacking_material(&mut reader).await?;
        let misplaced = misplaced.iter().map(ToString::to_string);
        let lacking = lacking.iter().map(ToString::to_string);
        Ok(misplaced.chain(lacking).collect())
    };
    match found.await {
        Err(_) if !report.faults.is_empty() => Ok(Vec::new()),
        found => found,
    }
}
