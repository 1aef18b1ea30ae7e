//! Vectors as frames and terms, and a seeded generator; shared by the tests of this crate.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every test binary uses its own part of this module"
)]

use std::num::NonZeroUsize;

use draw::digest::Secret;
use draw::freeze::Terms;
use draw::record::RevealRecord;
use draw::record::freeze::{Assign, BeaconName, Hours, PartyLine, TeamSize};
use draw::seed::{Answer, SeedText};
use draw::{Digest, Drawn, Frame, Frozen, Stratum, Suite, Token, Version};
use serde_json::Value;

/// Threads used by the tests; a test shows that the number changes nothing.
pub const THREADS: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// A small generator with a fixed seed (SplitMix64), independent of the crate under test.
pub struct Generator(pub u64);

impl Generator {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; the bias of 2⁻⁵⁰ does not matter to a test.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub fn digest(&mut self) -> Digest {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        Digest(bytes)
    }

    pub fn secret(&mut self) -> Secret {
        Secret::from_bytes(self.digest().0)
    }
}

pub fn token(name: &str) -> Token {
    name.parse().unwrap()
}

pub fn stratum(name: &str) -> Stratum {
    name.parse().unwrap()
}

pub fn vectors(file: &str) -> Value {
    let path = format!("{}/../../vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The hash of an input string as the vectors define it: 64 hex digits of SHA-256.
pub fn input_hash(text: &str) -> Digest {
    Suite::Sha256.bytes(text.as_bytes())
}

pub fn secret_of(text: &str) -> Secret {
    Secret::from_bytes(input_hash(text).0)
}

pub fn frame_of(vector: &Value) -> Frame {
    let mut frame = Frame::default();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    for row in vector["subjects"].as_array().unwrap() {
        let (id, stratum) = (text(row, "id"), text(row, "stratum"));
        frame
            .push_subject(&id, &stratum, &text(row, "status"), &text(row, "area"))
            .unwrap();
    }
    for row in vector["inspectors"].as_array().unwrap() {
        let (id, stratum) = (text(row, "id"), text(row, "stratum"));
        frame
            .push_inspector(&id, &stratum, &text(row, "status"))
            .unwrap();
    }
    for row in vector["recusals"].as_array().unwrap() {
        let id = text(row, "id");
        let (inspector, subject) = id.split_once(':').unwrap();
        frame.push_recusal(inspector, subject).unwrap();
    }
    frame
}

/// Terms for a synthetic campaign with one kind of inspector, pairs of two and no sources.
pub fn plain_terms(quotas: &[(&str, u64)], drawn: u64) -> Terms {
    Terms {
        campaign: token("411200-TEST-2026-0001"),
        attempt: 1,
        suite: Suite::Sha256,
        plan: input_hash("plan"),
        extends: None,
        quotas: quotas.iter().map(|(name, k)| (stratum(name), *k)).collect(),
        drawn: vec![(token("-"), drawn)],
        teams: vec![TeamSize {
            stratum: token("-"),
            size: 2,
        }],
        assign: Assign::Pairs,
        areas: Vec::new(),
        leaders: vec![token("L001"), token("L002")],
        parties: Vec::new(),
        dice: Some(token("hall")),
        reveal_by: 1_800_000_000,
        beacon: None,
        hours: Hours::One,
    }
}

/// Draws from dice that spell the number `n`: one seed for each n.
pub fn draw_with_dice(frozen: Frozen, n: u64) -> Drawn {
    let digits = format!("{n:020}");
    if frozen.record().version() == Version::Two {
        let dice = frozen
            .record()
            .dice
            .map(|label| (label, Answer::Given(digits)));
        let reveal = RevealRecord::build_with_dice(frozen.record(), Vec::new(), dice).unwrap();
        let seed = SeedText::after(&reveal, frozen.record(), None).unwrap();
        return draw::draw_revealed(frozen, &reveal, &seed, THREADS).unwrap();
    }
    let answer = Some(Answer::Given(digits));
    let seed = SeedText::build(frozen.record(), &[], answer, None).unwrap();
    draw::draw(frozen, &seed, THREADS).unwrap()
}

pub fn party(name: &str, nonce: &str) -> PartyLine {
    PartyLine::commit(Suite::Sha256, token(name), &input_hash(nonce))
}

pub fn beacon(source: &str, round: &str) -> BeaconName {
    format!("{source} {round}").parse().unwrap()
}

pub fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
