//! The inspectors of one stratum: the drawn in ticket order, then the reserve in ticket order.
//!
//! There is no other reserve order (按抽取先后顺序): a reserve once used is never first again.

use std::collections::HashMap;

use crate::digest::Digest;
use crate::name::Token;

/// An inspector with what his tickets need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The inspector's code.
    pub id: Token,
    /// The salt of his leaf; sealed.
    pub(crate) salt: Digest,
    /// Visits he has (pairs), reserves included.
    pub load: u64,
}

/// Drawn and reserve inspectors of one stratum.
#[doc(alias = "候补人员")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumPool {
    /// Authority or skill.
    pub stratum: Token,
    /// t: places in every team.
    pub size: usize,
    /// The first m in ticket order.
    pub drawn: Vec<Member>,
    /// The rest, in ticket order.
    pub reserve: Vec<Member>,
    /// Which reserves are used up, by position.
    pub(crate) used: Vec<bool>,
}

impl StratumPool {
    /// The reserves not used yet, in order.
    pub fn unused(&self) -> impl Iterator<Item = &Member> {
        self.reserve
            .iter()
            .zip(&self.used)
            .filter(|(_, used)| !**used)
            .map(|(member, _)| member)
    }

    /// Uses up the first unused reserve that fits.
    pub(crate) fn take_reserve(&mut self, fits: impl Fn(Token) -> bool) -> Option<Token> {
        let at =
            (0..self.reserve.len()).find(|at| !self.used[*at] && fits(self.reserve[*at].id))?;
        self.used[at] = true;
        self.reserve[at].load = 1;
        Some(self.reserve[at].id)
    }
}

/// Who must not meet whom, by subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recused {
    by_subject: HashMap<Token, Vec<Token>>,
}

impl Recused {
    pub(crate) fn new(pairs: &[(Token, Token)]) -> Self {
        let mut recused = Self::default();
        for (inspector, subject) in pairs {
            recused.add(*inspector, *subject);
        }
        recused
    }

    pub(crate) fn add(&mut self, inspector: Token, subject: Token) {
        self.by_subject.entry(subject).or_default().push(inspector);
    }

    /// Inspectors and leaders recused for a subject.
    pub(crate) fn of(&self, subject: Token) -> &[Token] {
        self.by_subject.get(&subject).map_or(&[], Vec::as_slice)
    }
}
