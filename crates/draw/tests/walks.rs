//! Random walks of substitution and recusal against a reference of fifty lines, written from §3.7
//! alone; and the boundaries of the verbs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Generator, THREADS, draw_with_dice, input_hash, plain_terms, secret_of, token};
use draw::leaf::Kind;
use draw::record::freeze::{Assign, TeamSize};
use draw::record::recuse::RaisedBy;
use draw::standing::{Change, Grounds, RecusalGrounds, VisitState};
use draw::{Code, Digest, Drawn, Frame, Standing, Suite, Token};

type Place = Option<Token>;

/// §3.7 once more, naively: every list is a list, every step a loop.
struct Reference {
    seed: String,
    salts: BTreeMap<Token, Digest>,
    /// Per stratum: drawn, reserves not used yet.
    people: Vec<(Vec<Token>, Vec<Token>)>,
    teams: Vec<(Token, Vec<Place>, bool)>,
    recused: BTreeSet<(Token, Token)>,
    gone: BTreeSet<Token>,
}

impl Reference {
    fn may(&self, id: Token, visit: usize) -> bool {
        let (subject, team, _) = &self.teams[visit];
        let here = team.contains(&Some(id));
        !here && !self.gone.contains(&id) && !self.recused.contains(&(id, *subject))
    }

    fn key(&self, id: Token, visit: usize) -> (usize, Digest, Token) {
        let mine = |(_, team, open): &&(Token, Vec<Place>, bool)| *open && team.contains(&Some(id));
        let scope = format!("team:{}", self.teams[visit].0);
        let salt = self.salts[&id].to_string();
        let lines: [&[u8]; 5] = [
            b"shuang-ticket/1",
            self.seed.as_bytes(),
            scope.as_bytes(),
            id.as_bytes(),
            salt.as_bytes(),
        ];
        (
            self.teams.iter().filter(mine).count(),
            Suite::Sha256.lines(&lines),
            id,
        )
    }

    fn leave(&mut self, id: Token, visits: &[usize], stratum: usize) {
        let reserves = self.people[stratum].1.clone();
        for visit in visits {
            let Some(place) = self.teams[*visit].1.iter().position(|p| *p == Some(id)) else {
                continue;
            };
            let reserve = reserves.iter().find(|r| self.may(**r, *visit)).copied();
            let least = || {
                let drawn = self.people[stratum]
                    .0
                    .iter()
                    .filter(|d| self.may(**d, *visit));
                drawn.min_by_key(|d| self.key(**d, *visit)).copied()
            };
            let next = reserve.or_else(least);
            self.teams[*visit].1[place] = next;
            self.people[stratum].1.retain(|r| Some(*r) != next);
        }
    }
}

fn reference(drawn: &Drawn) -> Reference {
    let leaves = drawn.frozen().leaves(Kind::Inspector);
    Reference {
        seed: drawn.seed().to_string(),
        salts: leaves
            .iter()
            .map(|leaf| (token(&leaf.id), leaf.salt))
            .collect(),
        people: drawn
            .teams()
            .pools()
            .iter()
            .map(|pool| {
                let ids = pool.drawn.iter().map(|m| m.id).collect();
                (ids, pool.unused().map(|m| m.id).collect())
            })
            .collect(),
        teams: drawn
            .visits()
            .iter()
            .enumerate()
            .map(|(at, visit)| (visit.subject, drawn.team(at), true))
            .collect(),
        recused: drawn.frozen().frame().recusals.iter().copied().collect(),
        gone: BTreeSet::new(),
    }
}

