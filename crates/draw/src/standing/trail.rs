//! What a stranger without the frame can hold against the change records of `shuang/2` (§8.1, public):
//! that they follow each other, move exactly the places and leads the act is about, to people who may
//! come, and that persons.tsv opens exactly who is named. Deliberately absent: loads, recusals and
//! tickets, which need the frame.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::bundle::TeamLine;
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::two::{Act, ChangeRecord};
use crate::record::{FreezeRecord, Lead, Move};
use crate::sealing::person_hash;

/// A visit as the public files and the records so far leave it.
struct TrailVisit {
    team: Vec<Option<Token>>,
    leader: Option<Token>,
    closed: bool,
}

/// The visits of an attempt on the trail of its records.
struct Trail<'a> {
    freeze: &'a FreezeRecord,
    /// Codes by hash; `None` for a hash persons.tsv does not open, which is a fault already.
    codes: BTreeMap<Digest, Token>,
    visits: Vec<TrailVisit>,
    /// Persons a SUBSTITUTE withdrew.
    withdrawn: BTreeSet<Digest>,
    /// `H(FREEZE)` of the frames that cannot join any more: this one, and those that have.
    joined: BTreeSet<Digest>,
}

/// What is wrong with the trail of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrailFaults {
    /// persons.tsv does not open exactly who is named.
    pub(crate) persons: Vec<Fault>,
    /// Change records contradict each other or the public files.
    pub(crate) changes: Vec<Fault>,
}

/// Everything in which change records contradict each other, the public files or persons.tsv, whose
/// lines are code and salt.
pub(crate) fn trail_faults(
    freeze: &FreezeRecord,
    teams: &[TeamLine],
    leaders: &[(Token, Token)],
    persons: &[(Token, Digest)],
    records: &[ChangeRecord],
) -> TrailFaults {
    let (codes, persons) = opened(freeze, persons, records);
    let visits = teams.iter().zip(leaders);
    let mut trail = Trail {
        freeze,
        codes,
        visits: visits
            .map(|((_, team), (_, leader))| TrailVisit {
                team: team.clone(),
                leader: Some(*leader),
                closed: false,
            })
            .collect(),
        withdrawn: BTreeSet::new(),
        joined: BTreeSet::from([freeze.hash()]),
    };
    let mut changes = Vec::new();
    for (number, record) in (1..).zip(records) {
        let place = format!("change-{number}.txt");
        let found = trail.follow(number, record);
        changes.extend(found.into_iter().map(|fault| fault.within(&place)));
    }
    TrailFaults { persons, changes }
}

/// Codes by hash, and everything in which persons.tsv does not open exactly the hashes that occur.
fn opened(
    freeze: &FreezeRecord,
    persons: &[(Token, Digest)],
    records: &[ChangeRecord],
) -> (BTreeMap<Digest, Token>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut wrong = |place: &str, sentence: &str| {
        faults.push(Fault::new(
            Code::KEY,
            format!("persons.tsv {place}"),
            sentence,
        ));
    };
    let occurring: BTreeSet<Digest> = records.iter().flat_map(ChangeRecord::persons).collect();
    let (mut codes, mut seen) = (BTreeMap::new(), BTreeSet::new());
    for (code, salt) in persons {
        let hash = person_hash(freeze.suite, *code, salt);
        if !seen.insert(*code) || codes.insert(hash, *code).is_some() {
            wrong(code.as_str(), "出现两次。");
        }
        if !occurring.contains(&hash) {
            wrong(code.as_str(), "没有哪份变更记录写有此人。");
        }
    }
    for hash in occurring.iter().filter(|hash| !codes.contains_key(hash)) {
        wrong(&hash.to_string(), "没有公开这个摘要是谁。");
    }
    (codes, faults)
}

