//! What is decided or shown to the public is asked of the log itself: altered beside it, it changes nothing; altered
//! in it, it is refused.

use domain::id::CampaignNo;

use super::*;
use crate::campaign::{self, StoredCampaign};
use crate::kernel::engine::{Db, Engine};
use crate::kernel::storage_key;
use crate::old::{OldDatabase, made_before};
use crate::portal;
use crate::schema::INSPECTORS;

const FINISHED: &str = "411200-CG-2026-0001";

/// The newest of the old databases on each engine that opens without its own key, brought up to date.
async fn each() -> Vec<(OldDatabase, Db)> {
    let commit = made_before(storage_key::SINCE).last().unwrap();
    let mut opened = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = OldDatabase::unpack(commit, engine);
        let db = old.opened().await;
        opened.push((old, db));
    }
    opened
}

/// A statement behind the program's back, and what takes it back.
async fn meddle(db: &Db, sql: &str) {
    let mut conn = db.write_conn().await.unwrap();
    conn.execute(sql, &[]).await.unwrap();
    conn.commit().await.unwrap();
}

async fn finished(db: &Db) -> StoredCampaign {
    let number = CampaignNo::parse(FINISHED).unwrap();
    let mut reader = db.read().await.unwrap();
    campaign::by_number(&mut reader, &number).await.unwrap()
}

/// The kinds of the public records of the finished campaign, or why they are not shown.
async fn shown(db: &Db) -> Result<Vec<&'static str>, String> {
    let stored = finished(db).await;
    let mut reader = db.read().await.unwrap();
    match portal::records_of(&mut reader, &stored).await {
        Ok(records) => Ok(records.iter().map(|logged| logged.kind).collect()),
        Err(error) => {
            assert_eq!(error.code(), "STOR-521", "{error}");
            Err(error.to_string())
        }
    }
}

#[tokio::test]
async fn a_record_that_is_hidden_or_changed_is_not_passed_over_in_silence() {
    let of_result = "(SELECT sequence FROM log_leaves WHERE entry LIKE 'shuang/1 entry_type result%' ORDER BY sequence LIMIT 1)";
    let lines = [
        (
            "DELETE FROM log_links WHERE kind = 'campaign'".to_owned(),
            "少了现行的承诺",
        ),
        (
            format!("DELETE FROM log_links WHERE kind = 'campaign' AND sequence = {of_result}"),
            "少了现行的结果",
        ),
        (
            "UPDATE log_records SET record = record || ' ' WHERE record LIKE 'shuang/1 reveal%'"
                .to_owned(),
            "不是条目所记的那一份",
        ),
        (
            "UPDATE log_leaves SET entry = replace(entry, 'time 1', 'time 2') WHERE entry LIKE 'shuang/1 entry_type open%'".to_owned(),
            "不是日志里的那一条",
        ),
    ];
    for (sql, why) in lines {
        for (_old, db) in each().await {
            let before = shown(&db).await.unwrap();
            assert_eq!(before, ["plan", "freeze", "reveal", "result", "open"]);
            // What is only looked up by cannot hide a record or change when it was logged.
            meddle(
                &db,
                "UPDATE log_events SET act = 'outcome.withdraw', at_ms = 0",
            )
            .await;
            assert_eq!(shown(&db).await.unwrap(), before);
            meddle(&db, &sql).await;
            let refused = shown(&db).await.unwrap_err();
            assert!(refused.contains(why), "{sql}: {refused}");
            db.close().await;
        }
    }
}

#[tokio::test]
async fn a_freeze_whose_void_cannot_be_found_is_not_passed_over_in_silence() {
    for (_old, db) in each().await {
        let mut reader = db.read().await.unwrap();
        let mut stored = finished(&db).await;
        // As after a void: the campaign stands on no FREEZE, and the VOID of the one there was is hidden.
        (stored.freeze_record, stored.result_record) = (None, None);
        let refused = portal::records_of(&mut reader, &stored).await.unwrap_err();
        assert!(refused.to_string().contains("（VOID）"), "{refused}");
        drop(reader);
        db.close().await;
    }
}

async fn one_inspector(db: &Db) -> (Value, EventId) {
    let query = Query::new("SELECT inspector_id, last_event FROM inspectors ORDER BY inspector_id");
    let mut reader = db.read().await.unwrap();
    let row = reader.first(query).await.unwrap().unwrap();
    let event = row.parsed("inspectors", "last_event", EventId::parse);
    (
        Value::from(row.text("inspector_id").unwrap()),
        event.unwrap(),
    )
}

async fn written(db: &Db, key: &Value) -> Result<i64, StoreError> {
    let mut reader = db.read().await.unwrap();
    last_written(&mut reader, &INSPECTORS, std::slice::from_ref(key)).await
}

