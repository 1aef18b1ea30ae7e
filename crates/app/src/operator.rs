//! What the operator of the machine does to accounts, without an account of his own (`mingqian account`).
//!
//! He holds the keys, so the pages could not stop him; what he does here is an event under the name of 运维. Deliberately
//! absent: passwords and roles. Administrators set those, two of them where others rely on the role
//! ([`crate::access`]).

use domain::event::{Act, Actor, LinkKind};
use domain::refusal::Code;
use store::{Hold, Register, account, tries};

use crate::{App, AppError};

static NO_SUCH_LOGIN: Code = Code::new(
    "ACCT-009",
    "没有登录名为“{login}”的账号，什么也没有改。",
    None,
    "用 mingqian account list 看有哪些账号。",
);

impl App {
    /// Forgets every failed attempt that makes this account wait: of strangers, of its known browsers, and of wrong old
    /// passwords. Its password, its sessions and its browsers stay as they are.
    pub async fn unlock_account(&self, login: &str) -> Result<(), AppError> {
        let mut tx = self.db.begin("account.unlock").await?;
        tx.hold(Register::Accounts, Hold::Shared).await?;
        let Some(found) = account::by_login(&mut tx, login).await? else {
            tx.abandon().await?;
            return Err(NO_SUCH_LOGIN.refuse(&[("login", &login)]).into());
        };
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
}
