//! A row of the subject register: read by itself, then laid over the entry it belongs to.
//!
//! A blank cell never clears what the register already knows; a default only fills what is new.

use std::collections::BTreeMap;

use domain::id::SubjectId;
use domain::subject::{RawSubject, Subject, SubjectKind};
use store::Reader;
use store::subject::{self, StoredSubject};

use super::judge::{Candidate, Entry, Kept};
use super::{RowFault, StagedRow, Terms};
use crate::AppError;
use crate::port::Entropy;
use crate::subject::as_typed;

fn lay_over(typed: &mut RawSubject, pairs: impl Iterator<Item = (&'static str, impl AsRef<str>)>) {
    for (field, text) in pairs {
        let text = text.as_ref();
        match field {
            "kind" => typed.set(field, kind_of(text)),
            _ => typed.set(field, text),
        };
    }
}

/// Registration authorities write legal forms where the register wants kinds.
fn kind_of(text: &str) -> &str {
    const FORMS: [(&str, SubjectKind); 9] = [
        ("个体", SubjectKind::Individual),
        ("合作社", SubjectKind::Cooperative),
        ("公司", SubjectKind::Enterprise),
        ("独资", SubjectKind::Enterprise),
        ("合伙", SubjectKind::Enterprise),
        ("集体", SubjectKind::Enterprise),
        ("国有", SubjectKind::Enterprise),
        ("全民所有", SubjectKind::Enterprise),
        ("外商", SubjectKind::Enterprise),
    ];
    let form = FORMS.iter().find(|(form, _)| text.contains(form));
    form.map_or(text, |(_, kind)| kind.label())
}

/// Reads a row as a new entry; its key is the code, or name and district without one.
pub(super) fn candidate(
    terms: &Terms,
    row: &StagedRow,
    entropy: &dyn Entropy,
) -> Result<Candidate, Vec<RowFault>> {
    let mut typed = RawSubject::default();
    lay_over(&mut typed, terms.missing(row));
    lay_over(&mut typed, terms.given(row));
    let read = typed
        .read(SubjectId::from_entropy(entropy.bytes()), &terms.source)
        .map_err(|errors| terms.faults(row, &errors))?;
    let hints = read
        .warnings
        .iter()
        .map(|(field, hint)| terms.fault(row, field, hint));
    Ok(Candidate {
        key: key(&read.subject),
        hints: hints.collect(),
        entry: Entry::Subject(Box::new(read.subject)),
    })
}

fn key(subject: &Subject) -> String {
    match subject.code() {
        Some(code) => code.to_string(),
        None => format!("{}，{}", subject.name, subject.district),
    }
}

/// The entries of the register that any of these rows belongs to.
pub(super) async fn known(
    reader: &mut Reader,
    candidates: &[&Candidate],
) -> Result<BTreeMap<String, Kept>, AppError> {
    let (mut codes, mut names) = (Vec::new(), Vec::new());
    for candidate in candidates {
        match candidate.entry.code() {
            code if code.is_empty() => names.push(candidate.entry.name()),
            code => codes.push(code),
        }
    }
    let mut found = subject::by_codes(reader, &codes).await?;
    found.extend(subject::without_code_by_names(reader, &names).await?);
    Ok(found
        .into_iter()
        .map(|kept| (key(&kept.subject), Kept::Subject(Box::new(kept))))
        .collect())
}

/// The entry with the row laid over it; `None` if nothing differs.
pub(super) fn merged(
    terms: &Terms,
    row: &StagedRow,
    kept: &StoredSubject,
) -> Result<Option<Entry>, Vec<RowFault>> {
    let mut typed = as_typed(kept);
    lay_over(&mut typed, terms.given(row));
    let read = typed
        .read(kept.subject.id.clone(), &kept.subject.source)
        .map_err(|errors| terms.faults(row, &errors))?;
    let differs = read.subject != kept.subject;
    Ok(differs.then(|| Entry::Subject(Box::new(read.subject))))
}
