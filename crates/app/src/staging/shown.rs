//! What a decision on an upload rests on: the upload with its columns, and for the writing the preview as well.
//!
//! No event has written an upload, so its premise is its content alone. How far the work on it has come is no part
//! of it: who gives up what is being read need not have seen the last row read.

use domain::premise::Premise;
use domain::refusal::Code;

use super::Import;
use crate::AppError;
use crate::premise::digest_of;

static MOVED: Code = Code::new(
    "SEEN-004",
    "您打开之后，这次导入的列名对应或比对结果已改过，这一次没有办理，名录没有改动。",
    None,
    "先看现在的内容，再决定；仍要办理的，再按一次。",
);

impl Import {
    fn as_shown(&self) -> String {
        let stored = &self.stored;
        let shown = (
            "mingqian import v1",
            &stored.id,
            stored.account.as_ref().map(|account| account.as_str()),
            stored.unit.as_str(),
            &stored.register,
            &stored.file_name,
            &self.summary.file,
            &self.summary.columns,
        );
        serde_json::to_string(&shown).expect("texts, numbers and maps with text keys always encode")
    }

    /// The premise of acts on the upload itself: matching its columns, giving it up, going on with it.
    #[must_use]
    pub fn premise(&self) -> Premise {
        Premise::of_content(digest_of(&self.as_shown()))
    }

    /// The premise of writing it into the register: rows, columns, and what the preview told of them.
    #[must_use]
    pub fn premise_to_write(&self) -> Premise {
        let summary = &self.summary;
        let shown = (
            self.as_shown(),
            &summary.rows_sha256,
            &summary.tally,
            &summary.samples,
        );
        let text = serde_json::to_string(&shown).expect("texts and numbers always encode");
        Premise::of_content(digest_of(&text))
    }

    pub(super) fn require_shown(&self, shown: &Premise) -> Result<(), AppError> {
        require(shown, &self.premise())
    }

    pub(super) fn require_previewed(&self, shown: &Premise) -> Result<(), AppError> {
        require(shown, &self.premise_to_write())
    }
}

fn require(shown: &Premise, now: &Premise) -> Result<(), AppError> {
    shown.stands(now).map_err(|_| MOVED.refuse(&[]).into())
}
