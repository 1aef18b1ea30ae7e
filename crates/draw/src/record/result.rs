//! RESULT (抽取结果): seed, cut-offs and the hashes of the sealed files; logged and cosigned at T4.

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Stratum;
use crate::record::{AttemptRef, Lines, words};

/// The four sealed files, in the order of their lines.
pub const SEALED_FILES: [&str; 4] = [
    "subjects.order",
    "inspectors.order",
    "teams.txt",
    "leaders.txt",
];

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
    /// Hashes of [`SEALED_FILES`].
    pub files: [Digest; 4],
}

impl ResultRecord {
    /// Reads the exact grammar of §4.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "shuang/1 result")?;
        let attempt = AttemptRef::read(&mut lines)?;
        let seed = lines.value("seed")?;
        let cutoffs = lines.all("cutoff", |rest| {
            let [stratum, ticket] = words(rest)?;
            let ticket = match ticket {
                "-" => None,
                hex => Some(hex.parse()?),
            };
            Ok((stratum.parse()?, ticket))
        })?;
        let mut files = [seed; 4];
        for (slot, name) in files.iter_mut().zip(SEALED_FILES) {
            *slot = lines.value(&format!("file {name}"))?;
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
        write!(f, "shuang/1 result\n{}seed {}\n", self.attempt, self.seed)?;
        for (stratum, ticket) in &self.cutoffs {
            match ticket {
                Some(ticket) => writeln!(f, "cutoff {stratum} {ticket}")?,
                None => writeln!(f, "cutoff {stratum} -")?,
            }
        }
        for (name, hash) in SEALED_FILES.iter().zip(&self.files) {
            writeln!(f, "file {name} {hash}")?;
        }
        Ok(())
    }
}
