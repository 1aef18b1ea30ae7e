//! The statistics of §10 with the variances of sampling without replacement.

/// Draws of `k` out of `n`, in order of drawing.
pub struct Trials {
    n: usize,
    k: usize,
    orders: Vec<Vec<usize>>,
    cutoffs: Vec<f64>,
}

impl Trials {
    pub fn new(n: usize, k: usize) -> Self {
        Self {
            n,
            k,
            orders: Vec::new(),
            cutoffs: Vec::new(),
        }
    }

    pub fn add(&mut self, order: Vec<usize>, cutoff: Option<f64>) {
        assert_eq!(order.len(), self.k);
        self.orders.push(order);
        self.cutoffs.extend(cutoff);
    }

    fn sizes(&self) -> (f64, f64, f64) {
        (self.n as f64, self.k as f64, self.orders.len() as f64)
    }

    fn counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; self.n];
        self.orders
            .iter()
            .flatten()
            .for_each(|at| counts[*at] += 1.0);
        counts
    }

    /// The naive Pearson sum over Rp, which is wrong for draws without replacement.
    pub fn naive_pearson(&self) -> f64 {
        let (n, k, rounds) = self.sizes();
        let expected = rounds * k / n;
        self.counts()
            .iter()
            .map(|count| (count - expected).powi(2) / expected)
            .sum()
    }

    /// X² = (N−1)/N · Σ (c − Rp)² / (Rp(1−p)).
    pub fn inclusion_statistic(&self) -> f64 {
        let (n, k, rounds) = self.sizes();
        let p = k / n;
        let sum: f64 = self
            .counts()
            .iter()
            .map(|count| (count - rounds * p).powi(2))
            .sum();
        (n - 1.0) / n * sum / (rounds * p * (1.0 - p))
    }

    pub fn inclusion_p(&self) -> f64 {
        chi_square_tail(self.inclusion_statistic(), (self.n - 1) as f64)
    }

    /// How often each pair is drawn together: the largest deviation, by Bonferroni.
    pub fn pairs_p(&self) -> f64 {
        let (n, k, rounds) = self.sizes();
        let p = k * (k - 1.0) / (n * (n - 1.0));
        let mut counts = vec![0.0; self.n * self.n];
        for order in &self.orders {
            for (at, a) in order.iter().enumerate() {
                for b in &order[at + 1..] {
                    counts[a.min(b) * self.n + a.max(b)] += 1.0;
                }
            }
        }
        let deviation = (rounds * p * (1.0 - p)).sqrt();
        let mut largest: f64 = 0.0;
        for a in 0..self.n {
            for b in a + 1..self.n {
                largest = largest.max(((counts[a * self.n + b] - rounds * p) / deviation).abs());
            }
        }
        let pairs = n * (n - 1.0) / 2.0;
        // The exact form of Bonferroni keeps P below 1 when nothing stands out.
        1.0 - (1.0 - normal_tail(largest)).powf(pairs)
    }

    /// Kolmogorov–Smirnov of the cut-offs against Beta(k, n−k+1), the k-th of n uniform tickets.
    pub fn cutoff_p(&self) -> f64 {
        let mut cutoffs = self.cutoffs.clone();
        cutoffs.sort_by(f64::total_cmp);
        let rounds = cutoffs.len() as f64;
        let mut distance: f64 = 0.0;
        for (at, x) in cutoffs.iter().enumerate() {
            let wanted = at_least(self.n, self.k, *x);
            let (below, above) = (at as f64 / rounds, (at + 1) as f64 / rounds);
            distance = distance
                .max((wanted - below).abs())
                .max((above - wanted).abs());
        }
        kolmogorov_tail(distance * (rounds.sqrt() + 0.12 + 0.11 / rounds.sqrt()))
    }

    /// Whether the place in the frame says anything about being drawn: the mean place of the drawn.
    pub fn rank_p(&self) -> f64 {
        let (n, k, rounds) = self.sizes();
        let sum: f64 = self
            .orders
            .iter()
            .flatten()
            .map(|at| *at as f64 + 0.5 - n / 2.0)
            .sum();
        // Variance of the sum of k of 0…n−1 without replacement.
        let of_sum = k * (n - k) * (n + 1.0) / 12.0;
        2.0 * one_sided(sum / (rounds * of_sum).sqrt())
    }

    /// How many neighbors in the frame are drawn together in each draw.
    pub fn neighbors_p(&self) -> f64 {
        let (n, k, _) = self.sizes();
        let together: Vec<f64> = self
            .orders
            .iter()
            .map(|order| {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                sorted.windows(2).filter(|two| two[1] == two[0] + 1).count() as f64
            })
            .collect();
        let rounds = together.len() as f64;
        let p2 = k * (k - 1.0) / (n * (n - 1.0));
        let p3 = p2 * (k - 2.0) / (n - 2.0);
        let p4 = p3 * (k - 3.0) / (n - 3.0);
        let mean = (n - 1.0) * p2;
        // n−1 neighboring pairs; n−2 pairs of them share a member, the others none.
        let square = mean + 2.0 * (n - 2.0) * p3 + (n - 2.0) * (n - 3.0) * p4;
        let deviation = ((square - mean * mean) / rounds).sqrt();
        let found = together.iter().sum::<f64>() / rounds;
        2.0 * one_sided((found - mean) / deviation)
    }
}

