//! What OPEN makes public, held against the records without frame or S: hashes and keys, order files,
//! opened leaves, teams, and the trail of the changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::point::{Finding, Point, under};
use super::{Bundle, OpenedFiles};
use crate::bundle::OpenedLine;
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::leaf::Kind;
use crate::name::{Status, Stratum, Token};
use crate::record::two::Opened;
use crate::record::{FreezeRecord, ResultRecord, hash_of};
use crate::sealing::sealed_hash;
use crate::standing::trail_faults;
use crate::ticket::{Scope, TicketMaker};

fn contradiction(place: impl Into<String>, sentence: &str) -> Fault {
    Fault::new(Code::CONTRADICTION, place, sentence)
}

/// What every check of a public bundle looks at.
struct Opening<'b, 'a> {
    freeze: &'b FreezeRecord,
    result: &'b ResultRecord,
    files: &'b OpenedFiles<'a>,
    cutoffs: HashMap<&'b str, Digest>,
}

impl Bundle<'_> {
    pub(super) fn opened_findings(&self) -> Vec<Finding> {
        let (Some(freeze), Some((_, result)), Some(files)) =
            (&self.freeze, &self.drawn, &self.opened)
        else {
            return Vec::new();
        };
        let cutoffs = result.cutoffs.iter();
        let cutoffs = cutoffs.filter_map(|(name, cutoff)| Some((name.as_str(), (*cutoff)?)));
        let opening = Opening {
            freeze,
            result,
            files,
            cutoffs: cutoffs.collect(),
        };
        let mut findings: Vec<_> = under(Point::Open, self.open_faults(&opening)).collect();
        findings.extend(self.hash_findings(&opening));
        findings.extend(under(Point::Orders, opening.order_faults()));
        findings.extend(under(Point::Orders, opening.inspector_faults()));
        findings.extend(opening.leaf_findings());
        findings.extend(opening.subject_findings());
        findings.extend(under(Point::Visits, opening.visit_faults()));
        let OpenedFiles {
            teams,
            leaders,
            persons,
            changes,
            ..
        } = files;
        let trail = trail_faults(freeze, teams, leaders, persons, changes);
        findings.extend(under(Point::Persons, trail.persons));
        findings.extend(under(Point::Changes, trail.changes));
        findings
    }

    /// OPEN names how the attempt ended and every change that came before it.
    fn open_faults(&self, opening: &Opening<'_, '_>) -> Vec<Fault> {
        let open = &opening.files.open;
        let suite = opening.freeze.suite;
        let result = hash_of(suite, opening.result);
        let ended = match &self.void {
            None => Opened::Result(result),
            Some(void) => Opened::Void {
                void: hash_of(suite, void),
                would: result,
            },
        };
        let mut faults = Vec::new();
        if open.attempt != opening.freeze.attempt_ref() || open.opened != ended {
            let sentence = "公开的不是这次抽取的结果或者作废。";
            faults.push(Fault::new(Code::OTHER_ATTEMPT, "open.txt", sentence));
        }
        let files = opening.files.changes.iter();
        if !files
            .map(|record| hash_of(suite, record))
            .eq(open.changes.iter().copied())
        {
            let sentence = "所列的变更不是这些变更文件。";
            faults.push(contradiction("open.txt change", sentence));
        }
        faults
    }

    /// Every file is the one RESULT or OPEN names, the files of people under their keys.
    fn hash_findings(&self, opening: &Opening<'_, '_>) -> Vec<Finding> {
        let (freeze, open) = (opening.freeze, &opening.files.open);
        let hash = |name: &str| self.files.get(name).map(|bytes| freeze.suite.bytes(bytes));
        let sealed = |name: &str, key: &Digest| Some(sealed_hash(freeze, name, key, &hash(name)?));
        let [order, inspectors, teams, leaders] = opening.result.files;
        let [teams_key, leaders_key] = &open.keys;
        let wanted = [
            (
                Point::Files,
                "subjects.order",
                hash("subjects.order"),
                order,
            ),
            (
                Point::Files,
                "inspectors.order",
                hash("inspectors.order"),
                inspectors,
            ),
            (
                Point::Files,
                "teams.txt",
                sealed("teams.txt", teams_key),
                teams,
            ),
            (
                Point::Files,
                "leaders.txt",
                sealed("leaders.txt", leaders_key),
                leaders,
            ),
            (Point::Open, "opened.tsv", hash("opened.tsv"), open.leaves),
            (
                Point::Open,
                "persons.tsv",
                hash("persons.tsv"),
                open.persons,
            ),
        ];
        let wrong = wanted
            .iter()
            .filter(|(_, _, found, named)| *found != Some(*named));
        wrong
            .map(|(point, name, ..)| Finding {
                point: *point,
                fault: contradiction(*name, "不是 RESULT 或者 OPEN 写明的文件。"),
            })
            .collect()
    }
}

