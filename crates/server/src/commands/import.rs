//! `mingqian import`: a register file goes the same road as in the browser, without the pauses.
//!
//! 0 every row is in the register, 1 only the good rows are (the others stand in `FILE.errors.xlsx`),
//! 2 nothing was written.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::AppError;
use app::import::{Columns, Importer, Register, Tally};
use app::job::{Limits, Run};
use app::staging::{Import, Staging, State};
use clap::{Args, Subcommand};
use domain::id::OrgUnitId;
use serde_json::json;
use store::org;
use tokio::io::AsyncReadExt as _;

use super::place::PlaceArgs;
use super::read_table::staging;
use super::serve::runtime;
use super::{Failure, Output};
use crate::ports::OsEntropy;

/// Arguments of `mingqian import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    register: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// 检查对象名录
    Subjects(FileArgs),
    /// 执法检查人员名录
    Inspectors(FileArgs),
}

#[derive(Debug, Args)]
struct FileArgs {
    /// XLSX 或 CSV 文件
    file: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// 导入到哪个单位的名录，写机构名称
    #[arg(long)]
    unit: String,
    /// 只导入正确的行；不写则全部通过才导入
    #[arg(long)]
    good_rows: bool,
    /// 文件里没有的项目，为新增的条目填一个值，例如 行政区划代码=411202（可多次）
    #[arg(long, value_name = "项目=值")]
    set: Vec<String>,
    /// 列名认不出时指明，例如 名称=商户（可多次）
    #[arg(long, value_name = "项目=列名")]
    column: Vec<String>,
}

/// Imports a file and says what became of its rows.
pub(crate) fn run(args: &ImportArgs, output: &Output) -> Result<u8, Failure> {
    let (register, args) = match &args.register {
        Kind::Subjects(args) => (Register::Subjects, args),
        Kind::Inspectors(args) => (Register::Inspectors, args),
    };
    runtime()?.block_on(imported(register, args, output))
}

async fn imported(register: Register, args: &FileArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let app = place.open_now(output).await?;
    let staging = staging(app.clone(), &place, Limits::default())?;
    let unit = unit_named(&app, &args.unit).await?;
    let importer = Importer::operator();
    let id = received(&staging, &importer, (register, &unit), &args.file).await?;
    let walk = Walk {
        staging: &staging,
        id: &id,
        args,
    };
    let answer = walk.to_the_end(output).await;
    // Nobody comes back to an upload that was not written; what cannot be given up now expires.
    let left = walk.current().await?;
    if left.state != State::Done && left.state != State::Refused {
        let _ = staging.cancel(&left, &left.premise()).await;
    }
    let kept = place.close(&app).await;
    answer.and_then(|code| kept.map(|()| code))
}

/// One file on its way.
struct Walk<'w> {
    staging: &'w Staging,
    id: &'w str,
    args: &'w FileArgs,
}

