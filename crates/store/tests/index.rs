//! Whatever column the kernel keeps beside entries and bodies is altered, the audit names it; and nothing goes on from
//! a head or a count that the log refutes.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "../../testkit/src/engines.rs"]
#[expect(
    dead_code,
    reason = "shared with stories that end the same way on both"
)]
mod engines;
mod support;

use domain::account::Role;
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccountId, OrgUnitId};
use engines::{PostgresDatabase, SqliteFile, admin, upgrade};
use store::{Db, Engine, Exhibit, Fault, StoreError, audit, org, schema};
use support::{NOON, add_unit, bytes, event, sealing, unit};

/// A database on one engine with a place where rows can be put aside.
struct Stage {
    db: Db,
    file: SqliteFile,
    server: Option<PostgresDatabase>,
}

impl Stage {
    async fn on(engine: Engine) -> Self {
        let file = SqliteFile::fresh();
        let server = (engine == Engine::Postgres).then(PostgresDatabase::fresh);
        let db = open(&file, server.as_ref()).await.unwrap();
        Self { db, file, server }
    }

    async fn again(&self) -> Result<Db, StoreError> {
        open(&self.file, self.server.as_ref()).await
    }

    /// Runs statements behind the program's back; rows may be put aside in the schema `aside`, and nothing that ties
    /// tables together is in the way.
    async fn meddle(&self, sql: &str) {
        match &self.server {
            Some(server) => {
                let sql = format!(
                    "SET session_replication_role = replica; CREATE SCHEMA IF NOT EXISTS aside; {sql}"
                );
                // Beside the runtime: an act that was refused gives its locks back meanwhile.
                let url = server.url().to_owned();
                let done = tokio::task::spawn_blocking(move || admin(&url, &sql));
                done.await.unwrap();
            }
            None => {
                use sqlx::ConnectOptions as _;
                use sqlx::Connection as _;
                let place = self.file.path().display().to_string();
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(&place)
                    .create_if_missing(true);
                let mut conn = options.connect().await.unwrap();
                let before =
                    format!("PRAGMA foreign_keys = OFF; ATTACH '{place}-aside' AS aside; ");
                sqlx::raw_sql(sqlx::AssertSqlSafe(before + sql))
                    .execute(&mut conn)
                    .await
                    .unwrap();
                conn.close().await.unwrap();
            }
        }
    }

    /// The same on SQLite, whose tables are told to take values of any type for that while; false if the statement is
    /// refused all the same.
    async fn slacken(&self, sql: &str) -> bool {
        use sqlx::ConnectOptions as _;
        use sqlx::Connection as _;
        let place = self.file.path().display().to_string();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&place);
        let run = async |sql: String| {
            let mut conn = options.connect().await.unwrap();
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&mut conn)
                .await;
            conn.close().await.unwrap();
            done.is_ok()
        };
        let schema = |from: &str, to: &str| {
            format!(
                "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE type = 'table'; PRAGMA writable_schema = RESET"
            )
        };
        assert!(run(schema(") STRICT", ") /*S*/")).await);
        let done = run(format!(
            "PRAGMA foreign_keys = OFF; ATTACH '{place}-aside' AS aside; {sql}"
        ))
        .await;
        assert!(run(schema(") /*S*/", ") STRICT")).await);
        done
    }

    async fn named(&self) -> Vec<String> {
        let report = audit(&self.db).await.unwrap();
        report.faults.iter().map(Fault::to_string).collect()
    }

    async fn end(self) {
        self.db.close().await;
        let _ = std::fs::remove_file(format!("{}-aside", self.file.path().display()));
    }
}

async fn open(file: &SqliteFile, server: Option<&PostgresDatabase>) -> Result<Db, StoreError> {
    match server {
        Some(server) => Db::open_postgres(server.url(), &upgrade()).await,
        None => Db::open_sqlite(file.path(), &upgrade()).await,
    }
}

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// An act of a person that concerns two things and puts a public record into the log.
async fn publishes(db: &Db, number: u64) {
    let record = format!("shuang/1 plan\nattempt {number}\n");
    tries_to_publish(db, number, &record).await.unwrap();
}

