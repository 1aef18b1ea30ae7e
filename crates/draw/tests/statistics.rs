//! Batteries of §10: smoke tests of the implementation, never the proof. Ours must pass every one;
//! the systematic-skip rule, a modulo-biased shuffle, sorting by a coin and the 1969 lottery must
//! each be flagged. Seeds are fixed, so nothing here can fail by chance.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "statistics/batteries.rs"]
mod batteries;
mod common;

use batteries::{Trials, fisher_p, month_table_p, rank_p, spearman_p};
use common::{Generator, THREADS, draw_with_dice, plain_terms, secret_of};
use draw::Frame;

/// A battery speaks against a generator when its P leaves this band.
const BAR: f64 = 1e-4;

fn fair(p: f64) -> bool {
    p > BAR && p < 1.0 - BAR
}

/// Draws `k` of `n` for `rounds` seeds with the crate under test.
fn ours(n: usize, k: usize, rounds: u64) -> Trials {
    let mut frame = Frame::default();
    for at in 0..n {
        frame
            .push_subject(&format!("91411200MA{at:08}"), "A", "draw", "-")
            .unwrap();
    }
    for at in 0..3 {
        frame
            .push_inspector(&format!("F{at}"), "-", "draw")
            .unwrap();
    }
    let terms = plain_terms(&[("A", k as u64)], 2);
    let frozen = draw::freeze(&terms, frame, &secret_of("battery"), THREADS).unwrap();
    let mut trials = Trials::new(n, k);
    for round in 0..rounds {
        let drawn = draw_with_dice(frozen.clone(), round);
        let at = |id: &str| id[10..].parse::<usize>().unwrap();
        let order = drawn
            .visits()
            .iter()
            .map(|visit| at(visit.subject.as_str()))
            .collect();
        let cutoff = drawn.record().cutoffs[0].1.unwrap().prefix();
        trials.add(order, Some(cutoff as f64 / 2_f64.powi(64)));
    }
    trials
}

#[test]
fn our_draw_passes_twenty_batteries() {
    let mut batteries = 0;
    for (n, k, rounds) in [
        (200, 20, 10_000),
        (50, 25, 4_000),
        (120, 6, 4_000),
        (80, 16, 4_000),
    ] {
        let trials = ours(n, k, rounds);
        for (name, p) in [
            ("inclusion", trials.inclusion_p()),
            ("pairs", trials.pairs_p()),
            ("cut-off", trials.cutoff_p()),
            ("rank", trials.rank_p()),
            ("neighbors", trials.neighbors_p()),
        ] {
            assert!(fair(p), "{name} of {k} in {n}: P = {p}");
            batteries += 1;
        }
    }
    assert_eq!(batteries, 20);
}

#[test]
fn counts_without_replacement_are_held_against_their_own_variance() {
    // The naive Pearson sum is too small by p; on our draw it is 10 % below the right statistic.
    let trials = ours(200, 20, 2_000);
    let ratio = trials.naive_pearson() / trials.inclusion_statistic();
    assert!((ratio - 0.9 * 200.0 / 199.0).abs() < 1e-9, "{ratio}");
}

/// Every n/k-th from a random start: each is drawn equally often, and neighbors never together.
fn systematic(random: &mut Generator, n: usize, k: usize) -> Vec<usize> {
    let (step, start) = (n / k, random.below(n));
    (0..k).map(|at| (start + at * step) % n).collect()
}

/// Fisher–Yates with a random byte modulo the rest.
fn modulo_biased(random: &mut Generator, n: usize, k: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    for at in 0..k {
        let byte = random.below(256);
        all.swap(at, at + byte % (n - at));
    }
    all.truncate(k);
    all
}

/// Insertion sort with a coin for a comparison.
fn coin_sorted(random: &mut Generator, n: usize, k: usize) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for next in 0..n {
        let mut at = all.len();
        while at > 0 && random.below(2) == 0 {
            at -= 1;
        }
        all.insert(at, next);
    }
    all.truncate(k);
    all
}

fn bad(rule: fn(&mut Generator, usize, usize) -> Vec<usize>) -> Trials {
    let mut random = Generator(1969);
    let mut trials = Trials::new(200, 20);
    for _ in 0..10_000 {
        trials.add(rule(&mut random, 200, 20), None);
    }
    trials
}

