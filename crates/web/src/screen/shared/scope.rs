//! How much of the whole a list shows to one account, in words: a list that is empty for want of a right
//! must not read as if nothing existed.

use domain::policy::Reach;

use crate::component::{Act, EmptyState, Weight};
use crate::text::Address;

/// Which rows a list of campaigns or visits shows; nothing where it shows them all.
#[must_use]
pub fn scope_words(reach: &Reach) -> &'static str {
    match (reach.everything, reach.units.len(), reach.assigned) {
        (true, _, _) => "",
        (_, 0, true) => "派给本人的",
        (_, 0, false) => "本岗位不能看",
        (_, 1, true) => "本单位发起的和派给本人的",
        (_, 1, false) => "本单位发起的",
        (_, _, true) => "本单位、下属单位发起的和派给本人的",
        (_, _, false) => "本单位和下属单位发起的",
    }
}

/// The same as the clause beside the heading of the list.
#[must_use]
pub fn scope_clause(reach: &Reach) -> String {
    match scope_words(reach) {
        "" => String::new(),
        scope => format!("本岗位在这里看到{scope}"),
    }
}

/// What stands in the place of campaigns: that there are none at all, or none within the reach, and where
/// what is public can be seen.
#[must_use]
pub fn no_campaigns(reach: &Reach) -> EmptyState {
    match scope_words(reach) {
        "" => EmptyState::nothing("还没有抽查任务。发起科室拟定方案、报批之后，任务列在这里。"),
        scope => EmptyState::fillable(
            format!("本岗位在这里只看到{scope}抽查任务，现在没有。其他单位的在公示页看。"),
            Act::open(
                "看公示的抽查",
                Address::fixed("/campaigns"),
                Weight::Outlined,
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::id::OrgUnitId;

    use super::*;

    #[test]
    fn a_narrow_reach_never_reads_as_none_at_all() {
        let unit = |number: u8| OrgUnitId::from_entropy([number; 12]);
        let reach = |units: u8, assigned| Reach {
            everything: false,
            units: (0..units).map(unit).collect::<BTreeSet<_>>(),
            assigned,
        };
        for (reach, words) in [
            (reach(1, false), "本单位发起的"),
            (reach(0, true), "派给本人的"),
            (reach(3, true), "本单位、下属单位发起的和派给本人的"),
        ] {
            assert_eq!(scope_words(&reach), words);
            let shown = crate::component::Fragment::from(no_campaigns(&reach)).to_string();
            assert!(
                shown.contains(words) && shown.contains("/campaigns") && !shown.contains("还没有"),
                "{shown}"
            );
        }
        let all = Reach {
            everything: true,
            ..Reach::default()
        };
        let shown = crate::component::Fragment::from(no_campaigns(&all)).to_string();
        assert!(shown.contains("还没有抽查任务"), "{shown}");
        assert_eq!(scope_clause(&all), "");
    }
}
