//! Content: bytes that lie outside the rows and are named by the SHA-256 of exactly what is stored.
//!
//! With SQLite as files in a folder beside the database, with PostgreSQL as chunks in it, so that
//! several machines need no shared disk (`docs/adr/0013`). A [`BlobWriter`] takes bytes as they come,
//! hashes and bounds them, and makes them durable before it gives a [`KeptBlob`], the only thing a
//! traced row can name ([`Recording::hold`]): content is there before the act that names it. What an
//! act never came to name is an orphan, and goes with [`Db::drop_orphans`]. A [`BlobReader`] gives the
//! bytes piece by piece, holds no connection between two pieces, and fails at the end if they were not
//! what their name says.
//!
//! Deliberately absent: deleting named content, compression and sealing, which come before
//! (`app::sealing`).

mod chunks;
pub(super) mod examine;
mod folder;
mod orphans;

use std::path::Path;

use sha2::{Digest as _, Sha256};
use tlog::Hash;

use super::engine::{Blobs, Db};
use super::guard::Recording;
use super::reader::Query;
use crate::error::StoreError;
use chunks::Via;
use folder::{Held, PartFile, aside};

pub use folder::open_file;

/// Bytes written and read at a time.
pub(super) const CHUNK: usize = 1024 * 1024;

/// Content that is durable and complete: what a traced row may name.
#[derive(Clone)]
pub struct KeptBlob {
    db: Db,
    sha256: Hash,
    bytes: u64,
}

impl KeptBlob {
    /// SHA-256 of what is stored.
    #[must_use]
    pub fn sha256(&self) -> &Hash {
        &self.sha256
    }

    /// How many bytes are stored.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Where bytes go that have no hash yet.
enum Store {
    /// Nothing has been written down yet.
    Unbegun,
    /// A file under a name of its own, until its hash is known.
    File(PartFile),
    /// Rows under a number, until its hash is known.
    Rows { id: i64, ordinal: i64 },
    /// Something failed or was broken off: these bytes will never be whole.
    Lost,
}

/// Content on its way in. Dropped before [`finish`](Self::finish) it leaves nothing that counts.
#[must_use = "content that is not finished is not kept"]
pub struct BlobWriter {
    db: Db,
    store: Store,
    waiting: Vec<u8>,
    sha256: Sha256,
    bytes: u64,
    most: u64,
}

/// Removes a folder of content with all of it.
pub(super) async fn forget(folder: &Path) -> Result<(), StoreError> {
    let folder = folder.to_path_buf();
    aside(move || match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
    .await
}

/// The first bytes of kept content within a migration, at most a chunk; none if it is not there. What a rehearsal
/// keeps lies in a folder of its own, what was kept before in the one named after the database.
pub(super) async fn head_in(
    db: &Db,
    rec: &mut Recording,
    sha256: &Hash,
) -> Result<Option<Vec<u8>>, StoreError> {
    let name = sha256.to_string();
    match db.blobs() {
        Blobs::Folder(folder) => {
            aside(move || {
                let settled = folder.with_extension("blobs");
                let held = match Held::open(&folder, &name)? {
                    None => Held::open(&settled, &name)?,
                    held => held,
                };
                held.map_or(Ok(None), |held| held.piece().map(|(_, piece)| piece))
            })
            .await
        }
        Blobs::Chunks => match chunks::find(&mut rec.reader.conn, sha256).await? {
            Some(id) => chunks::piece(&mut rec.reader.conn, id, 0).await,
            None => Ok(None),
        },
    }
}

async fn require_folder(db: &Db, folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut reader = db.read().await?;
    let there = Query::new(
        "SELECT COUNT(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = 'attachments'",
    );
    if reader.number(there).await? == 0 {
        return Ok(());
    }
    let rows = Query::new("SELECT COUNT(*) AS n FROM attachments");
    match reader.number(rows).await? {
        0 => Ok(()),
        rows => Err(StoreError::NoContents {
            folder: folder.display().to_string(),
            rows,
        }),
    }
}

impl Db {
    /// This database, unless its rows name content while the folder of content is not there as a whole: a mount
    /// that is missing, a copy that was not complete.
    pub(super) async fn with_contents(self, file: &Path) -> Result<Self, StoreError> {
        match require_folder(&self, &file.with_extension("blobs")).await {
            Ok(()) => Ok(self),
            Err(error) => {
                self.close().await;
                Err(error)
            }
        }
    }

    /// Begins to take content of at most `most` bytes.
    #[must_use = "content that is not finished is not kept"]
    pub fn keep(&self, most: u64) -> BlobWriter {
        BlobWriter {
            db: self.clone(),
            store: Store::Unbegun,
            waiting: Vec::new(),
            sha256: Sha256::new(),
            bytes: 0,
            most,
        }
    }

    /// The content with this hash, piece by piece.
    #[must_use]
    pub fn content(&self, sha256: Hash) -> BlobReader {
        BlobReader {
            db: self.clone(),
            sha256,
            hashed: Sha256::new(),
            source: Source::Unopened,
        }
    }
}

impl BlobWriter {
    /// Takes the next bytes. Beyond the bound it refuses and gives up everything taken so far.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_via(bytes, &mut Via::Own).await
    }

    /// Everything is there: makes it durable under its hash. The same content is kept once.
    pub async fn finish(self) -> Result<KeptBlob, StoreError> {
        self.finish_via(&mut Via::Own).await
    }

    /// Gives up what was taken so far at once, where a drop would leave it to the upkeep.
    pub async fn abandon(mut self) -> Result<(), StoreError> {
        self.give_up(&mut Via::Own).await
    }

    /// The same within an open transaction: where the tables themselves are not committed yet.
    pub(super) async fn write_in(
        &mut self,
        rec: &mut Recording,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let mut via = Via::Within(&mut rec.reader.conn);
        self.write_via(bytes, &mut via).await
    }

    /// The same within an open transaction.
    pub(super) async fn finish_in(self, rec: &mut Recording) -> Result<KeptBlob, StoreError> {
        let mut via = Via::Within(&mut rec.reader.conn);
        self.finish_via(&mut via).await
    }

    async fn write_via(&mut self, bytes: &[u8], via: &mut Via<'_>) -> Result<(), StoreError> {
        let sum = self.bytes.saturating_add(bytes.len() as u64);
        if sum > self.most {
            self.give_up(via).await?;
            return Err(StoreError::TooLarge { most: self.most });
        }
        self.bytes = sum;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (part, later) = rest.split_at(rest.len().min(CHUNK - self.waiting.len()));
            self.waiting.extend_from_slice(part);
            rest = later;
            if self.waiting.len() == CHUNK {
                self.flush(via).await?;
            }
        }
        Ok(())
    }