impl Walk<'_> {
    async fn current(&self) -> Result<Import, Failure> {
        let found = self.staging.find(None, self.id).await;
        let found = found.map_err(|error| self.failed(&error))?;
        let place = self.args.file.display().to_string();
        found.ok_or_else(|| Failure::new("STOR-404", place, "这次导入的记录不见了。"))
    }

    fn failed(&self, error: &AppError) -> Failure {
        failure(&self.args.file, error)
    }

    async fn to_the_end(&self, output: &Output) -> Result<u8, Failure> {
        let report = self.compared().await?;
        let import = self.current().await?;
        let apply = async |done: &Run| {
            let shown = import.premise_to_write();
            let only_good = self.args.good_rows;
            self.staging.claim(&import, &shown, only_good).await?;
            self.staging.apply(self.id, done).await
        };
        let written = with_bar("写入", Some(import.summary.rows), apply).await;
        if written.is_err()
            && let Some(report) = &report
        {
            output.note(&format!(
                "没有写入；有误的行写在错误文件里：{}。",
                report.display()
            ));
        }
        written.map_err(|error| self.failed(&error))?;
        say(&self.current().await?, report.as_deref(), output, self.args)
    }

    /// Reads and compares; the error file, if any row is bad.
    async fn compared(&self) -> Result<Option<PathBuf>, Failure> {
        let read = async |done: &Run| self.staging.read(self.id, done).await;
        with_bar("读取", None, read)
            .await
            .map_err(|error| self.failed(&error))?;
        let import = self.usable().await?;
        let columns = columns_of(&import, self.args)?;
        let compare = async |done: &Run| {
            let shown = import.premise();
            let set = self.staging.set_columns(&import, &shown, columns.clone());
            set.await?;
            self.staging.compare(self.id, done).await
        };
        with_bar("比对", Some(import.summary.rows), compare)
            .await
            .map_err(|error| self.failed(&error))?;
        reported(self.staging, &self.usable().await?, &self.args.file).await
    }

    /// As it stands now, if what was done last was not refused.
    async fn usable(&self) -> Result<Import, Failure> {
        let import = self.current().await?;
        let Some(kept) = &import.summary.refusal else {
            return Ok(import);
        };
        let words = format!("{}{}", kept.sentence, kept.remedy);
        let place = self.args.file.display().to_string();
        Err(Failure::new(&kept.code, place, words))
    }
}

fn failure(file: &Path, error: &AppError) -> Failure {
    let place = file.display().to_string();
    match error {
        AppError::Refused(refusal) => Failure::new(
            refusal.code,
            place,
            format!("{}{}", refusal.sentence, refusal.remedy),
        ),
        AppError::Fields(fields) => {
            let mut failure = Failure::default();
            for (field, error) in fields.iter() {
                let words = format!("{}{}", error.sentence, error.remedy);
                failure.push(error.code, format!("{place} {field}"), words);
            }
            failure
        }
        AppError::Store(error) => Failure::new(error.code(), place, error.to_string()),
    }
}

async fn unit_named(app: &app::App, name: &str) -> Result<OrgUnitId, Failure> {
    let read = async { org::units(&mut app.db.read().await?).await };
    let units = read
        .await
        .map_err(|error| Failure::new(error.code(), "database", error.to_string()))?;
    let names: Vec<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
    let known = names.join("、");
    let found = units
        .iter()
        .find(|unit| unit.name == name)
        .map(|unit| unit.id.clone());
    found.ok_or_else(|| {
        Failure::new(
            "CLI-110",
            "--unit",
            format!("没有叫“{name}”的单位。可选：{known}。"),
        )
    })
}

async fn received(
    staging: &Staging,
    importer: &Importer,
    to: (Register, &OrgUnitId),
    path: &Path,
) -> Result<String, Failure> {
    let unread = |error: std::io::Error| Failure::file(path, &error);
    let failed = |error: AppError| failure(path, &error);
    let mut file = tokio::fs::File::open(path).await.map_err(unread)?;
    let mut incoming = staging.incoming().await.map_err(failed)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).await.map_err(unread)?;
        if read == 0 {
            break;
        }
        incoming.write(&buffer[..read]).await.map_err(failed)?;
    }
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let entropy: &dyn app::port::Entropy = &OsEntropy;
    let key = store::hex(&entropy.bytes::<16>());
    let taken = staging
        .accept(importer, to, &key, &name, incoming)
        .await
        .map_err(failed)?;
    Ok(taken.id)
}

