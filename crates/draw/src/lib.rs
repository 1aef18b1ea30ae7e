//! The lottery of `shuang/1` and `shuang/2` (双随机抽取): subjects, inspectors, teams and leaders follow from a
//! frozen frame and a seed by arithmetic that anybody can repeat with `sha256sum` and `sort`.
//!
//! Read in this order: [`digest`] and [`name`] (the bytes), [`leaf`], [`merkle`] (what FREEZE
//! commits to), [`frame`] and [`mod@freeze`] (T1), [`seed`] and [`level`] (T2, T3), [`ticket`] and
//! [`select`] (T4), [`standing`] and [`part`] (T5), [`bundle`] and [`proof`] (T6). [`record`] holds
//! one file per public record; [`quota`] the arithmetic that fixes how many are drawn. [`version`]
//! says which text an attempt is under, [`sealing`] what `shuang/2` keeps under keys, [`judge`] what is
//! wrong with a bundle of it. The normative texts are `docs/SPEC-draw.md` and, for `shuang/1`,
//! `docs/SPEC-draw-1.md`.
//!
//! Deliberately absent: clocks, randomness, files, networks, SQL. The secret S and the nonces come
//! in as arguments; the signature of a beacon is checked by the crate `verify`; whether an
//! interval has passed is decided by the caller who owns the clock. There are no weights, no
//! rejection sampling and no second reserve order.

pub mod bundle;
pub mod digest;
pub mod fault;
pub mod frame;
pub mod freeze;
pub mod judge;
pub mod leaf;
pub mod level;
pub mod merkle;
pub mod name;
mod parallel;
pub mod part;
pub mod proof;
pub mod quota;
pub mod record;
pub mod sealing;
pub mod seed;
pub mod select;
pub mod standing;
pub mod succession;
pub mod ticket;
pub mod version;

pub use digest::{Digest, Suite};
pub use fault::{Code, Fault, Refusal};
pub use frame::Frame;
pub use freeze::{Frozen, Terms, freeze, freeze_under};
pub use level::Level;
pub use name::{Stratum, Token};
pub use seed::SeedText;
pub use select::{Drawn, draw, draw_revealed};
pub use standing::Standing;
pub use version::Version;
