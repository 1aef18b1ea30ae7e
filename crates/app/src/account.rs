//! Opening and closing accounts, granting roles: acts of the system and the security administrator.
//!
//! A role on which others rely, and the password of its holder, become a request that another administrator confirms
//! ([`crate::access`]).

use domain::account::request::Access;
use domain::account::{Account, Grant, may_lose, may_stand_together};
use domain::event::{Act, Actor, LinkKind};
use domain::id::AccountId;
use domain::policy::{Place, Verb, four_eyes, is_guarded};
use domain::premise::Premise;
use domain::refusal::Code;
use domain::text::{FieldError, FieldErrors, PersonName};
use store::account::StoredAccount;
use store::{Hold, Register, Tx, account, credential, session};

use crate::access::{Given, may_also_hold};
use crate::premise::{of_account, require};
use crate::{Acting, App, AppError};

static LOGIN_SHAPE: Code = Code::new(
    "ACCT-001",
    "登录名只用小写字母、数字、点和横线，2 至 31 个。",
    None,
    "例如 drawer1；登录名不写汉字和身份证号。",
);
static LOGIN_TAKEN: Code = Code::new(
    "ACCT-002",
    "登录名“{login}”已有人用。",
    None,
    "换一个登录名。",
);

static PASSWORD_SHORT: Code = Code::new(
    "ACCT-003",
    "初始口令少于 {letters} 个字符。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "用几个不相干的词，当面告知本人；首次登录时必须更改。",
);
static PASSWORD_COMMON: Code = Code::new(
    "ACCT-008",
    "初始口令太常见：它是常见口令，或由常见的词、键盘顺序、重复、日期、本人的账号姓名拼成，猜一百万次以内就中。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "用几个不相干的词，四个以上更好，当面告知本人；首次登录时必须更改。",
);
static OWN_ACCOUNT: Code = Code::new(
    "ACCT-004",
    "不能停用或恢复本人的账号。",
    Some("GB/T 22239-2019 三员分立"),
    "由另一名系统管理员办理。",
);

/// What an account is opened with.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Sign-in name.
    pub login: String,
    /// Name shown beside acts.
    pub name: String,
    /// First password; the owner must change it at the first sign-in.
    pub password: String,
    /// Roles, per unit.
    pub grants: Vec<Grant>,
}

fn login_fits(login: &str) -> bool {
    let letters = login.len() >= 2 && login.len() <= 31;
    letters
        && login
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
}

impl App {
    /// Opens an account without roles. Roles are granted by another administrator.
    pub async fn open_account(
        &self,
        acting: &Acting,
        new: NewAccount,
    ) -> Result<AccountId, AppError> {
        acting.may(Verb::AccountManage, &Place::BUREAU)?;
        self.insert_account(
            Some(acting),
            NewAccount {
                grants: Vec::new(),
                ..new
            },
            true,
        )
        .await
    }

    /// Opens an account with its roles, on behalf of the machine's own operator (`init`, `demo`).
    pub async fn install_account(
        &self,
        new: NewAccount,
        must_change: bool,
    ) -> Result<AccountId, AppError> {
        self.insert_account(None, new, must_change).await
    }

