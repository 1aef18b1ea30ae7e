//! How long a draw of N subjects takes, step by step: `cargo run --release --example scale -- 3000000`.
//!
//! Prints figures for a human; it is not a test and asserts nothing about time.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a figure for a human"
)]

use std::io::Write;
use std::num::NonZeroUsize;
use std::time::Instant;

use draw::digest::{Digest, Hasher, Secret};
use draw::freeze::Terms;
use draw::record::freeze::{Assign, TeamSize};
use draw::seed::{Answer, SeedText};
use draw::ticket::{Scope, TicketMaker, smallest};
use draw::{Frame, Suite, Token};

fn main() {
    let count: u32 = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(300_000);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut at = Instant::now();
    let mut lap = |what: &str| {
        println!("{what:<28} {:>8} ms", at.elapsed().as_millis());
        at = Instant::now();
    };
    let name = |text: &str| text.parse::<Token>().expect("a valid name");
    let mut frame = Frame::default();
    for n in 0..count {
        let class = ["catering:A", "catering:B", "catering:C", "catering:D"][n as usize % 4];
        frame
            .push_subject(&format!("91411200MA{n:08}"), class, "draw", "-")
            .expect("valid");
    }
    for n in 0..400 {
        frame
            .push_inspector(&format!("F{n:04}"), "-", "draw")
            .expect("valid");
    }
    lap("frame");
    let quota = u64::from(count / 400);
    let terms = Terms {
        campaign: name("411200-CG-2026-0001"),
        attempt: 1,
        suite: Suite::Sha256,
        plan: Digest([1; 32]),
        extends: None,
        quotas: frame
            .subjects
            .pools()
            .into_iter()
            .map(|(s, _)| (s, quota))
            .collect(),
        drawn: vec![(name("-"), 200)],
        teams: vec![TeamSize {
            stratum: name("-"),
            size: 2,
        }],
        assign: Assign::Pairs,
        areas: Vec::new(),
        leaders: vec![name("L001")],
        parties: Vec::new(),
        dice: Some(name("hall")),
        reveal_by: 1_800_000_000,
        beacon: None,
        hours: draw::record::Hours::One,
    };
    let secret = Secret::from_bytes([7; 32]);
    let frozen = draw::freeze(&terms, frame, &secret, threads).expect("a good frame");
    lap("freeze");
    let dice = Some(Answer::Given("08772473296991897540".to_owned()));
    let seed = SeedText::build(frozen.record(), &[], dice, None).expect("good dice");
    let drawn = draw::draw(frozen, &seed, threads).expect("a good seed");
    lap("draw, teams, file hashes");
    for file in draw::bundle::Stage::Full.files() {
        let mut sink = std::io::sink();
        draw::bundle::write_file(&drawn, file, threads, &mut sink).expect("a sink");
        sink.flush().expect("a sink");
    }
    lap("all bundle files to a sink");
    let tickets = TicketMaker::new(Suite::Sha256, &drawn.seed(), Scope::Subject);
    let rows: Vec<Token> = drawn
        .frozen()
        .frame()
        .subjects
        .iter()
        .map(|row| row.id)
        .collect();
    lap("(ids copied)");
    let none = Digest([0; 32]);
    let first = smallest(count, 1000, threads, || {
        let mut makers = [tickets.clone(), tickets.clone()];
        let rows = &rows;
        move |pair| {
            let [one, two] = pair.map(|n| rows[n as usize].as_bytes());
            TicketMaker::two(&mut makers, [one, two], [&none, &none])
        }
    });
    lap("tickets and first 1,000");
    let mut prefix = Hasher::new(Suite::Sha256);
    prefix.update(b"seed");
    let plain = smallest(count, 1000, threads, || {
        let hash = |n: u32| {
            let mut hasher = prefix.clone();
            hasher.update(rows[n as usize].as_bytes());
            hasher.finish()
        };
        move |pair: [u32; 2]| pair.map(hash)
    });
    lap("sha256(seed‖id), first 1,000");
    println!("{} {} {}", first.len(), plain.len(), drawn.record());
}
