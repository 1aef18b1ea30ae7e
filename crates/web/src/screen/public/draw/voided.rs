//! What is told of the attempts that are void (protocol §3.7): that they are, when and for what published class of reason,
//! and where their files are. It is said on every page of the draw, through the next attempt and after its RESULT: whoever
//! reads of a result reads how many were given up before it. Deliberately absent: what would have been drawn, which stands
//! in the bundle once it is open.

use super::{PublicDraw, PublicRecord};
use crate::component::{Link, Note};
use crate::text::Address;

/// One note for each void attempt, the first one first.
pub(in super::super) fn notes(draw: &PublicDraw) -> Vec<Note> {
    let voids = draw.records.iter().filter(|record| record.kind == "void");
    // VOID of `shuang/1` does not say its number. Attempts are numbered without gaps, and each void one is followed by the next.
    let numbered = (1..).zip(voids);
    let notes = numbered.map(|(place, record)| note(draw, record.attempt.unwrap_or(place), record));
    notes.collect()
}

fn note(draw: &PublicDraw, attempt: u64, record: &PublicRecord) -> Note {
    let reason = record.reason.as_deref().unwrap_or("");
    let link = match &record.bundle {
        Some(_) => {
            let path = ["attempts", &attempt.to_string(), "bundle.zip"];
            let bundle = Address::fixed("/draw").child(&draw.number);
            let bundle = path.into_iter().fold(bundle, Address::child);
            Link::new(format!("下载第 {attempt} 次抽取的案卷"), bundle)
        }
        None => {
            let entry = Address::fixed("/log").child(&record.entry.to_string());
            Link::new("看作废的留痕", entry)
        }
    };
    Note::warning(
        format!("第 {attempt} 次抽取已作废。"),
        format!("{} 作废。事由：{reason}", record.at).as_str(),
    )
    .with_link(link)
}
