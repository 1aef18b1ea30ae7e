//! An attempt of `shuang/2` as people meet it: the ceremony in the plan, the hours of FREEZE, dice read by two, a paper
//! under every void.

use std::num::NonZeroUsize;

use app::drawing::Stage;
use app::premise::Thing;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::account::Role;
use domain::campaign::CampaignState;
use domain::campaign::entry::{Counts, SourceEntry};
use domain::campaign::state::LIFE;
use domain::id::CampaignNo;
use sha2::{Digest as _, Sha256};
use store::{Db, campaign};
use testkit::city::as_shown;
use testkit::engines::{PostgresDatabase, admin};
use tower::ServiceExt as _;
use verify::{BundleSource, Limits, Options, verify_bundle};

use crate::browser::{Browser, Page};
use crate::cast::{
    Cast, NONCES, commitment_of_attempt, last_four, plan_but, whole_plan, with_cast,
    with_cast_of_two,
};

const CEREMONY: (&str, &str) = ("ceremony", "2026-11-23 10:00");
pub const DIGITS: &str = "31415926535897932384";
const GROUPED: &str = "31415 92653 58979 32384";

pub fn announced(changes: &[(&str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = plan_but(changes);
    fields.push(CEREMONY);
    fields
}

/// The campaign with its frame frozen and both commitments in; yields the links of the parties.
pub async fn frozen(cast: &Cast, plan: &[(&'static str, &'static str)]) -> (String, Vec<String>) {
    let no = cast.plan(plan).await;
    cast.done(&cast.initiator, &no, "submit", &[]).await;
    cast.done(&cast.approver, &no, "approve", &[]).await;
    cast.done(&cast.initiator, &no, "launch", &[]).await;
    let links = commitments(cast, &no, 1, NONCES).await;
    (no, links)
}

async fn commitments(
    cast: &Cast,
    no: &str,
    attempt: u32,
    nonces: [(&str, &str); 2],
) -> Vec<String> {
    cast.done(&cast.officer, no, "freeze", &[]).await;
    let mut links = Vec::new();
    for (party, nonce) in nonces {
        let link = cast.link(no, party).await;
        let typed = commitment_of_attempt(no, attempt, party, nonce);
        let answer = cast.hand_in(&link, "commitment", &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        links.push(link);
    }
    links
}

/// What stands in a field of the page.
fn value<'p>(page: &'p Page, name: &str) -> &'p str {
    let field = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let rest = field.unwrap_or_else(|| panic!("no field {name}: {}", page.text));
    rest.split('"').next().unwrap()
}

/// Presses the form of FREEZE as it stands, but for these fields.
pub async fn publishes(cast: &Cast, no: &str, changes: &[(&str, &str)]) -> Page {
    let path = format!("/w/campaigns/{no}/commit");
    let asked = cast.officer.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let mut fields = vec![
        ("reveal_from", value(&asked, "reveal_from")),
        ("reveal_by", value(&asked, "reveal_by")),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    cast.officer.submit(&asked, &path, &fields).await
}

async fn throws(cast: &Cast, who: &Browser, no: &str, digits: &str) -> Page {
    let picture = "9".repeat(64);
    let fields = [
        ("digits", digits),
        ("source", "十面骰 20 枚，二楼会议室，纪检监察组投掷"),
        ("picture", picture.as_str()),
    ];
    cast.press(who, no, "dice", &fields).await
}

/// The records of the campaign in the log, by their first lines.
pub async fn records(cast: &Cast, no: &str) -> Vec<String> {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let number = CampaignNo::parse(no).unwrap();
    let stored = campaign::by_number(&mut reader, &number).await.unwrap();
    let logged = store::portal::records_of(&mut reader, &stored).await;
    logged.unwrap().into_iter().map(|one| one.record).collect()
}

fn only<'r>(records: &'r [String], kind: &str) -> &'r str {
    let mut found = records.iter().filter(|text| {
        let first = text.lines().next().unwrap();
        first == format!("shuang/2 {kind}")
    });
    let one = found.next();
    one.unwrap_or_else(|| panic!("no {kind}: {records:?}"))
}

#[tokio::test]
async fn a_person_begins_and_finishes_an_attempt_and_two_read_the_dice() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[("dice", "hall-dice")])).await;
        let sheet = cast.approver.get(&format!("/w/campaigns/{no}")).await;
        assert!(sheet.shows("2026-11-23 10:00"), "{}", sheet.text);
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let held = cast.site.stranger().get(&links[0]).await;
        says(
            &held,
            &["2026-11-23 10:00:00 起才公开随机数"],
            &["name=\"nonce\""],
        );
        sends_too_early(&cast, &links[0], "DRAW-018").await;
        cast.site.city.clock.advance_minutes(61);
        let officer = cast.grant(&cast.officer_id).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["等待抽取仪式开始", "才掷骰"], &["录入掷骰结果"]);
        let early = officer.get(&format!("/w/campaigns/{no}/dice")).await;
        says(&early, &["DRAW-056"], &["<form class=\"form\""]);

        they_meet(&cast, &officer, &no, &links[0]).await;
        let held = cast.site.stranger().get(&links[0]).await;
        says(&held, &["在场两人录入掷骰结果之后"], &["name=\"nonce\""]);
        sends_too_early(&cast, &links[0], "DRAW-019").await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["等待两人录入掷骰结果"], &[]);
        two_read_the_dice(&cast, &officer, &no).await;
        let page = cast.site.stranger().get(&links[0]).await;
        says(&page, &["name=\"nonce\""], &[]);
        all_open(&cast, &links).await;
        follows(&cast).await;
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(&public, &[&format!("公开掷骰：hall-dice {DIGITS}")], &[]);
        // Nobody pressed anything, and nobody can.
        for act in ["reveal", "draw"] {
            let asked = officer.get(&format!("/w/campaigns/{no}/{act}")).await;
            says(&asked, &["CAMP-001"], &["<form class=\"form\""]);
        }
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已抽取，等待派发检查"], &[]);

        let records = records(&cast, &no).await;
        assert!(only(&records, "plan").contains("\nceremony 1795399200\n"));
        assert!(only(&records, "freeze").contains("\nreveal-from 1795399200\n"));
        let thrown = format!("\ndice hall-dice {DIGITS}\n");
        assert!(only(&records, "reveal").contains(&thrown));
        verifies(&cast, &no).await;
        nobody_did_it(&cast).await;
    })
    .await;
}

