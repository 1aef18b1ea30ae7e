//! `tidy --table`: how large each crate is and how much of it is tests. Figures for people; the
//! caps themselves are a rule of their own (`lint/length.rs`).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::code::production_lines;
use crate::tree::{Tree, crate_folder, is_test_file};

#[derive(Default)]
struct Size {
    /// Production lines of each file that has any.
    files: Vec<usize>,
    tests: usize,
}

/// One line per crate: files, production lines, median, ninth decile, longest, tests, ratio.
pub(crate) fn table(tree: &Tree) -> String {
    let mut out = format!(
        "{:<12}{:>6}{:>8}{:>8}{:>6}{:>6}{:>8}{:>7}\n",
        "crate", "files", "prod", "median", "p90", "max", "tests", "ratio"
    );
    for (name, size) in measure(tree) {
        write_row(&mut out, &name, size);
    }
    out
}

fn measure(tree: &Tree) -> BTreeMap<String, Size> {
    let mut sizes: BTreeMap<String, Size> = BTreeMap::new();
    for (path, text) in tree.with_extension("rs") {
        let Some(folder) = crate_folder(path) else {
            continue;
        };
        let size = sizes
            .entry(folder["crates/".len()..].to_owned())
            .or_default();
        let all = text.lines().count();
        let production = if is_test_file(path) {
            0
        } else {
            production_lines(text)
        };
        size.tests += all - production;
        if production > 0 {
            size.files.push(production);
        }
    }
    sizes
}

fn write_row(out: &mut String, name: &str, mut size: Size) {
    size.files.sort_unstable();
    let total: usize = size.files.iter().sum();
    let rank = |part: usize| {
        size.files
            .get((size.files.len() * part / 100).min(size.files.len().saturating_sub(1)))
    };
    let (median, ninth, longest) = (
        rank(50).copied(),
        rank(90).copied(),
        size.files.last().copied(),
    );
    // Integer percent keeps the table free of rounding surprises.
    let percent = (size.tests * 100).checked_div(total).unwrap_or(0);
    writeln!(
        out,
        "{name:<12}{:>6}{total:>8}{:>8}{:>6}{:>6}{:>8}{percent:>6}%",
        size.files.len(),
        median.unwrap_or(0),
        ninth.unwrap_or(0),
        longest.unwrap_or(0),
        size.tests
    )
    .expect("writing to a string cannot fail");
}
