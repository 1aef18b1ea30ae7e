//! Splitting work over threads so that the outcome never depends on how many there are.
//!
//! Deliberately absent: a pool, work stealing, reading the number of cores. The caller says how
//! many threads, and every function here is a pure function of its input.

use std::cmp::Ordering;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;

use crate::digest::Digest;

/// Below this many elements a second thread costs more than it saves.
const SMALL: usize = 4096;

/// How many lines a thread formats at once.
const BLOCK: usize = 1 << 13;

/// Fills `out[i] = f(i)` on up to `threads` threads.
pub(crate) fn fill<T: Send>(
    out: &mut [T],
    threads: NonZeroUsize,
    f: impl Fn(usize, &mut T) + Sync,
) {
    shares(out, threads, |first, share| {
        for (at, slot) in share.iter_mut().enumerate() {
            f(first + at, slot);
        }
    });
}

/// Hands each thread its share of the slots, and the index of the first.
pub(crate) fn shares<T: Send>(
    out: &mut [T],
    threads: NonZeroUsize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    let mut nothing = vec![(); out.len()];
    shares_of_two(out, &mut nothing, threads, |first, share, _| {
        f(first, share);
    });
}

/// Hands each thread its shares of two columns of one length.
pub(crate) fn shares_of_two<A: Send, B: Send>(
    left: &mut [A],
    right: &mut [B],
    threads: NonZeroUsize,
    f: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    let share = left.len().div_ceil(threads.get()).max(SMALL);
    if left.len() <= share {
        f(0, left, right);
        return;
    }
    std::thread::scope(|scope| {
        let chunks = left.chunks_mut(share).zip(right.chunks_mut(share));
        for (part, (left, right)) in chunks.enumerate() {
            let f = &f;
            scope.spawn(move || f(part * share, left, right));
        }
    });
}

/// Places two by two, for hashing side by side; the last of an odd number keeps itself company.
pub(crate) fn pairs(count: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..count)
        .step_by(2)
        .map(move |at| [at, (at + 1).min(count - 1)])
}

/// Sorts by a total order: chunks on threads, then neighbors are merged from both ends at once.
/// `blank` is what stands in a column before it is filled; zeros cost nothing.
pub(crate) fn sort<T: Send + Sync + Copy>(
    rows: &mut Vec<T>,
    blank: T,
    threads: NonZeroUsize,
    less: impl Fn(&T, &T) -> Ordering + Sync,
) {
    let share = rows.len().div_ceil(threads.get()).max(SMALL);
    if rows.len() <= share {
        rows.sort_unstable_by(less);
        return;
    }
    std::thread::scope(|scope| {
        for chunk in rows.chunks_mut(share) {
            let less = &less;
            scope.spawn(move || chunk.sort_unstable_by(less));
        }
    });
    let mut width = share;
    while width < rows.len() {
        let mut merged = vec![blank; rows.len()];
        for (pair, out) in rows.chunks(width * 2).zip(merged.chunks_mut(width * 2)) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (low, high) = out.split_at_mut(pair.len() / 2);
            std::thread::scope(|scope| {
                scope.spawn(|| merge_up(left, right, low, &less));
                merge_down(left, right, high, &less);
            });
        }
        *rows = merged;
        width *= 2;
    }
}

/// The least of two sorted runs, as many as `out` holds.
fn merge_up<'a, T: Copy>(
    mut left: &'a [T],
    mut right: &'a [T],
    out: &mut [T],
    less: &impl Fn(&T, &T) -> Ordering,
) {
    for slot in out {
        let from_right = match (left.first(), right.first()) {
            (Some(a), Some(b)) => less(b, a).is_lt(),
            (None, _) => true,
            (_, None) => false,
        };
        let run = if from_right { &mut right } else { &mut left };
        let (first, rest) = run.split_first().expect("two runs hold more than is asked");
        (*slot, *run) = (*first, rest);
    }
}

/// The greatest of two sorted runs, as many as `out` holds.
fn merge_down<'a, T: Copy>(
    mut left: &'a [T],
    mut right: &'a [T],
    out: &mut [T],
    less: &impl Fn(&T, &T) -> Ordering,
) {
    for slot in out.iter_mut().rev() {
        let from_left = match (left.last(), right.last()) {
            (Some(a), Some(b)) => less(b, a).is_lt(),
            (None, _) => false,
            (_, None) => true,
        };
        let run = if from_left { &mut left } else { &mut right };
        let (last, rest) = run.split_last().expect("two runs hold more than is asked");
        (*slot, *run) = (*last, rest);
    }
}

/// The indices 0…n ascending by digest, then by `tie`, then by index: eight bytes decide, the rest
/// only where they are equal.
pub(crate) fn ascending(
    digests: &[Digest],
    threads: NonZeroUsize,
    tie: impl Fn(u32) -> u16 + Sync,
) -> Vec<u32> {
    let mut keyed: Vec<(u64, u32)> = vec![(0, 0); digests.len()];
    fill(&mut keyed, threads, |at, slot| {
        let at = u32::try_from(at).expect("a frame has fewer than 2^32 rows");
        *slot = (digests[at as usize].prefix(), at);
    });
    sort(&mut keyed, (0, 0), threads, |a, b| {
        let rest = |at: u32| (digests[at as usize], tie(at), at);
        a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(&rest(b.1)))
    });
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// Formats lines on several threads, block by block, and writes the blocks in order, so that a file
/// of 400 MB never stands in memory whole.
pub(crate) fn write_blocks<T: Sync>(
    out: &mut impl Write,
    lines: &[T],
    threads: NonZeroUsize,
    format: impl Fn(&[T]) -> Vec<u8> + Sync,
) -> io::Result<()> {
    if lines.len() <= BLOCK {
        return out.write_all(&format(lines));
    }
    std::thread::scope(|scope| {
        let ready: Vec<_> = (0..threads.get())
            .map(|worker| {
                let (send, receive) = sync_channel(2);
                let own = lines.chunks(BLOCK).skip(worker).step_by(threads.get());
                let format = &format;
                scope.spawn(move || {
                    for block in own {
                        // The receiver is gone only after a failed write: nothing left to do.
                        if send.send(format(block)).is_err() {
                            return;
                        }
                    }
                });
                receive
            })
            .collect();
        for block in 0..lines.len().div_ceil(BLOCK) {
            let text = ready[block % threads.get()]
                .recv()
                .map_err(io::Error::other)?;
            out.write_all(&text)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests;
