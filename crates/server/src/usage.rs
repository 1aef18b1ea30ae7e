//! What is wrong with a command line, in the words and under the codes in which every other refusal is said. The
//! library that reads it speaks English only; of its own words there stays what it quotes of ours, and the frame of a
//! help text is put into Chinese.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::commands::Failure;

/// The refusal; none where the error is no error: help and version, which are to be printed.
pub(crate) fn refused(error: &Error) -> Option<Failure> {
    let said = |kind: ContextKind| error.get(kind).map(text);
    let argument = said(ContextKind::InvalidArg).unwrap_or_else(|| "参数".to_owned());
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let sentence = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::InvalidValue if value.is_empty() => "后面要写一个值。".to_owned(),
        ErrorKind::InvalidValue => format!("不能写“{value}”。"),
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            let ours = why.chars().any(|letter| letter >= '\u{2e80}');
            let why = if ours {
                format!("{why}。")
            } else {
                format!("原文：{why}。")
            };
            format!("不能写“{value}”：{why}")
        }
        ErrorKind::UnknownArgument => "没有这个参数。".to_owned(),
        ErrorKind::InvalidSubcommand => {
            let word = said(ContextKind::InvalidSubcommand).unwrap_or_default();
            return Some(failure(
                "命令".to_owned(),
                &format!("没有“{word}”这个命令。"),
            ));
        }
        ErrorKind::NoEquals => "值要用等号写在后面。".to_owned(),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            "值的个数不对。".to_owned()
        }
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            Some(other) if other != argument => format!("不能与 {other} 一起用。"),
            _ => "只能写一次。".to_owned(),
        },
        ErrorKind::MissingRequiredArgument => "没有写，它是必需的。".to_owned(),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return Some(failure("命令".to_owned(), "没有写要做什么。"));
        }
        ErrorKind::InvalidUtf8 => "有不是 UTF-8 的文字。".to_owned(),
        other => format!("命令行读不懂。原文：{other}。"),
    };
    Some(failure(argument, &sentence))
}

/// What the library says in a help text of its own accord, and what stands there instead.
const FRAME: &[(&str, &str)] = &[
    ("Usage: ", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("[COMMAND]", "[命令]"),
    (
        "Print help (see a summary with '-h')",
        "显示这份说明（-h 显示简要的）",
    ),
    (
        "Print help (see more with '--help')",
        "显示简要说明（--help 显示全部）",
    ),
    ("Print help", "显示这份说明"),
    ("Print version", "显示版本"),
    ("Possible values:", "可以写："),
    ("[possible values: ", "[可以写："),
    ("[default: ", "[不写则为："),
    ("[env: ", "[环境变量："),
];

/// A help or version text with the words of its frame in Chinese; the rest of it is ours.
pub(crate) fn in_chinese(error: &Error) -> String {
    let text = error.render().to_string();
    FRAME
        .iter()
        .fold(text, |text, (theirs, ours)| text.replace(theirs, ours))
}

fn failure(place: String, sentence: &str) -> Failure {
    let remedy = "没有办理任何事。全部写法见 mingqian --help 和 mingqian <命令> --help。";
    Failure::new("CLI-104", place, format!("{sentence}{remedy}"))
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(one) => one.clone(),
        ContextValue::Strings(all) => all.join("、"),
        ContextValue::StyledStr(one) => one.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
