//! A bundle as a zip, of either version: strictly read, by [`crate::archive`].
//!
//! Deliberately absent: a second reading. A zip that only some programs read as a bundle is refused.

use std::io::{Read, Seek};

use super::{BundleSource, Limits, Origin, unread};
use crate::archive;
use crate::verdict::Unreadable;

/// An archive whose files are unpacked when they are asked for.
pub(super) trait Archive {
    fn read(&self, name: &str) -> Result<Vec<u8>, Unreadable>;
}

impl BundleSource {
    /// Opens a zip by its bytes.
    pub(super) fn from_archive(
        reader: impl Read + Seek + 'static,
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let archive = archive::Archive::open(reader).map_err(|reason| {
            let sentence = format!(
                "不是协议规定的 zip：{reason}。请重新下载；自己打包的，请改用原来的 zip 或者文件夹。"
            );
            Unreadable::new("VRFY-009", "案卷", sentence)
        })?;
        let sizes = archive.sizes();
        Self::checked(Origin::Packed(Box::new(archive)), sizes, limits)
    }
}

impl<R: Read + Seek> Archive for archive::Archive<R> {
    fn read(&self, name: &str) -> Result<Vec<u8>, Unreadable> {
        Self::read(self, name).map_err(|error| unread(name, &error))
    }
}
