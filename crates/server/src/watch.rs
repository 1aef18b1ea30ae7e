//! What the machine says of itself to whoever watches over it: `/metrics` as Prometheus reads it, `/health` (the process
//! answers), `/ready` (it can work, or what of it cannot). On a listener of its own that only this machine reaches.
//!
//! Deliberately absent: names, addresses, secrets, and everything that would need an account.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum_server::Handle;
use serde_json::{Value, json};
use store::{Figures, StoreError};
use web::gate::Measures;

use crate::bureau::{Keeping, reserved};
use crate::line::{self, Bounds, Doors};

pub(crate) mod ready;

use ready::Condition;
pub(crate) use ready::free_of;

/// Connections of the watch.
const SEATS: usize = 32;
/// How long one may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is watched. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Watch(Arc<Watched>);

struct Watched {
    app: App,
    data: PathBuf,
    measures: Measures,
    doors: Doors,
    keeping: Keeping,
}

impl Watch {
    pub(crate) fn new(
        app: App,
        (data, keeping): (&Path, Keeping),
        measures: Measures,
        doors: Doors,
    ) -> Self {
        Self(Arc::new(Watched {
            app,
            data: data.to_owned(),
            measures,
            doors,
            keeping,
        }))
    }

    /// Answers on that listener until the handle says no more.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        handle: Handle<SocketAddr>,
    ) -> std::io::Result<()> {
        let bounds = Bounds {
            in_all: SEATS,
            per_address: SEATS,
            head: PATIENCE,
            stalled: PATIENCE,
        };
        let doors = Doors::new(bounds, |_| false);
        line::serve(listener, None, self.router(), doors, handle).await
    }

    fn router(self) -> Router {
        Router::new()
            .route("/health", get(|| async { said(&json!({"ok": true})) }))
            .route("/ready", get(tell))
            .route("/metrics", get(measure))
            .with_state(self)
    }
}

async fn tell(State(Watch(watched)): State<Watch>) -> Response {
    let conditions = ready::conditions(&watched.app, &watched.data, &watched.keeping).await;
    let ok = conditions.iter().all(|condition| condition.fault.is_none());
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let parts: Vec<Value> = conditions.iter().map(Condition::as_json).collect();
    (status, said(&json!({"ready": ok, "parts": parts}))).into_response()
}

fn said(value: &Value) -> Response {
    let json = "application/json; charset=utf-8";
    ([(CONTENT_TYPE, json)], value.to_string()).into_response()
}

async fn measure(State(Watch(watched)): State<Watch>) -> Response {
    let figures = async {
        let mut reader = watched.app.db.read().await?;
        store::figures(&mut reader).await
    };
    let figures: Result<Figures, StoreError> = figures.await;
    let mut text = watched.measures.as_text();
    let mut one = |name: &str, kind: &str, help: &str, value: Option<u64>| {
        if let Some(value) = value {
            let _ = writeln!(
                text,
                "# HELP mingqian_{name} {help}\n# TYPE mingqian_{name} {kind}\nmingqian_{name} {value}"
            );
        }
    };
    let open = u64::try_from(watched.doors.open()).ok();
    one("connections_open", "gauge", "Open connections.", open);
    let refused = Some(watched.doors.refused());
    let help = "Connections that found no seat.";
    one("connections_refused_total", "counter", help, refused);
    let kept = figures.as_ref().ok();
    let entries = kept.map(|kept| kept.entries);
    one("log_entries", "gauge", "Entries of the log.", entries);
    let bytes = kept.and_then(|kept| u64::try_from(kept.bytes).ok());
    one("database_bytes", "gauge", "Size of the database.", bytes);
    let help = "Whether the database answered just now.";
    one(
        "database_up",
        "gauge",
        help,
        Some(u64::from(kept.is_some())),
    );
    let help = "Resident memory of the process.";
    one("memory_bytes", "gauge", help, memory());
    for (name, help, value) in of_disk(&watched) {
        one(name, "gauge", help, value);
    }
    text.push_str("# HELP mingqian_pool_connections Connections to the database.\n# TYPE mingqian_pool_connections gauge\n");
    for pool in watched.app.db.pools() {
        for (state, count) in [("busy", pool.busy), ("idle", pool.idle)] {
            let name = pool.pool;
            let _ = writeln!(
                text,
                "mingqian_pool_connections{{pool=\"{name}\",state=\"{state}\"}} {count}"
            );
        }
    }
    if let Some(kept) = kept {
        text.push_str("# HELP mingqian_jobs Long work under way.\n# TYPE mingqian_jobs gauge\n");
        let states = [
            ("waiting", kept.jobs_waiting),
            ("running", kept.jobs_running),
        ];
        for (state, count) in states {
            let _ = writeln!(text, "mingqian_jobs{{state=\"{state}\"}} {count}");
        }
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Name, help and value of what is said of the room in the data folder.
fn of_disk(watched: &Watched) -> [(&'static str, &'static str, Option<u64>); 3] {
    let full = watched.app.db.is_full();
    [
        (
            "disk_free_bytes",
            "Free space where the data folder lies.",
            free_of(&watched.data).ok(),
        ),
        (
            "disk_full",
            "Whether acts are refused because a disk is full.",
            Some(u64::from(full)),
        ),
        (
            "disk_reserve_bytes",
            "What is kept to be given up when the disk is full.",
            Some(reserved(&watched.data).unwrap_or(0)),
        ),
    ]
}

/// What the process takes of the memory, where the system says so.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests;
