//! FREEZE (冻结): roots, N and k per stratum, commitments; logged and cosigned at T1.
//!
//! After this record nothing that decides the draw can change. Zero counts are written. Reading
//! checks the grammar alone; whether the numbers fit together is [`FreezeRecord::faults`].

mod lines;

use std::fmt;

pub(crate) use lines::read_source;
pub use lines::{Assign, BeaconName, Committed, InspectorDraw, PartyLine, StratumLine, TeamSize};

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::attempt::attempt_number;
use crate::record::{Lines, words};
use crate::version::Version;

/// What FREEZE says of the hours of the ceremony besides `reveal-by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// `shuang/1` says nothing more.
    One,
    /// `shuang/2`, in unix seconds.
    Two {
        /// From when nonces are accepted.
        reveal_from: u64,
        /// When the beacon is to appear, if one is announced.
        beacon_at: Option<u64>,
    },
}

impl Hours {
    /// The version of a FREEZE that says this.
    #[must_use]
    pub fn version(self) -> Version {
        match self {
            Self::One => Version::One,
            Self::Two { .. } => Version::Two,
        }
    }
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
    /// The other hours; they decide the version.
    pub hours: Hours,
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
        let mut lines = Lines::open(bytes, "freeze")?;
        let v = lines.version();
        let mut record = Self {
            campaign: lines.name("campaign")?,
            attempt: attempt_number(&mut lines)?,
            suite: suite_line(&mut lines)?,
            plan: lines.value("plan")?,
            extends: lines.optional("extends", str::parse)?,
            subjects: lines.read("subjects", |rest| Committed::read(v, rest))?,
            strata: lines.all("stratum", |rest| StratumLine::read(v, rest))?,
            must: lines.count("must")?,
            skip: lines.count("skip")?,
            inspectors: lines.read("inspectors", |rest| Committed::read(v, rest))?,
            inspector_draws: lines.all("draw-inspectors", |rest| InspectorDraw::read(v, rest))?,
            recusals: lines.read("recusals", |rest| Committed::read(v, rest))?,
            teams: lines.all("team", |rest| TeamSize::read(v, rest))?,
            assign: lines.read("assign", |rest| Assign::read(v, rest))?,
            areas: lines.all("area", |rest| v.name(rest))?,
            leaders: lines.all("leader", |rest| v.name(rest))?,
            secret: lines.value("secret")?,
            parties: lines.all("party", |rest| PartyLine::read(v, rest))?,
            dice: lines.optional("dice", |rest| v.name(rest))?,
            reveal_by: 0,
            beacon: None,
            hours: Hours::One,
        };
        record.read_hours(&mut lines)?;
        lines.end()?;
        match v {
            Version::One => Ok(record),
            Version::Two => record.ordered(),
        }
    }

    /// What the grammar of `shuang/2` says beside the lines: their order, and at least one kind.
    fn ordered(self) -> Result<Self, Fault> {
        if !self.strata.is_sorted_by(|a, b| a.stratum < b.stratum) {
            let sentence = "分层须按字节升序、不重复。";
            return Err(Fault::new(Code::SORTED, "stratum", sentence));
        }
        if !self.areas.is_sorted_by(|a, b| a < b) {
            return Err(Fault::new(Code::SORTED, "area", "片区须按升序、不重复。"));
        }
        if self.inspector_draws.is_empty() {
            return Err(Fault::new(Code::LINE, "draw-inspectors", "至少有一行。"));
        }
        Ok(self)
    }

    /// The lines after the parties: when and by what the ceremony goes.
    fn read_hours(&mut self, lines: &mut Lines<'_>) -> Result<(), Fault> {
        let version = lines.version();
        let reveal_from = match version {
            Version::One => None,
            Version::Two => Some(lines.time("reveal-from")?),
        };
        self.reveal_by = lines.time("reveal-by")?;
        let named = lines.optional("beacon", |rest| match version {
            Version::One => rest.parse().map(|name| (name, None)),
            Version::Two => {
                let [source, round, time] = words(rest)?;
                let name = BeaconName::read(version, source, round)?;
                Ok((name, Some(version.time(time)?)))
            }
        })?;
        let (beacon, beacon_at) = named.map_or((None, None), |(name, at)| (Some(name), at));
        self.beacon = beacon;
        self.hours = reveal_from.map_or(Hours::One, |reveal_from| Hours::Two {
            reveal_from,
            beacon_at,
        });
        Ok(())
    }

    /// The version of the attempt, to its end.
    #[must_use]
    pub fn version(&self) -> Version {
        self.hours.version()
    }

    /// How a party of this attempt commits to a nonce.
    #[must_use]
    pub fn commitment(&self, name: Token, nonce: &Digest) -> PartyLine {
        let Self {
            suite,
            campaign,
            attempt,
            ..
        } = *self;
        match self.version() {
            Version::One => PartyLine::commit(suite, name, nonce),
            Version::Two => PartyLine::commit_to_attempt(suite, campaign, attempt, name, nonce),
        }
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
            version: self.version(),
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
            "{} freeze\ncampaign {}\nattempt {}",
            self.version(),
            self.campaign,
            self.attempt
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
        let (reveal_from, beacon_at) = match self.hours {
            Hours::One => (None, None),
            Hours::Two {
                reveal_from,
                beacon_at,
            } => (Some(reveal_from), beacon_at),
        };
        if let Some(from) = reveal_from {
            writeln!(f, "reveal-from {from}")?;
        }
        writeln!(f, "reveal-by {}", self.reveal_by)?;
        let Some(BeaconName { source, round }) = &self.beacon else {
            return Ok(());
        };
        match beacon_at {
            Some(time) => writeln!(f, "beacon {source} {round} {time}"),
            None => writeln!(f, "beacon {source} {round}"),
        }
    }
}
