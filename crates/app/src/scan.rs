//! The scan of a signed paper: a PDF or a picture, kept sealed with its paper and named by its SHA-256.
//!
//! Deliberately absent: looking into it. Whether it shows what was typed is for people to say.

use std::sync::Arc;

use domain::id::{Fingerprint, PaperId};
use sha2::{Digest as _, Sha256};
use store::attachment::{self, Owner};
use store::{StoreError, hex};

use crate::attachment::Waiting;
use crate::drawing::kind_of;
use crate::{App, AppError};

/// The media type of a scan that is no picture.
pub const PDF: &str = "application/pdf";

/// Under which name a paper has it.
const NAME: &str = "scan";

/// A scan as it was sent, not kept yet.
#[derive(Clone, Debug)]
pub struct Scan {
    bytes: Arc<[u8]>,
    media_type: &'static str,
    sha256: Fingerprint,
}

/// A scan as it is kept.
#[derive(Clone, Debug)]
pub struct KeptScan {
    /// The file, byte for byte as it was sent.
    pub bytes: Vec<u8>,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub media_type: String,
}

impl Scan {
    /// A file that begins as a PDF or a picture of a known kind does.
    #[must_use]
    pub fn read(bytes: &Arc<[u8]>) -> Option<Self> {
        let is_pdf = bytes.starts_with(b"%PDF-");
        let media_type = kind_of(bytes).or(is_pdf.then_some(PDF))?;
        let sha256 = Fingerprint::parse(&hex(&Sha256::digest(bytes)));
        Some(Self {
            sha256: sha256.expect("32 bytes in hexadecimal digits are a fingerprint"),
            media_type,
            bytes: Arc::clone(bytes),
        })
    }

    /// The SHA-256 of the file.
    #[must_use]
    pub const fn sha256(&self) -> &Fingerprint {
        &self.sha256
    }
}

impl App {
    /// Keeps a scan that the act to come will attach to its paper.
    pub(crate) async fn keep_scan(
        &self,
        paper: &PaperId,
        scan: &Scan,
    ) -> Result<Waiting, StoreError> {
        let label = (NAME, scan.media_type);
        self.keep_sealed_as(Owner::Paper(paper), label, &scan.bytes)
            .await
    }

    /// The scan of a paper; none if it has none.
    ///
    /// # Errors
    /// What the store says of the row or the content.
    pub async fn scan_of(&self, paper: &PaperId) -> Result<Option<KeptScan>, AppError> {
        let owner = Owner::Paper(paper);
        let mut reader = self.db.read().await?;
        let found = attachment::of_name(&mut reader, owner, NAME).await?;
        drop(reader);
        let Some(found) = found else {
            return Ok(None);
        };
        Ok(Some(KeptScan {
            bytes: self.open_attachment(owner, &found).await?,
            media_type: found.label.media_type,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_a_pdf_or_a_picture_by_how_its_file_begins_and_named_by_its_hash() {
        let read = |bytes: &[u8]| Scan::read(&bytes.into());
        for (whole, kind) in [
            (&b"%PDF-1.7 signed"[..], "application/pdf"),
            (b"\xff\xd8\xff\xe0 signed", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n signed", "image/png"),
        ] {
            let scan = read(whole).unwrap();
            assert_eq!(scan.media_type, kind);
            let hash = draw::Suite::Sha256.bytes(whole).to_string();
            assert_eq!(scan.sha256().as_str(), hash);
        }
        for other in ["", "PK\u{3}\u{4} a document", "<html>%PDF-1.7", " %PDF-1.7"] {
            assert!(read(other.as_bytes()).is_none(), "{other}");
        }
    }
}
