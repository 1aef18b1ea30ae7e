//! What the use cases promise, told without a screen: each story asks for an intention, and looks at
//! what stands afterwards. On both engines, unless it has no database to tell of.

#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod access;
mod accounts;
mod altered;
mod campaigns;
mod cut;
mod files;
mod filters;
mod foundations;
mod imports;
mod jobs;
mod lists;
mod numbers;
mod orders;
mod passwords;
mod registers;
mod revoked;
mod rights;
mod rows;
mod rulebooks;
mod sessions;
mod shapes;
mod sheets;
mod subjects;
mod tries;
mod uploads;
mod words;
