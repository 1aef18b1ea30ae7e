//! Small files that come with a form: read with it, whole, so that the form is proved and carried out as any other. At
//! most [`AT_ONCE`] such forms are in memory at a time; the next one waits until one of them is answered.
//!
//! A file that is too large is read to its end and thrown away, so that the form comes back with what was typed.

use std::fmt;
use std::sync::Arc;

use app::drawing::MOST_PICTURE;
use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{BROKEN, MAX_UPLOAD_BYTES, TOO_LARGE, WRONG_KIND};
use crate::form::{FILE_PREFIX, MAX_FORM_BYTES, MAX_FORM_FIELDS, Submitted, SubmittedError};
use crate::gate::Stop;

/// Forms with files in memory at a time: 64 MiB of files.
const AT_ONCE: usize = 8;

static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);

/// What was typed, by field.
type Pairs = Vec<(String, String)>;

/// Files by the fields they were chosen in.
type Chosen = Vec<(String, SentFile)>;

/// A file as it was sent.
#[derive(Clone)]
pub enum SentFile {
    /// All of it.
    Whole(Arc<[u8]>),
    /// More than a file of a form may have; nothing of it was kept.
    TooLarge,
}

/// The files of one form, by the fields they were chosen in.
#[derive(Clone, Default)]
pub struct Files {
    files: Chosen,
    /// Held until the last handler lets go of the files.
    _room: Option<Arc<SemaphorePermit<'static>>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.files.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl Files {
    /// The file chosen in this field, if one was.
    pub fn of(&self, name: &str) -> Option<&SentFile> {
        let mut files = self.files.iter();
        let found = files.find(|(field, _)| field == name);
        found.map(|(_, file)| file)
    }
}

/// Reads a `multipart/form-data` body. In the form a file stands as its SHA-256, so that two presses with other files
/// are two contents; a field in which none was chosen is not in it.
pub(in crate::gate) async fn read(request: &mut Request) -> Result<(Submitted, Files), Stop> {
    let room = ROOM.acquire().await;
    let room = room.map_err(|_| Stop::fault("the room for files is never closed"))?;
    let (pairs, files) = Box::pin(parts(request, MOST_PICTURE)).await?;
    let files = Files {
        files,
        _room: Some(Arc::new(room)),
    };
    Ok((Submitted::from_pairs(pairs), files))
}

/// Reads what was typed of such a body and throws its files away: of who has no session no byte of a file is kept, and
/// no room is taken from those who have one.
pub(in crate::gate) async fn read_typed(request: &mut Request) -> Result<Submitted, Stop> {
    let (pairs, _) = Box::pin(parts(request, 0)).await?;
    Ok(Submitted::from_pairs(pairs))
}

/// The fields, and the files as far as they have no more than `most` bytes. Whoever reads a form keeps it on the heap:
/// what is read in parts is large, and every request would carry room for it.
async fn parts(request: &mut Request, most: usize) -> Result<(Pairs, Chosen), Stop> {
    let mut own = Request::new(std::mem::replace(request.body_mut(), Body::empty()));
    if let Some(kind) = request.headers().get(CONTENT_TYPE) {
        own.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    DefaultBodyLimit::max(MAX_UPLOAD_BYTES).apply(&mut own);
    let parts = Multipart::from_request(own, &()).await;
    let mut parts = parts.map_err(|_| {
        Stop::unusable(&WRONG_KIND.refuse(&[])).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    })?;
    let (mut pairs, mut files, mut length) = (Vec::new(), Vec::new(), 0);
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        if pairs.len() + files.len() >= MAX_FORM_FIELDS {
            return Err(super::unreadable(SubmittedError::TooManyFields));
        }
        let name = part.name().unwrap_or("").to_owned();
        if part.file_name().is_some() {
            if let Some(file) = whole(&mut part, most).await.map_err(broken)? {
                pairs.push((format!("{FILE_PREFIX}{name}"), hash_of(&file)));
                files.push((name, file));
            }
            continue;
        }
        let text = text(&mut part, &mut length).await?;
        // Browsers send line ends as CR LF; one form of them is kept.
        pairs.push((name, text.replace("\r\n", "\n")));
    }
    Ok((pairs, files))
}

/// The file; none if none was chosen, which browsers send as one without name and content.
async fn whole(part: &mut Field<'_>, most: usize) -> Result<Option<SentFile>, MultipartError> {
    let (mut bytes, mut too_large) = (Vec::new(), false);
    while let Some(chunk) = part.chunk().await? {
        too_large = too_large || bytes.len() + chunk.len() > most;
        match too_large {
            true => bytes = Vec::new(),
            false => bytes.extend_from_slice(&chunk),
        }
    }
    Ok(match too_large {
        true => Some(SentFile::TooLarge),
        false if bytes.is_empty() => None,
        false => Some(SentFile::Whole(bytes.into())),
    })
}

async fn text(part: &mut Field<'_>, length: &mut usize) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        *length += chunk.len();
        if *length > MAX_FORM_BYTES {
            return Err(super::unreadable(SubmittedError::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| super::unreadable(SubmittedError::NotUtf8))
}

fn hash_of(file: &SentFile) -> String {
    match file {
        SentFile::Whole(bytes) => store::hex(&Sha256::digest(bytes)),
        SentFile::TooLarge => "too-large".to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn broken(error: MultipartError) -> Stop {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Stop::unusable(&TOO_LARGE.refuse(&[])).with_status(StatusCode::PAYLOAD_TOO_LARGE)
        }
        _ => Stop::unusable(&BROKEN.refuse(&[])),
    }
}
