//! The lines of FREEZE that carry more than one word, and what stands in them.

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::{Stratum, Token};
use crate::record::{number, words};
use crate::version::Version;

/// A count of leaves and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// How many leaves.
    pub leaves: u64,
    /// The RFC 6962 root over their hashes, ascending.
    pub root: Digest,
}

/// `stratum <name> <N> <k>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumLine {
    /// The stratum.
    pub stratum: Stratum,
    /// N: its `draw` leaves.
    pub pool: u64,
    /// k: how many are drawn.
    pub quota: u64,
}

/// `draw-inspectors <stratum> <N> <m>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectorDraw {
    /// Authority or skill, `-` if there is only one kind.
    pub stratum: Token,
    /// N: its `draw` leaves.
    pub pool: u64,
    /// m: how many are drawn.
    pub drawn: u64,
}

/// `team <stratum> <t>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamSize {
    /// Authority or skill, as in `draw-inspectors`.
    pub stratum: Token,
    /// t: members of this stratum in every team.
    pub size: u64,
}

/// How visits are given to inspectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assign {
    /// Every visit its own team by least load.
    Pairs,
    /// Fixed groups: one car, one route.
    Groups(u64),
}

/// `party <name> <hash>`: an observer's commitment (见证人的承诺).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyLine {
    /// The party's code.
    pub name: Token,
    /// The hash it handed in before FREEZE.
    pub commitment: Digest,
}

impl PartyLine {
    /// The commitment of a party to a nonce under `shuang/1`: `H("shuang-party/1", name, nonce)`.
    #[must_use]
    pub fn commit(suite: Suite, name: Token, nonce: &Digest) -> Self {
        let commitment = suite.lines(&[b"shuang-party/1", name.as_bytes(), &nonce.hex()]);
        Self { name, commitment }
    }

    /// The commitment of a party to a nonce under `shuang/2`, good for one attempt alone:
    /// `H("shuang-party/2", campaign, attempt, name, nonce)`.
    #[must_use]
    pub fn commit_to_attempt(
        suite: Suite,
        campaign: Token,
        attempt: u32,
        name: Token,
        nonce: &Digest,
    ) -> Self {
        let commitment = suite.lines(&[
            b"shuang-party/2",
            campaign.as_bytes(),
            attempt.to_string().as_bytes(),
            name.as_bytes(),
            &nonce.hex(),
        ]);
        Self { name, commitment }
    }
}

/// A beacon by source and round or issue, named before it exists (公共随机源).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeaconName {
    /// `drand:<chain hash>`, `cwl-ssq`, or another source's code.
    pub source: String,
    /// Round or issue.
    pub round: Token,
}

impl Committed {
    pub(crate) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [leaves, root] = words(rest)?;
        Ok(Self {
            leaves: version.count(leaves)?,
            root: root.parse()?,
        })
    }
}

impl StratumLine {
    pub(super) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [stratum, pool, quota] = words(rest)?;
        Ok(Self {
            stratum: version.stratum(stratum)?,
            pool: version.count(pool)?,
            quota: version.count(quota)?,
        })
    }
}

impl InspectorDraw {
    pub(super) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [stratum, pool, drawn] = words(rest)?;
        Ok(Self {
            stratum: version.dashed(stratum)?,
            pool: version.count(pool)?,
            drawn: version.count(drawn)?,
        })
    }
}

impl TeamSize {
    pub(crate) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [stratum, size] = words(rest)?;
        Ok(Self {
            stratum: version.dashed(stratum)?,
            size: version.count(size)?,
        })
    }
}

impl Assign {
    pub(crate) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        match rest.strip_prefix("groups ") {
            None if rest == "pairs" => Ok(Self::Pairs),
            Some(groups) => Ok(Self::Groups(version.count(groups)?)),
            None => Err(Fault::new(Code::LINE, "", "应为 pairs 或 groups <组数>。")),
        }
    }
}

impl PartyLine {
    pub(super) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [name, commitment] = words(rest)?;
        Ok(Self {
            name: version.name(name)?,
            commitment: commitment.parse()?,
        })
    }
}

impl BeaconName {
    /// A source and a round, as FREEZE and seed.txt name them.
    pub(crate) fn read(version: Version, source: &str, round: &str) -> Result<Self, Fault> {
        read_source(version, source)?;
        if version == Version::One && source.contains(':') {
            number(round)?;
        }
        Ok(Self {
            source: source.to_owned(),
            round: version.name(round)?,
        })
    }
}

/// The grammar of a source: `name`, or a network and the hash of its chain.
pub(crate) fn read_source(version: Version, source: &str) -> Result<(), Fault> {
    match source.split_once(':') {
        None => version.name(source).map(drop),
        Some((network, chain)) => {
            if version == Version::Two && network != "drand" {
                let sentence = "来源写代码，或者 drand:<链的哈希>。";
                return Err(Fault::new(Code::LINE, "", sentence));
            }
            version.name(network)?;
            chain.parse::<Digest>().map(drop)
        }
    }
}

impl FromStr for BeaconName {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [source, round] = words(rest)?;
        Self::read(Version::One, source, round)
    }
}

impl fmt::Display for Assign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pairs => f.write_str("pairs"),
            Self::Groups(groups) => write!(f, "groups {groups}"),
        }
    }
}
