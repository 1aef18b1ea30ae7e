//! One reading of a zip: the archive of a plain packer is read, and every way in which two programs could
//! read two things is refused.

use std::io::Cursor;

use super::Archive;

/// A file as a packer lays it down.
#[derive(Clone)]
struct Entry {
    name: &'static str,
    content: &'static [u8],
    flags: u16,
    method: u16,
    extra: &'static [u8],
    comment: &'static [u8],
    attributes: u32,
    /// Bytes before its local header.
    before: &'static [u8],
    /// The name in the local header, if it is another one.
    local: Option<&'static str>,
}

fn entry(name: &'static str, content: &'static [u8]) -> Entry {
    Entry {
        name,
        content,
        flags: 0,
        method: 0,
        extra: b"",
        comment: b"",
        attributes: 0,
        before: b"",
        local: None,
    }
}

fn shared(entry: &Entry, name: &str, packed: usize) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(entry.content);
    let mut bytes = Vec::new();
    for number in [20, entry.flags, entry.method, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [
        crc.sum(),
        u32::try_from(packed).unwrap(),
        u32::try_from(entry.content.len()).unwrap(),
    ] {
        bytes.extend(number.to_le_bytes());
    }
    for length in [name.len(), entry.extra.len()] {
        bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    }
    bytes
}

fn packed(entry: &Entry) -> Vec<u8> {
    use std::io::Write;
    match entry.method {
        8 => {
            let level = flate2::Compression::default();
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(entry.content).unwrap();
            encoder.finish().unwrap()
        }
        _ => entry.content.to_vec(),
    }
}

fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        bytes.extend(entry.before);
        let at = u32::try_from(bytes.len()).unwrap();
        let content = packed(entry);
        let name = entry.local.unwrap_or(entry.name);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(shared(entry, name, content.len()));
        bytes.extend(name.as_bytes());
        bytes.extend(entry.extra);
        bytes.extend(content.iter());
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(shared(entry, entry.name, content.len()));
        directory.extend(u16::try_from(entry.comment.len()).unwrap().to_le_bytes());
        directory.extend([0; 4]);
        directory.extend(entry.attributes.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(entry.name.as_bytes());
        directory.extend(entry.extra);
        directory.extend(entry.comment);
    }
    let start = bytes.len();
    bytes.extend(&directory);
    bytes.extend(end(entries.len(), directory.len(), start));
    bytes
}

