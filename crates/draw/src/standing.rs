//! T5: what stands after the draw (§3.7). Substitution and late recusal are arithmetic on the drawn
//! order; nobody chooses.
//!
//! The arithmetic stands here and in `moving` and `extend`; the records of `shuang/1` in `one`, those of
//! `shuang/2` in [`Course`]. Every verb returns the record to log, and `replay` accepts only the record
//! the rules give, so a server's history and an auditor's recomputation are the same code path;
//! `trail` is what a stranger without the frame can hold against `shuang/2`. Closed visits never
//! move. Deliberately absent: whether a ground is a good one — that takes a document and an
//! approver, who are in the record — and any randomness beyond the attempt's seed.

mod course;
mod extend;
mod moving;
mod one;
mod trail;

use std::collections::BTreeSet;

pub use course::Course;
pub use one::{Change, Grounds, RecusalGrounds};
pub(crate) use trail::trail_faults;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::{AttemptRef, Lead, Move};
use crate::select::{Drawn, Recused, StratumPool};
use crate::version::Version;

/// Whether a visit can still move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitState {
    /// Not done yet.
    Open,
    /// Done, or ended otherwise (closed, moved, suspended, out of scope, duplicate).
    Closed,
}

/// A visit as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingVisit {
    /// The subject; sealed until OPEN.
    pub subject: Token,
    /// The team: places in the order of `team`, `None` is unfilled.
    pub team: Vec<Option<Token>>,
    /// The leader, `None` if no leader line is left.
    pub leader: Option<Token>,
    /// Whether it can still move.
    pub state: VisitState,
}

/// The teams of an attempt as they stand after the draw and what followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    suite: Suite,
    seed: Digest,
    attempt: AttemptRef,
    pools: Vec<StratumPool>,
    leaders: Vec<Token>,
    visits: Vec<StandingVisit>,
    recused: Recused,
    withdrawn: BTreeSet<Token>,
    parted: BTreeSet<u64>,
    sequence: u64,
    opened: bool,
}

/// What an act moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Moved {
    moves: Vec<Move>,
    leads: Vec<Lead>,
}

impl Standing {
    /// What stands right after RESULT.
    #[must_use]
    pub fn new(drawn: &Drawn) -> Self {
        let record = drawn.frozen().record();
        let visits = drawn.visits().iter().zip(drawn.leaders()).enumerate();
        Self {
            suite: record.suite,
            seed: drawn.seed(),
            attempt: record.attempt_ref(),
            pools: drawn.teams().pools().to_vec(),
            leaders: record.leaders.clone(),
            visits: visits
                .map(|(at, (visit, leader))| StandingVisit {
                    subject: visit.subject,
                    team: drawn.team(at),
                    leader: Some(*leader),
                    state: VisitState::Open,
                })
                .collect(),
            recused: Recused::new(&drawn.frozen().frame().recusals),
            withdrawn: BTreeSet::new(),
            parted: BTreeSet::new(),
            sequence: 0,
            opened: false,
        }
    }

    /// The visits in visit order; visit n of a record is the n-th here, from 1.
    #[must_use]
    pub fn visits(&self) -> &[StandingVisit] {
        &self.visits
    }

    /// Drawn and reserve inspectors per stratum.
    #[must_use]
    pub fn pools(&self) -> &[StratumPool] {
        &self.pools
    }

    /// Numbers of the visits that have a place nobody could take (缺员), open ones only.
    #[must_use]
    pub fn unfilled(&self) -> Vec<u64> {
        let short =
            |visit: &StandingVisit| visit.state == VisitState::Open && visit.team.contains(&None);
        (1..)
            .zip(&self.visits)
            .filter(|(_, visit)| short(visit))
            .map(|(n, _)| n)
            .collect()
    }

