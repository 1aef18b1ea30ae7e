//! What is missing or contradictory in a plan, part by part.

use serde::Serialize;

use crate::catalog::InspectionItem;
use crate::id::OrgUnitId;
use crate::inspector::{Inspector, Presence};
use crate::org::OrgTree;
use crate::refusal::{Code, Fact, Refusal, codes};
use crate::rulebook::Rulebook;

use super::super::party::TrustLevel;
use super::super::steps::Intervals;
use super::{Assignment, CampaignPlan, Notice, PlanPart, PlanVersion, PlannedQuota, Window};

/// What must be known to say whether a plan is complete.
#[derive(Clone, Copy, Debug)]
pub struct PlanFacts<'a> {
    /// The revisions the plan may name.
    pub items: &'a [InspectionItem],
    /// The register of inspectors, for leaders.
    pub inspectors: &'a [Inspector],
    /// The unit that launches.
    pub initiator: &'a OrgUnitId,
    /// All units.
    pub units: &'a OrgTree,
    /// The rulebook the campaign obeys.
    pub rulebook: &'a Rulebook,
    /// The version of its PLAN.
    pub version: PlanVersion<'a>,
}

/// One fault of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanFault {
    /// The part it is in.
    pub part: PlanPart,
    /// What is wrong.
    pub refusal: Refusal,
}

/// Every fault of the plan, in the order of its parts.
pub(super) fn faults(plan: &CampaignPlan, facts: &PlanFacts<'_>) -> Vec<PlanFault> {
    let mut review = Review {
        plan,
        facts,
        faults: Vec::new(),
    };
    review.items();
    review.window();
    review.text(PlanPart::Purpose, &plan.purpose);
    review.authorities();
    review.groups();
    review.leaders();
    review.methods();
    review.text(PlanPart::IntendedUse, &plan.intended_use);
    review.scope();
    review.parties();
    review.level();
    review.faults
}

struct Review<'a> {
    plan: &'a CampaignPlan,
    facts: &'a PlanFacts<'a>,
    faults: Vec<PlanFault>,
}

