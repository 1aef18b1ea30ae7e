//! The public records of the whole log in their order, for who audits it: each names what came before it, or is named
//! itself (`draw::succession`).

use draw::succession::Succession;
use store::{Reader, StoreError, portal};

/// Records read at a time.
const PART: i64 = 500;

/// A public record that stands where none of its kind may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// Number of its leaf.
    pub sequence: u64,
    /// Its type, as the entry says it.
    pub kind: &'static str,
    /// What is wrong, in words.
    pub why: String,
}

impl std::fmt::Display for Misplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sequence, kind, why) = (self.sequence, self.kind.to_uppercase(), &self.why);
        write!(
            f,
            "AUDT-022 公开记录前后不合：留痕第 {sequence} 条（{kind}），{why}"
        )
    }
}

/// Every record of a draw that is out of place. One that is not what its entry says is passed over: the audit of the log
/// names it.
///
/// # Errors
/// What the store says of the view.
pub async fn misplaced_records(reader: &mut Reader) -> Result<Vec<Misplaced>, StoreError> {
    let (mut succession, mut found, mut from) = (Succession::default(), Vec::new(), 0);
    loop {
        let part = portal::records_from(reader, from, PART).await?;
        let Some((last, _)) = part.last() else {
            return Ok(found);
        };
        from = last + 1;
        for (sequence, logged) in part {
            let Ok(logged) = logged else { continue };
            if let Err(why) = succession.take(logged.kind, logged.record.as_bytes()) {
                found.push(Misplaced {
                    sequence,
                    kind: logged.kind,
                    why,
                });
            }
        }
    }
}
