//! Names, addresses and numbers of papers: any line a person may write, kept to one spelling.
//!
//! Deliberately absent: judging whether a name is real. Names of persons are private; where they
//! may be seen is decided by the column classes of the store and by the publication.

use crate::refusal::codes;

use super::{FieldError, line, narrow, text_type};

text_type! {
    /// The registered name of a subject.
    #[doc(alias = "检查对象名称")]
    SubjectName;
    /// The name of a natural person; private.
    PersonName;
    /// Where a subject does business.
    #[doc(alias = "经营地址")]
    Address;
    /// The number of an enforcement credential.
    #[doc(alias = "行政执法资格证")]
    CredentialNumber;
    /// Six digits of GB/T 2260, or a registered local code of the same shape (F-2.7).
    #[doc(alias = "行政区划代码")]
    DistrictCode;
}

/// The names that go with the program: those of the bureau whose rules it carries. An installation elsewhere reads codes
/// until its own are added here.
const NAMED_DISTRICTS: &str = include_str!("../../seed/districts.csv");

impl SubjectName {
    /// Reads a name of at most 100 letters.
    ///
    /// # Errors
    /// `TEXT-001` empty, `TEXT-002` too long, `TEXT-003` control characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        line("名称", text, 100).map(Self)
    }
}

impl PersonName {
    /// Reads a name of at most 50 letters.
    ///
    /// # Errors
    /// `TEXT-001` empty, `TEXT-002` too long, `TEXT-003` control characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        line("姓名", text, 50).map(Self)
    }
}

impl Address {
    /// Reads an address of at most 200 letters.
    ///
    /// # Errors
    /// `TEXT-001` empty, `TEXT-002` too long, `TEXT-003` control characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        line("地址", text, 200).map(Self)
    }
}

impl CredentialNumber {
    /// Reads a credential number: 4 to 30 digits, letters or hyphens.
    ///
    /// # Errors
    /// `TEXT-001` empty, `TEXT-019` any other shape.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = line("执法证号", text, 100)?;
        let fits = (4..=30).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if fits {
            Ok(Self(text))
        } else {
            Err(codes::CREDENTIAL_SHAPE.field(&[("text", &text)]))
        }
    }
}

impl DistrictCode {
    /// Reads six digits.
    ///
    /// # Errors
    /// `TEXT-017` for any other shape.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = narrow(text);
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(codes::DISTRICT_SHAPE.field(&[("text", &text)]))
        }
    }

    /// The name people know it by, if the program does.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        let mut rows = NAMED_DISTRICTS.lines().skip(1);
        rows.find_map(|row| row.strip_prefix(self.as_str())?.strip_prefix(','))
    }

    /// The code of a name, if the program knows it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut rows = NAMED_DISTRICTS.lines().skip(1);
        let code = rows.find_map(|row| row.strip_suffix(name)?.strip_suffix(','))?;
        Self::parse(code).ok()
    }

    /// As people read it: the name with its code, by which lists are searched; the code alone where no name is known.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.name() {
            Some(name) => format!("{name}（{self}）"),
            None => self.to_string(),
        }
    }
}
