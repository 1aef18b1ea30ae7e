//! The keys of the log one after the other (SPEC-log §3.2, `docs/adr/0033`): what is published of them, which of them vouches
//! for a head that is kept, and how one gives way to the next.
//!
//! `DATA/keys/log.key.next` is the next key until the log has said so and it stands in the place of the old one, whose
//! secret is gone then. Cut short anywhere, either the old key is still that of the log, or the same command ends what
//! it began. The records of the changes lie beside the checkpoints too, so that an older copy of the database, which
//! does not know them, is held against what the next key has signed.
//!
//! Deliberately absent: copies of the keys elsewhere, which the operator keeps.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use app::port::Entropy;
use store::{Exhibit, Reader, StoreError, log, org};
use tlog::note::SignerKey;
use tlog::{KeyRotation, LogKeys, VerifierKey};

use super::{Place, new_log_key, serving};
use crate::commands::{Failure, Output};
use crate::ports::OsEntropy;
use crate::private::write_private;

/// The ending of the files with these records.
pub(super) const ENDING: &str = "rotation";

/// What the log itself publishes of its keys.
pub(crate) struct Published {
    /// The key that signs.
    pub(crate) key: VerifierKey,
    pub(super) rotations: Vec<KeyRotation>,
}

impl Published {
    /// As the facts and public records of a database state it; none where they do not, which the audit names.
    pub(crate) async fn by(exhibit: &Exhibit) -> Option<Self> {
        let stated = exhibit.fact("log_key").await.ok().flatten();
        let records = exhibit.records_that_begin(KeyRotation::BEGINS).await;
        Self::of(&stated?, &records.ok()?)
    }

    /// The same of a database that is open to work.
    pub(crate) async fn read(reader: &mut Reader) -> Result<Option<Self>, StoreError> {
        let stated = org::fact(reader, "log_key").await?;
        let records = log::records_that_begin(reader, KeyRotation::BEGINS).await?;
        Ok(stated.and_then(|stated| Self::of(&stated, &records)))
    }

    fn of(stated: &str, records: &[String]) -> Option<Self> {
        let parsed = records.iter().map(|record| KeyRotation::parse(record));
        Some(Self {
            key: VerifierKey::parse(stated).ok()?,
            rotations: parsed.filter_map(Result::ok).collect(),
        })
    }

    /// The change by which the present key came.
    fn last(&self) -> Option<&KeyRotation> {
        let mut rotations = self.rotations.iter();
        rotations.find(|one| *one.new_key() == self.key)
    }
}

impl From<VerifierKey> for Published {
    fn from(key: VerifierKey) -> Self {
        Self {
            key,
            rotations: Vec::new(),
        }
    }
}

impl Place {
    /// Which key vouches for which head, by what the log publishes and what is kept beside it.
    ///
    /// # Errors
    /// `CKPT-003` a file that is no such record, `CKPT-007` records that contradict each other.
    pub(super) fn log_keys(&self, published: &Published) -> Result<LogKeys, Failure> {
        let mut rotations = published.rotations.clone();
        for path in self.kept_files(ENDING)? {
            let text = super::checkpoints::text_of(&path)?;
            let wrong =
                |error: tlog::Error| super::checkpoints::no_checkpoint(&path, &error.to_string());
            rotations.push(KeyRotation::parse(&text).map_err(wrong)?);
        }
        LogKeys::following(published.key.clone(), &rotations).map_err(|error| {
            let sentence = format!(
                "库里的和库外存着的更换日志密钥的记录互相矛盾：{error}。有人用同一把密钥签过两份历史。没有打开数据库，保留现场，报告行政执法监督。"
            );
            Failure::new("CKPT-007", "checkpoints", sentence)
        })
    }

    /// Gives the log a new key, or ends what an attempt that was cut short began.
    pub(crate) async fn rotate_log_key(&self, output: &Output) -> Result<KeyRotation, Failure> {
        self.tighten_first(output);
        let _alone = self.hold(serving::ROTATING)?;
        let before = self.published().await?;
        let is_logged = self
            .next_log_key()?
            .is_some_and(|next| *next.verifier() == before.key);
        if !is_logged {
            self.log_next_key(output).await?;
        }
        let published = self.published().await?;
        let Some(rotation) = published.last() else {
            return Err(self.bereft("没有更换密钥的记录"));
        };
        self.keep_rotation(rotation)?;
        self.put_next_log_key()?;
        // Kept by the new key from here on.
        self.require_bureau().await?;
        let app = self.open_new(output).await?;
        self.close(&app).await?;
        Ok(rotation.clone())
    }

    async fn published(&self) -> Result<Published, Failure> {
        let exhibit = self.exhibit().await?;
        let published = Published::by(&exhibit).await;
        exhibit.close().await;
        published.ok_or_else(|| self.bereft("没有登记日志公钥"))
    }

    /// A new key, durable before the log names it.
    async fn log_next_key(&self, output: &Output) -> Result<(), Failure> {
        // By the key at hand, which is compared with the log.
        self.require_bureau().await?;
        let app = self.open_new(output).await?;
        let logged = match self.make_next_log_key(app.log_key.verifier().name()) {
            Ok(next) => app
                .rotate_log_key(&next)
                .await
                .map_err(|error| Failure::new("ROTA-002", "log", error.to_string())),
            Err(failed) => Err(failed),
        };
        app.db.close().await;
        logged.map(drop)
    }

    /// The key that is to follow, if one was made.
    pub(super) fn next_log_key(&self) -> Result<Option<SignerKey>, Failure> {
        let path = self.key("log.key.next");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| Failure::file(&path, &error))?,
        };
        // One that was cut short while it was written was never named by a log.
        Ok(SignerKey::parse(text.trim()).ok())
    }

    /// Whether another key lies ready than the one that signs.
    pub(crate) fn is_rotation_under_way(&self) -> bool {
        matches!(self.next_log_key(), Ok(Some(_)))
    }

    fn make_next_log_key(&self, name: &str) -> Result<SignerKey, Failure> {
        let next = new_log_key(name, &(&OsEntropy as &dyn Entropy).bytes())?;
        let path = self.key("log.key.next");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Failure::file(&path, &error));
            }
            _ => {}
        }
        write_private(&path, &next.to_secret_text())?;
        self.sync_keys()?;
        Ok(next)
    }

    /// The next key stands in the place of the old one, which is gone.
    fn put_next_log_key(&self) -> Result<(), Failure> {
        let (next, own) = (self.key("log.key.next"), self.key("log.key"));
        fs::rename(&next, &own).map_err(|error| Failure::file(&own, &error))?;
        self.sync_keys()
    }

    fn sync_keys(&self) -> Result<(), Failure> {
        let folder = self.data.join("keys");
        sync(&folder).map_err(|error| Failure::file(&folder, &error))
    }
}

fn sync(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
