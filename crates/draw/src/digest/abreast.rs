//! Several short messages hashed side by side, block by block in turn.
//!
//! A hash is a chain in which every block waits for the one before. The blocks of independent
//! messages wait for nothing, so a processor with SHA instructions works on one message while the
//! other waits: half again as many leaves per second, for the same bytes. Deliberately absent: a
//! compression function. Both suites are the crates `sha2` and `sm3`; here is only the padding of
//! FIPS 180-4 §5.1.1.

use sha2::compress256;
use sha2::digest::generic_array::GenericArray;

use super::{Digest, Suite};

/// Bytes of a block, in both suites.
const BLOCK: usize = 64;

/// What SHA-256 begins with (FIPS 180-4 §5.3.3).
const BEGINNING: Chain = Chain {
    state: [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ],
    done: 0,
};

/// SHA-256 after so many bytes, which are whole blocks.
#[derive(Clone, Copy)]
struct Chain {
    state: [u32; 8],
    done: usize,
}

impl Chain {
    fn absorb(&mut self, block: &[u8]) {
        let block = GenericArray::from_slice(block);
        compress256(&mut self.state, std::slice::from_ref(block));
        self.done += BLOCK;
    }

    fn digest(self) -> Digest {
        let mut bytes = [0; 32];
        for (four, word) in bytes.chunks_exact_mut(4).zip(self.state) {
            four.copy_from_slice(&word.to_be_bytes());
        }
        Digest(bytes)
    }
}

/// The last bytes of a message with their padding: one block or two.
struct Tail {
    bytes: [u8; 2 * BLOCK],
    blocks: usize,
}

impl Tail {
    fn of(text: &[u8]) -> Self {
        let rest = &text[text.len() / BLOCK * BLOCK..];
        let blocks = (rest.len() + 9).div_ceil(BLOCK);
        let mut bytes = [0; 2 * BLOCK];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes[rest.len()] = 0x80;
        let bits = (text.len() as u64) << 3;
        bytes[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits.to_be_bytes());
        Self { bytes, blocks }
    }
}

/// Finishes the chains of padded texts, each in two pieces of whole blocks, a block of each in turn.
fn sha256<const N: usize>(mut chains: [Chain; N], padded: [[&[u8]; 2]; N]) -> [Digest; N] {
    let mut busy = true;
    while busy {
        busy = false;
        for (chain, [head, tail]) in chains.iter_mut().zip(padded) {
            let piece = match chain.done.checked_sub(head.len()) {
                None => &head[chain.done..],
                Some(in_tail) => &tail[in_tail..],
            };
            if let Some(block) = piece.get(..BLOCK) {
                chain.absorb(block);
                busy = true;
            }
        }
    }
    chains.map(Chain::digest)
}

impl Suite {
    /// `H(text)` of several independent texts at once.
    #[must_use]
    pub fn abreast<const N: usize>(self, texts: [&[u8]; N]) -> [Digest; N] {
        match self {
            Self::Sha256 => {
                let tails = texts.map(Tail::of);
                let mut padded = [[&[][..]; 2]; N];
                for ((pieces, text), tail) in padded.iter_mut().zip(texts).zip(&tails) {
                    let whole = text.len() / BLOCK * BLOCK;
                    *pieces = [&text[..whole], &tail.bytes[..tail.blocks * BLOCK]];
                }
                sha256([BEGINNING; N], padded)
            }
            Self::Sm3 => texts.map(|text| self.bytes(text)),
        }
    }
}

/// The longest message of the protocol is the leaf of a recusal, of fewer than 400 bytes.
const ROOM: usize = 512;

/// A short message gathered on the stack behind a constant prefix, whose whole blocks are hashed only
/// once: what millions of salts, leaves and tickets of one attempt have in common.
#[derive(Clone)]
pub struct Message {
    suite: Suite,
    chain: Chain,
    bytes: [u8; ROOM],
    prefix: usize,
    length: usize,
}

impl Message {
    /// An empty message.
    #[must_use]
    pub fn new(suite: Suite) -> Self {
        Self {
            suite,
            chain: BEGINNING,
            bytes: [0; ROOM],
            prefix: 0,
            length: 0,
        }
    }

    /// Appends bytes as they are.
    ///
    /// # Panics
    /// If the message grows beyond what any message of the protocol needs (503 bytes).
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.length + bytes.len();
        assert!(
            end + 9 <= ROOM,
            "a message of {end} bytes is none of the protocol"
        );
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
        self
    }

    /// Appends a line and its LF; panics like [`Message::raw`].
    pub fn line(&mut self, bytes: &[u8]) -> &mut Self {
        self.raw(bytes).raw(b"\n")
    }

    /// What stands so far is the constant prefix.
    #[must_use]
    pub fn keep(mut self) -> Self {
        self.prefix = self.length;
        if self.suite == Suite::Sha256 {
            for block in self.bytes[..self.prefix].chunks_exact(BLOCK) {
                self.chain.absorb(block);
            }
        }
        self
    }

    /// Back to the constant prefix.
    pub fn rewind(&mut self) -> &mut Self {
        self.length = self.prefix;
        self
    }

    /// The hash of this message.
    #[must_use]
    pub fn hash(&mut self) -> Digest {
        let [digest] = Self::abreast([self]);
        digest
    }

    /// The hashes of independent messages of one suite.
    #[must_use]
    pub fn abreast<const N: usize>(mut messages: [&mut Self; N]) -> [Digest; N] {
        match messages.first().map(|message| message.suite) {
            Some(Suite::Sm3) => messages.map(|message| {
                let text = &message.bytes[..message.length];
                message.suite.bytes(text)
            }),
            _ => {
                let ends = messages.each_mut().map(|message| message.pad());
                let chains = messages.each_ref().map(|message| message.chain);
                let mut padded = [[&[][..]; 2]; N];
                for ((pieces, message), end) in padded.iter_mut().zip(&messages).zip(ends) {
                    pieces[0] = &message.bytes[..end];
                }
                sha256(chains, padded)
            }
        }
    }

    /// Pads the text where it stands; says where the last block ends.
    fn pad(&mut self) -> usize {
        let end = (self.length + 9).div_ceil(BLOCK) * BLOCK;
        let bits = (self.length as u64) << 3;
        self.bytes[self.length] = 0x80;
        self.bytes[self.length + 1..end - 8].fill(0);
        self.bytes[end - 8..end].copy_from_slice(&bits.to_be_bytes());
        end
    }
}

#[cfg(test)]
mod tests;
