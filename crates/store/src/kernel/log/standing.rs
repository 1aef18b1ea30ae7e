//! Whole tables as the log leaves them, asked before something is fixed from them: a row that was altered, put back to an
//! older image or taken away for the while of a freeze, and put right afterwards, would leave no trace.
//!
//! Whoever asks gets the very rows that were compared. A second query could be answered otherwise: by an index that
//! leaves a row out, by a view that looks at the question.
//!
//! The audit's own replay folds the whole log, of which the rows of these tables alone are gathered. Deliberately absent:
//! what was altered once and written again by the program since, which the audit names for ever.

use super::head;
use crate::error::StoreError;
use crate::kernel::audit::{Fault, of_tables};
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::TracedTable;
use crate::kernel::value::Row;
use crate::schema::TRACED;

/// The tables of these registers.
pub(crate) fn tables_of(registers: &[Register]) -> Vec<&'static TracedTable> {
    let is_asked = |table: &&'static TracedTable| {
        let register = table.layout().register;
        register.is_some_and(|register| registers.contains(&register))
    };
    TRACED.iter().filter(is_asked).collect()
}

/// Takes every row of these tables, with all columns and its stamp, in the order of its key; refuses tables in which a
/// row is not what the newest entry that wrote it left, is gone, or was written by no entry.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row and the entry; what `take` says of a row that is as it was left.
pub(crate) async fn as_written(
    reader: &mut Reader,
    tables: &[&'static TracedTable],
    take: &mut (dyn FnMut(&'static TracedTable, &Row) -> Result<(), StoreError> + Send),
) -> Result<(), StoreError> {
    let (_, root) = head(reader).await?;
    // A row that was altered may be one nobody can take: that it was altered is what has to be said.
    let mut taken = Ok(());
    let report = of_tables(reader, tables, &mut |table, row| {
        if taken.is_ok() {
            taken = take(table, row);
        }
    })
    .await?;
    let others = match report.faults.len() {
        0 | 1 => String::new(),
        all => format!("；这样的共 {all} 处"),
    };
    match report.faults.first() {
        Some(fault) => Err(StoreError::contradiction(&fault.to_string(), &others)),
        None if report.root == Some(root) => taken,
        None => Err(StoreError::contradiction(
            "留痕的条目",
            "算不出日志头的根：有条目被改动",
        )),
    }
}

/// Whether a fault says that a row as it stands is not what the log leaves of it.
pub(in crate::kernel) fn is_of_a_row(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Changed { .. }
            | Fault::Missing { .. }
            | Fault::Extra { .. }
            | Fault::Unchecked { .. }
    )
}
