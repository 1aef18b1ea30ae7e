//! What an audit may find, each with its place and a sentence for whoever runs it.

use std::fmt;

/// One contradiction, with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row differs from what its last event left.
    Changed {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// Columns that differ; `last_event` among them if only the stamp was changed.
        columns: Vec<String>,
        /// Number of the leaf that last wrote the row.
        sequence: u64,
    },
    /// A row was altered behind the program's back after its last event, and the program wrote it again.
    Overwritten {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// Number of the leaf after which it was altered.
        sequence: u64,
        /// Number of the leaf that found it altered.
        by: u64,
    },
    /// A row the log knows is gone.
    Missing {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// Number of the leaf that last wrote the row.
        sequence: u64,
    },
    /// A row no event ever wrote.
    Extra {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
    },
    /// A row that an event wrote, or may have written, whose body cannot be believed: nobody can say how it should stand.
    Unchecked {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// Number of the leaf whose body it is.
        sequence: u64,
    },
    /// The content a row names is gone.
    ContentMissing {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// SHA-256 by which the row names it.
        sha256: String,
    },
    /// The content a row names is not what it was.
    ContentAltered {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// SHA-256 by which the row names it.
        sha256: String,
        /// SHA-256 of what stands there now.
        found: String,
    },
    /// What stands where content should is no file that can be read.
    ContentUnfit {
        /// Table.
        table: String,
        /// Key, as JSON.
        key: String,
        /// SHA-256 by which the row names it.
        sha256: String,
        /// What stands there, or why it cannot be read.
        why: String,
    },
    /// Something in the folder of contents that nobody of ours puts there.
    Stranger {
        /// Its path.
        path: String,
        /// What it is.
        what: String,
    },
    /// An object of the schema, or a row of a table outside the log, is not as the migrations made it.
    Shape {
        /// The object.
        object: String,
        /// What is wrong with it.
        why: String,
    },
    /// The engine itself finds its file at odds with itself: an index that leaves a row out, a page that is torn.
    Engine {
        /// In what, in its own words.
        why: String,
    },
    /// A row by which the log is looked up does not say what the log says.
    Index {
        /// Table.
        table: String,
        /// The row.
        row: String,
        /// What stands there, and what the log says.
        why: String,
    },
    /// A cell holds a value that no program writes there: a text where bytes belong, or a text of no letters.
    Cell {
        /// Table.
        table: String,
        /// The row.
        row: String,
        /// Column.
        column: String,
        /// What is wrong with it.
        why: String,
    },
    /// What the kernel keeps beside the log is not what log and migrations make of it.
    Kept {
        /// Table.
        table: String,
        /// The row.
        row: String,
        /// What stands there, and what belongs there.
        why: String,
    },
    /// An inspector has something sealed and no key that opens it, though nobody erased him.
    Keyless {
        /// Under which name the key was kept.
        person: String,
        /// Code of the inspector.
        code: String,
        /// Name of the inspector.
        name: String,
    },
    /// A password hash is not the one that the log knows of.
    Credential {
        /// Table.
        table: String,
        /// Key of the account, or of the request it waits with.
        holder: String,
        /// The name the account signs in by.
        login: String,
        /// What is wrong with it.
        why: String,
    },
    /// The log contradicts itself.
    Log {
        /// Number of the leaf.
        sequence: u64,
        /// In what.
        why: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed {
                table,
                key,
                columns,
                sequence,
            } => write!(
                f,
                "AUDT-001 被改动：表 {table} 行 {key}，列 {}，最后合法写入见留痕第 {sequence} 条",
                columns.join("、")
            ),
            Self::Missing {
                table,
                key,
                sequence,
            } => {
                write!(
                    f,
                    "AUDT-002 被删除：表 {table} 行 {key}，最后合法写入见留痕第 {sequence} 条"
                )
            }
            Self::Extra { table, key } => {
                write!(
                    f,
                    "AUDT-003 被塞入：表 {table} 行 {key}，没有任何留痕写过它"
                )
            }
            Self::Overwritten {
                table,
                key,
                sequence,
                by,
            } => write!(
                f,
                "AUDT-012 被改动过：表 {table} 行 {key}，在留痕第 {sequence} 条写下以后、第 {by} 条写入之前被绕过程序改过，第 {by} 条的内容可能由此而来"
            ),
            Self::Unchecked {
                table,
                key,
                sequence,
            } => write!(
                f,
                "AUDT-021 无从核对：表 {table} 行 {key}，留痕第 {sequence} 条写过或可能写过它，而那一条的正文读不出或与留痕不符"
            ),
            Self::Shape { .. }
            | Self::Engine { .. }
            | Self::Index { .. }
            | Self::Cell { .. }
            | Self::Kept { .. }
            | Self::Keyless { .. }
            | Self::Credential { .. } => self.beside_the_log(f),
            Self::Log { sequence, why } => {
                write!(f, "AUDT-004 留痕自相矛盾：第 {sequence} 条，{why}")
            }
            Self::ContentMissing { .. }
            | Self::ContentAltered { .. }
            | Self::ContentUnfit { .. }
            | Self::Stranger { .. } => self.of_content(f),
        }
    }
}