    /// How many SUBSTITUTE, RECUSE and EXTEND records there were.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.sequence
    }

    /// Marks a visit as done or ended: it never moves again.
    ///
    /// # Errors
    /// No such visit, or closed before.
    pub fn close(&mut self, visit: u64) -> Result<(), Fault> {
        let at = self.open_visit(visit)?;
        self.visits[at].state = VisitState::Closed;
        Ok(())
    }

    /// OPEN was logged: no further PART.
    pub fn open(&mut self) {
        self.opened = true;
    }

    /// Withdraws an inspector or leader for the rest of the attempt (§6.2).
    fn withdraw(&mut self, person: Token) -> Result<Moved, Fault> {
        if self.withdrawn.contains(&person) || !self.knows(person) {
            let sentence = "不在本次抽取的人员中，或者已经退出。";
            return Err(Fault::new(Code::NOT_AVAILABLE, person.as_str(), sentence));
        }
        self.withdrawn.insert(person);
        let open: Vec<usize> = (0..self.visits.len())
            .filter(|at| self.visits[*at].state == VisitState::Open)
            .collect();
        Ok(self.leave(person, &open))
    }

    /// Takes an inspector or leader off one open visit (§6.3).
    fn take_off(&mut self, visit: u64, person: Token) -> Result<Moved, Fault> {
        let at = self.open_visit(visit)?;
        let standing = &self.visits[at];
        if !standing.team.contains(&Some(person)) && standing.leader != Some(person) {
            let sentence = format!("{person} 不在第 {visit} 行的检查组中。");
            return Err(Fault::new(Code::NOT_IN_TEAM, person.as_str(), sentence));
        }
        self.recused.add(person, standing.subject);
        Ok(self.leave(person, &[at]))
    }

    /// Moves places and leads of a person in these open visits and counts the act.
    fn leave(&mut self, person: Token, visits: &[usize]) -> Moved {
        self.sequence += 1;
        Moved {
            moves: self.move_places(person, visits),
            leads: self.move_leads(person, visits),
        }
    }

    /// Everybody who may be named after the draw: drawn, reserve and leaders.
    fn everybody(&self) -> impl Iterator<Item = Token> + '_ {
        let members = self
            .pools
            .iter()
            .flat_map(|pool| pool.drawn.iter().chain(&pool.reserve));
        members
            .map(|member| member.id)
            .chain(self.leaders.iter().copied())
    }

    /// That records of this version are those of the attempt.
    pub(crate) fn must_be(&self, version: Version) -> Result<(), Fault> {
        match self.attempt.version == version {
            true => Ok(()),
            false => {
                let sentence = format!(
                    "本次抽取属于 {}，不写 {version} 的记录。",
                    self.attempt.version
                );
                Err(Fault::new(Code::OTHER_ATTEMPT, "", sentence))
            }
        }
    }

    /// The position of an open visit by its number.
    fn open_visit(&self, visit: u64) -> Result<usize, Fault> {
        let at = usize::try_from(visit)
            .ok()
            .and_then(|visit| visit.checked_sub(1))
            .filter(|at| *at < self.visits.len())
            .ok_or_else(|| Fault::new(Code::NO_VISIT, "", format!("没有第 {visit} 行检查。")))?;
        match self.visits[at].state {
            VisitState::Open => Ok(at),
            VisitState::Closed => Err(Fault::new(
                Code::VISIT_CLOSED,
                format!("第 {visit} 行"),
                "检查已经办结。",
            )),
        }
    }

    fn knows(&self, person: Token) -> bool {
        self.everybody().any(|id| id == person)
    }

    fn move_leads(&mut self, leader: Token, visits: &[usize]) -> Vec<Lead> {
        let mut leads = Vec::new();
        for at in visits {
            let subject = self.visits[*at].subject;
            if self.visits[*at].leader != Some(leader) {
                continue;
            }
            let recused = self.recused.of(subject);
            let fits = |id: &&Token| !recused.contains(id) && !self.withdrawn.contains(id);
            let new = self.leaders.iter().find(fits).copied();
            self.visits[*at].leader = new;
            leads.push(Lead {
                visit: *at as u64 + 1,
                old: Some(leader),
                new,
            });
        }
        leads
    }

    /// The subject of an open visit whose parts may be drawn now: once, and not after OPEN.
    pub(crate) fn claim_parts(&mut self, visit: u64) -> Result<Token, Fault> {
        let at = self.open_visit(visit)?;
        if self.opened {
            return Err(Fault::new(Code::PARTS, "", "公开以后不再抽取部件。"));
        }
        if !self.parted.insert(visit) {
            return Err(Fault::new(
                Code::PARTS,
                format!("第 {visit} 行"),
                "每次检查只抽取一次部件。",
            ));
        }
        Ok(self.visits[at].subject)
    }

    pub(crate) fn seed(&self) -> (Suite, Digest, AttemptRef) {
        (self.suite, self.seed, self.attempt)
    }
}
