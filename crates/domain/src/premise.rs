//! What a decision rests on: the state of the thing as it was shown to whoever decides.
//!
//! Between opening a page and pressing its button the thing may have been changed. Then what was shown
//! is no longer what would be decided, and the act is refused before anything else is asked. Every act
//! on something that exists takes a [`Premise`]; it is compared with the one of the moment under the
//! lock. Deliberately absent: where it is loaded from (`app`), and how a form carries it (`web`).

use std::fmt;

use crate::id::{EventId, Fingerprint};

/// The state a decision rests on.
#[doc(alias = "办理所依据的版本")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    /// The event that last wrote the thing; none of what no event has written yet.
    pub event: Option<EventId>,
    /// Where a canonical record is decided (a plan, a result sheet, a publication), the hash of its
    /// bytes; never of a page.
    pub digest: Option<Fingerprint>,
}

/// How the thing differs from what was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was written since.
    Written,
    /// It was not, but the record it leads to is another one: something it draws on was changed.
    Content,
}

impl Premise {
    /// A decision about something last written by that event.
    #[must_use]
    pub fn of(event: EventId) -> Self {
        Self {
            event: Some(event),
            digest: None,
        }
    }

    /// A decision about something that no event has written yet, such as an upload: its content alone.
    #[must_use]
    pub fn of_content(digest: Fingerprint) -> Self {
        Self {
            event: None,
            digest: Some(digest),
        }
    }

    /// The same, deciding a canonical record with that hash.
    #[must_use]
    pub fn deciding(self, digest: Fingerprint) -> Self {
        Self {
            digest: Some(digest),
            ..self
        }
    }

    /// Whether the thing still is what was shown, `now` being its present state. A record that is
    /// decided now must have been shown; one that was shown beyond that does no harm.
    ///
    /// # Errors
    /// How it moved.
    pub fn stands(&self, now: &Self) -> Result<(), Moved> {
        if now.event.is_some() && self.event != now.event {
            return Err(Moved::Written);
        }
        match &now.digest {
            Some(digest) if self.digest.as_ref() != Some(digest) => Err(Moved::Content),
            _ => Ok(()),
        }
    }

    /// Reads what [`Display`](fmt::Display) wrote; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (event, digest) = match text.split_once('.') {
            Some((event, digest)) => (event, Some(Fingerprint::parse(digest).ok()?)),
            None => (text, None),
        };
        let event = match event {
            // What no event has written rests on its content, which must be there.
            "" if digest.is_some() => None,
            event => Some(EventId::parse(event).ok()?),
        };
        Some(Self { event, digest })
    }
}

/// The event if there is one, and after a dot the hash: what a form carries unseen.
impl fmt::Display for Premise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(event) = &self.event {
            event.fmt(f)?;
        }
        match &self.digest {
            Some(digest) => write!(f, ".{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
