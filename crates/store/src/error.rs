//! What can go wrong between the program and its database, and what to do about it.

use std::fmt;

use domain::refusal::Refusal;
use domain::versioned::Unreadable;

use crate::kernel::register::Register;

/// A failure of the store. `Conflict` and `Busy` are part of normal work and are turned into
/// sentences for the person at the screen; the others are for the operator.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The row asked for does not exist.
    NotFound {
        /// Table it was looked for in.
        table: &'static str,
        /// Its key.
        key: String,
    },
    /// Somebody else changed the row since it was read, or a constraint says no.
    Conflict {
        /// Table of the row.
        table: &'static str,
        /// What stood in the way: `last_event`, or the constraint's name.
        what: String,
    },
    /// The database is locked longer than the waiting time.
    Busy,
    /// A register is announced as held for long; the act has given its connection back and is begun again
    /// in its turn.
    Held(Register),
    /// The form this act came from has done its act already; its first answer is known by its key.
    Pressed,
    /// The instant of an event lies too far before the last entry of the log.
    ClockSetBack {
        /// Unix milliseconds of the last entry.
        last: i64,
        /// Unix milliseconds the event claims.
        claimed: i64,
    },
    /// What is stored cannot be what was written; names table, column and row.
    Inconsistent {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Key of the row, or the value.
        row: String,
        /// Why.
        why: String,
    },
    /// A newer program wrote what is stored there.
    Newer {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Key of the row.
        row: String,
        /// Which version it is, and what to do.
        refusal: Box<Refusal>,
    },
    /// Content that a row names is missing or is not what its hash says.
    Content {
        /// SHA-256 by which it is named.
        sha256: String,
        /// What is wrong.
        why: String,
    },
    /// Content has more bytes than may be kept in one piece; nothing of it was kept.
    TooLarge {
        /// The bound, in bytes.
        most: u64,
    },
    /// A migration is missing, or was edited after it ran.
    Migration(String),
    /// The database was written by a newer program.
    NewerSchema {
        /// Number of its last migration.
        found: i64,
        /// Number of the last one this program knows.
        known: i64,
    },
    /// The database was written by an older program and is not migrated by who only looks at it.
    OlderSchema {
        /// Number of its last migration.
        found: i64,
        /// Number of the last one this program knows.
        known: i64,
    },
    /// There is no database where one was looked for.
    NoDatabase(String),
    /// The storage key at hand is not the one this database was sealed with.
    WrongKey,
    /// The upgrade is done, and what it moved could not yet be taken out of the engine's old pages.
    Sweep(String),
    /// The engine itself failed.
    Engine(String),
    /// The engine was asked to commit and its answer did not come: whether the act is done is not
    /// known. The key of the form settles it.
    CommitUnknown(String),
}

impl StoreError {
    pub(crate) fn inconsistent(table: &str, column: &str, row: &str, why: &str) -> Self {
        Self::Inconsistent {
            table: table.to_owned(),
            column: column.to_owned(),
            row: row.to_owned(),
            why: why.to_owned(),
        }
    }

    /// A kept state that yields none: of a newer program, or of no program at all.
    #[must_use]
    pub fn unreadable(table: &str, column: &str, row: &str, why: Unreadable) -> Self {
        match why {
            Unreadable::Newer(refusal) => Self::Newer {
                table: table.to_owned(),
                column: column.to_owned(),
                row: row.to_owned(),
                refusal: Box::new(refusal),
            },
            Unreadable::Broken(why) => Self::inconsistent(table, column, row, &why),
        }
    }

