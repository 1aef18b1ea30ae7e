//! How an attempt ends: void, back to the approved plan; or opened to the public.

use domain::event::Act;
use domain::id::{CampaignNo, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use draw::bundle::{Stage, open_record};
use draw::record::VoidRecord;
use store::campaign::StoredCampaign;

use super::{freeze_of, held, threads, token};
use crate::{Acting, App, AppError};

impl App {
    /// Voids the attempt with a reason: back to the approved plan, next number, new S.
    pub async fn void_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        code: &PartyToken,
        reason: &str,
    ) -> Result<(), AppError> {
        let (tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignVoid)
            .await?;
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
        (stored.freeze_record, stored.seed_text) = (None, None);
        let event = self
            .enter(&mut stored, (next, act), at, actor)
            .because(reason);
        self.write_campaign(tx, &stored, event, sealing).await
    }

    /// Opens the draw to the public (OPEN) after the visits have ended.
    pub async fn open_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignOpen)
            .await?;
        let drawn = self.drawn(&mut tx, &stored).await?;
        held::sealed_files(&drawn, &self.kept(&mut tx, &stored).await?)?;
        let record = open_record(&drawn, Stage::Public, 0, threads());
        let step = self.step(acting);
        let at = step.at;
        let done = stored.campaign.clone().open(step)?;
        let event = self.enter(&mut stored, done, at, actor);
        self.write_campaign(tx, &stored, event, self.public(record.to_string()))
            .await
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
