//! What the operator of the machine does to accounts, without an account of his own (`mingqian account`).
//!
//! He holds the keys, so the pages could not stop him; what he does here is an event under the name of 运维. Of
//! passwords he resets those of administrators only, so that a bureau which lost all of them comes back: whoever's it is
//! has no role from then on but to confirm the same of others, until another administrator has confirmed it
//! ([`crate::access`]). Deliberately absent: roles, and passwords of everybody else, which administrators set.

use domain::account::request::{Access, AccessRequest, AccessState};
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccessRequestId, AccountId, EventId};
use domain::refusal::Code;
use store::access::StoredRequest;
use store::account::StoredAccount;
use store::{Hold, Reader, Recording, Register, access, account, credential, tries};

use crate::{App, AppError};

static NO_SUCH_LOGIN: Code = Code::new(
    "ACCT-009",
    "没有登录名为“{login}”的账号，什么也没有改。",
    None,
    "用 mingqian account list 看有哪些账号。",
);
static NO_ADMINISTRATOR: Code = Code::new(
    "ACCT-012",
    "“{login}”不是在用的管理员账号，什么也没有改。",
    Some("GB/T 22239-2019 三员分立"),
    "命令行只重置系统、安全、审计管理员的口令；其他人的由安全管理员在“账号与授权”里重置。",
);

/// The account of that name.
async fn named(reader: &mut Reader, login: &str) -> Result<StoredAccount, AppError> {
    let found = account::by_login(reader, login).await?;
    found.ok_or_else(|| NO_SUCH_LOGIN.refuse(&[("login", &login)]).into())
}

/// The same of an administrator in use.
async fn administrator(reader: &mut Reader, login: &str) -> Result<StoredAccount, AppError> {
    let found = named(reader, login).await?;
    let mut grants = found.account.grants.iter();
    match found.account.active && grants.any(|grant| grant.role.is_administrator()) {
        true => Ok(found),
        false => Err(NO_ADMINISTRATOR.refuse(&[("login", &login)]).into()),
    }
}

/// What waits for a password of that account.
async fn same_waiting(reader: &mut Reader, id: &AccountId) -> Result<Vec<StoredRequest>, AppError> {
    let mut waiting = access::waiting(reader).await?;
    waiting.retain(|stored| {
        stored.request.account == *id && stored.request.access == Access::Password
    });
    Ok(waiting)
}

/// The request of the operator takes the place of what was asked for on a page; one of his own that waits stays.
async fn put_in_place_of(
    rec: &mut Recording,
    waiting: &[(StoredRequest, Option<EventId>)],
    request: &AccessRequest,
) -> Result<(), AppError> {
    let by_operator = |stored: &StoredRequest| stored.request.is_by_operator();
    for (stored, left) in waiting.iter().filter(|(stored, _)| !by_operator(stored)) {
        let dropped = AccessRequest {
            state: AccessState::Dropped,
            ..stored.request.clone()
        };
        access::decide(rec, &dropped, &stored.seen).await?;
        access::drop_phc(rec, &dropped.id, left.as_ref()).await?;
    }
    if !waiting.iter().any(|(stored, _)| by_operator(stored)) {
        access::add(rec, request).await?;
    }
    Ok(())
}

impl App {
    /// Forgets every failed attempt that makes this account wait: of strangers, of its known browsers, and of wrong old
    /// passwords. Its password, its sessions and its browsers stay as they are.
    pub async fn unlock_account(&self, login: &str) -> Result<(), AppError> {
        let mut tx = self.db.begin("account.unlock").await?;
        tx.hold(Register::Accounts, Hold::Shared).await?;
        let found = named(&mut tx, login).await?;
        let id = &found.account.id;
        let devices = tries::devices(&mut tx, id).await?;
        let event = self
            .event(Act::AccountUnlocked, Actor::program("运维"))
            .touching(LinkKind::Account, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        for key in self.keys_of_account(&found.login, id, &devices) {
            tries::forget(&mut rec.beside(), &key).await?;
        }
        rec.commit().await?;
        Ok(())
    }

    /// Sets a first password of an administrator, whose roles wait from then on for another administrator; what was
    /// asked for on a page for the same password is dropped.
    pub async fn reset_administrator(&self, login: &str, password: &str) -> Result<(), AppError> {
        let mut reader = self.db.read().await?;
        let owner = administrator(&mut reader, login).await?;
        drop(reader);
        let known = [owner.login.as_str(), owner.account.name.as_str()];
        self.require_first_password(password, &known).await?;
        let phc = self.hashed(password).await?;
        let mut tx = self.db.begin("account.reset").await?;
        tx.hold(Register::Accounts, Hold::Exclusive).await?;
        let found = administrator(&mut tx, login).await?;
        let id = &found.account.id;
        let mut waiting = Vec::new();
        for stored in same_waiting(&mut tx, id).await? {
            let left = credential::seen(&mut tx, stored.request.id.as_str()).await?;
            waiting.push((stored, left));
        }
        let seen = credential::seen(&mut tx, id.as_str()).await?;
        let request = AccessRequest {
            id: AccessRequestId::from_entropy(self.entropy.bytes()),
            account: id.clone(),
            access: Access::Password,
            asked_by: id.clone(),
            asked_at: self.clock.now(),
            state: AccessState::Waiting,
        };
        let event = Event {
            at: request.asked_at,
            ..self.event(Act::PasswordResetByOperator, Actor::program("运维"))
        };
        let event = event.touching(LinkKind::Account, id.as_str());
        let at_ms = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        put_in_place_of(&mut rec, &waiting, &request).await?;
        self.set_first_password(&mut rec, &found, (&phc, at_ms), seen.as_ref())
            .await?;
        rec.commit().await?;
        Ok(())
    }
}