/// Who did it stands in the log: of what followed by itself the program, of everything before somebody.
async fn nobody_did_it(cast: &Cast) {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 1_000).await;
    let mut by_itself = Vec::new();
    for line in lines.unwrap() {
        let header = line.header.unwrap_or_default();
        if header.contains("抽取程序") {
            by_itself.push(line.entry.lines().nth(1).unwrap().to_owned());
        }
    }
    by_itself.sort();
    assert_eq!(by_itself, ["type result", "type reveal"]);
}

/// A host begins, and one party says by its link that it is there; before that it is asked for nothing else.
async fn they_meet(cast: &Cast, officer: &Browser, no: &str, link: &str) {
    let stranger = cast.site.stranger();
    let page = stranger.get(link).await;
    says(&page, &["主持人开始抽取仪式之后"], &["name=\"nonce\""]);
    sends_too_early(cast, link, "DRAW-056").await;
    says(&officer.get("/w").await, &["开始抽取仪式"], &[]);
    cast.done(officer, no, "ceremony", &[]).await;
    let again = officer.get(&format!("/w/campaigns/{no}/ceremony")).await;
    says(&again, &["DRAW-059"], &[]);
    let own = officer.get(&format!("/w/campaigns/{no}/attend")).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
    sends_too_early(cast, link, "DRAW-057").await;
    let page = stranger.get(link).await;
    says(&page, &["登记到场"], &["name=\"nonce\""]);
    let there = stranger
        .submit(&page, &format!("{link}/present"), &[])
        .await;
    assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.text);
    let twice = stranger
        .submit(&page, &format!("{link}/present"), &[])
        .await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER, "{}", twice.text);
    says(&stranger.get(link).await, &[], &["登记到场</button>"]);
}

/// The ceremony, with a witness on paper.
pub async fn meets(cast: &Cast, no: &str) {
    let officer = cast.grant(&cast.officer_id).await;
    cast.done(&officer, no, "ceremony", &[]).await;
    for (office, name) in [
        (" ", " "),
        ("司法局", ""),
        ("司法局", "42"),
        ("——", "见证员乙"),
    ] {
        let words = [("office", office), ("name", name)];
        let refused = cast.press(&officer, no, "slip", &words).await;
        says(&refused, &["DRAW-068"], &[]);
        says(&refused, &[&format!("value=\"{office}\"")], &[]);
    }
    // Whoever takes part in the draw is no witness of it on paper either.
    for own in ["样例drawer1", "样例approver1"] {
        let words = [("office", "司法局"), ("name", own)];
        says(
            &cast.press(&officer, no, "slip", &words).await,
            &["DRAW-061"],
            &[],
        );
    }
    let signed = [("office", "司法局"), ("name", "见证员乙")];
    cast.done(&officer, no, "slip", &signed).await;
}

pub async fn all_open(cast: &Cast, links: &[String]) {
    for ((_, nonce), link) in NONCES.iter().zip(links) {
        let open = cast.hand_in(link, "nonce", nonce).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
    }
}

