//! How the machine is, one line for each thing that is looked at, as `mingqian doctor` and `/ready` say it.

use axum::extract::State;
use axum::response::IntoResponse;

use crate::component::{Badge, Cell, Column, EmptyState, Head, Note, Row, Sheet, Table, Tone};
use crate::gate::{Answer, Stop, Visit, WebState};

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let machine = web
        .machine
        .clone()
        .ok_or_else(|| Stop::fault("the server was started without a look at its machine"))?;
    let findings = machine.look().await;
    let wrong = findings.iter().filter(|one| !one.well).count();
    let rows = findings.iter().map(|one| {
        let (tone, words) = match one.well {
            true => (Tone::Sound, "正常"),
            false => (Tone::Warning, "注意"),
        };
        Row::new(vec![
            Cell::new(one.what),
            Cell::new(one.words.clone()),
            Cell::new(Badge::new(tone, words)),
        ])
    });
    let columns = vec![
        Column::unbroken("事项"),
        Column::words("情况").labelled(),
        Column::unbroken("判断").in_corner(),
    ];
    let empty = EmptyState::nothing("这台服务器没有可看的情况。");
    let table = Table::new("运行状况", columns, rows.collect(), empty);
    let sheet = Sheet::new("health", "此刻", table).with_clause(
        "打开本页时看到的；刷新就再看一遍。服务器上的 mingqian doctor 说的是同样的话。",
    );
    let note = match wrong {
        0 => Note::standing("都正常。", ""),
        wrong => Note::warning(format!("有 {wrong} 项要注意。"), "怎么办写在各行里。"),
    };
    let page = web.page(&visit, Head::new("运行状况")).await?;
    Ok(page.with(note).with(sheet).into_response())
}
