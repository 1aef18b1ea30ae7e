//! The change of a log's key (SPEC-log §3.2, record of an entry `key`), and the keys of one log one after the other.
//!
//! The record is a note that the old key and the new one have both signed: whoever holds the old key follows to the new
//! one with nothing but this text, and whoever holds the new one finds out which key signed before. It says how many
//! entries there were, so that the old key vouches for no longer head, whoever finds it later. Deliberately absent: whether
//! the record stands in the log, which its receipt shows, and keys of witnesses.

use core::fmt;

use crate::note::{KeyKind, Note, SignerKey, VerifierKey};
use crate::{Error, Hash, text};

/// One change of the key of a log, signed by both.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "更换日志密钥")]
pub struct KeyRotation {
    from: u64,
    root: Hash,
    old: VerifierKey,
    new: VerifierKey,
    note: Note,
}

impl KeyRotation {
    /// How every such record begins.
    pub const BEGINS: &'static str = "shuang/2 key\n";

    /// The change after `from` entries with this root.
    ///
    /// # Errors
    /// [`Error::RotationSyntax`] if the two are not different keys of one log, or the log has no entry or too many.
    pub fn sign(from: u64, root: Hash, old: &SignerKey, new: &SignerKey) -> Result<Self, Error> {
        let text = format!(
            "{}from {from} {root}\nold {}\nnew {}\n",
            Self::BEGINS,
            old.verifier(),
            new.verifier()
        );
        let mut note = Note::new(text)?;
        note.sign(old)?;
        note.sign(new)
            .map_err(|_| Error::RotationSyntax("新旧是同一把密钥"))?;
        Self::parse(&note.to_string())
    }

    /// Reads a record and verifies both signatures; anything but the exact text of the specification is refused.
    ///
    /// # Errors
    /// [`Error::RotationSyntax`] or that of a part which breaks its format, [`Error::SignatureWrong`] where one of the
    /// two keys has not signed.
    pub fn parse(record: &str) -> Result<Self, Error> {
        let note = Note::parse(record)?;
        let (from, root, old, new) = statement(note.text())?;
        if old.kind() != KeyKind::Log || new.kind() != KeyKind::Log {
            return Err(Error::RotationSyntax("不是日志的签名密钥"));
        }
        if old.name() != new.name() || old == new {
            return Err(Error::RotationSyntax("新旧两把不是同一份日志的两把密钥"));
        }
        if from == 0 {
            return Err(Error::RotationSyntax("更换之前没有条目"));
        }
        let lines = note.signatures().iter();
        let signed = lines.map(|line| (line.name.as_str(), line.key_id));
        let wanted = [&old, &new].map(|key| (key.name(), key.key_id()));
        if !signed.eq(wanted) {
            return Err(Error::RotationSyntax("不是先旧后新的两行签名"));
        }
        for key in [&old, &new] {
            note.verify(core::slice::from_ref(key))?;
        }
        let rotation = Self {
            from,
            root,
            old,
            new,
            note,
        };
        // One spelling only.
        match rotation.to_string() == record {
            true => Ok(rotation),
            false => Err(Error::RotationSyntax("写法不是规定的那一种")),
        }
    }

    /// How many entries the log had: the number of the entry whose record this is, and the size of the largest head that
    /// the old key vouches for.
    #[must_use]
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// The root over them.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The key that signed until then.
    #[must_use]
    pub const fn old(&self) -> &VerifierKey {
        &self.old
    }

    /// The key that signs from then on.
    #[must_use]
    pub const fn new_key(&self) -> &VerifierKey {
        &self.new
    }
}

/// The four lines that are signed.
fn statement(signed: &str) -> Result<(u64, Hash, VerifierKey, VerifierKey), Error> {
    let missing = |line| Error::RotationSyntax(line);
    let rest = signed
        .strip_prefix(KeyRotation::BEGINS)
        .ok_or(missing("首行不是“shuang/2 key”"))?;
    let ((from, root), rest) = text::head(rest).map_err(missing)?;
    let (old, rest) = text::field(rest, "old ").ok_or(missing("缺少 old 行"))?;
    let (new, rest) = text::field(rest, "new ").ok_or(missing("缺少 new 行"))?;
    if !rest.is_empty() {
        return Err(missing("有多余的行"));
    }
    Ok((
        from,
        root.parse()?,
        VerifierKey::parse(old)?,
        VerifierKey::parse(new)?,
    ))
}

impl fmt::Display for KeyRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.note, f)
    }
}

/// The keys of one log in their order, as far as they are known, each for the heads it vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    /// Those that were given up, with the size of the largest head each vouches for; ascending.
    earlier: Vec<(u64, VerifierKey)>,
    newest: VerifierKey,
}

impl From<VerifierKey> for LogKeys {
    /// One key, and nothing known of any change: it is asked of every head.
    fn from(newest: VerifierKey) -> Self {
        Self {
            earlier: Vec::new(),
            newest,
        }
    }
}

impl LogKeys {
    /// From a key that is known from elsewhere, onward and back along the changes that join it; others are passed over.
    ///
    /// # Errors
    /// [`Error::RotationSyntax`] where two changes contradict each other: one key was given up twice, or changes are
    /// out of their order. They are the evidence that somebody signed two histories.
    pub fn following(known: VerifierKey, rotations: &[KeyRotation]) -> Result<Self, Error> {
        let mut keys = Self::from(known.clone());
        // Every step lies further from the known key than the last, so this ends.
        while let Some(next) = only(rotations, |one| *one.old() == keys.newest)? {
            let before = keys.earlier.last().map_or(0, |(until, _)| *until);
            ascending(before, next.from)?;
            let given_up = core::mem::replace(&mut keys.newest, next.new.clone());
            keys.earlier.push((next.from, given_up));
        }
        let mut oldest = known;
        let mut before = keys.earlier.first().map_or(u64::MAX, |(until, _)| *until);
        while let Some(last) = only(rotations, |one| *one.new_key() == oldest)? {
            ascending(last.from, before)?;
            before = last.from;
            oldest = last.old.clone();
            keys.earlier.insert(0, (last.from, oldest.clone()));
        }
        Ok(keys)
    }

    /// The key that vouches for a head of so many entries.
    #[must_use]
    pub fn at(&self, size: u64) -> &VerifierKey {
        let mut earlier = self.earlier.iter();
        let found = earlier.find(|(until, _)| size <= *until);
        found.map_or(&self.newest, |(_, key)| key)
    }

    /// The newest one known.
    #[must_use]
    pub const fn newest(&self) -> &VerifierKey {
        &self.newest
    }

    /// The name of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        self.newest.name()
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn holds(&self, key: &VerifierKey) -> bool {
        self.newest == *key || self.earlier.iter().any(|(_, one)| one == key)
    }
}

/// The one change that fits; the same text twice is one.
fn only(
    rotations: &[KeyRotation],
    fits: impl Fn(&KeyRotation) -> bool,
) -> Result<Option<&KeyRotation>, Error> {
    let mut found: Option<&KeyRotation> = None;
    for one in rotations.iter().filter(|one| fits(one)) {
        if found.is_some_and(|before| before != one) {
            return Err(Error::RotationSyntax("同一把密钥更换过两次，内容不同"));
        }
        found = Some(one);
    }
    Ok(found)
}

fn ascending(before: u64, after: u64) -> Result<(), Error> {
    match before < after {
        true => Ok(()),
        false => Err(Error::RotationSyntax("前后两次更换的条数颠倒")),
    }
}

#[cfg(test)]
mod tests;
