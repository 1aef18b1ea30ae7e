//! Whole pages: shell, head, body, rail.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::{DisplayModes, NavModel};
use crate::asset;
use crate::component::{Crumb, Fragment, Head, HiddenFields, Link, Note, PrintHeader, RailSection};
use crate::headers::{Reach, protect};
use crate::text::{Address, Digest, thousands};

/// What every page needs, whoever reads it.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The bureau.
    pub bureau: String,
    /// The display modes that are on.
    pub modes: DisplayModes,
    /// Whether this installation holds the demo city; every page then says so.
    pub demo: bool,
    /// Whether acts are refused because a disk is full; every page then says so.
    pub full: bool,
    /// The present path, to return to after switching a mode.
    pub here: Address,
    /// Seconds after which the page asks again, for jobs and the hall without script.
    pub refresh_seconds: Option<u16>,
    /// Whether something is typed or pressed on it: then it asks again only by script, which sees whether anything is.
    pub is_filled_in: bool,
}

/// Who is signed in, at the right of the top bar.
#[derive(Debug, Clone)]
pub struct AccountCorner {
    /// The account and its department.
    pub words: String,
    /// For whom this account acts at present, if as substitute.
    pub acting_for: Option<String>,
    /// The page of the account.
    pub page: Address,
}

/// What stands at the foot: version and state of the log.
#[derive(Debug, Clone)]
pub struct Foot {
    /// The version of the programme.
    pub version: String,
    /// How many entries the log has.
    pub log_size: u64,
    /// Its root.
    pub log_root: Digest,
}

/// The shell of the workbench.
#[derive(Debug, Clone)]
pub struct Shell {
    /// What every page needs.
    pub frame: Frame,
    /// Who is signed in.
    pub account: AccountCorner,
    /// Where this account may go.
    pub nav: NavModel,
    /// The token for switching modes and signing out.
    pub hidden: HiddenFields,
    /// What acts may have to wait for at present; stands on every page.
    pub notice: Option<Note>,
    /// The foot.
    pub foot: Foot,
}

/// The shell of the portal.
#[derive(Debug, Clone)]
pub struct PortalShell {
    /// What every page needs.
    pub frame: Frame,
    /// The sections of the portal.
    pub nav: NavModel,
    /// What was searched for, empty elsewhere.
    pub query: String,
    /// Links of the foot.
    pub links: Vec<Link>,
    /// Up to when the figures go, as printed.
    pub as_of: String,
    /// The foot.
    pub foot: Foot,
}

/// A page of the workbench.
#[derive(Debug, Clone, Template)]
#[template(path = "page/workbench.html")]
pub struct WorkbenchPage {
    shell: Shell,
    head: Head,
    crumb: Option<Crumb>,
    feedback: Option<Note>,
    print: Option<PrintHeader>,
    body: Vec<Fragment>,
    rail: Vec<RailSection>,
    wrong: bool,
}

impl WorkbenchPage {
    /// A page that names one thing.
    #[must_use]
    pub fn new(shell: Shell, head: Head) -> Self {
        Self {
            shell,
            head,
            crumb: None,
            feedback: None,
            print: None,
            body: Vec::new(),
            rail: Vec::new(),
            wrong: false,
        }
    }

    /// The way here, from level two on.
    #[must_use]
    pub fn with_crumb(mut self, crumb: Crumb) -> Self {
        self.crumb = Some(crumb);
        self
    }

    /// The page asks again by itself after so many seconds, if it is to.
    #[must_use]
    pub fn looking_again(mut self, seconds: Option<u16>) -> Self {
        self.shell.frame.refresh_seconds = seconds;
        self
    }

    /// What was just done, once.
    #[must_use]
    pub fn with_feedback(mut self, note: Note) -> Self {
        self.feedback = Some(note);
        self
    }

    /// What paper says first.
    #[must_use]
    pub fn with_print_header(mut self, header: PrintHeader) -> Self {
        self.print = Some(header);
        self
    }

    /// Which view of a list the paper shows: its conditions in words and how many rows there are.
    #[must_use]
    pub fn with_printed_view(mut self, conditions: String, count: String) -> Self {
        if let Some(header) = &mut self.print {
            (header.conditions, header.count) = (conditions, count);
        }
        self
    }

