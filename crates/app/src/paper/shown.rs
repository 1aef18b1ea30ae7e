//! Papers as pages show them: whose name they bear, who entered and compared them, and whether they still wait.

use domain::campaign::StateKind;
use domain::id::{AccountId, CampaignNo, PaperId};
use domain::paper::{Judged, PaperState};
use domain::policy::{Place, Verb};
use domain::refusal::Refusal;
use store::paper::{self, StoredPaper};
use store::{Reader, account, campaign};

use super::turned_down;
use crate::premise::of_campaign;
use crate::{Acting, App, AppError};

/// A paper as a page shows it.
#[derive(Clone, Debug)]
pub struct ShownPaper {
    /// The paper.
    pub stored: StoredPaper,
    /// The name of who signed it.
    pub signatory: String,
    /// The name of who entered it.
    pub entered_by: String,
    /// The name of who confirmed or dropped it.
    pub decided_by: String,
    /// Whether it waits, and what it rests on is no longer what stands.
    pub has_lapsed: bool,
    /// Why this account may not confirm it, if it may not.
    pub refused: Option<Refusal>,
    /// The campaign whose plan is judged on it: its number and title.
    pub campaign: (CampaignNo, String),
    /// Whether that plan is still to be approved.
    pub is_open: bool,
    /// Where scan and entry differ, of one that was turned down.
    pub differs: Option<String>,
}

impl ShownPaper {
    /// Whether it waits and can still be confirmed by somebody.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.stored.paper.state == PaperState::Waiting && !self.has_lapsed
    }
}

impl App {
    /// Every paper on which that is judged, oldest first.
    pub async fn papers_of(
        &self,
        acting: &Acting,
        judged: &Judged,
    ) -> Result<Vec<ShownPaper>, AppError> {
        let mut reader = self.db.read().await?;
        let found = paper::of(&mut reader, judged).await?;
        self.shown(&mut reader, acting, found).await
    }

    /// One paper.
    pub async fn paper(&self, acting: &Acting, id: &PaperId) -> Result<ShownPaper, AppError> {
        let mut reader = self.db.read().await?;
        let stored = paper::get(&mut reader, id).await?;
        self.shown_one(&mut reader, acting, stored).await
    }

    /// The papers this account may confirm now.
    pub async fn papers_to_confirm(&self, acting: &Acting) -> Result<Vec<ShownPaper>, AppError> {
        if !acting.offers(Verb::PaperConfirm) {
            return Ok(Vec::new());
        }
        let mut reader = self.db.read().await?;
        let found = paper::waiting(&mut reader).await?;
        let mut shown = self.shown(&mut reader, acting, found).await?;
        shown.retain(|one| one.waits() && one.refused.is_none());
        Ok(shown)
    }

    /// The papers entered in the name of this account, of which it has not said that it knows.
    pub async fn papers_in_name_of(&self, acting: &Acting) -> Result<Vec<ShownPaper>, AppError> {
        let mut reader = self.db.read().await?;
        let found = paper::news_for(&mut reader, &acting.account).await?;
        self.shown(&mut reader, acting, found).await
    }

    pub(super) async fn shown(
        &self,
        reader: &mut Reader,
        acting: &Acting,
        found: Vec<StoredPaper>,
    ) -> Result<Vec<ShownPaper>, AppError> {
        let mut shown = Vec::with_capacity(found.len());
        for stored in found {
            shown.push(self.shown_one(reader, acting, stored).await?);
        }
        Ok(shown)
    }

    async fn shown_one(
        &self,
        reader: &mut Reader,
        acting: &Acting,
        stored: StoredPaper,
    ) -> Result<ShownPaper, AppError> {
        let paper = &stored.paper;
        let Judged::Plan(plan) = &paper.judged;
        let judged = campaign::get(reader, plan).await?;
        let stands = of_campaign(reader, &judged, self.version_of_new_attempts).await?;
        let may = acting.may(Verb::PaperConfirm, &Place::of(&paper.unit));
        let confirmed = judged.campaign.awaits_approval().and_then(|submitted| {
            let copy = paper.clone();
            copy.confirm(&acting.account, self.clock.now(), &submitted.hands)
        });
        let decided_by = match &paper.decided {
            Some((by, _)) => name_of(reader, by).await?,
            None => String::new(),
        };
        let is_open = matches!(
            judged.campaign.kind(),
            StateKind::Draft | StateKind::Submitted
        );
        Ok(ShownPaper {
            campaign: (judged.campaign.number.clone(), judged.title.clone()),
            is_open,
            differs: turned_down::why(reader, &stored).await?,
            signatory: name_of(reader, &paper.signatory).await?,
            entered_by: name_of(reader, &paper.entered_by).await?,
            decided_by,
            has_lapsed: paper.state == PaperState::Waiting && !paper.rests_on(&stands),
            refused: may.and(confirmed.map(drop)).err(),
            stored,
        })
    }
}

async fn name_of(reader: &mut Reader, id: &AccountId) -> Result<String, AppError> {
    let found = account::get(reader, id).await?;
    Ok(found.account.name.as_str().to_owned())
}
