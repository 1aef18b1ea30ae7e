//! What of a drawn list (抽中名单) is shown to whom: one rule for every page, count, filter and file.
//!
//! The plan sets the level (保密要求, 细则四（二）); the right 查看抽中名单 says who may know; unsealing (查看名单)
//! is an act of its own, good for one list in one session. A code counts as a name. Before a visit is handed to its
//! team its row does not exist for whoever lacks the right, so that no count and no order tells anything; once the
//! team stands at the door there is nothing left to keep from whoever reads visits.
//!
//! Deliberately absent: which visits an account reads at all (`policy`), and what a copy of the database tells.

use std::collections::BTreeSet;

use super::plan::Confidentiality;
use crate::id::CampaignId;
use crate::time::Date;

/// How one drawn list is kept confidential.
#[doc(alias = "抽中名单")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSeal {
    /// What the plan demands.
    pub level: Confidentiality,
    /// The first day of the visits.
    pub first_day: Date,
    /// True once OPEN has been logged: everybody can read the list then.
    pub opened: bool,
}

/// How far one drawn visit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnVisit {
    /// Handed to its team.
    #[doc(alias = "派发")]
    pub dispatched: bool,
    /// The team has been at the door, or it has ended without.
    pub begun: bool,
}

/// Who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onlooker {
    /// Is on the team of this visit, or leads it.
    pub on_team: bool,
    /// Holds the right 查看抽中名单 for this campaign.
    pub may_read: bool,
    /// Has unsealed this list in this session.
    pub unsealed: bool,
    /// The day of the look.
    pub today: Date,
}

/// What is shown of a drawn visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Name, code, team.
    Named,
    /// To a member of its team: that a visit is coming, in which campaign, and nothing else.
    Coming,
    /// A row without name, code and team.
    Sealed,
    /// Nothing: no row, and it is not counted.
    Nothing,
}

impl ListSeal {
    /// Whether the level lets a visit be read on a screen now, by whoever may read the list and has unsealed it.
    #[must_use]
    pub fn can_be_unsealed(&self, dispatched: bool, today: Date) -> bool {
        match self.level {
            Confidentiality::Codes => dispatched,
            Confidentiality::ByDay => today >= self.first_day,
            Confidentiality::Open => true,
        }
    }

    /// What this onlooker is shown of this visit.
    #[must_use]
    pub fn shown(&self, visit: DrawnVisit, onlooker: Onlooker) -> Shown {
        let DrawnVisit { dispatched, begun } = visit;
        let no_secret = self.opened || begun;
        let own = onlooker.on_team && dispatched;
        let readable = onlooker.may_read
            && onlooker.unsealed
            && self.can_be_unsealed(dispatched, onlooker.today);
        if no_secret || own || readable {
            Shown::Named
        } else if onlooker.on_team {
            Shown::Coming
        } else if onlooker.may_read || dispatched {
            Shown::Sealed
        } else {
            Shown::Nothing
        }
    }
}

/// The lists a session has unsealed, each attempt of a campaign by itself.
#[doc(alias = "查看名单")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsealed(BTreeSet<(CampaignId, u32)>);

impl Unsealed {
    /// Whether the list of that attempt is among them.
    #[must_use]
    pub fn has(&self, campaign: &CampaignId, attempt: u32) -> bool {
        self.0.contains(&(campaign.clone(), attempt))
    }

    /// The same with the list of that attempt.
    #[must_use]
    pub fn with(mut self, campaign: CampaignId, attempt: u32) -> Self {
        self.0.insert((campaign, attempt));
        self
    }

    /// As it is kept: one word per list, `campaign/attempt`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let words = self.0.iter().map(|(campaign, attempt)| {
            let campaign = campaign.as_str();
            format!("{campaign}/{attempt}")
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What was kept; a word that names no list unseals nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let list = |word: &str| {
            let (campaign, attempt) = word.split_once('/')?;
            Some((CampaignId::parse(campaign).ok()?, attempt.parse().ok()?))
        };
        Self(text.split(' ').filter_map(list).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: i8) -> Date {
        Date::new(2026, 12, day).unwrap()
    }

    fn seal(level: Confidentiality) -> ListSeal {
        ListSeal {
            level,
            first_day: on(10),
            opened: false,
        }
    }

    const DRAWN: DrawnVisit = DrawnVisit {
        dispatched: false,
        begun: false,
    };
    const DISPATCHED: DrawnVisit = DrawnVisit {
        dispatched: true,
        begun: false,
    };
    const BEGUN: DrawnVisit = DrawnVisit {
        dispatched: true,
        begun: true,
    };

    /// (on the team, may read, has unsealed)
    fn who((on_team, may_read, unsealed): (bool, bool, bool), today: Date) -> Onlooker {
        Onlooker {
            on_team,
            may_read,
            unsealed,
            today,
        }
    }

    const STRANGER: (bool, bool, bool) = (false, false, false);
    const MEMBER: (bool, bool, bool) = (true, false, false);
    const READER: (bool, bool, bool) = (false, true, false);
    const UNSEALER: (bool, bool, bool) = (false, true, true);

    #[test]
    fn the_whole_rule_level_by_level() {
        use Confidentiality::{ByDay, Codes, Open};
        use Shown::{Coming, Named, Nothing, Sealed};
        for (level, visit, today, expected) in [
            // In the order: stranger, member of the team, reader, reader who has unsealed.
            (Codes, DRAWN, on(12), [Nothing, Coming, Sealed, Sealed]),
            (ByDay, DRAWN, on(9), [Nothing, Coming, Sealed, Sealed]),
            (ByDay, DRAWN, on(10), [Nothing, Coming, Sealed, Named]),
            (Open, DRAWN, on(1), [Nothing, Coming, Sealed, Named]),
            (Codes, DISPATCHED, on(1), [Sealed, Named, Sealed, Named]),
            (ByDay, DISPATCHED, on(9), [Sealed, Named, Sealed, Sealed]),
            (ByDay, DISPATCHED, on(10), [Sealed, Named, Sealed, Named]),
            (Open, DISPATCHED, on(1), [Sealed, Named, Sealed, Named]),
            (Codes, BEGUN, on(1), [Named; 4]),
            (ByDay, BEGUN, on(1), [Named; 4]),
        ] {
            let shown = [STRANGER, MEMBER, READER, UNSEALER]
                .map(|one| seal(level).shown(visit, who(one, today)));
            assert_eq!(shown, expected, "{level:?} {visit:?} {today:?}");
        }
    }

    #[test]
    fn unsealing_without_the_right_shows_nothing() {
        for level in Confidentiality::ALL {
            let shown = seal(*level).shown(DRAWN, who((false, false, true), on(20)));
            assert_eq!(shown, Shown::Nothing);
        }
    }

    #[test]
    fn what_was_opened_to_everybody_is_kept_from_nobody() {
        let opened = ListSeal {
            opened: true,
            ..seal(Confidentiality::Codes)
        };
        assert_eq!(opened.shown(DRAWN, who(STRANGER, on(1))), Shown::Named);
    }

    #[test]
    fn a_session_remembers_each_list_by_itself() {
        let [one, other] = [1, 2].map(|byte| CampaignId::from_entropy([byte; 12]));
        let kept = Unsealed::default()
            .with(one.clone(), 2)
            .with(other.clone(), 1);
        let read = Unsealed::parse(&kept.to_text());
        assert_eq!(read, kept);
        assert!(read.has(&one, 2) && read.has(&other, 1));
        assert!(!read.has(&one, 1), "another attempt is another list");
        assert_eq!(Unsealed::parse(""), Unsealed::default());
    }
}
