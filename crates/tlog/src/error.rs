//! Every way a log artefact can be refused, each with a stable code (`TLOG-…`) and a remedy in
//! Chinese.

use core::fmt;

/// A refusal of this crate; the wording may change, the code never does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The tree would grow beyond [`crate::MAX_SIZE`] leaves.
    Full,
    /// Stored frontier bytes do not describe a frontier.
    FrontierBytes(&'static str),
    /// An index or size lies outside the tree.
    OutOfRange {
        /// The index or the older size that was asked for.
        asked: u64,
        /// The size of the tree it was asked of.
        size: u64,
    },
    /// The store has no hash for a node that the tree must have.
    NodeMissing {
        /// Height above the leaves.
        level: u8,
        /// Position in the level, from 0.
        index: u64,
    },
    /// An inclusion proof does not lead to the root.
    Inclusion(&'static str),
    /// A consistency proof does not connect the two roots.
    Consistency(&'static str),
    /// Text is not canonical standard base64.
    Base64,
    /// Text is not 64 digits of lower-case hexadecimal.
    Hex,
    /// A signed note breaks the format.
    NoteSyntax(&'static str),
    /// A verifier or signer key breaks the format or its key id does not fit.
    KeySyntax(&'static str),
    /// A signature line of a known key does not verify.
    SignatureWrong(String),
    /// No signature line belongs to a known key.
    NoKnownSignature,
    /// A checkpoint body breaks the format.
    CheckpointSyntax(&'static str),
    /// The checkpoint belongs to another log.
    OriginDiffers {
        /// Origin of the log we ask about.
        expected: String,
        /// Origin the checkpoint names.
        found: String,
    },
    /// A receipt breaks the format.
    ReceiptSyntax(&'static str),
    /// An entry breaks the format.
    EntrySyntax(&'static str),
    /// A tile path or a tile coordinate breaks the format.
    TilePath,
    /// A tile or entry bundle has the wrong length.
    TileLength {
        /// Path of the tile.
        path: String,
    },
    /// A tile does not belong to the tree of the checkpoint.
    TileForged {
        /// Path of the tile that disagrees with its children or with the root.
        path: String,
    },
    /// A change of the log's key breaks the format, or changes contradict each other.
    RotationSyntax(&'static str),
    /// The record by which a log goes on from another breaks the format.
    RestartSyntax(&'static str),
}

impl Error {
    /// The stable code printed with every refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full => "TLOG-001",
            Self::FrontierBytes(_) => "TLOG-002",
            Self::OutOfRange { .. } => "TLOG-003",
            Self::NodeMissing { .. } => "TLOG-004",
            Self::Inclusion(_) => "TLOG-005",
            Self::Consistency(_) => "TLOG-006",
            Self::Base64 => "TLOG-007",
            Self::Hex => "TLOG-008",
            Self::NoteSyntax(_) => "TLOG-010",
            Self::KeySyntax(_) => "TLOG-011",
            Self::SignatureWrong(_) => "TLOG-012",
            Self::NoKnownSignature => "TLOG-013",
            Self::CheckpointSyntax(_) => "TLOG-020",
            Self::OriginDiffers { .. } => "TLOG-021",
            Self::ReceiptSyntax(_) => "TLOG-030",
            Self::EntrySyntax(_) => "TLOG-040",
            Self::TilePath => "TLOG-050",
            Self::TileLength { .. } => "TLOG-051",
            Self::TileForged { .. } => "TLOG-052",
            Self::RotationSyntax(_) => "TLOG-060",
            Self::RestartSyntax(_) => "TLOG-061",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}；{}", self.code(), self.what(), self.remedy())
    }
}

impl Error {
    fn what(&self) -> String {
        match self {
            Self::Full => "日志已达条目数上限，无法再追加".to_owned(),
            Self::FrontierBytes(why) => format!("日志前沿状态已损坏：{why}"),
            Self::OutOfRange { asked, size } => format!("位置或规模 {asked} 超出日志规模 {size}"),
            Self::NodeMissing { level, index } => {
                format!("存储缺少树节点（层 {level}，位 {index}）")
            }
            Self::Inclusion(why) => format!("存在性证明不成立：{why}"),
            Self::Consistency(why) => format!("一致性证明不成立，日志可能被改写：{why}"),
            Self::Base64 => "不是规范的 Base64 文本".to_owned(),
            Self::Hex => "不是 64 位小写十六进制".to_owned(),
            Self::NoteSyntax(why) => format!("签名文本格式有误：{why}"),
            Self::KeySyntax(why) => format!("密钥格式有误：{why}"),
            Self::SignatureWrong(name) => format!("{name} 的签名验证不通过"),
            Self::NoKnownSignature => "没有任何已知密钥的签名".to_owned(),
            Self::CheckpointSyntax(why) => format!("检查点格式有误：{why}"),
            Self::OriginDiffers { expected, found } => {
                format!("检查点属于另一日志：应为 {expected}，实为 {found}")
            }
            Self::ReceiptSyntax(why) => format!("日志回执格式有误：{why}"),
            Self::EntrySyntax(why) => format!("日志条目格式有误：{why}"),
            Self::TilePath => "瓦片路径有误".to_owned(),
            Self::TileLength { path } => format!("瓦片 {path} 缺失或长度不符"),
            Self::TileForged { path } => format!("瓦片 {path} 与其下各层或检查点不符"),
            Self::RotationSyntax(why) => format!("更换日志密钥的记录有误：{why}"),
            Self::RestartSyntax(why) => format!("另起日志的记录有误：{why}"),
        }
    }

    const fn remedy(&self) -> &'static str {
        match self {
            Self::Full => "请另立新日志，并在旧日志末尾登记",
            Self::FrontierBytes(_) => "请由已存节点重建前沿，并运行 mingqian audit",
            Self::OutOfRange { .. } => "请核对序号，或取得更新的检查点",
            Self::NodeMissing { .. } => "请运行 mingqian audit，并从备份恢复",
            Self::Inclusion(_) => "该内容不能视为已入日志，请重新索取证明",
            Self::Consistency(_) => "请保存两份检查点并报告监督机关",
            Self::KeySyntax(_) => "请核对公布的密钥全文",
            Self::SignatureWrong(_) => "内容或签名被改动，请重新索取并核对来源",
            Self::NoKnownSignature => {
                "请核对所用公钥是否属于该日志；日志更换过密钥的，用门户 /log 上的更换记录跟到新公钥"
            }
            Self::OriginDiffers { .. } => "请核对来源",
            Self::TilePath => "请按 tlog-tiles 的规定书写",
            Self::TileLength { .. } => "请重新下载",
            Self::TileForged { .. } => "日志副本被改动，请保存证据并换源下载",
            Self::RotationSyntax(_) => "请从门户重新下载原文；仍然如此的，保存下来报告监督机关",
            Self::Base64
            | Self::Hex
            | Self::NoteSyntax(_)
            | Self::CheckpointSyntax(_)
            | Self::ReceiptSyntax(_)
            | Self::RestartSyntax(_)
            | Self::EntrySyntax(_) => "请使用未经改动的原文件",
        }
    }
}

impl core::error::Error for Error {}
