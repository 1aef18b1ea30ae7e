//! The second line of a body, read for what the index of the log repeats of it: act, time, account, links.
//!
//! Read leniently: a header is believed because its body has the hash the entry names, and what a later build adds
//! to it must not make this one blind. Deliberately absent: what the act was about (`domain`).

use std::collections::BTreeMap;

use domain::event::Act;
use serde::Deserialize;

use super::history::{Age, STRUCTURE};

/// What the log itself says of an event.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) id: String,
    pub(super) act: String,
    pub(super) at: i64,
    actor: Actor,
    links: Vec<Link>,
    facts: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Actor {
    account: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Link {
    kind: String,
    id: String,
}

impl Header {
    pub(super) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// The account that acted.
    pub(super) fn account(&self) -> Option<&str> {
        self.actor.account.as_deref()
    }

    /// Kind and key of each thing the event touched.
    pub(super) fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.links
            .iter()
            .map(|link| (link.kind.as_str(), link.id.as_str()))
    }

    /// What the event says of itself under that name.
    pub(super) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(String::as_str)
    }

    /// The migration this event carried out.
    pub(super) fn migration(&self) -> Option<Age> {
        if self.act != Act::SchemaMigrated.name() {
            return None;
        }
        let name = self.facts.get("migration")?;
        name.split_once('_')?.0.parse().ok()
    }

    /// The structure under which this event founded the bureau.
    pub(super) fn founded_under(&self) -> Option<Age> {
        if self.act != Act::BureauInstalled.name() {
            return None;
        }
        self.facts.get(STRUCTURE)?.parse().ok()
    }
}
