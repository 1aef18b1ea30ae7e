//! Keys of notes in their text forms: `name+id+key` to verify, `PRIVATE+KEY+name+id+key` to sign.

use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::SignatureLine;
use crate::{Error, Hash, base64};

/// What a key signs, which is its type byte in C2SP signed-note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the note text; the log itself.
    Log,
    /// 0x04: Ed25519 over `cosignature/v1`, a time and the note text; a witness.
    Cosigner,
}

impl KeyKind {
    const fn type_byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Cosigner => 4,
        }
    }

    const fn from_type_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Log),
            4 => Some(Self::Cosigner),
            _ => None,
        }
    }
}

/// The public half of a key: who may have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "公钥")]
pub struct VerifierKey {
    name: String,
    key_id: u32,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads `name+id+base64(type ‖ key)` and checks the id against the key.
    ///
    /// # Errors
    /// [`Error::KeySyntax`] if a part is missing or wrong, [`Error::Base64`] if the key is not
    /// base64.
    pub fn parse(vkey: &str) -> Result<Self, Error> {
        let (name, rest) = vkey.split_once('+').ok_or(Error::KeySyntax("缺少“+”"))?;
        let (id, encoded) = rest.split_once('+').ok_or(Error::KeySyntax("缺少“+”"))?;
        let (kind, bytes) = key_material(encoded)?;
        let key =
            VerifyingKey::from_bytes(&bytes).map_err(|_| Error::KeySyntax("不是 Ed25519 公钥"))?;
        // A key of small order would accept signatures that nobody made.
        if key.is_weak() {
            return Err(Error::KeySyntax("弱公钥"));
        }
        let key = Self::new(name, kind, key)?;
        if parse_id(id) != Some(key.key_id) {
            return Err(Error::KeySyntax("密钥编号与密钥不符"));
        }
        Ok(key)
    }

    fn new(name: &str, kind: KeyKind, key: VerifyingKey) -> Result<Self, Error> {
        if !name_is_valid(name) {
            return Err(Error::KeySyntax("名称为空，或含有空格、加号、控制字符"));
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: key_id(name, kind, key.as_bytes()),
            kind,
            key,
        })
    }

    /// The name in signature lines; for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name ‖ LF ‖ type ‖ key).
    #[must_use]
    pub const fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What the key signs.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Verifies one line that carries this key's name and id; a witness's line yields its time.
    pub(super) fn verify_line(
        &self,
        note_text: &str,
        line: &SignatureLine,
    ) -> Result<Option<u64>, Error> {
        let wrong = || Error::SignatureWrong(self.name.clone());
        let (time, signature) = match self.kind {
            KeyKind::Log => (None, line.signature.as_slice()),
            KeyKind::Cosigner => {
                let (time, rest) = line.signature.split_first_chunk::<8>().ok_or_else(wrong)?;
                (Some(u64::from_be_bytes(*time)), rest)
            }
        };
        if time.is_some_and(|t| t > i64::MAX as u64) {
            return Err(wrong());
        }
        let message = time.map_or_else(|| note_text.to_owned(), |t| cosigned_message(note_text, t));
        let signature = Signature::from_slice(signature).map_err(|_| wrong())?;
        self.key
            .verify_strict(message.as_bytes(), &signature)
            .map_err(|_| wrong())?;
        Ok(time)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = encode_material(self.kind, self.key.as_bytes());
        write!(f, "{}+{:08x}+{encoded}", self.name, self.key_id)
    }
}

/// The secret half of a key. It has no `Display` and its `Debug` shows no secret.
pub struct SignerKey {
    verifier: VerifierKey,
    key: SigningKey,
}

impl SignerKey {
    /// Makes the key of a 32-byte seed, which must come from the operating system's randomness.
    ///
    /// # Errors
    /// [`Error::KeySyntax`] if the name is empty or holds a space, a plus sign or a control
    /// character.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, Error> {
        let key = SigningKey::from_bytes(seed);
        Ok(Self {
            verifier: VerifierKey::new(name, kind, key.verifying_key())?,
            key,
        })
    }

    /// Reads `PRIVATE+KEY+name+id+base64(type ‖ seed)` and checks the id against the key.
    ///
    /// # Errors
    /// [`Error::KeySyntax`] if a part is missing or wrong, [`Error::Base64`] if the seed is not
    /// base64.
    pub fn parse(skey: &str) -> Result<Self, Error> {
        let rest = skey
            .strip_prefix("PRIVATE+KEY+")
            .ok_or(Error::KeySyntax("不是私钥"))?;
        let (name, rest) = rest.split_once('+').ok_or(Error::KeySyntax("缺少“+”"))?;
        let (id, encoded) = rest.split_once('+').ok_or(Error::KeySyntax("缺少“+”"))?;
        let (kind, seed) = key_material(encoded)?;
        let key = Self::from_seed(name, kind, &seed)?;
        if parse_id(id) != Some(key.verifier.key_id) {
            return Err(Error::KeySyntax("密钥编号与密钥不符"));
        }
        Ok(key)
    }

    /// The text form of the secret; whoever reads it can sign as the log.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let encoded = encode_material(self.verifier.kind, self.key.as_bytes());
        format!(
            "PRIVATE+KEY+{}+{:08x}+{encoded}",
            self.verifier.name, self.verifier.key_id
        )
    }

    /// The public half.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(super) fn sign_note(&self, note_text: &str) -> SignatureLine {
        SignatureLine {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id,
            signature: self.key.sign(note_text.as_bytes()).to_bytes().to_vec(),
        }
    }

    /// A witness's line over a checkpoint text at a time in unix seconds.
    pub(crate) fn cosign_text(&self, note_text: &str, time: u64) -> SignatureLine {
        let mut signature = time.to_be_bytes().to_vec();
        signature.extend_from_slice(
            &self
                .key
                .sign(cosigned_message(note_text, time).as_bytes())
                .to_bytes(),
        );
        SignatureLine {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id,
            signature,
        }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// What a witness signs (C2SP tlog-cosignature, Ed25519).
fn cosigned_message(note_text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{note_text}")
}

/// Key names: not empty, no white space, no plus sign, no control characters.
pub(crate) fn name_is_valid(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, kind: KeyKind, key: &[u8; 32]) -> u32 {
    let mut bytes = Vec::with_capacity(name.len() + 34);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&[b'\n', kind.type_byte()]);
    bytes.extend_from_slice(key);
    let [a, b, c, d, ..] = *Hash::of(&bytes).as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn parse_id(id: &str) -> Option<u32> {
    let canonical = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if canonical {
        u32::from_str_radix(id, 16).ok()
    } else {
        None
    }
}

fn key_material(encoded: &str) -> Result<(KeyKind, [u8; 32]), Error> {
    let bytes = base64::decode(encoded)?;
    let (&type_byte, rest) = bytes.split_first().ok_or(Error::KeySyntax("密钥为空"))?;
    let kind = KeyKind::from_type_byte(type_byte).ok_or(Error::KeySyntax("不支持的密钥类型"))?;
    let key = <[u8; 32]>::try_from(rest).map_err(|_| Error::KeySyntax("长度不是 32 字节"))?;
    Ok((kind, key))
}

fn encode_material(kind: KeyKind, key: &[u8; 32]) -> String {
    let mut bytes = vec![kind.type_byte()];
    bytes.extend_from_slice(key);
    base64::encode(&bytes)
}
