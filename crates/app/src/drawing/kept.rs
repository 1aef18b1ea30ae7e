//! What is kept of an attempt beside its rows: S, the frame, the sealed files. The rows name it by the hashes of the
//! ciphertexts; they are read in a view and compared under the lock, while the content itself, which only these
//! hashes can stand for, is fetched and opened in between, when nobody is kept waiting.

use domain::id::CampaignId;
use store::Reader;
use store::attachment::{self, Attachment, Owner};
use store::campaign::StoredCampaign;

use super::held::altered;
use super::material::BundleFile;
use crate::{App, AppError};

/// What an attempt keeps under some names, as its rows name it.
pub(super) struct Kept {
    campaign: CampaignId,
    attempt: u32,
    rows: Vec<Attachment>,
}

impl Kept {
    /// The rows of these names, all of which must be there.
    pub(super) async fn of(
        view: &mut Reader,
        stored: &StoredCampaign,
        names: &[&str],
    ) -> Result<Self, AppError> {
        let mut kept = Self {
            campaign: stored.campaign.id.clone(),
            attempt: stored.campaign.state.attempt(),
            rows: Vec::with_capacity(names.len()),
        };
        for name in names {
            let row = attachment::of_name(view, kept.owner(), name).await?;
            let row = row.ok_or_else(|| altered(&format!("保存的 {name} 不在了")))?;
            kept.rows.push(row);
        }
        Ok(kept)
    }

    /// The rows of those of these names that are there.
    pub(super) async fn of_present(
        view: &mut Reader,
        stored: &StoredCampaign,
        names: &[&str],
    ) -> Result<Self, AppError> {
        let mut kept = Self::of(view, stored, &[]).await?;
        for name in names {
            kept.rows
                .extend(attachment::of_name(view, kept.owner(), name).await?);
        }
        Ok(kept)
    }

    /// Whether there is a row of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.rows.iter().any(|row| row.label.name == name)
    }

    /// Whose it is.
    pub(super) fn owner(&self) -> Owner<'_> {
        Owner::Attempt(&self.campaign, self.attempt)
    }

    /// Refuses if a row names other content by now: what was computed was computed from something else.
    pub(super) async fn still_stands(&self, reader: &mut Reader) -> Result<(), AppError> {
        for row in &self.rows {
            let name = &row.label.name;
            let now = attachment::of_name(reader, self.owner(), name).await?;
            if now.as_ref() != Some(row) {
                return Err(altered(&format!("保存的 {name}")));
            }
        }
        Ok(())
    }
}

impl App {
    /// The contents, in the order of the names they were asked for by. Called without a view.
    pub(super) async fn contents(&self, kept: &Kept) -> Result<Vec<BundleFile>, AppError> {
        let mut files = Vec::with_capacity(kept.rows.len());
        for row in &kept.rows {
            files.push(BundleFile {
                name: row.label.name.clone(),
                content: self.open_attachment(kept.owner(), row).await?,
            });
        }
        Ok(files)
    }
}
