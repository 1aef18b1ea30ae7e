//! Receipts (C2SP tlog-proof): one text file that shows, offline, that an entry stands in the log.
//!
//! It holds the entry's index, the inclusion proof and a signed checkpoint, but not the entry
//! itself: whoever checks it brings the entry's bytes. Without the log's key only the arithmetic is
//! checked ([`Standing::StructureOnly`]), because anybody can make a checkpoint of his own.

use core::fmt;

use crate::checkpoint::SignedCheckpoint;
use crate::hash::leaf_hash;
use crate::note::{Verified, VerifierKey};
use crate::{Error, Hash, base64, proof, text};

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";

/// A longer receipt is refused before it is read.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A proof of one entry in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "日志回执")]
pub struct Receipt {
    extra: Option<Vec<u8>>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

/// How far a receipt was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'k> {
    /// The log has signed, and these witnesses have cosigned.
    Signed(Vec<Verified<'k>>),
    /// The proof leads to the root it names, but nobody's key was at hand: not evidence yet.
    StructureOnly,
}

impl Receipt {
    /// Puts a receipt together; whether it holds is for [`Receipt::verify`] to say.
    #[must_use]
    pub const fn new(index: u64, path: Vec<Hash>, checkpoint: SignedCheckpoint) -> Self {
        Self {
            extra: None,
            index,
            path,
            checkpoint,
        }
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// [`Error::ReceiptSyntax`], or the error of the part that breaks its format.
    pub fn parse(receipt: &str) -> Result<Self, Error> {
        if receipt.len() > MAX_BYTES {
            return Err(Error::ReceiptSyntax("过长"));
        }
        let rest = receipt
            .strip_prefix(HEADER)
            .ok_or(Error::ReceiptSyntax("首行不是“c2sp.org/tlog-proof@v1”"))?;
        let (proof, checkpoint) = rest
            .split_once("\n\n")
            .ok_or(Error::ReceiptSyntax("缺少检查点前的空行"))?;
        let mut lines = proof.split('\n').peekable();
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(base64::decode(&line["extra ".len()..])?),
            None => None,
        };
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(text::decimal);
        let index = index.ok_or(Error::ReceiptSyntax("缺少 index 行，或序号不是十进制数"))?;
        let path = lines
            .map(Hash::from_base64)
            .collect::<Result<Vec<_>, _>>()?;
        if path.len() > 63 {
            return Err(Error::ReceiptSyntax("证明超过 63 行"));
        }
        Ok(Self {
            extra,
            index,
            path,
            checkpoint: SignedCheckpoint::parse(checkpoint)?,
        })
    }

    /// The entry's place in the log, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Bytes that travel with the receipt; nothing vouches for them.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The head of the log that the proof leads to.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that these bytes are the entry at [`Receipt::index`] of the checkpointed log, and
    /// with the log's key also who signed.
    ///
    /// # Errors
    /// [`Error::Inclusion`] or [`Error::OutOfRange`] if the entry is another; with a key, all
    /// errors of [`SignedCheckpoint::verify`].
    pub fn verify<'k>(
        &self,
        leaf: &[u8],
        log: Option<&VerifierKey>,
        witnesses: &'k [VerifierKey],
    ) -> Result<Standing<'k>, Error> {
        let head = self.checkpoint.checkpoint();
        proof::verify_inclusion(
            &leaf_hash(leaf),
            self.index,
            head.size(),
            &self.path,
            head.root(),
        )?;
        match log {
            Some(log) => Ok(Standing::Signed(self.checkpoint.verify(log, witnesses)?)),
            None => Ok(Standing::StructureOnly),
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64::encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
