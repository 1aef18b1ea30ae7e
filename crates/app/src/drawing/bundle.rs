//! The bundle a stranger downloads: files of the draw and, for FREEZE and RESULT, the log's receipts.

use std::io::Write as _;

use domain::campaign::CampaignState;
use domain::event::{Act, LinkKind};
use domain::id::CampaignNo;
use domain::policy::{Place, Verb};
use domain::refusal::Code;
use draw::bundle::{PUBLIC, SEALED, Stage};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError, campaign, log};
use tlog::Hash;

use super::held;
use super::kept::Kept;
use super::material::{self, BundleFile};
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
    Some("shuang/1 第 4 节"),
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
        let receipts = self.receipts(&mut reader, &stored).await?;
        let mut files = match stage {
            Stage::Sealed => sealed(&stored),
            Stage::Public => self.opened(reader, &stored).await?,
            Stage::Full => self.recomputed(reader, &stored).await?,
        };
        files.extend(receipts);
        Ok(files)
    }

    /// What was sealed at the draw, as the logged records name it, beside what was public before.
    async fn opened(
        &self,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<Vec<BundleFile>, AppError> {
        let opened = held::Opened::of(&mut view, stored).await?;
        let kept = Kept::of(&mut view, stored, &PUBLIC).await?;
        drop(view);
        let kept = self.contents(&kept).await?;
        let kept = aside(move || opened.names(&kept).map(|()| kept)).await?;
        Ok([sealed(stored), kept].concat())
    }

    /// Everything, recomputed from S and the kept frame.
    async fn recomputed(
        &self,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<Vec<BundleFile>, AppError> {
        held::freeze(&mut view, stored).await?;
        held::result(&mut view, stored).await?;
        let kept = material::kept_frame(&mut view, stored).await?;
        drop(view);
        let drawn = self.drawn(&kept, stored).await?;
        aside(move || material::files(&drawn, Stage::Full)).await
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
        let (mut tx, acting) = self.begin_as("opening.read", acting).await?;
        let stored = campaign::by_number(&mut tx, number).await?;
        let actor = acting.actor(Verb::OpeningRead, &Place::of(&stored.campaign.initiator))?;
        public_stage(&stored).ok_or_else(|| NOT_DRAWN.refuse(&[]))?;
        let event = self
            .event(Act::DrawnListRead, actor)
            .touching(LinkKind::Campaign, stored.campaign.id.as_str())
            .with("stage", Stage::Full.word())
            .with("attempt", stored.campaign.state.attempt());
        // Recorded before anything leaves: a reading that fails afterwards is still a reading.
        tx.record(event, self.confidential())?.commit().await?;
        self.bundle_zip(number, Stage::Full).await
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
    ) -> Result<Vec<BundleFile>, AppError> {
        let mut files = Vec::new();
        for (name, record) in [
            ("freeze", &stored.freeze_record),
            ("result", &stored.result_record),
        ] {
            let Some(record) = record else { continue };
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

fn sealed(stored: &StoredCampaign) -> Vec<BundleFile> {
    let texts = [
        &stored.freeze_record,
        &stored.seed_text,
        &stored.result_record,
    ];
    SEALED
        .iter()
        .zip(texts)
        .map(|(name, text)| BundleFile {
            name: (*name).to_owned(),
            content: text.clone().unwrap_or_default().into_bytes(),
        })
        .collect()
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
