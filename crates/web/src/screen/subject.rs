//! The subject register: list, record, entry by hand, export.
//!
//! The address of the list is its view and its export. Files come in through the import screen.

mod entry;
mod export;
mod list;
mod record;

use domain::id::SubjectId;
use domain::policy::{Place, Verb};
use store::Reader;
use store::subject::{self, StoredSubject};

use crate::gate::{Stop, Visit};
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, edit) = (Who::Needs(Verb::SubjectRead), Who::Needs(Verb::SubjectEdit));
    let export = Who::Needs(Verb::SubjectExport);
    vec![
        Route::get("/w/subjects", read, "检查对象名录", list::show),
        Route::get(
            "/w/subjects.csv",
            export,
            "检查对象名录导出，与筛选所见相同",
            export::send,
        ),
        Route::get("/w/subjects/new", edit, "新增检查对象", entry::ask_new),
        Route::act("/w/subjects/new", edit, "新增检查对象（办理）", entry::add).keeping_draft(),
        Route::get("/w/subjects/{id}", read, "检查对象一条", record::show),
        Route::get(
            "/w/subjects/{id}/edit",
            edit,
            "修改检查对象",
            entry::ask_edit,
        ),
        Route::act(
            "/w/subjects/{id}/edit",
            edit,
            "修改检查对象（办理）",
            entry::change,
        )
        .keeping_draft(),
        Route::get(
            "/w/subjects/{id}/remove",
            edit,
            "移出检查对象，确认",
            entry::ask_remove,
        ),
        Route::act(
            "/w/subjects/{id}/remove",
            edit,
            "移出检查对象（办理）",
            entry::remove,
        ),
    ]
}

fn all() -> Address {
    Address::fixed("/w/subjects")
}

fn page_of(id: &SubjectId) -> Address {
    all().child(id.as_str())
}

/// The entry of that key, if it is within reach of the verb; else there is no such page.
async fn find(
    reader: &mut Reader,
    visit: &Visit,
    verb: Verb,
    id: &str,
) -> Result<StoredSubject, Stop> {
    let id = SubjectId::parse(id).map_err(|_| Stop::not_found())?;
    let stored = subject::get(reader, &id).await?;
    if !visit
        .acting
        .reach(Verb::SubjectRead)
        .covers(&Place::of(&stored.unit))
    {
        return Err(Stop::not_found());
    }
    visit.acting.may(verb, &Place::of(&stored.unit))?;
    Ok(stored)
}
