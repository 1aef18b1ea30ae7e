//! FREEZE (冻结): roots, N and k per stratum, commitments; logged and cosigned at T1.
//!
//! After this record nothing that decides the draw can change. Zero counts are written. Reading
//! checks the grammar alone; whether the numbers fit together is [`FreezeRecord::faults`].

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::{Stratum, Token};
use crate::record::attempt::attempt_number;
use crate::record::{Lines, number, words};

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
    /// `H("shuang-party/1", name, nonce)`.
    pub commitment: Digest,
}

impl PartyLine {
    /// The commitment of a party to a nonce.
    #[must_use]
    pub fn commit(suite: Suite, name: Token, nonce: &Digest) -> Self {
        let commitment = suite.lines(&[b"shuang-party/1", name.as_bytes(), &nonce.hex()]);
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

/// The record FREEZE.
#[doc(alias = "冻结")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeRecord {
    /// The campaign's number.
    pub campaign: Token,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The hash suite; printed only if not SHA-256.
    pub suite: Suite,
    /// Hash of the PLAN record.
    pub plan: Digest,
    /// For a borrowed frame: `H(FREEZE)` of the attempt it extends.
    pub extends: Option<Digest>,
    /// Subject leaves.
    pub subjects: Committed,
    /// One per stratum that occurs, ascending bytewise.
    pub strata: Vec<StratumLine>,
    /// `must` leaves over all strata.
    pub must: u64,
    /// `skip` leaves over all strata.
    pub skip: u64,
    /// Inspector leaves.
    pub inspectors: Committed,
    /// One per authority or skill, in the plan's order.
    pub inspector_draws: Vec<InspectorDraw>,
    /// Recusal leaves.
    pub recusals: Committed,
    /// Same strata, same order.
    pub teams: Vec<TeamSize>,
    /// How visits are assigned.
    pub assign: Assign,
    /// Areas, ascending; only with groups.
    pub areas: Vec<Token>,
    /// The appointed leader, then deputies in order.
    pub leaders: Vec<Token>,
    /// Commitment to S.
    pub secret: Digest,
    /// Parties in the order announced.
    pub parties: Vec<PartyLine>,
    /// The label of the dice, if announced.
    pub dice: Option<Token>,
    /// Unix seconds until which nonces and dice must be revealed.
    pub reveal_by: u64,
    /// The beacon, if announced.
    pub beacon: Option<BeaconName>,
}

impl FromStr for Committed {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [leaves, root] = words(rest)?;
        Ok(Self {
            leaves: number(leaves)?,
            root: root.parse()?,
        })
    }
}

impl FromStr for StratumLine {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [stratum, pool, quota] = words(rest)?;
        Ok(Self {
            stratum: stratum.parse()?,
            pool: number(pool)?,
            quota: number(quota)?,
        })
    }
}

impl FromStr for InspectorDraw {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [stratum, pool, drawn] = words(rest)?;
        Ok(Self {
            stratum: stratum.parse()?,
            pool: number(pool)?,
            drawn: number(drawn)?,
        })
    }
}

impl FromStr for TeamSize {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [stratum, size] = words(rest)?;
        Ok(Self {
            stratum: stratum.parse()?,
            size: number(size)?,
        })
    }
}

impl FromStr for Assign {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        match rest.strip_prefix("groups ") {
            None if rest == "pairs" => Ok(Self::Pairs),
            Some(groups) => Ok(Self::Groups(number(groups)?)),
            None => Err(Fault::new(Code::LINE, "", "应为 pairs 或 groups <组数>。")),
        }
    }
}

impl FromStr for PartyLine {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [name, commitment] = words(rest)?;
        Ok(Self {
            name: name.parse()?,
            commitment: commitment.parse()?,
        })
    }
}

impl FromStr for BeaconName {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [source, round] = words(rest)?;
        match source.split_once(':') {
            None => source.parse::<Token>().map(drop)?,
            Some((network, chain)) => {
                network.parse::<Token>()?;
                chain.parse::<Digest>()?;
                number(round)?;
            }
        }
        Ok(Self {
            source: source.to_owned(),
            round: round.parse()?,
        })
    }
}

/// The optional line `suite sm3`.
pub(crate) fn suite_line(lines: &mut Lines<'_>) -> Result<Suite, Fault> {
    match lines.maybe("suite") {
        None => Ok(Suite::Sha256),
        Some("sm3") => Ok(Suite::Sm3),
        Some(_) => lines.here(Err(Fault::new(Code::LINE, "", "suite 行只能是 sm3。"))),
    }
}

