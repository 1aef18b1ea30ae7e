//! What one administrator asks for and another confirms: a role on which others rely, or the password of its holder.
//!
//! A request waits until it is confirmed or dropped; it never lapses by itself, so that nothing disappears unseen.
//! Persons are compared: not who asked, and not for whom. Deliberately absent: a first time without a second pair of
//! eyes. A bureau is founded with three administrators, and the last of each kind stays ([`super::may_lose`]).

use crate::id::{AccessRequestId, AccountId};
use crate::policy::four_eyes;
use crate::refusal::{Refusal, codes};
use crate::time::Instant;

use super::Grant;

closed_list! {
    /// Where a request stands.
    enum AccessState {
        Waiting = "waiting", "等待确认";
        Confirmed = "confirmed", "已确认";
        Dropped = "dropped", "已撤销";
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A role in a unit.
    Role(Grant),
    /// A new first password.
    Password,
}

/// One request.
#[doc(alias = "授权申请")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// Its key.
    pub id: AccessRequestId,
    /// Whose account it is about.
    pub account: AccountId,
    /// What is asked for.
    pub access: Access,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Instant,
    /// Where it stands.
    pub state: AccessState,
}

impl AccessRequest {
    /// Confirms what another administrator asked for.
    ///
    /// # Errors
    /// `AUTH-026` no longer waiting, `AUTH-018` one's own request, `AUTH-019` about one's own account.
    pub fn confirm(self, by: &AccountId) -> Result<Self, Refusal> {
        self.require_waiting()?;
        four_eyes::request_and_confirmation(&self.asked_by, &self.account, by)?;
        Ok(Self {
            state: AccessState::Confirmed,
            ..self
        })
    }

    /// Takes the request back, or turns it down; whoever may confirm requests may drop any of them but a reset by the
    /// operator: the password is another one by now, and dropping would end the blocking and nothing else.
    ///
    /// # Errors
    /// `AUTH-026` no longer waiting, `AUTH-028` a reset by the operator.
    pub fn drop_it(self) -> Result<Self, Refusal> {
        self.require_waiting()?;
        if self.is_by_operator() {
            return Err(codes::AUTH_RESET_STANDS.refuse(&[]));
        }
        Ok(Self {
            state: AccessState::Dropped,
            ..self
        })
    }

    /// Whether the operator of the machine reset the password of an administrator, who is blocked until another one
    /// confirms it: such a request is asked for in the name of the account itself, which nobody else can do.
    #[must_use]
    pub fn is_by_operator(&self) -> bool {
        self.asked_by == self.account
    }

    fn require_waiting(&self) -> Result<(), Refusal> {
        if self.state == AccessState::Waiting {
            Ok(())
        } else {
            Err(codes::AUTH_REQUEST_DECIDED.refuse(&[("state", &self.state.label())]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from_entropy([number; 12])
    }

    fn asked() -> AccessRequest {
        AccessRequest {
            id: AccessRequestId::from_entropy([9; 12]),
            account: account(1),
            access: Access::Password,
            asked_by: account(2),
            asked_at: Instant::from_unix_ms(0),
            state: AccessState::Waiting,
        }
    }

    #[test]
    fn a_third_person_confirms_neither_who_asked_nor_for_whom_it_was_asked() {
        let own = asked().confirm(&account(2)).expect_err("his own request");
        assert_eq!(own.code, "AUTH-018");
        let own = asked().confirm(&account(1)).expect_err("his own account");
        assert_eq!(own.code, "AUTH-019");
        let done = asked().confirm(&account(3)).expect("another");
        assert_eq!(done.state, AccessState::Confirmed);
    }

    #[test]
    fn a_reset_by_the_operator_is_confirmed_by_another_and_dropped_by_nobody() {
        let reset = || AccessRequest {
            asked_by: account(1),
            ..asked()
        };
        assert!(reset().is_by_operator() && !asked().is_by_operator());
        assert_eq!(reset().drop_it().expect_err("it stands").code, "AUTH-028");
        let own = reset().confirm(&account(1)).expect_err("his own");
        assert_eq!(own.code, "AUTH-018");
        assert!(reset().confirm(&account(3)).is_ok());
    }

    #[test]
    fn what_is_decided_is_decided_once() {
        let confirmed = asked().confirm(&account(3)).expect("another");
        let dropped = asked().drop_it().expect("it waits");
        for decided in [confirmed, dropped] {
            let again = decided.clone().confirm(&account(4)).expect_err("decided");
            assert_eq!(again.code, "AUTH-026");
            assert!(again.sentence.contains(decided.state.label()), "{again}");
            assert_eq!(decided.drop_it().expect_err("decided").code, "AUTH-026");
        }
    }
}
