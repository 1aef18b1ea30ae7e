//! Publishing what a visit found, and taking it down again.
//!
//! The content is computed from the visit by the domain and stored as the portal shows it; its hash
//! goes into the log. Deliberately absent: editing a publication. What is wrong is taken down with a
//! reason, and the visit's record is what it was.

use domain::calendar::{Deadline, WorkCalendar};
use domain::catalog::InspectionItem;
use domain::event::{Act, Event, LinkKind};
use domain::id::{InspectionId, PublicationId};
use domain::inspection::{Confirmed, Inspection, InspectionState, Published, Step};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::publication::{
    CONTENT, PublicFacts, PublicOutcome, Publication, TOMBSTONE, Tombstone, due,
};
use domain::refusal::{Code, Refusal};
use domain::subject::Subject;
use domain::time::Instant;
use store::inspection::{self, StoredInspection, StoredPublication};
use store::portal::publication_record;
use store::{Reader, StoreError, campaign, catalog, org, subject};

use super::{items_of, load, place, touching};
use crate::premise::{digest_of, of_publication, require};
use crate::{Acting, App, AppError};

static NOT_CONFIRMED: Code = Code::new(
    "PUBL-010",
    "这次检查还没有复核，不能预览公示内容。",
    Some("细则五（四）"),
    "由录入人之外的执法人员复核后再公示。",
);

/// What the publisher sees before he publishes.
#[derive(Clone, Debug)]
pub struct PublicationPreview {
    /// The visit.
    pub stored: StoredInspection,
    /// Exactly what would stand on the portal if it were published now.
    pub outcome: PublicOutcome,
    /// What publishing it now rests on.
    pub premise: Premise,
    /// By when it has to stand there, with the days skipped.
    pub deadline: Deadline,
    /// Why this account may not publish it, if it may not (four eyes).
    pub refused: Option<Refusal>,
}

impl App {
    /// By when the outcome of a concluded visit must be public; `None` before its conclusion.
    pub async fn publication_deadline(
        &self,
        reader: &mut Reader,
        visit: &Inspection,
    ) -> Result<Option<Deadline>, AppError> {
        let Some(concluded) = visit.concluded() else {
            return Ok(None);
        };
        let rulebook = match &visit.campaign {
            Some(campaign) => campaign::rulebook(reader, campaign).await?,
            None => catalog::rulebook(reader).await?,
        };
        let calendar = WorkCalendar::new(catalog::holidays(reader).await?);
        let on = concluded.step.at.date();
        due(&rulebook, &calendar, on).map(Some).map_err(|error| {
            StoreError::Engine(format!("{}{}", error.sentence, error.remedy)).into()
        })
    }

    /// A confirmed visit as the public would see it; looking changes nothing.
    pub async fn preview_publication(
        &self,
        acting: &Acting,
        id: &InspectionId,
    ) -> Result<PublicationPreview, AppError> {
        let mut reader = self.db.read().await?;
        let (stored, assigned) = load(&mut reader, acting, id).await?;
        acting.may(Verb::OutcomePublish, &place(&stored, assigned))?;
        let InspectionState::Confirmed(confirmed) = stored.visit.state.clone() else {
            return Err(NOT_CONFIRMED.refuse(&[]).into());
        };
        let step = self.visit_moment(acting);
        let refused = stored
            .visit
            .clone()
            .publish(step.clone(), unpublished())
            .err();
        let facts = self.facts(&mut reader, &stored).await?;
        let premise = premise_of_outcome(&stored, &facts)?;
        let outcome = facts.content(&stored, &as_published(&stored.visit, confirmed, step))?;
        Ok(PublicationPreview {
            stored,
            outcome,
            premise,
            deadline: facts.deadline,
            refused,
        })
    }

    /// What would be published of the visit now.
    pub(crate) async fn of_outcome(
        &self,
        reader: &mut Reader,
        id: &InspectionId,
    ) -> Result<Premise, AppError> {
        let stored = inspection::get(reader, id).await?;
        if !matches!(stored.visit.state, InspectionState::Confirmed(_)) {
            return Ok(Premise::of(stored.seen.clone()));
        }
        let facts = self.facts(reader, &stored).await?;
        premise_of_outcome(&stored, &facts)
    }

    /// Publishes a confirmed outcome: its hash goes into the log, its content onto the portal.
    pub async fn publish_outcome(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
    ) -> Result<PublicationId, AppError> {
        let (mut tx, acting) = self.begin_as("outcome.publish", acting).await?;
        let (mut stored, assigned) = load(&mut tx, &acting, id).await?;
        let actor = acting.actor(Verb::OutcomePublish, &place(&stored, assigned))?;
        // Read once: what is compared with what was shown is what is published.
        let facts = self.facts(&mut tx, &stored).await?;
        let now = premise_of_outcome(&stored, &facts)?;
        require(&mut tx, Some(&acting), "要公示的内容", premise, &now).await?;
        let publication = PublicationId::from_entropy(self.entropy.bytes());
        let step = self.visit_moment(&acting);
        let at = step.at;
        let (visit, act) = stored.visit.clone().publish(step, publication.clone())?;
        let content = CONTENT
            .write(&facts.content(&stored, &visit)?)
            .expect("texts and numbers always encode");
        let record = publication_record(&publication, &content);
        stored.visit = visit;
        stored.state_at_ms = at.unix_ms();
        let published = StoredPublication {
            id: publication.clone(),
            inspection: id.clone(),
            published_at_ms: at.unix_ms(),
            content,
            withdrawn: None,
            seen: stored.seen.clone(),
        };
        let event = touching(
            Event {
                at,
                ..self.event(act, actor)
            },
            &stored,
        )
        .touching(LinkKind::Publication, publication.as_str());
        let mut rec = tx.record(event, self.public(record))?;
        inspection::write(&mut rec, &stored).await?;
        inspection::publish(&mut rec, &published).await?;
        rec.commit().await?;
        Ok(publication)
    }

