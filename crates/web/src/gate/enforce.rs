//! The middleware before every handler: session, right, origin, form token. It knows nothing but
//! the line of the route table that the request matched.

use app::drawing::NO_LINK;
use app::sign_in::{Welcome, token_hash};
use axum::RequestExt as _;
use axum::extract::{RawPathParams, Request};
use axum::http::header::REFERER;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::refusal::codes;
use store::session::Session;

use super::asked::Asked;
use super::feedback::Landing;
use super::press::done_before;
use super::sent::{NO_TOKEN, body};
use super::visit::form_token;
use super::{Guest, PartyVisit, Pressed, Sent, Stop, Visit, WebState, cookie, feedback, see_other};
use crate::csrf::{FormToken, Origin, origin_of};
use crate::form::{FORM_TOKEN_FIELD, Submitted, in_path};
use crate::problem::Problem;
use crate::route::Who;
use crate::screen::draft;
use crate::text::Address;

/// Where an account that must change its password is sent.
const PASSWORD_PAGE: &str = "/w/account/password";

/// What the route table says of the handler behind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) who: Who,
    pub(crate) takes_file: bool,
    /// Its form may come with small files.
    pub(crate) with_files: bool,
    /// Its form is carried out once, by its key.
    pub(crate) acts_once: bool,
    pub(crate) before_password_change: bool,
    pub(crate) keeps_draft: bool,
    /// What was typed into the form at this address is kept when the session has run out, and shown at this
    /// address afterwards, whether the form fills it in or not.
    pub(crate) keeps_typed: bool,
    /// What was typed stands on an answer that is no success, as it does with every form that acts once.
    pub(crate) gives_back_typed: bool,
}

impl Rule {
    /// Whether its form is refused while a disk is full. What is a few bytes goes on, as long as the disk takes them:
    /// signing in and out, and what an outside party hands in before a time runs out.
    fn needs_room(self) -> bool {
        matches!(self.who, Who::SignedIn | Who::Needs(_)) && !self.before_password_change
    }
}

/// Admits the request or answers it; problems of the handler are rendered in the visitor's shell.
pub(crate) async fn enforce(web: WebState, rule: Rule, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut guest = Guest::of(&parts);
    let asked = parts.extensions.get::<Asked>().cloned();
    let asked = asked.unwrap_or_else(|| Asked::of(&web, &parts));
    let token = cookie::token_of(&parts.headers, web.over_tls).map(str::to_owned);
    let opens = parts.method == Method::GET;
    let mut request = Request::from_parts(parts, body);
    let known = match known(&web, token.as_deref(), &mut guest, opens).await {
        Ok(known) => known,
        Err(stop) => return unread(&web, rule, (&guest, &asked), request, stop).await,
    };
    request.extensions_mut().insert(guest.clone());
    let visit = match &known {
        Known::Account(visit) => Some(visit.clone()),
        Known::Expired(_) | Known::Forgotten | Known::Nobody => None,
    };
    let mut sent = None;
    let acts = !opens && request.method() != Method::HEAD;
    let opens = opens && rule.keeps_typed;
    let response = match admit(&web, rule, &mut request, &guest, known).await {
        Ok(None) => {
            sent = typed(rule, &request);
            match acts && rule.needs_room() && web.app.db.is_full() {
                true => Stop::full(None).into_response(),
                false => next.run(request).await,
            }
        }
        Ok(Some(answer)) => answer,
        Err(stop) => unread(&web, rule, (&guest, &asked), request, stop).await,
    };
    let response = match visit {
        Some(visit) => in_shell(&web, &visit, (&asked, opens), response).await,
        None => response,
    };
    match sent {
        Some(sent) => super::typed::with_typed(&sent, response).await,
        None => response,
    }
}

/// The answer in the shell of the account; the page of a form that is `opened` with what was kept of it.
async fn in_shell(
    web: &WebState,
    visit: &Visit,
    (asked, opened): (&Asked, bool),
    response: Response,
) -> Response {
    let page = super::finish::in_workbench(web, visit, asked, response).await;
    match opened {
        true => super::typed::with_kept(web, visit, page).await,
        false => page,
    }
}

/// The answer where a fault stopped the request before its form was read: whoever has typed it gets it back. Nobody
/// could be asked whose form it is; only what our own page has sent is shown on a page of ours.
async fn unread(
    web: &WebState,
    rule: Rule,
    (guest, asked): (&Guest, &Asked),
    mut request: Request,
    stop: Stop,
) -> Response {
    let returns = rule.acts_once || rule.gives_back_typed;
    let own = matches!(origin_of(request.headers()), Origin::Own);
    let acts = !matches!(*request.method(), Method::GET | Method::HEAD);
    if !(stop.status.is_server_error() && returns && own && acts) {
        return stop.into_response();
    }
    match body::typed(&mut request, rule.with_files).await {
        Ok(sent) => {
            let page = super::finish::in_plain(web, guest, asked, stop);
            super::typed::with_typed(&sent, page).await
        }
        Err(_) => stop.into_response(),
    }
}