impl FreezeRecord {
    /// Reads the exact grammar of §2.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "shuang/1 freeze")?;
        let record = Self {
            campaign: lines.value("campaign")?,
            attempt: attempt_number(&mut lines)?,
            suite: suite_line(&mut lines)?,
            plan: lines.value("plan")?,
            extends: match lines.maybe("extends") {
                Some(rest) => Some(lines.here(rest.parse())?),
                None => None,
            },
            subjects: lines.value("subjects")?,
            strata: lines.all("stratum", str::parse)?,
            must: lines.count("must")?,
            skip: lines.count("skip")?,
            inspectors: lines.value("inspectors")?,
            inspector_draws: lines.all("draw-inspectors", str::parse)?,
            recusals: lines.value("recusals")?,
            teams: lines.all("team", str::parse)?,
            assign: lines.value("assign")?,
            areas: lines.all("area", str::parse)?,
            leaders: lines.all("leader", str::parse)?,
            secret: lines.value("secret")?,
            parties: lines.all("party", str::parse)?,
            dice: match lines.maybe("dice") {
                Some(rest) => Some(lines.here(rest.parse())?),
                None => None,
            },
            reveal_by: lines.count("reveal-by")?,
            beacon: match lines.maybe("beacon") {
                Some(rest) => Some(lines.here(rest.parse())?),
                None => None,
            },
        };
        lines.end()?;
        Ok(record)
    }

    /// `H(FREEZE)` under its own suite.
    #[must_use]
    pub fn hash(&self) -> Digest {
        super::hash_of(self.suite, self)
    }

    /// Every way in which the numbers of this record cannot fit together (§2, §3.3).
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        crate::freeze::faults_of(self)
    }

    /// How later records name this attempt.
    #[must_use]
    pub fn attempt_ref(&self) -> super::AttemptRef {
        super::AttemptRef {
            campaign: self.campaign,
            attempt: self.attempt,
            freeze: self.hash(),
        }
    }
}

impl fmt::Display for FreezeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "shuang/1 freeze\ncampaign {}\nattempt {}",
            self.campaign, self.attempt
        )?;
        if self.suite != Suite::Sha256 {
            writeln!(f, "suite {}", self.suite.word())?;
        }
        writeln!(f, "plan {}", self.plan)?;
        if let Some(first) = &self.extends {
            writeln!(f, "extends {first}")?;
        }
        writeln!(
            f,
            "subjects {} {}",
            self.subjects.leaves, self.subjects.root
        )?;
        for StratumLine {
            stratum,
            pool,
            quota,
        } in &self.strata
        {
            writeln!(f, "stratum {stratum} {pool} {quota}")?;
        }
        writeln!(f, "must {}\nskip {}", self.must, self.skip)?;
        writeln!(
            f,
            "inspectors {} {}",
            self.inspectors.leaves, self.inspectors.root
        )?;
        for InspectorDraw {
            stratum,
            pool,
            drawn,
        } in &self.inspector_draws
        {
            writeln!(f, "draw-inspectors {stratum} {pool} {drawn}")?;
        }
        writeln!(
            f,
            "recusals {} {}",
            self.recusals.leaves, self.recusals.root
        )?;
        self.write_teams(f)?;
        self.write_sources(f)
    }
}

impl FreezeRecord {
    fn write_teams(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for TeamSize { stratum, size } in &self.teams {
            writeln!(f, "team {stratum} {size}")?;
        }
        writeln!(f, "assign {}", self.assign)?;
        for area in &self.areas {
            writeln!(f, "area {area}")?;
        }
        for leader in &self.leaders {
            writeln!(f, "leader {leader}")?;
        }
        Ok(())
    }

    fn write_sources(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "secret {}", self.secret)?;
        for PartyLine { name, commitment } in &self.parties {
            writeln!(f, "party {name} {commitment}")?;
        }
        if let Some(label) = &self.dice {
            writeln!(f, "dice {label}")?;
        }
        writeln!(f, "reveal-by {}", self.reveal_by)?;
        match &self.beacon {
            Some(BeaconName { source, round }) => writeln!(f, "beacon {source} {round}"),
            None => Ok(()),
        }
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
