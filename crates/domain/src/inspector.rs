//! The inspector register: who holds a valid enforcement credential and may be drawn.
//!
//! Only credentialed staff count (细则三（二）, F-1.30). Validity is asked for the whole window of a
//! campaign, so nobody is drawn whose credential ends before the visits do. Assistants, drivers and
//! experts are not inspectors and have no type here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{InspectorCode, InspectorId, ItemId, OrgUnitId};
use crate::refusal::{Refusal, codes};
use crate::text::{CredentialNumber, PersonName};
use crate::time::Date;
use crate::versioned::Shape;

mod raw;

pub use raw::{COLUMNS, RawInspector};

/// How the items an inspector may examine are kept.
pub static SCOPE: Shape<BTreeSet<ItemId>> = Shape::new("inspectors.scope", &[]);

closed_list! {
    /// Whether an inspector is at work.
    enum Presence {
        OnDuty = "on_duty", "在岗";
        OnLeave = "on_leave", "离岗";
        Left = "left", "调离";
    }
}

/// The paper that makes an inspector.
#[doc(alias = "行政执法资格证")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnforcementCredential {
    /// Its number, shown at the door.
    pub number: CredentialNumber,
    /// The last day on which it is valid.
    pub valid_until: Date,
}

/// One entry of the inspector register.
#[doc(alias = "执法检查人员")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspector {
    /// Its internal key.
    pub id: InspectorId,
    /// The code by which the inspector appears in a draw; never a name.
    pub code: InspectorCode,
    /// The name; private.
    pub name: PersonName,
    /// The unit the inspector belongs to.
    pub unit: OrgUnitId,
    /// The authority or skill under which he is drawn; `-` if there is only one kind.
    pub authority: InspectorCode,
    /// The credential, if any.
    pub credential: Option<EnforcementCredential>,
    /// The items he may inspect; empty = every item of his authority.
    pub scope: BTreeSet<ItemId>,
    /// Whether he is at work.
    pub presence: Presence,
    /// True for heads of sections, who may be appointed leader (细则四（四）).
    pub may_lead: bool,
}

closed_list! {
    /// Why an inspector stands in the frame as skipped; the name is the reason in the leaf.
    enum Ineligible {
        NotOnDuty = "off-duty", "不在岗";
        NoCredential = "no-credential", "没有执法资格证";
        Expired = "expired", "执法资格证到期";
        OutOfScope = "out-of-scope", "执法范围不含本次事项";
    }
}

impl Inspector {
    /// Why the inspector cannot be drawn for visits until that day; `None` if nothing stands in the way.
    #[must_use]
    pub fn ineligible(&self, items: &[ItemId], until: Date) -> Option<Ineligible> {
        if self.presence != Presence::OnDuty {
            return Some(Ineligible::NotOnDuty);
        }
        let Some(credential) = &self.credential else {
            return Some(Ineligible::NoCredential);
        };
        if credential.valid_until < until {
            return Some(Ineligible::Expired);
        }
        // A ticket is shared by all items of a visit, so one missing item excludes the person.
        let covered = self.scope.is_empty() || items.iter().all(|item| self.scope.contains(item));
        (!covered).then_some(Ineligible::OutOfScope)
    }

    /// Whether what is private of the inspector may be erased on `today`: he has left, and `years` have
    /// passed since `last`, the day on which he last acted or his entry was last changed.
    ///
    /// # Errors
    /// `ROST-013`, `ROST-014`.
    pub fn require_erasable(&self, last: Date, years: u32, today: Date) -> Result<(), Refusal> {
        let name = self.name.as_str();
        if self.presence != Presence::Left {
            return Err(codes::ROSTER_STILL_SERVES.refuse(&[("name", &name)]));
        }
        let months = i32::try_from(years.saturating_mul(12)).unwrap_or(i32::MAX);
        let until = last.plus_months(months);
        if today <= until {
            let until = until.to_string();
            return Err(codes::ROSTER_STILL_KEPT.refuse(&[("name", &name), ("until", &until)]));
        }
        Ok(())
    }

    /// The same as a refusal, for papers that name one person.
    ///
    /// # Errors
    /// `ROST-005` to `ROST-008`.
    pub fn require_eligible(&self, items: &[ItemId], until: Date) -> Result<(), Refusal> {
        let name = self.name.as_str();
        match self.ineligible(items, until) {
            None => Ok(()),
            Some(Ineligible::NotOnDuty) => Err(codes::ROSTER_NOT_ACTIVE
                .refuse(&[("inspector", &name), ("standing", &self.presence.label())])),
            Some(Ineligible::NoCredential) => {
                Err(codes::ROSTER_NO_CREDENTIAL.refuse(&[("inspector", &name)]))
            }
            Some(Ineligible::Expired) => {
                let until = self.credential.as_ref().map(|c| c.valid_until.to_string());
                let until = until.unwrap_or_default();
                Err(codes::ROSTER_CREDENTIAL_EXPIRED
                    .refuse(&[("inspector", &name), ("until", &until)]))
            }
            Some(Ineligible::OutOfScope) => {
                Err(codes::ROSTER_OUT_OF_SCOPE.refuse(&[("inspector", &name)]))
            }
        }
    }
}

#[cfg(test)]
mod tests;
