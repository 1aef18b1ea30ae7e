//! A zip of either version, read strictly (SPEC-draw §8): what two programs could read in two ways is no
//! bundle.
//!
//! Local headers stand one behind the other from the first byte to the directory, the directory up to the
//! one end record, and both say the same of every file. Everything else is refused: bytes before, between
//! or after them, comments, extra fields, encryption, data descriptors, ZIP64, links, a name twice.
//! Deliberately absent: repair. What earlier servers gave out of `shuang/1` is in this form.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use draw::{Token, Version};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// The end record without a comment.
const END: usize = 22;
/// A line of the directory before the name.
const LINE: usize = 46;
/// A local header before the name.
const LOCAL: usize = 30;
/// More than a directory of 65,535 names of this protocol needs.
const LARGEST_DIRECTORY: u64 = 16 << 20;
/// Flag bits that only tell how the packer worked, and that a name is UTF-8: 1, 2, 11.
const HARMLESS_FLAGS: u16 = 0b1000_0000_0110;
/// Attributes of DOS by which an entry is a label of the volume or a device, and by which it is a folder.
const NO_FILE: u32 = 0x48;
const FOLDER: u32 = 0x10;

/// Why a zip is none of this protocol.
type Reason = &'static str;

/// One file as directory and local header describe it.
#[derive(Clone, Debug)]
struct Member {
    name: Vec<u8>,
    flags: u16,
    /// 0 stored, 8 deflate.
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    /// Where its local header begins.
    header: u64,
    folder: bool,
}

/// The files of an archive; each is unpacked when it is asked for.
pub(crate) struct Archive<R> {
    reader: RefCell<R>,
    members: BTreeMap<String, Member>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn bytes_at(reader: &mut (impl Read + Seek), at: u64, count: u64) -> Result<Vec<u8>, Reason> {
    let count = usize::try_from(count).map_err(|_| "文件太大")?;
    let mut bytes = vec![0; count];
    let read = reader.seek(SeekFrom::Start(at));
    read.and_then(|_| reader.read_exact(&mut bytes))
        .map_err(|_| "文件不完整")?;
    Ok(bytes)
}

impl<R: Read + Seek> Archive<R> {
    /// Reads directory and headers, and holds them against each other.
    pub(crate) fn open(mut reader: R) -> Result<Self, Reason> {
        let length = reader.seek(SeekFrom::End(0)).map_err(|_| "读不了")?;
        let end_at = length.checked_sub(END as u64).ok_or("文件太短")?;
        let end = bytes_at(&mut reader, end_at, END as u64)?;
        let (count, size) = (u16_at(&end, 10), u64::from(u32_at(&end, 12)));
        let start = u64::from(u32_at(&end, 16));
        if !end.starts_with(b"PK\x05\x06") || u16_at(&end, 20) != 0 {
            return Err("末尾不是目录结束记录，或者带有注释、多余内容");
        }
        let one_disk = u32_at(&end, 4) == 0 && u16_at(&end, 8) == count;
        if !one_disk || start.checked_add(size) != Some(end_at) || size > LARGEST_DIRECTORY {
            return Err("目录不在它应在的位置");
        }
        let directory = bytes_at(&mut reader, start, size)?;
        let members = listed(&directory, count)?;
        check_headers(&mut reader, &members, start)?;
        Ok(Self {
            reader: RefCell::new(reader),
            members: named(members)?,
        })
    }

