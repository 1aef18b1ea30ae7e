//! Tickets (签): the number by which everything is drawn; the smallest are taken (§2).
//!
//! `ticket = H("shuang-ticket/1", seed, scope, id, salt)`. A ticket depends on the seed, the id and
//! the salt alone, so adding or removing a row moves nobody else. Deliberately absent: modulo,
//! shuffles, floating point.

use std::num::NonZeroUsize;

use crate::digest::{Digest, Hasher, Suite};
use crate::name::Token;

/// What a ticket is for: the second line of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The draw of subjects.
    Subject,
    /// The draw of inspectors.
    Inspector,
    /// The draw of parts.
    Part,
    /// The order of areas among groups.
    Area,
    /// The order of inspectors or groups for one subject.
    Team(Token),
}

/// Computes tickets of one scope; the hashing of the common prefix is done once.
#[derive(Clone)]
pub struct TicketMaker {
    prefix: Hasher,
}

impl TicketMaker {
    /// For a seed and a scope.
    #[must_use]
    pub fn new(suite: Suite, seed: &Digest, scope: Scope) -> Self {
        let mut prefix = Hasher::new(suite);
        prefix.update(b"shuang-ticket/1\n");
        prefix.update(&seed.hex());
        prefix.update(b"\n");
        let word: &[u8] = match scope {
            Scope::Subject => b"subject",
            Scope::Inspector => b"inspector",
            Scope::Part => b"part",
            Scope::Area => b"area",
            Scope::Team(_) => b"team:",
        };
        prefix.update(word);
        if let Scope::Team(subject) = scope {
            prefix.update(subject.as_bytes());
        }
        prefix.update(b"\n");
        Self { prefix }
    }

    /// The ticket of an id under its salt.
    #[must_use]
    pub fn ticket(&self, id: &[u8], salt: &Digest) -> Digest {
        self.text(id, &salt.hex())
    }

    /// The ticket of an id that has no salt of its own: the salt line is `-` (areas).
    #[must_use]
    pub fn unsalted(&self, id: &[u8]) -> Digest {
        self.text(id, b"-")
    }

    fn text(&self, id: &[u8], salt: &[u8]) -> Digest {
        let mut hasher = self.prefix.clone();
        let mut tail = [0; 160];
        let middle = id.len() + 1;
        let end = middle + salt.len() + 1;
        tail[..id.len()].copy_from_slice(id);
        tail[id.len()] = b'\n';
        tail[middle..end - 1].copy_from_slice(salt);
        tail[end - 1] = b'\n';
        hasher.update(&tail[..end]);
        hasher.finish()
    }
}

/// The `k` smallest of `n` tickets, ascending, with their indices: selection without keeping all.
///
/// Ties go to the smaller index. Memory grows with `k`, not with `n`; the outcome is the same for
/// every number of threads.
pub fn smallest(
    n: u32,
    k: usize,
    threads: NonZeroUsize,
    ticket: impl Fn(u32) -> Digest + Sync,
) -> Vec<(Digest, u32)> {
    let share = n
        .div_ceil(u32::try_from(threads.get()).unwrap_or(u32::MAX))
        .max(1);
    let starts: Vec<u32> = (0..n).step_by(share as usize).collect();
    let mut best: Vec<(Digest, u32)> = std::thread::scope(|scope| {
        let running: Vec<_> = starts
            .iter()
            .map(|start| {
                let ticket = &ticket;
                scope.spawn(move || {
                    smallest_in(*start..n.min(start.saturating_add(share)), k, ticket)
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|part| part.join().expect("hashing does not panic"))
            .collect()
    });
    best.sort_unstable();
    best.truncate(k);
    best
}

fn smallest_in(
    range: std::ops::Range<u32>,
    k: usize,
    ticket: &impl Fn(u32) -> Digest,
) -> Vec<(Digest, u32)> {
    if k == 0 {
        return Vec::new();
    }
    let mut kept: Vec<(Digest, u32)> = Vec::new();
    let mut bar = Digest([255; 32]);
    for at in range {
        let digest = ticket(at);
        if digest > bar {
            continue;
        }
        kept.push((digest, at));
        if kept.len() >= 2 * k + 64 {
            kept.select_nth_unstable(k - 1);
            kept.truncate(k);
            bar = kept[k - 1].0;
        }
    }
    kept
}

#[cfg(test)]
mod tests;
