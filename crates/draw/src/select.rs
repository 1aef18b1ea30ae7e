//! T4: the draw itself (摇号). Seed and frozen frame give subjects, inspectors, teams, leaders and
//! RESULT, exactly as §3.1–3.6.
//!
//! Subjects are the `draw` leaves in order (ticket, stratum), the first k of each stratum; a visit
//! is a distinct subject that is drawn or `must` under any item, and carries exactly those items.
//! Deliberately absent: choice. Nothing here takes a parameter that could favor anybody.

mod files;
mod order;
mod pool;
mod teams;

use std::num::NonZeroUsize;

pub(crate) use order::Order;
pub(crate) use pool::Recused;
pub use pool::{Member, StratumPool};
pub use teams::Teams;

use crate::digest::{Digest, Hasher};
use crate::fault::{Code, Fault};
use crate::frame::Rows;
use crate::freeze::Frozen;
use crate::name::{Stratum, Token};
use crate::record::{FreezeRecord, ResultRecord, RevealRecord};
use crate::sealing::{file_key, hash_of_file, sealed_hash};
use crate::seed::SeedText;
use crate::ticket::{Scope, TicketMaker};
use crate::version::Version;

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
    pub(crate) reveal: Option<RevealRecord>,
    pub(crate) seed_text: SeedText,
    pub(crate) seed: Digest,
    pub(crate) subjects: Order,
    pub(crate) inspectors: Order,
    pub(crate) visits: Vec<Visit>,
    pub(crate) teams: Teams,
    pub(crate) leaders: Vec<Token>,
    record: ResultRecord,
    threads: NonZeroUsize,
}

/// Draws a frozen attempt of `shuang/1` from its seed text, on up to `threads` threads.
///
/// # Errors
/// The seed text does not answer this FREEZE: every fault of it.
pub fn draw(
    frozen: Frozen,
    seed_text: &SeedText,
    threads: NonZeroUsize,
) -> Result<Drawn, Vec<Fault>> {
    draw_from(frozen, None, seed_text, threads)
}

/// Draws a frozen attempt of `shuang/2` from its REVEAL and its seed text, on up to `threads` threads.
///
/// # Errors
/// REVEAL or seed text do not answer this FREEZE, or the text names another REVEAL: every fault.
pub fn draw_revealed(
    frozen: Frozen,
    reveal: &RevealRecord,
    seed_text: &SeedText,
    threads: NonZeroUsize,
) -> Result<Drawn, Vec<Fault>> {
    draw_from(frozen, Some(reveal), seed_text, threads)
}

/// Everything in which a seed text does not answer FREEZE, or names another REVEAL.
pub(crate) fn seed_faults(
    freeze: &FreezeRecord,
    reveal: Option<&RevealRecord>,
    seed_text: &SeedText,
) -> Vec<Fault> {
    let mut faults = seed_text.faults(freeze);
    let named = reveal.map(|reveal| reveal.hash(freeze.suite));
    if freeze.version() == Version::Two && (named.is_none() || named != seed_text.reveal) {
        let sentence = "种子没有写明本次的 REVEAL。";
        faults.push(Fault::new(Code::SEED_SOURCES, "reveal", sentence));
    }
    faults
}

fn draw_from(
    frozen: Frozen,
    reveal: Option<&RevealRecord>,
    seed_text: &SeedText,
    threads: NonZeroUsize,
) -> Result<Drawn, Vec<Fault>> {
    let mut faults = seed_faults(frozen.record(), reveal, seed_text);
    faults.extend(
        reveal
            .iter()
            .flat_map(|reveal| reveal.faults(frozen.record())),
    );
    if faults.is_empty() {
        Ok(select(frozen, reveal, seed_text, threads))
    } else {
        Err(faults)
    }
}

