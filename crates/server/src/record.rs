//! The record of the server: what its operator reads on stderr, and in files of a day each where a folder is named.
//! One line for each request that ended without its page, under the number the page shows, and for each piece of
//! upkeep that has to be tried again; every line written for a request carries its number and from where it came.
//!
//! Only our own crates speak here: what a library would say of a statement or a connection may hold what somebody
//! typed. Deliberately absent: requests that went well (`/metrics` counts them), names, and whatever stands behind the
//! question mark of an address.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use app::port::Clock;
use clap::{Args, ValueEnum};
use domain::time::Instant;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, registry};

use crate::ports::OsClock;

mod days;

use days::Days;

/// Whose lines are written.
const OURS: &[&str] = &["mingqian", "web", "app", "store", "exchange"];

/// Arguments of `mingqian serve` about its record.
#[derive(Clone, Debug, Args)]
pub(crate) struct RecordArgs {
    /// 运行记录的格式：一行文字，或一行一个 JSON
    #[arg(long, value_name = "格式", value_enum, default_value = "text")]
    record_format: Format,
    /// 运行记录除了写到标准错误，还按天写进这个目录（文件只有运行的账号可读）
    #[arg(long, value_name = "目录")]
    record: Option<PathBuf>,
    /// 目录里的运行记录保留多少天
    #[arg(long, value_name = "天数", default_value_t = 184, requires = "record")]
    record_days: u32,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 文字
    Text,
    /// JSON
    Json,
}

/// Begins to write the record; once, before the first request.
pub(crate) fn begin(args: &RecordArgs) -> Result<(), crate::commands::Failure> {
    let days = args.record.as_deref();
    let days = days.map(|folder| Days::open(folder, args.record_days, OsClock.now()));
    let lines = Lines {
        format: args.record_format,
        days: days.transpose()?.map(Mutex::new),
    };
    // Fails only where one is written already, which is as good.
    let _ = registry().with(lines.with_filter(Ours)).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // Within a request this line has its number; the payload follows in the line of the fault.
        let place = panic.location().map(ToString::to_string);
        tracing::error!("程序出错中断（panic）：{}", place.unwrap_or_default());
    }));
    Ok(())
}

struct Ours;

impl<S> Filter<S> for Ours {
    fn enabled(&self, of: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        let krate = of.target().split("::").next().unwrap_or_default();
        *of.level() <= Level::INFO && OURS.contains(&krate)
    }
}

/// Writes one line for each event.
struct Lines {
    format: Format,
    days: Option<Mutex<Days>>,
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, new: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut said = Said::default();
        new.record(&mut said);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(said);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let now = OsClock.now();
        let mut said = Said::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(of_span) = span.extensions().get::<Said>() {
                said.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut said);
        let level = *event.metadata().level();
        let line = match self.format {
            Format::Text => said.text(now, level),
            Format::Json => said.into_json(now, level),
        };
        // Nobody is left to be told if this fails.
        let _ = io::stderr().lock().write_all(line.as_bytes());
        if let Some(days) = &self.days {
            let mut days = days.lock().unwrap_or_else(PoisonError::into_inner);
            days.write(now, &line);
        }
    }
}

/// What a span or an event says.
#[derive(Default)]
struct Said(Map<String, Value>);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // One event, one line, whatever it quotes.
        let value = value.replace(char::is_control, " ");
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Said {
    fn word(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// `2026-11-27 09:30:00 错误 [1a2b3c4d 10.0.0.7] PAGE-500 1a2b3c4d GET /log：STOR-503 …`
    fn text(&self, now: Instant, level: Level) -> String {
        let mut line = format!("{} {} ", now.local_text(), label(level));
        if let (Some(number), Some(client)) = (self.word("request"), self.word("client")) {
            let _ = write!(line, "[{number} {client}] ");
        }
        line.push_str(self.word("message").unwrap_or_default());
        line.push('\n');
        line
    }

    fn into_json(mut self, now: Instant, level: Level) -> String {
        self.0.insert("time".into(), now.local_text().into());
        let level = match level {
            Level::ERROR => "error",
            Level::WARN => "warning",
            _ => "info",
        };
        self.0.insert("level".into(), level.into());
        Value::Object(self.0).to_string() + "\n"
    }
}

fn label(level: Level) -> &'static str {
    match level {
        Level::ERROR => "错误",
        Level::WARN => "警告",
        _ => "信息",
    }
}

#[cfg(test)]
mod tests;