#[tokio::test]
async fn when_a_row_was_last_written_is_the_time_of_its_entry_and_of_nothing_else() {
    let altered = [
        (
            "UPDATE log_leaves SET entry = replace(entry, 'time 17', 'time 16') WHERE event_id IN (SELECT last_event FROM inspectors)",
            "条目不在日志的树里",
        ),
        (
            "UPDATE inspectors SET presence = 'left', name = 'x'",
            "不是最后一次写入时的样子",
        ),
        (
            "UPDATE inspectors SET last_event = (SELECT event_id FROM log_leaves WHERE sequence = 0)",
            "不是最后一次写入时的样子",
        ),
        (
            "UPDATE log_events SET salt = (SELECT salt FROM log_events ORDER BY event_id LIMIT 1)",
            "正文与条目中的摘要不符",
        ),
    ];
    for (sql, why) in altered {
        for (_old, db) in each().await {
            let (key, event) = one_inspector(&db).await;
            let mut reader = db.read().await.unwrap();
            let line = line_of(&mut reader, &event).await.unwrap().unwrap();
            drop(reader);
            let entry = Entry::parse(&line.entry).unwrap();
            let wanted = i64::try_from(entry.time()).unwrap();
            meddle(&db, "UPDATE log_events SET at_ms = 0").await;
            assert_eq!(written(&db, &key).await.unwrap(), wanted);
            meddle(&db, sql).await;
            let refused = written(&db, &key).await.unwrap_err().to_string();
            assert!(refused.starts_with("STOR-521 "), "{sql}: {refused}");
            assert!(refused.contains(why), "{sql}: {refused}");
            db.close().await;
        }
    }
}

#[tokio::test]
async fn nothing_is_proven_or_disclosed_by_what_the_log_refutes() {
    for (_old, db) in each().await {
        let stored = finished(&db).await;
        let freeze = Hash::of(stored.freeze_record.unwrap().as_bytes());
        let mut reader = db.read().await.unwrap();
        let event = event_of_record(&mut reader, &freeze).await.unwrap();
        body(&mut reader, &event).await.unwrap();
        drop(reader);
        let other = "(SELECT event_id FROM log_leaves WHERE sequence = 1)";
        meddle(&db, &format!("UPDATE log_records SET event_id = {other}")).await;
        meddle(&db, &format!("UPDATE log_events SET salt = (SELECT salt FROM log_events WHERE event_id = {other})")).await;
        meddle(&db, "UPDATE log_head SET size = size - 1").await;
        let mut reader = db.read().await.unwrap();
        for refused in [
            event_of_record(&mut reader, &freeze).await.map(drop),
            body(&mut reader, &event).await.map(drop),
            head(&mut reader).await.map(drop),
            inclusion(&mut reader, &event).await.map(drop),
            consistency(&mut reader, 1).await.map(drop),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), "STOR-521", "{refused}");
        }
        drop(reader);
        db.close().await;
    }
}

#[tokio::test]
async fn a_series_that_is_gone_while_its_numbers_are_in_use_gives_no_number_twice() {
    use crate::counter::{self, Series};
    for (_old, db) in each().await {
        meddle(&db, "DELETE FROM counters").await;
        for (year, gone) in [(2026, true), (2027, false)] {
            let mut tx = db.begin("story").await.unwrap();
            let next = counter::next(&mut tx, Series::of_campaigns("411200", "CG", year)).await;
            match next {
                Ok(next) => assert!(!gone && next.number() == 1),
                Err(error) => {
                    let said = error.to_string();
                    assert!(gone && said.starts_with("STOR-521 "), "{said}");
                    for word in [
                        "411200-CG 2026",
                        "不在了",
                        "411200-CG-2026-0",
                        "mingqian audit",
                    ] {
                        assert!(said.contains(word), "{said}");
                    }
                }
            }
        }
        db.close().await;
    }
}

