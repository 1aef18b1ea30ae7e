//! The records of `shuang/1`: SUBSTITUTE, RECUSE and EXTEND, which name persons by code.

use super::{Moved, Standing};
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::recuse::RaisedBy;
use crate::record::{ExtendRecord, RecuseRecord, SubstituteRecord, hash_of};
use crate::select::Drawn;
use crate::version::Version;

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
        self.must_be(Version::One)?;
        let Moved { moves, leads } = self.withdraw(inspector)?;
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
        self.must_be(Version::One)?;
        let Moved { moves, leads } = self.take_off(visit, inspector)?;
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

    /// Fills the unfilled places of open visits, in visit order, from a borrowed draw: its drawn
    /// inspectors by (places taken here, team ticket under the borrowed seed, id), then its
    /// reserves in order. Afterwards the borrowed stand behind the others in both orders.
    ///
    /// # Errors
    /// The borrowed FREEZE extends another attempt, has other teams, or names a person this attempt
    /// has already; then nothing has changed.
    pub fn extend(&mut self, borrowed: &Drawn) -> Result<ExtendRecord, Fault> {
        self.must_be(Version::One)?;
        let moves = self.take_in(borrowed)?;
        Ok(ExtendRecord {
            attempt: self.attempt,
            sequence: self.sequence,
            borrowed: borrowed.frozen().record().hash(),
            result: hash_of(self.suite, borrowed.record()),
            moves,
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
}
