//! Writes the bundle and every record of an attempt of `shuang/2`:
//! `cargo run -p draw --example attempt2 -- <plan.json> <outdir>`.
//!
//! The description is that of `tests/common/attempt.rs`. Where FREEZE must be refused the directory holds
//! `faults.txt` alone, one line `refused` per reason, so that two implementations can be compared byte
//! for byte without comparing sentences.

#![expect(clippy::print_stderr, reason = "what was left out is said")]

#[path = "../tests/common/attempt.rs"]
mod attempt;

use std::path::Path;

use attempt::{Outcome, make};

fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let (Some(plan), Some(out), None) = (words.next(), words.next(), words.next()) else {
        eprintln!("attempt2 <plan.json> <outdir>");
        std::process::exit(2);
    };
    let json = serde_json::from_slice(&std::fs::read(plan)?)?;
    let out = Path::new(&out);
    std::fs::create_dir_all(out)?;
    match make(&json) {
        Outcome::Refused(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            std::fs::write(out.join("faults.txt"), "refused\n".repeat(faults.len()))
        }
        Outcome::Made(made) => {
            for fault in &made.left_out {
                eprintln!("{fault}");
            }
            for (name, bytes) in &made.files {
                let path = out.join(name);
                path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
                std::fs::write(path, bytes)?;
            }
            Ok(())
        }
    }
}
