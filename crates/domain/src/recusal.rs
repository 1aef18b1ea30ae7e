//! Recusal: an inspector and a subject that must not meet.
//!
//! Declared before the freeze it becomes a leaf of the frame; declared later it moves the visit by
//! the fixed order of the draw. The ground is private and never leaves the bureau (protocol §4).
//! Basis: 行政处罚法 43; 河南省行政执法条例 23.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InspectorCode};
use crate::refusal::{Refusal, codes};
use crate::text::SubjectCode;
use crate::time::Instant;

closed_list! {
    /// Why the two must not meet.
    #[doc(alias = "回避情形")]
    enum RecusalGround {
        Party = "party", "本人是当事人或其近亲属";
        Interest = "interest", "本人或近亲属有利害关系";
        Worked = "worked", "曾在该单位任职";
        Licensed = "licensed", "承办过该单位的许可";
        Area = "area", "本片区网格责任人";
        Other = "other", "其他";
    }
}

/// One declared pair.
#[doc(alias = "回避")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// The inspector, or a leader, by code.
    pub inspector: InspectorCode,
    /// The subject, by the code it has in draws.
    pub subject: SubjectCode,
    /// Why; private.
    pub ground: RecusalGround,
    /// More words; needed for “other”.
    pub note: Option<String>,
    /// Who declared it.
    pub declared_by: AccountId,
    /// When.
    pub at: Instant,
}

/// Recusals under codes their persons have no longer, of which nobody knows whose they are: named, and what to do.
#[must_use]
pub fn untied_refusal(recusals: &[&Recusal]) -> Refusal {
    let some: Vec<String> = recusals
        .iter()
        .take(5)
        .map(|recusal| format!("人员 {} 与对象 {}", recusal.inspector, recusal.subject))
        .collect();
    codes::ROSTER_RECUSAL_UNTIED.refuse(&[("count", &recusals.len()), ("pairs", &some.join("、"))])
}

impl Recusal {
    /// Whether the ground is stated well enough.
    ///
    /// # Errors
    /// `ROST-010` for “other” without words.
    pub fn require_ground(&self) -> Result<(), Refusal> {
        let note = self.note.as_deref().unwrap_or("").trim();
        if self.ground == RecusalGround::Other && note.is_empty() {
            return Err(codes::ROSTER_SELF_RECUSAL_GROUND.refuse(&[]));
        }
        Ok(())
    }
}
