//! The log as static files (C2SP tlog-tiles): tiles of hashes and bundles of entries, which anybody
//! may mirror and every reader must authenticate against the checkpoint.
//!
//! A tile is read from the stored nodes; a partial tile of an earlier size is served as well, since
//! its hashes never change. Deliberately absent: gzip, and tiles beyond the present size.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use store::portal;

use super::file;
use crate::gate::{Answer, Stop, WebState};

/// Hashes in a full tile.
const WIDTH: u64 = 256;
/// An entry bundle holds the length of each entry in two bytes.
const MOST_BYTES: usize = 65_535;

struct Place {
    index: u64,
    width: u64,
}

/// `<N>[.p/<W>]`, N in groups of three digits, all but the last with `x`; only the one spelling.
fn place(path: &str) -> Option<Place> {
    let (number, width) = match path.split_once(".p/") {
        Some((number, width)) => (
            number,
            width.parse().ok().filter(|w| (1..WIDTH).contains(w))?,
        ),
        None => (path, WIDTH),
    };
    let mut index = 0_u64;
    let groups: Vec<&str> = number.split('/').collect();
    for (at, group) in groups.iter().enumerate() {
        let digits = if at + 1 < groups.len() {
            group.strip_prefix('x')?
        } else {
            group
        };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if at == 0 && groups.len() > 1 && digits == "000" {
            return None;
        }
        index = index
            .checked_mul(1_000)?
            .checked_add(digits.parse().ok()?)?;
    }
    let place = Place { index, width };
    // Written again it must be the same text: no `+5`, no `.p/007`.
    let spelled = if width == WIDTH {
        number.to_owned()
    } else {
        format!("{number}.p/{width}")
    };
    (spelled == path).then_some(place)
}

fn forever(bytes: Vec<u8>) -> Response {
    let mut response = file(bytes, "application/octet-stream", None);
    let value = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, value);
    response
}

/// `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.
pub(super) async fn show(State(web): State<WebState>, Path(path): Path<String>) -> Answer {
    let (level, rest) = path.split_once('/').ok_or_else(Stop::not_found)?;
    let place = place(rest).ok_or_else(Stop::not_found)?;
    let first = place.index.checked_mul(WIDTH).ok_or_else(Stop::not_found)?;
    if level == "entries" {
        return entries(&web, first, place.width).await;
    }
    let level: u8 = match level.as_bytes() {
        [digit @ b'0'..=b'7'] => digit - b'0',
        _ => return Err(Stop::not_found()),
    };
    let mut reader = web.app.db.read().await?;
    let nodes = portal::nodes(&mut reader, level * 8, first, place.width).await?;
    let nodes = nodes.ok_or_else(Stop::not_found)?;
    Ok(forever(
        nodes
            .iter()
            .flat_map(|hash| hash.as_bytes().to_vec())
            .collect(),
    ))
}

async fn entries(web: &WebState, first: u64, width: u64) -> Answer {
    let end = first.checked_add(width).ok_or_else(Stop::not_found)?;
    let mut reader = web.app.db.read().await?;
    let entries = portal::whole_entries(&mut reader, first, end).await?;
    let entries = entries.ok_or_else(Stop::not_found)?;
    let mut bytes = Vec::new();
    for entry in entries {
        let text = entry.entry.as_bytes();
        let length = u16::try_from(text.len().min(MOST_BYTES + 1)).map_err(|_| {
            Stop::fault(format!("entry {} is too long for a bundle", entry.sequence))
        })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text);
    }
    Ok(forever(bytes))
}
