//! Signing in as the rulebook sets it: how long who failed waits before he may try again, how long a session lives,
//! how long a password is.
//!
//! Waiting grows with each failure, up to a bound: nobody is locked for good, and nobody guesses faster than the bound
//! allows. One failure is forgiven for each bound that passes without another.
//!
//! GB/T 22239-2019 8.1.4.1 demands that there be such limits and names none; the figures are the
//! bureau's own. Their declared bounds are what still counts as a limit: waiting cannot be switched
//! off, a session cannot live forever, a password cannot be short.

use serde::Serialize;

use super::declared;
use super::reading::Reader;

/// The limits of signing in.
#[doc(alias = "登录规则")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SignInRules {
    /// Failures of one name, or of one known browser, after which the next attempt has to wait.
    pub failures: u32,
    /// The longest it waits.
    pub lock_minutes: u32,
    /// Failures from one address after which the next attempt from there has to wait.
    pub source_failures: u32,
    /// How long refused sign-ins are gathered before they become one entry of the log.
    pub gathered_minutes: u32,
    /// How long a browser that signed in is known.
    pub device_days: u32,
    /// After how long unused a session ends.
    pub idle_minutes: u32,
    /// After how long a session ends in any case.
    pub life_minutes: u32,
    /// The fewest letters of a password.
    pub password_letters: u32,
}

impl SignInRules {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        Self {
            failures: reader.number(&declared::SIGN_IN_FAILURES),
            lock_minutes: reader.number(&declared::SIGN_IN_LOCK_MINUTES),
            source_failures: reader.number(&declared::SIGN_IN_SOURCE_FAILURES),
            gathered_minutes: reader.number(&declared::SIGN_IN_GATHERED_MINUTES),
            device_days: reader.number(&declared::SIGN_IN_DEVICE_DAYS),
            idle_minutes: reader.number(&declared::SESSION_IDLE_MINUTES),
            life_minutes: reader.session_life(),
            password_letters: reader.number(&declared::PASSWORD_LETTERS),
        }
    }

    /// How many of so many failures still count, the last so long ago.
    #[must_use]
    pub fn standing(&self, failures: i64, since_last_ms: i64) -> i64 {
        let forgiven = since_last_ms.max(0) / milliseconds(self.lock_minutes);
        (failures - forgiven).max(0)
    }

    /// How long the next attempt has to wait after so many failures, the last so long ago, where `free` are free: one
    /// second after the last free one, twice as long after each further one, never longer than the bound.
    #[must_use]
    pub fn waits_ms(&self, free: u32, failures: i64, since_last_ms: i64) -> i64 {
        let beyond = self.standing(failures, since_last_ms) - i64::from(free);
        if beyond < 0 {
            return 0;
        }
        // 2³² seconds are beyond every bound.
        let grown = (1_i64 << beyond.min(32)) * 1000;
        (grown.min(milliseconds(self.lock_minutes)) - since_last_ms.max(0)).max(0)
    }

    /// How long refused sign-ins are gathered.
    #[must_use]
    pub fn gathered_ms(&self) -> i64 {
        milliseconds(self.gathered_minutes)
    }

    /// How long a browser is known after it last signed in.
    #[must_use]
    pub fn device_ms(&self) -> i64 {
        i64::from(self.device_days) * 24 * milliseconds(60)
    }

    /// Whether a session has run out: unused so long, begun so long ago.
    #[must_use]
    pub fn has_run_out(&self, unused_ms: i64, age_ms: i64) -> bool {
        unused_ms > self.idle_ms() || age_ms > milliseconds(self.life_minutes)
    }

    /// After how long unused a session ends.
    #[must_use]
    pub fn idle_ms(&self) -> i64 {
        milliseconds(self.idle_minutes)
    }

    /// How long failures are counted: for a session's life, and never shorter than the longest wait.
    #[must_use]
    pub fn failures_kept_ms(&self) -> i64 {
        milliseconds(self.life_minutes.max(self.lock_minutes))
    }

    /// Whether a password has letters enough.
    #[must_use]
    pub fn is_long_enough(&self, password: &str) -> bool {
        u32::try_from(password.chars().count())
            .is_ok_and(|letters| letters >= self.password_letters)
    }
}

fn milliseconds(minutes: u32) -> i64 {
    i64::from(minutes) * 60 * 1000
}
