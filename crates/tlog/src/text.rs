//! The few rules of text that all formats here share: whole lines, LF, decimal numbers without
//! leading zeros.

/// A number as the formats write it: ASCII digits, no sign, no leading zero unless it is `0`, at
/// most 2⁶³ − 1.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if !canonical {
        return None;
    }
    text.parse().ok().filter(|&n| n <= crate::MAX_SIZE)
}

/// Splits off the first line without its LF; `None` if no LF is left.
pub(crate) fn line(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n')
}

/// The same of a line that begins with a word: what stands behind it.
pub(crate) fn field<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    line(text.strip_prefix(name)?)
}

/// The line `from <count> <root>`, and what follows it; or what is wrong with it.
pub(crate) fn head(text: &str) -> Result<((u64, &str), &str), &'static str> {
    let (head, rest) = field(text, "from ").ok_or("缺少 from 行")?;
    let (from, root) = head.split_once(' ').ok_or("from 行缺少日志根")?;
    let from = decimal(from).ok_or("条数不是十进制数")?;
    Ok(((from, root), rest))
}
