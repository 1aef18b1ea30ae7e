//! Names as `shuang/2` allows them (SPEC-draw §2): the first byte is a letter or a digit.
//!
//! Registers may hold older names that begin with a mark; they stay there, and are refused where a PLAN or a
//! frame of `shuang/2` would be made. Deliberately absent: codes of subjects, which begin with a digit or a letter by
//! their own shape.

use draw::{Token, Version};

use crate::id::InspectorCode;
use crate::inspector::Inspector;
use crate::refusal::{Fact, Refusal, codes};

use super::plan::{CampaignPlan, PlanPart};

/// A name where records have it: the part of the plan, what it names, the name.
type Named<'a> = (PlanPart, &'static str, &'a str);

/// Every name of a plan that a version does not allow, with the part it is in.
pub(super) fn outside_in_plan(version: Version, plan: &CampaignPlan) -> Vec<(PlanPart, Refusal)> {
    let staffing = &plan.staffing;
    let sources = &plan.sources;
    let items = plan.items.iter().map(|planned| planned.item.as_str());
    // The one kind of inspectors there is may stay without a name.
    let kinds = staffing.authorities.iter();
    let kinds = kinds
        .map(|line| line.authority.as_str())
        .filter(|kind| *kind != "-");
    let leaders = staffing.leaders.iter().map(InspectorCode::as_str);
    let parties = sources.parties.iter().map(|party| party.token.as_str());
    let dice = sources.dice.iter().map(|label| label.as_str());
    let names = (items.map(|name| (PlanPart::Items, "抽查事项", name)))
        .chain(kinds.map(|name| (PlanPart::Staffing, "检查人员类别", name)))
        .chain((staffing.areas.iter()).map(|area| (PlanPart::Staffing, "片区", area.as_str())))
        .chain(leaders.map(|name| (PlanPart::Staffing, "组长", name)))
        .chain(parties.map(|name| (PlanPart::Sources, "见证方", name)))
        .chain(dice.map(|name| (PlanPart::Sources, "公开骰子", name)));
    names
        .filter(|(_, _, name)| !allows(version, name))
        .map(|named| (named.0, refused(named)))
        .collect()
}

/// Every inspector of a frame whose code a version does not allow.
pub(super) fn outside_in_register<'a>(
    version: Version,
    inspectors: impl Iterator<Item = &'a Inspector>,
) -> Vec<Refusal> {
    let codes = inspectors.map(|inspector| inspector.code.as_str());
    codes
        .filter(|code| !allows(version, code))
        .map(|code| refused((PlanPart::Staffing, "执法检查人员", code)))
        .collect()
}

/// Whatever is no name of either version the draw itself refuses.
fn allows(version: Version, name: &str) -> bool {
    Token::new(name.as_bytes()).is_none_or(|name| version.allows(name))
}

fn refused((_, what, name): Named<'_>) -> Refusal {
    let facts: [Fact<'_>; 2] = [("name", &name), ("what", &what)];
    codes::DRAW_NAME_START.refuse(&facts)
}
