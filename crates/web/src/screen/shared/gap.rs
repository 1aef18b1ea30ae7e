//! Entries the log counts and that are not there any more: said wherever entries are listed, so that a list with fewer
//! lines does not pass for the whole.

use crate::component::Note;

/// Most numbers that are named one by one.
const NAMED: usize = 20;

/// What is said above a list in which these entries are missing; nothing if none is.
#[must_use]
pub fn missing_entries(numbers: &[u64]) -> Option<Note> {
    if numbers.is_empty() {
        return None;
    }
    let named: Vec<String> = numbers.iter().take(NAMED).map(u64::to_string).collect();
    let rest = match numbers.len() {
        ..=NAMED => String::new(),
        all => format!(" 等共 {all} 条"),
    };
    let lead = format!("留痕第 {} 条{rest}不在库里。", named.join("、"));
    let words = "日志的规模把它们算在内，下面的列表不全：有人绕过程序删过库里的行。请系统管理员停止办理，运行 mingqian audit，并报告审计管理员。编号 STOR-521";
    Some(Note::warning(lead, words))
}
