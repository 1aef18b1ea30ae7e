//! Tickets (签): the number by which everything is drawn; the smallest are taken (§2).
//!
//! `ticket = H("shuang-ticket/1", seed, scope, id, salt)`. A ticket depends on the seed, the id and
//! the salt alone, so adding or removing a row moves nobody else. Deliberately absent: modulo,
//! shuffles, floating point.

use std::num::NonZeroUsize;

use crate::digest::{Digest, Message, Suite};
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
    message: Message,
}

impl TicketMaker {
    /// For a seed and a scope.
    #[must_use]
    pub fn new(suite: Suite, seed: &Digest, scope: Scope) -> Self {
        let mut message = Message::new(suite);
        message.line(b"shuang-ticket/1").line(&seed.hex());
        match scope {
            Scope::Subject => message.line(b"subject"),
            Scope::Inspector => message.line(b"inspector"),
            Scope::Part => message.line(b"part"),
            Scope::Area => message.line(b"area"),
            Scope::Team(subject) => message.raw(b"team:").line(subject.as_bytes()),
        };
        Self {
            message: message.keep(),
        }
    }

    /// The ticket of an id under its salt.
    #[must_use]
    pub fn ticket(&mut self, id: &[u8], salt: &Digest) -> Digest {
        self.text(id, &salt.hex()).hash()
    }

    /// The ticket of an id that has no salt of its own: the salt line is `-` (areas).
    #[must_use]
    pub fn unsalted(&mut self, id: &[u8]) -> Digest {
        self.text(id, b"-").hash()
    }

    /// The tickets of two ids, hashed side by side by a maker each.
    pub fn two(makers: &mut [Self; 2], ids: [&[u8]; 2], salts: [&Digest; 2]) -> [Digest; 2] {
        let [one, two] = makers;
        Message::abreast([
            one.text(ids[0], &salts[0].hex()),
            two.text(ids[1], &salts[1].hex()),
        ])
    }

    fn text(&mut self, id: &[u8], salt: &[u8]) -> &mut Message {
        self.message.rewind().line(id).line(salt)
    }
}

/// The `k` smallest of `n` tickets, ascending, with their indices: selection without keeping all.
///
/// Every thread makes a drawer of tickets of its own, which is asked for two at a time, so that they
/// can be hashed side by side; for the same index twice where one is left over. Ties go to the
/// smaller index. Memory grows with `k`, not with `n`; the outcome is the same for every number of
/// threads.
pub fn smallest<Drawer: FnMut([u32; 2]) -> [Digest; 2]>(
    n: u32,
    k: usize,
    threads: NonZeroUsize,
    drawer: impl Fn() -> Drawer + Sync,
) -> Vec<(Digest, u32)> {
    let share = n
        .div_ceil(u32::try_from(threads.get()).unwrap_or(u32::MAX))
        .max(1);
    let starts: Vec<u32> = (0..n).step_by(share as usize).collect();
    let mut best: Vec<(Digest, u32)> = std::thread::scope(|scope| {
        let running: Vec<_> = starts
            .iter()
            .map(|start| {
                let drawer = &drawer;
                scope.spawn(move || {
                    smallest_in(*start..n.min(start.saturating_add(share)), k, drawer())
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
    mut tickets: impl FnMut([u32; 2]) -> [Digest; 2],
) -> Vec<(Digest, u32)> {
    if k == 0 {
        return Vec::new();
    }
    let mut kept: Vec<(Digest, u32)> = Vec::new();
    // Eight bytes turn nearly every ticket away.
    let mut bar = (u64::MAX, Digest([255; 32]));
    let mut offer = |digest: Digest, at: u32| {
        let prefix = digest.prefix();
        if prefix > bar.0 || (prefix == bar.0 && digest > bar.1) {
            return;
        }
        kept.push((digest, at));
        if kept.len() >= 2 * k + 64 {
            kept.select_nth_unstable(k - 1);
            kept.truncate(k);
            bar = (kept[k - 1].0.prefix(), kept[k - 1].0);
        }
    };
    for at in range.clone().step_by(2) {
        let next = (at + 1).min(range.end - 1);
        let [one, two] = tickets([at, next]);
        offer(one, at);
        if next > at {
            offer(two, next);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
