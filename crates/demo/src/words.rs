//! Synthetic words: firms, streets, codes with a right check digit, persons by the stems 甲乙丙.

use domain::text::Usci;

const STEMS: [&str; 20] = [
    "示例春和",
    "示例秋实",
    "示例临河",
    "示例望山",
    "示例槐荫",
    "示例朝阳",
    "示例同庆",
    "示例丰年",
    "示例合兴",
    "示例广聚",
    "示例顺意",
    "示例长安",
    "示例青禾",
    "示例白鹭",
    "示例天鹅",
    "示例石桥",
    "示例南苑",
    "示例北辰",
    "示例东篱",
    "示例西岭",
];
const TABLES: [&str; 10] = [
    "烤鱼店",
    "面馆",
    "快餐店",
    "火锅店",
    "小吃店",
    "饺子馆",
    "砂锅店",
    "烩面馆",
    "食堂",
    "茶餐厅",
];
const HAULS: [&str; 3] = [
    "渣土运输有限公司",
    "土石方工程有限公司",
    "建筑垃圾清运有限公司",
];
const STREETS: [&str; 8] = [
    "虚拟大道",
    "样板街",
    "示范路",
    "演示巷",
    "模拟北路",
    "样本南路",
    "参考街",
    "范例路",
];
const STEM_OF_PERSON: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The `n`-th synthetic caterer.
pub(crate) fn caterer(n: usize) -> String {
    let branch = n / (STEMS.len() * TABLES.len());
    let suffix = if branch == 0 {
        String::new()
    } else {
        format!("（{}号店）", branch + 1)
    };
    format!(
        "{}{}{suffix}",
        STEMS[n % STEMS.len()],
        TABLES[(n / STEMS.len()) % TABLES.len()]
    )
}

/// The `n`-th synthetic haulier.
pub(crate) fn haulier(n: usize) -> String {
    format!(
        "{}{}",
        STEMS[n % STEMS.len()],
        HAULS[(n / STEMS.len()) % HAULS.len()]
    )
}

/// A synthetic address.
pub(crate) fn address(n: usize) -> String {
    format!(
        "示例市湖滨示范区{}{}号",
        STREETS[n % STREETS.len()],
        n / STREETS.len() + 1
    )
}

/// A synthetic person: a calling and one or two stems.
pub(crate) fn person(calling: &str, n: usize) -> String {
    let (tens, ones) = (n / STEM_OF_PERSON.len(), n % STEM_OF_PERSON.len());
    let first = if tens == 0 {
        ""
    } else {
        STEM_OF_PERSON[tens - 1]
    };
    format!("{calling}{first}{}", STEM_OF_PERSON[ones])
}

/// A synthetic credit code: `<kind>411202MA0X` and a serial, closed by the two check digits that fit, of
/// the organisation code inside and of the whole.
pub(crate) fn usci(kind: &str, serial: usize) -> String {
    let body = format!("{kind}411202MA0X{serial:04}");
    let checks = ALPHABET
        .chars()
        .flat_map(|inner| ALPHABET.chars().map(move |outer| (inner, outer)));
    checks
        .map(|(inner, outer)| format!("{body}{inner}{outer}"))
        .find(|code| Usci::parse(code).is_ok_and(|code| code.warning().is_none()))
        .expect("one pair of 31 letters each is right")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_synthetic_code_is_valid_and_unique() {
        let codes: BTreeSet<String> = (0..500).map(|n| usci("92", n)).collect();
        assert_eq!(codes.len(), 500);
        for code in &codes {
            let code = Usci::parse(code).expect("a right code");
            assert_eq!(code.warning(), None, "nothing to look at twice: {code}");
        }
    }

    #[test]
    fn names_do_not_repeat_and_say_that_they_are_examples() {
        let names: BTreeSet<String> = (0..400).map(caterer).chain((0..60).map(haulier)).collect();
        assert_eq!(names.len(), 460);
        assert!(names.iter().all(|name| name.starts_with("示例")));
        let persons: BTreeSet<String> = (0..40).map(|n| person("检查员", n)).collect();
        assert_eq!(persons.len(), 40);
    }
}
