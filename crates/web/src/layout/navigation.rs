//! The way through the workbench, as far as this account may go.

use crate::text::Address;

/// One entry: a place this account may open, with what waits there for it.
#[derive(Debug, Clone)]
pub struct NavEntry {
    pub(crate) words: String,
    pub(crate) to: Address,
    pub(crate) waiting: u64,
    pub(crate) current: bool,
}

impl NavEntry {
    /// An entry; `waiting` counts what this account can act on, 0 shows no number.
    #[must_use]
    pub fn new(words: impl Into<String>, to: Address, waiting: u64) -> Self {
        Self {
            words: words.into(),
            to,
            waiting,
            current: false,
        }
    }
}

/// Entries under one heading: 今日 计划 名录 抽查 结果 监督 管理.
#[derive(Debug, Clone)]
pub struct NavGroup {
    pub(crate) heading: String,
    pub(crate) entries: Vec<NavEntry>,
}

/// The navigation of one account.
#[derive(Debug, Clone, Default)]
pub struct NavModel {
    pub(crate) groups: Vec<NavGroup>,
}

impl NavModel {
    /// Adds a group; one without entries does not exist.
    #[must_use]
    pub fn with_group(mut self, heading: impl Into<String>, entries: Vec<NavEntry>) -> Self {
        if !entries.is_empty() {
            self.groups.push(NavGroup {
                heading: heading.into(),
                entries,
            });
        }
        self
    }

    /// Marks the entry whose path is the longest beginning of the present one. An import belongs to
    /// its register.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        let path = path.replacen("/w/import/", "/w/", 1);
        let leads = |entry: &NavEntry| {
            let own = entry.to.as_str();
            path.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || own.ends_with('/'))
        };
        let entries = || self.groups.iter().flat_map(|group| &group.entries);
        let nearest = entries()
            .filter(|entry| leads(entry))
            .map(|entry| entry.to.as_str().to_owned())
            .max_by_key(String::len);
        for entry in self.groups.iter_mut().flat_map(|group| &mut group.entries) {
            entry.current = nearest.as_deref() == Some(entry.to.as_str());
        }
        self
    }
}
