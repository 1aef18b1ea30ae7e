//! States kept as JSON: each text says the version of its shape, and every earlier version has a
//! reader.
//!
//! A [`Shape`] is declared beside the type it reads. An object carries its version as `"v"`; what has
//! none is version 1, as the first build wrote it. When a type changes its fields, one upgrade is
//! appended that leads from the last version to the new one; old rows stay as they are, are read
//! through the upgrades, and are written in the new shape by the next act on them. Every version that
//! was ever written has its samples in `samples/`, and the test that reads them goes on for ever.
//!
//! Deliberately absent: rewriting stored rows, and guessing at a shape newer than this program. A bare
//! list has no place for a version: it is version 1, and becomes an object when it has to grow.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::{Refusal, codes};

/// The name of the field that carries the version.
const VERSION: &str = "v";

/// Leads from one version of a shape to the next.
pub type Upgrade = fn(Value) -> Value;

/// How one kind of state is kept as JSON.
#[derive(Debug)]
pub struct Shape<T> {
    name: &'static str,
    upgrades: &'static [Upgrade],
    of: PhantomData<fn() -> T>,
}

/// Why a kept text yields no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A newer program wrote it: `KEPT-001`.
    Newer(Refusal),
    /// It is no state of any version.
    Broken(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(refusal) => refusal.fmt(f),
            Self::Broken(why) => f.write_str(why),
        }
    }
}

impl<T: Serialize + DeserializeOwned> Shape<T> {
    /// Declares the shape under the name of its column; one upgrade for each version after the first.
    #[must_use]
    pub const fn new(name: &'static str, upgrades: &'static [Upgrade]) -> Self {
        Self {
            name,
            upgrades,
            of: PhantomData,
        }
    }

    /// The table and the column it is kept in, and where a column keeps several, which.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The version this program writes.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.upgrades.len() as u64 + 1
    }

    /// The state a text of this or an earlier version holds.
    ///
    /// # Errors
    /// [`Unreadable::Newer`] for a version this program does not know, [`Unreadable::Broken`] else.
    pub fn read(&self, text: &str) -> Result<T, Unreadable> {
        let broken = |error: serde_json::Error| Unreadable::Broken(error.to_string());
        // The rows of an upload are read here by the million: no detour where there is nothing to upgrade.
        if self.upgrades.is_empty() && text.starts_with('[') {
            return serde_json::from_str(text).map_err(broken);
        }
        let mut value: Value = serde_json::from_str(text).map_err(broken)?;
        let version = match value.as_object_mut().and_then(|map| map.remove(VERSION)) {
            None => 1,
            Some(version) => version.as_u64().filter(|n| *n > 0).ok_or_else(|| {
                Unreadable::Broken(format!("{VERSION} is {version}, which is no version"))
            })?,
        };
        let passed = usize::try_from(version - 1).unwrap_or(usize::MAX);
        let Some(upgrades) = self.upgrades.get(passed..) else {
            return Err(Unreadable::Newer(codes::KEPT_NEWER.refuse(&[
                ("shape", &self.name),
                ("version", &version),
                ("known", &self.version()),
            ])));
        };
        let value = upgrades.iter().fold(value, |value, upgrade| upgrade(value));
        serde_json::from_value(value).map_err(broken)
    }

    /// The text that keeps a state, its fields in the order of the type.
    ///
    /// # Errors
    /// What the type's own encoding says; states of this crate always encode.
    pub fn write(&self, state: &T) -> serde_json::Result<String> {
        let text = serde_json::to_string(state)?;
        Ok(match text.strip_prefix('{') {
            Some("}") => format!("{{\"{VERSION}\":{}}}", self.version()),
            Some(fields) => format!("{{\"{VERSION}\":{},{fields}", self.version()),
            None => text,
        })
    }

    /// The same as a value, for what carries it further as one.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn written(&self, state: &T) -> serde_json::Result<Value> {
        serde_json::from_str(&self.write(state)?)
    }
}

#[cfg(test)]
mod tests;
