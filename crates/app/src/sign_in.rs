//! Signing in and out: argon2id outside the database's lock, a lock-out per name, one event each.
//! How often, how long and how many letters is said by the rulebook in force, read anew each time:
//! a version adopted now holds for the very next page.

use domain::campaign::drawn_list::Unsealed;
use domain::event::{Act, Actor, LinkKind};
use domain::id::AccountId;
use domain::refusal::{Code, Fact, Refusal};
use domain::rulebook::SignInRules;
use domain::text::FieldErrors;
use sha2::{Digest as _, Sha256};
use store::session::Session;
use store::{Hold, Register, account, catalog, org, session};

use crate::acting::Acting;
use crate::passwords::Whose;
use crate::{App, AppError};

/// A session is stamped at most this often, so that reading a page does not write each time.
const TOUCH_MS: i64 = 60 * 1000;
/// Forms are told apart this long, a day and a half: longer than the rulebook may let a session live.
const FORMS_KEPT_MS: i64 = 36 * 3_600_000;

static WRONG: Code = Code::new(
    "AUTH-030",
    "账号或口令不对。",
    None,
    "核对大小写和输入法；忘记口令的，请安全管理员重置。",
);
static LOCKED: Code = Code::new(
    "AUTH-031",
    "连续 {failures} 次登录未成，账号已锁定。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "锁定满 {minutes} 分钟后再试，或请安全管理员重置口令。",
);
static OLD_WRONG: Code = Code::new(
    "AUTH-033",
    "原口令不对。",
    None,
    "核对大小写和输入法；忘记口令的，请安全管理员重置。",
);
static CLOSED: Code = Code::new(
    "AUTH-035",
    "办理人的账号已停用，这件事停在最后一步之前，什么也没有写入。",
    None,
    "由有权的人重新办理。",
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

/// A new session: the token goes to the browser and nowhere else.
pub struct Opened {
    /// The cookie's value, 64 hex.
    pub token: String,
    /// Whether the password must be changed first.
    pub must_change: bool,
}

/// An account that came with a living session.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The account at work.
    pub acting: Acting,
    /// Its session.
    pub session: Session,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
}

/// What a session token leads to.
#[derive(Clone, Debug)]
pub enum Welcome {
    /// An account with a living session.
    Known(Box<Arrival>),
    /// A session that has run out but is not yet forgotten: what was typed under it can be kept for
    /// its account, nothing can be shown or done.
    Expired(Session),
    /// Nobody, or an account that was closed.
    Stranger,
}

/// SHA-256 of a token, as sessions are found by.
#[must_use]
pub fn token_hash(token: &str) -> String {
    store::hex(&Sha256::digest(token.as_bytes()))
}

/// Under which name failed sign-ins are counted.
pub(crate) fn failure_source(login: &str) -> String {
    format!("login:{login}")
}