/// What was typed, where it may not be lost.
fn typed(rule: Rule, request: &Request) -> Option<Submitted> {
    let extensions = request.extensions();
    let freely = extensions.get::<Sent>().filter(|_| rule.gives_back_typed);
    let pressed = extensions.get::<Pressed>().map(|pressed| &**pressed);
    pressed.or(freely.map(|sent| &**sent)).cloned()
}

enum Known {
    Account(Visit),
    Expired(Session),
    /// Of a session that ended, and whose it was is forgotten.
    Forgotten,
    Nobody,
}

/// Who comes, and what the page he opens has to tell him of what he just did.
async fn known(
    web: &WebState,
    token: Option<&str>,
    guest: &mut Guest,
    opens: bool,
) -> Result<Known, Stop> {
    let Some(token) = token else {
        return Ok(Known::Nobody);
    };
    let welcome = web.app.welcome(token).await?;
    let session = match &welcome {
        Welcome::Known(arrival) => Some(&arrival.session),
        Welcome::Expired(session) => Some(session),
        Welcome::Stranger => None,
    };
    if let Some(session) = session.filter(|_| opens) {
        guest.done = feedback::taken(web, session, &guest.path).await?;
    }
    Ok(match welcome {
        Welcome::Known(arrival) => Known::Account(Visit::new(web, *arrival, guest.clone())),
        Welcome::Expired(session) => Known::Expired(session),
        Welcome::Stranger => Known::Forgotten,
    })
}

/// Nothing: the handler runs. An answer: it does not.
async fn admit(
    web: &WebState,
    rule: Rule,
    request: &mut Request,
    guest: &Guest,
    known: Known,
) -> Result<Option<Response>, Stop> {
    // No name has a control character in it, and one of the engines cannot even be asked for one.
    if in_path(request.uri().path()) {
        return Err(Stop::not_found());
    }
    let acts = !matches!(*request.method(), Method::GET | Method::HEAD);
    if acts && !from_our_page(request.headers()) {
        return Err(Stop::forbidden(&NO_TOKEN.refuse(&[])));
    }
    match (rule.who, known) {
        (Who::Public, Known::Account(visit)) => {
            request.extensions_mut().insert(visit);
            read_public_form(request, acts).await?;
        }
        (Who::Public, _) => read_public_form(request, acts).await?,
        (Who::PartyLink, _) => {
            let party = party(web, request, guest).await?;
            if acts {
                read_form(request, party.form_token(), &rule).await?;
            }
            request.extensions_mut().insert(party);
        }
        (Who::SignedIn | Who::Needs(_), Known::Account(visit)) => {
            if let Some(answer) = may_enter(rule, &visit)? {
                return Ok(Some(answer));
            }
            if acts && !rule.takes_file {
                read_form(request, visit.form_token(), &rule).await?;
            }
            request.extensions_mut().insert(visit);
        }
        (Who::SignedIn | Who::Needs(_), Known::Expired(session)) => {
            return without_session(web, rule, request, guest, Some(&session)).await;
        }
        // Signing out in another tab takes the cookie along.
        (Who::SignedIn | Who::Needs(_), Known::Forgotten | Known::Nobody) => {
            return without_session(web, rule, request, guest, None).await;
        }
    }
    Ok(None)
}

fn may_enter(rule: Rule, visit: &Visit) -> Result<Option<Response>, Stop> {
    if let Who::Needs(verb) = rule.who
        && !visit.acting.offers(verb)
    {
        return Err(Stop::forbidden(
            &codes::AUTH_NOT_ALLOWED.refuse(&[("verb", &verb.label())]),
        ));
    }
    let held_up = visit.must_change && !rule.before_password_change;
    Ok(held_up.then(|| see_other(&Address::fixed(PASSWORD_PAGE))))
}

/// What the browser says of where the form stood. Browsers that say nothing at all are known by
/// the form token alone.
fn from_our_page(headers: &HeaderMap) -> bool {
    match origin_of(headers) {
        Origin::Own => true,
        Origin::Foreign => false,
        Origin::Unsaid => headers.get(REFERER).is_none_or(|referer| {
            let host = headers
                .get(axum::http::header::HOST)
                .and_then(|host| host.to_str().ok());
            let named = referer
                .to_str()
                .ok()
                .and_then(|text| text.split("://").nth(1));
            let named = named.and_then(|rest| rest.split('/').next());
            named.is_some() && named == host
        }),
    }
}

async fn read_public_form(request: &mut Request, acts: bool) -> Result<(), Stop> {
    if acts {
        let submitted = body::form(request).await?;
        request.extensions_mut().insert(Sent(submitted));
    }
    Ok(())
}

