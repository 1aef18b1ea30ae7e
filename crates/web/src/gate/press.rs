//! One press, one act: a form is carried out once, however often its button was pressed.
//!
//! The act runs on a handle that carries the press ([`store::Press`]): the key of the form is a row of
//! the act's own transaction, so that either both are durable or neither. A second press gets the first
//! answer, in this process, in another one, and after a crash in between; then the answer is the log
//! entry of the act. The act runs to its end even if the browser gives up waiting, since a double press
//! makes the browser drop its first request. Under a key whose act is done nothing else is done: other
//! content is refused in words, and the form comes back with it under a fresh key.
//!
//! An act that leaves no event (a step of an upload) is remembered after it; its own state makes a
//! repetition harmless.

use std::time::Duration;

use app::{App, AppError, ended_early};
use domain::id::{AccountId, EventId};
use domain::refusal::{self, Code};
use domain::text::FieldErrors;
use store::session::{self, Submission};
use store::{Press, StoreError};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::feedback::{self, Landing};
use super::stop::UNKNOWN;
use super::{Pressed, Stop, Visit, WebState};
use crate::component::{Form, HiddenFields, Link, Refusal};
use crate::form::Submitted;
use crate::problem::Problem;
use crate::text::Address;

mod lanes;

pub(super) use lanes::Lanes;
use lanes::MOST;

/// How long an act queues for a register that is announced as held; less than its page is waited for.
pub(super) const QUEUING: Duration = Duration::from_mins(2);
/// For how many seconds at a time the foremost of a queue waits with a connection.
const AT_THE_DOOR: u32 = 10;

static FULL: Code = Code::new(
    "STOR-427",
    "正在大批写入，排队的事项已有 {most} 件，这一件没有接下，也没有留下一半。",
    None,
    "填写的内容都在，等页面上方的提示消失后再提交一次。",
);

pub(crate) static NO_KEY: Code = Code::new(
    "FORM-005",
    "表单缺少提交标记，没有保存。",
    None,
    "从导航重新打开这一页再填；不要用收藏的提交地址。",
);
static OTHER_CONTENT: Code = Code::new(
    "FORM-011",
    "这张表单已经提交并办成过一次；这一次填的内容与那一次不同，没有保存。",
    None,
    "这一次填的内容都在下面：先看第一次的结果，仍要照此办理的，核对后再按一次。",
);
static UNREADABLE: Code = Code::new(
    "FORM-014",
    "这张表单有过一次提交，但那次的记录（submissions {key}）读不出：{why}。这一次没有办理。",
    None,
    "先到留痕日志里看那一次办成了没有；仍要办理的，核对后再按一次。",
);
/// What a form can do whose key settles it.
const ONCE_MORE: &str = "也可以把同一张表单原样再提交一次：已办成的给出第一次的结果，没有办成的这一次办成，不会办两次。";
static ELSEWHERE: Code = Code::new(
    "FORM-012",
    "打开本页之后，您在另一处重新登录过；这一次没有保存。",
    None,
    "填写的内容都在下面，核对后再按一次。",
);

/// Why a pressed form was not carried out. The form comes back with everything that was typed, see
/// [`Flaws::of`](super::Flaws::of).
#[derive(Debug)]
pub enum Undone {
    /// The act itself refused.
    App(AppError),
    /// The form has done its act already, with other content; and the event of that act.
    OtherContent(Refusal, Option<EventId>),
    /// The form stood on a page of another session of the same account.
    Elsewhere(Refusal),
    /// A field holds what no field can.
    Unfit(Refusal),
}

impl From<AppError> for Undone {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<refusal::Refusal> for Undone {
    fn from(refusal: refusal::Refusal) -> Self {
        Self::App(refusal.into())
    }
}

impl From<FieldErrors> for Undone {
    fn from(errors: FieldErrors) -> Self {
        Self::App(errors.into())
    }
}

/// Carries out the act of a form once and yields where its answer stands: at `to`, which says once what was done. A
/// repeated press yields the first answer; a refused act leaves no mark, so that the mended form can be sent.
///
/// # Errors
/// Outer: the problem page. Inner: why nothing was done.
pub async fn once<F, Fut>(
    web: &WebState,
    visit: &Visit,
    sent: &Pressed,
    to: impl Into<Landing>,
    act: F,
) -> Result<Result<Address, Undone>, Stop>
where
    F: FnOnce(App) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), AppError>> + Send + 'static,
{
    let to: Landing = to.into();
    let answer = to.clone();
    let act = |app| async move { act(app).await.map(|()| answer) };
    Turn::take(web, visit, sent, Some(to), act).await
}

/// The same for an act of which only it itself knows where its answer will stand.
///
/// # Errors
/// Outer: the problem page. Inner: why nothing was done.
pub async fn once_new<F, Fut>(
    web: &WebState,
    visit: &Visit,
    sent: &Pressed,
    act: F,
) -> Result<Result<Address, Undone>, Stop>
where
    F: FnOnce(App) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<Landing, AppError>> + Send + 'static,
{
    Turn::take(web, visit, sent, None, act).await
}

