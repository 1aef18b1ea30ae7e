//! Why an intention was not carried out: refused by a rule, wrong in its fields, or stopped by the
//! store. Each carries its own code and words; `web` and the command line only lay them out.

use std::fmt;

use domain::refusal::Refusal;
use domain::text::FieldErrors;
use store::StoreError;

/// The answer of a use case that did nothing.
#[derive(Debug)]
pub enum AppError {
    /// A rule or a right forbids it.
    Refused(Refusal),
    /// Some fields need to be changed.
    Fields(FieldErrors),
    /// The store could not.
    Store(StoreError),
}

impl AppError {
    /// What the record of the server may say: no value of a column that is not public, nothing that was typed.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Store(error) => error.recorded(),
            Self::Refused(refusal) => refusal.code.to_owned(),
            Self::Fields(_) => "FORM-004".to_owned(),
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldErrors> for AppError {
    fn from(fields: FieldErrors) -> Self {
        Self::Fields(fields)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            // Names a person and what to do about his entry, like every other refusal.
            StoreError::Unopened(refusal) => Self::Refused(*refusal),
            other => Self::Store(other),
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Fields(fields) => {
                for (at, (field, error)) in fields.iter().enumerate() {
                    let gap = if at == 0 { "" } else { "；" };
                    write!(
                        f,
                        "{gap}{field}：{}{}{}",
                        error.sentence, error.remedy, error.code
                    )?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for AppError {}
