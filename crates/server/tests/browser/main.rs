//! The whole chain in a real browser: what a newcomer, an outside party, an inspector and a stranger
//! see and press, in headless Chromium driven through the WebDriver standard.
//!
//! Reading order: `bureau` (a demo city and its server, thrown away afterwards) → `chrome` (browser
//! sessions) → `person` (what somebody does at a page: opens, presses, fills in, reads) → `chain` (the
//! acts of a campaign) → the stories: `newcomer`, `without_script`, `widths`, `console`, `register`, `second_version`;
//! and `corpus`, the offline page before every bundle of `crates/verify/corpus`.
//!
//! Elements are found as people find them, by label and words, never by style classes. A wait is
//! always for a fact on the page and always bounded. Deliberately absent: what is proved without a
//! browser (rights, records, bad input of single acts), and any comparison of pictures; pictures of
//! the main pages are left in `CARGO_TARGET_TMPDIR/shots` to be looked at.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]
#![expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; a story is a straight line"
)]

#[path = "../../../web/tests/site/browser.rs"]
mod browser;
mod bureau;
#[path = "../../../verify/tests/corpus/cases.rs"]
mod cases;
#[path = "../../../web/tests/campaign/cast.rs"]
#[expect(dead_code, reason = "the stories of `web` ask more of their people")]
mod cast;
mod chain;
mod chrome;
mod console;
mod corpus;
mod newcomer;
#[path = "../../../verify/tests/corpus/pack.rs"]
mod pack;
mod person;
mod register;
#[path = "../../../verify/tests/corpus/said.rs"]
mod said;
mod second_version;
mod widths;
mod wire;
mod without_script;
