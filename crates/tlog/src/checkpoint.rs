//! Checkpoints (C2SP tlog-checkpoint): the head of the log – origin, size, root – signed by the log
//! and cosigned by witnesses (C2SP tlog-cosignature, Ed25519).
//!
//! Two checkpoints of one log that no consistency proof connects are the evidence of a fork.
//! Extension lines are read and kept, because a signature covers them, but we never write any.

use core::fmt;

use crate::note::{KeyKind, Note, SignerKey, Verified, VerifierKey, name_is_valid};
use crate::{Error, Hash, MAX_SIZE, text};

/// What the log states: this many entries, with this root.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "检查点")]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A head of the log named `origin`.
    ///
    /// # Errors
    /// [`Error::CheckpointSyntax`] if the origin is empty or holds white space, a plus sign or
    /// control characters, if the size is above [`MAX_SIZE`], or if an empty tree has another root
    /// than SHA-256 of nothing.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, Error> {
        Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        }
        .sound()
    }

    /// Reads the text of a checkpoint without its signatures.
    ///
    /// # Errors
    /// [`Error::CheckpointSyntax`] or [`Error::Base64`] where the format is broken, the origin as in
    /// [`Checkpoint::new`].
    pub fn parse(body: &str) -> Result<Self, Error> {
        let mut lines = body
            .strip_suffix('\n')
            .ok_or(Error::CheckpointSyntax("末行缺少换行"))?
            .split('\n');
        let mut next = |missing| {
            lines
                .next()
                .filter(|line| !line.is_empty())
                .ok_or(Error::CheckpointSyntax(missing))
        };
        let origin = next("缺少日志名称")?;
        let size =
            text::decimal(next("缺少规模")?).ok_or(Error::CheckpointSyntax("规模不是十进制数"))?;
        let root = Hash::from_base64(next("缺少树根")?)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(Error::CheckpointSyntax("扩展行为空"));
        }
        Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions,
        }
        .sound()
    }

    fn sound(self) -> Result<Self, Error> {
        if !name_is_valid(&self.origin) {
            return Err(Error::CheckpointSyntax(
                "日志名称为空，或含有空格、加号、控制字符",
            ));
        }
        if self.size > MAX_SIZE {
            return Err(Error::CheckpointSyntax("规模超出上限"));
        }
        if self.size == 0 && self.root != Hash::EMPTY_ROOT {
            return Err(Error::CheckpointSyntax("空日志的树根有误"));
        }
        Ok(self)
    }

    /// The name of the log, unique in the world; by custom its address without scheme.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The RFC 6962 root over these entries.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Signs this head. The caller must never sign two heads that are not consistent.
    ///
    /// # Errors
    /// [`Error::OriginDiffers`] if the key has another name than the origin; [`Error::KeySyntax`]
    /// if it is a witness's key.
    pub fn sign(&self, key: &SignerKey) -> Result<SignedCheckpoint, Error> {
        expect_log_key(&self.origin, key.verifier())?;
        let mut note = Note::new(self.to_string())?;
        note.sign(key)?;
        Ok(SignedCheckpoint {
            checkpoint: self.clone(),
            note,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            self.root.to_base64()
        )?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with its signature lines. Holding one proves nothing: only
/// [`SignedCheckpoint::verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint with signatures; verifies none of them.
    ///
    /// # Errors
    /// Where the note or the checkpoint breaks its format.
    pub fn parse(signed: &str) -> Result<Self, Error> {
        let note = Note::parse(signed)?;
        Ok(Self {
            checkpoint: Checkpoint::parse(note.text())?,
            note,
        })
    }

    /// The statement, for whoever will verify it elsewhere.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, for its signature lines.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Verifies the log's signature and every cosignature of a known witness, and returns those
    /// witnesses with their times in unix seconds. How many suffice is the reader's policy, not
    /// ours.
    ///
    /// # Errors
    /// [`Error::OriginDiffers`] if this is another log's checkpoint, [`Error::NoKnownSignature`] if
    /// the log has not signed, [`Error::SignatureWrong`] if the log's line or a known witness's
    /// line does not hold.
    pub fn verify<'k>(
        &self,
        log: &VerifierKey,
        witnesses: &'k [VerifierKey],
    ) -> Result<Vec<Verified<'k>>, Error> {
        expect_log_key(&self.checkpoint.origin, log)?;
        self.note.verify(core::slice::from_ref(log))?;
        if witnesses.iter().any(|key| key.kind() != KeyKind::Cosigner) {
            return Err(Error::KeySyntax("见证密钥须为 cosignature/v1"));
        }
        match self.note.verify(witnesses) {
            Err(Error::NoKnownSignature) => Ok(Vec::new()),
            verdict => verdict,
        }
    }

    /// Cosigns as a witness at a time in unix seconds, and adds the line. The witness must have
    /// checked consistency with what it last signed, and must have stored this head, before it
    /// calls this.
    ///
    /// # Errors
    /// [`Error::KeySyntax`] if the key is not a witness's, [`Error::NoteSyntax`] if it has signed
    /// already.
    pub fn cosign(&mut self, key: &SignerKey, time: u64) -> Result<(), Error> {
        if key.verifier().kind() != KeyKind::Cosigner {
            return Err(Error::KeySyntax("见证密钥须为 cosignature/v1"));
        }
        self.note.push(key.cosign_text(self.note.text(), time))
    }

    /// Adds a signature line that a witness sent back, not verified.
    ///
    /// # Errors
    /// [`Error::NoteSyntax`] or [`Error::Base64`] if the line is broken, already there, or one too
    /// many.
    pub fn add_line(&mut self, line: &str) -> Result<(), Error> {
        self.note.add_line(line)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.note, f)
    }
}

fn expect_log_key(origin: &str, key: &VerifierKey) -> Result<(), Error> {
    if key.kind() != KeyKind::Log {
        return Err(Error::KeySyntax("日志密钥须为 Ed25519 签名密钥"));
    }
    if key.name() != origin {
        return Err(Error::OriginDiffers {
            expected: key.name().to_owned(),
            found: origin.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
