//! Third piece of long work: the decision is carried out, once, as one event.

use domain::id::EventId;
use domain::premise::Premise;
use domain::refusal::Code;
use store::StoreError;
use store::import::StoredImport;

use super::step::Step;
use super::{Altered, Import, Samples, Staging, State, Summary};
use crate::AppError;
use crate::import::{By, Closing, Ending, Rows, Tally, Written, write};
use crate::job::{KeptRefusal, Run};

static ELSEWHERE: Code = Code::new(
    "IMPT-082",
    "写入时名录正被别处改动，这次没有写入任何一行。",
    None,
    "已重新比对，请看过新的数字再导入；一再这样的，请同事暂停改动名录几分钟。",
);

impl Staging {
    /// Carries out a decision in the background. Call it once per [`Staging::claim`]; another call
    /// finds the work done and does nothing.
    pub async fn start_applying(&self, id: &str) -> Result<(), AppError> {
        self.start(Step::Apply, id).await
    }

    /// Takes the decision on what was shown; the upload is then ready to be written, as it was read here and not
    /// otherwise.
    pub async fn claim(
        &self,
        import: &Import,
        shown: &Premise,
        only_good: bool,
    ) -> Result<(), AppError> {
        import.require_previewed(shown)?;
        import.require_sound()?;
        import.require(&[State::Previewed])?;
        let summary = Summary {
            only_good,
            stale: false,
            refusal: None,
            ..import.summary.clone()
        };
        let to = import.moved(State::Applying, 0, &summary, self.now_ms());
        self.advance(import, to).await
    }

    /// Writes everything as one event. A refusal is kept with the upload, which then waits for
    /// another decision; a register that changed since the preview is compared anew.
    pub async fn apply(&self, id: &str, run: &Run) -> Result<(), AppError> {
        let import = self.load(id).await?;
        import.require(&[State::Applying])?;
        if !import.is_sound() {
            return self.end_altered(&import, Altered::Row).await;
        }
        let written = self.write(&import, run).await;
        let refusal: KeptRefusal = match written {
            Ok(Written::Done(..)) => return Ok(()),
            Ok(Written::Stale(_)) => return self.compare_again(&import, None, run).await,
            Ok(Written::Altered) => return self.end_altered(&import, Altered::Lines).await,
            Err(AppError::Store(StoreError::Conflict { .. })) => {
                let refusal = (&ELSEWHERE.refuse(&[])).into();
                return self.compare_again(&import, Some(refusal), run).await;
            }
            Err(AppError::Refused(refusal)) => (&refusal).into(),
            Err(AppError::Store(error @ (StoreError::Busy | StoreError::ClockSetBack { .. }))) => {
                (&error).into()
            }
            Err(other) => return Err(other),
        };
        let summary = Summary {
            refusal: Some(refusal),
            ..import.summary.clone()
        };
        let to = import.moved(State::Previewed, 0, &summary, self.now_ms());
        self.advance(&import, to).await
    }

    async fn write(&self, import: &Import, run: &Run) -> Result<Written, AppError> {
        let columns = import.columns();
        let closing = Closing {
            import,
            now_ms: self.now_ms(),
        };
        // The ending of files that are swept away after a crash.
        let beside = self.file_of(&import.stored.id).with_extension("part");
        let ending = Ending {
            only_good: import.summary.only_good,
            expected: import.summary.tally,
            file_hash: Some(&import.summary.file.sha256),
            lines_hash: Some(&import.summary.rows_sha256),
            run,
            beside: Some(&beside),
            by: By::Uploader(closing),
        };
        let rows = Rows::Staged(&import.stored.id);
        write(&self.app, &import.sheet(&columns), rows, ending).await
    }

    async fn compare_again(
        &self,
        import: &Import,
        refusal: Option<KeptRefusal>,
        run: &Run,
    ) -> Result<(), AppError> {
        let summary = Summary {
            stale: true,
            refusal,
            ..import.summary.clone()
        };
        let to = import.moved(State::Comparing, 0, &summary, self.now_ms());
        self.advance(import, to).await?;
        self.compare(&import.stored.id, run).await
    }
}

impl Import {
    /// The upload at its end: numbers, event and faults; everything else of its rows is gone.
    pub(crate) fn receipt(&self, tally: &Tally, event: &EventId, now_ms: i64) -> StoredImport {
        let faults = self.summary.samples.faults.clone();
        let summary = Summary {
            written: Some(*tally),
            event: Some(event.as_str().to_owned()),
            head: Vec::new(),
            samples: Samples {
                faults,
                ..Samples::default()
            },
            ..self.summary.clone()
        };
        self.moved(State::Done, tally.rows(), &summary, now_ms)
    }
}
