//! Signed papers: those whose entry this account may confirm, those that were entered in its name, and those it entered
//! that came to nothing.

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
    let nothing = web.app.papers_come_to_nothing(&visit.acting).await?;
    waiting.extend(nothing.iter().map(|shown| match shown.differs {
        Some(_) => row("代录的线下签批被退回", "看退回的理由", shown),
        None => row("代录的线下签批已失效", "查看并撤回", shown),
    }));
    Ok(waiting)
}

fn row(title: &str, act: &'static str, shown: &ShownPaper) -> Waiting {
    let (number, of) = &shown.campaign;
    Waiting {
        title: format!("{title}：{of}"),
        context: format!("{number} · {}", told::line(shown)),
        act,
        page: page_of(&shown.stored.paper.id),
        term: None,
    }
}