/// The columns as recognized, corrected by what the command line says.
fn columns_of(import: &Import, args: &FileArgs) -> Result<Columns, Failure> {
    let mut columns = import.columns();
    let mut failure = Failure::default();
    for pair in &args.set {
        match pair
            .split_once('=')
            .and_then(|(item, value)| Some((field_of(import, item)?, value)))
        {
            Some((field, value)) => {
                columns.defaults.insert(field.to_owned(), value.to_owned());
            }
            None => failure.push(
                "CLI-111",
                "--set",
                format!("“{pair}”要写成 项目=值，项目写模板中的列名。"),
            ),
        }
    }
    for pair in &args.column {
        let place = pair.split_once('=').and_then(|(item, name)| {
            let at = import
                .summary
                .names
                .iter()
                .position(|known| known == name)?;
            Some((field_of(import, item)?, at))
        });
        match place {
            Some((field, at)) => {
                columns.places.insert(field.to_owned(), at);
            }
            None => {
                let names = import.summary.names.join("、");
                let words = format!("“{pair}”要写成 项目=列名。文件里的列：{names}。");
                failure.push("CLI-112", "--column", words);
            }
        }
    }
    failure.or_nothing()?;
    Ok(columns)
}

fn field_of(import: &Import, item: &str) -> Option<&'static str> {
    let fields = import.register.fields();
    fields
        .iter()
        .find(|(name, label)| *label == item || *name == item)
        .map(|(name, _)| *name)
}

/// The error file beside the user's own, if any row is bad.
async fn reported(
    staging: &Staging,
    import: &Import,
    file: &Path,
) -> Result<Option<PathBuf>, Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(".errors.xlsx");
    let path = PathBuf::from(name);
    let written = staging
        .write_error_file(import, &path)
        .await
        .map_err(|error| failure(file, &error))?;
    Ok(written.then_some(path))
}

fn say(
    import: &Import,
    report: Option<&Path>,
    output: &Output,
    args: &FileArgs,
) -> Result<u8, Failure> {
    let place = args.file.display().to_string();
    let summary = &import.summary;
    let pointed = report
        .map(|path| format!("错误文件：{}。", path.display()))
        .unwrap_or_default();
    let Some(written) = summary.written else {
        let mut failure = Failure::default();
        if let Some(kept) = &summary.refusal {
            failure.push(
                &kept.code,
                place,
                format!("{}{}{pointed}", kept.sentence, kept.remedy),
            );
        } else {
            let words = "比对之后名录有变化，没有写入任何一行。再运行一次。";
            failure.push("IMPT-083", place, words);
        }
        return Err(failure);
    };
    let Tally {
        added,
        changed,
        same,
        bad,
    } = written;
    let words = format!(
        "已写入：新增 {added} 行，更新 {changed} 行，不变 {same} 行，有误 {bad} 行。{pointed}"
    );
    let value = json!({
        "added": added, "changed": changed, "same": same, "bad": bad, "event": summary.event,
        "sha256": summary.file.sha256, "errors": report.map(|path| path.display().to_string()),
    });
    output.say(&words, &value);
    Ok(u8::from(bad > 0))
}

/// Waits for work and shows on a terminal how far it is.
async fn with_bar(
    what: &str,
    total: Option<u64>,
    work: impl AsyncFnOnce(&Run) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let done = Staging::counter();
    let work = work(&done);
    if !std::io::stderr().is_terminal() {
        return work.await;
    }
    tokio::pin!(work);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            ended = &mut work => {
                draw(what, done.done(), total, "\n");
                return ended;
            }
            _ = tick.tick() => draw(what, done.done(), total, ""),
        }
    }
}

fn draw(what: &str, done: u64, total: Option<u64>, end: &str) {
    const WIDTH: u64 = 30;
    let line = match total {
        Some(total) if total > 0 => {
            let bar: String = (0..WIDTH)
                .map(|at| {
                    if at * total < done * WIDTH {
                        '█'
                    } else {
                        '░'
                    }
                })
                .collect();
            format!("{what} {bar} {done}/{total} 行")
        }
        _ => format!("{what} {done} 行"),
    };
    // A terminal that has gone away loses nothing but the bar.
    let _ = write!(std::io::stderr().lock(), "\r{line}\u{1b}[K{end}");
}