#[test]
fn the_systematic_skip_rule_is_fair_to_each_and_still_flagged() {
    let trials = bad(systematic);
    assert!(
        trials.inclusion_p() > BAR,
        "each is drawn equally often: counting alone is blind"
    );
    assert!(!fair(trials.pairs_p()));
    assert!(!fair(trials.neighbors_p()));
}

#[test]
fn a_modulo_biased_shuffle_is_flagged() {
    assert!(!fair(bad(modulo_biased).inclusion_p()));
}

#[test]
fn sorting_by_a_coin_is_flagged() {
    let trials = bad(coin_sorted);
    assert!(!fair(trials.inclusion_p()));
    assert!(!fair(trials.rank_p()));
}

/// Draft numbers of 1969 by month of birth: called early, in the middle, late (Starr 1997).
const DRAFT_1969: [[u32; 3]; 12] = [
    [9, 12, 10],
    [7, 12, 10],
    [5, 10, 16],
    [8, 8, 14],
    [9, 7, 15],
    [11, 7, 12],
    [12, 7, 12],
    [13, 7, 11],
    [10, 15, 5],
    [9, 15, 7],
    [12, 12, 6],
    [17, 10, 4],
];

#[test]
fn the_1969_lottery_is_flagged_by_its_halves_though_hardly_by_its_table() {
    assert_eq!(DRAFT_1969.iter().flatten().sum::<u32>(), 366);
    let (statistic, p) = month_table_p(&DRAFT_1969);
    assert!((statistic - 37.16).abs() < 0.01, "{statistic}");
    assert!((p - 0.0227).abs() < 0.0002, "{p}");
    let mut months = Vec::new();
    let mut thirds = Vec::new();
    for (month, row) in DRAFT_1969.iter().enumerate() {
        for (third, count) in row.iter().enumerate() {
            months.extend(std::iter::repeat_n(month as f64, *count as usize));
            thirds.extend(std::iter::repeat_n(third as f64, *count as usize));
        }
    }
    // Thirds are coarse; the same test on the full numbers gives 1.3·10⁻⁵.
    let p = spearman_p(&months, &thirds);
    assert!(p < 2.0 * BAR, "P = {p}");
    // Called to serve (number ≤ 195): 77 of the first 182 birthdays, 118 of the last 184.
    let p = fisher_p(77, 182, 118, 184);
    assert!((p - 4.1e-5).abs() < 1e-6, "P = {p}");
    assert!(!fair(p));
}

#[test]
fn our_draw_of_366_birthdays_passes_the_test_that_flags_1969() {
    for round in 0..20 {
        let trials = ours_once(366, round);
        let days: Vec<f64> = (0..366).map(f64::from).collect();
        assert!(fair(spearman_p(&days, &trials)), "seed {round}");
        let called = |days: &[f64]| {
            u32::try_from(days.iter().filter(|rank| **rank < 195.0).count()).unwrap()
        };
        let p = fisher_p(called(&trials[..182]), 182, called(&trials[182..]), 184);
        assert!(p > BAR, "seed {round}: P = {p}");
    }
    assert!(fair(rank_p(
        &(0..40)
            .map(|round| ours_once(366, round))
            .collect::<Vec<_>>()
    )));
}

/// The rank of every birthday in a draw of all.
fn ours_once(n: usize, round: u64) -> Vec<f64> {
    let mut frame = Frame::default();
    for at in 0..n {
        frame
            .push_subject(&format!("{at}"), "A", "draw", "-")
            .unwrap();
    }
    for at in 0..3 {
        frame
            .push_inspector(&format!("F{at}"), "-", "draw")
            .unwrap();
    }
    let terms = plain_terms(&[("A", n as u64)], 2);
    let frozen = draw::freeze(&terms, frame, &secret_of("birthdays"), THREADS).unwrap();
    let mut ranks = vec![0.0; n];
    for (rank, visit) in draw_with_dice(frozen, round).visits().iter().enumerate() {
        ranks[visit.subject.as_str().parse::<usize>().unwrap()] = rank as f64;
    }
    ranks
}
