//! Under which version of the protocol an attempt is, to its end (SPEC-draw §1).

use draw::Version;

/// Of which version the next PLAN is logged and the next frame frozen. The one place where it is chosen: whatever
/// exists already says its own.
pub const VERSION_OF_NEW_ATTEMPTS: Version = Version::One;
