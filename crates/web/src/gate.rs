//! The gate: everything between a request and the screen that answers it.
//!
//! Reading order: `visit` (who came, in which session, with which display modes) → `enforce` (the
//! middleware that admits a request by the line of the route table it matched) → `sent` (forms and
//! files that came back) → `press` (one press, one act, however often the button was pressed) →
//! `stop` (why there is no page) → `typed` (what was typed is not lost) → `feedback` (what a page says after an act) → `shell` (the frame
//! every page of the workbench stands in) → `finish` (headers, panics and time-outs of every answer).
//!
//! A handler takes [`WebState`], a [`Visit`] and, if it acts, a [`Pressed`] form (a [`Sent`] one if it may
//! be repeated freely); it returns an [`Answer`].
//! By the time it runs, session, right, origin and form token have been proved. Finer questions
//! (whose campaign is this?) belong to `app`, whose acts ask the policy again.
//! Deliberately absent: any cookie but the session and the display modes, any rule of the law.

mod cookie;
mod enforce;
pub mod feedback;
mod finish;
mod press;
mod sent;
mod shell;
mod stop;
mod typed;
mod visit;

use std::sync::Arc;

use app::App;
use app::drawing::Previews;
use app::job::Jobs;
use app::staging::Staging;

pub use cookie::{ended_cookie, session_cookie};
pub(crate) use enforce::{Rule, enforce};
pub(crate) use finish::finish;
pub(crate) use press::NO_KEY;
pub use press::{Undone, answer, once, once_new};
pub(crate) use sent::{BROKEN, NO_TOKEN, TOO_LARGE, WRONG_KIND};
pub use sent::{MAX_UPLOAD_BYTES, Pressed, Sent};
pub use stop::{Answer, Flaws, Stop, see_other};
pub use visit::{Guest, PartyVisit, Visit};

use press::Lanes;

/// What this installation says of itself on every page.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The bureau, by its official name.
    pub bureau: String,
    /// Whether this installation holds the demo city.
    pub demonstration: bool,
    /// The version of the program.
    pub version: String,
}

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The use cases and the database.
    pub app: App,
    /// Whether browsers reach us over TLS; decides the cookie's name and flags.
    pub over_tls: bool,
    /// What this installation is.
    pub facts: Arc<Facts>,
    /// What plans would yield, computed once.
    pub previews: Previews,
    imports: Option<Staging>,
    lanes: Lanes,
    /// What only this installation knows; marks whose page a form stood on.
    forms: [u8; 32],
}

impl WebState {
    /// The state of one server.
    #[must_use]
    pub fn new(app: App, over_tls: bool, facts: Facts) -> Self {
        Self {
            forms: app.storage_key.derived("mingqian form token"),
            app,
            over_tls,
            facts: Arc::new(facts),
            previews: Previews::default(),
            imports: None,
            lanes: Lanes::default(),
        }
    }

    /// The same, taking register files in and doing long work as jobs.
    #[must_use]
    pub fn with_imports(mut self, imports: Staging) -> Self {
        self.imports = Some(imports);
        self
    }

    /// The jobs of this server.
    ///
    /// # Errors
    /// A fault on a server that was started without.
    pub fn jobs(&self) -> Result<&Jobs, Stop> {
        self.imports().map(Staging::jobs)
    }

    /// Where register files go through.
    ///
    /// # Errors
    /// A fault on a server that was started without.
    pub fn imports(&self) -> Result<&Staging, Stop> {
        self.imports
            .as_ref()
            .ok_or_else(|| Stop::fault("the server was started without imports"))
    }
}
