//! A copy of an embedded database as it stands at one moment, beside a server that goes on writing.
//!
//! The engine writes it anew, each row once, and with nothing of what lay in free pages. Deliberately absent: a copy of a
//! database on a server, for which its own tools are made.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::conn::engine;
use crate::error::StoreError;

/// Copies the embedded database in `file` to `copy`, which must not exist.
///
/// # Errors
/// [`StoreError::NoDatabase`] if there is none.
pub async fn copy_sqlite(file: &Path, copy: &Path) -> Result<(), StoreError> {
    if !file.is_file() {
        return Err(StoreError::NoDatabase(file.display().to_string()));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false);
    let mut conn: SqliteConnection = options.connect().await.map_err(|error| engine(&error))?;
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(copy.display().to_string())
        .execute(&mut conn)
        .await;
    copied.map_err(|error| engine(&error))?;
    conn.close().await.map_err(|error| engine(&error))
}
