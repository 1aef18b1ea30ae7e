//! A workbook is a zip archive; this looks at it before any library opens it.
//!
//! Sizes in the directory are only claims, so the parts that will be read are unpacked once into
//! nothing and counted. Costs one pass; a bomb is refused before it can fill memory.

use std::io::{self, Read, Seek};

use domain::refusal::Refusal;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::Limits;
use crate::codes;

/// Below this size a high ratio is no danger, and ordinary for XML.
const SMALL: u64 = 4 << 20;

/// More parts than any office program makes of one table.
const PARTS: usize = 4096;

/// Refuses what is not a workbook or would cost too much to unpack.
pub(super) fn inspect(file: impl Read + Seek, limits: &Limits) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(file).map_err(|why| broken(&why))?;
    if archive.len() > PARTS {
        return Err(broken(&"部件过多"));
    }
    refuse_other_kinds(&archive)?;
    let mut unpacked = 0_u64;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|why| broken(&why))?;
        let name = part
            .name()
            .map_err(|why| broken(&why))?
            .to_ascii_lowercase();
        if is_read(&name) {
            unpacked += measure(&mut part, &name, limits)?;
        }
        if unpacked > limits.uncompressed {
            return Err(codes::UNPACKED_TOO_LARGE.refuse(&[("limit", &limits.uncompressed)]));
        }
    }
    Ok(())
}

fn is_read(name: &str) -> bool {
    [".xml", ".rels"].iter().any(|end| name.ends_with(end))
}

fn refuse_other_kinds<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(), Refusal> {
    let has = |part: &str| {
        archive
            .file_names()
            .any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(part)))
    };
    if has("xl/workbook.xml") {
        return Ok(());
    }
    let what = if has("xl/workbook.bin") {
        "二进制工作簿（.xlsb）"
    } else if has("word/document.xml") {
        "文字文档"
    } else if has("content.xml") {
        "ODF 文档"
    } else {
        "压缩包"
    };
    Err(codes::NOT_A_TABLE.refuse(&[("what", &what)]))
}

/// Unpacks one part into nothing and returns its true size.
fn measure<R: Read>(
    part: &mut ZipFile<'_, R>,
    name: &str,
    limits: &Limits,
) -> Result<u64, Refusal> {
    let strings = name.ends_with("sharedstrings.xml");
    let limit = if strings {
        limits.shared_strings
    } else {
        limits.uncompressed
    };
    let too_large = || {
        let code = if strings {
            &codes::STRINGS_TOO_LARGE
        } else {
            &codes::UNPACKED_TOO_LARGE
        };
        code.refuse(&[("limit", &limit)])
    };
    let bomb = || codes::BOMB.refuse(&[("part", &name), ("limit", &limits.ratio)]);
    // A part that grows beyond the ratio is stopped there, long before its end.
    let most = part
        .compressed_size()
        .saturating_mul(limits.ratio)
        .max(SMALL);
    if part.size() > limit {
        return Err(too_large());
    }
    if part.size() > most {
        return Err(bomb());
    }
    let declared = part.size();
    let bound = most.min(limit);
    let counted =
        io::copy(&mut part.take(bound + 1), &mut io::sink()).map_err(|why| broken(&why))?;
    match counted {
        _ if counted > limit => Err(too_large()),
        _ if counted > most => Err(bomb()),
        _ if counted != declared => Err(broken(&"部件大小与目录不符")),
        _ => Ok(counted),
    }
}

/// The refusal of a damaged workbook.
pub(super) fn broken(why: &dyn std::fmt::Display) -> Refusal {
    codes::BROKEN.refuse(&[("why", why)])
}
