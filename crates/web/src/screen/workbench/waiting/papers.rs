//! Signed papers: those whose entry this account may confirm, and those that were entered in its name.

use app::paper::ShownPaper;

use super::Waiting;
use crate::gate::{Stop, Visit, WebState};
use crate::screen::paper::{page_of, told};

/// Both, of which one in its own name that it may confirm stands once.
pub(super) async fn of(web: &WebState, visit: &Visit) -> Result<Vec<Waiting>, Stop> {
    let own = web.app.papers_in_name_of(&visit.acting).await?;
    let mut waiting: Vec<Waiting> = own
        .iter()
        .map(|shown| row("有以本人名义代录的线下签批", "查看并知悉", shown))
        .collect();
    let others = web.app.papers_to_confirm(&visit.acting).await?;
    let others = others.iter().filter(|one| {
        own.iter()
            .all(|named| named.stored.paper.id != one.stored.paper.id)
    });
    waiting.extend(others.map(|shown| row("线下签批等待核对", "核对线下签批", shown)));
    Ok(waiting)
}

fn row(title: &str, act: &'static str, shown: &ShownPaper) -> Waiting {
    Waiting {
        title: title.to_owned(),
        context: told::line(shown),
        act,
        page: page_of(&shown.stored.paper.id),
        term: None,
    }
}
