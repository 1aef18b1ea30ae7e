//! What stories are told with: both engines, a clock and a generator that obey, a synthetic city.
//!
//! Dev only: nothing of this is in the binary but the demo city's words, which `mingqian demo` uses
//! through this crate and which are technically marked.

pub mod city;
pub mod clock;
pub mod engines;
pub mod folder;
pub mod old;
pub mod outline;
pub mod waiting;
pub mod wire;
