//! The life of a campaign.

use super::*;
use crate::campaign::abandon_class::AbandonClass;
use crate::event::Act;
use crate::id::{AccountId, CampaignId, CampaignNo, Fingerprint, OrgUnitId, PartyToken};
use crate::refusal::Refusal;
use crate::time::{Date, Instant};
use frame_roots::{FrameRoots, Leaves, StratumCount};
use party::{PartyName, TrustLevel};
use state::Step;
use steps::{CommitFacts, DrawFacts, EntryFacts, FreezeFacts, Intervals};
use version::{FrameVersion, Version};

mod two;

fn account(number: u8) -> AccountId {
    AccountId::from_entropy([number; 12])
}

fn hash(digit: char) -> Fingerprint {
    Fingerprint::parse(&digit.to_string().repeat(64)).expect("64 digits")
}

fn token(text: &str) -> PartyToken {
    PartyToken::parse(text).expect("a token")
}

const SUBMITTER: u8 = 1;
const APPROVER: u8 = 2;
const DRAWER: u8 = 3;

/// Minute `n` after 2026-11-23 08:00.
fn at(minute: i64) -> Instant {
    Date::parse_iso("2026-11-23")
        .expect("a date")
        .at(8, 0)
        .plus_ms(minute * 60_000)
}

fn step(by: u8, minute: i64) -> Step {
    Step {
        by: account(by),
        at: at(minute),
    }
}

const DEMO: Intervals = Intervals {
    plan_days: 0,
    freeze_minutes: 0,
    minimum_level: TrustLevel::Witnessed,
    lottery_left_out: 7,
};

fn party(name: &str) -> PartyName {
    PartyName {
        token: token(name),
        office: format!("单位 {name}"),
        person: "见证人甲".to_owned(),
        unit: None,
    }
}

fn leaves(count: u64, digit: char) -> Leaves {
    Leaves {
        count,
        root: hash(digit),
    }
}

fn roots() -> FrameRoots {
    let stratum = StratumCount {
        stratum: "Y1:A".to_owned(),
        pool: 20,
        quota: 4,
    };
    FrameRoots {
        subjects: leaves(22, '1'),
        strata: vec![stratum],
        must: 1,
        skip: 1,
        inspectors: leaves(6, '2'),
        recusals: leaves(0, '3'),
        secret: hash('4'),
    }
}

fn freeze_facts() -> FreezeFacts {
    FreezeFacts {
        step: step(DRAWER, 30),
        parties: vec![party("discipline"), party("justice")],
        beacon: true,
        quota: 4,
        must: 1,
        roots: Some(roots()),
        version: FrameVersion::One,
    }
}

fn commit_facts() -> CommitFacts {
    CommitFacts {
        step: step(DRAWER, 40),
        freeze_hash: hash('f'),
        roots: roots(),
        reveal_from: None,
        reveal_by: at(60),
        beacon_at: Some(at(70)),
        beacon: None,
        ceremony: None,
        until: Date::new(2026, 12, 4).expect("a day"),
        intervals: DEMO,
        newest: Version::One,
    }
}

fn draw_facts() -> DrawFacts {
    DrawFacts {
        step: step(DRAWER, 71),
        result_hash: hash('e'),
        level: TrustLevel::Beacon,
        minimum_level: TrustLevel::Witnessed,
        visits: 5,
        beacon_present: true,
        recomputed: true,
        late_reason: None,
        itself: false,
    }
}

/// One campaign in each state, reached by the verbs themselves.
fn in_state(kind: StateKind) -> Campaign {
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let id = CampaignId::from_entropy([9; 12]);
    let unit = OrgUnitId::from_entropy([8; 12]);
    let (mut campaign, _) = Campaign::draft(id, number, unit, account(SUBMITTER));
    if kind == StateKind::Abandoned {
        return campaign
            .abandon(step(SUBMITTER, 1), AbandonClass::NotNeeded, "不再需要")
            .expect("abandoned")
            .0;
    }
    for verb in [
        CampaignVerb::Submit,
        CampaignVerb::Approve,
        CampaignVerb::Launch,
        CampaignVerb::Freeze,
        CampaignVerb::Commit,
        CampaignVerb::Reveal,
        CampaignVerb::Draw,
        CampaignVerb::Assign,
        CampaignVerb::End,
        CampaignVerb::Report,
        CampaignVerb::Archive,
    ] {
        if campaign.kind() == kind {
            break;
        }
        campaign = ready_for(campaign, verb);
        campaign = apply(campaign, verb).expect("the straight road").0;
    }
    assert_eq!(campaign.kind(), kind);
    campaign
}

