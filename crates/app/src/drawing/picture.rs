//! The picture of what a public source showed: of the dice as they lay, or of the notice of a lottery. It is kept sealed
//! with its attempt, under its SHA-256, which the entry names (SPEC-draw §3.5); the second account reads it, and whoever
//! supervises the draw holds it against what was entered.
//!
//! Deliberately absent: looking into the picture. Whether it shows what was entered is for people to say.

use std::sync::Arc;

use domain::campaign::entry::{SourceEntry, SourceEvidence};
use domain::event::Event;
use domain::id::{CampaignNo, Fingerprint};
use domain::refusal::Code;
use sha2::{Digest as _, Sha256};
use store::attachment::{self, Owner};
use store::campaign::{self, StoredCampaign};
use store::{Reader, Tx, hex};

use crate::attachment::Waiting;
use crate::{App, AppError};

/// Most bytes of a picture: what a telephone takes, with room.
pub const MOST: usize = 8 << 20;

/// The kinds of pictures, by how their files begin.
const KINDS: [(&[u8], &str); 2] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
];

/// A file that begins as no picture does.
pub static NO_PICTURE: Code = Code::new(
    "DRAW-077",
    "选取的文件不是 JPEG 或 PNG 图片。",
    Some("shuang/2 第 3.5 节"),
    "拍照或截屏保存为 JPG 或 PNG 再选；HEIC、PDF 先另存为 JPG。",
);

/// A picture as it was sent, not kept yet.
#[derive(Clone, Debug)]
pub struct Picture {
    bytes: Arc<[u8]>,
    media_type: &'static str,
    sha256: Fingerprint,
}

/// A picture as it is kept.
#[derive(Clone, Debug)]
pub struct KeptPicture {
    /// The file, byte for byte as it was sent.
    pub bytes: Vec<u8>,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
}

/// Of which kind a file is, if it begins as a picture does.
pub(crate) fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let mut kinds = KINDS.iter();
    let (_, media_type) = kinds.find(|(start, _)| bytes.starts_with(start))?;
    Some(media_type)
}

impl Picture {
    /// Whether a file begins as a picture does; one that does not is [`NO_PICTURE`].
    #[must_use]
    pub fn is_one(bytes: &[u8]) -> bool {
        kind_of(bytes).is_some()
    }

    /// A file that begins as a picture of a known kind does; any other is [`NO_PICTURE`].
    #[must_use]
    pub fn read(bytes: &Arc<[u8]>) -> Option<Self> {
        let media_type = kind_of(bytes)?;
        let sha256 = Fingerprint::parse(&hex(&Sha256::digest(bytes)));
        Some(Self {
            sha256: sha256.expect("32 bytes in hexadecimal digits are a fingerprint"),
            media_type,
            bytes: Arc::clone(bytes),
        })
    }
}

/// Where a value comes from: the words, and the picture sent now or, where the account mends its own entry and sends
/// none, the one sent before.
pub(super) fn evidence(
    source: &str,
    picture: Option<&Picture>,
    before: Option<&SourceEntry>,
) -> Option<SourceEvidence> {
    let before = before.and_then(|entry| entry.evidence.as_ref());
    let picture = picture.map(|picture| &picture.sha256);
    let picture = picture.or(before.map(|evidence| &evidence.picture))?;
    Some(SourceEvidence {
        source: source.trim().to_owned(),
        picture: picture.clone(),
    })
}

/// The attempt that stands, whose pictures are asked for.
fn attempt_of(stored: &StoredCampaign) -> Owner<'_> {
    Owner::Attempt(&stored.campaign.id, stored.campaign.state.attempt())
}

fn name_of(sha256: &Fingerprint) -> String {
    format!("picture-{sha256}")
}

