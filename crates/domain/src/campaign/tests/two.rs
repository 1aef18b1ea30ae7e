//! An attempt of `shuang/2`: its hours, what parties may hand in, what counts (SPEC-draw §1, §3.2, §3.3).

use super::*;
use crate::campaign::ceremony::Presence;
use crate::campaign::entry::{Counts, EntryFacts, SourceEntry, SourceEvidence};
use crate::campaign::state::{CampaignState, Committed};
use crate::campaign::steps::Due;
use crate::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use draw::Version;

const WITNESSED: Intervals = Intervals {
    plan_days: 0,
    freeze_minutes: 10,
    minimum_level: TrustLevel::Witnessed,
    lottery_left_out: 7,
};

const PLAIN: FrameVersion = FrameVersion::Two {
    dice: false,
    beacon: false,
};
const WITH_BEACON: FrameVersion = FrameVersion::Two {
    dice: false,
    beacon: true,
};
const WITH_DICE: FrameVersion = FrameVersion::Two {
    dice: true,
    beacon: false,
};

fn frozen_under(version: FrameVersion) -> Campaign {
    let facts = FreezeFacts {
        beacon: matches!(version, FrameVersion::Two { dice, beacon } if dice || beacon),
        version,
        ..freeze_facts()
    };
    let launched = in_state(StateKind::Launched);
    launched.freeze(facts).expect("frozen").0
}

/// Each party has handed in a commitment of its own.
fn ready_under(version: FrameVersion) -> Campaign {
    [("discipline", 'a'), ("justice", 'b')].into_iter().fold(
        frozen_under(version),
        |campaign, (name, digit)| {
            let taken = campaign.accept_commitment(&token(name), hash(digit), at(35), None);
            taken.expect("committed").0
        },
    )
}

/// Published at 40, nonces from 50 to 60, the beacon at 70.
fn hours() -> CommitFacts {
    CommitFacts {
        reveal_from: Some(at(50)),
        intervals: WITNESSED,
        ..commit_facts()
    }
}

fn committed_under(version: FrameVersion) -> Campaign {
    ready_under(version).commit(hours()).expect("committed").0
}

/// As what follows by itself.
fn itself() -> DrawFacts {
    DrawFacts {
        itself: true,
        ..draw_facts()
    }
}

fn commitment_of(campaign: &Campaign) -> &Committed {
    campaign.state.commitment().expect("a commitment")
}

fn refused(version: FrameVersion, facts: CommitFacts) -> &'static str {
    let done = ready_under(version).commit(facts);
    done.expect_err("an hour that does not fit").code
}

fn opens(campaign: Campaign, name: &str, nonce: char, minute: i64) -> Result<Campaign, Refusal> {
    let committed = commitment_of(&campaign).frozen.parties.iter();
    let party = committed
        .clone()
        .find(|party| party.name.token == token(name));
    let computed = party
        .and_then(|party| party.commitment())
        .expect("committed")
        .clone();
    let attended = attended(campaign, minute);
    let done = attended.accept_nonce(&token(name), hash(nonce), &computed, at(minute), None);
    done.map(|(campaign, _)| campaign)
}

/// With a host and a witness, from the announced time on.
fn attended(campaign: Campaign, minute: i64) -> Campaign {
    let begun = campaign.clone().begin_ceremony(step(DRAWER, minute));
    let Ok((begun, _)) = begun else {
        return campaign;
    };
    let present = begun.attend(slip("机关纪委 见证员甲"), at(minute));
    present.expect("present").0
}

fn slip(signed: &str) -> Presence {
    Presence::Slip {
        signed: signed.to_owned(),
    }
}

fn with_dice(mut campaign: Campaign, digits: usize) -> Campaign {
    let CampaignState::Committed(committed) = &mut campaign.state else {
        panic!("committed");
    };
    committed.dice = Some(SourceEntry {
        value: "7".repeat(digits),
        evidence: Some(pictured()),
        first: step(DRAWER, 51),
        counts: Counts::Account(step(APPROVER, 51)),
    });
    campaign
}

fn pictured() -> SourceEvidence {
    SourceEvidence {
        source: "十面骰 20 枚，二楼会议室，机关纪委投掷".to_owned(),
        picture: hash('9'),
    }
}

/// By the program; under `shuang/1` by hand.
fn closes(campaign: Campaign, minute: i64) -> Result<Campaign, Refusal> {
    let done = match commitment_of(&campaign).is_by_hand() {
        true => campaign.reveal(step(DRAWER, minute), &token("ill"), TrustLevel::Rehearsal),
        false => campaign.close_by_itself(at(minute)),
    };
    done.map(|(campaign, _)| campaign)
}

