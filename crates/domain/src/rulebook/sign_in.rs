//! Signing in as the rulebook sets it: when a name is locked, how long a session lives, how long a
//! password is.
//!
//! GB/T 22239-2019 8.1.4.1 demands that there be such limits and names none; the figures are the
//! bureau's own. Their declared bounds are what still counts as a limit: a lock-out cannot be switched
//! off, a session cannot live forever, a password cannot be short.

use serde::Serialize;

use super::declared;
use super::reading::Reader;

/// The limits of signing in.
#[doc(alias = "登录规则")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SignInRules {
    /// Failures in a row after which a name is locked.
    pub failures: u32,
    /// How long it is locked.
    pub lock_minutes: u32,
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
            idle_minutes: reader.number(&declared::SESSION_IDLE_MINUTES),
            life_minutes: reader.session_life(),
            password_letters: reader.number(&declared::PASSWORD_LETTERS),
        }
    }

    /// Whether a name with so many failures, the last so long ago, is still locked.
    #[must_use]
    pub fn is_locked(&self, failures: i64, since_last_ms: i64) -> bool {
        self.uses_up(failures) && since_last_ms < milliseconds(self.lock_minutes)
    }

    /// Whether so many failures lock a name.
    #[must_use]
    pub fn uses_up(&self, failures: i64) -> bool {
        failures >= i64::from(self.failures)
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

    /// How long failures are counted: for a session's life, and never shorter than they lock.
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
