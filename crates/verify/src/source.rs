//! Where a bundle comes from: a directory, a zip, or files in memory.
//!
//! Everything here is hostile until proven otherwise: only the names of the protocol are accepted,
//! no folders, no links, no duplicate or overlapping zip members, and sizes are capped before and
//! while unpacking. Files are read one at a time, because a full bundle of three million subjects
//! has an order file of 400 MB. FREEZE, else the names, tell of which version a bundle is; a zip is read by
//! `archive`, which has one reading of it. Deliberately absent: writing, and any search through folders.

mod packed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use draw::Version;
use draw::bundle::{FULL, PUBLIC, RECEIPTS, SEALED};

use packed::Archive;

use crate::disk;
use crate::verdict::{Stage, Unreadable};

/// Caps that keep a hostile bundle from eating the machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file, unpacked.
    pub file: u64,
    /// Bytes of all files, unpacked.
    pub total: u64,
}

impl Default for Limits {
    /// Room for ten million leaves: 1.5 GB per file, 3 GB in all.
    fn default() -> Self {
        Self {
            file: 3 << 29,
            total: 3 << 30,
        }
    }
}

/// More names than any attempt has; the limit is said in the verdict.
pub(crate) const MOST_FILES: usize = 10_000;

enum Origin {
    Directory(PathBuf),
    Packed(Box<dyn Archive>),
    Memory(BTreeMap<String, Vec<u8>>),
}

/// The files of a bundle; each is read when it is asked for.
pub struct BundleSource {
    origin: Origin,
    sizes: BTreeMap<String, u64>,
    version: Version,
    limits: Limits,
}