impl App {
    /// Signs in by name and password.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Opened, AppError> {
        let source = failure_source(login);
        let rules = self.sign_in_rules().await?;
        // Before it is counted: who found no seat has not failed.
        let seat = self.passwords.seat(Whose::Stranger)?;
        let attempts = self.count_attempt(&source, &rules).await?;
        let mut reader = self.db.read().await?;
        let found = account::by_login(&mut reader, login)
            .await?
            .filter(|found| found.account.active);
        let kept = match &found {
            Some(found) => account::phc(&mut reader, &found.account.id).await?,
            None => None,
        };
        drop(reader);
        let phc = kept.as_ref().map(|(phc, _)| phc.clone());
        let fits = self.passwords.fits(seat, phc, password).await;
        match (found, kept) {
            (Some(found), Some(kept)) if fits => {
                match self.open_session(&source, &found.account.id, kept).await? {
                    Some(opened) => Ok(opened),
                    None => Err(self.refuse_sign_in(attempts, Some(found)).await?.into()),
                }
            }
            (found, _) => Err(self.refuse_sign_in(attempts, found).await?.into()),
        }
    }

    /// The PHC string of a password that somebody sets who has signed in, or the operator of the machine.
    pub(crate) async fn hashed(&self, password: &str) -> Result<String, AppError> {
        let seat = self.passwords.seat(Whose::Known)?;
        Ok(self.passwords.hash(seat, &self.entropy, password).await)
    }

    /// The limits of signing in that are in force now.
    pub(crate) async fn sign_in_rules(&self) -> Result<SignInRules, AppError> {
        let mut reader = self.db.read().await?;
        Ok(catalog::rulebook(&mut reader).await?.sign_in)
    }

    /// Counts an attempt before its password is looked at, so that many at once cannot all be the
    /// first; a success forgets them.
    async fn count_attempt(&self, source: &str, rules: &SignInRules) -> Result<i64, AppError> {
        let now = self.clock.now().unix_ms();
        let mut scratch = self.db.scratch().await?;
        let (failures, last) = session::failures(scratch.reader(), source).await?;
        if rules.is_locked(failures, now - last) {
            let facts: [Fact<'_>; 2] = [
                ("failures", &rules.failures),
                ("minutes", &rules.lock_minutes),
            ];
            return Err(LOCKED.refuse(&facts).into());
        }
        let used_up = rules.uses_up(failures);
        let attempts = if used_up { 1 } else { failures + 1 };
        session::set_failures(&mut scratch.inside(), source, attempts, now).await?;
        scratch.commit().await?;
        Ok(attempts)
    }

    async fn open_session(
        &self,
        source: &str,
        id: &AccountId,
        (phc, must_change): (String, bool),
    ) -> Result<Option<Opened>, AppError> {
        let token = store::hex(&self.entropy.bytes::<32>());
        let now = self.clock.now().unix_ms();
        let mut tx = self.db.begin("account.sign_in").await?;
        // Closed, or given another password, while this one was looked at: neither opens a session.
        tx.hold(Register::Accounts, Hold::Shared).await?;
        let account = account::get(&mut tx, id).await?.account;
        let stands = account::phc(&mut tx, id).await?.map(|(phc, _)| phc);
        if !account.active || stands.as_ref() != Some(&phc) {
            tx.abandon().await?;
            return Ok(None);
        }
        let actor = Actor {
            account: Some(account.id.clone()),
            ..Actor::program(account.name.as_str())
        };
        let event = self
            .event(Act::SignedIn, actor)
            .touching(LinkKind::Account, account.id.as_str());
        let rulebook = catalog::rulebook(&mut tx).await?;
        let mut rec = tx.record(event, self.confidential())?;
        let mut beside = rec.beside();
        // What has run out goes whenever somebody comes in.
        let rules = rulebook.sign_in;
        session::expire(&mut beside, now - rules.idle_ms()).await?;
        session::set_failures(&mut beside, source, 0, now).await?;
        session::expire_failures(&mut beside, now - rules.failures_kept_ms()).await?;
        session::expire_drafts(&mut beside, now - rulebook.retention.draft_ms()).await?;
        session::expire_submissions(&mut beside, now - FORMS_KEPT_MS).await?;
        let opened = Session {
            token_hash: token_hash(&token),
            account: account.id,
            form_token: store::hex(&self.entropy.bytes::<32>()),
            created_at_ms: now,
            seen_at_ms: now,
            display: String::new(),
            note: String::new(),
            unsealed: Unsealed::default(),
        };
        session::put(&mut beside, &opened).await?;
        rec.commit().await?;
        Ok(Some(Opened { token, must_change }))
    }

    async fn refuse_sign_in(
        &self,
        attempts: i64,
        found: Option<account::StoredAccount>,
    ) -> Result<Refusal, AppError> {
        // A name that does not exist leaves a counter, not an event: the log keeps no typed text.
        if let Some(found) = found {
            let event = self
                .event(Act::SignInRefused, Actor::program("登录"))
                .touching(LinkKind::Account, found.account.id.as_str())
                .with("failures", attempts);
            let tx = self.db.begin("account.sign_in_refused").await?;
            tx.record(event, self.confidential())?.commit().await?;
        }
        Ok(WRONG.refuse(&[]))
    }

    /// Who stands behind a session token: an account, an account whose session has run out, or a
    /// stranger.
    pub async fn welcome(&self, token: &str) -> Result<Welcome, AppError> {
        let now = self.clock.now().unix_ms();
        let mut reader = self.db.read().await?;
        let Some(mut session) = session::get(&mut reader, &token_hash(token)).await? else {
            return Ok(Welcome::Stranger);
        };
        let rules = catalog::rulebook(&mut reader).await?.sign_in;
        if rules.has_run_out(now - session.seen_at_ms, now - session.created_at_ms) {
            return Ok(Welcome::Expired(session));
        }
        let acting = self.load_acting(&mut reader, &session.account).await?;
        let must_change = account::phc(&mut reader, &session.account)
            .await?
            .is_none_or(|(_, must)| must);
        let due = now - session.seen_at_ms > TOUCH_MS;
        // A page that is only read does not queue behind a long writer; the next one stamps.
        let stamped = due && self.db.announced(&mut reader).await?.is_none();
        drop(reader);
        let Some(acting) = acting else {
            return Ok(Welcome::Stranger);
        };
        if stamped {
            session.seen_at_ms = now;
            self.rewrite_session(&session).await?;
        }
        Ok(Welcome::Known(Box::new(Arrival {
            acting,
            session,
            must_change,
        })))
    }

    /// An account at work without a browser: the command line, the demo city, tests.
    pub async fn acting_as(&self, id: &AccountId) -> Result<Option<Acting>, AppError> {
        let mut reader = self.db.read().await?;
        self.load_acting(&mut reader, id).await
    }

    /// The account that ordered work, with its grants as they stand now; refused once it is closed.
    pub(crate) async fn still_acting(
        &self,
        reader: &mut store::Reader,
        id: &AccountId,
    ) -> Result<Acting, AppError> {
        let acting = self.load_acting(reader, id).await?;
        acting.ok_or_else(|| CLOSED.refuse(&[]).into())
    }

    async fn load_acting(
        &self,
        reader: &mut store::Reader,
        id: &AccountId,
    ) -> Result<Option<Acting>, AppError> {
        let found = account::get(reader, id).await?.account;
        let tree = org::tree(reader).await?;
        Ok(found.active.then(|| Acting {
            account: found.id,
            name: found.name.as_str().to_owned(),
            grants: found.grants,
            tree,
        }))
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let mut scratch = self.db.scratch().await?;
        session::end(&mut scratch.inside(), &token_hash(token)).await?;
        scratch.commit().await?;
        Ok(())
    }

    /// Keeps the display modes of a session.
    pub async fn set_display(&self, session: &Session, display: &str) -> Result<(), AppError> {
        self.rewrite_session(&Session {
            display: display.to_owned(),
            ..session.clone()
        })
        .await
    }

    /// Writes what changes in a session, unless it was ended meanwhile: signing out must not be
    /// undone by a page that was still loading.
    async fn rewrite_session(&self, session: &Session) -> Result<(), AppError> {
        let mut scratch = self.db.scratch().await?;
        session::touch(&mut scratch.inside(), session).await?;
        scratch.commit().await?;
        Ok(())
    }

    /// Ends another session of one's own account, by the beginning of its hash as the account page
    /// shows it.
    pub async fn end_own_session(
        &self,
        acting: &Acting,
        token_hash: &str,
    ) -> Result<bool, AppError> {
        let mut scratch = self.db.scratch().await?;
        let own = session::of_account(scratch.reader(), &acting.account).await?;
        if !own.iter().any(|session| session.token_hash == token_hash) {
            return Ok(false);
        }
        session::end(&mut scratch.inside(), token_hash).await?;
        scratch.commit().await?;
        Ok(true)
    }

    /// Changes one's own password; every other session of the account ends.
    pub async fn change_password(
        &self,
        acting: &Acting,
        session: &Session,
        old: &str,
        new: &str,
    ) -> Result<(), AppError> {
        let mut reader = self.db.read().await?;
        let kept = account::phc(&mut reader, &acting.account)
            .await?
            .map(|(phc, _)| phc);
        let login = account::get(&mut reader, &acting.account).await?.login;
        let rules = catalog::rulebook(&mut reader).await?.sign_in;
        drop(reader);
        let mut errors = FieldErrors::new();
        let seat = self.passwords.seat(Whose::Known)?;
        if !self.passwords.fits(seat, kept.clone(), old).await {
            errors.push("old", OLD_WRONG.field(&[]));
        }
        if !rules.is_long_enough(new) || new == old || new == login {
            errors.push("new", SHORT.field(&[("letters", &rules.password_letters)]));
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let phc = self.hashed(new).await?;
        let (mut tx, acting) = self.begin_on_accounts("account.password", acting).await?;
        let stands = account::phc(&mut tx, &acting.account).await?;
        // Whoever set another password meanwhile ended this session.
        if stands.map(|(phc, _)| phc) != kept {
            return Err(REPLACED.refuse(&[]).into());
        }
        let event = self
            .event(Act::PasswordSet, acting.as_person())
            .touching(LinkKind::Account, acting.account.as_str());
        let at = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        let mut beside = rec.beside();
        account::set_phc(&mut beside, &acting.account, &phc, false, at).await?;
        session::end_all(&mut beside, &acting.account).await?;
        session::put(&mut beside, session).await?;
        rec.commit().await?;
        Ok(())
    }
}
