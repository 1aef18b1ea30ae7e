//! Refused sign-ins become one entry for each window (GB/T 22239-2019 8.1.4.3): how many, how many of them without
//! looking at the password, against how many names, and against which accounts how often.
//!
//! They are gathered in memory, names that do not exist beside those that do, so that a storm does not grow the log and
//! the public log does not tell which names exist. The upkeep of the server writes the entry once the window is over,
//! whoever signs in does so too, and so does a server that ends. A process that dies takes its window along: at most
//! what it refused since the last entry. Deliberately absent: what was typed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::AccountId;
use domain::rulebook::SignInRules;

use crate::{App, AppError};

/// So many names are told apart in one window; what is more counts as tries, not as names.
const MOST_NAMES: usize = 10_000;

/// What was refused and is not in the log yet; of one process.
#[derive(Clone, Debug, Default)]
pub struct Refused(Arc<Mutex<Gathered>>);

#[derive(Clone, Debug, Default)]
struct Gathered {
    since_ms: i64,
    times: u64,
    unread: u64,
    /// Names that no account has, by the beginning of their marks.
    strange: BTreeSet<[u8; 8]>,
    accounts: BTreeMap<AccountId, u64>,
}

impl Gathered {
    fn add(&mut self, other: Self) {
        if self.times == 0 || (other.times > 0 && other.since_ms < self.since_ms) {
            self.since_ms = other.since_ms;
        }
        self.times += other.times;
        self.unread += other.unread;
        self.strange.extend(other.strange);
        while self.strange.len() > MOST_NAMES {
            self.strange.pop_last();
        }
        for (account, times) in other.accounts {
            *self.accounts.entry(account).or_default() += times;
        }
    }

    fn told_in(&self, event: Event) -> Event {
        let names = self.accounts.len() + self.strange.len();
        let mut event = event
            .with("since", self.since_ms)
            .with("times", self.times)
            .with("unread", self.unread)
            .with("names", names);
        for (account, times) in &self.accounts {
            event = event
                .touching(LinkKind::Account, account.as_str())
                .with(&format!("account.{account}"), times);
        }
        event
    }
}

impl Refused {
    /// A panic leaves the counts as whole as they were.
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which refusals are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Those of a window that is over.
    Over,
    /// All: the process ends.
    Ends,
}

impl App {
    /// Gathers one refused sign-in; `unread` if the password was not looked at.
    pub(crate) fn gather_refused(&self, login: &str, account: Option<&AccountId>, unread: bool) {
        let mark = self.storage_key.mark("refused", login.as_bytes());
        let mut short = [0; 8];
        short.copy_from_slice(&mark[..8]);
        let one = Gathered {
            since_ms: self.clock.now().unix_ms(),
            times: 1,
            unread: u64::from(unread),
            strange: account.is_none().then_some(short).into_iter().collect(),
            accounts: account.map(|id| (id.clone(), 1)).into_iter().collect(),
        };
        self.refused.gathered().add(one);
    }

    /// What the upkeep of a server does: refused sign-ins whose window is over become an entry, counters and browsers
    /// that have run out are forgotten.
    pub async fn keep_tries(&self) -> Result<(), AppError> {
        self.write_refused(Window::Over).await?;
        let rules = self.sign_in_rules().await?;
        self.expire_tries(&rules).await
    }

    /// Writes what was gathered as one entry.
    pub async fn write_refused(&self, window: Window) -> Result<(), AppError> {
        let rules = self.sign_in_rules().await?;
        let Some(taken) = self.take_refused(window, &rules) else {
            return Ok(());
        };
        let written = self.record_refused(&taken).await;
        if written.is_err() {
            self.refused.gathered().add(taken);
        }
        written
    }

    fn take_refused(&self, window: Window, rules: &SignInRules) -> Option<Gathered> {
        let mut gathered = self.refused.gathered();
        let age = self.clock.now().unix_ms() - gathered.since_ms;
        let due = window == Window::Ends || age >= rules.gathered_ms();
        (gathered.times > 0 && due).then(|| std::mem::take(&mut *gathered))
    }

    async fn record_refused(&self, taken: &Gathered) -> Result<(), AppError> {
        let app = self.unpressed();
        let event = app.event(Act::SignInRefused, Actor::program("登录"));
        let tx = app.db.begin("account.sign_in_refused").await?;
        let rec = tx.record(taken.told_in(event), app.confidential())?;
        rec.commit().await?;
        Ok(())
    }
}