/// Brings in what a verb needs besides the state.
fn ready_for(campaign: Campaign, verb: CampaignVerb) -> Campaign {
    match verb {
        CampaignVerb::Commit if campaign.kind() == StateKind::Frozen => {
            let handed_in = [("discipline", 'c'), ("justice", 'a')];
            handed_in
                .into_iter()
                .fold(campaign, |campaign, (name, digit)| {
                    campaign
                        .accept_commitment(&token(name), hash(digit), at(35), None)
                        .expect("committed")
                        .0
                })
        }
        CampaignVerb::Reveal if campaign.kind() == StateKind::Committed => {
            let opened = [("discipline", 'd', 'c'), ("justice", 'b', 'a')];
            opened
                .into_iter()
                .fold(campaign, |campaign, (name, nonce, commitment)| {
                    let (nonce, commitment) = (hash(nonce), hash(commitment));
                    campaign
                        .accept_nonce(&token(name), nonce, &commitment, at(50), None)
                        .expect("open")
                        .0
                })
        }
        CampaignVerb::EnterDice => {
            let two = under_two(campaign, true, false);
            let begun = two.clone().begin_ceremony(step(DRAWER, 50));
            let slip = ceremony::Presence::Slip {
                signed: "机关纪委 见证员甲".to_owned(),
            };
            let seen = begun.and_then(|(begun, _)| begun.attend(slip, at(51)));
            seen.map_or(two, |(seen, _)| seen)
        }
        CampaignVerb::EnterBeacon => under_two(campaign, false, true),
        CampaignVerb::BeginCeremony => under_two(campaign, false, false),
        CampaignVerb::Attend => {
            let two = under_two(campaign, false, false);
            let begun = two.clone().begin_ceremony(step(DRAWER, 50));
            begun.map_or(two, |(begun, _)| begun)
        }
        CampaignVerb::Archive if campaign.kind() == StateKind::Reported => {
            campaign.open(step(DRAWER, 200)).expect("opened").0
        }
        _ => campaign,
    }
}

/// The same as an attempt of the second version.
fn under_two(mut campaign: Campaign, dice: bool, beacon: bool) -> Campaign {
    let version = FrameVersion::Two { dice, beacon };
    match &mut campaign.state {
        CampaignState::Committed(committed) => committed.frozen.version = version,
        CampaignState::Revealed(revealed) => revealed.committed.frozen.version = version,
        _ => {}
    }
    campaign
}

