//! T1: a frame and the terms of the draw become FREEZE, or a refusal that lists every cause.
//!
//! [`freeze_under`] asks the plan too, as `shuang/2` must; [`freeze`] is that of `shuang/1`. Both are pure
//! functions of their arguments; the order in which rows came in and the number of threads change nothing. Deliberately absent: the check that this campaign has no
//! other live FREEZE, and every interval — the caller owns the log and the clock.

mod grounds;

use std::num::NonZeroUsize;
use std::sync::Arc;

pub(crate) use grounds::of_record as faults_of;

use crate::digest::{Digest, Secret, Suite};
use crate::fault::{Code, Fault, Refusal};
use crate::frame::{Frame, Row, Rows, pair_text};
use crate::leaf::{Kind, LeafFields, LeafMaker, OpenedLeaf};
use crate::merkle::Tree;
use crate::name::{Stratum, Token};
use crate::parallel;
use crate::record::PlanRecord;
use crate::record::freeze::{
    Assign, BeaconName, Committed, FreezeRecord, Hours, InspectorDraw, PartyLine, StratumLine,
    TeamSize,
};
use crate::version::Version;

/// What FREEZE states besides the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The campaign's number.
    pub campaign: Token,
    /// The attempt, from 1; a void attempt counts.
    pub attempt: u32,
    /// The hash suite.
    pub suite: Suite,
    /// Hash of the PLAN record.
    pub plan: Digest,
    /// For borrowed inspectors: `H(FREEZE)` of the attempt they join.
    pub extends: Option<Digest>,
    /// k per stratum that occurs (see [`crate::quota`]).
    pub quotas: Vec<(Stratum, u64)>,
    /// Per authority or skill, in the plan's order, how many inspectors are drawn.
    pub drawn: Vec<(Token, u64)>,
    /// Per authority or skill, in the same order, how many are in every team.
    pub teams: Vec<TeamSize>,
    /// How visits are assigned.
    pub assign: Assign,
    /// Areas, ascending; only with groups.
    pub areas: Vec<Token>,
    /// The appointed leader, then deputies in order.
    pub leaders: Vec<Token>,
    /// Parties with their commitments, in the order announced.
    pub parties: Vec<PartyLine>,
    /// The label of the dice, if announced.
    pub dice: Option<Token>,
    /// Unix seconds until which nonces and dice must be in.
    pub reveal_by: u64,
    /// The beacon, if announced.
    pub beacon: Option<BeaconName>,
    /// The other hours of the ceremony; they decide the version.
    pub hours: Hours,
}

impl Terms {
    /// The version of the FREEZE these terms make.
    #[must_use]
    pub fn version(&self) -> Version {
        self.hours.version()
    }
}

impl From<&FreezeRecord> for Terms {
    /// The terms a FREEZE states, so that it can be recomputed from an opened frame.
    fn from(record: &FreezeRecord) -> Self {
        Self {
            campaign: record.campaign,
            attempt: record.attempt,
            suite: record.suite,
            plan: record.plan,
            extends: record.extends,
            quotas: record
                .strata
                .iter()
                .map(|s| (s.stratum.clone(), s.quota))
                .collect(),
            drawn: record
                .inspector_draws
                .iter()
                .map(|d| (d.stratum, d.drawn))
                .collect(),
            teams: record.teams.clone(),
            assign: record.assign,
            areas: record.areas.clone(),
            leaders: record.leaders.clone(),
            parties: record.parties.clone(),
            dice: record.dice,
            reveal_by: record.reveal_by,
            beacon: record.beacon.clone(),
            hours: record.hours,
        }
    }
}

/// A frozen attempt: the record to publish and, sealed, what is needed to draw from it.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub(crate) record: FreezeRecord,
    pub(crate) secret: Secret,
    pub(crate) frame: Frame,
    pub(crate) salts: Vec<Digest>,
    pub(crate) subject_hashes: Vec<Digest>,
    /// Over the subject leaves; kept because OPEN proves each visited leaf in it.
    pub(crate) subject_tree: Arc<Tree>,
    pub(crate) inspector_salts: Vec<Digest>,
    pub(crate) inspector_hashes: Vec<Digest>,
}

/// Freezes a frame of `shuang/1` under terms and S, on up to `threads` threads.
///
/// # Errors
/// Every reason of §3.3 and §2 for which FREEZE must be refused, all at once. Terms of `shuang/2` always:
/// their FREEZE is held against its plan, by [`freeze_under`].
pub fn freeze(
    terms: &Terms,
    frame: Frame,
    secret: &Secret,
    threads: NonZeroUsize,
) -> Result<Frozen, Refusal> {
    if terms.version() == Version::Two {
        let sentence = "shuang/2 的冻结须对照方案。";
        let faults = vec![Fault::new(Code::PLAN, "plan", sentence)];
        return Err(Refusal { faults });
    }
    refreeze(terms, frame, secret, threads)
}

