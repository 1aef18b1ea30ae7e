//! How often a password may be tried (GB/T 22239-2019 8.1.4.1 b): counters, and who is counted apart from strangers.
//!
//! A stranger counts for the name he tries and for the address he comes from; who comes with a browser that signed in
//! to this account before counts for that browser alone, so that no stranger makes him wait. An attempt is counted
//! before its password is looked at, by comparing and writing in one transaction: of any number at once, in any number
//! of processes, no more are looked at than are free. Counters stand under marks, so that they do not tell which names
//! were tried, and there is a bound to how many there are. Deliberately absent: the figures
//! ([`domain::rulebook::SignInRules`]), and what an address is behind a proxy (`web`).

use std::net::IpAddr;

use domain::id::AccountId;
use domain::refusal::{Code, Refusal};
use domain::rulebook::SignInRules;
use store::tries::{self, Failures};

use crate::sign_in::token_hash;
use crate::{App, AppError};

/// No login is longer, and nothing of a longer one is kept, not even a counter.
pub(crate) const LONGEST_NAME: usize = 64;
/// So many counters are some MB. Who wants a counter to be forgotten has to make as many others, each by an attempt.
const MOST_COUNTERS: i64 = 10_000;
/// So many of the oldest go at once, so that the next do not have to look again.
const GO_AT_ONCE: i64 = 1_000;
/// More browsers than anybody uses; the one unused for longest goes.
const MOST_DEVICES: usize = 20;

static WAIT: Code = Code::new(
    "AUTH-031",
    "没有成功的次数太多，还要等 {seconds} 秒才能再试；这一次没有核对口令。",
    Some("GB/T 22239-2019 8.1.4.1"),
    "到时再试。登录过这个账号的浏览器单独计数，不受别人试错的影响；急用的，请安全管理员重置口令。",
);

/// Where an attempt comes from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The address of the client; none where it would say nothing of who comes.
    pub address: Option<IpAddr>,
    /// What its browser keeps since it signed in.
    pub device: Option<String>,
}

impl Caller {
    /// The address as it is counted: of IPv6 the network, since whoever has one address there has 2⁶⁴.
    fn counted(&self) -> Option<String> {
        Some(match self.address?.to_canonical() {
            IpAddr::V4(address) => format!("address {address}"),
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64;
                format!("address {network:016x}/64")
            }
        })
    }
}

/// One counter an attempt is counted under.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    key: String,
    /// How many failures do not have to wait.
    free: u32,
}

impl App {
    fn counter(&self, of: &str, free: u32) -> Counter {
        let mark = self
            .storage_key
            .mark("login_failures.source", of.as_bytes());
        let key = store::hex(&mark);
        Counter { key, free }
    }

    /// Under which key strangers that try this name are counted.
    pub(crate) fn key_of_name(&self, login: &str) -> String {
        self.counter(&format!("name {login}"), 0).key
    }

    /// Under which keys attempts are counted that make this account wait, whatever they come from.
    pub(crate) fn keys_of_account(
        &self,
        login: &str,
        account: &AccountId,
        devices: &[String],
    ) -> Vec<String> {
        let own = self.counter(&format!("own {account}"), 0).key;
        let devices = devices.iter();
        let devices = devices.map(|hash| self.counter(&format!("device {hash} {login}"), 0).key);
        devices.chain([self.key_of_name(login), own]).collect()
    }

    /// What an attempt counts for, the address before the name: a transaction takes them in this order.
    pub(crate) fn counters_of(
        &self,
        login: &str,
        caller: &Caller,
        known: Option<&str>,
        rules: &SignInRules,
    ) -> Vec<Counter> {
        if let Some(device) = known {
            return vec![self.counter(&format!("device {device} {login}"), rules.failures)];
        }
        let address = caller.counted();
        let address = address.map(|address| self.counter(&address, rules.source_failures));
        let name = self.counter(&format!("name {login}"), rules.failures);
        address.into_iter().chain([name]).collect()
    }

    /// What wrong old passwords on the page of one's own password count for: the session, then the account.
    pub(crate) fn own_counters(
        &self,
        account: &AccountId,
        session: &str,
        rules: &SignInRules,
    ) -> [Counter; 2] {
        // The session ends with the last free one; it never waits.
        let session = self.counter(&format!("session {session}"), u32::MAX);
        [
            session,
            self.counter(&format!("own {account}"), rules.failures),
        ]
    }

    /// The hash of the caller's browser, if it signed in to this account before.
    pub(crate) async fn known_device(
        &self,
        reader: &mut store::Reader,
        caller: &Caller,
        account: &AccountId,
        rules: &SignInRules,
    ) -> Result<Option<String>, AppError> {
        let Some(device) = &caller.device else {
            return Ok(None);
        };
        let device = token_hash(device);
        let since = self.clock.now().unix_ms() - rules.device_ms();
        let accounts = tries::accounts_of_device(reader, &device, since).await?;
        Ok(accounts.contains(account).then_some(device))
    }

