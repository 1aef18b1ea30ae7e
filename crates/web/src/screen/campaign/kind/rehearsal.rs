//! An act done on a copy, so that what stands in its way is known before anybody presses: no rule is written twice.

use domain::campaign::abandon_class::AbandonClass;
use domain::campaign::ceremony::Presence;
use domain::campaign::entry::{SourceEntry, SourceEvidence};
use domain::campaign::party::TrustLevel;
use domain::campaign::state::Step;
use domain::campaign::steps::{
    CommitFacts, DrawFacts, EntryFacts, FreezeFacts, Intervals, Stepped,
};
use domain::campaign::version::FrameVersion;
use domain::campaign::{Campaign, CampaignState};
use domain::id::{Fingerprint, PartyToken};
use domain::refusal::Refusal;

use super::{CampaignAct, Seen};

use CampaignAct as A;

/// What stands for the reason nobody has typed yet.
const SOME: &str = "理由";

impl CampaignAct {
    /// The act on a copy: what the domain would say now.
    pub(in super::super) fn rehearse(self, seen: &Seen, step: Step) -> Result<(), Refusal> {
        let campaign = seen.stored.campaign.clone();
        // Who enters a paper judges nothing; who signed it is not known before.
        if self == A::Paper {
            return campaign.awaits_approval().map(drop);
        }
        let intervals = seen.rulebook.intervals();
        let stepped = match self {
            A::Submit => intervals.and_then(|_| campaign.submit(step, unknown())),
            A::Recall => campaign.recall(&step.by),
            A::Return => campaign.return_plan(step, SOME),
            A::Approve | A::Paper => {
                let submitted = match &campaign.state {
                    CampaignState::Submitted(submitted) => submitted.plan_hash.clone(),
                    _ => unknown(),
                };
                intervals.and_then(|_| campaign.approve(step, &submitted, &seen.rulebook.version))
            }
            A::Launch => campaign.launch(step),
            A::Freeze => intervals.and_then(|_| {
                campaign.freeze(FreezeFacts {
                    step,
                    parties: seen.plan.sources.parties.clone(),
                    beacon: seen.plan.sources.has_public_source(),
                    quota: 1,
                    must: 0,
                    roots: None,
                    version: FrameVersion::under(seen.newest, &seen.plan.sources),
                })
            }),
            A::Commit => intervals.and_then(|kept| committed(campaign, seen, step, kept)),
            A::Dice | A::Ceremony | A::Attend | A::Slip | A::Beacon => {
                at_the_ceremony(self, campaign, step)
            }
            A::Reveal => {
                intervals.and_then(|kept| campaign.reveal(step, &no_show(), kept.minimum_level))
            }
            A::Draw => intervals.and_then(|kept| drawn(campaign, step, kept)),
            A::Void if seen.is_overtaken => campaign.void_overtaken(SOME),
            A::Void => campaign.void(&step, SOME, seen.plan.sources.beacon_is_certain()),
            A::Assign => campaign.assign(step),
            A::End => campaign.end(step, seen.open_visits),
            A::Open => campaign.open(step),
            A::Abandon => campaign.abandon(step, AbandonClass::Other, SOME),
        };
        stepped.map(|_| ())
    }
}

/// What is done at the ceremony and after it.
fn at_the_ceremony(act: CampaignAct, campaign: Campaign, step: Step) -> Stepped {
    match act {
        A::Dice => {
            let own = campaign.state.commitment();
            let own = own.and_then(|committed| committed.dice.as_ref());
            let facts = read_anew(own, step, 20);
            campaign.enter_dice(facts)
        }
        A::Ceremony => campaign.begin_ceremony(step),
        A::Attend => {
            let (account, at) = (step.by, step.at);
            campaign.attend(Presence::Account { account }, at)
        }
        A::Slip => {
            let signed = "- -".to_owned();
            campaign.attend(Presence::Slip { signed }, step.at)
        }
        _ => {
            let own = match &campaign.state {
                CampaignState::Revealed(revealed) => revealed.beacon.as_ref(),
                _ => None,
            };
            let facts = read_anew(own, step, 1);
            campaign.enter_beacon(facts, false)
        }
    }
}

fn drawn(campaign: Campaign, step: Step, intervals: Intervals) -> Stepped {
    campaign.draw(DrawFacts {
        step,
        result_hash: unknown(),
        level: TrustLevel::Beacon,
        minimum_level: intervals.minimum_level,
        visits: 0,
        beacon_present: true,
        recomputed: true,
        late_reason: None,
        itself: false,
    })
}

/// FREEZE with hours that keep every interval; those that are typed are judged when they are sent.
fn committed(campaign: Campaign, seen: &Seen, step: Step, intervals: Intervals) -> Stepped {
    let soon = step.at.plus_ms((intervals.freeze_minutes + 1) * 60_000);
    let ceremony = seen.announced();
    let reveal_from = ceremony.map_or(soon, |announced| announced.max(soon));
    let reveal_by = reveal_from.plus_ms(60_000);
    let frame = campaign.state.frame();
    let timed = frame.is_some_and(|frozen| frozen.version.has_timed_beacon());
    // That the kept frame is still the frozen one is seen when it is opened.
    let roots = campaign.frozen_roots(seen.newest)?.clone();
    campaign.commit(CommitFacts {
        step,
        freeze_hash: unknown(),
        roots,
        reveal_from: Some(reveal_from),
        reveal_by,
        beacon_at: timed.then(|| reveal_by.plus_ms(60_000)),
        beacon: None,
        ceremony,
        until: seen.stored.until,
        intervals,
        newest: seen.newest,
    })
}

/// What a source showed as this account would enter it: the same as another did, and other than it did itself.
fn read_anew(waiting: Option<&SourceEntry>, step: Step, length: usize) -> EntryFacts {
    let value = match waiting {
        Some(entry) if entry.first.by != step.by => entry.value.clone(),
        Some(own) if own.value.starts_with('0') => "1".repeat(length),
        _ => "0".repeat(length),
    };
    let evidence = Some(SourceEvidence {
        source: "-".to_owned(),
        picture: unknown(),
    });
    EntryFacts {
        step,
        value,
        evidence,
    }
}

/// A hash that stands for one not known yet; it is thrown away with the copy.
fn unknown() -> Fingerprint {
    Fingerprint::parse(&"0".repeat(64)).expect("64 digits are a fingerprint")
}

fn no_show() -> PartyToken {
    PartyToken::parse("no-show").expect("letters and a dash are a token")
}