impl Fault {
    /// Where it stands: a table and its row, a leaf, a path, or an object of the schema.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Changed { table, key, .. }
            | Self::Overwritten { table, key, .. }
            | Self::Missing { table, key, .. }
            | Self::Extra { table, key }
            | Self::Unchecked { table, key, .. }
            | Self::ContentMissing { table, key, .. }
            | Self::ContentAltered { table, key, .. }
            | Self::ContentUnfit { table, key, .. } => format!("{table} {key}"),
            Self::Index { table, row, .. }
            | Self::Kept { table, row, .. }
            | Self::Credential {
                table, holder: row, ..
            } => format!("{table} {row}"),
            Self::Cell {
                table, row, column, ..
            } => format!("{table} {row} {column}"),
            Self::Keyless { person, .. } => format!("person_keys {person}"),
            Self::Stranger { path, .. } => path.clone(),
            Self::Shape { object, .. } => object.clone(),
            Self::Engine { .. } => "database".to_owned(),
            Self::Log { sequence, .. } => format!("log {sequence}"),
        }
    }

    /// What is wrong with a row or a cell that no image tells of.
    fn beside_the_log(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { object, why } => {
                write!(f, "AUDT-007 库的结构不是升级所建的样子：{object}，{why}")
            }
            Self::Engine { why } => write!(
                f,
                "AUDT-031 数据库文件自相矛盾，按索引查出的内容可能与表中的行不同：{why}"
            ),
            Self::Index { table, row, why } => {
                write!(
                    f,
                    "AUDT-011 日志的索引与日志不符：表 {table} 行 {row}，{why}"
                )
            }
            Self::Cell {
                table,
                row,
                column,
                why,
            } => write!(
                f,
                "AUDT-013 值的类型不对：表 {table} 行 {row}，列 {column} {why}，不是任何程序写得出的"
            ),
            Self::Kept { table, row, why } => write!(
                f,
                "AUDT-014 程序在日志之外记的一行不对：表 {table} 行 {row}，{why}"
            ),
            Self::Credential {
                table,
                holder,
                login,
                why,
            } => write!(
                f,
                "AUDT-024 口令不是留痕设置的那一个：账号“{login}”的口令摘要（表 {table} 行 {holder}）{why}。有人可能以他的名义登录：停用这个账号，另设口令，查登录的留痕"
            ),
            Self::Keyless { person, code, name } => write!(
                f,
                "AUDT-020 密钥缺失：执法检查人员“{name}”（{code}）有封存的值，表 person_keys 里没有他的密钥（{person}），也没有删除的留痕"
            ),
            // Everything else has its sentence above.
            _ => Ok(()),
        }
    }

    /// What is wrong with content that rows only name.
    fn of_content(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContentMissing { table, key, sha256 } => write!(
                f,
                "AUDT-005 内容缺失：表 {table} 行 {key} 登记的内容不在，摘要 {sha256}"
            ),
            Self::ContentAltered {
                table,
                key,
                sha256,
                found,
            } => write!(
                f,
                "AUDT-006 内容被改动：表 {table} 行 {key} 登记的摘要为 {sha256}，现存内容为 {found}"
            ),
            Self::ContentUnfit {
                table,
                key,
                sha256,
                why,
            } => write!(
                f,
                "AUDT-008 内容读不出：表 {table} 行 {key} 登记的内容（摘要 {sha256}）{why}"
            ),
            Self::Stranger { path, what } => write!(
                f,
                "AUDT-009 存放内容的目录里有不该有的东西：{path} 是{what}"
            ),
            // Everything else has its sentence above.
            _ => Ok(()),
        }
    }
}
