//! The text of a version as it is published, for whoever wants to hash it: a PLAN of `shuang/2` cites the rules a
//! campaign obeys by name and by the hash of this text (SPEC-draw §3.1).
//!
//! One JSON array per line, LF at the end of each:
//!
//! ```text
//! ["mingqian-rulebook/1","2026-1","2026-01-01","title"]
//! ["interval.plan_days","3","label","basis"]
//! ```
//!
//! The parameters stand as they were adopted, ascending by key; what a newer program wrote beside one is a fifth
//! member. Deliberately absent: defaults. What a version does not state is not its text.

use serde_json::{Value, json};

use super::RulebookFile;

/// How the text names its form.
const HEAD: &str = "mingqian-rulebook/1";

impl RulebookFile {
    /// The text of this version as it is published.
    #[must_use]
    pub fn published_text(&self) -> String {
        let mut rows: Vec<_> = self.parameters.iter().collect();
        rows.sort_by(|one, other| one.key.cmp(&other.key));
        let head = json!([HEAD, self.version, self.adopted_on.to_string(), self.title]);
        let rows = rows.into_iter().map(|row| {
            let mut members = vec![
                json!(row.key),
                json!(row.value),
                json!(row.label),
                json!(row.basis),
            ];
            if !row.beyond.is_empty() {
                members.push(json!(row.beyond));
            }
            Value::Array(members)
        });
        let lines = std::iter::once(head).chain(rows);
        lines.map(|line| format!("{line}\n")).collect()
    }
}