/// A whole line, by which order files are sorted.
fn ascending(lines: &[crate::bundle::OrderLine<'_>]) -> bool {
    lines.is_sorted_by(|a, b| (a.ticket, a.stratum, a.leafhash) < (b.ticket, b.stratum, b.leafhash))
}

/// Whether every line has a leaf of its own.
fn distinct_leaves(lines: &[crate::bundle::OrderLine<'_>]) -> bool {
    let leaves: HashSet<Digest> = lines.iter().map(|line| line.leafhash).collect();
    leaves.len() == lines.len()
}

impl Opening<'_, '_> {
    /// Sorted, N lines per stratum, the k-th its cut-off, no leaf twice.
    fn order_faults(&self) -> Vec<Fault> {
        let lines = &self.files.subjects;
        let mut faults = Vec::new();
        if !ascending(lines) || !distinct_leaves(lines) {
            let sentence = "没有按字节升序排列，或者有重复。";
            faults.push(Fault::new(Code::SORTED, "subjects.order", sentence));
        }
        let mut tickets: HashMap<&str, Vec<Digest>> = HashMap::new();
        for line in lines {
            tickets.entry(line.stratum).or_default().push(line.ticket);
        }
        for line in &self.freeze.strata {
            let mine = tickets.remove(line.stratum.as_str()).unwrap_or_default();
            let last = line
                .quota
                .checked_sub(1)
                .and_then(|k| usize::try_from(k).ok());
            let last = last.and_then(|k| mine.get(k)).copied();
            let cutoff = self.cutoffs.get(line.stratum.as_str()).copied();
            if mine.len() as u64 != line.pool || last != cutoff {
                let place = format!("subjects.order {}", line.stratum);
                faults.push(contradiction(place, "行数或者入选线与公告不符。"));
            }
        }
        if !tickets.is_empty() {
            faults.push(contradiction("subjects.order", "有公告中没有的分层。"));
        }
        faults
    }

    fn inspector_faults(&self) -> Vec<Fault> {
        let lines = &self.files.inspectors;
        let mut faults = Vec::new();
        if !ascending(lines) || !distinct_leaves(lines) {
            let sentence = "没有按字节升序排列，或者有重复。";
            faults.push(Fault::new(Code::SORTED, "inspectors.order", sentence));
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for line in lines {
            *counts.entry(line.stratum).or_default() += 1;
        }
        let announced = self.freeze.inspector_draws.iter();
        let pools = announced.filter(|line| line.pool > 0);
        let pools: BTreeMap<&str, u64> = pools
            .map(|line| (line.stratum.as_str(), line.pool))
            .collect();
        if counts != pools {
            faults.push(contradiction(
                "inspectors.order",
                "各类人数与冻结公告不符。",
            ));
        }
        faults
    }

    fn ticket(&self, leaf: &OpenedLine) -> Digest {
        let mut tickets = TicketMaker::new(self.freeze.suite, &self.result.seed, Scope::Subject);
        tickets.ticket(leaf.leaf.id.as_bytes(), &leaf.leaf.salt)
    }

    /// Every opened leaf is in the tree and drawn or `must`; every drawn line is opened.
    fn leaf_findings(&self) -> Vec<Finding> {
        let freeze = self.freeze;
        let lines: HashMap<Digest, (Digest, &str)> = self
            .files
            .subjects
            .iter()
            .map(|line| (line.leafhash, (line.ticket, line.stratum)))
            .collect();
        let drawn = |ticket: Digest, stratum: &str| {
            self.cutoffs
                .get(stratum)
                .is_some_and(|cutoff| ticket <= *cutoff)
        };
        let mut findings = Vec::new();
        let (mut indices, mut opened, mut must) = (BTreeSet::new(), HashSet::new(), 0u64);
        for line in &self.files.leaves {
            let leaf = &line.leaf;
            let mut wrong = |point, sentence: &str| {
                let fault = contradiction(format!("opened.tsv {}", leaf.id), sentence);
                findings.push(Finding { point, fault });
            };
            let hash = leaf.hash(freeze.suite, freeze.campaign, freeze.attempt, Kind::Subject);
            let root = line
                .inclusion
                .root(freeze.suite, freeze.subjects.leaves, &hash);
            if root != Some(freeze.subjects.root) || !indices.insert(line.inclusion.index) {
                wrong(Point::Leaves, "不在冻结的对象树中，或者位置重复。");
            }
            let listed = lines.get(&hash).copied();
            match leaf.status.parse() {
                Ok(Status::Draw) => {
                    let ticket = self.ticket(line);
                    let right = listed == Some((ticket, leaf.stratum.as_str()));
                    if !right || !drawn(ticket, &leaf.stratum) {
                        wrong(Point::Drawn, "签或者叶哈希不是抽取次序中入选的一行。");
                    }
                    opened.insert(hash);
                }
                Ok(Status::Must(_)) if listed.is_none() => must += 1,
                _ => wrong(Point::Drawn, "既不是抽中的，也不是必查的。"),
            }
        }
        let mut whole = Vec::new();
        let missing = self.files.subjects.iter();
        let missing = missing.filter(|line| drawn(line.ticket, line.stratum));
        if missing
            .into_iter()
            .any(|line| !opened.contains(&line.leafhash))
        {
            whole.push(contradiction("opened.tsv", "有入选的没有公开。"));
        }
        if must != freeze.must {
            whole.push(contradiction("opened.tsv", "必查的与冻结公告的数目不符。"));
        }
        findings.extend(under(Point::Drawn, whole));
        findings
    }

    /// The leaves of one subject fit each other and FREEZE.
    fn subject_findings(&self) -> Vec<Finding> {
        let mut subjects: BTreeMap<&str, Vec<&OpenedLine>> = BTreeMap::new();
        for line in &self.files.leaves {
            subjects.entry(&line.leaf.id).or_default().push(line);
        }
        let areas: BTreeSet<&str> = match self.freeze.areas.is_empty() {
            true => ["-"].into(),
            false => self.freeze.areas.iter().map(Token::as_str).collect(),
        };
        let strata = self.freeze.strata.iter().map(|line| line.stratum.as_str());
        let strata: BTreeSet<&str> = strata.collect();
        let known = |line: &&OpenedLine| {
            strata.contains(line.leaf.stratum.as_str()) && areas.contains(line.leaf.area.as_str())
        };
        let alike = |lines: &[&OpenedLine]| {
            let mut items = BTreeSet::new();
            lines.iter().all(|line| {
                let (leaf, first) = (&line.leaf, &lines[0].leaf);
                let item = leaf.stratum.parse::<Stratum>().map(|s| s.item().to_owned());
                (leaf.salt, leaf.nonce, &leaf.area) == (first.salt, first.nonce, &first.area)
                    && item.is_ok_and(|item| items.insert(item))
            })
        };
        let mut findings = Vec::new();
        for (id, lines) in &subjects {
            let right = [
                (
                    Point::Leaves,
                    lines.iter().all(known),
                    "分层或者片区不在冻结公告之中。",
                ),
                (
                    Point::Subjects,
                    alike(lines),
                    "同一对象的各行不一致，或者同一事项有两行。",
                ),
            ];
            for (point, _, sentence) in right.into_iter().filter(|(_, right, _)| !right) {
                let fault = contradiction(format!("opened.tsv {id}"), sentence);
                findings.push(Finding { point, fault });
            }
        }
        findings
    }

    /// Teams and leaders name exactly the visited subjects, in the order of their tickets.
    fn visit_faults(&self) -> Vec<Fault> {
        let OpenedFiles { teams, leaders, .. } = self.files;
        let visits: BTreeSet<(Digest, &str)> = self
            .files
            .leaves
            .iter()
            .map(|line| (self.ticket(line), line.leaf.id.as_str()))
            .collect();
        let order = || visits.iter().map(|(_, id)| *id);
        let mut faults = Vec::new();
        if !order().eq(teams.iter().map(|(subject, _)| subject.as_str())) {
            faults.push(contradiction(
                "teams.txt",
                "不是按签的次序列出的被检查对象。",
            ));
        }
        if !order().eq(leaders.iter().map(|(subject, _)| subject.as_str())) {
            faults.push(contradiction(
                "leaders.txt",
                "不是按签的次序列出的被检查对象。",
            ));
        }
        let sizes = self.freeze.teams.iter().map(|team| team.size);
        let places = sizes.fold(0, u64::saturating_add);
        let whole = |members: &[Option<Token>]| {
            let mut seen = BTreeSet::new();
            let distinct = members.iter().flatten().all(|member| seen.insert(*member));
            members.len() as u64 == places && distinct
        };
        if !teams.iter().all(|(_, members)| whole(members)) {
            faults.push(contradiction(
                "teams.txt",
                "人数不符，或者一组之中有人重复。",
            ));
        }
        let appointed = |(_, leader): &(Token, Token)| self.freeze.leaders.contains(leader);
        if !leaders.iter().all(appointed) {
            faults.push(contradiction("leaders.txt", "有未经公告的组长。"));
        }
        faults
    }
}
