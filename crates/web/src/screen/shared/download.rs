//! A file for the browser to keep: from memory or from the disk, never from the database.
//!
//! Each has two names: the one in Chinese, and one in plain letters for programs that cannot read it,
//! which says as well what the file is and of which day.

use std::pin::Pin;
use std::task::{Context, Poll};

use app::job::Outgoing;
use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::time::Date;
use http_body::Frame;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::mpsc;

type Piece = std::io::Result<Vec<u8>>;

struct Flow(mpsc::Receiver<Piece>);

impl http_body::Body for Flow {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(|bytes| Frame::data(Bytes::from(bytes)))))
    }
}

/// What a table of comma-separated values is sent as.
pub const CSV: &str = "text/csv; charset=utf-8";
/// What a workbook is sent as.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The names a file is offered under.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n> {
    /// In Chinese, for every browser of ours.
    pub name: &'n str,
    /// What it is, in plain letters: `subjects`.
    pub kind: &'static str,
    /// The day it shows; none for what is the same on every day.
    pub on: Option<Date>,
}

impl Names<'_> {
    /// Both names as the header carries them (RFC 6266). The plain one ends as the other does.
    fn disposition(&self) -> HeaderValue {
        let mut plain = self.kind.to_owned();
        if let Some(on) = self.on {
            plain.push('-');
            plain.push_str(&on.to_string());
        }
        let ending = self.name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !ending.is_empty() {
            plain.push('.');
            plain.push_str(ending);
        }
        let encoded = utf8_percent_encode(self.name, NON_ALPHANUMERIC);
        let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
        HeaderValue::from_str(&text).expect("plain letters and percent-encoded text are ASCII")
    }
}

/// A file that is in memory.
#[must_use]
pub fn whole(names: Names<'_>, sort: &'static str, bytes: Vec<u8>) -> Response {
    named(names, sort, bytes.into_response())
}

/// A file on the disk, sent as the browser takes it; a failure in between breaks the transfer
/// off, so that half a file is never taken for a whole one.
#[must_use]
pub fn on_disk(names: Names<'_>, sort: &'static str, length: u64, file: Outgoing) -> Response {
    let (to, from) = mpsc::channel(2);
    tokio::spawn(pump(file, to));
    let mut response = named(names, sort, Body::new(Flow(from)).into_response());
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

async fn pump(mut file: Outgoing, to: mpsc::Sender<Piece>) {
    while let Some(piece) = file.next().await.transpose() {
        let piece = piece.map_err(|error| {
            tracing::error!("下载中断：{error}");
            std::io::Error::other(error.to_string())
        });
        let broken = piece.is_err();
        // A browser that has gone needs no word.
        if to.send(piece).await.is_err() || broken {
            return;
        }
    }
}

fn named(names: Names<'_>, sort: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(sort));
    headers.insert(CONTENT_DISPOSITION, names.disposition());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_reads_no_chinese_still_learns_what_the_file_is() {
        let on = Date::parse_iso("2026-11-27");
        for (name, kind, on, plain) in [
            (
                "检查对象-2026-11-27-10-12.csv",
                "subjects",
                on,
                "subjects-2026-11-27.csv",
            ),
            (
                "检查对象名录导入模板.xlsx",
                "subjects-template",
                None,
                "subjects-template.xlsx",
            ),
            ("无后缀", "subjects", None, "subjects"),
            ("引号\".名", "subjects", None, "subjects"),
        ] {
            let shown = Names { name, kind, on }.disposition();
            let shown = shown.to_str().expect("ASCII");
            assert!(
                shown.starts_with(&format!(
                    "attachment; filename=\"{plain}\"; filename*=UTF-8''%"
                )),
                "{shown}"
            );
        }
    }
}
