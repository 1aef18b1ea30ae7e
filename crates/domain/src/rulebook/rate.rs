//! How large a share of a pool is drawn, exactly: a rate is a fraction and never a decimal.

use serde::{Deserialize, Serialize};

/// A sampling rate as an exact fraction.
#[doc(alias = "抽查比例")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SamplingRate {
    p: u64,
    q: u64,
}

impl SamplingRate {
    /// Reads `5/100`, `5%` or `2‰`; at most 1, at most six digits on either side.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = crate::text::narrow(text);
        let (numerator, q) = if let Some(percent) = text.strip_suffix(['%', '％']) {
            (percent, 100)
        } else if let Some(mille) = text.strip_suffix('‰') {
            (mille, 1000)
        } else {
            let (numerator, denominator) = text.split_once('/')?;
            return Self::new(small(numerator)?, small(denominator)?);
        };
        Self::new(small(numerator)?, q)
    }

    /// The rate p/q, if it is between 0 and 1.
    #[must_use]
    pub const fn new(p: u64, q: u64) -> Option<Self> {
        if q == 0 || p > q || q > 999_999 {
            None
        } else {
            Some(Self { p, q })
        }
    }

    /// The same fraction in the arithmetic of the draw.
    #[must_use]
    pub fn exact(self) -> draw::quota::SamplingRate {
        draw::quota::SamplingRate::new(self.p, self.q).expect("p ≤ q < 10⁶ by construction")
    }
}

pub(super) fn small(text: &str) -> Option<u64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

impl std::fmt::Display for SamplingRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.p, self.q)
    }
}

impl TryFrom<String> for SamplingRate {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a rate p/q"))
    }
}

impl From<SamplingRate> for String {
    fn from(rate: SamplingRate) -> String {
        rate.to_string()
    }
}
