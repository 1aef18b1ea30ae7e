//! A full disk: acts stop before it is full to the last byte, a file that was kept for this is given up, so that what is
//! under way ends and checkpoints, the write-ahead log and the record of faults can still be written; and everything goes
//! on by itself as soon as there is room.
//!
//! `DATA/mingqian.reserve` is really allocated. It goes when less is free than acts may need, or when the database says
//! that its disk is full, and comes back when it fits with room beside it: that it can be made again is the proof that
//! there is room, also where a quota says no and the file system shows none. Deliberately absent: deleting anything else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::App;
use clap::Args;
use rustix::fs::{FallocateFlags, fallocate};
use store::Engine;
use tokio::time::MissedTickBehavior;
use verify::disk;

use super::Place;
use crate::watch::free_of;

/// How often a server looks.
const EVERY: Duration = Duration::from_secs(1);

/// How many looks lie between two questions to a server that is full: each is written to its disk.
const ASK: u32 = 10;

/// A megabyte as options count it.
const MB: u64 = 1 << 20;

/// What is kept for a full disk.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ReserveArgs {
    /// 数据目录里预留多少 MB，磁盘满时放出，让正在办的办完；0 不预留
    // As much as the writer of the embedded database keeps of one act before it writes it out.
    #[arg(long, value_name = "MB", default_value_t = 64)]
    reserve: u64,
    /// 数据目录所在的磁盘剩余不足多少 MB 就停止办理，只能看
    // Acts under way that began before: imports aside, a few hundred kilobytes each.
    #[arg(long, value_name = "MB", default_value_t = 32)]
    full_below: u64,
}

impl Place {
    /// The file that is given up when the disk is full.
    fn reserve(&self, args: ReserveArgs) -> Reserve {
        Reserve {
            path: reserve_of(&self.data),
            bytes: args.reserve.saturating_mul(MB),
            least: args.full_below.saturating_mul(MB),
            free: Box::new(free_of),
            full: false,
            told: false,
        }
    }

    /// Before the database is opened, which may have to write: a disk that is full already gets what was kept for it.
    pub(crate) fn give_up_if_full(&self, args: ReserveArgs) {
        let reserve = self.reserve(args);
        if reserve.is_short() {
            reserve.give_up();
        }
    }

    /// Watches over the room in the data folder until the database is closed; how it stands is known on return.
    pub(crate) async fn keep_room(&self, app: App, args: ReserveArgs) {
        let mut reserve = look(self.reserve(args), &app).await;
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(EVERY);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for turn in 0_u32.. {
                tick.tick().await;
                if app.db.is_closed() {
                    return;
                }
                reserve = look(reserve, &app).await;
                if turn.is_multiple_of(ASK) {
                    // What the server of a database answers as long as it is full was told when it was first met.
                    let _ = app.db.ask_for_room().await;
                }
            }
        });
    }
}

/// Where it lies.
fn reserve_of(data: &Path) -> PathBuf {
    data.join("mingqian.reserve")
}

/// What stands of it, in bytes; none where it was given up.
pub(crate) fn reserved(data: &Path) -> Option<u64> {
    let found = fs::symlink_metadata(reserve_of(data)).ok()?;
    found.is_file().then_some(found.len())
}

/// Looks once, off the threads that serve pages, and says how the folder stands.
async fn look(mut reserve: Reserve, app: &App) -> Reserve {
    // What a server of a database says of its own disk is nothing that a file here could mend.
    let said = app.db.engine() == Engine::Sqlite && app.db.is_full();
    let full = reserve.full;
    let looked = tokio::task::spawn_blocking(move || {
        let now = reserve.look(said);
        (reserve, now)
    });
    let (reserve, now) = match looked.await {
        Ok(looked) => looked,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    };
    app.db.found_folder(now);
    match (full, now) {
        (false, true) => is_full_now(),
        (true, false) => has_room_again(),
        _ => {}
    }
    reserve
}

fn is_full_now() {
    tracing::error!(
        "磁盘已满：停止办理，只能看；预留的空间已经放出，让正在办的办完。腾出空间，程序自己恢复。"
    );
}

fn has_room_again() {
    tracing::warn!("磁盘有了空间：恢复办理。");
}

/// What is free where a folder lies.
type Free = Box<dyn Fn(&Path) -> io::Result<u64> + Send>;

/// The file, and what decides whether it stands.
struct Reserve {
    path: PathBuf,
    bytes: u64,
    /// Less than this free is full.
    least: u64,
    free: Free,
    /// How the folder stood when it was looked at last.
    full: bool,
    /// Whether it was said that it cannot be made.
    told: bool,
}

impl Reserve {
    /// Whether the disk is full from here on; `said` is whether the database says so. It becomes so at once, and ends
    /// when the file has been made anew.
    fn look(&mut self, said: bool) -> bool {
        if self.full || said || self.is_short() {
            self.full = self.give_up() || self.make().is_err();
            return self.full;
        }
        if !self.stands() {
            match self.make() {
                Ok(()) => self.told = false,
                Err(error) if !self.told => {
                    self.told = true;
                    tracing::warn!("磁盘满时用的预留文件没有建成：{}", disk::why(&error));
                }
                Err(_) => {}
            }
        }
        false
    }

    /// A folder that cannot be looked at is not called full.
    fn is_short(&self) -> bool {
        self.is_free().is_some_and(|free| free < self.least)
    }

    fn is_free(&self) -> Option<u64> {
        (self.free)(self.path.parent()?).ok()
    }

    /// It stands as it should, and not as a hole.
    fn stands(&self) -> bool {
        let Ok(found) = fs::symlink_metadata(&self.path) else {
            return self.bytes == 0;
        };
        found.len() == self.bytes && !is_hollow(&found)
    }

    /// Whether there was anything to give up.
    fn give_up(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }

    /// Makes it, where it fits with as much room again beside it as acts may need, twice.
    fn make(&self) -> io::Result<()> {
        let beside = self.least.saturating_mul(2);
        let wanted = self.bytes.saturating_add(beside);
        if self.is_free().is_none_or(|free| free < wanted) {
            return Err(ErrorKind::StorageFull.into());
        }
        self.give_up();
        let made = self.allocated(wanted);
        if made.is_err() || self.bytes == 0 {
            self.give_up();
        }
        made
    }

    fn allocated(&self, wanted: u64) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        match fallocate(&file, FallocateFlags::empty(), 0, wanted.max(1)) {
            Ok(()) => {}
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
                fill(&mut file, wanted)?;
            }
            Err(error) => return Err(error.into()),
        }
        file.set_len(self.bytes)?;
        file.sync_all()
    }
}

#[cfg(unix)]
fn is_hollow(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(found).saturating_mul(512) < found.len()
}

#[cfg(not(unix))]
fn is_hollow(_: &fs::Metadata) -> bool {
    false
}

/// Writes so many bytes that no file system makes smaller.
fn fill(file: &mut File, bytes: u64) -> io::Result<()> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut left = bytes;
    while left > 0 {
        let block: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        })
        .take(8192)
        .flatten()
        .collect();
        let length = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
        file.write_all(&block[..length])?;
        left -= length as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
