//! One press, one act: a form is carried out once, however often its button was pressed.
//!
//! The key of the form is written down as begun before the act and gets its answer after it. A
//! second press in the same process waits for the first and gets its answer; one in another process
//! meets the mark and is told. The act runs to its end even if the browser gives up waiting,
//! since a double press makes the browser drop its first request. If the program dies in between,
//! the mark stays: whether the act was done cannot be known then, so it is never done a second time.

use std::sync::Arc;

use app::AppError;
use domain::refusal::Code;
use store::session::{self, Submission};
use tokio::sync::Mutex;

use super::{Sent, Stop, Visit, WebState};
use crate::text::Address;

/// Forms are told apart this long, a day and a half: longer than the rulebook may let a session live.
const REMEMBERED_MS: i64 = 36 * 3_600_000;
const LANES: usize = 64;

static NO_KEY: Code = Code::new(
    "FORM-005",
    "表单缺少提交标记，没有保存。",
    None,
    "从导航重新打开这一页再填；不要用收藏的提交地址。",
);
static UNDER_WAY: Code = Code::new(
    "FORM-006",
    "同一张表单已在 {since} 提交过一次，还没有回执。",
    None,
    "先到列表里核对那一次是否已办成；没有办成的，重新打开表单再提交。",
);

/// Presses of the same form queue in the same lane.
#[derive(Clone)]
pub(super) struct Presses(Arc<[Arc<Mutex<()>>; LANES]>);

impl Default for Presses {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Arc::default())))
    }
}

impl Presses {
    fn lane(&self, key: &str) -> Arc<Mutex<()>> {
        let sum = key.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31) + usize::from(byte)
        });
        Arc::clone(&self.0[sum % LANES])
    }
}

/// Carries out the act of a form once and yields where its answer stands. A repeated press yields
/// the first answer; a refused act leaves no mark, so that the mended form can be sent.
///
/// # Errors
/// Outer: the problem page. Inner: what the act itself refused.
pub async fn once<F, Fut>(
    web: &WebState,
    visit: &Visit,
    sent: &Sent,
    act: F,
) -> Result<Result<Address, AppError>, Stop>
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = Result<Address, AppError>> + Send + 'static,
{
    let Some(key) = sent.idempotency_key() else {
        return Err(Stop::unusable(&NO_KEY.refuse(&[])));
    };
    let press = Press {
        web: web.clone(),
        visit: visit.clone(),
        key: key.as_str().to_owned(),
    };
    tokio::spawn(press.run(act))
        .await
        .map_err(|error| Stop::fault(format!("an act ended early: {error}")))?
}

struct Press {
    web: WebState,
    visit: Visit,
    key: String,
}

impl Press {
    async fn run<F, Fut>(self, act: F) -> Result<Result<Address, AppError>, Stop>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<Address, AppError>> + Send,
    {
        let lane = self.web.presses.lane(&self.key);
        let _turn = lane.lock().await;
        if let Some(first) = self.begin().await? {
            return Ok(Ok(first));
        }
        let done = act().await;
        match &done {
            Ok(to) => self.settle(to).await?,
            Err(_) => self.forget().await?,
        }
        Ok(done)
    }

    /// The first answer if there is one; else the form is marked as begun.
    async fn begin(&self) -> Result<Option<Address>, Stop> {
        let account = &self.visit.acting.account;
        let mut scratch = self.web.app.db.scratch().await?;
        match session::submission(scratch.reader(), account, &self.key).await? {
            Some(Submission::Answered(location)) => {
                return Ok(Some(
                    Address::returning(&location)
                        .map_err(|_| Stop::fault("a kept address left the site"))?,
                ));
            }
            Some(Submission::Begun(at_ms)) => return Err(under_way(at_ms)),
            None => {}
        }
        let now = self.web.app.clock.now().unix_ms();
        let mut inside = scratch.inside();
        session::expire_submissions(&mut inside, now - REMEMBERED_MS).await?;
        match session::begin_submission(&mut inside, account, &self.key, now).await {
            Err(store::StoreError::Conflict { .. }) => return Err(under_way(now)),
            other => other?,
        }
        scratch.commit().await?;
        Ok(None)
    }

    async fn settle(&self, to: &Address) -> Result<(), Stop> {
        let account = &self.visit.acting.account;
        let now = self.web.app.clock.now().unix_ms();
        let mut scratch = self.web.app.db.scratch().await?;
        let form = &self.visit.guest.path;
        if session::draft(scratch.reader(), account, form)
            .await?
            .is_some()
        {
            session::drop_draft(&mut scratch.inside(), account, form).await?;
        }
        session::keep_submission(&mut scratch.inside(), account, &self.key, to.as_str(), now)
            .await?;
        scratch.commit().await?;
        Ok(())
    }

    async fn forget(&self) -> Result<(), Stop> {
        let mut scratch = self.web.app.db.scratch().await?;
        session::forget_submission(&mut scratch.inside(), &self.key).await?;
        scratch.commit().await?;
        Ok(())
    }
}

fn under_way(at_ms: i64) -> Stop {
    let since = domain::time::Instant::from_unix_ms(at_ms).local_text();
    Stop::from(UNDER_WAY.refuse(&[("since", &since)]))
}
