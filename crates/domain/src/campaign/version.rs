//! Under which version of the protocol an attempt is, to its end (SPEC-draw §1).
//!
//! FREEZE decides it; but parties commit before FREEZE, and under `shuang/2` their commitment names campaign and
//! attempt. So it is fixed when the frame is frozen, carried by the frame, and taken from there by all that
//! follows. Deliberately absent: any way to change it afterwards.

pub use draw::Version;
use serde::{Deserialize, Serialize};

use crate::refusal::{Refusal, codes};

use super::plan::Sources;

/// Of which version the next PLAN is logged and the next frame frozen. The one place where it is chosen: whatever
/// exists already says its own.
pub const VERSION_OF_NEW_ATTEMPTS: Version = Version::Two;

/// The version of an attempt, with what only that version keeps of its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shuang")]
pub enum FrameVersion {
    /// `shuang/1`.
    #[serde(rename = "1")]
    One,
    /// `shuang/2`, where dice stand in REVEAL and only a beacon is awaited after it.
    #[serde(rename = "2")]
    Two {
        /// True if the plan names public dice.
        dice: bool,
        /// True if the plan names a beacon.
        beacon: bool,
    },
}

impl FrameVersion {
    /// That of a frame with these sources.
    #[must_use]
    pub const fn under(version: Version, sources: &Sources) -> Self {
        match version {
            Version::One => Self::One,
            Version::Two => Self::Two {
                dice: sources.dice.is_some(),
                beacon: sources.beacon.is_some(),
            },
        }
    }

    /// The version of the protocol.
    #[must_use]
    pub const fn protocol(self) -> Version {
        match self {
            Self::One => Version::One,
            Self::Two { .. } => Version::Two,
        }
    }

    /// True if FREEZE has to say when a beacon appears.
    #[must_use]
    pub const fn has_timed_beacon(self) -> bool {
        matches!(self, Self::Two { beacon: true, .. })
    }

    /// Refuses to publish FREEZE over a frame of an earlier version than new frames are of: its parties committed
    /// under that version, and every new FREEZE is of the newest.
    pub(super) fn may_be_published(self, newest: Version) -> Result<(), Refusal> {
        let own = self.protocol();
        if own < newest {
            let facts: [crate::refusal::Fact<'_>; 2] = [("own", &own), ("newest", &newest)];
            return Err(codes::DRAW_FRAME_OF_OLD_VERSION.refuse(&facts));
        }
        Ok(())
    }
}
