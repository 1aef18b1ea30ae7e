//! What is given beside the bundle: other attempts of the campaign, and borrowed frames.
//!
//! Other attempts are read and compared, not judged. A borrowed frame is judged whole, since changes are
//! recomputed from it.

use std::num::NonZeroUsize;

use draw::judge::{Bundle, Footprint, beside};
use draw::record::FreezeRecord;
use draw::{Fault, Version};

use super::guests::{Guests, Lacking};
use super::{Held, LISTED, recomputed, unreadable};
use crate::closing::SEVERAL;
use crate::records::Records;
use crate::source::BundleSource;
use crate::verdict::{Unreadable, Verdict};

/// Bundles given beside the one that is judged.
#[derive(Clone, Copy, Default)]
pub struct Company<'a> {
    /// Other attempts, of either version; those of another campaign are asked only for what is used twice.
    pub earlier: &'a [BundleSource],
    /// Borrowed frames that EXTEND records name, with S.
    pub borrowed: &'a [BundleSource],
}

impl Company<'_> {
    fn is_empty(&self) -> bool {
        self.earlier.is_empty() && self.borrowed.is_empty()
    }
}

/// Everything in the company, read.
pub(super) struct Others<'a> {
    earlier: Vec<Earlier<'a>>,
    borrowed: Vec<Held<'a>>,
}

enum Earlier<'a> {
    One(Box<Records>, Held<'a>),
    Two(Held<'a>),
}

/// Problems of a bundle that is not the one judged say so.
fn beside_it(problems: Vec<Unreadable>, what: &str) -> Vec<Unreadable> {
    let named = problems.into_iter().map(|problem| Unreadable {
        place: format!("{what} {}", problem.place),
        ..problem
    });
    named.collect()
}

fn read_two<'a>(held: Held<'a>, what: &str) -> Result<Held<'a>, Vec<Unreadable>> {
    match Bundle::read(&held.files()) {
        Ok(_) => {}
        Err(faults) => return Err(beside_it(unreadable(&faults), what)),
    }
    Ok(held)
}

fn attempt_beside(at: usize) -> String {
    format!("第 {at} 份对照案卷")
}

fn frame_beside(at: usize) -> String {
    format!("第 {at} 份增补名录案卷")
}

impl<'a> Others<'a> {
    pub(super) fn read(company: &Company<'a>) -> Result<Self, Vec<Unreadable>> {
        let mut others = Self {
            earlier: Vec::new(),
            borrowed: Vec::new(),
        };
        for (at, source) in (1..).zip(company.earlier) {
            let what = attempt_beside(at);
            let one = |problem| beside_it(vec![problem], &what);
            let held = Held::read(source).map_err(one)?;
            others.earlier.push(match source.version() {
                Version::One => {
                    source.stage().map_err(one)?;
                    Earlier::One(Box::new(Records::read(source).map_err(one)?), held)
                }
                Version::Two => Earlier::Two(read_two(held, &what)?),
            });
        }
        for (at, source) in (1..).zip(company.borrowed) {
            let what = frame_beside(at);
            let held = Held::read(source).map_err(|problem| beside_it(vec![problem], &what))?;
            others.borrowed.push(read_two(held, &what)?);
        }
        Ok(others)
    }

    /// The draws of the borrowed frames whose bundles hold.
    pub(super) fn draws(
        &self,
        bundle: &Bundle<'_>,
        threads: NonZeroUsize,
        verdict: &mut Verdict,
    ) -> Guests {
        let mut guests = Guests::of(self.borrowed.len());
        for (at, held) in (1..).zip(&self.borrowed) {
            let Ok(guest) = Bundle::read(&held.files()) else {
                continue;
            };
            let what = frame_beside(at);
            // A record may name a FREEZE that is no borrowed frame: recomputing the record says so.
            let frame = guest.freeze().map(FreezeRecord::hash);
            let Some(hash) = frame.filter(|hash| bundle.borrows(hash)) else {
                verdict.open(format!("{what}：本案卷的变更记录没有引用它，没有用到。"));
                continue;
            };
            match recomputed(&guest, threads) {
                Ok(Some(drawn)) => {
                    let sentence = format!("{what}由其名录、S 和种子重新算出，逐字节相同");
                    verdict.say(true, "VRFY-519", sentence, hash.to_string());
                    guests.take_in(hash, drawn);
                }
                Ok(None) => {
                    guests.lacks(hash, Lacking::Frame);
                    verdict.open(format!("{what}没有 S 和名录，不能重算，没有用到。"));
                }
                Err(faults) => {
                    guests.lacks(hash, Lacking::Truth);
                    for fault in faults.iter().take(LISTED) {
                        verdict.say(false, "VRFY-519", what.as_str(), fault.to_string());
                    }
                }
            }
        }
        if !guests.is_empty() && bundle.contents().stage != draw::bundle::Stage::Full {
            let sentence = "本案卷没有 S 和名录，变更没有由增补名录重算：要用本次抽取的完整案卷。";
            verdict.open(sentence);
        }
        guests
    }

