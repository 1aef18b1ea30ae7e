//! The machine that serves, looked at from within: what `mingqian doctor` and `/ready` look at, and what only the running
//! server knows (its connections, its jobs). For the health page of the system administrator; and the audit that is
//! ordered in the house, which opens the database once more, only to look.
//!
//! Deliberately absent: anything that mends.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use app::App;
use app::auditing::{Auditing, Auditor, Reached, reached};
use app::job::Run;
use app::machine::{Finding, Findings, Machine};
use domain::time::Instant;
use store::{Figures, StoreError, catalog};

use crate::bureau::{Keeping, Place, Published};
use crate::commands::{Failure, audit, doctor};
use crate::line::Doors;
use crate::private::write_private;
use crate::watch::ready;

/// The note of the last backup in the data folder.
const LAST_BACKUP: &str = "last-backup";

/// Hours after which a bureau without a new backup is told.
const BACKUP_HOURS: i64 = 26;

/// A server that looks at itself.
pub(crate) struct Serving {
    pub(crate) place: Place,
    pub(crate) app: App,
    pub(crate) doors: Doors,
    pub(crate) keeping: Keeping,
}

impl Machine for Serving {
    fn look(&self) -> Findings<'_> {
        Box::pin(self.found())
    }
}

impl Serving {
    async fn found(&self) -> Vec<Finding> {
        let now = self.app.clock.now();
        // Before this look takes connections itself.
        let connections = self.connections();
        let figures = self.figures().await;
        let mut findings = vec![Finding::of("数据库", self.database(&figures))];
        for condition in ready::conditions(&self.app, &self.place.data, &self.keeping).await {
            findings.extend(of_condition(&condition, now));
        }
        findings.push(Finding::of("磁盘空间", doctor::disk(&self.place.data)));
        findings.push(Finding::of("检查点", self.checkpoints(&figures).await));
        findings.push(Finding::of("备份", last_backup(&self.place.data, now)));
        findings.push(Finding::of("后台办理", jobs(&figures)));
        findings.push(Finding::of("连接", Ok(connections)));
        let keys = doctor::keys(&self.place).map(|_| "两把都在".to_owned());
        findings.push(Finding::of("密钥", keys));
        findings.push(Finding::of("权限", doctor::permissions(&self.place)));
        findings.push(Finding::of(
            "证书",
            doctor::certificates(&self.place, now.date()),
        ));
        findings.push(Finding::of("节假日", self.calendar(now).await));
        findings
    }

    async fn figures(&self) -> Result<Figures, StoreError> {
        let mut reader = self.app.db.read().await?;
        store::figures(&mut reader).await
    }

    fn database(&self, figures: &Result<Figures, StoreError>) -> Result<String, String> {
        let engine = match self.place.database {
            Some(_) => "PostgreSQL",
            None => "内置数据库",
        };
        match figures {
            Ok(figures) => Ok(format!(
                "{engine}，第 {} 号结构，{} MB；留痕 {} 条",
                store::structure(),
                figures.bytes >> 20,
                figures.entries
            )),
            Err(error) => Err(format!("{}：{}", error.code(), error.recorded())),
        }
    }

    /// How far the newest checkpoint outside the database is behind the log.
    async fn checkpoints(&self, figures: &Result<Figures, StoreError>) -> Result<String, String> {
        let published = async {
            let mut reader = self.app.db.read().await?;
            Published::read(&mut reader).await
        };
        let (Ok(figures), Ok(Some(published))) = (figures, published.await) else {
            return Err("数据库读不出，没有比对".to_owned());
        };
        let kept = self.place.kept_checkpoints(&published);
        let kept = kept.map_err(|failure| told(&failure))?;
        let own = kept.iter().filter(|kept| !kept.is_of_another_log);
        let newest = own.map(|kept| kept.signed.checkpoint().size()).max();
        match newest {
            None => Err(
                "库外没有一份检查点：库被换成旧的也看不出。重新启动服务，看记录里为什么没有存下"
                    .to_owned(),
            ),
            Some(newest) => {
                let behind = figures.entries.saturating_sub(newest);
                Ok(format!(
                    "{} 份，最新的签到第 {newest} 条，落后 {behind} 条",
                    kept.len()
                ))
            }
        }
    }

