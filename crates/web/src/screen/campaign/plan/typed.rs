//! A stored plan as the fields of the form, so that page, draft and refused form are made alike.

use domain::campaign::plan::{
    Assignment, CampaignPlan, Confidentiality, Notice, PlannedQuota, Sources, Staffing,
};

use crate::form::Submitted;

/// The fields of a plan.
pub(super) fn of(plan: &CampaignPlan) -> Submitted {
    let mut pairs = Vec::new();
    let mut add = |name: &'static str, value: String| pairs.push((name.to_owned(), value));
    add("title", plan.title.clone());
    for planned in &plan.items {
        add("item", format!("{}@{}", planned.item, planned.revision));
        let (rule, count) = match planned.quota {
            PlannedQuota::Rulebook => ("rulebook", String::new()),
            PlannedQuota::Fixed(count) => ("fixed", count.to_string()),
            PlannedQuota::Everybody => ("everybody", String::new()),
        };
        add("rule", rule.to_owned());
        add("count", count);
    }
    if let Some(window) = plan.window {
        add("window_from", window.from.to_string());
        add("window_until", window.until.to_string());
    }
    add("purpose", plan.purpose.clone());
    staffing(&plan.staffing, &mut add);
    for method in &plan.methods {
        add("method", method.name().to_owned());
    }
    let (notice, reason) = match &plan.notice {
        Notice::Noticed => ("noticed", ""),
        Notice::Unannounced(reason) => ("unannounced", reason.as_str()),
    };
    add("notice", notice.to_owned());
    add("unannounced_reason", reason.to_owned());
    add("confidentiality", plan.confidentiality.name().to_owned());
    add("intended_use", plan.intended_use.clone());
    add("participants", plan.participants.join("\n"));
    for district in &plan.jurisdiction {
        add("district", district.to_string());
    }
    if plan.include_suspended {
        add("include_suspended", "1".to_owned());
    }
    sources(&plan.sources, &mut add);
    // To the minute, as it is typed; a plan is not saved in finer steps.
    let ceremony = plan.ceremony.map(|at| at.local_text()[..16].to_owned());
    add("ceremony", ceremony.unwrap_or_default());
    add(
        "programme_entry",
        plan.programme_entry.clone().unwrap_or_default(),
    );
    Submitted::from_pairs(pairs)
}

fn staffing(staffing: &Staffing, add: &mut impl FnMut(&'static str, String)) {
    for line in &staffing.authorities {
        add("authority", line.authority.to_string());
        add("drawn", line.drawn.to_string());
        add("per_team", line.per_team.to_string());
    }
    let (assignment, groups) = match staffing.assignment {
        Assignment::Pairs => ("pairs", String::new()),
        Assignment::Groups(groups) => ("groups", groups.to_string()),
    };
    add("assignment", assignment.to_owned());
    add("groups", groups);
    let areas: Vec<&str> = staffing.areas.iter().map(|area| area.as_str()).collect();
    add("areas", areas.join("、"));
    for leader in &staffing.leaders {
        add("leader", leader.to_string());
    }
}

fn sources(sources: &Sources, add: &mut impl FnMut(&'static str, String)) {
    for party in &sources.parties {
        add("party_office", party.office.clone());
        add("party_person", party.person.clone());
        add(
            "party_unit",
            party
                .unit
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
        add("party_token", party.token.to_string());
    }
    add(
        "dice",
        sources
            .dice
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    let beacon = sources.beacon.as_ref();
    add(
        "beacon",
        beacon
            .map(|beacon| beacon.source.clone())
            .unwrap_or_default(),
    );
}

/// The form of a plan nobody has begun.
pub(super) fn blank() -> Submitted {
    let pairs = [
        ("assignment", "pairs"),
        ("notice", "noticed"),
        ("confidentiality", Confidentiality::Codes.name()),
        ("beacon", ""),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Submitted::from_pairs(pairs.into())
}
