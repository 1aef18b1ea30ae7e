//! A 256-bit value on the page: short where it reassures, whole where somebody
//! compares it (`protocol.md` prints every hash as lower-case hex).

use std::fmt;

/// Sixty-four lower-case hexadecimal digits, the form in which every hash of the
/// draw and the log is printed.
#[doc(alias = "摘要")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Digest(String);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestError {
    /// How many characters there were.
    pub length: usize,
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TEXT-001 摘要应是 64 位小写十六进制字符，这里有 {} 个字符或含有其他字符。请整段复制后重新粘贴。",
            self.length
        )
    }
}

impl std::error::Error for DigestError {}

impl Digest {
    /// Takes a hash as the log or the draw prints it.
    ///
    /// # Errors
    /// When it is not exactly 64 digits of `0-9a-f`.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let sound = text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(DigestError {
                length: text.chars().count(),
            })
        }
    }

    /// Prints 32 bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8; 32]) -> Self {
        Self(bytes.iter().map(|b| format!("{b:02x}")).collect())
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight and the last four digits: enough to recognise, never to compare.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{} {} … {}", &self.0[..4], &self.0[4..8], &self.0[60..])
    }

    /// The sixteen groups of four, in order.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        (0..16).map(|group| &self.0[group * 4..group * 4 + 4])
    }
}