/// What the program does without anybody.
pub async fn follows(cast: &Cast) {
    let failed = cast.site.city.app.follow_draws().await.unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

/// One reads the dice and enters them, another reads them as well; what stands before both have counts for nothing.
pub async fn two_read_the_dice(cast: &Cast, officer: &Browser, no: &str) {
    let typed = throws(cast, officer, no, "3141").await;
    says(&typed, &["DRAW-043", "二楼会议室"], &[]);
    let entered = throws(cast, officer, no, DIGITS).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
    says(&throws(cast, officer, no, DIGITS).await, &["AUTH-017"], &[]);
    // Of two who enter them each waits for the other.
    let home = officer.get("/w").await;
    says(&home, &[], &["录入掷骰结果", "收齐随机数"]);

    // The other is shown where it comes from, and no digit to copy.
    let second = city_approver(cast).await;
    says(&second.get("/w").await, &["录入掷骰结果"], &[]);
    let asked = second.get(&format!("/w/campaigns/{no}/dice")).await;
    says(
        &asked,
        &["二楼会议室"],
        &[DIGITS, GROUPED, "name=\"source\""],
    );
    let page = second.get(&format!("/w/campaigns/{no}")).await;
    says(&page, &["等待另一个账号录入"], &[DIGITS, GROUPED]);
    let misread = [("digits", "31415926535897932385")];
    let wrong = cast.press(&second, no, "dice", &misread).await;
    says(&wrong, &["DRAW-044"], &[DIGITS]);
    cast.done(&second, no, "dice", &[("digits", DIGITS)]).await;
    let stands = officer.get(&format!("/w/campaigns/{no}")).await;
    says(&stands, &[GROUPED, "二楼会议室", "看照片"], &[]);
    let gone = officer.get(&format!("/w/campaigns/{no}/dice")).await;
    says(&gone, &["DRAW-045"], &[]);
}

/// What a page does not ask for yet is refused all the same, and not shown again.
async fn sends_too_early(cast: &Cast, link: &str, code: &str) {
    let app = &cast.site.city.app;
    let (_, nonce) = NONCES[0];
    let shown = as_shown(app, Thing::Party(&link["/p/".len()..])).await;
    let token = cast.token(link);
    let fields = [
        ("_token", token.as_str()),
        ("_premise", &shown.to_string()),
        ("nonce", nonce),
    ];
    let stranger = cast.site.stranger();
    let page = stranger.post_raw(&format!("{link}/nonce"), &fields).await;
    says(&page, &[code], &[nonce]);
}

/// The number where its commitment belongs, in every form in which the page, the command or a hand gives it: none of it
/// comes back, and the page says why the field is empty.
async fn pastes_too_early(cast: &Cast, no: &str, link: &str) {
    const WITHHELD: &str = "没有把刚才填的内容显示回来：里面可能是随机数。";
    let (_, nonce) = NONCES[0];
    let short = &nonce[1..];
    let for_attempt = format!("campaign {no}\nattempt 1\n");
    for typed in [
        // The file of the page, and the one of `mingqian nonce --out`.
        format!("{for_attempt}party discipline\nnonce {nonce}\ncommitment {short}\n"),
        format!("{for_attempt}party discipline {nonce}\n"),
        format!("party discipline {nonce}"),
        format!("随机数：{nonce}"),
        format!("{nonce}0"),
        format!("{nonce}\u{1}"),
        short.to_owned(),
    ] {
        let pasted = cast.hand_in(link, "commitment", &typed).await;
        assert_ne!(pasted.status, StatusCode::SEE_OTHER, "{typed}");
        says(&pasted, &[WITHHELD, "name=\"commitment\""], &[short]);
    }
    // The number alone has the form of a commitment; where it is refused for another reason, it stays with its party too.
    let token = cast.token(link);
    let fields = [("_token", token.as_str()), ("commitment", nonce)];
    let stranger = cast.site.stranger();
    let page = stranger
        .post_raw(&format!("{link}/commitment"), &fields)
        .await;
    assert_ne!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    says(&page, &[WITHHELD], &[short]);
    let empty = cast.hand_in(link, "commitment", "").await;
    says(&empty, &["DRAW-033"], &[WITHHELD]);
    says(&stranger.get(link).await, &[], &[WITHHELD, short, "掷骰"]);
}

pub fn says(page: &Page, words: &[&str], not: &[&str]) {
    let all = words.iter().all(|word| page.shows(word));
    let none = not.iter().all(|word| !page.shows(word));
    assert!(all && none, "{words:?}, not {not:?}: {}", page.text);
}

pub async fn city_approver(cast: &Cast) -> Browser {
    city_approver_named(cast, "approver2").await
}

async fn city_approver_named(cast: &Cast, name: &str) -> Browser {
    let city = &cast.site.city;
    let other = city.account(name, &[(Role::Approver, 0)]).await;
    cast.grant(&other).await
}

/// Right as far as it goes: OPEN is not logged yet.
pub async fn verifies(cast: &Cast, no: &str) {
    let app = &cast.site.city.app;
    let number = CampaignNo::parse(no).unwrap();
    let zip = app.bundle_zip(&number, Stage::Sealed).await.unwrap();
    let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
    let options = Options {
        log_key: Some(app.log_key.verifier().clone().into()),
        threads: NonZeroUsize::MIN,
    };
    let verdict = verify_bundle(&source, &options);
    assert_eq!(verdict.exit(), 3, "{verdict:#?}");
}

#[tokio::test]
async fn the_form_of_freeze_offers_the_ceremony_and_keeps_what_does_not_fit() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[("beacon", "cwl-ssq")])).await;
        let asked = cast.officer.get(&format!("/w/campaigns/{no}/commit")).await;
        assert_eq!(value(&asked, "reveal_from"), "2026-11-23 10:00");
        assert_eq!(value(&asked, "reveal_by"), "2026-11-23 11:00");
        // Before the announced ceremony nothing begins at once.
        says(&asked, &[], &["name=\"reveal_minutes\"", "留空"]);
        let lottery = [
            ("beacon_round", "2026136"),
            ("beacon_at", "2026-11-24 21:15"),
        ];
        let refused = async |changes: &[(&str, &str)], words: &[&str]| {
            let changed = lottery
                .into_iter()
                .filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
            let fields: Vec<_> = changed.chain(changes.iter().copied()).collect();
            let page = publishes(&cast, &no, &fields).await;
            assert_ne!(page.status, StatusCode::SEE_OTHER);
            for word in words {
                assert!(page.shows(word), "{word}: {}", page.text);
            }
        };
        refused(&[("reveal_from", "明天上午")], &["DATE-003", "明天上午"]).await;
        let early = "2026-11-23 09:30";
        refused(&[("reveal_from", early)], &["CAMP-018", early]).await;
        refused(&[("reveal_by", early)], &["CAMP-019", early]).await;
        refused(&[("beacon_at", "")], &["DATE-003", "2026136"]).await;
        refused(&[("beacon_at", early)], &["CAMP-007", early]).await;
        refused(&[("beacon_round", "")], &["CAMP-033"]).await;
        for slip in ["138期", "2026 138", "二〇二六一三八", "138"] {
            refused(&[("beacon_round", slip)], &["CAMP-047", slip, "7 位数字"]).await;
        }
        let drawn = "2026120";
        refused(
            &[("beacon_round", drawn)],
            &["CAMP-046", drawn, "第 2026134 期"],
        )
        .await;
        let at_once = [("reveal_by", "2026-11-24 21:15")];
        refused(&at_once, &["CAMP-045"]).await;
        let done = publishes(&cast, &no, &lottery).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let records = records(&cast, &no).await;
        let freeze = only(&records, "freeze");
        assert!(
            freeze.contains("\nbeacon cwl-ssq 2026136 1795526100\n"),
            "{freeze}"
        );
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("2026-11-23 10:00:00 起接收"), "{}", page.text);
    })
    .await;
}