fn apply(campaign: Campaign, verb: CampaignVerb) -> Result<(Campaign, Act), Refusal> {
    match verb {
        CampaignVerb::Submit => campaign.submit(step(SUBMITTER, 5), hash('d')),
        CampaignVerb::Recall => campaign.recall(&account(SUBMITTER)),
        CampaignVerb::Return => campaign.return_plan(step(APPROVER, 6), "目的写得不清楚"),
        CampaignVerb::Approve => campaign.approve(step(APPROVER, 10), &hash('d'), "2026-1"),
        CampaignVerb::Launch => campaign.launch(step(SUBMITTER, 20)),
        CampaignVerb::Freeze => campaign.freeze(freeze_facts()),
        CampaignVerb::AcceptCommitment => {
            campaign.accept_commitment(&token("justice"), hash('a'), at(35), None)
        }
        CampaignVerb::Commit => campaign.commit(commit_facts()),
        CampaignVerb::EnterDice => campaign.enter_dice(EntryFacts {
            step: step(DRAWER, 52),
            value: "7".repeat(20),
            evidence: Some(entry::SourceEvidence {
                source: "十面骰 20 枚".to_owned(),
                picture: hash('9'),
            }),
        }),
        CampaignVerb::BeginCeremony => campaign.begin_ceremony(step(DRAWER, 50)),
        CampaignVerb::Attend => campaign.attend(
            ceremony::Presence::Slip {
                signed: "司法局 见证员乙".to_owned(),
            },
            at(51),
        ),
        CampaignVerb::EnterBeacon => {
            let facts = EntryFacts {
                step: step(DRAWER, 75),
                value: "ab".repeat(48),
                evidence: None,
            };
            campaign.enter_beacon(facts, true)
        }
        CampaignVerb::AcceptNonce => {
            campaign.accept_nonce(&token("justice"), hash('b'), &hash('a'), at(50), None)
        }
        CampaignVerb::Reveal => {
            campaign.reveal(step(DRAWER, 65), &token("no-show"), TrustLevel::Witnessed)
        }
        CampaignVerb::Draw => campaign.draw(draw_facts()),
        CampaignVerb::Void => campaign.void(&step(APPROVER, 80), "名录有误", false),
        CampaignVerb::Assign => campaign.assign(step(SUBMITTER, 90)),
        CampaignVerb::End => campaign.end(step(SUBMITTER, 100), 0),
        CampaignVerb::Open => campaign.open(step(DRAWER, 110)),
        CampaignVerb::Report => campaign.report(step(SUBMITTER, 120)),
        CampaignVerb::Archive => campaign.archive(step(SUBMITTER, 130)),
        CampaignVerb::Abandon => campaign.abandon(
            step(SUBMITTER, 140),
            AbandonClass::NotNeeded,
            "上级另有部署",
        ),
    }
}

#[test]
fn every_state_meets_every_verb_as_the_table_says() {
    for state in StateKind::ALL {
        for verb in CampaignVerb::ALL {
            let campaign = ready_for(in_state(*state), *verb);
            let expected = transitions::next(*state, *verb);
            match (apply(campaign, *verb), expected) {
                (Ok((after, _)), Some(next)) => assert_eq!(after.kind(), next, "{state} {verb}"),
                (Err(refusal), None) => {
                    assert_eq!(refusal.code, "CAMP-001", "{state} {verb}");
                    assert!(refusal.sentence.contains(state.label()), "{refusal}");
                    assert!(!refusal.remedy.contains('{'), "{refusal}");
                }
                (answer, expected) => panic!("{state} {verb}: {answer:?}, table says {expected:?}"),
            }
        }
    }
}

/// Whoever can open the kept frame could remove a friend or make an enemy `must` between the two acts.
#[test]
fn freeze_is_published_over_the_frame_that_was_frozen_and_no_other() {
    let ready = || ready_for(in_state(StateKind::Frozen), CampaignVerb::Commit);
    let refused = |altered: FrameRoots| {
        let facts = CommitFacts {
            roots: altered,
            ..commit_facts()
        };
        let refusal = ready().commit(facts).expect_err("another frame");
        assert_eq!(refusal.code, "DRAW-016");
        refusal.sentence
    };
    let friend_removed = FrameRoots {
        subjects: leaves(21, '5'),
        ..roots()
    };
    assert!(refused(friend_removed).contains("检查对象不同"));
    let enemy_must = FrameRoots { must: 2, ..roots() };
    assert!(refused(enemy_must).contains("各层数量不同"));
    let other_secret = FrameRoots {
        secret: hash('9'),
        inspectors: leaves(7, '2'),
        ..roots()
    };
    assert!(refused(other_secret).contains("执法检查人员、本轮密值不同"));
    let mut older = ready();
    let CampaignState::Frozen(frozen) = &mut older.state else {
        panic!("frozen");
    };
    frozen.roots = None;
    let refusal = older.commit(commit_facts()).expect_err("no roots");
    assert_eq!(refusal.code, "DRAW-015");
}

