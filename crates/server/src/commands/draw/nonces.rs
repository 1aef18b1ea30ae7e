//! What the parties handed in (随机数): from the command line, or from the files that `mingqian nonce` and the page of
//! a party write.
//!
//! A file may say of which campaign and attempt it is; then it must be of this one. Deliberately absent: whether a
//! nonce fits its commitment, which REVEAL or the seed text asks.

use std::path::PathBuf;

use ::draw::record::{FreezeRecord, PartyLine, Revealed};
use ::draw::seed::Answer;
use ::draw::{Digest, Fault, Token, Version};
use clap::Args;

use super::folder::read;
use crate::commands::Failure;

/// The nonces of an attempt.
#[derive(Debug, Args)]
pub(super) struct NonceArgs {
    /// 见证人交来的随机数文件，每行 party <代码> <随机数> 或 party <代码> absent <原因>；可给多个
    #[arg(long, value_name = "文件")]
    nonces: Vec<PathBuf>,
    /// 单个随机数：代码=64 位十六进制，或 代码=absent:原因（shuang/2 只写 absent:timeout）
    #[arg(long = "nonce", value_name = "代码=随机数")]
    nonce: Vec<String>,
}

impl NonceArgs {
    /// Whether none is given.
    pub(super) fn is_empty(&self) -> bool {
        self.nonces.is_empty() && self.nonce.is_empty()
    }

    /// An answer of every party FREEZE names, in its order.
    pub(super) fn answers(&self, freeze: &FreezeRecord) -> Result<Vec<Revealed>, Failure> {
        let given = self.given(freeze)?;
        let mut failure = Failure::default();
        let mut parties = Vec::new();
        for line in &freeze.parties {
            match given
                .iter()
                .filter(|(name, _)| *name == line.name)
                .collect::<Vec<_>>()[..]
            {
                [one] => {
                    if let Some(why) = of_older_version(freeze, *line, one) {
                        failure.push("CLI-414", line.name.as_str(), why);
                    }
                    parties.push(one.clone());
                }
                [] => failure.push(
                    "CLI-402",
                    line.name.as_str(),
                    "没有交来随机数。请用 --nonces 或 --nonce 给出；确实缺席的写 absent 和原因。",
                ),
                _ => failure.push("CLI-403", line.name.as_str(), "随机数给了两次。"),
            }
        }
        for (name, _) in given
            .iter()
            .filter(|(name, _)| freeze.parties.iter().all(|line| line.name != *name))
        {
            failure.push("CLI-404", name.as_str(), "不是 FREEZE 公布的见证人。");
        }
        failure.or_nothing().map(|()| parties)
    }

    fn given(&self, freeze: &FreezeRecord) -> Result<Vec<Revealed>, Failure> {
        let mut given = Vec::new();
        for text in &self.nonce {
            let (name, value) = text.split_once('=').ok_or_else(|| {
                let sentence = "应为 代码=随机数，或 代码=absent:原因。";
                Failure::new("CLI-405", "--nonce", sentence)
            })?;
            let value = value.replacen("absent:", "absent ", 1);
            given.push(answer(name, &value).map_err(|fault| fault.within("--nonce"))?);
        }
        for path in &self.nonces {
            let name = path.display().to_string();
            let text = String::from_utf8(read(path)?).map_err(|_| {
                let sentence = "不是 UTF-8 文本。请用见证人生成的原文件。";
                Failure::new("CLI-405", &name, sentence)
            })?;
            given.extend(NonceFile::read(&name, &text, freeze)?);
        }
        Ok(given)
    }
}

/// Why a nonce cannot fit: the party committed to it as under `shuang/1`, without campaign and attempt.
fn of_older_version(freeze: &FreezeRecord, line: PartyLine, given: &Revealed) -> Option<String> {
    let nonce = given.1.given()?;
    let older = PartyLine::commit(freeze.suite, line.name, nonce) == line;
    (older && freeze.version() == Version::Two).then(|| {
        format!(
            "承诺值是按 shuang/1 生成的，没有写明任务和次数，按本次的 shuang/2 不能用。到揭示截止按缺席办理；\
             来源因此不足的，本次作废，再抽时用 mingqian nonce --campaign {} --attempt 次数 重新生成。",
            freeze.campaign
        )
    })
}

/// A file in the making: `party <name> <nonce>` in one line, or `party <name>` and `nonce <nonce>` in two.
struct NonceFile<'a> {
    freeze: &'a FreezeRecord,
    given: Vec<Revealed>,
    awaited: Option<&'a str>,
}

impl<'a> NonceFile<'a> {
    fn read(name: &str, text: &'a str, freeze: &'a FreezeRecord) -> Result<Vec<Revealed>, Failure> {
        let mut file = Self {
            freeze,
            given: Vec::new(),
            awaited: None,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            let place = format!("{name} 第 {} 行", at + 1);
            file.line(line.trim(), &place)?;
        }
        match file.awaited {
            None => Ok(file.given),
            Some(party) => Err(Failure::new(
                "CLI-405",
                name,
                format!("有 party {party}，没有它的随机数。"),
            )),
        }
    }

    fn line(&mut self, line: &'a str, place: &str) -> Result<(), Failure> {
        let (key, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let within = |fault: Fault| Failure::from(fault.within(place));
        match (key, self.awaited) {
            // The commitment is recomputed from the nonce.
            ("" | "commitment" | "suite", _) => Ok(()),
            (comment, _) if comment.starts_with('#') => Ok(()),
            ("campaign", _) => self.same(rest, self.freeze.campaign.as_str(), "抽查任务", place),
            ("attempt", _) => {
                let attempt = self.freeze.attempt.to_string();
                self.same(rest, &attempt, "抽取次数", place)
            }
            ("party", None) => match rest.split_once(' ') {
                Some((name, value)) => {
                    self.given.push(answer(name, value.trim()).map_err(within)?);
                    Ok(())
                }
                None if !rest.is_empty() => {
                    self.awaited = Some(rest);
                    Ok(())
                }
                None => Err(unread(place)),
            },
            ("nonce", Some(party)) => {
                self.given.push(answer(party, rest).map_err(within)?);
                self.awaited = None;
                Ok(())
            }
            _ => Err(unread(place)),
        }
    }

    fn same(&self, said: &str, ours: &str, what: &str, place: &str) -> Result<(), Failure> {
        match said == ours {
            true => Ok(()),
            false => Err(Failure::new(
                "CLI-410",
                place,
                format!(
                    "{what}是 {said}，本次是 {ours}：这不是为本次抽取生成的随机数。请见证人核对文件。"
                ),
            )),
        }
    }
}

fn unread(place: &str) -> Failure {
    let sentence = "应为 party <代码> <随机数>，或 party <代码> absent <原因>。";
    Failure::new("CLI-405", place, sentence)
}

fn answer(name: &str, value: &str) -> Result<Revealed, Fault> {
    let place = |fault: Fault| fault.within(name);
    let party: Token = name.parse()?;
    let answer = match value.strip_prefix("absent ") {
        Some(reason) => Answer::Absent(reason.parse().map_err(place)?),
        None => Answer::Given(value.parse::<Digest>().map_err(place)?),
    };
    Ok((party, answer))
}
