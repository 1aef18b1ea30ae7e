use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// Bytes that do not compress and are the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

fn key() -> StorageKey {
    StorageKey::new(&[7; 32])
}

fn sealed(place: &str, plain: &[u8], step: usize) -> Vec<u8> {
    let mut sealer = Sealer::new(&key(), &Counting(AtomicU64::new(1)), place);
    let mut out = Vec::new();
    for part in plain.chunks(step) {
        out.extend(sealer.push(part));
    }
    out.extend(sealer.finish());
    out
}

fn opened(place: &str, sealed: &[u8], step: usize) -> Option<Vec<u8>> {
    let mut opener = Opener::new(&key(), place, u64::MAX);
    let mut out = Vec::new();
    for part in sealed.chunks(step) {
        out.extend(opener.push(part)?);
    }
    out.extend(opener.finish()?);
    Some(out)
}

const HEAD: usize = MAGIC.len() + WRAPPED;
const FULL: usize = PIECE + TAG;

#[test]
fn what_was_sealed_opens_whatever_its_length_and_however_it_is_cut() {
    let long = noise(3 * PIECE + 11);
    let lengths = [
        0,
        1,
        1000,
        PIECE - 1,
        PIECE,
        PIECE + 1,
        2 * PIECE,
        long.len(),
    ];
    for length in lengths {
        let plain = &long[..length];
        for (into, out) in [(usize::MAX, usize::MAX), (70_001, 33_333), (PIECE, FULL)] {
            let content = sealed("a/b", plain, into);
            assert_eq!(
                opened("a/b", &content, out).as_deref(),
                Some(plain),
                "{length}"
            );
        }
    }
}

#[test]
fn the_same_content_sealed_in_other_cuts_has_the_same_bytes() {
    let plain = noise(2 * PIECE + 5);
    assert_eq!(sealed("a", &plain, 9_999), sealed("a", &plain, usize::MAX));
}

#[test]
fn another_place_or_another_key_opens_nothing() {
    let content = sealed("campaign/1/subjects.tsv", b"names", 5);
    assert_eq!(opened("campaign/2/subjects.tsv", &content, 64), None);
    let mut other = Opener::new(
        &StorageKey::new(&[8; 32]),
        "campaign/1/subjects.tsv",
        u64::MAX,
    );
    assert!(other.push(&content).is_none());
}

#[test]
fn pieces_exchanged_repeated_left_out_or_cut_off_do_not_open() {
    let plain = noise(3 * PIECE);
    let content = sealed("a", &plain, usize::MAX);
    let (head, body) = content.split_at(HEAD);
    let pieces: Vec<&[u8]> = body.chunks(FULL).collect();
    assert_eq!(pieces.len(), 4, "three full pieces and what gzip adds");
    let orders: [&[usize]; 7] = [
        &[1, 0, 2, 3],
        &[0, 0, 1, 2, 3],
        &[0, 2, 3],
        &[0, 1, 2],
        &[0, 1],
        &[3],
        &[],
    ];
    for order in orders {
        let mut forged = head.to_vec();
        for at in order {
            forged.extend_from_slice(pieces[*at]);
        }
        assert_eq!(opened("a", &forged, 100_000), None, "{order:?}");
    }
}

#[test]
fn a_flipped_bit_anywhere_does_not_open() {
    let content = sealed("a", &noise(5_000), usize::MAX);
    for at in [0, 7, 8, 20, HEAD - 1, HEAD, HEAD + 2_000, content.len() - 1] {
        let mut altered = content.clone();
        altered[at] ^= 1;
        assert_eq!(opened("a", &altered, 512), None, "{at}");
    }
    for cut in [0, 7, HEAD - 1, HEAD, content.len() - 1] {
        assert_eq!(opened("a", &content[..cut], 512), None, "{cut}");
    }
}

#[test]
fn nothing_of_the_plain_text_stands_in_what_is_sealed() {
    let plain = "甲渣土运输公司\n".repeat(3);
    let content = sealed("a", plain.as_bytes(), 7);
    let shown = "甲渣土运输公司".as_bytes();
    assert!(!content.windows(shown.len()).any(|window| window == shown));
}

#[test]
fn what_unpacks_to_more_than_it_is_said_to_be_stops_there() {
    // A thousandth of its length is stored.
    let plain = vec![0; 64 << 20];
    let bomb = sealed("a", &plain, usize::MAX);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    for most in [0, 10, 1 << 20] {
        let mut opener = Opener::new(&key(), "a", most);
        let opened = opener.push(&bomb).and_then(|_| opener.finish());
        assert_eq!((opened, opener.is_longer()), (None, true), "{most}");
        let held = opener.plain.get_ref().bytes.len() as u64;
        assert!(held <= most, "{held} bytes in memory, {most} allowed");
    }
    let mut exact = Opener::new(&key(), "a", plain.len() as u64);
    let mut out = exact.push(&bomb).unwrap();
    out.extend(exact.finish().unwrap());
    assert!(out == plain && !exact.is_longer());
}
