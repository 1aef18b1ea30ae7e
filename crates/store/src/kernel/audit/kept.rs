//! What the kernel keeps beside the log: versions of registers, the list of migrations, what is still to be swept.
//!
//! A version counts the events that wrote its register, so the log says what it is: exactly where it tells how new the
//! structure was, and never more than that. A migration leaves its row, and in the log of a founded bureau its event;
//! a sweep that is due is one this program could have left.

use super::replay::{Replay, Touched};
use super::{Fault, Report, cell};
use crate::error::StoreError;
use crate::kernel::migrate::Listed;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::register::Register;
use crate::kernel::sweep;
use crate::migrations::MIGRATIONS;

/// The list of migrations.
const LIST: &str = "migrations";

pub(super) async fn compare(
    reader: &mut Reader,
    replay: &Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    registers(reader, replay, report).await?;
    migrations(reader, replay, report).await?;
    unswept(reader, report).await
}

fn fault(report: &mut Report, (table, row): (&str, &str), why: &str) {
    report.faults.push(Fault::Kept {
        table: table.to_owned(),
        row: row.to_owned(),
        why: why.to_owned(),
    });
}

/// One row per register, whose number only advances: once for each event that wrote a table of it.
async fn registers(
    reader: &mut Reader,
    replay: &Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    const TABLE: &str = "register_versions";
    let query = Query::new("SELECT register, version FROM register_versions ORDER BY register");
    let mut wanted: Vec<&str> = Register::ALL
        .iter()
        .map(|register| register.name())
        .collect();
    for row in reader.all(query).await? {
        let Some(name) = cell(report, row.text("register"))? else {
            continue;
        };
        let Some(at) = wanted.iter().position(|wanted| *wanted == name) else {
            let why = "没有这个名录，没有任何程序写过这一行，是添上的或改过名";
            fault(report, (TABLE, name), why);
            continue;
        };
        wanted.remove(at);
        let Some(version) = cell(report, row.int("version"))? else {
            continue;
        };
        let Touched { least, most } = replay.touched.get(name).copied().unwrap_or_default();
        // Each event that cannot be believed may have written any register.
        let most = most.saturating_add(replay.unread.count());
        if !(least..=most).contains(&version) {
            let said = if least == most {
                format!("{most}")
            } else {
                format!("{least} 到 {most} 之间")
            };
            let why = format!("版本现为 {version}，按写过这个名录的留痕应为 {said}");
            fault(report, (TABLE, name), &why);
        }
    }
    for name in wanted {
        fault(report, (TABLE, name), "不在了，每个名录都有一行");
    }
    Ok(())
}

/// Every migration of this program has its row, and every row its migration.
async fn migrations(
    reader: &mut Reader,
    replay: &Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    let engine = reader.conn.engine();
    let query = Query::new("SELECT number, name, hash FROM migrations ORDER BY number");
    let mut known = MIGRATIONS.iter().peekable();
    for row in reader.all(query).await? {
        let (number, name, hash) = match Listed::of(&row) {
            Listed::Row(number, name, hash) => (number, name, hash),
            Listed::Odd(shown) => {
                let why = "不是任何程序写得出的行，是添上的或被改动";
                fault(report, (LIST, &shown), why);
                continue;
            }
        };
        while let Some(gone) = known.next_if(|migration| migration.number < number) {
            absent(gone.number, gone.name, replay, report);
        }
        let row = number.to_string();
        let Some(migration) = known.next_if(|migration| migration.number == number) else {
            fault(
                report,
                (LIST, &row),
                "本程序没有这个升级，留痕里也没有做过它",
            );
            continue;
        };
        if name != migration.name || hash != migration.hash(engine) {
            fault(report, (LIST, &row), "名称或摘要与本程序的这个升级不符");
        }
    }
    for gone in known {
        absent(gone.number, gone.name, replay, report);
    }
    Ok(())
}

fn absent(number: i64, name: &str, replay: &Replay, report: &mut Report) {
    let why = if number <= replay.age {
        format!(
            "{name} 的行不在了；留痕第 {} 条说明这个升级做过",
            replay.told_by
        )
    } else {
        format!("{name} 的行不在了")
    };
    fault(report, (LIST, &number.to_string()), &why);
}

/// Only what this program could have left.
async fn unswept(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let query = Query::new("SELECT place FROM unswept ORDER BY place");
    for row in reader.all(query).await? {
        let Some(place) = cell(report, row.text("place"))? else {
            continue;
        };
        if !sweep::could_be_left(place) {
            fault(report, ("unswept", place), "没有这样的待清扫项");
        }
    }
    Ok(())
}
