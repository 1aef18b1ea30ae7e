//! An attempt that is void, as everybody may have it: its records, and of one void after REVEAL what it would have drawn,
//! once its sources are known (SPEC-draw §3.9, §8).
//!
//! Deliberately absent: visits, which a void attempt has none of; S leaves only with the full stage, for the supervision.

use domain::event::{Act, LinkKind};
use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::refusal::Code;
use draw::bundle::{Attempt, Ended, Stage};
use draw::record::PlanRecord;
use draw::record::two::{VoidRecord, Voided};
use draw::{Drawn, Version};
use store::campaign::{self, StoredCampaign, VoidAttempt};
use store::{Reader, StoreError, log, portal};
use tlog::Hash;
use tlog::entry::EntryType;

use super::by_itself::itself;
use super::material::{self, BundleFile, threads};
use super::result::is_accepted;
use super::seed::Sources;
use super::{DrawWords, Tried, beacon, forged, held, refused_by_draw, zip_of};
use crate::aside::aside;
use crate::{Acting, App, AppError};

static NOT_OPENED: Code = Code::new(
    "DRAW-074",
    "第 {attempt} 次抽取没有公开（OPEN）：还在等公共随机数，或在揭示之前就已作废，没有可开封的材料。",
    None,
    "在等的，录入公共随机数之后再下载；揭示之前作废的，公开案卷就是全部。",
);
static NO_SUCH_VOID: Code = Code::new(
    "DRAW-070",
    "没有第 {attempt} 次抽取作废的记录可以下载。",
    Some("shuang/2 第 8 节"),
    "看这次抽查的公开记录；按 shuang/1 作废的抽取没有案卷。",
);

impl App {
    /// The OPEN of a void attempt whose sources are all known: recomputed from S, the kept frame and what was logged.
    pub(super) async fn open_void(
        &self,
        stored: &StoredCampaign,
        void: VoidAttempt,
    ) -> Result<(), AppError> {
        let stood = &void.as_stood;
        let mut view = self.db.read().await?;
        held::own_records(&mut view, stored).await?;
        held::freeze(&mut view, stood).await?;
        held::reveal(&mut view, stood).await?;
        let frame = material::kept_frame(&mut view, stood).await?;
        drop(view);
        let words = DrawWords {
            beacon: beacon::shown(stood).unwrap_or_default(),
            ..DrawWords::default()
        };
        let frozen = self.committed(&frame, stood).await?;
        let sources = Sources::given(stood, frozen.record(), &words)?;
        let (plan, record) = (material::plan_record(stood)?, void_of(&void)?);
        let opened = aside(move || opened(&sources, frozen, &plan, &record)).await?;
        let mut tx = self.db.begin(Verb::CampaignOpen.name()).await?;
        let now = campaign::void_attempt(&mut tx, stored, void.attempt()).await?;
        if now.is_none_or(|now| now.is_opened || now.as_stood.seen != stood.seen) {
            return Ok(tx.abandon().await?);
        }
        frame.still_stands(&mut tx).await?;
        let event = self
            .event(Act::FrameOpened, itself())
            .touching(LinkKind::Campaign, stored.campaign.id.as_str())
            .with("attempt", void.attempt());
        let mut done = void.clone();
        done.is_opened = true;
        done.as_stood.seed_text = Some(opened.seed);
        done.as_stood.result_record = Some(opened.would);
        let mut rec = tx.record(event, self.public(opened.record))?;
        campaign::write_void(&mut rec, &done).await?;
        rec.commit().await?;
        Ok(())
    }

    /// The bundle of a void attempt of `shuang/2` as one zip: what the public may have of it now.
    ///
    /// # Errors
    /// `DRAW-070` if no VOID of that attempt is logged, or it is one of `shuang/1`.
    pub async fn void_bundle(
        &self,
        number: &CampaignNo,
        attempt: u32,
    ) -> Result<(Stage, Vec<u8>), AppError> {
        self.void_zip(number, attempt, Stage::Public).await
    }

    /// The full opening of a void attempt for the supervision (行政执法监督), S included, once it is opened: handing it out
    /// is an act.
    ///
    /// # Errors
    /// `DRAW-070`, and `DRAW-074` while its OPEN is awaited or where it left nothing to be opened.
    pub async fn full_void_bundle(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        attempt: u32,
    ) -> Result<Vec<u8>, AppError> {
        // Recorded before anything leaves: a reading that fails afterwards is still a reading.
        self.looks(|| self.record_opening(acting, number, Some(attempt)))
            .await?;
        let (_, zip) = self.void_zip(number, attempt, Stage::Full).await?;
        Ok(zip)
    }

    async fn void_zip(
        &self,
        number: &CampaignNo,
        attempt: u32,
        most: Stage,
    ) -> Result<(Stage, Vec<u8>), AppError> {
        let mut reader = self.db.read().await?;
        let stored = campaign::by_number(&mut reader, number).await?;
        let logged = records_of(&mut reader, &stored, attempt).await?;
        let found = logged.iter().find(|(name, _)| *name == "void");
        let (_, void) = found.ok_or_else(|| NO_SUCH_VOID.refuse(&[("attempt", &attempt)]))?;
        let receipts = self.receipts_of(&mut reader, &logged).await?;
        let void = VoidRecord::parse(void.as_bytes()).map_err(|_| held::altered("作废（VOID）"))?;
        let after_reveal = matches!(
            void.voided,
            Voided::Frozen {
                reveal: Some(_),
                ..
            }
        );
        let (stage, mut files) = match after_reveal {
            false => (Stage::Public, texts(&logged)),
            true => {
                let of = (attempt, most);
                Box::pin(self.revealed_void(reader, &stored, of, &logged)).await?
            }
        };
        files.extend(receipts);
        let zipped = aside(move || zip_of(&files)).await;
        let zipped = zipped.map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok((stage, zipped))
    }

