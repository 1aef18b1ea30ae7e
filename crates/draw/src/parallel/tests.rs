//! The number of threads changes nothing.

use std::num::NonZeroUsize;

use super::{ascending, fill, sort};
use crate::digest::{Digest, Suite};

#[test]
fn every_number_of_threads_gives_the_same() {
    let count = 30_000_u32;
    let mut one = vec![Digest([0; 32]); count as usize];
    let hash = |at: usize, slot: &mut Digest| *slot = Suite::Sha256.bytes(&at.to_be_bytes());
    fill(&mut one, NonZeroUsize::MIN, hash);
    let order = ascending(&one, NonZeroUsize::MIN, |_| 0);
    assert!(order.is_sorted_by(|a, b| one[*a as usize] < one[*b as usize]));
    for threads in [2, 3, 7] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let mut many = vec![Digest([0; 32]); count as usize];
        fill(&mut many, threads, hash);
        assert_eq!(one, many);
        assert_eq!(order, ascending(&many, threads, |_| 0));
        let mut rows = many.clone();
        sort(&mut rows, Digest([0; 32]), threads, |a, b| a.cmp(b));
        assert!(rows.is_sorted());
    }
}

#[test]
fn equal_prefixes_are_told_apart_by_the_rest() {
    let mut low = Digest([5; 32]);
    low.0[31] = 0;
    let digests = vec![Digest([5; 32]), low];
    assert_eq!(ascending(&digests, NonZeroUsize::MIN, |_| 0), [1, 0]);
    let same = vec![low; 3];
    let by_tie = ascending(&same, NonZeroUsize::MIN, |at| [2, 1, 1][at as usize]);
    assert_eq!(by_tie, [1, 2, 0], "then the tie, then the index");
}
