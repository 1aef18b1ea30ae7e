//! Signed notes (C2SP signed-note): a text and the signatures below it, readable by people and by
//! machines.
//!
//! Kept from the specification: unknown signatures are ignored, a wrong signature of a known key
//! refuses the whole note, and a note without any known signature proves nothing. Ed25519 only
//! (type 0x01, and 0x04 for witnesses); other types are carried along unread.

mod key;

pub(crate) use key::name_is_valid;
pub use key::{KeyKind, SignerKey, VerifierKey};

use crate::{Error, base64, text};

/// More signatures than this are refused; the specification demands that 16 be accepted.
pub const MAX_SIGNATURES: usize = 64;

/// A longer note is refused before it is read: 64 post-quantum signatures fit.
pub const MAX_BYTES: usize = 512 * 1024;

/// One `— name base64` line, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// Name of the key, as written.
    pub name: String,
    /// First four bytes of the decoded line: tells keys of one name apart.
    pub key_id: u32,
    /// The bytes after the key id; their meaning depends on the key.
    pub signature: Vec<u8>,
}

impl SignatureLine {
    fn parse(line: &str) -> Result<Self, Error> {
        let rest = line
            .strip_prefix("— ")
            .ok_or(Error::NoteSyntax("签名行未以“— ”开头"))?;
        let (name, encoded) = rest
            .split_once(' ')
            .ok_or(Error::NoteSyntax("签名行缺少签名"))?;
        if !name_is_valid(name) {
            return Err(Error::NoteSyntax("签名行的密钥名称有误"));
        }
        let bytes = base64::decode(encoded)?;
        let (id, signature) = bytes
            .split_first_chunk::<4>()
            .ok_or(Error::NoteSyntax("签名过短"))?;
        if signature.is_empty() {
            return Err(Error::NoteSyntax("签名过短"));
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*id),
            signature: signature.to_vec(),
        })
    }

    fn write(&self, out: &mut String) {
        let mut bytes = self.key_id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.signature);
        out.push_str("— ");
        out.push_str(&self.name);
        out.push(' ');
        out.push_str(&base64::encode(&bytes));
        out.push('\n');
    }
}

/// A note as it stands on paper; nothing is verified until [`Note::verify`] has said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// A note without signatures, to be signed.
    ///
    /// # Errors
    /// [`Error::NoteSyntax`] if the text is empty, does not end in LF, or holds control characters.
    pub fn new(text: String) -> Result<Self, Error> {
        if !text.ends_with('\n') {
            return Err(Error::NoteSyntax("正文须以换行结尾"));
        }
        refuse_control_characters(&text)?;
        if text.len() > MAX_BYTES {
            return Err(Error::NoteSyntax("过长"));
        }
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a note with at least one signature line.
    ///
    /// # Errors
    /// [`Error::NoteSyntax`] or [`Error::Base64`] where the format is broken.
    pub fn parse(note: &str) -> Result<Self, Error> {
        if note.len() > MAX_BYTES {
            return Err(Error::NoteSyntax("过长"));
        }
        refuse_control_characters(note)?;
        let blank = note
            .rfind("\n\n")
            .ok_or(Error::NoteSyntax("缺少签名前的空行"))?;
        let (body, mut rest) = (&note[..=blank], &note[blank + 2..]);
        let mut signatures = Vec::new();
        while !rest.is_empty() {
            let (line, next) = text::line(rest).ok_or(Error::NoteSyntax("末行缺少换行"))?;
            if signatures.len() == MAX_SIGNATURES {
                return Err(Error::NoteSyntax("签名过多"));
            }
            signatures.push(SignatureLine::parse(line)?);
            rest = next;
        }
        if signatures.is_empty() {
            return Err(Error::NoteSyntax("没有签名"));
        }
        Ok(Self {
            text: body.to_owned(),
            signatures,
        })
    }

    /// The signed text, its last LF included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines, known or not.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line, for instance one that a witness sent back; it is not verified here.
    ///
    /// # Errors
    /// [`Error::NoteSyntax`] if the line is broken, already there, or one too many.
    pub fn add_line(&mut self, line: &str) -> Result<(), Error> {
        let line = SignatureLine::parse(line)?;
        self.push(line)
    }

    /// Signs with the log's own key.
    ///
    /// # Errors
    /// [`Error::NoteSyntax`] if the key has signed already or the note is full.
    pub fn sign(&mut self, key: &SignerKey) -> Result<(), Error> {
        let line = key.sign_note(&self.text);
        self.push(line)
    }

    pub(crate) fn push(&mut self, line: SignatureLine) -> Result<(), Error> {
        if self.signatures.len() == MAX_SIGNATURES {
            return Err(Error::NoteSyntax("签名过多"));
        }
        if self
            .signatures
            .iter()
            .any(|old| old.name == line.name && old.key_id == line.key_id)
        {
            return Err(Error::NoteSyntax("同一密钥已签名"));
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Verifies every line of a known key and returns those keys with what they state, in the order
    /// of the note. A key that stands in two lines is verified in both and named once.
    ///
    /// # Errors
    /// [`Error::SignatureWrong`] if a line of a known key does not verify;
    /// [`Error::NoKnownSignature`] if no line belongs to a known key.
    pub fn verify<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, Error> {
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for line in &self.signatures {
            let Some(key) = known
                .iter()
                .find(|key| key.name() == line.name && key.key_id() == line.key_id)
            else {
                continue;
            };
            let cosigned_at = key.verify_line(&self.text, line)?;
            if verified.iter().all(|earlier| earlier.key != key) {
                verified.push(Verified { key, cosigned_at });
            }
        }
        if verified.is_empty() {
            Err(Error::NoKnownSignature)
        } else {
            Ok(verified)
        }
    }
}

impl core::fmt::Display for Note {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut out = String::new();
        for line in &self.signatures {
            line.write(&mut out);
        }
        write!(f, "{}\n{out}", self.text)
    }
}

/// A signature that held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key that signed.
    pub key: &'k VerifierKey,
    /// For a witness: the time in unix seconds at which this was the largest consistent tree it had
    /// seen.
    pub cosigned_at: Option<u64>,
}

fn refuse_control_characters(text: &str) -> Result<(), Error> {
    if text.bytes().any(|b| b < 0x20 && b != b'\n') {
        return Err(Error::NoteSyntax("含有控制字符"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
