//! Sealed cells on both engines: nothing clear in rows or bodies, an audit that needs no key, a cell that was
//! moved does not open, and a destroyed key takes the value with it and nothing else.

mod recusals;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Act;
use domain::id::{AccountId, EventId, InspectorCode, InspectorId, OrgUnitId};
use domain::inspector::{EnforcementCredential, Inspector, Presence};
use domain::org::{OrgUnit, UnitKind};
use domain::recusal::{Recusal, RecusalGround};
use domain::text::{CredentialNumber, PersonName, SubjectCode};
use domain::time::Date;

use super::*;
use crate::engines::{PostgresDatabase, SqliteFile, upgrade};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::sweep::tests::{holds, nobody_sees, on_disk, raw, sweeps_all, unswept};
use crate::telling::begun;
use crate::{Db, Fault, Recording, Upgrade, inspector, org};

/// A key that turns bits by a mask of its own: a stand-in whose ciphertext holds nothing clear.
struct Mask(u8);

impl Mask {
    fn turned(&self, of: (&str, &PersonKey), place: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let (person, key) = of;
        let own = key.bytes().strip_suffix(person.as_bytes())?.first()?;
        let tag = place.bytes().fold(0_u8, u8::wrapping_add);
        // Never by nothing at all.
        let turn = match own ^ self.0 ^ tag {
            0 => 0x80,
            turn => turn,
        };
        Some(bytes.iter().map(|byte| byte ^ turn).collect())
    }
}

impl Vault for Mask {
    fn person_key(&self, person: &str) -> PersonKey {
        let own = 0x80
            | person
                .bytes()
                .fold(7, |sum: u8, byte| sum.wrapping_mul(31) ^ byte);
        PersonKey::wrapped([&[own], person.as_bytes()].concat())
    }

    fn seal(&self, of: (&str, &PersonKey), place: &str, text: &str) -> Option<Vec<u8>> {
        let framed = format!("[{} {place}]{text}", of.0);
        self.turned(of, place, framed.as_bytes())
    }

    fn open(&self, of: (&str, &PersonKey), place: &str, cell: &SealedCell) -> Option<String> {
        let text = String::from_utf8(self.turned(of, place, cell.bytes())?).ok()?;
        text.strip_prefix(&format!("[{} {place}]", of.0))
            .map(str::to_owned)
    }

    fn mark(&self, column: &str, text: &str) -> [u8; 32] {
        let mut mark = [self.0; 32];
        for (at, byte) in column.bytes().chain(text.bytes()).enumerate() {
            mark[at % 32] = mark[at % 32].wrapping_mul(31) ^ byte;
        }
        mark
    }
}

pub(in crate::kernel) fn with_mask(mask: u8) -> Upgrade {
    Upgrade {
        vault: Arc::new(Mask(mask)),
        ..upgrade()
    }
}

fn id(number: u8) -> InspectorId {
    InspectorId::from_entropy([number; 12])
}

fn unit() -> OrgUnitId {
    OrgUnitId::from_entropy([9; 12])
}

fn officer(number: u8, credential: &str) -> Inspector {
    Inspector {
        id: id(number),
        code: InspectorCode::parse(&format!("F{number:03}")).unwrap(),
        name: PersonName::parse("检查员甲").unwrap(),
        unit: unit(),
        authority: InspectorCode::parse("-").unwrap(),
        credential: Some(EnforcementCredential {
            number: CredentialNumber::parse(credential).unwrap(),
            valid_until: Date::new(2027, 12, 31).unwrap(),
        }),
        scope: BTreeSet::new(),
        presence: Presence::OnDuty,
        may_lead: false,
    }
}

async fn act(db: &Db, number: u8) -> Recording {
    begun(db, Act::InspectorAdded, number).await
}