    /// Adds a piece to the main column.
    #[must_use]
    pub fn with(mut self, piece: impl Into<Fragment>) -> Self {
        self.body.push(piece.into());
        self
    }

    /// Adds a section to the rail.
    #[must_use]
    pub fn with_rail(mut self, section: RailSection) -> Self {
        self.rail.push(section);
        self
    }

    /// Marks the title of a page that shows a form again: 有误：….
    #[must_use]
    pub fn with_errors_in_form(mut self) -> Self {
        self.wrong = true;
        self
    }

    fn tab_title(&self) -> String {
        marked_title(&self.head, self.wrong)
    }
}

/// A page of the portal.
#[derive(Debug, Clone, Template)]
#[template(path = "page/portal.html")]
pub struct PortalPage {
    shell: PortalShell,
    title: Option<Head>,
    above: Vec<Fragment>,
    body: Vec<Fragment>,
    aside: Vec<Fragment>,
}

impl PortalPage {
    /// The first page, whose title is the name of the portal.
    #[must_use]
    pub fn front(shell: PortalShell) -> Self {
        Self {
            shell,
            title: None,
            above: Vec::new(),
            body: Vec::new(),
            aside: Vec::new(),
        }
    }

    /// A page beneath it, with its own title.
    #[must_use]
    pub fn new(shell: PortalShell, head: Head) -> Self {
        Self {
            title: Some(head),
            ..Self::front(shell)
        }
    }

    /// Adds a piece to the main column.
    #[must_use]
    pub fn with(mut self, piece: impl Into<Fragment>) -> Self {
        self.body.push(piece.into());
        self
    }

    /// Adds a piece over the whole width, before both columns.
    #[must_use]
    pub fn with_above(mut self, piece: impl Into<Fragment>) -> Self {
        self.above.push(piece.into());
        self
    }

    /// Adds a piece to the side column.
    #[must_use]
    pub fn with_aside(mut self, piece: impl Into<Fragment>) -> Self {
        self.aside.push(piece.into());
        self
    }

    fn tab_title(&self) -> String {
        match &self.title {
            Some(head) => format!("{}·双随机、一公开", head.title),
            None => format!("双随机、一公开公示·{}", self.shell.frame.bureau),
        }
    }
}

/// A page without navigation: signing in, a party handing in its commitment, a problem.
#[derive(Debug, Clone, Template)]
#[template(path = "page/plain.html")]
pub struct PlainPage {
    frame: Frame,
    head: Head,
    body: Vec<Fragment>,
    wrong: bool,
}

impl PlainPage {
    /// A page that names one thing.
    #[must_use]
    pub fn new(frame: Frame, head: Head) -> Self {
        Self {
            frame,
            head,
            body: Vec::new(),
            wrong: false,
        }
    }

    /// Adds a piece.
    #[must_use]
    pub fn with(mut self, piece: impl Into<Fragment>) -> Self {
        self.body.push(piece.into());
        self
    }

    /// Marks the title of a page that shows a form again.
    #[must_use]
    pub fn with_errors_in_form(mut self) -> Self {
        self.wrong = true;
        self
    }

    fn tab_title(&self) -> String {
        marked_title(&self.head, self.wrong)
    }
}

/// The title of a tab, which says at its head that a form came back with errors.
fn marked_title(head: &Head, wrong: bool) -> String {
    let mark = if wrong { "有误：" } else { "" };
    format!("{mark}{}·明签", head.title)
}

fn answer(page: &impl Template, reach: Reach) -> Response {
    let text = page
        .render()
        .expect("writing into a String cannot fail and no template calls fallible code");
    let mut response = Html(text).into_response();
    protect(response.headers_mut(), reach, false);
    response
}

impl IntoResponse for WorkbenchPage {
    fn into_response(self) -> Response {
        answer(&self, Reach::Private)
    }
}

impl IntoResponse for PortalPage {
    fn into_response(self) -> Response {
        answer(&self, Reach::Public)
    }
}

impl IntoResponse for PlainPage {
    fn into_response(self) -> Response {
        answer(&self, Reach::Private)
    }
}
