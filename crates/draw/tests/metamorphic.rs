//! What must not change when something else changes, under both versions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::num::NonZeroUsize;

use common::{Generator, draw_with_dice, plain_terms, secret_of, stratum, token};
use draw::freeze::Terms;
use draw::leaf::Kind;
use draw::record::{Hours, PlanRecord, hash_of};
use draw::ticket::{Scope, TicketMaker};
use draw::{Digest, Drawn, Frame, Frozen, Token, Version};

type Rows = Vec<(String, &'static str, &'static str)>;

fn rows(count: usize) -> Rows {
    (0..count)
        .map(|n| {
            (
                format!("91411200MA{n:08}"),
                ["fume:A", "fume:B"][n % 2],
                "draw",
            )
        })
        .collect()
}

fn terms(version: Version) -> Terms {
    let mut terms = plain_terms(&[("fume:A", 7), ("fume:B", 5)], 4);
    if version == Version::Two {
        terms.hours = Hours::Two {
            reveal_from: 1_700_000_000,
            beacon_at: None,
        };
    }
    terms
}

fn frozen(rows: &Rows, terms: &Terms, threads: usize) -> Frozen {
    let mut frame = Frame::default();
    for (id, stratum, status) in rows {
        frame.push_subject(id, stratum, status, "-").unwrap();
    }
    for n in 0..6 {
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    let (secret, threads) = (
        secret_of("metamorphic"),
        NonZeroUsize::new(threads).unwrap(),
    );
    match terms.version() {
        Version::One => draw::freeze(terms, frame, &secret, threads).unwrap(),
        Version::Two => {
            let plan = plan_for(rows, terms);
            let terms = Terms {
                plan: hash_of(plan.suite, &plan),
                ..terms.clone()
            };
            draw::freeze_under(&plan, &terms, frame, &secret, threads).unwrap()
        }
    }
}

/// A plan that gives these terms: k of N as the rate of each class, rounded up, is k.
fn plan_for(rows: &Rows, terms: &Terms) -> PlanRecord {
    let rate = |(stratum, k): &(draw::Stratum, u64)| {
        let draws = |row: &&(String, &str, &str)| row.1 == stratum.as_str() && row.2 == "draw";
        let pool = rows.iter().filter(draws).count().max(1);
        format!("rate {stratum} {k}/{pool}\n")
    };
    let rates: String = terms.quotas.iter().map(rate).collect();
    let leaders = terms
        .leaders
        .iter()
        .map(|leader| format!("leader {leader}\n"));
    let text = format!(
        "shuang/2 plan\ncampaign {}\ndocument {}\nrulebook r {}\nceremony 0\n\
         item fume ceiling\n{rates}draw-inspectors - {}\nteam - 2\nassign pairs\n{}\
         dice hall\nmin-level 0\nplan-seconds 0\nfreeze-seconds 0\n",
        terms.campaign,
        terms.plan,
        terms.plan,
        terms.drawn[0].1,
        leaders.collect::<String>(),
    );
    PlanRecord::parse(text.as_bytes()).unwrap()
}

/// The `draw` leaves of a stratum in ticket order under a given seed, computed from opened leaves.
fn order(frozen: &Frozen, seed: &Digest, stratum: &str) -> Vec<Token> {
    let mut tickets = TicketMaker::new(frozen.record().suite, seed, Scope::Subject);
    let mut order: Vec<(Digest, Token)> = frozen
        .leaves(Kind::Subject)
        .iter()
        .filter(|leaf| leaf.stratum == stratum && leaf.status == "draw")
        .map(|leaf| {
            (
                tickets.ticket(leaf.id.as_bytes(), &leaf.salt),
                token(&leaf.id),
            )
        })
        .collect();
    order.sort();
    order.into_iter().map(|(_, id)| id).collect()
}

fn drawn_of(drawn: &Drawn, stratum: &str) -> Vec<Token> {
    let of = |visit: &&draw::select::Visit| drawn.strata_of(visit).any(|name| name == stratum);
    drawn
        .visits()
        .iter()
        .filter(of)
        .map(|visit| visit.subject)
        .collect()
}

#[test]
fn the_first_k_of_the_ticket_order_are_drawn() {
    for version in Version::ALL {
        let rows = rows(60);
        let drawn = draw_with_dice(frozen(&rows, &terms(version), 1), 3);
        for (name, k) in [("fume:A", 7), ("fume:B", 5)] {
            assert_eq!(
                drawn_of(&drawn, name),
                order(drawn.frozen(), &drawn.seed(), name)[..k]
            );
        }
    }
}

#[test]
fn the_order_of_the_rows_and_the_number_of_threads_change_no_byte() {
    for version in Version::ALL {
        let mut random = Generator(5);
        // Enough rows for several threads to have work.
        let mut rows = rows(9_000);
        let first = draw_with_dice(frozen(&rows, &terms(version), 1), 3);
        for threads in [2, 3] {
            for at in (1..rows.len()).rev() {
                rows.swap(at, random.below(at + 1));
            }
            let again = draw_with_dice(frozen(&rows, &terms(version), threads), 3);
            assert_eq!(first.frozen().record(), again.frozen().record());
            assert_eq!(first.record(), again.record());
            for file in draw::bundle::Stage::Full.files() {
                let bytes = |drawn: &Drawn, threads: usize| {
                    let mut bytes = Vec::new();
                    let threads = NonZeroUsize::new(threads).unwrap();
                    assert!(draw::bundle::write_file(drawn, file, threads, &mut bytes).unwrap());
                    bytes
                };
                assert!(bytes(&first, 1) == bytes(&again, threads), "{file}");
            }
        }
    }
}

#[test]
fn an_ineligible_row_changes_nobodys_order() {
    for version in Version::ALL {
        let seed = common::input_hash("one seed for both");
        let mut more = rows(60);
        let before = frozen(&more, &terms(version), 1);
        more.push(("91411200MA99999999".to_owned(), "fume:A", "skip:closed"));
        more.push(("91411200MA99999998".to_owned(), "fume:B", "must:complaint"));
        let after = frozen(&more, &terms(version), 1);
        for name in ["fume:A", "fume:B"] {
            assert_eq!(order(&before, &seed, name), order(&after, &seed, name));
        }
    }
}

#[test]
fn removing_a_drawn_subject_moves_only_the_next_one_up() {
    for version in Version::ALL {
        let seed = common::input_hash("one seed for both");
        let all = rows(60);
        let before = order(&frozen(&all, &terms(version), 1), &seed, "fume:A");
        for lost in 0..7 {
            let rest = all
                .iter()
                .filter(|(id, ..)| id != before[lost].as_str())
                .cloned()
                .collect();
            let after = order(&frozen(&rest, &terms(version), 1), &seed, "fume:A");
            let mut wanted: Vec<Token> = before[..7].to_vec();
            wanted.remove(lost);
            wanted.push(before[7]);
            assert_eq!(after[..7], wanted);
        }
    }
}

#[test]
fn drawing_one_more_keeps_those_already_drawn() {
    for version in Version::ALL {
        let rows = rows(60);
        let seed = common::input_hash("one seed for all");
        for k in 0..30 {
            let mut more = terms(version);
            more.quotas = vec![(stratum("fume:A"), k), (stratum("fume:B"), 5)];
            let frozen = frozen(&rows, &more, 1);
            let all = order(&frozen, &seed, "fume:A");
            // k does not enter salts or tickets, so the order is the same for every k; and what is
            // drawn is its prefix.
            let drawn = draw_with_dice(frozen, 1);
            let own = order(drawn.frozen(), &drawn.seed(), "fume:A");
            assert_eq!(
                drawn_of(&drawn, "fume:A"),
                own[..usize::try_from(k).unwrap()]
            );
            assert_eq!(all, order(drawn.frozen(), &seed, "fume:A"));
            let first = self::frozen(&rows, &terms(version), 1);
            assert_eq!(all, order(&first, &seed, "fume:A"));
        }
    }
}

#[test]
fn changing_one_status_changes_the_root_and_so_the_seed() {
    for version in Version::ALL {
        let mut changed = rows(60);
        let before = draw_with_dice(frozen(&changed, &terms(version), 1), 3);
        changed[59].2 = "skip:closed";
        let after = draw_with_dice(frozen(&changed, &terms(version), 1), 3);
        assert_ne!(
            before.frozen().record().subjects.root,
            after.frozen().record().subjects.root
        );
        assert_ne!(before.seed(), after.seed());
    }
}