/// The hour of a round of drand follows from its number; nobody types it.
#[tokio::test]
async fn a_round_of_drand_says_its_hour_itself() {
    with_cast_of_two(40, 6, async |cast| {
        let quicknet = "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
        let plan = cast.initiator.get("/w/campaigns/new").await;
        let (lottery, drand) = (plan.text.find("cwl-ssq"), plan.text.find(quicknet));
        assert!(lottery.is_some() && lottery < drand, "{}", plan.text);
        assert!(
            plan.shows("<option value=\"\" selected>不用"),
            "{}",
            plan.text
        );
        let (no, _) = frozen(&cast, &announced(&[("beacon", quicknet)])).await;
        let asked = cast.officer.get(&format!("/w/campaigns/{no}/commit")).await;
        assert!(!asked.shows("name=\"beacon_at\""), "{}", asked.text);
        for typed in ["第三轮", "0100", "0"] {
            let page = publishes(&cast, &no, &[("beacon_round", typed)]).await;
            assert!(page.shows("CAMP-038") && page.shows(typed), "{}", page.text);
        }
        let past = publishes(&cast, &no, &[("beacon_round", "1000")]).await;
        assert!(past.shows("CAMP-007"), "{}", past.text);
        let done = publishes(&cast, &no, &[("beacon_round", "34200000")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let records = records(&cast, &no).await;
        let named = format!("\nbeacon {quicknet} 34200000 1795403364\n");
        assert!(only(&records, "freeze").contains(&named), "{records:?}");
    })
    .await;
}

#[tokio::test]
async fn a_plan_says_when_the_ceremony_is_before_it_is_submitted() {
    with_cast_of_two(40, 6, async |cast| {
        let mut typed = whole_plan();
        typed.push(("ceremony", "2026-11-23"));
        let new = "/w/campaigns/new";
        let asked = cast.initiator.get(new).await;
        let page = cast.initiator.submit(&asked, new, &typed).await;
        assert!(
            page.shows("DATE-003") && page.shows("value=\"2026-11-23\""),
            "{}",
            page.text
        );
        let no = cast.plan(&whole_plan()).await;
        let plan = cast.initiator.get(&format!("/w/campaigns/{no}/plan")).await;
        assert!(plan.shows("PLAN-020"), "{}", plan.text);
        let refused = cast.press(&cast.initiator, &no, "submit", &[]).await;
        assert!(refused.shows("没有写明抽取仪式的时间"), "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_is_void_on_a_paper_whose_hash_is_asked_for() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let paper = "AB".repeat(32);
        let mut fields = vec![
            ("void_code", "register-error"),
            ("reason", "名录漏了一户"),
            ("last_four", last_four(&no)),
        ];
        let refused = cast.press(&cast.approver, &no, "void", &fields).await;
        assert!(
            refused.shows("CAMP-040") && refused.shows("名录漏了一户"),
            "{}",
            refused.text
        );
        fields.push(("document", &paper));
        cast.done(&cast.approver, &no, "void", &fields).await;
        let records = records(&cast, &no).await;
        let document = format!("\ndocument {}\n", paper.to_lowercase());
        assert!(only(&records, "void").contains(&document), "{records:?}");
        // The public reads the class with its fixed sentence, and nothing that somebody typed.
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(&public, &["名录有误。名录与实际不符"], &["名录漏了一户"]);
    })
    .await;
}

/// The level is found lost by the program alone: nobody gives up an attempt under its name.
#[tokio::test]
async fn nobody_voids_for_a_lost_level_nor_once_the_ceremony_has_begun() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let form = format!("/w/campaigns/{no}/void");
        let asked = cast.approver.get(&form).await;
        says(&asked, &["register-error"], &["level-lost"]);
        let paper = "5".repeat(64);
        let fields = [
            ("void_code", "level-lost"),
            ("reason", "名录漏了一户"),
            ("document", paper.as_str()),
            ("last_four", last_four(&no)),
        ];
        let refused = cast.press(&cast.approver, &no, "void", &fields).await;
        says(&refused, &["CAMP-036"], &[]);

        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let approver = city_approver(&cast).await;
        says(
            &approver.get(&form).await,
            &["DRAW-073"],
            &["register-error"],
        );
        let page = approver.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[], &["作废本次抽取"]);
    })
    .await;
}

/// Somebody who holds the database changes what was entered of the dice.
async fn alters(cast: &Cast, url: &str, no: &str, change: impl Fn(&mut SourceEntry)) {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let number = CampaignNo::parse(no).unwrap();
    let stored = campaign::by_number(&mut reader, &number).await.unwrap();
    let mut state = stored.campaign.state;
    let CampaignState::Committed(committed) = &mut state else {
        panic!("{:?}", state.kind());
    };
    change(committed.dice.as_mut().unwrap());
    let life = LIFE.write(&state).unwrap();
    let sql = format!("UPDATE campaigns SET life = '{life}' WHERE number = '{no}'");
    admin(url, &sql);
}

