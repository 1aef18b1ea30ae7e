//! Which version holds for what: a campaign obeys the one it was approved under, for ever; everything
//! else obeys the one in force.

use super::Rulebook;
use crate::campaign::CampaignState;
use crate::time::Instant;

/// Every adopted version, oldest first.
#[derive(Clone, Debug)]
pub struct Rulebooks(Vec<(Instant, Rulebook)>);

impl Rulebooks {
    /// The versions with the moments of their adoption, oldest first.
    #[must_use]
    pub const fn new(adopted: Vec<(Instant, Rulebook)>) -> Self {
        Self(adopted)
    }

    /// The version in force: the one adopted last. `None` before the first.
    #[must_use]
    pub fn in_force(&self) -> Option<&Rulebook> {
        self.0.last().map(|(_, rules)| rules)
    }

    /// The version a campaign obeys: before its approval the one in force, afterwards the one its
    /// approval names. An approval of the first build names none: it was given under the version in
    /// force at its moment, or under the first if the clock stood before that.
    #[must_use]
    pub fn of(&self, state: &CampaignState) -> Option<&Rulebook> {
        let Some(approval) = state.approval() else {
            return self.in_force();
        };
        match &approval.rulebook {
            Some(version) => self.version(version),
            None => self.in_force_at(approval.step.at),
        }
    }

    fn version(&self, version: &str) -> Option<&Rulebook> {
        let mut rules = self.0.iter().map(|(_, rules)| rules);
        rules.find(|rules| rules.version == version)
    }

    fn in_force_at(&self, at: Instant) -> Option<&Rulebook> {
        let before = self.0.iter().rfind(|(adopted, _)| *adopted <= at);
        before.or_else(|| self.0.first()).map(|(_, rules)| rules)
    }
}
