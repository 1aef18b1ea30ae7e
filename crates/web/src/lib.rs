//! Pages: how the bureau, the observers and the public see the work.
//!
//! Reading order: `text` (words, numbers, addresses) → `component` (one piece of
//! a page each, with its template) → `layout` (the shells around them) → `form`,
//! `filter`, `paging` (what comes back from a browser) → `csrf`, `headers`,
//! `asset`, `problem` (what every answer carries) → `gate` (who may come in) → `route`
//! (every address there is) → `screen` (what stands there).
//!
//! Every page is complete without script, holds no inline style or script, and
//! escapes everything by construction: templates escape whatever is not a
//! [`component::Fragment`], and a fragment is made only by rendering a template.
//! Deliberately absent: rules of the law (`domain`), transactions (`app`), SQL.

pub mod asset;
pub mod component;
pub mod csrf;
pub mod filter;
pub mod form;
pub mod gate;
pub mod headers;
pub mod layout;
pub mod paging;
pub mod problem;
pub mod route;
pub mod screen;
pub mod text;
