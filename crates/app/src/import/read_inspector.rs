//! A row of the inspector register: read by itself, then laid over the entry it belongs to.

use std::collections::BTreeMap;

use domain::id::InspectorId;
use domain::inspector::RawInspector;
use domain::text::narrow;
use store::Reader;
use store::inspector::{self, StoredInspector};

use super::judge::{Candidate, Entry, Kept};
use super::{RowFault, StagedRow, Terms};
use crate::AppError;
use crate::inspector::as_typed;
use crate::port::Entropy;

fn lay_over<'a>(typed: &mut RawInspector, pairs: impl Iterator<Item = (&'static str, &'a str)>) {
    for (field, text) in pairs {
        typed.set(field, text);
    }
}

/// Reads a row as a new entry; a row without a unit belongs to the unit that imports.
pub(super) fn candidate(
    terms: &Terms,
    row: &StagedRow,
    entropy: &dyn Entropy,
) -> Result<Candidate, Vec<RowFault>> {
    let mut typed = RawInspector::default();
    lay_over(&mut typed, terms.missing(row));
    lay_over(&mut typed, terms.given(row));
    let named = narrow(&typed.unit);
    let unit = if named.is_empty() {
        Some(&terms.unit)
    } else {
        terms.units.get(&named)
    };
    let read = typed
        .read(InspectorId::from_entropy(entropy.bytes()), unit.cloned())
        .map_err(|errors| terms.faults(row, &errors))?;
    let key = read.code.to_string();
    Ok(Candidate {
        entry: Entry::Inspector(Box::new(read)),
        key,
        hints: Vec::new(),
    })
}

/// The entries of the register that any of these rows belongs to.
pub(super) async fn known(
    reader: &mut Reader,
    candidates: &[&Candidate],
) -> Result<BTreeMap<String, Kept>, AppError> {
    let codes: Vec<String> = candidates
        .iter()
        .map(|candidate| candidate.key.clone())
        .collect();
    let found = inspector::by_codes(reader, &codes).await?;
    let keyed = |kept: StoredInspector| {
        (
            kept.inspector.code.to_string(),
            Kept::Inspector(Box::new(kept)),
        )
    };
    Ok(found.into_iter().map(keyed).collect())
}

/// The entry with the row laid over it; `None` if nothing differs.
pub(super) fn merged(
    terms: &Terms,
    row: &StagedRow,
    kept: &StoredInspector,
) -> Result<Option<Entry>, Vec<RowFault>> {
    let before = &kept.inspector;
    let mut typed = as_typed(
        before,
        terms.names.get(&before.unit).map_or("", String::as_str),
    );
    lay_over(&mut typed, terms.given(row));
    let unit = terms.units.get(&narrow(&typed.unit)).cloned();
    let read = typed
        .read(before.id.clone(), unit)
        .map_err(|errors| terms.faults(row, &errors))?;
    let differs = read != *before;
    Ok(differs.then(|| Entry::Inspector(Box::new(read))))
}
