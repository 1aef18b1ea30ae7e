//! What follows the draw of a `shuang/2` attempt: every act with its record, persons as hashes.
//!
//! [`Course`] holds the frame and S, so it can name persons and recompute every record. Deliberately
//! absent: fresh randomness. An approver's salt and the secret of a part come in.

use std::collections::BTreeSet;

use super::{Moved, Standing, VisitState};
use crate::digest::{Digest, Secret};
use crate::fault::{Code, Fault};
use crate::frame::Rows;
use crate::name::Token;
use crate::part::PartCommitment;
use crate::record::two::{Act, Approval, ChangeRecord};
use crate::record::{Lead, Move, hash_of};
use crate::sealing::Persons;
use crate::select::Drawn;
use crate::version::Version;

/// A drawn attempt of `shuang/2` and what has followed.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    drawn: &'a Drawn,
    standing: Standing,
    persons: Persons,
    /// Inspectors of borrowed frames, skipped ones too.
    borrowed: BTreeSet<Token>,
    /// Commitments and opened nonces of every frame of the attempt.
    used: BTreeSet<Digest>,
    /// Persons the records name.
    named: BTreeSet<Token>,
    records: Vec<ChangeRecord>,
}

impl<'a> Course<'a> {
    /// What stands right after RESULT.
    #[must_use]
    pub fn new(drawn: &'a Drawn) -> Self {
        let frozen = drawn.frozen();
        Self {
            drawn,
            standing: Standing::new(drawn),
            persons: Persons::of(frozen.record(), frozen.secret()),
            borrowed: BTreeSet::new(),
            used: used_once(drawn).collect(),
            named: BTreeSet::new(),
            records: Vec::new(),
        }
    }

