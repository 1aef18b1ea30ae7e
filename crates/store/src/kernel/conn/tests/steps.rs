//! An act that stops at each of its statements in turn, from the claim of its key to the head of the log: whatever it
//! had written by then is not there, and the same key can be pressed again. Stopped at its COMMIT, it is there as a
//! whole or not at all, and its key tells which.
//!
//! On PostgreSQL the server ends the connection at that statement; on SQLite the files are copied as they lie there,
//! which is what a machine that stops leaves behind, and the statement fails.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::id::{CampaignId, InspectorCode, InspectorId, OfficeLetters, SubjectId};
use domain::inspector::{EnforcementCredential, Inspector, Presence};
use domain::subject::{RawSubject, Subject};

use super::super::*;
use super::{LOSING, Losing};
use crate::attachment::{self, Form, Label, Owner};
use crate::counter::{self, Series};
use crate::engines::{PostgresDatabase, SqliteFile, Still, upgrade};
use crate::import::{self, StoredImport};
use crate::subject;
use crate::{Db, Press, Reader, Recording, Sealing, Tx, audit, inspector, log, org, session};
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccountId, EventId, OrgUnitId};
use domain::org::{OrgUnit, UnitKind};
use domain::text::{CredentialNumber, PersonName};
use domain::time::{Date, Instant};
use tlog::Hash;

/// Where the act of this thread stops.
struct Stop {
    /// Statements until then.
    left: u32,
    /// On SQLite: the database, and where its files are copied.
    copied: Option<(PathBuf, PathBuf)>,
}

thread_local! {
    static STOP: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Called before each statement.
pub(in super::super) async fn reached(conn: &mut Conn) -> Result<(), StoreError> {
    let due = STOP.with_borrow_mut(|stop| {
        let left = &mut stop.as_mut()?.left;
        *left -= 1;
        if *left == 0 { stop.take() } else { None }
    });
    let Some(stop) = due else {
        return Ok(());
    };
    if let Some((from, to)) = stop.copied {
        copy(&from, &to);
        return Err(StoreError::Engine("the machine stops here".to_owned()));
    }
    let Conn::Pg(tx) = conn else {
        panic!("a database on a server");
    };
    let ended = sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())");
    match ended.execute(&mut **tx).await {
        Err(error) => Err(engine(&error)),
        Ok(_) => panic!("the server ends the connection"),
    }
}

/// The files as they lie there: database, write-ahead log, contents.
fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
    let beside = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
    if beside(from).exists() {
        std::fs::copy(beside(from), beside(to)).unwrap();
    }
    folder(&from.with_extension("blobs"), &to.with_extension("blobs"));
}

