//! `mingqian draw --template DIR`: a filled, synthetic set of files that runs as it is: the ceremony it announces
//! lies ahead, and its files can be written over.

use std::io::Write;
use std::path::Path;

use ::draw::Suite;
use app::port::Clock;
use serde_json::json;

use super::folder::Draft;
use crate::commands::{Failure, Output};

const FILES: [(&str, &str); 8] = [
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
        DOCUMENT,
        include_str!("../../../templates-draw/document.txt"),
    ),
    (
        "rulebook.txt",
        include_str!("../../../templates-draw/rulebook.txt"),
    ),
    (
        "nonces.txt",
        include_str!("../../../templates-draw/nonces.txt"),
    ),
];

/// The approved document whose hash the plan states.
const DOCUMENT: &str = "document.txt";

/// Days until the ceremony of the samples, so that they can be frozen when they are read.
const DAYS: i64 = 2;

/// Writes the samples into a new folder; CSV with BOM, so that spreadsheets read the Chinese.
pub(super) fn run(folder: &Path, clock: &dyn Clock, output: &Output) -> Result<u8, Failure> {
    let mut draft = Draft::begin_writable(folder)?;
    let ceremony = clock.now().date().plus_days(DAYS);
    let document = FILES.iter().find(|(name, _)| *name == DOCUMENT);
    let document = document.map_or("", |(_, text)| text);
    let filled = |text: &str| {
        text.replace("{ceremony}", &format!("{ceremony} 09:30"))
            .replace("{reveal_by}", &format!("{ceremony} 10:00"))
            .replace(
                "{document}",
                &Suite::Sha256.bytes(document.as_bytes()).to_string(),
            )
    };
    for (name, text) in FILES {
        let bom = if name.ends_with(".csv") {
            "\u{feff}"
        } else {
            ""
        };
        draft.write(name, |out| write!(out, "{bom}{}", filled(text)))?;
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