// A thread of its own alters the database: what an act leaves to be rolled back must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dice_that_were_altered_in_the_database_are_never_revealed() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &testkit::engines::upgrade()).await;
    let db = db.unwrap();
    let cast = Cast::gather_of_two(db.clone(), 40, 6).await;
    let plan = announced(&[("dice", "hall-dice")]);
    let (one, of_one) = frozen(&cast, &plan).await;
    let (two, of_two) = frozen(&cast, &plan).await;
    for no in [&one, &two] {
        let done = publishes(&cast, no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    cast.site.city.clock.advance_minutes(61);
    let officer = cast.grant(&cast.officer_id).await;
    let second = city_approver(&cast).await;
    let opens = async |links: &[String], at: usize| {
        let open = cast.hand_in(&links[at], "nonce", NONCES[at].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
    };
    for no in [&one, &two] {
        meets(&cast, no).await;
        let entered = throws(&cast, &officer, no, DIGITS).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
    }

    // One reading made to count: no nonce is taken on its strength.
    let url = server.url();
    alters(&cast, url, &one, |entry| {
        entry.counts = Counts::Account(entry.first.clone());
    })
    .await;
    let open = cast.hand_in(&of_one[0], "nonce", NONCES[0].1).await;
    assert!(
        open.shows("DRAW-042") && open.shows("掷骰结果"),
        "{}",
        open.text
    );
    alters(&cast, url, &one, |entry| entry.counts = Counts::Awaited).await;
    cast.done(&second, &one, "dice", &[("digits", DIGITS)])
        .await;
    opens(&of_one, 0).await;

    // What two have read, changed afterwards.
    cast.done(&second, &two, "dice", &[("digits", DIGITS)])
        .await;
    opens(&of_two, 0).await;
    opens(&of_two, 1).await;
    alters(&cast, url, &two, |entry| entry.value = "7".repeat(20)).await;
    let failed = cast.site.city.app.follow_draws().await.unwrap();
    let [refused] = failed.as_slice() else {
        panic!("{failed:?}");
    };
    let why = refused.why.to_string();
    assert!(
        why.contains("DRAW-042") && why.contains("掷骰结果"),
        "{why}"
    );
    alters(&cast, url, &two, |entry| {
        DIGITS.clone_into(&mut entry.value);
    })
    .await;
    follows(&cast).await;
    db.close().await;
}

/// Whoever holds the database chooses neither the end of an attempt nor when it comes: the least level is the one of the
/// logged PLAN, and a campaign nobody can read keeps no other from what is due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_settings_voids_nothing_and_an_unreadable_campaign_holds_up_no_other() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &testkit::engines::upgrade()).await;
    let db = db.unwrap();
    let cast = Cast::gather_of_two(db.clone(), 40, 6).await;
    let (broken, _) = frozen(&cast, &announced(&[])).await;
    let (no, links) = frozen(&cast, &announced(&[])).await;
    for no in [&broken, &no] {
        let done = publishes(&cast, no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    cast.site.city.clock.advance_minutes(61);
    meets(&cast, &no).await;
    all_open(&cast, &links).await;
    let least = r#"{"key":"level.minimum","value":"1""#;
    let raised = r#"{"key":"level.minimum","value":"2""#;
    let raise =
        format!("UPDATE rulebooks SET parameters = replace(parameters, '{least}', '{raised}')");
    admin(server.url(), &raise);
    let told = admin(server.url(), "SELECT parameters FROM rulebooks");
    assert!(told.contains(raised), "{told}");
    let breaks = format!("UPDATE campaigns SET life = '{{}}' WHERE number = '{broken}'");
    admin(server.url(), &breaks);

    let failed = cast.site.city.app.follow_draws().await.unwrap();
    let failed: Vec<_> = failed.iter().map(|one| one.campaign.to_string()).collect();
    assert_eq!(failed, [broken]);
    let logged = records(&cast, &no).await;
    let kinds: Vec<_> = logged
        .iter()
        .map(|record| record.lines().next().unwrap().to_owned())
        .collect();
    assert!(
        kinds.iter().any(|line| line == "shuang/2 result"),
        "{kinds:?}"
    );
    assert!(
        !kinds.iter().any(|line| line == "shuang/2 void"),
        "{kinds:?}"
    );
    db.close().await;
}

/// The random number made for an attempt is the party's secret until it is asked for, wherever it is sent meanwhile.
#[tokio::test]
async fn a_nonce_that_is_sent_too_early_stands_in_no_field_of_the_answer() {
    let tells = async |cast: Cast| {
        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        let link = cast.link(&no, "discipline").await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let asked = cast.site.stranger().get(&link).await;
        says(&asked, &["name=\"commitment\""], &["name=\"nonce\""]);
        sends_too_early(&cast, &link, "CAMP-001").await;
        pastes_too_early(&cast, &no, &link).await;
    };
    with_cast_of_two(40, 6, tells).await;
    with_cast(40, 6, tells).await;
}

/// Page, slip and projector say of which version and for which attempt a random number is made.
#[tokio::test]
async fn whoever_makes_a_random_number_is_told_for_which_attempt() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let path = format!("/w/campaigns/{no}/parties/justice");
        let asked = cast.officer.get(&path).await;
        let slip = cast.officer.submit(&asked, &path, &[]).await;
        says(
            &slip,
            &["shuang/2，第 1 次抽取", "不早于 2026-11-23 10:00"],
            &[],
        );
        begins_anew(&cast, &no).await;
        let link = cast.link(&no, "discipline").await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let page = cast.site.stranger().get(&link).await;
        let formula = format!("shuang-party/2\\n{no}\\n2\\ndiscipline");
        let command = format!("--name discipline --campaign {no} --attempt 2");
        let told = format!("data-version=\"2\" data-campaign=\"{no}\" data-attempt=\"2\"");
        says(&page, &[&formula, &command, &told], &["shuang-party/1"]);
        let hall = cast.officer.get(&format!("/hall/{no}")).await;
        says(&hall, &["shuang/2", "第 2 次抽取"], &["shuang/1"]);
    })
    .await;
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let link = cast.link(&no, "discipline").await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let page = cast.site.stranger().get(&link).await;
        let command = "mingqian nonce --name discipline</pre>";
        says(
            &page,
            &["shuang-party/1\\ndiscipline", command],
            &["shuang-party/2"],
        );
        let hall = cast.officer.get(&format!("/hall/{no}")).await;
        says(&hall, &["shuang/1"], &["shuang/2"]);
    })
    .await;
}

/// The attempt is void on a paper, and the campaign launched again.
async fn begins_anew(cast: &Cast, no: &str) {
    let paper = "5".repeat(64);
    let fields = [
        ("void_code", "register-error"),
        ("reason", "名录漏了一户"),
        ("document", paper.as_str()),
        ("last_four", last_four(no)),
    ];
    cast.done(&cast.approver, no, "void", &fields).await;
    cast.done(&cast.initiator, no, "launch", &[]).await;
}

/// A commitment of `shuang/2` names its attempt, so a number that is used again is known when it is opened, even if
/// nobody ever opened it before.
#[tokio::test]
async fn a_nonce_made_for_an_earlier_attempt_is_refused() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        begins_anew(&cast, &no).await;
        let fresh = "3".repeat(64);
        let [(first, used), (second, _)] = NONCES;
        let links = commitments(&cast, &no, 2, [(first, used), (second, &fresh)]).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let again = cast.hand_in(&links[0], "nonce", used).await;
        says(&again, &["DRAW-048", "第 1 次抽取"], &[]);
        let own = cast.hand_in(&links[1], "nonce", &fresh).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.text);
    })
    .await;
}

#[tokio::test]
async fn the_nonce_of_another_party_is_refused() {
    with_cast_of_two(40, 6, async |cast| {
        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        let shared = "3".repeat(64);
        let nonces = NONCES.map(|(party, _)| (party, shared.as_str()));
        let links = commitments(&cast, &no, 1, nonces).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let own = cast.hand_in(&links[0], "nonce", &shared).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.text);
        says(
            &cast.hand_in(&links[1], "nonce", &shared).await,
            &["DRAW-023"],
            &[],
        );
    })
    .await;
}

/// A beacon that appears after all nonces leaves nobody a choice; paper and page say that, and no more.
#[tokio::test]
async fn with_a_beacon_after_all_nonces_a_party_is_told_what_that_is_worth() {
    const LATE: &str = "在它产生之前，谁也算不出结果";
    const OPEN: &str = "可以选择公开或缺席";
    with_cast_of_two(40, 6, async |cast| {
        for (beacon, said, unsaid) in [("cwl-ssq", LATE, OPEN), ("", OPEN, LATE)] {
            let no = cast.plan(&announced(&[("beacon", beacon)])).await;
            cast.done(&cast.initiator, &no, "submit", &[]).await;
            cast.done(&cast.approver, &no, "approve", &[]).await;
            cast.done(&cast.initiator, &no, "launch", &[]).await;
            let path = format!("/w/campaigns/{no}/parties/justice");
            let asked = cast.officer.get(&path).await;
            let slip = cast.officer.submit(&asked, &path, &[]).await;
            says(&slip, &[said, "记录和核对办法在公示页"], &[unsaid]);
            let link = cast.link(&no, "discipline").await;
            cast.done(&cast.officer, &no, "freeze", &[]).await;
            let page = cast.site.stranger().get(&link).await;
            says(&page, &[said, "name=\"commitment\""], &[unsaid]);
        }
    })
    .await;
}