    /// The drawn attempt.
    #[must_use]
    pub fn drawn(&self) -> &'a Drawn {
        self.drawn
    }

    /// The teams as they stand now.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The records so far, by sequence.
    #[must_use]
    pub fn records(&self) -> &[ChangeRecord] {
        &self.records
    }

    /// Every person a record names, as persons.tsv opens them.
    #[must_use]
    pub fn named(&self) -> &BTreeSet<Token> {
        &self.named
    }

    /// Salts and hashes of the persons of this attempt.
    #[must_use]
    pub fn persons(&self) -> &Persons {
        &self.persons
    }

    /// Marks a visit as done or ended: it never moves again.
    ///
    /// # Errors
    /// No such visit, or closed before.
    pub fn close(&mut self, visit: u64) -> Result<(), Fault> {
        self.standing.close(visit)
    }

    /// OPEN was logged: no further PART.
    pub fn open(&mut self) {
        self.standing.open();
    }

    /// Withdraws an inspector or leader for the rest of the attempt.
    ///
    /// # Errors
    /// An attempt of `shuang/1`; nobody of this code, or withdrawn before; then nothing has changed.
    pub fn substitute(&mut self, person: Token, approval: Approval) -> Result<ChangeRecord, Fault> {
        self.standing.must_be(Version::Two)?;
        let moved = self.standing.withdraw(person)?;
        let hash = self.name(person);
        let act = Act::Substitute {
            person: hash,
            approval,
        };
        Ok(self.enter(act, &moved))
    }

    /// Recuses an inspector or leader from one visit.
    ///
    /// # Errors
    /// No such visit, closed, or the person is neither in its team nor its leader; then nothing has
    /// changed.
    pub fn recuse(
        &mut self,
        visit: u64,
        person: Token,
        approval: Approval,
    ) -> Result<ChangeRecord, Fault> {
        self.standing.must_be(Version::Two)?;
        let moved = self.standing.take_off(visit, person)?;
        let hash = self.name(person);
        let act = Act::Recuse {
            visit,
            person: hash,
            approval,
        };
        Ok(self.enter(act, &moved))
    }

    /// Fills the unfilled places of open visits from a borrowed draw.
    ///
    /// # Errors
    /// The borrowed FREEZE extends another attempt, has other teams, names a person this attempt has
    /// already, a recusal against a subject it does not have, or uses a commitment or nonce of another
    /// frame of it; then nothing has changed.
    pub fn extend(&mut self, borrowed: &Drawn) -> Result<ChangeRecord, Fault> {
        self.standing.must_be(Version::Two)?;
        self.check_borrowed(borrowed)?;
        let moves = self.standing.take_in(borrowed)?;
        let people = &borrowed.frozen().frame().inspectors;
        self.borrowed.extend(people.iter().map(|view| view.id));
        self.used.extend(used_once(borrowed));
        let act = Act::Extend {
            borrowed: borrowed.frozen().record().hash(),
            result: hash_of(borrowed.frozen().record().suite, borrowed.record()),
        };
        let leads = Vec::new();
        Ok(self.enter(act, &Moved { moves, leads }))
    }

    /// Commits to the parts of a visit's subject and to how many of them are looked at.
    ///
    /// # Errors
    /// No such open visit, a second PART for it, after OPEN, a part twice or none of its version's names,
    /// or k above the count; then nothing has changed.
    pub fn commit_parts(
        &mut self,
        visit: u64,
        parts: &[Token],
        quota: u64,
        secret: &Secret,
    ) -> Result<PartCommitment, Fault> {
        self.standing.must_be(Version::Two)?;
        PartCommitment::new(&mut self.standing, visit, parts, quota, secret)
    }

    /// Repeats a logged record and accepts it only if the rules give exactly the same; an EXTEND with
    /// the borrowed draw it names.
    ///
    /// # Errors
    /// The record is of another attempt, out of sequence, impossible, or not what the rules give; then
    /// nothing has changed.
    pub fn replay(&mut self, record: &ChangeRecord, borrowed: Option<&Drawn>) -> Result<(), Fault> {
        let sequence = self.standing.changes() + 1;
        if record.attempt != self.drawn.frozen().record().attempt_ref() {
            return Err(Fault::new(
                Code::OTHER_ATTEMPT,
                "freeze",
                "不属于这次抽取。",
            ));
        }
        if record.sequence != sequence {
            let sentence = format!("应为第 {sequence} 号，写的是第 {} 号。", record.sequence);
            return Err(Fault::new(Code::SEQUENCE, "sequence", sentence));
        }
        let mut next = self.clone();
        for visit in &record.closed {
            if !next.closed().any(|closed| closed == *visit) {
                next.close(*visit)?;
            }
        }
        let made = match (record.act, borrowed) {
            (Act::Substitute { person, approval }, _) => {
                next.substitute(next.find(person)?, approval)?
            }
            (
                Act::Recuse {
                    visit,
                    person,
                    approval,
                },
                _,
            ) => next.recuse(visit, next.find(person)?, approval)?,
            (Act::Extend { .. }, Some(borrowed)) => next.extend(borrowed)?,
            (Act::Extend { .. }, None) => {
                let sentence = "没有所增补人员的抽取，不能重算。";
                return Err(Fault::new(Code::EXTENSION, "borrowed", sentence));
            }
        };
        if made != *record {
            let place = format!("sequence {sequence}");
            let sentence = "与按规则重算的结果不同。";
            return Err(Fault::new(Code::NOT_BY_RULE, place, sentence));
        }
        *self = next;
        Ok(())
    }

    /// Numbers of the visits that are not open, ascending.
    fn closed(&self) -> impl Iterator<Item = u64> + '_ {
        let visits = (1..).zip(self.standing.visits());
        visits
            .filter(|(_, visit)| visit.state == VisitState::Closed)
            .map(|(number, _)| number)
    }

    /// The person behind a hash.
    fn find(&self, hash: Digest) -> Result<Token, Fault> {
        let same = |id: &Token| self.persons.hash(*id) == hash;
        self.standing.everybody().find(same).ok_or_else(|| {
            let sentence = "没有这个摘要所指的人员。";
            Fault::new(Code::NOT_AVAILABLE, hash.to_string(), sentence)
        })
    }

    /// Names a person in a record.
    fn name(&mut self, person: Token) -> Digest {
        self.named.insert(person);
        self.persons.hash(person)
    }

    /// The record of an act that has moved these.
    fn enter(&mut self, act: Act, moved: &Moved) -> ChangeRecord {
        let moves = moved.moves.iter().map(|line| Move {
            visit: line.visit,
            stratum: line.stratum,
            old: line.old.map(|person| self.name(person)),
            new: line.new.map(|person| self.name(person)),
        });
        let moves = moves.collect();
        let leads = moved.leads.iter().map(|line| Lead {
            visit: line.visit,
            old: line.old.map(|person| self.name(person)),
            new: line.new.map(|person| self.name(person)),
        });
        let leads = leads.collect();
        let record = ChangeRecord {
            attempt: self.drawn.frozen().record().attempt_ref(),
            sequence: self.standing.changes(),
            act,
            closed: self.closed().collect(),
            moves,
            leads,
        };
        self.records.push(record.clone());
        record
    }

    /// That nobody is in both frames, that nothing random is used twice, and that recusals are against
    /// subjects of this attempt.
    fn check_borrowed(&self, borrowed: &Drawn) -> Result<(), Fault> {
        let mine = self.drawn.frozen().frame();
        let theirs = borrowed.frozen().frame();
        let known = |rows: &Rows, id: Token| {
            let at = rows.rows.partition_point(|row| row.id < id);
            rows.rows.get(at).is_some_and(|row| row.id == id)
        };
        let both = |id: &Token| known(&mine.inspectors, *id) || self.borrowed.contains(id);
        if let Some(id) = theirs.inspectors.iter().map(|view| view.id).find(both) {
            let sentence = "该人员已在原次抽取的名录之中。";
            return Err(Fault::new(Code::EXTENSION, id.as_str(), sentence));
        }
        if let Some(again) = used_once(borrowed).find(|used| self.used.contains(used)) {
            let sentence = "增补抽取用了本次抽取另一名录用过的承诺值或者随机数。";
            return Err(Fault::new(
                Code::REPEATED_NONCE,
                again.to_string(),
                sentence,
            ));
        }
        let stranger = |pair: &&(Token, Token)| !known(&mine.subjects, pair.1);
        match theirs.recusals.iter().find(stranger) {
            Some((person, subject)) => {
                let sentence = "检查对象不在所增补的抽取之中。";
                Err(Fault::new(
                    Code::STRANGER,
                    format!("{person}:{subject}"),
                    sentence,
                ))
            }
            None => Ok(()),
        }
    }
}

/// Commitments and opened nonces of a draw.
fn used_once(drawn: &Drawn) -> impl Iterator<Item = Digest> + '_ {
    let committed = drawn.frozen().record().parties.iter();
    let revealed = drawn
        .reveal()
        .into_iter()
        .flat_map(|reveal| &reveal.parties);
    let nonces = revealed.filter_map(|(_, answer)| answer.given().copied());
    committed.map(|party| party.commitment).chain(nonces)
}