/// A picture that waits, if an entry names it and it is not kept yet: a second reader's is not looked at.
pub(super) async fn wanted(
    reader: &mut Reader,
    of: &StoredCampaign,
    kept: Option<Waiting>,
) -> Result<Option<Waiting>, AppError> {
    let state = &of.campaign.state;
    let entries = [state.dice_entry(), state.beacon_entry()].into_iter();
    let mut named = entries
        .flatten()
        .filter_map(|entry| entry.evidence.as_ref());
    match kept {
        Some(kept) if named.any(|evidence| name_of(&evidence.picture) == kept.name()) => {
            Ok(kept.unless_there(reader, attempt_of(of)).await?)
        }
        _ => Ok(None),
    }
}

impl App {
    /// Keeps a picture that the act to come will attach to the attempt.
    pub(super) async fn keep_picture(
        &self,
        owner: Owner<'_>,
        picture: Option<&Picture>,
    ) -> Result<Option<Waiting>, AppError> {
        let Some(picture) = picture else {
            return Ok(None);
        };
        let name = name_of(&picture.sha256);
        let label = (name.as_str(), picture.media_type);
        let kept = self.keep_sealed_as(owner, label, &picture.bytes).await?;
        Ok(Some(kept))
    }

    /// The same for the attempt that stands.
    pub(super) async fn picture_for(
        &self,
        number: &CampaignNo,
        picture: Option<&Picture>,
    ) -> Result<Option<Waiting>, AppError> {
        if picture.is_none() {
            return Ok(None);
        }
        let stored = campaign::by_number(&mut self.db.read().await?, number).await?;
        self.keep_picture(attempt_of(&stored), picture).await
    }

    /// Writes an entry of the attempt that stands, and whose picture it names.
    pub(super) async fn write_entry(
        &self,
        mut tx: Tx,
        stored: &StoredCampaign,
        event: Event,
        kept: Option<Waiting>,
    ) -> Result<(), AppError> {
        let kept = wanted(&mut tx, stored, kept).await?;
        let mut rec = tx.record(event, self.confidential())?;
        campaign::write(&mut rec, stored).await?;
        if let Some(kept) = &kept {
            kept.attach(&mut rec, attempt_of(stored)).await?;
        }
        rec.commit().await?;
        Ok(())
    }

    /// Whether the picture an entry names is kept: not of attempts before the program kept pictures.
    ///
    /// # Errors
    /// What the store says of the view.
    pub async fn has_picture(
        &self,
        reader: &mut Reader,
        of: &StoredCampaign,
        sha256: &Fingerprint,
    ) -> Result<bool, AppError> {
        let found = attachment::of_name(reader, attempt_of(of), &name_of(sha256)).await?;
        Ok(found.is_some())
    }

    /// The picture an entry of this attempt names; none if it is not kept.
    ///
    /// # Errors
    /// What the store says of the row or the content.
    pub async fn picture(
        &self,
        of: &StoredCampaign,
        sha256: &Fingerprint,
    ) -> Result<Option<KeptPicture>, AppError> {
        let owner = attempt_of(of);
        let mut reader = self.db.read().await?;
        let found = attachment::of_name(&mut reader, owner, &name_of(sha256)).await?;
        drop(reader);
        let Some(found) = found else {
            return Ok(None);
        };
        Ok(Some(KeptPicture {
            bytes: self.open_attachment(owner, &found).await?,
            media_type: found.label.media_type,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_how_its_file_begins_and_named_by_its_hash() {
        let read = |bytes: &[u8]| Picture::read(&bytes.into());
        let whole = b"\xff\xd8\xff\xe0 dice";
        let jpeg = read(whole).unwrap();
        assert_eq!(jpeg.media_type, "image/jpeg");
        let hash = draw::Suite::Sha256.bytes(whole).to_string();
        assert_eq!(jpeg.sha256.as_str(), hash);
        let png = read(b"\x89PNG\r\n\x1a\n notice").unwrap();
        assert_eq!(png.media_type, "image/png");
        for other in ["", "<svg xmlns='http://www.w3.org/2000/svg'>", "%PDF-1.7"] {
            assert!(read(other.as_bytes()).is_none(), "{other}");
        }
    }
}
