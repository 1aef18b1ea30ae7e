//! T5: what stands after the draw (§3.7). Substitution and late recusal are arithmetic on the drawn
//! order; nobody chooses.
//!
//! Every verb returns the record to log, and [`Standing::replay`] accepts only the record the rules
//! give, so a server's history and an auditor's recomputation are the same code path. Closed visits
//! never move. Deliberately absent: whether a ground is a good one — that takes a document and an
//! approver, who are in the record — and any randomness beyond the attempt's seed.

mod extend;
mod moving;

use std::collections::BTreeSet;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::recuse::RaisedBy;
use crate::record::{AttemptRef, ExtendRecord, Lead, RecuseRecord, SubstituteRecord};
use crate::select::{Drawn, Recused, StratumPool};

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

/// Reason, approver and paper of a substitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// A published code of the rulebook.
    pub reason: Token,
    /// Who approved, as a code.
    pub approver: Token,
    /// Hash of the signed paper.
    pub document: Digest,
}

/// Who raised a late recusal, who decided, and the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecusalGrounds {
    /// Who raised it.
    pub raised_by: RaisedBy,
    /// Who decided, as a code.
    pub approver: Token,
    /// Hash of the signed paper.
    pub document: Digest,
}

/// A record of what followed the draw.
#[derive(Clone, Debug)]
pub enum Change {
    /// SUBSTITUTE.
    Substitute(SubstituteRecord),
    /// RECUSE.
    Recuse(RecuseRecord),
    /// EXTEND, replayed with the borrowed draw it names.
    Extend(ExtendRecord, Box<Drawn>),
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

    /// Withdraws an inspector or leader; the first unused reserve of his stratum takes all his open
    /// visits, a visit for which that reserve is recused goes to the next fitting one.
    ///
    /// # Errors
    /// Nobody of this code, or withdrawn before.
    pub fn substitute(
        &mut self,
        inspector: Token,
        grounds: Grounds,
    ) -> Result<SubstituteRecord, Fault> {
        if self.withdrawn.contains(&inspector) || !self.knows(inspector) {
            let sentence = "不在本次抽取的人员中，或者已经退出。";
            return Err(Fault::new(
                Code::NOT_AVAILABLE,
                inspector.as_str(),
                sentence,
            ));
        }
        self.withdrawn.insert(inspector);
        let open: Vec<usize> = (0..self.visits.len())
            .filter(|at| self.visits[*at].state == VisitState::Open)
            .collect();
        let moves = self.move_places(inspector, &open);
        let leads = self.move_leads(inspector, &open);
        self.sequence += 1;
        let Grounds {
            reason,
            approver,
            document,
        } = grounds;
        let (attempt, sequence) = (self.attempt, self.sequence);
        Ok(SubstituteRecord {
            attempt,
            sequence,
            inspector,
            reason,
            approver,
            document,
            moves,
            leads,
        })
    }

    /// Recuses an inspector or leader from one visit, which moves by the same rule.
    ///
    /// # Errors
    /// No such visit, closed, or the person is neither in its team nor its leader.
    pub fn recuse(
        &mut self,
        visit: u64,
        inspector: Token,
        grounds: RecusalGrounds,
    ) -> Result<RecuseRecord, Fault> {
        let at = self.open_visit(visit)?;
        let standing = &self.visits[at];
        if !standing.team.contains(&Some(inspector)) && standing.leader != Some(inspector) {
            let sentence = format!("{inspector} 不在第 {visit} 行的检查组中。");
            return Err(Fault::new(Code::NOT_IN_TEAM, inspector.as_str(), sentence));
        }
        self.recused.add(inspector, standing.subject);
        let moves = self.move_places(inspector, &[at]);
        let leads = self.move_leads(inspector, &[at]);
        self.sequence += 1;
        let RecusalGrounds {
            raised_by,
            approver,
            document,
        } = grounds;
        let (attempt, sequence) = (self.attempt, self.sequence);
        Ok(RecuseRecord {
            attempt,
            sequence,
            visit,
            inspector,
            raised_by,
            approver,
            document,
            moves,
            leads,
        })
    }

    /// Repeats a logged record and accepts it only if the rules give exactly the same.
    ///
    /// # Errors
    /// The record is of another attempt, out of sequence, impossible, or not what the rules give;
    /// then nothing has changed.
    pub fn replay(&mut self, change: &Change) -> Result<(), Fault> {
        let sequence = self.expected(change)?;
        let mut next = self.clone();
        let same = match change {
            Change::Substitute(record) => {
                let SubstituteRecord {
                    reason,
                    approver,
                    document,
                    inspector,
                    ..
                } = *record;
                let grounds = Grounds {
                    reason,
                    approver,
                    document,
                };
                next.substitute(inspector, grounds)? == *record
            }
            Change::Recuse(record) => {
                let RecuseRecord {
                    raised_by,
                    approver,
                    document,
                    inspector,
                    visit,
                    ..
                } = *record;
                let grounds = RecusalGrounds {
                    raised_by,
                    approver,
                    document,
                };
                next.recuse(visit, inspector, grounds)? == *record
            }
            Change::Extend(record, borrowed) => next.extend(borrowed)? == *record,
        };
        if !same {
            let place = format!("sequence {sequence}");
            return Err(Fault::new(
                Code::NOT_BY_RULE,
                place,
                "与按规则重算的结果不同。",
            ));
        }
        *self = next;
        Ok(())
    }

    /// The sequence number of a change that is this attempt's next.
    fn expected(&self, change: &Change) -> Result<u64, Fault> {
        let (attempt, sequence) = match change {
            Change::Substitute(record) => (record.attempt, record.sequence),
            Change::Recuse(record) => (record.attempt, record.sequence),
            Change::Extend(record, _) => (record.attempt, record.sequence),
        };
        if attempt != self.attempt {
            return Err(Fault::new(
                Code::OTHER_ATTEMPT,
                "freeze",
                "不属于这次抽取。",
            ));
        }
        if sequence != self.sequence + 1 {
            let sentence = format!("应为第 {} 号，写的是第 {sequence} 号。", self.sequence + 1);
            return Err(Fault::new(Code::SEQUENCE, "sequence", sentence));
        }
        Ok(sequence)
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
        let members = self
            .pools
            .iter()
            .flat_map(|pool| pool.drawn.iter().chain(&pool.reserve));
        members
            .map(|member| member.id)
            .chain(self.leaders.iter().copied())
            .any(|id| id == person)
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
