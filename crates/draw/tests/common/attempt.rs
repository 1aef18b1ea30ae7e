//! A whole attempt of `shuang/2` from a description in JSON: plan, frame, sources, end, changes, parts.
//! Shared by the example that writes it into a directory, the one that writes vectors, and the tests.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every program uses its own part of this module"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZeroUsize;

use draw::bundle::{Attempt, Ended, Stage};
use draw::digest::Secret;
use draw::freeze::Terms;
use draw::quota::{merged, merges};
use draw::record::freeze::{Assign, Hours, PartyLine, TeamSize};
use draw::record::plan::{ItemRule, PlanEdition};
use draw::record::two::{Approval, Decided, VoidRecord, Voided};
use draw::record::{BeaconName, PlanRecord, RevealRecord, hash_of};
use draw::seed::{Answer, SeedText};
use draw::standing::Course;
use draw::{Digest, Drawn, Fault, Frame, Frozen, Stratum, Suite, Token, Version};
use serde_json::Value;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// Files by path.
pub type Written = BTreeMap<String, Vec<u8>>;

/// What a description gives.
pub enum Outcome {
    /// FREEZE must be refused.
    Refused(Vec<Fault>),
    /// The bundle, parts and borrowed frames; the draw if there is one.
    Made(Box<Made>),
}

