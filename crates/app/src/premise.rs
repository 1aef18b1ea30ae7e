//! What an act rests on, compared under the lock with what stands now; and how anybody gets it.
//!
//! [`App::premise`] is the one way for programs: whoever loads it decides on what it then reads. Pages
//! take it from the very rows they show. [`require`] is the one check; each act asks it after the right
//! and before any rule.

use domain::event::Event;
use domain::id::{AccessRequestId, AccountId, CampaignNo, EventId, Fingerprint, InspectionId};
use domain::id::{InspectorId, ItemId, PaperId, PublicationId, SubjectId};
use domain::inspection::{Inspection, InspectionState};
use domain::policy::Verb;
use domain::premise::{Moved, Premise};
use domain::refusal::Code;
use domain::time::Instant;
use draw::{Suite, Version};
use store::access::StoredRequest;
use store::account::StoredAccount;
use store::campaign::{StoredCampaign, StoredPartyLink};
use store::catalog::StoredRulebook;
use store::inspection::{StoredInspection, StoredPublication};
use store::paper::StoredPaper;
use store::{
    Reader, StoreError, access, account, campaign, catalog, inspection, inspector, log, paper,
    subject,
};

use crate::campaign::{plan_now, print_of};
use crate::{Acting, App, AppError};

static WRITTEN: Code = Code::new(
    "SEEN-001",
    "您打开之后，{what}已被改过（{by}），这一次没有办理。",
    None,
    "先看现在的内容，再决定；仍要办理的，再按一次。",
);
static CONTENT: Code = Code::new(
    "SEEN-002",
    "您打开之后，{what}所依据的事项、名录或实施细则有了变化，要办理的内容已不同；这一次没有办理。",
    None,
    "先看现在的内容，再决定；仍要办理的，再按一次。",
);

