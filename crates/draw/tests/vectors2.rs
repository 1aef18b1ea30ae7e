//! The vectors of `shuang/2`: every file is made again from the inputs, and every value by the formulas of
//! SPEC-draw §2, written out here as the lines that are hashed, without the code that makes them in the crate.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;

use std::collections::BTreeMap;

use attempt::{Outcome, list, make, text};
use common::vectors;
use draw::{Digest, Suite};
use serde_json::{Map, Value};

/// A vector that was frozen, with what all formulas begin with.
struct Vector<'a> {
    json: &'a Value,
    suite: Suite,
    campaign: String,
    attempt: String,
    secret: String,
}

impl<'a> Vector<'a> {
    fn of(json: &'a Value) -> Self {
        let inputs = &json["inputs"];
        Self {
            json,
            suite: match text(&inputs["suite"]) {
                "sm3" => Suite::Sm3,
                _ => Suite::Sha256,
            },
            campaign: text(&inputs["campaign"]).to_owned(),
            attempt: inputs["attempt"].to_string(),
            secret: text(&inputs["S"]).to_owned(),
        }
    }

    /// `H(a, b, …)`.
    fn h(&self, lines: &[&str]) -> String {
        let lines: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        self.suite.bytes(lines.as_bytes()).to_string()
    }

    /// `H(domain, campaign, attempt, …)`.
    fn ours(&self, domain: &str, more: &[&str]) -> String {
        let head = [domain, &self.campaign, &self.attempt];
        self.h(&[&head, more].concat())
    }

    fn file(&self, name: &str) -> &'a str {
        text(&self.json["files"][name])
    }

    /// What stands behind these words at the beginning of a line.
    fn line(&self, file: &str, words: &str) -> &'a str {
        let lines = self.file(file).lines();
        let mut found = lines.filter_map(|line| line.strip_prefix(words)?.strip_prefix(' '));
        found.next().unwrap()
    }

    fn values(&self, name: &str) -> &'a Map<String, Value> {
        self.json["values"][name].as_object().unwrap()
    }
}

