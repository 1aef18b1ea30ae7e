//! The ceremony at which nonces are taken: a host begins it, witnesses say that they are present.

use domain::campaign::ceremony::Presence;
use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::premise::Premise;

use crate::{Acting, App, AppError};

impl App {
    /// Begins the ceremony, as its host.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::begin_ceremony`].
    pub async fn begin_ceremony(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let verb = Verb::CeremonyHost;
        let begin = |campaign: domain::campaign::Campaign, step| campaign.begin_ceremony(step);
        self.change(acting, number, premise, verb, begin).await
    }

    /// An account says of itself that it is present.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::attend`].
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
        self.change(acting, number, premise, verb, |campaign, step| {
            campaign.attend(presence, step.at)
        })
        .await
    }

    /// The host enters who signed the slip of paper.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::attend`].
    pub async fn attend_on_paper(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        signed: &str,
    ) -> Result<(), AppError> {
        let presence = Presence::Slip {
            signed: signed.trim().to_owned(),
        };
        let verb = Verb::CeremonyHost;
        self.change(acting, number, premise, verb, |campaign, step| {
            campaign.attend(presence, step.at)
        })
        .await
    }

    /// A party says by its link that it is present; saying so again adds nothing.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::attend`], `DRAW-034` a dead link.
    pub async fn attend_by_link(&self, link: &str, premise: &Premise) -> Result<(), AppError> {
        let present = |stored: &store::campaign::StoredCampaign, party: &domain::id::PartyToken| {
            let ceremony = stored.campaign.state.commitment();
            let ceremony = ceremony.and_then(|committed| committed.ceremony.as_ref());
            let presence = Presence::Link {
                party: party.clone(),
            };
            ceremony.is_some_and(|ceremony| ceremony.has(&presence))
        };
        self.party_step(link, premise, present, |delivery, at| {
            let presence = Presence::Link {
                party: delivery.party.clone(),
            };
            Ok(delivery.stored.campaign.clone().attend(presence, at)?)
        })
        .await
    }
}
