//! Splitting work over threads so that the outcome never depends on how many there are.
//!
//! Deliberately absent: a pool, work stealing, reading the number of cores. The caller says how
//! many threads, and every function here is a pure function of its input.

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
    let share = out.len().div_ceil(threads.get()).max(SMALL);
    if out.len() <= share {
        out.iter_mut()
            .enumerate()
            .for_each(|(at, slot)| f(at, slot));
        return;
    }
    std::thread::scope(|scope| {
        for (part, chunk) in out.chunks_mut(share).enumerate() {
            let f = &f;
            scope.spawn(move || {
                for (at, slot) in chunk.iter_mut().enumerate() {
                    f(part * share + at, slot);
                }
            });
        }
    });
}

/// Fills two columns at once, each thread with a working state of its own.
pub(crate) fn fill_two<A: Send, B: Send, S>(
    left: &mut [A],
    right: &mut [B],
    threads: NonZeroUsize,
    state: impl Fn() -> S + Sync,
    f: impl Fn(&mut S, usize, &mut A, &mut B) + Sync,
) {
    let share = left.len().div_ceil(threads.get()).max(SMALL);
    if left.len() <= share {
        let mut state = state();
        let pairs = left.iter_mut().zip(right).enumerate();
        pairs.for_each(|(at, (a, b))| f(&mut state, at, a, b));
        return;
    }
    std::thread::scope(|scope| {
        let chunks = left.chunks_mut(share).zip(right.chunks_mut(share));
        for (part, (left, right)) in chunks.enumerate() {
            let (f, state) = (&f, &state);
            scope.spawn(move || {
                let mut state = state();
                for (at, (a, b)) in left.iter_mut().zip(right).enumerate() {
                    f(&mut state, part * share + at, a, b);
                }
            });
        }
    });
}

/// Sorts by a total order: chunks on threads, then merges neighbours.
pub(crate) fn sort<T: Send + Copy>(
    rows: &mut Vec<T>,
    threads: NonZeroUsize,
    less: impl Fn(&T, &T) -> std::cmp::Ordering + Sync,
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
        let mut merged = Vec::with_capacity(rows.len());
        for pair in rows.chunks(width * 2) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, &mut merged, &less);
        }
        *rows = merged;
        width *= 2;
    }
}

fn merge<T: Copy>(
    mut left: &[T],
    mut right: &[T],
    out: &mut Vec<T>,
    less: &impl Fn(&T, &T) -> std::cmp::Ordering,
) {
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        if less(b, a).is_lt() {
            out.push(*b);
            right = &right[1..];
        } else {
            out.push(*a);
            left = &left[1..];
        }
    }
    out.extend_from_slice(left);
    out.extend_from_slice(right);
}

/// The indices 0…n ascending by digest: eight bytes decide, the rest only in a tie.
pub(crate) fn ascending(digests: &[Digest], threads: NonZeroUsize) -> Vec<u32> {
    let mut keyed: Vec<(u64, u32)> = vec![(0, 0); digests.len()];
    fill(&mut keyed, threads, |at, slot| {
        let at = u32::try_from(at).expect("a frame has fewer than 2^32 rows");
        *slot = (digests[at as usize].prefix(), at);
    });
    sort(&mut keyed, threads, |a, b| {
        a.0.cmp(&b.0)
            .then_with(|| digests[a.1 as usize].cmp(&digests[b.1 as usize]))
            .then(a.1.cmp(&b.1))
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