/// Months against thirds: the χ² statistic of the table and its P.
pub fn month_table_p(table: &[[u32; 3]; 12]) -> (f64, f64) {
    let total: f64 = table.iter().flatten().map(|n| f64::from(*n)).sum();
    let mut statistic = 0.0;
    for row in table {
        let month: f64 = row.iter().map(|n| f64::from(*n)).sum();
        for (third, count) in row.iter().enumerate() {
            let column: f64 = table.iter().map(|row| f64::from(row[third])).sum();
            let expected = month * column / total;
            statistic += (f64::from(*count) - expected).powi(2) / expected;
        }
    }
    (statistic, chi_square_tail(statistic, 22.0))
}

/// Fisher's exact two-sided P that `a` of `m` and `b` of `n` come from one rate.
pub fn fisher_p(a: u32, m: u32, b: u32, n: u32) -> f64 {
    let ln_choose = |n: u32, k: u32| {
        let gamma = |x: u32| ln_gamma(f64::from(x) + 1.0);
        gamma(n) - gamma(k) - gamma(n - k)
    };
    let drawn = a + b;
    let chance =
        |x: u32| (ln_choose(m, x) + ln_choose(n, drawn - x) - ln_choose(m + n, drawn)).exp();
    let possible = drawn.saturating_sub(n)..=drawn.min(m);
    let observed = chance(a) * (1.0 + 1e-9);
    possible.map(chance).filter(|p| *p <= observed).sum()
}

/// Two-sided P of Spearman's rank correlation with mid-ranks, by its normal limit.
pub fn spearman_p(a: &[f64], b: &[f64]) -> f64 {
    let z = correlation(&mid_ranks(a), &mid_ranks(b)) * ((a.len() - 1) as f64).sqrt();
    2.0 * one_sided(z)
}

/// The correlations of position and rank over many draws, as one sum.
pub fn rank_p(draws: &[Vec<f64>]) -> f64 {
    let days: Vec<f64> = (0..draws[0].len()).map(|day| day as f64).collect();
    let z: f64 = draws
        .iter()
        .map(|ranks| correlation(&days, ranks) * ((days.len() - 1) as f64).sqrt())
        .sum();
    2.0 * one_sided(z / (draws.len() as f64).sqrt())
}

fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let below = |x: f64| values.iter().filter(|y| **y < x).count() as f64;
    let equal = |x: f64| values.iter().filter(|y| **y == x).count() as f64;
    values
        .iter()
        .map(|x| below(*x) + (equal(*x) + 1.0) / 2.0)
        .collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let product: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    let square = |v: &[f64], m: f64| v.iter().map(|x| (x - m).powi(2)).sum::<f64>();
    product / (square(a, ma) * square(b, mb)).sqrt()
}

/// P(X² > x) by the incomplete gamma function: series below, continued fraction above.
fn chi_square_tail(x: f64, freedom: f64) -> f64 {
    let (a, x) = (freedom / 2.0, x / 2.0);
    let scale = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..10_000 {
            term *= x / (a + f64::from(n));
            sum += term;
        }
        return 1.0 - sum * scale;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut h = d;
    for n in 1..10_000 {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= d * c;
    }
    scale * h
}

/// Stirling's series after shifting the argument above 20.
fn ln_gamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 20.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

/// Two-sided P(|Z| > z) of the normal law, which is P(X² > z²) with one degree of freedom.
fn normal_tail(z: f64) -> f64 {
    chi_square_tail(z * z, 1.0)
}

/// P(Z > |z|).
fn one_sided(z: f64) -> f64 {
    if z == 0.0 {
        0.5
    } else {
        normal_tail(z.abs()) / 2.0
    }
}

/// P(at least k of n uniform tickets are ≤ x).
fn at_least(n: usize, k: usize, x: f64) -> f64 {
    let choose = |j: f64| {
        let n = n as f64;
        ln_gamma(n + 1.0) - ln_gamma(j + 1.0) - ln_gamma(n - j + 1.0)
    };
    (k..=n)
        .map(|j| {
            let j = j as f64;
            (choose(j) + j * x.ln() + (n as f64 - j) * (1.0 - x).ln()).exp()
        })
        .sum()
}

fn kolmogorov_tail(x: f64) -> f64 {
    let term = |n: f64| (-1_f64).powf(n - 1.0) * (-2.0 * (n * x).powi(2)).exp();
    (2.0 * (1..100).map(|n| term(f64::from(n))).sum::<f64>()).clamp(0.0, 1.0)
}
