//! What a form sent: read and proved by the gate before the handler sees it.
//!
//! Forms with a file are the exception: their body is a stream, so the handler proves the form token
//! itself, from the fields that stand before the file and before it takes a byte of the file. The
//! walk over the route table holds every such handler to it. Small files are none of that: they come with a form as its
//! fields do ([`files`]).

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::refusal::{self, Code};

use super::Stop;
use super::typed::label;
use crate::component::Refusal;
use crate::form::{Submitted, SubmittedError};
use crate::problem::Problem;

pub(super) mod body;
mod files;

pub use files::{Files, SentFile};

/// The most bytes of an uploaded file with its form.
pub const MAX_UPLOAD_BYTES: usize = 48 * 1024 * 1024;

pub(crate) static WRONG_KIND: Code = Code::new(
    "FORM-007",
    "提交的格式不是网页表单，没有保存。",
    None,
    "用浏览器打开本页填写；程序对接用命令行的导入命令。",
);
pub(crate) static TOO_LARGE: Code = Code::new(
    "FORM-008",
    "文件超过 48 MB，没有接收。",
    None,
    "把名录拆成几个文件分次导入，或由系统管理员用命令行导入。",
);
pub(crate) static NO_TOKEN: Code = Code::new(
    "FORM-009",
    "提交没有通过来源核对，没有保存。",
    None,
    "多半是页面打开太久或在另一处重新登录过：重新打开本页再提交。",
);
pub(crate) static BROKEN: Code = Code::new(
    "FORM-010",
    "上传中断或格式不完整，没有保存。",
    None,
    "检查网络后重新选择文件再传一次。",
);

/// A form that came from a page of this very session.
#[derive(Clone, Debug)]
pub struct Sent(pub(super) Submitted);

impl Deref for Sent {
    type Target = Submitted;

    fn deref(&self) -> &Submitted {
        &self.0
    }
}

impl Sent {
    /// The form, if every field of it can be used; a handler that shows it again asks for this by itself and takes
    /// the form as an extension.
    ///
    /// # Errors
    /// `FORM-018`.
    pub fn fit(&self) -> Result<(), refusal::Refusal> {
        self.0.fit(label)
    }
}

impl<S: Sync> FromRequestParts<S> for Sent {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        let sent = parts.extensions.get::<Self>().cloned();
        let sent = sent
            .ok_or_else(|| Stop::fault("a handler asks for a form on a route that reads none"))?;
        sent.fit().map_err(|refusal| Stop::unusable(&refusal))?;
        Ok(sent)
    }
}

/// A form whose act goes through [`once`](super::once), which is the only thing that can be done with
/// it besides reading it. It came from a page of this account: of this session, or of another one of
/// the same account; then `once` does nothing, and the form comes back with what was typed.
#[derive(Clone, Debug)]
pub struct Pressed {
    pub(super) form: Submitted,
    pub(super) of_this_session: bool,
    pub(super) files: Files,
}

impl Pressed {
    pub(super) fn is_of_this_session(&self) -> bool {
        self.of_this_session
    }

    /// The files that came with it, on a route that takes some.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The form, if every field of it can be used.
    ///
    /// # Errors
    /// `FORM-018`.
    pub fn fit(&self) -> Result<(), refusal::Refusal> {
        self.form.fit(label)
    }
}

impl Deref for Pressed {
    type Target = Submitted;

    fn deref(&self) -> &Submitted {
        &self.form
    }
}

impl<S: Sync> FromRequestParts<S> for Pressed {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        let sent = parts.extensions.get::<Self>().cloned();
        sent.ok_or_else(|| {
            Stop::fault("a handler asks for a pressed form on a route that has none")
        })
    }
}

/// Why nothing of a form can be used.
pub(super) fn unreadable(error: SubmittedError) -> Stop {
    let words = error.to_string();
    let (code, sentence) = words
        .split_once(' ')
        .unwrap_or(("FORM-000", words.as_str()));
    let stop = Stop::new(Problem::Unusable(Refusal::new(code, sentence, "")));
    match error {
        SubmittedError::TooLarge => stop.with_status(StatusCode::PAYLOAD_TOO_LARGE),
        SubmittedError::TooManyFields | SubmittedError::NotUtf8 => stop,
    }
}
