//! A bundle as a zip: strictly read if it is of `shuang/2`, by the library if it is of `shuang/1`.
//!
//! Deliberately absent: a third reading. A zip that only some programs read as a bundle of `shuang/2` is
//! refused.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

use draw::Version;
use zip::ZipArchive;

use super::{BundleSource, Limits, Origin, fill, repeated, unread, version_of};
use crate::archive;
use crate::verdict::Unreadable;

/// An archive whose files are unpacked when they are asked for.
pub(super) trait Archive {
    fn read(&self, name: &str, size: u64) -> Result<Vec<u8>, Unreadable>;
}

struct Zip<R: Read + Seek>(RefCell<ZipArchive<R>>);

impl BundleSource {
    /// Opens a zip by its bytes.
    pub(super) fn from_archive(
        mut reader: impl Read + Seek + 'static,
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let strict = archive::Archive::open(&mut reader).map(|archive| {
            let sizes = archive.sizes();
            let version = version_of(&sizes, || archive.read("freeze.txt").ok());
            (version, sizes)
        });
        if let Ok((Version::Two, sizes)) = strict {
            let archive = archive::Archive::open(reader).map_err(not_of_two)?;
            return Self::checked(Origin::Packed(Box::new(archive)), sizes, limits);
        }
        let old = Self::from_old_archive(reader, limits)?;
        match (strict, old.version) {
            // Some program reads a bundle of shuang/2 in it, but not every program.
            (Err(reason), Version::Two) => Err(not_of_two(reason)),
            _ => Ok(old),
        }
    }

    /// A zip as `shuang/1` always took it.
    fn from_old_archive(
        reader: impl Read + Seek + 'static,
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let broken = |error: zip::result::ZipError| {
            Unreadable::new(
                "VRFY-003",
                "案卷",
                format!("不是完整的 zip 文件（{error}）。请重新下载。"),
            )
        };
        let mut archive = ZipArchive::new(reader).map_err(broken)?;
        if archive.has_duplicate_names() || archive.has_overlapping_entries().map_err(broken)? {
            return Err(Unreadable::new(
                "VRFY-004",
                "案卷",
                "zip 中有重名或重叠的文件。",
            ));
        }
        let mut sizes = BTreeMap::new();
        for at in 0..archive.len() {
            let member = archive.by_index(at).map_err(broken)?;
            let name = member.name().map_err(broken)?.into_owned();
            if member.is_dir() || member.is_symlink() {
                return Err(Unreadable::new(
                    "VRFY-002",
                    name,
                    "不是普通文件；案卷中不能有文件夹或链接。",
                ));
            }
            let size = member.size();
            if sizes.insert(name.clone(), size).is_some() {
                return Err(repeated(&name));
            }
        }
        Self::checked(
            Origin::Packed(Box::new(Zip(RefCell::new(archive)))),
            sizes,
            limits,
        )
    }
}

impl<R: Read + Seek> Archive for archive::Archive<R> {
    fn read(&self, name: &str, _size: u64) -> Result<Vec<u8>, Unreadable> {
        Self::read(self, name).map_err(|error| unread(name, &error))
    }
}

impl<R: Read + Seek> Archive for Zip<R> {
    fn read(&self, name: &str, size: u64) -> Result<Vec<u8>, Unreadable> {
        let mut archive = self.0.borrow_mut();
        let member = archive
            .by_name(name)
            .map_err(|error| unread(name, &error))?;
        fill(member, size).map_err(|error| unread(name, &error))
    }
}

fn not_of_two(reason: &'static str) -> Unreadable {
    let sentence = format!(
        "不是 shuang/2 规定的 zip：{reason}。请重新下载；自己打包的，请改用原来的 zip 或者文件夹。"
    );
    Unreadable::new("VRFY-009", "案卷", sentence)
}
