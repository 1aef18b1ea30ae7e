//! Quotas are exact; the tables were computed by hand.

use super::{PoolClass, QuotaRule, SamplingRate, merged, merges, split};

fn rate(text: &str) -> SamplingRate {
    text.parse().unwrap()
}

fn classes(rows: &[(&str, u64, &str)]) -> Vec<PoolClass> {
    let class = |(name, pool, p): &(&str, u64, &str)| PoolClass {
        stratum: name.parse().unwrap(),
        pool: *pool,
        rate: rate(p),
    };
    rows.iter().map(class).collect()
}

fn drawn(rule: QuotaRule, rows: &[(&str, u64, &str)]) -> Vec<u64> {
    split(rule, &classes(rows))
        .unwrap()
        .iter()
        .map(|quota| quota.drawn)
        .collect()
}

#[test]
fn a_rate_rounds_up_and_nothing_of_nothing_is_nothing() {
    assert_eq!(rate("1/10").of(0), 0);
    assert_eq!(rate("1/10").of(1), 1);
    assert_eq!(rate("1/10").of(100), 10);
    assert_eq!(rate("1/10").of(101), 11);
    assert_eq!(rate("0/1").of(100), 0);
    assert_eq!(rate("1/1").of(7), 7);
    for bad in ["2/1", "1/0", "1", "01/2", "-1/2", "1/2/3", "1/1000000001"] {
        assert!(bad.parse::<SamplingRate>().is_err(), "{bad}");
    }
}

#[test]
fn the_pool_quota_is_split_by_rates_with_the_largest_remainder() {
    // ⌈100/10⌉ = 10; weights 50·2, 30·5, 20·10 of 100 → 100:150:200 → 2.22, 3.33, 4.44 → 2, 3, 5.
    let rows = [("A", 50, "2/100"), ("B", 30, "5/100"), ("C", 20, "10/100")];
    assert_eq!(drawn(QuotaRule::Pool(rate("1/10")), &rows), [2, 3, 5]);
    // Equal remainders go to the smaller stratum, whatever the order of the rows.
    let even = [("B", 10, "1/10"), ("A", 10, "1/10")];
    assert_eq!(drawn(QuotaRule::Fixed(1), &even), [0, 1]);
}

#[test]
fn a_class_is_never_asked_for_more_than_it_has_and_the_rest_is_split_anew() {
    let rows = [("A", 100, "1/100"), ("D", 3, "1/1")];
    assert_eq!(drawn(QuotaRule::Fixed(20), &rows), [17, 3]);
    assert_eq!(drawn(QuotaRule::Fixed(1_000), &rows), [100, 3]);
    let none = [("A", 0, "1/2"), ("B", 0, "1/2")];
    assert_eq!(drawn(QuotaRule::Fixed(5), &none), [0, 0]);
    let exempt = [("A", 10, "0/1"), ("B", 10, "1/2")];
    assert_eq!(drawn(QuotaRule::Fixed(15), &exempt), [0, 10]);
}

#[test]
fn other_rules_go_by_stratum() {
    let rows = [("A", 101, "1/10"), ("B", 1, "1/10"), ("C", 0, "1/2")];
    assert_eq!(drawn(QuotaRule::Ceiling, &rows), [11, 1, 0]);
    assert_eq!(drawn(QuotaRule::Full, &rows), [101, 1, 0]);
    let quotas = split(QuotaRule::Full, &classes(&rows)).unwrap();
    let ones: Vec<bool> = quotas.iter().map(super::Quota::is_pool_of_one).collect();
    assert_eq!(ones, [false, true, false]);
}

#[test]
fn small_pools_merge_their_classes_under_the_default_rule_only() {
    assert!(merges(QuotaRule::Pool(rate("1/10")), 19));
    assert!(!merges(QuotaRule::Pool(rate("1/10")), 20));
    assert!(!merges(QuotaRule::Ceiling, 3));
    assert_eq!(merged(&"fume:A".parse().unwrap()).as_str(), "fume:all");
    assert_eq!(merged(&"A".parse().unwrap()).as_str(), "all");
}

#[test]
fn rates_without_a_common_denominator_are_refused_not_rounded() {
    let rows = [("A", 1, "1/999999937"), ("B", 1, "1/999999929")];
    assert!(split(QuotaRule::Fixed(1), &classes(&rows)).is_err());
}

#[test]
fn every_split_sums_up_and_stays_within_its_pools() {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..2_000 {
        let rows: Vec<PoolClass> = (0..1 + next(6))
            .map(|n| PoolClass {
                stratum: format!("c{n}").parse().unwrap(),
                pool: next(60),
                rate: SamplingRate::new(next(21), 20).unwrap(),
            })
            .collect();
        let total = next(150);
        let quotas = split(QuotaRule::Fixed(total), &rows).unwrap();
        let eligible: u64 = rows
            .iter()
            .filter(|c| c.rate.of(1) > 0)
            .map(|c| c.pool)
            .sum();
        assert_eq!(
            quotas.iter().map(|q| q.drawn).sum::<u64>(),
            total.min(eligible)
        );
        assert!(quotas.iter().all(|q| q.drawn <= q.pool));
    }
}
