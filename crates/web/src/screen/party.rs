//! The pages of an outside party (见证方): no account, the link is the right.
//!
//! One address, three steps, each derived from the state of the campaign. Before FREEZE is public
//! the page has a field for the commitment and none for the nonce, so the nonce cannot reach us even
//! by mistake (protocol §1). After it the page shows FREEZE, the party's own line in it, and takes
//! the nonce – under `shuang/2` from the announced moment on, and after the dice. What is sent while a commitment
//! is asked for is never shown again, for nobody can tell it from a nonce; what was typed into the field of the nonce comes
//! back there alone: a nonce that is sent too early stays with its party. Every look costs the same: one hash, one row, whatever the link.
//! Deliberately absent: names of subjects, other parties' links, any account.

use app::AppError;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::campaign::party::PartyState;
use domain::refusal::Refusal;
use domain::time::Instant;
use store::campaign::StoredCampaign;
use store::{StoreError, campaign, log};

use crate::component::{Fragment, Head, Link};
use crate::gate::{Answer, Flaws, PartyVisit, Sent, Stop, Undone, WebState, see_other};
use crate::layout::PlainPage;
use crate::route::{Route, Who};
use crate::screen::campaign::{following, words};
use crate::text::Address;

mod view;

use view::{Receipt, Step, Typed};

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let who = Who::PartyLink;
    vec![
        Route::get("/p/{link}", who, "见证方：承诺与公开随机数", show),
        Route::post("/p/{link}/commitment", who, "见证方递交承诺值", commit),
        Route::post("/p/{link}/present", who, "见证方登记到场", attend),
        Route::post("/p/{link}/nonce", who, "见证方公开随机数", reveal),
    ]
}

async fn show(State(web): State<WebState>, visit: PartyVisit, Path(_): Path<String>) -> Answer {
    page(&web, &visit, Typed::Nothing, &Flaws::default()).await
}

async fn commit(
    State(web): State<WebState>,
    visit: PartyVisit,
    Path(link): Path<String>,
    Extension(sent): Extension<Sent>,
) -> Answer {
    let typed = sent.first("commitment");
    let again = Typed::Commitment(typed);
    if let Err(refusal) = sent.fit() {
        return page(&web, &visit, again, &unfit(&refusal)?).await;
    }
    let done = match sent.required_premise() {
        Ok(premise) => web.app.accept_commitment(&link, &premise, typed).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(see_other(&own(&link))),
        Err(error) => page(&web, &visit, again, &flaws_of(error, &link)?).await,
    }
}

async fn attend(
    State(web): State<WebState>,
    visit: PartyVisit,
    Path(link): Path<String>,
    sent: Sent,
) -> Answer {
    let done = match sent.required_premise() {
        Ok(premise) => web.app.attend_by_link(&link, &premise).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(see_other(&own(&link))),
        Err(error) => page(&web, &visit, Typed::Nothing, &flaws_of(error, &link)?).await,
    }
}

async fn reveal(
    State(web): State<WebState>,
    visit: PartyVisit,
    Path(link): Path<String>,
    Extension(sent): Extension<Sent>,
) -> Answer {
    let typed = sent.first("nonce");
    let again = Typed::Nonce(typed);
    if let Err(refusal) = sent.fit() {
        return page(&web, &visit, again, &unfit(&refusal)?).await;
    }
    let done = match sent.required_premise() {
        Ok(premise) => web.app.accept_nonce(&link, &premise, typed).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(see_other(&own(&link))),
        Err(error) => page(&web, &visit, again, &flaws_of(error, &link)?).await,
    }
}

/// What was typed cannot be used, whatever it is meant to be.
fn unfit(refusal: &Refusal) -> Result<Flaws, Stop> {
    Flaws::of(Undone::Unfit(refusal.into()))
}

/// What a party can mend on its page; of what nobody knows, the page itself tells.
fn flaws_of(error: AppError, link: &str) -> Result<Flaws, Stop> {
    match error {
        AppError::Store(StoreError::CommitUnknown(why)) => {
            let own = Link::new("看本方已经递交的内容", own(link));
            Err(Stop::unknown_to_party(own, why))
        }
        other => Flaws::of(other),
    }
}

fn own(link: &str) -> Address {
    Address::fixed("/p").child(link)
}

