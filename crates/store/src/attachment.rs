//! Attachments: which content belongs to whom. The row is traced and names the content by its hash;
//! the bytes lie beside the rows (`kernel::blob`, `docs/adr/0013`).
//!
//! Today S, the frames and orders of a draw are kept so, from OPEN on its other public files, and the scans of signed papers. Deliberately absent: opening what is
//! sealed (`app`), and removing an attachment.

use domain::id::{CampaignId, PaperId};
use tlog::Hash;

use crate::error::StoreError;
use crate::kernel::blob::KeptBlob;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::Row;
use crate::schema::ATTACHMENTS;

/// What an attachment belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'a> {
    /// One attempt of a draw: S, its frames, and the files it gave.
    Attempt(&'a CampaignId, u32),
    /// A signed paper: its scan.
    Paper(&'a PaperId),
}

impl Owner<'_> {
    fn kind(self) -> &'static str {
        match self {
            Self::Attempt(..) => "attempt",
            Self::Paper(_) => "paper",
        }
    }

    fn id(self) -> String {
        match self {
            Self::Attempt(campaign, attempt) => format!("{campaign}/{attempt}"),
            Self::Paper(paper) => paper.to_string(),
        }
    }

    /// Where an attachment of this name stands, as the associated data of what is sealed there: a
    /// ciphertext moved to another place does not open.
    #[must_use]
    pub fn place(self, name: &str) -> String {
        format!("attachments/{}/{}/{name}", self.kind(), self.id())
    }

    /// Where the secret of the owner stands, as the associated data of its ciphertext. In the words of
    /// the first build, whose ciphertexts moved as they were. A paper has no secret.
    #[must_use]
    pub fn secret_place(self) -> String {
        match self {
            Self::Attempt(campaign, attempt) => format!("draw_secrets/{campaign}/{attempt}"),
            Self::Paper(paper) => format!("paper_secrets/{paper}"),
        }
    }
}

/// How the content is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it came.
    Plain,
    /// Compressed, then sealed in pieces under the storage key.
    Sealed,
    /// A few bytes, encrypted in one piece under the storage key: S.
    Secret,
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Sealed => "sealed",
            Self::Secret => "secret",
        }
    }

    fn parse(word: &str) -> Result<Self, &'static str> {
        [Self::Plain, Self::Sealed, Self::Secret]
            .into_iter()
            .find(|form| form.word() == word)
            .ok_or("not a form of content this program knows")
    }
}

/// What an attachment is, apart from its owner and its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name, unique for the owner.
    pub name: String,
    /// What kind of file it is, as HTTP says it.
    pub media_type: String,
    /// How it is stored.
    pub form: Form,
    /// Bytes before compression and sealing.
    pub length: u64,
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub label: Label,
    /// SHA-256 of what is stored.
    pub sha256: Hash,
    /// Bytes of what is stored.
    pub bytes: u64,
}

/// Attaches kept content to its owner.
pub async fn attach(
    rec: &mut Recording,
    owner: Owner<'_>,
    label: &Label,
    kept: &KeptBlob,
) -> Result<(), StoreError> {
    rec.hold(kept).await?;
    rec.insert(&ATTACHMENTS, cells(owner, label, kept)?).await
}

fn cells(owner: Owner<'_>, label: &Label, kept: &KeptBlob) -> Result<Cells, StoreError> {
    Ok(vec![
        ("owner_kind", owner.kind().into()),
        ("owner_id", owner.id().into()),
        ("name", label.name.as_str().into()),
        ("media_type", label.media_type.as_str().into()),
        ("form", label.form.word().into()),
        ("sha256", kept.sha256().to_string().into()),
        ("bytes", column(kept.bytes())?.into()),
        ("length", column(label.length)?.into()),
    ])
}

fn column(size: u64) -> Result<i64, StoreError> {
    i64::try_from(size).map_err(|_| StoreError::TooLarge {
        most: i64::MAX.unsigned_abs(),
    })
}

/// The attachment of that name, if the owner has one.
pub async fn of_name(
    reader: &mut Reader,
    owner: Owner<'_>,
    name: &str,
) -> Result<Option<Attachment>, StoreError> {
    let query = Query::new(
        "SELECT name, media_type, form, sha256, bytes, length FROM attachments WHERE owner_kind = $1 AND owner_id = $2 AND name = $3",
    )
    .arg(owner.kind())
    .arg(owner.id())
    .arg(name);
    reader.first(query).await?.map(|row| read(&row)).transpose()
}

fn read(row: &Row) -> Result<Attachment, StoreError> {
    let size = |column: &str| {
        u64::try_from(row.int(column)?)
            .map_err(|_| StoreError::inconsistent("attachments", column, "-", "是负数"))
    };
    Ok(Attachment {
        label: Label {
            name: row.text("name")?.to_owned(),
            media_type: row.text("media_type")?.to_owned(),
            form: row.parsed("attachments", "form", Form::parse)?,
            length: size("length")?,
        },
        sha256: row.parsed("attachments", "sha256", str::parse::<Hash>)?,
        bytes: size("bytes")?,
    })
}
