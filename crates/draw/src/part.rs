//! The third random (第三随机): which parts of a subject are looked at, for example 3 vehicles of 40.
//!
//! [`PartCommitment`], which [`crate::standing::Course`] makes, is the PART record, which must be logged before the person at the door names a
//! number; the number and the record make the seed, and so [`PartDraw::drawn`]. In `shuang/1` there is
//! no number and the seed is the attempt's. Salts come from a fresh secret committed in the record. One
//! per inspection, not after OPEN. Deliberately absent: what a part is. Its number
//! is an opaque code; a number plate never enters the draw.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crate::digest::{Digest, Secret, Suite};
use crate::fault::{Code, Fault};
use crate::leaf::{Kind, LeafFields, LeafMaker};
use crate::merkle::Tree;
use crate::name::Token;
use crate::record::two::PartNumberRecord;
use crate::record::two::part_number::DoorNumber;
use crate::record::{Committed, PartRecord, hash_of};
use crate::standing::Standing;
use crate::ticket::{Scope, TicketMaker};
use crate::version::Version;

/// A part in the order of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankedPart {
    /// The ticket.
    pub ticket: Digest,
    /// The leaf hash.
    pub leafhash: Digest,
    /// The part's code.
    pub part: Token,
}

/// The committed draw of one subject's parts.
#[derive(Clone, Debug)]
pub struct PartDraw {
    record: PartRecord,
    order: Vec<RankedPart>,
}

/// The committed parts of one subject, before there is a seed to rank them.
#[derive(Clone, Debug)]
pub struct PartCommitment {
    suite: Suite,
    /// The seed of the attempt.
    seed: Digest,
    record: PartRecord,
    /// Leaf id, salt, leaf hash and code of every part.
    leaves: Vec<(String, Digest, Digest, Token)>,
}

impl PartCommitment {
    /// Commits to the parts of a visit's subject and to how many of them are looked at.
    ///
    /// # Errors
    /// No such open visit, a second PART for it, after OPEN, a part twice or outside the grammar of
    /// the version, or k above the count; then nothing has changed.
    pub(crate) fn new(
        standing: &mut Standing,
        visit: u64,
        parts: &[Token],
        quota: u64,
        secret: &Secret,
    ) -> Result<Self, Fault> {
        let (suite, seed, attempt) = standing.seed();
        check(attempt.version, parts, quota)?;
        let subject = standing.claim_parts(visit)?;
        let mut maker =
            LeafMaker::new(suite, attempt.campaign, attempt.attempt, Kind::Part, secret);
        let leaves: Vec<_> = parts
            .iter()
            .map(|part| {
                let id = format!("{subject}:{part}");
                let fields = LeafFields {
                    id: id.as_bytes(),
                    stratum: b"-",
                    status: b"draw",
                    area: b"-",
                };
                let (salt, nonce) = (maker.salt(fields.id), maker.nonce(fields.id));
                let leafhash = maker.leafhash(&fields, &salt, &nonce);
                (id, salt, leafhash, *part)
            })
            .collect();
        let hashes: Vec<_> = leaves.iter().map(|(_, _, leafhash, _)| *leafhash).collect();
        let tree = Tree::new(suite, &hashes, NonZeroUsize::MIN);
        let parts = Committed {
            leaves: tree.size(),
            root: tree.root(),
        };
        let secret = secret.commitment(suite);
        let record = PartRecord {
            attempt,
            visit,
            parts,
            quota,
            secret,
        };
        Ok(Self {
            suite,
            seed,
            record,
            leaves,
        })
    }

    /// PART, the record to log before the person at the door names a number.
    #[must_use]
    pub fn record(&self) -> &PartRecord {
        &self.record
    }

    /// PART-NUMBER for what the person at the door answered, and the draw it gives.
    #[must_use]
    pub fn numbered(self, number: Option<DoorNumber>) -> (PartNumberRecord, PartDraw) {
        let record = PartNumberRecord {
            attempt: self.record.attempt,
            part: hash_of(self.suite, &self.record),
            number,
        };
        let seed = record.part_seed(self.suite, &self.seed);
        (record, self.ranked(&seed))
    }

    /// The parts in the order of their tickets under a seed.
    fn ranked(self, seed: &Digest) -> PartDraw {
        let mut tickets = TicketMaker::new(self.suite, seed, Scope::Part);
        let ranked = self
            .leaves
            .iter()
            .map(|(id, salt, leafhash, part)| RankedPart {
                ticket: tickets.ticket(id.as_bytes(), salt),
                leafhash: *leafhash,
                part: *part,
            });
        let mut order: Vec<_> = ranked.collect();
        order.sort_unstable();
        PartDraw {
            record: self.record,
            order,
        }
    }
}

/// Whether parts can be committed: distinct, and not fewer than are looked at.
fn check(version: Version, parts: &[Token], quota: u64) -> Result<(), Fault> {
    let distinct: BTreeSet<&Token> = parts.iter().collect();
    if distinct.len() != parts.len() {
        return Err(Fault::new(Code::PARTS, "", "件号重复。"));
    }
    if quota > parts.len() as u64 {
        let sentence = format!("要抽 {quota} 件，一共只有 {} 件。", parts.len());
        return Err(Fault::new(Code::PARTS, "", sentence));
    }
    let mut names = parts
        .iter()
        .map(|part| version.name(part.as_str()).map(drop));
    names.find(Result::is_err).unwrap_or(Ok(()))
}

impl PartDraw {
    /// Commits to the parts of a visit's subject of a `shuang/1` attempt, whose tickets are under the
    /// seed of the attempt. In `shuang/2` a number comes between: [`PartCommitment`].
    ///
    /// # Errors
    /// As [`crate::standing::Course::commit_parts`], or an attempt of `shuang/2`; then nothing has
    /// changed.
    pub fn commit(
        standing: &mut Standing,
        visit: u64,
        parts: &[Token],
        quota: u64,
        secret: &Secret,
    ) -> Result<Self, Fault> {
        standing.must_be(Version::One)?;
        let (_, seed, _) = standing.seed();
        let commitment = PartCommitment::new(standing, visit, parts, quota, secret)?;
        Ok(commitment.ranked(&seed))
    }

    /// The record to log before anything is shown.
    #[must_use]
    pub fn record(&self) -> &PartRecord {
        &self.record
    }

    /// The drawn parts in ticket order.
    #[must_use]
    pub fn drawn(&self) -> &[RankedPart] {
        let quota = usize::try_from(self.record.quota).expect("at most the number of parts");
        &self.order[..quota]
    }

    /// All parts in ticket order.
    #[must_use]
    pub fn order(&self) -> &[RankedPart] {
        &self.order
    }

    /// The order as text: `ticket - leafhash`, like `subjects.order`.
    #[must_use]
    pub fn order_text(&self) -> String {
        self.order
            .iter()
            .map(|part| format!("{} - {}\n", part.ticket, part.leafhash))
            .collect()
    }
}
