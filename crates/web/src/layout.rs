//! The shells around a page: workbench (signed in), portal (public), plain (sign-in,
//! observers and parties, problems without an account).
//!
//! A screen fills a [`WorkbenchPage`], [`PortalPage`] or [`PlainPage`]; one that needs its
//! own markup extends the same layout templates. Deliberately absent: who may see
//! which entry. The navigation shows what it is given; the policy makes it.

mod modes;
mod navigation;
mod page;

pub use modes::{DisplayMode, DisplayModes};
pub use navigation::{NavEntry, NavGroup, NavModel};
pub use page::{
    AccountCorner, Foot, Frame, PlainPage, PortalPage, PortalShell, Shell, WorkbenchPage,
};

#[cfg(test)]
mod tests;
