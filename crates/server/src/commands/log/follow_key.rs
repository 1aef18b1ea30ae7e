//! `mingqian log follow-key`: from a key of the log that somebody holds to the one that signs now, by the public records of its
//! changes alone (SPEC-log §3.2).
//!
//! Deliberately absent: whether these records stand in the log, which their receipts show, and whether there are more.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Failure, Output, log_key, log_keys};

/// Arguments of `mingqian log follow-key`.
#[derive(Debug, Args)]
pub(super) struct FollowArgs {
    /// 手里的日志公钥（名称+编号+base64）
    #[arg(long)]
    log_key: String,
    /// 更换日志密钥的公开记录，门户 /log/keys/ 之下的原文；各次的都给出，先后不论
    #[arg(required = true, value_name = "文件")]
    records: Vec<PathBuf>,
}

/// Says the newest key they lead to.
pub(super) fn run(args: &FollowArgs, output: &Output) -> Result<u8, Failure> {
    let keys = log_keys(log_key(&args.log_key)?, &args.records)?;
    let newest = keys.newest();
    output.say(
        &format!(
            "{newest}\n每次更换都有新旧两把密钥的签名。记录是不是都在日志里、后来有没有再换，看门户 /log；核对更早的凭证仍用那时的公钥。\n"
        ),
        &json!({"newest": newest.to_string()}),
    );
    Ok(0)
}
