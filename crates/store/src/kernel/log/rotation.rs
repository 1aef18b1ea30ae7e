//! The key of the log changes only by an entry that says so to everybody and that the old key and the new one have both
//! signed (SPEC-log §3.2), or with the whole log, by `restart`. An act that exchanged the fact otherwise would be a log that
//! goes on under a key nobody was told of.
//!
//! Asked when a database is opened to be written, of the entry that last wrote the fact, which is the newest of the leaves
//! that may: a fact put back to an older key names an older entry. By the audit, of every entry.
//! Deliberately absent: the secret halves, which no database has.

use domain::id::EventId;
use tlog::entry::{Entry, EntryType};
use tlog::{Frontier, Hash, KeyRotation, LogKeys, VerifierKey};

use super::proven::proven;
use super::walk::Walk;
use super::{confirmed, record, records_that_begin};
use crate::error::StoreError;
use crate::kernel::image::Asked;
use crate::kernel::log_key;
use crate::kernel::reader::{Query, Reader};
use crate::schema::INSTALLATION;

/// The record of a change of the key that begins here, under the lock on the head.
pub(super) fn is_of_this_head(text: Option<&str>, before: &Frontier) -> bool {
    let rotation = text.and_then(|text| KeyRotation::parse(text).ok());
    rotation.is_some_and(|one| (one.from(), one.root()) == (before.size(), &before.root()))
}

/// What is wrong with an entry after which the fact says another key, or which says that the key changes; nothing if it is
/// the entry by which it does. `stated` is what the fact said before and says after it.
pub(in crate::kernel) fn refuted(
    entry: &Entry,
    named: Option<&str>,
    (size, root): (u64, &Hash),
    stated: (Option<&str>, Option<&str>),
) -> Option<&'static str> {
    let (before, after) = stated;
    if entry.kind() == EntryType::Key {
        // A record that is gone or was altered is named as such.
        let rotation = KeyRotation::parse(named?);
        let rotation = rotation.ok().filter(|one| {
            let keys = (one.old().to_string(), one.new_key().to_string());
            let said = (Some(keys.0.as_str()), Some(keys.1.as_str()));
            said == (before, after) && (one.from(), one.root()) == (size, root)
        });
        return match rotation {
            Some(_) => None,
            None => Some("更换日志密钥的记录不是新旧两把都签过的，或与登记的公钥、此前的日志不符"),
        };
    }
    let founds = before.is_none() || entry.kind() == EntryType::Restart;
    match before == after || founds {
        true => None,
        false => Some("日志公钥在这一条换了，而它不是更换密钥的留痕，没有旧钥的签名"),
    }
}

/// Refuses a public key to which no chain of changes leads from the one that the log began with: it was stated with the
/// origin, by the founding or by the entry that began the log anew.
pub(in crate::kernel) async fn check(reader: &mut Reader) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT k.value, k.last_event, o.last_event AS began FROM installation k JOIN installation o ON o.name = 'origin' WHERE k.name = $1",
    );
    let Some(row) = reader.first(query.arg(log_key::FACT)).await? else {
        return Ok(());
    };
    let stated = row.text("value")?.to_owned();
    let last = row.parsed("installation", "last_event", EventId::parse)?;
    if let Some((sequence, newest)) = newest_key(reader).await?
        && newest != last
    {
        let why = format!(
            "不是留痕第 {sequence} 条写下的：那一条换了密钥，或另起了日志，此前的公钥不再用"
        );
        return Err(StoreError::contradiction(&log_key::place(), &why));
    }
    let began = row.parsed("installation", "last_event", |_| {
        EventId::parse(row.text("began").unwrap_or_default())
    })?;
    let mut first = None;
    let asked = Asked::Of(&[INSTALLATION.layout().name]);
    let read = proven(reader, &began, asked, |image| {
        first = log_key::stated_by(&image)
            .map(str::to_owned)
            .or(first.take());
    });
    read.await?;
    if first.as_deref() == Some(stated.as_str()) {
        return Ok(());
    }
    let logged = logged_by(reader, &last).await?;
    let records = records_that_begin(reader, KeyRotation::BEGINS).await?;
    let records = records.iter().map(|record| KeyRotation::parse(record));
    let rotations: Vec<_> = records.filter_map(Result::ok).collect();
    let keys = VerifierKey::parse(&stated)
        .and_then(|key| LogKeys::following(key, &rotations))
        .ok()
        .filter(|keys| logged && keys.newest().to_string() == stated);
    let first = first.and_then(|first| VerifierKey::parse(&first).ok());
    match (keys, first) {
        (Some(keys), Some(first)) if keys.holds(&first) => Ok(()),
        _ => Err(StoreError::contradiction(
            &log_key::place(),
            "换过，而没有新旧两把都签过的更换记录从日志开头的公钥接到它：没有旧钥的签名",
        )),
    }
}

/// The newest entry that says which key signs, by its type: one that changed the key, or began the log anew.
async fn newest_key(reader: &mut Reader) -> Result<Option<(u64, EventId)>, StoreError> {
    let mut walk = Walk::begin(reader).await?;
    while let Some(leaf) = walk.next(reader).await? {
        if matches!(leaf.entry.kind(), EntryType::Key | EntryType::Restart) {
            leaf.told(reader, Asked::Of(&[]), drop).await?;
            return Ok(Some((leaf.sequence, leaf.event)));
        }
    }
    Ok(None)
}

/// Whether this event is a change of the key, with its record.
async fn logged_by(reader: &mut Reader, event: &EventId) -> Result<bool, StoreError> {
    let entry = confirmed(reader, event).await?;
    let named = match entry.record().filter(|_| entry.kind() == EntryType::Key) {
        Some(hash) => record(reader, hash).await?,
        None => None,
    };
    Ok(named.is_some_and(|text| entry.record() == Some(&Hash::of(text.as_bytes()))))
}
