//! The program as somebody runs it who only reads what it says.

use std::path::Path;
use std::process::Command;

/// Exit code and what was said, on either stream.
pub fn said(words: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mingqian"))
        .args(words)
        .output()
        .unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said)
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
