//! Who acts: an account that signed in, with its grants and how the units stand to each other.

use domain::account::{Grant, Role};
use domain::event::Event;
use domain::id::AccountId;
use domain::org::OrgTree;
use domain::policy::{self, Place, Reach, Verb};
use domain::refusal::Refusal;

/// An account at work, as loaded at the beginning of a request.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The account.
    pub account: AccountId,
    /// The name shown beside its acts.
    pub name: String,
    /// Its grants.
    pub grants: Vec<Grant>,
    /// All units.
    pub tree: OrgTree,
}

impl Acting {
    /// Refuses unless the account may do the verb there. It decides what is shown and what is refused before it
    /// waits; the act itself asks again when it happens ([`InForce`](crate::in_force::InForce)).
    pub fn may(&self, verb: Verb, place: &Place<'_>) -> Result<(), Refusal> {
        policy::allows(&self.grants, verb, place, &self.tree)
    }

    /// Whether this grant alone allows the verb there.
    pub(crate) fn allows_by(&self, grant: &Grant, verb: Verb, place: &Place<'_>) -> bool {
        policy::allows(std::slice::from_ref(grant), verb, place, &self.tree).is_ok()
    }

    /// Refuses unless some grant allows the verb in its own unit or the whole bureau. For acts over a list, whose
    /// rows the reach has narrowed already.
    pub fn may_somewhere(&self, verb: Verb) -> Result<(), Refusal> {
        let places = self.grants.iter().map(|grant| Place::of(&grant.unit));
        let mut answers = places.map(|place| self.may(verb, &place));
        let first = answers
            .next()
            .unwrap_or_else(|| self.may(verb, &Place::BUREAU));
        answers.fold(first, |found, next| found.or(next))
    }

    /// The rows for which both verbs are allowed: what a list shows and a file may take along.
    #[must_use]
    pub fn reach_of_both(&self, one: Verb, other: Verb) -> Reach {
        let (one, other) = (self.reach(one), self.reach(other));
        match (one.everything, other.everything) {
            (true, _) => other,
            (_, true) => one,
            (false, false) => Reach {
                everything: false,
                units: one.units.intersection(&other.units).cloned().collect(),
                assigned: one.assigned && other.assigned,
            },
        }
    }

    /// What a list of that verb may show to this account; the same for count, search and export.
    #[must_use]
    pub fn reach(&self, verb: Verb) -> Reach {
        policy::reach(&self.grants, verb, &self.tree)
    }

    /// Whether the account may read an event beyond its public entry: its own, and those of the units
    /// whose events it reads.
    #[must_use]
    pub fn may_read(&self, event: &Event) -> bool {
        let own = event.actor.account.as_ref() == Some(&self.account);
        let place = Place {
            unit: event.actor.unit.as_ref(),
            assigned: own,
        };
        own || self.reach(Verb::EventRead).covers(&place)
    }

    /// Whether a menu offers the verb at all.
    #[must_use]
    pub fn offers(&self, verb: Verb) -> bool {
        policy::offers(&self.grants, verb)
    }

    /// Whether the account holds the role anywhere.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }
}
