//! `mingqian backup`: everything of a bureau but its keys, as it stands at one moment, beside a server that goes on
//! working.
//!
//! A backup is a folder: the database, the content its rows only name, uploads under way, and last of all
//! `manifest.json` with the hash of each file, so that half a backup is none. Keys are never in it: they are copied to a
//! folder of their own where that is asked for, and belong on another medium. Deliberately absent: sending it anywhere.

pub(crate) mod manifest;
pub(crate) mod server_tools;

use std::fs;
use std::path::{Path, PathBuf};

use app::port::Clock as _;
use clap::Args;
use domain::time::Instant;
use serde_json::json;
use store::{Exhibit, StoreError, copy_sqlite};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::Place;
use crate::machine::note_backup;
use crate::ports::OsClock;
use crate::private::{private_folder, write_private};
use manifest::{DUMP, MANIFEST, Manifest};

/// Arguments of `mingqian backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 备份放在哪个目录之下，每次一个新目录
    #[arg(long, value_name = "目录")]
    to: PathBuf,
    /// 密钥另存到这个目录；不写就不备份密钥
    #[arg(long, value_name = "目录")]
    keys: Option<PathBuf>,
    /// 只留最近几份完整的备份，更早的删除；不写就都留着
    #[arg(long, value_name = "份数", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    keep: Option<u32>,
}

/// Copies, and says what and where.
pub(crate) fn run(args: &BackupArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let made = runtime()?.block_on(backed_up(&place, &args.to, OsClock.now()))?;
    note_backup(
        &place.data,
        Instant::from_unix_ms(made.manifest.made_at_ms),
        &made.folder,
    )?;
    if let Some(keys) = &args.keys {
        copy_keys(&place, keys)?;
    }
    let gone = match args.keep {
        Some(keep) => thinned(&args.to, &made.manifest.origin, keep)?,
        None => Vec::new(),
    };
    let keys = match &args.keys {
        Some(keys) => format!("密钥另存在 {}，移到离线介质。", keys.display()),
        None => {
            "备份里没有密钥：keys 目录另行备份、离线保存，没有它备份里封存的内容打不开。".to_owned()
        }
    };
    let (folder, manifest) = (made.folder.display(), &made.manifest);
    let older = match gone.len() {
        0 => String::new(),
        gone => format!("删除了更早的 {gone} 份。\n"),
    };
    output.say(
        &format!(
            "已备份到 {folder}：留痕 {} 条，文件 {} 个，共 {} 字节。\n{older}{keys}\n",
            manifest.log_size,
            manifest.files.len(),
            manifest.bytes(),
        ),
        &json!({
            "folder": made.folder, "log_size": manifest.log_size, "log_root": manifest.log_root,
            "files": manifest.files.len(), "bytes": manifest.bytes(), "removed": gone,
        }),
    );
    Ok(0)
}

/// A backup that was made.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
}

/// Makes one. What breaks off leaves a folder that ends in `.partial` and is no backup.
pub(crate) async fn backed_up(place: &Place, to: &Path, now: Instant) -> Result<Made, Failure> {
    let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
    let exhibit = place.exhibit().await?;
    let bureau = exhibit.require_bureau().await;
    let origin = match bureau {
        Ok(()) => exhibit.fact("origin").await,
        Err(error) => Err(error),
    };
    exhibit.close().await;
    let origin = origin.map_err(failed)?.unwrap_or_default();
    private_folder(to)?;
    let name = format!("mingqian-{:013}", now.unix_ms());
    let partial = to.join(format!("{name}.partial"));
    fs::create_dir(&partial).map_err(|error| Failure::file(&partial, &error))?;
    private_folder(&partial)?;
    let (log_size, log_root) = match &place.database {
        None => embedded(place, &partial).await?,
        Some(url) => {
            let head = place.exhibit().await?;
            let stands = head.log_head().await;
            head.close().await;
            let stands = stands.map_err(failed)?;
            server_tools::dump(url, &partial.join(DUMP))?;
            stands
        }
    };
    for folder in ["uploads", "jobs"] {
        copy_folder(&place.data.join(folder), &partial.join(folder))?;
    }
    let manifest = Manifest::of(
        &partial,
        place.database.is_some(),
        (origin, now),
        (log_size, log_root),
    )?;
    write_private(&partial.join(MANIFEST), &manifest.text())?;
    let folder = to.join(name);
    fs::rename(&partial, &folder).map_err(|error| Failure::file(&folder, &error))?;
    Ok(Made { folder, manifest })
}

