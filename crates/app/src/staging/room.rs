//! Room for uploads: how much one account may leave undecided, asked before a file arrives and while it does.
//!
//! What is on its way counts as what has arrived, so that many at once are no way around it; what is announced is
//! held from the beginning, and what comes beyond that as it comes. Of files on their way each process knows its own.
//! Deliberately absent: the command line, which has no account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::AccountId;
use domain::refusal::Code;
use store::import::{self, StoredImport};

use super::upload::{Incoming, MAX_FILE_BYTES};
use super::{Staging, State};
use crate::AppError;
use crate::import::Importer;

static FULL: Code = Code::new(
    "IMPT-095",
    "您还有 {count} 份上传没有办完，共 {megabytes} MB，这一份没有接收；每个账号至多 {most} 份、{most_megabytes} MB。",
    None,
    "在“最近的导入”里办完它们，或把不要的取消，再上传。",
);

/// Uploads of one account: how many, and how many bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    count: usize,
    bytes: u64,
}

/// What is on its way to this process, by account.
#[derive(Clone, Default)]
pub(super) struct Rooms(Arc<Mutex<BTreeMap<AccountId, Load>>>);

impl Rooms {
    fn on_the_way(&self) -> MutexGuard<'_, BTreeMap<AccountId, Load>> {
        // Sums are whole after every statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that one file on its way takes; given back when it has arrived or has not.
pub(super) struct Held {
    rooms: Rooms,
    account: AccountId,
    bytes: u64,
    /// What has arrived before, and how much there may be.
    arrived: Load,
    most: Load,
}

impl Held {
    /// Room for so many bytes of this file.
    pub(super) fn reach(&mut self, bytes: u64) -> Result<(), AppError> {
        let more = bytes.saturating_sub(self.bytes);
        let mut all = self.rooms.on_the_way();
        let on_the_way = all.entry(self.account.clone()).or_default();
        let together = Load {
            count: self.arrived.count + on_the_way.count,
            bytes: self.arrived.bytes + on_the_way.bytes,
        };
        if together.bytes + more > self.most.bytes {
            return Err(full(together, self.most));
        }
        on_the_way.bytes += more;
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut all = self.rooms.on_the_way();
        if let Some(load) = all.get_mut(&self.account) {
            load.count -= 1;
            load.bytes -= self.bytes;
            if load.count == 0 {
                all.remove(&self.account);
            }
        }
    }
}

fn full(load: Load, most: Load) -> AppError {
    let megabytes = load.bytes.div_ceil(1 << 20);
    let most_megabytes = most.bytes >> 20;
    FULL.refuse(&[
        ("count", &load.count),
        ("megabytes", &megabytes),
        ("most", &most.count),
        ("most_megabytes", &most_megabytes),
    ])
    .into()
}

impl Staging {
    /// Opens a place for a file of that account that is about to arrive, `coming` bytes of it if that is said. A second
    /// press with the same key brings nothing more.
    ///
    /// # Errors
    /// `IMPT-095` before a byte is taken, where the account leaves too much undecided.
    pub async fn incoming_for(
        &self,
        importer: &Importer,
        key: &str,
        coming: Option<u64>,
    ) -> Result<Incoming, AppError> {
        let held = match self.arrived_of(importer, key).await? {
            Some((account, arrived)) => Some(self.hold(account, arrived, coming)?),
            None => None,
        };
        Ok(self.incoming().await?.within(held))
    }

    fn hold(
        &self,
        account: &AccountId,
        arrived: Load,
        coming: Option<u64>,
    ) -> Result<Held, AppError> {
        let most = self.most();
        let mut all = self.rooms.on_the_way();
        let on_the_way = all.entry(account.clone()).or_default();
        let count = arrived.count + on_the_way.count;
        let bytes = arrived.bytes + on_the_way.bytes;
        if count >= most.count || bytes >= most.bytes {
            return Err(full(Load { count, bytes }, most));
        }
        on_the_way.count += 1;
        drop(all);
        let mut held = Held {
            rooms: self.rooms.clone(),
            account: account.clone(),
            bytes: 0,
            arrived,
            most,
        };
        held.reach(coming.unwrap_or(0).min(MAX_FILE_BYTES))?;
        Ok(held)
    }

    fn most(&self) -> Load {
        let limits = self.jobs.limits();
        Load {
            count: limits.open_uploads,
            bytes: limits.open_upload_bytes,
        }
    }

    /// Asked once more when the file is here: other processes take files in as well.
    pub(super) async fn require_room(
        &self,
        importer: &Importer,
        key: &str,
    ) -> Result<(), AppError> {
        let most = self.most();
        match self.arrived_of(importer, key).await? {
            Some((_, load)) if load.count >= most.count || load.bytes >= most.bytes => {
                Err(full(load, most))
            }
            _ => Ok(()),
        }
    }

    /// The account, and what of its uploads is not decided; none where it does not matter.
    async fn arrived_of<'i>(
        &self,
        importer: &'i Importer,
        key: &str,
    ) -> Result<Option<(&'i AccountId, Load)>, AppError> {
        let Some(account) = &importer.account else {
            return Ok(None);
        };
        let mut reader = self.app.db.read().await?;
        let states = State::OPEN.map(State::name);
        let open = import::in_states(&mut reader, &states).await?;
        drop(reader);
        let own = open.into_iter().filter_map(|listed| listed.import.ok());
        let own = own.filter(|stored| stored.account.as_ref() == Some(account));
        let own: Vec<StoredImport> = own.collect();
        if own.iter().any(|stored| stored.id == key) {
            return Ok(None);
        }
        let bytes = |stored: &StoredImport| super::SUMMARY.read(&stored.summary).ok();
        let bytes = own.iter().filter_map(bytes).map(|read| read.file.bytes);
        let load = Load {
            count: own.len(),
            bytes: bytes.sum(),
        };
        Ok(Some((account, load)))
    }
}
