//! Changing one's own password (GB/T 22239-2019 8.1.4.1 a).
//!
//! Whoever sits before a session that somebody left open does not know the password: wrong old ones are counted
//! ([`crate::tries`]), make the account wait, and end the session. Deliberately absent: passwords that administrators
//! set ([`crate::account`]).

use domain::event::{Act, LinkKind};
use domain::refusal::Code;
use domain::rulebook::SignInRules;
use domain::text::{FieldError, FieldErrors};
use store::session::Session;
use store::{account, catalog, credential, session};

use crate::acting::Acting;
use crate::passwords::Whose;
use crate::tries::Caller;
use crate::{App, AppError};

static OLD_WRONG: Code = Code::new(
    "AUTH-033",
    "原口令不对。",
    None,
    "核对大小写和输入法；忘记口令的，请安全管理员重置。",
);
static REPLACED: Code = Code::new(
    "AUTH-036",
    "刚才有人重置了这个账号的口令，这一次没有修改。",
    None,
    "用新的临时口令登录；不是本人要求重置的，报告安全管理员。",
);
static SHORT: Code = Code::new(
    "AUTH-032",
    "新口令少于 {letters} 个字符，或与账号、旧口令相同。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "换一个至少 {letters} 个字符的口令，例如几个不相干的词。",
);
static COMMON: Code = Code::new(
    "AUTH-040",
    "新口令太常见：它是常见口令，或由常见的词、键盘顺序、重复、日期、本人的账号姓名拼成，猜一百万次以内就中。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "换几个不相干的词，四个以上更好。",
);
static ENDED: Code = Code::new(
    "AUTH-039",
    "原口令 {failures} 次不对，这一次登录已经结束，口令没有更改。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "重新登录再改；忘记口令的，请安全管理员重置。",
);

impl App {
    /// Changes one's own password; every other session of the account ends.
    pub async fn change_password(
        &self,
        acting: &Acting,
        session: &Session,
        old: &str,
        new: &str,
    ) -> Result<(), AppError> {
        let kept = self.changeable(acting, session, old, new).await?;
        let phc = self.hashed(new).await?;
        let (mut tx, acting) = self.begin_on_accounts("account.password", acting).await?;
        let stands = account::phc(&mut tx, &acting.account).await?;
        // Whoever set another password meanwhile ended this session.
        if stands.map(|(phc, _)| phc) != kept {
            return Err(REPLACED.refuse(&[]).into());
        }
        let seen = credential::seen(&mut tx, acting.account.as_str()).await?;
        let event = self
            .event(Act::PasswordSet, acting.as_person())
            .touching(LinkKind::Account, acting.account.as_str());
        let at = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        let set = (phc.as_str(), false);
        account::set_phc(&mut rec, &acting.account, set, at, seen.as_ref()).await?;
        let mut beside = rec.beside();
        session::end_all(&mut beside, &acting.account).await?;
        session::put(&mut beside, session).await?;
        rec.commit().await?;
        Ok(())
    }

    /// The password that is changed, if this old one is it and this new one may take its place.
    async fn changeable(
        &self,
        acting: &Acting,
        session: &Session,
        old: &str,
        new: &str,
    ) -> Result<Option<String>, AppError> {
        let mut reader = self.db.read().await?;
        let kept = account::phc(&mut reader, &acting.account)
            .await?
            .map(|(phc, _)| phc);
        let login = account::get(&mut reader, &acting.account).await?.login;
        let rules = catalog::rulebook(&mut reader).await?.sign_in;
        drop(reader);
        let mut errors = FieldErrors::new();
        if !self.old_fits(acting, session, kept.clone(), old).await? {
            errors.push("old", OLD_WRONG.field(&[]));
        }
        let flaw = match new == old || new == login {
            true => Some(short(&rules)),
            false => self.flaw_of(new, &[&login, &acting.name], &rules).await?,
        };
        if let Some(flaw) = flaw {
            errors.push("new", flaw);
        }
        if errors.is_empty() {
            Ok(kept)
        } else {
            Err(errors.into())
        }
    }

    /// Why this may not be one's own password, whatever the old one was.
    async fn flaw_of(
        &self,
        new: &str,
        known: &[&str],
        rules: &SignInRules,
    ) -> Result<Option<FieldError>, AppError> {
        if !rules.is_long_enough(new) {
            return Ok(Some(short(rules)));
        }
        let common = self.is_common(new, known).await?;
        Ok(common.then(|| COMMON.field(&[])))
    }

    /// Whether the old password fits; counted before it is looked at.
    async fn old_fits(
        &self,
        acting: &Acting,
        session: &Session,
        kept: Option<String>,
        old: &str,
    ) -> Result<bool, AppError> {
        let rules = self.sign_in_rules().await?;
        let seat = self.passwords.seat(Whose::Known)?;
        let counters = self.own_counters(&acting.account, &session.token_hash, &rules);
        let standing = self.count(&counters, &rules).await??;
        if self.passwords.fits(seat, kept, old).await {
            self.forgive(&Caller::default(), &counters).await?;
            return Ok(true);
        }
        let used_up = standing
            .first()
            .is_some_and(|count| is_last(*count, &rules));
        if used_up {
            let mut scratch = self.db.scratch().await?;
            session::end(&mut scratch.inside(), &session.token_hash).await?;
            scratch.commit().await?;
            return Err(ENDED.refuse(&[("failures", &rules.failures)]).into());
        }
        Ok(false)
    }
}

fn short(rules: &SignInRules) -> FieldError {
    SHORT.field(&[("letters", &rules.password_letters)])
}

fn is_last(count: i64, rules: &SignInRules) -> bool {
    count >= i64::from(rules.failures)
}