/// A small random campaign: one or two authorities, pairs or groups, random recusals; `None` if
/// FREEZE refuses it.
fn campaign(random: &mut Generator) -> Option<Drawn> {
    let mut frame = Frame::default();
    let subjects = 6 + random.below(8);
    for n in 0..subjects {
        frame
            .push_subject(&format!("S{n:02}"), "A", "draw", "-")
            .unwrap();
    }
    let mut terms = plain_terms(&[("A", 3 + random.next() % 4)], 0);
    (terms.drawn, terms.teams) = (Vec::new(), Vec::new());
    let groups = 1 + random.next() % 3;
    let grouped = random.below(3) == 0;
    if grouped {
        terms.assign = Assign::Groups(groups);
    }
    for (stratum, size) in [("cg", 2), ("sj", 1)].into_iter().take(1 + random.below(2)) {
        let m = if grouped {
            groups * size
        } else {
            size + random.next() % 3
        };
        let people = m + random.next() % 5;
        for n in 0..people {
            let id = format!("{stratum}{n}");
            frame.push_inspector(&id, stratum, "draw").unwrap();
            for subject in 0..subjects {
                if random.below(8) == 0 {
                    frame.push_recusal(&id, &format!("S{subject:02}")).unwrap();
                }
            }
        }
        terms.drawn.push((token(stratum), m));
        terms.teams.push(TeamSize {
            stratum: token(stratum),
            size,
        });
    }
    let frozen = draw::freeze(&terms, frame, &random.secret(), THREADS).ok()?;
    Some(draw_with_dice(frozen, random.next() % 1_000_000))
}

fn grounds() -> Grounds {
    Grounds {
        reason: token("duty"),
        approver: token("K01"),
        document: input_hash("paper"),
    }
}

fn recusal() -> RecusalGrounds {
    let (approver, document) = (token("K01"), input_hash("paper"));
    RecusalGrounds {
        raised_by: RaisedBy::Found,
        approver,
        document,
    }
}

struct Tally {
    walks: usize,
    unfilled: usize,
    fallbacks: usize,
    reserves: usize,
}

fn walk(random: &mut Generator, drawn: &Drawn, tally: &mut Tally) {
    let mut ours = Standing::new(drawn);
    let mut theirs = reference(drawn);
    let mut auditor = Standing::new(drawn);
    let people: Vec<(usize, Token)> = (0..)
        .zip(drawn.teams().pools())
        .flat_map(|(s, pool)| {
            pool.drawn
                .iter()
                .chain(&pool.reserve)
                .map(move |m| (s, m.id))
        })
        .collect();
    for _ in 0..8 {
        let visit = random.below(theirs.teams.len());
        let number = visit as u64 + 1;
        let (stratum, id) = people[random.below(people.len())];
        match random.below(5) {
            0 => {
                assert_eq!(ours.close(number).is_ok(), theirs.teams[visit].2);
                theirs.teams[visit].2 = false;
                let _ = auditor.close(number);
            }
            1 | 2 => {
                let record = ours.substitute(id, grounds());
                assert_eq!(record.is_ok(), theirs.gone.insert(id));
                let Ok(record) = record else { continue };
                let open: Vec<usize> = (0..theirs.teams.len())
                    .filter(|v| theirs.teams[*v].2)
                    .collect();
                theirs.people[stratum].1.retain(|r| *r != id);
                theirs.leave(id, &open, stratum);
                count(tally, drawn, &record.moves);
                auditor.replay(&Change::Substitute(record)).unwrap();
            }
            _ => {
                let member = theirs.teams[visit].2 && theirs.teams[visit].1.contains(&Some(id));
                let record = ours.recuse(number, id, recusal());
                assert_eq!(record.is_ok(), member);
                let Ok(record) = record else { continue };
                theirs.recused.insert((id, theirs.teams[visit].0));
                theirs.leave(id, &[visit], stratum);
                count(tally, drawn, &record.moves);
                auditor.replay(&Change::Recuse(record)).unwrap();
            }
        }
        same(&ours, &theirs);
    }
    assert_eq!(ours, auditor);
}

fn same(ours: &Standing, theirs: &Reference) {
    for (a, b) in ours.visits().iter().zip(&theirs.teams) {
        assert_eq!(
            (a.subject, &a.team, a.state == VisitState::Open),
            (b.0, &b.1, b.2)
        );
    }
    for (pool, (_, unused)) in ours.pools().iter().zip(&theirs.people) {
        let left: Vec<Token> = pool
            .unused()
            .map(|m| m.id)
            .filter(|id| !theirs.gone.contains(id))
            .collect();
        assert_eq!(&left, unused);
    }
}

