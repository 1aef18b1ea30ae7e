//! Who has the folder of an embedded database to itself: the process that serves it, or one that changes its
//! structure or clears it. What the last run left half done may then be taken for left over.
//!
//! A lock on `DATA/mingqian.serving`, which the system takes from a process that dies; the file says who holds it.
//! Whoever only reads asks for nothing, and neither does an act of the command line: beside a server it queues for
//! the writer like any other. On PostgreSQL several servers share a database and their jobs say who does them, so
//! there is no lock. Deliberately absent: anything that breaks a lock somebody holds.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use store::StoreError;
use verify::disk;

use super::Place;
use crate::commands::Failure;

/// How often a file that its last holder takes away meanwhile is tried again.
const TRIES: u32 = 1_000;

/// What a server says of itself.
pub(super) const SERVING: &str = "mingqian serve";
/// What a command says that changes the structure of the database.
pub(super) const UPGRADING: &str = "升级数据库的 mingqian 命令";
/// What a command says that changes the key of the log.
pub(super) const ROTATING: &str = "mingqian log rotate-key";
/// What the demo says that clears an attempt.
pub(super) const FOUNDING: &str = "mingqian demo";

/// The folder is this process's as long as this lives.
pub(crate) struct Serving {
    file: File,
    path: PathBuf,
    what: &'static str,
    /// What a process that was killed had left in the file: a start that is refused leaves it as it was.
    before: Option<Vec<u8>>,
}

impl Place {
    /// Takes the folder of an embedded database for this process alone; nothing where the database is elsewhere.
    ///
    /// # Errors
    /// `SERV-006` with who has it, `SERV-007` where the file system knows no locks, `SERV-008` where something else
    /// stands in the place of the file.
    pub(super) fn hold(&self, what: &'static str) -> Result<Option<Serving>, Failure> {
        self.hold_by(what, File::try_lock)
    }

    /// The same by what locks a file on this file system.
    fn hold_by(
        &self,
        what: &'static str,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Option<Serving>, Failure> {
        if self.database.is_some() {
            return Ok(None);
        }
        let path = self.serving();
        let mut tries = 0;
        loop {
            let held = Serving::take(&path, what, &lock);
            let held = held.map_err(|error| Failure::file(&path, &error))?;
            match held {
                Taken::Mine(serving) => return Ok(Some(serving)),
                // Its last holder took it away between our opening and our locking it.
                Taken::Gone if tries < TRIES => tries += 1,
                Taken::Gone | Taken::Foreign => {
                    return Err(Failure::new(
                        "SERV-008",
                        path.display().to_string(),
                        "这里应当是本程序自己写的一个普通文件，现在是链接、目录，或别处也在用的文件，没有打开数据库，也没有改动它。查明来历后移走，再启动。",
                    ));
                }
                Taken::Held(by) => return Err(held_by(&path, &by)),
                Taken::Unlockable(error) => {
                    return Err(Failure::new(
                        "SERV-007",
                        path.display().to_string(),
                        format!(
                            "这个文件锁不上（{}），没法保证只有一个服务端在用这个目录，所以没有打开数据库。把数据目录放到本机磁盘上，网络共享和部分虚拟文件系统不能上锁。",
                            disk::why(&error).trim_end_matches('。')
                        ),
                    ));
                }
            }
        }
    }

    /// Whether opening the database would change its structure. What else is wrong with it, opening it says.
    pub(super) async fn is_older(&self) -> bool {
        let Ok(exhibit) = self.look().await else {
            return false;
        };
        let seen = exhibit.read().await.map(drop);
        exhibit.close().await;
        matches!(seen, Err(StoreError::OlderSchema { .. }))
    }

    /// The file that is locked.
    pub(super) fn serving(&self) -> PathBuf {
        self.data.join("mingqian.serving")
    }
}

enum Taken {
    Mine(Serving),
    Gone,
    Foreign,
    Held(String),
    Unlockable(io::Error),
}

impl Serving {
    fn take(
        path: &Path,
        what: &'static str,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> io::Result<Taken> {
        if is_foreign(path) {
            return Ok(Taken::Foreign);
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let (mut file, made) = match options.clone().create_new(true).open(path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match options.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Ok(Taken::Gone);
                    }
                    opened => (opened?, false),
                }
            }
            Err(error) => return Err(error),
        };
        match lock(&file) {
            Err(TryLockError::WouldBlock) => return Ok(Taken::Held(read(&mut file)?)),
            Err(TryLockError::Error(error)) => {
                if made {
                    // Nobody else could have locked it either.
                    let _ = fs::remove_file(path);
                }
                return Ok(Taken::Unlockable(error));
            }
            Ok(()) if !is_still(&file, path) => return Ok(Taken::Gone),
            Ok(()) => {}
        }
        let before = match made {
            true => None,
            false => Some(read(&mut file)?.into_bytes()),
        };
        let mut serving = Self {
            file,
            path: path.to_owned(),
            what,
            before,
        };
        serving.say(None)?;
        Ok(Taken::Mine(serving))
    }

    /// The server has begun at this address; from now on the file goes with it.
    pub(crate) fn listens(&mut self, address: SocketAddr) -> Result<(), Failure> {
        self.before = None;
        self.say(Some(address))
            .map_err(|error| Failure::file(&self.path, &error))
    }

    fn say(&mut self, address: Option<SocketAddr>) -> io::Result<()> {
        let mut words = format!("{}，进程 {}", self.what, std::process::id());
        if let Some(address) = address {
            words.push_str(&format!("，监听 {address}"));
        }
        overwrite(&mut self.file, words.as_bytes())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A file that stays says nothing once its lock is gone.
        let _ = match &self.before {
            Some(before) => overwrite(&mut self.file, before),
            // Somebody who took the file away may have let another have the folder.
            None if is_still(&self.file, &self.path) => take_away(&self.path),
            None => Ok(()),
        };
    }
}

/// The file goes while it is still locked: whoever opened it meanwhile finds it gone and begins anew.
#[cfg(unix)]
fn take_away(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Without a way to tell whether it is the same file it stays.
#[cfg(not(unix))]
fn take_away(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether something stands there that the program did not make: a link, a folder, or a file with another name too.
#[cfg(unix)]
fn is_foreign(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_file() || found.nlink() > 1)
}

#[cfg(not(unix))]
fn is_foreign(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |one: fs::Metadata, other: fs::Metadata| {
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    };
    file.metadata()
        .and_then(|held| fs::symlink_metadata(path).map(|named| same(held, named)))
        .unwrap_or(false)
}

#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

fn overwrite(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)
}

fn read(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    // Ours are short; nobody's long file is shown.
    file.take(200).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).replace(char::is_control, " "))
}

fn held_by(path: &Path, by: &str) -> Failure {
    let by = match by.trim() {
        "" => "另一个 mingqian 进程",
        by => by,
    };
    Failure::new(
        "SERV-006",
        path.display().to_string(),
        format!(
            "这个数据目录正由另一个进程独用（{by}），没有打开数据库，也没有改动。一个内置数据库只能由一个服务端打开：要换地址、换版本或升级，先停下那一个再试；要几个服务端同时办，用 --database 接 PostgreSQL。"
        ),
    )
}

#[cfg(test)]
mod tests;
