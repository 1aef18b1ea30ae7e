//! Folders that appear whole or not at all.
//!
//! A step writes into a hidden folder beside its goal and renames it at the end; a goal that exists
//! is never touched. What a draw keeps is readable by its owner only and written by nobody; samples are files like any
//! other. The disk stores one file while the next is made; the name is given only after every file is stored.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crate::commands::Failure;

/// A folder in the making; removed again unless it is kept.
pub(super) struct Draft {
    goal: PathBuf,
    path: PathBuf,
    storing: Vec<(PathBuf, JoinHandle<io::Result<()>>)>,
    kept: bool,
    access: Access,
}

/// Who may read and write what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Its owner may read it, nobody may write it.
    Sealed,
    /// As the system has it for any new file.
    Plain,
}

impl Draft {
    /// Begins a folder that will be `goal`, for its owner only, of files nobody writes.
    pub(super) fn begin(goal: &Path) -> Result<Self, Failure> {
        Self::begin_as(goal, Access::Sealed)
    }

    /// The same of files to be filled in.
    pub(super) fn begin_writable(goal: &Path) -> Result<Self, Failure> {
        Self::begin_as(goal, Access::Plain)
    }

    fn begin_as(goal: &Path, access: Access) -> Result<Self, Failure> {
        refuse_existing(goal)?;
        let name = goal
            .file_name()
            .ok_or_else(|| Failure::new("CLI-102", goal.display().to_string(), "请写明目录名。"))?;
        let parent = goal
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|error| Failure::file(parent, &error))?;
        let path = parent.join(format!(
            ".{}.{}.tmp",
            name.to_string_lossy(),
            std::process::id()
        ));
        new_folder(&path, access).map_err(|error| Failure::file(&path, &error))?;
        Ok(Self {
            goal: goal.to_owned(),
            path,
            storing: Vec::new(),
            kept: false,
            access,
        })
    }

    /// The folder while it is made.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside.
    pub(super) fn folder(&self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        new_folder(&path, self.access).map_err(|error| Failure::file(&path, &error))
    }

    /// Writes one file; the disk stores it in the background.
    pub(super) fn write(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let path = self.path.join(name);
        let file =
            write_only(&path, self.access, write).map_err(|error| Failure::file(&path, &error))?;
        let storing = std::thread::spawn(move || file.sync_all());
        self.storing.push((path, storing));
        Ok(())
    }

    /// Waits until every file is stored, then gives the folder its name.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        for (path, storing) in self.storing.drain(..) {
            let stored = storing.join().expect("storing a file does not panic");
            stored.map_err(|error| Failure::file(&path, &error))?;
        }
        refuse_existing(&self.goal)?;
        fs::rename(&self.path, &self.goal).map_err(|error| Failure::file(&self.goal, &error))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing can be done about a failure here, and the goal does not exist.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Refuses to overwrite.
pub(super) fn refuse_existing(goal: &Path) -> Result<(), Failure> {
    match goal.symlink_metadata() {
        Ok(_) => Err(Failure::new(
            "CLI-103",
            goal.display().to_string(),
            "已经存在，不会覆盖。请换一个名称，或者先把它移走。",
        )),
        Err(_) => Ok(()),
    }
}

/// Writes a new file that its owner alone can read, durably.
pub(super) fn write_new(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    write_only(path, Access::Sealed, write)?.sync_all()
}

/// Writes a new file; it is not on the disk yet.
fn write_only(
    path: &Path,
    access: Access,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Sealed {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o400);
    }
    let mut file = BufWriter::with_capacity(1 << 20, options.open(path)?);
    write(&mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)
}

fn new_folder(path: &Path, access: Access) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if access == Access::Sealed {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder.create(path)
}

/// Reads a text of a draw's folder.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}