/// Lets a form in that came from a page of this session. A form that acts once is let in from a page
/// of another session of the same account as well: `once` refuses it, and it comes back with its text.
async fn read_form(request: &mut Request, token: &FormToken, rule: &Rule) -> Result<(), Stop> {
    let acts_once = rule.acts_once;
    let (form, files) = body::whole(request, rule.with_files).await?;
    let sent = form.first(FORM_TOKEN_FIELD);
    let of_this_session = token.agrees_with(sent);
    let returnable = acts_once && token.is_of_same_account(sent);
    if !(of_this_session || returnable) {
        return Err(Stop::forbidden(&NO_TOKEN.refuse(&[])));
    }
    if acts_once {
        request.extensions_mut().insert(Pressed {
            form,
            of_this_session,
            files,
        });
    } else {
        request.extensions_mut().insert(Sent(form));
    }
    Ok(())
}

/// The party behind the path parameter `link`.
async fn party(web: &WebState, request: &mut Request, guest: &Guest) -> Result<PartyVisit, Stop> {
    let params = request
        .extract_parts::<RawPathParams>()
        .await
        .map_err(|_| Stop::not_found())?;
    let link = params
        .iter()
        .find(|(name, _)| *name == "link")
        .map(|(_, link)| link.to_owned());
    let link = link.ok_or_else(|| Stop::fault("a route for parties without the parameter link"))?;
    let mut reader = web.app.db.read().await?;
    let found = store::campaign::by_party_link(&mut reader, &token_hash(&link)).await?;
    // A wrong link and a replaced one get the same answer.
    let kept = found.ok_or_else(|| Stop::new(Problem::DeadLink((&NO_LINK.refuse(&[])).into())))?;
    Ok(PartyVisit::new(kept, link, guest.clone()))
}

/// Where the visitor signs in; afterwards he comes back to `next`.
fn sign_in_page(next: &Address) -> Address {
    Address::fixed("/login").query([("next", next.as_str())])
}

/// Sends the visitor to the sign-in page. What he typed into a form is kept as a draft of his account; where
/// nobody knows any more whose session it was, it stands on the answer itself.
async fn without_session(
    web: &WebState,
    rule: Rule,
    request: &mut Request,
    guest: &Guest,
    session: Option<&Session>,
) -> Result<Option<Response>, Stop> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(Some(see_other(&sign_in_page(&guest.here()))));
    }
    let work = Address::fixed("/w");
    if !rule.keeps_typed {
        return over(web, guest, session, feedback::SESSION_OVER.at(work)).await;
    }
    let sent = body::typed(request, rule.with_files).await?;
    if let Some(session) = session
        && is_of_account(web, session, &sent)
        && let Some(first) = done_before(web, &session.account, &guest.path, &sent).await?
    {
        let landing = feedback::SESSION_OVER_DONE.at(first);
        return over(web, guest, Some(session), landing).await;
    }
    if !sent.has_typed() {
        return over(web, guest, session, feedback::SESSION_OVER.at(work)).await;
    }
    if let Some(session) = session
        && keep_typed(web, guest, session, &sent).await?
    {
        let landing = feedback::SESSION_OVER_KEPT.at(guest.here());
        return over(web, guest, Some(session), landing).await;
    }
    // Only what our own page has sent is shown on a page of ours.
    match origin_of(request.headers()) {
        Origin::Own => Ok(Some(super::typed::not_kept(web, guest, &sent))),
        Origin::Foreign | Origin::Unsaid => {
            over(web, guest, session, feedback::SESSION_OVER.at(work)).await
        }
    }
}

/// Says on the sign-in page what became of a form whose session is over. Without a session there is nowhere to keep
/// that; the answer says it itself.
async fn over(
    web: &WebState,
    guest: &Guest,
    session: Option<&Session>,
    afterwards: Landing,
) -> Result<Option<Response>, Stop> {
    let Some(session) = session else {
        return Ok(Some(super::typed::not_carried_out(web, guest)));
    };
    let to = sign_in_page(&afterwards.to);
    let said = afterwards.leading_to(to);
    let to = feedback::leave(web, &session.token_hash, said).await?;
    Ok(Some(see_other(&to)))
}

/// Whether the form stood on a page of the account whose session it was.
fn is_of_account(web: &WebState, session: &Session, submitted: &Submitted) -> bool {
    let (token, sent) = (form_token(web, session), submitted.first(FORM_TOKEN_FIELD));
    token.agrees_with(sent) || token.is_of_same_account(sent)
}

/// A form sent under a session that ran out: its text becomes a draft of the same account, provided
/// the token proves that it came from a page of that account.
async fn keep_typed(
    web: &WebState,
    guest: &Guest,
    session: &Session,
    submitted: &Submitted,
) -> Result<bool, Stop> {
    if !is_of_account(web, session, submitted) {
        return Ok(false);
    }
    let kept = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(submitted.kept_openly())
        .finish();
    draft::keep_if_room(web, &session.account, (&guest.path, &kept)).await
}