async fn tries_to_publish(db: &Db, number: u64, record: &str) -> Result<(), StoreError> {
    let at = domain::time::Instant::from_unix_ms(NOON + i64::try_from(number).unwrap());
    let account = AccountId::from_entropy(bytes(900));
    let unit_of = OrgUnitId::from_entropy(bytes(901));
    let actor = Actor::account(account, "甲", Role::Approver, unit_of);
    let event = Event::new(event(number).id, Act::CampaignApproved, at, actor)
        .touching(LinkKind::Campaign, format!("campaign-{number}"))
        .touching(LinkKind::Item, "item-1");
    let mut sealing = sealing(number);
    sealing.record = Some(record.to_owned());
    let tx = db.begin("test.record").await?;
    let mut rec = tx.record(event, sealing)?;
    org::add(&mut rec, &unit(number)).await?;
    rec.commit().await.map(drop)
}

/// Founds a bureau as this program does.
async fn founds(db: &Db) {
    let event = Event::new(
        event(50).id,
        Act::BureauInstalled,
        event(50).at,
        Actor::program("建立本局"),
    )
    .with("structure", store::structure());
    let tx = db.begin("test.found").await.unwrap();
    let mut rec = tx.record(event, sealing(50)).unwrap();
    org::state_fact(&mut rec, "bureau", "示例局").await.unwrap();
    org::state_storage_key(&mut rec).await.unwrap();
    org::add(&mut rec, &unit(50)).await.unwrap();
    rec.commit().await.unwrap();
}

async fn told(engine: Engine) -> Stage {
    let stage = Stage::on(engine).await;
    founds(&stage.db).await;
    for number in 51..=53 {
        publishes(&stage.db, number).await;
    }
    stage
        .meddle("INSERT INTO unswept (place) VALUES ('erasure')")
        .await;
    assert_eq!(stage.named().await, Vec::<String>::new());
    stage
}

/// Changes one value of a column, the greatest there is.
fn alters(engine: Engine, table: &str, column: &str, kind: &str) -> String {
    let value = match (kind, engine) {
        // The head has one row, and no other key.
        _ if column == "head_id" => return format!("DELETE FROM {table}"),
        ("int", _) => format!("{column} + 1"),
        ("text", _) => format!("{column} || 'x'"),
        (_, Engine::Sqlite) => "x'00'".to_owned(),
        (_, Engine::Postgres) => "'\\x00'".to_owned(),
    };
    format!(
        "UPDATE {table} SET {column} = {value} WHERE {column} = (SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column} DESC LIMIT 1)"
    )
}

#[tokio::test]
async fn no_column_of_a_table_of_the_kernel_can_be_altered_unseen() {
    for engine in BOTH {
        let stage = told(engine).await;
        let live = store::live_schema(&stage.db).await.unwrap();
        let mut altered = 0;
        for table in schema::KERNEL {
            stage
                .meddle(&format!(
                    "CREATE TABLE aside.{table} AS SELECT * FROM {table}"
                ))
                .await;
            let restored =
                format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM aside.{table}");
            for (column, kind) in &live[*table] {
                let sql = alters(engine, table, column, kind);
                stage.meddle(&sql).await;
                let named = stage.named().await;
                assert!(!named.is_empty(), "{engine:?}: unseen: {sql}");
                stage.meddle(&restored).await;
                altered += 1;
            }
            // Rows nobody wrote, and rows that are gone.
            stage.meddle(&format!("DELETE FROM {table}")).await;
            let named = stage.named().await;
            let seen = schema::RECOMPUTED.contains(table);
            assert_eq!(!named.is_empty(), seen, "{engine:?}: {table}: {named:?}");
            stage.meddle(&restored).await;
            assert_eq!(stage.named().await, Vec::<String>::new(), "{table}");
        }
        assert!(altered > 30, "{altered}");
        stage.end().await;
    }
}

/// The body of the entry of that leaf is nothing that can be read.
async fn breaks_body(stage: &Stage, engine: Engine, sequence: u32) {
    let junk = match engine {
        Engine::Sqlite => "x'00'",
        Engine::Postgres => "'\\x00'",
    };
    stage
        .meddle(&format!(
            "UPDATE log_bodies SET gzip = {junk} WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = {sequence})"
        ))
        .await;
}

