//! After a restart, and after the days for which the rulebook lets an upload be kept.
//!
//! What was under way when the program stopped has written nothing: the transaction moves the state
//! to “done” together with the rows. So every such upload is marked interrupted and can be taken up
//! again from its last complete step.

use store::{catalog, import, job};

use super::step::Step;
use super::{Import, Staging, State, Summary};
use crate::AppError;
use crate::job::Run;

impl Staging {
    /// Marks what was under way when the program stopped, and forgets what is old. For the start of
    /// the program, before the first request and after [`crate::job::Jobs::recover`], which leaves
    /// alone what another living process does.
    pub async fn recover(&self) -> Result<usize, AppError> {
        let working = [State::Reading, State::Comparing, State::Applying].map(State::name);
        let mut reader = self.app.db.read().await?;
        let found = import::in_states(&mut reader, &working).await?;
        let living = job::under_way(&mut reader).await?;
        drop(reader);
        let mut count = 0;
        for stored in found {
            if !living.iter().any(|job| job.about == stored.id) {
                self.mark_interrupted(&Import::of(stored)?).await?;
                count += 1;
            }
        }
        self.expire().await?;
        self.drop_half_files().await;
        Ok(count)
    }

    pub(super) async fn interrupt(&self, id: &str) -> Result<(), AppError> {
        let import = self.load(id).await?;
        if import.state.is_work() {
            self.mark_interrupted(&import).await
        } else {
            Ok(())
        }
    }

    async fn mark_interrupted(&self, import: &Import) -> Result<(), AppError> {
        let summary = Summary {
            stopped_in: Some(import.state),
            ..import.summary.clone()
        };
        let to = import.moved(State::Interrupted, 0, &summary, self.now_ms());
        self.advance(import.state, &to).await
    }

    /// Takes an interrupted upload up again from its last complete step, in the background.
    pub async fn resume(&self, import: &Import) -> Result<(), AppError> {
        let step = match self.reopen(import).await? {
            State::Reading => Step::Read,
            _ => Step::Compare,
        };
        self.start(step, &import.stored.id).await
    }

    /// The state from which an interrupted upload goes on; it stands there afterwards.
    async fn reopen(&self, import: &Import) -> Result<State, AppError> {
        import.require(&[State::Interrupted])?;
        let read = import.summary.stopped_in != Some(State::Reading);
        let to = if read {
            State::Comparing
        } else {
            State::Reading
        };
        let summary = Summary {
            stopped_in: None,
            ..import.summary.clone()
        };
        if !read {
            let mut scratch = self.app.db.scratch().await?;
            import::drop_rows(&mut scratch.inside(), import::Lot::Rows, &import.stored.id).await?;
            scratch.commit().await?;
        }
        self.advance(
            State::Interrupted,
            &import.moved(to, 0, &summary, self.now_ms()),
        )
        .await?;
        Ok(to)
    }

    /// Forgets uploads that have not moved for longer than they are kept, with their error files.
    pub(super) async fn expire(&self) -> Result<(), AppError> {
        let mut reader = self.app.db.read().await?;
        let retention = catalog::rulebook(&mut reader).await?.retention;
        let before = self.now_ms() - retention.import_ms();
        let old = import::idle_since(&mut reader, before).await?;
        drop(reader);
        for stored in old {
            self.discard_file(&stored.id).await;
            let mut scratch = self.app.db.scratch().await?;
            import::forget(&mut scratch.inside(), &stored.id).await?;
            scratch.commit().await?;
        }
        Ok(())
    }

    /// Removes what a killed program left of files that were still arriving.
    async fn drop_half_files(&self) {
        let Ok(mut entries) = tokio::fs::read_dir(&self.folder).await else {
            return;
        };
        while let Ok(Some(entry)) = entries.next_entry().await {
            if entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "part")
            {
                // What cannot be removed is tried again at the next start.
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
    }

    /// A counter for work that is waited for, as the command line does.
    #[must_use]
    pub fn counter() -> Run {
        Run::awaited()
    }
}
