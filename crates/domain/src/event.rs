//! The trace: everything that can happen, who did it, why, and what it touched.
//!
//! An event is complete before anything is written; the store adds the images of the rows and
//! appends the leaf. Its header is one line of JSON with the fields in the order below, so that the
//! same event always has the same bytes. Everything confidential is logged as type `act` and shows
//! only a salted commitment (protocol §5).
//!
//! Deliberately absent: an “other” act, free JSON, and personal data in `facts`: a fact is an
//! identifier, a code, a count or a hash.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Role;
use crate::id::{AccountId, EventId, OrgUnitId};
use crate::time::Instant;

mod act;

pub use act::{Act, EntryType};

/// Who acted; kept by value, since names and units change and the trace must not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The account; none for the program's own clockwork and for outside parties without account.
    pub account: Option<AccountId>,
    /// The name shown then.
    pub name: String,
    /// The role in which the act was done.
    pub role: Option<Role>,
    /// The unit in which that role was held.
    pub unit: Option<OrgUnitId>,
}

impl Actor {
    /// A person who signed in, acting in one role of one unit.
    #[must_use]
    pub fn account(
        account: AccountId,
        name: impl Into<String>,
        role: Role,
        unit: OrgUnitId,
    ) -> Self {
        Self {
            account: Some(account),
            name: name.into(),
            role: Some(role),
            unit: Some(unit),
        }
    }

    /// The program itself: a job, the first start, the command line of the machine.
    #[must_use]
    pub fn program(name: impl Into<String>) -> Self {
        Self {
            account: None,
            name: name.into(),
            role: None,
            unit: None,
        }
    }

    /// An outside party without account, known by the token under which it was announced.
    #[must_use]
    pub fn outsider(name: impl Into<String>) -> Self {
        Self {
            account: None,
            name: name.into(),
            role: Some(Role::Observer),
            unit: None,
        }
    }
}

closed_list! {
    /// What kind of thing an event touched; each kind has its own page of the trace.
    enum LinkKind {
        Subject = "subject", "检查对象";
        Inspector = "inspector", "执法检查人员";
        Item = "item", "抽查事项";
        Campaign = "campaign", "抽查";
        Inspection = "inspection", "检查";
        Publication = "publication", "公示";
        Account = "account", "账号";
        Unit = "unit", "机构";
    }
}

/// Something an event touched, so that the thing's page can show its trace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What kind of thing.
    pub kind: LinkKind,
    /// Its internal key.
    pub id: String,
}

impl Link {
    /// A link to a thing by its key.
    #[must_use]
    pub fn new(kind: LinkKind, id: impl AsRef<str>) -> Self {
        Self {
            kind,
            id: id.as_ref().to_owned(),
        }
    }
}

/// One act that happened, complete before it is written.
#[doc(alias = "全程留痕")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its key.
    pub id: EventId,
    /// What happened.
    pub act: Act,
    /// When, by the clock of the caller.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// Why, where a reason is demanded.
    pub reason: Option<String>,
    /// What it touched; sorted, without repetition.
    pub links: Vec<Link>,
    /// Identifiers, codes, counts and hashes that belong to it.
    pub facts: BTreeMap<String, String>,
}

impl Event {
    /// An event without links, facts or reason yet.
    #[must_use]
    pub fn new(id: EventId, act: Act, at: Instant, actor: Actor) -> Self {
        Self {
            id,
            act,
            at,
            actor,
            reason: None,
            links: Vec::new(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds the reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds something it touched; links stay sorted and unique.
    #[must_use]
    pub fn touching(mut self, kind: LinkKind, id: impl AsRef<str>) -> Self {
        let link = Link::new(kind, id);
        if let Err(position) = self.links.binary_search(&link) {
            self.links.insert(position, link);
        }
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// Whether it is a judgement signed on paper, of which the actor only confirmed the entry ([`crate::paper`]).
    #[must_use]
    pub fn is_on_paper(&self) -> bool {
        self.facts.contains_key("confirmed_by")
    }

    /// The type of its log entry.
    #[must_use]
    pub const fn entry_type(&self) -> EntryType {
        self.act.entry_type()
    }

    /// The header as one line of JSON without blanks, fields in the declared order, facts by name.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        serde_json::to_string(self)
            .expect("strings, integers and maps with text keys always encode")
    }
}

#[cfg(test)]
mod tests;
