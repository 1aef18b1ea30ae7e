//! After a restart, after the days for which the rulebook lets an upload be kept, and from time to time: then as
//! a job of the program, so that it takes its turn with other long work and is seen to have been done.
//!
//! What was under way when the program stopped has written nothing: the transaction moves the state
//! to “done” together with the rows. So every such upload is marked interrupted and can be taken up
//! again from its last complete step.

use domain::premise::Premise;
use domain::refusal::Code;
use store::job::{self, ListedJob, StoredJob};
use store::{StoreError, catalog, import};
use tokio::fs;

use super::report;
use super::step::{Step, ordered};
use super::{Import, LinesHash, Staging, State, Summary};
use crate::import::{Register, Rows};
use crate::job::{Broken, JobState, Order, Run};
use crate::part_file::Idle;
use crate::{AppError, RowOf};

static DEAD_END: Code = Code::new(
    "IMPT-087",
    "这次导入接不下去：留下的内容不全，或者程序在它上面出过错。名录没有改动。",
    None,
    "重新选文件上传；这一份可以取消。",
);

static ELSEWHERE: Code = Code::new(
    "IMPT-094",
    "上传的原件不在这台服务器上，没有接着读，也没有改动什么。",
    None,
    "用几台服务器的，到收下文件的那台上继续；原件已经不在的，取消这次导入，重新上传。",
);

/// Clearing asks the rulebook for its terms. One that cannot be read is named where it is needed; it keeps no server
/// from starting.
fn uncleared(error: AppError) -> Result<(), AppError> {
    match error {
        AppError::Store(unread @ (StoreError::Inconsistent { .. } | StoreError::Newer { .. })) => {
            tracing::warn!(
                "{} 过期的上传这一次没有清理：{}",
                unread.code(),
                unread.recorded()
            );
            Ok(())
        }
        other => Err(other),
    }
}

/// The kind of job that clears what nothing names; the program's own.
pub const TIDY: &str = "program.tidy";

/// After how long a step without work is left; ordering the work is the next thing after the step.
const LEFT_MS: i64 = 60 * 1_000;

