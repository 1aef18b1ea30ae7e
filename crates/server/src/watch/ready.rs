//! Whether it can work: each part with what is wrong with it, in Chinese and under its code.

use std::io;
use std::path::Path;
use std::time::Duration;

use app::App;
use serde_json::{Value, json};
use store::StoreError;
use tokio::time::timeout;

use crate::bureau::Keeping;

/// What has to be free where the data folder lies, in bytes.
const FREE: u64 = 512 * 1024 * 1024;
/// By how much the clock may stand behind the last entry of the log, in milliseconds; the store's own bound.
const BEHIND: i64 = store::log::CLOCK_TOLERANCE_MS;

/// How long each part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One part of the whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Which part.
    pub(crate) part: &'static str,
    /// What is wrong with it: code and sentence.
    pub(crate) fault: Option<(String, String)>,
}

impl Condition {
    pub(super) fn as_json(&self) -> Value {
        match &self.fault {
            None => json!({"part": self.part, "ok": true}),
            Some((code, sentence)) => {
                json!({"part": self.part, "ok": false, "code": code, "sentence": sentence})
            }
        }
    }
}

/// Asks every part; `keeping` says how the keeping of the checkpoints goes.
pub(crate) async fn conditions(app: &App, data: &Path, keeping: &Keeping) -> Vec<Condition> {
    let mut all = asked(app, data, PATIENCE).await;
    let problem = keeping.borrow().clone();
    all.push(Condition {
        part: "checkpoints",
        fault: problem.map(|one| (one.code, one.sentence)),
    });
    all
}

async fn asked(app: &App, data: &Path, patience: Duration) -> Vec<Condition> {
    let standing = async {
        let mut reader = app.db.read().await?;
        store::log::standing(&mut reader).await
    };
    let standing = timeout(patience, standing).await;
    let clock = match &standing {
        Ok(Ok((_, last_ms))) => match app.clock.stepped_ms() {
            Some(by) => Some(stepped(by)),
            None => clock(app.clock.now().unix_ms(), *last_ms),
        },
        // What the log says cannot be read; that is told by the database.
        Ok(Err(_)) | Err(_) => None,
    };
    let database = match standing {
        Ok(standing) => of_store(standing.map(drop)),
        Err(_) => Some(silent("读")),
    };
    let since = app.db.waiting_since();
    let write = match timeout(patience, app.db.probe()).await {
        Ok(written) => of_store(written),
        // Whoever holds the writer for long has said so.
        Err(_) if app.db.explained_since(since).await => None,
        Err(_) => Some(silent("写")),
    };
    vec![
        condition("database", database),
        condition("write", write),
        condition("disk", disk(free_of(data))),
        condition("room", room(app.db.is_full())),
        condition("clock", clock),
    ]
}

fn silent(what: &str) -> (&'static str, String) {
    (
        "WACH-004",
        format!(
            "数据库在 {} 秒内没有{what}成：服务器没有答复，或连接都占着。看 /metrics 的 mingqian_pool_connections；用 PostgreSQL 的，核对它是否在运行。",
            PATIENCE.as_secs()
        ),
    )
}

fn condition(part: &'static str, fault: Option<(&'static str, String)>) -> Condition {
    Condition {
        part,
        fault: fault.map(|(code, sentence)| (code.to_owned(), sentence)),
    }
}

/// Who waits for others can work in his turn.
fn of_store(asked: Result<(), StoreError>) -> Option<(&'static str, String)> {
    match asked {
        Ok(()) => None,
        Err(error) if error.is_waiting() => None,
        Err(error) => Some((error.code(), error.recorded())),
    }
}

fn disk(free: io::Result<u64>) -> Option<(&'static str, String)> {
    match free {
        Ok(free) if free >= FREE => None,
        Ok(free) => Some((
            "WACH-001",
            format!(
                "数据目录所在的磁盘只剩 {} MB，不足 {} MB。腾出空间，否则很快就不能办理。",
                free / 1_048_576,
                FREE / 1_048_576
            ),
        )),
        Err(error) => Some((
            "WACH-002",
            format!("看不了数据目录所在的磁盘：{}", verify::disk::why(&error)),
        )),
    }
}

fn room(full: bool) -> Option<(&'static str, String)> {
    full.then(|| {
        let sentence =
            "磁盘已满：停止办理，只能看；预留的空间已经放出。腾出空间，程序自己恢复，不用重启。";
        ("WACH-005", sentence.to_owned())
    })
}

fn clock(now_ms: i64, last_ms: i64) -> Option<(&'static str, String)> {
    let behind = last_ms.saturating_sub(now_ms);
    (behind > BEHIND).then(|| {
        let seconds = behind / 1000;
        (
            "WACH-003",
            format!("本机时钟比最后一条留痕早 {seconds} 秒，不能写入。校准服务器时间；没有错的，用 mingqian log repair-clock 更正。"),
        )
    })
}

fn stepped(by_ms: i64) -> (&'static str, String) {
    let minutes = by_ms / 60_000;
    (
        "WACH-006",
        format!(
            "本机时钟在运行中忽然快了 {minutes} 分钟，不能写入。校准服务器时间；没有错的，重新启动服务。"
        ),
    )
}

/// What is free where that folder lies.
pub(crate) fn free_of(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use testkit::city::City;
    use testkit::engines::{SqliteFile, upgrade};

    use super::*;

    #[test]
    fn a_full_disk_and_a_clock_behind_the_log_are_named() {
        assert_eq!(disk(Ok(FREE)), None);
        let (code, sentence) = disk(Ok(FREE - 1)).unwrap();
        assert_eq!(code, "WACH-001");
        assert!(sentence.contains("511 MB"), "{sentence}");
        let gone = free_of(Path::new("/there/is/nothing"));
        assert_eq!(disk(gone).unwrap().0, "WACH-002");
        assert_eq!(clock(1_000_000, 1_000_000 + BEHIND), None);
        let (code, sentence) = clock(1_000_000, 1_000_000 + BEHIND + 60_000).unwrap();
        assert_eq!(code, "WACH-003");
        assert!(sentence.contains("早 "), "{sentence}");
    }

    #[tokio::test]
    async fn a_writer_that_nobody_gives_back_is_told_unless_it_is_announced() {
        let file = SqliteFile::fresh();
        let db = store::Db::open_sqlite(file.path(), &upgrade()).await;
        let city = City::found(db.unwrap()).await;
        let (app, here) = (&city.app, Path::new("."));
        let faults = async |patience: Duration| {
            let all = asked(app, here, patience).await;
            let faulty = all.into_iter().filter(|one| one.fault.is_some());
            faulty.map(|one| one.part).collect::<Vec<_>>()
        };
        let long = Duration::from_secs(60);
        assert_eq!(faults(long).await, Vec::<&str>::new());
        let held = app.db.scratch().await.unwrap();
        let told = faults(Duration::from_millis(1)).await;
        assert!(told.contains(&"write"), "{told:?}");
        drop(held);
        app.db.found_full();
        assert_eq!(faults(long).await, ["room"]);
        app.db.found_folder(false);
        city.clock.advance_ms(-3_600_000);
        assert_eq!(faults(long).await, ["clock"]);
    }

    #[test]
    fn who_waits_for_others_is_ready_and_who_reaches_no_database_is_not() {
        assert_eq!(of_store(Err(StoreError::Busy)), None);
        let gone = of_store(Err(StoreError::Unreachable("gone".into())));
        let (code, sentence) = gone.unwrap();
        assert_eq!(code, "STOR-529");
        assert!(sentence.contains("联系不上 PostgreSQL"), "{sentence}");
    }
}