struct Turn {
    web: WebState,
    visit: Visit,
    sent: Pressed,
    press: Press,
    /// Where the act leads, if that is known before it.
    landing: Option<Landing>,
}

impl Turn {
    async fn take<F, Fut>(
        web: &WebState,
        visit: &Visit,
        sent: &Pressed,
        to: Option<Landing>,
        act: F,
    ) -> Result<Result<Address, Undone>, Stop>
    where
        F: FnOnce(App) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result<Landing, AppError>> + Send + 'static,
    {
        if !sent.is_of_this_session() {
            return Ok(Err(Undone::Elsewhere((&ELSEWHERE.refuse(&[])).into())));
        }
        if let Err(refusal) = sent.fit() {
            return Ok(Err(Undone::Unfit((&refusal).into())));
        }
        let Some(key) = sent.idempotency_key() else {
            return Err(Stop::unusable(&NO_KEY.refuse(&[])));
        };
        let path = &visit.guest.path;
        let account = visit.acting.account.clone();
        let content = content_of(web, path, sent);
        let key = key.as_str().to_owned();
        let mut press = Press::new(key, account, content, visit.now.unix_ms());
        press.location = to.as_ref().map(|to| to.to.as_str().to_owned());
        press.note = to.as_ref().and_then(|to| note_of(visit, to));
        press.draft = Some(path.clone());
        let turn = Self {
            web: web.clone(),
            visit: visit.clone(),
            sent: sent.clone(),
            press,
            landing: to,
        };
        tokio::spawn(turn.run(act).in_current_span())
            .await
            .map_err(|error| Stop::fault(format!("an act ended early: {}", ended_early(&error))))?
    }

    async fn run<F, Fut>(self, act: F) -> Result<Result<Address, Undone>, Stop>
    where
        F: FnOnce(App) -> Fut + Clone + Send,
        Fut: Future<Output = Result<Landing, AppError>> + Send,
    {
        let Ok(_place) = self.web.lanes.places().try_acquire() else {
            return Ok(Err(FULL.refuse(&[("most", &MOST)]).into()));
        };
        let _turn = self.web.lanes.of(&self.press.form_key).lock().await;
        if let Some(first) = self.first().await? {
            return Ok(self.told_again(first).await);
        }
        match self.carry_out(act).await {
            Ok(landing) => {
                self.keep(&landing).await;
                Ok(Ok(landing.to))
            }
            // Another process was quicker.
            Err(AppError::Store(StoreError::Pressed)) => match self.first().await? {
                Some(first) => Ok(self.told_again(first).await),
                None => Err(Stop::unusable(&NO_KEY.refuse(&[]))),
            },
            Err(AppError::Store(StoreError::CommitUnknown(why))) => Err(self.unknown(why)),
            Err(error) => Ok(Err(error.into())),
        }
    }

    /// The act itself. If it needs a register that is announced as held, it has given its connection back
    /// and queues: the foremost waits with a connection, the others behind it with none.
    async fn carry_out<F, Fut>(&self, act: F) -> Result<Landing, AppError>
    where
        F: FnOnce(App) -> Fut + Clone + Send,
        Fut: Future<Output = Result<Landing, AppError>> + Send,
    {
        let first = act.clone()(self.web.app.pressed(&self.press)).await;
        let Err(AppError::Store(StoreError::Held(register))) = first else {
            return first;
        };
        // Looked at between two attempts only: an act that is under way runs to its end.
        let over = Instant::now() + QUEUING;
        let turn = timeout_at(over, self.web.lanes.of_register(register).lock());
        let Ok(_foremost) = turn.await else {
            return Err(StoreError::Busy.into());
        };
        let press = self.press.waiting(AT_THE_DOOR);
        loop {
            let ended = act.clone()(self.web.app.pressed(&press)).await;
            let waits = StoreError::is_waiting;
            let busy = matches!(&ended, Err(AppError::Store(error)) if waits(error));
            if !busy || Instant::now() >= over {
                return ended;
            }
        }
    }

    /// Nobody knows whether the act was done, but its key does: the page leads to what the key names,
    /// and offers the same form once more, with the same key and the same content.
    fn unknown(&self, why: String) -> Stop {
        let see = Address::fixed("/w/submissions").child(&self.press.form_key);
        let refusal = Refusal::from(&UNKNOWN.refuse(&[("next", &ONCE_MORE)]));
        let refusal = refusal.with_remedy_link(Link::new("看这次提交的结果", see));
        let action = Address::returning(&self.visit.guest.path).ok();
        let key = self.sent.idempotency_key();
        let again = match (action, key) {
            (Some(action), Some(key)) if !self.sent.holds_secret() => {
                let hidden = HiddenFields::for_act(self.visit.form_token().clone(), key);
                let form = Form::new(action, hidden, "原样再提交一次");
                Some(
                    self.sent
                        .kept()
                        .fold(form, |form, (name, value)| form.carrying(name, value)),
                )
            }
            _ => None,
        };
        Stop::unknown(refusal, again, why)
    }