#[test]
fn the_proposer_cannot_approve_and_the_approver_cannot_draw() {
    let own = in_state(StateKind::Submitted).approve(step(SUBMITTER, 10), &hash('d'), "2026-1");
    assert_eq!(own.expect_err("own plan").code, "AUTH-012");
    let returned = in_state(StateKind::Submitted).return_plan(step(SUBMITTER, 10), "改一改");
    assert_eq!(returned.expect_err("own plan").code, "AUTH-016");

    let frozen = in_state(StateKind::Launched).freeze(FreezeFacts {
        step: step(APPROVER, 30),
        ..freeze_facts()
    });
    assert_eq!(frozen.expect_err("the approver").code, "AUTH-013");
    let ready = ready_for(in_state(StateKind::Frozen), CampaignVerb::Commit);
    let committed = ready.commit(CommitFacts {
        step: step(APPROVER, 40),
        ..commit_facts()
    });
    assert_eq!(committed.expect_err("the approver").code, "AUTH-013");
    let drawn = in_state(StateKind::Revealed).draw(DrawFacts {
        step: step(APPROVER, 71),
        ..draw_facts()
    });
    assert_eq!(drawn.expect_err("the approver").code, "AUTH-013");
}

#[test]
fn a_changed_plan_is_not_the_submitted_plan() {
    let answer = in_state(StateKind::Submitted).approve(step(APPROVER, 10), &hash('0'), "2026-1");
    assert_eq!(answer.expect_err("another text").code, "CAMP-013");
}

/// Whoever wrote any part of a plan cannot approve it, however often it went back and whoever hands it in.
#[test]
fn whoever_wrote_a_part_of_a_plan_cannot_approve_it() {
    const EDITOR: u8 = 7;
    let draft = in_state(StateKind::Draft);
    let edited = draft.revise(&account(EDITOR)).expect("a draft").0;
    let submit = |campaign: Campaign, minute| {
        let done = campaign.submit(step(SUBMITTER, minute), hash('d'));
        done.expect("submitted").0
    };
    let submitted = submit(edited, 5);
    let approve = |campaign: &Campaign, by| {
        let done = campaign.clone().approve(step(by, 10), &hash('d'), "2026-1");
        done.map(drop).map_err(|refusal| refusal.code)
    };
    assert_eq!(approve(&submitted, EDITOR), Err("AUTH-012"));
    assert_eq!(approve(&submitted, SUBMITTER), Err("AUTH-012"));
    assert_eq!(approve(&submitted, APPROVER), Ok(()));
    let recalled = submitted
        .clone()
        .recall(&account(SUBMITTER))
        .expect("recalled")
        .0;
    assert_eq!(approve(&submit(recalled, 6), EDITOR), Err("AUTH-012"));
    let returned = submitted.return_plan(step(APPROVER, 6), "补充依据");
    let again = submit(returned.expect("returned").0, 7);
    assert_eq!(approve(&again, EDITOR), Err("AUTH-012"));
    assert_eq!(
        approve(&again, APPROVER),
        Ok(()),
        "to send back is not to write"
    );
    let late = again.revise(&account(EDITOR)).expect_err("submitted");
    assert_eq!(late.code, "CAMP-001");
}

#[test]
fn only_the_submitter_recalls_and_a_return_needs_a_reason() {
    let foreign = in_state(StateKind::Submitted).recall(&account(APPROVER));
    assert_eq!(foreign.expect_err("another account").code, "CAMP-002");
    let silent = in_state(StateKind::Submitted).return_plan(step(APPROVER, 6), "  ");
    assert_eq!(silent.expect_err("no reason").code, "CAMP-003");
    let (draft, act) = in_state(StateKind::Submitted)
        .return_plan(step(APPROVER, 6), "补充依据")
        .expect("returned");
    assert_eq!(act, Act::CampaignReturned);
    let CampaignState::Draft(draft) = draft.state else {
        panic!("a draft again")
    };
    assert_eq!(draft.author, account(SUBMITTER));
    assert_eq!(draft.returned.expect("with its reason").reason, "补充依据");
}