#[test]
fn an_attempt_is_of_the_version_of_its_frame_to_its_end() {
    let committed = committed_under(WITH_BEACON);
    let one = opens(committed, "discipline", 'c', 50).expect("open");
    let both = opens(one, "justice", 'd', 60).expect("open");
    let revealed = closes(both, 61).expect("closed");
    let drawn = revealed.draw(itself()).expect("drawn").0;
    let frame = drawn.state.frame().expect("a frame");
    assert_eq!(frame.version, WITH_BEACON);
    assert_eq!(frame.version.protocol(), Version::Two);
    // The next attempt of the campaign is of the version frames are of by then.
    let void = committed_under(PLAIN).void(&step(APPROVER, 80), "名录有误", false);
    let again = void
        .expect("void")
        .0
        .launch(step(SUBMITTER, 81))
        .expect("launched")
        .0;
    let facts = FreezeFacts {
        step: step(DRAWER, 82),
        ..freeze_facts()
    };
    let frozen = again.freeze(facts).expect("frozen").0;
    let frame = frozen.state.frame().expect("a frame");
    assert_eq!(frame.version, FrameVersion::One);
}

/// Once REVEAL is public, who holds S knows the result unless a beacon is awaited: a void would be a choice.
#[test]
fn what_follows_from_reveal_alone_is_drawn_and_not_voided() {
    let revealed = |version: FrameVersion| {
        let one = opens(committed_under(version), "discipline", 'c', 50).expect("open");
        let both = opens(one, "justice", 'd', 60).expect("open");
        closes(both, 61).expect("closed")
    };
    let void = |campaign: Campaign| campaign.void(&step(APPROVER, 80), "名录有误", false);
    let refusal = void(revealed(PLAIN)).expect_err("the result is known");
    assert_eq!(refusal.code, "DRAW-027");
    assert!(void(revealed(WITH_BEACON)).is_ok(), "it may never appear");
    assert!(void(committed_under(PLAIN)).is_ok(), "nothing is open yet");
}

/// At the ceremony numbers are told: whoever holds S could look, and give up before REVEAL what he does not like.
#[test]
fn from_the_beginning_of_the_ceremony_nobody_voids_before_reveal() {
    let void = |campaign: Campaign| campaign.void(&step(APPROVER, 65), "名录有误", false);
    let begun = committed_under(WITH_BEACON).begin_ceremony(step(DRAWER, 51));
    let begun = begun.expect("begun").0;
    let refusal = void(begun).expect_err("numbers may be told");
    assert_eq!(refusal.code, "DRAW-073");
    let one = opens(committed_under(WITH_BEACON), "discipline", 'c', 50).expect("open");
    assert_eq!(void(one).expect_err("one is told").code, "DRAW-073");
}

/// Whoever makes REVEAL when the beacon is out chooses who was absent; a server that did not run leaves it to be void.
#[test]
fn reveal_misses_its_beacon_and_then_a_person_voids() {
    let void = |campaign: &Campaign, minute| {
        let campaign = campaign.clone();
        campaign.void(&step(APPROVER, minute), "逾期未抽取", true)
    };
    let one = opens(committed_under(WITH_BEACON), "discipline", 'c', 52).expect("open");
    assert_eq!(one.due(at(69), TrustLevel::Rehearsal), Some(Due::Reveal));
    assert_eq!(void(&one, 69).expect_err("in time").code, "DRAW-073");
    assert_eq!(one.missed_beacon(at(69)), None);
    assert!(closes(one.clone(), 69).is_ok());
    assert_eq!(one.due(at(70), TrustLevel::Rehearsal), None);
    assert_eq!(one.missed_beacon(at(70)), Some(at(70)));
    assert_eq!(
        closes(one.clone(), 70).expect_err("it is out").code,
        "DRAW-081"
    );
    assert!(void(&one, 70).is_ok());
    let soon = CommitFacts {
        beacon_at: Some(at(60)),
        ..hours()
    };
    assert_eq!(refused(WITH_BEACON, soon), "CAMP-045");
}

/// Whoever knows the numbers of an issue looks, and gives up what he does not like. FREEZE is of 23 November 2026, a
/// Monday: 140 draw days of 双色球 were over, 139 of 大乐透 and this evening's.
#[test]
fn an_issue_that_may_have_been_drawn_before_freeze_is_refused() {
    let named = |source: &str, round: &str, left_out| {
        let facts = CommitFacts {
            beacon: Some((source.to_owned(), round.to_owned())),
            intervals: Intervals {
                lottery_left_out: left_out,
                ..WITNESSED
            },
            ..hours()
        };
        ready_under(WITH_BEACON).commit(facts).map(|_| ())
    };
    for (source, round, left_out, is_open) in [
        ("cwl-ssq", "2026141", 0, true),
        ("cwl-ssq", "2026140", 0, false),
        ("cwl-ssq", "2026134", 7, true),
        ("cwl-ssq", "2026133", 7, false),
        ("cwl-ssq", "2025151", 7, false),
        ("cwl-ssq", "2027001", 0, true),
        ("tc-dlt", "26140", 0, true),
        ("tc-dlt", "26139", 0, false),
        ("radio", "1", 0, true),
    ] {
        let done = named(source, round, left_out);
        assert_eq!(done.is_ok(), is_open, "{source} {round}: {done:?}");
        if let Err(refusal) = done {
            assert_eq!(refusal.code, "CAMP-046");
        }
    }
    let refusal = named("cwl-ssq", "2026133", 7).expect_err("long over");
    assert!(refusal.remedy.contains("第 2026134 期"), "{refusal:?}");
}

