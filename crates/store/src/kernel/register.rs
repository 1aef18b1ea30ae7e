//! Versions of registers: what somebody computed from a register is still true under the lock if the
//! register's version is still the same.
//!
//! PostgreSQL stays at READ COMMITTED, where a long act reads other people's commits between two of
//! its statements. So each register has one row with a number that advances in every transaction that
//! wrote a table of it (`docs/adr/0009`). Who computes from a register reads the number in the same
//! snapshot; who then acts on the outcome holds the row shared as the last step and compares; who
//! rewrites much of a register holds it exclusively, and only those who need that register wait.
//! SQLite has one writer at a time, so that holding costs nothing there.
//!
//! Who finds a register held asks whether that is announced. If not, it is a matter of moments, and it waits
//! as for any lock. If so, an act of a form gives its connection back instead of waiting with it, and is begun
//! again in its turn ([`StoreError::Held`]): acts that wait hold nothing. Work that belongs to a job, of which
//! there are few at a time, waits longer.

use super::conn::Conn;
use super::engine::{Engine, TURNS};
use super::guard::Tx;
use super::notice;
use super::press::Press;
use super::reader::{Query, Reader};
use super::value::Value;
use crate::error::StoreError;

/// What changes as one thing and is computed from as one thing. The order is that in which an act
/// holds several, so that two acts never wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// Accounts and what they are granted (账号与授权).
    Accounts,
    /// Sections, affiliates and brigades (机构).
    Units,
    /// Rulebook versions (实施细则).
    Rulebook,
    /// Days off and make-up days (节假日安排).
    Calendar,
    /// Items and outcome codes (随机抽查事项清单).
    Catalog,
    /// The subject register (检查对象名录库).
    Subjects,
    /// The inspector register (执法检查人员名录库).
    Inspectors,
    /// Recusals (回避).
    Recusals,
    /// Visits, from which caps and recent visits are counted (检查).
    Inspections,
    /// Number series (编号).
    Counters,
}

/// The registers an act holds or has written, each waited for in the order of [`Register`]. An act that asks
/// for an earlier one could wait for somebody who waits for it: every test that does so fails, and in the
/// field PostgreSQL ends one of the two, who is told that the database is busy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    held: [bool; Register::ALL.len()],
    /// Accounts are changed, or held so that nobody else looks at them.
    alone: bool,
}

impl Order {
    /// Notes that the act is about to wait for a register. Accounts held shared are outside the order: who acts
    /// asks for his right once more when everything is written. They can be, because who changes them waits for
    /// no other register.
    pub(super) fn next(&mut self, register: Register, how: Hold) {
        let place = register.place();
        if register == Register::Accounts && how == Hold::Shared {
            return;
        }
        debug_assert!(
            !self.alone || register == Register::Accounts,
            "{register:?} is asked for by an act that changes accounts"
        );
        self.alone |= register == Register::Accounts;
        if !self.held[place] {
            debug_assert!(
                !self.held[place..].contains(&true),
                "{register:?} is asked for after a later register: {self:?}"
            );
            self.held[place] = true;
        }
    }
}

/// How an act holds a register until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Others may hold it shared as well; nobody changes it meanwhile.
    Shared,
    /// Nobody else holds or changes it meanwhile.
    Exclusive,
}

impl Register {
    /// All of them, in the order of holding.
    pub const ALL: [Self; 10] = [
        Self::Accounts,
        Self::Units,
        Self::Rulebook,
        Self::Calendar,
        Self::Catalog,
        Self::Subjects,
        Self::Inspectors,
        Self::Recusals,
        Self::Inspections,
        Self::Counters,
    ];

    /// The migration that gave registers their versions.
    pub(super) const SINCE: i64 = 6;

    /// What a frame is computed from.
    pub const OF_A_FRAME: [Self; 7] = [
        Self::Units,
        Self::Calendar,
        Self::Catalog,
        Self::Subjects,
        Self::Inspectors,
        Self::Recusals,
        Self::Inspections,
    ];

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// Its name in the table of versions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Units => "units",
            Self::Rulebook => "rulebook",
            Self::Calendar => "calendar",
            Self::Catalog => "catalog",
            Self::Subjects => "subjects",
            Self::Inspectors => "inspectors",
            Self::Recusals => "recusals",
            Self::Inspections => "inspections",
            Self::Counters => "counters",
        }
    }
}

