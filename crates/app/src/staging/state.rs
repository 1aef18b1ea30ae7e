//! Where an upload stands: reading, compared, applied or given up, and which way is left from there.

domain::closed_list! {
    /// The states of an upload, from the first byte to the receipt.
    enum State {
        /// The file is being read.
        Reading = "reading", "正在读取";
        /// It is read; its columns wait to be confirmed.
        Mapping = "mapping", "待对列名";
        /// Its rows are being compared with the register.
        Comparing = "comparing", "正在比对";
        /// Compared; the decision is open.
        Previewed = "previewed", "待决定";
        /// The one transaction is under way.
        Applying = "applying", "正在写入";
        /// Imported.
        Done = "done", "已导入";
        /// The file as a whole cannot be used.
        Refused = "refused", "文件不能用";
        /// Given up by whoever uploaded it.
        Cancelled = "cancelled", "已取消";
        /// The program stopped in the middle, or the work broke off; nothing was written.
        Interrupted = "interrupted", "已中断";
    }
}

impl State {
    /// Those in which the file and its rows are still kept for a decision.
    pub const OPEN: [Self; 6] = [
        Self::Reading,
        Self::Mapping,
        Self::Comparing,
        Self::Previewed,
        Self::Applying,
        Self::Interrupted,
    ];

    /// Whether the program itself is at work.
    #[must_use]
    pub const fn is_work(self) -> bool {
        matches!(self, Self::Reading | Self::Comparing | Self::Applying)
    }
}
