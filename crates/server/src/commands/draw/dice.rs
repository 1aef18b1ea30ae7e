//! `mingqian draw dice` (掷骰): what the dice showed is written down once, before the first nonce; `result` reads it.
//!
//! Dice that are entered beside the nonces could be chosen by them (SPEC-draw §1). Dice not thrown by the end of revealing
//! are written as absent; nobody can answer then any more, so digits are refused. Deliberately absent: the second account
//! and the picture the server asks for; and what nobody can prevent where the folder can be copied.

use std::io::Write;
use std::path::{Path, PathBuf};

use ::draw::level::ROLLS_OF_A_BEACON;
use ::draw::record::reveal::TIMEOUT;
use ::draw::record::{FreezeRecord, Hours};
use ::draw::seed::{Answer, good_dice};
use ::draw::{Token, Version};
use app::port::Clock;
use clap::Args;
use serde_json::json;

use super::folder::{read, write_new};
use super::moment::{AtArgs, Moment, local};
use crate::commands::{Failure, Output};

/// What the dice showed, beside the other texts of the draw's folder.
const KEPT: &str = "dice.txt";

/// Arguments of `mingqian draw dice`.
#[derive(Debug, Args)]
pub(crate) struct DiceArgs {
    /// 冻结时写出的目录
    #[arg(long, value_name = "目录")]
    out: PathBuf,
    /// 骰子的名称和点数；到截止没有掷的写 名称=absent:timeout（shuang/1 写 absent:原因）
    #[arg(long, value_name = "名称=点数")]
    dice: String,
    /// 点数的来源：何时何地、谁掷的（一行文字，只留在目录里，不公布）
    #[arg(long, value_name = "文字")]
    source: String,
    #[command(flatten)]
    at: AtArgs,
}

/// What announced dice gave.
pub(super) type Dice = (Token, Answer<String>);

/// Writes down what the dice showed and says what comes next.
pub(crate) fn run(args: &DiceArgs, clock: &dyn Clock, output: &Output) -> Result<u8, Failure> {
    let now = args.at.moment(clock);
    let folder = args.out.as_path();
    let freeze = FreezeRecord::parse(&read(&folder.join("freeze.txt"))?);
    let freeze = freeze.map_err(|fault| fault.within("freeze.txt"))?;
    unwritten(folder)?;
    let (label, answer) = given(&args.dice, &freeze)?;
    in_time(&freeze, &answer, now)?;
    let source = args.source.trim();
    if source.is_empty() || source.chars().any(char::is_control) {
        let sentence = "请用一行文字写明点数的来源：何时何地、谁掷的。";
        return Err(Failure::new("CLI-438", "--source", sentence));
    }
    let line = line(label, &answer);
    let path = folder.join(KEPT);
    write_new(&path, |out| {
        write!(out, "{line}\nsource {source}\nat {}\n", now.seconds)
    })
    .map_err(|error| Failure::file(&path, &error))?;
    say(args, &freeze, &answer, &line, now, output);
    Ok(0)
}

/// Refuses a second entry, and one after anything that could be looked at.
fn unwritten(folder: &Path) -> Result<(), Failure> {
    let there = |name: &&str| folder.join(name).symlink_metadata().is_ok();
    let refuse = |name: &str, sentence| Err(Failure::new("CLI-436", name, sentence));
    if there(&KEPT) {
        return refuse(KEPT, "点数已经写下，只写一次，不能改写。");
    }
    let later = ["reveal.txt", "seed.txt", "result.txt", "void.txt", "drawn"];
    match later.iter().find(|name| there(name)) {
        Some(name) => refuse(
            name,
            "随机数已经收下，或者本次抽取已经结束：点数要在第一个随机数之前写下。",
        ),
        None => Ok(()),
    }
}

/// The dice FREEZE announces, with digits or absence.
fn given(text: &str, freeze: &FreezeRecord) -> Result<Dice, Failure> {
    let refuse = |sentence: String| Err(Failure::new("CLI-411", "--dice", sentence));
    let Some(label) = freeze.dice else {
        return refuse("冻结公告没有骰子，不能给点数。".to_owned());
    };
    let Some((_, value)) = text
        .split_once('=')
        .filter(|(name, _)| *name == label.as_str())
    else {
        return refuse(format!("应为 {label}=点数：冻结公告的骰子是 {label}。"));
    };
    let value = value.trim();
    let Some(reason) = value.strip_prefix("absent:") else {
        good_dice(value).map_err(|fault| fault.within("--dice"))?;
        return Ok((label, Answer::Given(value.to_owned())));
    };
    if freeze.version() == Version::Two && reason != TIMEOUT {
        return refuse(format!("没有掷的只写 {label}=absent:timeout。"));
    }
    Ok((label, Answer::Absent(reason.parse()?)))
}

