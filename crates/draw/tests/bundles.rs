//! Bundles, proofs for single subjects, parts, and what the public may not see before OPEN.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::{THREADS, frame_of, input_hash, secret_of, token, vectors, written};
use draw::bundle::{self, Stage};
use draw::leaf::Kind;
use draw::part::PartDraw;
use draw::proof::{Cause, DoorProof, Listing};
use draw::record::recuse::RaisedBy;
use draw::record::reveal::RevealRecord;
use draw::record::{FreezeRecord, PlanRecord, VoidRecord};
use draw::standing::{Grounds, RecusalGrounds};
use draw::{Code, Drawn, SeedText, Standing, Terms};

fn drawn(name: &str) -> Drawn {
    let file = if name == "V5" {
        "draw-v5.json"
    } else {
        "draw.json"
    };
    let all = vectors(file);
    let vector = &all[name];
    let record = FreezeRecord::parse(vector["freeze"].as_str().unwrap().as_bytes()).unwrap();
    let secret = secret_of(all["inputs"][name]["S"].as_str().unwrap());
    let frozen = draw::freeze(&Terms::from(&record), frame_of(vector), &secret, THREADS).unwrap();
    let seed = SeedText::parse(vector["seed_txt"].as_str().unwrap().as_bytes()).unwrap();
    draw::draw(frozen, &seed, THREADS).unwrap()
}

const NAMES: [&str; 5] = ["V1", "V2", "V3", "V4", "V5"];

fn file(drawn: &Drawn, name: &str) -> String {
    written(|out| {
        bundle::write_file(drawn, name, THREADS, out).map(|known| assert!(known, "{name}"))
    })
}

#[test]
fn a_full_bundle_gives_back_the_whole_draw() {
    for name in NAMES {
        let drawn = drawn(name);
        let read = |name: &str| file(&drawn, name).into_bytes();
        let frame = bundle::parse_frame(
            &read("subjects.tsv"),
            &read("inspectors.tsv"),
            &read("recusals.tsv"),
        );
        let secret = bundle::parse_secret(&read("secret.txt")).unwrap();
        let record = FreezeRecord::parse(&read("freeze.txt")).unwrap();
        let frozen = draw::freeze(&Terms::from(&record), frame.unwrap(), &secret, THREADS).unwrap();
        assert_eq!(frozen.record(), &record);
        let seed = SeedText::parse(&read("seed.txt")).unwrap();
        let again = draw::draw(frozen, &seed, THREADS).unwrap();
        assert_eq!(again.record().to_string().into_bytes(), read("result.txt"));
        for name in Stage::Full.files() {
            assert_eq!(file(&again, name), file(&drawn, name), "{name}");
        }
    }
}

#[test]
fn opened_leaves_are_those_of_the_visits_and_lead_to_the_root() {
    for name in NAMES {
        let drawn = drawn(name);
        let record = drawn.frozen().record();
        let opened = bundle::parse_opened(file(&drawn, "opened.tsv").as_bytes()).unwrap();
        let carried: usize = drawn
            .visits()
            .iter()
            .map(|v| drawn.strata_of(v).count())
            .sum();
        assert_eq!(opened.len(), carried);
        let order = file(&drawn, "subjects.order");
        for line in &opened {
            let leaf = &line.leaf;
            let hash = leaf.hash(record.suite, record.campaign, record.attempt, Kind::Subject);
            let root = line
                .inclusion
                .root(record.suite, record.subjects.leaves, &hash);
            assert_eq!(root, Some(record.subjects.root));
            assert_eq!(order.contains(&hash.to_string()), leaf.status == "draw");
        }
        for parsed in bundle::order_lines(order.as_bytes()).unwrap() {
            parsed.unwrap();
        }
        let teams = bundle::parse_teams(file(&drawn, "teams.txt").as_bytes()).unwrap();
        let visited: BTreeSet<_> = opened.iter().map(|line| line.leaf.id.clone()).collect();
        assert_eq!(
            teams
                .iter()
                .map(|(id, _)| id.to_string())
                .collect::<BTreeSet<_>>(),
            visited
        );
        let leaders = bundle::parse_leaders(file(&drawn, "leaders.txt").as_bytes()).unwrap();
        assert!(
            leaders
                .iter()
                .map(|(id, _)| id)
                .eq(teams.iter().map(|(id, _)| id))
        );
    }
}