impl Trail<'_> {
    fn follow(&mut self, number: u64, record: &ChangeRecord) -> Vec<Fault> {
        let mut faults = Vec::new();
        if record.attempt != self.freeze.attempt_ref() {
            faults.push(Fault::new(
                Code::OTHER_ATTEMPT,
                "freeze",
                "不属于这次抽取。",
            ));
        }
        if record.sequence != number {
            let sentence = format!("应为第 {number} 号，写的是第 {} 号。", record.sequence);
            faults.push(Fault::new(Code::SEQUENCE, "sequence", sentence));
        }
        faults.extend(self.close(&record.closed));
        let before = faults.len();
        faults.extend(self.person_faults(&record.act));
        let exact = self.moves_exactly(record);
        let mut touched = BTreeSet::new();
        for line in &record.moves {
            faults.extend(self.step(line, &mut touched).err());
        }
        for line in &record.leads {
            faults.extend(self.lead(line).err());
        }
        if !exact && faults.len() == before {
            let sentence = "变动的不恰好是该人（增补为缺员）在未办结检查中的位置。";
            faults.push(Fault::new(Code::NOT_BY_RULE, "move", sentence));
        }
        faults
    }

    /// Nobody is withdrawn twice, no frame joins twice or itself; who is recused is in the visit, which is open.
    fn person_faults(&mut self, act: &Act) -> Option<Fault> {
        match *act {
            Act::Substitute { person, .. } if !self.withdrawn.insert(person) => {
                let place = person.to_string();
                Some(Fault::new(Code::NOT_AVAILABLE, place, "已经退出。"))
            }
            Act::Extend { borrowed, .. } if !self.joined.insert(borrowed) => {
                let sentence = "增补名录是本次抽取自己的名录，或已经并入过。";
                Some(Fault::new(Code::NOT_AVAILABLE, "borrowed", sentence))
            }
            Act::Recuse { visit, person, .. } => match self.open(visit) {
                Err(fault) => Some(fault),
                Ok(at) => {
                    let visit_now = &self.visits[at];
                    let is_there = |code: &Token| {
                        visit_now.team.contains(&Some(*code)) || visit_now.leader == Some(*code)
                    };
                    let known = self.codes.get(&person);
                    known
                        .is_some_and(|code| !is_there(code))
                        .then(|| not_there(visit))
                }
            },
            _ => None,
        }
    }

    /// Whether a record moves exactly the places and leads its act is about, as they stand before it.
    fn moves_exactly(&self, record: &ChangeRecord) -> bool {
        let person = record.act.person();
        let Ok(code) = self.code(person) else {
            // Who it is, persons.tsv does not say, which is a fault already.
            return true;
        };
        let meant = |number: u64| match record.act {
            Act::Recuse { visit, .. } => visit == number,
            _ => true,
        };
        let visits = || {
            let open = (1..).zip(&self.visits).filter(|(_, visit)| !visit.closed);
            open.filter(|(number, _)| meant(*number))
        };
        let kinds: Vec<Token> = self
            .freeze
            .teams
            .iter()
            .fold(Vec::new(), |mut kinds, team| {
                kinds.extend((0..team.size).map(|_| team.stratum));
                kinds
            });
        let places = visits().flat_map(|(number, visit)| {
            let places = visit.team.iter().zip(&kinds);
            let his = places.filter(|(place, _)| **place == code);
            his.map(move |(_, kind)| (number, *kind, person))
        });
        let leads = visits().filter(|(_, visit)| person.is_some() && visit.leader == code);
        places.eq(record
            .moves
            .iter()
            .map(|line| (line.visit, line.stratum, line.old)))
            && leads
                .map(|(number, _)| (number, person))
                .eq(record.leads.iter().map(|line| (line.visit, line.old)))
    }

    /// Whether a person has been withdrawn.
    fn is_withdrawn(&self, person: Option<Digest>) -> bool {
        person.is_some_and(|person| self.withdrawn.contains(&person))
    }

    /// Closed visits grow: all that were closed before stand among them.
    fn close(&mut self, closed: &[u64]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (number, visit) in (1..).zip(&mut self.visits) {
            let now = closed.contains(&number);
            if visit.closed && !now {
                let place = format!("closed {number}");
                faults.push(Fault::new(
                    Code::CONTRADICTION,
                    place,
                    "办结的检查又成为未办结。",
                ));
            }
            visit.closed |= now;
        }
        let none = |number: &&u64| self.at(**number).is_none();
        let strange = closed.iter().filter(none);
        faults.extend(strange.map(|number| no_visit(*number)));
        faults
    }

    fn at(&self, visit: u64) -> Option<usize> {
        let at = usize::try_from(visit.checked_sub(1)?).ok()?;
        (at < self.visits.len()).then_some(at)
    }

    fn open(&self, visit: u64) -> Result<usize, Fault> {
        let at = self.at(visit).ok_or_else(|| no_visit(visit))?;
        match self.visits[at].closed {
            true => Err(Fault::new(
                Code::VISIT_CLOSED,
                format!("第 {visit} 行"),
                "检查已经办结。",
            )),
            false => Ok(at),
        }
    }

    /// Who a hash is: `Err` if persons.tsv does not say, which is a fault already.
    fn code(&self, person: Option<Digest>) -> Result<Option<Token>, ()> {
        match person {
            None => Ok(None),
            Some(hash) => self.codes.get(&hash).copied().map(Some).ok_or(()),
        }
    }

    /// The places of a kind in a team.
    fn places(&self, kind: Token) -> Option<Range<usize>> {
        let mut first = 0;
        for team in &self.freeze.teams {
            let next = first + usize::try_from(team.size).ok()?;
            if team.stratum == kind {
                return Some(first..next);
            }
            first = next;
        }
        None
    }

    /// One place changes hands; a record touches each place once.
    fn step(
        &mut self,
        line: &Move<Digest>,
        touched: &mut BTreeSet<(usize, usize)>,
    ) -> Result<(), Fault> {
        let at = self.open(line.visit)?;
        let (Ok(old), new) = (self.code(line.old), self.code(line.new)) else {
            return Ok(());
        };
        let stands = |place: &usize| {
            self.visits[at].team.get(*place) == Some(&old) && !touched.contains(&(at, *place))
        };
        let place = self
            .places(line.stratum)
            .and_then(|mut places| places.find(stands));
        let place = place.ok_or_else(|| not_there(line.visit))?;
        let comes = new.ok().flatten();
        let twice = comes.is_some_and(|new| self.visits[at].team.contains(&Some(new)));
        if twice || self.is_withdrawn(line.new) {
            return Err(not_free(line.visit));
        }
        touched.insert((at, place));
        self.visits[at].team[place] = new.unwrap_or_default();
        Ok(())
    }

    fn lead(&mut self, line: &Lead<Digest>) -> Result<(), Fault> {
        let at = self.open(line.visit)?;
        let (Ok(old), new) = (self.code(line.old), self.code(line.new)) else {
            return Ok(());
        };
        if self.visits[at].leader != old {
            return Err(not_there(line.visit));
        }
        let appointed = |code: Token| self.freeze.leaders.contains(&code);
        let comes = new.ok().flatten();
        if comes.is_some_and(|code| !appointed(code) || old == Some(code))
            || self.is_withdrawn(line.new)
        {
            return Err(not_free(line.visit));
        }
        self.visits[at].leader = new.unwrap_or_default();
        Ok(())
    }
}

fn no_visit(number: u64) -> Fault {
    Fault::new(Code::NO_VISIT, "", format!("没有第 {number} 行检查。"))
}

fn not_free(visit: u64) -> Fault {
    let sentence = "接替的人已在组中、已经退出，或者不是公告的组长。";
    Fault::new(Code::NOT_AVAILABLE, format!("第 {visit} 行"), sentence)
}

fn not_there(visit: u64) -> Fault {
    let sentence = "离开的人不在这次检查的这个位置上。";
    Fault::new(Code::NOT_IN_TEAM, format!("第 {visit} 行"), sentence)
}
