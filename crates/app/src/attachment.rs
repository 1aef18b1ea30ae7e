//! Keeping and opening attachments: sealed under the storage key before anything leaves memory, named by
//! the hash of the ciphertext in a traced row (`docs/adr/0013`).
//!
//! Content is kept first, then the act that names it is recorded: an act that is refused leaves bytes
//! that no row names, which [`App::tidy_attachments`] removes after a day, and never a row without its
//! content. What is opened is in memory as a whole, so it is bounded: by the length its row states, and that by
//! [`MOST`].

use std::time::Duration;

use store::attachment::{self, Attachment, Form, Label, Owner};
use store::{KeptBlob, Reader, Recording, StoreError};

use crate::aside::aside;
use crate::sealing::{Opener, Sealer};
use crate::{App, AppError};

/// Most bytes one attachment may have, before it is sealed and when it is open again, for then it is in memory as a
/// whole: 350 for each of three million tickets.
const MOST: u64 = 1 << 30;

/// Most bytes of what is stored of it; sealing and packing add less than that.
const MOST_SEALED: u64 = MOST + MOST / 64;

/// Most bytes of a secret as it is stored.
const MOST_SECRET: u64 = 4 << 10;

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

    /// Under which name it will be attached.
    pub(crate) fn name(&self) -> &str {
        &self.label.name
    }

    /// It, unless `owner` has one of this name already.
    pub(crate) async fn unless_there(
        self,
        reader: &mut Reader,
        owner: Owner<'_>,
    ) -> Result<Option<Self>, StoreError> {
        let there = attachment::of_name(reader, owner, &self.label.name).await?;
        Ok(there.is_none().then_some(self))
    }
}

impl App {
    /// Compresses, seals and keeps a text that will belong to `owner`.
    pub(crate) async fn keep_sealed(
        &self,
        owner: Owner<'_>,
        name: &str,
        content: &[u8],
    ) -> Result<Waiting, StoreError> {
        self.keep_sealed_as(owner, (name, "text/plain; charset=utf-8"), content)
            .await
    }

    /// The same of a content of this name and media type.
    pub(crate) async fn keep_sealed_as(
        &self,
        owner: Owner<'_>,
        (name, media_type): (&str, &str),
        content: &[u8],
    ) -> Result<Waiting, StoreError> {
        if content.len() as u64 > MOST {
            return Err(StoreError::TooLarge { most: MOST });
        }
        let mut sealer = Sealer::new(&self.storage_key, &*self.entropy, &owner.place(name));
        let mut writer = self.db.keep(MOST_SEALED);
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
                media_type: media_type.to_owned(),
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
        let mut writer = self.db.keep(MOST_SECRET);
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
        let label = &found.label;
        if label.length > MOST {
            let length = label.length;
            return Err(unusable(
                found,
                format!("登记为 {length} 字节，超过一份最多的 {MOST} 字节，没有打开"),
            ));
        }
        let plain = match label.form {
            Form::Plain => Some(self.stored(found, label.length).await?),
            Form::Secret => {
                let sealed = self.stored(found, MOST_SECRET).await?;
                self.storage_key.open(&owner.secret_place(), &sealed)
            }
            Form::Sealed => self.unseal(&owner.place(&label.name), found).await?,
        };
        plain
            .filter(|plain| plain.len() as u64 == label.length)
            .ok_or_else(|| unusable(found, "用 keys/storage.key 打不开".to_owned()))
    }

    /// What is stored, if it is no longer than it may be.
    async fn stored(&self, found: &Attachment, most: u64) -> Result<Vec<u8>, StoreError> {
        let whole = self.db.content(found.sha256).whole(most).await;
        whole.map_err(|error| match error {
            StoreError::TooLarge { most } => unusable(found, longer_than(most)),
            other => other,
        })
    }

    async fn unseal(&self, place: &str, found: &Attachment) -> Result<Option<Vec<u8>>, StoreError> {
        let length = found.label.length;
        let mut opener = Opener::new(&self.storage_key, place, length);
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
                None if opener.is_longer() => return Err(unusable(found, longer_than(length))),
                None => return Ok(None),
            }
        }
        match opener.finish() {
            Some(rest) => {
                plain.extend(rest);
                Ok(Some(plain))
            }
            None if opener.is_longer() => Err(unusable(found, longer_than(length))),
            None => Ok(None),
        }
    }

    /// Removes content no act came to name within a day; returns how many. For the upkeep.
    pub async fn tidy_attachments(&self) -> Result<u64, AppError> {
        Ok(self.db.drop_orphans(GRACE).await?)
    }
}

fn longer_than(most: u64) -> String {
    format!("打开后比登记的 {most} 字节长，到此为止")
}

fn unusable(found: &Attachment, why: String) -> StoreError {
    StoreError::Content {
        sha256: found.sha256.to_string(),
        why,
    }
}