    /// Names and unpacked sizes.
    pub(crate) fn sizes(&self) -> BTreeMap<String, u64> {
        let sizes = self.members.iter();
        sizes
            .map(|(name, member)| (name.clone(), member.size))
            .collect()
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let wrong = |reason: Reason| io::Error::other(reason);
        let member = self.members.get(name).ok_or_else(|| wrong("没有"))?;
        let at = member.header + (LOCAL + member.name.len()) as u64;
        let packed = bytes_at(&mut *self.reader.borrow_mut(), at, member.packed).map_err(wrong)?;
        let bytes = match member.method {
            8 => inflate(&packed, member.size).map_err(wrong)?,
            _ => packed,
        };
        let mut crc = Crc::new();
        crc.update(&bytes);
        match bytes.len() as u64 == member.size && crc.sum() == member.crc {
            true => Ok(bytes),
            false => Err(wrong("长度或者校验码不符")),
        }
    }
}

/// A whole deflate stream that gives exactly so many bytes and ends where the packed bytes do.
fn inflate(packed: &[u8], size: u64) -> Result<Vec<u8>, Reason> {
    let size = usize::try_from(size).map_err(|_| "文件太大")?;
    let mut stream = Decompress::new(false);
    let mut bytes = Vec::with_capacity(size.min(1 << 20));
    let mut block = vec![0; 1 << 16];
    loop {
        let (taken, given) = (stream.total_in(), stream.total_out());
        let rest = usize::try_from(taken).map_err(|_| "文件太大")?;
        let status = stream.decompress(&packed[rest..], &mut block, FlushDecompress::None);
        let new = usize::try_from(stream.total_out() - given).map_err(|_| "文件太大")?;
        bytes.extend_from_slice(&block[..new]);
        if bytes.len() > size {
            return Err("解压后比写明的长");
        }
        match status {
            Ok(Status::StreamEnd) if stream.total_in() == packed.len() as u64 => return Ok(bytes),
            Ok(Status::StreamEnd) => return Err("压缩数据之后还有内容"),
            Ok(_) if new > 0 || stream.total_in() > taken => {}
            _ => return Err("压缩数据不完整或者已损坏"),
        }
    }
}

/// The lines of the directory, in their order.
fn listed(directory: &[u8], count: u16) -> Result<Vec<Member>, Reason> {
    let mut rest = directory;
    let mut members = Vec::new();
    for _ in 0..count {
        let (line, after) = rest.split_at_checked(LINE).ok_or("目录不完整")?;
        let length = usize::from(u16_at(line, 28));
        let (name, after) = after.split_at_checked(length).ok_or("目录不完整")?;
        members.push(member(line, name)?);
        rest = after;
    }
    match rest.is_empty() {
        true => Ok(members),
        false => Err("目录中有多余的内容"),
    }
}

fn member(line: &[u8], name: &[u8]) -> Result<Member, Reason> {
    if !line.starts_with(b"PK\x01\x02") {
        return Err("目录中有别的内容");
    }
    let (flags, method, attributes) = (u16_at(line, 8), u16_at(line, 10), u32_at(line, 38));
    if flags & !HARMLESS_FLAGS != 0 {
        return Err("有加密或者数据描述符");
    }
    if method != 0 && method != 8 {
        return Err("压缩方法不是存储或者 deflate");
    }
    if u16_at(line, 30) != 0 || u16_at(line, 32) != 0 || u16_at(line, 34) != 0 {
        return Err("目录中有附加字段、注释或者分卷");
    }
    let folder = name.ends_with(b"/");
    let kind = if folder { 4 } else { 8 };
    let refused = if folder { NO_FILE } else { NO_FILE | FOLDER };
    if !matches!(attributes >> 28, mode if mode == 0 || mode == kind) || attributes & refused != 0 {
        return Err("有链接、文件夹或者设备");
    }
    // What is never unpacked must have nothing to unpack.
    let (crc, packed, size) = (u32_at(line, 16), u32_at(line, 20), u32_at(line, 24));
    if folder && (method, crc, packed, size) != (0, 0, 0, 0) {
        return Err("文件夹中写着内容");
    }
    Ok(Member {
        name: name.to_vec(),
        flags,
        method,
        crc,
        packed: packed.into(),
        size: size.into(),
        header: u64::from(u32_at(line, 42)),
        folder,
    })
}

/// Local headers stand in the order of the directory without a gap, and say the same.
fn check_headers(
    reader: &mut (impl Read + Seek),
    members: &[Member],
    directory: u64,
) -> Result<(), Reason> {
    let mut at = 0;
    for member in members {
        if member.header != at {
            return Err("文件之间有空隙、重叠或者多余的内容");
        }
        let header = bytes_at(reader, at, (LOCAL + member.name.len()) as u64)?;
        let same = header.starts_with(b"PK\x03\x04")
            && u16_at(&header, 6) == member.flags
            && u16_at(&header, 8) == member.method
            && u32_at(&header, 14) == member.crc
            && u64::from(u32_at(&header, 18)) == member.packed
            && u64::from(u32_at(&header, 22)) == member.size
            && usize::from(u16_at(&header, 26)) == member.name.len()
            && u16_at(&header, 28) == 0
            && header[LOCAL..] == member.name;
        if !same {
            return Err("目录与文件头不同");
        }
        at += header.len() as u64 + member.packed;
        if at > directory {
            return Err("文件与目录重叠");
        }
    }
    match at == directory {
        true => Ok(()),
        false => Err("文件与目录之间有多余的内容"),
    }
}

/// Members by name, a top folder passed over.
fn named(members: Vec<Member>) -> Result<BTreeMap<String, Member>, Reason> {
    let first = members.first().map(|member| member.name.as_slice());
    let slash = first.and_then(|name| name.iter().position(|byte| *byte == b'/'));
    let top = match (first, slash) {
        (Some(name), Some(slash)) => name[..=slash].to_vec(),
        _ => Vec::new(),
    };
    if let Some((_, name)) = top.split_last() {
        let good = Token::new(name).is_some_and(|name| Version::Two.allows(name));
        if !good {
            return Err("顶层文件夹的名称不合规定");
        }
    }
    let mut found = BTreeMap::new();
    for (at, member) in members.into_iter().enumerate() {
        if member.folder {
            if at != 0 || member.name != top {
                return Err("顶层以外还有文件夹");
            }
            continue;
        }
        let name = member
            .name
            .strip_prefix(&*top)
            .ok_or("有文件不在顶层文件夹之中")?;
        let name = std::str::from_utf8(name)
            .ok()
            .filter(|name| name.is_ascii());
        let name = name.ok_or("文件名不是 ASCII")?;
        if name.is_empty() || name.contains('/') {
            return Err("顶层以外还有文件夹");
        }
        if found.insert(name.to_owned(), member).is_some() {
            return Err("同名文件出现两次");
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
