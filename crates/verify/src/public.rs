//! The public stage: order files, teams, and the opened leaves of visited subjects.
//!
//! From these anybody can check that the order files are the ones RESULT named, that counts and
//! cut-offs follow from them, that every drawn line is opened by exactly one leaf whose hash and
//! ticket are right, that every opened leaf, `must` too, is in the tree FREEZE published, and that
//! visits stand in ticket order. What stays closed here is said in [`gaps`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use draw::bundle::{OpenedLine, parse_opened};
use draw::leaf::{Kind, OpenedLeaf};
use draw::record::result::SEALED_FILES;
use draw::{Digest, Stratum, Token};

use crate::records::{Records, all_distinct, fault_in};
use crate::source::BundleSource;
use crate::verdict::{Unreadable, Verdict};

/// One line of an order file.
struct OrderLine<'a> {
    ticket: &'a str,
    stratum: &'a str,
    leafhash: &'a str,
}

/// Checks the four files against RESULT.
pub(crate) fn check_hashes(
    source: &BundleSource,
    records: &Records,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    for (name, published) in SEALED_FILES.iter().zip(&records.result.files) {
        let hash = records.freeze.suite.bytes(&source.read(name)?);
        verdict.say(
            hash == *published,
            "VRFY-201",
            format!("{name} 与 RESULT 公布的摘要一致"),
            hash.to_string(),
        );
    }
    Ok(())
}

/// Checks everything the public stage can show.
pub(crate) fn check(
    source: &BundleSource,
    records: &Records,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let subjects = source.read("subjects.order")?;
    let lines = order_lines("subjects.order", &subjects)?;
    check_strata(&lines, records, verdict);
    let inspectors = source.read("inspectors.order")?;
    check_people(
        &order_lines("inspectors.order", &inspectors)?,
        records,
        verdict,
    );
    let opened = parse_opened(&source.read("opened.tsv")?)
        .map_err(|fault| fault_in("opened.tsv", &fault))?;
    check_opened(&opened, &lines, records, verdict);
    check_visits(source, &opened, records, verdict)
}

/// What the public stage leaves closed, in words.
pub(crate) fn gaps(verdict: &mut Verdict) {
    verdict.open("未抽中对象的类别和状态（依法不公开）：监督部门用完整案卷核对；协议为每个对象留了自查的凭证，程序还不发放。");
    verdict.open("次序文件中没有公开的各行是否真是名录中的对象：要用完整案卷重算。");
    verdict.open("必查对象为何必查：理由只有代码，请对照公布的方案。");
    verdict.open("检查人员的签号、回避与组队：要用完整案卷重算。");
}

fn order_lines<'a>(name: &'static str, bytes: &'a [u8]) -> Result<Vec<OrderLine<'a>>, Unreadable> {
    let mut lines = Vec::new();
    for (at, line) in ascending(name, bytes)?.enumerate() {
        let mut words = line.split(' ');
        let good = match (words.next(), words.next(), words.next(), words.next()) {
            (Some(ticket), Some(stratum), Some(leafhash), None)
                if is_hash(ticket) && is_hash(leafhash) && stratum.parse::<Stratum>().is_ok() =>
            {
                Some(OrderLine {
                    ticket,
                    stratum,
                    leafhash,
                })
            }
            _ => None,
        };
        lines.push(good.ok_or_else(|| at_line(name, at, "应为“签号 分层 叶摘要”。"))?);
    }
    Ok(lines)
}

fn is_hash(text: &str) -> bool {
    Digest::from_hex(text.as_bytes()).is_some()
}

fn at_line(name: &str, at: usize, sentence: &str) -> Unreadable {
    Unreadable::new("VRFY-202", name, format!("第 {} 行：{sentence}", at + 1))
}

/// The lines of a sorted file; refuses anything that is not strictly ascending, LF-ended ASCII.
pub(crate) fn ascending<'a>(
    name: &'static str,
    bytes: &'a [u8],
) -> Result<impl Iterator<Item = &'a str>, Unreadable> {
    let text = lines_of(name, bytes)?;
    let mut before = None;
    for (at, line) in text.clone().enumerate() {
        if before.is_some_and(|before| before >= line) {
            return Err(at_line(name, at, "没有按字节升序排列，或有重复行。"));
        }
        before = Some(line);
    }
    Ok(text)
}