/// What an event wrote whose body is broken was planted by nobody: nobody can say how it should stand.
#[tokio::test]
async fn rows_of_an_event_whose_body_cannot_be_read_are_not_checkable_and_no_others_are_accused() {
    for engine in BOTH {
        let stage = told(engine).await;
        breaks_body(&stage, engine, 2).await;
        let key = unit(52).id;
        let unread = "AUDT-004 留痕自相矛盾：第 2 条，事件正文读不出".to_owned();
        let unchecked = |sequence: u32| {
            format!(
                "AUDT-021 无从核对：表 org_units 行 [\"{key}\"]，留痕第 {sequence} 条写过或可能写过它，而那一条的正文读不出或与留痕不符"
            )
        };
        assert_eq!(stage.named().await, [unread.clone(), unchecked(2)]);
        // Taken away, or another one planted: only of what later leaves tell can that be said.
        stage
            .meddle("UPDATE org_units SET last_event = (SELECT event_id FROM log_leaves WHERE sequence = 3)")
            .await;
        let named = stage.named().await;
        let planted = format!("AUDT-003 被塞入：表 org_units 行 [\"{key}\"]，没有任何留痕写过它");
        assert!(named.contains(&planted), "{named:?}");
        stage.meddle("DELETE FROM org_units").await;
        let named = stage.named().await;
        let of = |code: &str| named.iter().filter(|line| line.starts_with(code)).count();
        // Those of before may have been removed by it; the one of the third leaf was not.
        assert_eq!((of("AUDT-021"), of("AUDT-002")), (2, 1), "{named:?}");
        stage.end().await;
    }
}

/// A row whose last entry is whole is held against it, whatever stamp it bears.
#[tokio::test]
async fn a_broken_body_hides_no_row_that_the_log_tells_of() {
    for engine in BOTH {
        let stage = told(engine).await;
        breaks_body(&stage, engine, 1).await;
        let key = unit(53).id;
        stage
            .meddle(&format!(
                "UPDATE org_units SET last_event = (SELECT event_id FROM log_leaves WHERE sequence = 1) WHERE org_unit_id = '{key}'"
            ))
            .await;
        let named = stage.named().await;
        let altered = format!("AUDT-001 被改动：表 org_units 行 [\"{key}\"]，列 last_event");
        assert!(
            named.iter().any(|line| line.starts_with(&altered)),
            "{named:?}"
        );
        stage.end().await;
    }
}

/// An altered row that the program wrote again was found by that entry. With a broken body in between nobody can say who
/// altered it; it is named even so.
#[tokio::test]
async fn a_row_found_altered_is_named_though_a_body_in_between_is_broken() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("UPDATE installation SET value = '别的局' WHERE name = 'bureau'")
            .await;
        let tx = stage.db.begin("test.rename").await.unwrap();
        let seen = event(50).id;
        let mut rec = tx.record(event(60), sealing(60)).unwrap();
        let changed = org::change_fact(&mut rec, "bureau", &seen, "又一个局");
        changed.await.unwrap();
        rec.commit().await.unwrap();
        let named = stage.named().await;
        assert!(
            named.iter().any(|line| line.starts_with("AUDT-012 ")),
            "{named:?}"
        );
        breaks_body(&stage, engine, 2).await;
        let named = stage.named().await;
        let of_it = "AUDT-021 无从核对：表 installation 行 [\"bureau\"]";
        assert!(
            named.iter().any(|line| line.starts_with(of_it)),
            "{named:?}"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn a_campaign_that_lost_its_links_is_named_link_by_link() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("DELETE FROM log_links WHERE kind = 'campaign'; INSERT INTO log_links (kind, target, sequence) VALUES ('campaign', 'campaign-51', 2)")
            .await;
        assert_eq!(
            stage.named().await,
            [
                "AUDT-011 日志的索引与日志不符：表 log_links 行 campaign campaign-51 2，留痕第 2 条没有涉及它，是添上的",
                "AUDT-011 日志的索引与日志不符：表 log_links 行 campaign campaign-51 1，不在了；留痕第 1 条涉及它，页面按它查找",
                "AUDT-011 日志的索引与日志不符：表 log_links 行 campaign campaign-52 2，不在了；留痕第 2 条涉及它，页面按它查找",
                "AUDT-011 日志的索引与日志不符：表 log_links 行 campaign campaign-53 3，不在了；留痕第 3 条涉及它，页面按它查找",
            ]
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn the_row_of_an_event_says_what_its_body_says() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("UPDATE log_events SET act = 'campaign.draft', at_ms = 1, account_id = NULL, images = 7 WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = 2)")
            .await;
        let named = stage.named().await;
        let row = event(52).id;
        let account = AccountId::from_entropy(bytes(900));
        let wanted = [
            "列 act 现为 campaign.draft，按留痕第 2 条应为 campaign.approve".to_owned(),
            format!("列 at_ms 现为 1，按留痕第 2 条应为 {}", NOON + 52),
            format!("列 account_id 现为 空，按留痕第 2 条应为 {account}"),
            "列 images 现为 7，按留痕第 2 条应为 1".to_owned(),
        ];
        let wanted = wanted
            .map(|why| format!("AUDT-011 日志的索引与日志不符：表 log_events 行 {row}，{why}"));
        assert_eq!(named, wanted);
        stage.end().await;
    }
}