pub struct Made {
    pub plan: PlanRecord,
    pub files: Written,
    pub drawn: Option<Drawn>,
    /// Draws of borrowed frames, by the sequence of their EXTEND.
    pub borrowed: BTreeMap<u64, Drawn>,
    /// The order of the parts of a visit, which is shown only at the door.
    pub part_orders: BTreeMap<u64, String>,
    /// Changes and parts that the rules do not allow, left out.
    pub left_out: Vec<Fault>,
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn int(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

fn read<T: std::str::FromStr<Err = Fault>>(value: &Value) -> Result<T, Fault> {
    text(value).parse()
}

fn hash(value: &Value) -> Digest {
    read(value).expect("64 hexadecimal digits")
}

fn tokens(value: &Value) -> Result<Vec<Token>, Fault> {
    list(value).iter().map(read).collect()
}

fn counts(value: &Value) -> Result<Vec<(Token, u64)>, Fault> {
    let pair = |line: &Value| Ok((read(&line[0])?, int(&line[1])));
    list(value).iter().map(pair).collect()
}

fn suite(json: &Value) -> Suite {
    match text(&json["suite"]) {
        "sm3" => Suite::Sm3,
        _ => Suite::Sha256,
    }
}

/// PLAN as text, so that the grammar is the only judge of what is in the description.
fn plan_text(json: &Value) -> String {
    let mut out = format!("shuang/{} plan\n", int(&json["plan_version"]));
    let mut line = |words: &[&str]| writeln!(out, "{}", words.join(" ")).expect("memory");
    line(&["campaign", text(&json["campaign"])]);
    if suite(json) == Suite::Sm3 {
        line(&["suite sm3"]);
    }
    line(&["document", text(&json["document"])]);
    if int(&json["plan_version"]) == 2 {
        line(&[
            "rulebook",
            text(&json["rulebook"][0]),
            text(&json["rulebook"][1]),
        ]);
        line(&["ceremony", &json["ceremony"].to_string()]);
    }
    for (key, rows) in [("item", "items"), ("rate", "rates")] {
        for row in list(&json[rows]) {
            line(&[key, text(&row[0]), text(&row[1])]);
        }
    }
    for (key, rows) in [("draw-inspectors", "draw_inspectors"), ("team", "teams")] {
        for row in list(&json[rows]) {
            line(&[key, text(&row[0]), &row[1].to_string()]);
        }
    }
    line(&["assign", text(&json["assign"])]);
    for (key, rows) in [("area", "areas"), ("leader", "leaders")] {
        for row in list(&json[rows]) {
            line(&[key, text(row)]);
        }
    }
    for row in list(&json["parties"]) {
        line(&["party", text(&row[0])]);
    }
    for (key, source) in [("dice", &json["dice"]), ("beacon", &json["beacon"])] {
        if !source.is_null() {
            line(&[key, text(&source[0])]);
        }
    }
    for (key, number) in [
        ("min-level", "min_level"),
        ("plan-seconds", "plan_seconds"),
        ("freeze-seconds", "freeze_seconds"),
    ] {
        line(&[key, &json[number].to_string()]);
    }
    if int(&json["plan_version"]) == 1 {
        line(&["subject-reserve none"]);
    }
    out
}

fn assign(json: &Value) -> Result<Assign, Fault> {
    match text(&json["assign"]).strip_prefix("groups ") {
        None => Ok(Assign::Pairs),
        Some(groups) => Ok(Assign::Groups(groups.parse().expect("a number of groups"))),
    }
}

fn party(json: &Value, row: &Value) -> Result<PartyLine, Fault> {
    let nonce = match row[1].is_null() {
        true => &json["absent_nonce"][text(&row[0])],
        false => &row[1],
    };
    let attempt = u32::try_from(int(&json["attempt"])).expect("an attempt number");
    Ok(PartyLine::commit_to_attempt(
        suite(json),
        read(&json["campaign"])?,
        attempt,
        read(&row[0])?,
        &hash(nonce),
    ))
}

/// The terms of FREEZE but for the quotas.
fn terms(json: &Value, plan: &PlanRecord, extends: Option<Digest>) -> Result<Terms, Fault> {
    let beacon = &json["beacon"];
    let named = |beacon: &Value| {
        Ok(BeaconName {
            source: text(&beacon[0]).to_owned(),
            round: read(&beacon[1])?,
        })
    };
    let announced = (!beacon.is_null()).then_some(beacon);
    let parties = list(&json["parties"]).iter().map(|row| party(json, row));
    let teams = counts(&json["teams"])?.into_iter();
    Ok(Terms {
        campaign: read(&json["campaign"])?,
        attempt: u32::try_from(int(&json["attempt"])).expect("an attempt number"),
        suite: suite(json),
        plan: hash_of(plan.suite, plan),
        extends,
        quotas: Vec::new(),
        drawn: counts(&json["draw_inspectors"])?,
        teams: teams
            .map(|(stratum, size)| TeamSize { stratum, size })
            .collect(),
        assign: assign(json)?,
        areas: tokens(&json["areas"])?,
        leaders: tokens(&json["leaders"])?,
        parties: parties.collect::<Result<_, _>>()?,
        dice: match json["dice"].is_null() {
            true => None,
            false => Some(read(&json["dice"][0])?),
        },
        reveal_by: int(&json["reveal_by"]),
        beacon: announced.map(named).transpose()?,
        hours: Hours::Two {
            reveal_from: int(&json["reveal_from"]),
            beacon_at: announced.map(|beacon| int(&beacon[2])),
        },
    })
}

/// The frame, its classes merged by §4.
fn frame(json: &Value, plan: &PlanRecord) -> Result<Frame, Fault> {
    let mut rows = Vec::new();
    for row in list(&json["subjects"]) {
        let item: Token = read(&row[1])?;
        rows.push((item, Stratum::of(item, read(&row[2])?), row));
    }
    let mut pools: BTreeMap<Token, u64> = BTreeMap::new();
    for (item, _, row) in &rows {
        *pools.entry(*item).or_default() += u64::from(text(&row[3]) == "draw");
    }
    let small = |rule: &&ItemRule| {
        let pool = pools.get(&rule.item).copied();
        pool.is_some_and(|pool| merges(rule.rule, pool))
    };
    let small: BTreeSet<Token> = plan
        .items
        .iter()
        .filter(small)
        .map(|rule| rule.item)
        .collect();
    let mut frame = Frame::default();
    for (item, stratum, row) in rows {
        let stratum = match small.contains(&item) {
            true => merged(&stratum),
            false => stratum,
        };
        frame.push_subject(
            text(&row[0]),
            stratum.as_str(),
            text(&row[3]),
            text(&row[4]),
        )?;
    }
    for row in list(&json["inspectors"]) {
        let area = row.get(3).map_or("-", text);
        let (id, kind, status) = (text(&row[0]), text(&row[1]), text(&row[2]));
        frame.inspectors.push(id, kind, status, area)?;
    }
    for row in list(&json["recusals"]) {
        frame.push_recusal(text(&row[0]), text(&row[1]))?;
    }
    Ok(frame)
}

fn frozen(json: &Value, plan: &PlanRecord, extends: Option<Digest>) -> Result<Frozen, Vec<Fault>> {
    let one = |fault| vec![fault];
    let frame = frame(json, plan).map_err(one)?;
    let mut terms = terms(json, plan, extends).map_err(one)?;
    let pools = frame.subjects.pools();
    let items: BTreeSet<&str> = pools.iter().map(|(stratum, _)| stratum.item()).collect();
    for item in items {
        let of_item = pools.iter().filter(|(stratum, _)| stratum.item() == item);
        let of_item: Vec<_> = of_item.cloned().collect();
        let quotas = plan
            .quotas_under(Version::Two, item, &of_item)
            .map_err(one)?;
        let quotas = quotas.into_iter().map(|quota| (quota.stratum, quota.drawn));
        terms.quotas.extend(quotas);
    }
    let secret = Secret::from_bytes(hash(&json["S"]).0);
    draw::freeze_under(plan, &terms, frame, &secret, ONE).map_err(|refusal| refusal.faults)
}

fn reveal(json: &Value, frozen: &Frozen) -> RevealRecord {
    let timeout: Token = "timeout".parse().expect("a name");
    let parties = list(&json["parties"]).iter().map(|row| {
        let answer = match row[1].is_null() {
            true => Answer::Absent(timeout),
            false => Answer::Given(hash(&row[1])),
        };
        (read(&row[0]).expect("frozen before"), answer)
    });
    let dice = frozen.record().dice.map(|label| {
        let answer = match json["dice"][1].as_str() {
            Some(digits) => Answer::Given(digits.to_owned()),
            None => Answer::Absent(timeout),
        };
        (label, answer)
    });
    RevealRecord::build_with_dice(frozen.record(), parties.collect(), dice)
        .unwrap_or_else(|faults| panic!("the sources do not answer FREEZE: {faults:?}"))
}

/// The draw, `None` if the beacon never appears.
fn drawn(json: &Value, frozen: Frozen, reveal: &RevealRecord) -> Option<Drawn> {
    let value = match json["beacon"].is_null() {
        true => None,
        false => Some(json["beacon"][3].as_str()?.to_owned()),
    };
    let seed = SeedText::after(reveal, frozen.record(), value)
        .unwrap_or_else(|faults| panic!("the sources do not answer FREEZE: {faults:?}"));
    let drawn = draw::draw_revealed(frozen, reveal, &seed, ONE);
    Some(drawn.unwrap_or_else(|faults| panic!("a good seed: {faults:?}")))
}

fn approval(suite: Suite, json: &Value) -> Approval {
    let (code, salt) = (&json["approver"][0], hash(&json["approver"][1]));
    let code = read(code).expect("a code");
    Approval::by(suite, code, &salt, hash(&json["document"]))
}

fn void(json: &Value, voided: Voided) -> VoidRecord {
    let void = &json["void"];
    VoidRecord {
        voided,
        reason: read(&void["reason"]).expect("a reason"),
        decided: match void["approver"].is_null() {
            true => Decided::Program,
            false => Decided::Approved(approval(suite(json), void)),
        },
    }
}

fn write(attempt: &Attempt<'_>, folder: &str, files: &mut Written) {
    for name in attempt.contents(Stage::Full).files() {
        let mut bytes = Vec::new();
        assert!(
            attempt.write(&name, ONE, &mut bytes).expect("memory"),
            "{name}"
        );
        files.insert(format!("{folder}{name}"), bytes);
    }
}

/// Closes visits that are still open.
fn close(course: &mut Course<'_>, visits: &Value) {
    for visit in list(visits) {
        let _ = course.close(int(visit));
    }
}

/// One change; what the rules do not allow changes nothing.
fn change(course: &mut Course<'_>, made: &mut Made, json: &Value) -> Result<(), Vec<Fault>> {
    let one = |fault| vec![fault];
    let before = course.clone();
    close(course, &json["closed"]);
    let freeze = course.drawn().frozen().record();
    let done = match text(&json["type"]) {
        "substitute" => {
            let person = read(&json["person"]).map_err(one)?;
            course.substitute(person, approval(freeze.suite, json))
        }
        "recuse" => {
            let person = read(&json["person"]).map_err(one)?;
            course.recuse(int(&json["visit"]), person, approval(freeze.suite, json))
        }
        _ => {
            let frame = &json["attempt"];
            let frozen = match frozen(frame, &made.plan, Some(freeze.hash())) {
                Ok(frozen) => frozen,
                Err(faults) => {
                    *course = before;
                    return Err(faults);
                }
            };
            let reveal = reveal(frame, &frozen);
            let guests = drawn(frame, frozen, &reveal).expect("the beacon appears");
            let done = course.extend(&guests);
            if let Ok(record) = &done {
                let guest_course = Course::new(&guests);
                let attempt = Attempt {
                    plan: &made.plan,
                    ended: Ended::Drawn(&guest_course),
                };
                write(
                    &attempt,
                    &format!("borrowed-{}/", record.sequence),
                    &mut made.files,
                );
                made.borrowed.insert(record.sequence, guests);
            }
            done
        }
    };
    done.map(drop).map_err(|fault| {
        *course = before;
        vec![fault]
    })
}

fn part(course: &mut Course<'_>, made: &mut Made, json: &Value) -> Result<(), Fault> {
    let secret = Secret::from_bytes(hash(&json["S"]).0);
    let visit = int(&json["visit"]);
    let parts = tokens(&json["parts"])?;
    let commitment = course.commit_parts(visit, &parts, int(&json["quota"]), &secret)?;
    let number = json["number"].as_str().map(str::parse).transpose()?;
    let record = commitment.record().to_string();
    let (numbered, order) = commitment.numbered(number);
    made.files
        .insert(format!("part-{visit}.txt"), record.into_bytes());
    let name = format!("part-number-{visit}.txt");
    made.files.insert(name, numbered.to_string().into_bytes());
    made.part_orders.insert(visit, order.order_text());
    Ok(())
}

/// Makes the attempt a description tells of.
pub fn make(json: &Value) -> Outcome {
    let plan = match PlanRecord::parse(plan_text(json).as_bytes()) {
        Ok(plan) => plan,
        Err(fault) => return Outcome::Refused(vec![fault]),
    };
    let is_two = matches!(plan.edition, PlanEdition::Two { .. });
    assert_eq!(is_two, plan.version() == Version::Two);
    let mut made = Box::new(Made {
        plan,
        files: Written::new(),
        drawn: None,
        borrowed: BTreeMap::new(),
        part_orders: BTreeMap::new(),
        left_out: Vec::new(),
    });
    let before = match text(&json["ending"]) {
        "void" => text(&json["void"]["before"]),
        _ => "",
    };
    if before == "freeze" {
        let voided = Voided::BeforeFreeze {
            campaign: made.plan.campaign,
            attempt: u32::try_from(int(&json["attempt"])).expect("an attempt number"),
            plan: hash_of(made.plan.suite, &made.plan),
        };
        let void = void(json, voided);
        made.end(Ended::VoidPlanned(&void));
        return Outcome::Made(made);
    }
    let frozen = match frozen(json, &made.plan, None) {
        Ok(frozen) => frozen,
        Err(faults) => return Outcome::Refused(faults),
    };
    let record = frozen.record().clone();
    let voided = |reveal: Option<&RevealRecord>| {
        let voided = Voided::Frozen {
            attempt: record.attempt_ref(),
            reveal: reveal.map(|reveal| reveal.hash(record.suite)),
        };
        void(json, voided)
    };
    if before == "reveal" {
        made.end(Ended::VoidFrozen(&record, &voided(None)));
        return Outcome::Made(made);
    }
    let reveal = reveal(json, &frozen);
    match (before, drawn(json, frozen, &reveal)) {
        ("result", None) => {
            made.end(Ended::VoidRevealed(
                &record,
                &reveal,
                &voided(Some(&reveal)),
            ));
        }
        ("result", Some(drawn)) => {
            made.end(Ended::VoidOpened(&drawn, &voided(Some(&reveal))));
            made.drawn = Some(drawn);
        }
        (_, drawn) => made.follow(json, drawn.expect("the beacon appears")),
    }
    Outcome::Made(made)
}

impl Made {
    fn end(&mut self, ended: Ended<'_>) {
        let attempt = Attempt {
            plan: &self.plan,
            ended,
        };
        write(&attempt, "", &mut self.files);
    }

    fn follow(&mut self, json: &Value, drawn: Drawn) {
        let mut course = Course::new(&drawn);
        for line in list(&json["changes"]) {
            let done = change(&mut course, self, line);
            self.left_out.extend(done.err().into_iter().flatten());
        }
        for line in list(&json["parts"]) {
            let done = part(&mut course, self, line);
            self.left_out.extend(done.err());
        }
        self.end(Ended::Drawn(&course));
        self.drawn = Some(drawn);
    }
}
