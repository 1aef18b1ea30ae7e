//! Keyset paging: the address carries the key of the last row seen, so that a row
//! added or removed meanwhile shifts no page.
//!
//! A cursor is opaque and short: base64url of a version, a direction, the parts
//! of the key and four bytes of a hash over all of it together with the name of
//! the list and its order. The hash is no secret; it makes a cut, mistyped or
//! foreign cursor an error instead of a wrong page. What a row may be seen by is
//! decided by the query, never by the cursor.

use std::fmt;

use sha2::{Digest as _, Sha256};

mod base64url;

/// The rows of one page.
pub const PAGE_ROWS: usize = 50;
/// The most characters of a cursor in an address.
const MAX_CURSOR: usize = 2_048;
const VERSION: u8 = 1;

/// Which way the page lies from the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The rows after the key.
    After,
    /// The rows before the key.
    Before,
}

/// A place between two rows of one list in one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which rows are wanted.
    pub direction: Direction,
    /// The values of the order columns of the row at the edge, the last one unique.
    pub key: Vec<String>,
}

/// The cursor does not belong to this list or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError;

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "PAGE-001 地址里的翻页位置不完整，或属于另一张表。请回到第一页后重新翻页，筛选条件不受影响。",
        )
    }
}

impl std::error::Error for CursorError {}

impl Cursor {
    /// The text for the address. `view` names list and order, such as `subjects/-name`.
    #[must_use]
    pub fn encode(&self, view: &str) -> String {
        let mut bytes = vec![VERSION, u8::from(self.direction == Direction::Before)];
        for part in &self.key {
            let length = u16::try_from(part.len().min(usize::from(u16::MAX)))
                .expect("bounded by the line above");
            bytes.extend(length.to_be_bytes());
            bytes.extend(&part.as_bytes()[..usize::from(length)]);
        }
        let seal = seal(view, &bytes);
        bytes.extend(seal);
        base64url::encode(&bytes)
    }

    /// Reads a cursor that came back, for the same list and order.
    ///
    /// # Errors
    /// When it is damaged or was made for another list or order.
    pub fn decode(view: &str, text: &str) -> Result<Self, CursorError> {
        if text.len() > MAX_CURSOR {
            return Err(CursorError);
        }
        let bytes = base64url::decode(text).ok_or(CursorError)?;
        let (content, sent_seal) = bytes.split_last_chunk::<4>().ok_or(CursorError)?;
        if *sent_seal != seal(view, content) {
            return Err(CursorError);
        }
        let [VERSION, direction, rest @ ..] = content else {
            return Err(CursorError);
        };
        let direction = match direction {
            0 => Direction::After,
            1 => Direction::Before,
            _ => return Err(CursorError),
        };
        let key = parts(rest)?;
        Ok(Self { direction, key })
    }
}

fn parts(mut rest: &[u8]) -> Result<Vec<String>, CursorError> {
    let mut key = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or(CursorError)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (part, after) = after.split_at_checked(length).ok_or(CursorError)?;
        let part = std::str::from_utf8(part).map_err(|_| CursorError)?;
        key.push(part.to_owned());
        rest = after;
    }
    Ok(key)
}

fn seal(view: &str, content: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(view.len().to_be_bytes());
    hash.update(view.as_bytes());
    hash.update(content);
    let hash = hash.finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// One page of rows and where its neighbors begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows in the order of the list.
    pub rows: Vec<T>,
    /// The page before this one, if there is one.
    pub previous: Option<Cursor>,
    /// The page after this one, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of what the store read: up to [`PAGE_ROWS`] + 1 rows, nearest to the
    /// cursor first (so backwards for [`Direction::Before`]). `key` names the edge values.
    #[must_use]
    pub fn of_read(
        cursor: Option<&Cursor>,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> Vec<String>,
    ) -> Self {
        let goes_on = rows.len() > PAGE_ROWS;
        rows.truncate(PAGE_ROWS);
        let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Before);
        if backwards {
            rows.reverse();
        }
        let (has_previous, has_next) = if backwards {
            (goes_on, true)
        } else {
            (cursor.is_some(), goes_on)
        };
        let edge = |row: Option<&T>, direction, exists: bool| {
            row.filter(|_| exists).map(|row| Cursor {
                direction,
                key: key(row),
            })
        };
        Self {
            previous: edge(rows.first(), Direction::Before, has_previous),
            next: edge(rows.last(), Direction::After, has_next),
            rows,
        }
    }
}

#[cfg(test)]
mod tests;
