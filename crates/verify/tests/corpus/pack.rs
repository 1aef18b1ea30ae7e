//! Zips written byte by byte, so that each can be wrong in one way: in the form of SPEC-draw §8 unless a knob says
//! otherwise.

use std::collections::BTreeMap;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

#[derive(Clone)]
struct Entry {
    name: String,
    /// The name in the directory.
    listed: String,
    content: Vec<u8>,
    size: u32,
    crc: u32,
    listed_crc: u32,
    method: u16,
    flags: u16,
    extra: Vec<u8>,
    attributes: u32,
    /// What made it and what is needed to read it, time and date in its local header, and attributes of the content.
    maker: u16,
    needed: u16,
    time: u32,
    internal: u16,
}

fn short(out: &mut Vec<u8>, value: u16) {
    out.extend(value.to_le_bytes());
}

fn long(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_le_bytes());
}

fn length<T: TryFrom<usize>>(bytes: &[u8]) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(bytes.len()).unwrap()
}

fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    !bytes
        .iter()
        .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

/// A deflate stream of stored blocks.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut blocks = bytes.chunks(0xffff).peekable();
    if blocks.peek().is_none() {
        return vec![3, 0];
    }
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        short(&mut out, length(block));
        short(&mut out, !length::<u16>(block));
        out.extend(block);
    }
    out
}

impl Entry {
    fn of(name: &str, bytes: &[u8], deflated: bool) -> Self {
        let crc = crc32(bytes);
        Self {
            name: name.to_owned(),
            listed: name.to_owned(),
            content: if deflated {
                deflate(bytes)
            } else {
                bytes.to_vec()
            },
            size: length(bytes),
            crc,
            listed_crc: crc,
            method: if deflated { 8 } else { 0 },
            flags: 0,
            extra: Vec::new(),
            attributes: 0o100_644 << 16,
            maker: 0x0314,
            needed: 20,
            time: 0x5a21_0000,
            internal: 0,
        }
    }

    /// The fields both headers share, from the flags to the length of the extra field.
    fn shared(&self, out: &mut Vec<u8>, name: &str, crc: u32, time: u32) {
        short(out, self.flags);
        short(out, self.method);
        long(out, time);
        long(out, crc);
        long(out, length(&self.content));
        long(out, self.size);
        short(out, length(name.as_bytes()));
        short(out, length(&self.extra));
    }

    fn local(&self, out: &mut Vec<u8>) {
        long(out, LOCAL);
        short(out, self.needed);
        self.shared(out, &self.name, self.crc, self.time);
        out.extend(self.name.as_bytes());
        out.extend(&self.extra);
        out.extend(&self.content);
    }

    fn central(&self, out: &mut Vec<u8>, at: u32) {
        long(out, CENTRAL);
        short(out, self.maker);
        short(out, 20);
        self.shared(out, &self.listed, self.listed_crc, 0x5a21_0000);
        out.extend([0; 4]);
        short(out, self.internal);
        long(out, self.attributes);
        long(out, at);
        out.extend(self.listed.as_bytes());
        out.extend(&self.extra);
    }
}

fn end(out: &mut Vec<u8>, count: u16, directory: u32, at: u32, comment: &[u8]) {
    long(out, END);
    long(out, 0);
    short(out, count);
    short(out, count);
    long(out, directory);
    long(out, at);
    short(out, length(comment));
    out.extend(comment);
}

/// The files as one zip; `knobs` say in which form, or what is wrong with it.
pub fn zip(files: &BTreeMap<String, Vec<u8>>, knobs: &[&str]) -> Vec<u8> {
    let on = |knob: &str| knobs.contains(&knob);
    let deflated = on("deflated") || on("deflate-more");
    let mut entries: Vec<Entry> = files
        .iter()
        .map(|(name, bytes)| Entry::of(name, bytes, deflated))
        .collect();
    for knob in knobs {
        turn(&mut entries, knob);
    }
    let mut out = if on("prefix") {
        b"#!\n".to_vec()
    } else {
        Vec::new()
    };
    let mut places = Vec::new();
    for entry in &entries {
        places.push(length(&out));
        entry.local(&mut out);
        if on("gap") {
            out.push(0);
        }
    }
    let at: u32 = length(&out);
    let mut listed: Vec<(&Entry, u32)> = entries.iter().zip(places).collect();
    if on("reordered") {
        listed.swap(0, 1);
    }
    for (entry, place) in &listed {
        entry.central(&mut out, *place);
    }
    if on("beyond") {
        out.extend(b"more");
    }
    let directory: u32 = length::<u32>(&out) - at;
    let comment: &[u8] = if on("comment") { b"hello" } else { b"" };
    end(
        &mut out,
        u16::try_from(entries.len()).unwrap(),
        directory,
        at,
        comment,
    );
    for knob in knobs {
        misend(&mut out, knob, files);
    }
    out
}

