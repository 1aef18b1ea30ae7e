//! The bundle (公开文件包): exactly these names, in three stages, and the text of every file.
//!
//! Here stand the names of `shuang/1`; those of `shuang/2`, which also has bundles of void attempts, in
//! [`BundleKind`], and its files in [`Attempt`].
//!
//! `sealed` from T4, `public` from OPEN, `full` for outside parties and the supervisor. A file of a
//! later stage in an earlier one is an error, because whoever holds S can compute every class and
//! status. Deliberately absent: reading and writing files or zips (the callers'), and log receipts'
//! contents (crate `tlog`).

mod attempt;
mod kind;
pub(crate) mod read;
mod write;

use std::collections::BTreeSet;

pub use attempt::{Attempt, Ended};
pub use kind::{BundleKind, Contents};
pub use read::{
    OpenedLine, OrderLine, TeamLine, order_lines, parse_frame, parse_leaders, parse_opened,
    parse_secret, parse_teams,
};
pub use write::{open_record, open_record_of, write_file};

use crate::fault::{Code, Fault};

/// Who may see a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// From T4: proves that nothing can change any more, names nobody.
    Sealed,
    /// From OPEN: order, cut-offs and every visited subject.
    Public,
    /// With S: full recomputation.
    Full,
}

/// Files of every stage.
pub const SEALED: [&str; 3] = ["freeze.txt", "seed.txt", "result.txt"];
/// Files added by OPEN.
pub const PUBLIC: [&str; 5] = [
    "subjects.order",
    "inspectors.order",
    "teams.txt",
    "leaders.txt",
    "opened.tsv",
];
/// Files added for those who may hold S.
pub const FULL: [&str; 4] = [
    "secret.txt",
    "subjects.tsv",
    "inspectors.tsv",
    "recusals.tsv",
];
/// Log receipts, allowed in every stage: the entry and its proof, for FREEZE and RESULT.
pub const RECEIPTS: [&str; 4] = [
    "freeze.entry",
    "freeze.proof",
    "result.entry",
    "result.proof",
];

impl Stage {
    /// The files this stage must have, in the order of the protocol.
    #[must_use]
    pub fn files(self) -> Vec<&'static str> {
        let (public, full): (&[_], &[_]) = match self {
            Self::Sealed => (&[], &[]),
            Self::Public => (&PUBLIC, &[]),
            Self::Full => (&PUBLIC, &FULL),
        };
        [&SEALED, public, full].concat()
    }

    /// The word of the `stage` line and of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Public => "public",
            Self::Full => "full",
        }
    }

    /// The stage of a set of file names.
    ///
    /// # Errors
    /// Every missing file and every file that does not belong: a name the protocol does not know,
    /// one that occurs twice, or one of a later stage than the rest is complete for.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<Fault>> {
        let mut found = BTreeSet::new();
        let mut faults = Vec::new();
        for name in names {
            let known = [&SEALED[..], &PUBLIC, &FULL, &RECEIPTS]
                .concat()
                .contains(&name);
            if !known {
                faults.push(Fault::new(
                    Code::FILE_EXTRA,
                    name,
                    "不是文件包规定的文件名。",
                ));
            } else if !found.insert(name) {
                faults.push(Fault::new(Code::FILE_EXTRA, name, "文件重复。"));
            }
        }
        let any = |files: &[&str]| files.iter().any(|name| found.contains(name));
        let stage = match (any(&FULL), any(&PUBLIC)) {
            (true, _) => Self::Full,
            (false, true) => Self::Public,
            (false, false) => Self::Sealed,
        };
        let missing = stage
            .files()
            .into_iter()
            .filter(|name| !found.contains(name));
        faults.extend(missing.map(|name| {
            let sentence = format!("{} 阶段缺少这个文件。", stage.word());
            Fault::new(Code::FILE_MISSING, name, sentence)
        }));
        for [one, other] in [
            ["freeze.entry", "freeze.proof"],
            ["result.entry", "result.proof"],
        ] {
            if found.contains(one) != found.contains(other) {
                let sentence = "日志条目与证明须成对出现。";
                faults.push(Fault::new(
                    Code::FILE_MISSING,
                    format!("{one}、{other}"),
                    sentence,
                ));
            }
        }
        if faults.is_empty() {
            Ok(stage)
        } else {
            Err(faults)
        }
    }
}
