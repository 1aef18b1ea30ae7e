//! The visits: the list of one's own, one visit with its sheet, and every step of it on its own page.
//!
//! Read `record` (what a visit is), `sheet` (how the checklist is filled, part by part, without
//! losing a word), then `step` (the page all other steps stand on) with `act` (arrive, conclude),
//! `second` (confirm or return, by another person), `absence` (it could not be made) and `postponement` (it has to
//! wait). Phone width comes first. Deliberately absent: any choice of inspectors, any edit of a confirmed result.

mod absence;
mod act;
mod block;
mod list;
mod postponement;
mod record;
mod second;
mod sheet;
mod step;

pub(super) use list::state_words;

use app::inspection::{NAME_SEALED, NOT_DISPATCHED, VisitView};
use domain::campaign::drawn_list::Shown;
use domain::id::InspectionId;
use domain::policy::{Place, Verb};
use store::Reader;
use store::inspection::StoredInspection;

use crate::gate::{Stop, Visit, WebState};
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Who::Needs(Verb::InspectionRead);
    let mut routes = vec![
        Route::get("/w/inspections", read, "检查", list::show),
        Route::get("/w/inspections/{id}", read, "检查一次", record::show),
    ];
    routes.extend(on_site());
    routes.extend(instead());
    routes.extend(afterwards());
    routes
}

fn on_site() -> Vec<Route> {
    let open = Who::Needs(Verb::InspectionOpen);
    let fill = Who::Needs(Verb::InspectionRecord);
    let end = Who::Needs(Verb::InspectionConclude);
    let (arrive, sheet) = ("/w/inspections/{id}/arrive", "/w/inspections/{id}/sheet");
    let absent = "/w/inspections/{id}/absent";
    vec![
        Route::get(arrive, open, "到场登记", act::ask_arrival),
        Route::act(arrive, open, "到场登记（办理）", act::arrive).keeping_draft(),
        Route::get(sheet, fill, "检查表", sheet::ask),
        Route::act(sheet, fill, "保存检查表（办理）", sheet::save).keeping_draft(),
        Route::get(absent, end, "登记未实施检查", absence::ask),
        Route::act(absent, end, "登记未实施检查（办理）", absence::register).keeping_draft(),
    ]
}

/// A visit that is not made, or not yet.
fn instead() -> Vec<Route> {
    let ask = Who::Needs(Verb::InspectionConclude);
    let check = Who::Needs(Verb::InspectionConfirm);
    let decide = Who::Needs(Verb::InspectionPutOff);
    let (absence, back) = (
        "/w/inspections/{id}/absence",
        "/w/inspections/{id}/absence/return",
    );
    let (postpone, put_off) = (
        "/w/inspections/{id}/postpone",
        "/w/inspections/{id}/put-off",
    );
    vec![
        Route::get(absence, check, "审核未实施检查", absence::ask_confirmation),
        Route::act(absence, check, "审核未实施检查（办理）", absence::confirm),
        Route::get(back, check, "退回未实施检查", absence::ask_return),
        Route::act(back, check, "退回未实施检查（办理）", absence::send_back).keeping_draft(),
        Route::get(postpone, ask, "申请延期", postponement::ask),
        Route::act(postpone, ask, "申请延期（办理）", postponement::register).keeping_draft(),
        Route::get(put_off, decide, "审批延期", postponement::ask_decision),
        Route::act(put_off, decide, "审批延期（办理）", postponement::decide),
    ]
}

fn afterwards() -> Vec<Route> {
    let end = Who::Needs(Verb::InspectionConclude);
    let check = Who::Needs(Verb::InspectionConfirm);
    let conclude = "/w/inspections/{id}/conclude";
    let (confirm, back) = ("/w/inspections/{id}/confirm", "/w/inspections/{id}/return");
    vec![
        Route::get(conclude, end, "形成检查结论", act::ask_conclusion),
        Route::act(conclude, end, "形成检查结论（办理）", act::conclude).keeping_draft(),
        Route::get(confirm, check, "审核", second::ask),
        Route::act(confirm, check, "审核（办理）", second::confirm),
        Route::get(back, check, "退回", second::ask_return),
        Route::act(back, check, "退回（办理）", second::send_back).keeping_draft(),
    ]
}

fn all() -> Address {
    Address::fixed("/w/inspections")
}

pub(super) fn page_of(id: &InspectionId) -> Address {
    all().child(id.as_str())
}

fn key(id: &str) -> Result<InspectionId, Stop> {
    InspectionId::parse(id).map_err(|_| Stop::not_found())
}

/// The visit, if this account may see it; one outside its reach does not exist for it. While the drawn list is kept
/// from the account the page of the visit is too: its address must not tell what the list does not.
async fn find(web: &WebState, visit: &Visit, id: &str) -> Result<VisitView, Stop> {
    let view = match web.app.visit(&visit.acting, &key(id)?).await {
        Err(app::AppError::Refused(refusal)) if refusal.code == "AUTH-001" => {
            return Err(Stop::not_found());
        }
        other => other?,
    };
    let of = std::slice::from_ref(&view.stored);
    match shown_of(web, visit, &mut web.app.db.read().await?, of).await?[0] {
        Shown::Named => Ok(view),
        Shown::Coming => Err(NOT_DISPATCHED.refuse(&[]).into()),
        Shown::Sealed => Err(NAME_SEALED.refuse(&[]).into()),
        Shown::Nothing => Err(Stop::not_found()),
    }
}

/// What this account is shown of each of these visits, in this session.
pub(in crate::screen) async fn shown_of(
    web: &WebState,
    visit: &Visit,
    reader: &mut Reader,
    visits: &[StoredInspection],
) -> Result<Vec<Shown>, Stop> {
    let looking = (&visit.acting, &visit.session.unsealed);
    Ok(web.app.shown_of(reader, looking, visits).await?)
}

/// The visit, if this account may do the verb to it.
async fn find_for(web: &WebState, visit: &Visit, verb: Verb, id: &str) -> Result<VisitView, Stop> {
    let view = find(web, visit, id).await?;
    visit.acting.may(verb, &place(&view))?;
    Ok(view)
}

fn place(view: &VisitView) -> Place<'_> {
    let place = Place::of(&view.stored.unit);
    if view.assigned {
        place.assigned()
    } else {
        place
    }
}

fn may(visit: &Visit, view: &VisitView, verb: Verb) -> bool {
    visit.acting.may(verb, &place(view)).is_ok()
}