fn count(tally: &mut Tally, drawn: &Drawn, moves: &[draw::record::Move]) {
    for line in moves {
        let drawn = |id| {
            drawn
                .teams()
                .pools()
                .iter()
                .any(|p| p.drawn.iter().any(|m| m.id == id))
        };
        match line.new {
            None => tally.unfilled += 1,
            Some(id) if drawn(id) => tally.fallbacks += 1,
            Some(_) => tally.reserves += 1,
        }
    }
}

#[test]
fn three_thousand_random_walks_agree_with_the_reference_and_with_the_auditor() {
    let mut random = Generator(20_261_123);
    let mut tally = Tally {
        walks: 0,
        unfilled: 0,
        fallbacks: 0,
        reserves: 0,
    };
    for _ in 0..20_000 {
        let Some(drawn) = campaign(&mut random) else {
            continue;
        };
        walk(&mut random, &drawn, &mut tally);
        tally.walks += 1;
        if tally.walks == 3_000 {
            break;
        }
    }
    // The walks are worth something only if every branch of the rule was taken often.
    assert_eq!(tally.walks, 3_000);
    assert!(tally.reserves > 500, "{} reserves", tally.reserves);
    assert!(tally.fallbacks > 500, "{} fallbacks", tally.fallbacks);
    assert!(tally.unfilled > 500, "{} unfilled", tally.unfilled);
}

