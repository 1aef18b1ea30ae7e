//! Codes as they arrive from registers, spreadsheets and hands.

use super::*;

const REAL: [&str; 4] = [
    "11500111009348329P",
    "11230500001755309F",
    "91330203674737244W",
    "91330282L07196379D",
];
const SYNTHETIC: [&str; 5] = [
    "11411200000000019E",
    "91411202MA0XX00155",
    "91411202MA0XX00230",
    "92411202MA0XX0031P",
    "93411282MA0XX004X8",
];

#[test]
fn published_and_synthetic_codes_are_valid() {
    for code in REAL.into_iter().chain(SYNTHETIC) {
        assert_eq!(Usci::parse(code).expect(code).as_str(), code);
    }
}

#[test]
fn every_single_wrong_letter_is_noticed() {
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for code in REAL {
        for position in 0..18 {
            for letter in alphabet.chars() {
                let mut letters: Vec<char> = code.chars().collect();
                if letters[position] == letter {
                    continue;
                }
                letters[position] = letter;
                let wrong: String = letters.into_iter().collect();
                assert!(Usci::parse(&wrong).is_err(), "{wrong}");
            }
        }
    }
}

#[test]
fn each_mistake_has_its_own_sentence() {
    for (text, code) in [
        ("11500111003948329P", "TEXT-012"),
        ("9133020367473724", "TEXT-010"),
        ("91330203674737244", "TEXT-010"),
        ("91330203674737244WW", "TEXT-010"),
        ("91330203674737244w", "TEXT-011"),
        ("9133020367473724OW", "TEXT-011"),
        ("9133020367473724IW", "TEXT-011"),
        ("9133020367473724SW", "TEXT-011"),
        ("9133020367473724VW", "TEXT-011"),
        ("9133020367473724ZW", "TEXT-011"),
        ("9.14112E+17", "TEXT-013"),
        ("9.14112e17", "TEXT-013"),
        ("11010519491231002X", "TEXT-014"),
        ("", "TEXT-016"),
        ("41120012345", "TEXT-015"),
    ] {
        assert_eq!(
            SubjectCode::parse(text).expect_err(text).code,
            code,
            "{text}"
        );
    }
}

#[test]
fn full_width_letters_are_narrowed_before_the_check() {
    let code = Usci::parse("　９１３３０２０３６７４７３７２４４Ｗ ").expect("narrowed");
    assert_eq!(code.as_str(), "91330203674737244W");
}

#[test]
fn the_scientific_notation_says_how_many_digits_are_gone() {
    let error = Usci::parse("9.14112021234567E+17").expect_err("mangled");
    assert_eq!(error.code, "TEXT-013");
    assert!(
        error.sentence.contains("后 3 位已丢失"),
        "{}",
        error.sentence
    );
    assert_eq!(scientific_loss("91411202E12345678X"), None);
}

#[test]
fn a_citizen_number_is_never_a_code() {
    for text in ["11010519491231002X", "11010519491231002x"] {
        assert!(is_citizen_number(text));
    }
    for text in [
        "110105194912310021",
        "11010519491331002X",
        "1101051949123100",
        "",
        "甲乙丙丁戊己",
    ] {
        assert!(!is_citizen_number(text), "{text}");
    }
}

#[test]
fn old_register_numbers_have_thirteen_to_fifteen_digits() {
    for text in ["4112001000017", "41120210001234", "411202600012345"] {
        let code = SubjectCode::parse(text).expect(text);
        assert!(matches!(code, SubjectCode::RegisterNumber(_)));
        assert!(crate::id::is_token(code.as_str()), "fits the draw");
    }
}

