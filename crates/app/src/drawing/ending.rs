//! How an attempt ends: void, back to the approved plan; or opened to the public.

use domain::event::{Act, Event, LinkKind};
use domain::id::{CampaignNo, PartyToken};
use domain::policy::{Place, Verb};
use draw::bundle::{Stage, open_record};
use draw::record::VoidRecord;
use store::campaign;
use store::campaign::StoredCampaign;

use super::{freeze_of, threads, token};
use crate::{Acting, App, AppError};

impl App {
    /// Voids the attempt with a reason: back to the approved plan, next number, new S.
    pub async fn void_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        code: &PartyToken,
        reason: &str,
    ) -> Result<(), AppError> {
        let mut tx = self.db.begin("campaign.void").await?;
        let mut stored = campaign::by_number(&mut tx, number).await?;
        let actor = acting.may(Verb::CampaignVoid, &Place::of(&stored.campaign.initiator))?;
        let step = self.step(acting);
        let at = step.at;
        let (next, act) = stored.campaign.clone().void(&step, reason)?;
        let record = match &stored.freeze_record {
            Some(_) => Some(void_record(&stored, code, acting, reason)?.to_string()),
            None => None,
        };
        // A frame given up before FREEZE was published leaves a confidential act, not a record.
        let (act, sealing) = match record {
            Some(record) => (act, self.public(record)),
            None => (Act::CampaignRevised, self.confidential()),
        };
        stored.campaign = next;
        (stored.freeze_record, stored.seed_text) = (None, None);
        stored.state_at_ms = at.unix_ms();
        let event = Event {
            at,
            ..self.event(act, actor)
        }
        .because(reason)
        .touching(LinkKind::Campaign, stored.campaign.id.as_str());
        let mut rec = tx.record(event, sealing)?;
        campaign::write(&mut rec, &stored).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Opens the draw to the public (OPEN) after the visits have ended.
    pub async fn open_draw(&self, acting: &Acting, number: &CampaignNo) -> Result<(), AppError> {
        let mut tx = self.db.begin("campaign.open").await?;
        let mut stored = campaign::by_number(&mut tx, number).await?;
        let actor = acting.may(Verb::CampaignOpen, &Place::of(&stored.campaign.initiator))?;
        let drawn = self.drawn(&mut tx, &stored).await?;
        let record = open_record(&drawn, Stage::Public, 0, threads());
        let step = self.step(acting);
        let at = step.at;
        let (next, act) = stored.campaign.clone().open(step)?;
        stored.campaign = next;
        stored.state_at_ms = at.unix_ms();
        let event = Event {
            at,
            ..self.event(act, actor)
        }
        .touching(LinkKind::Campaign, stored.campaign.id.as_str());
        let mut rec = tx.record(event, self.public(record.to_string()))?;
        campaign::write(&mut rec, &stored).await?;
        rec.commit().await?;
        Ok(())
    }
}

fn void_record(
    stored: &StoredCampaign,
    code: &PartyToken,
    acting: &Acting,
    reason: &str,
) -> Result<VoidRecord, AppError> {
    let freeze = freeze_of(stored)?;
    Ok(VoidRecord {
        attempt: freeze.attempt_ref(),
        reason: token(code.as_str())?,
        approver: token(acting.account.as_str())?,
        document: freeze.suite.bytes(reason.as_bytes()),
    })
}
