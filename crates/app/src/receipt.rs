//! Receipts of the log: one file that proves, offline, that an act stands in it.

use domain::id::EventId;
use store::{Reader, StoreError, log, org};
use tlog::checkpoint::Checkpoint;
use tlog::receipt::Receipt;

use crate::{App, AppError};

impl App {
    /// Entry text and receipt (c2sp tlog-proof) of an event, under a checkpoint signed now.
    pub async fn receipt(
        &self,
        reader: &mut Reader,
        event: &EventId,
    ) -> Result<(String, String), AppError> {
        let proof = log::inclusion(reader, event).await?;
        let origin = org::fact(reader, "origin").await?.unwrap_or_default();
        let broken = |error: tlog::Error| StoreError::Engine(error.to_string());
        let checkpoint = Checkpoint::new(&origin, proof.size, proof.root)
            .and_then(|checkpoint| checkpoint.sign(&self.log_key))
            .map_err(broken)?;
        let receipt = Receipt::new(proof.sequence, proof.path, checkpoint);
        Ok((proof.entry, receipt.to_string()))
    }

    /// The signed checkpoint over everything logged so far.
    pub async fn checkpoint(&self) -> Result<String, AppError> {
        let mut reader = self.db.read().await?;
        let (size, root) = log::head(&mut reader).await?;
        let origin = org::fact(&mut reader, "origin").await?.unwrap_or_default();
        Checkpoint::new(&origin, size, root)
            .and_then(|checkpoint| checkpoint.sign(&self.log_key))
            .map(|signed| signed.note().to_string())
            .map_err(|error| StoreError::Engine(error.to_string()).into())
    }
}