#[test]
fn the_organisation_code_inside_only_warns() {
    for code in REAL {
        assert_eq!(Usci::parse(code).expect(code).warning(), None, "{code}");
    }
    // A valid code around a wrong inner digit: exactly one last letter makes the outer check fit.
    let odd: Vec<Usci> = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .filter_map(|last| Usci::parse(&format!("91330203674737245{last}")).ok())
        .collect();
    let [odd] = odd.as_slice() else {
        panic!("one check letter, found {}", odd.len())
    };
    assert_eq!(odd.warning(), Some(UsciWarning::InnerCheck));
}

#[test]
fn names_are_kept_to_one_spelling() {
    assert_eq!(
        SubjectName::parse(" ＡＢ餐饮（甲）店　")
            .expect("a name")
            .as_str(),
        "AB餐饮（甲）店"
    );
    assert_eq!(
        SubjectName::parse("　").expect_err("empty").code,
        "TEXT-001"
    );
    assert_eq!(
        SubjectName::parse(&"甲".repeat(101))
            .expect_err("long")
            .code,
        "TEXT-002"
    );
    assert_eq!(
        SubjectName::parse("甲\u{200b}店").expect_err("hidden").code,
        "TEXT-003"
    );
    assert_eq!(
        CredentialNumber::parse("豫M0001").expect_err("shape").code,
        "TEXT-019"
    );
    assert_eq!(
        DistrictCode::parse("４１１２０２")
            .expect("narrowed")
            .as_str(),
        "411202"
    );
}

#[test]
fn a_district_is_called_by_its_name_where_one_is_known() {
    let words = |code| DistrictCode::parse(code).expect("six digits").in_words();
    assert_eq!(words("411200"), "三门峡市（411200）");
    assert_eq!(words("411282"), "灵宝市（411282）");
    assert_eq!(words("411299"), "411299");
    assert_eq!(DistrictCode::named("峡市"), None, "only the whole name");
    assert_eq!(DistrictCode::named(""), None);
    for row in include_str!("../../seed/districts.csv").lines().skip(1) {
        let (code, name) = row.split_once(',').expect("code and name");
        let code = DistrictCode::parse(code).expect("six digits");
        assert_eq!(code.name(), Some(name), "one name for each code");
        assert_eq!(DistrictCode::named(name), Some(code), "and one code");
    }
}

#[test]
fn hostile_texts_never_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..(state % 24) {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let letter = u32::try_from(state >> 40).unwrap_or(0) % 0x1_1000;
            text.push(char::from_u32(letter).unwrap_or('9'));
        }
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let _ = SubjectCode::parse(&text);
        let _ = is_citizen_number(&text);
        let _ = crate::time::Date::parse_typed(&text);
        let _ = Address::parse(&text);
    }
}

#[test]
fn a_name_has_no_letter_that_nobody_can_see_or_that_is_none() {
    for odd in [
        '\u{0}',
        '\u{7f}',
        '\u{85}',
        '\u{ad}',
        '\u{200b}',
        '\u{2028}',
        '\u{202e}',
        '\u{fdd0}',
        '\u{fffe}',
        '\u{ffff}',
        '\u{1fffe}',
        '\u{e0041}',
        '\u{10ffff}',
    ] {
        let refused = SubjectName::parse(&format!("甲{odd}公司")).unwrap_err();
        assert_eq!(refused.code, "TEXT-003", "{odd:?}");
        let refused = PersonName::parse(&format!("甲{odd}乙")).unwrap_err();
        assert_eq!(refused.code, "TEXT-003", "{odd:?}");
    }
    // Rare characters of names: private use, a variant, the supplementary planes.
    for rare in ["甲\u{e000}公司", "甲葛\u{e0100}公司", "甲\u{20000}公司"] {
        SubjectName::parse(rare).unwrap();
    }
}

#[test]
fn a_reason_says_something_with_two_letters_and_nothing_with_one() {
    for reason in ["", " ", "x", "甲。", "。。。", "— —"] {
        assert!(!says_something(reason), "{reason}");
    }
    for reason in ["经费", "x1", "名录漏了一户。"] {
        assert!(says_something(reason), "{reason}");
    }
}
