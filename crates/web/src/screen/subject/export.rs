//! The list as a file: the rows the filter shows, in its order. A long one becomes a job with its own
//! page, from which the file is fetched.

use app::subject::export::{Export, Selection};
use axum::extract::State;
use domain::refusal::Code;

use super::list::{conditions, descending, listing};
use crate::gate::{Answer, Stop, Visit, WebState, see_other};
use crate::screen::job;
use crate::screen::shared::download::{self, Names};

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
    let selection = Selection {
        filter: conditions(&listing.filter),
        descending: descending(&listing.filter),
        words: listing.filter.address(&super::all()).as_str().to_owned(),
    };
    let jobs = web.jobs().ok();
    let answer = web
        .app
        .export_subjects(jobs, &visit.acting, &selection)
        .await?;
    Ok(match answer {
        Export::File(name, bytes) => {
            let names = Names {
                name: &name,
                kind: "subjects",
                on: Some(visit.now.date()),
            };
            download::whole(names, download::CSV, bytes)
        }
        Export::Ordered(id) => see_other(&job::page_of(&id)),
    })
}
