//! Visits that wait for an account: for the team at the door and at the desk, for who confirms, approves or publishes.
//!
//! A firm that is still sealed is not named here either. Deliberately absent: campaigns, see `waiting`.

use std::collections::BTreeMap;

use domain::campaign::drawn_list::Shown;
use domain::id::{AccountId, CampaignId};
use domain::inspection::{InspectionKind, InspectionState};
use domain::policy::Verb;
use domain::time::Date;
use store::campaign;
use store::inspection::{self, InspectionFilter, StoredInspection};
use store::{Reader, StoreError, inspector};

use super::{MOST, Terms, Waiting};
use crate::gate::{Stop, Visit, WebState};
use crate::screen::inspection::{shown_of, state_words};
use crate::text::Address;

/// States whose next verb roles allow; all but approvals and the last one are done by whoever is on the team.
const VISIT_STEPS: &[(InspectionKind, Verb, &str)] = &[
    (InspectionKind::Assigned, Verb::InspectionOpen, "到场登记"),
    (
        InspectionKind::Opened,
        Verb::InspectionRecord,
        "录入检查结果",
    ),
    (
        InspectionKind::Concluded,
        Verb::InspectionConfirm,
        "审核检查结果",
    ),
    (InspectionKind::Confirmed, Verb::OutcomeApprove, "审批公示"),
    (
        InspectionKind::Reported,
        Verb::InspectionConfirm,
        "审核未实施检查",
    ),
    (
        InspectionKind::Postponing,
        Verb::InspectionPutOff,
        "审批延期",
    ),
    (
        InspectionKind::Approved,
        Verb::OutcomePublish,
        "公示检查结果",
    ),
];

pub(super) async fn of(
    web: &WebState,
    reader: &mut Reader,
    visit: &Visit,
    terms: &Terms,
) -> Result<Vec<Waiting>, Stop> {
    let codes = inspector::codes_of(reader, &visit.acting.account).await?;
    let assigned_to: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let (mut held, mut acts) = (Vec::new(), Vec::new());
    for (state, verb, act) in VISIT_STEPS {
        let reach = visit.acting.reach(*verb);
        if reach.is_nothing() {
            continue;
        }
        let filter = InspectionFilter {
            state: Some(state.name().to_owned()),
            assigned_to: assigned_to.clone(),
            only_assigned: reach.assigned && !reach.everything,
            ..InspectionFilter::default()
        };
        let mut found = inspection::page(reader, &reach, &filter, None, MOST).await?;
        found.retain(|one| one.dispatched && may_be_read(one, &visit.acting.account));
        acts.resize(acts.len() + found.len(), *act);
        held.extend(found);
    }
    let shown = shown_of(web, visit, reader, &held).await?;
    let mut known = BTreeMap::new();
    let mut waiting = Vec::with_capacity(held.len());
    for ((held, act), shown) in held.iter().zip(acts).zip(shown) {
        let bounds = bounds(reader, &held.campaign, terms, &mut known).await?;
        waiting.push(of_visit((held, shown), act, (terms, bounds)));
    }
    Ok(waiting)
}

/// What bounds the visits of a campaign in time.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The last day of the inspections.
    until: Date,
    /// The term of publication under the rules the campaign obeys.
    publication_days: Option<u32>,
}

/// The bounds of a campaign; each is looked up once.
async fn bounds(
    reader: &mut Reader,
    id: &CampaignId,
    terms: &Terms,
    known: &mut BTreeMap<CampaignId, Bounds>,
) -> Result<Bounds, StoreError> {
    if let Some(bounds) = known.get(id) {
        return Ok(*bounds);
    }
    let stored = campaign::get(reader, id).await?;
    let rules = terms.rulebooks.of(&stored.campaign.state);
    let bounds = Bounds {
        until: stored.until,
        publication_days: rules.map(|rules| rules.publication_days),
    };
    known.insert(id.clone(), bounds);
    Ok(bounds)
}

fn may_be_read(held: &StoredInspection, account: &AccountId) -> bool {
    match &held.visit.state {
        InspectionState::Concluded(concluded) => !concluded.opened.hands.include(account),
        InspectionState::Reported(reported) => reported.step.by != *account,
        InspectionState::Postponing(asked) => asked.step.by != *account,
        InspectionState::Confirmed(confirmed) => {
            confirmed.step.by != *account && !confirmed.concluded.opened.hands.include(account)
        }
        _ => true,
    }
}

/// A firm that is still sealed is not named here either; the way to it is the drawn list.
fn of_visit(
    (held, shown): (&StoredInspection, Shown),
    act: &'static str,
    (terms, bounds): (&Terms, Bounds),
) -> Waiting {
    // The term of publication runs from the conclusion, whoever's turn it is.
    let concluded = held.visit.concluded().map(|done| done.step.at.date());
    let term = match (concluded, bounds.publication_days) {
        (Some(on), Some(days)) => terms.after(on, days, "细则，结果公示期限"),
        (Some(_), None) => None,
        (None, _) => terms.until(bounds.until, "检查期间到"),
    };
    let (title, page) = match shown {
        Shown::Named => {
            let page = Address::fixed("/w/inspections").child(held.visit.id.as_str());
            (held.subject_name.clone(), page)
        }
        _ => {
            let list = Address::fixed("/w/campaigns").child(held.campaign_number.as_str());
            ("还在封存的一户".to_owned(), list.child("visits"))
        }
    };
    Waiting {
        title,
        context: format!(
            "{} 第 {} 户 · {}",
            held.campaign_number,
            held.ordinal,
            state_words(held)
        ),
        act,
        page,
        term,
    }
}
