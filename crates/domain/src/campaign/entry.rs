//! What a public source showed – dice, a lottery, a beacon – as it was written down: by one account, and by a second one
//! that reads it anew. A value that proves itself by a signature needs no second reader.
//!
//! Deliberately absent: the shape of a value, which is a matter of the source (`draw`), and when it may be entered.

use serde::{Deserialize, Serialize};

use crate::id::Fingerprint;
use crate::policy::four_eyes;
use crate::refusal::{Code, Refusal};

use super::state::Step;

/// What a public source showed, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// What it showed.
    pub value: String,
    /// Where it comes from; none where the value proves itself, or an earlier build kept none.
    pub evidence: Option<SourceEvidence>,
    /// Who wrote it down, and when.
    pub first: Step,
    /// Why it counts.
    pub counts: Counts,
}

/// Whether an entry counts, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "counted", rename_all = "snake_case")]
pub enum Counts {
    /// Not yet: another account has to read the same.
    Awaited,
    /// Another account wrote down the same.
    Account(Step),
    /// The value is the signature of its round, which was verified.
    Signature,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEvidence {
    /// What was thrown or announced, where and by whom, in words.
    pub source: String,
    /// SHA-256 of the picture of the dice or of the notice. The picture is kept with the attempt; of attempts before the
    /// program kept pictures it stays with who took it.
    pub picture: Fingerprint,
}

/// What one account writes down.
#[derive(Clone, Debug)]
pub struct EntryFacts {
    /// Who enters it, and when.
    pub step: Step,
    /// What the source showed.
    pub value: String,
    /// Where it comes from; the second entry needs none.
    pub evidence: Option<SourceEvidence>,
}

/// The refusals of a source, in its own words.
pub(super) struct Words {
    /// The second reader saw something else.
    pub(super) differ: &'static Code,
    /// The first entry says nothing of where it comes from.
    pub(super) evidence: &'static Code,
}

/// Which entry of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    First,
    Second,
}

impl SourceEntry {
    /// The value, once it counts.
    #[must_use]
    pub fn counted(&self) -> Option<&str> {
        (self.counts != Counts::Awaited).then_some(self.value.as_str())
    }

    /// What stands after this account has written it down: for the first time, once more to mend its own entry, or as
    /// the second reader, who must have read the same.
    pub(super) fn read(
        before: Option<Self>,
        facts: EntryFacts,
        words: &Words,
    ) -> Result<(Self, Reader), Refusal> {
        match before {
            Some(first) if first.first.by != facts.step.by => {
                if first.value != facts.value {
                    let at = first.first.at.local_text();
                    return Err(words.differ.refuse(&[("at", &at)]));
                }
                let counts = Counts::Account(facts.step);
                Ok((Self { counts, ..first }, Reader::Second))
            }
            own => Ok((Self::first(own.as_ref(), facts, words)?, Reader::First)),
        }
    }

    /// The first entry, or the same account's second thoughts about it.
    fn first(own: Option<&Self>, facts: EntryFacts, words: &Words) -> Result<Self, Refusal> {
        let evidence = facts
            .evidence
            .filter(|evidence| !evidence.source.trim().is_empty());
        let evidence = evidence.ok_or_else(|| words.evidence.refuse(&[]))?;
        let entry = Self {
            value: facts.value,
            evidence: Some(evidence),
            first: facts.step,
            counts: Counts::Awaited,
        };
        if let Some(own) = own
            && (&own.value, &own.evidence) == (&entry.value, &entry.evidence)
        {
            four_eyes::first_and_second_entry(&own.first.by, &entry.first.by)?;
        }
        Ok(entry)
    }
}