    /// What everything in the company shows of its attempts.
    fn prints(&self) -> Vec<Footprint<'_>> {
        let earlier = self.earlier.iter().filter_map(|earlier| match earlier {
            Earlier::One(records, held) => {
                let (freeze, seed) = (&records.freeze, &records.seed_text);
                Some(Footprint::of_one(freeze, seed, held.files()))
            }
            Earlier::Two(held) => print(held),
        });
        earlier
            .chain(self.borrowed.iter().filter_map(print))
            .collect()
    }

    /// A bundle, by what it shows of its attempt, beside its company: nothing used twice, the same
    /// attempt the same.
    pub(super) fn judge<'o>(&'o self, mine: Footprint<'o>, verdict: &mut Verdict) {
        let (campaign, attempt) = (mine.campaign(), mine.attempt());
        let mut prints = vec![mine];
        prints.extend(self.prints());
        if prints.len() == 1 {
            if attempt > 1 {
                verdict.leave(SEVERAL.1);
                let sentence = "没有一并给出其他各次抽取的案卷（--earlier）：随机数、承诺值和 S 是否用过，没有对照。";
                verdict.open(sentence);
            }
            return;
        }
        let others = prints.iter().filter(|print| print.campaign() != campaign);
        let others = others.count();
        let beside = beside(&prints);
        verdict.make(SEVERAL.0, SEVERAL.1);
        let sentence = "与一并给出的案卷没有共用随机数、承诺值或 S，同一次抽取没有两种内容";
        if beside.faults.is_empty() {
            let count = match others {
                0 => format!("共 {} 份案卷", prints.len()),
                others => format!("共 {} 份案卷，其中别的抽查任务的 {others} 份", prints.len()),
            };
            verdict.say(true, "VRFY-531", sentence, count);
        }
        for fault in beside.faults.iter().take(LISTED) {
            verdict.say(false, "VRFY-531", sentence, Fault::to_string(fault));
        }
        for gap in &beside.missing {
            let which = match gap.start() == gap.end() {
                true => format!("第 {} 次", gap.start()),
                false => format!("第 {} 至 {} 次", gap.start(), gap.end()),
            };
            verdict.open(format!(
                "没有{which}抽取的案卷：一项任务的各次抽取须连续编号，作废的也在内。"
            ));
        }
        if beside.kept_back {
            verdict.open("两份案卷都没有打开的随机数或 S 是否相同，从承诺值看不出来，没有对照。");
        }
        if !self.earlier.is_empty() {
            verdict.open("一并给出的其他各次抽取只用来对照；它们本身要各自核对。");
        }
    }
}

fn print<'h>(held: &'h Held<'_>) -> Option<Footprint<'h>> {
    let bundle = Bundle::read(&held.files()).ok()?;
    Some(bundle.footprint())
}

/// A bundle of `shuang/1` beside its company.
pub(crate) fn judge_one(
    source: &BundleSource,
    records: &Records,
    company: &Company<'_>,
    verdict: &mut Verdict,
) -> Result<(), Vec<Unreadable>> {
    if company.is_empty() {
        return Ok(());
    }
    let others = Others::read(company)?;
    let held = Held::read(source).map_err(|problem| vec![problem])?;
    let mine = Footprint::of_one(&records.freeze, &records.seed_text, held.files());
    others.judge(mine, verdict);
    if !company.borrowed.is_empty() {
        verdict.open("shuang/1 的案卷不重算增补（EXTEND），增补名录只用来对照。");
    }
    Ok(())
}
