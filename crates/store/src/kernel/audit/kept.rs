//! What the kernel keeps beside the log: versions of registers, the list of migrations, what is still to be swept.
//!
//! A version counts the events that wrote its register, so the log says what it is: exactly where it tells how new the
//! structure was, and never more than that. A migration leaves its row, and in the log of a founded bureau its event;
//! a sweep that is due is one this program could have left.

use super::Report;
use super::replay::{Replay, Touched};
use super::shape::fault;
use crate::error::StoreError;
use crate::kernel::migrate::Listed;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::register::Register;
use crate::kernel::sweep;
use crate::migrations::MIGRATIONS;

pub(super) async fn compare(
    reader: &mut Reader,
    replay: &Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    registers(reader, replay, report).await?;
    migrations(reader, replay, report).await?;
    unswept(reader, report).await
}

/// One row per register, whose number only advances: once for each event that wrote a table of it.
async fn registers(
    reader: &mut Reader,
    replay: &Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    let query = Query::new("SELECT register, version FROM register_versions ORDER BY register");
    let mut wanted: Vec<&str> = Register::ALL
        .iter()
        .map(|register| register.name())
        .collect();
    for row in reader.all(query).await? {
        let (name, version) = (row.text("register")?, row.int("version")?);
        let object = format!("register_versions {name}");
        let Some(at) = wanted.iter().position(|wanted| *wanted == name) else {
            fault(report, &object, "没有这个名录");
            continue;
        };
        wanted.remove(at);
        let Touched { least, most } = replay.touched.get(name).copied().unwrap_or_default();
        if !(least..=most).contains(&version) {
            let said = if least == most {
                format!("{most}")
            } else {
                format!("{least} 到 {most} 之间")
            };
            let why = format!("版本现为 {version}，按写过这个名录的留痕应为 {said}");
            fault(report, &object, &why);
        }
    }
    for name in wanted {
        fault(report, &format!("register_versions {name}"), "不在了");
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
                let object = format!("migrations {shown}");
                fault(report, &object, "不是任何程序写得出的行，是添上的或被改动");
                continue;
            }
        };
        while let Some(gone) = known.next_if(|migration| migration.number < number) {
            absent(gone.number, gone.name, replay, report);
        }
        let object = format!("migrations {number}");
        let Some(migration) = known.next_if(|migration| migration.number == number) else {
            fault(report, &object, "本程序没有这个升级，留痕里也没有做过它");
            continue;
        };
        if name != migration.name || hash != migration.hash(engine) {
            fault(report, &object, "名称或摘要与本程序的这个升级不符");
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
    fault(report, &format!("migrations {number}"), &why);
}

/// Only what this program could have left.
async fn unswept(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let query = Query::new("SELECT place FROM unswept ORDER BY place");
    for row in reader.all(query).await? {
        let place = row.text("place")?;
        if !sweep::could_be_left(place) {
            fault(report, &format!("unswept {place}"), "没有这样的待清扫项");
        }
    }
    Ok(())
}
