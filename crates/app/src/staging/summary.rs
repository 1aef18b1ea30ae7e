//! What is known of an upload so far; stored as JSON beside its state.

use std::collections::BTreeMap;

use domain::versioned::Shape;
use serde::{Deserialize, Serialize};

use crate::import::{Columns, Entry, Judged, Kept, RowFault, RowVerdict, StagedRow, Tally};
use crate::job::KeptRefusal;
use crate::staging::port::Found;
use crate::staging::state::State;

/// How what is known is kept. The mark that ends the text is no part of it.
pub static SUMMARY: Shape<Summary> = Shape::new("imports.summary", &[]);

/// Rows of each kind shown on the preview.
const SHOWN: usize = 20;

/// The file itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, hex; stands in the event.
    pub sha256: String,
}

/// Everything the pages of an import show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The file.
    pub file: FileFacts,
    /// What it is, in words.
    pub what: String,
    /// The row of its header.
    pub header_row: u64,
    /// The user's own column names.
    pub names: Vec<String>,
    /// What was recognized by name.
    pub recognized: BTreeMap<String, usize>,
    /// Filled columns without a name.
    pub nameless: Vec<String>,
    /// The first rows, for the page that matches columns.
    pub head: Vec<StagedRow>,
    /// Rows below the header, once read.
    pub rows: u64,
    /// The hash of all of them as they were staged, hex.
    pub rows_sha256: String,
    /// The hash of those that cannot be imported, with what is wrong in each, hex.
    pub faults_sha256: String,
    /// The columns as confirmed.
    pub columns: Option<Columns>,
    /// What would become of the rows.
    pub tally: Option<Tally>,
    /// The first rows of each kind.
    pub samples: Samples,
    /// True after the register changed between preview and decision.
    pub stale: bool,
    /// Why the last step was refused.
    pub refusal: Option<KeptRefusal>,
    /// The step that was not finished.
    pub stopped_in: Option<State>,
    /// Why it was not, if not because the program stopped.
    pub broken: Option<KeptRefusal>,
    /// Whether what is kept of the file does not suffice to go on from there.
    pub dead_end: bool,
    /// What was written; equals the database.
    pub written: Option<Tally>,
    /// Whether bad rows were left out.
    pub only_good: bool,
    /// The event that wrote it.
    pub event: Option<String>,
}

/// The first rows of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Samples {
    /// New ones.
    pub added: Vec<Sample>,
    /// Changed ones, with what changes.
    pub changed: Vec<Sample>,
    /// Those left as they are.
    pub same: Vec<Sample>,
    /// Bad ones, fault by fault.
    pub faults: Vec<(u64, RowFault)>,
    /// Odd but importable ones.
    pub hints: Vec<(u64, RowFault)>,
    /// How many rows are odd.
    pub odd: u64,
}

/// One row of the preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The row in the file.
    pub row: u64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What would change, in words; empty for others.
    pub changes: String,
}

impl Summary {
    pub(super) fn to_json(&self) -> String {
        SUMMARY
            .write(self)
            .expect("texts, numbers and maps with text keys always encode")
    }

    pub(super) fn learn(&mut self, found: Found, head: Vec<StagedRow>) {
        self.what = found.what;
        self.header_row = found.header_row;
        self.names = found.names;
        self.recognized = found.places;
        self.nameless = found.nameless;
        self.rows = found.rows;
        self.head = head;
    }
}

impl Samples {
    pub(super) fn take(&mut self, rows: &[StagedRow], judged: &[Judged]) {
        for (row, judged) in rows.iter().zip(judged) {
            self.odd += u64::from(!judged.hints.is_empty());
            let hints = judged.hints.iter().map(|hint| (row.number, hint.clone()));
            self.hints
                .extend(hints.take(SHOWN.saturating_sub(self.hints.len())));
            match &judged.verdict {
                RowVerdict::Add(entry) => {
                    push(&mut self.added, || sample(row, entry, String::new()));
                }
                RowVerdict::Update(before, after) => {
                    push(&mut self.changed, || {
                        sample(row, after, changes(before, after))
                    });
                }
                RowVerdict::Same => push(&mut self.same, || Sample {
                    row: row.number,
                    ..Sample::default()
                }),
                RowVerdict::Bad(faults) => {
                    let faults = faults.iter().map(|fault| (row.number, fault.clone()));
                    self.faults
                        .extend(faults.take(SHOWN.saturating_sub(self.faults.len())));
                }
            }
        }
    }
}

fn push(samples: &mut Vec<Sample>, make: impl FnOnce() -> Sample) {
    if samples.len() < SHOWN {
        samples.push(make());
    }
}

fn sample(row: &StagedRow, entry: &Entry, changes: String) -> Sample {
    Sample {
        row: row.number,
        code: entry.code(),
        name: entry.name(),
        changes,
    }
}

/// `经营地址：旧 → 新；…`, field by field in printed order.
fn changes(before: &Kept, after: &Entry) -> String {
    let pairs: Vec<(&str, String, String)> = match (before, after) {
        (Kept::Subject(before), Entry::Subject(after)) => {
            let mut now = (**before).clone();
            now.subject = (**after).clone();
            let (was, now) = (
                crate::subject::as_typed(before),
                crate::subject::as_typed(&now),
            );
            let columns = domain::subject::COLUMNS.iter();
            columns
                .map(|(field, label)| (*label, was.get(field), now.get(field)))
                .collect()
        }
        (Kept::Inspector(before), Entry::Inspector(after)) => {
            let was = crate::inspector::as_typed(&before.inspector, before.inspector.unit.as_str());
            let now = crate::inspector::as_typed(after, after.unit.as_str());
            vec![
                ("姓名", was.name, now.name),
                ("所属单位", was.unit, now.unit),
                ("执法机关代码", was.authority, now.authority),
                ("执法证号", was.credential, now.credential),
                ("有效期至", was.valid_until, now.valid_until),
                ("执法事项", was.scope, now.scope),
                ("在岗情况", was.presence, now.presence),
                ("科室负责人", was.may_lead, now.may_lead),
            ]
        }
        // A row is judged by the register it goes into, so both are of one kind.
        (Kept::Subject(_), Entry::Inspector(_)) | (Kept::Inspector(_), Entry::Subject(_)) => {
            Vec::new()
        }
    };
    let differ = pairs.into_iter().filter(|(_, was, now)| was != now);
    let words = differ.map(|(label, was, now)| {
        let was = if was.is_empty() {
            "（空）".to_owned()
        } else {
            was
        };
        format!("{label}：{was} → {now}")
    });
    words.collect::<Vec<_>>().join("；")
}