    /// Takes a publication down: its address answers with reason and date, and names nobody.
    pub async fn withdraw_outcome(
        &self,
        acting: &Acting,
        id: &PublicationId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("outcome.withdraw", acting).await?;
        let published = inspection::published(&mut tx, id).await?;
        let (stored, assigned) = load(&mut tx, &acting, &published.inspection).await?;
        let actor = acting.actor(Verb::OutcomeWithdraw, &place(&stored, assigned))?;
        let now = of_publication(&published);
        require(&mut tx, Some(&acting), "这份公示", premise, &now).await?;
        let at = self.clock.now();
        let (next, act) = standing(&published)?.withdraw(at, reason)?;
        let Publication::Withdrawn(tombstone) = next else {
            return Err(StoreError::Engine("a withdrawal that left the publication".into()).into());
        };
        let content = TOMBSTONE
            .write(&tombstone)
            .expect("texts and numbers always encode");
        let event = touching(self.withdrawal(act, actor, at, &tombstone), &stored)
            .touching(LinkKind::Publication, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        inspection::withdraw(
            &mut rec,
            &published,
            &content,
            at.unix_ms(),
            &tombstone.reason,
        )
        .await?;
        rec.commit().await?;
        Ok(())
    }

    fn withdrawal(
        &self,
        act: Act,
        actor: domain::event::Actor,
        at: Instant,
        tombstone: &Tombstone,
    ) -> Event {
        Event {
            at,
            ..self.event(act, actor)
        }
        .because(&tombstone.reason)
    }

    /// What a publication says beside the visit itself.
    async fn facts(
        &self,
        reader: &mut Reader,
        stored: &StoredInspection,
    ) -> Result<Facts, AppError> {
        let deadline = self.publication_deadline(reader, &stored.visit).await?;
        Ok(Facts {
            deadline: deadline.ok_or_else(|| NOT_CONFIRMED.refuse(&[]))?,
            items: items_of(reader, stored).await?,
            subject: subject::get(reader, &stored.visit.subject).await?.subject,
            authority: org::fact(reader, "bureau").await?.unwrap_or_default(),
        })
    }
}

/// What a publication says beside the visit itself, as registers, rules and calendar had it at one reading.
struct Facts {
    deadline: Deadline,
    items: Vec<InspectionItem>,
    subject: Subject,
    authority: String,
}

impl Facts {
    fn content(
        &self,
        stored: &StoredInspection,
        visit: &Inspection,
    ) -> Result<PublicOutcome, Refusal> {
        PublicOutcome::of(
            visit,
            &PublicFacts {
                authority: &self.authority,
                campaign: Some(&stored.campaign_number),
                subject: &self.subject,
                items: &self.items,
                due_on: self.deadline.due,
            },
        )
    }
}

/// The visit with the hash of what would be published of it, but for key and moment, which the act itself gives.
fn premise_of_outcome(stored: &StoredInspection, facts: &Facts) -> Result<Premise, AppError> {
    let premise = Premise::of(stored.seen.clone());
    let InspectionState::Confirmed(confirmed) = stored.visit.state.clone() else {
        return Ok(premise);
    };
    let step = confirmed.step.clone();
    let outcome = facts.content(stored, &as_published(&stored.visit, confirmed, step))?;
    let text = serde_json::to_string(&outcome).expect("texts and numbers always encode");
    Ok(premise.deciding(digest_of(&text)))
}

/// The key of what is not published yet.
fn unpublished() -> PublicationId {
    PublicationId::from_entropy([0; 12])
}

/// The visit as if it were published at that step.
fn as_published(visit: &Inspection, confirmed: Confirmed, step: Step) -> Inspection {
    let publication = unpublished();
    let state = InspectionState::Published(Published {
        confirmed,
        step,
        publication,
    });
    Inspection {
        state,
        ..visit.clone()
    }
}

/// A stored publication as the domain's type.
pub fn standing(stored: &StoredPublication) -> Result<Publication, StoreError> {
    let broken = |why| StoreError::unreadable("publications", "content", stored.id.as_str(), why);
    match &stored.withdrawn {
        None => CONTENT
            .read(&stored.content)
            .map(Publication::Published)
            .map_err(broken),
        Some(_) => TOMBSTONE
            .read(&stored.content)
            .map(Publication::Withdrawn)
            .map_err(broken),
    }
}