/// Freezes a frame under its plan, terms and S, on up to `threads` threads.
///
/// # Errors
/// Every reason of §3.2 and §2 for which FREEZE must be refused, and everything in which it would depart
/// from the plan, all at once.
pub fn freeze_under(
    plan: &PlanRecord,
    terms: &Terms,
    mut frame: Frame,
    secret: &Secret,
    threads: NonZeroUsize,
) -> Result<Frozen, Refusal> {
    frame.canonical(threads);
    let mut faults = grounds::all(terms, &frame);
    let unknown = Digest([0; 32]);
    faults.extend(plan.disagreements(&record(terms, &frame, secret, [unknown; 3])));
    if !faults.is_empty() {
        return Err(Refusal { faults });
    }
    Ok(commit(terms, frame, secret, threads))
}

/// Freezes again what was frozen, to hold it against a FREEZE whose plan is judged beside it.
pub(crate) fn refreeze(
    terms: &Terms,
    mut frame: Frame,
    secret: &Secret,
    threads: NonZeroUsize,
) -> Result<Frozen, Refusal> {
    frame.canonical(threads);
    let faults = grounds::all(terms, &frame);
    if !faults.is_empty() {
        return Err(Refusal { faults });
    }
    Ok(commit(terms, frame, secret, threads))
}

/// The leaves, trees and record of a frame that may be frozen.
fn commit(terms: &Terms, frame: Frame, secret: &Secret, threads: NonZeroUsize) -> Frozen {
    let maker = |kind| LeafMaker::new(terms.suite, terms.campaign, terms.attempt, kind, secret);
    let (salts, subject_hashes) = hash_rows(&maker(Kind::Subject), &frame.subjects, threads);
    let (inspector_salts, inspector_hashes) =
        hash_rows(&maker(Kind::Inspector), &frame.inspectors, threads);
    let recusal_hashes = hash_recusals(&maker(Kind::Recusal), &frame.recusals, threads);
    let tree = |hashes: &[Digest]| Tree::new(terms.suite, hashes, threads);
    let subject_tree = tree(&subject_hashes);
    let roots = [
        subject_tree.root(),
        tree(&inspector_hashes).root(),
        tree(&recusal_hashes).root(),
    ];
    Frozen {
        record: record(terms, &frame, secret, roots),
        secret: secret.clone(),
        frame,
        salts,
        subject_hashes,
        subject_tree: Arc::new(subject_tree),
        inspector_salts,
        inspector_hashes,
    }
}

/// FREEZE of a frame with these roots over its subjects, inspectors and recusals.
fn record(
    terms: &Terms,
    frame: &Frame,
    secret: &Secret,
    [subjects, inspectors, recusals]: [Digest; 3],
) -> FreezeRecord {
    let committed = |rows: usize, root| Committed {
        leaves: rows as u64,
        root,
    };
    FreezeRecord {
        campaign: terms.campaign,
        attempt: terms.attempt,
        suite: terms.suite,
        plan: terms.plan,
        extends: terms.extends,
        subjects: committed(frame.subjects.len(), subjects),
        strata: stratum_lines(terms, &frame.subjects),
        must: count(&frame.subjects, |row, rows| {
            !rows.status(row).is_draw() && !rows.status(row).is_skip()
        }),
        skip: count(&frame.subjects, |row, rows| rows.status(row).is_skip()),
        inspectors: committed(frame.inspectors.len(), inspectors),
        inspector_draws: inspector_lines(terms, &frame.inspectors),
        recusals: committed(frame.recusals.len(), recusals),
        teams: terms.teams.clone(),
        assign: terms.assign,
        areas: terms.areas.clone(),
        leaders: terms.leaders.clone(),
        secret: secret.commitment(terms.suite),
        parties: terms.parties.clone(),
        dice: terms.dice,
        reveal_by: terms.reveal_by,
        beacon: terms.beacon.clone(),
        hours: terms.hours,
    }
}

fn count(rows: &Rows, f: impl Fn(Row, &Rows) -> bool) -> u64 {
    rows.rows.iter().filter(|row| f(**row, rows)).count() as u64
}