impl Reader {
    /// The version of a register in this view.
    pub async fn register_version(&mut self, register: Register) -> Result<i64, StoreError> {
        self.version(register, "").await
    }

    async fn version(&mut self, register: Register, lock: &'static str) -> Result<i64, StoreError> {
        let query = Query::new("SELECT version FROM register_versions WHERE register = ")
            .bind(register.name())
            .push(lock);
        match self.first(query).await? {
            Some(row) => row.int("version"),
            None => Err(wrong(register, "不在了")),
        }
    }
}

impl Tx {
    /// Notes the accounts by which the right of this act is about to be asked. They are not held, since an act may
    /// wait for a register that is written for a minute; its commit holds and compares them, and an act whose accounts
    /// have moved on meanwhile is begun again ([`StoreError::Held`]). SQLite has one writer, beside whom nothing moves.
    pub async fn asks(&mut self) -> Result<(), StoreError> {
        if self.conn.engine() == Engine::Postgres {
            self.asked = Some(self.register_version(Register::Accounts).await?);
        }
        Ok(())
    }

    /// Holds a register to the end of the act and yields its version, as committed by whoever held
    /// it before. To hold several, hold them in the order of [`Register`].
    pub async fn hold(&mut self, register: Register, how: Hold) -> Result<i64, StoreError> {
        self.order.next(register, how);
        held(&mut self.reader, (register, how), self.press.as_ref()).await
    }
}

/// Holds a register to the end of the transaction.
pub(super) async fn held(
    reader: &mut Reader,
    (register, how): (Register, Hold),
    press: Option<&Press>,
) -> Result<i64, StoreError> {
    let way = match how {
        Hold::Shared => "FOR SHARE SKIP LOCKED",
        Hold::Exclusive => "FOR UPDATE SKIP LOCKED",
    };
    at_the_door(&mut reader.conn, (register, way), press).await?;
    let lock = match (reader.conn.engine(), how) {
        (Engine::Sqlite, _) => "",
        (Engine::Postgres, Hold::Shared) => " FOR SHARE",
        (Engine::Postgres, Hold::Exclusive) => " FOR UPDATE",
    };
    reader.version(register, lock).await
}

/// Takes the register if it is free, or sees to how long it is waited for.
async fn at_the_door(
    conn: &mut Conn,
    (register, way): (Register, &'static str),
    press: Option<&Press>,
) -> Result<(), StoreError> {
    if conn.engine() == Engine::Sqlite {
        return Ok(());
    }
    let sql = format!("SELECT version FROM register_versions WHERE register = $1 {way}");
    let free = conn.fetch(&sql, &[Value::from(register.name())]).await?;
    if !free.is_empty() || notice::standing(conn).await?.is_empty() {
        return Ok(());
    }
    let seconds = match press.map(|press| press.patience) {
        Some(None) => return Err(StoreError::Held(register)),
        Some(Some(seconds)) => seconds,
        None => TURNS * 20,
    };
    let sql = format!("SET LOCAL lock_timeout = '{seconds}s'");
    conn.execute(&sql, &[]).await.map(|_| ())
}

/// Advances the version of a register an act has written.
pub(super) async fn advance(
    conn: &mut Conn,
    register: Register,
    press: Option<&Press>,
) -> Result<(), StoreError> {
    let way = "FOR NO KEY UPDATE SKIP LOCKED";
    at_the_door(conn, (register, way), press).await?;
    // The last number of all is never reached by counting.
    let sql = "UPDATE register_versions SET version = version + 1 WHERE register = $1 AND version >= 0 AND version < $2";
    let name = Value::from(register.name());
    if conn
        .execute(sql, &[name.clone(), Value::from(i64::MAX)])
        .await?
        == 1
    {
        return Ok(());
    }
    let sql = "SELECT version FROM register_versions WHERE register = $1";
    let rows = conn.fetch(sql, &[name]).await?;
    let why = match rows.first() {
        None => "不在了".to_owned(),
        Some(row) => format!("现为 {}，不能再往上数", row.int("version")?),
    };
    Err(wrong(register, &why))
}

fn wrong(register: Register, why: &str) -> StoreError {
    let place = format!("名录版本（表 register_versions 行 {}）", register.name());
    StoreError::contradiction(&place, why)
}

#[cfg(test)]
mod tests;
