//! The gate: everything between a request and the screen that answers it.
//!
//! Reading order: `asked` and `client` (what the record says of a request) → `caller` (for what an attempt to sign in counts) → `visit` (who came, in which session, with which display modes) → `enforce` (the
//! middleware that admits a request by the line of the route table it matched) → `sent` (forms and
//! files that came back) → `press` (one press, one act, however often the button was pressed) →
//! `stop` (why there is no page) → `typed` (what was typed is not lost) → `feedback` (what a page says after an act) → `shell` (the frame
//! every page of the workbench stands in) → `patience` (how long is waited) → `finish` (headers and panics of every
//! answer) → `measure` (what is counted of it).
//!
//! A handler takes [`WebState`], a [`Visit`] and, if it acts, a [`Pressed`] form (a [`Sent`] one if it may
//! be repeated freely); it returns an [`Answer`].
//! By the time it runs, session, right, origin and form token have been proved. Finer questions
//! (whose campaign is this?) belong to `app`, whose acts ask the policy again.
//! Deliberately absent: any cookie but the session, the known browser and the display modes, any rule of the law.

mod asked;
mod caller;
mod client;
mod cookie;
mod enforce;
pub mod feedback;
mod finish;
mod measure;
mod patience;
mod press;
mod sent;
mod shell;
mod site;
mod stop;
mod typed;
mod visit;

use std::net::Ipv4Addr;
use std::sync::Arc;

use app::App;
use app::drawing::Previews;
use app::job::Jobs;
use app::machine::Machine;
use app::staging::Staging;

pub(crate) use caller::Caller;
pub use client::{Network, NoNetwork, Proxies};
pub use cookie::{device_cookie, ended_cookie, session_cookie};
pub(crate) use enforce::{Rule, enforce};
pub(crate) use finish::{explained, finish};
pub use measure::Measures;
pub(crate) use press::NO_KEY;
pub use press::{Undone, answer, once, once_new};
pub(crate) use sent::{BROKEN, NO_TOKEN, TOO_LARGE, WRONG_KIND};
pub use sent::{Files, MAX_UPLOAD_BYTES, Pressed, Sent, SentFile};
pub use site::{NoSite, Site};
pub use stop::{Answer, Flaws, Stop, see_other};
pub use visit::{Guest, PartyVisit, Visit};

use asked::Numbers;
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
    /// Under which address they reach us.
    pub site: Site,
    /// What this installation is.
    pub facts: Arc<Facts>,
    /// What was asked for, and how long it took.
    pub measures: Measures,
    /// What plans would yield, computed once.
    pub previews: Previews,
    /// A look at the machine that serves; none where nobody gave one.
    pub machine: Option<Arc<dyn Machine>>,
    imports: Option<Staging>,
    lanes: Lanes,
    proxies: Proxies,
    numbers: Numbers,
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
            site: Site::listening(over_tls, (Ipv4Addr::LOCALHOST, 80).into()),
            facts: Arc::new(facts),
            measures: Measures::default(),
            previews: Previews::default(),
            machine: None,
            imports: None,
            lanes: Lanes::default(),
            proxies: Proxies::default(),
            numbers: Numbers::default(),
        }
    }

    /// The same, taking register files in and doing long work as jobs.
    #[must_use]
    pub fn with_imports(mut self, imports: Staging) -> Self {
        self.imports = Some(imports);
        self
    }

    /// The same on a machine that can be looked at.
    #[must_use]
    pub fn on(mut self, machine: Arc<dyn Machine>) -> Self {
        self.machine = Some(machine);
        self
    }

    /// The same behind proxies whose word is taken for where a request comes from.
    #[must_use]
    pub fn behind(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// The same under the address by which people reach it: secure cookies and the promise of TLS follow from it.
    #[must_use]
    pub fn reached_at(mut self, site: Site) -> Self {
        self.over_tls = site.over_tls();
        self.site = site;
        self
    }

    /// The same for pages that anybody may ask for: they read by connections of their own.
    pub(crate) fn for_public(&self) -> Self {
        let mut public = self.clone();
        public.app.db = self.app.db.for_public();
        public
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
