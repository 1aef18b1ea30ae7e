//! The outermost layer: every answer has its headers, every problem its page, every fault a number.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::refusal::Code;
use tower_http::catch_panic::CatchPanicLayer;

use super::{Guest, Stop, Visit, WebState};
use crate::headers::{Reach, protect};
use crate::problem::Problem;

/// The longest a page may take; longer work is a job with its own page.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many such times a page is waited for whose act queues behind something announced; more than
/// the store lets an act queue.
const TURNS: u32 = 5;

static WRONG_METHOD: Code = Code::new(
    "PAGE-405",
    "这个地址不接受这种访问方式，没有办理任何事。",
    None,
    "从导航重新进入，用页面上的按钮办理。",
);
static TOO_SLOW: Code = Code::new(
    "PAGE-503",
    "30 秒内没有算完，本次没有等到结果。",
    None,
    "缩小范围再试；提交表单后出现本页的，退回表单原样再提交一次：已办成的给出第一次的结果，不会办两次。",
);

/// Wraps the finished router.
pub(crate) fn finish(router: Router, web: &WebState) -> Router {
    router
        .layer(from_fn_with_state(web.clone(), patiently))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(web.clone(), dress))
}

/// Waits for the page, longer as long as acts queue behind something announced.
async fn patiently(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let mut answer = std::pin::pin!(next.run(request));
    for _ in 0..TURNS {
        let since = web.app.db.waiting_since();
        match tokio::time::timeout(PATIENCE, &mut answer).await {
            Ok(answer) => return answer,
            Err(_) if web.app.db.explained_since(since).await => {}
            Err(_) => break,
        }
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the payload over by value"
)]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let words = payload
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    Stop::fault(format!("panic: {}", words.unwrap_or_default())).into_response()
}

async fn dress(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let guest = Guest::of(&parts);
    let head = parts.method == Method::HEAD;
    let request = Request::from_parts(parts, body);
    let mut response = next.run(request).await;
    let bare = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Stop::unusable(&WRONG_METHOD.refuse(&[]))),
        StatusCode::SERVICE_UNAVAILABLE => Some(Stop::unusable(&TOO_SLOW.refuse(&[]))),
        _ => None,
    };
    let unexplained = response.extensions().get::<Explained>().is_none();
    if let Some(stop) = response.extensions_mut().remove::<Stop>() {
        let page = numbered(&web, stop.clone())
            .problem
            .in_plain(guest.frame(&web));
        response = (stop.status, page).into_response();
    } else if let Some(stop) = bare.filter(|_| unexplained && !head) {
        let allow = response.headers().get(ALLOW).cloned();
        let page = stop.problem.in_plain(guest.frame(&web));
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

/// Marks an answer whose page has been made.
#[derive(Clone, Copy)]
struct Explained;

/// Renders the problem of a handler in the shell of the account; other answers pass.
pub(super) async fn in_workbench(
    web: &WebState,
    visit: &Visit,
    mut response: Response,
) -> Response {
    let Some(stop) = response.extensions_mut().remove::<Stop>() else {
        return response;
    };
    let stop = numbered(web, stop);
    let mut page = match web.shell(visit).await {
        Ok(shell) => (stop.status, stop.problem.in_workbench(shell)).into_response(),
        Err(_) => (stop.status, stop.problem.in_plain(visit.guest.frame(web))).into_response(),
    };
    page.extensions_mut().insert(Explained);
    page
}

/// Gives a fault its number and writes what is inside it to the record of the server.
fn numbered(web: &WebState, mut stop: Stop) -> Stop {
    let Some(inside) = stop.inside.take() else {
        return stop;
    };
    let number = store::hex(&web.app.entropy.bytes::<4>());
    tracing::error!(number, inside, "a request ended without its page");
    if let Problem::Fault { request } = &mut *stop.problem {
        *request = number;
    }
    stop
}
