//! What happened, newest first, each line leading to its entry in the log.

use askama::Template;

use super::Link;
use super::fragment::markup;
use crate::text::{Address, Digest, thousands};

/// How many entries stand on a record page before “全部 n 条”.
const SHOWN: usize = 8;

/// One event as the reader may see it.
#[doc(alias = "留痕")]
#[derive(Debug, Clone)]
pub struct TraceEntry {
    /// The act, in the words of the law.
    pub act: String,
    /// The instant as printed, such as 今日 13:52.
    pub instant: String,
    /// Role and account.
    pub by: String,
    /// The number of the entry in the log.
    pub number: u64,
    /// The hash of its leaf.
    pub leaf: Digest,
    /// The page of the entry.
    pub page: Address,
    /// Whether the act was seen outside the bureau.
    pub outside: bool,
}

/// The last entries of one record.
#[derive(Debug, Clone, Template)]
#[template(path = "component/trace.html")]
pub struct Trace {
    entries: Vec<TraceEntry>,
    total: u64,
    all: Link,
    proof: Address,
}

impl Trace {
    /// The newest entries first; `total` counts all, `all` shows them, `proof` downloads
    /// the inclusion proofs.
    #[must_use]
    pub fn new(mut entries: Vec<TraceEntry>, total: u64, all: Address, proof: Address) -> Self {
        entries.truncate(SHOWN);
        let all = Link::new(format!("全部 {} 条", thousands(total)), all);
        Self {
            entries,
            total,
            all,
            proof,
        }
    }
}

markup!(Trace);
