//! What is encrypted at rest.
//!
//! S and private columns: AES-256-GCM under the installation's storage key, a file outside the
//! database (`docs/adr/0006`), with the place of the value as associated data so that a ciphertext
//! moved to another row does not open. Deliberately absent: passwords ([`crate::passwords`]).

use std::sync::Arc;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tlog::note::{KeyKind, SignerKey};

use crate::port::Entropy;

const NONCE: usize = 12;

/// The key that encrypts what lies in the database.
#[derive(Clone)]
pub struct StorageKey {
    cipher: Aes256Gcm,
    /// The key of marks, which opens nothing.
    marks: [u8; 32],
}

impl StorageKey {
    /// A key from its 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self {
            cipher: Aes256Gcm::new(bytes.into()),
            marks: keyed_hash(bytes, &[b"mingqian marks"]),
        }
    }

    /// The mark of a text in a column: equal texts have equal marks, and who has not the key cannot try
    /// texts.
    #[must_use]
    pub fn mark(&self, column: &str, text: &[u8]) -> [u8; 32] {
        keyed_hash(&self.marks, &[column.as_bytes(), b"\0", text])
    }

    /// 32 bytes that only this installation knows, the same each time, for one purpose. They open
    /// nothing that was sealed.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        keyed_hash(&self.marks, &[b"derived\0", purpose.as_bytes()])
    }

    /// Encrypts `plain` for the place `place`; the nonce stands before the ciphertext.
    #[must_use]
    pub fn seal(&self, entropy: &dyn Entropy, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = entropy.bytes();
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let cipher = self
            .cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .expect("AES-GCM encrypts any text below 64 GiB");
        [nonce.as_slice(), &cipher].concat()
    }

    /// Decrypts what was sealed for `place`; `None` if key, place or bytes are not the same.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, cipher) = sealed.split_at_checked(NONCE)?;
        let payload = Payload {
            msg: cipher,
            aad: place.as_bytes(),
        };
        self.cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
    }
}

fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The key that signs checkpoints of the log with this origin, from its 32 secret bytes; `None` if
/// the origin cannot stand in a checkpoint.
#[must_use]
pub fn log_key(origin: &str, seed: [u8; 32]) -> Option<Arc<SignerKey>> {
    SignerKey::from_seed(origin, KeyKind::Log, &seed)
        .ok()
        .map(Arc::new)
}