    /// What the form of this key has done already, if anything.
    async fn first(&self) -> Result<Option<Result<Address, Undone>>, Stop> {
        let mut reader = self.web.app.db.read().await?;
        let Press {
            account,
            form_key,
            content,
            ..
        } = &self.press;
        let Some(found) = session::submission(&mut reader, account, form_key).await? else {
            return Ok(None);
        };
        let first = match answer_of(&found, form_key) {
            Ok(first) => first,
            Err(refusal) => {
                let refusal = Refusal::from(&refusal).with_remedy_link(log());
                return Ok(Some(Err(Undone::OtherContent(refusal, None))));
            }
        };
        // An earlier version of the program did not keep what was sent.
        if found.content.is_empty() || found.content == *content {
            return Ok(Some(Ok(first)));
        }
        let refusal = Refusal::from(&OTHER_CONTENT.refuse(&[]));
        let link = Link::new("看第一次的结果", first);
        let refusal = refusal.with_remedy_link(link);
        Ok(Some(Err(Undone::OtherContent(refusal, found.event))))
    }

    /// The first answer, whose page says once more what was done: the answer to the first press may never have come.
    async fn told_again(&self, first: Result<Address, Undone>) -> Result<Address, Undone> {
        if let (Ok(_), Some(landing)) = (&first, self.landing.clone()) {
            let session = &self.visit.session.token_hash;
            if let Err(error) = feedback::leave(&self.web, session, landing).await {
                tracing::warn!("没有记下要说的话：{}", error.recorded());
            }
        }
        first
    }

    /// Keeps the answer where the act could not. The act is done by now, whatever becomes of this:
    /// without it a second press is answered by the log entry of the act.
    async fn keep(&self, landing: &Landing) {
        if self.press.event().is_some() && self.press.location.is_some() {
            return;
        }
        if let Err(error) = self.write_down(landing).await {
            tracing::warn!("没有记下表单的答复在哪里：{}", error.recorded());
        }
    }

    async fn write_down(&self, landing: &Landing) -> Result<(), StoreError> {
        let mut scratch = self.web.app.db.scratch().await?;
        let to = landing.to.as_str();
        session::keep_answer(&mut scratch.inside(), &self.press, to).await?;
        if let Some((session, note)) = note_of(&self.visit, landing) {
            session::leave_note(&mut scratch.inside(), &session, &note).await?;
        }
        scratch.commit().await
    }
}

/// The note for the page an act leads to, and the session that is to read it.
fn note_of(visit: &Visit, landing: &Landing) -> Option<(String, String)> {
    let note = landing.kept(visit.now.unix_ms())?;
    Some((visit.session.token_hash.clone(), note))
}

/// Where the answer to the form with that key stands, if this account pressed it and its act is done.
///
/// # Errors
/// When the database cannot be read.
pub async fn answer(web: &WebState, visit: &Visit, key: &str) -> Result<Option<Address>, Stop> {
    let mut reader = web.app.db.read().await?;
    let found = session::submission(&mut reader, &visit.acting.account, key).await?;
    let answer = found
        .as_ref()
        .map(|found| answer_of(found, key))
        .transpose();
    answer.map_err(|refusal| {
        let refusal = Refusal::from(&refusal).with_remedy_link(log());
        Stop::new(Problem::Conflict(refusal))
    })
}

fn log() -> Link {
    Link::new("看留痕日志", Address::fixed("/w/log"))
}

/// Where the answer to a form stands; a row that does not say is refused by its name.
/// What was sent, as it is kept beside its act.
fn content_of(web: &WebState, path: &str, sent: &Submitted) -> String {
    let keys = &web.app.storage_key;
    store::hex(&keys.mark("submissions.content_hash", &sent.content(path)))
}

/// Where the answer to this very form stands, if that account had it done before.
pub(super) async fn done_before(
    web: &WebState,
    account: &AccountId,
    path: &str,
    sent: &Submitted,
) -> Result<Option<Address>, Stop> {
    let Some(key) = sent.idempotency_key() else {
        return Ok(None);
    };
    let mut reader = web.app.db.read().await?;
    let found = session::submission(&mut reader, account, key.as_str()).await?;
    let found = found.filter(|found| found.content == content_of(web, path, sent));
    Ok(found.and_then(|found| answer_of(&found, key.as_str()).ok()))
}

fn answer_of(found: &Submission, key: &str) -> Result<Address, refusal::Refusal> {
    let unreadable = |why: &str| UNREADABLE.refuse(&[("key", &key), ("why", &why)]);
    match (found.location.as_str(), found.leaf) {
        ("", Some(leaf)) => Ok(Address::fixed("/w/log").child(&leaf.to_string())),
        ("", None) => Err(unreadable("没有结果的地址，也没有对应的留痕")),
        (location, _) => {
            Address::returning(location).map_err(|_| unreadable("结果的地址不在本系统内"))
        }
    }
}