/// Digits at the ceremony, until the end of revealing, absence from then on: whoever throws before, unseen, throws until he
/// likes what follows. An attempt of `shuang/1` has no such hours.
fn in_time(freeze: &FreezeRecord, answer: &Answer<String>, now: Moment) -> Result<(), Failure> {
    let until = local(freeze.reveal_by);
    let reveal_from = match freeze.hours {
        Hours::Two { reveal_from, .. } => reveal_from,
        Hours::One => 0,
    };
    let sentence = match answer {
        _ if freeze.version() == Version::One => return Ok(()),
        Answer::Given(_) if now.seconds < reveal_from => format!(
            "抽取仪式 {} 才开始，现在是 {}：到时当着见证人掷，掷完再写下。",
            local(reveal_from),
            now.words()
        ),
        Answer::Given(_) if now.seconds > freeze.reveal_by => format!(
            "揭示截止 {until}，现在是 {}：截止之后不能再写点数。当时没有掷的，写 absent:timeout；\
             当时掷了、事后补录的，用 --at 写明掷的时间。",
            now.words()
        ),
        Answer::Absent(_) if now.seconds < freeze.reveal_by => format!(
            "揭示截止 {until}，现在是 {}：截止之前不能记为没有掷。",
            now.words()
        ),
        _ => return Ok(()),
    };
    Err(Failure::new("CLI-437", "reveal-by", sentence))
}

/// What was written down, as `result` takes it: exactly where FREEZE announces dice.
pub(super) fn written(
    folder: &Path,
    freeze: &FreezeRecord,
    now: Moment,
) -> Result<Option<Dice>, Failure> {
    let Some(label) = freeze.dice else {
        return Ok(None);
    };
    let path = folder.join(KEPT);
    if !path.exists() {
        let sentence = format!(
            "冻结公告有骰子，还没有写下点数：先运行 mingqian draw dice --out {} --dice {label}=点数，再收随机数；\
             到截止没有掷的，写 {label}=absent:timeout。",
            folder.display()
        );
        return Err(Failure::new("CLI-411", label.as_str(), sentence));
    }
    let text = String::from_utf8_lossy(&read(&path)?).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let (dice, at) = understood(&lines, label).ok_or_else(|| {
        let sentence = "不是 mingqian draw dice 写出的样子，不能用。请核对是否被改动过。";
        Failure::new("CLI-439", path.display().to_string(), sentence)
    })?;
    if now.seconds < at {
        let sentence = format!(
            "点数写于 {}，现在是 {}：点数要在随机数之前。请核对本机时钟（--at）。",
            local(at),
            now.words()
        );
        return Err(Failure::new("CLI-437", KEPT, sentence));
    }
    Ok(Some(dice))
}

fn understood(lines: &[&str], label: Token) -> Option<(Dice, u64)> {
    let [dice, source, at] = lines else {
        return None;
    };
    source.strip_prefix("source ")?;
    let value = dice.strip_prefix(&format!("dice {label} "))?;
    let answer = match value.strip_prefix("absent ") {
        Some(reason) => Answer::Absent(reason.parse().ok()?),
        None => Answer::Given(value.to_owned()),
    };
    Some(((label, answer), at.strip_prefix("at ")?.parse().ok()?))
}

/// As it will stand in REVEAL.
fn line(label: Token, answer: &Answer<String>) -> String {
    match answer {
        Answer::Given(digits) => format!("dice {label} {digits}"),
        Answer::Absent(reason) => format!("dice {label} absent {reason}"),
    }
}

fn say(
    args: &DiceArgs,
    freeze: &FreezeRecord,
    answer: &Answer<String>,
    line: &str,
    now: Moment,
    output: &Output,
) {
    let few = matches!(answer, Answer::Given(digits) if digits.len() < ROLLS_OF_A_BEACON);
    let few = match few {
        true => format!("注意：不足 {ROLLS_OF_A_BEACON} 个点数，不算公共随机源。\n"),
        false => String::new(),
    };
    let words = format!(
        "点数已经写下，不能再改\n办理时间：{}\n{few}现在当众宣读并公布这一行，之后见证人才交出随机数：\n\n{line}\n",
        now.words()
    );
    let value = json!({
        "campaign": freeze.campaign.as_str(), "attempt": freeze.attempt, "dice": line, "folder": args.out,
        "publish": [line],
    });
    output.say(&words, &value);
}