    /// What is said when a database is opened.
    fn on_opening(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewerSchema { found, known } => write!(
                f,
                "这个库已由更新的程序升级到第 {found} 号结构，本程序只认得到第 {known} 号，没有打开，也没有改动。请换用升级它的那个版本或更新的版本。"
            ),
            Self::Migration(why) => write!(f, "数据库结构不符：{why}"),
            Self::OlderSchema { found, known } => write!(
                f,
                "这个库还是第 {found} 号结构，本程序按第 {known} 号核对，没有核对，也没有升级。用写入它的那个版本核对，或先运行 mingqian migrate（--dry-run 只说会做什么）再核对。"
            ),
            Self::NoDatabase(place) => write!(
                f,
                "这里没有数据库（{place}），没有建立任何文件。指对 --data 或 --database；要新建，用 mingqian init。"
            ),
            Self::WrongKey => write!(
                f,
                "keys/storage.key 不是这个库的封存密钥：与库中登记的指纹不符，或打不开库中封存的内容，没有打开，也没有写入。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。"
            ),
            Self::Sweep(why) => write!(
                f,
                "数据库升级已经完成，但旧页里的明文还没有清扫掉：{why}。腾出与数据库同样大小的磁盘空间，再启动一次，程序会接着清扫。"
            ),
            // Everything else has its sentence where it is shown.
            _ => Ok(()),
        }
    }

    /// The stable code shown beside the sentence.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "STOR-404",
            Self::Conflict { .. } => "STOR-409",
            Self::Busy => "STOR-423",
            Self::Held(_) => "STOR-426",
            Self::Pressed => "STOR-424",
            Self::ClockSetBack { .. } => "STOR-425",
            Self::Inconsistent { .. } => "STOR-500",
            Self::Newer { refusal, .. } => refusal.code,
            Self::TooLarge { .. } => "STOR-413",
            Self::Migration(_) => "STOR-501",
            Self::NewerSchema { .. } => "STOR-502",
            Self::Content { .. } => "STOR-504",
            Self::OlderSchema { .. } => "STOR-508",
            Self::NoDatabase(_) => "STOR-509",
            Self::WrongKey => "STOR-506",
            Self::Sweep(_) => "STOR-507",
            Self::Engine(_) => "STOR-503",
            Self::CommitUnknown(_) => "STOR-505",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.code())?;
        match self {
            Self::NotFound { table, key } => {
                write!(f, "没有这条记录（{table} {key}）。返回列表重新查找。")
            }
            Self::Conflict { table, what } => write!(
                f,
                "这条记录刚被别人改过或已存在（{table}，{what}），本次没有写入。刷新后看最新内容再办。"
            ),
            Self::Busy | Self::Held(_) => write!(f, "数据库正忙，本次没有写入。稍等几秒再试。"),
            Self::Pressed => write!(
                f,
                "这张表单已经办成过一次，本次没有写入。到列表里看第一次的结果。"
            ),
            Self::ClockSetBack { last, claimed } => write!(
                f,
                "本机时钟比上一条留痕早（上一条 {last}，现在 {claimed}，毫秒），本次没有写入。校准服务器时间后再办。"
            ),
            Self::Inconsistent {
                table,
                column,
                row,
                why,
            } => write!(
                f,
                "库中数据不一致：表 {table} 列 {column} 行 {row}：{why}。停止写入，运行 mingqian audit 查明。"
            ),
            Self::Newer {
                table,
                column,
                row,
                refusal,
            } => write!(
                f,
                "表 {table} 列 {column} 行 {row}：{}{}",
                refusal.sentence, refusal.remedy
            ),
            Self::Content { sha256, why } => write!(
                f,
                "存放的内容不能用：摘要 {sha256} 的内容{why}。停止办理，运行 mingqian audit 查明，从备份恢复。"
            ),
            Self::TooLarge { most } => write!(
                f,
                "内容超过 {most} 字节，没有存放任何部分。缩小或分开后再交。"
            ),
            Self::NewerSchema { .. }
            | Self::OlderSchema { .. }
            | Self::Migration(_)
            | Self::NoDatabase(_)
            | Self::WrongKey
            | Self::Sweep(_) => self.on_opening(f),
            Self::Engine(why) => write!(
                f,
                "数据库出错，本次没有写入：{why}。查看服务日志；磁盘满、掉线最常见。"
            ),
            Self::CommitUnknown(why) => write!(
                f,
                "数据库没有答复是否已写入，结果未知：{why}。先到留痕日志里核对这一次是否已办成，再决定是否重办。"
            ),
        }
    }
}

impl std::error::Error for StoreError {}