    /// Counts an attempt under all of these, or under none and says how long to wait. Yields how many stand now.
    pub(crate) async fn count(
        &self,
        counters: &[Counter],
        rules: &SignInRules,
    ) -> Result<Result<Vec<i64>, Refusal>, AppError> {
        let now = self.clock.now().unix_ms();
        // Whoever has to wait is told so without waiting for the writer.
        let mut reader = self.db.read().await?;
        for counter in counters {
            let read = tries::failures(&mut reader, &counter.key).await?;
            if let Some(refusal) = waits(counter, read, now, rules) {
                return Ok(Err(refusal));
            }
        }
        let many = tries::counters(&mut reader).await?;
        drop(reader);
        if many >= MOST_COUNTERS {
            self.make_room().await?;
        }
        let mut standing = Vec::new();
        let mut scratch = self.db.scratch().await?;
        for counter in counters {
            loop {
                let read = tries::failures(scratch.reader(), &counter.key).await?;
                if let Some(refusal) = waits(counter, read, now, rules) {
                    return Ok(Err(refusal));
                }
                let failures = rules.standing(read.failures, now - read.last_at_ms) + 1;
                let next = Failures {
                    failures,
                    last_at_ms: now,
                };
                // Not as it was read: another counted meanwhile, and he is read next.
                if tries::count(&mut scratch.inside(), &counter.key, read, next).await? {
                    standing.push(failures);
                    break;
                }
            }
        }
        scratch.commit().await?;
        Ok(Ok(standing))
    }

    /// The oldest counters go.
    async fn make_room(&self) -> Result<(), AppError> {
        let mut scratch = self.db.scratch().await?;
        let until = tries::oldest(scratch.reader(), GO_AT_ONCE).await?;
        if let Some(until) = until {
            tries::expire(&mut scratch.inside(), until + 1).await?;
        }
        scratch.commit().await?;
        Ok(())
    }

    /// Forgets what is counted; for an address only the attempt that turned out well.
    pub(crate) async fn forgive(
        &self,
        caller: &Caller,
        counters: &[Counter],
    ) -> Result<(), AppError> {
        let address = caller
            .counted()
            .map(|address| self.counter(&address, 0).key);
        let mut scratch = self.db.scratch().await?;
        for counter in counters {
            if address.as_ref() == Some(&counter.key) {
                take_back(&mut scratch, &counter.key).await?;
            } else {
                tries::forget(&mut scratch.inside(), &counter.key).await?;
            }
        }
        scratch.commit().await?;
        Ok(())
    }

    /// Notes the browser an account signed in with: the one it came with if it was known to any account, a new one
    /// otherwise, so that nobody is known by what another planted. Yields what the browser keeps.
    pub(crate) async fn keep_device(
        &self,
        caller: &Caller,
        account: &AccountId,
        rules: &SignInRules,
    ) -> Result<String, AppError> {
        let now = self.clock.now().unix_ms();
        let mut scratch = self.db.scratch().await?;
        let mut kept = None;
        if let Some(device) = &caller.device {
            let since = now - rules.device_ms();
            let hash = token_hash(device);
            let known = tries::accounts_of_device(scratch.reader(), &hash, since).await?;
            kept = (!known.is_empty()).then(|| device.clone());
        }
        let kept = kept.unwrap_or_else(|| store::hex(&self.entropy.bytes::<32>()));
        tries::keep_device(&mut scratch.inside(), &token_hash(&kept), account, now).await?;
        let all = tries::devices(scratch.reader(), account).await?;
        for unused in all.iter().skip(MOST_DEVICES) {
            tries::forget_device(&mut scratch.inside(), unused, account).await?;
        }
        scratch.commit().await?;
        Ok(kept)
    }

    /// Forgets counters and browsers that have run out.
    pub(crate) async fn expire_tries(&self, rules: &SignInRules) -> Result<(), AppError> {
        let now = self.clock.now().unix_ms();
        let mut scratch = self.db.scratch().await?;
        let mut inside = scratch.inside();
        tries::expire(&mut inside, now - rules.failures_kept_ms()).await?;
        tries::expire_devices(&mut inside, now - rules.device_ms()).await?;
        scratch.commit().await?;
        Ok(())
    }
}

/// Why the next attempt under this counter has to wait, if it has to.
fn waits(counter: &Counter, read: Failures, now: i64, rules: &SignInRules) -> Option<Refusal> {
    let since = now - read.last_at_ms;
    // It was counted by a clock that ran ahead, and would hold everybody up until that time comes.
    if since < -store::log::CLOCK_TOLERANCE_MS {
        return None;
    }
    let ms = rules.waits_ms(counter.free, read.failures, since);
    (ms > 0).then(|| WAIT.refuse(&[("seconds", &((ms + 999) / 1000))]))
}

/// One less under this key, whoever counts meanwhile.
async fn take_back(scratch: &mut store::Scratch, key: &str) -> Result<(), AppError> {
    loop {
        let read = tries::failures(scratch.reader(), key).await?;
        if read.failures <= 1 {
            tries::forget(&mut scratch.inside(), key).await?;
            return Ok(());
        }
        let next = Failures {
            failures: read.failures - 1,
            ..read
        };
        if tries::count(&mut scratch.inside(), key, read, next).await? {
            return Ok(());
        }
    }
}
