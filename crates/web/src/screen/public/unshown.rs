//! What stands in a list in the place of a row that cannot be shown, so that it hides no other.

use domain::refusal::Code;
use serde::Serialize;
use store::StoreError;

use crate::component::{Badge, Cell, Row, Tone};

static CONTRADICTS: Code = Code::new(
    "PUBL-020",
    "此条记录与日志不符，暂不能显示。",
    None,
    "其余各条照常可查；日志里的原条目不受影响。",
);

/// A row by its key, and why it is not shown.
#[derive(Debug, Serialize)]
pub(super) struct Unshown {
    key: String,
    code: String,
    sentence: String,
}

impl Unshown {
    /// What a newer program wrote is no contradiction; everything else that cannot be read is one, since
    /// nothing unreadable is ever written.
    pub(super) fn new(key: String, error: &StoreError) -> Self {
        let refusal = match error {
            StoreError::Newer { refusal, .. } => (**refusal).clone(),
            _ => CONTRADICTS.refuse(&[]),
        };
        Self {
            key,
            code: refusal.code.to_owned(),
            sentence: refusal.sentence,
        }
    }

    /// It in a table of so many columns.
    pub(super) fn row(&self, columns: usize) -> Row {
        let mut cells = vec![
            Cell::new(self.key.as_str()),
            Cell::new(self.sentence.as_str()).with_context(&self.code),
        ];
        while cells.len() + 1 < columns {
            cells.push(Cell::new(""));
        }
        cells.push(Cell::new(Badge::new(Tone::Bad, "对不上")));
        Row::new(cells)
    }
}
