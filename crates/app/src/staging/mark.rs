//! What an upload is, proved by a mark, and what its rows are, proved by a hash.
//!
//! Uploads on their way lie in untraced tables: no entry of the log says how they were. So the program marks each
//! row it writes under the key of the installation, which is not in the database, and the marked row names the
//! hash of the lines that were staged. Whoever alters a row or a line behind the program's back cannot make either
//! again, and nothing of that upload is written. Deliberately absent: what is shown of it (`shown`).

use domain::refusal::{Code, Refusal};
use sha2::{Digest as _, Sha256};
use store::import::{self, Lot, StoredImport};
use store::{Inside, StoreError};

use super::{Import, Staging, State, Summary};
use crate::crypto::StorageKey;
use crate::{App, AppError};

static ALTERED: Code = Code::new(
    "IMPT-088",
    "这次上传留存的{what}已不是本程序写下的样子，不再使用，名录没有改动。",
    None,
    "重新上传原来的文件；不是在程序升级之前上传的，请系统管理员查明是谁改过。",
);

/// What stands before the mark, which ends the summary.
const BEFORE: &str = ",\"mark\":\"";

/// What of an upload may be found altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Altered {
    /// What is known of it.
    Row,
    /// The file, before it was read.
    File,
    /// The rows that were read.
    Lines,
    /// Those that cannot be imported.
    Faults,
}

impl Altered {
    pub(crate) fn refusal(self) -> Refusal {
        let what = match self {
            Self::Row => "记录",
            Self::File => "文件",
            Self::Lines => "各行内容",
            Self::Faults => "有误的行",
        };
        ALTERED.refuse(&[("what", &what)])
    }
}

/// The hash of lines of rows in their order, while they pass.
#[derive(Clone, Default)]
pub(crate) struct LinesHash(Sha256);

impl LinesHash {
    /// Takes the next line, with its number.
    pub(crate) fn take(&mut self, ordinal: i64, text: &str) {
        self.0.update(ordinal.to_be_bytes());
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
    }

    /// Of all that passed, hex.
    pub(crate) fn hex(self) -> String {
        store::hex(&self.0.finalize())
    }
}

fn mark(key: &StorageKey, stored: &StoredImport, summary: &str) -> String {
    let account = stored.account.as_ref().map(|account| account.as_str());
    let texts = [
        Some(stored.id.as_str()),
        account,
        Some(stored.unit.as_str()),
        Some(&stored.register),
        Some(&stored.file_name),
        Some(&stored.state),
        Some(summary),
    ];
    let text = serde_json::to_vec(&texts).expect("texts always encode");
    store::hex(&key.mark("imports", &text))
}

/// The same row with its mark at the end of its summary.
pub(super) fn marked(key: &StorageKey, stored: StoredImport) -> StoredImport {
    let mark = mark(key, &stored, &stored.summary);
    let open = stored.summary.strip_suffix('}').unwrap_or_default();
    StoredImport {
        summary: format!("{open}{BEFORE}{mark}\"}}"),
        ..stored
    }
}

/// Whether the row is as the program wrote it.
pub(super) fn is_marked(key: &StorageKey, stored: &StoredImport) -> bool {
    let ended = stored.summary.strip_suffix("\"}");
    ended
        .and_then(|text| text.rsplit_once(BEFORE))
        .is_some_and(|(open, found)| mark(key, stored, &format!("{open}}}")) == found)
}

/// Moves an upload on from exactly what was read; false if it stands elsewhere by now. A row that was found altered
/// stays without a mark.
pub(crate) async fn advance(
    app: &App,
    inside: &mut Inside<'_>,
    was: &Import,
    to: StoredImport,
) -> Result<bool, StoreError> {
    let to = if was.sound {
        marked(&app.storage_key, to)
    } else {
        to
    };
    import::advance(inside, &was.stored, &to).await
}

impl Import {
    /// Whether its row is as the program wrote it. Otherwise nothing of it is used but giving it up.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.sound
    }

    /// What is said of a row that is not.
    #[must_use]
    pub fn altered(&self) -> Option<Refusal> {
        (!self.sound).then(|| Altered::Row.refusal())
    }

    pub(super) fn require_sound(&self) -> Result<(), AppError> {
        match self.altered() {
            None => Ok(()),
            Some(refusal) => Err(refusal.into()),
        }
    }
}

impl Staging {
    /// Ends an upload of which something was altered; its rows are forgotten.
    pub(super) async fn end_altered(&self, import: &Import, what: Altered) -> Result<(), AppError> {
        let summary = Summary {
            file: import.summary.file.clone(),
            refusal: Some((&what.refusal()).into()),
            ..Summary::default()
        };
        let to = import.moved(State::Refused, 0, &summary, self.now_ms());
        self.advance(import, to).await?;
        let mut scratch = self.app.db.scratch().await?;
        for lot in [Lot::Rows, Lot::Faults] {
            import::drop_rows(&mut scratch.inside(), lot, &import.stored.id).await?;
        }
        Ok(scratch.commit().await?)
    }
}
