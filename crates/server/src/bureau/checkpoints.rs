//! Heads of the log that are kept outside the database: whoever puts an older copy of it back, or rewrites it, is told
//! apart from a bureau that simply goes on.
//!
//! `DATA/checkpoints/NAME.checkpoint`, and the same in each folder that `--checkpoint` names, is the newest head that a
//! process of this data folder has seen, signed like those of the portal. NAME is made once for a data folder, so that
//! several servers of one database keep one each, also where they share a folder. A file only ever gives way to a larger
//! head that grew from it, or to that of another log. Beside them lie the records by which the log changed its key. Whatever
//! lies in these folders must be what the log grew from: before the database is opened to be written, and in every audit.
//!
//! What is not found: acts of the last moment before the copy was made ([`EVERY`]), and whoever takes the files away
//! from all folders too. Deliberately absent: cosignatures of witnesses, and anything that deletes a checkpoint.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::App;
use app::port::Entropy;
use store::{Exhibit, StoreError};
use tlog::{Hash, KeyRotation, LogKeys, SignedCheckpoint};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use verify::disk;

use super::{Place, Published, log_keys};
use crate::commands::{Failure, Output, Problem};
use crate::private::{private_folder, write_private};

/// How often a server looks whether the log has grown; what it does within this time before an older copy is put in
/// its place cannot be missed.
const EVERY: Duration = Duration::from_millis(500);

/// The longest file that can be a checkpoint, in bytes.
const LONGEST: u64 = 1 << 16;

/// How the record begins by which a log says from which it went on.
const RESTART: &str = "shuang/2 restart\n";

/// The ending of their names.
const ENDING: &str = "checkpoint";

/// A head that was kept, and where.
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
    pub(crate) signed: SignedCheckpoint,
    /// Whether it has the name of another log, and nobody's signature was checked: the log says itself from which it went on.
    pub(crate) is_of_another_log: bool,
}

/// The code of a log that is shorter than a head that is kept of it.
pub(crate) const SHORTER: &str = "CKPT-001";

/// What the log says of a head that was kept.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// It grew from it.
    Grown,
    /// It is shorter.
    Shorter(u64),
    /// It is another log up to there.
    Other,
}

impl Kept {
    /// What is wrong with the log, or nothing.
    async fn held_against(&self, exhibit: &Exhibit) -> Result<Option<Failure>, StoreError> {
        let kept = self.signed.checkpoint();
        if self.is_of_another_log {
            let left = format!("shuang/2 restart\nold {}\n", kept.origin());
            let records = exhibit.records_that_begin(RESTART).await?;
            return Ok(
                match records.iter().any(|record| record.starts_with(&left)) {
                    true => None,
                    false => Some(no_checkpoint(&self.path, "是另一份日志的")),
                },
            );
        }
        let found = match exhibit.root_at(kept.size()).await? {
            (size, _) if size < kept.size() => Found::Shorter(size),
            (_, Some(root))
                if root == *kept.root() && exhibit.grew_from(kept.size(), kept.root()).await? =>
            {
                Found::Grown
            }
            _ => Found::Other,
        };
        let place = self.path.display().to_string();
        Ok(match found {
            Found::Grown => None,
            Found::Shorter(size) => {
                let (kept, lost) = (kept.size(), kept.size() - size);
                Some(Failure::new(
                    SHORTER,
                    place,
                    format!(
                        "这个库的留痕只有 {size} 条，而这份检查点签的是 {kept} 条：库被换成了旧的，少了最后 {lost} 条。没有改动任何内容。从更近的备份恢复；确实没有更近的，用 mingqian restore 从备份恢复并公开写明丢失。查明谁换的，报告行政执法监督。"
                    ),
                ))
            }
            Found::Other => Some(Failure::new(
                "CKPT-002",
                place,
                format!(
                    "这份检查点签的前 {} 条留痕，与这个库里的不是同一份：日志被改写过，或换成了另一份。没有改动任何内容。保留现场，从备份恢复，报告行政执法监督。",
                    kept.size()
                ),
            )),
        })
    }
}

/// What each kept head says against the log.
pub(crate) async fn not_grown(kept: &[Kept], exhibit: &Exhibit) -> Result<Vec<Failure>, Failure> {
    let mut wrong = Vec::new();
    for kept in kept {
        let said = kept.held_against(exhibit).await;
        let said =
            said.map_err(|error| Failure::new(error.code(), "database", error.to_string()))?;
        wrong.extend(said);
    }
    Ok(wrong)
}

