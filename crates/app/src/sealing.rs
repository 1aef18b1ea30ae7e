//! Long content at rest: compressed, then sealed in pieces under a key of its own.
//!
//! ```text
//! "mqseal/1"                                          8 bytes
//! nonce ‖ AES-256-GCM(storage key, content key)       60 bytes; associated data: the place
//! AES-256-GCM(content key, piece 0)                   256 KiB + 16 bytes
//! …
//! AES-256-GCM(content key, last piece)                at most 256 KiB + 16 bytes
//! ```
//!
//! Each content has a fresh key, so the nonce of a piece is its number and none is used twice. Number
//! and whether it is the last are associated data of a piece: pieces that were exchanged, repeated,
//! left out or cut off do not open (the construction STREAM). The place is bound by the first line:
//! content moved to another attachment does not open. Memory is bounded by what is pushed at a time, and on the way
//! out by the length the content is said to have: a few bytes that unpack to more stop there.

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::sync::Arc;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};
use store::{PersonKey, Seal, SealKey, SealedCell, Vault};

use crate::crypto::StorageKey;
use crate::port::Entropy;

const MAGIC: &[u8; 8] = b"mqseal/1";
/// Nonce, key and tag.
const WRAPPED: usize = 12 + 32 + 16;
/// Compressed bytes in one piece.
const PIECE: usize = 256 * 1024;
/// What sealing adds to a piece.
const TAG: usize = 16;

/// Pieces of one content in their order.
struct Pieces {
    cipher: Aes256Gcm,
    number: u64,
}

impl Pieces {
    fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: Aes256Gcm::new(key.into()),
            number: 0,
        }
    }

    /// Nonce and associated data of the next piece.
    fn next(&mut self, last: bool) -> ([u8; 12], [u8; 9]) {
        let number = self.number.to_be_bytes();
        self.number += 1;
        let (mut nonce, mut beside) = ([0; 12], [0; 9]);
        nonce[4..].copy_from_slice(&number);
        beside[..8].copy_from_slice(&number);
        beside[8] = u8::from(last);
        (nonce, beside)
    }

    fn seal(&mut self, piece: &[u8], last: bool) -> Vec<u8> {
        let (nonce, beside) = self.next(last);
        let payload = Payload {
            msg: piece,
            aad: &beside,
        };
        self.cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .expect("AES-GCM encrypts any text below 64 GiB")
    }

    fn open(&mut self, piece: &[u8], last: bool) -> Option<Vec<u8>> {
        let (nonce, beside) = self.next(last);
        let payload = Payload {
            msg: piece,
            aad: &beside,
        };
        self.cipher.decrypt(Nonce::from_slice(&nonce), payload).ok()
    }
}

/// Takes compressed bytes, gives sealed ones.
struct Sink {
    pieces: Pieces,
    waiting: Vec<u8>,
    ready: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits for the next byte: only the end tells whether it is the last.
        if self.waiting.len() == PIECE {
            let sealed = self.pieces.seal(&self.waiting, false);
            self.ready.extend_from_slice(&sealed);
            self.waiting.clear();
        }
        let taken = bytes.len().min(PIECE - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Content on its way into safe keeping.
pub(crate) struct Sealer(GzEncoder<Sink>);

const MEMORY: &str = "writing into memory cannot fail";

impl Sealer {
    /// Begins content that will stand at `place`.
    #[must_use]
    pub(crate) fn new(key: &StorageKey, entropy: &dyn Entropy, place: &str) -> Self {
        let own = entropy.bytes::<32>();
        let wrapped = key.seal(entropy, place, &own);
        let sink = Sink {
            pieces: Pieces::new(&own),
            waiting: Vec::new(),
            ready: [MAGIC.as_slice(), &wrapped].concat(),
        };
        Self(GzEncoder::new(sink, Compression::fast()))
    }

    /// Takes the next bytes of the content; gives what can be stored already.
    #[must_use]
    pub(crate) fn push(&mut self, plain: &[u8]) -> Vec<u8> {
        self.0.write_all(plain).expect(MEMORY);
        std::mem::take(&mut self.0.get_mut().ready)
    }

    /// The content has ended; gives the rest.
    #[must_use]
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut sink = self.0.finish().expect(MEMORY);
        let last = sink.pieces.seal(&sink.waiting, true);
        sink.ready.extend_from_slice(&last);
        sink.ready
    }
}

/// What was unpacked and not yet taken, up to a length over all.
struct Bounded {
    bytes: Vec<u8>,
    left: u64,
    passed: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            self.passed = true;
            return Err(io::Error::other("longer than it is said to be"));
        };
        self.left = left;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Content on its way out of safe keeping.
pub(crate) struct Opener {
    key: StorageKey,
    place: String,
    pieces: Option<Pieces>,
    waiting: Vec<u8>,
    plain: GzDecoder<Bounded>,
}

impl Opener {
    /// Begins content that stands at `place` and is at most `most` bytes when it is open.
    #[must_use]
    pub(crate) fn new(key: &StorageKey, place: &str, most: u64) -> Self {
        let plain = Bounded {
            bytes: Vec::new(),
            left: most,
            passed: false,
        };
        Self {
            key: key.clone(),
            place: place.to_owned(),
            pieces: None,
            waiting: Vec::new(),
            plain: GzDecoder::new(plain),
        }
    }

