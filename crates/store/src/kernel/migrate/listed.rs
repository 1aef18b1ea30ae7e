//! The list of migrations that have run, and whether what else the database tells goes with it.
//!
//! A row that was deleted from the end of the list would make the migration run again: where its text makes nothing
//! new it would pass unseen. So the list is believed only as far as neither the tables nor the log know of a later
//! one: a table that a later migration makes, the event of a later migration, or the structure under which the
//! bureau was founded. These are looked up by the index of the log, which the audit compares.

use super::Migration;
use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::engine::Engine;
use crate::kernel::history;
use crate::kernel::image;
use crate::kernel::value::{Row, Value, shown};
use crate::schema;
use domain::event::Act;

/// How far a database has been migrated.
#[derive(Debug)]
pub(in crate::kernel) enum Stands {
    /// To this number.
    At(i64),
    /// Not where its list says: rows of it are gone, were added or altered. In words.
    Refuted(String),
}

/// How far the database has been migrated by its list, its tables and its log.
///
/// # Errors
/// [`StoreError::NewerSchema`] where a newer program has written; [`StoreError::Migration`] where tables stand
/// without any list.
pub(in crate::kernel) async fn stands(
    conn: &mut Conn,
    list: &[Migration],
) -> Result<Stands, StoreError> {
    let last = match known(conn, list).await? {
        Stands::At(last) => last,
        refuted @ Stands::Refuted(_) => return Ok(refuted),
    };
    let later = list.iter().filter(|migration| migration.number > last);
    if last == 0 {
        return Ok(Stands::At(0));
    }
    let there = tables(conn).await?;
    if let Some((number, table)) = gone(conn.engine(), list, last, &there) {
        return Ok(Stands::Refuted(format!(
            "第 {number} 号升级所建的表 {table} 不在了。没有改动。"
        )));
    }
    let mut witness = None;
    for migration in later {
        let made = made_by(migration.text(conn.engine()));
        let stands = |made: &&str| there.iter().any(|name| name == made);
        if let Some(table) = made.into_iter().find(stands) {
            let number = migration.number;
            witness = Some(format!("已有第 {number} 号升级才建的表 {table}"));
        }
    }
    let newest = list.last().map_or(0, |migration| migration.number);
    if last < newest
        && let Some((number, told)) = told_by_log(conn).await?
        && number > last
    {
        witness = Some(told);
    }
    Ok(match witness {
        None => Stands::At(last),
        Some(witness) => Stands::Refuted(format!(
            "升级记录（表 migrations）只到第 {last} 号，{witness}：记录里少了行，升级做不成。没有改动。"
        )),
    })
}

/// A table that a migration up to `last` made, that none of them took away, and that is not there.
fn gone(
    engine: Engine,
    list: &[Migration],
    last: i64,
    there: &[String],
) -> Option<(i64, &'static str)> {
    let ran = || list.iter().filter(|migration| migration.number <= last);
    let dropped: Vec<&str> = ran()
        .flat_map(|one| [one.text(engine), one.afterwards])
        .flat_map(|text| named_after(text, "DROP TABLE "))
        .collect();
    ran()
        .flat_map(|one| {
            made_by(one.text(engine))
                .into_iter()
                .map(|name| (one.number, name))
        })
        .find(|(_, name)| !dropped.contains(name) && !there.iter().any(|table| table == name))
}