    /// Writes down what waits; the first time also begins the file or the rows.
    async fn flush(&mut self, via: &mut Via<'_>) -> Result<(), StoreError> {
        self.sha256.update(&self.waiting);
        let part = std::mem::take(&mut self.waiting);
        // Taken out first: a step that fails or is not waited for leaves what is lost.
        let store = match std::mem::replace(&mut self.store, Store::Lost) {
            Store::Unbegun => match self.db.blobs() {
                Blobs::Folder(folder) => {
                    Store::File(aside(move || PartFile::begin(&folder)).await?)
                }
                Blobs::Chunks => Store::Rows {
                    id: chunks::begin(&self.db, via).await?,
                    ordinal: 0,
                },
            },
            begun => begun,
        };
        self.store = match store {
            Store::File(file) => Store::File(aside(move || file.append(&part)).await?),
            Store::Rows { id, ordinal } => {
                chunks::append(&self.db, via, (id, ordinal), part).await?;
                Store::Rows {
                    id,
                    ordinal: ordinal + 1,
                }
            }
            Store::Unbegun | Store::Lost => return Err(lost()),
        };
        Ok(())
    }

    async fn finish_via(mut self, via: &mut Via<'_>) -> Result<KeptBlob, StoreError> {
        // Empty content is one empty chunk, so that it can be told from content that is missing.
        if !self.waiting.is_empty() || matches!(self.store, Store::Unbegun) {
            self.flush(via).await?;
        }
        let sha256 = Hash::from(<[u8; 32]>::from(self.sha256.finalize()));
        match (self.store, self.db.blobs()) {
            (Store::File(file), Blobs::Folder(folder)) => {
                let name = sha256.to_string();
                aside(move || file.settle(&folder, &name)).await?;
            }
            (Store::Rows { id, .. }, _) => {
                chunks::settle(&self.db, via, id, &sha256).await?;
            }
            _ => return Err(lost()),
        }
        Ok(KeptBlob {
            db: self.db,
            sha256,
            bytes: self.bytes,
        })
    }