    async fn insert_account(
        &self,
        by: Option<&Acting>,
        new: NewAccount,
        must_change: bool,
    ) -> Result<AccountId, AppError> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", PersonName::parse(&new.name));
        let known = [new.login.as_str(), new.name.as_str()];
        let first = self.first_password(&new.password, &known).await?;
        errors.take("password", first);
        // Before the transaction: the writer's lock must not be held for the time of a hash.
        let phc = self.hashed(&new.password).await?;
        if !login_fits(&new.login) {
            errors.push("login", LOGIN_SHAPE.field(&[]));
        }
        let roles: Vec<_> = new.grants.iter().map(|grant| grant.role).collect();
        may_stand_together(&roles)?;
        let (mut tx, actor) = self.begin_opening(by).await?;
        if account::by_login(&mut tx, &new.login).await?.is_some() {
            errors.push("login", LOGIN_TAKEN.field(&[("login", &new.login)]));
        }
        let Some(name) = name.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let id = AccountId::from_entropy(self.entropy.bytes());
        let opened = Account {
            id: id.clone(),
            name,
            grants: new.grants,
            active: true,
        };
        let event = self
            .event(Act::AccountOpened, actor)
            .touching(LinkKind::Account, id.as_str())
            .with("login", &new.login);
        let at = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        account::open(&mut rec, &opened, &new.login).await?;
        account::set_phc(&mut rec, &id, (&phc, must_change), at, None).await?;
        rec.commit().await?;
        Ok(id)
    }

    /// Begins the opening of an account, by another or by the machine's own operator.
    async fn begin_opening(&self, by: Option<&Acting>) -> Result<(Tx, Actor), AppError> {
        let name = "account.open";
        let Some(acting) = by else {
            let mut tx = self.db.begin(name).await?;
            tx.hold(Register::Accounts, Hold::Exclusive).await?;
            return Ok((tx, Actor::program("建立本局")));
        };
        let (tx, acting) = self.begin_on_accounts(name, acting).await?;
        let actor = acting.actor(Verb::AccountManage, &Place::BUREAU)?;
        Ok((tx, actor))
    }

    /// Grants a role to another account; one on which others rely waits for another administrator.
    pub async fn grant_role(
        &self,
        acting: &Acting,
        to: &AccountId,
        premise: &Premise,
        grant: Grant,
    ) -> Result<Given, AppError> {
        four_eyes::grantor_and_grantee(&acting.account, to)?;
        let (mut tx, acting) = self.begin_on_accounts("role.grant", acting).await?;
        let actor = acting.actor(Verb::RoleGrant, &Place::BUREAU)?;
        let found = account_on(&mut tx, &acting, to, premise).await?;
        may_also_hold(&found, &grant)?;
        if is_guarded(grant.role) {
            let asked = (to, Access::Role(grant));
            let asked = self.ask_for(tx, (&acting, actor), asked, None);
            return asked.await.map(Given::Asked);
        }
        let event = self
            .event(Act::RoleGranted, actor)
            .touching(LinkKind::Account, to.as_str())
            .with("role", grant.role)
            .with("unit", &grant.unit);
        let mut rec = tx.record(event, self.confidential())?;
        account::add_grant(&mut rec, to, &grant).await?;
        rec.commit().await?;
        Ok(Given::Done)
    }

    /// Takes a role back from another account; what was done in it stays in the trace.
    pub async fn revoke_role(
        &self,
        acting: &Acting,
        from: &AccountId,
        premise: &Premise,
        grant: &Grant,
    ) -> Result<(), AppError> {
        four_eyes::grantor_and_grantee(&acting.account, from)?;
        let (mut tx, acting) = self.begin_on_accounts("role.revoke", acting).await?;
        let actor = acting.actor(Verb::RoleGrant, &Place::BUREAU)?;
        let found = account_on(&mut tx, &acting, from, premise).await?.account;
        let mut left = found.grants.iter().filter(|held| *held != grant);
        if found.active && !left.any(|held| held.role == grant.role) {
            may_lose(
                grant.role,
                account::other_holders(&mut tx, from, grant.role).await?,
            )?;
        }
        let seen = account::grant_seen(&mut tx, from, grant).await?;
        let event = self
            .event(Act::RoleRevoked, actor)
            .touching(LinkKind::Account, from.as_str())
            .with("role", grant.role)
            .with("unit", &grant.unit);
        let mut rec = tx.record(event, self.confidential())?;
        account::remove_grant(&mut rec, from, grant, &seen).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Closes or reopens an account; closing ends its sessions at once. Whoever holds a role on which others rely is not
    /// reopened by one administrator.
    pub async fn set_account_active(
        &self,
        acting: &Acting,
        id: &AccountId,
        premise: &Premise,
        active: bool,
    ) -> Result<(), AppError> {
        if acting.account == *id {
            return Err(OWN_ACCOUNT.refuse(&[]).into());
        }
        let (mut tx, acting) = self.begin_on_accounts("account.close", acting).await?;
        let actor = acting.actor(Verb::AccountManage, &Place::BUREAU)?;
        let found = account_on(&mut tx, &acting, id, premise).await?;
        if found.account.active == active {
            return Ok(());
        }
        if active {
            four_eyes::reopens(&found.account.grants)?;
        } else {
            for grant in &found.account.grants {
                may_lose(
                    grant.role,
                    account::other_holders(&mut tx, id, grant.role).await?,
                )?;
            }
        }
        let act = if active {
            Act::AccountRenamed
        } else {
            Act::AccountClosed
        };
        let event = self
            .event(act, actor)
            .touching(LinkKind::Account, id.as_str())
            .with("active", active);
        let mut rec = tx.record(event, self.confidential())?;
        account::set_active(&mut rec, id, &found.seen, active).await?;
        session::end_all(&mut rec.beside(), id).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Sets a new first password for another account, ends its sessions and its lock-out; that of the holder of a role
    /// on which others rely waits for another administrator.
    pub async fn reset_password(
        &self,
        acting: &Acting,
        id: &AccountId,
        premise: &Premise,
        password: &str,
    ) -> Result<Given, AppError> {
        acting.may(Verb::PasswordReset, &Place::BUREAU)?;
        four_eyes::grantor_and_grantee(&acting.account, id)?;
        let mut reader = self.db.read().await?;
        let owner = account::get(&mut reader, id).await?;
        drop(reader);
        let known = [owner.login.as_str(), owner.account.name.as_str()];
        self.require_first_password(password, &known).await?;
        let phc = self.hashed(password).await?;
        let (mut tx, acting) = self.begin_on_accounts("password.reset", acting).await?;
        let actor = acting.actor(Verb::PasswordReset, &Place::BUREAU)?;
        let found = account_on(&mut tx, &acting, id, premise).await?;
        if found
            .account
            .grants
            .iter()
            .any(|held| is_guarded(held.role))
        {
            let asked = (id, Access::Password);
            let asked = self.ask_for(tx, (&acting, actor), asked, Some(&phc));
            return asked.await.map(Given::Asked);
        }
        let seen = credential::seen(&mut tx, id.as_str()).await?;
        let event = self
            .event(Act::PasswordSet, actor)
            .touching(LinkKind::Account, id.as_str());
        let set = (phc.as_str(), event.at.unix_ms());
        let mut rec = tx.record(event, self.confidential())?;
        self.set_first_password(&mut rec, &found, set, seen.as_ref())
            .await?;
        rec.commit().await?;
        Ok(Given::Done)
    }

    /// Refuses what may be no first password.
    pub(crate) async fn require_first_password(
        &self,
        password: &str,
        known: &[&str],
    ) -> Result<(), AppError> {
        let mut errors = FieldErrors::new();
        errors.take("password", self.first_password(password, known).await?);
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors.into()),
        }
    }

    /// Whether this may be a first password: given by an administrator, replaced by the owner at the first sign-in.
    async fn first_password(
        &self,
        password: &str,
        known: &[&str],
    ) -> Result<Result<(), FieldError>, AppError> {
        let rules = self.sign_in_rules().await?;
        Ok(if !rules.is_long_enough(password) {
            Err(PASSWORD_SHORT.field(&[("letters", &rules.password_letters)]))
        } else if self.is_common(password, known).await? {
            Err(PASSWORD_COMMON.field(&[]))
        } else {
            Ok(())
        })
    }
}

/// The account as it stands, which is what was shown.
async fn account_on(
    tx: &mut Tx,
    acting: &Acting,
    id: &AccountId,
    premise: &Premise,
) -> Result<StoredAccount, AppError> {
    let stored = account::get(tx, id).await?;
    require(tx, Some(acting), "这个账号", premise, &of_account(&stored)).await?;
    Ok(stored)
}