/// What stands in the head instead of what the leaves make of it, and what the refusal says of it.
const HEADS: [(&str, &str); 8] = [
    (
        "UPDATE log_head SET size = size + 1",
        "列 size 现为 5，日志有 4 条",
    ),
    (
        "UPDATE log_head SET size = 9223372036854775807",
        "列 size 现为",
    ),
    ("UPDATE log_head SET size = -1", "列 size 现为 -1"),
    (
        "UPDATE log_head SET last_at_ms = 9223372036854775807",
        "列 last_at_ms 现为 9223372036854775807",
    ),
    ("UPDATE log_head SET last_at_ms = 0", "列 last_at_ms 现为 0"),
    (
        "UPDATE log_head SET root = (SELECT root FROM log_leaves WHERE sequence = 1)",
        "列 root 不是最后一条之后的根",
    ),
    ("UPDATE log_head SET frontier = root", "列 frontier"),
    ("DELETE FROM log_head", "应只有一行，现有 0 行"),
];

#[tokio::test]
async fn nothing_is_written_under_a_head_that_does_not_follow_from_the_last_leaf() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("CREATE TABLE aside.log_head AS SELECT * FROM log_head")
            .await;
        for (sql, why) in HEADS {
            stage.meddle(sql).await;
            for refused in [
                stage.again().await.map(drop).unwrap_err(),
                add_unit(&stage.db, 60).await.map(drop).unwrap_err(),
            ] {
                assert!(
                    matches!(refused, StoreError::Contradiction { .. }),
                    "{sql}: {refused}"
                );
                let words = refused.to_string();
                assert!(words.starts_with("STOR-521 "), "{words}");
                assert!(words.contains("日志头（表 log_head）"), "{words}");
                assert!(words.contains(why), "{sql}: {words}");
                assert!(words.contains("mingqian audit"), "{words}");
            }
            let named = stage.named().await;
            let head = |fault: &String| fault.starts_with("AUDT-004") && fault.contains("log_head");
            assert!(named.iter().any(head), "{sql}: {named:?}");
            stage
                .meddle("DELETE FROM log_head; INSERT INTO log_head SELECT * FROM aside.log_head")
                .await;
        }
        let db = stage.again().await.unwrap();
        add_unit(&db, 60).await.unwrap();
        db.close().await;
        assert_eq!(stage.named().await, Vec::<String>::new());
        stage.end().await;
    }
}

