//! `mingqian nonce` (见证人随机数): on an observer's own device, a nonce and its commitment.
//!
//! Only the commitment is handed in before FREEZE; the file with the nonce stays with the observer
//! until the reveal. Deliberately absent: any network.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use ::draw::record::PartyLine;
use ::draw::{Digest, Suite, Token};
use app::port::Entropy;
use clap::Args;
use serde_json::json;

use super::{Failure, Output};

/// Arguments of `mingqian nonce`.
#[derive(Debug, Args)]
pub(crate) struct NonceArgs {
    /// 见证人代码，与抽取方案中的一致，例如 discipline
    #[arg(long)]
    name: String,
    /// 抽查任务的编号，见证页上写明
    #[arg(long)]
    campaign: String,
    /// 第几次抽取，从 1 起
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    attempt: u32,
    /// 使用国密 SM3（方案写明 suite = "sm3" 时）
    #[arg(long)]
    sm3: bool,
    /// 把随机数写入文件（权限 0600），不显示在屏幕上
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Makes a nonce and says its commitment.
pub(crate) fn run(args: &NonceArgs, entropy: &dyn Entropy, output: &Output) -> Result<u8, Failure> {
    let name: Token = args.name.parse()?;
    let suite = if args.sm3 { Suite::Sm3 } else { Suite::Sha256 };
    let nonce = Digest(entropy.bytes::<32>());
    // A commitment names the attempt it is for, and so does what is kept of it.
    let (campaign, attempt) = (args.campaign.parse::<Token>()?, args.attempt);
    let for_attempt = format!("campaign {campaign}\nattempt {attempt}\n");
    let line = PartyLine::commit_to_attempt(suite, campaign, attempt, name, &nonce);
    let until = "到抽取仪式开始、见证页上可以公开时";
    let commitment = line.commitment;
    let mut words = format!("承诺值（现在交给抽取经办）：\nparty {name} {commitment}\n");
    let mut value =
        json!({"name": name.as_str(), "suite": suite.word(), "commitment": commitment.to_string()});
    match &args.out {
        Some(path) => {
            write_secret(path, &format!("{for_attempt}party {name} {nonce}\n"))
                .map_err(|error| Failure::file(path, &error))?;
            words.push_str(&format!(
                "随机数已写入 {}。{until}才交出，在那之前不要交给任何人。\n",
                path.display()
            ));
        }
        None => {
            words.push_str(&format!(
                "随机数（自己保管，{until}才交出）：\n{for_attempt}party {name} {nonce}\n"
            ));
            value["nonce"] = json!(nonce.to_string());
        }
    }
    output.say(&words, &value);
    Ok(0)
}

/// Writes a new file that only its owner can read; never overwrites.
pub(crate) fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
