//! The body of a form: as browsers encode fields, or in parts where small files may come with them.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use super::files::{self, Files};
use super::{BROKEN, WRONG_KIND, unreadable};
use crate::form::{MAX_FORM_BYTES, Submitted, SubmittedError};
use crate::gate::{Stop, patience};

/// A form, with the files it came with if it may come with some.
pub(in crate::gate) async fn whole(
    request: &mut Request,
    with_files: bool,
) -> Result<(Submitted, Files), Stop> {
    match with_files && is_of_kind(request, "multipart/form-data") {
        true => files::read(request).await,
        false => Ok((form(request).await?, Files::default())),
    }
}

/// The same of who has no session: what was typed, and no file.
pub(in crate::gate) async fn typed(
    request: &mut Request,
    with_files: bool,
) -> Result<Submitted, Stop> {
    match with_files && is_of_kind(request, "multipart/form-data") {
        true => files::read_typed(request).await,
        false => form(request).await,
    }
}

/// A form without files.
pub(in crate::gate) async fn form(request: &mut Request) -> Result<Submitted, Stop> {
    if !is_of_kind(request, "application/x-www-form-urlencoded") {
        let stop = Stop::unusable(&WRONG_KIND.refuse(&[]));
        return Err(stop.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let bytes =
        to_bytes(body, MAX_FORM_BYTES).await.map_err(|error| {
            match patience::was_silent(&error) {
                true => {
                    Stop::unusable(&BROKEN.refuse(&[])).with_status(StatusCode::REQUEST_TIMEOUT)
                }
                false => unreadable(SubmittedError::TooLarge),
            }
        })?;
    Submitted::parse(&bytes).map_err(unreadable)
}

fn is_of_kind(request: &Request, wanted: &str) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case(wanted)
}
