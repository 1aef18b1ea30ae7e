//! Signing in and out: argon2id outside the database's lock ([`crate::passwords`]), counted before it is looked at
//! ([`crate::tries`]), one event each; what is refused is gathered ([`crate::refused`]). Figures are said by the rulebook
//! in force, read anew each time: a version adopted now holds for the very next page.

use domain::account::{Account, Grant, awaiting};
use domain::campaign::drawn_list::Unsealed;
use domain::event::{Act, Actor, LinkKind};
use domain::id::AccountId;
use domain::refusal::Code;
use domain::rulebook::SignInRules;
use sha2::{Digest as _, Sha256};
use store::session::Session;
use store::{Hold, Register, access, account, catalog, org, session};

use crate::acting::Acting;
use crate::passwords::{Seat, Whose};
use crate::refused::Window;
use crate::tries::{Caller, LONGEST_NAME};
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
static LONG: Code = Code::new(
    "AUTH-038",
    "账号超过 {most} 个字符，没有核对口令。",
    None,
    "账号最多 31 个字符，见开立账号时收到的那一个；核对是否粘贴了别的内容。",
);
static CLOSED: Code = Code::new(
    "AUTH-035",
    "办理人的账号已停用，这件事停在最后一步之前，什么也没有写入。",
    None,
    "由有权的人重新办理。",
);

/// A new session: the token goes to the browser and nowhere else.
pub struct Opened {
    /// The cookie's value, 64 hex.
    pub token: String,
    /// What the browser keeps so that it is known, 64 hex.
    pub device: String,
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

/// The roles of an account as they count: those of an administrator whose password the operator has reset wait for
/// another administrator.
pub(crate) async fn standing_grants(
    reader: &mut store::Reader,
    found: &Account,
) -> Result<Vec<Grant>, AppError> {
    let administers = found
        .grants
        .iter()
        .any(|grant| grant.role.is_administrator());
    if administers && access::awaits_confirmation(reader, &found.id).await? {
        return Ok(awaiting(&found.grants));
    }
    Ok(found.grants.clone())
}

impl App {
    /// Signs in by name and password.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<Opened, AppError> {
        if login.chars().count() > LONGEST_NAME {
            return Err(LONG.refuse(&[("most", &LONGEST_NAME)]).into());
        }
        let rules = self.sign_in_rules().await?;
        let (id, known) = self.who_comes(login, caller, &rules).await?;
        // Before it is counted: who found no seat has not failed.
        let seat = self.passwords.seat(match known {
            Some(_) => Whose::Known,
            None => Whose::Stranger,
        })?;
        let counters = self.counters_of(login, caller, known.as_deref(), &rules);
        if let Err(refusal) = self.count(&counters, &rules).await? {
            self.gather_refused(login, id.as_ref(), true);
            return Err(refusal.into());
        }
        let opened = self.opened_by(seat, id.as_ref(), password).await?;
        let (Some(id), Some(opened)) = (&id, opened) else {
            self.gather_refused(login, id.as_ref(), false);
            return Err(WRONG.refuse(&[]).into());
        };
        self.forgive(caller, &counters).await?;
        let device = self.keep_device(caller, id, &rules).await?;
        self.write_due().await;
        Ok(Opened { device, ..opened })
    }

    /// The account of that name, if it is open, and the hash of the browser if it is known to it.
    async fn who_comes(
        &self,
        login: &str,
        caller: &Caller,
        rules: &SignInRules,
    ) -> Result<(Option<AccountId>, Option<String>), AppError> {
        let mut reader = self.db.read().await?;
        let found = account::by_login(&mut reader, login).await?;
        let Some(found) = found.filter(|found| found.account.active) else {
            return Ok((None, None));
        };
        let id = found.account.id;
        let known = self.known_device(&mut reader, caller, &id, rules).await?;
        Ok((Some(id), known))
    }

    /// A new session if the password fits; without an account the same work is done.
    async fn opened_by(
        &self,
        seat: Seat,
        id: Option<&AccountId>,
        password: &str,
    ) -> Result<Option<Opened>, AppError> {
        let kept = self.kept_password(id).await?;
        let phc = kept.as_ref().map(|(phc, _)| phc.clone());
        let fits = self.passwords.fits(seat, phc, password).await;
        match (id, kept) {
            (Some(id), Some(kept)) if fits => self.open_session(id, kept).await,
            _ => Ok(None),
        }
    }

    /// Writes a window of refusals that is over. Who signs in is let in without it: it stays gathered, and the upkeep of
    /// the server writes it.
    async fn write_due(&self) {
        if let Err(error) = self.write_refused(Window::Over).await {
            tracing::warn!("被拒的登录还没有写入留痕：{}", error.recorded());
        }
    }

    /// The password as it stands now: what was read before waiting in the queue may be replaced.
    async fn kept_password(
        &self,
        id: Option<&AccountId>,
    ) -> Result<Option<(String, bool)>, AppError> {
        let Some(id) = id else {
            return Ok(None);
        };
        let mut reader = self.db.read().await?;
        Ok(account::phc(&mut reader, id).await?)
    }

    /// The PHC string of a password that somebody sets who has signed in, or the operator of the machine.
    pub(crate) async fn hashed(&self, password: &str) -> Result<String, AppError> {
        let seat = self.passwords.seat(Whose::Known)?;
        Ok(self.passwords.hash(seat, &self.entropy, password).await)
    }

    /// Whether a password that somebody sets is a common one, or made of what is known of its owner.
    pub(crate) async fn is_common(&self, password: &str, known: &[&str]) -> Result<bool, AppError> {
        let seat = self.passwords.seat(Whose::Known)?;
        Ok(self.passwords.is_common(seat, password, known).await)
    }

    /// The limits of signing in that are in force now.
    pub(crate) async fn sign_in_rules(&self) -> Result<SignInRules, AppError> {
        let mut reader = self.db.read().await?;
        Ok(catalog::rulebook(&mut reader).await?.sign_in)
    }

    async fn open_session(
        &self,
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
        Ok(Some(Opened {
            token,
            device: String::new(),
            must_change,
        }))
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
        let grants = standing_grants(reader, &found).await?;
        Ok(found.active.then(|| Acting {
            account: found.id,
            name: found.name.as_str().to_owned(),
            grants,
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
}