/// Published, met and opened: everything but the beacon is known.
async fn revealed_with_a_lottery(cast: &Cast) -> String {
    let no = opened_with_a_lottery(cast).await;
    follows(cast).await;
    no
}

/// A server that stood still until the beacon was out makes no REVEAL any more; a person gives the attempt up, and the
/// next one begins.
#[tokio::test]
async fn a_reveal_that_missed_its_beacon_is_left_to_be_void() {
    with_cast_of_two(40, 6, async |cast| {
        let no = opened_with_a_lottery(&cast).await;
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[], &["揭示没有赶在公共随机源之前公布"]);
        cast.site.city.clock.advance_minutes(80);
        follows(&cast).await;
        let officer = cast.grant(&cast.officer_id).await;
        let hall = officer.get(&format!("/hall/{no}")).await;
        let known = "知道密值和各方随机数的人，公共随机源公布之后就能算出";
        says(&hall, &[known], &["在任何地方都不存在"]);
        let logged = records(&cast, &no).await;
        assert!(
            logged
                .iter()
                .all(|text| !text.starts_with("shuang/2 reveal"))
        );
        let approver = city_approver(&cast).await;
        let page = approver.get(&format!("/w/campaigns/{no}")).await;
        says(
            &page,
            &[
                "揭示没有赶在公共随机源之前公布",
                "2026-11-23 11:15:00",
                "下一步：分管领导作废这一次",
            ],
            &[],
        );
        let paper = "5".repeat(64);
        let fields = [
            ("void_code", "expired"),
            ("reason", "机房停电"),
            ("document", paper.as_str()),
            ("last_four", last_four(&no)),
        ];
        cast.done(&approver, &no, "void", &fields).await;
        let logged = records(&cast, &no).await;
        assert!(only(&logged, "void").contains("\nreveal none\n"));
        let initiator = cast.grant(&cast.initiator_id).await;
        cast.done(&initiator, &no, "launch", &[]).await;
    })
    .await;
}

async fn opened_with_a_lottery(cast: &Cast) -> String {
    let (no, links) = frozen(cast, &announced(&[("beacon", "cwl-ssq")])).await;
    let hours = [
        ("beacon_round", "2026136"),
        ("beacon_at", "2026-11-23 11:15"),
    ];
    let done = publishes(cast, &no, &hours).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    cast.site.city.clock.advance_minutes(61);
    meets(cast, &no).await;
    all_open(cast, &links).await;
    no
}

const NUMBERS: &str = "03 08 11 19 24 30 + 07";

async fn reads(who: &Browser, path: &str, numbers: &str) -> Page {
    let asked = who.get(path).await;
    assert_eq!(asked.status, StatusCode::OK, "{path}: {}", asked.text);
    let picture = "8".repeat(64);
    let fields = [
        ("beacon", numbers),
        ("source", "双色球第 2026136 期开奖公告，中国福彩网"),
        ("picture", picture.as_str()),
    ];
    who.submit(&asked, path, &fields).await
}

/// A lottery is read by two; then RESULT is there without anybody.
#[tokio::test]
async fn result_follows_when_two_have_read_the_lottery() {
    with_cast_of_two(40, 6, async |cast| {
        let no = revealed_with_a_lottery(&cast).await;
        let officer = cast.grant(&cast.officer_id).await;
        let hall = officer.get(&format!("/hall/{no}")).await;
        says(
            &hall,
            &["结果还取决于事先指定的公共随机源"],
            &["结果已由它们决定"],
        );
        let path = format!("/w/campaigns/{no}/beacon");
        let early = officer.get(&path).await;
        says(&early, &["DRAW-003"], &[]);
        let desk = officer.get(&format!("/w/campaigns/{no}")).await;
        assert_eq!(desk.text.matches("DRAW-003").count(), 1, "{}", desk.text);
        cast.site.city.clock.advance_minutes(80);
        let officer = cast.grant(&cast.officer_id).await;
        let second = city_approver(&cast).await;
        says(&officer.get("/w").await, &["录入公共随机数"], &[]);
        let wrong = reads(&officer, &path, "3 8 11 19 24 30 + 7").await;
        says(
            &wrong,
            &["DRAW-031", "中国福彩网", "照公告改正之后再录入"],
            &["不能冻结", "重新冻结"],
        );
        let first = reads(&officer, &path, NUMBERS).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
        follows(&cast).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["等待公共随机数"], &[]);
        says(&officer.get("/w").await, &[], &["录入公共随机数"]);
        let asked = second.get(&path).await;
        let named = ["中国福彩网", "cwl-ssq 2026136 的值"];
        says(&asked, &named, &[NUMBERS, "name=\"source\""]);
        let misread = reads(&second, &path, "03 08 11 19 24 30 + 08").await;
        says(&misread, &["DRAW-065"], &[NUMBERS]);
        let both = reads(&second, &path, NUMBERS).await;
        assert_eq!(both.status, StatusCode::SEE_OTHER, "{}", both.text);
        follows(&cast).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已抽取，等待派发检查"], &[]);
        verifies(&cast, &no).await;
    })
    .await;
}

/// The verdict on a downloaded bundle.
pub async fn judged(cast: &Cast, path: &str) -> u8 {
    let asked = Request::get(path).header("host", "127.0.0.1:8080");
    let asked = asked.body(Body::empty()).unwrap();
    let answer = cast.site.router.clone().oneshot(asked).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let zip = to_bytes(answer.into_body(), 64 << 20).await.unwrap();
    let app = &cast.site.city.app;
    let source = BundleSource::from_zip(zip.to_vec(), Limits::default()).unwrap();
    let options = Options {
        log_key: Some(app.log_key.verifier().clone().into()),
        threads: NonZeroUsize::MIN,
    };
    let verdict = verify_bundle(&source, &options);
    assert!(matches!(verdict.exit(), 0 | 3), "{verdict:#?}");
    verdict.exit()
}

