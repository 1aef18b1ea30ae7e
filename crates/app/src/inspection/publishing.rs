//! What of a visit becomes public, publishing it once that is approved (`approving`), and taking it down again.
//!
//! The content is computed from the visit by the domain and stored as the portal shows it; its hash
//! goes into the log. The approval names the hash of the text that was read; publishing computes the text anew
//! and finds it the same, whoever does it. Deliberately absent: editing a publication. What is wrong is taken down with a
//! reason, and the visit's record is what it was.

use domain::calendar::{Deadline, WorkCalendar};
use domain::catalog::InspectionItem;
use domain::event::{Event, LinkKind};
use domain::id::{Fingerprint, InspectionId, PublicationId};
use domain::inspection::{
    Approval, Confirmed, Inspection, InspectionState, InspectionVerb, Published, Step,
};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::publication::withdrawal_class::WithdrawalClass;
use domain::publication::{CONTENT, PublicFacts, PublicOutcome, Publication, TOMBSTONE, due};
use domain::refusal::{Code, Refusal, codes};
use domain::subject::Subject;
use store::inspection::{self, StoredInspection, StoredPublication};
use store::portal::{self, publication_record, withdrawal_record};
use store::{Reader, StoreError, campaign, catalog, org, subject};

use super::{items_of, load, place, touching};
use crate::premise::{digest_of, of_publication, require};
use crate::{Acting, App, AppError};

static NOT_CONFIRMED: Code = Code::new(
    "PUBL-010",
    "这次检查还没有审核，不能预览公示内容。",
    Some("细则五（四）"),
    "由录入人之外的执法人员审核，再由分管领导批准公示。",
);

/// More than ever wait at once; sorted by term, so all of them are read.
const MOST_AWAITING: i64 = 1_000;

/// What is seen of a publication before it is approved or carried out.
#[derive(Clone, Debug)]
pub struct PublicationPreview {
    /// The visit.
    pub stored: StoredInspection,
    /// Exactly what would stand on the portal if it were published now.
    pub outcome: PublicOutcome,
    /// What approving or publishing it now rests on.
    pub premise: Premise,
    /// Its approval, if it has one.
    pub approval: Option<Approval>,
    /// By when it has to stand there, with the days skipped.
    pub deadline: Deadline,
    /// Why this account may not approve it, if it may not: four eyes, or approved like this already.
    pub refused: Option<Refusal>,
}

impl PublicationPreview {
    /// Why this account may not decide on it at all. That the text is approved already hinders only another approval.
    #[must_use]
    pub fn barred(&self) -> Option<&Refusal> {
        let refused = self.refused.as_ref();
        refused.filter(|why| why.code != codes::PUBLICATION_APPROVED.code)
    }

