//! A credential belongs to one person, also where a whole register comes in: what a form refuses of one
//! entry, an import refuses of that row.
//!
//! Rows count in their order, as if each had been typed: a number that an earlier row took from its entry
//! is free, and one that an earlier row gave to an entry is taken. So it is with a code under which recusals of its former
//! holder still stand.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::id::{InspectorCode, InspectorId};
use domain::inspector::{Inspector, Presence};
use domain::text::{CredentialNumber, FieldError};
use store::inspector::{self, Holder};
use store::{Reader, StoreError};

use super::{Entry, Judged, RowVerdict};
use crate::inspector::{CODE_OF_RECUSALS, CREDENTIAL_TAKEN};

/// Whose the numbers are: by the register, and by the rows so far.
#[derive(Default)]
pub(super) struct Credentials {
    /// Holders in the register, of the numbers in the rows at hand.
    register: HashMap<CredentialNumber, Vec<Holder>>,
    /// Whom earlier rows gave a number.
    given: HashMap<CredentialNumber, Holder>,
    /// Entries that earlier rows have rewritten: what the register says of them is over.
    rewritten: HashSet<InspectorId>,
    /// How many recusals stand under a code nobody has.
    left_behind: BTreeMap<InspectorCode, usize>,
}

/// The inspector a row writes, if it writes one.
fn written(verdict: &RowVerdict) -> Option<&Inspector> {
    match verdict {
        RowVerdict::Add(Entry::Inspector(inspector))
        | RowVerdict::Update(_, Entry::Inspector(inspector)) => Some(inspector),
        _ => None,
    }
}

impl Credentials {
    /// Asks the register who holds the numbers of these rows.
    pub(super) async fn learn(
        &mut self,
        reader: &mut Reader,
        judged: &[Judged],
    ) -> Result<(), StoreError> {
        let numbers: Vec<CredentialNumber> = judged
            .iter()
            .filter_map(|row| written(&row.verdict))
            .filter_map(|inspector| inspector.credential.as_ref())
            .map(|held| held.number.clone())
            .collect();
        self.register = inspector::holders(reader, &numbers).await?;
        let adds = judged.iter().any(|row| written(&row.verdict).is_some());
        if adds {
            self.left_behind = inspector::recusals_left_behind(reader).await?;
        }
        Ok(())
    }

    /// The field for which the row may not be written, and why; if it may, the rows after it know what it changes.
    pub(super) fn refuse(&mut self, verdict: &RowVerdict) -> Option<(&'static str, FieldError)> {
        let inspector = written(verdict)?;
        if let Some(count) = self.left_behind.get(&inspector.code) {
            let (code, count) = (("code", &inspector.code as _), ("count", count as _));
            return Some(("code", CODE_OF_RECUSALS.field(&[code, count])));
        }
        let number = inspector.credential.as_ref().map(|held| &held.number);
        if let Some(other) = number.and_then(|number| self.other_holder(number, &inspector.id)) {
            let (code, name) = (&other.code, &other.name);
            let error = CREDENTIAL_TAKEN.field(&[("code", code), ("name", name)]);
            return Some(("credential", error));
        }
        self.rewritten.insert(inspector.id.clone());
        if let Some(number) = number.filter(|_| inspector.presence != Presence::Left) {
            self.given.insert(number.clone(), Holder::of(inspector));
        }
        None
    }

    fn other_holder(&self, number: &CredentialNumber, id: &InspectorId) -> Option<&Holder> {
        let registered = self.register.get(number).into_iter().flatten();
        let mut others = registered
            .filter(|holder| !self.rewritten.contains(&holder.id))
            .chain(self.given.get(number));
        others.find(|holder| holder.id != *id)
    }
}
