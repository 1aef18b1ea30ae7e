//! How many are drawn (抽查比例): exact integer arithmetic, fixed before FREEZE and printed in it.
//!
//! N counts the `draw` leaves of a stratum; `must` and `skip` stand outside N and k. The default is
//! a quota of the whole pool of an item, ⌈N·p/q⌉, split over its classes by their rates with the
//! largest remainder; pools below 20 merge their classes. Deliberately absent: floating point, and
//! any look at who is in the pool.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Code, Fault};
use crate::name::{Stratum, Token};
use crate::record::number;
use crate::version::Version;

/// Below this many `draw` leaves an item's classes are merged under the default rule.
pub const SMALL_POOL: u64 = 20;

/// The class code of merged classes.
pub const MERGED_CLASS: &str = "all";

/// A sampling rate as an exact fraction `p/q`, 0 ≤ p ≤ q, q ≥ 1 (抽查比例).
#[doc(alias = "抽查比例")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SamplingRate {
    p: u64,
    q: u64,
}

impl SamplingRate {
    /// A rate, or `None` outside 0 ≤ p ≤ q ≤ 10⁹, q ≥ 1.
    #[must_use]
    pub fn new(p: u64, q: u64) -> Option<Self> {
        (p <= q && (1..=Version::One.largest_denominator()).contains(&q)).then_some(Self { p, q })
    }

    pub(crate) fn denominator(self) -> u64 {
        self.q
    }

    /// ⌈n·p/q⌉, computed as (n·p + q − 1) div q.
    #[must_use]
    pub fn of(self, n: u64) -> u64 {
        let product = u128::from(n) * u128::from(self.p);
        u64::try_from(product.div_ceil(u128::from(self.q))).expect("p ≤ q, so it is at most n")
    }
}

impl fmt::Display for SamplingRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.p, self.q)
    }
}

impl FromStr for SamplingRate {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new(Code::RANGE, "", format!("“{text}”不是 0 到 1 的分数。"));
        let (p, q) = text.split_once('/').ok_or_else(wrong)?;
        Self::new(number(p)?, number(q)?).ok_or_else(wrong)
    }
}

/// The rule by which an item's quota is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaRule {
    /// Default: ⌈N·p/q⌉ of the whole pool, split over the classes by their rates.
    Pool(SamplingRate),
    /// ⌈N·p/q⌉ of every stratum by its own rate.
    Ceiling,
    /// So many in all, split over the classes by their rates.
    Fixed(u64),
    /// Everybody; the draw decides the order of the batches.
    Full,
}

/// A class of an item's pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolClass {
    /// The stratum.
    pub stratum: Stratum,
    /// N: its `draw` leaves.
    pub pool: u64,
    /// The rate of the class; its weight in the split, its rate under [`QuotaRule::Ceiling`].
    pub rate: SamplingRate,
}

/// How many of a stratum are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The stratum.
    pub stratum: Stratum,
    /// N.
    pub pool: u64,
    /// k ≤ N.
    pub drawn: u64,
}

impl Quota {
    /// Whether papers must print “not random”: the only one of a pool was drawn (非随机).
    #[doc(alias = "非随机")]
    #[must_use]
    pub fn is_pool_of_one(&self) -> bool {
        self.pool == 1 && self.drawn == 1
    }
}

/// Whether the classes of an item are merged into [`MERGED_CLASS`] before FREEZE.
#[must_use]
pub fn merges(rule: QuotaRule, pool: u64) -> bool {
    matches!(rule, QuotaRule::Pool(_)) && pool < SMALL_POOL
}

/// The stratum of merged classes: `<item>:all`, or `all` where the item has no name.
#[must_use]
pub fn merged(stratum: &Stratum) -> Stratum {
    let class = MERGED_CLASS.parse().expect("a valid name");
    Stratum::of(
        stratum
            .item()
            .parse::<Token>()
            .expect("a stratum's item is a name"),
        class,
    )
}

