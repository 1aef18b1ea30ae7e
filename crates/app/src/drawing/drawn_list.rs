//! Looking at who was drawn. Until OPEN the list is confidential, so every look is an act with an
//! actor: who knew the names, and when, can be told afterwards (细则五（二）全程留痕).

use domain::event::{Act, LinkKind};
use domain::id::{CampaignNo, InspectorCode};
use domain::policy::{Place, Verb};
use domain::refusal::Code;
use store::campaign::StoredCampaign;
use store::inspection::StoredInspection;
use store::{campaign, inspection, inspector};

use super::public_stage;
use crate::{Acting, App, AppError};

static NOT_DRAWN_YET: Code = Code::new(
    "DRAW-040",
    "还没有抽取，名单在任何地方都不存在。",
    Some("shuang/1 第 1 节"),
    "抽取完成后再查看。",
);

/// The visits an account may see, in drawing order.
#[derive(Clone, Debug)]
pub struct DrawnList {
    /// The campaign.
    pub stored: StoredCampaign,
    /// All visits, or only those of the account.
    pub visits: Vec<StoredInspection>,
    /// The inspector codes of the account; its own visits are shown in full.
    pub own_codes: Vec<InspectorCode>,
    /// True if the account may see the whole list.
    pub whole: bool,
    /// True once OPEN has been logged.
    pub opened: bool,
}

impl DrawnList {
    /// Whether the account is on the team of this visit or leads it.
    #[must_use]
    pub fn is_own(&self, visit: &StoredInspection) -> bool {
        is_own(&self.own_codes, visit)
    }
}

fn is_own(codes: &[InspectorCode], visit: &StoredInspection) -> bool {
    let on_it = |code: &InspectorCode| {
        visit.visit.team.contains(code) || visit.visit.leader.as_ref() == Some(code)
    };
    codes.iter().any(on_it)
}

impl App {
    /// The drawn list as far as the account may see it; logged until OPEN.
    pub async fn read_drawn_list(
        &self,
        acting: &Acting,
        number: &CampaignNo,
    ) -> Result<DrawnList, AppError> {
        self.looks(|| self.look_at_drawn_list(acting, number)).await
    }

    async fn look_at_drawn_list(
        &self,
        acting: &Acting,
        number: &CampaignNo,
    ) -> Result<DrawnList, AppError> {
        let (mut tx, acting) = self.begin_as("drawn_list.read", acting).await?;
        let stored = campaign::by_number(&mut tx, number).await?;
        let own_codes = inspector::codes_of(&mut tx, &acting.account).await?;
        let attempt = i64::from(stored.campaign.state.attempt());
        let mut visits = inspection::of_campaign(&mut tx, &stored.campaign.id, attempt).await?;
        let place = Place::of(&stored.campaign.initiator);
        let whole = acting.actor(Verb::DrawnListRead, &place);
        if whole.is_err() {
            visits.retain(|visit| is_own(&own_codes, visit));
        }
        // Who is on a team reads his own part by the right to his visits.
        let actor = match &whole {
            Ok(actor) => actor.clone(),
            Err(_) if !visits.is_empty() => {
                acting.actor(Verb::InspectionRead, &place.assigned())?
            }
            Err(refusal) => return Err(refusal.clone().into()),
        };
        if stored.result_record.is_none() {
            return Err(NOT_DRAWN_YET.refuse(&[]).into());
        }
        let opened = public_stage(&stored) == Some(draw::bundle::Stage::Public);
        if !opened {
            let event = self
                .event(Act::DrawnListRead, actor)
                .touching(LinkKind::Campaign, stored.campaign.id.as_str())
                .with("visits", visits.len());
            tx.record(event, self.confidential())?.commit().await?;
        }
        Ok(DrawnList {
            stored,
            visits,
            own_codes,
            whole: whole.is_ok(),
            opened,
        })
    }
}
