//! Signing in and out, the display modes, the embedded files, the sign of life.

use app::AppError;
use axum::Extension;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::text::FieldErrors;

use super::shared::rulebook;
use crate::asset;
use crate::component::{Field, Fragment, Head, Note, Refusal};
use crate::form::Submitted;
use crate::gate::{
    Answer, Caller, Guest, Sent, Stop, Visit, WebState, device_cookie, ended_cookie, explained,
    feedback, see_other, session_cookie,
};
use crate::layout::{DisplayMode, PlainPage};
use crate::route::{Route, Who};
use crate::text::Address;

mod view;

use view::SignIn;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Who::Public, "登录页", show),
        Route::post("/login", Who::Public, "登录", sign_in),
        Route::post("/logout", Who::SignedIn, "退出登录", sign_out).before_password_change(),
        Route::post(
            "/display",
            Who::Public,
            "切换关怀版、高对比",
            switch_display,
        )
        .before_password_change(),
        Route::get("/static/{name}", Who::Public, "样式与脚本", static_file),
        Route::get("/health", Who::Public, "运行探测，只答 ok", health),
    ]
}

async fn page(
    web: &WebState,
    guest: &Guest,
    next: &str,
    sent: &Submitted,
    refusal: Option<Refusal>,
) -> Result<PlainPage, Stop> {
    let errors = FieldErrors::new();
    let login = Field::account_name("login", "账号").filled(sent, &errors);
    let password = Field::password("password", "口令", false);
    let form = SignIn {
        next: next.to_owned(),
        login,
        password,
        rules: rulebook(web).await?.sign_in,
    };
    let mut page = PlainPage::new(guest.frame(web), Head::new("登录"));
    if let Some(done) = guest.done {
        page = page.with(Note::feedback(done.lead, done.rest));
    }
    Ok(page
        .with(refusal.map_or_else(Fragment::default, Fragment::from))
        .with(form))
}

/// Where to go after signing in: a place of this site, the workbench otherwise.
fn next_of(text: &str) -> Address {
    let inside = Address::returning(text)
        .ok()
        .filter(|to| !to.as_str().starts_with("/login"));
    inside.unwrap_or_else(|| Address::fixed("/w"))
}

async fn show(State(web): State<WebState>, guest: Guest, visit: Option<Visit>) -> Answer {
    let asked = form_urlencoded::parse(guest.query.as_bytes()).find(|(key, _)| key == "next");
    let next = next_of(asked.as_ref().map_or("", |(_, value)| value));
    if visit.is_some() {
        return Ok(see_other(&next));
    }
    let page = page(&web, &guest, next.as_str(), &Submitted::default(), None).await?;
    Ok(page.into_response())
}

async fn sign_in(
    State(web): State<WebState>,
    guest: Guest,
    Caller(caller): Caller,
    Extension(sent): Extension<Sent>,
) -> Answer {
    let next = next_of(sent.first("next"));
    // A password is asked for as it was set; nobody is called what no name can be.
    if sent.flaw("login").is_some() {
        let again = page(&web, &guest, next.as_str(), &sent, None).await?;
        let again = again.with_errors_in_form();
        return Ok(explained(
            (StatusCode::UNPROCESSABLE_ENTITY, again).into_response(),
        ));
    }
    let login = domain::text::narrow(sent.first("login"));
    let opened = web
        .app
        .sign_in(&login, sent.first("password"), &caller)
        .await;
    match opened {
        Ok(opened) => {
            let to = if opened.must_change {
                Address::fixed("/w/account/password")
            } else {
                next
            };
            let answer = with_cookie(see_other(&to), &session_cookie(&opened.token, web.over_tls));
            Ok(with_cookie(
                answer,
                &device_cookie(&opened.device, web.over_tls),
            ))
        }
        Err(AppError::Refused(refusal)) => {
            let again = page(&web, &guest, next.as_str(), &sent, Some((&refusal).into())).await?;
            let answer = (status_of(&refusal), again.with_errors_in_form()).into_response();
            Ok(explained(answer))
        }
        Err(other) => Err(other.into()),
    }
}

/// Nobody looked at the password of who found no seat or has to wait.
fn status_of(refusal: &domain::refusal::Refusal) -> StatusCode {
    match refusal.code {
        "AUTH-037" => StatusCode::SERVICE_UNAVAILABLE,
        "AUTH-031" => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    }
}

async fn sign_out(State(web): State<WebState>, visit: Visit) -> Answer {
    web.app
        .end_own_session(&visit.acting, &visit.session.token_hash)
        .await?;
    // The session that could keep a note is gone: the answer itself says it, on the page to which it leads.
    let guest = Guest {
        path: "/login".to_owned(),
        done: Some(&feedback::SIGNED_OUT),
        ..visit.guest.clone()
    };
    let page = page(&web, &guest, "/w", &Submitted::default(), None).await?;
    Ok(with_cookie(
        page.into_response(),
        &ended_cookie(web.over_tls),
    ))
}

async fn switch_display(
    State(web): State<WebState>,
    guest: Guest,
    visit: Option<Visit>,
    sent: Sent,
) -> Answer {
    let shown = visit
        .as_ref()
        .map_or(guest.modes, |visit| visit.guest.modes);
    let modes = DisplayMode::parse(sent.first("mode")).map_or(shown, |mode| shown.toggled(mode));
    if let Some(visit) = visit {
        web.app.set_display(&visit.session, modes.as_text()).await?;
    }
    let back = Address::returning(sent.first("back")).unwrap_or_else(|_| Address::fixed("/"));
    Ok(with_cookie(
        see_other(&back),
        &modes.set_cookie(web.over_tls),
    ))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    let value = HeaderValue::from_str(cookie).expect("a cookie of ours is printable ASCII");
    response.headers_mut().append(SET_COOKIE, value);
    response
}

async fn static_file(guest: Guest) -> Answer {
    let file = asset::find(&guest.path).ok_or_else(Stop::not_found)?;
    Ok(file.into_response())
}

/// Says that the program answers and its database can be read, and nothing else.
async fn health(State(web): State<WebState>) -> Response {
    let alive = web.app.db.read().await.is_ok();
    let (status, words) = if alive {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no\n")
    };
    explained((status, [(CACHE_CONTROL, "no-store")], words).into_response())
}
