//! The third random (第三随机): which parts of a subject are looked at, for example 3 vehicles of 40.
//!
//! [`PartDraw::commit`] makes the PART record, which must be logged before [`PartDraw::drawn`] is
//! shown to anybody. Salts come from a fresh secret committed in the record; the seed is the
//! attempt's. One per inspection, not after OPEN. Deliberately absent: what a part is. Its number
//! is an opaque code; a number plate never enters the draw.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crate::digest::{Digest, Secret};
use crate::fault::{Code, Fault};
use crate::leaf::{Kind, LeafFields, LeafMaker};
use crate::merkle::Tree;
use crate::name::Token;
use crate::record::{Committed, PartRecord};
use crate::standing::Standing;
use crate::ticket::{Scope, TicketMaker};

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

impl PartDraw {
    /// Commits to the parts of a visit's subject and to how many of them are looked at.
    ///
    /// # Errors
    /// No such open visit, a second PART for it, after OPEN, a part twice, or k above the count;
    /// then nothing has changed.
    pub fn commit(
        standing: &mut Standing,
        visit: u64,
        parts: &[Token],
        quota: u64,
        secret: &Secret,
    ) -> Result<Self, Fault> {
        let distinct: BTreeSet<&Token> = parts.iter().collect();
        if distinct.len() != parts.len() {
            return Err(Fault::new(Code::PARTS, "", "件号重复。"));
        }
        if quota > parts.len() as u64 {
            let sentence = format!("要抽 {quota} 件，一共只有 {} 件。", parts.len());
            return Err(Fault::new(Code::PARTS, "", sentence));
        }
        let (suite, seed, attempt) = standing.seed();
        let subject = standing.claim_parts(visit)?;
        let mut maker =
            LeafMaker::new(suite, attempt.campaign, attempt.attempt, Kind::Part, secret);
        let mut tickets = TicketMaker::new(suite, &seed, Scope::Part);
        let mut order: Vec<RankedPart> = parts
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
                RankedPart {
                    ticket: tickets.ticket(fields.id, &salt),
                    leafhash: maker.leafhash(&fields, &salt, &nonce),
                    part: *part,
                }
            })
            .collect();
        order.sort_unstable();
        let hashes: Vec<_> = order.iter().map(|part| part.leafhash).collect();
        let tree = Tree::new(suite, &hashes, NonZeroUsize::MIN);
        let parts = Committed {
            leaves: tree.size(),
            root: tree.root(),
        };
        let secret = secret.commitment(suite);
        Ok(Self {
            record: PartRecord {
                attempt,
                visit,
                parts,
                quota,
                secret,
            },
            order,
        })
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
