//! T4: the draw itself (摇号). Seed and frozen frame give subjects, inspectors, teams, leaders and
//! RESULT, exactly as §3.1–3.6.
//!
//! Subjects are the `draw` leaves in order (ticket, stratum), the first k of each stratum; a visit
//! is a distinct subject that is drawn or `must` under any item, and carries exactly those items.
//! Deliberately absent: choice. Nothing here takes a parameter that could favor anybody.

mod files;
mod pool;
mod teams;

use std::num::NonZeroUsize;

pub(crate) use pool::Recused;
pub use pool::{Member, StratumPool};
pub use teams::Teams;

use crate::digest::{Digest, Hasher};
use crate::fault::Fault;
use crate::frame::Rows;
use crate::freeze::Frozen;
use crate::name::{Stratum, Token};
use crate::parallel;
use crate::record::ResultRecord;
use crate::seed::SeedText;
use crate::ticket::{Scope, TicketMaker};

/// A leaf in the order of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranked {
    pub(crate) ticket: Digest,
    /// Stands here again so that writing the order reads memory from front to back.
    pub(crate) leafhash: Digest,
    /// Index of its row in the frame.
    pub(crate) row: u32,
    pub(crate) stratum: u16,
}

/// A subject to be visited, with the leaves (items) the visit carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The subject's register id.
    pub subject: Token,
    /// Its ticket, which gives the visit order.
    pub ticket: Digest,
    /// Rows of the frame that are drawn or `must`, ascending by stratum.
    pub(crate) rows: Vec<u32>,
}

/// A drawn attempt: the record to publish and, sealed, everything it commits to.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub(crate) frozen: Frozen,
    pub(crate) seed_text: SeedText,
    pub(crate) seed: Digest,
    pub(crate) subjects: Vec<Ranked>,
    pub(crate) inspectors: Vec<Ranked>,
    pub(crate) visits: Vec<Visit>,
    pub(crate) teams: Teams,
    pub(crate) leaders: Vec<Token>,
    record: ResultRecord,
    threads: NonZeroUsize,
}

/// Draws a frozen attempt from its seed text, on up to `threads` threads.
///
/// # Errors
/// The seed text does not answer this FREEZE: every fault of it.
pub fn draw(
    frozen: Frozen,
    seed_text: &SeedText,
    threads: NonZeroUsize,
) -> Result<Drawn, Vec<Fault>> {
    let faults = seed_text.faults(frozen.record());
    if !faults.is_empty() {
        return Err(faults);
    }
    let suite = frozen.record.suite;
    let seed = seed_text.seed(suite);
    let subject_tickets = TicketMaker::new(suite, &seed, Scope::Subject);
    let inspector_tickets = TicketMaker::new(suite, &seed, Scope::Inspector);
    let subjects = rank(
        &frozen.frame.subjects,
        &frozen.salts,
        &frozen.subject_hashes,
        &subject_tickets,
        threads,
    );
    let inspectors = rank(
        &frozen.frame.inspectors,
        &frozen.inspector_salts,
        &frozen.inspector_hashes,
        &inspector_tickets,
        threads,
    );
    let (drawn_rows, cutoffs) = first_of_each_stratum(&frozen, &subjects);
    let visits = visits(&frozen, &subject_tickets, drawn_rows);
    let recused = Recused::new(&frozen.frame.recusals);
    let teams = Teams::assign(&frozen, &seed, &inspectors, &visits, &recused);
    let leaders = leaders(&frozen, &visits, &recused);
    let record = ResultRecord {
        attempt: frozen.record.attempt_ref(),
        seed,
        cutoffs,
        files: [seed; 4],
    };
    let mut drawn = Drawn {
        frozen,
        seed_text: seed_text.clone(),
        seed,
        subjects,
        inspectors,
        visits,
        teams,
        leaders,
        record,
        threads,
    };
    drawn.record.files = drawn.file_hashes();
    Ok(drawn)
}

/// The `draw` rows in order (ticket, stratum).
fn rank(
    rows: &Rows,
    salts: &[Digest],
    hashes: &[Digest],
    tickets: &TicketMaker,
    threads: NonZeroUsize,
) -> Vec<Ranked> {
    let mut drawn: Vec<(Digest, u32)> = (0u32..)
        .zip(&rows.rows)
        .filter(|(_, row)| rows.status(**row).is_draw())
        .map(|(at, _)| (Digest([0; 32]), at))
        .collect();
    parallel::fill(&mut drawn, threads, |_, (ticket, row)| {
        let at = *row as usize;
        *ticket = tickets.ticket(rows.rows[at].id.as_bytes(), &salts[at]);
    });
    let mut keyed: Vec<(u64, u32)> = (0u32..)
        .zip(&drawn)
        .map(|(at, (ticket, _))| (ticket.prefix(), at))
        .collect();
    parallel::sort(&mut keyed, threads, |a, b| {
        let full = |at: u32| {
            let (ticket, row) = drawn[at as usize];
            (ticket, rows.rows[row as usize].stratum, row)
        };
        a.0.cmp(&b.0).then_with(|| full(a.1).cmp(&full(b.1)))
    });
    let nothing = Ranked {
        ticket: Digest([0; 32]),
        leafhash: Digest([0; 32]),
        row: 0,
        stratum: 0,
    };
    let mut order = vec![nothing; keyed.len()];
    parallel::fill(&mut order, threads, |at, slot| {
        let (ticket, row) = drawn[keyed[at].1 as usize];
        *slot = ranked(rows, hashes, ticket, row);
    });
    order
}

