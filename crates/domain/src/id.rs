//! Identifiers: one newtype per kind, so that an account can never be passed for a subject.
//!
//! Random ids are 96 bits in 20 lower-case base-32 letters; the bytes come in as an argument.
//! Tokens are names people choose (`F001`, `discipline`) and fit the grammar of the draw's records.
//! Deliberately absent: sequence numbers, which would tell strangers how many rows there are.

use std::fmt;

/// Why a text is not an identifier of the kind it was read as; code `ID-001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    /// The kind that was expected, e.g. `SubjectId`.
    pub kind: &'static str,
    /// The text that was found.
    pub text: String,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ID-001 “{}”不是合格的 {}。核对链接或编号是否完整，再重新打开。",
            self.text.escape_debug(),
            self.kind
        )
    }
}

impl std::error::Error for IdError {}

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Letters of a random id: 96 bits at 5 bits per letter, the last letter carrying one bit.
const RANDOM_LENGTH: usize = 20;

fn base32(bytes: [u8; 12]) -> String {
    let mut text = String::with_capacity(RANDOM_LENGTH);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(BASE32[((buffer >> bits) & 31) as usize] as char);
        }
    }
    text.push(BASE32[((buffer << (5 - bits)) & 31) as usize] as char);
    text
}

fn is_random_id(text: &str) -> bool {
    text.len() == RANDOM_LENGTH
        && text.bytes().all(|byte| BASE32.contains(&byte))
        // One bit is left for the last letter: any other letter is a second spelling of the same id.
        && (text.ends_with('a') || text.ends_with('q'))
}

/// True for `[0-9A-Za-z._-]{1,31}`, the grammar of every name in a record of the draw (protocol §2).
#[must_use]
pub fn is_token(text: &str) -> bool {
    (1..=31).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Declares the identifiers: all behave alike, none converts into another.
macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident : $accepts:path; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads stored text strictly: one spelling per identifier, nothing is trimmed.
            ///
            /// # Errors
            /// [`IdError`] naming the kind when the text has another shape.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if $accepts(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { kind: stringify!($name), text: text.chars().take(40).collect() })
                }
            }

            /// The text as it is stored, logged and put into addresses.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )+ };
}

macro_rules! random_ids {
    ($( $(#[$meta:meta])* $name:ident; )+) => {
        ids! { $( $(#[$meta])* $name: is_random_id; )+ }
        $( impl $name {
            /// Makes an id from 12 random bytes that the caller obtained from the entropy port.
            #[must_use]
            pub fn from_entropy(bytes: [u8; 12]) -> Self {
                Self(base32(bytes))
            }
        } )+
    };
}

random_ids! {
    /// One account, that is one person who signs in.
    #[doc(alias = "账号")]
    AccountId;
    /// One section, affiliate or brigade.
    #[doc(alias = "科室")]
    OrgUnitId;
    /// The internal key of a subject; the code is optional in life, the key is not (F-2.6).
    SubjectId;
    /// The internal key of an inspector; the draw uses the [`InspectorCode`].
    InspectorId;
    /// The internal key of a campaign; people use the [`CampaignNo`].
    CampaignId;
    /// One visit of one team to one subject.
    InspectionId;
    /// One publication on the portal; its address never changes.
    PublicationId;
    /// One request that waits for another administrator.
    AccessRequestId;
    /// One judgement signed on paper, as it was entered.
    PaperId;
    /// One event of the trace.
    EventId;
}

ids! {
    /// The code of an inspection item, first part of a stratum `<item>:<class>`.
    #[doc(alias = "随机抽查事项")]
    ItemId: is_item_code;
    /// The number of a criterion inside its item, e.g. `Y3`.
    ChecklistItemId: is_token;
    /// The number of a campaign as printed on paper, e.g. `411200-CG-2026-0007`.
    CampaignNo: is_campaign_number;
    /// The short name of a party in FREEZE, e.g. `discipline`.
    PartyToken: is_token;
    /// A hash as printed in records: 64 lower-case hexadecimal digits.
    Fingerprint: is_fingerprint;
    /// The code by which an inspector appears in a draw, e.g. `F001`; never a name.
    InspectorCode: is_token;
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Item codes leave room for `:<class>`: the draw allows 31 letters per part.
fn is_item_code(text: &str) -> bool {
    is_token(text) && text.len() <= 24
}

/// `<district 6 digits>-<bureau letters>-<year>-<number, at least four digits>`, at most 31 letters.
fn is_campaign_number(text: &str) -> bool {
    if !is_token(text) {
        return false;
    }
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let [district, bureau, year, number] = parts.as_slice() else {
        return false;
    };
    district.len() == 6
        && digits(district)
        && !bureau.is_empty()
        && bureau.bytes().all(|byte| byte.is_ascii_uppercase())
        && year.len() == 4
        && digits(year)
        && number.len() >= 4
        && digits(number)
}

impl CampaignNo {
    /// The number of the `sequence`-th campaign of a bureau in a year; the series has no gaps.
    ///
    /// # Errors
    /// [`IdError`] when district or bureau do not fit the grammar.
    pub fn compose(
        district: &str,
        bureau: &str,
        year: i16,
        sequence: u32,
    ) -> Result<Self, IdError> {
        Self::parse(&format!("{district}-{bureau}-{year:04}-{sequence:04}"))
    }
}

mod document;
pub use document::{DocumentNo, OfficeLetters};

#[cfg(test)]
mod tests;