/// Whoever looks first and then voids shows what he saw: the attempt is opened when its beacon appears.
#[tokio::test]
async fn an_attempt_void_after_reveal_is_opened_when_its_beacon_appears() {
    with_cast_of_two(40, 6, async |cast| {
        let no = revealed_with_a_lottery(&cast).await;
        let approver = city_approver(&cast).await;
        let paper = "5".repeat(64);
        let fields = [
            ("void_code", "expired"),
            ("reason", "当期停止开奖"),
            ("document", paper.as_str()),
            ("last_four", last_four(&no)),
        ];
        let asked = approver.get(&format!("/w/campaigns/{no}/void")).await;
        says(&asked, &["本来会抽中的名单要公开"], &[]);
        cast.done(&approver, &no, "void", &fields).await;
        let logged = records(&cast, &no).await;
        names_its_reveal(&logged);
        let bundle = format!("/draw/{no}/attempts/1/bundle.zip");
        assert_eq!(judged(&cast, &bundle).await, 3, "sealed");
        let none = cast.site.stranger();
        let none = none.get(&format!("/draw/{no}/attempts/2/bundle.zip")).await;
        says(&none, &["DRAW-070"], &[]);

        cast.site.city.clock.advance_minutes(80);
        follows(&cast).await;
        assert_eq!(
            judged(&cast, &bundle).await,
            3,
            "nobody has read the beacon"
        );
        is_overdue(&cast, &no, true).await;
        let officer = cast.grant(&cast.officer_id).await;
        let second = city_approver_named(&cast, "approver3").await;
        let path = format!("/w/campaigns/{no}/attempts/1/beacon");
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[path.as_str(), "第 1 次抽取"], &[]);
        says(&officer.get("/w").await, &[path.as_str()], &[]);
        let before = second.get(&path).await;
        for who in [&officer, &second] {
            let read = reads(who, &path, NUMBERS).await;
            assert_eq!(read.status, StatusCode::SEE_OTHER, "{}", read.text);
        }
        let stale = second.submit(&before, &path, &[("beacon", NUMBERS)]).await;
        assert_ne!(stale.status, StatusCode::SEE_OTHER, "{}", stale.text);
        follows(&cast).await;
        let logged = records(&cast, &no).await;
        assert!(only(&logged, "open").contains("\nwould "), "{logged:?}");
        assert_eq!(judged(&cast, &bundle).await, 0, "opened");
        is_overdue(&cast, &no, false).await;
        let gone = officer.get(&path).await;
        says(&gone, &["公共随机数已经录入"], &["name=\"beacon\""]);
        // The campaign goes on, and nothing of it is misplaced.
        let initiator = cast.grant(&cast.initiator_id).await;
        cast.done(&initiator, &no, "launch", &[]).await;
        let mut reader = cast.site.city.app.db.read().await.unwrap();
        let misplaced = app::records::misplaced_records(&mut reader).await.unwrap();
        assert!(misplaced.is_empty(), "{misplaced:?}");
    })
    .await;
}

/// Whoever holds the database hides the attempt that was given up after REVEAL, to publish another FREEZE before it is
/// opened; or makes the program itself give an attempt up, by what stands in the row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn a_void_attempt_is_neither_hidden_by_taking_its_row_away_nor_made_by_altering_one() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &testkit::engines::upgrade()).await;
    let db = db.unwrap();
    let cast = Cast::gather_of_two(db.clone(), 40, 6).await;
    let no = revealed_with_a_lottery(&cast).await;
    let number = CampaignNo::parse(&no).unwrap();
    let app = &cast.site.city.app;
    let life = async || {
        let mut reader = app.db.read().await.unwrap();
        let stored = campaign::by_number(&mut reader, &number).await.unwrap();
        LIFE.write(&stored.campaign.state).unwrap()
    };
    let puts = |life: &str| {
        let sql = format!("UPDATE campaigns SET life = '{life}' WHERE number = '{no}'");
        admin(server.url(), &sql);
    };
    let stood = life().await;
    let mut altered: serde_json::Value = serde_json::from_str(&stood).unwrap();
    altered["committed"]["frozen"]["version"]["beacon"] = false.into();
    puts(&altered.to_string());
    let size = cast.log_size().await;
    let refused = app.follow_draw(&number).await.unwrap_err().to_string();
    assert!(refused.contains("DRAW-042"), "{refused}");
    assert_eq!(cast.log_size().await, size);
    puts(&stood);

    let approver = city_approver(&cast).await;
    let paper = "5".repeat(64);
    let fields = [
        ("void_code", "expired"),
        ("reason", "当期停止开奖"),
        ("document", paper.as_str()),
        ("last_four", last_four(&no)),
    ];
    cast.done(&approver, &no, "void", &fields).await;
    cast.site.city.clock.advance_minutes(80);
    let acting = cast.site.city.acting(&cast.officer_id).await;
    let commits = async || {
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        let words = app::drawing::CommitWords::default();
        let refused = app.commit_draw(&acting, &number, &shown, &words).await;
        refused.unwrap_err().to_string()
    };
    admin(
        server.url(),
        "CREATE TABLE aside AS SELECT * FROM void_attempts",
    );
    for (hidden, back) in [
        (
            "DELETE FROM void_attempts",
            "INSERT INTO void_attempts SELECT * FROM aside",
        ),
        (
            "UPDATE void_attempts SET state = 'opened'",
            "UPDATE void_attempts SET state = 'awaited'",
        ),
    ] {
        admin(server.url(), hidden);
        let refused = commits().await;
        assert!(
            refused.contains("STOR-521") && refused.contains("void_attempts"),
            "{hidden}: {refused}"
        );
        admin(server.url(), back);
    }
    let refused = commits().await;
    assert!(refused.contains("DRAW-075"), "{refused}");
    db.close().await;
}

