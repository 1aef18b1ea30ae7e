//! How long is kept what nobody has decided to keep (个人信息保护法第十九条): uploads and drafts. What
//! has been done stands in the log and is not kept by these figures.

use serde::Serialize;

use super::Reader;

/// Days of keeping.
#[doc(alias = "保留日数")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// Uploads, receipts and error files of imports.
    pub import_days: u32,
    /// A draft nobody sent, since it was last saved.
    pub draft_days: u32,
}

impl Retention {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let import_days = reader.number("retention.import_days", 1, 366);
        let draft_days = reader.number("retention.draft_days", 1, 366);
        Some(Self {
            import_days: import_days?,
            draft_days: draft_days?,
        })
    }

    /// How long uploads are kept.
    #[must_use]
    pub fn import_ms(&self) -> i64 {
        milliseconds(self.import_days)
    }

    /// How long drafts are kept.
    #[must_use]
    pub fn draft_ms(&self) -> i64 {
        milliseconds(self.draft_days)
    }
}

fn milliseconds(days: u32) -> i64 {
    i64::from(days) * 24 * 3_600_000
}
