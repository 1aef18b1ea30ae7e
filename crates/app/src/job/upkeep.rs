//! Signs of life, what a stopped process left, and what is too old to keep.

use std::time::Duration;

use store::job::{self, StoredJob};
use store::{Engine, catalog};

use super::{AfterStop, Broken, JobState, Jobs, Outcome, Run};
use crate::{AppError, RowOf};

/// How long a process is believed alive without a sign.
const LEASE_MS: i64 = 60 * 1000;
const BEAT: Duration = Duration::from_secs(5);

impl Jobs {
    pub(super) fn lease_until_ms(&self) -> i64 {
        self.now_ms() + LEASE_MS
    }

    /// Sends signs of life as long as there is a job.
    pub(super) fn keep_beating(&self) {
        {
            let mut desk = self.desk();
            if std::mem::replace(&mut desk.beating, true) {
                return;
            }
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(BEAT);
            tick.tick().await;
            loop {
                tick.tick().await;
                {
                    let mut desk = jobs.desk();
                    if desk.is_idle() {
                        desk.beating = false;
                        return;
                    }
                }
                // A sign that cannot be given now is given at the next beat.
                let _ = jobs.beat().await;
            }
        });
    }

    /// One sign of life for every job of this process, with how far each is; and what others asked
    /// of them meanwhile: a stop, or nothing any more because another process took them over.
    pub async fn beat(&self) -> Result<(), AppError> {
        self.settle_doubted().await?;
        let runs = self.desk().runs();
        if runs.is_empty() {
            return Ok(());
        }
        let mut scratch = self.0.app.db.sign().await?;
        for run in &runs {
            let (stage, done, total) = run.so_far();
            let mine = (run.id(), self.0.holder.as_str());
            let far = (stage.as_str(), done, total);
            let held = job::beat(&mut scratch.inside(), mine, far, self.lease_until_ms()).await?;
            let asked = job::get(scratch.reader(), run.id())
                .await?
                .is_none_or(|stored| stored.stop_asked);
            if !held || asked {
                run.stop();
            }
        }
        scratch.commit().await?;
        Ok(())
    }

    /// Orders whose COMMIT was not answered: what stands after all begins as ordered. What does not show by the
    /// end of its lease was never written; should it show later, the upkeep finds it without anybody at work.
    async fn settle_doubted(&self) -> Result<(), AppError> {
        let doubted = self.desk().take_doubted();
        let mut rest = doubted.clone();
        for (id, until_ms) in doubted {
            let found = match self.0.app.db.read().await {
                Ok(mut reader) => job::get(&mut reader, &id).await,
                Err(error) => Err(error),
            };
            match found {
                Ok(None) if self.now_ms() <= until_ms => continue,
                Ok(None) => {}
                Ok(Some(stored)) => self.begin_after_all(stored),
                Err(error) => {
                    self.desk().put_back(rest);
                    return Err(error.into());
                }
            }
            rest.retain(|(known, _)| *known != id);
        }
        self.desk().put_back(rest);
        Ok(())
    }

    fn begin_after_all(&self, stored: StoredJob) {
        let ours = stored.holder == self.0.holder && stored.state == JobState::Waiting.name();
        if let (true, Some(kind)) = (ours, self.kind(&stored.kind)) {
            self.take_in(kind, stored);
        }
    }

    /// Deals with what a process left that stopped in the middle: some work begins anew, the rest is
    /// marked interrupted. For the start of the program, before the first request; how many there
    /// were. On SQLite there is one server, so whatever another process holds is left over; on
    /// PostgreSQL whatever has given no sign of life for the time of its lease.
    /// A row that cannot be read is named in the record of the server and left alone.
    pub async fn recover(&self) -> Result<usize, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::under_way(&mut reader).await?;
        drop(reader);
        let unreadable = found.into_iter().filter_map(|listed| listed.job.err());
        unreadable.for_each(|error| RowOf::Jobs.passed_over(&error.into()));
        let own = self.0.app.db.engine() == Engine::Sqlite;
        let mine = self.0.holder.as_str();
        self.take_over(|stored, now_ms| {
            (own && stored.holder != mine) || stored.lease_until_ms < now_ms
        })
        .await
    }

    /// The same beside the pages, from time to time; forgets what is old as well.
    pub async fn upkeep(&self) -> Result<(), AppError> {
        self.take_over(|stored, now_ms| stored.lease_until_ms < now_ms)
            .await?;
        self.pump();
        self.expire().await
    }

    async fn take_over(&self, dead: impl Fn(&StoredJob, i64) -> bool) -> Result<usize, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::under_way(&mut reader).await?;
        drop(reader);
        let now_ms = self.now_ms();
        let mut count = 0;
        for stored in found.into_iter().filter_map(|listed| listed.job.ok()) {
            // What this process holds and does not do could not be written down when it ended.
            let undone = stored.holder != self.0.holder || self.desk().run_of(&stored.id).is_none();
            if undone && dead(&stored, now_ms) {
                count += 1;
                self.take_up(stored).await?;
            }
        }
        Ok(count)
    }

    /// One job of a dead process. Of several processes that find it only one goes on.
    async fn take_up(&self, stored: StoredJob) -> Result<(), AppError> {
        let kind = self.kind(&stored.kind);
        // This process has not stopped: what it did ended in a way that could not be written down.
        let unkept = (stored.holder == self.0.holder).then(Self::unkept);
        let after = match &kind {
            Some(kind) if !stored.stop_asked => kind.after_stop(),
            _ => AfterStop::Offered,
        };
        let to = match after {
            AfterStop::Resumed => StoredJob {
                state: JobState::Waiting.name().to_owned(),
                holder: self.0.holder.clone(),
                lease_until_ms: self.lease_until_ms(),
                updated_at_ms: self.now_ms(),
                ..stored.clone()
            },
            AfterStop::Offered => StoredJob {
                state: JobState::Interrupted.name().to_owned(),
                outcome: Outcome::kept(unkept.clone()).to_json(),
                holder: String::new(),
                updated_at_ms: self.now_ms(),
                ..stored.clone()
            },
        };
        let mut scratch = self.0.app.db.scratch().await?;
        let moved = job::advance(&mut scratch.inside(), &stored.holder, &to).await?;
        scratch.commit().await?;
        if let (true, Some(kind)) = (moved, kind) {
            match after {
                AfterStop::Resumed => self.take_in(kind, to),
                AfterStop::Offered => {
                    let run = Run::of(self.clone(), to);
                    if let Some(refusal) = unkept {
                        run.break_off(Broken {
                            refusal,
                            worth_again: true,
                        });
                    }
                    kind.stopped(&run).await;
                }
            }
        }
        Ok(())
    }

    /// Forgets jobs that ended longer ago than they are kept, and files nobody waits for.
    pub async fn expire(&self) -> Result<(), AppError> {
        let mut reader = self.0.app.db.read().await?;
        let retention = catalog::rulebook(&mut reader).await?.retention;
        let before = self.now_ms() - retention.job_ms();
        let old = job::ended_before(&mut reader, before).await?;
        drop(reader);
        for id in old {
            let mut scratch = self.0.app.db.scratch().await?;
            job::forget(&mut scratch.inside(), &id).await?;
            scratch.commit().await?;
        }
        self.sweep().await;
        Ok(())
    }
}
