//! The record of the server: what its operator reads on stderr. One line for each request that ended without its
//! page, under the number the page shows, and for each piece of upkeep that has to be tried again.
//!
//! Only our own crates speak here: what a library would say of a statement or a connection may hold what somebody
//! typed. Deliberately absent: a record of requests that went well, levels, and files; whoever keeps the lines
//! redirects stderr (systemd does).

use std::fmt;
use std::io;

use app::port::Clock;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, registry};

use crate::ports::OsClock;

/// Whose lines are written.
const OURS: &[&str] = &["mingqian", "web", "app", "store", "exchange"];

/// Begins to write the record; once, before the first request.
pub(crate) fn begin() {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .event_format(Line)
        .with_filter(Ours);
    // Fails only where one is written already, which is as good.
    let _ = registry().with(lines).try_init();
}

struct Ours;

impl<S> Filter<S> for Ours {
    fn enabled(&self, of: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        let krate = of.target().split("::").next().unwrap_or_default();
        *of.level() <= Level::WARN && OURS.contains(&krate)
    }
}

/// `2026-11-27 09:30:00 错误 PAGE-500 1a2b3c4d GET /log：STOR-503 …`
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "错误",
            _ => "警告",
        };
        write!(writer, "{} {level} ", OsClock.now().local_text())?;
        context
            .field_format()
            .format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
