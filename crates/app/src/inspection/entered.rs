//! A result as it is entered: with what stood in its place when it was decided.

use domain::id::Fingerprint;
use domain::inspection::{ItemResult, Sheet};
use domain::refusal::{Code, Refusal};

use crate::premise::digest_of;

static REPLACED: Code = Code::new(
    "SEEN-003",
    "{id} 在您填写时已改存为“{now}”，这一次没有保存。",
    None,
    "与同组核对；仍要按您填的保存的，再按一次保存。",
);

/// One result, and what it replaces.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The result.
    pub result: ItemResult,
    /// [`print_of_result`] of what stood in its place.
    pub instead_of: Fingerprint,
}

impl Entered {
    /// A result where none stood before.
    #[must_use]
    pub fn first(result: ItemResult) -> Self {
        Self {
            result,
            instead_of: print_of_result(None),
        }
    }
}

/// The hash of a result, or of there being none.
#[must_use]
pub fn print_of_result(result: Option<&ItemResult>) -> Fingerprint {
    digest_of(&serde_json::to_string(&result).expect("texts and numbers always encode"))
}

/// Refuses a result that would replace another one than was shown. The same words saved twice replace
/// nothing.
pub(super) fn require_in_place(sheet: &Sheet, batch: &[Entered]) -> Result<(), Refusal> {
    for Entered { result, instead_of } in batch {
        let stands = sheet
            .iter()
            .find(|known| known.item == result.item && known.criterion == result.criterion);
        if stands != Some(result) && print_of_result(stands) != *instead_of {
            let now = stands.map_or("没有结果", |stands| stands.verdict.label());
            return Err(REPLACED.refuse(&[("id", &result.criterion), ("now", &now)]));
        }
    }
    Ok(())
}
