//! What OPEN made public, held against the records that name it: RESULT, and OPEN itself, each as the log confirms it.

use draw::record::open::Ending;
use draw::record::result::{KEYED_FILES, SEALED_FILES};
use draw::record::two::Opened as EndedAs;
use draw::record::{FreezeRecord, ResultRecord, hash_of, open, two};
use draw::sealing::sealed_hash;
use draw::{Digest, Version};
use store::campaign::StoredCampaign;
use store::{Reader, log, portal};
use tlog::entry::EntryType;

use super::held::{self, RESULT, altered};
use super::material::BundleFile;
use crate::AppError;

const OPEN: &str = "公开（OPEN）";

/// The records that name the sealed files by their hashes.
pub(super) struct Opened {
    freeze: FreezeRecord,
    result: ResultRecord,
    open: Names,
    /// OPEN as it was logged.
    pub(super) text: String,
}

/// What OPEN says of files.
enum Names {
    /// `shuang/1`: the hash of each that RESULT does not name.
    One(Vec<(String, Digest)>),
    /// `shuang/2`: the keys of the files of people, and the hash of the opened leaves.
    Two([Digest; 2], Digest),
}

impl Names {
    /// Of an OPEN that ends with this RESULT.
    fn read(version: Version, text: &str, result: Digest) -> Option<Self> {
        match version {
            Version::One => {
                let open = open::OpenRecord::parse(text.as_bytes()).ok()?;
                (open.ending == Ending::Result(result)).then_some(Self::One(open.files))
            }
            Version::Two => {
                let open = two::OpenRecord::parse(text.as_bytes()).ok()?;
                let names = Self::Two(open.keys, open.leaves);
                (open.opened == EndedAs::Result(result)).then_some(names)
            }
        }
    }
}

impl Opened {
    /// RESULT of the attempt and the OPEN of it.
    pub(super) async fn of(reader: &mut Reader, stored: &StoredCampaign) -> Result<Self, AppError> {
        let freeze = super::freeze_of(stored)?;
        let text = held::text_of(&stored.result_record)?;
        let result = ResultRecord::parse(text.as_bytes())
            .map_err(|fault| altered(&format!("结果（RESULT，{fault}）")))?;
        // Each record is the one its entry names; what remains to be asked is whether the tree has the entry.
        let records = portal::records_of(reader, stored).await?;
        let of_kind = |kind: EntryType| {
            records
                .iter()
                .filter(move |line| line.kind == kind.as_str())
        };
        let of_result = of_kind(EntryType::Result).find(|line| line.record == text);
        log::confirmed(reader, &of_result.ok_or_else(|| altered(RESULT))?.event).await?;
        let hash = hash_of(freeze.suite, &result);
        let mut opens = of_kind(EntryType::Open).filter_map(|line| {
            let names = Names::read(freeze.version(), &line.record, hash)?;
            Some((line, names))
        });
        let (line, open) = opens.next().ok_or_else(|| altered(OPEN))?;
        log::confirmed(reader, &line.event).await?;
        let text = line.record.clone();
        Ok(Self {
            freeze,
            result,
            open,
            text,
        })
    }

    /// The sealed files are those that RESULT and OPEN name.
    pub(super) fn names(&self, kept: &[BundleFile]) -> Result<(), AppError> {
        let sealed = SEALED_FILES.into_iter().zip(self.result.files);
        let opened: Vec<(&str, Digest)> = match &self.open {
            Names::One(files) => files
                .iter()
                .map(|(name, hash)| (name.as_str(), *hash))
                .collect(),
            Names::Two(_, leaves) => vec![("opened.tsv", *leaves)],
        };
        for (name, named) in sealed.chain(opened) {
            let file = kept.iter().find(|file| file.name == name);
            if file.map(|file| self.hash(file)) != Some(named) {
                return Err(altered(&format!("封存的 {name}")));
            }
        }
        Ok(())
    }

    /// The hash by which a record names a file; those of people stand under a key in RESULT of `shuang/2`.
    fn hash(&self, file: &BundleFile) -> Digest {
        let content = self.freeze.suite.bytes(&file.content);
        let Names::Two(keys, _) = &self.open else {
            return content;
        };
        let mut keyed = KEYED_FILES.iter().zip(keys);
        match keyed.find(|(name, _)| **name == file.name) {
            Some((name, key)) => sealed_hash(&self.freeze, name, key, &content),
            None => content,
        }
    }

    /// OPEN as recomputed is the one that was logged.
    pub(super) fn same_open(&self, files: &[BundleFile]) -> Result<(), AppError> {
        let made = files.iter().find(|file| file.name == "open.txt");
        match made.is_none_or(|file| file.content == self.text.as_bytes()) {
            true => Ok(()),
            false => Err(altered(OPEN)),
        }
    }
}