/// A round of drand counts three seconds: one digit too many is a beacon of years ahead, and only VOID would end the wait.
#[test]
fn a_beacon_or_a_last_nonce_after_the_days_of_the_visits_is_refused() {
    let last = Date::new(2026, 11, 23).expect("a day");
    let ends = |version, beacon_at: Instant, reveal_by| {
        let facts = CommitFacts {
            beacon_at: Some(beacon_at),
            reveal_by,
            until: last,
            ..hours()
        };
        ready_under(version).commit(facts).map(|_| ())
    };
    let night = last.end();
    assert_eq!(ends(WITH_BEACON, night.plus_ms(-1000), at(60)), Ok(()));
    let refusal = ends(WITH_BEACON, night, at(60)).expect_err("the window is over");
    assert_eq!(refusal.code, "CAMP-048");
    for said in ["2026-11-24 00:00:00", "11 月 23 日"] {
        assert!(refusal.sentence.contains(said), "{refusal}");
    }
    assert_eq!(ends(PLAIN, at(70), night.plus_ms(-1000)), Ok(()));
    let late = ends(PLAIN, at(70), night).expect_err("nobody comes in time");
    assert_eq!(late.code, "CAMP-048");
}

/// Parties commit under the version of the frame: what they handed in does not fit a FREEZE of another.
#[test]
fn a_frame_of_an_earlier_version_is_not_published_once_new_ones_are_of_the_second() {
    let refusal = FrameVersion::One.may_be_published(Version::Two);
    let refusal = refusal.expect_err("an old frame");
    assert_eq!(refusal.code, "DRAW-017");
    for said in ["shuang/1", "shuang/2"] {
        assert!(refusal.sentence.contains(said), "{refusal}");
    }
    assert_eq!(FrameVersion::One.may_be_published(Version::One), Ok(()));
    assert_eq!(PLAIN.may_be_published(Version::Two), Ok(()));
    assert_eq!(PLAIN.may_be_published(VERSION_OF_NEW_ATTEMPTS), Ok(()));
}

#[test]
fn nonces_are_taken_from_the_announced_moment_on_and_not_before() {
    let early = opens(committed_under(PLAIN), "justice", 'd', 49).expect_err("before");
    assert_eq!(early.code, "DRAW-018");
    assert!(early.sentence.contains("2026-11-23 08:50:00"), "{early}");
    assert!(opens(committed_under(PLAIN), "justice", 'd', 50).is_ok());
    let late = opens(committed_under(PLAIN), "justice", 'd', 61).expect_err("after");
    assert_eq!(late.code, "DRAW-006");
}

#[test]
fn nonces_are_never_taken_before_the_ceremony_that_was_announced() {
    let announced = |minute| CommitFacts {
        ceremony: Some(at(minute)),
        ..hours()
    };
    assert_eq!(refused(PLAIN, announced(51)), "CAMP-018");
    assert!(ready_under(PLAIN).commit(announced(50)).is_ok());
    // A plan of shuang/1 announces none.
    assert!(ready_under(PLAIN).commit(hours()).is_ok());
}

#[test]
fn freeze_says_when_revealing_begins_and_that_is_ahead_and_before_its_end() {
    let unsaid = CommitFacts {
        reveal_from: None,
        ..hours()
    };
    assert_eq!(refused(PLAIN, unsaid), "CAMP-016");
    let past = CommitFacts {
        reveal_from: Some(at(39)),
        ..hours()
    };
    assert_eq!(refused(WITH_BEACON, past), "CAMP-021");
    // Records count in whole seconds: within one second nothing is before anything.
    let within_a_second = CommitFacts {
        reveal_from: Some(at(60)),
        reveal_by: at(60).plus_ms(999),
        ..hours()
    };
    assert_eq!(refused(PLAIN, within_a_second), "CAMP-019");
    let uneven = CommitFacts {
        reveal_from: Some(at(50).plus_ms(400)),
        reveal_by: at(60).plus_ms(700),
        beacon_at: Some(at(70).plus_ms(1)),
        ..hours()
    };
    let campaign = ready_under(WITH_BEACON)
        .commit(uneven)
        .expect("committed")
        .0;
    let kept = commitment_of(&campaign);
    assert_eq!(kept.reveal_from, Some(at(50)));
    assert_eq!((kept.reveal_by, kept.beacon_at), (at(60), Some(at(70))));
}

#[test]
fn the_interval_after_freeze_is_measured_to_the_beacon_or_else_to_the_first_nonce() {
    let from = |minute| CommitFacts {
        reveal_from: Some(at(minute)),
        ..hours()
    };
    assert!(
        ready_under(PLAIN).commit(from(50)).is_ok(),
        "exactly ten minutes"
    );
    assert_eq!(refused(PLAIN, from(49)), "CAMP-020");
    // With a beacon nonces may come sooner: nobody knows the result before it appears.
    assert!(ready_under(WITH_BEACON).commit(from(41)).is_ok());
    let soon = CommitFacts {
        reveal_from: Some(at(41)),
        reveal_by: at(45),
        beacon_at: Some(at(49)),
        ..hours()
    };
    let refusal = ready_under(WITH_BEACON)
        .commit(soon)
        .expect_err("nine minutes");
    assert_eq!(refusal.code, "CAMP-020");
    assert!(refusal.sentence.contains("信标产生"), "{refusal}");
    // Dice are thrown in the room: they are no beacon to wait for.
    assert_eq!(refused(WITH_DICE, from(49)), "CAMP-020");
}

