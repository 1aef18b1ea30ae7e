//! Names: `[0-9A-Za-z._-]{1,31}`, composed only by `:`; `shuang/2` narrows them ([`crate::Version::allows`]).
//!
//! A register id, a stratum, a reason, an area, a leader, a part: opaque codes. Chinese, number
//! plates and citizen numbers never enter the draw; that an id is not a citizen number is checked
//! where ids are made (crate `domain`), since here an 18-digit code is just a code.
//! Deliberately absent: case folding, normalization, trimming. What is printed is what is hashed.

use std::fmt;
use std::str::FromStr;

use crate::digest::shorten;
use crate::fault::{Code, Fault};

/// The longest name, in bytes.
pub const MAX_NAME: usize = 31;

/// One validated name, stored inline: 32 bytes, no allocation, ordered bytewise.
///
/// Zero bytes fill it up and the last byte is the length, so that comparing two names is comparing
/// 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token([u8; MAX_NAME + 1]);

impl Token {
    /// Reads a name, or `None` if it is outside the grammar.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        if name.is_empty() || name.len() > MAX_NAME || !name.iter().all(|c| is_name_byte(*c)) {
            return None;
        }
        let mut bytes = [0; MAX_NAME + 1];
        bytes[..name.len()].copy_from_slice(name);
        bytes[MAX_NAME] = u8::try_from(name.len()).ok()?;
        Some(Self(bytes))
    }

    /// The name as it is hashed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0[..usize::from(self.0[MAX_NAME])]
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("a name is ASCII by construction")
    }
}

/// Whether a byte may stand in a name.
#[must_use]
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

impl FromStr for Token {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::new(text.as_bytes()).ok_or_else(|| {
            Fault::new(
                Code::NAME,
                "",
                format!("“{}”不是合法的代码。", shorten(text)),
            )
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stratum (分层): `<class>`, or `<item>:<class>` where a campaign has several items.
#[doc(alias = "分层")]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    text: String,
}

impl Stratum {
    /// The stratum of inspectors of one kind, and of recusals and parts: `-`.
    #[must_use]
    pub fn none() -> Self {
        Self {
            text: "-".to_owned(),
        }
    }

    /// Composes item and class; the item `-` stands for a campaign with one unnamed item.
    #[must_use]
    pub fn of(item: Token, class: Token) -> Self {
        match item.as_bytes() {
            b"-" => Self {
                text: class.as_str().to_owned(),
            },
            _ => Self {
                text: format!("{item}:{class}"),
            },
        }
    }

    /// The stratum as it is hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The item part, `-` if the campaign has one unnamed item.
    #[must_use]
    pub fn item(&self) -> &str {
        self.text.split_once(':').map_or("-", |(item, _)| item)
    }

    /// The class part.
    #[must_use]
    pub fn class(&self) -> &str {
        self.text
            .split_once(':')
            .map_or(&self.text, |(_, class)| class)
    }
}

impl From<Token> for Stratum {
    fn from(name: Token) -> Self {
        Self {
            text: name.as_str().to_owned(),
        }
    }
}

impl FromStr for Stratum {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let good = match text.split_once(':') {
            Some((item, class)) => {
                Token::new(item.as_bytes()).is_some() && Token::new(class.as_bytes()).is_some()
            }
            None => Token::new(text.as_bytes()).is_some(),
        };
        match good {
            true => Ok(Self {
                text: text.to_owned(),
            }),
            false => Err(Fault::new(
                Code::STRATUM,
                "",
                format!("“{}”不是合法的分层。", shorten(text)),
            )),
        }
    }
}

impl fmt::Display for Stratum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Stratum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a leaf is in or out of the draw (抽取状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Takes part in the draw.
    Draw,
    /// Visited without draw, for the named reason; outside N and k.
    Must(Token),
    /// Not visited, for the named reason; outside N and k.
    Skip(Token),
    /// A recusal between an inspector and a subject.
    Pair,
}

impl Status {
    /// Whether the leaf counts in N.
    #[must_use]
    pub fn is_draw(self) -> bool {
        self == Self::Draw
    }

    /// Whether the leaf keeps its subject out of this item.
    #[must_use]
    pub fn is_skip(self) -> bool {
        matches!(self, Self::Skip(_))
    }
}

impl FromStr for Status {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let reason = |name: &str| Token::new(name.as_bytes());
        let status = match text.split_once(':') {
            None if text == "draw" => Some(Self::Draw),
            None if text == "pair" => Some(Self::Pair),
            Some(("must", name)) => reason(name).map(Self::Must),
            Some(("skip", name)) => reason(name).map(Self::Skip),
            _ => None,
        };
        status.ok_or_else(|| {
            Fault::new(
                Code::STATUS,
                "",
                format!("“{}”不是合法的状态。", shorten(text)),
            )
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draw => f.write_str("draw"),
            Self::Must(reason) => write!(f, "must:{reason}"),
            Self::Skip(reason) => write!(f, "skip:{reason}"),
            Self::Pair => f.write_str("pair"),
        }
    }
}

#[cfg(test)]
mod tests;
