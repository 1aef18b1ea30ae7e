//! `mingqian`: one binary for the bureau's server and for a stranger's tools.
//!
//! Read [`cli`] for the commands, then one file per command in `commands/`. Deliberately absent
//! here: any rule of the draw, the log or the law; those live in crates without clock and files.

mod bureau;
mod certificate;
mod cli;
mod commands;
mod line;
mod machine;
mod ports;
mod private;
mod record;
mod steady;
mod usage;
mod watch;

fn main() -> std::process::ExitCode {
    commands::read_table::as_child().unwrap_or_else(cli::run)
}