fn end(count: usize, size: usize, start: usize) -> Vec<u8> {
    let count = u16::try_from(count).unwrap().to_le_bytes();
    let mut bytes = b"PK\x05\x06\0\0\0\0".to_vec();
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend(u32::try_from(size).unwrap().to_le_bytes());
    bytes.extend(u32::try_from(start).unwrap().to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn read(bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let archive = Archive::open(Cursor::new(bytes)).map_err(str::to_owned)?;
    let names: Vec<String> = archive.sizes().into_keys().collect();
    let read = |name: String| {
        let content = archive.read(&name).map_err(|error| error.to_string())?;
        Ok((name, content))
    };
    names.into_iter().map(read).collect()
}

fn two() -> [Entry; 2] {
    let mut second = entry("freeze.txt", b"freeze freeze freeze\n");
    second.method = 8;
    [entry("plan.txt", b"plan\n"), second]
}

fn content() -> Vec<(String, Vec<u8>)> {
    two()
        .iter()
        .rev()
        .map(|entry| (entry.name.to_owned(), entry.content.to_vec()))
        .collect()
}

/// Refused although the same archive without the change is read.
fn refused(change: impl FnOnce(&mut Vec<Entry>)) -> String {
    let mut entries = two().to_vec();
    assert_eq!(read(zip(&entries)), Ok(content()));
    change(&mut entries);
    read(zip(&entries)).expect_err("refused")
}

#[test]
fn stored_and_deflated_files_are_read_at_the_top_and_in_one_folder() {
    assert_eq!(read(zip(&two())), Ok(content()));
    let mut inside = two();
    inside[0].name = "a.b-1/plan.txt";
    inside[1].name = "a.b-1/freeze.txt";
    assert_eq!(read(zip(&inside)), Ok(content()));
    let mut folder = vec![entry("a.b-1/", b"")];
    folder[0].attributes = 0o040_755 << 16 | 0x10;
    folder.extend(inside);
    assert_eq!(read(zip(&folder)), Ok(content()));
    let mut harmless = two();
    harmless[0].flags = 1 << 11;
    harmless[1].flags = 1 << 1 | 1 << 2;
    harmless[0].attributes = 0o100_644 << 16 | 0x20;
    assert_eq!(read(zip(&harmless)), Ok(content()));
    assert_eq!(read(zip(&[])), Ok(vec![]));
}

#[test]
fn nothing_stands_before_between_or_after_the_files() {
    refused(|entries| entries[0].before = b"MZ");
    refused(|entries| entries[1].before = b"x");
    let whole = zip(&two());
    let mut longer = whole.clone();
    longer.push(0);
    read(longer).unwrap_err();
    let mut commented = whole.clone();
    let length = commented.len();
    commented[length - 2] = 1;
    commented.push(b'!');
    read(commented).unwrap_err();
    // Two archives in one: the directory of the first lies before that of the second.
    let mut both = zip(&[entry("plan.txt", b"other\n")]);
    both.extend(&whole);
    read(both).unwrap_err();
    // Data between the last file and the directory.
    let entries = two();
    let plain = zip(&entries);
    let directory = plain
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    let mut gap = plain.clone();
    gap.insert(directory, b'x');
    let at = gap.len() - 6;
    let start = u32::try_from(directory + 1).unwrap();
    gap[at..at + 4].copy_from_slice(&start.to_le_bytes());
    read(gap).unwrap_err();
    for cut in 0..plain.len() {
        read(plain[..cut].to_vec()).unwrap_err();
    }
}

#[test]
fn directory_and_headers_say_the_same() {
    refused(|entries| entries[0].local = Some("plat.txt"));
    refused(|entries| entries[0].extra = b"\x75\x70\x01\0x");
    refused(|entries| entries[0].comment = b"c");
    for flag in [0, 3, 6, 13] {
        refused(|entries| entries[0].flags = 1 << flag);
    }
    refused(|entries| entries[0].method = 12);
}

#[test]
fn links_folders_and_devices_are_refused() {
    for mode in [
        0o120_777u32,
        0o040_755,
        0o020_644,
        0o060_644,
        0o010_644,
        0o140_755,
    ] {
        refused(|entries| entries[0].attributes = mode << 16);
    }
    for attributes in [0x10, 0x08, 0x40] {
        refused(|entries| entries[0].attributes = attributes);
    }
    refused(|entries| entries.push(entry("later/", b"")));
    refused(|entries| entries.insert(0, entry("x/", b"")));
    refused(|entries| entries[1].name = "a/freeze.txt");
    refused(|entries| {
        entries[0].name = "a/plan.txt";
        entries[1].name = "b/freeze.txt";
    });
    refused(|entries| {
        entries[0].name = "a/b/plan.txt";
        entries[1].name = "a/b/freeze.txt";
    });
    for top in [
        "../plan.txt",
        "-x/plan.txt",
        "a=b/plan.txt",
        "/plan.txt",
        ".x/plan.txt",
    ] {
        read(zip(&[entry(top, b"plan\n")])).unwrap_err();
    }
}

#[test]
fn a_name_twice_or_not_ascii_is_refused() {
    refused(|entries| entries[1].name = "plan.txt");
    refused(|entries| entries[1].name = "plän.txt");
    refused(|entries| entries[1].name = "");
}

#[test]
fn a_stream_that_does_not_end_with_its_bytes_is_refused() {
    let entries = two();
    let plain = zip(&entries);
    let length = packed(&entries[1]).len();
    let at = plain
        .windows(length)
        .position(|found| found == packed(&entries[1]))
        .unwrap();
    // Every byte of the stream and of the stored file counts: by the CRC, or by the end.
    for byte in at..at + length {
        let mut damaged = plain.clone();
        damaged[byte] ^= 0x80;
        if let Ok(found) = read(damaged) {
            assert_eq!(
                found,
                content(),
                "only the padding after the last bit is free"
            );
        }
    }
    let mut stored = plain;
    let place = stored
        .windows(5)
        .position(|found| found == b"plan\n")
        .unwrap();
    stored[place] ^= 1;
    read(stored).unwrap_err();
}