#[test]
fn a_beacon_appears_when_nonces_are_no_longer_taken_and_freeze_says_when() {
    let when = |beacon_at| CommitFacts {
        beacon_at,
        ..hours()
    };
    assert_eq!(refused(WITH_BEACON, when(None)), "CAMP-017");
    assert_eq!(refused(WITH_BEACON, when(Some(at(59)))), "CAMP-007");
    let campaign = ready_under(WITH_BEACON).commit(when(Some(at(61))));
    let campaign = campaign.expect("on the minute").0;
    assert_eq!(commitment_of(&campaign).beacon_at, Some(at(61)));
    // Where none is announced none is awaited, whatever is typed.
    let campaign = ready_under(PLAIN).commit(hours()).expect("committed").0;
    assert_eq!(commitment_of(&campaign).beacon_at, None);
}

#[test]
fn two_parties_never_hand_in_the_same() {
    let first = frozen_under(PLAIN).accept_commitment(&token("justice"), hash('a'), at(35), None);
    let second = first.expect("the first").0;
    let copied = second
        .clone()
        .accept_commitment(&token("discipline"), hash('a'), at(36), None);
    let refusal = copied.expect_err("a copy");
    assert_eq!(refusal.code, "DRAW-020");
    assert!(
        refusal
            .sentence
            .starts_with("单位 discipline的承诺值与单位 justice"),
        "{refusal}"
    );
    let own = second.accept_commitment(&token("discipline"), hash('b'), at(36), None);
    assert!(own.is_ok());

    let one = opens(committed_under(PLAIN), "justice", 'c', 50).expect("open");
    let copied = opens(one.clone(), "discipline", 'c', 51).expect_err("a copy");
    assert_eq!(copied.code, "DRAW-023");
    assert!(opens(one, "discipline", 'd', 51).is_ok());
}

/// What is known from another attempt is no secret of this one, under either version.
#[test]
fn nobody_hands_in_what_served_an_earlier_attempt() {
    for version in [FrameVersion::One, PLAIN] {
        let party = token("justice");
        let frozen = frozen_under(version);
        let reused = frozen.accept_commitment(&party, hash('a'), at(35), Some(3));
        let reused = reused.expect_err("handed in before");
        assert_eq!(reused.code, "DRAW-047");
        assert!(reused.sentence.contains("第 3 次"), "{reused}");
        let committed = attended(committed_under(version), 55);
        let known = hash('b');
        let opened = committed.accept_nonce(&party, hash('d'), &known, at(55), Some(2));
        let opened = opened.expect_err("made for another");
        assert_eq!(opened.code, "DRAW-048");
        assert!(opened.sentence.contains("第 2 次"), "{opened}");
    }
}

/// Two parties with the same secret are one source, whatever the version counts.
#[test]
fn two_parties_never_hand_in_the_same_under_the_first_version_either() {
    let one = FrameVersion::One;
    let first = frozen_under(one).accept_commitment(&token("justice"), hash('a'), at(35), None);
    let first = first.expect("the first").0;
    let copied = first.accept_commitment(&token("discipline"), hash('a'), at(36), None);
    assert_eq!(copied.expect_err("a copy").code, "DRAW-020");
    let open = opens(committed_under(one), "justice", 'c', 50).expect("open");
    let copied = opens(open, "discipline", 'c', 51).expect_err("a copy");
    assert_eq!(copied.code, "DRAW-023");
}

