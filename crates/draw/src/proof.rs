//! What a single subject gets: at T1 “you are listed”, at the door “nobody picked you” (§4).
//!
//! A [`Listing`] shows neither class nor status nor ticket. A [`DoorProof`] opens one leaf and holds
//! its ticket against the cut-off. Both name the subject, so they go to the subject alone and are
//! no public records. Deliberately absent: the log receipts that travel beside them (crate `tlog`).

use std::fmt;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::freeze::Frozen;
use crate::leaf::{Kind, OpenedLeaf, leafhash_of_text, listing_text};
use crate::merkle::{Inclusion, Tree};
use crate::name::{Status, Token};
use crate::record::{AttemptRef, FreezeRecord, Lines, ResultRecord, hash_of};
use crate::select::Drawn;
use crate::ticket::{Scope, TicketMaker};

/// “You are listed in the frame”: the leaf with its nonce and path, class and status hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The attempt.
    pub attempt: AttemptRef,
    /// The register id.
    pub id: Token,
    /// Hides stratum, status and area.
    pub mark: Digest,
    /// Hides the leaf from everybody else.
    pub nonce: Digest,
    /// Hides the salt.
    pub seal: Digest,
    /// The path to the root in FREEZE.
    pub inclusion: Inclusion,
}

/// “Nobody picked you”: one leaf of a visit, whole, to be held against FREEZE and RESULT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorProof {
    /// The attempt.
    pub attempt: AttemptRef,
    /// `H(RESULT)`.
    pub result: Digest,
    /// The opened leaf.
    pub leaf: OpenedLeaf,
    /// The path to the root in FREEZE.
    pub inclusion: Inclusion,
}

/// Why a subject is visited, as proven at its door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Drawn: its ticket is not above the cut-off of its stratum.
    Drawn {
        /// The ticket.
        ticket: Digest,
        /// The k-th ticket of the stratum.
        cutoff: Digest,
    },
    /// Visited without draw for a published reason.
    Must(Token),
}

impl Listing {
    /// The listings of a subject, one per item; empty if it is not in the frame.
    #[must_use]
    pub fn of(frozen: &Frozen, tree: &Tree, subject: Token) -> Vec<Self> {
        let suite = frozen.record().suite;
        let attempt = frozen.record().attempt_ref();
        let rows = &frozen.frame.subjects.rows;
        let first = rows.partition_point(|row| row.id < subject);
        let count = rows[first..]
            .iter()
            .take_while(|row| row.id == subject)
            .count();
        let hashes = &frozen.subject_hashes[first..first + count];
        frozen
            .opened(subject)
            .into_iter()
            .zip(hashes)
            .map(|(leaf, hash)| Self {
                attempt,
                id: subject,
                mark: leaf.mark(suite),
                nonce: leaf.nonce,
                seal: leaf.seal(suite),
                inclusion: tree.prove(hash).expect("the tree is of this frame"),
            })
            .collect()
    }

    /// Holds the listing against FREEZE.
    ///
    /// # Errors
    /// It belongs to another FREEZE, or its path does not lead to the root.
    pub fn verify_against(&self, freeze: &FreezeRecord) -> Result<(), Fault> {
        same_attempt(&self.attempt, freeze)?;
        let (campaign, attempt) = (freeze.campaign, freeze.attempt);
        let id = self.id.as_str();
        let text = listing_text(
            campaign,
            attempt,
            Kind::Subject,
            id,
            &self.mark,
            &self.nonce,
            &self.seal,
        );
        included(
            freeze,
            &self.inclusion,
            &leafhash_of_text(freeze.suite, &text),
        )
    }

    /// Reads a listing.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "listing")?;
        let listing = Self {
            attempt: AttemptRef::read(&mut lines)?,
            id: lines.name("id")?,
            mark: lines.value("mark")?,
            nonce: lines.value("nonce")?,
            seal: lines.value("seal")?,
            inclusion: inclusion(&mut lines)?,
        };
        lines.end()?;
        Ok(listing)
    }
}

impl DoorProof {
    /// The proofs of the n-th visit (from 0), one per leaf it carries.
    ///
    /// # Panics
    /// If there is no such visit, or the tree is of another frame.
    #[must_use]
    pub fn of(drawn: &Drawn, tree: &Tree, visit: usize) -> Vec<Self> {
        let frozen = drawn.frozen();
        let mut maker = frozen.maker(Kind::Subject);
        let subjects = &frozen.frame.subjects;
        let attempt = frozen.record().attempt_ref();
        let result = hash_of(frozen.record().suite, drawn.record());
        drawn.visits()[visit]
            .rows
            .iter()
            .map(|row| Self {
                attempt,
                result,
                leaf: maker.open(&subjects.view(subjects.rows[*row as usize]).fields()),
                inclusion: tree
                    .prove(&frozen.subject_hashes[*row as usize])
                    .expect("the tree is of this frame"),
            })
            .collect()
    }

