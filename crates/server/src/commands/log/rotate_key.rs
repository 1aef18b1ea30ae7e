//! `mingqian log rotate-key`: the log goes on under another key, by an entry that the old key and the new one have both
//! signed (ADR 0033).
//!
//! Deliberately absent: telling the public, which the operator does where the key was told first.

use clap::Args;
use serde_json::json;

use super::{Failure, Output, PlaceArgs, runtime};

/// Arguments of `mingqian log rotate-key`.
#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Changes it, or ends a change that was cut short.
pub(super) fn run(args: &RotateArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.place()?;
    let rotation = runtime()?.block_on(place.rotate_log_key(output))?;
    let (number, old, new) = (rotation.from(), rotation.old(), rotation.new_key());
    output.say(
        &format!(
            "已更换：留痕第 {number} 条公开写明，新旧两把密钥都签了名。\n原来的公钥：{old}\n现在的公钥：{new}\n在原来公布公钥的地方公布现在这一把，连同门户 /log/keys/{number} 的记录；原来的公钥不要撤，旧凭证靠它核对。\nkeys/log.key 里原来的私钥已经删去。现在就另存 keys 目录，并做一份备份：更早的备份要用那时的密钥恢复，另存的旧私钥与更早的备份同留同毁。\n几个服务端共用一个库的，把换过的 keys/log.key 放到每一处再启动。\n"
        ),
        &json!({"entry": number, "old": old.to_string(), "new": new.to_string()}),
    );
    Ok(0)
}