    /// Whether the text that would be published now is the one that was approved.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        let text = self.premise.digest.as_ref();
        self.approval
            .as_ref()
            .is_some_and(|approval| Some(&approval.text) == text)
    }
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
        let at = place(&stored, assigned);
        acting
            .may(Verb::OutcomePublish, &at)
            .or_else(|_| acting.may(Verb::OutcomeApprove, &at))?;
        self.previewed(&mut reader, acting, stored).await
    }

    /// Every publication that waits for its approval, or for being carried out, as [`Self::preview_publication`]
    /// shows one: all of the text, so that a list of them can be decided on. Those whose text has changed since it
    /// was approved wait for another approval. At most `most`, the nearest term first.
    pub async fn awaiting(
        &self,
        acting: &Acting,
        verb: Verb,
        most: usize,
    ) -> Result<Vec<PublicationPreview>, AppError> {
        let mut reader = self.db.read().await?;
        let reach = acting.reach(verb);
        let mut waiting = Vec::new();
        for stored in portal::awaiting_publication(&mut reader, &reach, MOST_AWAITING).await? {
            let preview = self.previewed(&mut reader, acting, stored).await?;
            if preview.is_approved() == (verb == Verb::OutcomePublish) {
                waiting.push(preview);
            }
            if waiting.len() == most {
                break;
            }
        }
        Ok(waiting)
    }

    async fn previewed(
        &self,
        reader: &mut Reader,
        acting: &Acting,
        stored: StoredInspection,
    ) -> Result<PublicationPreview, AppError> {
        let Some(confirmed) = awaits(&stored.visit).cloned() else {
            return Err(NOT_CONFIRMED.refuse(&[]).into());
        };
        let step = self.visit_moment(acting);
        let facts = self.facts(reader, &stored).await?;
        let premise = premise_of_outcome(&stored, &facts)?;
        let text = text_of(&premise)?;
        let refused = stored
            .visit
            .clone()
            .approve_publication(step.clone(), text)
            .err();
        let outcome = facts.content(&stored, &as_published(&stored.visit, confirmed, step))?;
        Ok(PublicationPreview {
            approval: stored.visit.approval().cloned(),
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
        if awaits(&stored.visit).is_none() {
            return Ok(Premise::of(stored.seen.clone()));
        }
        let facts = self.facts(reader, &stored).await?;
        premise_of_outcome(&stored, &facts)
    }

    /// Publishes an approved outcome: its hash goes into the log, its content onto the portal.
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
        stored.visit.permit(InspectionVerb::Publish)?;
        // That it was approved, and by whom, stands in the row.
        inspection::as_last_written(&mut tx, &stored).await?;
        let text = text_of(&now)?;
        let visit = stored.visit.clone();
        let (visit, act) = visit.publish(step, publication.clone(), &text)?;
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

    /// Takes a publication down: its address answers with the class of the reason and the date, and names nobody.
    pub async fn withdraw_outcome(
        &self,
        acting: &Acting,
        id: &PublicationId,
        premise: &Premise,
        (class, reason): (WithdrawalClass, &str),
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("outcome.withdraw", acting).await?;
        let published = inspection::published(&mut tx, id).await?;
        let (stored, assigned) = load(&mut tx, &acting, &published.inspection).await?;
        let actor = acting.actor(Verb::OutcomeWithdraw, &place(&stored, assigned))?;
        let now = of_publication(&published);
        require(&mut tx, Some(&acting), "这份公示", premise, &now).await?;
        let at = self.clock.now();
        let (next, act) = standing(&published)?.withdraw(at, class, reason)?;
        let Publication::Withdrawn(tombstone) = next else {
            return Err(StoreError::Engine("a withdrawal that left the publication".into()).into());
        };
        let content = TOMBSTONE
            .write(&tombstone)
            .expect("texts and numbers always encode");
        let why = format!("{}：{}", class.label(), reason.trim());
        let event = Event {
            at,
            ..self.event(act, actor)
        };
        let event =
            touching(event.because(&why), &stored).touching(LinkKind::Publication, id.as_str());
        let record = withdrawal_record(id, &content);
        let mut rec = tx.record(event, self.public(record))?;
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

    /// What a publication says beside the visit itself.
    pub(super) async fn facts(
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
pub(super) struct Facts {
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
pub(super) fn premise_of_outcome(
    stored: &StoredInspection,
    facts: &Facts,
) -> Result<Premise, AppError> {
    let premise = Premise::of(stored.seen.clone());
    let Some(confirmed) = awaits(&stored.visit) else {
        return Ok(premise);
    };
    let published = as_published(&stored.visit, confirmed.clone(), confirmed.step.clone());
    let outcome = facts.content(stored, &published)?;
    let text = serde_json::to_string(&outcome).expect("texts and numbers always encode");
    Ok(premise.deciding(digest_of(&text)))
}

/// What was confirmed of a visit that waits for the approval of its publication, or for being published.
fn awaits(visit: &Inspection) -> Option<&Confirmed> {
    let published = matches!(visit.state, InspectionState::Published(_));
    visit.confirmed().filter(|_| !published)
}

/// The hash of the text a publication waits with.
pub(super) fn text_of(premise: &Premise) -> Result<Fingerprint, Refusal> {
    let text = premise.digest.clone();
    text.ok_or_else(|| NOT_CONFIRMED.refuse(&[]))
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
        approval: None,
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