/// The quotas of one item's classes under `shuang/1`, in the given order.
///
/// # Errors
/// The rates have no common denominator up to 10⁹.
pub fn split(rule: QuotaRule, classes: &[PoolClass]) -> Result<Vec<Quota>, Fault> {
    split_under(Version::One, rule, classes)
}

/// The quotas of one item's classes under a version, in the given order.
///
/// # Errors
/// The rates have no common denominator up to 10⁹, for `shuang/2` up to 10⁶.
pub fn split_under(
    version: Version,
    rule: QuotaRule,
    classes: &[PoolClass],
) -> Result<Vec<Quota>, Fault> {
    let apportion = |total| apportion(version, total, classes);
    let pool: u64 = classes.iter().map(|class| class.pool).sum();
    let drawn = match rule {
        QuotaRule::Pool(rate) => apportion(rate.of(pool))?,
        QuotaRule::Fixed(total) => apportion(total)?,
        QuotaRule::Ceiling => classes
            .iter()
            .map(|class| class.rate.of(class.pool))
            .collect(),
        QuotaRule::Full => classes.iter().map(|class| class.pool).collect(),
    };
    let quota = |(class, drawn): (&PoolClass, u64)| Quota {
        stratum: class.stratum.clone(),
        pool: class.pool,
        drawn,
    };
    Ok(classes.iter().zip(drawn).map(quota).collect())
}

/// Splits `total` in proportion to N·rate with the largest remainder, ties to the smaller stratum.
/// A class whose share reaches its N is taken whole and the rest is split anew; a class of rate 0
/// gets nothing.
fn apportion(version: Version, total: u64, classes: &[PoolClass]) -> Result<Vec<u64>, Fault> {
    let common = common_denominator(version, classes)?;
    let weights: Vec<u128> = classes
        .iter()
        .map(|class| u128::from(class.pool) * u128::from(class.rate.p * (common / class.rate.q)))
        .collect();
    let mut drawn = vec![0; classes.len()];
    let mut open: Vec<usize> = (0..classes.len()).filter(|at| weights[*at] > 0).collect();
    let mut left = total.min(open.iter().map(|at| classes[*at].pool).sum());
    loop {
        let weight: u128 = open.iter().map(|at| weights[*at]).sum();
        let over =
            |at: &usize| u128::from(left) * weights[*at] >= u128::from(classes[*at].pool) * weight;
        let (whole, rest): (Vec<usize>, Vec<usize>) = open.iter().partition(|at| over(at));
        if whole.is_empty() {
            largest_remainder(left, weight, &weights, &open, classes, &mut drawn);
            return Ok(drawn);
        }
        for at in &whole {
            drawn[*at] = classes[*at].pool;
            left -= classes[*at].pool;
        }
        open = rest;
    }
}

fn largest_remainder(
    left: u64,
    weight: u128,
    weights: &[u128],
    open: &[usize],
    classes: &[PoolClass],
    drawn: &mut [u64],
) {
    let mut missing = left;
    let mut remainders = Vec::new();
    for at in open {
        let share = u128::from(left) * weights[*at];
        drawn[*at] = u64::try_from(share / weight).expect("a share is less than its pool");
        missing -= drawn[*at];
        remainders.push((
            std::cmp::Reverse(share % weight),
            &classes[*at].stratum,
            *at,
        ));
    }
    remainders.sort();
    for (_, _, at) in remainders
        .into_iter()
        .take(usize::try_from(missing).unwrap_or(usize::MAX))
    {
        drawn[at] += 1;
    }
}

fn common_denominator(version: Version, classes: &[PoolClass]) -> Result<u64, Fault> {
    let most = version.largest_denominator();
    let mut common: u64 = 1;
    for class in classes {
        let q = class.rate.q;
        common = (common / gcd(common, q))
            .checked_mul(q)
            .filter(|common| *common <= most)
            .ok_or_else(|| {
                let sentence = format!("各类别比例的公分母超过 {most}，请改用较简单的分数。");
                Fault::new(Code::RANGE, class.stratum.as_str(), sentence)
            })?;
    }
    Ok(common)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests;
