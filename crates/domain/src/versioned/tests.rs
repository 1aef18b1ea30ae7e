//! What any build ever wrote is read for ever, and what no build of ours wrote is refused by its version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::*;
use crate::campaign::entry::Counts;
use crate::campaign::version::FrameVersion;
use crate::campaign::{StateKind, plan, state};
use crate::inspection::InspectionKind;
use crate::{catalog, inspection, inspector, publication, rulebook, subject};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Box3 {
    height: u32,
    width: u32,
    depth: u32,
}

const BOXES: Shape<Box3> = Shape::new("boxes.size", &[squares_become_boxes, boxes_have_a_depth]);

/// Version 1 knew squares only.
fn squares_become_boxes(mut value: Value) -> Value {
    let side = value["side"].take();
    value["height"] = side.clone();
    value["width"] = side;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("side");
    }
    value
}

fn boxes_have_a_depth(mut value: Value) -> Value {
    value["depth"] = 1.into();
    value
}

#[test]
fn every_earlier_version_goes_through_the_upgrades_it_has_not_seen() {
    let one = Box3 {
        height: 2,
        width: 2,
        depth: 1,
    };
    assert_eq!(BOXES.read(r#"{"side":2}"#).as_ref(), Ok(&one));
    assert_eq!(BOXES.read(r#"{"v":1,"side":2}"#).as_ref(), Ok(&one));
    let second = r#"{"v":2,"height":2,"width":2}"#;
    assert_eq!(BOXES.read(second).as_ref(), Ok(&one));
    let text = BOXES.write(&one).expect("numbers encode");
    assert_eq!(text, r#"{"v":3,"height":2,"width":2,"depth":1}"#);
    assert_eq!(BOXES.read(&text), Ok(one));
}

#[test]
fn a_newer_version_is_refused_by_its_number_and_not_by_its_fields() {
    let Err(Unreadable::Newer(refusal)) = BOXES.read(r#"{"v":4,"radius":7}"#) else {
        panic!("read by a program that knows three versions");
    };
    assert_eq!(refusal.code, "KEPT-001");
    for said in ["boxes.size", "第 4 版", "第 3 版"] {
        assert!(refusal.sentence.contains(said), "{refusal}");
    }
    for text in [
        r#"{"v":0,"side":2}"#,
        r#"{"v":"2"}"#,
        r#"{"side":"two"}"#,
        "{",
    ] {
        assert!(
            matches!(BOXES.read(text), Err(Unreadable::Broken(_))),
            "{text}"
        );
    }
}

#[test]
fn a_bare_list_is_the_first_version_and_stays_one() {
    const LIST: Shape<Vec<u32>> = Shape::new("boxes.list", &[]);
    let text = LIST.write(&vec![3, 4]).expect("numbers encode");
    assert_eq!(text, "[3,4]");
    assert_eq!(LIST.read(&text), Ok(vec![3, 4]));
    let empty: Shape<BTreeMap<String, u32>> = Shape::new("boxes.map", &[]);
    let text = empty.write(&BTreeMap::new()).expect("nothing encodes");
    assert_eq!(text, r#"{"v":1}"#);
    assert_eq!(empty.read(&text), Ok(BTreeMap::new()));
}

/// The texts that builds of that version wrote into a column.
fn samples(version: u64, name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("samples/{version}"));
    let text = std::fs::read_to_string(folder.join(format!("{name}.jsonl")))
        .unwrap_or_else(|why| panic!("no sample of {name}, version {version}: {why}"));
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(!lines.is_empty(), "{name}, version {version}: no sample");
    lines
}

/// Reads every sample of every version; each goes on as the version of today and is then the same.
fn read_all<T>(shape: &Shape<T>) -> Vec<T>
where
    T: Serialize + DeserializeOwned + PartialEq + fmt::Debug,
{
    let mut states = Vec::new();
    for version in 1..=shape.version() {
        for line in samples(version, shape.name) {
            let state = shape
                .read(&line)
                .unwrap_or_else(|why| panic!("{} version {version}: {why}: {line}", shape.name));
            let again = shape.write(&state).expect("states encode");
            assert_eq!(shape.read(&again).as_ref(), Ok(&state), "{line}");
            if version == shape.version() {
                assert!(
                    again == line || version == 1,
                    "{}: version {version} was not written like this any more; it needs a new version: {line}",
                    shape.name
                );
            }
            states.push(state);
        }
    }
    states
}

#[test]
fn samples_of_every_version_are_read_for_ever() {
    let lives = read_all(&state::LIFE);
    let kinds: BTreeSet<StateKind> = lives.iter().map(state::CampaignState::kind).collect();
    assert_eq!(kinds.len(), StateKind::ALL.len(), "one sample of each");
    let visits = read_all(&inspection::VISIT);
    let kinds: BTreeSet<InspectionKind> = visits.iter().map(inspection::Inspection::kind).collect();
    assert_eq!(kinds.len(), InspectionKind::ALL.len(), "one sample of each");
    assert!(read_all(&plan::PLAN).len() > 6);
    read_all(&catalog::TERMS);
    read_all(&publication::CONTENT);
    read_all(&publication::TOMBSTONE);
    read_all(&rulebook::PARAMETERS_KEPT);
    read_all(&inspection::STRATA);
    read_all(&inspection::TEAM);
    read_all(&subject::POOLS);
    read_all(&inspector::SCOPE);
}

#[test]
fn an_approval_of_the_first_build_names_no_version_of_the_rulebook() {
    let first = samples(1, state::LIFE.name);
    let approvals = first.iter().filter_map(|line| {
        let life = state::LIFE.read(line).expect("a sample");
        life.approval().cloned()
    });
    let approvals: Vec<state::Approved> = approvals.collect();
    assert!(approvals.len() > 10);
    assert!(approvals.iter().all(|approved| approved.rulebook.is_none()));
}

/// What one account wrote down before a second was asked for goes on counting; no picture of it is known.
#[test]
fn dice_of_one_account_go_on_counting() {
    let mut thrown = 0;
    for line in samples(4, state::LIFE.name) {
        let life = state::LIFE.read(&line).expect("a sample");
        let Some(committed) = life.commitment() else {
            continue;
        };
        if let Some(entry) = &committed.dice {
            assert_eq!(committed.thrown(), Some(entry.value.as_str()));
            assert_eq!(
                (&entry.evidence, &entry.counts),
                (&None, &Counts::Account(entry.first.clone()))
            );
            thrown += 1;
        }
    }
    assert_eq!(thrown, 2);
}

/// Whatever earlier builds froze or committed goes on under `shuang/1`: nonces are taken from FREEZE on.
#[test]
fn attempts_of_earlier_builds_are_of_the_first_version_of_the_protocol() {
    let (mut frames, mut commitments) = (0, 0);
    for line in (1..=3).flat_map(|version| samples(version, state::LIFE.name)) {
        let life = state::LIFE.read(&line).expect("a sample");
        if let Some(frame) = life.frame() {
            assert_eq!(frame.version, FrameVersion::One, "{line}");
            frames += 1;
        }
        if let Some(committed) = life.commitment() {
            assert_eq!(
                (committed.reveal_from, &committed.dice),
                (None, &None),
                "{line}"
            );
            commitments += 1;
        }
    }
    assert!(
        frames > commitments && commitments > 20,
        "{frames} {commitments}"
    );
}
