//! Half-written forms, kept for one account under the path of the form.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::AccountId;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Instant;
use store::session;

use super::shared::moment;
use crate::component::{Act, Form, Fragment, Note, Weight};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Sent, Stop, Visit, WebState, feedback, see_other};
use crate::layout::WorkbenchPage;
use crate::route::{self, Route, Who};
use crate::text::Address;

const KEEP: &str = "/w/drafts";
const DROP: &str = "/w/drafts-dropped";

/// How many half-written forms are kept for one account.
const MOST: i64 = 50;
/// How long they may be together, in bytes.
const MOST_BYTES: i64 = 2 << 20;

static FULL: Code = Code::new(
    "FORM-016",
    "草稿存满了（每个账号至多 {most} 份，共 2 MB），这一份没有存下。",
    None,
    "填写的内容还在：直接提交，或先打开不要的那张表单清除它的草稿，再存这一份。",
);

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/w/drafts/{*form}", Who::SignedIn, "存草稿", keep).giving_back_typed(),
        Route::post(
            "/w/drafts-dropped/{*form}",
            Who::SignedIn,
            "清除草稿",
            drop_one,
        ),
    ]
}

/// What a form is filled with when it is opened.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What was typed; empty without a draft.
    pub typed: Submitted,
    /// The line under the title: when it was kept.
    pub line: String,
    /// Says that a draft was filled in, and offers to drop it; empty without one.
    pub note: Fragment,
}

impl Draft {
    /// The page with its form: `again` with what was sent and what must change in it, else with the
    /// draft.
    #[must_use]
    pub fn form_page(
        &self,
        page: WorkbenchPage,
        form: Form,
        again: Option<(&Submitted, &Flaws)>,
    ) -> Response {
        match again {
            Some((sent, flaws)) => {
                let form = form.filled(sent, &flaws.errors);
                let page = page.with(flaws.note()).with(form).with_errors_in_form();
                (flaws.status(), page).into_response()
            }
            None => {
                let form = form.filled(&self.typed, &FieldErrors::new());
                page.with(self.note.clone()).with(form).into_response()
            }
        }
    }
}

/// The draft of the form at this visit's own path.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(web: &WebState, visit: &Visit) -> Result<Draft, Stop> {
    let path = &visit.guest.path;
    let mut reader = web.app.db.read().await?;
    let found = session::draft(&mut reader, &visit.acting.account, path).await?;
    let Some((fields, at_ms)) = found.filter(|(fields, _)| !fields.is_empty()) else {
        return Ok(Draft::default());
    };
    let typed = Submitted::parse(fields.as_bytes())
        .map_err(|error| Stop::fault(format!("a kept draft cannot be read: {error}")))?;
    let line = format!(
        "草稿已存 {}",
        moment(Instant::from_unix_ms(at_ms), visit.now)
    );
    let act = dropping(visit);
    let note = Fragment::join([
        Note::standing(
            "上次没有提交的内容已填入。",
            "核对后提交，或清除草稿重新填。",
        )
        .into(),
        act.into(),
    ]);
    Ok(Draft { typed, line, note })
}

/// The button that drops the draft of the form at this visit's own path.
pub fn dropping(visit: &Visit) -> Act {
    let to = under(DROP, &visit.guest.path);
    Act::submit("清除草稿", to, Weight::Plain, visit.repeatable())
}

/// Where the form at that path keeps its draft.
#[must_use]
pub fn kept_at(path: &str) -> Address {
    under(KEEP, path)
}

fn under(root: &'static str, path: &str) -> Address {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.fold(Address::fixed(root), Address::child)
}

async fn keep(
    State(web): State<WebState>,
    Path(form): Path<String>,
    headers: HeaderMap,
    visit: Visit,
    // What cannot be used is kept all the same: it is refused when the form is sent.
    Extension(sent): Extension<Sent>,
) -> Answer {
    let (path, to) = form_of(&form, route::keeps_draft)?;
    let fields = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(sent.kept())
        .finish();
    let kept = keep_if_room(&web, &visit.acting.account, (&path, &fields)).await?;
    let by_script = headers.get(ACCEPT).is_some_and(|kind| kind == "text/plain");
    if !kept {
        let full = FULL.refuse(&[("most", &MOST)]);
        return match by_script {
            true => {
                let words = format!("{} {}{}", full.code, full.sentence, full.remedy);
                Ok((StatusCode::CONFLICT, words).into_response())
            }
            false => Err(full.into()),
        };
    }
    if by_script {
        return Ok(format!("草稿已存 {}", moment(visit.now, visit.now)).into_response());
    }
    let landing = feedback::DRAFT_KEPT.at(to);
    let to = feedback::leave(&web, &visit.session.token_hash, landing).await?;
    Ok(see_other(&to))
}

/// Keeps what was typed into the form at that path, if its account has room for it.
///
/// # Errors
/// When the database cannot be written.
pub async fn keep_if_room(
    web: &WebState,
    account: &AccountId,
    (path, fields): (&str, &str),
) -> Result<bool, Stop> {
    let mut scratch = web.app.db.scratch().await?;
    let (count, long) = session::other_drafts(scratch.reader(), account, path).await?;
    let longer = i64::try_from(fields.len()).unwrap_or(i64::MAX);
    if count >= MOST || long.saturating_add(longer) > MOST_BYTES {
        return Ok(false);
    }
    let now_ms = web.app.clock.now().unix_ms();
    let mut inside = scratch.inside();
    session::keep_draft(&mut inside, account, path, fields, now_ms).await?;
    scratch.commit().await?;
    Ok(true)
}

async fn drop_one(State(web): State<WebState>, Path(form): Path<String>, visit: Visit) -> Answer {
    let (path, to) = form_of(&form, route::keeps_typed)?;
    let mut scratch = web.app.db.scratch().await?;
    session::drop_draft(&mut scratch.inside(), &visit.acting.account, &path).await?;
    scratch.commit().await?;
    let landing = feedback::DRAFT_DROPPED.at(to);
    let to = feedback::leave(&web, &visit.session.token_hash, landing).await?;
    Ok(see_other(&to))
}

fn form_of(rest: &str, keeps: fn(&str) -> bool) -> Result<(String, Address), Stop> {
    let path = format!("/{rest}");
    let to = Address::returning(&path).map_err(|_| Stop::not_found())?;
    if keeps(&path) {
        Ok((path, to))
    } else {
        Err(Stop::not_found())
    }
}