/// VOID names REVEAL by its hash.
fn names_its_reveal(logged: &[String]) {
    let hash = Sha256::digest(only(logged, "reveal").as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let named = format!("\nreveal {hash}\n");
    assert!(only(logged, "void").contains(&named), "{logged:?}");
}

/// Whether the opening of the first attempt is overdue: everybody sees it, and no other FREEZE is published meanwhile.
async fn is_overdue(cast: &Cast, no: &str, overdue: bool) {
    let words = "第 1 次抽取作废之后，应当公开的还没有公开";
    let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
    match overdue {
        true => says(&public, &[words, "cwl-ssq 2026136"], &[]),
        false => says(&public, &[], &[words]),
    }
    let app = &cast.site.city.app;
    let number = CampaignNo::parse(no).unwrap();
    let acting = cast.site.city.acting(&cast.officer_id).await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let words = app::drawing::CommitWords::default();
    let refused = app.commit_draw(&acting, &number, &shown, &words).await;
    let refused = refused.unwrap_err().to_string();
    assert_eq!(refused.contains("DRAW-075"), overdue, "{refused}");
}

/// The full stage of a void attempt: for its holder, S in it, and every handing out in the log.
async fn the_supervision_has_all_of_it(cast: &Cast, no: &str) {
    let city = &cast.site.city;
    let id = city.account("supervisor2", &[(Role::Supervisor, 0)]).await;
    let supervisor = cast.site.signed_in(&id).await;
    let full = format!("/w/campaigns/{no}/attempts/1/bundle-full.zip");
    let page = supervisor.get(&format!("/w/campaigns/{no}")).await;
    says(&page, &[&full, "此前 1 次抽取作废"], &[]);
    let officer = cast.grant(&cast.officer_id).await;
    assert_eq!(officer.get(&full).await.status, StatusCode::FORBIDDEN);
    let size = cast.log_size().await;
    let number = CampaignNo::parse(no).unwrap();
    let acting = city.acting(&id).await;
    let zip = city.app.full_void_bundle(&acting, &number, 1).await;
    assert_eq!(cast.log_size().await, size + 1, "handing it out is an act");
    let source = BundleSource::from_zip(zip.unwrap(), Limits::default()).unwrap();
    let options = Options {
        log_key: Some(city.app.log_key.verifier().clone().into()),
        threads: NonZeroUsize::MIN,
    };
    let verdict = verify_bundle(&source, &options);
    assert_eq!(
        (verdict.stage, verdict.exit()),
        (Some(verify::Stage::Full), 0),
        "{verdict:#?}"
    );
    let beyond = city.app.full_void_bundle(&acting, &number, 2).await;
    assert!(beyond.unwrap_err().to_string().contains("DRAW-074"));
}

/// One party of two stays away: nobody decides what follows, and what would have been drawn is public at once.
#[tokio::test]
async fn an_attempt_whose_level_is_lost_is_void_and_opened_by_itself() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let party = async || cast.site.stranger().get(&links[0]).await;
        says(&party().await, &["到抽取仪式时请回到这个链接公开"], &[]);
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let open = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        let sealed = [
            "随机数已收下并核对一致；揭示公布时一并公开。",
            "已收下的随机数",
        ];
        says(&party().await, &sealed, &["随机数已公开", "已公开的随机数"]);
        follows(&cast).await;
        assert_eq!(
            records(&cast, &no).await.len(),
            2,
            "somebody may still come"
        );
        cast.site.city.clock.advance_minutes(61);
        follows(&cast).await;
        let logged = records(&cast, &no).await;
        assert!(
            only(&logged, "reveal").contains(" absent timeout\n"),
            "{logged:?}"
        );
        assert!(only(&logged, "void").contains("\nreason level-lost\nby program\n"));
        assert!(only(&logged, "open").contains("\nwould "));
        let bundle = format!("/draw/{no}/attempts/1/bundle.zip");
        assert_eq!(judged(&cast, &bundle).await, 0);
        // Who stayed away learns by his link what became of it.
        let away = cast.site.stranger().get(&links[1]).await;
        says(
            &away,
            &["第 1 次抽取已作废，这是第 2 次", &format!("/draw/{no}")],
            &[],
        );
        the_supervision_has_all_of_it(&cast, &no).await;
        let page = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(
            &page,
            &[bundle.as_str(), "见证不足，达不到最低可信等级。"],
            &[],
        );
    })
    .await;
}

/// What is void before anything was revealed leaves nothing to be opened, and a bundle all the same.
#[tokio::test]
async fn attempts_void_before_reveal_have_bundles_too() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        begins_anew(&cast, &no).await;
        let bundle = |attempt: u32| format!("/draw/{no}/attempts/{attempt}/bundle.zip");
        assert_eq!(judged(&cast, &bundle(1)).await, 0, "before FREEZE");
        commitments(
            &cast,
            &no,
            2,
            [
                (NONCES[0].0, &"3".repeat(64)),
                (NONCES[1].0, &"4".repeat(64)),
            ],
        )
        .await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        begins_anew(&cast, &no).await;
        assert_eq!(judged(&cast, &bundle(2)).await, 0, "before REVEAL");
        let page = cast
            .site
            .stranger()
            .get(&format!("/draw/{no}/verify"))
            .await;
        let both = [bundle(1), bundle(2)];
        says(&page, &both.each_ref().map(String::as_str), &[]);
        // What was void is counted for its unit and year, before FREEZE too.
        let stranger = cast.site.stranger();
        let page = stranger.get("/campaigns.json").await;
        let told: serde_json::Value = serde_json::from_str(&page.text).unwrap();
        let line = &told["draws_by_unit_and_year"][0];
        let counted = ["year", "draws", "void"].map(|name| line[name].as_u64());
        assert_eq!(counted, [Some(2026), Some(1), Some(2)], "{line}");
        let page = stranger.get("/campaigns").await;
        says(&page, &["按年度和单位", "作废，次"], &[]);
        // The front page counts both kinds, and divides neither by the other.
        let front = stranger.get("/index.json").await;
        let told: serde_json::Value = serde_json::from_str(&front.text).unwrap();
        let counted = [2, 3].map(|at| told["figures"][at]["number"].as_u64());
        assert_eq!(counted, [Some(1), Some(2)], "{}", told["figures"]);
        assert_eq!(told["figures"][3]["of"], serde_json::Value::Null);
        let page = stranger.get("/").await;
        says(&page, &["作废的抽取，次；含没有公布过承诺的"], &["/ 1<"]);
    })
    .await;
}
