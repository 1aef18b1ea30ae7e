//! Writes the plans of the list that the second implementation keeps, one description per number, into a
//! directory: `cargo run -p draw --example second -- <outdir>`. `make second` does so, and makes the list anew.

#![expect(clippy::print_stderr, reason = "a wrong call is answered")]

#[path = "../tests/common/plans.rs"]
mod plans;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let (Some(out), None) = (words.next(), words.next()) else {
        eprintln!("second <outdir>");
        std::process::exit(2);
    };
    let out = Path::new(&out);
    std::fs::create_dir_all(out)?;
    for number in 1..=plans::PLANS {
        let path = out.join(format!("{number}.json"));
        std::fs::write(path, plans::plan(number).to_string())?;
    }
    Ok(())
}