#[test]
fn freeze_is_not_published_before_every_party_has_committed() {
    let none = in_state(StateKind::Frozen).commit(commit_facts());
    let refusal = none.expect_err("nobody has");
    assert_eq!(refusal.code, "CAMP-009");
    let all = ["justice", "discipline"];
    let named = all.iter().all(|party| refusal.sentence.contains(party));
    assert!(named, "whoever is awaited: {refusal}");
    // The parties of an approved plan are those of every attempt: a void replaces none.
    assert!(!refusal.remedy.contains("作废"), "{}", refusal.remedy);
    let (half, _) = in_state(StateKind::Frozen)
        .accept_commitment(&token("justice"), hash('a'), at(35), None)
        .expect("one commitment");
    let refusal = half.commit(commit_facts()).expect_err("one is missing");
    assert_eq!(refusal.code, "CAMP-009");
    assert!(refusal.sentence.contains("discipline"), "{refusal}");
}

#[test]
fn a_party_commits_once_opens_once_and_must_be_in_the_plan() {
    let frozen = in_state(StateKind::Frozen);
    let unknown = frozen
        .clone()
        .accept_commitment(&token("press"), hash('a'), at(35), None);
    assert_eq!(unknown.expect_err("not announced").code, "DRAW-009");
    let (frozen, _) = frozen
        .accept_commitment(&token("justice"), hash('a'), at(35), None)
        .expect("once");
    let twice = frozen.accept_commitment(&token("justice"), hash('c'), at(36), None);
    assert_eq!(twice.expect_err("twice").code, "DRAW-010");

    let committed = in_state(StateKind::Committed);
    let wrong =
        committed
            .clone()
            .accept_nonce(&token("justice"), hash('b'), &hash('9'), at(50), None);
    assert_eq!(wrong.expect_err("does not fit").code, "DRAW-005");
    let late =
        committed
            .clone()
            .accept_nonce(&token("justice"), hash('b'), &hash('a'), at(61), None);
    assert_eq!(late.expect_err("too late").code, "DRAW-006");
    let (open, _) = committed
        .accept_nonce(&token("justice"), hash('b'), &hash('a'), at(60), None)
        .expect("on the deadline");
    let again = open.accept_nonce(&token("justice"), hash('b'), &hash('a'), at(60), None);
    assert_eq!(again.expect_err("twice").code, "DRAW-010");
}

#[test]
fn too_little_outside_randomness_is_refused_before_the_commitment() {
    let alone = FreezeFacts {
        parties: vec![party("justice")],
        beacon: false,
        ..freeze_facts()
    };
    let (frozen, _) = in_state(StateKind::Launched).freeze(alone).expect("frozen");
    let (frozen, _) = frozen
        .accept_commitment(&token("justice"), hash('a'), at(35), None)
        .expect("committed");
    let refusal = frozen.commit(commit_facts()).expect_err("level 0");
    assert_eq!(refusal.code, "CAMP-008");
    assert!(
        refusal.sentence.contains("0 演练") && refusal.sentence.contains("1 见证"),
        "{refusal}"
    );
}

#[test]
fn the_intervals_of_the_rulebook_are_kept() {
    let ready = || ready_for(in_state(StateKind::Frozen), CampaignVerb::Commit);
    let real = Intervals {
        plan_days: 3,
        freeze_minutes: 60,
        minimum_level: TrustLevel::Witnessed,
        lottery_left_out: 7,
    };
    let code = |facts: CommitFacts| ready().commit(facts).expect_err("too short").code;
    assert_eq!(
        code(CommitFacts {
            intervals: real,
            ..commit_facts()
        }),
        "CAMP-005"
    );

    let day = 24 * 60;
    let later = CommitFacts {
        step: step(DRAWER, 10 + 3 * day),
        reveal_by: at(10 + 3 * day + 60),
        beacon_at: Some(at(10 + 3 * day + 61)),
        intervals: real,
        ..commit_facts()
    };
    assert!(
        ready().commit(later.clone()).is_ok(),
        "exactly three days and one hour"
    );
    assert_eq!(
        code(CommitFacts {
            reveal_by: at(10 + 3 * day + 59),
            ..later.clone()
        }),
        "CAMP-006"
    );
    assert_eq!(
        code(CommitFacts {
            step: step(DRAWER, 9 + 3 * day),
            ..later.clone()
        }),
        "CAMP-005"
    );
    let early_beacon = CommitFacts {
        reveal_by: at(10 + 3 * day + 90),
        beacon_at: Some(at(10 + 3 * day + 80)),
        ..later
    };
    assert_eq!(code(early_beacon), "CAMP-007");
}

