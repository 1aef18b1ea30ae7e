//! Why a file cannot be used, in words: one sentence for each usual answer of the operating system, with what to do.
//! Bundles are files, so it stands here; the command line says the same of every other file.

use std::io::{Error, ErrorKind};

/// Why, and what to do. What the system itself says stands behind in brackets only where it is all there is.
#[must_use]
pub fn why(error: &Error) -> String {
    let sentence = match error.kind() {
        ErrorKind::NotFound => "没有这个文件或目录。核对路径。",
        ErrorKind::PermissionDenied => {
            "没有权限。用有权的系统账号运行，或请管理员调整这个文件和所在目录的权限。"
        }
        ErrorKind::IsADirectory => "这是一个目录，不是文件。指明其中的文件。",
        ErrorKind::NotADirectory => "路径中有一段是文件，不是目录。核对路径。",
        ErrorKind::DirectoryNotEmpty => "目录不是空的。换一个空目录。",
        ErrorKind::AlreadyExists => "已经有同名的文件或目录，没有覆盖。换一个名称，或先把它移走。",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "磁盘满了，或超出这个账号的配额。腾出空间再试。"
        }
        ErrorKind::FileTooLarge => "文件超过这个磁盘允许的长度。换一个位置。",
        ErrorKind::ReadOnlyFilesystem => "所在的磁盘只能读。换一个位置。",
        ErrorKind::InvalidFilename => "文件名太长，或有不能用的字符。换一个名称。",
        ErrorKind::InvalidData => "内容不是 UTF-8 文字。用原来的文件，或另存为 UTF-8。",
        ErrorKind::AddrInUse => "这个地址和端口已有程序在用。换一个端口，或停掉那个程序。",
        ErrorKind::AddrNotAvailable => "本机没有这个地址。核对地址。",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => {
            "正被别的程序占用。关掉那个程序再试。"
        }
        _ => return format!("不能读写。核对路径、权限和磁盘空间（系统的说法：{error}）。"),
    };
    sentence.to_owned()
}

#[cfg(test)]
mod tests;