    fn connections(&self) -> String {
        let bounds = self.doors.bounds();
        let pools = self.app.db.pools();
        let pools = pools
            .iter()
            .map(|pool| format!("{} {}", pool_label(pool.pool), pool.busy));
        format!(
            "{} 个连着（上限 {}），启动以来 {} 个没有座位；数据库连接在用：{}",
            self.doors.open(),
            bounds.in_all,
            self.doors.refused(),
            pools.collect::<Vec<_>>().join("、")
        )
    }

    async fn calendar(&self, now: Instant) -> Result<String, String> {
        let known = async {
            let mut reader = self.app.db.read().await?;
            catalog::holidays(&mut reader).await
        };
        let known = known.await.map_err(|error: StoreError| error.recorded())?;
        doctor::calendar_of(&known, now.date())
    }
}

fn told(failure: &Failure) -> String {
    let problems = failure.problems.iter();
    problems
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("")
}

fn pool_label(pool: &'static str) -> &'static str {
    match pool {
        "write" => "写入",
        "read" => "工作台",
        "public" => "公开页",
        other => other,
    }
}

/// What `/ready` says. Database and disk have lines of their own while they are well.
fn of_condition(condition: &ready::Condition, now: Instant) -> Option<Finding> {
    let what = match condition.part {
        "write" => "写入",
        "disk" => "磁盘",
        "clock" => "时钟",
        "database" => "读取",
        "checkpoints" => "检查点的保存",
        _ => return None,
    };
    let found = match (&condition.fault, condition.part) {
        (Some((code, sentence)), _) => Err(format!("{code}：{sentence}")),
        (None, "write") => Ok("刚才试着写了一次，写得进去".to_owned()),
        (None, "clock") => Ok(now.local_text()),
        (None, _) => return None,
    };
    Some(Finding::of(what, found))
}

fn jobs(figures: &Result<Figures, StoreError>) -> Result<String, String> {
    match figures {
        Ok(figures) => Ok(format!(
            "{} 件在办，{} 件排队",
            figures.jobs_running, figures.jobs_waiting
        )),
        Err(error) => Err(error.recorded()),
    }
}

/// Notes in the data folder that a backup was made, for whoever looks at the server.
pub(crate) fn note_backup(data: &Path, made: Instant, folder: &Path) -> Result<(), Failure> {
    let note = data.join(LAST_BACKUP);
    let beside = data.join(format!("{LAST_BACKUP}.{}", std::process::id()));
    // Of a process that had the same number and died.
    let _ = fs::remove_file(&beside);
    write_private(
        &beside,
        &format!("{} {}\n", made.unix_ms(), folder.display()),
    )?;
    fs::rename(&beside, &note).map_err(|error| Failure::file(&note, &error))
}

/// The last backup that was noted.
pub(crate) fn last_backup(data: &Path, now: Instant) -> Result<String, String> {
    let never = || "没有做过备份的记录。用 mingqian backup 备份，并让它按时运行".to_owned();
    let note = fs::read_to_string(data.join(LAST_BACKUP)).map_err(|_| never())?;
    let (made_ms, folder) = note.trim_end().split_once(' ').ok_or_else(never)?;
    let made = Instant::from_unix_ms(made_ms.parse().map_err(|_| never())?);
    let words = format!("最近一份做于 {}，在 {folder}", made.local_text());
    match now.since_ms(made) > BACKUP_HOURS * 3_600_000 {
        true => Err(format!(
            "{words}，已过 {BACKUP_HOURS} 小时。看备份的定时任务为什么没有运行"
        )),
        false => Ok(words),
    }
}

/// The audit of this bureau, as the command does it.
pub(crate) struct Looking(pub(crate) Place);

impl Auditor for Looking {
    fn audit<'a>(&'a self, run: &'a Run) -> Auditing<'a> {
        Box::pin(async move {
            let watch = |far: Reached| {
                reached(run, far);
                match run.checkpoint() {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            };
            let audited = audit::audited(&self.0, &watch).await;
            match audited.map_err(|failure| told(&failure))? {
                ControlFlow::Continue(audited) => Ok(audited),
                ControlFlow::Break(()) => Err("已停下".to_owned()),
            }
        })
    }
}

#[cfg(test)]
mod tests;
