//! What a database must have grown from: the newest head a process has written or signed. An older copy that is put in
//! the place of the database beneath a working program would otherwise get a second history, signed by the same key.
//!
//! Known to one process alone; what outlives it are the checkpoints it keeps. Deliberately absent: which of the two is
//! the right one.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use tlog::Hash;

use super::{Committed, grew, head};
use crate::error::StoreError;
use crate::kernel::reader::Reader;

/// A head: how many leaves there are, and the root over them.
type Known = (u64, Hash);

/// The newest head of a process.
#[derive(Clone, Debug, Default)]
pub(in crate::kernel) struct Newest(Arc<Mutex<Option<Known>>>);

impl Newest {
    /// As it is at this moment. A view that begins later holds at least that much.
    pub(in crate::kernel) fn known(&self) -> Option<Known> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, head: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|(size, _)| size < head.0) {
            *known = Some(head);
        }
    }

    /// An act is durable.
    pub(in crate::kernel) fn written(&self, done: &Committed) {
        self.note((done.sequence + 1, done.root));
    }
}

/// Refuses a leaf that was appended to another log than the one this process has written to.
///
/// # Errors
/// [`StoreError::Contradiction`].
pub(in crate::kernel) async fn require_before(
    reader: &mut Reader,
    done: &Committed,
) -> Result<(), StoreError> {
    let Some(known) = reader.newest().known() else {
        return Ok(());
    };
    let stands = match done.sequence.cmp(&known.0) {
        Ordering::Equal => done.before == known.1,
        _ => proven(reader, known, (done.sequence + 1, done.root)).await?,
    };
    if stands {
        Ok(())
    } else {
        Err(exchanged(known))
    }
}

/// The head of a view that is about to be signed, if the log grew from what this process has written or signed before.
///
/// # Errors
/// [`StoreError::Contradiction`] if it did not, or as [`head`].
pub async fn head_to_sign(reader: &mut Reader) -> Result<(u64, Hash), StoreError> {
    let now = head(reader).await?;
    if let Some(known) = reader.known_before()
        && !proven(reader, known, now).await?
    {
        return Err(exchanged(known));
    }
    reader.newest().note(now);
    Ok(now)
}

/// Whether the log of this view grew from that head.
///
/// # Errors
/// As [`head`], and [`StoreError::Contradiction`] if the tree is not whole.
pub async fn grew_from(reader: &mut Reader, known: (u64, Hash)) -> Result<bool, StoreError> {
    let now = head(reader).await?;
    proven(reader, known, now).await
}

/// By the nodes of the tree: a root that stands beside a leaf says what somebody has written there.
async fn proven(reader: &mut Reader, known: Known, now: Known) -> Result<bool, StoreError> {
    match known.0.cmp(&now.0) {
        _ if known.0 == 0 => Ok(true),
        Ordering::Greater => Ok(false),
        Ordering::Equal => Ok(known.1 == now.1),
        Ordering::Less => grew(reader, (known.0, &known.1), (now.0, &now.1)).await,
    }
}

fn exchanged((least, _): Known) -> StoreError {
    StoreError::contradiction(
        &format!("留痕的前 {least} 条"),
        "不再是本程序写下的那些：运行之中数据库被换成了别的",
    )
}

#[cfg(test)]
mod tests {
    use domain::event::Act;

    use super::*;
    use crate::engines;
    use crate::kernel::engine::Db;
    use crate::telling::begun;

    /// What refers to another comes behind it.
    const LOG: [&str; 6] = [
        "log_head",
        "log_events",
        "log_bodies",
        "log_leaves",
        "log_links",
        "log_nodes",
    ];

    /// Keeps the log as it stands under that name.
    async fn keeps(db: &Db, name: &str) {
        let each =
            LOG.map(|table| format!("CREATE TABLE {name}_{table} AS SELECT * FROM {table};"));
        db.meddle(each.concat().leak()).await;
    }

    /// Puts the log of that name in the place of the one that stands.
    async fn puts(db: &Db, name: &str) {
        let mut gone = LOG.map(|table| format!("DELETE FROM {table};"));
        gone.reverse();
        let put = LOG.map(|table| format!("INSERT INTO {table} SELECT * FROM {name}_{table};"));
        db.meddle([gone, put].concat().concat().leak()).await;
    }

    async fn signs(db: &Db) -> Result<(u64, Hash), StoreError> {
        head_to_sign(&mut db.read().await?).await
    }

    async fn writes(db: &Db, number: u8) -> Result<Committed, StoreError> {
        begun(db, Act::UnitEdited, number).await.commit().await
    }

    /// An older copy, and one that has grown on its own as far as this one and further.
    #[tokio::test]
    async fn what_did_not_grow_from_what_was_written_here_is_neither_written_nor_signed() {
        engines::on_both(|db| async move {
            writes(&db, 1).await.unwrap();
            keeps(&db, "older").await;
            writes(&db, 2).await.unwrap();
            let (size, root) = signs(&db).await.unwrap();
            keeps(&db, "newer").await;
            puts(&db, "older").await;
            let refused = |told: StoreError| {
                let told = told.to_string();
                assert!(
                    told.contains("STOR-521") && told.contains("被换成了别的"),
                    "{told}"
                );
            };
            // By another process, which knows nothing of what was written here.
            let stranger = db.elsewhere();
            for number in 3..6 {
                refused(signs(&db).await.unwrap_err());
                refused(writes(&db, 9).await.unwrap_err());
                writes(&stranger, number).await.unwrap();
            }
            assert!(signs(&stranger).await.unwrap().0 > size);
            // Nor by the root that stands beside the last leaf both have the number of.
            let lie = format!(
                "UPDATE log_leaves SET root = (SELECT root FROM newer_log_leaves WHERE sequence = {0}) WHERE sequence = {0}",
                size - 1
            );
            db.meddle(lie.leak()).await;
            refused(signs(&db).await.unwrap_err());
            refused(writes(&db, 9).await.unwrap_err());
            puts(&db, "newer").await;
            assert_eq!(signs(&db).await.unwrap(), (size, root));
            assert_eq!(writes(&db, 9).await.unwrap().sequence, size);
        })
        .await;
    }
}
