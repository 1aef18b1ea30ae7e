//! What is kept, held against what was logged, before anything is published on its strength. Whoever can
//! write the database and holds its keys could exchange a kept frame, a sealed file or a record; nothing
//! follows from one that the log does not know.

use domain::campaign::StateKind;
use domain::refusal::Code;
use draw::{Drawn, Frozen};
use store::campaign::{self, StoredCampaign};
use store::{Reader, StoreError, log, portal};
use tlog::Hash;
use tlog::entry::EntryType;

use super::NO_RECORD;
use super::material::BundleFile;
use super::seed::logged_reveal;
use crate::AppError;
use crate::campaign::{plan_of, print_of};

static ALTERED: Code = Code::new(
    "DRAW-042",
    "这次抽取保存的材料与留痕的记录不是同一份：{what}。没有办理，也没有公布任何内容。",
    Some("细则五（二）"),
    "有人改动过数据库或保存的文件。保留现场，运行 mingqian audit，并报告行政执法监督。",
);

const PLAN: &str = "批准的方案（PLAN）";
const FREEZE: &str = "承诺（FREEZE）";
pub(super) const REVEAL: &str = "揭示（REVEAL）";
pub(super) const RESULT: &str = "结果（RESULT）";

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

/// The campaign an act rests on is what the newest entry that wrote it left, whichever entry its row names.
///
/// # Errors
/// `DRAW-042` that names the row and that entry.
pub(crate) async fn stands(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    match campaign::as_last_written(reader, stored).await {
        Ok(()) => Ok(()),
        Err(StoreError::Contradiction { place, why }) => Err(altered(&format!("{place}{why}"))),
        Err(other) => Err(other.into()),
    }
}

/// Why an act is refused, unless somebody has written the campaign since it was read: then nothing is wrong with it.
pub(super) async fn unless_moved_on(
    reader: &mut Reader,
    stored: &StoredCampaign,
    refused: AppError,
) -> AppError {
    match campaign::has_moved_on(reader, stored).await {
        Ok(false) => refused,
        Ok(true) => StoreError::Conflict {
            table: "campaigns",
            what: "last_event".to_owned(),
        }
        .into(),
        Err(error) => error.into(),
    }
}

/// What the log has of the campaign so far – every public record of its draws, with its entry and the body behind it –
/// is read back before another record is added to it.
///
/// # Errors
/// [`StoreError::Contradiction`] that names what is not there or is not what the log says.
pub(crate) async fn own_records(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(), AppError> {
    if stored.plan_record.is_some() {
        let plan = plan_of(stored)?.canonical_json();
        let logged = super::material::plan_record(stored)?;
        if logged.suite.bytes(plan.as_bytes()) != logged.document {
            return Err(altered("任务的方案，与批准时记入日志的不同"));
        }
    }
    if stored.freeze_record.is_some() {
        freeze(reader, stored).await?;
    }
    if stored.result_record.is_some() {
        result(reader, stored).await?;
    }
    let records = match portal::records_of(reader, stored).await {
        // What the program never writes is no record of it.
        Err(error @ StoreError::Inconsistent { .. }) => {
            let place = format!("任务 {} 的公开记录", stored.campaign.number);
            let why = format!("读不出（{error}）");
            return Err(StoreError::contradiction(&place, &why).into());
        }
        read => read?,
    };
    for line in &records {
        log::whole(reader, &line.event).await?;
    }
    Ok(())
}

/// The PLAN on whose strength something follows is the logged one that FREEZE names.
pub(super) async fn plan(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    let text = text_of(&stored.plan_record)?;
    let freeze = super::freeze_of(stored)?;
    if freeze.suite.bytes(text.as_bytes()) != freeze.plan {
        return Err(altered(PLAN));
    }
    logged(reader, text, EntryType::Plan, PLAN).await
}

/// The REVEAL the campaign draws from is one the log knows: who gave what, and who stayed away.
pub(super) async fn reveal(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    let told = logged_reveal(stored)?.to_string();
    logged(reader, &told, EntryType::Reveal, REVEAL).await
}

/// The same of a campaign that may not have come so far; what is asked of it says then that it has not.
pub(super) async fn reveal_if_logged(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(), AppError> {
    match stored.campaign.kind() {
        StateKind::Revealed => reveal(reader, stored).await,
        _ => Ok(()),
    }
}

/// The FREEZE the campaign stands on is one the log knows.
pub(super) async fn freeze(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    let record = super::freeze_of(stored)?;
    let published = stored.campaign.state.commitment();
    if published.map(|committed| &committed.freeze_hash) != Some(&print_of(record.hash())) {
        return Err(altered(FREEZE));
    }
    logged(
        reader,
        text_of(&stored.freeze_record)?,
        EntryType::Freeze,
        FREEZE,
    )
    .await
}

/// FREEZE as recomputed from what is kept is the one the campaign stands on.
pub(super) fn same_freeze(stored: &StoredCampaign, frozen: &Frozen) -> Result<(), AppError> {
    if stored.freeze_record.as_ref() == Some(&frozen.record().to_string()) {
        Ok(())
    } else {
        Err(altered(FREEZE))
    }
}

/// The RESULT the campaign stands on is one the log knows.
pub(super) async fn result(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    logged(
        reader,
        text_of(&stored.result_record)?,
        EntryType::Result,
        RESULT,
    )
    .await
}

/// RESULT as recomputed from what is kept is the one the campaign stands on.
pub(super) fn same_result(stored: &StoredCampaign, drawn: &Drawn) -> Result<(), AppError> {
    if stored.result_record.as_ref() == Some(&drawn.record().to_string()) {
        Ok(())
    } else {
        Err(altered(RESULT))
    }
}

pub(super) fn text_of(record: &Option<String>) -> Result<&str, AppError> {
    record
        .as_deref()
        .ok_or_else(|| NO_RECORD.refuse(&[]).into())
}

/// What is kept of the sealed files is what the draw gave, before OPEN says so for ever.
pub(super) fn sealed_files(of_draw: &[BundleFile], kept: &[BundleFile]) -> Result<(), AppError> {
    let differs = |file: &&BundleFile| {
        let same = |other: &BundleFile| other.name == file.name && other.content == file.content;
        !of_draw.iter().any(same)
    };
    match kept.iter().find(differs) {
        Some(file) => Err(altered(&format!("封存的 {}", file.name))),
        None => Ok(()),
    }
}