#[tokio::test]
async fn a_node_planted_ahead_of_the_tree_is_named_where_it_stands_before_an_act_comes_to_it() {
    // Four leaves: where the next act comes to, and where one would come to much later.
    for (level, position) in [(0, 4), (0, 5_000), (1, 2), (2, 1), (3, 0), (40, 7)] {
        for engine in BOTH {
            let stage = told(engine).await;
            let hash = if engine == Engine::Sqlite {
                "x'00'"
            } else {
                "'\\x00'"
            };
            stage
                .meddle(&format!(
                    "INSERT INTO log_nodes (level, position, hash) VALUES ({level}, {position}, {hash})"
                ))
                .await;
            let place = format!("表 log_nodes 行 level {level} position {position}，");
            let refused = stage.again().await.map(drop).unwrap_err().to_string();
            assert!(refused.starts_with("STOR-521 "), "{refused}");
            let place_of_refusal = place.trim_end_matches('，');
            assert!(refused.contains(place_of_refusal), "{refused}");
            if level == 0 && position == 4 {
                let refused = add_unit(&stage.db, 60).await.map(drop).unwrap_err();
                let words = refused.to_string();
                assert!(words.starts_with("STOR-521 "), "{words}");
                assert!(words.contains(place_of_refusal), "{words}");
            }
            let named = stage.named().await;
            let stray = |fault: &String| fault.starts_with("AUDT-011") && fault.contains(&place);
            assert!(named.iter().any(stray), "{named:?}");
            let taken =
                format!("DELETE FROM log_nodes WHERE level = {level} AND position = {position}");
            stage.meddle(&taken).await;
            stage.again().await.unwrap().close().await;
            add_unit(&stage.db, 60).await.unwrap();
            assert_eq!(stage.named().await, Vec::<String>::new());
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn whatever_else_stands_in_the_log_without_an_entry_is_named_by_its_key() {
    for engine in BOTH {
        let stage = told(engine).await;
        let bytes = if engine == Engine::Sqlite {
            "x'00'"
        } else {
            "'\\x00'"
        };
        stage
            .meddle(&format!("INSERT INTO log_events (event_id, act, at_ms, salt, body_hash, images) VALUES ('stray', 'x', 0, {bytes}, {bytes}, 0); INSERT INTO log_bodies (event_id, ordinal, gzip) VALUES ('stray', 3, {bytes}); INSERT INTO log_nodes (level, position, hash) VALUES (0, -1, {bytes}), (-1, 0, {bytes})"))
            .await;
        let named = stage.named().await;
        for place in [
            "表 log_events 行 stray，",
            "表 log_bodies 行 stray 3，",
            "表 log_nodes 行 level 0 position -1，",
            "表 log_nodes 行 level -1 position 0，",
        ] {
            assert!(named.iter().any(|fault| fault.contains(place)), "{named:?}");
        }
        stage
            .meddle("INSERT INTO log_leaves (sequence, event_id, entry, root) SELECT 9, 'far', entry, root FROM log_leaves WHERE sequence = 0")
            .await;
        let named = stage.named().await;
        let far = |fault: &String| fault.contains("还有 1 行接不上的，第一行的 sequence 为 9");
        assert!(named.iter().any(far), "{named:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_planted_leaf_with_the_largest_number_of_all_is_refused_and_named() {
    for engine in BOTH {
        let stage = told(engine).await;
        let planted = "INSERT INTO log_leaves (sequence, event_id, entry, root) SELECT 9223372036854775807, 'aaaaaaaaaaaaaaaaaaaa', entry, root FROM log_leaves WHERE sequence = 3";
        stage.meddle(planted).await;
        for refused in [
            stage.again().await.map(drop).unwrap_err(),
            add_unit(&stage.db, 60).await.map(drop).unwrap_err(),
        ] {
            let words = refused.to_string();
            assert!(words.starts_with("STOR-521 "), "{words}");
            assert!(
                words.contains("列 size 现为 4，日志有 9223372036854775807 条"),
                "{words}"
            );
        }
        let named = stage.named().await;
        assert!(
            named
                .iter()
                .any(|fault| fault.contains("log_leaves 现有 5 行")),
            "{named:?}"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn a_public_record_planted_before_its_act_is_refused_and_one_that_was_logged_is_not() {
    for engine in BOTH {
        let stage = told(engine).await;
        let text = "shuang/1 plan\nattempt 60\n";
        let hash = tlog::Hash::of(text.as_bytes());
        let other = event(51).id;
        stage
            .meddle(&format!("INSERT INTO log_records (record_hash, event_id, record) VALUES ('{hash}', '{other}', '{text}')"))
            .await;
        let refused = tries_to_publish(&stage.db, 60, text).await.unwrap_err();
        let words = refused.to_string();
        assert!(words.starts_with("STOR-521 "), "{words}");
        assert!(
            words.contains(&format!("表 log_records 行 {hash}")),
            "{words}"
        );
        let taken = format!("DELETE FROM log_records WHERE record_hash = '{hash}'");
        stage.meddle(&taken).await;
        for number in [60, 61] {
            tries_to_publish(&stage.db, number, text).await.unwrap();
        }
        assert_eq!(stage.named().await, Vec::<String>::new());
        stage.end().await;
    }
}

#[tokio::test]
async fn a_register_without_its_version_is_refused_with_what_to_do_and_named() {
    use store::{Hold, Register};
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("DELETE FROM register_versions WHERE register IN ('units', 'catalog')")
            .await;
        let mut reader = stage.db.read().await.unwrap();
        let read = reader.register_version(Register::Catalog).await;
        drop(reader);
        let mut tx = stage.db.begin("test.hold").await.unwrap();
        let held = tx.hold(Register::Units, Hold::Exclusive).await;
        drop(tx);
        for refused in [
            read.unwrap_err(),
            held.unwrap_err(),
            add_unit(&stage.db, 60).await.map(drop).unwrap_err(),
        ] {
            let words = refused.to_string();
            assert!(words.starts_with("STOR-521 "), "{words}");
            for word in ["register_versions 行", "不在了", "从备份恢复"] {
                assert!(words.contains(word), "{words}");
            }
        }
        let named = stage.named().await;
        for register in ["units", "catalog"] {
            let gone = format!("register_versions 行 {register}，不在了");
            assert!(named.iter().any(|fault| fault.contains(&gone)), "{named:?}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_version_that_cannot_count_on_is_refused_by_name_and_one_that_lies_is_named() {
    for engine in BOTH {
        let stage = told(engine).await;
        for version in [i64::MAX, -1, 0, 5] {
            stage
                .meddle(&format!(
                    "UPDATE register_versions SET version = {version} WHERE register = 'units'"
                ))
                .await;
            assert_eq!(
                stage.named().await,
                [format!(
                    "AUDT-014 程序在日志之外记的一行不对：表 register_versions 行 units，版本现为 {version}，按写过这个名录的留痕应为 4"
                )]
            );
            if (0..i64::MAX).contains(&version) {
                continue;
            }
            let refused = add_unit(&stage.db, 60).await.unwrap_err();
            let words = refused.to_string();
            assert!(
                words.starts_with("STOR-521 ") && words.contains("register_versions 行 units"),
                "{words}"
            );
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn an_act_that_has_no_row_to_insert_counts_for_no_register() {
    for engine in BOTH {
        let stage = told(engine).await;
        let tx = stage.db.begin("test.empty").await.unwrap();
        let mut rec = tx.record(event(60), sealing(60)).unwrap();
        store::catalog::add_holidays(&mut rec, &[]).await.unwrap();
        rec.commit().await.unwrap();
        assert_eq!(stage.named().await, Vec::<String>::new());
        stage.end().await;
    }
}

#[tokio::test]
async fn a_register_nobody_has_is_a_row_of_its_own_and_not_a_matter_of_the_structure() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("INSERT INTO register_versions (register, version) VALUES ('rubbish', 1)")
            .await;
        assert_eq!(
            stage.named().await,
            [
                "AUDT-014 程序在日志之外记的一行不对：表 register_versions 行 rubbish，没有这个名录，没有任何程序写过这一行，是添上的或改过名"
            ]
        );
        stage.end().await;
    }
}

/// Values of other types than the column has.
fn odd_values(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["CAST(x'FFFE' AS TEXT)", "x'FFFE'"],
        "int" => &["'words'", "x'FFFE'", "1.5"],
        // The last are the very bytes that stood there, called a text: read back as bytes nothing would have changed.
        _ => &["'words'", "7", SAME_BYTES],
    }
}

const SAME_BYTES: &str = "CAST({} AS TEXT)";

/// Columns that are no key and are read as they are, so that the cell itself is named.
const TOLD: &[&str] = &[
    "entry", "root", "act", "salt", "hash", "version", "gzip", "size", "record",
];

/// Puts a value of another type into the last row: the audit names it and `elsewhere` as before. False if the engine
/// does not take it.
async fn odd_cell_is_named(stage: &Stage, of: (&str, &str), value: &str, elsewhere: &str) -> bool {
    let (table, column) = of;
    let same = value == SAME_BYTES;
    let value = value.replace("{}", column);
    let sql = format!(
        "UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT MAX(rowid) FROM {table})"
    );
    if !stage.slacken(&sql).await {
        return false;
    }
    let found = stage.named().await;
    let other = |fault: &String| fault == elsewhere;
    assert!(found.iter().any(other), "{sql}: {found:?}");
    let of_it = |fault: &String| fault.contains(table) || fault.starts_with("AUDT-004");
    assert!(found.iter().any(of_it), "{sql}: {found:?}");
    let cell = format!("列 {column} 不是");
    let told = |fault: &String| fault.starts_with("AUDT-013") && fault.contains(&cell);
    let by_itself = TOLD.contains(&column) && table != "migrations" && !same;
    assert!(!by_itself || found.iter().any(told), "{sql}: {found:?}");
    true
}

/// What SQLite lets stand in a column: bytes called a text, or, once the tables are no longer strict, anything.
#[tokio::test]
async fn a_cell_of_another_type_is_named_with_table_and_row_and_the_audit_goes_on() {
    let stage = told(Engine::Sqlite).await;
    let live = store::live_schema(&stage.db).await.unwrap();
    let elsewhere = "UPDATE org_units SET name = 'x' WHERE org_unit_id = (SELECT MAX(org_unit_id) FROM org_units)";
    stage.meddle(elsewhere).await;
    let [named] = <[String; 1]>::try_from(stage.named().await).unwrap();
    let mut altered = 0;
    for table in schema::KERNEL {
        let aside = format!("CREATE TABLE aside.{table} AS SELECT * FROM {table}");
        stage.meddle(&aside).await;
        let restored =
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM aside.{table}");
        let cells = live[*table].iter().flat_map(|(column, kind)| {
            let values = odd_values(kind).iter();
            values.map(move |value| (column.as_str(), *value))
        });
        for (column, value) in cells {
            let done = odd_cell_is_named(&stage, (table, column), value, &named).await;
            altered += u32::from(done);
            stage.slacken(&restored).await;
        }
        let found = stage.named().await;
        assert_eq!(found, [named.as_str()], "{table}");
    }
    assert!(altered > 60, "{altered}");
    stage.end().await;
}

#[tokio::test]
async fn what_nobody_left_to_sweep_is_named() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("INSERT INTO unswept (place) VALUES ('0001_log'), ('rubbish')")
            .await;
        assert_eq!(
            stage.named().await,
            ["0001_log", "rubbish"].map(|place| format!(
                "AUDT-014 程序在日志之外记的一行不对：表 unswept 行 {place}，没有这样的待清扫项"
            ))
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn a_list_of_migrations_that_lost_its_end_is_refused_and_named_and_sends_nobody_in_circles() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)")
            .await;
        let refused = stage.again().await.map(drop).unwrap_err().to_string();
        assert!(refused.starts_with("STOR-501 "), "{refused}");
        assert!(refused.contains("留痕第 0 条说明已到第"), "{refused}");
        assert!(refused.contains("mingqian audit"), "{refused}");
        let exhibit = match &stage.server {
            Some(server) => Exhibit::open_postgres(server.url()).await,
            None => Exhibit::open_sqlite(stage.file.path()).await,
        };
        let exhibit = exhibit.unwrap();
        let report = exhibit.audit().await.unwrap();
        exhibit.close().await;
        let [fault] = report.faults.as_slice() else {
            panic!("{:?}", report.faults)
        };
        let words = fault.to_string();
        assert!(words.contains("migrations"), "{words}");
        assert!(
            words.contains("行不在了；留痕第 0 条说明这个升级做过"),
            "{words}"
        );
        stage.end().await;
    }
}

impl Stage {
    async fn exhibit(&self) -> Exhibit {
        let exhibit = match &self.server {
            Some(server) => Exhibit::open_postgres(server.url()).await,
            None => Exhibit::open_sqlite(self.file.path()).await,
        };
        exhibit.unwrap()
    }

    /// What the audit as the operator runs it names.
    async fn shown(&self) -> Result<Vec<String>, StoreError> {
        let exhibit = self.exhibit().await;
        let report = exhibit.audit().await;
        exhibit.close().await;
        Ok(report?.faults.iter().map(Fault::to_string).collect())
    }
}

/// What is done to the facts of the installation, or to the log that states them, and what is said of it.
const FACTS: [(&str, &str); 7] = [
    (
        "DELETE FROM installation",
        "局的登记（表 installation）行 bureau 不在了，留痕第 0 条登记过它",
    ),
    (
        "DELETE FROM installation WHERE name = 'storage_key'",
        "行 storage_key 不在了",
    ),
    (
        "UPDATE installation SET value = 'x' WHERE name = 'storage_key'",
        "表 installation 行 [\"storage_key\"]不是最后一次写入时的样子",
    ),
    (
        "UPDATE installation SET value = 'x' WHERE name = 'bureau'",
        "表 installation 行 [\"bureau\"]不是最后一次写入时的样子",
    ),
    (
        "UPDATE installation SET last_event = 'x' WHERE name = 'storage_key'",
        "行 storage_key 被改动",
    ),
    (
        "INSERT INTO installation (name, value, last_event) VALUES ('log_key', 'x', 'x')",
        "行 log_key 被改动",
    ),
    (
        "UPDATE log_events SET salt = body_hash WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = 0)",
        "正文与条目中的摘要不符",
    ),
];

#[tokio::test]
async fn a_fact_of_the_bureau_that_was_altered_is_called_altered_and_no_key_is_blamed() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage
            .meddle("CREATE TABLE aside.installation AS SELECT * FROM installation; CREATE TABLE aside.log_events AS SELECT * FROM log_events")
            .await;
        for (sql, says) in FACTS {
            stage.meddle(sql).await;
            let refused = stage.again().await.map(drop).unwrap_err().to_string();
            assert!(refused.starts_with("STOR-521 "), "{sql}: {refused}");
            assert!(refused.contains(says), "{sql}: {refused}");
            assert!(refused.contains("mingqian audit"), "{sql}: {refused}");
            assert!(!refused.contains("keys"), "{sql}: {refused}");
            assert!(!stage.named().await.is_empty(), "{sql}");
            stage
                .meddle("DELETE FROM installation; INSERT INTO installation SELECT * FROM aside.installation; UPDATE log_events SET salt = (SELECT a.salt FROM aside.log_events a WHERE a.event_id = log_events.event_id)")
                .await;
        }
        stage.again().await.unwrap().close().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn a_list_of_migrations_with_a_row_nobody_wrote_is_refused_by_that_row_and_audited() {
    let next = store::structure() + 1;
    let planted =
        format!("INSERT INTO migrations (number, name, hash) VALUES ({next}, 'later', 'x')");
    let odd = "INSERT INTO migrations (number, name, hash) VALUES ('odd', x'00', 3.5), (NULL, 'a', 'b'), (1.5, CAST(x'ff' AS TEXT), 'b')";
    for engine in BOTH {
        let mut cases = vec![(
            planted.as_str(),
            "是添上的",
            format!("migrations 行 {next}，"),
        )];
        if engine == Engine::Sqlite {
            cases.push((
                odd,
                "不是任何程序写得出的",
                "migrations 行 （“odd”，1 个字节，“3.5”），".to_owned(),
            ));
        }
        for (sql, says, names) in cases {
            let stage = told(engine).await;
            stage.meddle(sql).await;
            let refused = stage.again().await.map(drop).unwrap_err().to_string();
            assert!(
                refused.starts_with("STOR-501 ") && refused.contains(says),
                "{refused}"
            );
            let named = stage.shown().await.unwrap();
            assert!(
                named.iter().any(|fault| fault.contains(&names)),
                "{named:?}"
            );
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_table_that_is_gone_is_named_when_the_database_is_opened() {
    for engine in BOTH {
        let stage = told(engine).await;
        stage.meddle("DROP TABLE rulebooks").await;
        let words = stage.again().await.map(drop).unwrap_err().to_string();
        assert!(words.starts_with("STOR-501 "), "{words}");
        assert!(
            words.contains("第 2 号升级所建的表 rulebooks 不在了"),
            "{words}"
        );
        let words = stage.shown().await.unwrap_err().to_string();
        assert!(
            words.contains("rulebooks") && words.contains("从备份恢复"),
            "{words}"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn a_database_without_a_bureau_is_never_clean() {
    for engine in BOTH {
        let stage = Stage::on(engine).await;
        let refused = stage.shown().await.unwrap_err();
        assert_eq!(refused.code(), "STOR-526", "{refused}");
        let exhibit = stage.exhibit().await;
        assert!(exhibit.holds_bureau().await.unwrap().is_err());
        exhibit.close().await;
        founds(&stage.db).await;
        assert_eq!(stage.shown().await.unwrap(), Vec::<String>::new());
        let exhibit = stage.exhibit().await;
        assert_eq!(exhibit.holds_bureau().await.unwrap(), Ok(()));
        exhibit.close().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn a_bureau_without_any_rulebook_is_a_contradiction_and_no_page_that_was_not_found() {
    for engine in BOTH {
        let stage = told(engine).await;
        let mut reader = stage.db.read().await.unwrap();
        let refused = store::catalog::rulebook(&mut reader)
            .await
            .map(drop)
            .unwrap_err();
        let words = refused.to_string();
        assert!(
            words.starts_with("STOR-521 ") && words.contains("表 rulebooks"),
            "{words}"
        );
        drop(reader);
        stage.end().await;
    }
}