    async fn give_up(&mut self, via: &mut Via<'_>) -> Result<(), StoreError> {
        self.waiting = Vec::new();
        // A file goes with its drop.
        match std::mem::replace(&mut self.store, Store::Lost) {
            Store::Rows { id, .. } => chunks::remove(&self.db, via, id).await,
            _ => Ok(()),
        }
    }
}

fn lost() -> StoreError {
    StoreError::Engine("存放内容的上一步没有完成".to_owned())
}

impl Recording {
    /// Makes sure that the content is there when the act that names it commits: under the lock that
    /// whoever removes orphans has to take.
    pub(crate) async fn hold(&mut self, kept: &KeptBlob) -> Result<(), StoreError> {
        let name = kept.sha256.to_string();
        let there = match kept.db.blobs() {
            // Orphans are removed under the writer's lock, which this act has.
            Blobs::Folder(folder) => {
                let (name, bytes) = (name.clone(), kept.bytes);
                aside(move || folder::holds(&folder, &name, bytes)).await?
            }
            Blobs::Chunks => chunks::hold(&mut self.reader.conn, &kept.sha256).await?,
        };
        if there {
            return Ok(());
        }
        Err(StoreError::Conflict {
            table: "blobs",
            what: name,
        })
    }
}

enum Source {
    Unopened,
    File(Held),
    Rows { id: i64, ordinal: i64 },
    Ended,
}

/// Content on its way out.
pub struct BlobReader {
    db: Db,
    sha256: Hash,
    hashed: Sha256,
    source: Source,
}

impl BlobReader {
    /// The next bytes; none at the end, if all of it was what the hash says. Content that is missing
    /// or was altered is [`StoreError::Content`], at the latest at the end: what was given before is
    /// then worth nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if matches!(self.source, Source::Unopened) {
            self.source = self.open().await?;
        }
        let piece = match std::mem::replace(&mut self.source, Source::Ended) {
            Source::File(held) => {
                let (held, piece) = aside(move || held.piece()).await?;
                self.source = Source::File(held);
                piece
            }
            Source::Rows { id, ordinal } => {
                let mut conn = self.db.blob_conn().await?;
                let piece = chunks::piece(&mut conn, id, ordinal).await?;
                self.source = Source::Rows {
                    id,
                    ordinal: ordinal + 1,
                };
                piece
            }
            Source::Unopened | Source::Ended => return Ok(None),
        };
        if let Some(piece) = piece {
            self.hashed.update(&piece);
            return Ok(Some(piece));
        }
        self.source = Source::Ended;
        let found = Hash::from(<[u8; 32]>::from(
            std::mem::take(&mut self.hashed).finalize(),
        ));
        if found == self.sha256 {
            return Ok(None);
        }
        Err(self.untrue("与登记的摘要不符"))
    }

    /// All of it, if it is at most `most` bytes and what the hash says.
    pub async fn whole(mut self, most: u64) -> Result<Vec<u8>, StoreError> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            if (all.len() + piece.len()) as u64 > most {
                return Err(StoreError::TooLarge { most });
            }
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    async fn open(&self) -> Result<Source, StoreError> {
        let opened = match self.db.blobs() {
            Blobs::Folder(folder) => {
                let name = self.sha256.to_string();
                aside(move || Held::open(&folder, &name))
                    .await?
                    .map(Source::File)
            }
            Blobs::Chunks => {
                let mut conn = self.db.blob_conn().await?;
                chunks::find(&mut conn, &self.sha256)
                    .await?
                    .map(|id| Source::Rows { id, ordinal: 0 })
            }
        };
        opened.ok_or_else(|| self.untrue("不在"))
    }

    fn untrue(&self, why: &str) -> StoreError {
        StoreError::Content {
            sha256: self.sha256.to_string(),
            why: why.to_owned(),
        }
    }
}
