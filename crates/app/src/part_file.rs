//! A file on its way, in a folder nobody else may enter: whole under its name at the end, or gone.
//!
//! Uploads, results of jobs and what an import has judged are written so. Whoever writes a file holds the lock
//! on it, which the system takes from a process that dies: what can be locked is nobody's ([`Idle`]).
//! Deliberately absent: what the bytes mean, how many may come, and the words for a disk that fails.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

/// A file that is not whole yet. Dropped so, it leaves nothing behind.
pub(crate) struct PartFile {
    path: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    kept: bool,
}

/// Makes a folder that its owner alone may enter, if it is not there.
async fn private_folder(path: &Path) -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    folder.mode(0o700);
    folder.create(path).await
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// Opens a file that its owner alone may read, emptied if it was there.
pub(crate) async fn emptied(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private_folder(folder).await?;
    }
    private().create(true).truncate(true).open(path).await
}

impl PartFile {
    /// Begins a file under a name nobody has taken.
    pub(crate) async fn fresh(folder: &Path, name: &str) -> io::Result<Self> {
        private_folder(folder).await?;
        let path = folder.join(name);
        loop {
            let file = private().create_new(true).open(&path).await?;
            let file = file.into_std().await;
            file.lock()?;
            // Somebody may have swept it away before it was locked.
            if fs::try_exists(&path).await? {
                return Ok(Self::of(path, File::from_std(file)));
            }
        }
    }

    fn of(path: PathBuf, file: File) -> Self {
        Self {
            path,
            file,
            hash: Sha256::new(),
            bytes: 0,
            kept: false,
        }
    }

    /// Takes the next bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// How many bytes have come.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of what has come, hex.
    pub(crate) fn sha256(&self) -> String {
        store::hex(&self.hash.clone().finalize())
    }

    /// Gives everything to the operating system.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.file.flush().await
    }

    /// Waits until everything is on the disk.
    pub(crate) async fn sync(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.file.sync_all().await
    }

    /// Gives it its name; from here on it stays.
    pub(crate) async fn keep_as(&mut self, whole: &Path) -> io::Result<()> {
        fs::rename(&self.path, whole).await?;
        self.kept = true;
        Ok(())
    }
}

/// Why a file cannot be used, as it stands in brackets: what this program found in its own words, what the system says in
/// those of `verify::disk`.
pub(crate) fn why(error: &io::Error) -> String {
    if error.get_ref().is_some() {
        return error.to_string();
    }
    let words = verify::disk::why(error);
    words.trim_end_matches('。').to_owned()
}

/// SHA-256 of what is read from a file, from where it stands to its end; hex.
pub(crate) fn sha256_of(file: &mut std::fs::File) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(file, &mut hash)?;
    Ok(store::hex(&hash.finalize()))
}

/// Writes a private copy under `whole`: whole, and readable by its owner alone, or not at all. What stood
/// there is replaced, whoever could read it.
pub(crate) async fn private_copy(whole: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = whole.parent().unwrap_or(Path::new(""));
    let mut part = PartFile::fresh(folder, name).await?;
    part.write(bytes).await?;
    part.sync().await?;
    part.keep_as(whole).await
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is removed by the upkeep, or at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The files of a folder that nobody writes, one by one.
pub(crate) struct Idle(Option<fs::ReadDir>);

/// A file nobody writes. It stays so as long as this is kept, so that it can be asked whether it counts:
/// whoever has just written it has told everybody by now.
pub(crate) struct IdleFile {
    path: PathBuf,
    _lock: std::fs::File,
}

impl Idle {
    /// Of that folder; one that is not there holds nothing.
    pub(crate) async fn of(folder: &Path) -> Self {
        Self(fs::read_dir(folder).await.ok())
    }

    /// The next one. What cannot be looked at now is found the next time.
    pub(crate) async fn next(&mut self) -> Option<IdleFile> {
        let entries = self.0.as_mut()?;
        loop {
            let path = entries.next_entry().await.ok()??.path();
            let Ok(file) = std::fs::File::open(&path) else {
                continue;
            };
            if file.try_lock().is_ok() {
                return Some(IdleFile { path, _lock: file });
            }
        }
    }
}

impl IdleFile {
    /// Its name; one that is no text is none of ours.
    pub(crate) fn name(&self) -> Option<&str> {
        self.path.file_name()?.to_str()
    }

    /// Removes it; what cannot be removed now is found the next time.
    pub(crate) async fn remove(self) {
        let _ = fs::remove_file(&self.path).await;
    }
}
