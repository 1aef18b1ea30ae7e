//! What stands on the portal, held against what was logged when it was put there: the content that stands by its hash in
//! the public record of its publication, what is left of a withdrawn one by the entry that withdrew it. Otherwise
//! whoever can write the database could let the bureau say of a firm what nobody decided.

use std::collections::BTreeSet;

use domain::id::PublicationId;
use tlog::Hash;
use tlog::entry::{Entry, EntryType};

use crate::error::StoreError;
use crate::inspection::StoredPublication;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Value;
use crate::schema::PUBLICATIONS;

/// The public record of a publication: its key, and the hash of its content as stored.
#[must_use]
pub fn publication_record(id: &PublicationId, content: &str) -> String {
    let content = Hash::of(content.as_bytes());
    format!("mingqian/1 publication\npublication {id}\ncontent {content}\n")
}

/// The public record of a withdrawal: the key of the publication, and the hash of the tombstone as stored.
#[must_use]
pub fn withdrawal_record(id: &PublicationId, tombstone: &str) -> String {
    let tombstone = Hash::of(tombstone.as_bytes());
    format!("mingqian/1 withdrawal\npublication {id}\ntombstone {tombstone}\n")
}

/// Of each of these publications, whether it is what was logged; in their order.
///
/// # Errors
/// When the log cannot be read at all; that one publication is not what was logged is the inner
/// [`StoreError::Contradiction`].
pub async fn as_published(
    reader: &mut Reader,
    stored: &[StoredPublication],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let hash =
        |one: &StoredPublication| Hash::of(publication_record(&one.id, &one.content).as_bytes());
    let standing = stored.iter().filter(|one| one.withdrawn.is_none());
    let wanted: Vec<String> = standing.map(|one| hash(one).to_string()).collect();
    let logged = logged(reader, &wanted).await?;
    let mut judged = Vec::with_capacity(stored.len());
    for one in stored {
        judged.push(match &one.withdrawn {
            None if logged.contains(&hash(one).to_string()) => Ok(()),
            None => Err(refuted(&one.id, "不是公示时留痕所记的那一份")),
            Some(_) => withdrawn(reader, &one.id).await?,
        });
    }
    Ok(judged)
}

/// Those of the records that an entry of the tree published.
async fn logged(reader: &mut Reader, wanted: &[String]) -> Result<BTreeSet<String>, StoreError> {
    let query = Query::new(
        "SELECT r.record_hash, l.sequence, l.entry, n.hash AS leaf FROM log_records r JOIN log_leaves l ON l.event_id = r.event_id LEFT JOIN log_nodes n ON n.level = 0 AND n.position = l.sequence WHERE r.record_hash IN (",
    );
    let mut found = BTreeSet::new();
    for row in reader.any_of(&query, wanted, ")").await? {
        let (hash, text) = (row.text("record_hash")?, row.text("entry")?);
        let leaf = tlog::hash::leaf_hash(text.as_bytes());
        let entry = Entry::parse(text).ok().filter(|entry| {
            entry.kind() == EntryType::Publish
                && entry
                    .record()
                    .is_some_and(|record| record.to_string() == hash)
        });
        if entry.is_some() && row.maybe_blob("leaf")? == Some(leaf.as_bytes().as_slice()) {
            found.insert(hash.to_owned());
        }
    }
    Ok(found)
}

async fn withdrawn(
    reader: &mut Reader,
    id: &PublicationId,
) -> Result<Result<(), StoreError>, StoreError> {
    match log::last_written(reader, &PUBLICATIONS, &[Value::from(id.as_str())]).await {
        Ok(_) => Ok(Ok(())),
        Err(error @ StoreError::Contradiction { .. }) => Ok(Err(error)),
        Err(StoreError::Inconsistent { .. } | StoreError::NotFound { .. }) => {
            Ok(Err(refuted(id, "撤下它的留痕读不出，或不在了")))
        }
        Err(other) => Err(other),
    }
}

fn refuted(id: &PublicationId, why: &str) -> StoreError {
    StoreError::contradiction(&format!("公示 {id} "), why)
}