    /// Takes the next stored bytes and gives what they open to; `None` if key, place or bytes are not
    /// the same as when it was sealed, or it is longer than it may be ([`Self::is_longer`]).
    #[must_use]
    pub(crate) fn push(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.waiting.extend_from_slice(sealed);
        if self.pieces.is_none() {
            let Some((head, rest)) = self.waiting.split_at_checked(MAGIC.len() + WRAPPED) else {
                return Some(Vec::new());
            };
            let wrapped = head.strip_prefix(MAGIC.as_slice())?;
            let own: [u8; 32] = self.key.open(&self.place, wrapped)?.try_into().ok()?;
            self.pieces = Some(Pieces::new(&own));
            self.waiting = rest.to_vec();
        }
        let pieces = self.pieces.as_mut()?;
        let mut done = 0;
        // A full piece waits for the next byte: only the end tells whether it is the last.
        while self.waiting.len() - done > PIECE + TAG {
            let piece = pieces.open(&self.waiting[done..done + PIECE + TAG], false)?;
            self.plain.write_all(&piece).ok()?;
            done += PIECE + TAG;
        }
        self.waiting.drain(..done);
        Some(std::mem::take(&mut self.plain.get_mut().bytes))
    }

    /// The stored bytes have ended; gives the rest, `None` as above or if they are not all there.
    #[must_use]
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        let piece = self.pieces.as_mut()?.open(&self.waiting, true)?;
        self.plain.write_all(&piece).ok()?;
        self.plain.try_finish().ok()?;
        Some(std::mem::take(&mut self.plain.get_mut().bytes))
    }

    /// Whether it stopped because there was more than there may be.
    #[must_use]
    pub(crate) fn is_longer(&self) -> bool {
        self.plain.get_ref().passed
    }
}

/// The storage key where the store asks for it: for sealed cells, and for what a migration seals that earlier
/// versions kept in the clear.
pub struct SealingKey {
    /// The key.
    pub key: StorageKey,
    /// The generator.
    pub entropy: Arc<dyn Entropy>,
}

impl SealKey for SealingKey {
    fn sealer(&self, place: &str) -> Box<dyn Seal> {
        Box::new(Sealer::new(&self.key, &*self.entropy, place))
    }

    fn opens(&self, place: &str, secret: &[u8]) -> bool {
        self.key.open(place, secret).is_some()
    }

    fn opens_content(&self, place: &str, head: &[u8]) -> bool {
        let head = head.get(..MAGIC.len() + WRAPPED);
        let wrapped = head.and_then(|head| head.strip_prefix(MAGIC.as_slice()));
        wrapped.is_some_and(|wrapped| self.key.open(place, wrapped).is_some())
    }
}

impl Vault for SealingKey {
    fn person_key(&self, person: &str) -> PersonKey {
        let own = self.entropy.bytes::<32>();
        PersonKey::wrapped(self.key.seal(&*self.entropy, &key_place(person), &own))
    }

    fn seal(&self, of: (&str, &PersonKey), place: &str, text: &str) -> Option<Vec<u8>> {
        let own = self.unwrap(of)?;
        Some(own.seal(&*self.entropy, place, text.as_bytes()))
    }

    fn open(&self, of: (&str, &PersonKey), place: &str, cell: &SealedCell) -> Option<String> {
        let plain = self.unwrap(of)?.open(place, cell.bytes())?;
        String::from_utf8(plain).ok()
    }

    fn mark(&self, column: &str, text: &str) -> [u8; 32] {
        self.key.mark(column, text.as_bytes())
    }
}

impl SealingKey {
    /// The key of a person; none if it was wrapped for another, or elsewhere.
    fn unwrap(&self, (person, key): (&str, &PersonKey)) -> Option<StorageKey> {
        let own = self.key.open(&key_place(person), key.bytes())?;
        Some(StorageKey::new(&own.try_into().ok()?))
    }
}

/// Where the wrapped key of a person stands, as its associated data.
fn key_place(person: &str) -> String {
    format!("person_keys/{person}")
}

impl Seal for Sealer {
    fn push(&mut self, plain: &[u8]) -> Vec<u8> {
        Self::push(self, plain)
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Self::finish(*self)
    }
}
