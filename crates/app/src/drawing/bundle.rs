//! The bundle a stranger downloads: files of the draw and, for FREEZE and RESULT, the log's receipts.

use std::io::Write as _;

use domain::campaign::CampaignState;
use domain::event::{Act, LinkKind};
use domain::id::CampaignNo;
use domain::policy::{Place, Verb};
use domain::refusal::Code;
use draw::Version;
use draw::bundle::{BundleKind, PUBLIC, Stage};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError, campaign, log};
use tlog::Hash;

use super::kept::Kept;
use super::material::{self, BundleFile};
use super::opened::Opened;
use super::seed::logged_reveal;
use super::void_attempt::require_opened;
use super::{freeze_of, held};
use crate::aside::aside;
use crate::{Acting, App, AppError};

static NOT_DRAWN: Code = Code::new(
    "DRAW-037",
    "这次抽取还没有结果，没有可下载的案卷。",
    None,
    "抽取完成后再下载。",
);
static NOT_OPENED: Code = Code::new(
    "DRAW-038",
    "抽取材料还没有公开。",
    Some("摇号协议第 8 节"),
    "检查结束并公开后再下载；此前可下载封存阶段的案卷核对承诺。",
);

/// The stage the public may have now.
#[must_use]
pub fn public_stage(stored: &StoredCampaign) -> Option<Stage> {
    stored.result_record.as_ref()?;
    let opened = match &stored.campaign.state {
        CampaignState::Ended(ended) => ended.opened.is_some(),
        CampaignState::Reported(reported) => reported.ended.opened.is_some(),
        CampaignState::Archived(archived) => archived.reported.ended.opened.is_some(),
        _ => false,
    };
    Some(if opened { Stage::Public } else { Stage::Sealed })
}

/// Whether OPEN has been logged: everybody may have what the draw sealed.
#[must_use]
pub fn is_opened(stored: &StoredCampaign) -> bool {
    public_stage(stored) == Some(Stage::Public)
}

impl App {
    /// The bundle of a campaign at a stage. `Public` before OPEN is refused, so that no public byte
    /// names a subject; `Full` is for the supervision and checked by the caller's right.
    pub async fn bundle(
        &self,
        number: &CampaignNo,
        stage: Stage,
    ) -> Result<Vec<BundleFile>, AppError> {
        let mut reader = self.db.read().await?;
        let stored = campaign::by_number(&mut reader, number).await?;
        let allowed = public_stage(&stored).ok_or_else(|| NOT_DRAWN.refuse(&[]))?;
        if stage == Stage::Public && allowed == Stage::Sealed {
            return Err(NOT_OPENED.refuse(&[]).into());
        }
        let opened = match (stage, allowed) {
            (Stage::Public | Stage::Full, Stage::Public) => {
                Some(Box::new(Opened::of(&mut reader, &stored).await?))
            }
            _ => None,
        };
        let receipts = self
            .receipts(&mut reader, &stored, opened.as_deref())
            .await?;
        let mut files = match (stage, opened) {
            // Apart from the future of the page, which many ask for at once.
            (Stage::Full, opened) => Box::pin(self.recomputed(reader, &stored, opened)).await?,
            (_, Some(opened)) => Box::pin(self.opened(reader, &stored, opened)).await?,
            (_, None) => sealed(&stored)?,
        };
        files.extend(receipts);
        Ok(files)
    }

    /// What was sealed at the draw, as the logged records name it, beside what was public before.
    async fn opened(
        &self,
        mut view: Reader,
        stored: &StoredCampaign,
        opened: Box<Opened>,
    ) -> Result<Vec<BundleFile>, AppError> {
        let kept = Kept::of(&mut view, stored, &PUBLIC).await?;
        drop(view);
        let kept = self.contents(&kept).await?;
        let open = opened.text.clone();
        let kept = aside(move || opened.names(&kept).map(|()| kept)).await?;
        let mut files = sealed(stored)?;
        match freeze_of(stored)?.version() {
            Version::One => files.extend(kept),
            Version::Two => {
                files.push(file("open.txt", open));
                files.extend(kept);
                // Nobody is named by a record before changes are recorded.
                files.push(file("persons.tsv", String::new()));
            }
        }
        Ok(files)
    }

    /// Everything, recomputed from S and the kept frame.
    async fn recomputed(
        &self,
        mut view: Reader,
        stored: &StoredCampaign,
        opened: Option<Box<Opened>>,
    ) -> Result<Vec<BundleFile>, AppError> {
        held::freeze(&mut view, stored).await?;
        held::result(&mut view, stored).await?;
        let kept = material::kept_frame(&mut view, stored).await?;
        drop(view);
        let drawn = self.drawn(&kept, stored).await?;
        let plan = material::plan_record(stored)?;
        aside(move || {
            let files = material::files(&drawn, &plan, Stage::Full)?;
            if let Some(opened) = opened {
                opened.same_open(&files)?;
            }
            Ok(files)
        })
        .await
    }