/// What a knob does to the end of the archive; those that concern anything else do nothing here.
fn misend(out: &mut Vec<u8>, knob: &str, files: &BTreeMap<String, Vec<u8>>) {
    let ending = out.len() - 22;
    match knob {
        "disk" => out[ending + 4] = 1,
        // The entries on this disk, and of all.
        "count" => {
            out[ending + 8] -= 1;
            out[ending + 10] -= 1;
        }
        "trailing" => out.push(b'\n'),
        "two-archives" => out.extend(zip(files, &[])),
        // A whole bundle of the other version stands before this one, which any reader of the end finds.
        "behind-another" => {
            let other = match files.contains_key("plan.txt") {
                true => "one",
                false => "pairs",
            };
            let mut before = super::cases::archive(other);
            before.retain(|name, _| !name.ends_with(".entry") && !name.ends_with(".proof"));
            out.splice(0..0, zip(&before, &[]));
        }
        "cut" => out.truncate(out.len() - 30),
        _ => {}
    }
}

/// What a knob does to the entries; those that concern the whole archive do nothing here.
fn turn(entries: &mut Vec<Entry>, knob: &str) {
    let first = &mut entries[0];
    match knob {
        "deflate-flags" => entries
            .iter_mut()
            .for_each(|entry| entry.flags = 1 << 1 | 1 << 2),
        "patch-flag" => first.flags = 1 << 5,
        "utf8-flag" => entries.iter_mut().for_each(|entry| entry.flags = 1 << 11),
        "encrypted" => first.flags = 1,
        "descriptor" => first.flags = 8,
        "extra" => first.extra = vec![0x55, 0x54, 1, 0, 0],
        "method" => first.method = 12,
        "crc" => {
            first.crc ^= 1;
            first.listed_crc ^= 1;
        }
        "crc-of-directory" => first.listed_crc ^= 1,
        "other-name" => first.listed = "void.txt".to_owned(),
        "deflate-more" => first.content.push(0),
        "size" => first.size += 1,
        "link" => first.attributes = 0o120_777 << 16,
        "folder" => first.attributes = 0o040_755 << 16,
        "device" => first.attributes = 0o020_644 << 16,
        "device-dos" => first.attributes = 0x40,
        "label" => first.attributes = 0x08,
        // Nothing of this says what is in the file.
        "free" => {
            first.maker = 0x003f;
            first.needed = 45;
            first.time = u32::MAX;
            first.internal = 0xffff;
            first.attributes = 0o107_777 << 16 | 0xffa7;
        }
        "unicode" => {
            first.name = "\u{ff46}reeze.txt".to_owned();
            first.listed.clone_from(&first.name);
        }
        "twice" => {
            let again = first.clone();
            entries.push(again);
        }
        _ => turn_top(entries, knob),
    }
}

/// What a knob does to the top folder.
fn turn_top(entries: &mut Vec<Entry>, knob: &str) {
    let top = |entries: &mut Vec<Entry>, folder: &str| {
        for entry in entries {
            entry.name = format!("{folder}/{}", entry.name);
            entry.listed.clone_from(&entry.name);
        }
    };
    match knob {
        "top" => top(entries, "draw-7"),
        "top-entry" => {
            top(entries, "draw-7");
            let mut folder = Entry::of("draw-7/", b"", false);
            folder.attributes = (0o040_755 << 16) | 0x10;
            entries.insert(0, folder);
        }
        "top-bad" => top(entries, ".draw"),
        "two-tops" => {
            top(entries, "draw-7");
            entries[1].name = "draw-8/".to_owned() + &entries[1].name["draw-7/".len()..];
            entries[1].listed = entries[1].name.clone();
        }
        "nested" => {
            top(entries, "draw-7");
            top(entries, "draw-6");
        }
        "half-top" => {
            top(entries, "draw-7");
            let bare = entries[0].name["draw-7/".len()..].to_owned();
            entries[0].listed.clone_from(&bare);
            entries[0].name = bare;
        }
        _ => {
            if let Some(knob) = knob.strip_prefix("top-entry-") {
                turn_top(entries, "top-entry");
                turn_folder(entries, knob);
            }
        }
    }
}

/// What is odd about the entry of the top folder.
fn turn_folder(entries: &mut [Entry], knob: &str) {
    let folder = &mut entries[0];
    match knob {
        "late" => entries.rotate_left(1),
        "full" => {
            let attributes = folder.attributes;
            *folder = Entry::of("draw-7/", b"x", false);
            folder.attributes = attributes;
        }
        "plain" => folder.attributes = 0o100_644 << 16,
        // An empty deflate stream, and a sum of nothing that is not that of nothing.
        "deflated" => {
            folder.method = 8;
            folder.content = vec![3, 0];
        }
        "crc" => {
            folder.crc = 1;
            folder.listed_crc = 1;
        }
        "other" => {
            folder.name = "draw-8/".to_owned();
            folder.listed = folder.name.clone();
        }
        _ => panic!("no knob top-entry-{knob}"),
    }
}