pub(crate) fn lines_of<'a>(
    name: &'static str,
    bytes: &'a [u8],
) -> Result<impl Iterator<Item = &'a str> + Clone, Unreadable> {
    let clean = bytes
        .iter()
        .all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~'));
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| clean && (text.is_empty() || text.ends_with('\n')));
    match text {
        Some(text) => Ok(text
            .strip_suffix('\n')
            .into_iter()
            .flat_map(|text| text.split('\n'))),
        None => Err(Unreadable::new(
            "VRFY-202",
            name,
            "不是以换行符（LF）结束的 ASCII 文本。",
        )),
    }
}

fn check_strata(lines: &[OrderLine<'_>], records: &Records, verdict: &mut Verdict) {
    let mut tickets: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines {
        tickets.entry(line.stratum).or_default().push(line.ticket);
    }
    for (line, (_, cutoff)) in records.freeze.strata.iter().zip(&records.result.cutoffs) {
        let mine = tickets.remove(line.stratum.as_str()).unwrap_or_default();
        let last = line
            .quota
            .checked_sub(1)
            .and_then(|at| usize::try_from(at).ok());
        let found = last
            .and_then(|at| mine.get(at))
            .and_then(|hex| Digest::from_hex(hex.as_bytes()));
        let right = mine.len() as u64 == line.pool && found == *cutoff;
        let what = format!(
            "分层 {}：{} 家抽 {} 家，分界签号相符",
            line.stratum, line.pool, line.quota
        );
        verdict.say(
            right,
            "VRFY-203",
            what,
            found.map_or_else(|| "-".to_owned(), |found| found.to_string()),
        );
    }
    verdict.say(
        tickets.is_empty(),
        "VRFY-204",
        "抽取次序中没有未公布的分层",
        "",
    );
}

fn check_people(lines: &[OrderLine<'_>], records: &Records, verdict: &mut Verdict) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for line in lines {
        *counts.entry(line.stratum).or_default() += 1;
    }
    let announced = &records.freeze.inspector_draws;
    let right = announced
        .iter()
        .all(|line| counts.remove(line.stratum.as_str()).unwrap_or(0) == line.pool);
    verdict.say(
        right && counts.is_empty(),
        "VRFY-205",
        "检查人员次序中各类人数与 FREEZE 一致",
        format!("{} 人", lines.len()),
    );
}

fn ticket(records: &Records, leaf: &OpenedLeaf) -> Digest {
    let lines: [&[u8]; 5] = [
        b"shuang-ticket/1",
        &records.seed.hex(),
        b"subject",
        leaf.id.as_bytes(),
        &leaf.salt.hex(),
    ];
    records.freeze.suite.lines(&lines)
}

/// The first k lines of each stratum, as they must be opened.
fn drawn_lines(lines: &[OrderLine<'_>], records: &Records) -> HashSet<String> {
    let strata = records.freeze.strata.iter();
    let mut quota: HashMap<&str, u64> = strata
        .map(|line| (line.stratum.as_str(), line.quota))
        .collect();
    let mut drawn = HashSet::new();
    for line in lines {
        if let Some(left) = quota.get_mut(line.stratum).filter(|left| **left > 0) {
            *left -= 1;
            drawn.insert(format!(
                "{} {} {}",
                line.ticket, line.stratum, line.leafhash
            ));
        }
    }
    drawn
}

fn check_opened(
    opened: &[OpenedLine],
    lines: &[OrderLine<'_>],
    records: &Records,
    verdict: &mut Verdict,
) {
    let freeze = &records.freeze;
    let mut drawn = drawn_lines(lines, records);
    let announced = drawn.len();
    let (mut stray, mut must, mut lost) = (0u64, 0u64, 0u64);
    for OpenedLine { leaf, inclusion } in opened {
        let hash = leaf.hash(freeze.suite, freeze.campaign, freeze.attempt, Kind::Subject);
        let root = inclusion.root(freeze.suite, freeze.subjects.leaves, &hash);
        lost += u64::from(root != Some(freeze.subjects.root));
        if leaf.status.starts_with("must:") {
            must += 1;
        } else if !drawn.remove(&format!(
            "{} {} {hash}",
            ticket(records, leaf),
            leaf.stratum
        )) {
            stray += 1;
        }
    }
    let detail = format!(
        "抽中 {announced} 条，未打开 {} 条，不相符 {stray} 条",
        drawn.len()
    );
    verdict.say(
        stray == 0 && drawn.is_empty(),
        "VRFY-206",
        "抽中的逐条打开，签号、分层、叶摘要与次序文件一致",
        detail,
    );
    verdict.say(
        must == freeze.must,
        "VRFY-207",
        "公开的必查条数与 FREEZE 一致",
        must.to_string(),
    );
    verdict.say(
        lost == 0,
        "VRFY-208",
        "公开的每条都在 FREEZE 公布的对象树中",
        format!("不在树中 {lost} 条"),
    );
    let areas: BTreeSet<&str> = match freeze.areas.is_empty() {
        true => ["-"].into(),
        false => freeze.areas.iter().map(Token::as_str).collect(),
    };
    let fits = opened
        .iter()
        .all(|line| areas.contains(line.leaf.area.as_str()));
    verdict.say(fits, "VRFY-213", "公开的片区都是 FREEZE 公布过的", "");
    check_leaves(opened, verdict);
}

/// The opened leaves beside each other: each once, of one subject in different items and in one area.
fn check_leaves(opened: &[OpenedLine], verdict: &mut Verdict) {
    let leaves = || opened.iter().map(|line| &line.leaf);
    let once = all_distinct(leaves().map(|leaf| (&leaf.id, &leaf.stratum)))
        && all_distinct(opened.iter().map(|line| line.inclusion.index));
    verdict.say(once, "VRFY-214", "公开的没有一条出现两次", "");
    let items = leaves().map(|leaf| {
        let item = leaf.stratum.split_once(':').map_or("-", |(item, _)| item);
        (&leaf.id, item)
    });
    let apart = all_distinct(items);
    verdict.say(apart, "VRFY-215", "同一对象在一个事项中只有一条", "");
    let mut areas: HashMap<&str, &str> = HashMap::new();
    let same = leaves().all(|leaf| *areas.entry(&leaf.id).or_insert(&leaf.area) == leaf.area);
    verdict.say(same, "VRFY-216", "同一对象的各条片区相同", "");
}

fn check_visits(
    source: &BundleSource,
    opened: &[OpenedLine],
    records: &Records,
    verdict: &mut Verdict,
) -> Result<(), Unreadable> {
    let mut order: BTreeMap<&str, Digest> = BTreeMap::new();
    let mut same_salt = true;
    for OpenedLine { leaf, .. } in opened {
        let ticket = ticket(records, leaf);
        same_salt &= *order.entry(&leaf.id).or_insert(ticket) == ticket;
    }
    verdict.say(same_salt, "VRFY-209", "同一对象各事项共用一个签号", "");
    let mut visits: Vec<(Digest, &str)> =
        order.into_iter().map(|(id, ticket)| (ticket, id)).collect();
    visits.sort_unstable();
    let places = records
        .freeze
        .teams
        .iter()
        .fold(0u64, |sum, team| sum.saturating_add(team.size));
    let teams = source.read("teams.txt")?;
    let leaders = source.read("leaders.txt")?;
    let teams = word_lines("teams.txt", &teams, places)?;
    let leaders = word_lines("leaders.txt", &leaders, 1)?;
    let follows = |lines: &[Vec<&str>]| {
        lines
            .iter()
            .map(|line| line[0])
            .eq(visits.iter().map(|(_, id)| *id))
    };
    verdict.say(
        follows(&teams) && follows(&leaders),
        "VRFY-210",
        "检查次序就是签号次序，每个对象一次",
        format!("{} 个对象", visits.len()),
    );
    let appointed = leaders.iter().all(|line| {
        records
            .freeze
            .leaders
            .iter()
            .any(|leader| leader.as_str() == line[1])
    });
    verdict.say(appointed, "VRFY-211", "组长都是 FREEZE 事先指派的", "");
    let apart = teams
        .iter()
        .all(|line| all_distinct(line[1..].iter().filter(|id| **id != "-")));
    verdict.say(apart, "VRFY-212", "同一组内没有重复的人", "");
    for line in teams.iter().filter(|line| line[1..].contains(&"-")) {
        verdict.open(format!(
            "{} 的检查组缺人（-）：须有增补记录（EXTEND），案卷之外另行核对。",
            line[0]
        ));
    }
    Ok(())
}

/// Lines of a subject and so many names.
fn word_lines<'a>(
    name: &'static str,
    bytes: &'a [u8],
    names: u64,
) -> Result<Vec<Vec<&'a str>>, Unreadable> {
    let mut lines = Vec::new();
    for (at, line) in lines_of(name, bytes)?.enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let good = words.len() as u64 == names.saturating_add(1)
            && words
                .iter()
                .all(|word| Token::new(word.as_bytes()).is_some());
        if !good {
            return Err(at_line(
                name,
                at,
                &format!("应为一个对象代码和 {names} 个人员代码。"),
            ));
        }
        lines.push(words);
    }
    Ok(lines)
}