fn every(judge: impl Fn(&str, &Vector<'_>)) {
    let all = vectors("draw-2.json");
    let all = all.as_object().unwrap().iter();
    for (name, json) in all.filter(|(_, json)| json["files"].is_object()) {
        judge(name, &Vector::of(json));
    }
}

fn drawn(judge: impl Fn(&str, &Vector<'_>)) {
    every(|name, vector| {
        if vector.json["values"]["seed"].is_string() {
            judge(name, vector);
        }
    });
}

#[test]
fn every_file_is_made_again_from_the_inputs_and_what_must_be_refused_is() {
    let all = vectors("draw-2.json");
    let (mut made, mut refused) = (0, 0);
    for (name, vector) in all.as_object().unwrap() {
        let Some(inputs) = vector.get("inputs") else {
            continue;
        };
        match make(inputs) {
            Outcome::Refused(_) => {
                assert_eq!(vector["refused"], true, "{name}");
                refused += 1;
            }
            Outcome::Made(outcome) => {
                let files = vector["files"].as_object().unwrap().iter();
                let files: BTreeMap<_, _> = files
                    .map(|(path, content)| (path.clone(), text(content).as_bytes().to_vec()))
                    .collect();
                assert_eq!(outcome.files, files, "{name}");
                made += 1;
            }
        }
    }
    assert_eq!((made, refused), (7, 1));
}

#[test]
fn the_leaves_and_tickets_are_those_of_the_formulas() {
    drawn(|name, v| {
        let seed = v.h_text("seed.txt");
        assert_eq!(v.json["values"]["seed"], seed.as_str(), "{name}");
        for (sort, rows) in [
            ("subject", "subjects"),
            ("inspector", "inspectors"),
            ("recusal", "recusals"),
        ] {
            for leaf in list(&v.json["values"][rows]) {
                leaf_is_right(name, v, sort, &seed, leaf);
            }
            let leaves = list(&v.json["values"][rows]).iter();
            let mut hashes: Vec<Digest> = leaves
                .map(|leaf| text(&leaf["leafhash"]).parse().unwrap())
                .collect();
            hashes.sort_unstable();
            let line = format!("{} {}", hashes.len(), root(v.suite, &hashes));
            assert_eq!(v.line("freeze.txt", rows), line, "{name}");
        }
    });
}

impl Vector<'_> {
    fn h_text(&self, file: &str) -> String {
        self.suite.bytes(self.file(file).as_bytes()).to_string()
    }
}

fn leaf_is_right(name: &str, v: &Vector<'_>, sort: &str, seed: &str, leaf: &Value) {
    let of = |key: &str| text(&leaf[key]);
    let (id, stratum) = (of("id"), of("stratum"));
    let salt = v.ours("shuang-salt/1", &[sort, id, &v.secret]);
    let nonce = v.ours("shuang-nonce/1", &[sort, id, &v.secret]);
    let cover = v.ours("shuang-cover/1", &[sort, id, stratum, &v.secret]);
    let mark = v.h(&["shuang-mark/1", stratum, of("status"), of("area"), &cover]);
    let seal = v.h(&["shuang-seal/1", &salt]);
    let lines = [
        "shuang-leaf/1",
        &v.campaign,
        &v.attempt,
        sort,
        id,
        &mark,
        &nonce,
        &seal,
    ];
    let lines: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
    let leafhash = v
        .suite
        .bytes(&[&[0], lines.as_bytes()].concat())
        .to_string();
    for (key, value) in [
        ("salt", &salt),
        ("nonce", &nonce),
        ("cover", &cover),
        ("mark", &mark),
        ("seal", &seal),
        ("leafhash", &leafhash),
    ] {
        assert_eq!(of(key), value, "{name}: {key} of {id}");
    }
    if sort != "recusal" {
        let ticket = v.h(&["shuang-ticket/1", seed, sort, id, &salt]);
        assert_eq!(of("ticket"), ticket, "{name}: {id}");
    }
}

/// RFC 6962 over sorted leaf hashes.
fn root(suite: Suite, leaves: &[Digest]) -> Digest {
    match leaves {
        [] => suite.bytes(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            let (left, right) = (root(suite, left), root(suite, right));
            suite.bytes(&[&[1][..], &left.0, &right.0].concat())
        }
    }
}

#[test]
fn the_commitments_seals_and_cutoffs_are_those_of_the_formulas() {
    drawn(|name, v| {
        let inputs = &v.json["inputs"];
        let secret = v.h(&["shuang-secret/1", &v.secret]);
        assert_eq!(v.line("freeze.txt", "secret"), secret, "{name}");
        for party in list(&inputs["parties"]) {
            let label = text(&party[0]);
            let nonce = match party[1].as_str() {
                Some(nonce) => nonce,
                None => text(&inputs["absent_nonce"][label]),
            };
            let commitment = v.ours("shuang-party/2", &[label, nonce]);
            let line = v.line("freeze.txt", &format!("party {label}"));
            assert_eq!(line, commitment, "{name}: {label}");
        }
        for (file, value) in v.values("keys") {
            let key = v.ours("shuang-filekey/2", &[file, &v.secret]);
            assert_eq!(text(&value["key"]), key, "{name}: {file}");
            assert_eq!(text(&value["content"]), v.h_text(file), "{name}: {file}");
            let sealed = v.ours("shuang-file/2", &[file, &key, &v.h_text(file)]);
            let line = v.line("result.txt", &format!("sealed {file}"));
            assert_eq!(line, sealed, "{name}: {file}");
        }
        for line in v.file("freeze.txt").lines() {
            let Some(rest) = line.strip_prefix("stratum ") else {
                continue;
            };
            let [stratum, _, k] = rest.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let leaves = list(&v.json["values"]["subjects"]).iter();
            let mut tickets: Vec<_> = leaves
                .filter(|leaf| leaf["stratum"] == stratum && leaf["status"] == "draw")
                .map(|leaf| text(&leaf["ticket"]))
                .collect();
            tickets.sort_unstable();
            let last = k.parse::<usize>().unwrap().checked_sub(1);
            let cutoff = last.map_or("-", |last| tickets[last]);
            let line = v.line("result.txt", &format!("cutoff {stratum}"));
            assert_eq!(line, cutoff, "{name}: {stratum}");
        }
    });
}

#[test]
fn persons_approvers_and_parts_are_those_of_the_formulas() {
    let followed = |json: &Value| {
        json["changes"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    };
    drawn(|name, v| {
        let inputs = &v.json["inputs"];
        assert_eq!(followed(inputs), !v.values("persons").is_empty(), "{name}");
        for (code, value) in v.values("persons") {
            let salt = v.ours("shuang-personsalt/2", &[code, &v.secret]);
            let person = v.h(&["shuang-person/2", code, &salt]);
            assert_eq!(text(&value["salt"]), salt, "{name}: {code}");
            assert_eq!(text(&value["hash"]), person, "{name}: {code}");
        }
        for (number, change) in (1..).zip(list(&inputs["changes"])) {
            if let Some([code, salt]) = change["approver"].as_array().map(Vec::as_slice) {
                let approver = v.h(&["shuang-approver/2", text(code), text(salt)]);
                let line = v.line(&format!("change-{number}.txt"), "approver");
                assert_eq!(line, approver, "{name}: {number}");
            }
        }
        let seed = v.h_text("seed.txt");
        for (visit, value) in v.values("parts") {
            let number = v.line(&format!("part-number-{visit}.txt"), "number");
            let number = match number {
                "absent refused" => "-",
                given => given,
            };
            let part = v.h_text(&format!("part-{visit}.txt"));
            let made = v.h(&["shuang-partseed/2", &seed, &part, number]);
            assert_eq!(text(&value["seed"]), made, "{name}: {visit}");
        }
    });
}
