//! Who came: an account with its session, a party with its link, or anybody.

use std::ops::Deref;
use std::sync::Arc;

use app::Acting;
use app::sign_in::Arrival;
use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use domain::id::{CampaignId, PartyToken};
use domain::premise::Premise;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::campaign::StoredPartyLink;
use store::session::Session;

use super::feedback::Done;
use super::{Flaws, Stop, WebState};
use crate::component::HiddenFields;
use crate::csrf::FormToken;
use crate::form::{IdempotencyKey, Submitted, visible_query};
use crate::layout::{DisplayModes, Frame};
use crate::text::Address;

/// What a request shows of itself, whoever sent it.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The display modes that are on.
    pub modes: DisplayModes,
    /// The path of the request, without its query.
    pub path: String,
    /// The query, with control characters made visible.
    pub query: String,
    /// What was just done, if an act of this session led here; taken from what the server keeps.
    pub done: Option<&'static Done>,
}

impl Guest {
    pub(super) fn of(parts: &Parts) -> Self {
        let cookies = parts
            .headers
            .get(COOKIE)
            .and_then(|line| line.to_str().ok())
            .unwrap_or("");
        let query = parts.uri.query().unwrap_or("");
        Self {
            modes: DisplayModes::from_cookies(cookies),
            path: parts.uri.path().to_owned(),
            query: visible_query(query).unwrap_or_else(|| query.to_owned()),
            done: None,
        }
    }

    /// The address of this request, to come back to.
    #[must_use]
    pub fn here(&self) -> Address {
        let full = match self.query.as_str() {
            "" => self.path.clone(),
            query => format!("{}?{query}", self.path),
        };
        Address::returning(&full).unwrap_or_else(|_| Address::fixed("/"))
    }

    /// The frame of a page for this request.
    #[must_use]
    pub fn frame(&self, web: &WebState) -> Frame {
        Frame {
            bureau: web.facts.bureau.clone(),
            modes: self.modes,
            demo: web.facts.demonstration,
            full: web.app.db.is_full(),
            here: self.here(),
            refresh_seconds: None,
            is_filled_in: false,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        let admitted = parts.extensions.get::<Self>().cloned();
        Ok(admitted.unwrap_or_else(|| Self::of(parts)))
    }
}

/// One request of a signed-in account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Visit(Arc<Inner>);

/// What a [`Visit`] holds.
#[derive(Clone, Debug)]
pub struct Inner {
    /// The account at work.
    pub acting: Acting,
    /// Its session.
    pub session: Session,
    /// Whether it must change its password first.
    pub must_change: bool,
    /// The request itself.
    pub guest: Guest,
    /// When the request came.
    pub now: Instant,
    token: FormToken,
}

impl Visit {
    pub(super) fn new(web: &WebState, arrival: Arrival, mut guest: Guest) -> Self {
        let Arrival {
            acting,
            session,
            must_change,
        } = arrival;
        if !session.display.is_empty() {
            guest.modes = DisplayModes::from_text(&session.display);
        }
        let token = form_token(web, &session);
        let now = web.app.clock.now();
        Self(Arc::new(Inner {
            acting,
            session,
            must_change,
            guest,
            now,
            token,
        }))
    }

    /// The hidden fields of a form that acts: form token and a fresh key.
    #[must_use]
    pub fn hidden(&self, web: &WebState) -> HiddenFields {
        let key = IdempotencyKey::from_random(web.app.entropy.bytes());
        HiddenFields::for_act(self.token.clone(), key)
    }

    /// The hidden fields of a form that decides on something which exists, `now` as it is shown beside
    /// the form. A form that comes `again` goes on from what it was sent with, unless it was told that
    /// this is no longer what stands, or has itself made what stands.
    #[must_use]
    pub fn hidden_on(
        &self,
        web: &WebState,
        now: &Premise,
        again: Option<(&Submitted, &Flaws)>,
    ) -> HiddenFields {
        let kept = again.filter(|(_, flaws)| !flaws.goes_on_from(now));
        let sent = kept.and_then(|(sent, _)| sent.premise());
        self.hidden(web)
            .resting_on(sent.unwrap_or_else(|| now.clone()))
    }

    /// The hidden fields of what may be repeated freely, such as signing out or keeping a draft.
    #[must_use]
    pub fn repeatable(&self) -> HiddenFields {
        HiddenFields::repeatable(self.token.clone())
    }

    /// The token every form of this session carries.
    #[must_use]
    pub fn form_token(&self) -> &FormToken {
        &self.token
    }

    /// The same visit as if one parameter had not been in the address.
    #[must_use]
    pub fn without(&self, parameter: &str) -> Self {
        let pairs = self.guest.query.split('&');
        let rest: Vec<&str> = pairs
            .filter(|pair| pair.split('=').next() != Some(parameter))
            .collect();
        let guest = Guest {
            query: rest.join("&"),
            ..self.guest.clone()
        };
        Self(Arc::new(Inner {
            guest,
            ..(*self.0).clone()
        }))
    }

    /// The query of the address, as filters read it.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.guest.query
    }
}

/// The form token of a stored session.
pub(super) fn form_token(web: &WebState, session: &Session) -> FormToken {
    FormToken::of_session(&Sha256::digest(session.form_token.as_bytes()).into())
        .of_account(&web.forms, session.account.as_str())
}

impl Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        let visit = parts.extensions.get::<Self>().cloned();
        visit.ok_or_else(|| Stop::fault("a handler asks for a visit on a route without accounts"))
    }
}

impl<S: Sync> axum::extract::OptionalFromRequestParts<S> for Visit {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Stop> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// One request of an outside party, who holds the link and needs no account. The link is the path
/// parameter `link`; only its hash is stored.
#[derive(Clone, Debug)]
pub struct PartyVisit {
    /// The campaign the link belongs to.
    pub campaign: CampaignId,
    /// The party it was given to.
    pub party: PartyToken,
    /// The row of the link.
    pub kept: StoredPartyLink,
    /// The link itself, for the addresses of the page's forms.
    pub link: String,
    /// The request itself.
    pub guest: Guest,
    token: FormToken,
}

impl PartyVisit {
    pub(super) fn new(kept: StoredPartyLink, link: String, guest: Guest) -> Self {
        let token = FormToken::of_session(&Sha256::digest(link.as_bytes()).into());
        Self {
            campaign: kept.campaign.clone(),
            party: kept.party.clone(),
            kept,
            link,
            guest,
            token,
        }
    }

    /// The hidden fields of the party's forms, on the attempt as it is shown. Its acts are harmless
    /// when repeated: the same value is the same value.
    #[must_use]
    pub fn hidden_on(&self, premise: Premise) -> HiddenFields {
        HiddenFields::repeatable(self.token.clone()).resting_on(premise)
    }

    pub(super) fn form_token(&self) -> &FormToken {
        &self.token
    }
}

impl<S: Sync> FromRequestParts<S> for PartyVisit {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        let visit = parts.extensions.get::<Self>().cloned();
        visit.ok_or_else(|| Stop::fault("a handler asks for a party on a route without a link"))
    }
}