#[test]
fn a_stage_has_exactly_its_files() {
    for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
        let files = stage.files();
        assert_eq!(Stage::of(files.clone()), Ok(stage));
        let with_receipts = [&files[..], &bundle::RECEIPTS].concat();
        assert_eq!(Stage::of(with_receipts), Ok(stage));
        for at in 0..files.len() {
            let mut fewer = files.clone();
            fewer.remove(at);
            assert!(
                Stage::of(fewer).map_or(true, |found| found < stage),
                "{stage:?} {at}"
            );
        }
        let codes = |names: Vec<&str>| Stage::of(names).unwrap_err()[0].code;
        assert_eq!(
            codes([&files[..], &["notes.txt"]].concat()),
            Code::FILE_EXTRA
        );
        assert_eq!(
            codes([&files[..], &["freeze.txt"]].concat()),
            Code::FILE_EXTRA
        );
        assert_eq!(
            codes([&files[..], &["freeze.proof"]].concat()),
            Code::FILE_MISSING
        );
    }
    let early = Stage::of([&bundle::SEALED[..], &["secret.txt"]].concat()).unwrap_err();
    assert!(early.iter().all(|fault| fault.code == Code::FILE_MISSING));
    assert_eq!(early.len(), 8);
}

#[test]
fn files_out_of_order_or_with_a_line_too_many_are_refused() {
    let drawn = drawn("V2");
    for name in ["subjects.tsv", "opened.tsv", "subjects.order"] {
        let text = file(&drawn, name);
        let mut lines: Vec<&str> = text.lines().collect();
        let code = |lines: &[&str]| {
            let bytes = lines.join("\n") + "\n";
            let bytes = bytes.as_bytes();
            match name {
                "subjects.tsv" => bundle::parse_frame(bytes, b"", b"").map(drop),
                "opened.tsv" => bundle::parse_opened(bytes).map(drop),
                _ => bundle::order_lines(bytes)
                    .unwrap()
                    .try_for_each(|line| line.map(drop)),
            }
            .unwrap_err()
            .code
        };
        let twice = [&lines[..1], &lines[..]].concat();
        assert_eq!(code(&twice), Code::SORTED, "{name}");
        lines.swap(0, 1);
        assert_eq!(code(&lines), Code::SORTED, "{name}");
        lines[0] = "";
        assert!([Code::LINE, Code::SORTED].contains(&code(&lines)), "{name}");
    }
    assert_eq!(
        bundle::parse_teams(b"S1 F1 F2\nS2 F1\n").unwrap_err().code,
        Code::LINE
    );
    assert_eq!(bundle::parse_secret(b"ab\n").unwrap_err().code, Code::HEX);
}

#[test]
fn a_listed_subject_proves_its_place_without_class_status_or_ticket() {
    for name in NAMES {
        let drawn = drawn(name);
        let tree = drawn.frozen().subject_tree();
        let record = drawn.frozen().record();
        for view in drawn.frozen().frame().subjects.iter() {
            for listing in Listing::of(drawn.frozen(), tree, view.id) {
                listing.verify_against(record).unwrap();
                let text = listing.to_string();
                assert_eq!(Listing::parse(text.as_bytes()).unwrap(), listing);
                assert!(!text.contains(view.status_text) && !text.contains(" fume"));
                let mut bent = listing.clone();
                bent.nonce.0[0] ^= 1;
                assert_eq!(
                    bent.verify_against(record).unwrap_err().code,
                    Code::CONTRADICTION
                );
                let other = self::drawn(if name == "V1" { "V2" } else { "V1" });
                let fault = listing.verify_against(other.frozen().record()).unwrap_err();
                assert_eq!(fault.code, Code::OTHER_ATTEMPT);
            }
        }
        assert!(Listing::of(drawn.frozen(), tree, token("nobody")).is_empty());
    }
}

#[test]
fn a_visited_subject_proves_at_the_door_that_nobody_picked_it() {
    for name in NAMES {
        let drawn = drawn(name);
        let tree = drawn.frozen().subject_tree();
        let freeze = drawn.frozen().record();
        let mut must = 0;
        for at in 0..drawn.visits().len() {
            for proof in DoorProof::of(&drawn, tree, at) {
                assert_eq!(
                    DoorProof::parse(proof.to_string().as_bytes()).unwrap(),
                    proof
                );
                match proof.verify_against(freeze, drawn.record()).unwrap() {
                    Cause::Drawn { ticket, cutoff } => assert!(ticket <= cutoff),
                    Cause::Must(_) => must += 1,
                }
                let mut class = proof.clone();
                class.leaf.stratum = "Z".to_owned();
                assert!(class.verify_against(freeze, drawn.record()).is_err());
                let mut salt = proof.clone();
                salt.leaf.salt.0[5] ^= 1;
                assert!(salt.verify_against(freeze, drawn.record()).is_err());
                let mut result = drawn.record().clone();
                result.cutoffs.reverse();
                assert!(proof.verify_against(freeze, &result).is_err());
            }
        }
        assert_eq!(must, freeze.must);
    }
}

