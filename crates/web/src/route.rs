//! Every address there is: one table, from which the router is built and `docs/routes.md` printed.
//!
//! A line says method, path, who may come, what it is, and the handler. A handler outside the table
//! cannot be reached, and a line without its right cannot be written. Each screen holds the lines of
//! its own addresses; [`table`] joins them. Deliberately absent: rights of single rows (`app`).

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use domain::policy::Verb;

use crate::gate::{MAX_UPLOAD_BYTES, Rule, Stop, WebState, enforce, finish};
use crate::screen;

mod pages;

pub use pages::as_markdown;

/// Who may come at all; finer rights are asked by the act itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody.
    Public,
    /// Any signed-in account.
    SignedIn,
    /// A signed-in account whose roles offer this verb somewhere.
    Needs(Verb),
    /// Whoever holds a party's link, which is the path parameter `link`.
    PartyLink,
}

/// The method of a route; HEAD comes with GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads, writes nothing.
    Get,
    /// Acts.
    Post,
}

impl Method {
    /// The word of the protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One line of the table.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// What it is, in words of the page.
    pub what: &'static str,
    rule: Rule,
    handler: MethodRouter<WebState>,
}

impl Route {
    /// A page.
    pub fn get<H, T>(path: &'static str, who: Who, what: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        Self::new(Method::Get, path, who, what, get(handler))
    }

    /// A form that may be sent again freely.
    pub fn post<H, T>(path: &'static str, who: Who, what: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        Self::new(Method::Post, path, who, what, post(handler))
    }

    /// An act by a form that is carried out once: its handler takes the [`Pressed`](crate::gate::Pressed)
    /// form and hands it to [`once`](crate::gate::once).
    pub fn act<H, T>(path: &'static str, who: Who, what: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let mut route = Self::post(path, who, what, handler);
        route.rule.acts_once = true;
        route
    }

    /// An act by a form with a file; its handler reads the stream and proves the form token itself.
    pub fn upload<H, T>(path: &'static str, who: Who, what: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let limited = post(handler).layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES));
        let mut route = Self::new(Method::Post, path, who, what, limited);
        route.rule.takes_file = true;
        route
    }

    fn new(
        method: Method,
        path: &'static str,
        who: Who,
        what: &'static str,
        handler: MethodRouter<WebState>,
    ) -> Self {
        let rule = Rule {
            who,
            takes_file: false,
            with_files: false,
            acts_once: false,
            before_password_change: false,
            keeps_draft: false,
            keeps_typed: false,
            gives_back_typed: false,
        };
        Self {
            method,
            path,
            what,
            rule,
            handler,
        }
    }

    /// Open even to an account that must change its password first.
    #[must_use]
    pub fn before_password_change(mut self) -> Self {
        self.rule.before_password_change = true;
        self
    }

    /// Its form may come with small files, which the handler finds with the form.
    #[must_use]
    pub fn with_files(mut self) -> Self {
        self.rule.with_files = true;
        self
    }

    /// Its form may be sent again freely, and what was typed into it stands on an answer that is no success.
    #[must_use]
    pub fn giving_back_typed(mut self) -> Self {
        self.rule.gives_back_typed = true;
        self
    }

    /// What is typed here is kept as a draft when the session has run out. The form stands at the
    /// same address (GET), and its draft is kept under that path.
    #[must_use]
    pub fn keeping_draft(mut self) -> Self {
        self.rule.keeps_draft = true;
        self
    }

    /// Who may come.
    #[must_use]
    pub fn who(&self) -> Who {
        self.rule.who
    }

    /// Whether its form is carried out once.
    #[must_use]
    pub fn acts_once(&self) -> bool {
        self.rule.acts_once
    }

    /// Whether it takes a file.
    #[must_use]
    pub fn takes_file(&self) -> bool {
        self.rule.takes_file
    }
}

/// Every route, in the order of the table.
#[must_use]
pub fn table() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(screen::inspection::routes());
    routes.extend(screen::publish::routes());
    routes.extend(screen::public::routes());
    routes.extend(screen::sign_in::routes());
    routes.extend(screen::account::routes());
    routes.extend(screen::draft::routes());
    routes.extend(screen::subject::routes());
    routes.extend(screen::submission::routes());
    routes.extend(screen::log_view::routes());
    routes.extend(screen::register_import::routes());
    routes.extend(screen::job::routes());
    routes.extend(screen::workbench::routes());
    routes.extend(screen::item::routes());
    routes.extend(screen::inspector::routes());
    routes.extend(screen::recusal::routes());
    routes.extend(screen::administration::routes());
    routes.extend(screen::oversight::routes());
    routes.extend(screen::campaign::routes());
    routes.extend(screen::paper::routes());
    routes.extend(screen::party::routes());
    routes.extend(screen::hall::routes());
    routes
}

/// The table, with what it says of two lines together: a form that stands at its own address loses nothing that
/// was typed when the session has run out.
fn guarded_table() -> Vec<Route> {
    let mut routes = table();
    let of = |method: Method, routes: &[Route]| {
        let of_it = routes.iter().filter(|route| route.method == method);
        let forms = of_it.filter(|route| method == Method::Get || route.rule.acts_once);
        forms.map(|route| route.path).collect::<BTreeSet<_>>()
    };
    let (pages, forms) = (of(Method::Get, &routes), of(Method::Post, &routes));
    for route in &mut routes {
        route.rule.keeps_typed = pages.contains(route.path) && forms.contains(route.path);
    }
    routes
}

/// Whether a form at this path keeps drafts; a draft under any other path is refused.
#[must_use]
pub fn keeps_draft(path: &str) -> bool {
    table()
        .iter()
        .any(|route| route.rule.keeps_draft && fits(route.path, path))
}

/// Whether what was typed at this path may be kept at all.
#[must_use]
pub fn keeps_typed(path: &str) -> bool {
    guarded_table()
        .iter()
        .any(|route| route.rule.keeps_typed && fits(route.path, path))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}

/// The whole site.
pub fn router(web: &WebState) -> Router {
    let public = web.for_public();
    let mut router: Router<WebState> = Router::new();
    for route in guarded_table() {
        let rule = route.rule;
        let admit = move |State(web): State<WebState>, request: Request, next: Next| {
            enforce(web, rule, request, next)
        };
        let state = match rule.who {
            Who::Public | Who::PartyLink => public.clone(),
            Who::SignedIn | Who::Needs(_) => web.clone(),
        };
        let guarded = route
            .handler
            .route_layer(from_fn_with_state(state.clone(), admit))
            .with_state(state);
        router = router.route(route.path, guarded);
    }
    finish(router.fallback(unknown).with_state(web.clone()), web)
}

async fn unknown() -> Stop {
    Stop::not_found()
}