#[test]
fn randomness_of_the_past_is_refused_even_without_intervals() {
    let ready = ready_for(in_state(StateKind::Frozen), CampaignVerb::Commit);
    let past = CommitFacts {
        beacon_at: Some(at(39)),
        ..commit_facts()
    };
    assert_eq!(
        ready.commit(past).expect_err("known beacon").code,
        "CAMP-006"
    );
}

#[test]
fn an_absent_party_is_recorded_after_the_deadline_and_the_level_may_be_lost() {
    let committed = in_state(StateKind::Committed);
    let early =
        committed
            .clone()
            .reveal(step(DRAWER, 55), &token("no-show"), TrustLevel::Witnessed);
    assert_eq!(early.expect_err("may still come").code, "DRAW-007");
    let (revealed, _) = committed
        .clone()
        .reveal(step(DRAWER, 61), &token("no-show"), TrustLevel::Witnessed)
        .expect("the beacon still carries level 1");
    let frame = revealed.state.frame().expect("a frame");
    assert!(
        frame
            .parties
            .iter()
            .all(|party| !party.has_revealed() && !party.is_waiting())
    );
    let lost = committed.reveal(step(DRAWER, 61), &token("no-show"), TrustLevel::Beacon);
    assert_eq!(lost.expect_err("level lost").code, "DRAW-008");
}

#[test]
fn nobody_draws_before_the_beacon_or_against_the_recomputation() {
    let revealed = || in_state(StateKind::Revealed);
    let early = revealed().draw(DrawFacts {
        step: step(DRAWER, 69),
        ..draw_facts()
    });
    let refusal = early.expect_err("before the beacon");
    assert_eq!(refusal.code, "DRAW-003");
    assert!(
        refusal.sentence.contains("2026-11-23 09:10:00"),
        "{refusal}"
    );
    let missing = revealed().draw(DrawFacts {
        beacon_present: false,
        ..draw_facts()
    });
    assert_eq!(missing.expect_err("not entered").code, "DRAW-004");
    let wrong = revealed().draw(DrawFacts {
        recomputed: false,
        ..draw_facts()
    });
    assert_eq!(wrong.expect_err("our own verdict").code, "DRAW-012");
    let low = revealed().draw(DrawFacts {
        level: TrustLevel::Rehearsal,
        ..draw_facts()
    });
    assert_eq!(low.expect_err("level").code, "DRAW-008");
}

#[test]
fn a_void_attempt_returns_to_the_approved_plan_with_the_next_number() {
    for kind in [StateKind::Frozen, StateKind::Committed, StateKind::Revealed] {
        let (again, act) = in_state(kind)
            .void(&step(APPROVER, 80), "名录有误", false)
            .expect("void");
        assert_eq!(act, Act::DrawVoided);
        assert_eq!(again.state.attempt(), 2, "{kind}");
        let approval = again.state.approval().expect("still approved");
        assert_eq!(approval.step.by, account(APPROVER));
        let silent = in_state(kind).void(&step(APPROVER, 80), "", false);
        assert_eq!(silent.expect_err("no reason").code, "CAMP-003");
        let (given_up, _) = again
            .abandon(step(SUBMITTER, 99), AbandonClass::NotNeeded, "不再需要")
            .expect("abandoned");
        assert_eq!(given_up.state.attempt(), 2);
    }
}

