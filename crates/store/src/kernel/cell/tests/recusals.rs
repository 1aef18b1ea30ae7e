//! A recusal belongs to a person: it follows him through every change of his code, is found where an earlier build left
//! it behind, and is brought out of an old database whose codes had been changed.

use std::path::PathBuf;

use domain::event::Act;

use super::*;
use crate::Engine;
use crate::inspector::{Followed, followed, recusals, recusals_left_behind};
use crate::kernel::migrate;
use crate::kernel::value::Value;
use crate::migrations::MIGRATIONS;
use crate::old::{OldDatabase, made_before};
use crate::schema::{INSPECTORS, PERSON_KEYS};

const FIRST: &str = "411202000000017";
const SECOND: &str = "411202000000018";

fn code(text: &str) -> InspectorCode {
    InspectorCode::parse(text).unwrap()
}

/// Three officers, as an import brought them.
async fn register(db: &Db) {
    let mut rec = begun(db, Act::InspectorsImported, 1).await;
    let section = OrgUnit {
        id: unit(),
        name: "样例科".to_owned(),
        kind: UnitKind::Section,
        parent: None,
    };
    org::add(&mut rec, &section).await.unwrap();
    let officers: Vec<Inspector> = (1..=3)
        .map(|number| officer(number, &format!("XT-000000{number}")))
        .collect();
    inspector::add_many(&mut rec, &officers).await.unwrap();
    rec.commit().await.unwrap();
}

async fn declares(db: &Db, (number, event): (u8, u8), subject: &str, note: Option<&str>) {
    let mut reader = db.read().await.unwrap();
    let of = inspector::get(&mut reader, &id(number)).await.unwrap();
    drop(reader);
    let recusal = Recusal {
        inspector: of.inspector.code.clone(),
        subject: SubjectCode::parse(subject).unwrap(),
        ground: RecusalGround::Interest,
        note: note.map(str::to_owned),
        declared_by: AccountId::from_entropy([5; 12]),
        at: upgrade().clock.now(),
    };
    let mut rec = begun(db, Act::RecusalDeclared, event).await;
    inspector::declare(&mut rec, &recusal, &of).await.unwrap();
    rec.commit().await.unwrap();
}

/// An edit that gives an officer this code; as an earlier build made it, his recusals stay where they are.
async fn recoded(db: &Db, (number, event): (u8, u8), to: &str, earlier_build: bool) {
    let mut reader = db.read().await.unwrap();
    let before = inspector::get(&mut reader, &id(number)).await.unwrap();
    let his = match earlier_build {
        true => Followed::none(),
        false => followed(&mut reader, &id(number), &code(to)).await.unwrap(),
    };
    drop(reader);
    let after = Inspector {
        code: code(to),
        ..before.inspector.clone()
    };
    let mut rec = begun(db, Act::InspectorEdited, event).await;
    let held = before.held();
    let done = inspector::edit_with_code(&mut rec, &held, &after, his);
    done.await.unwrap();
    rec.commit().await.unwrap();
}

/// Code, subject, explanation and whether it is known whose it is, of every recusal.
async fn listed(db: &Db) -> Vec<(String, String, Option<String>, bool)> {
    let found = recusals(&mut db.read().await.unwrap()).await.unwrap();
    let line = |kept: inspector::StoredRecusal| {
        assert_eq!(kept.unopened, None);
        let held = kept.recusal;
        let (code, subject) = (held.inspector.to_string(), held.subject.to_string());
        (code, subject, held.note, kept.tied)
    };
    found.into_iter().map(line).collect()
}

fn line(
    code: &str,
    subject: &str,
    note: &str,
    tied: bool,
) -> (String, String, Option<String>, bool) {
    let note = Some(note).filter(|note| !note.is_empty());
    let (code, subject) = (code.to_owned(), subject.to_owned());
    (code, subject, note.map(str::to_owned), tied)
}

async fn audits_clean(db: &Db) {
    assert_eq!(crate::audit(db).await.unwrap().faults, []);
}