fn ranked(rows: &Rows, hashes: &[Digest], ticket: Digest, row: u32) -> Ranked {
    Ranked {
        ticket,
        leafhash: hashes[row as usize],
        row,
        stratum: rows.rows[row as usize].stratum,
    }
}

type Cutoffs = Vec<(Stratum, Option<Digest>)>;

/// The first k rows of each stratum with their tickets, and the k-th ticket of each.
fn first_of_each_stratum(frozen: &Frozen, order: &[Ranked]) -> (Vec<Ranked>, Cutoffs) {
    let strata = &frozen.record.strata;
    let mut open: Vec<u64> = strata.iter().map(|line| line.quota).collect();
    let mut last: Vec<Option<Digest>> = vec![None; strata.len()];
    let mut missing: u64 = open.iter().sum();
    let mut drawn = Vec::new();
    for line in order {
        if missing == 0 {
            break;
        }
        let stratum = usize::from(line.stratum);
        if open[stratum] > 0 {
            open[stratum] -= 1;
            missing -= 1;
            last[stratum] = Some(line.ticket);
            drawn.push(*line);
        }
    }
    let cutoffs = strata
        .iter()
        .map(|line| line.stratum.clone())
        .zip(last)
        .collect();
    (drawn, cutoffs)
}

/// Distinct subjects that are drawn or `must`, in ticket order, each with its leaves.
fn visits(frozen: &Frozen, tickets: &TicketMaker, mut carried: Vec<Ranked>) -> Vec<Visit> {
    let rows = &frozen.frame.subjects;
    let must = (0u32..).zip(&rows.rows).filter(|(_, row)| {
        let status = rows.status(**row);
        !status.is_draw() && !status.is_skip()
    });
    carried.extend(must.map(|(at, row)| {
        let ticket = tickets.ticket(row.id.as_bytes(), &frozen.salts[at as usize]);
        ranked(rows, &frozen.subject_hashes, ticket, at)
    }));
    // Rows stand in the order (id, stratum), so the row number breaks ties by id, then stratum.
    carried.sort_unstable_by_key(|line| (line.ticket, line.row));
    let id = |line: &Ranked| rows.rows[line.row as usize].id;
    carried
        .chunk_by(|a, b| id(a) == id(b))
        .map(|lines| Visit {
            subject: id(&lines[0]),
            ticket: lines[0].ticket,
            rows: lines.iter().map(|line| line.row).collect(),
        })
        .collect()
}

/// The appointed leader of every visit: the first `leader` line not recused for the subject.
fn leaders(frozen: &Frozen, visits: &[Visit], recused: &Recused) -> Vec<Token> {
    visits
        .iter()
        .map(|visit| {
            let kept = frozen
                .record
                .leaders
                .iter()
                .find(|id| !recused.of(visit.subject).contains(id));
            *kept.expect("FREEZE is refused unless every subject has a leader")
        })
        .collect()
}

impl Drawn {
    /// The frozen attempt this was drawn from.
    #[must_use]
    pub fn frozen(&self) -> &Frozen {
        &self.frozen
    }

    /// The text whose hash is the seed.
    #[must_use]
    pub fn seed_text(&self) -> &SeedText {
        &self.seed_text
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> Digest {
        self.seed
    }

    /// RESULT, the record to publish.
    #[must_use]
    pub fn record(&self) -> &ResultRecord {
        &self.record
    }

    /// The visits in visit order; sealed until OPEN.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// The strata (items and classes) a visit carries.
    pub fn strata_of<'a>(&'a self, visit: &'a Visit) -> impl Iterator<Item = &'a str> {
        let rows = &self.frozen.frame.subjects;
        visit
            .rows
            .iter()
            .map(|row| rows.view(rows.rows[*row as usize]).stratum)
    }

    /// The teams, reserves and loads.
    #[must_use]
    pub fn teams(&self) -> &Teams {
        &self.teams
    }

    /// The members of the team of the n-th visit (from 0): `None` is an unfilled place.
    #[must_use]
    pub fn team(&self, visit: usize) -> Vec<Option<Token>> {
        self.teams.of(visit)
    }

    /// The leader of every visit, in visit order.
    #[must_use]
    pub fn leaders(&self) -> &[Token] {
        &self.leaders
    }

    fn file_hashes(&self) -> [Digest; 4] {
        let hash = |write: &dyn Fn(&mut Hasher) -> std::io::Result<()>| {
            let mut hasher = Hasher::new(self.frozen.record.suite);
            write(&mut hasher).expect("writing into a hash cannot fail");
            hasher.finish()
        };
        [
            hash(&|w| self.write_subjects_order(w)),
            hash(&|w| self.write_inspectors_order(w)),
            hash(&|w| self.write_teams(w)),
            hash(&|w| self.write_leaders(w)),
        ]
    }
}
