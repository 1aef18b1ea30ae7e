//! A bureau that was put back from a backup, while more of its log was known to the world: it goes on under another log,
//! with a key and a name of its own, whose first entry says publicly what was lost (SPEC-log §3, `restart`).
//!
//! The new log begins with the entries that were restored, as they stood, so that every receipt over them can be given
//! again and whoever holds an older checkpoint can still compare. Deliberately absent: bringing back what was lost.

use domain::event::{Act, Actor};
use domain::refusal::Code;
use store::{StoreError, log, org};
use tlog::{Checkpoint, Restart, VerifierKey};

use crate::{App, AppError};

static NOTHING_LOST: Code = Code::new(
    "REST-010",
    "已知的日志头是 {known} 条，恢复出来的有 {size} 条，什么也没有少，不必另起日志。",
    None,
    "直接启动服务。",
);
static ANOTHER_LOG: Code = Code::new(
    "REST-011",
    "已知的日志头是“{known}”的，恢复出来的是“{own}”的日志。",
    None,
    "核对备份与检查点是不是同一个局的。",
);
static SAME_NAME: Code = Code::new(
    "REST-012",
    "新日志不能与原来的同名（{name}）。",
    None,
    "另取一个名字，例如在原名后面加 -2。",
);

impl App {
    /// The first entry of a new log whose key is `next`, over what was restored; `known` is the newest head that is
    /// known of the old one.
    ///
    /// # Errors
    /// `REST-010` nothing was lost, `REST-011` a head of another log, `REST-012` a name that is in use.
    pub async fn restart_log(
        &self,
        known: &Checkpoint,
        next: &VerifierKey,
    ) -> Result<(), AppError> {
        let mut tx = self.db.begin("log.restart").await?;
        let (size, root) = log::head(&mut tx).await?;
        let (origin, origin_seen) = org::fact_to_change(&mut tx, "origin").await?;
        let (_, key_seen) = org::fact_to_change(&mut tx, "log_key").await?;
        if known.size() <= size {
            let facts: [(&str, &dyn std::fmt::Display); 2] =
                [("known", &known.size()), ("size", &size)];
            return Err(NOTHING_LOST.refuse(&facts).into());
        }
        if known.origin() != origin {
            let facts: [(&str, &dyn std::fmt::Display); 2] =
                [("known", &known.origin()), ("own", &origin)];
            return Err(ANOTHER_LOG.refuse(&facts).into());
        }
        if next.name() == origin {
            return Err(SAME_NAME.refuse(&[("name", &origin)]).into());
        }
        let record = Restart::new(size, root, known.clone());
        let record = record.map_err(|error| {
            StoreError::contradiction("已知的日志头", &format!("写不进记录：{error}"))
        })?;
        let event = self
            .event(Act::LogRestarted, Actor::program("恢复备份"))
            .with("lost", known.size() - size);
        let mut rec = tx.record(event, self.public(record.to_string()))?;
        org::change_fact(&mut rec, "origin", &origin_seen, next.name()).await?;
        org::change_fact(&mut rec, "log_key", &key_seen, &next.to_string()).await?;
        rec.commit().await?;
        Ok(())
    }
}
