//! What the beacon of a `shuang/2` attempt showed, entered after it appeared: a signed value by one account, any other by
//! two. Of an attempt that is void by then too, as what it would have drawn follows from it.

use domain::campaign::state::{CampaignState, Revealed};
use domain::campaign::steps::{EntryFacts, Stepped};
use domain::event::{Act, LinkKind};
use domain::id::CampaignNo;
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::Code;
use draw::SeedText;
use store::attachment::Owner;
use store::campaign::{self, StoredCampaign};

use super::picture::{Picture, evidence, wanted};
use super::seed::{logged_reveal, signed};
use super::{Tried, delivered, freeze_of, held, refused_by_draw};
use crate::premise::require;
use crate::{Acting, App, AppError};

static NOT_VOID: Code = Code::new(
    "DRAW-069",
    "第 {attempt} 次抽取不是揭示之后作废的，没有要公开的内容。",
    Some("shuang/2 第 3.9 节"),
    "看这次抽查的公开记录。",
);

/// What one account enters of the beacon.
#[derive(Clone, Copy, Debug)]
pub struct BeaconWords<'w> {
    /// The value as it was published.
    pub value: &'w str,
    /// The notice it was read from; asked of the first account only, and not where the value is signed.
    pub source: &'w str,
    /// The picture of the notice, likewise; not again where the account mends its own entry.
    pub picture: Option<&'w Picture>,
}

/// The value that counts, if one does.
pub(super) fn shown(stored: &StoredCampaign) -> Option<String> {
    revealed(stored)?.shown().map(str::to_owned)
}

/// Whether every source of a revealed attempt is known.
pub(super) fn is_all_known(stood: &StoredCampaign) -> bool {
    revealed(stood)
        .is_some_and(|revealed| !revealed.committed.awaits_source() || revealed.shown().is_some())
}

fn revealed(stored: &StoredCampaign) -> Option<&Revealed> {
    match &stored.campaign.state {
        CampaignState::Revealed(revealed) => Some(revealed),
        _ => None,
    }
}

impl App {
    /// Enters what the beacon showed; RESULT follows by itself once it counts.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::enter_beacon`]; `DRAW-031` if the value does not have the shape of its
    /// source, `DRAW-055` if it is no signature of its round.
    pub async fn enter_beacon(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: BeaconWords<'_>,
    ) -> Result<(), AppError> {
        let kept = self.picture_for(number, words.picture).await?;
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::BeaconEnter)
            .await?;
        held::own_records(&mut tx, &stored).await?;
        held::reveal_if_logged(&mut tx, &stored).await?;
        delivered::as_delivered(&mut tx, &stored).await?;
        let done = self.entered(acting, &stored, words)?;
        let at = self.clock.now();
        let event = self
            .enter(&mut stored, done, at, actor)
            .with("attempt", stored.campaign.state.attempt());
        self.write_entry(tx, &stored, event, kept).await
    }

    /// The same of an attempt that is void: its OPEN follows by itself.
    ///
    /// # Errors
    /// The same; `DRAW-069` if that attempt is not one that is void after REVEAL.
    pub async fn enter_beacon_of_void(
        &self,
        acting: &Acting,
        (number, attempt): (&CampaignNo, u32),
        premise: &Premise,
        words: BeaconWords<'_>,
    ) -> Result<(), AppError> {
        let verb = Verb::BeaconEnter;
        let owned = campaign::by_number(&mut self.db.read().await?, number).await?;
        let owner = Owner::Attempt(&owned.campaign.id, attempt);
        let kept = self.keep_picture(owner, words.picture).await?;
        let (mut tx, now) = self.begin_as(verb.name(), acting).await?;
        let stored = campaign::by_number(&mut tx, number).await?;
        let actor = now.actor(verb, &Place::of(&stored.campaign.initiator))?;
        let found = campaign::void_attempt(&mut tx, &stored, attempt).await?;
        let mut void = found.ok_or_else(|| NOT_VOID.refuse(&[("attempt", &attempt)]))?;
        let what = format!("第 {attempt} 次抽取");
        let stands = Premise::of(void.as_stood.seen.clone());
        require(&mut tx, Some(&now), &what, premise, &stands).await?;
        held::own_records(&mut tx, &stored).await?;
        held::reveal(&mut tx, &void.as_stood).await?;
        let (next, act) = self.entered(acting, &void.as_stood, words)?;
        void.as_stood.campaign = next;
        let event = self
            .event(act, actor)
            .touching(LinkKind::Campaign, stored.campaign.id.as_str())
            .with("attempt", attempt);
        let kept = wanted(&mut tx, &void.as_stood, kept).await?;
        let mut rec = tx.record(event, self.confidential())?;
        campaign::write_void(&mut rec, &void).await?;
        if let Some(kept) = &kept {
            kept.attach(&mut rec, owner).await?;
        }
        rec.commit().await?;
        Ok(())
    }

    fn entered(
        &self,
        acting: &Acting,
        stored: &StoredCampaign,
        words: BeaconWords<'_>,
    ) -> Result<(domain::campaign::Campaign, Act), AppError> {
        let value = words.value.trim().to_owned();
        let facts = EntryFacts {
            step: self.step(acting),
            value: value.clone(),
            evidence: evidence(
                words.source,
                words.picture,
                stored.campaign.state.beacon_entry(),
            ),
        };
        let entered = |is_signed| -> Stepped {
            stored
                .campaign
                .clone()
                .enter_beacon(facts.clone(), is_signed)
        };
        // What the rules say of the moment comes before what is wrong with the value.
        let by_two = entered(false);
        if revealed(stored).is_none_or(|revealed| !revealed.committed.awaits_source()) {
            return Ok(by_two?);
        }
        let freeze = freeze_of(stored)?;
        let text = SeedText::after(&logged_reveal(stored)?, &freeze, Some(value))
            .map_err(|faults| refused_by_draw(Tried::EnterBeacon, &faults))?;
        Ok(match signed(&text)? {
            true => entered(true)?,
            false => by_two?,
        })
    }
}
