//! Who may do what to whose: one table decides, for pages, lists, counts, exports and files alike.
//!
//! [`TABLE`] holds (role, verb, relation) and nothing else grants anything. [`allows`] answers for
//! one thing, [`reach`] for a whole list, and both read the same rows, so a list, its count, its
//! search and its export cannot differ. [`four_eyes`] compares persons, not roles.
//!
//! Deliberately absent: a role that may do everything, exceptions in code, and rights that follow
//! from a rank.

use std::collections::BTreeSet;

use crate::account::{Grant, Role};
use crate::id::OrgUnitId;
use crate::org::OrgTree;
use crate::refusal::{Refusal, codes};

pub mod four_eyes;
mod matrix;
mod table;
mod verb;

pub use matrix::matrix;
pub use table::TABLE;
pub use verb::{Verb, VerbClass};

closed_list! {
    /// How a thing stands to the unit in which a role is held.
    enum Relation {
        Anonymous = "anonymous", "任何人";
        AnyUnit = "any_unit", "全局";
        OwnUnit = "own_unit", "本单位";
        ChildUnit = "child_unit", "下属单位";
        SiblingUnit = "sibling_unit", "平级单位";
        Assigned = "assigned", "指派给本人";
    }
}

/// True if a row for `granted` covers a thing that stands in `actual`.
fn covers(granted: Relation, actual: Relation) -> bool {
    match granted {
        Relation::Anonymous => true,
        // What is handed to a person by name is his only by the row that says so, unless the row
        // reaches the whole bureau.
        Relation::AnyUnit => actual != Relation::Anonymous,
        other => other == actual,
    }
}

/// Whether a role may do a verb to a thing in that relation.
#[must_use]
pub fn role_allows(role: Role, verb: Verb, actual: Relation) -> bool {
    TABLE
        .iter()
        .any(|(r, v, granted)| *r == role && *v == verb && covers(*granted, actual))
}

/// Roles whose holder alone decides what everybody else relies on: approving, drawing, publishing, confirming what is
/// entered of a signed paper, and the administrators. Granting one, or setting a new password of its holder, takes a second administrator.
#[must_use]
pub fn is_guarded(role: Role) -> bool {
    const DECIDING: [Verb; 5] = [
        Verb::CampaignApprove,
        Verb::PaperConfirm,
        Verb::CampaignDraw,
        Verb::OutcomeApprove,
        Verb::OutcomePublish,
    ];
    role.is_administrator()
        || TABLE
            .iter()
            .any(|(r, verb, _)| *r == role && DECIDING.contains(verb))
}

/// Where the thing stands that somebody wants to act on.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The unit it belongs to; none for what belongs to the bureau as a whole.
    pub unit: Option<&'a OrgUnitId>,
    /// True if it was assigned to the account that asks.
    pub assigned: bool,
}

impl<'a> Place<'a> {
    /// A thing of the bureau as a whole, e.g. the rulebook.
    pub const BUREAU: Place<'static> = Place {
        unit: None,
        assigned: false,
    };

    /// A thing of one unit.
    #[must_use]
    pub const fn of(unit: &'a OrgUnitId) -> Self {
        Self {
            unit: Some(unit),
            assigned: false,
        }
    }

    /// The same thing, assigned to the account that asks.
    #[must_use]
    pub const fn assigned(self) -> Self {
        Self {
            unit: self.unit,
            assigned: true,
        }
    }

    /// Every relation in which the thing stands to a unit.
    #[must_use]
    pub fn relations_to(&self, unit: &OrgUnitId, tree: &OrgTree) -> Vec<Relation> {
        let mut relations = vec![Relation::AnyUnit];
        if self.assigned {
            relations.push(Relation::Assigned);
        }
        if let Some(own) = self.unit {
            if own == unit {
                relations.push(Relation::OwnUnit);
            } else if tree.is_below(own, unit) {
                relations.push(Relation::ChildUnit);
            } else if tree.are_siblings(own, unit) {
                relations.push(Relation::SiblingUnit);
            }
        }
        relations
    }
}

/// Whether an account with these grants may do the verb to the thing; nobody signed in = no grants.
///
/// # Errors
/// `AUTH-001` naming the verb.
pub fn allows(
    grants: &[Grant],
    verb: Verb,
    place: &Place<'_>,
    tree: &OrgTree,
) -> Result<(), Refusal> {
    let public = role_allows(Role::Public, verb, Relation::Anonymous);
    let granted = grants.iter().any(|grant| {
        place
            .relations_to(&grant.unit, tree)
            .into_iter()
            .any(|relation| role_allows(grant.role, verb, relation))
    });
    if public || granted {
        Ok(())
    } else {
        Err(codes::AUTH_NOT_ALLOWED.refuse(&[("verb", &verb.label())]))
    }
}

/// Whether any grant allows the verb at all; decides what a menu shows, never what a page does.
#[must_use]
pub fn offers(grants: &[Grant], verb: Verb) -> bool {
    role_allows(Role::Public, verb, Relation::Anonymous)
        || grants.iter().any(|grant| {
            TABLE
                .iter()
                .any(|(role, v, _)| *role == grant.role && *v == verb)
        })
}

/// The rows a list may show: the same for the list, its count, its search and its export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Every row, whatever unit it belongs to.
    pub everything: bool,
    /// Rows of these units.
    pub units: BTreeSet<OrgUnitId>,
    /// Rows assigned to the account.
    pub assigned: bool,
}

impl Reach {
    /// True if no row may be shown.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.everything && !self.assigned && self.units.is_empty()
    }

    /// True if a row at that place may be shown.
    #[must_use]
    pub fn covers(&self, place: &Place<'_>) -> bool {
        self.everything
            || (self.assigned && place.assigned)
            || place.unit.is_some_and(|unit| self.units.contains(unit))
    }
}

/// What an account with these grants may see in a list of that verb.
#[must_use]
pub fn reach(grants: &[Grant], verb: Verb, tree: &OrgTree) -> Reach {
    let mut reach = Reach {
        everything: role_allows(Role::Public, verb, Relation::Anonymous),
        ..Reach::default()
    };
    for grant in grants {
        for (_, _, granted) in TABLE
            .iter()
            .filter(|(role, v, _)| *role == grant.role && *v == verb)
        {
            match granted {
                Relation::Anonymous | Relation::AnyUnit => reach.everything = true,
                Relation::Assigned => reach.assigned = true,
                Relation::OwnUnit => {
                    reach.units.insert(grant.unit.clone());
                }
                Relation::ChildUnit => reach.units.extend(
                    tree.units()
                        .filter(|unit| tree.is_below(unit, &grant.unit))
                        .cloned(),
                ),
                Relation::SiblingUnit => reach.units.extend(
                    tree.units()
                        .filter(|unit| tree.are_siblings(unit, &grant.unit))
                        .cloned(),
                ),
            }
        }
    }
    reach
}

#[cfg(test)]
mod tests;
