//! Content as files: `FOLDER/ab/cdef…` after the hash, `FOLDER/part/…` while it arrives. Files 0600,
//! folders 0700: whoever may read the database may read them, nobody else.
//!
//! A file takes its name only when its bytes are on the disk, and its folder is written down after
//! that, so that a name that can be seen is a name whose content survives the loss of power.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use tlog::Hash;

use super::CHUNK;
use crate::error::StoreError;

/// Where content arrives.
pub(super) const PART: &str = "part";

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Work on the disk goes to a thread that may wait.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    crate::kernel::aside::aside("存放内容的目录：", work).await
}

/// Where the content with this hash lies.
pub(super) fn place(folder: &Path, name: &str) -> PathBuf {
    let (head, tail) = name.split_at(2);
    folder.join(head).join(tail)
}

/// Whether a file of that size stands under that hash.
pub(super) fn holds(folder: &Path, name: &str, bytes: u64) -> std::io::Result<bool> {
    match fs::metadata(place(folder, name)) {
        Ok(found) => Ok(found.is_file() && found.len() == bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes the entries of a folder down to the disk.
fn settle_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that is still arriving; dropped before it has settled it is removed.
pub(super) struct PartFile {
    file: File,
    path: PathBuf,
}

impl PartFile {
    /// Makes it under a name nobody uses.
    pub(super) fn begin(folder: &Path) -> std::io::Result<Self> {
        let part = folder.join(PART);
        private_folder(&part)?;
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = part.join(format!("{}-{number}", std::process::id()));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&path) {
                Ok(file) => return Ok(Self { file, path }),
                // Left behind by a process of the same number that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn append(mut self, bytes: &[u8]) -> std::io::Result<Self> {
        self.file.write_all(bytes)?;
        Ok(self)
    }

    /// When it was last written, by the clock of the disk it lies on.
    pub(super) fn written_at(&self) -> std::io::Result<std::time::SystemTime> {
        self.file.metadata()?.modified()
    }

    /// Gives it the name of its hash, durably. A file that stands there already has the same bytes
    /// and makes room, so that the age by which orphans are known begins anew.
    pub(super) fn settle(self, folder: &Path, name: &str) -> std::io::Result<()> {
        self.file.sync_all()?;
        let target = place(folder, name);
        let home = target.parent().expect("a place lies in a folder");
        private_folder(home)?;
        fs::rename(&self.path, &target)?;
        settle_folder(home)?;
        settle_folder(folder)?;
        // The folder that holds all content may itself be new.
        folder.parent().map_or(Ok(()), settle_folder)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // After it has settled there is nothing under this name; what stays is an orphan.
        let _ = fs::remove_file(&self.path);
    }
}

/// What stands there instead of a file; none for a file.
fn kind(found: fs::FileType) -> Option<&'static str> {
    if found.is_file() {
        None
    } else if found.is_dir() {
        Some("目录")
    } else if found.is_symlink() {
        Some("符号链接")
    } else {
        Some("管道、套接字或设备")
    }
}

/// Everything in the folder that is neither a file where files lie nor one of the folders that hold them.
pub(super) fn strangers(folder: &Path) -> std::io::Result<Vec<(PathBuf, &'static str)>> {
    let mut found = Vec::new();
    let homes = match fs::read_dir(folder) {
        Ok(homes) => homes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for home in homes {
        let home = home?;
        let at = home.file_type()?;
        if !at.is_dir() {
            found.push((home.path(), kind(at).unwrap_or("文件")));
            continue;
        }
        for file in fs::read_dir(home.path())? {
            let file = file?;
            if let Some(what) = kind(file.file_type()?) {
                found.push((file.path(), what));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Opens a file to be read. Anything but a file of its own is refused before it is opened: a pipe would wait for
/// ever, a link leads elsewhere. What took its place in between is refused as well.
///
/// # Errors
/// When nothing is there, what is there is no file, or it cannot be read.
pub fn open_file(path: &Path) -> std::io::Result<File> {
    let found = fs::symlink_metadata(path)?;
    if let Some(what) = kind(found.file_type()) {
        return Err(std::io::Error::other(format!("不是文件，是{what}")));
    }
    let file = File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let opened = file.metadata()?;
        if (opened.dev(), opened.ino()) != (found.dev(), found.ino()) {
            return Err(std::io::Error::other("打开时换成了别的文件"));
        }
    }
    Ok(file)
}

/// A file being read.
pub(super) struct Held(File);

impl Held {
    /// The file under that hash, if there is one.
    pub(super) fn open(folder: &Path, name: &str) -> std::io::Result<Option<Self>> {
        match open_file(&place(folder, name)) {
            Ok(file) => Ok(Some(Self(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The next bytes; none at the end.
    pub(super) fn piece(mut self) -> std::io::Result<(Self, Option<Vec<u8>>)> {
        let mut piece = Vec::new();
        let read = (&mut self.0).take(CHUNK as u64).read_to_end(&mut piece)?;
        Ok((self, (read > 0).then_some(piece)))
    }

    /// The hash of all of it.
    pub(super) fn hash(self) -> std::io::Result<Hash> {
        let mut hashed = Sha256::new();
        let mut held = self;
        loop {
            let piece;
            (held, piece) = held.piece()?;
            match piece {
                Some(piece) => hashed.update(&piece),
                None => return Ok(Hash::from(<[u8; 32]>::from(hashed.finalize()))),
            }
        }
    }
}
