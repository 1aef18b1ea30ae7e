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
            Self::Shape { object, why } => {
                write!(f, "AUDT-007 库的结构不是升级所建的样子：{object}，{why}")
            }
            Self::Log { sequence, why } => {
                write!(f, "AUDT-004 留痕自相矛盾：第 {sequence} 条，{why}")
            }
        }
    }
}
