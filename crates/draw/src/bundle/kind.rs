//! The kinds of bundle of `shuang/2` and which files each has at which stage (§8).
//!
//! A drawn attempt, and three ways of being void. What is in a bundle follows from its file names alone;
//! a file of a later stage is an error, and so is a name nobody knows.

use std::collections::BTreeSet;

use super::{FULL, Stage};
use crate::fault::{Code, Fault};

/// How far an attempt came, which decides what its bundle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKind {
    /// A RESULT was logged.
    Drawn,
    /// Void after REVEAL; public it shows what would have been drawn.
    VoidRevealed,
    /// Void before REVEAL.
    VoidFrozen,
    /// Void before FREEZE.
    VoidPlanned,
}

/// Files OPEN adds to both kinds that have a RESULT, real or not.
const OPENED: [&str; 7] = [
    "open.txt",
    "subjects.order",
    "inspectors.order",
    "teams.txt",
    "leaders.txt",
    "opened.tsv",
    "persons.tsv",
];

/// Records that may have a receipt of the log, where they are files of the bundle; so may changes.
const LOGGED: [&str; 6] = ["plan", "freeze", "reveal", "result", "void", "open"];

impl BundleKind {
    /// Its word in machine-readable output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::VoidRevealed => "void-after-reveal",
            Self::VoidFrozen => "void-before-reveal",
            Self::VoidPlanned => "void-before-freeze",
        }
    }

    /// The files of a stage besides changes and receipts, in the order of the protocol. What was void
    /// before REVEAL has no secrets, so every stage is the public one.
    #[must_use]
    pub fn files(self, stage: Stage) -> Vec<&'static str> {
        let (sealed, public): (&[&str], &[&str]) = match self {
            Self::Drawn => (
                &[
                    "plan.txt",
                    "freeze.txt",
                    "reveal.txt",
                    "seed.txt",
                    "result.txt",
                ],
                &[],
            ),
            Self::VoidRevealed => (
                &["plan.txt", "freeze.txt", "reveal.txt", "void.txt"],
                &["seed.txt", "result.txt"],
            ),
            Self::VoidFrozen => return vec!["plan.txt", "freeze.txt", "void.txt"],
            Self::VoidPlanned => return vec!["plan.txt", "void.txt"],
        };
        match stage {
            Stage::Sealed => sealed.to_vec(),
            Stage::Public => [sealed, public, &OPENED].concat(),
            Stage::Full => [sealed, public, &OPENED, &FULL].concat(),
        }
    }

    /// The records of this kind that are logged besides changes, by file name without its ending.
    #[must_use]
    pub fn logged(self, stage: Stage) -> Vec<&'static str> {
        let files = self.files(stage);
        let is_file = |name: &&&str| files.contains(&format!("{name}.txt").as_str());
        // The RESULT of a void attempt is what would have been, and never logged.
        let would = |name: &&&str| **name == "result" && self == Self::VoidRevealed;
        let logged = LOGGED.iter().filter(is_file);
        logged.filter(|name| !would(name)).copied().collect()
    }
}

/// What a bundle is, by its file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// How far the attempt came.
    pub kind: BundleKind,
    /// Who may see it.
    pub stage: Stage,
    /// How many `change-<n>.txt` there are.
    pub changes: u64,
}

impl Contents {
    /// What the files of a `shuang/2` bundle with these names are.
    ///
    /// # Errors
    /// Every missing file and every file that does not belong: an unknown name, one that occurs twice,
    /// one of a later stage, half a receipt.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut found = BTreeSet::new();
        for name in names {
            if !found.insert(name) {
                faults.push(Fault::new(Code::FILE_EXTRA, name, "文件重复。"));
            }
        }
        let has = |name: &&str| found.contains(*name);
        let kind = match (has(&"void.txt"), has(&"freeze.txt"), has(&"reveal.txt")) {
            (false, ..) => BundleKind::Drawn,
            (true, _, true) => BundleKind::VoidRevealed,
            (true, true, false) => BundleKind::VoidFrozen,
            (true, false, false) => BundleKind::VoidPlanned,
        };
        let change = |name: &&&str| name.starts_with("change-") && name.ends_with(".txt");
        let changed = found.iter().filter(change).count() as u64;
        let later = kind.files(Stage::Public);
        let later = later.iter().skip(kind.files(Stage::Sealed).len());
        let stage = match kind {
            BundleKind::VoidFrozen | BundleKind::VoidPlanned => Stage::Public,
            _ if FULL.iter().any(&has) => Stage::Full,
            _ if changed > 0 || later.clone().any(has) => Stage::Public,
            _ => Stage::Sealed,
        };
        let changes = match kind {
            BundleKind::Drawn => changed,
            _ => 0,
        };
        let contents = Self {
            kind,
            stage,
            changes,
        };
        faults.extend(contents.name_faults(&found));
        if faults.is_empty() {
            Ok(contents)
        } else {
            Err(faults)
        }
    }

    /// Every file these contents must have.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let files = self.kind.files(self.stage).into_iter();
        let changes = (1..=self.changes).map(|n| format!("change-{n}.txt"));
        files.map(str::to_owned).chain(changes).collect()
    }

    fn name_faults(&self, found: &BTreeSet<&str>) -> Vec<Fault> {
        let files: BTreeSet<String> = self.files().into_iter().collect();
        let mut receipts = BTreeSet::new();
        let mut faults = Vec::new();
        let logged = self.kind.logged(self.stage).into_iter();
        let changes = (1..=self.changes).map(|n| format!("change-{n}"));
        for record in logged.map(str::to_owned).chain(changes) {
            let pair = [format!("{record}.entry"), format!("{record}.proof")];
            if found.contains(pair[0].as_str()) != found.contains(pair[1].as_str()) {
                let sentence = "日志条目与证明须成对出现。";
                faults.push(Fault::new(Code::FILE_MISSING, pair.join("、"), sentence));
            }
            receipts.extend(pair);
        }
        let missing = files.iter().filter(|name| !found.contains(name.as_str()));
        faults.extend(missing.map(|name| {
            let sentence = format!("{} 阶段缺少这个文件。", self.stage.word());
            Fault::new(Code::FILE_MISSING, name.as_str(), sentence)
        }));
        let extra = found
            .iter()
            .filter(|name| !files.contains(**name) && !receipts.contains(**name));
        let sentence = "不是这一种文件包在这一阶段的文件名。";
        faults.extend(extra.map(|name| Fault::new(Code::FILE_EXTRA, *name, sentence)));
        faults
    }
}

#[cfg(test)]
mod tests;