impl Place {
    fn own_checkpoints(&self) -> PathBuf {
        self.data.join("checkpoints")
    }

    /// Every folder they are kept in, that of the data folder first.
    fn checkpoint_folders(&self) -> impl Iterator<Item = PathBuf> {
        std::iter::once(self.own_checkpoints()).chain(self.checkpoints.iter().cloned())
    }

    /// Whatever is kept of the log that publishes these keys.
    ///
    /// # Errors
    /// `CKPT-003` something that is no checkpoint or was signed by another key, `CKPT-004` a folder that was named and
    /// is not there.
    pub(crate) fn kept_checkpoints(&self, published: &Published) -> Result<Vec<Kept>, Failure> {
        let keys = self.log_keys(published)?;
        let files = self.kept_files(ENDING)?;
        files.into_iter().map(|path| read(path, &keys)).collect()
    }

    /// The files of this ending in every folder, in their order.
    pub(super) fn kept_files(&self, ending: &str) -> Result<Vec<PathBuf>, Failure> {
        let mut kept = Vec::new();
        for folder in self.checkpoint_folders() {
            let files = match fs::read_dir(&folder) {
                Ok(files) => files,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if folder == self.own_checkpoints() {
                        continue;
                    }
                    return Err(unreadable(&folder, &error));
                }
                Err(error) => return Err(unreadable(&folder, &error)),
            };
            for file in files {
                let path = file.map_err(|error| unreadable(&folder, &error))?.path();
                if path.extension().is_some_and(|one| one == ending) {
                    kept.push(path);
                }
            }
        }
        kept.sort();
        Ok(kept)
    }

    /// Keeps the record of a change of the key in every folder.
    pub(super) fn keep_rotation(&self, rotation: &KeyRotation) -> Result<(), Failure> {
        private_folder(&self.own_checkpoints())?;
        let [old, new] = [rotation.old(), rotation.new_key()].map(|key| key.key_id());
        for folder in self.checkpoint_folders() {
            let file = folder.join(format!("{old:08x}-{new:08x}.{}", log_keys::ENDING));
            replace(&file, &rotation.to_string()).map_err(|error| Failure::file(&file, &error))?;
        }
        Ok(())
    }

    /// Refuses a log that did not grow from every head that is kept of it.
    pub(super) async fn require_grown(
        &self,
        exhibit: &Exhibit,
        published: &Published,
    ) -> Result<(), Failure> {
        let kept = self.kept_checkpoints(published)?;
        match not_grown(&kept, exhibit).await?.into_iter().next() {
            Some(wrong) => Err(wrong),
            None => Ok(()),
        }
    }

    /// Keeps the head of the log as it stands, and gives the database back: how whatever has written ends.
    pub(crate) async fn close(&self, app: &App) -> Result<(), Failure> {
        let kept = match self.keeper(&*app.entropy) {
            Ok(mut keeper) => keeper.keep(app).await,
            Err(failed) => Err(failed),
        };
        app.db.close().await;
        kept
    }

    /// The same of a bureau that was put back, beside what was known of it before.
    pub(crate) async fn keep_restored(&self, output: &Output) -> Result<(), Failure> {
        let app = self.open_new(output).await?;
        self.close(&app).await
    }

    fn keeper(&self, entropy: &dyn Entropy) -> Result<Keeper, Failure> {
        let own = self.own_checkpoints();
        private_folder(&own)?;
        let name = own.join("name");
        let name = match fs::read_to_string(&name) {
            Ok(known) => known.trim().to_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let fresh = store::hex(&entropy.bytes::<8>());
                write_private(&name, &format!("{fresh}\n"))?;
                fresh
            }
            Err(error) => return Err(unreadable(&name, &error)),
        };
        let files = self
            .checkpoint_folders()
            .map(|folder| folder.join(format!("{name}.{ENDING}")))
            .collect();
        Ok(Keeper { files, last: None })
    }

    /// Keeps the head of the log as it grows, until the database is closed, and then once more; yields how that goes.
    pub(crate) async fn keep_checkpoints(&self, app: App) -> Result<Keeping, Failure> {
        let mut keeper = self.keeper(&*app.entropy)?;
        // The first one at once: a folder that cannot be written is told at the start.
        keeper.keep(&app).await?;
        let (tell, keeping) = watch::channel(None);
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(EVERY);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !app.db.is_closed() {
                tick.tick().await;
                let problem = match keeper.keep(&app).await {
                    Ok(()) => None,
                    Err(_) if app.db.is_closed() => continue,
                    Err(failed) => failed.problems.into_iter().next(),
                };
                told(&tell, problem);
            }
        });
        Ok(keeping)
    }
}

