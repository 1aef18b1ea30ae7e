//! The code by which a subject enters a draw: the valid credit code, else the old register number.
//!
//! Protocol §2: never a citizen number, never a name. Also here: recognising what a spreadsheet
//! does to long numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::codes;

use super::{FieldError, Usci, is_citizen_number, narrow, text_type};

text_type! {
    /// The old registration number, 13 to 15 digits (F-2.6).
    #[doc(alias = "注册号")]
    RegisterNumber;
}

impl RegisterNumber {
    /// Reads a register number of 13 to 15 digits.
    ///
    /// # Errors
    /// `TEXT-013` for a number mangled by a spreadsheet, `TEXT-014` for a citizen number,
    /// `TEXT-015` for any other shape.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = narrow(text);
        if let Some(lost) = scientific_loss(&text) {
            return Err(codes::TEXT_SCIENTIFIC.field(&[("lost", &lost)]));
        }
        if is_citizen_number(&text) {
            return Err(codes::TEXT_CITIZEN_NUMBER.field(&[]));
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && (13..=15).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(codes::REGISTER_NUMBER_SHAPE.field(&[]))
        }
    }
}

/// The id of a subject in a draw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SubjectCode {
    /// The unified social credit identifier.
    Usci(Usci),
    /// The old register number, where there is no identifier.
    RegisterNumber(RegisterNumber),
}

impl SubjectCode {
    /// Reads either code from one column; the length decides which was meant.
    ///
    /// # Errors
    /// Those of [`Usci::parse`] and [`RegisterNumber::parse`], and `TEXT-016` for an empty text.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = narrow(text);
        if text.is_empty() {
            return Err(codes::TEXT_CODE_MISSING.field(&[]));
        }
        let register_like = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
        if register_like {
            RegisterNumber::parse(&text).map(Self::RegisterNumber)
        } else {
            Usci::parse(&text).map(Self::Usci)
        }
    }

    /// The code as it stands in the records of a draw.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Usci(code) => code.as_str(),
            Self::RegisterNumber(number) => number.as_str(),
        }
    }
}

impl fmt::Display for SubjectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for SubjectCode {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse(&text)
    }
}

impl From<SubjectCode> for String {
    fn from(code: SubjectCode) -> String {
        code.as_str().to_owned()
    }
}

/// How many digits a spreadsheet has lost, if the text is a number in scientific notation or a long
/// number rounded to fifteen significant digits (`9.14112E+17`, `411202199001010000`).
#[must_use]
pub fn scientific_loss(text: &str) -> Option<usize> {
    // One digit, then a point or the letter: most codes end the question here.
    if !matches!(text.as_bytes().get(1), Some(b'.' | b'E' | b'e')) {
        return None;
    }
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: usize = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = whole.len() == 1 && digits(whole) && digits(fraction);
    // A credit code such as 91411202E… has more than one digit before its letter.
    (number && (9..40).contains(&exponent)).then(|| exponent.saturating_sub(fraction.len()))
}
