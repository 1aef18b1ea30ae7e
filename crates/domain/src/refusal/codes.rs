//! The registry of refusals: every wording of this crate, once.
//!
//! A code is never reused and never renumbered. Families: `AUTH` who may; `CAMP` campaign, `PLAN`
//! its plan, `DRAW` below 100 the draw (above 100 the crate `draw`); `ROST` registers, `CATA`
//! catalog, `RULE` rulebook, `KEPT` what is stored; `INSP` inspections, `PUBL` publication, `PAPR` what is signed on paper; `TEXT`, `DATE` and `CAL`
//! values. Wordings follow the microcopy of the screens. Crates above keep tables of their own.

use std::sync::LazyLock;

use super::Code;

macro_rules! registry {
    ($family:ident: $( $name:ident = $code:literal, $sentence:literal, $article:expr, $remedy:literal; )+) => {
        $(
            #[doc = $sentence]
            pub static $name: Code = Code::new($code, $sentence, $article, $remedy);
        )+

        /// Every code of this family, in the order of the source.
        pub(super) static $family: &[&Code] = &[ $( &$name ),+ ];
    };
}

mod authority;
mod campaign;
mod inspections;
mod papers;
mod registers;
mod values;

pub use authority::*;
pub use campaign::*;
pub use inspections::*;
pub use papers::*;
pub use registers::*;
pub use values::*;

/// Every code of this crate, family by family.
pub static ALL: LazyLock<Vec<&'static Code>> =
    LazyLock::new(|| [AUTHORITY, CAMPAIGN, INSPECTIONS, PAPERS, REGISTERS, VALUES].concat());