#[test]
fn nobody_below_the_line_can_be_shown_a_door_proof() {
    let drawn = drawn("V3");
    let tree = drawn.frozen().subject_tree();
    let visited: BTreeSet<_> = drawn.visits().iter().map(|visit| visit.subject).collect();
    let mut tried = 0;
    for view in drawn
        .frozen()
        .frame()
        .subjects
        .iter()
        .filter(|v| !visited.contains(&v.id))
    {
        let mut proof = DoorProof::of(&drawn, tree, 0).remove(0);
        proof.leaf = drawn.frozen().opened(view.id).remove(0);
        proof.inclusion = Listing::of(drawn.frozen(), tree, view.id)
            .remove(0)
            .inclusion;
        let fault = proof
            .verify_against(drawn.frozen().record(), drawn.record())
            .unwrap_err();
        assert_eq!(fault.code, Code::CONTRADICTION);
        tried += 1;
    }
    assert_eq!(tried, 8);
}

/// Every public record of a campaign before OPEN, with everything that can happen in between.
fn public_bytes(drawn: &Drawn) -> Vec<String> {
    let freeze = drawn.frozen().record();
    let reveal = RevealRecord::build(freeze, drawn.seed_text().parties.clone()).unwrap();
    let void = VoidRecord {
        attempt: freeze.attempt_ref(),
        reason: token("flood"),
        approver: token("K01"),
        document: input_hash("paper"),
    };
    let mut bytes: Vec<String> = Stage::Sealed
        .files()
        .iter()
        .map(|name| file(drawn, name))
        .collect();
    bytes.extend([reveal.to_string(), void.to_string()]);
    let mut standing = Standing::new(drawn);
    let (approver, document) = (token("K01"), input_hash("paper"));
    let member = standing.visits()[0].team[0].unwrap();
    let raised_by = RaisedBy::Subject;
    let recusal = RecusalGrounds {
        raised_by,
        approver,
        document,
    };
    bytes.push(standing.recuse(1, member, recusal).unwrap().to_string());
    let member = standing.visits()[1].team[0].unwrap();
    let grounds = Grounds {
        reason: token("duty"),
        approver,
        document,
    };
    bytes.push(standing.substitute(member, grounds).unwrap().to_string());
    let parts: Vec<_> = (1..=6).map(|n| token(&format!("P{n}"))).collect();
    let part = PartDraw::commit(&mut standing, 1, &parts, 2, &secret_of("parts")).unwrap();
    bytes.push(part.record().to_string());
    bytes.push(part.order_text());
    bytes
}

#[test]
fn before_open_no_public_byte_names_a_subject() {
    for name in NAMES {
        let drawn = drawn(name);
        let public = public_bytes(&drawn);
        assert_eq!(public.len(), 9);
        for view in drawn.frozen().frame().subjects.iter() {
            for text in &public {
                assert!(
                    !text.contains(view.id.as_str()),
                    "{name}: {} in {text}",
                    view.id
                );
            }
        }
    }
}

#[test]
fn parts_are_drawn_once_by_the_attempts_seed_and_a_fresh_secret() {
    let drawn = drawn("V1");
    let mut standing = Standing::new(&drawn);
    let parts: Vec<_> = (1..=40).map(|n| token(&format!("P{n:02}"))).collect();
    let secret = secret_of("parts");
    let draw = PartDraw::commit(&mut standing, 2, &parts, 3, &secret).unwrap();
    assert_eq!(
        (
            draw.record().parts.leaves,
            draw.drawn().len(),
            draw.order().len()
        ),
        (40, 3, 40)
    );
    assert!(draw.order().is_sorted());
    let reversed: Vec<_> = parts.iter().rev().copied().collect();
    let mut again = Standing::new(&drawn);
    let same = PartDraw::commit(&mut again, 2, &reversed, 3, &secret).unwrap();
    assert_eq!((same.record(), same.order()), (draw.record(), draw.order()));
    let mut fault = |visit, parts: &[draw::Token], quota| {
        PartDraw::commit(&mut standing, visit, parts, quota, &secret)
            .unwrap_err()
            .code
    };
    assert_eq!(fault(2, &parts, 3), Code::PARTS);
    assert_eq!(fault(1, &parts, 41), Code::PARTS);
    assert_eq!(fault(1, &[parts[0], parts[0]], 1), Code::PARTS);
    assert_eq!(fault(99, &parts, 1), Code::NO_VISIT);
    standing.close(3).unwrap();
    let mut fault = |visit| {
        PartDraw::commit(&mut standing, visit, &parts, 1, &secret)
            .unwrap_err()
            .code
    };
    assert_eq!(fault(3), Code::VISIT_CLOSED);
    standing.open();
    let late = PartDraw::commit(&mut standing, 1, &parts, 1, &secret).unwrap_err();
    assert_eq!(late.code, Code::PARTS);
}

