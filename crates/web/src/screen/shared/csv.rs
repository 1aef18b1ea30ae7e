//! A list as a CSV file that office software opens without asking: UTF-8 with BOM, CR LF, and no
//! cell that a spreadsheet would take for a formula. Rows are sent as they are read.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::StoreError;
use tokio::sync::mpsc;

/// Adds one row to the text of a file.
pub fn row<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

fn push_cell(text: &mut String, cell: &str) {
    // A cell that begins like this is calculated by spreadsheets; an apostrophe makes it text.
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let long_number = cell.len() >= 12 && cell.bytes().all(|byte| byte.is_ascii_digit());
    // Fifteen digits and more would be rounded: a tab keeps them text and is no part of a code.
    let guard = if formula {
        "'"
    } else if long_number {
        "\t"
    } else {
        ""
    };
    if guard.is_empty() && !cell.contains(['"', ',', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(guard);
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

/// The sending half of a file: hand over pieces of text, or stop when the browser has gone.
pub type Pieces = mpsc::Sender<Result<String, StoreError>>;

struct Flow(mpsc::Receiver<Result<String, StoreError>>);

impl http_body::Body for Flow {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(|text| Frame::data(Bytes::from(text)))))
    }
}

/// A download whose pieces come from `pieces` while the browser takes them; a failure in between
/// breaks the transfer off, so that half a file is never taken for a whole one.
#[must_use]
pub fn download(name: &str) -> (Pieces, Response) {
    let (pieces, flow) = mpsc::channel(4);
    let mut response = Body::new(Flow(flow)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"export.csv\"; filename*=UTF-8''{encoded}");
    let value = HeaderValue::from_str(&disposition).expect("percent-encoded text is ASCII");
    headers.insert(CONTENT_DISPOSITION, value);
    (pieces, response)
}

#[cfg(test)]
mod tests;