/// What keeps the checkpoints from being kept just now, if anything does.
pub(crate) type Keeping = watch::Receiver<Option<Problem>>;

/// Says how the keeping goes, and writes it down when that is news: a database that is exchanged was away before.
fn told(tell: &watch::Sender<Option<Problem>>, problem: Option<Problem>) {
    tell.send_if_modified(|before| {
        let code = |one: &Option<Problem>| one.as_ref().map(|one| one.code.clone());
        let is_news = code(before) != code(&problem);
        if let (Some(problem), true) = (&problem, is_news) {
            tracing::error!("检查点没有存下，稍后再存：{problem}");
        }
        *before = problem;
        is_news
    });
}

/// Keeps heads in its files.
struct Keeper {
    files: Vec<PathBuf>,
    /// The last one.
    last: Option<(u64, Hash)>,
}

impl Keeper {
    async fn keep(&mut self, app: &App) -> Result<(), Failure> {
        let failed =
            |error: app::AppError| Failure::new("CKPT-005", "checkpoints", error.recorded());
        let head = app.log_head().await.map_err(failed)?;
        if self.last == Some(head) || head.0 == 0 {
            return Ok(());
        }
        if let Some(last) = self.last
            && !app.log_grew_from(last).await.map_err(failed)?
        {
            return Err(exchanged(last.0));
        }
        let text = app.checkpoint().await.map_err(failed)?;
        let signed = SignedCheckpoint::parse(&text)
            .map_err(|error| Failure::new(error.code(), "checkpoints", error.to_string()))?;
        for file in &self.files {
            let before = fs::read_to_string(file).ok();
            let before = before.and_then(|text| SignedCheckpoint::parse(&text).ok());
            if let Some(before) = before {
                let before = before.checkpoint();
                if before.size() >= signed.checkpoint().size() {
                    continue;
                }
                // A copy that was put back beneath a server may have grown beyond what was kept, and whoever keeps the last
                // head knows of no other one than the file's.
                let is_same_log = before.origin() == signed.checkpoint().origin();
                let kept = (before.size(), *before.root());
                if is_same_log && !app.log_grew_from(kept).await.map_err(failed)? {
                    return Err(exchanged(kept.0));
                }
            }
            replace(file, &text).map_err(|error| Failure::file(file, &error))?;
        }
        let kept = signed.checkpoint();
        self.last = Some((kept.size(), *kept.root()));
        Ok(())
    }
}

/// The database beneath a working program is not what it was.
fn exchanged(size: u64) -> Failure {
    let sentence = format!(
        "运行之中数据库被换成了别的：它的前 {size} 条留痕不再是本程序写下的那些。立即停下服务，保留现场，报告行政执法监督。"
    );
    Failure::new("CKPT-006", "database", sentence)
}

/// The file holds the text, or still what it held.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let beside = file.with_extension(format!("beside.{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&beside)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(&beside, file)?;
    match file.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

pub(super) fn no_checkpoint(path: &Path, why: &str) -> Failure {
    let sentence = format!(
        "这里应当是本局日志的检查点或更换密钥的记录，而它不是（{why}）。没有打开数据库。查明是谁放的或改的；它不是本局的，移走它。"
    );
    Failure::new("CKPT-003", path.display().to_string(), sentence)
}

/// The text of a short file.
pub(super) fn text_of(path: &Path) -> Result<String, Failure> {
    let found = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !found.is_file() || found.len() > LONGEST {
        return Err(no_checkpoint(path, "不是一个短文件"));
    }
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn read(path: PathBuf, keys: &LogKeys) -> Result<Kept, Failure> {
    let wrong = |error: tlog::Error| no_checkpoint(&path, &error.to_string());
    let signed = SignedCheckpoint::parse(&text_of(&path)?).map_err(wrong)?;
    let head = signed.checkpoint();
    let is_of_another_log = head.origin() != keys.name();
    if !is_of_another_log {
        signed.verify(keys.at(head.size()), &[]).map_err(wrong)?;
    }
    Ok(Kept {
        path,
        signed,
        is_of_another_log,
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let sentence = format!(
        "检查点读不出：{}不知道库是不是被换成了旧的，没有打开它。接回这个目录，或改正 --checkpoint。",
        disk::why(error)
    );
    Failure::new("CKPT-004", path.display().to_string(), sentence)
}
