//! What `shuang/2` keeps from being tried before OPEN (§2): lists of people, whose codes are known.
//!
//! [`FileSealer`] hashes a file under a key from S; OPEN publishes the key. [`Persons`] writes a person
//! as a hash under a salt from S; `persons.tsv` publishes the salts. An approver's salt is fresh each
//! time and is never opened. Deliberately absent: encryption. Nothing here can be read back, only
//! compared.

use std::io::{self, Write};

use crate::digest::{Digest, Hasher, Secret, Suite};
use crate::name::Token;
use crate::record::FreezeRecord;

/// Campaign and attempt as they are hashed.
#[derive(Clone, Copy, Debug)]
struct Place {
    suite: Suite,
    campaign: Token,
    attempt: u32,
}

impl Place {
    fn of(freeze: &FreezeRecord) -> Self {
        Self {
            suite: freeze.suite,
            campaign: freeze.campaign,
            attempt: freeze.attempt,
        }
    }

    /// `H(domain, campaign, attempt, lines…)`.
    fn hash(&self, domain: &[u8], lines: &[&[u8]]) -> Digest {
        let attempt = self.attempt.to_string();
        let place: [&[u8]; 3] = [domain, self.campaign.as_bytes(), attempt.as_bytes()];
        self.suite.lines(&[&place, lines].concat())
    }
}

/// The key of a file: `H("shuang-filekey/2", campaign, attempt, file name, S)`.
#[must_use]
pub fn file_key(freeze: &FreezeRecord, name: &str, secret: &Secret) -> Digest {
    Place::of(freeze).hash(b"shuang-filekey/2", &[name.as_bytes(), &secret.hex()])
}

/// What RESULT says of a file whose hash is `content`:
/// `H("shuang-file/2", campaign, attempt, file name, key, H(content))`.
#[must_use]
pub fn sealed_hash(freeze: &FreezeRecord, name: &str, key: &Digest, content: &Digest) -> Digest {
    let lines: [&[u8]; 3] = [name.as_bytes(), &key.hex(), &content.hex()];
    Place::of(freeze).hash(b"shuang-file/2", &lines)
}

/// The hash under which a person of an attempt stands in its records, given his salt:
/// `H("shuang-person/2", code, salt)`.
#[must_use]
pub fn person_hash(suite: Suite, code: Token, salt: &Digest) -> Digest {
    suite.lines(&[b"shuang-person/2", code.as_bytes(), &salt.hex()])
}

/// An approver under a fresh salt: `H("shuang-approver/2", code, salt)`.
#[must_use]
pub fn approver_hash(suite: Suite, code: Token, salt: &Digest) -> Digest {
    suite.lines(&[b"shuang-approver/2", code.as_bytes(), &salt.hex()])
}

/// Salts and hashes of the persons of an attempt; borrowed ones too are hashed with the attempt they
/// join.
#[derive(Clone, Debug)]
pub struct Persons {
    place: Place,
    secret: Secret,
}

impl Persons {
    /// For the attempt of a FREEZE and its S.
    #[must_use]
    pub fn of(freeze: &FreezeRecord, secret: &Secret) -> Self {
        Self {
            place: Place::of(freeze),
            secret: secret.clone(),
        }
    }

    /// `H("shuang-personsalt/2", campaign, attempt, code, S)`.
    #[must_use]
    pub fn salt(&self, code: Token) -> Digest {
        let lines: [&[u8]; 2] = [code.as_bytes(), &self.secret.hex()];
        self.place.hash(b"shuang-personsalt/2", &lines)
    }

    /// The hash of a person's code.
    #[must_use]
    pub fn hash(&self, code: Token) -> Digest {
        person_hash(self.place.suite, code, &self.salt(code))
    }
}

/// Hashes what is written into it.
pub(crate) fn hash_of_file(
    suite: Suite,
    write: impl FnOnce(&mut Hasher) -> io::Result<()>,
) -> Digest {
    let mut hasher = Hasher::new(suite);
    write(&mut hasher).expect("writing into a hash cannot fail");
    hasher.finish()
}

/// Writes `code salt` of persons, as persons.tsv has them: tab-separated and sorted bytewise.
pub(crate) fn write_persons(
    persons: &Persons,
    codes: impl IntoIterator<Item = Token>,
    out: &mut impl Write,
) -> io::Result<()> {
    let lines = codes
        .into_iter()
        .map(|code| format!("{code}\t{}\n", persons.salt(code)));
    let sorted: std::collections::BTreeSet<String> = lines.collect();
    sorted
        .iter()
        .try_for_each(|line| out.write_all(line.as_bytes()))
}
