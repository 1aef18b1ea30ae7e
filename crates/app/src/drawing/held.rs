//! What is kept, held against what was logged, before anything is published on its strength. Whoever can
//! write the database and holds its keys could exchange a kept frame, a sealed file or a record; nothing
//! follows from one that the log does not know.

use domain::refusal::Code;
use draw::bundle::PUBLIC;
use draw::record::{OpenRecord, ResultRecord};
use draw::{Drawn, Frozen, Suite};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError, log, portal};
use tlog::Hash;
use tlog::entry::EntryType;

use super::material::{self, BundleFile};
use super::{NO_RECORD, Stage};
use crate::AppError;
use crate::campaign::{print_of, unsound};

static ALTERED: Code = Code::new(
    "DRAW-042",
    "这次抽取保存的材料与留痕的记录不是同一份：{what}。没有办理，也没有公布任何内容。",
    Some("细则五（二）"),
    "有人改动过数据库或保存的文件。保留现场，运行 mingqian audit，并报告行政执法监督。",
);

pub(super) fn altered(what: &str) -> AppError {
    ALTERED.refuse(&[("what", &what)]).into()
}

/// Refuses a record whose entry is not in the log.
async fn logged(
    reader: &mut Reader,
    record: &str,
    kind: EntryType,
    what: &str,
) -> Result<(), AppError> {
    let hash = Hash::of(record.as_bytes());
    let event = match log::event_of_record(reader, &hash).await {
        Err(StoreError::NotFound { .. }) => return Err(altered(what)),
        found => found?,
    };
    let entry = log::confirmed(reader, &event).await?;
    if entry.record() == Some(&hash) && entry.kind() == kind {
        Ok(())
    } else {
        Err(altered(what))
    }
}

/// FREEZE as recomputed from what is kept is the one that was published.
pub(super) async fn freeze(
    reader: &mut Reader,
    stored: &StoredCampaign,
    frozen: &Frozen,
) -> Result<(), AppError> {
    let published = stored.campaign.state.commitment();
    let hash = print_of(frozen.record().hash());
    let record = frozen.record().to_string();
    if published.map(|committed| &committed.freeze_hash) != Some(&hash)
        || stored.freeze_record.as_ref() != Some(&record)
    {
        return Err(altered("承诺（FREEZE）"));
    }
    logged(reader, &record, EntryType::Freeze, "承诺（FREEZE）").await
}

/// RESULT as recomputed from what is kept is the one that was published.
pub(super) async fn result(
    reader: &mut Reader,
    stored: &StoredCampaign,
    drawn: &Drawn,
) -> Result<(), AppError> {
    let record = drawn.record().to_string();
    if stored.result_record.as_ref() != Some(&record) {
        return Err(altered("结果（RESULT）"));
    }
    logged(reader, &record, EntryType::Result, "结果（RESULT）").await
}

/// The sealed files are those of the draw, before OPEN says so for ever.
pub(super) fn sealed_files(drawn: &Drawn, kept: &[BundleFile]) -> Result<(), AppError> {
    let files = material::files(drawn, Stage::Public)?;
    for file in files
        .iter()
        .filter(|file| PUBLIC.contains(&file.name.as_str()))
    {
        let same = kept
            .iter()
            .any(|other| other.name == file.name && other.content == file.content);
        if !same {
            return Err(altered(&format!("封存的 {}", file.name)));
        }
    }
    Ok(())
}

/// The sealed files are those that the logged RESULT and OPEN name by their hashes.
pub(super) async fn opened_files(
    reader: &mut Reader,
    stored: &StoredCampaign,
    kept: &[BundleFile],
) -> Result<(), AppError> {
    let text = stored.result_record.as_deref();
    let text = text.ok_or_else(|| NO_RECORD.refuse(&[]))?;
    logged(reader, text, EntryType::Result, "结果（RESULT）").await?;
    let result = ResultRecord::parse(text.as_bytes()).map_err(|fault| unsound(&fault))?;
    let suite = super::freeze_of(stored)?.suite;
    let open = open_of(reader, stored, &result, suite).await?;
    let named = draw::record::result::SEALED_FILES
        .into_iter()
        .zip(result.files)
        .chain(open.files.iter().map(|(name, hash)| (name.as_str(), *hash)));
    for (name, hash) in named {
        let file = kept.iter().find(|file| file.name == name);
        if file.map(|file| suite.bytes(&file.content)) != Some(hash) {
            return Err(altered(&format!("封存的 {name}")));
        }
    }
    Ok(())
}

/// OPEN of this RESULT, as logged.
async fn open_of(
    reader: &mut Reader,
    stored: &StoredCampaign,
    result: &ResultRecord,
    suite: Suite,
) -> Result<OpenRecord, AppError> {
    let ending = draw::record::open::Ending::Result(draw::record::hash_of(suite, result));
    for line in portal::records_of(reader, stored).await? {
        match OpenRecord::parse(line.record.as_bytes()) {
            Ok(open) if open.ending == ending => {
                logged(reader, &line.record, EntryType::Open, "公开（OPEN）").await?;
                return Ok(open);
            }
            _ => {}
        }
    }
    Err(altered("公开（OPEN）"))
}
