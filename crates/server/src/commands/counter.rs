//! `mingqian counter`: the number series, and where one goes on for a bureau that numbered elsewhere before. Without a
//! series to begin it only looks, like the audit.

use app::AppError;
use app::numbering::Numbered;
use clap::{Args, ValueEnum};
use domain::id::OfficeLetters;
use serde_json::json;
use store::counter::{self, StoredSeries};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

/// Arguments of `mingqian counter`.
#[derive(Debug, Args)]
pub(crate) struct CounterArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 接续哪一种编号；不写就列出全部编号序列，什么也不改
    #[arg(long, value_enum, requires_all = ["year", "next"])]
    kind: Option<Kind>,
    /// 文书号的机关代字，例如 样城检字
    #[arg(long)]
    letters: Option<String>,
    /// 编号的年份
    #[arg(long, requires = "kind")]
    year: Option<i16>,
    /// 这一年要给出的第一个号；这个序列给出过号，就不能再跳
    #[arg(long, requires = "kind")]
    next: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// 抽查任务的编号
    Campaign,
    /// 文书号，须写明 --letters
    Document,
}

/// Shows every series, after it has let one go on where that is asked for.
pub(crate) fn run(args: &CounterArgs, output: &Output) -> Result<u8, Failure> {
    let what = numbered(args)?;
    runtime()?.block_on(async {
        let place = args.place.own_place()?;
        if let (Some(what), Some(year), Some(next)) = (what, args.year, args.next) {
            let app = place.open_now(output).await?;
            let begun = app.begin_numbering(&what, year, next).await;
            let kept = place.close(&app).await;
            begun.map_err(|error| refused(&error))?;
            kept?;
        }
        let Some(series) = place.view(counter::all).await? else {
            return Err(Failure::new(
                "STOR-509",
                place.data.display().to_string(),
                "这里没有本系统的数据库，没有建立任何文件。指对 --data 或 --database。",
            ));
        };
        let listed: Vec<_> = series
            .iter()
            .map(|one| {
                json!({
                    "kind": one.kind, "issuer": one.issuer, "year": one.year,
                    "first": one.first, "last": one.last, "next": one.last + 1,
                })
            })
            .collect();
        output.say(&words(&series), &json!({"series": listed}));
        Ok(0)
    })
}

fn numbered(args: &CounterArgs) -> Result<Option<Numbered>, Failure> {
    match (args.kind, &args.letters) {
        (None, None) => Ok(None),
        (Some(Kind::Campaign), None) => Ok(Some(Numbered::Campaigns)),
        (Some(Kind::Document), Some(text)) => match OfficeLetters::parse(text) {
            Ok(letters) => Ok(Some(Numbered::Documents(letters))),
            Err(_) => Err(Failure::new(
                "NUMB-003",
                "--letters",
                format!(
                    "“{text}”不是机关代字。写一到二十个字，不含数字、空格和括号，例如 样城检字。"
                ),
            )),
        },
        _ => Err(Failure::new(
            "NUMB-004",
            "--letters",
            "机关代字与 --kind document 一起写，任务编号不用它。",
        )),
    }
}

fn refused(error: &AppError) -> Failure {
    match error {
        AppError::Refused(refusal) => {
            let words = format!("{}{}", refusal.sentence, refusal.remedy);
            Failure::new(refusal.code, "counter", words)
        }
        AppError::Store(error) => Failure::new(error.code(), "counter", error.to_string()),
        AppError::Fields(_) => Failure::new("NUMB-005", "counter", error.to_string()),
    }
}

fn words(series: &[StoredSeries]) -> String {
    if series.is_empty() {
        return "还没有给出过编号，各序列从 1 号开始。\n".to_owned();
    }
    let mut words = String::new();
    for one in series {
        let kind = match one.kind.as_str() {
            "campaign" => "任务编号",
            "document" => "文书号",
            other => other,
        };
        let given = match one.last {
            last if last < one.first => "还没有给出过".to_owned(),
            last => format!("已给出 {} 到 {last} 号", one.first),
        };
        words.push_str(&format!(
            "{kind} {} {} 年：从 {} 号起，{given}，下一号 {}\n",
            one.issuer,
            one.year,
            one.first,
            one.last + 1
        ));
    }
    words
}
