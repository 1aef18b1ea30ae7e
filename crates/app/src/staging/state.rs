//! Where an upload stands: reading, compared, applied or given up, and which way is left from there.

/// The states of an upload, from the first byte to the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The file is being read.
    Reading,
    /// It is read; its columns wait to be confirmed.
    Mapping,
    /// Its rows are being compared with the register.
    Comparing,
    /// Compared; the decision is open.
    Previewed,
    /// The one transaction is under way.
    Applying,
    /// Imported.
    Done,
    /// The file as a whole cannot be used.
    Refused,
    /// Given up by whoever uploaded it.
    Cancelled,
    /// The program stopped in the middle; nothing was written.
    Interrupted,
}

impl State {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Reading, "reading", "正在读取"),
        (Self::Mapping, "mapping", "待对列名"),
        (Self::Comparing, "comparing", "正在比对"),
        (Self::Previewed, "previewed", "待决定"),
        (Self::Applying, "applying", "正在写入"),
        (Self::Done, "done", "已导入"),
        (Self::Refused, "refused", "文件不能用"),
        (Self::Cancelled, "cancelled", "已取消"),
        (Self::Interrupted, "interrupted", "已中断"),
    ];

    /// The stable name, as stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// The words on pages.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.entry().2
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known, _)| *known == name)
            .map(|(state, ..)| *state)
    }

    /// Whether the program itself is at work.
    #[must_use]
    pub const fn is_work(self) -> bool {
        matches!(self, Self::Reading | Self::Comparing | Self::Applying)
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str) {
        Self::ALL
            .iter()
            .find(|(state, ..)| *state == self)
            .expect("every state stands in the list")
    }
}
