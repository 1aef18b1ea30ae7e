//! Ticket computation and selection alone, for `benches/tickets.sh`: the `k` ids with the smallest
//! `SHA-256(seed ‖ id)` out of a file of ids, one per line.
//!
//! Prints milliseconds of the computation (reading the file is not in it), then the chosen ids, so
//! that the bench can compare them with another program's answer.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a figure for a human"
)]

use std::num::NonZeroUsize;
use std::time::Instant;

use draw::Suite;
use draw::digest::Message;
use draw::ticket::smallest;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, seed, k, threads] = words.as_slice() else {
        println!("tickets FILE SEED K THREADS");
        return;
    };
    let k: usize = k.parse().expect("k is a number");
    let threads = threads
        .parse()
        .ok()
        .and_then(NonZeroUsize::new)
        .unwrap_or(NonZeroUsize::MIN);
    let text = std::fs::read_to_string(file).expect("the file of ids");
    let ids: Vec<&str> = text.lines().collect();
    let n = u32::try_from(ids.len()).expect("at most four billion ids");
    let begun = Instant::now();
    let chosen = smallest(n, k, threads, || {
        let mut message = Message::new(Suite::Sha256);
        message.raw(seed.as_bytes());
        let message = message.keep();
        let (mut one, mut two) = (message.clone(), message);
        let ids = &ids;
        move |[first, second]| {
            one.rewind().raw(ids[first as usize].as_bytes());
            two.rewind().raw(ids[second as usize].as_bytes());
            Message::abreast([&mut one, &mut two])
        }
    });
    println!("{}", begun.elapsed().as_millis());
    for (_, at) in chosen {
        println!("{}", ids[at as usize]);
    }
}
