//! Register files on their way in, as a browser and as the command line send them: the router of the
//! site, the real reading process, real databases.
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod broken;
mod command;
mod credentials;
mod errors;
mod hostile;
mod jobs;
mod killed;
mod office;
mod queue;
mod register;
mod restart;
mod rights;
mod road;
mod shown;
mod together;
mod waiting;