    /// What the public may have of a draw now: the stage, and the bundle as one zip.
    pub async fn public_bundle(&self, number: &CampaignNo) -> Result<(Stage, Vec<u8>), AppError> {
        let mut reader = self.db.read().await?;
        let stored = campaign::by_number(&mut reader, number).await?;
        drop(reader);
        let stage = public_stage(&stored).ok_or_else(|| NOT_DRAWN.refuse(&[]))?;
        Ok((stage, self.bundle_zip(number, stage).await?))
    }

    /// The full opening for the supervision (行政执法监督), S included: handing it out is an act.
    pub async fn full_bundle(
        &self,
        acting: &Acting,
        number: &CampaignNo,
    ) -> Result<Vec<u8>, AppError> {
        // Recorded before anything leaves: a reading that fails afterwards is still a reading.
        self.looks(|| self.record_opening(acting, number, None))
            .await?;
        self.bundle_zip(number, Stage::Full).await
    }

    /// The act of handing out everything of the attempt as it stands, or of one that is void.
    pub(super) async fn record_opening(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        void: Option<u32>,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("opening.read", acting).await?;
        let stored = campaign::by_number(&mut tx, number).await?;
        let actor = acting.actor(Verb::OpeningRead, &Place::of(&stored.campaign.initiator))?;
        let attempt = match void {
            Some(attempt) => {
                require_opened(&mut tx, &stored, attempt).await?;
                attempt
            }
            None => {
                // Until OPEN it would name whom the list still keeps, and hold an OPEN that nobody logged.
                public_stage(&stored).ok_or_else(|| NOT_DRAWN.refuse(&[]))?;
                match is_opened(&stored) {
                    true => stored.campaign.state.attempt(),
                    false => return Err(NOT_OPENED.refuse(&[]).into()),
                }
            }
        };
        let event = self
            .event(Act::DrawnListRead, actor)
            .touching(LinkKind::Campaign, stored.campaign.id.as_str())
            .with("stage", Stage::Full.word())
            .with("attempt", attempt);
        tx.record(event, self.confidential())?.commit().await?;
        Ok(())
    }

    /// The same as one zip, stored or deflated.
    pub async fn bundle_zip(&self, number: &CampaignNo, stage: Stage) -> Result<Vec<u8>, AppError> {
        let files = self.bundle(number, stage).await?;
        let zipped = aside(move || zip_of(&files)).await;
        zipped.map_err(|error| StoreError::Engine(error.to_string()).into())
    }

    async fn receipts(
        &self,
        reader: &mut Reader,
        stored: &StoredCampaign,
        opened: Option<&Opened>,
    ) -> Result<Vec<BundleFile>, AppError> {
        let mut files = Vec::new();
        for (name, record) in logged(stored, opened)? {
            let event = match log::event_of_record(reader, &Hash::of(record.as_bytes())).await {
                Err(StoreError::NotFound { .. }) => {
                    return Err(held::altered(&format!("{name} 的留痕条目")));
                }
                found => found?,
            };
            let (entry, proof) = self.receipt(reader, &event).await?;
            files.push(BundleFile {
                name: format!("{name}.entry"),
                content: entry.into_bytes(),
            });
            files.push(BundleFile {
                name: format!("{name}.proof"),
                content: proof.into_bytes(),
            });
        }
        Ok(files)
    }
}

/// The records of a drawn attempt that a receipt of the log belongs to in its bundle, by their names.
fn logged(
    stored: &StoredCampaign,
    opened: Option<&Opened>,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let kind = BundleKind::Drawn.logged(Stage::Public);
    let mut records = Vec::new();
    for BundleFile { name, content } in sealed(stored)? {
        let record = kind.iter().find(|record| name == format!("{record}.txt"));
        if let (Some(record), Ok(text)) = (record, String::from_utf8(content)) {
            records.push((*record, text));
        }
    }
    if let (Some(opened), Version::Two) = (opened, freeze_of(stored)?.version()) {
        records.push(("open", opened.text.clone()));
    }
    Ok(records)
}

/// What is public of every draw, in the order of its version.
fn sealed(stored: &StoredCampaign) -> Result<Vec<BundleFile>, AppError> {
    let text = |record: &Option<String>| record.clone().unwrap_or_default();
    let before = match freeze_of(stored)?.version() {
        Version::One => (None, None),
        Version::Two => (
            Some(file("plan.txt", text(&stored.plan_record))),
            Some(file("reveal.txt", logged_reveal(stored)?.to_string())),
        ),
    };
    let (plan, reveal) = before;
    let files = [
        plan,
        Some(file("freeze.txt", text(&stored.freeze_record))),
        reveal,
        Some(file("seed.txt", text(&stored.seed_text))),
        Some(file("result.txt", text(&stored.result_record))),
    ];
    Ok(files.into_iter().flatten().collect())
}

fn file(name: &str, text: String) -> BundleFile {
    BundleFile {
        name: name.to_owned(),
        content: text.into_bytes(),
    }
}

/// Files as one zip; the same files are the same bytes.
///
/// # Errors
/// When a name cannot stand in a zip.
pub fn zip_of(files: &[BundleFile]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // Fixed method and no clock: the same bundle is the same bytes.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for file in files {
        zip.start_file(file.name.as_str(), options)?;
        zip.write_all(&file.content)?;
    }
    Ok(zip.finish()?.into_inner())
}