fn plain(subjects: usize, inspectors: usize, drawn: u64) -> Drawn {
    let mut frame = Frame::default();
    for n in 0..subjects {
        frame
            .push_subject(&format!("S{n:02}"), "A", "draw", "-")
            .unwrap();
    }
    for n in 0..inspectors {
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    let terms = plain_terms(&[("A", subjects as u64)], drawn);
    let frozen = draw::freeze(&terms, frame, &secret_of("walk"), THREADS).unwrap();
    draw_with_dice(frozen, 7)
}

#[test]
fn a_closed_visit_never_moves_and_cannot_be_closed_twice() {
    let drawn = plain(4, 4, 2);
    let mut standing = Standing::new(&drawn);
    let member = standing.visits()[1].team[0].unwrap();
    standing.close(2).unwrap();
    assert_eq!(standing.close(2).unwrap_err().code, Code::VISIT_CLOSED);
    assert_eq!(
        standing.recuse(2, member, recusal()).unwrap_err().code,
        Code::VISIT_CLOSED
    );
    let before = standing.visits()[1].clone();
    let record = standing.substitute(member, grounds()).unwrap();
    assert_eq!(standing.visits()[1], before);
    assert!(record.moves.iter().all(|line| line.visit != 2));
    assert_eq!(record.moves.len(), 3);
    let new: BTreeSet<_> = record.moves.iter().map(|line| line.new).collect();
    assert_eq!(new.len(), 1, "the first reserve takes all open visits");
}

#[test]
fn verbs_that_make_no_sense_change_nothing() {
    let drawn = plain(3, 4, 3);
    let mut standing = Standing::new(&drawn);
    let before = standing.clone();
    assert_eq!(standing.close(0).unwrap_err().code, Code::NO_VISIT);
    assert_eq!(standing.close(4).unwrap_err().code, Code::NO_VISIT);
    let stranger = standing.substitute(token("F9"), grounds()).unwrap_err();
    assert_eq!(stranger.code, Code::NOT_AVAILABLE);
    let reserve = drawn.teams().pools()[0].reserve[0].id;
    assert_eq!(
        standing.recuse(1, reserve, recusal()).unwrap_err().code,
        Code::NOT_IN_TEAM
    );
    assert_eq!(standing, before);
    standing.substitute(reserve, grounds()).unwrap();
    assert_eq!(
        standing.substitute(reserve, grounds()).unwrap_err().code,
        Code::NOT_AVAILABLE
    );
}

#[test]
fn a_recused_or_withdrawn_leader_is_followed_by_the_next_line() {
    let drawn = plain(3, 4, 3);
    let mut standing = Standing::new(&drawn);
    let record = standing.recuse(2, token("L001"), recusal()).unwrap();
    assert!(record.moves.is_empty());
    assert_eq!(record.leads[0].new, Some(token("L002")));
    let record = standing.substitute(token("L001"), grounds()).unwrap();
    assert_eq!(
        record
            .leads
            .iter()
            .map(|lead| lead.visit)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    let record = standing.substitute(token("L002"), grounds()).unwrap();
    assert!(record.leads.iter().all(|lead| lead.new.is_none()));
    assert_eq!(record.leads.len(), 3);
}

#[test]
fn a_record_the_rules_do_not_give_is_refused_and_changes_nothing() {
    let drawn = plain(4, 5, 2);
    let mut standing = Standing::new(&drawn);
    let member = standing.visits()[0].team[0].unwrap();
    let honest = standing.clone().substitute(member, grounds()).unwrap();
    let mut chosen = honest.clone();
    chosen.moves[0].new = Some(drawn.teams().pools()[0].reserve[2].id);
    let mut skipped = honest.clone();
    skipped.sequence = 2;
    let mut other = honest.clone();
    other.attempt.attempt += 1;
    let before = standing.clone();
    for (record, code) in [
        (chosen, Code::NOT_BY_RULE),
        (skipped, Code::SEQUENCE),
        (other, Code::OTHER_ATTEMPT),
    ] {
        let fault = standing.replay(&Change::Substitute(record)).unwrap_err();
        assert_eq!(fault.code, code);
        assert_eq!(standing, before);
    }
    standing.replay(&Change::Substitute(honest)).unwrap();
}

fn borrowed(drawn: &Drawn, people: &[&str], m: u64, recusals: &[(&str, &str)]) -> Drawn {
    let mut frame = Frame::default();
    for id in people {
        frame.push_inspector(id, "-", "draw").unwrap();
    }
    for (inspector, subject) in recusals {
        frame.push_recusal(inspector, subject).unwrap();
    }
    let mut terms = plain_terms(&[], m);
    terms.extends = Some(drawn.frozen().record().hash());
    let frozen = draw::freeze(&terms, frame, &secret_of("borrowed"), THREADS).unwrap();
    draw_with_dice(frozen, 11)
}

#[test]
fn borrowed_inspectors_fill_only_what_nobody_could_take_and_places_already_drawn_stay() {
    let drawn = plain(3, 2, 2);
    let mut standing = Standing::new(&drawn);
    let gone = standing.visits()[0].team[0].unwrap();
    standing.close(3).unwrap();
    standing.substitute(gone, grounds()).unwrap();
    assert_eq!(standing.unfilled(), [1, 2]);
    let first = standing.visits()[0].subject;
    let guests = borrowed(&drawn, &["G1", "G2", "G3"], 2, &[("G1", first.as_str())]);
    let before = standing.clone();
    let record = standing.extend(&guests).unwrap();
    assert!(standing.unfilled().is_empty());
    assert_eq!(
        record
            .moves
            .iter()
            .map(|line| line.visit)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert_ne!(record.moves[0].new, Some(token("G1")));
    for (now, then) in standing.visits().iter().zip(before.visits()) {
        for (a, b) in now.team.iter().zip(&then.team) {
            assert!(a == b || b.is_none(), "a drawn place moved");
        }
    }
    assert_eq!(standing.visits()[2], before.visits()[2]);
    let mut auditor = before;
    auditor
        .replay(&Change::Extend(record, Box::new(guests)))
        .unwrap();
    assert_eq!(auditor, standing);
}

#[test]
fn a_borrowed_frame_must_extend_this_attempt_with_new_people() {
    let drawn = plain(3, 2, 2);
    let mut standing = Standing::new(&drawn);
    let before = standing.clone();
    let known = borrowed(&drawn, &["F0", "G1"], 2, &[]);
    assert_eq!(standing.extend(&known).unwrap_err().code, Code::EXTENSION);
    let elsewhere = borrowed(&plain(4, 2, 2), &["G1", "G2"], 2, &[]);
    assert_eq!(
        standing.extend(&elsewhere).unwrap_err().code,
        Code::EXTENSION
    );
    assert_eq!(standing, before);
}
