//! A bundle of `shuang/2` (SPEC-draw §8): everything is read before anything is judged.
//!
//! Reading and checks are the crate `draw`'s ([`draw::judge`]); here stand the checks it leaves out: the
//! signature of a drand value ([`crate::drand`]), the receipts of the log (`log`), other attempts and borrowed
//! frames given beside the bundle (`company`, `guests`), and the words for all of them (`words`). A check has the code
//! `VRFY-5` and its number in §8.1.

mod company;
mod guests;
mod log;
mod words;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use draw::bundle::BundleKind;
use draw::judge::{Bundle, Files, Judged, Point};
use draw::record::hash_of;
use draw::{Code, Drawn, Fault, Level};

pub use company::Company;
pub(crate) use company::judge_one;

use crate::source::BundleSource;
use crate::verdict::{Account, Stage, Unreadable, Verdict};
use crate::{Options, drand};

/// How many causes of one failed check are listed one by one.
const LISTED: usize = 20;

/// The bytes of every file, held while the bundle is judged.
pub(crate) struct Held<'a>(Vec<(&'a str, Cow<'a, [u8]>)>);

impl<'a> Held<'a> {
    pub(crate) fn read(source: &'a BundleSource) -> Result<Self, Unreadable> {
        let read = |name| Ok((name, source.read(name)?));
        source.names().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn files(&self) -> Files<'_> {
        self.0
            .iter()
            .map(|(name, bytes)| (*name, &**bytes))
            .collect()
    }
}

/// Faults of the grammar, as far as anybody reads them.
fn unreadable(faults: &[Fault]) -> Vec<Unreadable> {
    let listed = faults.iter().take(LISTED);
    listed
        .map(|fault| {
            let sentence = Fault::new(fault.code, "", fault.sentence.as_str()).to_string();
            Unreadable::new("VRFY-500", fault.place.as_str(), sentence)
        })
        .collect()
}

/// Judges a bundle beside its company; `written` is the draw it was just written from.
pub(crate) fn walk(
    source: &BundleSource,
    options: &Options,
    company: &Company<'_>,
    written: Option<&Drawn>,
    verdict: &mut Verdict,
) -> Result<(), Vec<Unreadable>> {
    let one = |problem| vec![problem];
    verdict.account = Some(Account::default());
    let held = Held::read(source).map_err(one)?;
    let files = held.files();
    let bundle = Bundle::read(&files).map_err(|faults| unreadable(&faults))?;
    let receipts = log::Receipts::read(&bundle, &files).map_err(one)?;
    let others = company::Others::read(company)?;
    let signed = signed(&bundle);
    introduce(&bundle, source, verdict);
    let proven = bundle.reveal().map(|reveal| {
        let counted = matches!(signed, Some(Ok(()))) && answers_freeze(&bundle);
        Level::proven(reveal, counted)
    });
    verdict.account.get_or_insert_default().proven = proven;

    let guests = others.draws(&bundle, options.threads, verdict);
    let judged = bundle.judge(&guests.draws(), options.threads);
    verdict.account.get_or_insert_default().replayed = judged
        .replay
        .map(|replay| words::replayed(&bundle, replay, &guests));
    say(&judged, signed.as_ref(), verdict);
    if let Some(drawn) = written {
        let (freeze, result) = (drawn.frozen().record(), drawn.record());
        let named = |name: &str, record: String| files.get(name) == Some(&record.as_bytes());
        let same =
            named("freeze.txt", freeze.to_string()) && named("result.txt", result.to_string());
        verdict.say(
            same,
            "VRFY-518",
            "案卷就是刚才抽取的这一次",
            hash_of(freeze.suite, result).to_string(),
        );
    }
    let shown = receipts.judge(&bundle, &files, options.log_key.as_ref(), verdict);
    others.judge(bundle.footprint(), verdict);

    words::steps(&bundle, &files, &shown, verdict);
    words::gaps(&bundle, &files, verdict);
    let limits = source.limits();
    verdict.open(format!(
        "超过读取上限的案卷不读：每个文件 {} 字节、合计 {} 字节、{} 个文件。",
        limits.file,
        limits.total,
        crate::source::MOST_FILES
    ));
    Ok(())
}

