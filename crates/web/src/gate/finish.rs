//! The outermost layer: every answer has its headers, every problem its page, every fault a number.

use std::any::Any;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::refusal::Code;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::asked::Asked;
use super::{Guest, Stop, Visit, WebState, patience};
use crate::headers::{Reach, protect};
use crate::problem::Problem;

static WRONG_METHOD: Code = Code::new(
    "PAGE-405",
    "这个地址不接受这种访问方式，没有办理任何事。",
    None,
    "从导航重新进入，用页面上的按钮办理。",
);
static WRONG_ADDRESS: Code = Code::new(
    "PAGE-400",
    "地址里有读不懂的编码（百分号后的字节不是 UTF-8），没有办理任何事。",
    None,
    "从导航重新进入；地址是从别处抄来的，重新复制一遍。",
);
pub(super) static TOO_SLOW: Code = Code::new(
    "PAGE-503",
    "30 秒内没有算完，本次没有等到结果。",
    None,
    "缩小范围再试；提交表单后出现本页的，退回表单原样再提交一次：已办成的给出第一次的结果，不会办两次。",
);

/// Wraps the finished router.
pub(crate) fn finish(router: Router, web: &WebState) -> Router {
    router
        .layer(from_fn_with_state(web.clone(), patience::patiently))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(web.clone(), dress))
}

/// What it had to say may be what somebody typed; where it happened stands under the same number.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Stop::fault("panic").into_response()
}

async fn dress(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = Asked::of(&web, &parts);
    parts.extensions.insert(asked.clone());
    let (span, begun) = (asked.span(), web.app.clock.now());
    let response = dressed(&web, asked.clone(), Request::from_parts(parts, body), next)
        .instrument(span)
        .await;
    let took_ms = web.app.clock.now().since_ms(begun);
    web.measures.count(&asked, response.status(), took_ms);
    response
}

async fn dressed(web: &WebState, asked: Asked, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let guest = Guest::of(&parts);
    let head = parts.method == Method::HEAD;
    let request = Request::from_parts(parts, body);
    let mut response = next.run(request).await;
    let bare = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Stop::unusable(&WRONG_METHOD.refuse(&[]))),
        // A parameter of the path that is no text; whatever else is asked for wrongly has its own page.
        StatusCode::BAD_REQUEST => Some(Stop::unusable(&WRONG_ADDRESS.refuse(&[]))),
        StatusCode::SERVICE_UNAVAILABLE => Some(Stop::unusable(&TOO_SLOW.refuse(&[]))),
        _ => None,
    };
    let unexplained = response.extensions().get::<Explained>().is_none();
    if let Some(stop) = response.extensions_mut().remove::<Stop>() {
        response = in_plain(web, &guest, &asked, stop);
    } else if let Some(stop) = bare.filter(|_| unexplained && !head) {
        let allow = response.headers().get(ALLOW).cloned();
        let page = stop.problem.in_plain(guest.frame(web));
        response = (response.status(), page).into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(ALLOW, allow);
        }
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    protect(response.headers_mut(), Reach::Private, web.over_tls);
    response
}

/// The page of a problem for whoever stands outside of every shell.
pub(super) fn in_plain(web: &WebState, guest: &Guest, asked: &Asked, stop: Stop) -> Response {
    let stop = numbered(web, asked, stop);
    let page = stop.problem.in_plain(guest.frame(web));
    explained((stop.status, page).into_response())
}

/// Marks an answer whose page has been made.
#[derive(Clone, Copy)]
struct Explained;

/// The answer with the page its handler made, whatever its status.
pub(crate) fn explained(mut answer: Response) -> Response {
    answer.extensions_mut().insert(Explained);
    answer
}

/// Renders the problem of a handler in the shell of the account; other answers pass.
pub(super) async fn in_workbench(
    web: &WebState,
    visit: &Visit,
    asked: &Asked,
    mut response: Response,
) -> Response {
    let Some(stop) = response.extensions_mut().remove::<Stop>() else {
        return response;
    };
    let stop = numbered(web, asked, stop);
    let mut page = match web.shell(visit).await {
        Ok(shell) => (stop.status, stop.problem.in_workbench(shell)).into_response(),
        Err(_) => (stop.status, stop.problem.in_plain(visit.guest.frame(web))).into_response(),
    };
    page.extensions_mut().insert(Explained);
    page
}

/// Gives a fault its number and writes what is inside it to the record of the server, under the words by which
/// the reader of the page reports it. That the disk is full concerns every page from now on.
fn numbered(web: &WebState, asked: &Asked, mut stop: Stop) -> Stop {
    let Some(inside) = stop.inside.take() else {
        return stop;
    };
    if stop.status == StatusCode::INSUFFICIENT_STORAGE {
        web.app.db.found_full();
    }
    // One request, one line, whatever a panic had to say.
    let inside = inside.replace(char::is_control, " ");
    let mut line = format!("{}：{inside}", asked.words());
    if let Problem::Fault { request } = &mut *stop.problem {
        request.clone_from(&asked.number);
        line = format!("PAGE-500 {request} {line}");
    }
    tracing::error!("{line}");
    stop
}