impl BundleSource {
    /// Opens a directory or a zip file.
    ///
    /// # Errors
    /// `VRFY-00x`: not there, not a zip, or names and sizes no bundle can have.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, Unreadable> {
        let place = path.display().to_string();
        if path.is_dir() {
            return Self::from_directory(path, limits);
        }
        let file = File::open(path).map_err(|error| {
            Unreadable::new("VRFY-001", place, format!("打不开：{}", disk::why(&error)))
        })?;
        Self::from_archive(file, limits)
    }

    /// Opens a zip held in memory.
    ///
    /// # Errors
    /// As [`BundleSource::open`].
    pub fn from_zip(bytes: Vec<u8>, limits: Limits) -> Result<Self, Unreadable> {
        Self::from_archive(Cursor::new(bytes), limits)
    }

    /// Takes files that are already in memory.
    ///
    /// # Errors
    /// Names or sizes that no bundle can have; a name twice.
    pub fn from_files(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let mut held = BTreeMap::new();
        for (name, bytes) in files {
            if held.insert(name.clone(), bytes).is_some() {
                return Err(repeated(&name));
            }
        }
        let sizes = held
            .iter()
            .map(|(name, bytes)| (name.clone(), bytes.len() as u64))
            .collect();
        Self::checked(Origin::Memory(held), sizes, limits)
    }

    fn from_directory(root: &Path, limits: Limits) -> Result<Self, Unreadable> {
        let failed = |error: std::io::Error| {
            Unreadable::new(
                "VRFY-001",
                root.display().to_string(),
                format!("读不了目录：{}", disk::why(&error)),
            )
        };
        let mut sizes = BTreeMap::new();
        for entry in std::fs::read_dir(root).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let meta = entry.path().symlink_metadata().map_err(failed)?;
            if !meta.is_file() {
                return Err(Unreadable::new(
                    "VRFY-002",
                    name,
                    "不是普通文件；案卷中不能有文件夹或链接。",
                ));
            }
            sizes.insert(name, meta.len());
            if sizes.len() > MOST_FILES {
                return Err(too_many());
            }
        }
        Self::checked(Origin::Directory(root.to_owned()), sizes, limits)
    }

    fn checked(
        origin: Origin,
        sizes: BTreeMap<String, u64>,
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let mut source = Self {
            origin,
            sizes,
            version: Version::One,
            limits,
        };
        let sizes = &source.sizes;
        source.version = version_of(sizes, || {
            let fits = sizes
                .get("freeze.txt")
                .is_some_and(|size| *size <= limits.file);
            let bytes = fits.then(|| source.read("freeze.txt")).and_then(Result::ok);
            bytes.map(Cow::into_owned)
        });
        source.check_sizes()?;
        Ok(source)
    }

    fn check_sizes(&self) -> Result<(), Unreadable> {
        let Limits { file, total } = self.limits;
        if self.version == Version::Two && self.sizes.len() > MOST_FILES {
            return Err(too_many());
        }
        for (name, size) in &self.sizes {
            if self.version == Version::One && !known(name) {
                return Err(Unreadable::new(
                    "VRFY-005",
                    shorten(name),
                    "案卷中不应有这个文件。请只保留协议规定的文件。",
                ));
            }
            if *size > file {
                return Err(Unreadable::new(
                    "VRFY-006",
                    shorten(name),
                    format!("{size} 字节，超过上限 {file}。"),
                ));
            }
        }
        if self.sizes.values().sum::<u64>() > total {
            return Err(Unreadable::new(
                "VRFY-006",
                "案卷",
                format!("解压后超过上限 {total} 字节。"),
            ));
        }
        Ok(())
    }

    /// The version of the attempt, by its FREEZE, else by the names of the files.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The caps it is read under.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Every name in the bundle, ascending.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sizes.keys().map(String::as_str)
    }

    /// Whether the bundle has this file.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.sizes.contains_key(name)
    }

    /// The stage that the names make; a file of a later stage in an earlier one is an error.
    ///
    /// # Errors
    /// `VRFY-007`: names of no stage.
    pub fn stage(&self) -> Result<Stage, Unreadable> {
        let there: BTreeSet<&str> = self
            .sizes
            .keys()
            .map(String::as_str)
            .filter(|name| !RECEIPTS.contains(name))
            .collect();
        let stages = [Stage::Sealed, Stage::Public, Stage::Full];
        if let Some(stage) = stages.into_iter().find(|stage| names_of(*stage) == there) {
            return Ok(stage);
        }
        let missing: Vec<_> = names_of(Stage::Full)
            .into_iter()
            .filter(|name| !there.contains(name))
            .collect();
        Err(Unreadable::new(
            "VRFY-007",
            "案卷",
            format!(
                "文件不齐，或混入了后一阶段的文件；与完整案卷相比缺：{}。",
                missing.join("、")
            ),
        ))
    }

    /// The bytes of one file.
    ///
    /// # Errors
    /// `VRFY-008`: missing, shorter or longer than announced, or a wrong checksum. `VRFY-010`: a byte order mark.
    pub fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        let bytes = self.bytes(name)?;
        unmarked(name, &bytes)?;
        Ok(bytes)
    }

    fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        let Some(size) = self.sizes.get(name).copied() else {
            return Err(Unreadable::new("VRFY-008", name, "缺少这个文件。"));
        };
        match &self.origin {
            Origin::Memory(files) => Ok(Cow::Borrowed(files.get(name).map_or(&[], Vec::as_slice))),
            Origin::Packed(archive) => archive.read(name).map(Cow::Owned),
            Origin::Directory(root) => {
                let file = File::open(root.join(name));
                let bytes = file
                    .and_then(|file| fill(file, size))
                    .map_err(|error| unread(name, &error))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

impl BundleSource {
    /// The bytes of one file as a stream, where the origin allows it; its end is for the caller to
    /// check.
    pub(crate) fn reader(&self, name: &str) -> Result<Box<dyn Read + '_>, Unreadable> {
        match &self.origin {
            Origin::Directory(root) if self.has(name) => {
                let file = File::open(root.join(name)).map_err(|error| unread(name, &error))?;
                let mut file = BufReader::with_capacity(1 << 16, file);
                let first = file.fill_buf().map_err(|error| unread(name, &error))?;
                unmarked(name, first)?;
                Ok(Box::new(file))
            }
            _ => Ok(Box::new(Cursor::new(self.read(name)?))),
        }
    }
}

/// Every file of a bundle is text, and none begins with a byte order mark (§2).
fn unmarked(name: &str, bytes: &[u8]) -> Result<(), Unreadable> {
    match bytes.starts_with(b"\xef\xbb\xbf") {
        false => Ok(()),
        true => Err(Unreadable::new(
            "VRFY-010",
            shorten(name),
            "文件开头有字节顺序标记（BOM，字节 EF BB BF），协议不允许：多半在编辑器里另存过。请重新下载，不要打开另存。",
        )),
    }
}

/// Reads exactly the announced bytes, and one more to notice a lie.
fn fill(reader: impl Read, size: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 30)).unwrap_or(0));
    reader.take(size + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size {
        return Ok(bytes);
    }
    Err(std::io::Error::other("内容长度与目录不符"))
}

pub(crate) fn unread(name: &str, error: &dyn std::fmt::Display) -> Unreadable {
    Unreadable::new(
        "VRFY-008",
        name,
        format!("读不出来（{error}）。请重新下载。"),
    )
}

fn repeated(name: &str) -> Unreadable {
    Unreadable::new("VRFY-004", shorten(name), "同名文件出现两次。")
}

/// The version a bundle is of: that of its FREEZE; without one, `shuang/2` is told by a plan.
fn version_of(sizes: &BTreeMap<String, u64>, freeze: impl FnOnce() -> Option<Vec<u8>>) -> Version {
    let said = sizes.get("freeze.txt").and_then(|_| freeze());
    let named = match sizes.contains_key("plan.txt") {
        true => Version::Two,
        false => Version::One,
    };
    said.and_then(|bytes| Version::of(&bytes)).unwrap_or(named)
}

fn too_many() -> Unreadable {
    Unreadable::new("VRFY-006", "案卷", format!("超过 {MOST_FILES} 个文件。"))
}

fn known(name: &str) -> bool {
    [&SEALED[..], &PUBLIC, &FULL, &RECEIPTS]
        .iter()
        .any(|names| names.contains(&name))
}

fn names_of(stage: Stage) -> BTreeSet<&'static str> {
    let mut names: BTreeSet<_> = SEALED.into();
    if stage >= Stage::Public {
        names.extend(PUBLIC);
    }
    if stage >= Stage::Full {
        names.extend(FULL);
    }
    names
}

fn shorten(name: &str) -> String {
    name.chars()
        .take(60)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}
