//! The tools of PostgreSQL for a database on a server: `pg_dump` and `pg_restore`, whose snapshot is one moment while
//! servers go on writing. The password goes by the environment and never by the list of processes.

use std::path::Path;
use std::process::Command;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::commands::Failure;

/// The whole database, in the format of its own tool.
///
/// # Errors
/// `BACK-003` with what the tool said.
pub(crate) fn dump(database: &str, file: &Path) -> Result<(), Failure> {
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]);
    run(command.arg(file), database, "pg_dump")
}

/// Puts a dump into an empty database.
///
/// # Errors
/// `BACK-003` with what the tool said.
pub(crate) fn load(file: &Path, database: &str) -> Result<(), Failure> {
    let mut command = Command::new("pg_restore");
    command.args([
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--dbname",
    ]);
    let name = settings(database)?;
    let name = name.iter().find(|(key, _)| *key == "PGDATABASE");
    let name = name.map_or(String::new(), |(_, name)| name.clone());
    run(command.arg(name).arg(file), database, "pg_restore")
}

fn run(command: &mut Command, database: &str, tool: &str) -> Result<(), Failure> {
    command.envs(settings(database)?);
    let failed = |why: &str| {
        let sentence = format!(
            "{tool} 没有办成：{why}。它随 PostgreSQL 客户端一起安装，版本不能低于服务器；数据库地址由 --database 指定。"
        );
        Failure::new("BACK-003", tool, sentence)
    };
    let done = command
        .output()
        .map_err(|error| failed(&verify::disk::why(&error)))?;
    match done.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&done.stderr);
            let last = said.lines().last().unwrap_or_default().trim().to_owned();
            Err(failed(&last))
        }
    }
}

/// The address as the environment of the tools has it.
fn settings(database: &str) -> Result<Vec<(&'static str, String)>, Failure> {
    let wrong = || {
        let sentence = "数据库地址读不懂，要写成 postgres://账号:口令@主机:端口/库名。";
        Failure::new("BACK-004", "--database", sentence)
    };
    let url = Url::parse(database).map_err(|_| wrong())?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut settings = vec![
        ("PGHOST", plain(url.host_str().unwrap_or("localhost"))),
        ("PGPORT", url.port().unwrap_or(5432).to_string()),
        ("PGDATABASE", plain(url.path().trim_start_matches('/'))),
    ];
    if !url.username().is_empty() {
        settings.push(("PGUSER", plain(url.username())));
    }
    if let Some(password) = url.password() {
        settings.push(("PGPASSWORD", plain(password)));
    }
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "host" => settings[0].1 = value.into_owned(),
            "sslmode" => settings.push(("PGSSLMODE", value.into_owned())),
            "sslrootcert" => settings.push(("PGSSLROOTCERT", value.into_owned())),
            "options" => settings.push(("PGOPTIONS", value.into_owned())),
            _ => {}
        }
    }
    Ok(settings)
}