#[test]
fn open_commits_to_the_files_result_does_not() {
    let drawn = drawn("V1");
    for (stage, files) in [(Stage::Public, 1), (Stage::Full, 5)] {
        let record = bundle::open_record(&drawn, stage, 2, THREADS);
        assert_eq!(record.files.len(), files);
        for (name, hash) in &record.files {
            assert_eq!(
                *hash,
                drawn
                    .frozen()
                    .record()
                    .suite
                    .bytes(file(&drawn, name).as_bytes())
            );
        }
        let text = record.to_string();
        assert_eq!(
            draw::record::OpenRecord::parse(text.as_bytes()).unwrap(),
            record
        );
    }
}

fn plan_text() -> String {
    let document = input_hash("document");
    format!(
        "shuang/1 plan\ncampaign 411200-CG-2026-0001\ndocument {document}\nitem fume pool 1/10\n\
         item waste ceiling\nrate fume:A 1/20\nrate fume:B 1/5\nrate waste:A 1/2\n\
         draw-inspectors - 4\nteam - 2\nassign pairs\nleader L001\nparty justice\nparty notary\n\
         dice hall\nmin-level 2\nplan-seconds 0\nfreeze-seconds 0\nsubject-reserve none\n"
    )
}

/// A FREEZE that follows the plan: 30 + 10 firms under one item, 5 under the other.
fn planned(plan: &PlanRecord) -> FreezeRecord {
    let mut frame = draw::Frame::default();
    for n in 0..40 {
        let class = if n < 30 { "fume:A" } else { "fume:B" };
        frame
            .push_subject(&format!("S{n}"), class, "draw", "-")
            .unwrap();
    }
    for n in 0..5 {
        frame
            .push_subject(&format!("S{n}"), "waste:A", "draw", "-")
            .unwrap();
    }
    for n in 0..5 {
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    let mut quotas = Vec::new();
    for item in ["fume", "waste"] {
        let pools: Vec<_> = frame
            .subjects
            .pools()
            .into_iter()
            .filter(|(s, _)| s.item() == item)
            .collect();
        let found = plan.quotas_of(item, &pools).unwrap();
        quotas.extend(found.into_iter().map(|quota| (quota.stratum, quota.drawn)));
    }
    let terms = Terms {
        campaign: plan.campaign,
        attempt: 1,
        suite: plan.suite,
        plan: draw::record::hash_of(plan.suite, plan),
        extends: None,
        quotas,
        drawn: plan.drawn.clone(),
        teams: plan.teams.clone(),
        assign: plan.assign,
        areas: plan.areas.clone(),
        leaders: plan.leaders.clone(),
        parties: plan
            .parties
            .iter()
            .map(|name| common::party(name.as_str(), "n"))
            .collect(),
        dice: plan.dice,
        reveal_by: 1_800_000_000,
        beacon: None,
        hours: draw::record::Hours::One,
    };
    draw::freeze(&terms, frame, &secret_of("planned"), THREADS)
        .unwrap()
        .record()
        .clone()
}

#[test]
fn a_freeze_is_held_against_its_plan() {
    let plan = PlanRecord::parse(plan_text().as_bytes()).unwrap();
    let freeze = planned(&plan);
    assert!(plan.disagreements(&freeze).is_empty());
    // ⌈40/10⌉ = 4 split 30·1/20 : 10·1/5 = 1.5 : 2 → 1.71, 2.29 → 2, 2; ⌈5/2⌉ = 3.
    let quotas: Vec<u64> = freeze.strata.iter().map(|line| line.quota).collect();
    assert_eq!(quotas, [2, 2, 3]);
    let fault = |change: fn(&mut FreezeRecord)| {
        let mut changed = freeze.clone();
        change(&mut changed);
        let faults = plan.disagreements(&changed);
        assert!(faults.iter().all(|fault| fault.code == Code::PLAN));
        faults
            .into_iter()
            .map(|fault| fault.place)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(fault(|f| f.strata[0].quota = 1), "fume:A");
    assert_eq!(fault(|f| f.leaders.push(token("L002"))), "leader");
    assert_eq!(fault(|f| f.parties.truncate(1)), "party min-level");
    assert_eq!(fault(|f| f.dice = None), "dice min-level");
    assert_eq!(fault(|f| f.plan.0[0] ^= 1), "plan");
    assert_eq!(fault(|f| f.inspector_draws[0].drawn = 3), "draw-inspectors");
    assert_eq!(
        fault(|f| f.strata[0].stratum = common::stratum("fume:all")),
        "fume:all"
    );
}
