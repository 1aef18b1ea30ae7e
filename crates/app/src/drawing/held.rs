//! What is kept, held against what was logged, before anything is published on its strength. Whoever can
//! write the database and holds its keys could exchange a kept frame, a sealed file or a record; nothing
//! follows from one that the log does not know.

use domain::refusal::Code;
use draw::bundle::PUBLIC;
use draw::record::{OpenRecord, ResultRecord, RevealRecord};
use draw::{Drawn, Frozen, Suite};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError, log, portal};
use tlog::Hash;
use tlog::entry::EntryType;

use super::NO_RECORD;
use super::material::BundleFile;
use super::seed::answers;
use crate::AppError;
use crate::campaign::{plan_of, print_of};

static ALTERED: Code = Code::new(
    "DRAW-042",
    "这次抽取保存的材料与留痕的记录不是同一份：{what}。没有办理，也没有公布任何内容。",
    Some("细则五（二）"),
    "有人改动过数据库或保存的文件。保留现场，运行 mingqian audit，并报告行政执法监督。",
);

const FREEZE: &str = "承诺（FREEZE）";
const REVEAL: &str = "揭示（REVEAL）";
const RESULT: &str = "结果（RESULT）";

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

/// The REVEAL the campaign draws from is one the log knows: who gave what, and who stayed away.
pub(super) async fn reveal(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    let freeze = super::freeze_of(stored)?;
    let told = RevealRecord::build(&freeze, answers(&stored.campaign)?);
    let told = told.map_err(|_| altered(REVEAL))?.to_string();
    logged(reader, &told, EntryType::Reveal, REVEAL).await
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

fn text_of(record: &Option<String>) -> Result<&str, AppError> {
    record
        .as_deref()
        .ok_or_else(|| NO_RECORD.refuse(&[]).into())
}

/// The sealed files are those of the draw, before OPEN says so for ever.
pub(super) fn sealed_files(of_draw: &[BundleFile], kept: &[BundleFile]) -> Result<(), AppError> {
    let mut sealed = of_draw
        .iter()
        .filter(|file| PUBLIC.contains(&file.name.as_str()));
    let differs = |file: &&BundleFile| {
        let same = |other: &BundleFile| other.name == file.name && other.content == file.content;
        !kept.iter().any(same)
    };
    match sealed.find(differs) {
        Some(file) => Err(altered(&format!("封存的 {}", file.name))),
        None => Ok(()),
    }
}

/// The records that name the sealed files by their hashes, each as the log confirms it.
pub(super) struct Opened {
    result: ResultRecord,
    open: OpenRecord,
    suite: Suite,
}

impl Opened {
    /// RESULT of the attempt and the OPEN of it.
    pub(super) async fn of(reader: &mut Reader, stored: &StoredCampaign) -> Result<Self, AppError> {
        let suite = super::freeze_of(stored)?.suite;
        let text = text_of(&stored.result_record)?;
        let result = ResultRecord::parse(text.as_bytes())
            .map_err(|fault| altered(&format!("结果（RESULT，{fault}）")))?;
        let ending = draw::record::open::Ending::Result(draw::record::hash_of(suite, &result));
        // Each record is the one its entry names; what remains to be asked is whether the tree has the entry.
        let records = portal::records_of(reader, stored).await?;
        let of_kind = |kind: EntryType| {
            records
                .iter()
                .filter(move |line| line.kind == kind.as_str())
        };
        let of_result = of_kind(EntryType::Result).find(|line| line.record == text);
        log::confirmed(reader, &of_result.ok_or_else(|| altered(RESULT))?.event).await?;
        let mut opens = of_kind(EntryType::Open).filter_map(|line| {
            let open = OpenRecord::parse(line.record.as_bytes()).ok()?;
            (open.ending == ending).then_some((line, open))
        });
        let (line, open) = opens.next().ok_or_else(|| altered("公开（OPEN）"))?;
        log::confirmed(reader, &line.event).await?;
        Ok(Self {
            result,
            open,
            suite,
        })
    }

    /// The sealed files are those that RESULT and OPEN name.
    pub(super) fn names(&self, kept: &[BundleFile]) -> Result<(), AppError> {
        let Self {
            result,
            open,
            suite,
        } = self;
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
}