#[test]
fn absence_has_one_word_whatever_somebody_writes() {
    let one = opens(committed_under(WITH_BEACON), "justice", 'c', 50).expect("open");
    let early = closes(one.clone(), 60).expect_err("may still come");
    assert_eq!(early.code, "DRAW-007");
    let revealed = closes(one, 61).expect("closed");
    let words: Vec<String> = (revealed.state.frame().expect("a frame").parties.iter())
        .filter_map(|party| match &party.state {
            party::PartyState::Absent { reason, .. } => Some(reason.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["timeout"]);
    // Under shuang/1 it is the word that was given.
    let committed = in_state(StateKind::Committed);
    let revealed = closes(committed, 61).expect("closed");
    let text = serde_json::to_string(&revealed).expect("encodes");
    assert!(
        text.contains("\"reason\":\"ill\"") && !text.contains("timeout"),
        "{text}"
    );
}

#[test]
fn revealing_is_not_closed_before_it_has_begun() {
    let facts = FreezeFacts {
        parties: Vec::new(),
        version: WITH_BEACON,
        ..freeze_facts()
    };
    let frozen = in_state(StateKind::Launched)
        .freeze(facts)
        .expect("frozen")
        .0;
    let committed = frozen.commit(hours()).expect("a beacon is level 1").0;
    let early = closes(committed.clone(), 49).expect_err("not begun");
    assert_eq!(early.code, "DRAW-024");
    assert!(closes(committed, 50).is_ok(), "nobody to wait for");
}

#[test]
fn dice_stand_before_the_first_nonce() {
    let early = opens(committed_under(WITH_DICE), "justice", 'c', 52).expect_err("no dice yet");
    assert_eq!(early.code, "DRAW-019");
    let thrown = with_dice(committed_under(WITH_DICE), 20);
    assert!(opens(thrown, "justice", 'c', 52).is_ok());
    let waiting = closes(committed_under(WITH_DICE), 60);
    assert_eq!(waiting.expect_err("may still be thrown").code, "DRAW-025");
    assert!(closes(committed_under(WITH_DICE), 61).is_ok());
}

/// Whatever was announced, what counts at the end is what REVEAL holds and what still has to appear.
#[test]
fn the_level_reached_counts_what_was_revealed() {
    let opened = |campaign: Campaign, parties: usize| {
        let names = [("discipline", 'c'), ("justice", 'd')];
        names
            .into_iter()
            .take(parties)
            .fold(campaign, |campaign, (name, nonce)| {
                opens(campaign, name, nonce, 55).expect("open")
            })
    };
    let reached = |campaign: Campaign| {
        let closed = closes(campaign, 61).expect("closed");
        let mut most = TrustLevel::ALL.iter().rev().copied();
        most.find(|level| closed.due(at(61), *level) != Some(Due::Void))
            .expect("level 0 is always reached")
    };
    for (version, digits, parties, level) in [
        (PLAIN, None, 2, TrustLevel::Witnessed),
        (PLAIN, None, 1, TrustLevel::Rehearsal),
        (WITH_BEACON, None, 2, TrustLevel::Beacon),
        (WITH_BEACON, None, 1, TrustLevel::Witnessed),
        (WITH_DICE, Some(20), 2, TrustLevel::Beacon),
        (WITH_DICE, Some(19), 2, TrustLevel::Witnessed),
        (WITH_DICE, Some(20), 1, TrustLevel::Witnessed),
        (WITH_DICE, Some(19), 1, TrustLevel::Rehearsal),
        (WITH_DICE, None, 0, TrustLevel::Rehearsal),
    ] {
        let mut campaign = committed_under(version);
        if let Some(digits) = digits {
            campaign = with_dice(campaign, digits);
        }
        let case = format!("{version:?} {digits:?} {parties}");
        assert_eq!(reached(opened(campaign, parties)), level, "{case}");
    }
}

#[test]
fn result_waits_for_a_beacon_and_not_for_dice_that_are_in_reveal() {
    let mut facts = DrawFacts {
        beacon_present: false,
        ..itself()
    };
    let close = |campaign| closes(campaign, 61).expect("closed");
    let missing = close(committed_under(WITH_BEACON)).draw(facts.clone());
    assert_eq!(missing.expect_err("no beacon").code, "DRAW-004");
    let thrown = close(with_dice(committed_under(WITH_DICE), 20));
    assert!(thrown.draw(facts.clone()).is_ok());
    facts.step = step(DRAWER, 69);
    let early = close(committed_under(WITH_BEACON)).draw(facts);
    assert_eq!(early.expect_err("not yet").code, "DRAW-003");
}

#[test]
fn an_attempt_of_the_second_version_is_stored_and_read_back_whole() {
    let thrown = with_dice(committed_under(WITH_DICE), 20);
    for campaign in [frozen_under(WITH_BEACON), committed_under(PLAIN), thrown] {
        let text = state::LIFE.write(&campaign.state).expect("encodes");
        assert_eq!(state::LIFE.read(&text), Ok(campaign.state));
    }
}

/// At the ceremony, before its witness.
fn enters(
    campaign: Campaign,
    account: u8,
    minute: i64,
    digits: &str,
) -> Result<(Campaign, Act), Refusal> {
    attended(campaign, minute).enter_dice(EntryFacts {
        step: step(account, minute),
        value: digits.to_owned(),
        evidence: Some(pictured()),
    })
}

#[test]
fn dice_count_once_two_accounts_have_read_the_same() {
    let digits = "31415926535897932384";
    let (one, act) = enters(committed_under(WITH_DICE), DRAWER, 51, digits).expect("entered");
    assert_eq!(act, Act::DiceEntered);
    assert_eq!(commitment_of(&one).thrown(), None, "one pair of eyes");
    let early = opens(one.clone(), "justice", 'c', 57).expect_err("one pair of eyes");
    assert_eq!(early.code, "DRAW-019");

    let twice = enters(one.clone(), DRAWER, 52, digits).expect_err("the same account");
    assert_eq!(twice.code, "AUTH-017");
    let other = enters(one.clone(), APPROVER, 52, "31415926535897932385");
    let other = other.expect_err("another reading");
    assert_eq!(other.code, "DRAW-044");
    assert!(!other.sentence.contains("3141"), "nothing to copy: {other}");

    // Whoever read wrongly mends it; what the other then enters must fit what stands.
    let mended = enters(one, DRAWER, 53, "27182818284590452353")
        .expect("mended")
        .0;
    let stale = enters(mended.clone(), APPROVER, 54, digits).expect_err("mended since");
    assert_eq!(stale.code, "DRAW-044");
    let (both, act) = enters(mended, APPROVER, 55, "27182818284590452353").expect("two");
    assert_eq!(act, Act::DiceReentered);
    let kept = commitment_of(&both);
    assert_eq!(kept.thrown(), Some("27182818284590452353"));
    let entry = kept.dice.as_ref().expect("an entry");
    assert_eq!(entry.evidence.as_ref(), Some(&pictured()));
    assert_eq!(entry.first, step(DRAWER, 53));
    assert_eq!(entry.counts, Counts::Account(step(APPROVER, 55)));
    let again = enters(both.clone(), SUBMITTER, 56, digits).expect_err("it stands");
    assert_eq!(again.code, "DRAW-045");
    assert!(opens(both, "justice", 'c', 57).is_ok());
}

#[test]
fn dice_say_where_they_come_from_and_are_as_many_as_make_a_beacon() {
    let entered = |digits: &str, source: &str| {
        let facts = EntryFacts {
            step: step(DRAWER, 52),
            value: digits.to_owned(),
            evidence: Some(SourceEvidence {
                source: source.to_owned(),
                ..pictured()
            }),
        };
        attended(committed_under(WITH_DICE), 51).enter_dice(facts)
    };
    let code = |digits: &str, source: &str| entered(digits, source).expect_err("refused").code;
    let whole = "7".repeat(20);
    assert_eq!(code(&whole, "  "), "DRAW-046");
    for digits in [
        "7".repeat(19),
        "7".repeat(201),
        format!("{}a", "7".repeat(19)),
    ] {
        assert_eq!(code(&digits, "十面骰"), "DRAW-043", "{digits}");
    }
    assert!(entered(&whole, "十面骰").is_ok());
    assert!(entered(&"7".repeat(200), "十面骰").is_ok());
    let bare = attended(committed_under(WITH_DICE), 51).enter_dice(EntryFacts {
        step: step(DRAWER, 52),
        value: whole,
        evidence: None,
    });
    assert_eq!(bare.expect_err("no picture").code, "DRAW-046");
}

/// Thrown at the ceremony: whoever throws before, unseen, throws until he likes what follows.
#[test]
fn dice_are_entered_at_the_ceremony_before_a_witness() {
    let facts = |minute| EntryFacts {
        step: step(DRAWER, minute),
        value: "7".repeat(20),
        evidence: Some(pictured()),
    };
    let enter = |campaign: &Campaign| campaign.clone().enter_dice(facts(52));
    let committed = committed_under(WITH_DICE);
    assert_eq!(enter(&committed).expect_err("no host").code, "DRAW-056");
    let begun = committed.begin_ceremony(step(DRAWER, 51)).expect("begun").0;
    assert_eq!(enter(&begun).expect_err("no witness").code, "DRAW-057");
    let seen = begun
        .attend(slip("机关纪委 见证员甲"), at(52))
        .expect("there")
        .0;
    assert!(enter(&seen).is_ok());
}

/// After the end nobody can open a nonce any more, so dice that are not in by then are absent for good.
#[test]
fn dice_are_entered_until_revealing_ends_where_they_were_announced() {
    let digits = "7".repeat(20);
    assert!(enters(committed_under(WITH_DICE), DRAWER, 60, &digits).is_ok());
    let begun = attended(committed_under(WITH_DICE), 60);
    let late = enters(begun, DRAWER, 61, &digits).expect_err("over");
    assert_eq!(late.code, "DRAW-029");
    for version in [PLAIN, WITH_BEACON] {
        let none = enters(committed_under(version), DRAWER, 45, &digits).expect_err("no dice");
        assert_eq!(none.code, "DRAW-028");
    }
    let one = enters(committed_under(WITH_DICE), DRAWER, 52, &digits)
        .expect("one")
        .0;
    let closed = closes(one, 61).expect("closed");
    assert_eq!(commitment_of(&closed).thrown(), None, "one entry is none");
}

/// Office and name, each of them words.
#[test]
fn a_slip_says_of_whom_it_is() {
    let nobody = [
        ("", "见证员乙"),
        ("司法局", " "),
        ("司法局", "甲"),
        ("10086", "见证员乙"),
        ("司法局", "——"),
        ("司法\n局", "见证员乙"),
        // What nobody sees, and look-alikes of other blocks.
        ("\u{3164}\u{3164}", "\u{3164}\u{3164}"),
        ("司法局", "见证员\u{2f04}"),
        ("司法局", "见证\u{200b}员乙"),
        ("司法局", "见证员乙\u{301}"),
    ];
    for (office, name) in nobody {
        let refused = Presence::on_slip(office, name);
        assert_eq!(refused.expect_err("says nothing").code, "DRAW-068");
    }
    let on_paper = Presence::on_slip(" 司法局 ", "见证员乙");
    assert_eq!(on_paper, Ok(slip("司法局 见证员乙")));
}

/// However it is spaced, with a title or in the other field, a name is the name of that person.
#[test]
fn a_slip_names_a_person_in_any_spelling_a_keyboard_writes() {
    for (office, name) in [
        ("司法局", "见证员乙"),
        ("司法局", "见证员 乙"),
        ("司法局", "见证员　乙"),
        ("司法局", "见证员·乙同志"),
        ("见证员乙", "司法局"),
    ] {
        let signed = Presence::on_slip(office, name).expect("is written");
        assert!(signed.names("见证员乙"), "{office} {name}");
        assert!(!signed.names("见证员丙") && !signed.names(""), "{name}");
    }
    let link = Presence::Link {
        party: token("justice"),
    };
    assert!(!link.names("justice"));
    let here = attended(committed_under(PLAIN), 51);
    let again = here.attend(slip("机关纪委 见证员　甲"), at(53));
    let again = again.expect_err("one person");
    assert_eq!(again.code, "DRAW-062");
}

/// Until a host has begun it and somebody from outside is there, no nonce is taken.
#[test]
#[expect(clippy::cognitive_complexity, reason = "one refusal after the other")]
fn nonces_are_taken_at_a_ceremony_with_a_host_and_a_witness() {
    let nonce = |campaign: &Campaign, minute| {
        let known = hash('b');
        let campaign = campaign.clone();
        campaign.accept_nonce(&token("justice"), hash('d'), &known, at(minute), None)
    };
    let committed = committed_under(PLAIN);
    assert_eq!(nonce(&committed, 55).expect_err("no host").code, "DRAW-056");
    let early = committed.clone().begin_ceremony(step(DRAWER, 49));
    assert_eq!(early.expect_err("not yet").code, "DRAW-058");
    let late = committed.clone().begin_ceremony(step(DRAWER, 61));
    assert_eq!(late.expect_err("over").code, "DRAW-060");
    let nobody = committed.clone().attend(slip("司法局 见证员乙"), at(52));
    assert_eq!(nobody.expect_err("not begun").code, "DRAW-056");

    let (begun, act) = committed.begin_ceremony(step(DRAWER, 51)).expect("begun");
    assert_eq!(act, Act::CeremonyBegun);
    assert_eq!(
        nonce(&begun, 55).expect_err("nobody there").code,
        "DRAW-057"
    );
    let again = begun.clone().begin_ceremony(step(SUBMITTER, 52));
    assert_eq!(again.expect_err("one host").code, "DRAW-059");
    for own in [DRAWER, APPROVER] {
        let account = account(own);
        let present = begun.clone().attend(Presence::Account { account }, at(52));
        assert_eq!(present.expect_err("part of the act").code, "DRAW-061");
    }
    let by_account = Presence::Account {
        account: account(SUBMITTER),
    };
    let present = begun.clone().attend(by_account, at(52));
    assert_eq!(present.expect_err("he wrote the plan").code, "DRAW-082");
    for unsigned in ["", " 甲 ", &"甲".repeat(61), "司法局\n见证员乙"] {
        let present = begun.clone().attend(slip(unsigned), at(52));
        assert_eq!(present.expect_err("says nothing").code, "DRAW-068");
    }
    let outsider = account(9);
    for presence in [
        Presence::Account { account: outsider },
        Presence::Link {
            party: token("justice"),
        },
        slip("司法局 见证员乙"),
    ] {
        let (there, act) = begun
            .clone()
            .attend(presence.clone(), at(52))
            .expect("there");
        assert_eq!(act, Act::CeremonyAttended);
        assert!(nonce(&there, 55).is_ok(), "{presence:?}");
        let twice = there.attend(presence, at(53)).expect_err("there already");
        assert_eq!(twice.code, "DRAW-062");
    }
}

/// The last nonce, or the end of revealing, is all it takes; nobody decides.
#[test]
fn reveal_and_result_follow_by_themselves() {
    let one = opens(committed_under(PLAIN), "justice", 'c', 50).expect("open");
    let due = |campaign: &Campaign, minute| campaign.due(at(minute), TrustLevel::Witnessed);
    assert_eq!(due(&one, 60), None, "somebody may still come");
    assert_eq!(due(&one, 61), Some(Due::Reveal));
    let both = opens(one.clone(), "discipline", 'd', 55).expect("open");
    assert_eq!(due(&both, 55), Some(Due::Reveal), "all have answered");
    let revealed = closes(both, 55).expect("closed");
    assert_eq!(due(&revealed, 55), Some(Due::Result));
    // Whoever published FREEZE stands as the one who drew.
    let CampaignState::Revealed(closed) = &revealed.state else {
        panic!("revealed");
    };
    assert_eq!(closed.step, step(DRAWER, 55));

    let by_hand = one
        .clone()
        .reveal(step(DRAWER, 61), &token("ill"), TrustLevel::Rehearsal);
    assert_eq!(by_hand.expect_err("nobody decides").code, "DRAW-063");
    let by_hand = revealed.clone().draw(draw_facts());
    assert_eq!(by_hand.expect_err("nobody decides").code, "DRAW-063");
    let given_up = revealed.void(&step(APPROVER, 80), "名录有误", false);
    assert_eq!(given_up.expect_err("it is known").code, "DRAW-027");

    // With one party of two the level is lost, and VOID follows in place of RESULT.
    let alone = closes(one, 61).expect("closed");
    assert_eq!(due(&alone, 61), Some(Due::Void));
    let least = TrustLevel::Witnessed;
    let (void, act) = alone.clone().void_by_itself(at(62), least).expect("void");
    assert_eq!((act, void.kind()), (Act::DrawVoided, StateKind::Approved));
    assert_eq!(void.state.attempt(), 2);
    let held = alone.void_by_itself(at(62), TrustLevel::Rehearsal);
    assert_eq!(held.expect_err("the level is reached").code, "DRAW-063");
    // Attempts of the first version go on by hand.
    assert_eq!(due(&in_state(StateKind::Committed), 99), None);
    assert_eq!(due(&in_state(StateKind::Revealed), 99), None);
}

/// A lottery is read by two; a signature proves itself.
#[test]
fn result_follows_once_the_beacon_counts() {
    let one = opens(committed_under(WITH_BEACON), "justice", 'c', 50).expect("open");
    let revealed = closes(one, 61).expect("closed");
    let due = |campaign: &Campaign| campaign.due(at(75), TrustLevel::Witnessed);
    assert_eq!(due(&revealed), None, "the beacon is awaited");
    let enters = |campaign: &Campaign, by, minute, value: &str, signed: bool| {
        let facts = EntryFacts {
            step: step(by, minute),
            value: value.to_owned(),
            evidence: (!signed).then(pictured),
        };
        campaign.clone().enter_beacon(facts, signed)
    };
    let value = "01 05 20 34 35 + 03 12";
    let early = enters(&revealed, DRAWER, 69, value, false).expect_err("not yet");
    assert_eq!(early.code, "DRAW-003");
    let (first, act) = enters(&revealed, DRAWER, 71, value, false).expect("entered");
    assert_eq!((act, due(&first)), (Act::BeaconEntered, None));
    let same = enters(&first, DRAWER, 72, value, false).expect_err("the same account");
    assert_eq!(same.code, "AUTH-017");
    let other = enters(&first, APPROVER, 72, "01 05 20 34 35 + 03 11", false);
    assert_eq!(other.expect_err("another reading").code, "DRAW-065");
    // A lottery may never be drawn; a round of drand is out at its time, whoever has entered it.
    for (minute, certain, refused) in [
        (69, true, None),
        (71, false, None),
        (71, true, Some("DRAW-076")),
    ] {
        let void = revealed
            .clone()
            .void(&step(APPROVER, minute), "名录有误", certain);
        assert_eq!(
            void.err().map(|why| why.code),
            refused,
            "{minute} {certain}"
        );
    }
    let given_up = first.clone().void(&step(APPROVER, 73), "名录有误", false);
    assert_eq!(given_up.expect_err("somebody has read it").code, "DRAW-027");
    let (both, act) = enters(&first, APPROVER, 73, value, false).expect("two");
    assert_eq!((act, due(&both)), (Act::BeaconReentered, Some(Due::Result)));
    let again = enters(&both, SUBMITTER, 74, value, false).expect_err("it counts");
    assert_eq!(again.code, "DRAW-066");
    let (signed, _) = enters(&revealed, DRAWER, 71, "ab12", true).expect("proves itself");
    assert_eq!(due(&signed), Some(Due::Result));
    let none = closes(committed_under(PLAIN), 61).expect("closed");
    let none = enters(&none, DRAWER, 71, value, false).expect_err("none awaited");
    assert_eq!(none.code, "DRAW-064");
}

/// The list of a refusal is what the reader may do next: what the program does, and what nobody awaits, is not in it.
#[test]
fn a_refusal_offers_no_step_of_the_program_and_no_entry_nobody_awaits() {
    let offered = |campaign: &Campaign| {
        let refusal = campaign
            .permit(CampaignVerb::Assign)
            .expect_err("too early");
        assert_eq!(refusal.code, "CAMP-001");
        refusal.remedy
    };
    let plain = offered(&committed_under(PLAIN));
    assert_eq!(
        plain,
        "现在可以办理：开始抽取仪式、见证人到场、接收随机数、作废。"
    );
    assert!(
        !offered(&committed_under(WITH_DICE)).contains("掷骰"),
        "at the ceremony only"
    );
    let with_dice = offered(&attended(committed_under(WITH_DICE), 51));
    assert!(with_dice.contains("录入掷骰结果"), "{with_dice}");
    assert!(!with_dice.contains("完成揭示"), "{with_dice}");
    let by_hand = offered(&in_state(StateKind::Committed));
    assert_eq!(by_hand, "现在可以办理：接收随机数、完成揭示、作废。");
    let drawn_by_hand = offered(&in_state(StateKind::Revealed));
    assert_eq!(drawn_by_hand, "现在可以办理：抽取、作废。");
}
