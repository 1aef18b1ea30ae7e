//! Folders of a draw that were frozen under `shuang/1` from the samples, by a build of 2026-11-28: nothing is frozen
//! under it any more, and what was is finished. `plain` has two parties, `dice` has dice too and at least level 2.

use std::fs;
use std::path::Path;

/// Lays one of them at a path.
pub(crate) fn lay(name: &str, goal: &Path) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stage/frozen_under_one");
    fs::create_dir_all(goal.join("sealed")).unwrap();
    for file in [
        "freeze.txt",
        "plan.txt",
        "sealed/secret.txt",
        "sealed/subjects.tsv",
        "sealed/inspectors.tsv",
        "sealed/recusals.tsv",
    ] {
        fs::copy(kept.join(name).join(file), goal.join(file)).unwrap();
    }
}
