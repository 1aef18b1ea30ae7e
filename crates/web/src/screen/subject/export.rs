//! The list as a file: the rows the filter shows, in its order, row by row.

use app::subject::as_typed;
use axum::extract::State;
use domain::policy::{Reach, Verb};
use domain::refusal::Code;
use domain::subject::COLUMNS;
use store::subject::{self, From, SubjectFilter};
use store::{Reader, StoreError};

use super::list::{conditions, descending, listing, stamp};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::screen::shared::csv::{Pieces, download, row};

const CHUNK: i64 = 1_000;

static UNSOUND: Code = Code::new(
    "FILT-006",
    "筛选条件有读不懂的部分，没有导出。",
    None,
    "回到名录改正条件，看到要导出的行之后再导出。",
);

pub(super) async fn send(State(web): State<WebState>, visit: Visit) -> Answer {
    let listing = listing(&visit)?;
    if !listing.filter.is_sound() {
        return Err(Stop::unusable(&UNSOUND.refuse(&[])));
    }
    let reach = visit
        .acting
        .reach_of_both(Verb::SubjectRead, Verb::SubjectExport);
    let filter = conditions(&listing.filter);
    // One view of the database for count and rows, taken before the event is written.
    let mut reader = web.app.db.read().await?;
    let rows = subject::count(&mut reader, &reach, &filter, i64::MAX).await?;
    let words = listing.filter.address(&super::all()).as_str().to_owned();
    let rows = u64::try_from(rows).unwrap_or_default();
    web.app
        .record_subject_export(&visit.acting, rows, &words)
        .await?;
    let down = descending(&listing.filter);
    let (pieces, response) = download(&format!("检查对象-{}.csv", stamp(&visit)));
    tokio::spawn(async move {
        if let Err(error) = write(&mut reader, &reach, &filter, down, &pieces).await {
            tracing::error!(%error, "an export broke off");
            // A browser that has gone needs no word.
            let _ = pieces.send(Err(error)).await;
        }
    });
    Ok(response)
}

async fn write(
    reader: &mut Reader,
    reach: &Reach,
    filter: &SubjectFilter,
    down: bool,
    pieces: &Pieces,
) -> Result<(), StoreError> {
    let mut text = String::from("\u{feff}");
    row(&mut text, COLUMNS.iter().map(|(_, label)| *label));
    let mut from = From::Start;
    loop {
        let found = subject::nearest(reader, reach, filter, &from, down, CHUNK).await?;
        for stored in &found {
            let typed = as_typed(stored);
            let cells: Vec<String> = COLUMNS.iter().map(|(name, _)| typed.get(name)).collect();
            row(&mut text, cells.iter().map(String::as_str));
        }
        let last = found
            .last()
            .filter(|_| i64::try_from(found.len()) == Ok(CHUNK));
        let next =
            last.map(|last| From::After(last.subject.name.to_string(), last.subject.id.clone()));
        if pieces.send(Ok(std::mem::take(&mut text))).await.is_err() {
            return Ok(());
        }
        match next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
}
