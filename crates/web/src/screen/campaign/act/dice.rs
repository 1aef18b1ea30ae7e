//! What public dice showed, as the form asks for it: of the first account with source and picture, of the second the
//! digits alone. What the first entered is shown to nobody else, so that the second reads the dice and not the page.

use app::drawing::{DiceWords, Picture};
use domain::campaign::entry::SourceEntry;
use domain::id::{AccountId, Fingerprint};
use domain::refusal::Code;
use domain::text::{FieldErrors, narrow};

use super::Seen;
use crate::component::{Confirm, Field, Width};
use crate::form::Submitted;
use crate::gate::Pressed;
use crate::screen::campaign::picture;

/// The most letters of a source.
const LONGEST: usize = 200;

static SOURCE: Code = Code::new(
    "CAMP-039",
    "来源没有写，或超过 {limit} 字。",
    Some("shuang/2 第 1 节"),
    "写明什么骰子、多少枚、在哪里、由谁掷。",
);
/// Not the hash of a file.
static HASH: Code = Code::new(
    "CAMP-040",
    "这里要 64 位十六进制的 SHA-256 摘要，现在是 {count} 位或含有别的字符。",
    None,
    "选取文件，由本页算出；或用 sha256sum、certutil -hashfile 文件 SHA256 算出后整段粘贴。",
);

/// The entry that waits for a second account.
pub(super) fn waiting(seen: &Seen) -> Option<&SourceEntry> {
    seen.stored.campaign.state.dice_entry()
}

/// The form with its questions.
pub(super) fn asking(seen: &Seen, account: &AccountId, confirm: Confirm) -> Confirm {
    let label = seen.plan.sources.dice.as_ref();
    let label = label.map_or_else(String::new, |label| format!("（{label}）"));
    let digits = Field::line("digits", format!("掷骰结果{label}"), Width::Long)
        .with_help("20 到 200 位，按掷出的次序录入，0 到 9，不加空格");
    let source = Field::area("source", "来源", 2)
        .with_help("什么骰子、多少枚、在哪里、由谁掷，如：十面骰 20 枚，二楼会议室，机关纪委");
    let picture = |own| picture::asked("骰子的照片", "拍下全部骰子", own);
    match waiting(seen) {
        Some(entry) if entry.first.by != *account => confirm.asking(digits),
        Some(own) => {
            let evidence = own.evidence.as_ref();
            let source = match evidence {
                Some(kept) => source.with_value(kept.source.as_str()),
                None => source,
            };
            confirm
                .asking(digits.with_value(own.value.as_str()))
                .asking(source)
                .asking(picture(evidence))
        }
        None => confirm.asking(digits).asking(source).asking(picture(None)),
    }
}

/// What the page says of it.
pub(super) fn happens(seen: &Seen) -> Vec<String> {
    let Some(entry) = waiting(seen) else {
        return vec![
            "您照骰子录入一遍，再由另一个账号独立录入一遍；两次一致才算数，之后各方才能公开随机数。"
                .to_owned(),
            "到截止仍没有两个账号录入一致的，骰子在公开记录里记为缺席。".to_owned(),
        ];
    };
    vec![format!(
        "第一次录入在 {}；另一个账号照骰子或照片再录一遍，这里不显示第一次的数字。",
        entry.first.at.local_text()
    )]
}

/// What is wrong with what was typed; the digits themselves are judged by the rules.
pub(super) fn faults(seen: &Seen, account: &AccountId, sent: &Pressed, errors: &mut FieldErrors) {
    let waiting = waiting(seen);
    if waiting.is_some_and(|entry| entry.first.by != *account) {
        return;
    }
    let source = sent.first("source").trim();
    if source.is_empty() || source.chars().count() > LONGEST {
        errors.push("source", SOURCE.field(&[("limit", &LONGEST)]));
    }
    let own = waiting.and_then(|own| own.evidence.as_ref());
    picture::faults(sent, own, errors);
}

/// The hash of a file as typed: pasted with blanks or in capitals, it is the same.
pub(in crate::screen::campaign) fn hash(name: &str, sent: &Submitted) -> Option<Fingerprint> {
    let typed: String = sent.first(name).split_whitespace().collect();
    Fingerprint::parse(&typed.to_ascii_lowercase()).ok()
}

/// Names a hash that is none.
pub(super) fn required_hash(name: &'static str, sent: &Submitted, errors: &mut FieldErrors) {
    if hash(name, sent).is_none() {
        let count = sent.first(name).trim().chars().count();
        errors.push(name, HASH.field(&[("count", &count)]));
    }
}

/// What was typed.
pub(super) fn words<'w>(
    digits: &'w str,
    sent: &'w Submitted,
    picture: Option<&'w Picture>,
) -> DiceWords<'w> {
    DiceWords {
        digits,
        source: sent.first("source"),
        picture,
    }
}

/// The digits as typed, without what people put between them.
pub(super) fn digits(sent: &Submitted) -> String {
    narrow(sent.first("digits")).split_whitespace().collect()
}
