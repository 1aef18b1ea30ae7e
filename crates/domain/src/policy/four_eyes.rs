//! Four eyes: two acts that one person may not do both, whatever roles he holds.
//!
//! Roles may meet in one account in a small bureau; accounts are compared here, so that the second
//! pair of eyes is a second person. The seed demands that responsibility can be traced (细则五（二）).

use crate::id::AccountId;
use crate::refusal::{Code, Refusal, codes};

fn apart(one: &AccountId, other: &AccountId, code: &'static Code) -> Result<(), Refusal> {
    if one == other {
        Err(code.refuse(&[]))
    } else {
        Ok(())
    }
}

/// Who submitted a plan may not approve it.
///
/// # Errors
/// `AUTH-012`.
pub fn submitter_and_approver(submitter: &AccountId, approver: &AccountId) -> Result<(), Refusal> {
    apart(submitter, approver, &codes::AUTH_SELF_APPROVAL)
}

/// Who approved a plan may not run its draw.
///
/// # Errors
/// `AUTH-013`.
pub fn approver_and_drawer(approver: &AccountId, drawer: &AccountId) -> Result<(), Refusal> {
    apart(approver, drawer, &codes::AUTH_DRAWER_APPROVED)
}

/// Who entered a result may not confirm it.
///
/// # Errors
/// `AUTH-014`.
pub fn entry_and_confirmation(entered: &AccountId, confirms: &AccountId) -> Result<(), Refusal> {
    apart(entered, confirms, &codes::AUTH_SELF_CONFIRM)
}

/// Who entered or confirmed a result may not publish it.
///
/// # Errors
/// `AUTH-015`.
pub fn entry_and_publication(
    entered: &AccountId,
    confirmed: &AccountId,
    publishes: &AccountId,
) -> Result<(), Refusal> {
    apart(entered, publishes, &codes::AUTH_SELF_PUBLISH)?;
    apart(confirmed, publishes, &codes::AUTH_SELF_PUBLISH)
}

/// Who grants a right may not be the one who receives it.
///
/// # Errors
/// `AUTH-022`.
pub fn grantor_and_grantee(grantor: &AccountId, grantee: &AccountId) -> Result<(), Refusal> {
    apart(grantor, grantee, &codes::AUTH_GRANT_TO_SELF)
}
