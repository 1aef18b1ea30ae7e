//! RESULT (抽取结果): seed, cut-offs and the hashes of the sealed files; logged and cosigned at T4.

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Stratum;
use crate::record::{AttemptRef, Lines, words};
use crate::version::Version;

/// The four sealed files, in the order of their lines.
pub const SEALED_FILES: [&str; 4] = [
    "subjects.order",
    "inspectors.order",
    "teams.txt",
    "leaders.txt",
];

/// Files of people, who are few and whose codes are known: a bare hash of them could be tried, so
/// `shuang/2` hashes them under a key until OPEN.
pub const KEYED_FILES: [&str; 2] = ["teams.txt", "leaders.txt"];

/// Whether RESULT of this version names a file by its hash alone or by its hash under a key.
fn word(version: Version, name: &str) -> &'static str {
    match version == Version::Two && KEYED_FILES.contains(&name) {
        true => "sealed",
        false => "file",
    }
}

/// The record RESULT.
#[doc(alias = "抽取结果")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// `H(lines of seed.txt)`.
    pub seed: Digest,
    /// Per stratum in FREEZE's order the k-th ticket, `None` if nobody was drawn.
    pub cutoffs: Vec<(Stratum, Option<Digest>)>,
    /// Of [`SEALED_FILES`]: the hash, or for [`KEYED_FILES`] of `shuang/2` the hash under a key.
    pub files: [Digest; 4],
}

impl ResultRecord {
    /// Reads the exact grammar of §4.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "result")?;
        let attempt = AttemptRef::read(&mut lines)?;
        let version = lines.version();
        let seed = lines.value("seed")?;
        let cutoffs = lines.all("cutoff", |rest| {
            let [stratum, ticket] = words(rest)?;
            let ticket = match ticket {
                "-" => None,
                hex => Some(hex.parse()?),
            };
            Ok((version.stratum(stratum)?, ticket))
        })?;
        let mut files = [seed; 4];
        for (slot, name) in files.iter_mut().zip(SEALED_FILES) {
            *slot = lines.value(&format!("{} {name}", word(version, name)))?;
        }
        lines.end()?;
        Ok(Self {
            attempt,
            seed,
            cutoffs,
            files,
        })
    }
}

impl fmt::Display for ResultRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.attempt.version;
        let (attempt, seed) = (&self.attempt, &self.seed);
        write!(f, "{version} result\n{attempt}seed {seed}\n")?;
        for (stratum, ticket) in &self.cutoffs {
            match ticket {
                Some(ticket) => writeln!(f, "cutoff {stratum} {ticket}")?,
                None => writeln!(f, "cutoff {stratum} -")?,
            }
        }
        for (name, hash) in SEALED_FILES.iter().zip(&self.files) {
            writeln!(f, "{} {name} {hash}", word(version, name))?;
        }
        Ok(())
    }
}
