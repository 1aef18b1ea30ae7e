//! What can go wrong between the program and its database, and what to do about it.

use std::fmt;

use domain::refusal::Refusal;
use domain::time::Instant;
use domain::versioned::Unreadable;

use crate::kernel::register::Register;
use crate::kernel::table::Class;
use crate::schema;

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
    /// The clock has stepped ahead while the program ran.
    ClockStepped {
        /// By how many milliseconds.
        by: i64,
        /// Unix milliseconds it says now.
        claimed: i64,
    },
    /// A repair of times was asked for where the log does not lie ahead of the clock.
    ClockNotAhead,
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
    /// What the program goes on from is not what the log says: the database was altered behind its back, or
    /// restored in part. Nothing was written.
    Contradiction {
        /// What it is, with table and row.
        place: String,
        /// What stands there, and what the log says.
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
    /// The file in which an audit puts aside what it compares cannot be written or read.
    Unaudited {
        /// The folder it lies in.
        folder: String,
        /// What the system said.
        why: String,
    },
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
    /// The database that was opened is one of no bureau: empty, or made and never founded. In words where it lies.
    NoBureau(String),
    /// What stands in the place of a file or folder of the database is something else, or belongs to another program.
    NotOurs {
        /// The path.
        path: String,
        /// What stands there.
        what: String,
    },
    /// What was written last stands beside the database, and the file through which it is read is neither there nor
    /// can be made.
    UnreadableTail(String),
    /// The storage key at hand is not the one this database was sealed with.
    WrongKey {
        /// The first sealed thing it does not open, in words; none where the fingerprint told it.
        first: Option<String>,
    },
    /// The key that would sign the log is not the one the bureau stated when it was founded.
    WrongLogKey {
        /// The public key as stated.
        stated: String,
    },
    /// Rows name content, and the folder it lies in is not there.
    NoContents {
        /// The folder.
        folder: String,
        /// How many rows name content.
        rows: i64,
    },
    /// A value that is sealed under the key of a person does not open; the refusal names the person.
    Unopened(Box<Refusal>),
    /// The upgrade is done, and what it moved could not yet be taken out of the engine's old pages.
    Sweep(String),
    /// The server of the database does not answer, or answers that it does not serve.
    Unreachable(String),
    /// The disk is full; as the engine or the system says it. Nothing was written.
    Full(String),
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

    /// What the log refutes: `place` names it with table and row, `why` goes on from there.
    #[must_use]
    pub fn contradiction(place: &str, why: &str) -> Self {
        Self::Contradiction {
            place: place.to_owned(),
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

    /// What the record of the server may say: the same, without the value of a column that is not public. Which
    /// row it is, the audit says.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Inconsistent { table, column, .. } if !is_public(table, column) => format!(
                "{} 库中数据不一致：表 {table} 列 {column}（不公开的值不写在这里）。运行 mingqian audit 查明是哪一行。",
                self.code()
            ),
            Self::Unopened(refusal) => format!("{} 封存的值打不开", refusal.code),
            other => other.to_string(),
        }
    }

    /// What is damaged, for the page that met it: where it stands, as those who work here may be told, and as anybody
    /// may; none if nothing is. Another try changes nothing.
    #[must_use]
    pub fn damage(&self) -> Option<Damage> {
        match self {
            Self::Inconsistent {
                table, column, row, ..
            } => Some(Damage::of_cell(table, column, row)),
            Self::Content { sha256, why } => Some(Damage {
                place: format!("存放的内容（摘要 {sha256}）{why}"),
                public: format!("存放的内容{why}"),
            }),
            _ => None,
        }
    }

    /// What is said when a database is opened, or found to be another than it should be.
    fn on_opening(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewerSchema { found, known } => write!(
                f,
                "这个库已由更新的程序升级到第 {found} 号结构，本程序只认得到第 {known} 号，没有打开，也没有改动。请换用升级它的那个版本或更新的版本。"
            ),
            Self::Migration(why) => write!(f, "数据库结构不符：{why}"),
            Self::OlderSchema { found, known } => write!(
                f,
                "这个库还是第 {found} 号结构，本程序按第 {known} 号核对，没有核对，也没有升级。用写入它的那个版本核对，或先运行 mingqian migrate（--dry-run 只说会做什么）再核对；升级做不成的，照它说的办。"
            ),
            Self::NoDatabase(place) => write!(
                f,
                "这里没有数据库（{place}），没有建立任何文件。指对 --data 或 --database；要新建，用 mingqian init。"
            ),
            Self::NoBureau(place) => write!(
                f,
                "这个数据库里没有局（{place}）：是空的，或从未建局，没有可以核对的。本来有局的，是库被清空、换掉或连错了库（PostgreSQL 上也可能是 search_path 不对）：从备份恢复，或指对 --data 与 --database。"
            ),
            Self::NotOurs { path, what } => write!(
                f,
                "{path} {what}，没有打开，也没有改动。移走它，从备份恢复这里原来的内容，或指对 --data 与 --database。"
            ),
            Self::UnreadableTail(file) => write!(
                f,
                "{file} 最后写下的内容还在旁边的 {file}-wal 里；读它要用的 {file}-shm 不在，这里也建不了（目录只读、没有权限，或这个位置上是别的东西），没有打开，也没有改动。把 {file} 和 {file}-wal 一起拷到可以写的目录，核对那一份；只拷 {file} 会少掉最后办的事。"
            ),
            Self::WrongKey { first: None } => write!(
                f,
                "keys/storage.key 不是这个库的封存密钥：与库中登记的指纹不符，没有打开，也没有写入。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。"
            ),
            Self::WrongKey { first: Some(first) } => write!(
                f,
                "keys/storage.key 打不开库中封存的{first}：它不是这个库的封存密钥，或这一份密文缺失、被改动。升级要登记这把密钥的指纹，登记错了就再也改不回来，所以没有升级，也没有改动。从备份恢复这个库和它的 keys 目录，或指对 --data 与 --database。"
            ),
            Self::WrongLogKey { stated } => write!(
                f,
                "keys/log.key 不是这个局的日志密钥：与局现在登记的公钥（{stated}）不符，没有签署任何内容，也没有写入。更换过密钥的（mingqian log rotate-key），把换过的 keys/log.key 放到这里再启动；否则从备份恢复这个库的 keys 目录，或指对 --data 与 --database。"
            ),
            Self::NoContents { folder, rows } => write!(
                f,
                "库中 {rows} 行登记的内容存放在目录 {folder}，这个目录不在，没有打开，也没有写入。把它从备份恢复到数据库旁边；哪些内容缺失，运行 mingqian audit 会逐份指出。"
            ),
            Self::Sweep(why) => write!(
                f,
                "数据库升级已经完成，但旧页里的明文还没有清扫掉：{why}。腾出与数据库同样大小的磁盘空间，再启动一次，程序会接着清扫。"
            ),
            Self::Contradiction { place, why } => write!(
                f,
                "库与留痕日志对不上：{place}{why}。没有写入。库被绕过程序改动过，或只恢复了一部分：停止办理，运行 mingqian audit 看还有哪些改动，报告审计管理员，再从备份恢复这个库。"
            ),
            // Everything else has its sentence where it is shown.
            _ => Ok(()),
        }
    }

    /// What is said of a clock that cannot be right, or of a log that was written by one.
    fn on_clock(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |milliseconds: i64| Instant::from_unix_ms(milliseconds).local_text();
        match self {
            Self::ClockSetBack { last, claimed } => write!(
                f,
                "本机时钟比上一条留痕早（上一条 {}，现在 {}），本次没有写入。校准服务器时间后再办；现在的时间是对的，那时的时钟快了：用 mingqian log repair-clock 公开更正，再接着办。",
                said(*last),
                said(*claimed)
            ),
            Self::ClockStepped { by, claimed } => write!(
                f,
                "本机时钟在运行中忽然快了 {} 分钟（现在 {}），本次没有写入：写进留痕的时间改不回来。校准服务器时间，程序自己接着办；现在的时间是对的，重新启动服务。",
                by / 60_000,
                said(*claimed)
            ),
            Self::ClockNotAhead => {
                f.write_str("日志的时间没有走在本机时钟前面，不必更正，没有写入。直接办理。")
            }
            // Everything else has its sentence where it is shown.
            _ => Ok(()),
        }
    }

    /// What is said of a row whose value cannot be used.
    fn on_rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
            Self::Unopened(refusal) => write!(f, "{}{}", refusal.sentence, refusal.remedy),
            // Everything else has its sentence where it is shown.
            _ => Ok(()),
        }
    }

    /// Whether it only says that somebody else is at it: the same may do a moment later.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Busy | Self::Held(_))
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
            Self::ClockStepped { .. } => "STOR-531",
            Self::ClockNotAhead => "STOR-532",
            Self::Inconsistent { .. } => "STOR-500",
            Self::Contradiction { .. } => "STOR-521",
            Self::Newer { refusal, .. } => refusal.code,
            Self::TooLarge { .. } => "STOR-413",
            Self::Migration(_) => "STOR-501",
            Self::NewerSchema { .. } => "STOR-502",
            Self::Content { .. } => "STOR-504",
            Self::OlderSchema { .. } => "STOR-508",
            Self::NoDatabase(_) => "STOR-509",
            Self::NoBureau(_) => "STOR-526",
            Self::NotOurs { .. } => "STOR-527",
            Self::UnreadableTail(_) => "STOR-528",
            Self::WrongKey { .. } => "STOR-506",
            Self::WrongLogKey { .. } => "STOR-525",
            Self::NoContents { .. } => "STOR-522",
            Self::Unopened(refusal) => refusal.code,
            Self::Sweep(_) => "STOR-507",
            Self::Unreachable(_) => "STOR-529",
            Self::Full(_) => "STOR-530",
            Self::Unaudited { .. } => "STOR-533",
            Self::Engine(_) => "STOR-503",
            Self::CommitUnknown(_) => "STOR-505",
        }
    }
}

