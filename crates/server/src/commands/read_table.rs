//! The hidden subcommand that reads an upload in a limited process of its own.
//!
//! It must be answered before the command line is parsed and before any thread is started: the
//! limits it sets on itself would not fit a server. Deliberately absent: everything but the call.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use app::App;
use app::job::{Jobs, Limits};
use app::staging::Staging;
use exchange::child;
use exchange::registers::TableFiles;

use super::Failure;
use crate::bureau::Place;

/// The answer of the child, if this process was started as one.
pub(crate) fn as_child() -> Option<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (first, rest) = arguments.split_first()?;
    (first == child::SUBCOMMAND).then(|| child::main(rest, std::io::stdout().lock()))
}

/// Where register files of this bureau go through: `DATA/uploads`, read by this very binary. Long work
/// leaves its files in `DATA/jobs`.
pub(crate) fn staging(app: App, place: &Place, limits: Limits) -> Result<Staging, Failure> {
    let exe =
        std::env::current_exe().map_err(|error| Failure::file("mingqian".as_ref(), &error))?;
    let tables = Arc::new(TableFiles::new(exe));
    let jobs = Jobs::new(app, &place.data.join("jobs"), limits);
    Ok(Staging::new(&jobs, &place.data.join("uploads"), tables))
}