/// The embedded database first: whatever its rows name was kept before them and is never taken away while they do.
async fn embedded(place: &Place, partial: &Path) -> Result<(u64, String), Failure> {
    let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
    let copy = partial.join("mingqian.sqlite");
    let copied = copy_sqlite(&place.data.join("mingqian.sqlite"), &copy).await;
    copied.map_err(failed)?;
    synced(&copy)?;
    let content = partial.join("mingqian.blobs");
    copy_folder(&place.data.join("mingqian.blobs"), &content)?;
    // What is still being written has no name yet, and no row.
    let unfinished = content.join("part");
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&unfinished, &error));
        }
        _ => {}
    }
    let exhibit = Exhibit::open_sqlite(&copy).await.map_err(failed)?;
    let head = exhibit.log_head().await;
    exhibit.close().await;
    head.map_err(failed)
}

/// Copies a folder with all that lies in it, down to the disk; what goes meanwhile was nobody's.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    let listed = match fs::read_dir(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        listed => listed.map_err(|error| Failure::file(from, &error))?,
    };
    private_folder(to)?;
    for entry in listed {
        let entry = entry.map_err(|error| Failure::file(from, &error))?;
        let (one, copy) = (entry.path(), to.join(entry.file_name()));
        let kind = entry
            .file_type()
            .map_err(|error| Failure::file(&one, &error))?;
        if kind.is_dir() {
            copy_folder(&one, &copy)?;
        } else if kind.is_file() {
            copy_file(&one, &copy)?;
        }
    }
    Ok(())
}

/// Copies one file, readable by its owner alone.
pub(crate) fn copy_file(one: &Path, copy: &Path) -> Result<(), Failure> {
    match fs::copy(one, copy) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        copied => copied.map_err(|error| Failure::file(one, &error))?,
    };
    synced(copy)
}

fn synced(file: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))
            .map_err(|error| Failure::file(file, &error))?;
    }
    fs::File::open(file)
        .and_then(|file| file.sync_all())
        .map_err(|error| Failure::file(file, &error))
}

/// The keys, to a folder of their own.
fn copy_keys(place: &Place, to: &Path) -> Result<(), Failure> {
    private_folder(to)?;
    for name in ["storage.key", "log.key"] {
        let copy = to.join(name);
        let own = place.data.join("keys").join(name);
        let bytes = fs::read(&own).map_err(|error| Failure::file(&own, &error))?;
        match fs::read(&copy) {
            Ok(there) if there == bytes => {}
            Ok(_) => {
                return Err(Failure::new(
                    "BACK-002",
                    copy.display().to_string(),
                    "这里已经有另一把密钥，没有覆盖。数据已经备份；把密钥另存到别的目录。",
                ));
            }
            Err(_) => copy_file(&own, &copy)?,
        }
    }
    Ok(())
}

/// Removes the oldest complete backups of this bureau beyond so many.
fn thinned(to: &Path, origin: &str, keep: u32) -> Result<Vec<PathBuf>, Failure> {
    let mut own = Vec::new();
    for entry in fs::read_dir(to).map_err(|error| Failure::file(to, &error))? {
        let folder = entry.map_err(|error| Failure::file(to, &error))?.path();
        if let Ok(manifest) = Manifest::read(&folder)
            && manifest.origin == origin
        {
            own.push((manifest.made_at_ms, folder));
        }
    }
    own.sort();
    let beyond = own.len().saturating_sub(keep as usize);
    let mut gone = Vec::new();
    for (_, folder) in own.into_iter().take(beyond) {
        // Without its manifest it is no backup any more, wherever this breaks off.
        let manifest = folder.join(MANIFEST);
        fs::remove_file(&manifest).map_err(|error| Failure::file(&manifest, &error))?;
        fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        gone.push(folder);
    }
    Ok(gone)
}