/// Where something stands that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// For those who work here: with the key of the row, unless it is a secret itself.
    pub place: String,
    /// For anybody: with the key only if that is public.
    pub public: String,
}

impl Damage {
    fn of_cell(table: &str, column: &str, row: &str) -> Self {
        let without = format!("库中表 {table} 列 {column} 有一行读不出");
        let with = format!("库中表 {table} 行 {row} 的列 {column} 读不出");
        let told = |most: &[Class]| match schema::key_classes(table) {
            Some(key) if row != "-" && key.iter().all(|class| most.contains(class)) => with.clone(),
            _ => without.clone(),
        };
        Self {
            place: told(&[Class::Public, Class::Masked]),
            public: told(&[Class::Public]),
        }
    }
}

fn is_public(table: &str, column: &str) -> bool {
    let traced = schema::TRACED.iter().map(|one| one.layout());
    let mut layouts = traced.chain(schema::UNTRACED.iter().map(|one| one.layout()));
    let layout = layouts.find(|layout| layout.name == table);
    let columns = layout.map_or(&[][..], |layout| layout.columns);
    let found = columns.iter().find(|one| one.name == column);
    found.is_some_and(|found| found.class == Class::Public)
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
            Self::Pressed => {
                f.write_str("这张表单已经办成过一次，本次没有写入。到列表里看第一次的结果。")
            }
            Self::ClockSetBack { .. } | Self::ClockStepped { .. } | Self::ClockNotAhead => {
                self.on_clock(f)
            }
            Self::Inconsistent { .. } | Self::Newer { .. } | Self::Unopened(_) => self.on_rows(f),
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
            | Self::NoBureau(_)
            | Self::NotOurs { .. }
            | Self::UnreadableTail(_)
            | Self::WrongKey { .. }
            | Self::Contradiction { .. }
            | Self::WrongLogKey { .. }
            | Self::NoContents { .. }
            | Self::Sweep(_) => self.on_opening(f),
            Self::Unreachable(why) => write!(
                f,
                "联系不上 PostgreSQL 服务器，本次没有写入。核对它是否在运行、地址和端口、网络和防火墙；它恢复之后程序自己接着用，不用重启。原文：{why}"
            ),
            Self::Unaudited { folder, why } => write!(
                f,
                "核对要用的临时文件写不了或读不出（{folder}），没有核对完，也没有改动任何内容。腾出空间（每一百万行约要 400 MB），或用环境变量 TMPDIR 指到别的目录，再核对一次。原文：{why}"
            ),
            Self::Full(why) => write!(
                f,
                "磁盘已满，本次没有写入。腾出空间；有了空间程序自己接着用，不用重启。原文：{why}"
            ),
            Self::Engine(why) => write!(
                f,
                "数据库出错，本次没有写入。没有权限、掉线、超出磁盘配额最常见；都不是的，把这一行交给运维。原文：{why}"
            ),
            Self::CommitUnknown(why) => write!(
                f,
                "数据库没有答复是否已写入，结果未知。先到留痕日志里核对这一次是否已办成，再决定是否重办。原文：{why}"
            ),
        }
    }
}

impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests;
