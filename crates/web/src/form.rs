//! What a browser sent back: kept whole, read by name, never trusted.
//!
//! [`Submitted`] holds every field as typed, so that a refused form can be shown
//! again without loss. What is wrong is a `FieldErrors` of the domain; the forms
//! in `component` tie both together. [`IdempotencyKey`] makes a second submit show
//! the first result. Deliberately absent: file uploads (read as streams where they
//! are used) and the meaning of any field.

use std::fmt;

use domain::premise::Premise;
use domain::refusal::{Code, Refusal};

mod control;

pub use control::{flaw_of_line, in_path, visible_query};

pub use domain::text::{FieldError, FieldErrors};

/// The hidden field that carries the form token.
pub const FORM_TOKEN_FIELD: &str = "_token";
/// The hidden field that carries the idempotency key.
pub const IDEMPOTENCY_FIELD: &str = "_once";

/// The hidden field that carries what was shown of the thing the form decides on.
pub const PREMISE_FIELD: &str = "_premise";

/// Before the name of a field of files, where its content stands in a form: nobody typed it.
pub const FILE_PREFIX: &str = "_file.";

/// Fields whose text is never sent back to the browser.
const SECRET_FIELDS: &[&str] = &["password", "old", "new", "again"];

static NO_PREMISE: Code = Code::new(
    "FORM-013",
    "这张表单没有带上它所依据的版本，这一次没有办理。",
    None,
    "多半是打开本页之后程序升级过：看过现在的内容，仍要办理的，再按一次。",
);

/// The most bytes of a form without files.
pub const MAX_FORM_BYTES: usize = 256 * 1024;
/// The most fields of a form without files.
pub const MAX_FORM_FIELDS: usize = 2_000;

/// A submitted form, in the order sent, decoded and otherwise as typed, with control characters made visible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submitted {
    pairs: Vec<(String, String)>,
}

/// The form cannot be read whole; nothing of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmittedError {
    /// More bytes than any of our forms can send.
    TooLarge,
    /// More fields than any of our forms has.
    TooManyFields,
    /// Bytes that are not UTF-8; guessing would change what was typed.
    NotUtf8,
}

impl fmt::Display for SubmittedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "FORM-001 提交的内容超过 256 KB，没有保存。长文请改用附件上传。",
            Self::TooManyFields => {
                "FORM-002 提交的栏目超过 2,000 个，没有保存。请分几次提交，或改用导入。"
            }
            Self::NotUtf8 => "FORM-003 提交的文字编码不对，没有保存。请用浏览器打开本页重新填写。",
        })
    }
}

impl std::error::Error for SubmittedError {}

impl Submitted {
    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// When it is too large, has too many fields or is not UTF-8 after decoding.
    pub fn parse(body: &[u8]) -> Result<Self, SubmittedError> {
        if body.len() > MAX_FORM_BYTES {
            return Err(SubmittedError::TooLarge);
        }
        let fields = body.iter().filter(|byte| **byte == b'&').count() + 1;
        if fields > MAX_FORM_FIELDS {
            return Err(SubmittedError::TooManyFields);
        }
        let mut pairs = Vec::with_capacity(fields);
        for part in body
            .split(|byte| *byte == b'&')
            .filter(|part| !part.is_empty())
        {
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            let name = control::visible("", name);
            // Browsers send line ends as CR LF; one form of them is kept.
            let value = control::visible(&name, value.replace("\r\n", "\n"));
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// A form made of these pairs, as a draft or a multipart body yields them.
    #[must_use]
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| {
            let name = control::visible("", name);
            let value = control::visible(&name, value);
            (name, value)
        });
        Self {
            pairs: pairs.collect(),
        }
    }

    /// What was typed into a field, empty if it was not sent.
    #[must_use]
    pub fn first<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or("")
    }

    /// Every value of a field, as ticked boxes send them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the field was sent at all; an unticked box is not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(field, _)| field == name)
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// All that a draft keeps: everything but the hidden token and key.
    pub fn kept(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .filter(|(name, _)| name != FORM_TOKEN_FIELD && name != IDEMPOTENCY_FIELD)
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same without passwords, which are kept nowhere.
    pub fn kept_openly(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kept()
            .filter(|(name, _)| !SECRET_FIELDS.contains(name))
    }

    /// What a person has put in himself: no password, and nothing the page carries unseen.
    pub fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kept_openly()
            .filter(|(name, text)| !name.starts_with('_') && !text.trim().is_empty())
    }

    /// Whether a person has put something in that would be missed.
    #[must_use]
    pub fn has_typed(&self) -> bool {
        self.typed().next().is_some()
    }

    /// Whether it holds a password, which no page may show or carry again.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        SECRET_FIELDS.iter().any(|name| self.has(name))
    }

    /// What was shown of the thing the form decides on, if the form carried it.
    #[must_use]
    pub fn premise(&self) -> Option<Premise> {
        Premise::parse(self.first(PREMISE_FIELD))
    }

    /// The same, without which nothing is decided.
    ///
    /// # Errors
    /// `FORM-013` if the form does not carry it.
    pub fn required_premise(&self) -> Result<Premise, Refusal> {
        self.premise().ok_or_else(|| NO_PREMISE.refuse(&[]))
    }

    /// The path the form was sent to and all that was sent but the hidden token and key, each with its length: two
    /// presses of one form with the same content are the same press. Passwords and numbers of credentials stand in
    /// it, so that it is kept only as a mark under the key of the installation.
    #[must_use]
    pub fn content(&self, path: &str) -> Vec<u8> {
        let mut content = Vec::new();
        let mut add = |text: &str| {
            content.extend_from_slice(&(text.len() as u64).to_be_bytes());
            content.extend_from_slice(text.as_bytes());
        };
        add("mingqian form content v2");
        add(path);
        for (name, value) in self.kept() {
            add(name);
            add(value);
        }
        content
    }

    /// The idempotency key, if the form carried a sound one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        IdempotencyKey::parse(self.first(IDEMPOTENCY_FIELD))
    }
}

fn decode(part: &[u8]) -> Result<String, SubmittedError> {
    let blanks: Vec<u8> = part
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_encoding::percent_decode(&blanks)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| SubmittedError::NotUtf8)
}

/// One showing of one form: submitting it twice does the act once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key from sixteen random bytes of the entropy port.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a key that came back: 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = text.len() == 32
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        sound.then(|| Self(text.to_owned()))
    }

    /// The 32 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
