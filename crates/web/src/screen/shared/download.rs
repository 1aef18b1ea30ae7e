//! A file for the browser to keep: from memory or from the disk, never from the database.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

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

/// A CSV file that is in memory.
#[must_use]
pub fn csv(name: &str, bytes: Vec<u8>) -> Response {
    named(name, bytes.into_response())
}

/// A CSV file on the disk, sent as the browser takes it; a failure in between breaks the transfer
/// off, so that half a file is never taken for a whole one.
#[must_use]
pub fn csv_on_disk(name: &str, length: u64, file: File) -> Response {
    let (to, from) = mpsc::channel(2);
    tokio::spawn(pump(file, to));
    let mut response = named(name, Body::new(Flow(from)).into_response());
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

async fn pump(mut file: File, to: mpsc::Sender<Piece>) {
    loop {
        let mut piece = vec![0; CHUNK];
        let read = file.read(&mut piece).await;
        let piece = match read {
            Ok(0) => return,
            Ok(length) => {
                piece.truncate(length);
                Ok(piece)
            }
            Err(error) => {
                tracing::error!("下载中断：{error}");
                Err(error)
            }
        };
        let broken = piece.is_err();
        // A browser that has gone needs no word.
        if to.send(piece).await.is_err() || broken {
            return;
        }
    }
}

fn named(name: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"export.csv\"; filename*=UTF-8''{encoded}");
    let value = HeaderValue::from_str(&disposition).expect("percent-encoded text is ASCII");
    headers.insert(CONTENT_DISPOSITION, value);
    response
}
