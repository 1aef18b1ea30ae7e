//! The recusals from a firm follow it when it gets another code: each row is written again under that, in the same act.
//!
//! Deliberately absent: guessing whose a row is. One that is of nobody known stops the change of the code.

use domain::recusal::Recusal;
use domain::text::SubjectCode;

use super::{Kept, all, settle};
use crate::error::StoreError;
use crate::inspector::entries;
use crate::kernel::cell::PersonKey;
use crate::kernel::guard::Recording;
use crate::kernel::reader::Reader;
use crate::person;

/// A row that is to stand under another code of its firm.
struct Going {
    /// What stands there already, of the same inspector.
    stands: Option<Kept>,
    kept: Kept,
    /// The person, and the key under which the explanation is sealed.
    sealed_by: Option<(String, PersonKey)>,
}

/// The recusals of a firm that is to have another code.
pub struct OfSubject {
    rows: Vec<Going>,
    to: SubjectCode,
    untied: Vec<Recusal>,
}

/// The recusals from a firm that gets the code `to`.
pub async fn recusals_of_subject(
    reader: &mut Reader,
    from: &SubjectCode,
    to: &SubjectCode,
) -> Result<OfSubject, StoreError> {
    let people = entries(reader).await?;
    let mut found = OfSubject {
        rows: Vec::new(),
        to: to.clone(),
        untied: Vec::new(),
    };
    let (go, mut stay): (Vec<Kept>, Vec<Kept>) = all(reader, &people)
        .await?
        .into_iter()
        .filter(|kept| [from, to].contains(&&kept.recusal.subject))
        .partition(|kept| kept.recusal.subject == *from);
    for kept in go {
        let same = |other: &Kept| other.recusal.inspector == kept.recusal.inspector;
        let stands = stay.iter().position(same).map(|at| stay.swap_remove(at));
        let held = people
            .iter()
            .find(|held| Some(&held.id) == kept.person.as_ref());
        let strange = stands.as_ref().is_some_and(|one| one.person != kept.person);
        let Some(held) = held.filter(|_| !strange) else {
            found.untied.push(kept.recusal);
            continue;
        };
        let key = held.key.clone();
        found.rows.push(Going {
            stands,
            kept,
            sealed_by: key.map(|key| (person::inspector(&held.id), key)),
        });
    }
    Ok(found)
}

impl OfSubject {
    /// Those of which nobody knows whose they are: they cannot be written under another code, nor stay behind.
    #[must_use]
    pub fn untied(&self) -> Vec<&Recusal> {
        self.untied.iter().collect()
    }

    /// Writes each row again under the code to come.
    pub(crate) async fn follow(self, rec: &mut Recording) -> Result<(), StoreError> {
        for going in self.rows {
            let pair = (going.kept.recusal.inspector.clone(), self.to.clone());
            let sealed_by = going.sealed_by.as_ref();
            let sealed_by = sealed_by.map(|(holder, key)| (holder.as_str(), key));
            settle(
                rec,
                &pair,
                (going.stands.as_ref(), &[going.kept]),
                sealed_by,
            )
            .await?;
        }
        Ok(())
    }
}
