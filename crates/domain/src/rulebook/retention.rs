//! How long is kept what nobody has decided to keep (个人信息保护法第十九条): uploads, drafts, and what is
//! private of somebody who left. What has been done stands in the log and is not kept by these figures.

use serde::Serialize;

use super::declared;
use super::reading::Reader;

/// Terms of keeping.
#[doc(alias = "保留期限")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// Uploads, receipts and error files of imports.
    pub import_days: u32,
    /// A draft nobody sent, since it was last saved.
    pub draft_days: u32,
    /// Outcomes and files of jobs, since they ended.
    pub job_days: u32,
    /// Years for which what is private of an inspector is kept after he left and last acted.
    pub person_years: u32,
}

impl Retention {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        Self {
            import_days: reader.number(&declared::RETENTION_IMPORT_DAYS),
            draft_days: reader.number(&declared::RETENTION_DRAFT_DAYS),
            job_days: reader.number(&declared::RETENTION_JOB_DAYS),
            person_years: reader.number(&declared::RETENTION_PERSON_YEARS),
        }
    }

    /// How long uploads are kept.
    #[must_use]
    pub fn import_ms(&self) -> i64 {
        milliseconds(self.import_days)
    }

    /// How long outcomes and files of jobs are kept.
    #[must_use]
    pub fn job_ms(&self) -> i64 {
        milliseconds(self.job_days)
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
