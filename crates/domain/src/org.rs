//! The bureau and its units: who inspects, who answers for it, who stands beside whom.
//!
//! The law knows one authority (检查主体); papers are issued in its name, the unit is the
//! responsible section (责任科室). Deliberately absent: persons, see [`crate::account`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::OrgUnitId;
use crate::text::{DistrictCode, Usci};

closed_list! {
    /// What kind of unit it is.
    enum UnitKind {
        Bureau = "bureau", "局";
        Section = "section", "科室";
        Affiliate = "affiliate", "直属单位";
        Brigade = "brigade", "大队";
    }
}

closed_list! {
    /// How far the jurisdiction of an authority reaches.
    enum Level {
        City = "city", "市本级";
        District = "district", "县（市、区）";
    }
}

/// The body in whose name inspections are made.
#[doc(alias = "检查主体")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// Its full official name.
    pub name: String,
    /// Letters of its campaign numbers, e.g. `CG`.
    pub number_letters: String,
    /// Its own credit identifier; unknown for some bureaus until installed (F-2.7).
    pub usci: Option<Usci>,
    /// The district it belongs to.
    pub district: DistrictCode,
    /// How far its jurisdiction reaches.
    pub level: Level,
}

/// One unit of the bureau.
#[doc(alias = "责任科室")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgUnit {
    /// Its key.
    pub id: OrgUnitId,
    /// Its name, e.g. 执法监督科.
    pub name: String,
    /// What kind of unit it is.
    pub kind: UnitKind,
    /// The unit above it; none for the bureau itself.
    pub parent: Option<OrgUnitId>,
}

/// All units, to tell how one stands to another.
#[derive(Clone, Debug, Default)]
pub struct OrgTree(BTreeMap<OrgUnitId, Option<OrgUnitId>>);

impl OrgTree {
    /// Builds the tree from unit and parent.
    pub fn new(units: impl IntoIterator<Item = (OrgUnitId, Option<OrgUnitId>)>) -> Self {
        Self(units.into_iter().collect())
    }

    /// Every unit.
    pub fn units(&self) -> impl Iterator<Item = &OrgUnitId> {
        self.0.keys()
    }

    /// The unit above, if any.
    #[must_use]
    pub fn parent(&self, unit: &OrgUnitId) -> Option<&OrgUnitId> {
        self.0.get(unit).and_then(Option::as_ref)
    }

    /// True if `unit` stands anywhere below `above`; a loop in bad rows ends the climb.
    #[must_use]
    pub fn is_below(&self, unit: &OrgUnitId, above: &OrgUnitId) -> bool {
        let mut current = self.parent(unit);
        for _ in 0..self.0.len() {
            match current {
                Some(parent) if parent == above => return true,
                Some(parent) => current = self.parent(parent),
                None => return false,
            }
        }
        false
    }

    /// True if both are different units directly under the same unit.
    #[must_use]
    pub fn are_siblings(&self, one: &OrgUnitId, other: &OrgUnitId) -> bool {
        one != other && self.parent(one).is_some() && self.parent(one) == self.parent(other)
    }
}