#[tokio::test]
async fn a_recusal_follows_its_person_through_every_code() {
    on_both(|db, _| async move {
        register(&db).await;
        declares(&db, (1, 2), FIRST, Some("甲的亲属")).await;
        declares(&db, (1, 3), SECOND, None).await;
        recoded(&db, (1, 4), "F009", false).await;
        // The code passes to another, who declares for the same company.
        recoded(&db, (2, 5), "F001", false).await;
        declares(&db, (2, 6), FIRST, Some("乙的同学")).await;
        recoded(&db, (1, 7), "F010", false).await;
        let all = [
            line("F001", FIRST, "乙的同学", true),
            line("F010", FIRST, "甲的亲属", true),
            line("F010", SECOND, "", true),
        ];
        assert_eq!(listed(&db).await, all);
        audits_clean(&db).await;
        // Two exchange their codes.
        recoded(&db, (2, 8), "F011", false).await;
        recoded(&db, (1, 9), "F001", false).await;
        recoded(&db, (2, 10), "F010", false).await;
        let all = [
            line("F001", FIRST, "甲的亲属", true),
            line("F001", SECOND, "", true),
            line("F010", FIRST, "乙的同学", true),
        ];
        assert_eq!(listed(&db).await, all);
        erased(&db, 1, 11).await;
        let all = [
            line("F001", FIRST, "", true),
            line("F001", SECOND, "", true),
            line("F010", FIRST, "乙的同学", true),
        ];
        assert_eq!(listed(&db).await, all);
        audits_clean(&db).await;
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_earlier_build_left_behind_is_named_and_goes_home_with_its_person() {
    on_both(|db, _| async move {
        register(&db).await;
        declares(&db, (1, 2), FIRST, Some("甲的亲属")).await;
        declares(&db, (1, 3), SECOND, None).await;
        recoded(&db, (1, 4), "F009", true).await;
        // His key says whose the explained one is; of the other nothing stands in its row.
        let all = [
            line("F001", SECOND, "", false),
            line("F009", FIRST, "甲的亲属", true),
        ];
        assert_eq!(listed(&db).await, all);
        let mut reader = db.read().await.unwrap();
        let left = recusals_left_behind(&mut reader).await.unwrap();
        assert_eq!(left.into_iter().collect::<Vec<_>>(), [(code("F001"), 2)]);
        let others = followed(&mut reader, &id(2), &code("F001")).await.unwrap();
        assert_eq!(others.strangers(), 2, "the log knows that they are not his");
        drop(reader);
        // Declared once more under the new code: of two for one subject one stays, with both explanations.
        declares(&db, (1, 5), FIRST, Some("已核实")).await;
        recoded(&db, (1, 6), "F009", false).await;
        let all = [
            line("F009", FIRST, "已核实；甲的亲属", true),
            line("F009", SECOND, "", true),
        ];
        assert_eq!(listed(&db).await, all);
        let mut reader = db.read().await.unwrap();
        assert!(recusals_left_behind(&mut reader).await.unwrap().is_empty());
        drop(reader);
        audits_clean(&db).await;
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_erasure_takes_the_explanations_under_former_codes_too() {
    on_both(|db, _| async move {
        register(&db).await;
        declares(&db, (1, 2), FIRST, Some("甲的亲属")).await;
        recoded(&db, (1, 3), "F009", true).await;
        recoded(&db, (2, 4), "F001", true).await;
        assert_eq!(listed(&db).await, [line("F009", FIRST, "甲的亲属", true)]);
        let mut reader = db.read().await.unwrap();
        let his = followed(&mut reader, &id(2), &code("F001")).await.unwrap();
        assert_eq!(his.strangers(), 1);
        drop(reader);
        erased(&db, 1, 5).await;
        let query = Query::new("SELECT sealed_note FROM recusals");
        let rows = db.read().await.unwrap().all(query).await.unwrap();
        assert_eq!(rows[0].maybe_blob("sealed_note").unwrap(), None);
        audits_clean(&db).await;
        db.close().await;
    })
    .await;
}

table! {
    traced INSPECTORS_THEN = "inspectors" of Inspectors key(inspector_id) {
        inspector_id: text masked,
        code: text public,
        name: text masked,
        org_unit_id: text public,
        authority: text public,
        credential_no: text masked,
        credential_until: text masked,
        scope: text masked,
        presence: text masked,
        may_lead: int masked,
        account_id: text masked,
    }
}
table! {
    traced RECUSALS_THEN = "recusals" of Recusals key(inspector_code, subject_code) {
        inspector_code: text masked,
        subject_code: text masked,
        ground: text masked,
        note: text masked,
        declared_by: text masked,
        declared_at_ms: int masked,
    }
}

async fn connected(old: &OldDatabase) -> Db {
    let (place, with) = (old.place(), with_mask(0x2a));
    match place.starts_with("postgres://") {
        true => Db::connect_postgres(&place, &with).await.unwrap(),
        false => Db::connect_sqlite(&PathBuf::from(place), false, &with)
            .await
            .unwrap(),
    }
}

/// The first officers of the old register: their keys, their codes, and the events that last wrote them.
async fn officers(db: &Db) -> Vec<(InspectorId, String, EventId)> {
    let query = Query::new("SELECT inspector_id, code, last_event FROM inspectors ORDER BY code");
    let rows = db.read().await.unwrap().all(query).await.unwrap();
    let each = rows.iter().map(|row| {
        (
            row.parsed("inspectors", "inspector_id", InspectorId::parse)
                .unwrap(),
            row.text("code").unwrap().to_owned(),
            row.parsed("inspectors", "last_event", EventId::parse)
                .unwrap(),
        )
    });
    each.collect()
}

async fn declared_then(db: &Db, event: u8, code: &str, note: &str) {
    let mut rec = begun(db, Act::RecusalDeclared, event).await;
    let row = vec![
        ("inspector_code", code.into()),
        ("subject_code", FIRST.into()),
        ("ground", "interest".into()),
        ("note", note.into()),
        (
            "declared_by",
            AccountId::from_entropy([5; 12]).as_str().into(),
        ),
        ("declared_at_ms", 1.into()),
    ];
    rec.insert(&RECUSALS_THEN, row).await.unwrap();
    rec.commit().await.unwrap();
}

async fn recoded_then(db: &Db, event: u8, of: &(InspectorId, String, EventId), to: &str) {
    let mut rec = begun(db, Act::InspectorEdited, event).await;
    let changes = vec![("code", to.into())];
    let key = [Value::from(of.0.as_str())];
    let done = rec.update(&INSPECTORS_THEN, &key, &of.2, changes);
    done.await.unwrap();
    rec.commit().await.unwrap();
}

/// Explained recusals in the clear, as a build without sealed cells kept them: of one who has his code still, of one
/// whose code nobody has any more, and of one whose code has passed to another.
async fn explained_then(db: &Db) -> Vec<(InspectorId, String, EventId)> {
    let people = officers(db).await;
    for (at, note) in ["甲说明原文", "乙说明原文", "丙说明原文"]
        .iter()
        .enumerate()
    {
        let event = 0xa0 + u8::try_from(at).unwrap();
        declared_then(db, event, &people[at].1, note).await;
    }
    recoded_then(db, 0xb1, &people[1], "N001").await;
    recoded_then(db, 0xb2, &people[2], "N002").await;
    recoded_then(db, 0xb3, &people[3], &people[2].1).await;
    people
}

async fn edited(db: &Db, event: u8, of: &InspectorId) {
    let mut reader = db.read().await.unwrap();
    let before = inspector::get(&mut reader, of).await.unwrap();
    let his = followed(&mut reader, of, &before.inspector.code).await;
    drop(reader);
    let mut rec = begun(db, Act::InspectorEdited, event).await;
    let held = before.held();
    let done = inspector::edit_with_code(&mut rec, &held, &before.inspector, his.unwrap());
    done.await.unwrap();
    rec.commit().await.unwrap();
}

async fn keys_of_recusals(db: &Db) -> usize {
    let query = Query::new("SELECT person FROM person_keys WHERE person LIKE 'recusal/%'");
    db.read().await.unwrap().all(query).await.unwrap().len()
}

async fn erased_as(db: &Db, event: u8, of: &InspectorId) {
    let mut reader = db.read().await.unwrap();
    let before = inspector::get(&mut reader, of).await.unwrap();
    let his = followed(&mut reader, of, &before.inspector.code).await;
    drop(reader);
    let mut rec = begun(db, Act::InspectorErased, event).await;
    inspector::erase(&mut rec, &before, his.unwrap())
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn comes_over(old: &OldDatabase) {
    let db = connected(old).await;
    let with = with_mask(0x2a);
    migrate::run(&db, &MIGRATIONS[..9], &with).await.unwrap();
    let people = explained_then(&db).await;
    migrate::run(&db, MIGRATIONS, &with).await.unwrap();
    audits_clean(&db).await;
    let codes: Vec<&str> = people.iter().map(|one| one.1.as_str()).collect();
    let mut all = [
        line(codes[0], FIRST, "甲说明原文", true),
        line(codes[1], FIRST, "乙说明原文", false),
        line(codes[2], FIRST, "丙说明原文", false),
    ];
    assert_eq!(listed(&db).await, all);
    assert_eq!(keys_of_recusals(&db).await, 2);
    // Saved once more, each has his own again, under the code he has now.
    edited(&db, 0xc1, &people[1].0).await;
    edited(&db, 0xc2, &people[2].0).await;
    all[1] = line("N001", FIRST, "乙说明原文", true);
    all[2] = line("N002", FIRST, "丙说明原文", true);
    assert_eq!(listed(&db).await, all);
    assert_eq!(keys_of_recusals(&db).await, 0);
    audits_clean(&db).await;
    erased_as(&db, 0xc3, &people[1].0).await;
    all[1] = line("N001", FIRST, "", true);
    assert_eq!(listed(&db).await, all);
    audits_clean(&db).await;
    sweeps_all(&db).await;
    db.close().await;
}

#[tokio::test]
async fn explanations_of_an_old_database_are_sealed_whatever_became_of_the_codes() {
    for commit in made_before(10) {
        let old = OldDatabase::unpack(commit, Engine::Postgres);
        comes_over(&old).await;
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        comes_over(&old).await;
        let bytes = raw(&PathBuf::from(old.place()));
        for note in ["甲说明原文", "乙说明原文", "丙说明原文"] {
            assert!(!holds(&bytes, note.as_bytes()), "{note}");
        }
    }
}

/// Erased as an earlier build did it: an explanation under a former code stays in its row.
async fn erased_then(db: &Db, event: u8, of: &InspectorId) {
    let mut reader = db.read().await.unwrap();
    let before = inspector::get(&mut reader, of).await.unwrap();
    drop(reader);
    let mut rec = begun(db, Act::InspectorErased, event).await;
    let changes = vec![
        ("sealed_credential_no", Value::Sealed(None)),
        ("credential_no_mark", Value::Blob(None)),
    ];
    let key = [Value::from(of.as_str())];
    let done = rec.update(&INSPECTORS, &key, &before.seen, changes);
    done.await.unwrap();
    let holder = crate::person::inspector(of);
    let mut beside = rec.beside();
    let gone = beside.delete(&PERSON_KEYS, "person", holder).await;
    gone.unwrap();
    rec.commit().await.unwrap();
}

async fn declares_as(db: &Db, event: u8, of: &InspectorId, note: &str) {
    let mut reader = db.read().await.unwrap();
    let of = inspector::get(&mut reader, of).await.unwrap();
    drop(reader);
    let recusal = Recusal {
        inspector: of.inspector.code.clone(),
        subject: SubjectCode::parse(FIRST).unwrap(),
        ground: RecusalGround::Interest,
        note: Some(note.to_owned()),
        declared_by: AccountId::from_entropy([5; 12]),
        at: upgrade().clock.now(),
    };
    let mut rec = begun(db, Act::RecusalDeclared, event).await;
    inspector::declare(&mut rec, &recusal, &of).await.unwrap();
    rec.commit().await.unwrap();
}

async fn recoded_as(db: &Db, event: u8, of: &InspectorId, to: &str) {
    let mut reader = db.read().await.unwrap();
    let before = inspector::get(&mut reader, of).await.unwrap();
    drop(reader);
    let after = Inspector {
        code: code(to),
        ..before.inspector.clone()
    };
    let held = before.held();
    let mut rec = begun(db, Act::InspectorEdited, event).await;
    let done = inspector::edit_with_code(&mut rec, &held, &after, Followed::none());
    done.await.unwrap();
    rec.commit().await.unwrap();
}

/// Sealed already when the fact of the storage key comes, left under a former code: of one whose code has passed to
/// another, and of one who has been erased since.
#[tokio::test]
async fn explanations_left_under_former_codes_do_not_keep_the_storage_key_from_being_stated() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = OldDatabase::unpack("b9b6927", engine);
        let db = connected(&old).await;
        let with = with_mask(0x2a);
        migrate::run(&db, &MIGRATIONS[..10], &with).await.unwrap();
        let people = officers(&db).await;
        declares_as(&db, 0xa0, &people[0].0, "甲说明原文").await;
        recoded_as(&db, 0xa1, &people[0].0, "N001").await;
        recoded_as(&db, 0xa2, &people[1].0, &people[0].1).await;
        declares_as(&db, 0xa3, &people[2].0, "丙说明原文").await;
        recoded_as(&db, 0xa4, &people[2].0, "N003").await;
        erased_then(&db, 0xa5, &people[2].0).await;
        migrate::run(&db, MIGRATIONS, &with).await.unwrap();
        audits_clean(&db).await;
        let all = [
            line("N001", FIRST, "甲说明原文", true),
            line(&people[2].1, FIRST, "", false),
        ];
        let mut found = listed(&db).await;
        found.sort_by_key(|line| !line.3);
        assert_eq!(found, all);
        db.close().await;
    }
}
