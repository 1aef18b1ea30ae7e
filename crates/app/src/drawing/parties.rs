//! Outside parties: a link each, a commitment before FREEZE, the nonce after it. A party needs no
//! account; the link is the right, and only its hash is kept.

use domain::campaign::party::{Party, PartyState};
use domain::campaign::{Campaign, CampaignState, CampaignVerb, StateKind};
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{CampaignNo, EventId, Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::Code;
use domain::time::Instant;
use draw::Version;
use draw::record::{FreezeRecord, PartyLine};
use store::campaign::{HandedIn, StoredCampaign, StoredPartyLink};
use store::{Reader, campaign};

use super::delivered::as_delivered;
use super::overtaken::goes_on;
use super::{digest, freeze_of, token};
use crate::campaign::{plan_of, print_of};
use crate::premise::{of_party, require};
use crate::sign_in::token_hash;
use crate::{Acting, App, AppError};

static NOT_HEX: Code = Code::new(
    "DRAW-033",
    "这里要 64 位十六进制，现在是 {length} 位或含有别的字符。",
    Some("摇号协议第 2 节"),
    "整段复制，不要手抄；小写字母和数字，前后没有空格。",
);
/// A link that is nobody's: never given out, mistyped, or replaced. All three get the same words.
pub static NO_LINK: Code = Code::new(
    "DRAW-034",
    "这个见证链接无效，或已经换发。",
    None,
    "向发给您纸条的抽取经办要新的链接。您的随机数仍在自己手里，换链接不影响它；换发之前不要告诉任何人。",
);
static LINK_MOVED: Code = Code::new(
    "DRAW-050",
    "打开本页之后，这一方的链接已经换发过；这次没有再换。",
    None,
    "先问清新的纸条在谁手里；要再换一次的，按本页现在说的办理。",
);
static NO_LINK_WANTED: Code = Code::new(
    "DRAW-051",
    "“{office}”已经没有要递交的内容，不再发放链接。",
    None,
    "揭示和结果任何人都可以在公示页看到，不用链接。",
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
    /// Gives a party a new link; an older one stops working. The token is shown once. `earlier` is the
    /// event that gave out the link which the person knows will stop working; none if none is out.
    ///
    /// # Errors
    /// `DRAW-050` if another link is out by now, `DRAW-051` to a party that has nothing more to hand in,
    /// `DRAW-035` for one the plan does not name.
    pub async fn replace_party_link(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        (party, earlier): (&PartyToken, Option<&EventId>),
    ) -> Result<String, AppError> {
        let verb = Verb::PartyAccept;
        let (mut tx, stored, actor) = self.campaign_for(acting, number, premise, verb).await?;
        let plan = plan_of(&stored)?;
        let named = plan
            .sources
            .parties
            .iter()
            .find(|name| name.token == *party);
        let named = named.ok_or_else(|| NO_SUCH_PARTY.refuse(&[("party", party)]))?;
        if !wants_link(&stored.campaign.state, party) {
            return Err(NO_LINK_WANTED.refuse(&[("office", &named.office)]).into());
        }
        let id = stored.campaign.id.clone();
        let before = campaign::party_link(&mut tx, &id, party).await?;
        if before.as_ref() != earlier {
            return Err(LINK_MOVED.refuse(&[]).into());
        }
        let link = store::hex(&self.entropy.bytes::<20>());
        let mut event = self
            .event(Act::PartyInvited, actor)
            .touching(LinkKind::Campaign, id.as_str())
            .with("party", party);
        if let Some(before) = &before {
            event = event.with("replaces", before);
        }
        let mut rec = tx.record(event, self.confidential())?;
        let hash = token_hash(&link);
        match before {
            Some(seen) => campaign::change_party_link(&mut rec, &id, party, &seen, &hash).await?,
            None => campaign::add_party_link(&mut rec, &id, party, &hash).await?,
        }
        rec.commit().await?;
        Ok(link)
    }

    /// The same whatever link is out: for who hands out all links in one go, as a replay does.
    pub async fn issue_party_link(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        party: &PartyToken,
    ) -> Result<String, AppError> {
        let earlier = self.party_link_out(number, party).await?;
        let known = (party, earlier.as_ref());
        self.replace_party_link(acting, number, premise, known)
            .await
    }

    /// The event that gave out the link of a party, if one is out.
    pub async fn party_link_out(
        &self,
        number: &CampaignNo,
        party: &PartyToken,
    ) -> Result<Option<EventId>, AppError> {
        let mut reader = self.db.read().await?;
        let stored = campaign::by_number(&mut reader, number).await?;
        Ok(campaign::party_link(&mut reader, &stored.campaign.id, party).await?)
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
        let in_already = handed_in(|own| own.commitment() == Some(&commitment));
        let after = Follows::Nothing;
        self.party_step(link, (premise, after), in_already, |delivery, at| {
            let mut earlier = delivery.earlier.iter();
            let same = earlier.find(|one| one.commitment == commitment);
            let earlier = same.map(|one| one.attempt);
            let campaign = delivery.stored.campaign.clone();
            Ok(campaign.accept_commitment(delivery.party, commitment.clone(), at, earlier)?)
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
        let in_already = handed_in(|own| own.nonce() == Some(&nonce));
        let after = Follows::Freeze;
        self.party_step(link, (premise, after), in_already, |delivery, at| {
            let Delivery { stored, party, .. } = delivery;
            let campaign = stored.campaign.clone();
            campaign.permit(CampaignVerb::AcceptNonce)?;
            // How a nonce was committed to is a matter of the version FREEZE is of.
            let freeze = freeze_of(stored)?;
            let line = freeze.commitment(token(party.as_str())?, &digest(&nonce));
            let computed = print_of(line.commitment);
            let earlier = made_for(delivery.earlier, &nonce, &freeze)?;
            Ok(campaign.accept_nonce(party, nonce.clone(), &computed, at, earlier)?)
        })
        .await
    }

    /// A party has no account that a key of its form could be kept for. So a press that is repeated because no
    /// answer came finds by its content that it is done, and writes nothing more.
    pub(super) async fn party_step(
        &self,
        link: &str,
        (premise, after): (&Premise, Follows),
        in_already: impl Fn(&StoredCampaign, &PartyToken) -> bool,
        step: impl FnOnce(&Delivery<'_>, Instant) -> Result<(Campaign, Act), AppError>,
    ) -> Result<(), AppError> {
        let mut tx = self.db.begin("party.step").await?;
        // The link is the right of this act, so it is held: who gives out another one waits, and who did is waited for.
        let found = campaign::hold_party_link(&mut tx, &token_hash(link)).await?;
        let kept = found.ok_or_else(|| NO_LINK.refuse(&[]))?;
        // It does not rest on what other parties hand in, so it waits for one who does so at this moment.
        let mut stored = campaign::get_alone(&mut tx, &kept.campaign).await?;
        if in_already(&stored, &kept.party) {
            return Ok(());
        }
        // Said before what the page rested on: whoever comes too late learns that, and is not told to press again.
        let campaign = &stored.campaign;
        if after == Follows::Freeze || campaign.kind() == StateKind::Abandoned {
            campaign.is_not_over_for(&kept.party, self.clock.now())?;
        }
        require(
            &mut tx,
            None,
            "这次抽取",
            premise,
            &of_party(&kept, &stored),
        )
        .await?;
        let (id, party) = (kept.campaign, kept.party);
        goes_on(&mut tx, &stored).await?;
        let earlier = campaign::handed_in_before(&mut tx, &stored).await?;
        let at = self.clock.now();
        let delivery = Delivery {
            stored: &stored,
            party: &party,
            earlier: &earlier,
        };
        let (next, act) = step(&delivery, at)?;
        if let CampaignState::Committed(_) = stored.campaign.state {
            as_delivered(&mut tx, &stored).await?;
        }
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

/// What has to be public before a party hands something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// A commitment comes before everything.
    Nothing,
    /// Presence and nonce come after FREEZE.
    Freeze,
}

/// What a party hands something in to.
pub(super) struct Delivery<'d> {
    pub(super) stored: &'d StoredCampaign,
    pub(super) party: &'d PartyToken,
    /// What all parties handed in for the attempts before.
    earlier: &'d [HandedIn],
}

/// Whether a party has handed that in already.
fn handed_in(is_it: impl Fn(&Party) -> bool) -> impl Fn(&StoredCampaign, &PartyToken) -> bool {
    move |stored, party| {
        let frame = stored.campaign.state.frame();
        let mut parties = frame.into_iter().flat_map(|frozen| &frozen.parties);
        parties.any(|known| known.name.token == *party && is_it(known))
    }
}

/// The earlier attempt a nonce was made for: it was opened there, or what was committed to there follows from it, though
/// it was never opened.
fn made_for(
    earlier: &[HandedIn],
    nonce: &Fingerprint,
    freeze: &FreezeRecord,
) -> Result<Option<u32>, AppError> {
    for one in earlier {
        let (name, value) = (token(one.party.as_str())?, digest(nonce));
        let line = match one.version.protocol() {
            Version::One => PartyLine::commit(freeze.suite, name, &value),
            Version::Two => {
                let campaign = freeze.attempt_ref().campaign;
                PartyLine::commit_to_attempt(freeze.suite, campaign, one.attempt, name, &value)
            }
        };
        if one.nonce.as_ref() == Some(nonce) || print_of(line.commitment) == one.commitment {
            return Ok(Some(one.attempt));
        }
    }
    Ok(None)
}

/// Whether a party still has something to hand in, for which it needs a link.
#[must_use]
pub fn wants_link(state: &CampaignState, party: &PartyToken) -> bool {
    match state {
        CampaignState::Approved(_) | CampaignState::Launched(_) => true,
        CampaignState::Frozen(_) | CampaignState::Committed(_) => {
            let parties = state.frame().map(|frozen| frozen.parties.as_slice());
            let own = parties
                .unwrap_or_default()
                .iter()
                .find(|known| known.name.token == *party);
            own.is_none_or(|known| {
                matches!(
                    known.state,
                    PartyState::Announced | PartyState::Committed { .. }
                )
            })
        }
        _ => false,
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
