//! Files in and out: what an office hands over as a table (名录、人员、事项), and what we hand back.
//!
//! Reading order:
//!
//! 1. [`table`] – reads CSV and XLSX row by row within limits, whatever the file claims to be.
//! 2. [`header`] – finds the header row and matches it to the columns we know.
//! 3. [`child`] – does the reading of an upload in a limited child process, because a hostile
//!    workbook can make any library ask for more memory than the machine has.
//! 4. [`errors_file`], [`template`], [`csv_file`] – the user's own rows with what is wrong in each,
//!    an empty form to fill in, and export.
//! 5. [`registers`] – the columns of our own registers, and all of this behind the port that
//!    `app::staging` asks.
//!
//! Every refusal is one of [`codes`]. Deliberately absent: what a row means (that is `domain`), old
//! binary `.xls`, UTF-16 and ODS (refused, with the way out), and formulas (only their stored
//! values are read, none is ever written).

pub mod child;
pub mod codes;
pub mod csv_file;
pub mod errors_file;
pub mod header;
pub mod registers;
pub mod table;
pub mod template;
