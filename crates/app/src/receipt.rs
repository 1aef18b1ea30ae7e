//! Receipts of the log: one file that proves, offline, that an act stands in it.

use domain::id::EventId;
use store::{Reader, StoreError, log, org, portal};
use tlog::checkpoint::Checkpoint;
use tlog::receipt::Receipt;
use tlog::{Hash, KeyRotation};

use crate::{App, AppError};

/// A key that signed the log before.
#[derive(Clone, Debug)]
pub struct EarlierKey {
    /// As it is published.
    pub key: String,
    /// The size of the largest head it vouches for: the number of the entry that gave it up.
    pub until: u64,
}

impl App {
    /// The keys that signed this log before the present one, oldest first.
    pub async fn earlier_keys(&self, reader: &mut Reader) -> Result<Vec<EarlierKey>, AppError> {
        let logged = portal::key_rotations(reader).await?;
        let rotations = logged
            .iter()
            .filter_map(|logged| KeyRotation::parse(&logged.record).ok());
        // What the log was called before it was begun anew has keys of its own.
        let own = rotations.filter(|one| one.old().name() == self.log_key.verifier().name());
        let earlier = own.map(|one| EarlierKey {
            key: one.old().to_string(),
            until: one.from(),
        });
        Ok(earlier.collect())
    }

    /// Entry text and receipt (c2sp tlog-proof) of an event, under a checkpoint signed now.
    pub async fn receipt(
        &self,
        reader: &mut Reader,
        event: &EventId,
    ) -> Result<(String, String), AppError> {
        log::head_to_sign(reader).await?;
        let proof = log::inclusion(reader, event).await?;
        let origin = self.origin(reader).await?;
        let checkpoint = Checkpoint::new(&origin, proof.size, proof.root)
            .and_then(|checkpoint| checkpoint.sign(&self.log_key))
            .map_err(|error| unsigned(&error))?;
        let receipt = Receipt::new(proof.sequence, proof.path, checkpoint);
        Ok((proof.entry, receipt.to_string()))
    }

    /// The signed checkpoint over everything logged so far.
    pub async fn checkpoint(&self) -> Result<String, AppError> {
        let mut reader = self.db.read().await?;
        let (size, root) = log::head_to_sign(&mut reader).await?;
        let origin = self.origin(&mut reader).await?;
        Checkpoint::new(&origin, size, root)
            .and_then(|checkpoint| checkpoint.sign(&self.log_key))
            .map(|signed| signed.note().to_string())
            .map_err(|error| unsigned(&error).into())
    }

    /// How many entries the log has, and its root.
    pub async fn log_head(&self) -> Result<(u64, Hash), AppError> {
        let mut reader = self.db.read().await?;
        Ok(log::head(&mut reader).await?)
    }

    /// Whether the log grew from that head, as the nodes of its tree prove.
    pub async fn log_grew_from(&self, head: (u64, Hash)) -> Result<bool, AppError> {
        let mut reader = self.db.read().await?;
        match log::grew_from(&mut reader, head).await {
            // The tree is not whole, which the audit says of each node.
            Err(StoreError::Contradiction { .. } | StoreError::Inconsistent { .. }) => Ok(false),
            proven => Ok(proven?),
        }
    }

    /// The origin of the log, as the bureau stated it. The key that signs was made for it and names it, and was
    /// compared with the bureau when the database was opened: a fact that says another name was altered since, or another
    /// program has changed the key (`docs/adr/0033`), and what this one holds signs nothing any more.
    async fn origin(&self, reader: &mut Reader) -> Result<String, StoreError> {
        let stated = org::fact(reader, "log_key").await?;
        if let Some(stated) = stated.filter(|one| *one != self.log_key.verifier().to_string()) {
            return Err(StoreError::WrongLogKey { stated });
        }
        let stated = org::fact(reader, "origin").await?;
        let named = self.log_key.verifier().name();
        match stated {
            Some(stated) if stated == named => Ok(stated),
            other => {
                let now = other.map_or("不在了".to_owned(), |now| format!("现为“{now}”"));
                Err(StoreError::contradiction(
                    "局的登记（表 installation）行 origin ",
                    &format!("{now}，而本局的日志名是“{named}”"),
                ))
            }
        }
    }
}

fn unsigned(error: &tlog::Error) -> StoreError {
    StoreError::contradiction("日志头（表 log_head）", &format!("签不出检查点：{error}"))
}