fn folder(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else {
        return;
    };
    std::fs::create_dir_all(to).unwrap();
    for entry in entries {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The acts that are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Keeps content and names it in a row.
    Attachment,
    /// Takes the next number of a series.
    Number,
    /// Ends an import: new entries, changed ones, and the state of the upload.
    Import,
    /// Puts a record of its own into the log, in an entry anybody may read, and links it.
    Public,
}

/// Entries of the log before the act.
const BEFORE: u64 = 2;
const NOON: i64 = 1_795_406_400_000;

fn caterer(number: u8) -> Subject {
    let row = RawSubject {
        name: format!("样例餐饮{number:03}店"),
        district: "411202".to_owned(),
        ..RawSubject::default()
    };
    row.read(SubjectId::from_entropy([number; 12]), "样例")
        .unwrap()
        .subject
}

fn unit() -> OrgUnit {
    OrgUnit {
        id: OrgUnitId::from_entropy([1; 12]),
        name: "样例科".to_owned(),
        kind: UnitKind::Section,
        parent: None,
    }
}

fn upload(state: &str) -> StoredImport {
    StoredImport {
        id: "样例导入".to_owned(),
        account: None,
        unit: unit().id,
        register: "subjects".to_owned(),
        file_name: "样例.csv".to_owned(),
        state: state.to_owned(),
        done_rows: 0,
        summary: "{}".to_owned(),
        started_at_ms: NOON,
        updated_at_ms: NOON,
    }
}

fn series() -> Series {
    Series::of_documents(&OfficeLetters::parse("样城检字").unwrap(), 2026)
}

fn event(number: u8) -> (Event, Sealing) {
    let at = Instant::from_unix_ms(NOON);
    let id = EventId::from_entropy([number; 12]);
    let sealing = Sealing {
        salt: [number; 32],
        record: None,
        clock: Arc::new(Still(at)),
    };
    (
        Event::new(id, Act::UnitEdited, at, Actor::program("测试")),
        sealing,
    )
}

/// What all of them start from: a unit, a series that has given a number, thirty entries, an upload.
async fn begun(db: &Db) {
    let mut tx = db.begin("story.number").await.unwrap();
    let next = counter::next(&mut tx, series()).await.unwrap();
    let (number, sealing) = event(1);
    let mut rec = tx.record(number, sealing).unwrap();
    counter::take(&mut rec, next).await.unwrap();
    rec.commit().await.unwrap();
    let tx = db.begin("story.register").await.unwrap();
    let (entries, sealing) = event(3);
    let mut rec = tx.record(entries, sealing).unwrap();
    org::add(&mut rec, &unit()).await.unwrap();
    let entries: Vec<Subject> = (1..=30).map(caterer).collect();
    subject::add_many(&mut rec, &unit().id, &entries)
        .await
        .unwrap();
    let mut beside = rec.beside();
    import::begin(&mut beside, &upload("confirmed"))
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

/// An act under its event, not yet written.
async fn acting(mut tx: Tx) -> Result<Recording, StoreError> {
    let (event, sealing) = event(2);
    // A use case reads before it writes.
    log::head(&mut tx).await?;
    tx.record(event, sealing)
}

async fn attached(db: &Db) -> Result<Recording, StoreError> {
    let mut writer = db.keep(1_000_000);
    writer.write(&[7; 300_000]).await?;
    let kept = writer.finish().await?;
    let mut rec = acting(db.begin("story.attach").await?).await?;
    let campaign = CampaignId::from_entropy([9; 12]);
    let label = Label {
        name: "样例.bin".to_owned(),
        media_type: "application/octet-stream".to_owned(),
        form: Form::Plain,
        length: kept.bytes(),
    };
    attachment::attach(&mut rec, Owner::Attempt(&campaign, 1), &label, &kept).await?;
    Ok(rec)
}

async fn numbered(db: &Db) -> Result<Recording, StoreError> {
    let mut tx = db.begin("story.number").await?;
    let next = counter::next(&mut tx, series()).await?;
    let mut rec = acting(tx).await?;
    counter::take(&mut rec, next).await?;
    Ok(rec)
}

async fn imported(db: &Db) -> Result<Recording, StoreError> {
    let mut reader = db.read().await?;
    let mut read = Vec::new();
    for number in 1..=30 {
        let id = SubjectId::from_entropy([number; 12]);
        read.push(subject::get(&mut reader, &id).await?);
    }
    drop(reader);
    let new: Vec<Subject> = (31..=70).map(caterer).collect();
    let scope = |kept: &subject::StoredSubject| Subject {
        scope: Some("热食类食品制售".to_owned()),
        ..kept.subject.clone()
    };
    let after: Vec<Subject> = read.iter().map(scope).collect();
    let rows = subject::ready(&unit().id, &new, read.iter().zip(&after))?;
    let mut rec = acting(db.begin("story.import").await?).await?;
    let written = subject::write_ready(&mut rec, subject::open(rows)?).await?;
    assert_eq!(written, (40, 30));
    let moved = import::advance(&mut rec.beside(), &upload("confirmed"), &upload("done")).await?;
    assert!(moved);
    Ok(rec)
}

/// The record of the public act.
const RECORD: &str = "mingqian plan\n样例\n";

async fn published(db: &Db) -> Result<Recording, StoreError> {
    let mut tx = db.begin("story.public").await?;
    log::head(&mut tx).await?;
    let (event, sealing) = event(2);
    let event = Event {
        act: Act::CampaignApproved,
        ..event
    };
    let campaign = CampaignId::from_entropy([9; 12]);
    let event = event.touching(LinkKind::Campaign, campaign.as_str());
    let sealing = Sealing {
        record: Some(RECORD.to_owned()),
        ..sealing
    };
    let mut rec = tx.record(event, sealing)?;
    let second = OrgUnit {
        id: OrgUnitId::from_entropy([2; 12]),
        ..unit()
    };
    org::add(&mut rec, &second).await?;
    Ok(rec)
}

/// The public record stands there with the entry that names it, and only with it.
async fn record_is(there: bool, reader: &mut Reader, at: &str) {
    let hash = Hash::of(RECORD.as_bytes());
    let record = log::record(reader, &hash).await.unwrap();
    assert_eq!(record.as_deref(), there.then_some(RECORD), "{at}");
    let named = log::event_of_record(reader, &hash).await.ok();
    let own = EventId::from_entropy([2; 12]);
    assert_eq!(named, there.then_some(own), "{at}");
}

async fn done(db: &Db, kind: Kind, losing: Option<Losing>) -> Result<log::Committed, StoreError> {
    let rec = match kind {
        Kind::Attachment => attached(db).await?,
        Kind::Number => numbered(db).await?,
        Kind::Import => imported(db).await?,
        Kind::Public => published(db).await?,
    };
    LOSING.set(losing);
    rec.commit().await
}

fn press() -> Press {
    let account = AccountId::from_entropy([1; 12]);
    Press::new("0".repeat(32), account, "c".repeat(64), NOON)
}

/// Number of entries in the log; the audit finds nothing, and the key is known if the act is there.
async fn sound(db: &Db, kind: Kind, at: &str) -> u64 {
    assert_eq!(audit(db).await.unwrap().faults, [], "{at}");
    let mut reader = db.read().await.unwrap();
    let entries = log::head(&mut reader).await.unwrap().0;
    let press = press();
    let known = session::submission(&mut reader, &press.account, &press.form_key).await;
    assert_eq!(known.unwrap().is_some(), entries > BEFORE, "{at}");
    let public = kind == Kind::Public && entries > BEFORE;
    record_is(public, &mut reader, at).await;
    entries
}

/// What a machine leaves behind that stops there is as it was before the act, which can be pressed again.
async fn opens_as_before(copy: &Path, kind: Kind, at: &str) {
    let db = Db::open_sqlite(copy, &upgrade()).await.unwrap();
    assert_eq!(sound(&db, kind, at).await, BEFORE, "{at}");
    done(&db.pressed(&press()), kind, None).await.unwrap();
    assert_eq!(sound(&db, kind, at).await, BEFORE + 1, "{at}");
    db.close().await;
}

/// Stops the act at its first statement, its second … until it comes to its end; yields how many it has.
async fn stopped_at_each(db: &Db, kind: Kind, lite: Option<&Path>) -> u32 {
    for step in 1.. {
        let at = format!("{kind:?}, {:?}, statement {step}", db.engine());
        let left = tempfile::tempdir().unwrap();
        let copied = lite.map(|file| (file.to_owned(), left.path().join("left.sqlite")));
        let copy = copied.as_ref().map(|(_, to)| to.clone());
        STOP.set(Some(Stop { left: step, copied }));
        // Its end is not the story's: an act that comes to its COMMIT is taken back there.
        let stopped = done(&db.pressed(&press()), kind, Some(Losing::Before)).await;
        let was_reached = STOP.take().is_none();
        LOSING.set(None);
        let error = stopped.map(drop).unwrap_err();
        assert_eq!(sound(db, kind, &at).await, BEFORE, "{at}: {error}");
        if !was_reached {
            assert!(matches!(error, StoreError::CommitUnknown(_)), "{error}");
            return step - 1;
        }
        if let Some(copy) = copy {
            opens_as_before(&copy, kind, &at).await;
        }
    }
    unreachable!("an act has an end")
}

async fn told(db: &Db, kind: Kind, lite: Option<&Path>) {
    begun(db).await;
    let statements = stopped_at_each(db, kind, lite).await;
    // Key, register or lock, row, event, body, head, leaf, head, key.
    assert!(statements >= 9, "{kind:?}: {statements} statements");
    // The same key, pressed again: this time the engine has committed, and its answer is lost.
    let lost = done(&db.pressed(&press()), kind, Some(Losing::After)).await;
    let lost = lost.map(drop).unwrap_err();
    assert!(matches!(lost, StoreError::CommitUnknown(_)), "{lost}");
    assert_eq!(sound(db, kind, "after a lost answer").await, BEFORE + 1);
    let again = done(&db.pressed(&press()), kind, None).await;
    let again = again.map(drop).unwrap_err();
    assert!(again.code() == "STOR-424", "{again}");
    assert_eq!(sound(db, kind, "after a second press").await, BEFORE + 1);
}

async fn on_both(kind: Kind) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    told(&db, kind, Some(file.path())).await;
    db.close().await;
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    told(&db, kind, None).await;
    db.close().await;
}

#[tokio::test]
async fn an_act_that_names_content_is_there_as_a_whole_or_not_at_all_wherever_it_stops() {
    on_both(Kind::Attachment).await;
}

#[tokio::test]
async fn an_act_that_takes_a_number_is_there_as_a_whole_or_not_at_all_wherever_it_stops() {
    on_both(Kind::Number).await;
}

#[tokio::test]
async fn a_public_act_is_there_with_its_record_or_not_at_all_wherever_it_stops() {
    on_both(Kind::Public).await;
}

#[tokio::test]
async fn an_import_is_there_as_a_whole_or_not_at_all_wherever_it_stops() {
    on_both(Kind::Import).await;
}

/// How many statements something takes.
async fn statements<T>(of: impl Future<Output = T>) -> (u32, T) {
    STOP.set(Some(Stop {
        left: u32::MAX,
        copied: None,
    }));
    let done = of.await;
    let left = STOP.take().map_or(0, |stop| stop.left);
    (u32::MAX - left, done)
}

fn officer(number: u16) -> Inspector {
    let mut entropy = [0; 12];
    entropy[..2].copy_from_slice(&number.to_be_bytes());
    Inspector {
        id: InspectorId::from_entropy(entropy),
        code: InspectorCode::parse(&format!("X{number:04}")).unwrap(),
        name: PersonName::parse("检查员甲").unwrap(),
        unit: unit().id,
        authority: InspectorCode::parse("-").unwrap(),
        credential: Some(EnforcementCredential {
            number: CredentialNumber::parse(&format!("XT-{number:07}")).unwrap(),
            valid_until: Date::parse_iso("2030-12-31").unwrap(),
        }),
        scope: BTreeSet::new(),
        presence: Presence::OnDuty,
        may_lead: false,
    }
}

async fn in_bulk(db: &Db) {
    begun(db).await;
    let officers: Vec<Inspector> = (0..600).map(officer).collect();
    let mut rec = acting(db.begin("story.officers").await.unwrap())
        .await
        .unwrap();
    let (count, added) = statements(inspector::add_many(&mut rec, &officers)).await;
    assert_eq!(added.unwrap(), 600);
    assert!(count < 60, "{:?}: {count} statements", db.engine());
    rec.commit().await.unwrap();
    let mut reader = db.read().await.unwrap();
    let kept = inspector::all(&mut reader).await.unwrap();
    let kept: Vec<Inspector> = kept.into_iter().map(|one| one.inspector).collect();
    assert_eq!(kept, officers, "each opens with a key of his own");
    assert_eq!(audit(db).await.unwrap().faults, []);
}

#[tokio::test]
async fn new_inspectors_and_their_keys_take_few_statements_under_the_lock() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    in_bulk(&db).await;
    db.close().await;
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    in_bulk(&db).await;
    db.close().await;
}
