//! Four eyes: two acts that one person may not do both, whatever roles he holds.
//!
//! Roles may meet in one account in a small bureau; accounts are compared here, so that the second
//! pair of eyes is a second person. The seed demands that responsibility can be traced (细则五（二）).

use serde::{Deserialize, Serialize};

use crate::account::Grant;
use crate::id::AccountId;
use crate::refusal::{Code, Refusal, codes};

/// Everybody who had a hand in a content, in the order of the first time: whoever wrote any part of it is
/// no second pair of eyes, however small the part and whoever handed it in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hands(Vec<AccountId>);

impl Hands {
    /// One person's work.
    #[must_use]
    pub fn of(account: &AccountId) -> Self {
        Self(vec![account.clone()])
    }

    /// The same after this account, too, has written something.
    #[must_use]
    pub fn and(mut self, account: &AccountId) -> Self {
        if !self.0.contains(account) {
            self.0.push(account.clone());
        }
        self
    }

    /// Who they are.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.0.iter()
    }

    /// Whether this account had a hand in it.
    #[must_use]
    pub fn include(&self, account: &AccountId) -> bool {
        self.0.contains(account)
    }

    fn apart(&self, other: &AccountId, code: &'static Code) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|hand| apart(hand, other, code))
    }
}

fn apart(one: &AccountId, other: &AccountId, code: &'static Code) -> Result<(), Refusal> {
    if one == other {
        Err(code.refuse(&[]))
    } else {
        Ok(())
    }
}

/// Who drafted, edited or submitted any part of a plan may not approve it.
///
/// # Errors
/// `AUTH-012`.
pub fn hands_and_approver(hands: &Hands, approver: &AccountId) -> Result<(), Refusal> {
    hands.apart(approver, &codes::AUTH_SELF_APPROVAL)
}

/// Who approved a plan may not run its draw.
///
/// # Errors
/// `AUTH-013`.
pub fn approver_and_drawer(approver: &AccountId, drawer: &AccountId) -> Result<(), Refusal> {
    apart(approver, drawer, &codes::AUTH_DRAWER_APPROVED)
}

/// Who entered what dice showed may not be the one who enters it for the second time.
///
/// # Errors
/// `AUTH-017`.
pub fn first_and_second_entry(first: &AccountId, second: &AccountId) -> Result<(), Refusal> {
    apart(first, second, &codes::AUTH_SAME_ENTRY)
}

/// Who entered or concluded any part of a result may not confirm it.
///
/// # Errors
/// `AUTH-014`.
pub fn hands_and_confirmation(hands: &Hands, confirms: &AccountId) -> Result<(), Refusal> {
    hands.apart(confirms, &codes::AUTH_SELF_CONFIRM)
}

/// Who entered any part of a result or confirmed it may not approve its publication. Carrying an approved
/// publication out decides nothing and is not compared.
///
/// # Errors
/// `AUTH-015`.
pub fn result_and_approval(
    hands: &Hands,
    confirmed: &AccountId,
    approves: &AccountId,
) -> Result<(), Refusal> {
    hands.apart(approves, &codes::AUTH_OWN_RESULT)?;
    apart(confirmed, approves, &codes::AUTH_OWN_RESULT)
}

/// What one administrator asks for is confirmed by another, who is not the one it is for.
///
/// # Errors
/// `AUTH-018`, `AUTH-019`.
pub fn request_and_confirmation(
    asked_by: &AccountId,
    account: &AccountId,
    confirms: &AccountId,
) -> Result<(), Refusal> {
    apart(asked_by, confirms, &codes::AUTH_OWN_REQUEST)?;
    apart(account, confirms, &codes::AUTH_OWN_ACCESS)
}

/// One administrator does not bring a role back on which others rely, by reopening the account that holds it.
///
/// # Errors
/// `AUTH-027`.
pub fn reopens(held: &[Grant]) -> Result<(), Refusal> {
    match held.iter().find(|grant| super::is_guarded(grant.role)) {
        Some(grant) => Err(codes::AUTH_REOPENS_GUARDED.refuse(&[("role", &grant.role.label())])),
        None => Ok(()),
    }
}

/// What is entered of a paper is confirmed by another account than entered it, which wrote nothing of what is judged on
/// the paper. Both judge nothing and get no hand in it; the signatory may confirm.
///
/// # Errors
/// `AUTH-041`, `AUTH-042`.
pub fn paper_and_confirmation(
    entered_by: &AccountId,
    hands: &Hands,
    confirms: &AccountId,
) -> Result<(), Refusal> {
    apart(entered_by, confirms, &codes::AUTH_OWN_PAPER)?;
    hands.apart(confirms, &codes::AUTH_PAPER_HAND)
}

/// Who grants a right may not be the one who receives it.
///
/// # Errors
/// `AUTH-022`.
pub fn grantor_and_grantee(grantor: &AccountId, grantee: &AccountId) -> Result<(), Refusal> {
    apart(grantor, grantee, &codes::AUTH_GRANT_TO_SELF)
}