    /// Holds the proof against FREEZE and RESULT and says why the subject is visited.
    ///
    /// # Errors
    /// Another FREEZE or RESULT, a path that does not lead to the root, a ticket above the cut-off,
    /// a skipped leaf.
    pub fn verify_against(
        &self,
        freeze: &FreezeRecord,
        result: &ResultRecord,
    ) -> Result<Cause, Fault> {
        same_attempt(&self.attempt, freeze)?;
        let suite = freeze.suite;
        if self.result != hash_of(suite, result) || result.attempt != self.attempt {
            return Err(Fault::new(
                Code::OTHER_ATTEMPT,
                "result",
                "不属于这次抽取结果。",
            ));
        }
        let hash = self
            .leaf
            .hash(suite, freeze.campaign, freeze.attempt, Kind::Subject);
        included(freeze, &self.inclusion, &hash)?;
        match self.leaf.status.parse::<Status>()? {
            Status::Must(reason) => Ok(Cause::Must(reason)),
            Status::Draw => self.below_cutoff(suite, result),
            Status::Skip(_) | Status::Pair => Err(Fault::new(
                Code::CONTRADICTION,
                self.leaf.id.as_str(),
                "免查对象不应被检查。",
            )),
        }
    }

    fn below_cutoff(&self, suite: Suite, result: &ResultRecord) -> Result<Cause, Fault> {
        let mut tickets = TicketMaker::new(suite, &result.seed, Scope::Subject);
        let ticket = tickets.ticket(self.leaf.id.as_bytes(), &self.leaf.salt);
        let cutoff = result
            .cutoffs
            .iter()
            .find(|(stratum, _)| stratum.as_str() == self.leaf.stratum)
            .and_then(|(_, cutoff)| *cutoff);
        match cutoff {
            Some(cutoff) if ticket <= cutoff => Ok(Cause::Drawn { ticket, cutoff }),
            _ => Err(Fault::new(
                Code::CONTRADICTION,
                self.leaf.id.as_str(),
                "签不在入选线以内。",
            )),
        }
    }

    /// Reads a door proof.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "door")?;
        let version = lines.version();
        let attempt = AttemptRef::read(&mut lines)?;
        let result = lines.value("result")?;
        let leaf = OpenedLeaf {
            id: lines.name("id")?.to_string(),
            stratum: lines
                .read("stratum", |rest| version.stratum(rest))?
                .to_string(),
            status: lines
                .read("status", |rest| version.status(rest))?
                .to_string(),
            area: lines.read("area", |rest| version.dashed(rest))?.to_string(),
            salt: lines.value("salt")?,
            nonce: lines.value("nonce")?,
            cover: lines.value("cover")?,
        };
        let inclusion = inclusion(&mut lines)?;
        lines.end()?;
        Ok(Self {
            attempt,
            result,
            leaf,
            inclusion,
        })
    }
}

fn same_attempt(attempt: &AttemptRef, freeze: &FreezeRecord) -> Result<(), Fault> {
    match *attempt == freeze.attempt_ref() {
        true => Ok(()),
        false => Err(Fault::new(
            Code::OTHER_ATTEMPT,
            "freeze",
            "不属于这次冻结。",
        )),
    }
}

fn included(freeze: &FreezeRecord, path: &Inclusion, hash: &Digest) -> Result<(), Fault> {
    match path.root(freeze.suite, freeze.subjects.leaves, hash) == Some(freeze.subjects.root) {
        true => Ok(()),
        false => Err(Fault::new(
            Code::CONTRADICTION,
            "path",
            "证明路径没有通到冻结的根。",
        )),
    }
}

fn inclusion(lines: &mut Lines<'_>) -> Result<Inclusion, Fault> {
    Ok(Inclusion {
        index: lines.count("index")?,
        path: lines.all("path", str::parse)?,
    })
}

fn write_inclusion(f: &mut fmt::Formatter<'_>, proof: &Inclusion) -> fmt::Result {
    writeln!(f, "index {}", proof.index)?;
    proof
        .path
        .iter()
        .try_for_each(|hash| writeln!(f, "path {hash}"))
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listing\n{}", self.attempt.version, self.attempt)?;
        let Self {
            id,
            mark,
            nonce,
            seal,
            ..
        } = self;
        write!(f, "id {id}\nmark {mark}\nnonce {nonce}\nseal {seal}\n")?;
        write_inclusion(f, &self.inclusion)
    }
}

impl fmt::Display for DoorProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (attempt, result) = (&self.attempt, &self.result);
        write!(f, "{} door\n{attempt}result {result}\n", attempt.version)?;
        let OpenedLeaf {
            id,
            stratum,
            status,
            area,
            salt,
            nonce,
            cover,
        } = &self.leaf;
        write!(
            f,
            "id {id}\nstratum {stratum}\nstatus {status}\narea {area}\n"
        )?;
        write!(f, "salt {salt}\nnonce {nonce}\ncover {cover}\n")?;
        write_inclusion(f, &self.inclusion)
    }
}
