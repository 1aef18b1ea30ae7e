//! The checklist as filled in on site: one verdict per criterion, with what was shown for it.

use serde::{Deserialize, Serialize};

use crate::catalog::{EvidenceRule, InspectionItem};
use crate::id::{ChecklistItemId, ItemId};
use crate::refusal::{Refusal, codes};
use crate::time::Date;

closed_list! {
    /// The four verdicts of the exchange standard (§1.9.2).
    #[doc(alias = "检查项结果")]
    enum Verdict {
        Pass = "pass", "合格";
        Fail = "fail", "不合格";
        NotExamined = "not_examined", "未检查";
        NotApplicable = "not_applicable", "合理缺项";
    }
}

/// What was shown for a criterion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceGiven {
    /// How many photos.
    pub photos: u8,
    /// Whether there is a video.
    pub video: bool,
    /// Whether a paper was seen or copied.
    pub document: bool,
    /// The reading, as read off the instrument.
    pub reading: Option<String>,
    /// The number of a laboratory's report, where there is one.
    #[serde(default)]
    pub report: Option<String>,
}

impl EvidenceGiven {
    /// What the rule asks for and is not there, in Chinese.
    #[must_use]
    pub fn missing(&self, rule: &EvidenceRule) -> Vec<String> {
        let mut missing = Vec::new();
        if self.photos < rule.photos {
            missing.push(format!("照片 {} 张", rule.photos - self.photos));
        }
        if rule.video && !self.video {
            missing.push("视频".to_owned());
        }
        if rule.document && !self.document {
            missing.push("书证".to_owned());
        }
        let read = self
            .reading
            .as_deref()
            .is_some_and(|text| !text.trim().is_empty());
        if let Some(unit) = &rule.reading
            && !read
        {
            missing.push(format!("读数（{unit}）"));
        }
        missing
    }
}

/// The verdict on one criterion of one item.
#[doc(alias = "单项结果")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemResult {
    /// The item.
    pub item: ItemId,
    /// The criterion.
    pub criterion: ChecklistItemId,
    /// The verdict.
    pub verdict: Verdict,
    /// What was shown.
    pub evidence: EvidenceGiven,
    /// More words; required where nothing was examined.
    pub note: Option<String>,
}

/// What has been filled in, one result per criterion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sheet(Vec<ItemResult>);

impl Sheet {
    /// Every result, in the order in which it was entered.
    pub fn iter(&self) -> impl Iterator<Item = &ItemResult> {
        self.0.iter()
    }

    /// How many criteria have that verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.0
            .iter()
            .filter(|result| result.verdict == verdict)
            .count()
    }

    /// Puts a batch of results in, replacing earlier ones of the same criteria; all or none.
    ///
    /// # Errors
    /// Every fault: `INSP-004` unknown, `INSP-005` twice in the batch, `INSP-007` evidence,
    /// `INSP-008` a reason is missing.
    pub fn record(
        &self,
        batch: &[ItemResult],
        items: &[InspectionItem],
    ) -> Result<Self, Vec<Refusal>> {
        let mut faults = Vec::new();
        for (index, result) in batch.iter().enumerate() {
            let same = |other: &&ItemResult| same_criterion(other, result);
            if batch[..index].iter().any(|earlier| same(&earlier)) {
                faults.push(codes::INSPECTION_CRITERION_TWICE.refuse(&[("id", &result.criterion)]));
            }
            if let Err(fault) = acceptable(result, items) {
                faults.push(fault);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut next = self.clone();
        for result in batch {
            match next
                .0
                .iter_mut()
                .find(|known| same_criterion(known, result))
            {
                Some(known) => *known = result.clone(),
                None => next.0.push(result.clone()),
            }
        }
        Ok(next)
    }

    /// The criteria that failed and whose law of that day carries no order.
    #[must_use]
    pub fn without_order(&self, items: &[InspectionItem], on: Date) -> Vec<ChecklistItemId> {
        let bare = |result: &&ItemResult| {
            let item = items.iter().find(|item| item.id == result.item);
            let carries = item.and_then(|item| {
                let criterion = item.criterion(&result.criterion)?;
                item.carries_order(criterion, on)
            });
            result.verdict == Verdict::Fail && carries == Some(false)
        };
        let failed = self.0.iter().filter(bare);
        failed.map(|result| result.criterion.clone()).collect()
    }

    /// The criteria of these items without a result.
    #[must_use]
    pub fn gaps(&self, items: &[InspectionItem]) -> Vec<ChecklistItemId> {
        let filled = |item: &ItemId, id: &ChecklistItemId| {
            self.0
                .iter()
                .any(|result| result.item == *item && result.criterion == *id)
        };
        items
            .iter()
            .flat_map(|item| item.terms.criteria.iter().map(move |c| (&item.id, &c.id)))
            .filter(|(item, id)| !filled(item, id))
            .map(|(_, id)| id.clone())
            .collect()
    }

    /// Whether every criterion has a result.
    ///
    /// # Errors
    /// `INSP-006` naming the first gaps.
    pub fn require_full(&self, items: &[InspectionItem]) -> Result<(), Refusal> {
        let gaps = self.gaps(items);
        if gaps.is_empty() {
            return Ok(());
        }
        let some: Vec<&str> = gaps.iter().take(8).map(AsRef::as_ref).collect();
        Err(codes::INSPECTION_CRITERION_MISSING
            .refuse(&[("count", &gaps.len()), ("ids", &some.join("、"))]))
    }
}

fn same_criterion(one: &ItemResult, other: &ItemResult) -> bool {
    one.item == other.item && one.criterion == other.criterion
}

fn acceptable(result: &ItemResult, items: &[InspectionItem]) -> Result<(), Refusal> {
    let id = &result.criterion;
    let item = items.iter().find(|item| item.id == result.item);
    let Some(criterion) = item.and_then(|item| item.criterion(id)) else {
        return Err(codes::INSPECTION_CRITERION_UNKNOWN.refuse(&[("id", id)]));
    };
    match result.verdict {
        Verdict::Pass | Verdict::Fail => {
            let missing = result.evidence.missing(&criterion.evidence);
            if missing.is_empty() {
                return Ok(());
            }
            Err(codes::INSPECTION_EVIDENCE.refuse(&[("id", id), ("missing", &missing.join("、"))]))
        }
        Verdict::NotExamined | Verdict::NotApplicable => {
            let note = result.note.as_deref().unwrap_or("").trim();
            if !note.is_empty() {
                return Ok(());
            }
            Err(codes::INSPECTION_NOTE.refuse(&[("id", id), ("verdict", &result.verdict.label())]))
        }
    }
}
