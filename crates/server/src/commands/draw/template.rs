//! `mingqian draw --template DIR`: a filled, synthetic set of files that runs as it is.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::folder::Draft;
use crate::commands::{Failure, Output};

const FILES: [(&str, &str); 6] = [
    (
        "README.md",
        include_str!("../../../templates-draw/README.md"),
    ),
    (
        "subjects.csv",
        include_str!("../../../templates-draw/subjects.csv"),
    ),
    (
        "inspectors.csv",
        include_str!("../../../templates-draw/inspectors.csv"),
    ),
    (
        "recusals.csv",
        include_str!("../../../templates-draw/recusals.csv"),
    ),
    (
        "plan.toml",
        include_str!("../../../templates-draw/plan.toml"),
    ),
    (
        "nonces.txt",
        include_str!("../../../templates-draw/nonces.txt"),
    ),
];

/// Writes the samples into a new folder; CSV with BOM, so that spreadsheets read the Chinese.
pub(super) fn run(folder: &Path, output: &Output) -> Result<u8, Failure> {
    let mut draft = Draft::begin(folder)?;
    for (name, text) in FILES {
        let bom = if name.ends_with(".csv") {
            "\u{feff}"
        } else {
            ""
        };
        draft.write(name, |out| write!(out, "{bom}{text}"))?;
    }
    draft.keep()?;
    let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    let words = format!(
        "已在 {} 写出样表：{}。先看 README.md。",
        folder.display(),
        names.join("、")
    );
    output.say(&words, &json!({"folder": folder, "files": names}));
    Ok(0)
}
