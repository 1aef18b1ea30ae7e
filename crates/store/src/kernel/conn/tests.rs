//! The answer to a COMMIT is lost, before or after the engine has committed: SQLite, where no wire can
//! be cut. The wire of PostgreSQL is cut in `tests/lost_commit.rs`. What stops before the COMMIT is told in `steps`.

pub(super) mod steps;

use std::borrow::Cow;
use std::cell::Cell;

use domain::event::{Act, Actor, Event};
use domain::id::{AccountId, EventId, OrgUnitId};
use domain::org::{OrgUnit, UnitKind};
use domain::time::Instant;
use sqlx::error::{DatabaseError, ErrorKind};

use super::*;
use crate::{Db, Press, Sealing, engines, log, org, session};

/// When the answer of the next commit of this thread is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Losing {
    Before,
    After,
}

thread_local! {
    static LOSING: Cell<Option<Losing>> = const { Cell::new(None) };
}

pub(super) fn losing() -> Option<Losing> {
    LOSING.take()
}

pub(super) async fn lose(conn: Conn, losing: Losing) -> Result<(), StoreError> {
    match losing {
        Losing::Before => conn.rollback().await?,
        Losing::After => Box::pin(conn.commit()).await?,
    }
    Err(lost(&sqlx::Error::WorkerCrashed, lite_failed))
}

async fn add_unit(db: &Db, number: u8) -> Result<log::Committed, StoreError> {
    let at = Instant::from_unix_ms(1_795_406_400_000);
    let id = EventId::from_entropy([number; 12]);
    let event = Event::new(id, Act::UnitEdited, at, Actor::program("测试"));
    let sealing = Sealing {
        salt: [number; 32],
        record: None,
        clock: Arc::new(engines::Still(at)),
    };
    let mut rec = db.begin("test.unit").await?.record(event, sealing)?;
    let unit = OrgUnit {
        id: OrgUnitId::from_entropy([number; 12]),
        name: "样例科".to_owned(),
        kind: UnitKind::Section,
        parent: None,
    };
    org::add(&mut rec, &unit).await?;
    rec.commit().await
}

/// The answer to a press is lost; the program says so, and whether the key is known is yielded.
async fn pressed_and_lost(db: &Db, press: &Press, losing: Losing) -> bool {
    LOSING.set(Some(losing));
    let lost = add_unit(&db.pressed(press), 1).await;
    assert!(
        matches!(lost, Err(StoreError::CommitUnknown(_))),
        "{lost:?}"
    );
    let said = lost.map_or_else(|error| error.to_string(), |_| String::new());
    assert!(
        said.contains("STOR-505") && said.contains("结果未知"),
        "{said}"
    );
    assert!(!said.contains("没有写入"), "{said}");
    assert_eq!(press.event(), None);
    let mut reader = db.read().await.expect("a reader");
    let known = session::submission(&mut reader, &press.account, &press.form_key).await;
    known.expect("reads").is_some()
}

async fn tell(losing: Losing) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.sqlite");
    let upgrade = engines::upgrade();
    let db = Db::open_sqlite(&file, &upgrade)
        .await
        .expect("a fresh file");
    let account = AccountId::from_entropy([1; 12]);
    let press = Press::new("0".repeat(32), account, "c".repeat(64), 1);
    let known = pressed_and_lost(&db, &press, losing).await;
    assert_eq!(known, losing == Losing::After);
    // The key settles it.
    let again = add_unit(&db.pressed(&press), 2).await;
    match losing {
        Losing::Before => assert!(again.is_ok(), "{again:?}"),
        Losing::After => assert!(matches!(again, Err(StoreError::Pressed)), "{again:?}"),
    }
    let mut reader = db.read().await.expect("a reader");
    assert_eq!(log::head(&mut reader).await.expect("reads").0, 1);
    drop(reader);
    db.close().await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_before_it_can_be_pressed_again() {
    tell(Losing::Before).await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_after_it_is_found_by_its_key() {
    tell(Losing::After).await;
}

/// An engine that answers with a code.
#[derive(Debug)]
struct Answer(&'static str);

impl std::fmt::Display for Answer {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str(self.0)
    }
}

impl std::error::Error for Answer {}

impl DatabaseError for Answer {
    fn message(&self) -> &str {
        self.0
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        (!self.0.is_empty()).then(|| self.0.into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

/// What a commit that was answered so leaves open.
fn unknown(code: &'static str, unanswered: fn(&str) -> bool) -> bool {
    let error = sqlx::Error::Database(Box::new(Answer(code)));
    matches!(lost(&error, unanswered), StoreError::CommitUnknown(_))
}

#[test]
fn only_the_engines_own_word_says_that_nothing_was_written() {
    for (code, open) in [
        ("10", true),
        ("778", true),
        ("5", false),
        ("13", false),
        ("", false),
    ] {
        assert_eq!(lite_failed(code), open, "{code}");
        assert_eq!(unknown(code, lite_failed), open, "{code}");
    }
    for (code, open) in [
        ("57P01", true),
        ("08006", true),
        ("40001", false),
        ("23505", false),
    ] {
        assert_eq!(pg_went(code), open, "{code}");
        assert_eq!(unknown(code, pg_went), open, "{code}");
    }
    for error in [sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed] {
        assert!(matches!(
            lost(&error, pg_went),
            StoreError::CommitUnknown(_)
        ));
    }
}
