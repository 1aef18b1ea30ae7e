//! Which row was likely meant as the header of a file that is refused for having none, and which of our
//! columns its names come near to: what a person needs to mend the file without guessing.
//!
//! Deliberately absent: taking a near name for ours. What a column means is never guessed.

use super::{Column, Row, plain};

/// The most names of a row that are told.
const TOLD: usize = 8;
/// The most letters of a name that are told.
const LETTERS: usize = 16;

/// A row that names too little.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    row: u64,
    known: usize,
    /// Each filled cell as it stands, with the official name of a column of ours it is or comes near to.
    names: Vec<(String, Nearness)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    /// It is this column.
    Known(&'static str),
    /// It may be meant for this column.
    Near(&'static str),
    Far,
}

impl Candidate {
    /// What a row names; `names` are its cells as compared.
    pub(super) fn of(columns: &[Column], row: &Row, names: &[String]) -> Self {
        let cells = row.cells.iter().zip(names);
        let names: Vec<(String, Nearness)> = cells
            .filter(|(cell, _)| !cell.is_empty())
            .map(|(cell, name)| (shortened(cell.shown()), meant_for(columns, name)))
            .collect();
        let known = names
            .iter()
            .filter(|(_, near)| matches!(near, Nearness::Known(_)));
        Self {
            row: row.number,
            known: known.count(),
            names,
        }
    }

    fn near(&self) -> usize {
        let near = self.names.iter().filter(|(_, near)| *near != Nearness::Far);
        near.count()
    }

    /// What the row holds, in the words of the refusal.
    pub(super) fn words(&self) -> String {
        let told = self.names.iter().take(TOLD).map(|(name, near)| match near {
            Nearness::Known(_) => format!("“{name}”（认得）"),
            Nearness::Near(title) => format!("“{name}”（是不是“{title}”？）"),
            Nearness::Far => format!("“{name}”"),
        });
        let mut told = told.collect::<Vec<_>>().join("、");
        if self.names.len() > TOLD {
            told.push_str(&format!(" 等 {} 个", self.names.len()));
        }
        format!("最像列名行的是第 {} 行：{told}。", self.row)
    }
}

/// The likelier of two rows: more names known, then more that come near, then the one further up.
pub(super) fn nearer(first: Option<Candidate>, second: Candidate) -> Option<Candidate> {
    let rank = |candidate: &Candidate| (candidate.known, candidate.near());
    match first {
        Some(first) if rank(&first) >= rank(&second) => Some(first),
        _ => Some(second),
    }
}

fn shortened(name: &str) -> String {
    let mut letters = name.chars();
    let mut head: String = letters.by_ref().take(LETTERS).collect();
    if letters.next().is_some() {
        head.push('…');
    }
    head
}

/// The column a name is, or the one it shares most letters with.
fn meant_for(columns: &[Column], name: &str) -> Nearness {
    let mut best: Option<(f64, &'static str)> = None;
    for column in columns {
        if column.is_named(name) {
            return Nearness::Known(column.title);
        }
        for known in [column.title].iter().chain(column.aliases) {
            let shared = likeness(&plain(known), name);
            if shared > 0.5 && best.is_none_or(|(most, _)| shared > most) {
                best = Some((shared, column.title));
            }
        }
    }
    best.map_or(Nearness::Far, |(_, title)| Nearness::Near(title))
}

/// How many letters two names share, as a part of all they have (Dice): 1 for the same letters.
fn likeness(one: &str, other: &str) -> f64 {
    let mut rest: Vec<char> = other.chars().collect();
    let all = one.chars().count() + rest.len();
    let shared = one
        .chars()
        .filter(|letter| match rest.iter().position(|held| held == letter) {
            Some(at) => {
                rest.swap_remove(at);
                true
            }
            None => false,
        })
        .count();
    let letters = u32::try_from(2 * shared).unwrap_or(u32::MAX);
    f64::from(letters) / f64::from(u32::try_from(all.max(1)).unwrap_or(u32::MAX))
}