/// Names of the tables a text makes.
fn made_by(text: &'static str) -> Vec<&'static str> {
    named_after(text, "CREATE TABLE ")
}

fn named_after(text: &'static str, statement: &str) -> Vec<&'static str> {
    let statements = text.split(statement).skip(1);
    statements
        .filter_map(|rest| rest.split_whitespace().next())
        .map(|name| name.trim_end_matches(';'))
        .collect()
}

/// The newest structure the log tells of, and where.
async fn told_by_log(conn: &mut Conn) -> Result<Option<(i64, String)>, StoreError> {
    let sql = "SELECT e.event_id, l.sequence, b.gzip FROM log_events e JOIN log_leaves l ON l.event_id = e.event_id JOIN log_bodies b ON b.event_id = e.event_id AND b.ordinal = 0 WHERE e.act IN ($1, $2) ORDER BY l.sequence";
    let acts = [Act::SchemaMigrated, Act::BureauInstalled].map(|act| Value::from(act.name()));
    let mut newest = None;
    for row in conn.fetch(sql, &acts).await? {
        let text = image::unpack(&[row.blob("gzip")?.to_vec()])?;
        let told = text.lines().nth(1).and_then(history::told_by);
        let sequence = row.int("sequence")?;
        if let Some(number) = told
            && newest.as_ref().is_none_or(|(before, _)| number > *before)
        {
            let words = format!("留痕第 {sequence} 条说明已到第 {number} 号");
            newest = Some((number, words));
        }
    }
    Ok(newest)
}

/// The number of the last migration that has run, by the list alone: this program must know it, and all before it
/// must have run as well. 0 where there is nothing of ours yet.
async fn known(conn: &mut Conn, list: &[Migration]) -> Result<Stands, StoreError> {
    let engine = conn.engine();
    let newest = list.last().map_or(0, |migration| migration.number);
    let done = if recorded(conn).await? {
        let sql = "SELECT number, name, hash FROM migrations ORDER BY number";
        conn.fetch(sql, &[]).await?
    } else {
        Vec::new()
    };
    let refuted = |why: String| {
        Ok(Stands::Refuted(format!(
            "升级记录（表 migrations）{why}没有改动。"
        )))
    };
    let mut last = 0;
    let mut expected = list.iter();
    for row in &done {
        let (number, name, hash) = match Listed::of(row) {
            Listed::Row(number, name, hash) => (number, name, hash),
            Listed::Odd(shown) => {
                return refuted(format!("有一行不是任何程序写得出的：{shown}。"));
            }
        };
        if number > newest {
            return beyond(conn, number, newest).await;
        }
        let Some(known) = expected.next().filter(|known| known.number == number) else {
            return refuted(format!(
                "缺了第 {number} 号（{name}）之前的行，或有本程序没有的编号。"
            ));
        };
        if known.hash(engine) != hash {
            return refuted(format!(
                "第 {number} 号（{name}）的摘要与本程序的不同：改动过，或是另一个版本写的（那就用写入这个库的程序版本打开）。"
            ));
        }
        last = number;
    }
    if last == 0 && holds_tables(conn).await? {
        return Err(StoreError::Migration(
            "库里已有本系统的表，却没有升级记录（表 migrations 不在或是空的），不知道它是哪个版本的结构。没有改动。从备份恢复这个库，或换一个空库。"
                .to_owned(),
        ));
    }
    Ok(Stands::At(last))
}

/// A number this program does not know is that of a newer one, unless the log says that no such migration ever ran:
/// each of them leaves its event there, or the founding tells of it.
async fn beyond(conn: &mut Conn, found: i64, known: i64) -> Result<Stands, StoreError> {
    let newer = StoreError::NewerSchema { found, known };
    // A newer structure may keep its log otherwise.
    let Ok(rows) = conn
        .fetch("SELECT size FROM log_head WHERE size > 0", &[])
        .await
    else {
        return Err(newer);
    };
    if rows.is_empty() {
        return Err(newer);
    }
    let told = told_by_log(conn).await;
    match told {
        Ok(told) if told.as_ref().is_none_or(|(number, _)| *number <= known) => {
            Ok(Stands::Refuted(format!(
                "升级记录（表 migrations）有第 {found} 号的行，本程序没有这个升级，留痕里也没有做过它（每个升级都有一条留痕）：是添上的，不是更新的程序升级过。没有改动。"
            )))
        }
        _ => Err(newer),
    }
}

/// A row of the list, as it stands: on SQLite its table takes values of any kind.
pub(in crate::kernel) enum Listed<'a> {
    /// Number, name and hash.
    Row(i64, &'a str, &'a str),
    /// A row no program writes, as it can be shown.
    Odd(String),
}

impl<'a> Listed<'a> {
    pub(in crate::kernel) fn of(row: &'a Row) -> Self {
        let columns = (row.int("number"), row.text("name"), row.text("hash"));
        if let (Ok(number), Ok(name), Ok(hash)) = columns {
            return Self::Row(number, name, hash);
        }
        let shown: Vec<String> = row.values().iter().map(shown).collect();
        Self::Odd(format!("（{}）", shown.join("，")))
    }
}

const TABLES: [&str; 2] = [
    "SELECT name AS name FROM sqlite_schema WHERE type = 'table'",
    "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = current_schema()",
];

/// The names of the tables that stand there.
pub(in crate::kernel) async fn tables(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let [lite, pg] = TABLES;
    let sql = match conn.engine() {
        Engine::Sqlite => lite,
        Engine::Postgres => pg,
    };
    let rows = conn.fetch(sql, &[]).await?;
    let name = |row: &Row| row.text("name").map(str::to_owned);
    rows.iter().map(name).collect()
}

async fn recorded(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(tables(conn).await?.iter().any(|name| name == "migrations"))
}

/// Whether any table of ours stands there, besides that of the migrations.
pub(in crate::kernel) async fn holds_tables(conn: &mut Conn) -> Result<bool, StoreError> {
    let traced = schema::TRACED.iter().map(|table| table.layout().name);
    let kernel = schema::KERNEL.iter().copied();
    let ours: Vec<&str> = traced
        .chain(kernel)
        .filter(|name| *name != "migrations")
        .collect();
    let there = tables(conn).await?;
    Ok(there.iter().any(|name| ours.contains(&name.as_str())))
}
