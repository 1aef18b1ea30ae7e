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

impl App {
    /// From the next entry on the log is signed by `next`. What this program holds signs nothing after that.
    ///
    /// # Errors
    /// `ROTA-001` a key of another name.
    pub async fn rotate_log_key(&self, next: &SignerKey) -> Result<KeyRotation, AppError> {
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
