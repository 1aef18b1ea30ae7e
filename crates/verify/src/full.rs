//! The full stage: S and the frames are there, so everything is computed again from nothing else.
//!
//! The frame must freeze to exactly the published FREEZE, and FREEZE and seed must draw exactly the
//! published RESULT and the same bytes in every file. The recomputation is the crate `draw`'s; two
//! programs that share no code with it stand in `tools/` (shell and browser). Deliberately absent:
//! tolerance. A file that differs in one byte is a contradiction.

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;

use draw::bundle::{FULL, PUBLIC, write_file};
use draw::digest::Secret;
use draw::record::FreezeRecord;
use draw::{Drawn, Terms};

use crate::frame::{frame, secret};
use crate::public;
use crate::records::Records;
use crate::source::{BundleSource, unread};
use crate::verdict::{Unreadable, Verdict};

/// How many causes of a refusal are listed one by one.
const LISTED: usize = 20;

/// Recomputes the whole attempt.
pub(crate) fn check(
    source: &BundleSource,
    records: &Records,
    threads: NonZeroUsize,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let before = verdict.exit();
    recompute(source, records, threads, verdict)?;
    if verdict.exit() == 1 && before != 1 {
        // Something differs: the weaker public checks tell where.
        public::check_hashes(source, records, verdict)?;
        public::check(source, records, verdict)?;
    }
    Ok(())
}

/// Compares a bundle with the attempt it was written from, which this process has computed from S
/// and the frames: a [`Drawn`] comes from nothing else. So the bytes are what is left to judge.
pub(crate) fn check_written(
    source: &BundleSource,
    records: &Records,
    drawn: &Drawn,
    threads: NonZeroUsize,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let freeze = &records.freeze;
    held_secret(source, freeze, verdict)?;
    for name in FULL {
        let detail = compare_file(source, name, drawn, threads)?;
        let what = format!("{name} 就是重新冻结和抽取所用的，逐字节相同");
        verdict.say(detail.is_ok(), "VRFY-310", what, either(detail));
    }
    compare_freeze(freeze, drawn.frozen().record(), verdict);
    compare_drawn(source, records, drawn, threads, verdict)
}

/// S from its file, held against the commitment in FREEZE.
fn held_secret(
    source: &BundleSource,
    freeze: &FreezeRecord,
    verdict: &mut Verdict,
) -> Result<Secret, Unreadable> {
    let secret = secret(&source.read("secret.txt")?)?;
    let right = secret.commitment(freeze.suite) == freeze.secret;
    verdict.say(
        right,
        "VRFY-301",
        "秘密 S 与 FREEZE 的承诺一致",
        freeze.secret.to_string(),
    );
    Ok(secret)
}

fn recompute(
    source: &BundleSource,
    records: &Records,
    threads: NonZeroUsize,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let freeze = &records.freeze;
    let secret = held_secret(source, freeze, verdict)?;
    let frame = frame(source, threads)?;
    let frozen = match draw::freeze(&Terms::from(freeze), frame, &secret, threads) {
        Ok(frozen) => frozen,
        Err(refusal) => {
            for fault in refusal.faults.iter().take(LISTED) {
                verdict.say(false, "VRFY-302", "名录符合冻结规则", fault.to_string());
            }
            return Ok(());
        }
    };
    verdict.say(
        true,
        "VRFY-302",
        "名录符合冻结规则（不重复、人数够、组长在、回避无碍）",
        "",
    );
    compare_freeze(freeze, frozen.record(), verdict);
    match draw::draw(frozen, &records.seed_text, threads) {
        Ok(drawn) => compare_drawn(source, records, &drawn, threads, verdict),
        Err(faults) => {
            for fault in faults {
                verdict.say(false, "VRFY-305", "由种子重新抽取", fault.to_string());
            }
            Ok(())
        }
    }
}

fn compare_freeze(published: &FreezeRecord, made: &FreezeRecord, verdict: &mut Verdict) {
    let roots = [
        ("subjects.tsv", published.subjects, made.subjects),
        ("inspectors.tsv", published.inspectors, made.inspectors),
        ("recusals.tsv", published.recusals, made.recusals),
    ];
    for (name, published, made) in roots {
        let what = format!("{name} 的条数与树根就是 FREEZE 公布的");
        verdict.say(
            published == made,
            "VRFY-304",
            what,
            format!("{} 条，{}", made.leaves, made.root),
        );
    }
    let what = "FREEZE 由名录和 S 重新算出，逐字节相同";
    verdict.say(published == made, "VRFY-304", what, made.hash().to_string());
}

fn compare_drawn(
    source: &BundleSource,
    records: &Records,
    drawn: &Drawn,
    threads: NonZeroUsize,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    for name in PUBLIC {
        let detail = compare_file(source, name, drawn, threads)?;
        verdict.say(
            detail.is_ok(),
            "VRFY-306",
            format!("{name} 由名录和种子重新算出，逐字节相同"),
            either(detail),
        );
    }
    let made = drawn.record();
    let hash = draw::record::hash_of(records.freeze.suite, made);
    verdict.say(
        *made == records.result,
        "VRFY-307",
        "RESULT 重新算出，逐字节相同",
        hash.to_string(),
    );
    let unfilled = (0..drawn.visits().len())
        .filter(|at| drawn.team(*at).contains(&None))
        .count();
    if unfilled > 0 {
        verdict.open(format!(
            "{unfilled} 个检查组缺人（-）：须有增补记录（EXTEND），案卷之外另行核对。"
        ));
    }
    Ok(())
}

fn either(detail: Result<String, String>) -> String {
    detail.unwrap_or_else(|different| different)
}

/// How many bytes are the same, or where the first block differs; the file is read as a stream,
/// since an order file of three million lines has 400 MB.
fn compare_file(
    source: &BundleSource,
    name: &str,
    drawn: &Drawn,
    threads: NonZeroUsize,
) -> Result<Result<String, String>, Unreadable> {
    let mut comparison = Comparison {
        file: source.reader(name)?,
        block: Vec::new(),
        at: 0,
        broken: None,
    };
    let written = write_file(drawn, name, threads, &mut comparison);
    let ended = written.is_ok_and(|known| known) && comparison.ended();
    match (comparison.broken, ended) {
        (Some(error), _) => Err(unread(name, &error)),
        (None, true) => Ok(Ok(format!("{} 字节", comparison.at))),
        (None, false) => Ok(Err(format!("约在第 {} 字节处不同", comparison.at))),
    }
}

/// Compares what is written with the bytes that should come, and stops at the first difference.
struct Comparison<'a> {
    file: Box<dyn Read + 'a>,
    block: Vec<u8>,
    at: usize,
    /// The file could not be read; that it is too short is a difference, not this.
    broken: Option<io::Error>,
}

impl Comparison<'_> {
    /// Whether nothing is left in the file.
    fn ended(&mut self) -> bool {
        match self.file.read(&mut [0]) {
            Ok(more) => more == 0,
            Err(error) => {
                self.broken = Some(error);
                false
            }
        }
    }
}

impl Write for Comparison<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.resize(bytes.len(), 0);
        if let Err(error) = self.file.read_exact(&mut self.block) {
            if error.kind() != io::ErrorKind::UnexpectedEof {
                self.broken = Some(error);
            }
            return Err(io::Error::other("不同"));
        }
        if self.block != bytes {
            return Err(io::Error::other("不同"));
        }
        self.at += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
