//! The ceremony at which nonces are taken: a host begins it, witnesses say that they are present.

use domain::campaign::ceremony::Presence;
use domain::campaign::state::{Committed, Step};
use domain::campaign::{Campaign, CampaignState};
use domain::id::{AccountId, CampaignNo};
use domain::paper::Judged;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::{Fact, codes};
use store::campaign::StoredCampaign;
use store::{Tx, account, paper};

use super::committing::require_opened;
use super::delivered::as_delivered;
use super::overtaken::goes_on;
use super::parties::Follows;
use crate::{Acting, App, AppError};

/// What the host enters of a slip of paper, as it is written there.
#[derive(Clone, Copy, Debug)]
pub struct SlipWords<'w> {
    /// Where who signed comes from.
    pub office: &'w str,
    /// Who signed.
    pub name: &'w str,
}

/// Everybody else who handled the draw, who entered or compared a signed paper of its plan among them.
async fn handling(tx: &mut Tx, stored: &StoredCampaign) -> Result<Vec<AccountId>, AppError> {
    let committed = stored.campaign.state.commitment();
    let handling = committed.into_iter().flat_map(Committed::handling);
    let mut accounts: Vec<AccountId> = handling.cloned().collect();
    let judged = Judged::Plan(stored.campaign.id.clone());
    for kept in paper::of(tx, &judged).await? {
        accounts.push(kept.paper.entered_by);
        accounts.extend(kept.paper.decided.map(|(by, _)| by));
    }
    accounts.sort();
    accounts.dedup();
    Ok(accounts)
}

/// The host, who enters the slip, who published FREEZE and who approved the plan.
fn taking_part(state: &CampaignState, entering: &AccountId) -> Vec<AccountId> {
    let mut accounts = vec![entering.clone()];
    if let Some(committed) = state.commitment() {
        accounts.extend(committed.deciding().map(Clone::clone));
        let ceremony = committed.ceremony.iter();
        accounts.extend(ceremony.map(|ceremony| ceremony.host.by.clone()));
    }
    accounts.sort();
    accounts.dedup();
    accounts
}

impl App {
    /// Begins the ceremony, as its host.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::begin_ceremony`]; `DRAW-075` while the opening of a void attempt is overdue,
    /// `DRAW-080` where the log was begun anew since.
    pub async fn begin_ceremony(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let verb = Verb::CeremonyHost;
        let begin = |campaign: Campaign, step| campaign.begin_ceremony(step);
        let mut begun = self.stepped(acting, number, premise, verb, begin).await?;
        require_opened(&mut begun.tx, &begun.stored, begun.at).await?;
        goes_on(&mut begun.tx, &begun.stored).await?;
        as_delivered(&mut begun.tx, &begun.stored).await?;
        self.write_stepped(begun).await
    }

    /// An account says of itself that it is present.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::attend`]; `DRAW-082` also of who entered or compared a paper of its plan.
    pub async fn attend(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let presence = Presence::Account {
            account: acting.account.clone(),
        };
        let verb = Verb::CeremonyAttend;
        let attend = |campaign: Campaign, step: Step| campaign.attend(presence, step.at);
        let mut begun = self.stepped(acting, number, premise, verb, attend).await?;
        let handling = handling(&mut begun.tx, &begun.stored).await?;
        if handling.contains(&acting.account) {
            let own: [Fact<'_>; 1] = [("name", &"本账号")];
            return Err(codes::DRAW_WITNESS_HANDLED.refuse(&own).into());
        }
        as_delivered(&mut begun.tx, &begun.stored).await?;
        self.write_stepped(begun).await
    }

    /// The host enters who signed the slip of paper: nobody who takes part in the draw, whose name may not stand on it in
    /// any spelling a keyboard writes.
    ///
    /// # Errors
    /// Those of [`Presence::on_slip`] and [`domain::campaign::Campaign::attend`]; `DRAW-061`, `DRAW-082`.
    pub async fn attend_on_paper(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        slip: SlipWords<'_>,
    ) -> Result<(), AppError> {
        let verb = Verb::CeremonyHost;
        let (mut tx, mut stored, actor) = self.campaign_for(acting, number, premise, verb).await?;
        let step = self.step(acting);
        let presence = Presence::on_slip(slip.office, slip.name)?;
        for account in taking_part(&stored.campaign.state, &step.by) {
            let own = account::get(&mut tx, &account).await?.account.name;
            if presence.names(own.as_str()) {
                return Err(codes::DRAW_WITNESS_IS_HOST.refuse(&[]).into());
            }
        }
        for account in handling(&mut tx, &stored).await? {
            let own = account::get(&mut tx, &account).await?.account.name;
            if presence.names(own.as_str()) {
                let name: [Fact<'_>; 1] = [("name", &own.as_str())];
                return Err(codes::DRAW_WITNESS_HANDLED.refuse(&name).into());
            }
        }
        let at = step.at;
        let done = stored.campaign.clone().attend(presence, at)?;
        as_delivered(&mut tx, &stored).await?;
        let event = self.enter(&mut stored, done, at, actor);
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }

    /// A party says by its link that it is present; saying so again adds nothing.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::attend`], `DRAW-034` a dead link.
    pub async fn attend_by_link(&self, link: &str, premise: &Premise) -> Result<(), AppError> {
        let present = |stored: &StoredCampaign, party: &domain::id::PartyToken| {
            let ceremony = stored.campaign.state.commitment();
            let ceremony = ceremony.and_then(|committed| committed.ceremony.as_ref());
            let presence = Presence::Link {
                party: party.clone(),
            };
            ceremony.is_some_and(|ceremony| ceremony.has(&presence))
        };
        self.party_step(link, (premise, Follows::Freeze), present, |delivery, at| {
            let presence = Presence::Link {
                party: delivery.party.clone(),
            };
            Ok(delivery.stored.campaign.clone().attend(presence, at)?)
        })
        .await
    }
}
