//! The unified social credit identifier of GB 32100-2015, with its check digit in the constructor.
//!
//! Law: 18 letters of a 31-letter alphabet; weights 3^(i−1) mod 31; C18 = 31 − Σ mod 31 (31 → 0).
//! The organisation code inside (GB 11714) is only a warning, since registers contain codes that
//! break it and are valid all the same (F-2.4).

use crate::refusal::codes;

use super::{FieldError, narrow, scientific_loss, text_type};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

text_type! {
    /// A valid unified social credit identifier; the check digit has been checked.
    #[doc(alias = "统一社会信用代码")]
    Usci;
}

/// Something odd about a valid identifier; shown, never a reason to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsciWarning {
    /// The organisation code inside has a wrong check digit of its own (GB 11714).
    InnerCheck,
}

impl Usci {
    /// Reads an identifier; full-width letters are narrowed, lower case is refused.
    ///
    /// # Errors
    /// `TEXT-013` for a number mangled by a spreadsheet, `TEXT-014` for a citizen number,
    /// `TEXT-010` wrong length, `TEXT-011` a letter that never occurs, `TEXT-012` wrong check digit.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = narrow(text);
        if let Some(lost) = scientific_loss(&text) {
            return Err(codes::TEXT_SCIENTIFIC.field(&[("lost", &lost)]));
        }
        let length = text.chars().count();
        if length != 18 {
            return Err(codes::USCI_LENGTH.field(&[("length", &length)]));
        }
        let mut values = [0_usize; 18];
        for (index, letter) in text.chars().enumerate() {
            values[index] = value_of(letter).ok_or_else(|| {
                codes::USCI_LETTER.field(&[("position", &(index + 1)), ("letter", &letter)])
            })?;
        }
        if check_value(&values) != values[17] {
            // An identity number passes the alphabet; saying “wrong check digit” would invite a retry.
            if super::is_citizen_number(&text) {
                return Err(codes::TEXT_CITIZEN_NUMBER.field(&[]));
            }
            return Err(codes::USCI_CHECK.field(&[]));
        }
        Ok(Self(text))
    }

    /// What is odd about this valid identifier, if anything.
    #[must_use]
    pub fn warning(&self) -> Option<UsciWarning> {
        (!inner_check_fits(self.0.as_bytes())).then_some(UsciWarning::InnerCheck)
    }

    /// The six digits of the district that registered it; not where it does business.
    #[must_use]
    pub fn registering_district(&self) -> &str {
        &self.0[2..8]
    }
}

/// The number a letter of the alphabet stands for.
fn value_of(letter: char) -> Option<usize> {
    const VALUES: [Option<usize>; 128] = {
        let mut values = [None; 128];
        let mut value = 0;
        while value < ALPHABET.len() {
            values[ALPHABET[value] as usize] = Some(value);
            value += 1;
        }
        values
    };
    VALUES.get(letter as usize).copied().flatten()
}

fn check_value(values: &[usize; 18]) -> usize {
    let sum: usize = values
        .iter()
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    (31 - sum % 31) % 31
}

fn inner_check_fits(code: &[u8]) -> bool {
    let value = |letter: u8| match letter {
        b'0'..=b'9' => u32::from(letter - b'0'),
        _ => u32::from(letter.saturating_sub(b'A')) + 10,
    };
    let sum: u32 = code[8..16]
        .iter()
        .zip(INNER_WEIGHTS)
        .map(|(letter, weight)| value(*letter) * weight)
        .sum();
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    code[16] == expected
}