#[tokio::test]
async fn an_attempt_is_told_entry_by_entry_whatever_stands_in_its_row() {
    for (_old, db) in each().await {
        let told = async || {
            let stored = finished(&db).await;
            let mut reader = db.read().await.unwrap();
            campaign::attempt(&mut reader, &stored).await
        };
        let before = told().await.unwrap();
        let acts: Vec<&str> = before.iter().map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts.first(), Some(&"campaign.freeze"), "{acts:?}");
        for act in ["party.commit", "party.reveal", "campaign.reveal"] {
            assert!(acts.contains(&act), "{acts:?}");
        }
        let mut parties = before.iter().filter(|entry| entry.act == "party.commit");
        let delivery = parties.next().unwrap();
        assert!(delivery.party.is_some());
        let figures = &before[0].figures;
        assert_eq!(*figures, finished(&db).await.figures);
        meddle(&db, "UPDATE campaigns SET figures = figures || ' '").await;
        assert_eq!(told().await.unwrap()[0].figures, *figures);
        // By no link and no index of events is an entry hidden; one whose body is not its own is refused.
        meddle(&db, "DELETE FROM log_links WHERE kind = 'campaign'").await;
        meddle(&db, "UPDATE log_events SET act = 'campaign.freeze'").await;
        let now = told().await.unwrap();
        let sequences = |told: &[campaign::AttemptEntry]| -> Vec<u64> {
            told.iter().map(|entry| entry.sequence).collect()
        };
        assert_eq!(sequences(&now), sequences(&before));
        let of = format!("sequence = {}", before[0].sequence);
        let event = format!("(SELECT event_id FROM log_leaves WHERE {of})");
        meddle(
            &db,
            &format!("DELETE FROM log_bodies WHERE event_id = {event}"),
        )
        .await;
        let refused = told().await.unwrap_err();
        let words = refused.to_string();
        assert!(
            refused.code() == "STOR-521" && words.contains("正文"),
            "{words}"
        );
        db.close().await;
    }
}

#[tokio::test]
async fn a_leaf_that_is_gone_exchanged_or_altered_ends_every_walk_back_from_the_head() {
    // A leaf between the head and the freeze of the finished campaign.
    let one = "(SELECT MAX(sequence) - 2 FROM log_leaves)";
    for (sql, why) in [
        (
            format!("DELETE FROM log_leaves WHERE sequence = {one}"),
            "不在了",
        ),
        (
            format!(
                "UPDATE log_leaves SET entry = replace(entry, 'time 1', 'time 2') WHERE sequence = {one}"
            ),
            "不是日志头之下的那些条目",
        ),
        (
            format!(
                "UPDATE log_bodies SET ordinal = ordinal + 1 WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = {one})"
            ),
            "正文",
        ),
    ] {
        for (_old, db) in each().await {
            let stored = finished(&db).await;
            let mut reader = db.read().await.unwrap();
            campaign::as_last_written(&mut reader, &stored)
                .await
                .unwrap();
            drop(reader);
            unbound(&db).await;
            meddle(&db, &sql).await;
            let mut reader = db.read().await.unwrap();
            let refused = campaign::attempt(&mut reader, &stored).await.unwrap_err();
            assert_eq!(refused.code(), "STOR-521", "{sql}: {refused}");
            assert!(refused.to_string().contains(why), "{sql}: {refused}");
            drop(reader);
            db.close().await;
        }
    }
}

/// The engine lets rows go that others name.
async fn unbound(db: &Db) {
    let sql = match db.engine() {
        Engine::Sqlite => "PRAGMA foreign_keys = OFF",
        Engine::Postgres => "ALTER TABLE log_leaves DISABLE TRIGGER ALL",
    };
    meddle(db, sql).await;
}

/// On a server somebody could alter a row while it is read, and put it back before it is compared: what was read counts.
#[tokio::test]
async fn what_was_read_otherwise_than_the_leaves_left_it_is_refused_though_the_row_stands_right() {
    for (_old, db) in each().await {
        let mut read = finished(&db).await;
        read.title.push('改');
        let mut reader = db.read().await.unwrap();
        let refused = campaign::as_last_written(&mut reader, &read).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with("STOR-521 "), "{refused}");
        assert!(refused.contains(FINISHED), "{refused}");
        drop(reader);
        db.close().await;
    }
}

/// The image is one the program wrote, and the stamp is that of its time: only the entries since say that it is not the last.
#[tokio::test]
async fn a_row_put_back_to_an_older_image_with_the_stamp_of_its_time_is_not_what_was_last_written()
{
    for (_old, db) in each().await {
        let stored = finished(&db).await;
        let mut reader = db.read().await.unwrap();
        let told = campaign::attempt(&mut reader, &stored).await.unwrap();
        drop(reader);
        let first = told.first().unwrap();
        let life = domain::campaign::state::LIFE.write(&first.state).unwrap();
        let stamp = format!(
            "(SELECT event_id FROM log_leaves WHERE sequence = {})",
            first.sequence
        );
        meddle(
            &db,
            &format!("UPDATE campaigns SET state = 'frozen', life = '{life}', last_event = {stamp} WHERE number = '{FINISHED}'"),
        )
        .await;
        meddle(&db, "DELETE FROM log_links").await;
        let stored = finished(&db).await;
        let mut reader = db.read().await.unwrap();
        let refused = campaign::as_last_written(&mut reader, &stored).await;
        let refused = refused.unwrap_err().to_string();
        let last = told.last().unwrap().sequence;
        assert!(refused.starts_with("STOR-521 "), "{refused}");
        assert!(
            refused.contains(&format!("不是留痕第 {last} 条")),
            "{refused}"
        );
        drop(reader);
        db.close().await;
    }
}
