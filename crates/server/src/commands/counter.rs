//! `mingqian counter`: the number series, and where one goes on for a bureau that numbered elsewhere before.

use std::sync::Arc;

use app::App;
use app::numbering::Numbered;
use clap::{Args, ValueEnum};
use domain::id::OfficeLetters;
use serde_json::json;
use store::counter::{self, StoredSeries};

use super::serve::{PlaceArgs, runtime};
use super::{Failure, Output};
use crate::ports::{OsClock, OsEntropy};

/// Arguments of `mingqian counter`.
#[derive(Debug, Args)]
pub(crate) struct CounterArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 接续哪一种编号；不写就列出全部编号序列（旧版本的库会先升级）
    #[arg(long, value_enum, requires_all = ["year", "next"])]
    kind: Option<Kind>,
    /// 文书号的机关代字，例如 样城检字
    #[arg(long)]
    letters: Option<String>,
    /// 编号的年份
    #[arg(long, requires = "kind")]
    year: Option<i16>,
    /// 下一个要给出的号；这个号或更大的号给出过就拒绝
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
        let place = args.place.place();
        let app = place.open(Arc::new(OsClock), Arc::new(OsEntropy)).await?;
        let done = go_on(&app, what.as_ref(), args).await;
        app.db.close().await;
        let series = done?;
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

async fn go_on(
    app: &App,
    what: Option<&Numbered>,
    args: &CounterArgs,
) -> Result<Vec<StoredSeries>, Failure> {
    if let (Some(what), Some(year), Some(next)) = (what, args.year, args.next) {
        let begun = app.begin_numbering(what, year, next).await;
        begun.map_err(|error| match error {
            app::AppError::Refused(refusal) => Failure::new(
                refusal.code,
                "counter",
                format!("{}{}", refusal.sentence, refusal.remedy),
            ),
            other => Failure::new("NUMB-005", "counter", other.to_string()),
        })?;
    }
    let read = async { counter::all(&mut app.db.read().await?).await };
    read.await.map_err(|error: store::StoreError| {
        Failure::new(error.code(), "database", error.to_string())
    })
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
        words.push_str(&format!(
            "{kind} {} {} 年：从 {} 号起，下一号 {}\n",
            one.issuer,
            one.year,
            one.first,
            one.last + 1
        ));
    }
    words
}
