//! The demo city (演示城市): a synthetic bureau with a finished campaign and one ready to be frozen.
//!
//! Nothing is written past the use cases: the city is built by the same functions a real bureau
//! calls, under a clock that begins weeks ago, so that its log, its bundle and its audit are real.
//! It is technically marked (`demonstration = 1`) and can never become a real installation.
//!
//! Read `city` (units, accounts, registers), then `chain` (the finished campaign, step by step),
//! then `words` (the synthetic names). Deliberately absent: real firms, real persons, fixed passwords.

mod chain;
mod city;
mod clock;
mod words;

pub use chain::beginning;
pub use city::{City, Login, build};
pub use clock::ReplayClock;
