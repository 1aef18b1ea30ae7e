//! A parameter of the rulebook in the words of the rule: a choice is shown by its meaning, not by the
//! word it is stored under.

use domain::campaign::party::TrustLevel;
use domain::rulebook::{ParameterRow, QuotaRule, SubjectReserve};

/// What stands under 取值.
#[must_use]
pub fn value_of(row: &ParameterRow) -> String {
    let value = row.value.as_str();
    let label = match row.key.as_str() {
        "quota.rule" => QuotaRule::parse(value).map(QuotaRule::label),
        "subject_reserve" => SubjectReserve::parse(value).map(SubjectReserve::label),
        "level.minimum" => TrustLevel::parse(value).map(TrustLevel::label),
        "reserve.rule" if value == "drawing-order" => Some("按抽取先后顺序"),
        _ => None,
    };
    label.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use domain::rulebook::{RulebookFile, SEED_RULEBOOK};

    use super::value_of;

    #[test]
    fn no_value_of_the_seed_is_shown_as_a_code_word() {
        let file = RulebookFile::parse(SEED_RULEBOOK).expect("our own file");
        for row in &file.parameters {
            let shown = value_of(row);
            let spoken = !shown.is_ascii();
            let number = shown
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'/');
            assert!(spoken || number, "{}: {shown}", row.key);
        }
    }
}
