//! What a freeze fixes of the frame, as figures, roots and the commitment to S (protocol §3.2).
//!
//! It stands in the traced act of the freeze. Until FREEZE is published the frame itself lies sealed in the
//! office; whoever could open and edit it there would choose who can be drawn. So FREEZE is refused unless
//! what is kept still gives these figures.

use draw::Digest;
use draw::record::FreezeRecord;
use draw::record::freeze::Committed;
use serde::{Deserialize, Serialize};

use crate::id::Fingerprint;

/// How many leaves, and the root over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaves {
    /// How many.
    pub count: u64,
    /// The RFC 6962 root over their hashes.
    pub root: Fingerprint,
}

/// One stratum as it will stand in FREEZE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumCount {
    /// The stratum, `<item>:<class>`.
    pub stratum: String,
    /// N.
    pub pool: u64,
    /// k.
    pub quota: u64,
}

/// The lines of FREEZE that nothing after the freeze may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRoots {
    /// The leaves of subjects.
    pub subjects: Leaves,
    /// N and k of every stratum that occurs.
    pub strata: Vec<StratumCount>,
    /// Leaves of subjects that are visited without being drawn.
    pub must: u64,
    /// Leaves of subjects that cannot be drawn.
    pub skip: u64,
    /// The leaves of inspectors.
    pub inspectors: Leaves,
    /// The leaves of recusals.
    pub recusals: Leaves,
    /// H(S).
    pub secret: Fingerprint,
}

impl From<&FreezeRecord> for FrameRoots {
    fn from(freeze: &FreezeRecord) -> Self {
        let strata = freeze.strata.iter().map(|line| StratumCount {
            stratum: line.stratum.as_str().to_owned(),
            pool: line.pool,
            quota: line.quota,
        });
        Self {
            subjects: leaves(&freeze.subjects),
            strata: strata.collect(),
            must: freeze.must,
            skip: freeze.skip,
            inspectors: leaves(&freeze.inspectors),
            recusals: leaves(&freeze.recusals),
            secret: fingerprint(&freeze.secret),
        }
    }
}

impl FrameRoots {
    /// What differs from `other`, in words for the screen; empty if nothing does.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let counts = |roots: &Self| (roots.strata.clone(), roots.must, roots.skip);
        [
            ("检查对象", self.subjects != other.subjects),
            ("各层数量", counts(self) != counts(other)),
            ("执法检查人员", self.inspectors != other.inspectors),
            ("回避关系", self.recusals != other.recusals),
            ("本轮密值", self.secret != other.secret),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

fn leaves(committed: &Committed) -> Leaves {
    Leaves {
        count: committed.leaves,
        root: fingerprint(&committed.root),
    }
}

fn fingerprint(digest: &Digest) -> Fingerprint {
    Fingerprint::parse(&digest.to_string()).expect("a digest prints as a fingerprint")
}
