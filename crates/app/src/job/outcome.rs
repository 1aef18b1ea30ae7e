//! What is kept of a job's end: a file, a place to go on, or the refusal in full.

use domain::refusal::Refusal;
use domain::versioned::Shape;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreError;

use super::JobState;
use crate::AppError;

/// How outcomes are kept. Version 2: the version has the name it has everywhere.
pub static OUTCOME: Shape<Outcome> = Shape::new("jobs.outcome", &[said_version]);

/// The first version said its number under another name.
pub(crate) fn said_version(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut()
        && fields.get("version") == Some(&Value::from(1))
    {
        fields.remove("version");
    }
    value
}

/// What came of a job; what is not there is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The file it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ResultFile>,
    /// Why it was refused or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<KeptRefusal>,
}

/// A file that waits to be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFile {
    /// The name under which it is given out.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// How many rows stand in it.
    pub rows: u64,
    /// What its owner might see when it was made: whoever may see something else by now gets none.
    #[serde(default)]
    pub scope: String,
}

/// A refusal as it is kept until somebody looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRefusal {
    /// Stable code.
    pub code: String,
    /// What stands in the way.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

impl From<&Refusal> for KeptRefusal {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.to_owned(),
            sentence: refusal.sentence.clone(),
            remedy: refusal.remedy.clone(),
        }
    }
}

impl From<&StoreError> for KeptRefusal {
    fn from(error: &StoreError) -> Self {
        let code = error.code();
        let words = error.to_string();
        Self {
            code: code.to_owned(),
            sentence: words.trim_start_matches(code).trim().to_owned(),
            remedy: String::new(),
        }
    }
}

impl From<&AppError> for KeptRefusal {
    fn from(error: &AppError) -> Self {
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::Store(error) => error.into(),
            AppError::Fields(fields) => Self {
                code: fields
                    .iter()
                    .next()
                    .map_or("", |(_, flaw)| flaw.code)
                    .to_owned(),
                sentence: error.to_string(),
                remedy: String::new(),
            },
        }
    }
}

impl Outcome {
    /// A file was made.
    #[must_use]
    pub fn file(file: ResultFile) -> Self {
        Self {
            file: Some(file),
            ..Self::default()
        }
    }

    /// Nothing was written, for a reason that stands elsewhere as well.
    #[must_use]
    pub fn kept(refusal: Option<KeptRefusal>) -> Self {
        Self {
            refusal,
            ..Self::default()
        }
    }

    pub(super) fn refused(error: &AppError) -> Self {
        Self {
            refusal: Some(error.into()),
            ..Self::default()
        }
    }

    pub(super) fn to_json(&self) -> String {
        OUTCOME
            .write(self)
            .expect("texts and numbers always encode")
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        OUTCOME.read(text).map_err(|why| why.to_string())
    }
}

/// Where a job stands after its work ended with an error. A fault of the machine is nobody's
/// decision: the job counts as interrupted and can be ordered again.
pub(super) fn state_after(error: &AppError, stopped: bool) -> JobState {
    use StoreError::{Busy, ClockSetBack, ClockStepped, Conflict, Full};
    match error {
        AppError::Refused(_) if stopped => JobState::Canceled,
        AppError::Refused(_) | AppError::Fields(_) => JobState::Failed,
        AppError::Store(
            Busy | ClockSetBack { .. } | ClockStepped { .. } | Conflict { .. } | Full(_),
        ) => JobState::Failed,
        AppError::Store(_) => JobState::Interrupted,
    }
}
