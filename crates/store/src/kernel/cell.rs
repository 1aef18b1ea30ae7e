//! What is sealed: a cell that holds ciphertext, in the row and in its image alike, so that the audit
//! compares it without any key (`docs/adr/0014`).
//!
//! A private value of a person is sealed under a key of that person, which lies wrapped under the storage
//! key in an untraced table. Destroying that key makes every cell sealed under it unreadable, in the row,
//! in the log and in every backup made since the key was made anew; the rows stay as they are, and the
//! audit stays clean. Where a value must be matched without opening cells, a column beside it holds its
//! mark, a keyed hash.
//!
//! The store has no key: [`Vault`] is a port, `app` implements it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Ciphertext of one value. Outside this crate nothing makes one: from a text it is made by [`SealedCell::sealed`]
/// alone, and else it was read from a row or an image.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCell(Vec<u8>);

impl SealedCell {
    /// What a vault makes of a text for its place; none if the key does not belong to that person or installation.
    pub(crate) fn sealed(
        vault: &dyn Vault,
        of: (&str, &PersonKey),
        place: &str,
        text: &str,
    ) -> Option<Self> {
        vault.seal(of, place, text).map(Self)
    }

    /// A cell as a row or an image holds it.
    #[must_use]
    pub(crate) fn of_ciphertext(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The ciphertext.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedCell({} bytes)", self.0.len())
    }
}

/// The key of one person, wrapped under the storage key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonKey(Vec<u8>);

impl PersonKey {
    /// A key as a vault wrapped it or a row holds it.
    #[must_use]
    pub fn wrapped(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The wrapped key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey")
    }
}

/// What seals and opens cells. `place` names table, row and column: a cell that was moved does not open.
pub trait Vault: Send + Sync {
    /// A fresh key for a person.
    fn person_key(&self, person: &str) -> PersonKey;
    /// The ciphertext of a text; none if the key does not belong to that person or installation.
    fn seal(&self, of: (&str, &PersonKey), place: &str, text: &str) -> Option<Vec<u8>>;
    /// Opens a cell; none if key, place or bytes are not the same.
    fn open(&self, of: (&str, &PersonKey), place: &str, cell: &SealedCell) -> Option<String>;
    /// The mark by which a text in this column is matched: equal texts, equal marks, and nobody without
    /// the storage key can try texts.
    fn mark(&self, column: &str, text: &str) -> [u8; 32];
    /// By what the storage key is known again: the mark of a text that never changes. It tells nothing of the
    /// key and opens nothing.
    fn fingerprint(&self) -> [u8; 32] {
        self.mark("installation.value", "storage_key")
    }
}

#[cfg(test)]
pub(super) mod tests;