/// Something that exists and can be decided on.
#[derive(Clone, Copy, Debug)]
pub enum Thing<'a> {
    /// A campaign, with its plan.
    Campaign(&'a CampaignNo),
    /// A visit, with its result sheet.
    Visit(&'a InspectionId),
    /// What would be published of a visit: what its approval and its publication rest on.
    Outcome(&'a InspectionId),
    /// A publication.
    Publication(&'a PublicationId),
    /// An entry of the register of subjects.
    Subject(&'a SubjectId),
    /// An entry of the register of inspectors.
    Inspector(&'a InspectorId),
    /// The register of inspectors, of which one is chosen.
    Inspectors,
    /// The newest revision of an item.
    Item(&'a ItemId),
    /// The rulebook in force.
    Rulebook,
    /// An account, with its roles.
    Account(&'a AccountId),
    /// A request that waits for another administrator.
    Request(&'a AccessRequestId),
    /// A signed paper as it was entered.
    Paper(&'a PaperId),
    /// The attempt an outside party takes part in, by its link.
    Party(&'a str),
}

impl App {
    /// The premise of an act on that thing, as it stands now.
    #[expect(
        clippy::cognitive_complexity,
        reason = "a table, one row per thing; every await counts as a branch"
    )]
    pub async fn premise(&self, thing: Thing<'_>) -> Result<Premise, AppError> {
        let reader = &mut self.db.read().await?;
        Ok(match thing {
            Thing::Campaign(number) => self.of_numbered(reader, number).await?,
            Thing::Visit(id) => of_visit(&inspection::get(reader, id).await?),
            Thing::Outcome(id) => self.of_outcome(reader, id).await?,
            Thing::Publication(id) => of_publication(&inspection::published(reader, id).await?),
            Thing::Subject(id) => Premise::of(subject::get(reader, id).await?.seen),
            Thing::Inspector(id) => Premise::of(inspector::listed_one(reader, id).await?.0.seen),
            Thing::Inspectors => of_inspectors(reader).await?,
            Thing::Item(id) => of_newest(reader, id).await?,
            Thing::Rulebook => of_rulebook(&catalog::rulebook_in_force(reader).await?),
            Thing::Account(id) => of_account(&account::get(reader, id).await?),
            Thing::Request(id) => of_request_by(reader, id).await?,
            Thing::Paper(id) => of_paper(&paper::get(reader, id).await?),
            Thing::Party(link) => {
                let (kept, stored) = self.party_by(reader, link).await?;
                of_party(&kept, &stored)
            }
        })
    }

    async fn of_numbered(
        &self,
        reader: &mut Reader,
        number: &CampaignNo,
    ) -> Result<Premise, AppError> {
        let stored = campaign::by_number(reader, number).await?;
        of_campaign(reader, &stored, self.version_of_new_attempts).await
    }

    /// The premise of an act on a campaign whose row was read before; its plan as it stands now.
    pub async fn premise_of_campaign(&self, stored: &StoredCampaign) -> Result<Premise, AppError> {
        of_campaign(
            &mut self.db.read().await?,
            stored,
            self.version_of_new_attempts,
        )
        .await
    }
}

async fn of_newest(reader: &mut Reader, id: &ItemId) -> Result<Premise, StoreError> {
    let newest = catalog::revisions(reader, id).await?.into_iter().next();
    let newest = newest.ok_or_else(|| missing("items", id))?;
    Ok(Premise::of(newest.seen))
}

async fn of_request_by(reader: &mut Reader, id: &AccessRequestId) -> Result<Premise, StoreError> {
    let stored = access::get(reader, id).await?;
    let about = account::get(reader, &stored.request.account).await?;
    Ok(of_request(&stored, &about))
}

fn missing(table: &'static str, id: &ItemId) -> StoreError {
    StoreError::NotFound {
        table,
        key: id.as_str().to_owned(),
    }
}

/// The hash of a canonical text.
pub(crate) fn digest_of(text: &str) -> Fingerprint {
    print_of(Suite::Sha256.bytes(text.as_bytes()))
}

/// Whether the verb decides the plan, so that its record must be what was shown.
pub(crate) const fn decides_plan(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::CampaignSubmit
            | Verb::CampaignReturn
            | Verb::CampaignApprove
            | Verb::CampaignLaunch
            | Verb::CampaignFreeze
    )
}

/// A campaign with the hash of its PLAN record: the one in the log, else the one it would be now; of a
/// plan with gaps the hash of its own canonical text.
pub(crate) async fn of_campaign(
    reader: &mut Reader,
    stored: &StoredCampaign,
    newest: Version,
) -> Result<Premise, AppError> {
    let digest = match &stored.plan_record {
        Some(record) => digest_of(record),
        None => match plan_now(reader, stored, newest).await {
            Ok((record, _)) => digest_of(&record.to_string()),
            Err(AppError::Refused(_)) => digest_of(&stored.plan),
            Err(other) => return Err(other),
        },
    };
    Ok(Premise::of(stored.seen.clone()).deciding(digest))
}

/// Compares what was shown of a campaign with what stands under the lock.
pub(crate) async fn require_campaign(
    reader: &mut Reader,
    acting: &Acting,
    (verb, newest): (Verb, Version),
    shown: &Premise,
    stored: &StoredCampaign,
) -> Result<(), AppError> {
    let now = if decides_plan(verb) {
        of_campaign(reader, stored, newest).await?
    } else {
        Premise::of(stored.seen.clone())
    };
    require(reader, Some(acting), "这次抽查", shown, &now).await
}

/// A visit with the hash of its result sheet, once there is one.
#[must_use]
pub fn of_visit(stored: &StoredInspection) -> Premise {
    let premise = Premise::of(stored.seen.clone());
    match sheet_text(&stored.visit) {
        Some(text) => premise.deciding(digest_of(&text)),
        None => premise,
    }
}

/// The canonical text of what a visit found: the sheet, and with it the outcome once it is concluded.
fn sheet_text(visit: &Inspection) -> Option<String> {
    let text = match (&visit.state, visit.concluded()) {
        (_, Some(done)) => {
            serde_json::to_string(&(&done.opened.sheet, &done.outcome, &done.opinion))
        }
        (InspectionState::Opened(opened), None) => serde_json::to_string(&opened.sheet),
        (InspectionState::Reported(reported), None) => serde_json::to_string(reported),
        (InspectionState::Postponing(asked), None) => serde_json::to_string(asked),
        _ => return None,
    };
    Some(text.expect("texts and numbers always encode"))
}

/// A publication with the hash of what stands on the portal.
#[must_use]
pub fn of_publication(published: &StoredPublication) -> Premise {
    Premise::of(published.seen.clone()).deciding(digest_of(&published.content))
}

/// The register of inspectors by its newest change.
pub async fn of_inspectors(reader: &mut Reader) -> Result<Premise, AppError> {
    let newest = inspector::newest_change(reader).await?;
    Ok(Premise::of(newest.ok_or_else(|| StoreError::NotFound {
        table: "inspectors",
        key: String::new(),
    })?))
}

/// The rulebook in force by the adoption of its version; of a version nothing is ever changed.
#[must_use]
pub fn of_rulebook(stored: &StoredRulebook) -> Premise {
    Premise::of(stored.seen.clone())
}

/// An account with the hash of its roles, which are rows of their own.
#[must_use]
pub fn of_account(stored: &StoredAccount) -> Premise {
    let mut roles: Vec<String> = stored
        .account
        .grants
        .iter()
        .map(|grant| format!("{} {}\n", grant.role.name(), grant.unit))
        .collect();
    roles.sort();
    Premise::of(stored.seen.clone()).deciding(digest_of(&roles.concat()))
}

/// A request with the account it is about: who confirms it has seen which roles stand there already.
#[must_use]
pub fn of_request(stored: &StoredRequest, about: &StoredAccount) -> Premise {
    Premise::of(stored.seen.clone()).deciding(digest_of(&of_account(about).to_string()))
}

/// A paper by its last event; what it rests on is kept with it and compared by itself.
#[must_use]
pub fn of_paper(stored: &StoredPaper) -> Premise {
    Premise::of(stored.seen.clone())
}

/// What an outside party takes part in: its link, the attempt, and FREEZE once it is public. What other
/// parties hand in meanwhile is not its concern.
#[must_use]
pub fn of_party(link: &StoredPartyLink, stored: &StoredCampaign) -> Premise {
    let freeze = stored.freeze_record.as_deref().unwrap_or("-");
    let text = format!("attempt {}\n{freeze}", stored.campaign.state.attempt());
    Premise::of(link.seen.clone()).deciding(digest_of(&text))
}

/// Refuses if what was shown is not what stands now. Says what was done since and when, and by whom to
/// those who may read that event.
pub(crate) async fn require(
    reader: &mut Reader,
    acting: Option<&Acting>,
    what: &str,
    shown: &Premise,
    now: &Premise,
) -> Result<(), AppError> {
    match shown.stands(now) {
        Ok(()) => Ok(()),
        Err(Moved::Content) => Err(CONTENT.refuse(&[("what", &what)]).into()),
        Err(Moved::Written) => {
            let by = written_by(reader, acting, now.event.as_ref()).await?;
            let facts: [domain::refusal::Fact<'_>; 2] = [("what", &what), ("by", &by)];
            Err(WRITTEN.refuse(&facts).into())
        }
    }
}

/// Who wrote last, as far as the reader may know.
pub(crate) async fn written_by(
    reader: &mut Reader,
    acting: Option<&Acting>,
    event: Option<&EventId>,
) -> Result<String, AppError> {
    let line = match event {
        Some(event) => log::line_of(reader, event).await?,
        None => None,
    };
    let Some(line) = line else {
        return Ok("没有找到留痕".to_owned());
    };
    let at = Instant::from_unix_ms(line.at_ms).local_text();
    let entry = format!("留痕第 {} 条，{at}", line.sequence);
    let header = line.header.as_deref();
    let event = header.and_then(|text| serde_json::from_str::<Event>(text).ok());
    let readable = event.filter(|event| acting.is_some_and(|acting| acting.may_read(event)));
    Ok(match readable {
        // Who judged is who signed; the account only compared his paper with what was entered.
        Some(event) if event.is_on_paper() => {
            let (name, act) = (&event.actor.name, event.act.label());
            format!("{entry}，{act}：线下签批，{name}核对")
        }
        Some(event) => format!("{entry}，{}：{}", event.actor.name, event.act.label()),
        None => entry,
    })
}