/// Two inspectors with credentials, the first with a recusal that says why.
async fn staffed(db: &Db) {
    let mut rec = act(db, 1).await;
    let section = OrgUnit {
        id: unit(),
        name: "样例科".to_owned(),
        kind: UnitKind::Section,
        parent: None,
    };
    org::add(&mut rec, &section).await.unwrap();
    inspector::add(&mut rec, &officer(1, "XT-1234567"), None)
        .await
        .unwrap();
    let second = officer(2, "XT-7654321");
    inspector::add_many(&mut rec, [&second]).await.unwrap();
    rec.commit().await.unwrap();
    let first = inspector::get(&mut db.read().await.unwrap(), &id(1))
        .await
        .unwrap();
    let recusal = Recusal {
        inspector: first.inspector.code.clone(),
        subject: SubjectCode::parse("411202000000017").unwrap(),
        ground: RecusalGround::Other,
        note: Some("与经营者有亲属关系".to_owned()),
        declared_by: AccountId::from_entropy([5; 12]),
        at: upgrade().clock.now(),
    };
    let mut rec = act(db, 2).await;
    inspector::declare(&mut rec, &recusal, &first)
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

async fn number_of(reader: &mut Reader, number: u8) -> Option<String> {
    let found = inspector::get(reader, &id(number)).await.unwrap();
    found
        .inspector
        .credential
        .map(|held| held.number.to_string())
}

async fn meddle(db: &Db, sql: &'static str) {
    let mut scratch = db.scratch().await.unwrap();
    scratch.reader().conn.script(sql).await.unwrap();
    scratch.commit().await.unwrap();
}

/// The story on both engines, once more on the same database under another key if it asks for it.
async fn on_both<S: Future<Output = ()>>(story: impl Fn(Db, Box<dyn Fn(u8) -> Opening>) -> S) {
    let file = SqliteFile::fresh();
    let path = file.path().to_owned();
    let again = path.clone();
    let open = move |mask| Opening::Lite(again.clone(), mask);
    story(Opening::Lite(path, 0x2a).open().await, Box::new(open)).await;
    let server = PostgresDatabase::fresh();
    let url = server.url().to_owned();
    let again = url.clone();
    let open = move |mask| Opening::Pg(again.clone(), mask);
    story(Opening::Pg(url, 0x2a).open().await, Box::new(open)).await;
}

enum Opening {
    Lite(std::path::PathBuf, u8),
    Pg(String, u8),
}

impl Opening {
    async fn open(self) -> Db {
        self.try_open().await.unwrap()
    }

    async fn try_open(self) -> Result<Db, crate::StoreError> {
        match self {
            Self::Lite(path, mask) => Db::open_sqlite(&path, &with_mask(mask)).await,
            Self::Pg(url, mask) => Db::open_postgres(&url, &with_mask(mask)).await,
        }
    }
}

#[tokio::test]
async fn what_is_sealed_is_read_back_and_stands_nowhere_in_the_clear() {
    on_both(|db, _| async move {
        staffed(&db).await;
        let mut reader = db.read().await.unwrap();
        assert_eq!(
            number_of(&mut reader, 1).await.as_deref(),
            Some("XT-1234567")
        );
        let recusals = inspector::recusals(&mut reader).await.unwrap();
        assert_eq!(
            recusals[0].recusal.note.as_deref(),
            Some("与经营者有亲属关系")
        );
        let events = Query::new("SELECT event_id FROM log_events");
        let events = reader.all(events).await.unwrap();
        for row in &events {
            let event = EventId::parse(row.text("event_id").unwrap()).unwrap();
            let chunks = crate::kernel::log::chunks(&mut reader, &event)
                .await
                .unwrap();
            let body = crate::kernel::image::unpack(&chunks).unwrap();
            assert!(
                !body.contains("1234567") && !body.contains("亲属"),
                "{body}"
            );
            assert!(
                body.contains("检查员甲") || body.contains("recusals"),
                "{body}"
            );
        }
        drop(reader);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_audit_needs_no_key_and_another_key_opens_nothing() {
    on_both(|db, again| async move {
        staffed(&db).await;
        db.close().await;
        let stranger = again(0x55).open().await;
        assert_eq!(crate::audit(&stranger).await.unwrap().faults, []);
        let mut reader = stranger.read().await.unwrap();
        let refused = inspector::get(&mut reader, &id(1)).await.unwrap_err();
        assert!(
            refused.to_string().contains("keys/storage.key"),
            "{refused}"
        );
        drop(reader);
        stranger.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_cell_that_was_moved_or_changed_is_named_and_does_not_open() {
    on_both(|db, _| async move {
        staffed(&db).await;
        meddle(
            &db,
            "UPDATE inspectors SET sealed_credential_no = (SELECT sealed_credential_no FROM inspectors WHERE code = 'F001') WHERE code = 'F002'",
        )
        .await;
        let faults = crate::audit(&db).await.unwrap().faults;
        assert!(
            matches!(faults.as_slice(), [Fault::Changed { columns, .. }] if columns == &["sealed_credential_no"]),
            "{faults:?}"
        );
        let mut reader = db.read().await.unwrap();
        assert!(inspector::get(&mut reader, &id(2)).await.is_err());
        drop(reader);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_key_takes_the_values_with_it_and_nothing_else() {
    on_both(|db, _| async move {
        staffed(&db).await;
        let mut reader = db.read().await.unwrap();
        let first = inspector::get(&mut reader, &id(1)).await;
        let first = first.unwrap();
        let his = inspector::followed(&mut reader, &first.inspector.id, &first.inspector.code);
        let his = his.await.unwrap();
        drop(reader);
        let mut rec = act(&db, 3).await;
        inspector::erase(&mut rec, &first, his).await.unwrap();
        rec.commit().await.unwrap();
        let mut reader = db.read().await.unwrap();
        let gone = inspector::get(&mut reader, &id(1)).await.unwrap();
        assert!(gone.is_erased());
        assert_eq!(gone.inspector.credential, None);
        assert_eq!(gone.inspector.name.as_str(), "检查员甲");
        assert_eq!(
            inspector::recusals(&mut reader).await.unwrap()[0]
                .recusal
                .note,
            None
        );
        assert_eq!(
            number_of(&mut reader, 2).await.as_deref(),
            Some("XT-7654321")
        );
        drop(reader);
        assert_eq!(crate::audit(&db).await.unwrap().faults, []);
        // Entered again, the person has a key of its own time.
        let mut rec = act(&db, 4).await;
        inspector::edit(&mut rec, &gone.held(), &officer(1, "XT-0000001"))
            .await
            .unwrap();
        rec.commit().await.unwrap();
        let mut reader = db.read().await.unwrap();
        assert_eq!(
            number_of(&mut reader, 1).await.as_deref(),
            Some("XT-0000001")
        );
        // What was sealed under the old key is gone, not in the way.
        assert_eq!(
            inspector::recusals(&mut reader).await.unwrap()[0]
                .recusal
                .note,
            None
        );
        drop(reader);
        assert_eq!(crate::audit(&db).await.unwrap().faults, []);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_key_stands_in_no_byte_of_the_files_either() {
    let file = SqliteFile::fresh();
    let db = Opening::Lite(file.path().to_owned(), 0x2a).open().await;
    staffed(&db).await;
    let wrapped = format!("inspector/{}", id(1));
    let wrapped = Mask(0x2a).person_key(&wrapped);
    let there = || holds(&raw(file.path()), wrapped.bytes());
    assert!(there());
    // Who reads while the erasure is done keeps the log from being cut; it is cut afterwards.
    let mut reader = db.read().await.unwrap();
    assert!(number_of(&mut reader, 2).await.is_some());
    erased(&db, 1, 3).await;
    assert_eq!(unswept(&db).await, [left_by(3)]);
    assert!(there() && !db.sweep().await.unwrap());
    drop(reader);
    assert!(db.sweep().await.unwrap());
    assert!(!there());
    db.close().await;
    assert!(!there());
}

/// Destroys the key of an inspector; yields the key, as it was kept.
async fn erased(db: &Db, number: u8, event: u8) -> PersonKey {
    let mut reader = db.read().await.unwrap();
    let held = inspector::get(&mut reader, &id(number)).await.unwrap();
    let his = inspector::followed(&mut reader, &held.inspector.id, &held.inspector.code);
    let his = his.await.unwrap();
    drop(reader);
    let mut rec = act(db, event).await;
    inspector::erase(&mut rec, &held, his).await.unwrap();
    rec.commit().await.unwrap();
    Mask(0x2a).person_key(&format!("inspector/{}", id(number)))
}

fn left_by(event: u8) -> String {
    format!("erasure/{}", EventId::from_entropy([event; 12]))
}

#[tokio::test]
async fn on_a_server_a_key_an_older_view_may_see_is_swept_when_the_view_has_gone() {
    let server = PostgresDatabase::fresh();
    let url = server.url().to_owned();
    let db = Opening::Pg(url.clone(), 0x2a).open().await;
    let there =
        async |key: &PersonKey| holds(&on_disk(&db, &url, "person_keys").await, key.bytes());
    staffed(&db).await;
    let first = erased(&db, 1, 3).await;
    nobody_sees(&db, &left_by(3)).await;
    // A long reader in another process, begun between the two erasures; it has not even looked at the keys.
    let other = Opening::Pg(url.clone(), 0x2a).open().await;
    let mut reader = other.read().await.unwrap();
    let units = Query::new("SELECT name FROM org_units");
    assert_eq!(reader.all(units).await.unwrap().len(), 1);
    let second = erased(&db, 2, 4).await;
    // The first erasure is older than his view and does not wait for it.
    while unswept(&db).await.contains(&left_by(3)) {
        assert!(!db.sweep().await.unwrap());
    }
    assert_eq!(unswept(&db).await, [left_by(4)]);
    assert!(!there(&first).await && there(&second).await);
    // Writing the table anew takes the second key along, so that nothing is gained before the view has gone.
    crate::engines::admin(&url, "VACUUM FULL person_keys");
    assert!(there(&second).await && !db.sweep().await.unwrap());
    assert_eq!(unswept(&db).await, [left_by(4)]);
    drop(reader);
    other.close().await;
    sweeps_all(&db).await;
    assert_eq!(unswept(&db).await, Vec::<String>::new());
    assert!(!there(&second).await);
    db.close().await;
}

#[tokio::test]
async fn on_a_server_an_unfinished_act_in_another_database_keeps_a_destroyed_key_as_well() {
    let (server, neighbor) = (PostgresDatabase::fresh(), PostgresDatabase::fresh());
    let url = server.url().to_owned();
    let db = Opening::Pg(url.clone(), 0x2a).open().await;
    let there =
        async |key: &PersonKey| holds(&on_disk(&db, &url, "person_keys").await, key.bytes());
    staffed(&db).await;
    let beside = Opening::Pg(neighbor.url().to_owned(), 0x2a).open().await;
    let mut unfinished = act(&beside, 1).await;
    org::state_fact(&mut unfinished, "bureau", "邻县局")
        .await
        .unwrap();
    let key = erased(&db, 1, 3).await;
    assert!(!db.sweep().await.unwrap());
    assert_eq!(unswept(&db).await, [left_by(3)]);
    crate::engines::admin(&url, "VACUUM FULL person_keys");
    assert!(there(&key).await);
    unfinished.commit().await.unwrap();
    sweeps_all(&db).await;
    assert!(!there(&key).await);
    beside.close().await;
    db.close().await;
}

#[tokio::test]
async fn a_bureau_opens_under_the_key_it_was_founded_with_and_under_no_other() {
    on_both(|db, again| async move {
        let mut rec = act(&db, 1).await;
        org::state_fact(&mut rec, "bureau", "样例局").await.unwrap();
        org::state_storage_key(&mut rec).await.unwrap();
        rec.commit().await.unwrap();
        db.close().await;
        let refused = again(0x55).try_open().await.map(drop).unwrap_err();
        assert!(matches!(refused, crate::StoreError::WrongKey { .. }), "{refused}");
        let db = again(0x2a).open().await;
        assert_eq!(crate::audit(&db).await.unwrap().faults, []);
        // Changed behind the program's back, the row is told like every other, and the right key refused.
        meddle(
            &db,
            "UPDATE installation SET value = 'x' WHERE name = 'storage_key'",
        )
        .await;
        let faults = crate::audit(&db).await.unwrap().faults;
        assert!(
            matches!(faults.as_slice(), [Fault::Changed { key, .. }] if key.contains("storage_key")),
            "{faults:?}"
        );
        db.close().await;
        assert!(again(0x2a).try_open().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_erasure_that_is_not_committed_has_destroyed_nothing() {
    on_both(|db, _| async move {
        staffed(&db).await;
        let mut reader = db.read().await.unwrap();
        let first = inspector::get(&mut reader, &id(1)).await;
        let first = first.unwrap();
        let his = inspector::followed(&mut reader, &first.inspector.id, &first.inspector.code);
        let his = his.await.unwrap();
        drop(reader);
        let mut rec = act(&db, 3).await;
        inspector::erase(&mut rec, &first, his).await.unwrap();
        drop(rec);
        let mut reader = db.read().await.unwrap();
        assert_eq!(
            number_of(&mut reader, 1).await.as_deref(),
            Some("XT-1234567")
        );
        drop(reader);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_number_is_matched_by_its_mark_without_opening_a_cell() {
    on_both(|db, again| async move {
        staffed(&db).await;
        let mut reader = db.read().await.unwrap();
        let twin = inspector::other_holder(&mut reader, &officer(3, "XT-7654321"))
            .await
            .unwrap();
        assert_eq!(twin.map(|held| held.id), Some(id(2)));
        // Nobody is his own double, and another number has no holder.
        let own = inspector::other_holder(&mut reader, &officer(2, "XT-7654321"))
            .await
            .unwrap();
        assert!(own.is_none());
        let none = inspector::other_holder(&mut reader, &officer(3, "XT-7654322"))
            .await
            .unwrap();
        assert!(none.is_none());
        drop(reader);
        db.close().await;
        // The mark is keyed: another key does not find it.
        let stranger = again(0x55).open().await;
        let mut reader = stranger.read().await.unwrap();
        let none = inspector::other_holder(&mut reader, &officer(3, "XT-7654321"))
            .await
            .unwrap();
        assert!(none.is_none());
        drop(reader);
        stranger.close().await;
    })
    .await;
}

/// A refusal of one person's value, by its code; it names whose it is.
fn names_the_first(refused: &crate::StoreError, code: &str) {
    assert_eq!(refused.code(), code, "{refused}");
    let words = refused.to_string();
    assert!(words.contains("“检查员甲”（F001）"), "{words}");
}

#[tokio::test]
async fn a_key_that_is_gone_or_broken_without_an_erasure_names_its_person_and_is_never_a_missing_credential()
 {
    for meddled in [
        "DELETE FROM person_keys WHERE person = (SELECT 'inspector/' || inspector_id FROM inspectors WHERE code = 'F001')",
        "UPDATE person_keys SET wrapped = (SELECT k.wrapped FROM person_keys k JOIN inspectors i ON k.person = 'inspector/' || i.inspector_id WHERE i.code = 'F002')",
    ] {
        on_both(|db, _| async move {
            staffed(&db).await;
            meddle(&db, meddled).await;
            let mut reader = db.read().await.unwrap();
            for refused in [
                inspector::get(&mut reader, &id(1)).await.map(|_| ()),
                inspector::all(&mut reader).await.map(|_| ()),
            ] {
                names_the_first(&refused.unwrap_err(), "STOR-523");
            }
            // Lists go on: his own place says why, everybody else is there.
            let listed = inspector::listed(&mut reader).await.unwrap();
            let [(first, locked), (_, Ok(Some(second)))] = listed.as_slice() else {
                panic!("{listed:?}");
            };
            assert_eq!(first.code.as_str(), "F001");
            names_the_first(
                &crate::StoreError::Unopened(locked.clone().unwrap_err()),
                "STOR-523",
            );
            assert_eq!(second.number.as_str(), "XT-7654321");
            // Who may not meet whom is known all the same.
            let recusals = inspector::recusals(&mut reader).await.unwrap();
            assert_eq!((recusals.len(), &recusals[0].recusal.note), (1, &None));
            let note = recusals[0].unopened.clone().unwrap();
            names_the_first(&crate::StoreError::Unopened(note), "STOR-524");
            drop(reader);
            // The audit sees that a key is gone; whether one opens it cannot see.
            let faults = crate::audit(&db).await.unwrap().faults;
            let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
            match meddled.starts_with("DELETE") {
                true => assert!(told[0].contains("“检查员甲”（F001）") && told.len() == 1),
                false => assert!(told.is_empty(), "{told:?}"),
            }
            // Written anew from the paper, the entry is whole again.
            let mut rec = act(&db, 3).await;
            inspector::edit(&mut rec, &first.held(), &officer(1, "XT-1234567"))
                .await
                .unwrap();
            rec.commit().await.unwrap();
            let mut reader = db.read().await.unwrap();
            assert_eq!(inspector::all(&mut reader).await.unwrap().len(), 2);
            drop(reader);
            assert_eq!(crate::audit(&db).await.unwrap().faults, []);
            db.close().await;
        })
        .await;
    }
}
