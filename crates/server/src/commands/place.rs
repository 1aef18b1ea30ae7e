//! Where the bureau lives, as the command line, a file or the environment says it; and that whoever writes there is the
//! account it belongs to.
//!
//! The command line of a process is everybody's to read (`ps`), so a password never stands in it: what brings one there
//! is refused before anything is opened. Deliberately absent: permissions of the file, which the operator's secret
//! store decides.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::time::Date;

use super::Failure;
use crate::bureau::Place;

/// The variable that holds the same as `--database`.
const VARIABLE: &str = "MINGQIAN_DATABASE";

/// Where the bureau lives; shared by every command that opens one.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlaceArgs {
    /// 数据目录：密钥和内置数据库
    #[arg(long, default_value = "./var")]
    data: PathBuf,
    /// 改用 PostgreSQL：postgres://…，里面不能写口令（命令行谁都看得到）；也可以写在环境变量 MINGQIAN_DATABASE
    #[arg(long, value_name = "地址")]
    database: Option<String>,
    /// 从这个文件读 PostgreSQL 的地址，连同口令
    #[arg(long, value_name = "文件", conflicts_with = "database")]
    database_file: Option<PathBuf>,
    /// 检查点另存一份的目录，最好在另一台机器上；可以写几个
    #[arg(long, value_name = "目录")]
    checkpoint: Vec<PathBuf>,
    /// 核对过系统时间没有错：写今天的日期，如 2026-11-28；留痕停了三十天以上的要写
    #[arg(long, value_name = "日期", value_parser = date)]
    accept_clock: Option<Date>,
}

fn date(text: &str) -> Result<Date, &'static str> {
    Date::parse_iso(text).ok_or("写成 2026-11-28 的样子")
}

impl PlaceArgs {
    /// The place; the command line comes first, then the file, then the environment.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        let database = match (&self.database, &self.database_file) {
            (Some(url), _) => Some(without_password(url)?),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file);
                let text = text.map_err(|error| Failure::file(file, &error))?;
                Some(text.trim().to_owned())
            }
            (None, None) => std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()),
        };
        Ok(Place {
            data: self.data.clone(),
            database,
            checkpoints: self.checkpoint.clone(),
            accepted: self.accept_clock,
        })
    }

    /// The same for whatever leaves files there.
    ///
    /// # Errors
    /// `CLI-109` as root in the data folder of another account.
    pub(crate) fn own_place(&self) -> Result<Place, Failure> {
        let place = self.place()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let owner = |path: &Path| std::fs::metadata(path).ok().map(|found| found.uid());
            // A process owns what the system tells of it; where it tells nothing, permissions decide as ever.
            let pair = owner(&place.data).zip(owner(Path::new("/proc/self")));
            if let Some((of_folder, own)) = pair {
                not_in_its_place(&place.data, of_folder, own)?;
            }
        }
        Ok(place)
    }
}

/// Root may write everywhere, and what it leaves (the last checkpoint, a note, a backup) is nobody else's to read: the
/// service would not start again.
#[cfg(unix)]
fn not_in_its_place(data: &Path, owner: u32, own: u32) -> Result<(), Failure> {
    if own != 0 || owner == 0 {
        return Ok(());
    }
    Err(Failure::new(
        "CLI-109",
        data.display().to_string(),
        format!(
            "数据目录属于另一个系统账号（uid {owner}），本命令以 root 运行，写下的文件服务读不了，没有办理任何事。以它的账号运行：runuser -u mingqian -- mingqian …"
        ),
    ))
}

fn without_password(url: &str) -> Result<String, Failure> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let user = host.rsplit_once('@').map(|(user, _)| user);
    let in_front = user.is_some_and(|user| user.contains(':'));
    let behind = query.split('&').any(|pair| pair.starts_with("password="));
    if in_front || behind {
        return Err(Failure::new(
            "CLI-106",
            "--database",
            format!(
                "地址里写着口令，而命令行是这台机器上谁都看得到的，没有办理任何事。换掉这个口令，把地址写进只有运行账号可读的文件，用 --database-file 指明；或写在环境变量 {VARIABLE} 里；或不带口令，用 ~/.pgpass。"
            ),
        ));
    }
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_leaves_nothing_in_the_folder_of_another_account() {
        let data = Path::new("/var/lib/mingqian");
        let refused = not_in_its_place(data, 998, 0).unwrap_err();
        let problem = &refused.problems[0];
        assert_eq!(problem.code, "CLI-109");
        assert!(problem.sentence.contains("uid 998"), "{problem}");
        for (owner, own) in [(0, 0), (998, 998), (998, 1000)] {
            assert!(not_in_its_place(data, owner, own).is_ok(), "{owner} {own}");
        }
    }

    #[test]
    fn a_password_in_the_command_line_is_refused_and_not_repeated() {
        for told in [
            "postgres://mq:geheim@db/mq",
            "postgresql://mq:geheim@db:5432/mq?sslmode=require",
            "postgres://mq@db/mq?sslmode=require&password=geheim",
        ] {
            let failure = without_password(told).unwrap_err();
            let problem = &failure.problems[0];
            assert_eq!(problem.code, "CLI-106");
            assert!(!format!("{failure:?}").contains("geheim"));
            assert!(problem.sentence.contains("--database-file"));
        }
        for sound in [
            "postgres://mq@db:5432/mq",
            "postgres://db/mq",
            "postgres:///mq?host=/run/postgresql",
        ] {
            assert_eq!(without_password(sound).unwrap(), sound);
        }
    }
}