impl Review<'_> {
    fn fault(&mut self, part: PlanPart, code: &'static Code, facts: &[Fact<'_>]) {
        self.faults.push(PlanFault {
            part,
            refusal: code.refuse(facts),
        });
    }

    fn text(&mut self, part: PlanPart, text: &str) {
        if text.trim().is_empty() {
            self.fault(part, &codes::PLAN_GAP, &[("part", &part.label())]);
        }
    }

    fn items(&mut self) {
        let plan = self.plan;
        if plan.items.is_empty() {
            self.fault(
                PlanPart::Items,
                &codes::PLAN_GAP,
                &[("part", &PlanPart::Items.label())],
            );
        }
        for (index, planned) in plan.items.iter().enumerate() {
            if plan.items[..index]
                .iter()
                .any(|earlier| earlier.item == planned.item)
            {
                self.fault(
                    PlanPart::Items,
                    &codes::PLAN_ITEM_TWICE,
                    &[("item", &planned.item)],
                );
            }
            if planned.quota == PlannedQuota::Fixed(0) {
                self.fault(
                    PlanPart::Items,
                    &codes::PLAN_QUOTA_ZERO,
                    &[("item", &planned.item)],
                );
            }
            let known = self
                .facts
                .items
                .iter()
                .find(|item| item.id == planned.item && item.revision == planned.revision);
            let Some(item) = known else {
                let facts: [Fact<'_>; 2] =
                    [("item", &planned.item), ("revision", &planned.revision)];
                self.fault(PlanPart::Items, &codes::PLAN_ITEM_UNKNOWN, &facts);
                continue;
            };
            if let Some(Window { from, until }) = plan.window
                && let Err(refusal) = item.require_plannable(from, until)
            {
                self.faults.push(PlanFault {
                    part: PlanPart::Items,
                    refusal,
                });
            }
        }
    }

    fn window(&mut self) {
        let Some(Window { from, until }) = self.plan.window else {
            self.fault(
                PlanPart::Window,
                &codes::PLAN_GAP,
                &[("part", &PlanPart::Window.label())],
            );
            return;
        };
        let days = self.facts.rulebook.window_days;
        if until < from || until.days_since(from) > i64::from(days) {
            let facts: [Fact<'_>; 3] = [("from", &from), ("until", &until), ("days", &days)];
            self.fault(PlanPart::Window, &codes::PLAN_WINDOW, &facts);
        }
    }

    fn authorities(&mut self) {
        let authorities = &self.plan.staffing.authorities;
        let team: u64 = authorities
            .iter()
            .map(|line| line.per_team)
            .fold(0, u64::saturating_add);
        let least = u64::from(self.facts.rulebook.team_size);
        if team < least {
            let facts: [Fact<'_>; 2] = [("size", &team), ("least", &least)];
            self.fault(PlanPart::Staffing, &codes::PLAN_TEAM_SMALL, &facts);
        }
        for (index, line) in authorities.iter().enumerate() {
            if authorities[..index]
                .iter()
                .any(|earlier| earlier.authority == line.authority)
            {
                let facts: [Fact<'_>; 1] = [("authority", &line.authority)];
                self.fault(PlanPart::Staffing, &codes::PLAN_AUTHORITY_TWICE, &facts);
            }
            if line.per_team == 0 || line.drawn < line.per_team {
                let facts: [Fact<'_>; 3] = [
                    ("authority", &line.authority),
                    ("drawn", &line.drawn),
                    ("per_team", &line.per_team),
                ];
                self.fault(PlanPart::Staffing, &codes::PLAN_DRAWN_FEW, &facts);
            }
        }
    }

    fn groups(&mut self) {
        let staffing = &self.plan.staffing;
        let Assignment::Groups(groups) = staffing.assignment else {
            if !staffing.areas.is_empty() {
                self.fault(PlanPart::Staffing, &codes::PLAN_AREAS_WITHOUT_GROUPS, &[]);
            }
            return;
        };
        for line in &staffing.authorities {
            let needed = groups.saturating_mul(line.per_team);
            if groups == 0 || line.drawn != needed {
                let facts: [Fact<'_>; 3] = [
                    ("groups", &groups),
                    ("needed", &needed),
                    ("drawn", &line.drawn),
                ];
                self.fault(PlanPart::Staffing, &codes::PLAN_GROUPS_UNEVEN, &facts);
            }
        }
    }

    fn leaders(&mut self) {
        let leaders = &self.plan.staffing.leaders;
        if leaders.is_empty() {
            self.fault(PlanPart::Staffing, &codes::PLAN_NO_LEADER, &[]);
        }
        for (index, code) in leaders.iter().enumerate() {
            if leaders[..index].contains(code) {
                self.fault(
                    PlanPart::Staffing,
                    &codes::PLAN_LEADER_TWICE,
                    &[("leader", code)],
                );
            }
            let known = self
                .facts
                .inspectors
                .iter()
                .find(|inspector| inspector.code == *code);
            match known {
                Some(leader) if leader.presence != Presence::OnDuty => {
                    let facts: [Fact<'_>; 2] = [
                        ("inspector", &leader.name),
                        ("standing", &leader.presence.label()),
                    ];
                    self.fault(PlanPart::Staffing, &codes::ROSTER_NOT_ACTIVE, &facts);
                }
                Some(leader) if leader.may_lead => {}
                _ => {
                    self.fault(
                        PlanPart::Staffing,
                        &codes::PLAN_LEADER_NO_HEAD,
                        &[("leader", code)],
                    );
                }
            }
        }
    }

    fn methods(&mut self) {
        if self.plan.methods.is_empty() {
            self.fault(
                PlanPart::Method,
                &codes::PLAN_GAP,
                &[("part", &PlanPart::Method.label())],
            );
        }
        if let Notice::Unannounced(reason) = &self.plan.notice
            && reason.trim().is_empty()
        {
            self.fault(PlanPart::Method, &codes::PLAN_UNANNOUNCED, &[]);
        }
    }

    fn scope(&mut self) {
        if self.plan.jurisdiction.is_empty() {
            self.fault(PlanPart::Scope, &codes::PLAN_NO_JURISDICTION, &[]);
        }
    }

    fn parties(&mut self) {
        let parties = &self.plan.sources.parties;
        for (index, party) in parties.iter().enumerate() {
            if parties[..index]
                .iter()
                .any(|earlier| earlier.token == party.token)
            {
                self.fault(
                    PlanPart::Sources,
                    &codes::PLAN_PARTY_TWICE,
                    &[("party", &party.token)],
                );
            }
            if party.office.trim().is_empty() || party.person.trim().is_empty() {
                self.fault(
                    PlanPart::Sources,
                    &codes::PLAN_PARTY_NAME,
                    &[("party", &party.token)],
                );
            }
            let initiator = self.facts.initiator;
            let own = party.unit.as_ref().is_some_and(|unit| {
                unit == initiator || self.facts.units.is_below(unit, initiator)
            });
            if own {
                self.fault(
                    PlanPart::Sources,
                    &codes::PLAN_PARTY_OWN,
                    &[("party", &party.office)],
                );
            }
        }
    }

    fn level(&mut self) {
        let sources = &self.plan.sources;
        let level = TrustLevel::of(sources.parties.len(), sources.has_public_source());
        match self.facts.rulebook.intervals() {
            Ok(Intervals { minimum_level, .. }) if level < minimum_level => {
                let facts: [Fact<'_>; 2] = [
                    ("level", &level.label()),
                    ("minimum", &minimum_level.label()),
                ];
                self.fault(PlanPart::Sources, &codes::CAMPAIGN_BELOW_LEVEL, &facts);
            }
            Ok(_) => {}
            Err(refusal) => self.faults.push(PlanFault {
                part: PlanPart::Sources,
                refusal,
            }),
        }
        if sources
            .beacon
            .as_ref()
            .is_some_and(|beacon| !is_beacon_source(&beacon.source))
        {
            self.fault(PlanPart::Sources, &codes::PLAN_BEACON, &[]);
        }
    }
}

/// `drand:<chain hash>` or the code of another source.
fn is_beacon_source(text: &str) -> bool {
    match text.strip_prefix("drand:") {
        Some(chain) => crate::id::Fingerprint::parse(chain).is_ok(),
        None => crate::id::is_token(text),
    }
}