/// What the bundle is, and the levels.
fn introduce(bundle: &Bundle<'_>, source: &BundleSource, verdict: &mut Verdict) {
    let (campaign, attempt) = bundle.attempt();
    verdict.attempt = Some((campaign.to_string(), attempt));
    verdict.version = Some(source.version());
    verdict.stage = Some(stage(bundle.contents().stage));
    let (freeze, reveal) = (bundle.freeze(), bundle.reveal());
    verdict.level = match (freeze, reveal, bundle.seed()) {
        (_, Some(reveal), Some(seed)) => Some(Level::reached_with(reveal, seed)),
        // Without a beacon REVEAL shows every source, of a void attempt that is not opened too.
        (Some(freeze), Some(reveal), None) if freeze.beacon.is_none() => {
            Some(Level::in_reach(reveal, freeze))
        }
        _ => None,
    };
    let account = verdict.account.get_or_insert_default();
    account.kind = Some(bundle.contents().kind);
    account.announced = freeze.map(Level::announced);
}

fn stage(stage: draw::bundle::Stage) -> Stage {
    match stage {
        draw::bundle::Stage::Sealed => Stage::Sealed,
        draw::bundle::Stage::Public => Stage::Public,
        draw::bundle::Stage::Full => Stage::Full,
    }
}

/// Whether the drand value of a bundle is signed; `None` without one.
fn signed(bundle: &Bundle<'_>) -> Option<Result<(), Fault>> {
    drand::verify_seed(bundle.seed()?)
}

/// Whether seed.txt gives the beacon FREEZE announced.
fn answers_freeze(bundle: &Bundle<'_>) -> bool {
    let given = bundle.seed().and_then(|seed| seed.beacon.as_ref());
    let announced = bundle.freeze().and_then(|freeze| freeze.beacon.as_ref());
    given.map(|(beacon, _)| beacon) == announced
}

/// One line for every check that was made and holds, and one for every cause of one that does not.
fn say(judged: &Judged, signed: Option<&Result<(), Fault>>, verdict: &mut Verdict) {
    let replayed = verdict
        .account
        .as_ref()
        .and_then(|account| account.replayed);
    for point in &judged.points {
        let faults = judged.findings.iter();
        let faults = faults.filter(|finding| finding.point == *point);
        let faults: Vec<_> = faults.map(|finding| &finding.fault).collect();
        let (name, detail) = words::called(*point, replayed);
        say_one(point.number(), name, &faults, &detail, verdict);
        if let (Point::Seed, Some(signed)) = (point, signed) {
            let faults: Vec<_> = signed.as_ref().err().into_iter().collect();
            say_one(5, words::DRAND, &faults, "", verdict);
        }
    }
}

/// A check that was made, by its number in §8.1, with every cause why it does not hold.
fn say_one(
    number: u8,
    words::Name {
        code,
        short,
        sentence,
    }: words::Name,
    faults: &[&Fault],
    detail: &str,
    verdict: &mut Verdict,
) {
    let account = verdict.account.get_or_insert_default();
    account.made.push((number, short));
    if faults.is_empty() {
        verdict.say(true, code, sentence, detail);
    }
    for fault in faults.iter().take(LISTED) {
        verdict.say(false, code, sentence, fault.to_string());
    }
    if let Some(more) = faults.len().checked_sub(LISTED).filter(|more| *more > 0) {
        verdict.say(false, code, sentence, format!("另有 {more} 处。"));
    }
}

/// The bundle of a borrowed frame, recomputed; every reason if it does not hold.
fn recomputed(bundle: &Bundle<'_>, threads: NonZeroUsize) -> Result<Option<Drawn>, Vec<Fault>> {
    if bundle.contents().kind != BundleKind::Drawn {
        let sentence = "这份增补名录的抽取已作废，不能由它补位。";
        return Err(vec![Fault::new(Code::EXTENSION, "void.txt", sentence)]);
    }
    let mut faults = bundle.faults(&draw::judge::Borrowed::new(), threads);
    faults.extend(signed(bundle).and_then(Result::err));
    match (faults.is_empty(), bundle.recomputed(threads)) {
        (false, _) => Err(faults),
        (true, None) => Ok(None),
        (true, Some(drawn)) => drawn.map(Some),
    }
}