/// How often that is.
const TIDY_EVERY_MS: i64 = 60 * 60 * 1_000;

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
        for listed in found {
            let import = listed.import.map_err(AppError::from);
            let import = match import.and_then(|stored| Import::of(&self.app, stored)) {
                Ok(import) => import,
                Err(error) => {
                    RowOf::Imports.passed_over(&error);
                    continue;
                }
            };
            // One of the command line is its process's alone, and nobody would take it up: it expires.
            if import.stored.account.is_none() {
                continue;
            }
            let id = &import.stored.id;
            let is_done =
                |listed: &ListedJob| listed.job.as_ref().is_ok_and(|job| &job.about == id);
            if living.iter().any(is_done) {
                continue;
            }
            match self.mark_interrupted(&import, None).await {
                Ok(()) => count += 1,
                // Another process that starts at the same moment was first.
                Err(AppError::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        if let Err(error) = self.expire().await {
            uncleared(error)?;
        }
        self.sweep().await?;
        Ok(count)
    }

    /// The upload as it is to be shown. One that is at a step nobody works on, because the answer to its press was
    /// lost before the work was ordered, is marked interrupted, so that it can be taken up again.
    pub(super) async fn unless_left(&self, import: Import) -> Result<Import, AppError> {
        let idle = self.now_ms() - import.stored.updated_at_ms;
        if import.stored.account.is_none() || !import.state.is_work() || idle < LEFT_MS {
            return Ok(import);
        }
        let mut reader = self.app.db.read().await?;
        let about = job::latest_about(&mut reader, &import.stored.id).await?;
        drop(reader);
        let id = import.stored.id.clone();
        let under_way = [JobState::Waiting, JobState::Running].map(JobState::name);
        if about.is_some_and(|job| under_way.contains(&job.state.as_str()))
            || self.jobs.run_about(&id).is_some()
        {
            return Ok(import);
        }
        match self.mark_interrupted(&import, None).await {
            // Somebody took it up, or marked it, at the same moment.
            Ok(()) | Err(AppError::Refused(_)) => self.load(&id).await,
            Err(other) => Err(other),
        }
    }

    pub(super) async fn interrupt(&self, id: &str, broken: Option<Broken>) -> Result<(), AppError> {
        let import = self.load(id).await?;
        if import.state.is_work() {
            self.mark_interrupted(&import, broken).await
        } else {
            Ok(())
        }
    }

    async fn mark_interrupted(
        &self,
        import: &Import,
        broken: Option<Broken>,
    ) -> Result<(), AppError> {
        let worth_again = broken.as_ref().is_none_or(|broken| broken.worth_again);
        let summary = Summary {
            stopped_in: Some(import.state),
            dead_end: !worth_again || !self.is_whole(import).await,
            broken: broken.map(|broken| broken.refusal),
            ..import.summary.clone()
        };
        let to = import.moved(State::Interrupted, 0, &summary, self.now_ms());
        self.advance(import, to).await
    }

    /// Whether what an unfinished step begins from is all there: the file, or once it was read its rows.
    async fn is_whole(&self, import: &Import) -> bool {
        self.is_whole_at(import.state, import).await
    }

    async fn is_whole_at(&self, step: State, import: &Import) -> bool {
        if step == State::Reading {
            // What cannot be looked at now may be there.
            return fs::try_exists(self.file_of(&import.stored.id))
                .await
                .unwrap_or(true);
        }
        match self.staged(&import.stored.id).await {
            Ok(rows) => rows == import.summary.rows,
            Err(AppError::Store(StoreError::Inconsistent { .. })) => false,
            Err(_) => true,
        }
    }

    /// How many rows of it are staged.
    async fn staged(&self, id: &str) -> Result<u64, AppError> {
        let mut reader = self.app.db.read().await?;
        let (mut count, mut ordinal) = (0, 0);
        while let Some(part) = Rows::Staged(id)
            .part(&mut reader, ordinal, &mut LinesHash::default())
            .await?
        {
            count += part.len() as u64;
            ordinal += 1;
        }
        Ok(count)
    }

    /// Takes an interrupted upload up again from its last complete step, in the background.
    pub async fn resume(&self, import: &Import, shown: &Premise) -> Result<(), AppError> {
        import.require_shown(shown)?;
        import.require_sound()?;
        if import.summary.dead_end {
            return Err(DEAD_END.refuse(&[]).into());
        }
        let unread = import.summary.stopped_in == Some(State::Reading);
        if unread && !self.is_whole_at(State::Reading, import).await {
            return Err(ELSEWHERE.refuse(&[]).into());
        }
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
            broken: None,
            ..import.summary.clone()
        };
        if !read {
            let mut scratch = self.app.db.scratch().await?;
            import::drop_rows(&mut scratch.inside(), import::Lot::Rows, &import.stored.id).await?;
            scratch.commit().await?;
        }
        let moved = import.moved(to, 0, &summary, self.now_ms());
        self.advance(import, moved).await?;
        Ok(to)
    }

    /// Forgets uploads that have not moved for longer than they are kept, with file, rows and faults. At
    /// the start, beside the pages from time to time, and before the next upload.
    pub async fn expire(&self) -> Result<(), AppError> {
        let mut reader = self.app.db.read().await?;
        let retention = catalog::rulebook(&mut reader).await?.retention;
        let before = self.now_ms() - retention.import_ms();
        let old = import::idle_since(&mut reader, before).await?;
        drop(reader);
        for listed in old {
            self.discard_file(&listed.id).await;
            let mut scratch = self.app.db.scratch().await?;
            import::forget(&mut scratch.inside(), &listed.id).await?;
            // Its error file goes with it; what a job left without its row is swept away.
            for register in Register::ALL {
                let about = report::about(register, &listed.id);
                job::forget_about(&mut scratch.inside(), &about).await?;
            }
            scratch.commit().await?;
        }
        Ok(())
    }

    /// Removes files no upload has or will have: what a killed program left.
    async fn sweep(&self) -> Result<(), AppError> {
        let mut idle = Idle::of(&self.folder).await;
        while let Some(file) = idle.next().await {
            let Some(name) = file.name() else { continue };
            let (id, half) = match name.strip_suffix(".part") {
                Some(id) => (id, true),
                None => (name, false),
            };
            let mut reader = self.app.db.read().await?;
            // What is judged waits beside the upload while it is written.
            let counts = match import::get(&mut reader, id).await {
                Ok(found) => found.is_some_and(|stored| {
                    !half || State::parse(&stored.state).is_none_or(State::is_work)
                }),
                // Whatever its row says, the file is its.
                Err(StoreError::Inconsistent { .. }) => true,
                Err(other) => return Err(other.into()),
            };
            drop(reader);
            if !counts {
                file.remove().await;
            }
        }
        Ok(())
    }

    /// What is done beside the pages from time to time: takes up what dead processes left, forgets what is
    /// old, and orders the clearing of what nothing names when its hour has come.
    pub async fn upkeep(&self) -> Result<(), AppError> {
        self.jobs.upkeep().await?;
        let about = self.tidy_about();
        let mut reader = self.app.db.read().await?;
        let last = job::latest_about(&mut reader, &about).await?;
        drop(reader);
        let due = |last: &StoredJob| self.now_ms() - last.started_at_ms >= TIDY_EVERY_MS;
        if last.as_ref().is_none_or(due) {
            // Of those that went well only the last is worth a row.
            if let Some(well) = last.filter(|last| last.state == JobState::Done.name()) {
                let mut scratch = self.app.db.scratch().await?;
                job::forget(&mut scratch.inside(), &well.id).await?;
                scratch.commit().await?;
            }
            let order = Order {
                kind: TIDY,
                owner: None,
                unit: None,
                about,
                input: ordered(),
            };
            self.jobs.start(order).await?;
        }
        Ok(())
    }

    /// Each process clears its own folder.
    fn tidy_about(&self) -> String {
        format!("{TIDY}/{}", self.jobs.holder())
    }

    /// Waits until no clearing is under way in this process.
    pub async fn tidied(&self) {
        self.jobs.settled(&self.tidy_about()).await;
    }

    /// The clearing itself.
    pub(super) async fn tidy(&self, run: &Run) -> Result<(), AppError> {
        run.enter("清理没有登记的内容", None);
        self.app.tidy_attachments().await?;
        run.checkpoint()?;
        run.enter("清理过期的上传", None);
        self.expire().await?;
        run.checkpoint()?;
        self.sweep().await
    }

    /// A counter for work that is waited for, as the command line does.
    #[must_use]
    pub fn counter() -> Run {
        Run::awaited()
    }
}
