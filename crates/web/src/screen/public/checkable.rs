//! What a stranger can and cannot check of a draw (`docs/SPEC-draw.md` §8, §8.1), in the words every page of the portal uses.
//!
//! The bundle before OPEN has neither order files nor leaves; the one after it has no S and not the registers. Deliberately
//! absent: the full bundle, which is not for the public, and what the signatures of log and drand need.

/// Before OPEN.
pub(super) const SEALED: &str = "现在只能核对各项记录、摘要、承诺、随机数、种子和户数是否一致；次序、界限和抽中谁，名单公开之后才能核对。";

/// After OPEN.
pub(super) const OPENED: &str = "可以重算种子，核对次序、界限和抽中的每一户。检查人员的签号、编组、回避和工作量要用不公开的完整案卷（含密值）重算；没有公开的各行是否真实、名录有没有漏掉谁，公开案卷里看不出。";

/// What can be checked now.
pub(super) const fn at(opened: bool) -> &'static str {
    match opened {
        true => OPENED,
        false => SEALED,
    }
}
