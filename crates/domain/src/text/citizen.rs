//! Recognising a citizen number (GB 11643), only to refuse it wherever a code is expected.
//!
//! There is no type for it: this crate never keeps one.

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";

/// True if the text is a well-formed citizen number: birth date plausible and check digit right.
#[must_use]
pub fn is_citizen_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [head @ .., last] = bytes else {
        return false;
    };
    if head.len() != 17 || !head.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |from: usize, until: usize| {
        let digits = head[from..until].iter();
        digits.fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'))
    };
    let small = |from: usize, until: usize| i8::try_from(number(from, until)).ok();
    let birth = small(10, 12)
        .zip(small(12, 14))
        .and_then(|(month, day)| crate::time::Date::new(number(6, 10), month, day));
    let sum: u32 = head
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = CHECK[(sum % 11) as usize];
    birth.is_some() && last.to_ascii_uppercase() == check
}
