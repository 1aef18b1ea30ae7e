//! What lies in the data folder is nobody else's to read: new files 0600, new folders 0700, and what an earlier
//! program or a copy left open is closed when the bureau is opened to be written.
//!
//! Deliberately absent: whatever else somebody keeps in the folder; only what is ours is touched.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::commands::Failure;

/// Files of ours in the data folder.
const FILES: &[&str] = &[
    "mingqian.sqlite",
    "mingqian.sqlite-wal",
    "mingqian.sqlite-shm",
    "mingqian.serving",
    "mingqian.reserve",
    "last-backup",
    "keys/storage.key",
    "keys/log.key",
    "keys/log.key.next",
    "tls/ca.key",
    "tls/server.key",
];
/// Folders of ours in the data folder, and the folder itself.
const FOLDERS: &[&str] = &[
    "",
    "keys",
    "checkpoints",
    "tls",
    "mingqian.blobs",
    "mingqian.announced",
    "jobs",
    "uploads",
];

/// Writes a file that did not exist, readable by its owner alone, down to the disk.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .map_err(|error| Failure::file(path, &error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::file(path, &error))
}

/// A folder that its owner alone may enter, made if it is not there: whatever lies in it, database or
/// key, is nobody else's to read.
pub(crate) fn private_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path)
        .and_then(|()| close(path, 0o700).map(|_| ()))
        .map_err(|error| Failure::file(path, &error))
}

/// Takes away what others may do with the files and folders of a bureau; says in words what was changed and what
/// could not be, nothing if all was closed already.
pub(crate) fn tighten(data: &Path) -> Option<String> {
    let folders = FOLDERS.iter().map(|name| (data.join(name), 0o700));
    let files = FILES.iter().map(|name| (data.join(name), 0o600));
    let mut closed = Vec::new();
    let mut open = Vec::new();
    for (path, mode) in folders.chain(files) {
        match close(&path, mode) {
            Ok(Some(before)) => {
                closed.push(format!("{}（{before:04o} 改为 {mode:04o}）", told(&path)));
            }
            Ok(None) => {}
            Err(error) => open.push(format!("{}：{}", told(&path), verify::disk::why(&error))),
        }
    }
    let mut words = String::new();
    if !closed.is_empty() {
        let all = closed.join("、");
        words.push_str(&format!("本机其他账号原来可以读的，权限已经收紧：{all}。"));
    }
    if !open.is_empty() {
        words.push_str(&format!(
            "权限没有收紧，本机其他账号还能读：{}",
            open.join("")
        ));
    }
    (!words.is_empty()).then_some(words)
}

/// What of the files and folders of a bureau others may do something with, with its mode.
#[cfg(unix)]
pub(crate) fn standing_open(data: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let folders = FOLDERS.iter().map(|name| (data.join(name), 0o700));
    let files = FILES.iter().map(|name| (data.join(name), 0o600));
    let open = folders.chain(files).filter_map(|(path, mode)| {
        let stands = fs::metadata(&path).ok()?.permissions().mode() & 0o777;
        (stands & !mode != 0).then(|| format!("{}（{stands:04o}）", told(&path)))
    });
    open.collect()
}

#[cfg(not(unix))]
pub(crate) fn standing_open(_: &Path) -> Vec<String> {
    Vec::new()
}

fn told(path: &Path) -> String {
    let clean: PathBuf = path.components().collect();
    clean.display().to_string()
}

/// Takes away whatever `mode` does not allow; what there was, if it was more. What is not there
/// stays away.
#[cfg(unix)]
fn close(path: &Path, mode: u32) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    let before = found.permissions().mode() & 0o777;
    if before & !mode == 0 {
        return Ok(None);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(before & mode))?;
    Ok(Some(before))
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) -> io::Result<Option<u32>> {
    Ok(None)
}
