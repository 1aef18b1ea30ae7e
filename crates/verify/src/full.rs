//! The full stage: S and the frames are there, so everything is computed again from nothing else.
//!
//! The frame must freeze to exactly the published FREEZE, and FREEZE and seed must draw exactly the
//! published RESULT and the same bytes in every file. The recomputation is the crate `draw`'s; two
//! programs that share no code with it stand in `tools/` (shell and browser). Deliberately absent:
//! tolerance. A file that differs in one byte is a contradiction.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use draw::bundle::{OpenedLine, parse_opened, write_file};
use draw::leaf::{Kind, OpenedLeaf};
use draw::name::Status;
use draw::record::FreezeRecord;
use draw::record::result::SEALED_FILES;
use draw::{Drawn, Frame, Terms};

use crate::public::{self, ascending};
use crate::records::{Records, fault_in};
use crate::source::BundleSource;
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

fn recompute(
    source: &BundleSource,
    records: &Records,
    threads: NonZeroUsize,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let freeze = &records.freeze;
    let secret = secret(&source.read("secret.txt")?)?;
    let right = secret.commitment(freeze.suite) == freeze.secret;
    verdict.say(
        right,
        "VRFY-301",
        "秘密 S 与 FREEZE 的承诺一致",
        freeze.secret.to_string(),
    );
    let frame = frame(source)?;
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

pub(crate) fn secret(bytes: &[u8]) -> Result<draw::digest::Secret, Unreadable> {
    let line = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.strip_suffix('\n'));
    line.and_then(|line| line.parse().ok()).ok_or_else(|| {
        Unreadable::new(
            "VRFY-300",
            "secret.txt",
            "应为一行 64 位小写十六进制数字，以换行符结束。",
        )
    })
}

pub(crate) fn frame(source: &BundleSource) -> Result<Frame, Unreadable> {
    let mut frame = Frame::default();
    read_rows(source, "subjects.tsv", |[id, stratum, status, area]| {
        let fit = status
            .parse()
            .is_ok_and(|status: Status| status != Status::Pair);
        if !fit {
            return Ok(false);
        }
        frame.push_subject(id, stratum, status, area).map(|()| true)
    })?;
    read_rows(source, "inspectors.tsv", |[id, stratum, status, area]| {
        let fit = matches!(status.parse(), Ok(Status::Draw | Status::Skip(_))) && area == "-";
        if !fit {
            return Ok(false);
        }
        frame.push_inspector(id, stratum, status).map(|()| true)
    })?;
    read_rows(source, "recusals.tsv", |[pair, stratum, status, area]| {
        let Some((inspector, subject)) = pair.split_once(':') else {
            return Ok(false);
        };
        if (stratum, status, area) != ("-", "pair", "-") {
            return Ok(false);
        }
        frame.push_recusal(inspector, subject).map(|()| true)
    })?;
    Ok(frame)
}

type Taken = Result<bool, draw::Fault>;

/// Hands over every row of a sorted, tab-separated frame; a row that is not taken stops reading.
fn read_rows(
    source: &BundleSource,
    name: &'static str,
    mut take: impl FnMut([&str; 4]) -> Taken,
) -> Result<(), Unreadable> {
    let bytes = source.read(name)?;
    for (at, line) in ascending(name, &bytes)?.enumerate() {
        let wrong = |sentence: String| {
            Unreadable::new("VRFY-303", name, format!("第 {} 行：{sentence}", at + 1))
        };
        let mut columns = line.split('\t');
        let row = match (
            columns.next(),
            columns.next(),
            columns.next(),
            columns.next(),
            columns.next(),
        ) {
            (Some(id), Some(stratum), Some(status), Some(area), None) => {
                [id, stratum, status, area]
            }
            _ => return Err(wrong("应为四列：代码、分层、状态、片区。".to_owned())),
        };
        match take(row) {
            Ok(true) => {}
            Ok(false) => {
                return Err(wrong(
                    "这一类名录中不能有这样的状态、分层或片区。".to_owned(),
                ));
            }
            Err(fault) => return Err(wrong(fault_in(name, &fault).sentence)),
        }
    }
    Ok(())
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
    for name in SEALED_FILES {
        let bytes = source.read(name)?;
        let mut comparison = Comparison {
            rest: &bytes,
            at: 0,
        };
        let written = write_file(drawn, name, threads, &mut comparison);
        let same = written.is_ok_and(|known| known) && comparison.rest.is_empty();
        let detail = match same {
            true => format!("{} 字节", bytes.len()),
            false => format!("约在第 {} 字节处不同", comparison.at),
        };
        verdict.say(
            same,
            "VRFY-306",
            format!("{name} 由名录和种子重新算出，逐字节相同"),
            detail,
        );
    }
    check_opened(source, drawn, verdict)?;
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

/// The opened leaves are exactly those the visits carry, and each path leads to the root.
///
/// Given leaf, index and root a path is unique, so this binds every byte without building the tree
/// a second time.
fn check_opened(
    source: &BundleSource,
    drawn: &Drawn,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let opened = parse_opened(&source.read("opened.tsv")?)
        .map_err(|fault| fault_in("opened.tsv", &fault))?;
    let freeze = drawn.frozen().record();
    let carried = carried(drawn);
    let same = opened.iter().map(|line| &line.leaf).eq(carried.iter());
    verdict.say(
        same,
        "VRFY-308",
        "opened.tsv 打开的正是要检查的对象，逐项相同",
        format!("{} 条", carried.len()),
    );
    let included = |OpenedLine { leaf, inclusion }: &OpenedLine| {
        let hash = leaf.hash(freeze.suite, freeze.campaign, freeze.attempt, Kind::Subject);
        inclusion.root(freeze.suite, freeze.subjects.leaves, &hash) == Some(freeze.subjects.root)
    };
    verdict.say(
        opened.iter().all(included),
        "VRFY-309",
        "opened.tsv 的每条路径都通到 FREEZE 的树根",
        "",
    );
    Ok(())
}

/// The leaves the visits carry, opened, in bytewise order of (id, stratum).
fn carried(drawn: &Drawn) -> Vec<OpenedLeaf> {
    let mut leaves = Vec::new();
    for visit in drawn.visits() {
        let strata: Vec<&str> = drawn.strata_of(visit).collect();
        let all = drawn.frozen().opened(visit.subject);
        leaves.extend(
            all.into_iter()
                .filter(|leaf| strata.contains(&leaf.stratum.as_str())),
        );
    }
    leaves.sort_by(|a, b| (&a.id, &a.stratum).cmp(&(&b.id, &b.stratum)));
    leaves
}

/// Compares what is written with the bytes that should come, and stops at the first difference.
struct Comparison<'a> {
    rest: &'a [u8],
    at: usize,
}

impl Write for Comparison<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest = self
            .rest
            .strip_prefix(bytes)
            .ok_or_else(|| io::Error::other("不同"))?;
        self.at += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