    /// The files of an attempt void after REVEAL: sealed, or all that OPEN made public, recomputed and held against it.
    async fn revealed_void(
        &self,
        mut view: Reader,
        stored: &StoredCampaign,
        (attempt, most): (u32, Stage),
        logged: &[(&'static str, String)],
    ) -> Result<(Stage, Vec<BundleFile>), AppError> {
        let found = campaign::void_attempt(&mut view, stored, attempt).await?;
        let void = found.ok_or_else(|| held::altered("作废的抽取"))?;
        if !void.is_opened {
            return Ok((Stage::Sealed, texts(logged)));
        }
        let stood = &void.as_stood;
        held::freeze(&mut view, stood).await?;
        let frame = material::kept_frame(&mut view, stood).await?;
        drop(view);
        let drawn = self.drawn(&frame, stood).await?;
        let (plan, record) = (material::plan_record(stood)?, void_of(&void)?);
        let files = aside(move || files_of(&drawn, &plan, &record, most)).await?;
        let made = files.iter().find(|file| file.name == "open.txt");
        let open = logged.iter().find(|(name, _)| *name == "open");
        match made.zip(open) {
            Some((made, (_, open))) if made.content == open.as_bytes() => Ok((most, files)),
            _ => Err(held::altered("公开（OPEN）")),
        }
    }

    async fn receipts_of(
        &self,
        reader: &mut Reader,
        logged: &[(&'static str, String)],
    ) -> Result<Vec<BundleFile>, AppError> {
        let mut files = Vec::new();
        for (name, record) in logged {
            let event = log::event_of_record(reader, &Hash::of(record.as_bytes())).await?;
            let (entry, proof) = self.receipt(reader, &event).await?;
            for (kind, content) in [("entry", entry), ("proof", proof)] {
                files.push(BundleFile {
                    name: format!("{name}.{kind}"),
                    content: content.into_bytes(),
                });
            }
        }
        Ok(files)
    }
}

/// Refuses a void attempt of which nothing is open.
pub(super) async fn require_opened(
    reader: &mut Reader,
    stored: &StoredCampaign,
    attempt: u32,
) -> Result<(), AppError> {
    let found = campaign::void_attempt(reader, stored, attempt).await?;
    match found {
        Some(void) if void.is_opened => Ok(()),
        _ => Err(NOT_OPENED.refuse(&[("attempt", &attempt)]).into()),
    }
}

/// What OPEN of a void attempt says, and what it is of.
struct Opened {
    record: String,
    seed: String,
    would: String,
}

fn opened(
    sources: &Sources,
    frozen: draw::Frozen,
    plan: &PlanRecord,
    void: &VoidRecord,
) -> Result<Opened, AppError> {
    let drawn = sources
        .draw(frozen)
        .map_err(|faults| refused_by_draw(Tried::Draw, &faults))?;
    let files = files_of(&drawn, plan, void, Stage::Full)?;
    if !is_accepted(&files)? {
        return Err(forged("作废的抽取重算后没有通过核对"));
    }
    let record = files.into_iter().find(|file| file.name == "open.txt");
    let record = record.expect("a file of its stage").content;
    Ok(Opened {
        record: String::from_utf8(record).expect("records are text"),
        seed: drawn.seed_text().to_string(),
        would: drawn.record().to_string(),
    })
}

fn files_of(
    drawn: &Drawn,
    plan: &PlanRecord,
    void: &VoidRecord,
    stage: Stage,
) -> Result<Vec<BundleFile>, AppError> {
    let attempt = Attempt {
        plan,
        ended: Ended::VoidOpened(drawn, void),
    };
    material::written(attempt.contents(stage).files(), |name, out| {
        attempt.write(name, threads(), out)
    })
}

fn void_of(void: &VoidAttempt) -> Result<VoidRecord, AppError> {
    VoidRecord::parse(void.void_record.as_bytes()).map_err(|_| held::altered("作废（VOID）"))
}

/// The records of a void attempt of `shuang/2` by their names in a bundle: its PLAN, and what the log has of it.
async fn records_of(
    reader: &mut Reader,
    stored: &StoredCampaign,
    attempt: u32,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let line = format!("attempt {attempt}");
    let records = portal::records_of(reader, stored).await?;
    let mut found = Vec::new();
    for (kind, name) in [
        (EntryType::Plan, "plan"),
        (EntryType::Freeze, "freeze"),
        (EntryType::Reveal, "reveal"),
        (EntryType::Void, "void"),
        (EntryType::Open, "open"),
    ] {
        let of_kind = records.iter().filter(|logged| logged.kind == kind.as_str());
        let of_attempt =
            |record: &str| kind == EntryType::Plan || record.lines().any(|own| own == line);
        let mut own = of_kind.filter(|logged| of_attempt(&logged.record));
        if let Some(logged) = own.next() {
            found.push((name, logged.record.clone()));
        }
    }
    let second = format!("{} void", Version::Two);
    let is_two = |(name, record): &(&str, String)| *name == "void" && record.starts_with(&second);
    Ok(if found.iter().any(is_two) {
        found
    } else {
        Vec::new()
    })
}

fn texts(logged: &[(&'static str, String)]) -> Vec<BundleFile> {
    let files = logged.iter().map(|(name, record)| BundleFile {
        name: format!("{name}.txt"),
        content: record.clone().into_bytes(),
    });
    files.collect()
}
