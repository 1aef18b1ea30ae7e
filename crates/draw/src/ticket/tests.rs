//! Tickets are the hash of five lines; selection without keeping all is selection.

use std::num::NonZeroUsize;

use super::{Scope, TicketMaker, smallest};
use crate::digest::{Digest, Suite};

#[test]
fn a_ticket_is_the_hash_of_its_five_lines() {
    let seed = Suite::Sha256.bytes(b"seed");
    let salt = Suite::Sha256.bytes(b"salt");
    let subject = "91411200MA00000001".parse().unwrap();
    for suite in [Suite::Sha256, Suite::Sm3] {
        let words = [
            (Scope::Subject, "subject"),
            (Scope::Inspector, "inspector"),
            (Scope::Part, "part"),
            (Scope::Area, "area"),
            (Scope::Team(subject), "team:91411200MA00000001"),
        ];
        for (scope, word) in words {
            let mut tickets = TicketMaker::new(suite, &seed, scope);
            let lines = |salt: &[u8]| {
                let seed = seed.hex();
                suite.lines(&[b"shuang-ticket/1", &seed, word.as_bytes(), b"F001", salt])
            };
            assert_eq!(tickets.ticket(b"F001", &salt), lines(&salt.hex()));
            assert_eq!(tickets.unsalted(b"F001"), lines(b"-"));
            let other = Suite::Sha256.bytes(b"other salt");
            let mut makers = [tickets.clone(), tickets.clone()];
            let two = TicketMaker::two(&mut makers, [b"F001", b"F0002"], [&salt, &other]);
            assert_eq!(two[0], lines(&salt.hex()), "side by side");
            assert_eq!(two[1], tickets.ticket(b"F0002", &other), "side by side");
        }
    }
}

#[test]
fn the_k_smallest_are_the_first_k_of_a_full_sort_for_every_number_of_threads() {
    let ticket = |at: u32| Suite::Sha256.bytes(&at.to_be_bytes());
    let two = || |pair: [u32; 2]| pair.map(ticket);
    let count = 5_001;
    let mut all: Vec<(Digest, u32)> = (0..count).map(|at| (ticket(at), at)).collect();
    all.sort();
    for k in [0, 1, 7, 500, 5_001, 6_000] {
        for threads in [1, 2, 5] {
            let found = smallest(count, k, NonZeroUsize::new(threads).unwrap(), two);
            assert_eq!(found, all[..k.min(all.len())]);
        }
    }
    assert!(smallest(0, 3, NonZeroUsize::MIN, two).is_empty());
}

#[test]
fn equal_tickets_go_to_the_smaller_index() {
    let found = smallest(300, 5, NonZeroUsize::new(2).unwrap(), || {
        |_| [Digest([255; 32]); 2]
    });
    assert_eq!(
        found.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
}