/// The arithmetic, from sources that answer FREEZE.
fn select(
    frozen: Frozen,
    reveal: Option<&RevealRecord>,
    seed_text: &SeedText,
    threads: NonZeroUsize,
) -> Drawn {
    let suite = frozen.record.suite;
    let seed = seed_text.seed(suite);
    let subjects = Order::of(
        &frozen.frame.subjects,
        &frozen.salts,
        &frozen.subject_hashes,
        &TicketMaker::new(suite, &seed, Scope::Subject),
        threads,
    );
    let inspectors = Order::of(
        &frozen.frame.inspectors,
        &frozen.inspector_salts,
        &frozen.inspector_hashes,
        &TicketMaker::new(suite, &seed, Scope::Inspector),
        threads,
    );
    let (drawn_rows, cutoffs) = first_of_each_stratum(&frozen, &subjects);
    let visits = visits(&frozen.frame.subjects, &subjects, drawn_rows);
    let recused = Recused::new(&frozen.frame.recusals);
    // Teams follow one from the other on one thread; the long order file is hashed meanwhile.
    let (order_hash, teams) = std::thread::scope(|scope| {
        let hashing = scope.spawn(|| {
            hash_of_file(suite, |out| {
                files::write_order(out, &subjects, &frozen.frame.subjects, threads)
            })
        });
        let teams = Teams::assign(&frozen, &seed, &inspectors, &visits, &recused);
        let order_hash = hashing.join().expect("writing into a hash does not panic");
        (order_hash, teams)
    });
    let leaders = leaders(&frozen, &visits, &recused);
    let record = ResultRecord {
        attempt: frozen.record.attempt_ref(),
        seed,
        cutoffs,
        files: [order_hash; 4],
    };
    let mut drawn = Drawn {
        frozen,
        reveal: reveal.cloned(),
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
    drawn.record.files = [
        order_hash,
        hash_of_file(suite, |out| drawn.write_inspectors_order(out)),
        drawn.people_hash("teams.txt", |out| drawn.write_teams(out)),
        drawn.people_hash("leaders.txt", |out| drawn.write_leaders(out)),
    ];
    drawn
}

type Cutoffs = Vec<(Stratum, Option<Digest>)>;

/// The first k rows of each stratum, and the k-th ticket of each.
fn first_of_each_stratum(frozen: &Frozen, order: &Order) -> (Vec<u32>, Cutoffs) {
    let strata = &frozen.record.strata;
    let rows = &frozen.frame.subjects.rows;
    let mut open: Vec<u64> = strata.iter().map(|line| line.quota).collect();
    let mut last: Vec<Option<Digest>> = vec![None; strata.len()];
    let mut missing: u64 = open.iter().sum();
    let mut drawn = Vec::new();
    for row in order.rows() {
        if missing == 0 {
            break;
        }
        let stratum = usize::from(rows[*row as usize].stratum);
        if open[stratum] > 0 {
            open[stratum] -= 1;
            missing -= 1;
            last[stratum] = Some(order.ticket(*row));
            drawn.push(*row);
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
fn visits(rows: &Rows, order: &Order, mut carried: Vec<u32>) -> Vec<Visit> {
    let must = (0u32..).zip(&rows.rows).filter(|(_, row)| {
        let status = rows.status(**row);
        !status.is_draw() && !status.is_skip()
    });
    carried.extend(must.map(|(at, _)| at));
    // Rows stand in the order (id, stratum), so the row number breaks ties by id, then stratum.
    carried.sort_unstable_by_key(|row| (order.ticket(*row), *row));
    let id = |row: u32| rows.rows[row as usize].id;
    carried
        .chunk_by(|a, b| id(*a) == id(*b))
        .map(|lines| Visit {
            subject: id(lines[0]),
            ticket: order.ticket(lines[0]),
            rows: lines.to_vec(),
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

    /// What RESULT says of a file of people: its hash, in `shuang/2` under a key.
    fn people_hash(
        &self,
        name: &str,
        write: impl FnOnce(&mut Hasher) -> std::io::Result<()>,
    ) -> Digest {
        let freeze = self.frozen.record();
        let content = hash_of_file(freeze.suite, write);
        match freeze.version() {
            Version::One => content,
            Version::Two => sealed_hash(freeze, name, &self.file_key(name), &content),
        }
    }

    /// The key of a file of people of `shuang/2`; sealed until OPEN.
    #[must_use]
    pub fn file_key(&self, name: &str) -> Digest {
        file_key(self.frozen.record(), name, self.frozen.secret())
    }

    /// REVEAL of a `shuang/2` attempt.
    #[must_use]
    pub fn reveal(&self) -> Option<&RevealRecord> {
        self.reveal.as_ref()
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
}