async fn page(
    web: &WebState,
    visit: &PartyVisit,
    typed: Typed<'_>,
    flaws: &Flaws,
) -> Result<Response, Stop> {
    let mut reader = web.app.db.read().await?;
    let stored = campaign::get(&mut reader, &visit.campaign).await?;
    let state = &stored.campaign.state;
    let parties = state
        .frame()
        .map(|frozen| frozen.parties.as_slice())
        .unwrap_or_default();
    let party = parties.iter().find(|party| party.name.token == visit.party);
    let now = web.app.clock.now();
    let (step, receipt) = match party.map(|party| &party.state) {
        None => (view::before_the_frame(state), None),
        Some(PartyState::Announced) => (Step::Commit, None),
        Some(PartyState::Committed { commitment, at }) => (
            committed(&stored, visit, now),
            Some(Receipt::new("承诺值", commitment.as_str(), *at)),
        ),
        Some(PartyState::Revealed { nonce, at, .. }) => taken(&stored, nonce.as_str(), *at, now),
        Some(PartyState::Absent { .. }) => (Step::Absent, None),
    };
    let receipt = match receipt {
        Some(receipt) => Some(receipt.numbered(leaf(&mut reader, visit).await?)),
        None => None,
    };
    drop(reader);
    let office = party
        .map(|party| party.name.office.clone())
        .unwrap_or_default();
    let mut frame = visit.guest.frame(web);
    // What is typed or about to be pressed is never taken away: a script sees whether something is, and without one a page
    // with a field stays.
    // What comes back refused stands at an address that only takes forms, so it is never asked for anew.
    let refused = flaws.refusal.is_some();
    frame.refresh_seconds = following::looks_again(&stored, now).filter(|_| !refused);
    frame.is_filled_in = !step.is_waiting();
    let mut page = PlainPage::new(frame, Head::new("抽取见证"));
    let body = view::PartyPage::new(visit, &stored, office, step, receipt, typed);
    page = page.with(flaws.note()).with(Fragment::of(&body));
    let status = if refused {
        flaws.status()
    } else {
        StatusCode::OK
    };
    if refused {
        page = page.with_errors_in_form();
    }
    Ok((status, page).into_response())
}

/// What a party that has committed is asked for.
fn committed(stored: &StoredCampaign, visit: &PartyVisit, now: Instant) -> Step {
    let state = &stored.campaign.state;
    let Some(freeze) = stored
        .freeze_record
        .as_ref()
        .filter(|_| state.result().is_none())
    else {
        return Step::Wait;
    };
    if let Some(step) = lost(stored, false, now) {
        return step;
    }
    let frozen = Box::new(view::Frozen::of(stored, freeze, visit.party.as_str()));
    let said = state.commitment();
    let over = said.is_some_and(|said| now > said.reveal_by);
    let present = said.is_none_or(view::is_attended);
    match said.and_then(|said| view::held_back(said, now)) {
        _ if over => Step::Missed(frozen),
        None if !present => Step::Attend(frozen),
        Some(until) => Step::Hold(frozen, until),
        None => Step::Reveal(frozen),
    }
}

/// An attempt that has missed its beacon asks nobody for anything.
fn lost(stored: &StoredCampaign, given: bool, now: Instant) -> Option<Step> {
    let since = stored.campaign.missed_beacon(now)?.local_text();
    Some(Step::Lost { since, given })
}

/// A nonce that was taken: open, or sealed until REVEAL.
fn taken(
    stored: &StoredCampaign,
    nonce: &str,
    at: Instant,
    now: Instant,
) -> (Step, Option<Receipt>) {
    let sealed = words::are_nonces_sealed(&stored.campaign.state);
    let kept = match sealed {
        true => "已收下的随机数",
        false => "已公开的随机数",
    };
    let drawn = stored.campaign.state.result().is_some();
    let step = lost(stored, true, now).unwrap_or(Step::Done { sealed, drawn });
    (step, Some(Receipt::new(kept, nonce, at)))
}

/// The number of the log entry of this party's last act.
async fn leaf(reader: &mut store::Reader, visit: &PartyVisit) -> Result<Option<u64>, Stop> {
    let of = log::TraceOf::Linked("campaign", visit.campaign.to_string());
    let lines = log::trace(reader, &of, None, 200).await?;
    let own = lines.iter().find(|line| {
        let event = line
            .header
            .as_deref()
            .map(serde_json::from_str::<domain::event::Event>);
        let by_party = matches!(line.act.as_str(), "party.commit" | "party.reveal");
        by_party
            && event.and_then(Result::ok).is_some_and(|event| {
                event.facts.get("party").map(String::as_str) == Some(visit.party.as_str())
            })
    });
    Ok(own.map(|line| line.sequence))
}
