//! Numbers of documents (文书号): 机关代字〔2026〕1号, as GB/T 9704 writes them: hexagonal brackets, four digits of the
//! year, a number without leading zeros. Which kind of document has which letters is the bureau's own matter.

use std::fmt;

use super::IdError;

/// The letters of an office before the year (机关代字), e.g. 样城检字; together with the year one series of numbers.
#[doc(alias = "机关代字")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeLetters(String);

/// The number of one document.
#[doc(alias = "文书号")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNo {
    letters: OfficeLetters,
    year: i16,
    number: u32,
}

fn error(kind: &'static str, text: &str) -> IdError {
    IdError {
        kind,
        text: text.chars().take(40).collect(),
    }
}

impl OfficeLetters {
    /// Reads letters: one to twenty, without digits, spaces, brackets or signs.
    ///
    /// # Errors
    /// [`IdError`] when the text has another shape.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let length = text.chars().count();
        if (1..=20).contains(&length) && text.chars().all(char::is_alphabetic) {
            Ok(Self(text.to_owned()))
        } else {
            Err(error("OfficeLetters", text))
        }
    }

    /// The text as it is stored and printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DocumentNo {
    /// The `number`-th document under these letters in a year; the series has no gaps and begins at 1 or where
    /// the bureau's own numbering stood.
    ///
    /// # Errors
    /// [`IdError`] when the year has not four digits or the number is 0.
    pub fn compose(letters: OfficeLetters, year: i16, number: u32) -> Result<Self, IdError> {
        if (1000..=9999).contains(&year) && number > 0 {
            Ok(Self {
                letters,
                year,
                number,
            })
        } else {
            Err(error("DocumentNo", &format!("{year}/{number}")))
        }
    }

    /// Reads a printed number strictly: one spelling per number.
    ///
    /// # Errors
    /// [`IdError`] when the text has another shape.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let refuse = || error("DocumentNo", text);
        let (letters, rest) = text.split_once('〔').ok_or_else(refuse)?;
        let (year, number) = rest.split_once('〕').ok_or_else(refuse)?;
        let number = number.strip_suffix('号').ok_or_else(refuse)?;
        let read = Self::compose(
            OfficeLetters::parse(letters)?,
            year.parse().map_err(|_| refuse())?,
            number.parse().map_err(|_| refuse())?,
        )?;
        if read.to_string() == text {
            Ok(read)
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for DocumentNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            letters,
            year,
            number,
        } = self;
        write!(f, "{}〔{year}〕{number}号", letters.as_str())
    }
}

#[cfg(test)]
mod tests;
