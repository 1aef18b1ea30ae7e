//! Keeping and opening attachments: sealed under the storage key before anything leaves memory, named by
//! the hash of the ciphertext in a traced row (`docs/adr/0013`).
//!
//! Content is kept first, then the act that names it is recorded: an act that is refused leaves bytes
//! that no row names, which [`App::tidy_attachments`] removes after a day, and never a row without its
//! content.

use std::time::Duration;

use store::attachment::{self, Attachment, Form, Label, Owner};
use store::{KeptBlob, Reader, Recording, StoreError};

use crate::aside::aside;
use crate::sealing::{Opener, Sealer};
use crate::{App, AppError};

/// Most bytes one attachment may have once it is sealed: far beyond the order of three million tickets.
const MOST: u64 = 4 << 30;

/// Bytes sealed at a time.
const PART: usize = 256 * 1024;

/// How long content may lie unnamed: longer than any act takes from keeping it to its commit.
const GRACE: Duration = Duration::from_hours(24);

/// Content that is kept and waits for the act that names it.
pub(crate) struct Waiting {
    label: Label,
    kept: KeptBlob,
}

impl Waiting {
    /// Names it, as part of an act.
    pub(crate) async fn attach(
        &self,
        rec: &mut Recording,
        owner: Owner<'_>,
    ) -> Result<(), StoreError> {
        attachment::attach(rec, owner, &self.label, &self.kept).await
    }
}

impl App {
    /// Compresses, seals and keeps a content that will belong to `owner`.
    pub(crate) async fn keep_sealed(
        &self,
        owner: Owner<'_>,
        name: &str,
        content: &[u8],
    ) -> Result<Waiting, StoreError> {
        let mut sealer = Sealer::new(&self.storage_key, &*self.entropy, &owner.place(name));
        let mut writer = self.db.keep(MOST);
        for part in content.chunks(PART) {
            let part = part.to_vec();
            let sealed;
            (sealer, sealed) = aside(move || {
                let sealed = sealer.push(&part);
                (sealer, sealed)
            })
            .await;
            writer.write(&sealed).await?;
        }
        writer.write(&sealer.finish()).await?;
        Ok(Waiting {
            label: Label {
                name: name.to_owned(),
                media_type: "text/plain; charset=utf-8".to_owned(),
                form: Form::Sealed,
                length: content.len() as u64,
            },
            kept: writer.finish().await?,
        })
    }

    /// Encrypts and keeps a few secret bytes that will belong to `owner`.
    pub(crate) async fn keep_secret(
        &self,
        owner: Owner<'_>,
        name: &str,
        secret: &[u8],
    ) -> Result<Waiting, StoreError> {
        let place = owner.secret_place();
        let mut writer = self.db.keep(MOST);
        writer
            .write(&self.storage_key.seal(&*self.entropy, &place, secret))
            .await?;
        Ok(Waiting {
            label: Label {
                name: name.to_owned(),
                media_type: "application/octet-stream".to_owned(),
                form: Form::Secret,
                length: secret.len() as u64,
            },
            kept: writer.finish().await?,
        })
    }

    /// An attachment as it was before it was kept, opened; `None` if the owner has none of this name.
    pub async fn attached(
        &self,
        reader: &mut Reader,
        owner: Owner<'_>,
        name: &str,
    ) -> Result<Option<Vec<u8>>, AppError> {
        match attachment::of_name(reader, owner, name).await? {
            Some(found) => Ok(Some(self.open_attachment(owner, &found).await?)),
            None => Ok(None),
        }
    }

    /// What a row names, opened.
    pub(crate) async fn open_attachment(
        &self,
        owner: Owner<'_>,
        found: &Attachment,
    ) -> Result<Vec<u8>, StoreError> {
        let name = &found.label.name;
        self.unwrapped(owner, found)
            .await
            .map_err(|error| match error {
                StoreError::Content { sha256, why } => StoreError::Content {
                    sha256,
                    why: format!("（{}）{why}", owner.place(name)),
                },
                other => other,
            })
    }

    async fn unwrapped(&self, owner: Owner<'_>, found: &Attachment) -> Result<Vec<u8>, StoreError> {
        let (label, sha256) = (&found.label, found.sha256);
        let plain = match label.form {
            Form::Plain => Some(self.db.content(sha256).whole(MOST).await?),
            Form::Secret => {
                let sealed = self.db.content(sha256).whole(MOST).await?;
                self.storage_key.open(&owner.secret_place(), &sealed)
            }
            Form::Sealed => self.unseal(&owner.place(&label.name), found).await?,
        };
        plain
            .filter(|plain| plain.len() as u64 == label.length)
            .ok_or_else(|| StoreError::Content {
                sha256: sha256.to_string(),
                why: "用 keys/storage.key 打不开".to_owned(),
            })
    }

    async fn unseal(&self, place: &str, found: &Attachment) -> Result<Option<Vec<u8>>, StoreError> {
        let mut opener = Opener::new(&self.storage_key, place);
        let mut content = self.db.content(found.sha256);
        let mut plain = Vec::new();
        while let Some(piece) = content.next().await? {
            let part;
            (opener, part) = aside(move || {
                let part = opener.push(&piece);
                (opener, part)
            })
            .await;
            match part {
                Some(part) => plain.extend(part),
                None => return Ok(None),
            }
        }
        if let Some(rest) = opener.finish() {
            plain.extend(rest);
            return Ok(Some(plain));
        }
        Ok(None)
    }

    /// Removes content no act came to name within a day; returns how many. For the upkeep.
    pub async fn tidy_attachments(&self) -> Result<u64, AppError> {
        Ok(self.db.drop_orphans(GRACE).await?)
    }
}
