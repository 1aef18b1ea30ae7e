//! Borrowed frames: the draws of those given beside the bundle, and why one that an EXTEND names is not among them.
//!
//! Whoever reads the verdict must know whether to look for a bundle or for another bundle, so the two are told apart.

use std::collections::BTreeMap;

use draw::judge::Borrowed;
use draw::{Digest, Drawn};

/// What the bundle of a frame that a record names lacks.
#[derive(Clone, Copy)]
pub(super) enum Lacking {
    /// The frame and S: it is of an earlier stage.
    Frame,
    /// It contradicts itself.
    Truth,
}

/// Draws of borrowed frames that were recomputed from their own bundles.
pub(super) struct Guests {
    given: usize,
    drawn: BTreeMap<Digest, Drawn>,
    lacking: BTreeMap<Digest, Lacking>,
}

impl Guests {
    /// None yet, of so many bundles that were given.
    pub(super) fn of(given: usize) -> Self {
        Self {
            given,
            drawn: BTreeMap::new(),
            lacking: BTreeMap::new(),
        }
    }

    pub(super) fn take_in(&mut self, frame: Digest, drawn: Drawn) {
        self.drawn.insert(frame, drawn);
    }

    pub(super) fn lacks(&mut self, frame: Digest, what: Lacking) {
        self.lacking.insert(frame, what);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drawn.is_empty()
    }

    pub(super) fn draws(&self) -> Borrowed<'_> {
        let drawn = self.drawn.iter();
        drawn.map(|(hash, drawn)| (*hash, drawn)).collect()
    }

    /// Why the draw of a frame that a record names is not at hand.
    pub(super) fn why_without(&self, frame: &Digest) -> &'static str {
        match (self.lacking.get(frame), self.given) {
            (Some(Lacking::Frame), _) => "所指增补名录给出的案卷没有 S 和名录",
            (Some(Lacking::Truth), _) => "所指增补名录的案卷有矛盾",
            (None, 0) => "没有给出所指增补名录的完整案卷",
            (None, _) => "给出的案卷都不是所指的增补名录",
        }
    }
}
