//! Every reason to refuse a file, once, with its way out. A code is never reused and never
//! renumbered.

use domain::refusal::{Code, Fact, Refusal};

macro_rules! registry {
    ($( $name:ident = $code:literal, $sentence:literal, $remedy:literal; )+) => {
        $(
            #[doc = $sentence]
            pub static $name: Code = Code::new($code, $sentence, None, $remedy);
        )+

        /// Every code of this crate, in the order of the source.
        pub static ALL: &[&Code] = &[ $( &$name ),+ ];
    };
}

registry! {
    // The file as a whole.
    EMPTY = "IMPT-001", "文件是空的。", "核对是否选错了文件。";
    TOO_LARGE = "IMPT-002", "文件有 {size} 字节，超过上限 {limit} 字节。", "拆成几个文件分别导入。";
    UNREADABLE = "IMPT-003", "文件读不出来（{why}）。", "核对文件是否还在、是否被其他程序占用，再试一次。";
    NOT_A_TABLE = "IMPT-004", "这是{what}，不是表格文件。", "用办公软件打开后另存为 .xlsx 或 .csv 再导入。";
    OLD_OR_LOCKED = "IMPT-005", "这是旧版 .xls 或加了打开密码的工作簿。", "用办公软件打开，去掉密码，另存为 .xlsx 再导入。";
    UTF16 = "IMPT-006", "文件编码是 UTF-16，不能导入。", "另存为“CSV UTF-8”或 .xlsx 再导入。";
    ENCODING = "IMPT-007", "第 {line} 行既不是 UTF-8 也不是 GB18030 编码。", "另存为“CSV UTF-8”或 .xlsx 再导入。";
    NUL = "IMPT-008", "{place} 有空字符（NUL），文件可能已损坏。", "用办公软件打开核对后另存为 .xlsx 再导入。";
    QUOTE_OPEN = "IMPT-009", "第 {line} 行的引号没有闭合，其后内容无法分行。", "补上引号，或另存为 .xlsx 再导入。";
    QUOTE_STRAY = "IMPT-010", "第 {line} 行引号之后有多余的字符。", "引号内的引号要写两个，或另存为 .xlsx 再导入。";
    TOO_MANY_ROWS = "IMPT-011", "行数超过上限 {limit}。", "拆成几个文件分别导入。";
    TOO_MANY_COLUMNS = "IMPT-012", "{address} 有内容，超过上限 {limit} 列。", "删去用不到的列和表格以外的内容。";
    CELL_TOO_LONG = "IMPT-013", "{address} 的内容超过 {limit} 字节。", "缩短内容；CSV 请检查此处之前的引号是否闭合。";

    // Workbooks.
    BROKEN = "IMPT-020", "工作簿已损坏或不完整（{why}）。", "用办公软件打开核对后另存为 .xlsx 再导入。";
    UNPACKED_TOO_LARGE = "IMPT-021", "工作簿解压后超过上限 {limit} 字节。", "删去用不到的工作表和图片，或拆成几个文件。";
    BOMB = "IMPT-022", "工作簿中 {part} 的压缩比超过 {limit} 倍，疑似压缩炸弹。", "把内容粘贴到新的工作簿再导入。";
    STRINGS_TOO_LARGE = "IMPT-023", "工作簿的文字表超过上限 {limit} 字节。", "拆成几个文件，或另存为“CSV UTF-8”再导入。";
    DISORDER = "IMPT-024", "{address} 的次序颠倒或重复，工作簿不是由办公软件生成的。", "用办公软件打开后另存为 .xlsx 再导入。";
    NO_SHEET = "IMPT-025", "没有找到有内容的工作表。", "把内容放在可见的工作表里再导入。";
    TOO_MANY_MERGED = "IMPT-026", "合并单元格超过 {limit} 处。", "取消合并单元格，每行填全后再导入。";

    // Header and columns.
    NO_HEADER = "IMPT-030", "前 {rows} 行里没有找到列名行（一行里至少要认出 {enough} 个列名）。{found}认得的列：{columns}。", "按认得的写法改列名再上传，可下载模板对照；没有列名的，在第一行加上。";
    COLUMN_MISSING = "IMPT-031", "第 {row} 行是列名行，但缺少必填的列：{columns}。", "补上这些列；可下载模板对照。";
    COLUMN_TWICE = "IMPT-032", "第 {row} 行列名行里，{first} 和 {second} 都是“{column}”。", "删去或改名其中一列。";
    MERGED = "IMPT-033", "{range} 是合并单元格，无法确定每行的内容。", "取消合并，把每行填全后再导入。";
    NO_ROWS = "IMPT-034", "列名行（第 {row} 行）之后没有内容。", "填写后再导入。";

    // One cell.
    LOSSY = "IMPT-040", "“{text}”是科学计数，后面的数字已经丢失。", "把该列设为“文本”格式，从原件重新填写完整代码。";
    CELL_ERROR = "IMPT-041", "单元格是错误值 {text}。", "改正公式，或粘贴为数值。";
    FORMULA_EMPTY = "IMPT-042", "公式没有保存计算结果。", "用办公软件打开并保存一次，或粘贴为数值。";

    // The reading process and our own files.
    CHILD_START = "IMPT-050", "读取进程无法启动（{why}）。", "请系统管理员检查程序文件和内存。";
    CHILD_DIED = "IMPT-051", "读取此文件超出了内存或时间限制，已停止（{why}）。", "把内容粘贴到新的工作簿，或另存为“CSV UTF-8”再导入。";
    CHILD_GARBLED = "IMPT-052", "读取进程的输出不完整。", "再试一次；仍不行请把文件交给系统管理员。";
    WRITE_FAILED = "IMPT-060", "文件写不出来（{why}）。", "请系统管理员检查磁盘空间和目录权限。";
}

/// The refusal of a file that the operating system will not let us read.
pub(crate) fn unreadable(why: &std::io::Error) -> Refusal {
    UNREADABLE.refuse(&[("why", why)])
}

/// The refusal of a file of ours that cannot be written.
pub(crate) fn write_failed(why: &dyn std::fmt::Display) -> Refusal {
    WRITE_FAILED.refuse(&[("why", why)])
}

/// The refusal of a place that a limit forbids.
pub(crate) fn beyond(code: &'static Code, address: &str, limit: impl std::fmt::Display) -> Refusal {
    let facts: [Fact<'_>; 2] = [("address", &address), ("limit", &limit)];
    code.refuse(&facts)
}

#[cfg(test)]
mod tests;
