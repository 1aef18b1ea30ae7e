//! The log goes on under another key: the entry that says so names both, and both have signed it (SPEC-log §3.2,
//! `docs/adr/0033`).
//!
//! Deliberately absent: where the keys lie and when the old one goes, which is the program's that holds them; another name of
//! the log, which is another log (`log_restart`).

use domain::event::{Act, Actor};
use domain::refusal::Code;
use store::{StoreError, log, org};
use tlog::KeyRotation;
use tlog::note::SignerKey;

use crate::{App, AppError};

static NOT_THIS_LOG: Code = Code::new(
    "ROTA-001",
    "新密钥是“{next}”的，本局的日志名是“{own}”，没有更换。",
    None,
    "日志名不变才叫更换密钥；日志名要变的，是另起日志（mingqian restore --accept-loss）。",
);

static OTHERS_CONNECTED: Code = Code::new(
    "ROTA-003",
    "另有 {count} 个 mingqian 进程正接着这个数据库，没有更换：它们手里还是原来的密钥，换了就什么也办不成。",
    None,
    "停下各处的服务和命令，再换；换过的 keys/log.key 放到每一处，再启动。",
);

impl App {
    /// From the next entry on the log is signed by `next`. What this program holds signs nothing after that.
    ///
    /// # Errors
    /// `ROTA-001` a key of another name, `ROTA-003` others work on the same database.
    pub async fn rotate_log_key(&self, next: &SignerKey) -> Result<KeyRotation, AppError> {
        match self.db.other_processes().await? {
            0 => {}
            others => return Err(OTHERS_CONNECTED.refuse(&[("count", &others)]).into()),
        }
        let mut tx = self.db.begin("log.rotate_key").await?;
        let (size, root) = log::head(&mut tx).await?;
        let (origin, _) = org::fact_to_change(&mut tx, "origin").await?;
        let (own, seen) = org::fact_to_change(&mut tx, "log_key").await?;
        if own != self.log_key.verifier().to_string() {
            return Err(StoreError::WrongLogKey { stated: own }.into());
        }
        if next.verifier().name() != origin {
            let facts: [(&str, &dyn std::fmt::Display); 2] =
                [("next", &next.verifier().name()), ("own", &origin)];
            return Err(NOT_THIS_LOG.refuse(&facts).into());
        }
        let rotation = KeyRotation::sign(size, root, &self.log_key, next);
        let rotation = rotation.map_err(|error| {
            StoreError::contradiction("日志头（表 log_head）", &format!("签不出更换记录：{error}"))
        })?;
        let event = self.event(Act::LogKeyRotated, Actor::program("运维"));
        let mut rec = tx.record(event, self.public(rotation.to_string()))?;
        org::change_fact(&mut rec, "log_key", &seen, &rotation.new_key().to_string()).await?;
        rec.commit().await?;
        Ok(rotation)
    }
}