#[test]
fn a_campaign_does_not_end_with_open_visits_nor_close_unopened() {
    let open = in_state(StateKind::Inspecting)
        .end(step(SUBMITTER, 100), 2)
        .expect_err("two open");
    assert_eq!(open.code, "CAMP-010");
    assert!(open.sentence.contains("2 户"), "{open}");
    let sealed = in_state(StateKind::Reported).archive(step(SUBMITTER, 130));
    assert_eq!(sealed.expect_err("sealed").code, "CAMP-011");
    let (opened, _) = in_state(StateKind::Ended)
        .open(step(DRAWER, 110))
        .expect("opened");
    assert_eq!(
        opened.open(step(DRAWER, 111)).expect_err("twice").code,
        "CAMP-012"
    );
}

#[test]
fn a_clock_set_back_is_noticed() {
    let answer = in_state(StateKind::Approved).launch(step(SUBMITTER, 9));
    assert_eq!(
        answer.expect_err("earlier than the approval").code,
        "CAMP-015"
    );
    let answer = in_state(StateKind::Revealed).draw(DrawFacts {
        step: step(DRAWER, 64),
        ..draw_facts()
    });
    assert_eq!(
        answer.expect_err("earlier than the reveal").code,
        "CAMP-015"
    );
}

#[test]
fn a_frame_that_would_send_nobody_anywhere_is_refused() {
    let empty = FreezeFacts {
        quota: 0,
        must: 0,
        ..freeze_facts()
    };
    let answer = in_state(StateKind::Launched).freeze(empty);
    assert_eq!(answer.expect_err("nobody").code, "CAMP-014");
    let only_must = FreezeFacts {
        quota: 0,
        must: 1,
        ..freeze_facts()
    };
    assert!(in_state(StateKind::Launched).freeze(only_must).is_ok());
}

#[test]
fn every_state_is_stored_and_read_back_whole() {
    for kind in StateKind::ALL {
        let campaign = in_state(*kind);
        let text = serde_json::to_string(&campaign).expect("encodes");
        assert!(text.contains(&format!("\"state\":\"{kind}\"")), "{text}");
        let back: Campaign = serde_json::from_str(&text).expect("decodes");
        assert_eq!(back, campaign);
    }
}

#[test]
fn the_page_of_states_has_a_row_for_each() {
    let page = transitions::table();
    for state in StateKind::ALL {
        assert!(page.contains(&format!("| {} `{}` |", state.label(), state.name())));
    }
    let filled = page
        .lines()
        .filter(|line| line.contains('`') && line.starts_with("| "))
        .flat_map(|line| line.split('|').skip(2).collect::<Vec<_>>())
        .filter(|cell| !cell.trim().is_empty())
        .count();
    assert_eq!(filled, TRANSITIONS.len());
}

#[test]
fn the_trust_level_is_derived() {
    for (parties, beacon, level) in [
        (0, false, TrustLevel::Rehearsal),
        (1, false, TrustLevel::Rehearsal),
        (2, false, TrustLevel::Witnessed),
        (0, true, TrustLevel::Witnessed),
        (1, true, TrustLevel::Witnessed),
        (2, true, TrustLevel::Beacon),
        (5, true, TrustLevel::Beacon),
    ] {
        assert_eq!(TrustLevel::of(parties, beacon), level, "{parties} {beacon}");
    }
}

#[test]
fn a_pasted_commitment_is_read_and_follows_from_its_nonce() {
    // From the vectors of the protocol, first draw, party "discipline".
    let nonce = party::read_fingerprint(
        " c96279d9040ca04132f60f068b46cd9d784e94a2ac8f53555dbb9f181f36f071\n",
    )
    .expect("blanks are forgiven");
    assert_eq!(
        party::commitment_of(&token("discipline"), &nonce).as_str(),
        "860b977579d50d9eb9e243829d7e01c6010a69cc7d4fd0d5e81555457acfbec7"
    );
    for text in ["", "c9627", &"G".repeat(64), &"A".repeat(64)] {
        assert_eq!(
            party::read_fingerprint(text).expect_err(text).code,
            "DRAW-011"
        );
    }
}