/// Salt and leaf hash of every row, two rows side by side.
fn hash_rows(maker: &LeafMaker, rows: &Rows, threads: NonZeroUsize) -> (Vec<Digest>, Vec<Digest>) {
    let mut salts = vec![Digest([0; 32]); rows.rows.len()];
    let mut hashes = salts.clone();
    parallel::shares_of_two(&mut salts, &mut hashes, threads, |first, salts, hashes| {
        let mut makers = [maker.clone(), maker.clone()];
        for [one, two] in parallel::pairs(salts.len()) {
            let views = [one, two].map(|at| rows.view(rows.rows[first + at]));
            let leaves = [&views[0].fields(), &views[1].fields()];
            let made = LeafMaker::two(&mut makers, leaves);
            (salts[one], hashes[one]) = made[0];
            (salts[two], hashes[two]) = made[1];
        }
    });
    (salts, hashes)
}

/// The fields of a recusal leaf.
fn recusal_fields(id: &str) -> LeafFields<'_> {
    LeafFields {
        id: id.as_bytes(),
        stratum: b"-",
        status: b"pair",
        area: b"-",
    }
}

fn hash_recusals(
    maker: &LeafMaker,
    pairs: &[(Token, Token)],
    threads: NonZeroUsize,
) -> Vec<Digest> {
    let mut hashes = vec![Digest([0; 32]); pairs.len()];
    parallel::shares(&mut hashes, threads, |first, hashes| {
        let mut maker = maker.clone();
        for (hash, pair) in hashes.iter_mut().zip(&pairs[first..]) {
            let id = pair_text(pair);
            let (salt, nonce) = (maker.salt(id.as_bytes()), maker.nonce(id.as_bytes()));
            *hash = maker.leafhash(&recusal_fields(&id), &salt, &nonce);
        }
    });
    hashes
}

fn stratum_lines(terms: &Terms, subjects: &Rows) -> Vec<StratumLine> {
    subjects
        .pools()
        .into_iter()
        .map(|(stratum, pool)| {
            let quota = terms.quotas.iter().find(|(name, _)| *name == stratum);
            StratumLine {
                quota: quota.map_or(0, |(_, k)| *k),
                stratum,
                pool,
            }
        })
        .collect()
}

fn inspector_lines(terms: &Terms, inspectors: &Rows) -> Vec<InspectorDraw> {
    let pools = inspectors.pools();
    terms
        .drawn
        .iter()
        .map(|(stratum, drawn)| {
            let pool = pools
                .iter()
                .find(|(name, _)| name.as_str() == stratum.as_str());
            InspectorDraw {
                stratum: *stratum,
                pool: pool.map_or(0, |(_, n)| *n),
                drawn: *drawn,
            }
        })
        .collect()
}

impl Frozen {
    /// The record to publish.
    #[must_use]
    pub fn record(&self) -> &FreezeRecord {
        &self.record
    }

    /// S; sealed, for escrow and for the full bundle.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The frame in canonical order; sealed.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    pub(crate) fn maker(&self, kind: Kind) -> LeafMaker {
        LeafMaker::new(
            self.record.suite,
            self.record.campaign,
            self.record.attempt,
            kind,
            &self.secret,
        )
    }

    /// The tree over the subject leaves, able to prove each of them.
    #[must_use]
    pub fn subject_tree(&self) -> &Tree {
        &self.subject_tree
    }

    /// Every leaf of a subject, opened; sealed until the door or OPEN.
    #[must_use]
    pub fn opened(&self, subject: Token) -> Vec<OpenedLeaf> {
        let rows = &self.frame.subjects.rows;
        let first = rows.partition_point(|row| row.id < subject);
        let mut maker = self.maker(Kind::Subject);
        rows[first..]
            .iter()
            .take_while(|row| row.id == subject)
            .map(|row| maker.open(&self.frame.subjects.view(*row).fields()))
            .collect()
    }

    /// Every leaf with its values and hash, for vectors and supervisors holding S.
    pub fn leaves(&self, kind: Kind) -> Vec<OpenedLeaf> {
        let mut maker = self.maker(kind);
        match kind {
            Kind::Subject => self
                .frame
                .subjects
                .iter()
                .map(|v| maker.open(&v.fields()))
                .collect(),
            Kind::Inspector => self
                .frame
                .inspectors
                .iter()
                .map(|v| maker.open(&v.fields()))
                .collect(),
            Kind::Recusal => self
                .frame
                .recusals
                .iter()
                .map(|pair| maker.open(&recusal_fields(&pair_text(pair))))
                .collect(),
            Kind::Leader | Kind::Part => Vec::new(),
        }
    }
}
