//! Outside parties: a link each, a commitment before FREEZE, the nonce after it. A party needs no
//! account; the link is the right, and only its hash is kept.

use domain::campaign::Campaign;
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{CampaignNo, Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::Code;
use domain::time::Instant;
use draw::record::PartyLine;
use store::campaign::{StoredCampaign, StoredPartyLink};
use store::{Reader, campaign};

use super::material::plan_record;
use super::{digest, token};
use crate::campaign::{plan_of, print_of};
use crate::premise::{of_party, require};
use crate::sign_in::token_hash;
use crate::{Acting, App, AppError};

static NOT_HEX: Code = Code::new(
    "DRAW-033",
    "这里要 64 位十六进制，现在是 {length} 位或含有别的字符。",
    Some("shuang/1 第 2 节"),
    "整段复制，不要手抄；小写字母和数字，前后没有空格。",
);
static NO_LINK: Code = Code::new(
    "DRAW-034",
    "这个链接无效或已换发。",
    None,
    "向抽取经办要新的链接或纸条。",
);
static NO_SUCH_PARTY: Code = Code::new(
    "DRAW-035",
    "方案里没有见证方“{party}”。",
    None,
    "从方案列出的见证方中选。",
);

/// What a party's page shows.
#[derive(Clone, Debug)]
pub struct PartyView {
    /// The campaign.
    pub stored: StoredCampaign,
    /// Which party the link belongs to.
    pub party: PartyToken,
}

impl App {
    /// Gives a party a new link; an older one stops working. The token is shown once.
    pub async fn issue_party_link(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        party: &PartyToken,
    ) -> Result<String, AppError> {
        let verb = Verb::PartyAccept;
        let (mut tx, stored, actor) = self.campaign_for(acting, number, premise, verb).await?;
        let named = plan_of(&stored)?
            .sources
            .parties
            .iter()
            .any(|name| name.token == *party);
        if !named {
            return Err(NO_SUCH_PARTY.refuse(&[("party", party)]).into());
        }
        let id = stored.campaign.id.clone();
        let before = campaign::party_link(&mut tx, &id, party).await?;
        let link = store::hex(&self.entropy.bytes::<20>());
        let event = self
            .event(Act::PartyInvited, actor)
            .touching(LinkKind::Campaign, id.as_str())
            .with("party", party);
        let mut rec = tx.record(event, self.confidential())?;
        let hash = token_hash(&link);
        match before {
            Some(seen) => campaign::change_party_link(&mut rec, &id, party, &seen, &hash).await?,
            None => campaign::add_party_link(&mut rec, &id, party, &hash).await?,
        }
        rec.commit().await?;
        Ok(link)
    }

    /// The campaign and party of a link.
    pub async fn party_view(&self, link: &str) -> Result<PartyView, AppError> {
        let mut reader = self.db.read().await?;
        let (kept, stored) = self.party_by(&mut reader, link).await?;
        Ok(PartyView {
            stored,
            party: kept.party,
        })
    }

    /// To whom a link belongs, and the campaign.
    pub(crate) async fn party_by(
        &self,
        reader: &mut Reader,
        link: &str,
    ) -> Result<(StoredPartyLink, StoredCampaign), AppError> {
        let found = campaign::by_party_link(reader, &token_hash(link)).await?;
        let kept = found.ok_or_else(|| NO_LINK.refuse(&[]))?;
        let stored = campaign::get(reader, &kept.campaign).await?;
        Ok((kept, stored))
    }

    /// A party hands in its commitment. The nonce stays on its own device.
    pub async fn accept_commitment(
        &self,
        link: &str,
        premise: &Premise,
        typed: &str,
    ) -> Result<(), AppError> {
        let commitment = hex64(typed)?;
        self.party_step(link, premise, move |stored, party, at| {
            let campaign = stored.campaign.clone();
            Ok(campaign.accept_commitment(party, commitment, at)?)
        })
        .await
    }

    /// A party opens its nonce after FREEZE is logged.
    pub async fn accept_nonce(
        &self,
        link: &str,
        premise: &Premise,
        typed: &str,
    ) -> Result<(), AppError> {
        let nonce = hex64(typed)?;
        self.party_step(link, premise, move |stored, party, at| {
            let suite = plan_record(stored)?.suite;
            let line = PartyLine::commit(suite, token(party.as_str())?, &digest(&nonce));
            let campaign = stored.campaign.clone();
            Ok(campaign.accept_nonce(party, nonce, &print_of(line.commitment), at)?)
        })
        .await
    }

    async fn party_step(
        &self,
        link: &str,
        premise: &Premise,
        step: impl FnOnce(&StoredCampaign, &PartyToken, Instant) -> Result<(Campaign, Act), AppError>,
    ) -> Result<(), AppError> {
        let mut tx = self.db.begin("party.step").await?;
        let (kept, mut stored) = self.party_by(&mut tx, link).await?;
        require(
            &mut tx,
            None,
            "这次抽取",
            premise,
            &of_party(&kept, &stored),
        )
        .await?;
        let (id, party) = (kept.campaign, kept.party);
        let at = self.clock.now();
        let (next, act) = step(&stored, &party, at)?;
        stored.campaign = next;
        let event = Event {
            at,
            ..self.event(act, Actor::outsider(party.as_str()))
        }
        .touching(LinkKind::Campaign, id.as_str())
        .with("party", &party);
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }
}

fn hex64(typed: &str) -> Result<Fingerprint, AppError> {
    let text: String = typed
        .split_whitespace()
        .collect::<String>()
        .to_ascii_lowercase();
    Fingerprint::parse(&text)
        .map_err(|_| NOT_HEX.refuse(&[("length", &text.chars().count())]).into())
}
