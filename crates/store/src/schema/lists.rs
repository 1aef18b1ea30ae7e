//! The tables by what the audit does with them.

use super::*;
use crate::kernel::history::Schema;

/// Every traced table, for the audit.
pub const TRACED: &[TracedTable] = &[
    INSTALLATION,
    ORG_UNITS,
    SUBJECTS,
    INSPECTORS,
    RECUSALS,
    ITEMS,
    HOLIDAYS,
    OUTCOME_CODES,
    RULEBOOKS,
    ACCOUNTS,
    GRANTS,
    CREDENTIAL_MARKS,
    ACCESS_REQUESTS,
    SIGNED_PAPERS,
    CAMPAIGNS,
    PARTY_LINKS,
    VOID_ATTEMPTS,
    SEALED_VISITS,
    INSPECTIONS,
    PUBLICATIONS,
    COUNTERS,
    ATTACHMENTS,
];

/// Every traced table whose rows name content, by a column `sha256` and its size in a column `bytes`: what
/// the audit looks up, and what is never an orphan.
pub const NAMING: &[TracedTable] = &[ATTACHMENTS];

/// Traced tables that are gone: their images stay readable.
pub const RETIRED: &[TracedTable] = &[];

/// What the audit knows.
pub(crate) const SCHEMA: Schema = Schema {
    traced: TRACED,
    retired: RETIRED,
};

/// Every untraced table.
pub const UNTRACED: &[UntracedTable] = &[
    CREDENTIALS,
    AWAITED_CREDENTIALS,
    PERSON_KEYS,
    SESSIONS,
    LOGIN_FAILURES,
    LOGIN_DEVICES,
    DRAFTS,
    SUBMISSIONS,
    IMPORTS,
    IMPORT_ROWS,
    IMPORT_FAULTS,
    JOBS,
];

/// Untraced tables that only PostgreSQL has: beside SQLite content and announcements lie as files.
pub const POSTGRES_ONLY: &[UntracedTable] = &[BLOBS, BLOB_CHUNKS, ANNOUNCEMENTS];

/// Tables of which the audit recomputes every column from entries and bodies, from what the migrations are, or from
/// both.
pub const RECOMPUTED: &[&str] = &[
    "log_head",
    "log_events",
    "log_bodies",
    "log_leaves",
    "log_nodes",
    "log_links",
    "log_records",
    "register_versions",
    "migrations",
];

/// Tables of which the audit looks at what a row names, not at every row: of content, what is named by a traced row;
/// of what is to be swept, that nothing stands there which this program could not have left; of password hashes, that an
/// act has set them.
pub const IN_PART: &[&str] = &[
    "blobs",
    "blob_chunks",
    "credentials",
    "awaited_credentials",
    "person_keys",
    "unswept",
];

/// Tables of the log itself and of the migrations: written by the kernel only.
pub const KERNEL: &[&str] = &[
    "log_head",
    "log_events",
    "log_bodies",
    "log_leaves",
    "log_nodes",
    "log_links",
    "log_records",
    "register_versions",
    "migrations",
    "unswept",
];

/// The name of every table.
pub(crate) fn names() -> Vec<&'static str> {
    let traced = TRACED.iter().map(|table| table.0.name);
    let untraced = UNTRACED.iter().chain(POSTGRES_ONLY);
    let untraced = untraced.map(|table| table.0.name);
    KERNEL
        .iter()
        .copied()
        .chain(traced)
        .chain(untraced)
        .collect()
}

/// Who may see the key of a row of this table; of those the kernel keeps anybody may, for they are the index of the
/// log. None for a table that is not ours.
pub(crate) fn key_classes(table: &str) -> Option<Vec<Class>> {
    if KERNEL.contains(&table) {
        return Some(Vec::new());
    }
    let traced = TRACED.iter().map(|one| one.layout());
    let untraced = UNTRACED.iter().chain(POSTGRES_ONLY);
    let mut layouts = traced.chain(untraced.map(|one| one.layout()));
    let layout = layouts.find(|layout| layout.name == table)?;
    let key = layout.columns[..layout.key.len()].iter();
    Some(key.map(|column| column.class).collect())
}
