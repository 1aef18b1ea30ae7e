//! The rulebook grows and changes: a campaign goes on under the version of its approval, nobody is
//! locked out by what a version does not say, and only a draw waits for what guards it.

use app::AppError;
use app::drawing::{CommitWords, DrawWords};
use app::premise::Thing;
use app::tries::Caller;
use axum::http::StatusCode;
use domain::campaign::state::LIFE;
use domain::campaign::version::Version;
use domain::event::{Act, Actor};
use domain::id::{CampaignNo, PartyToken};
use domain::inspection::FallenAway;
use domain::rulebook::{ParameterRow, RulebookFile};
use domain::time::Date;
use store::campaign::StoredCampaign;
use store::inspection::StoredInspection;
use testkit::city::{PASSWORD, as_shown};

use crate::story::{NONCES, RULES, Story, told, told_on_both, told_under};

/// The version the city is founded with, and the one in force when a story begins: no intervals.
const FOUNDED: &str = "2026-1+demo-1";
const FIRST: &str = RULES;

/// What no campaign of the first version keeps.
const STRICTER: &[(&str, &str)] = &[
    ("interval.plan_days", "30"),
    ("interval.freeze_minutes", "600"),
    ("interval.result_working_days", "9"),
    ("interval.result_hour", "3"),
    ("frequency.cap", "1"),
    ("plan.window_days", "20"),
    ("visit.attempts", "5"),
    ("term.publication", "5"),
    ("term.report", "3"),
];

/// What refuses the plan of the story altogether.
const STRICTEST: &[(&str, &str)] = &[
    ("level.minimum", "2"),
    ("team.size", "3"),
    ("plan.window_days", "1"),
];

fn refused<T: std::fmt::Debug>(answer: Result<T, AppError>) -> (&'static str, String) {
    match answer {
        Err(AppError::Refused(refusal)) => (refusal.code, refusal.sentence),
        other => panic!("not refused: {other:?}"),
    }
}

async fn submit(story: &Story, number: &CampaignNo) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.submit_campaign(&story.initiator, number, &shown).await
}

async fn approve(story: &Story, number: &CampaignNo) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.approve_campaign(&story.approver, number, &shown).await
}

async fn freeze(story: &Story, number: &CampaignNo) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.freeze_frame(&story.officer, number, &shown).await
}

async fn commit(story: &Story, number: &CampaignNo, words: &CommitWords) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.commit_draw(&story.officer, number, &shown, words).await
}

async fn close(story: &Story, number: &CampaignNo) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    let nobody = PartyToken::parse("no-show").unwrap();
    let officer = &story.officer;
    app.close_reveal(officer, number, &shown, &nobody).await
}

async fn draw(story: &Story, number: &CampaignNo) -> Result<(), AppError> {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    let words = DrawWords::default();
    let officer = &story.officer;
    app.draw_subjects(officer, number, &shown, &words).await
}

/// Void in between: the plan that is approved again is the one of the first version.
async fn frozen_void_and_launched_again(story: &Story, number: &CampaignNo) {
    freeze(story, number).await.unwrap();
    let app = &story.site.city.app;
    story
        .void(number, "register-error", "名录有误")
        .await
        .unwrap();
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.launch_campaign(&story.initiator, number, &shown)
        .await
        .unwrap();
}

async fn assign(story: &Story, number: &CampaignNo) {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.assign_visits(&story.initiator, number, &shown)
        .await
        .unwrap();
}

async fn end(story: &Story, number: &CampaignNo) {
    let app = &story.site.city.app;
    let shown = as_shown(app, Thing::Campaign(number)).await;
    app.end_campaign(&story.initiator, number, &shown)
        .await
        .unwrap();
}

/// Every party hands in its commitment.
async fn commitments(story: &Story, number: &CampaignNo) {
    let app = &story.site.city.app;
    for (token, nonce) in NONCES {
        let party = PartyToken::parse(token).unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let link = app.issue_party_link(&story.officer, number, &shown, &party);
        let link = link.await.unwrap();
        let shown = as_shown(app, Thing::Party(&link)).await;
        let handed = story.commitment(number, 1, (token, nonce));
        app.accept_commitment(&link, &shown, &handed).await.unwrap();
    }
}

async fn stored(story: &Story, number: &CampaignNo) -> StoredCampaign {
    let mut reader = story.site.city.app.db.read().await.unwrap();
    store::campaign::by_number(&mut reader, number)
        .await
        .unwrap()
}

async fn names_version(story: &Story, number: &CampaignNo, version: &str) {
    let kept = stored(story, number).await;
    let approval = kept.campaign.state.approval().unwrap();
    assert_eq!(approval.rulebook.as_deref(), Some(version));
    let browser = story.browser(&story.initiator.account).await;
    let page = browser.get(&format!("/w/campaigns/{number}")).await;
    let line = format!("按《实施细则》参数 {version} 执行");
    assert!(page.shows(&line), "{line}: {}", page.text);
}

async fn page_shows(story: &Story, path: &str, words: &str) {
    let browser = story.browser(&story.initiator.account).await;
    let page = browser.get(path).await;
    assert!(page.shows(words), "{path} lacks {words}: {}", page.text);
}

/// One visit falls away after so many attempts, as two persons say.
async fn unreachable(
    story: &Story,
    visit: &StoredInspection,
    attempts: u32,
) -> Result<(), AppError> {
    let city = &story.site.city;
    let team = story.team(visit);
    let (member, second) = (city.acting(&team[0]).await, city.acting(&team[1]).await);
    let words = "两次上门，无人应答，邻居可以证明";
    let (app, id) = (&city.app, &visit.visit.id);
    let shown = as_shown(app, Thing::Visit(id)).await;
    let how = FallenAway::Unreachable;
    app.report_absence(&member, id, &shown, how, words, attempts)
        .await?;
    let shown = as_shown(app, Thing::Visit(id)).await;
    app.confirm_absence(&second, id, &shown).await
}

/// The day by which a confirmed visit must be public.
async fn due(story: &Story, visit: &StoredInspection) -> Date {
    let publisher = story.site.city.acting(&story.publisher).await;
    let app = &story.site.city.app;
    let preview = app.preview_publication(&publisher, &visit.visit.id).await;
    preview.unwrap().deadline.due
}

/// The second person is told the term of publication before the visit is confirmed.
async fn confirmed_within_twenty_days(story: &Story, visit: &StoredInspection) {
    story.concluded(visit).await;
    let second = story.team(visit)[1].clone();
    let id = &visit.visit.id;
    let browser = story.browser(&second).await;
    let asked = browser.get(&format!("/w/inspections/{id}/confirm")).await;
    assert!(asked.shows("20 个工作日的公示期限"), "{}", asked.text);
    let city = &story.site.city;
    let second = city.acting(&second).await;
    city.app
        .confirm_visit(&second, id, &as_shown(&city.app, Thing::Visit(id)).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_campaign_goes_on_under_the_version_of_its_approval_whatever_is_adopted_meanwhile() {
    told_on_both(async |story| {
        let city = &story.site.city;
        let app = &city.app;
        let number = story.launched().await;
        city.adopt("2", STRICTER).await;
        city.adopt("3", STRICTEST).await;
        names_version(&story, &number, FIRST).await;
        let officer = story.browser(&story.officer.account).await;
        let asked = officer.get(&format!("/w/campaigns/{number}/freeze")).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let previewed = asked.shows("按名录此刻的内容，将是") && !asked.shows("PLAN-0");
        assert!(previewed, "the plan as it was approved: {}", asked.text);
        frozen_void_and_launched_again(&story, &number).await;
        let links = story.commit(&number).await;
        let before = app.clock.now();
        let kept = stored(&story, &number).await;
        let committed = kept.campaign.state.commitment().unwrap();
        assert!(
            committed.reveal_by <= before.plus_ms(61 * 60_000),
            "no interval, so an hour and a minute by default"
        );
        let page = format!("/w/campaigns/{number}");
        // The next working day at six, not the ninth at three.
        page_shows(&story, &page, "2026-11-24 18:00").await;
        story.draw(&number, &links).await;
        assign(&story, &number).await;
        let visits = story.visits(&number).await;
        let member = story.browser(&story.team(&visits[0])[0]).await;
        let asked = member
            .get(&format!("/w/inspections/{}/absent", visits[0].visit.id))
            .await;
        assert!(asked.shows("须上门 2 次以上"), "{}", asked.text);
        unreachable(&story, &visits[0], 2).await.unwrap();
        story.approved(&visits[1]).await;
        assert_eq!(due(&story, &visits[1]).await.to_string(), "2026-12-21");
        let publisher = story.browser(&story.publisher).await;
        let home = publisher.get("/w").await;
        assert!(home.shows("20 个工作日"), "{}", home.text);
        assert_eq!(visits.len(), 3);
        confirmed_within_twenty_days(&story, &visits[2]).await;
        page_shows(&story, &format!("{page}/end"), "10 个工作日的报告期限").await;
        end(&story, &number).await;
        page_shows(&story, &page, "10 个工作日内").await;
        page_shows(&story, "/w/campaigns", "检查报告：2026-12-07").await;
        names_version(&story, &number, FIRST).await;
    })
    .await;
}

#[tokio::test]
async fn the_text_of_every_version_that_was_adopted_stays_at_its_address() {
    told_on_both(async |story| {
        let city = &story.site.city;
        let stranger = story.site.stranger();
        let mut reader = city.app.db.read().await.unwrap();
        let first = store::catalog::rulebook_file(&mut reader).await.unwrap();
        drop(reader);
        let at = |version: &str| format!("/rules/{version}.txt").replace('+', "%2B");
        let page = stranger.get("/rules").await;
        let link = format!("href=\"{}\"", at(FIRST));
        assert!(page.text.contains(&link), "{link}: {}", page.text);
        let founded = stranger.get(&at(FOUNDED)).await;
        assert_eq!(founded.status, StatusCode::OK, "{}", founded.text);
        let before = stranger.get(&at(FIRST)).await;
        assert_eq!(before.status, StatusCode::OK);
        assert_eq!(before.text, first.published_text());
        city.adopt("2", STRICTER).await;
        assert_eq!(stranger.get(&at(FIRST)).await.text, before.text);
        let second = stranger.get(&at("2")).await;
        assert!(second.text.starts_with("[\"mingqian-rulebook/1\",\"2\","));
        assert_ne!(second.text, before.text);
        for unknown in [at("3"), "/rules/2".to_owned(), "/rules/2.json".to_owned()] {
            let missing = stranger.get(&unknown).await;
            assert_eq!(missing.status, StatusCode::NOT_FOUND, "{unknown}");
        }
    })
    .await;
}

/// Under `shuang/1`: a plan of `shuang/2` whose ceremony cannot keep the intervals is refused before there is a frame.
#[tokio::test]
async fn a_campaign_approved_afterwards_obeys_the_new_version() {
    told_under(Version::One, async |story| {
        let city = &story.site.city;
        let app = &city.app;
        let first = story.launched().await;
        city.adopt("2", STRICTER).await;
        let second = story.launched_for(30).await;
        let third = story.drafted().await;
        city.adopt("3", STRICTEST).await;
        names_version(&story, &second, "2").await;
        // The first draws at once; the second waits for its thirty days and ten hours.
        let links = story.commit(&first).await;
        story.draw(&first, &links).await;
        freeze(&story, &second).await.unwrap();
        commitments(&story, &second).await;
        let words = CommitWords::default();
        let (code, sentence) = refused(commit(&story, &second, &words).await);
        assert_eq!(code, "CAMP-005");
        assert!(sentence.contains("30"), "{sentence}");
        city.clock.advance_minutes(30 * 24 * 60);
        let soon = CommitWords {
            reveal_by: Some(app.clock.now().plus_ms(599 * 60_000)),
            ..CommitWords::default()
        };
        let (code, sentence) = refused(commit(&story, &second, &soon).await);
        assert_eq!(code, "CAMP-006");
        assert!(sentence.contains("600"), "{sentence}");
        commit(&story, &second, &words).await.unwrap();
        // The third is not approved, so it obeys what is in force when it is submitted.
        let (code, sentence) = refused(submit(&story, &third).await);
        assert_eq!(code, "PLAN-031");
        assert!(sentence.contains("3 处"), "window, team, level: {sentence}");
    })
    .await;
}

#[tokio::test]
async fn visits_of_a_campaign_obey_its_version_and_not_the_one_before() {
    told(async |story| {
        let city = &story.site.city;
        let mut rules = STRICTER.to_vec();
        rules.retain(|(key, _)| !key.starts_with("interval.p") && !key.starts_with("interval.f"));
        city.adopt("2", &rules).await;
        let (number, visits) = story.assigned().await;
        city.adopt("3", &[("visit.attempts", "1"), ("term.publication", "9")])
            .await;
        names_version(&story, &number, "2").await;
        let few = unreachable(&story, &visits[0], 4).await;
        assert_eq!(refused(few).0, "INSP-012");
        unreachable(&story, &visits[2], 5).await.unwrap();
        story.confirmed(&visits[1]).await;
        assert_eq!(due(&story, &visits[1]).await.to_string(), "2026-11-30");
    })
    .await;
}

fn row(key: &str, value: &str) -> ParameterRow {
    ParameterRow {
        key: key.to_owned(),
        value: value.to_owned(),
        label: format!("参数 {key}"),
        basis: "更新的细则".to_owned(),
        beyond: [("unit".to_owned(), "张".into())].into(),
    }
}

/// The version in force as another program might have written it: without the level and the term of
/// the report, with an idle time nobody can read, and with a parameter this program does not know.
async fn written_by_another_program(story: &Story) -> RulebookFile {
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let mut file = store::catalog::rulebook_file(&mut reader).await.unwrap();
    drop(reader);
    file.version = "other".to_owned();
    file.parameters
        .retain(|row| row.key != "level.minimum" && row.key != "term.report");
    for row in &mut file.parameters {
        if row.key == "session.idle_minutes" {
            row.value = "半天".to_owned();
        }
    }
    file.parameters.push(row("photo.most", "9"));
    story.site.city.adopt_as_written(&file).await;
    file
}

#[tokio::test]
async fn nobody_is_locked_out_by_a_version_of_another_program_and_its_gaps_are_shown() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let draft = story.drafted().await;
        written_by_another_program(&story).await;
        let app = &story.site.city.app;
        app.sign_in("initiator1", PASSWORD, &Caller::default())
            .await
            .unwrap();
        let browser = story.browser(&story.initiator.account).await;
        for path in [
            "/w".to_owned(),
            "/w/campaigns".to_owned(),
            format!("/w/campaigns/{number}"),
            format!("/w/campaigns/{draft}"),
            format!("/w/campaigns/{draft}/plan"),
            "/w/campaigns/new".to_owned(),
        ] {
            let page = browser.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        }
        story.confirmed(&visits[0]).await;
        for (who, path) in [(&browser, "/w/rules"), (&story.site.stranger(), "/rules")] {
            let page = who.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            for words in [
                "默认值（本版未规定）",
                "通报、处理、归档期限（工作日）",
                "细则四（七）",
                "本版未规定，写明并批准之前不能抽取",
                "本版的写法读不出，按默认值：“半天”",
                "本程序不认识，原样保留",
                "参数 photo.most",
            ] {
                assert!(page.shows(words), "{path} lacks {words}: {}", page.text);
            }
        }
        let told = story.site.stranger().get("/rules.json").await;
        let told: serde_json::Value = serde_json::from_str(&told.text).unwrap();
        let of = |key: &str| {
            let all = told["parameters"].as_array().unwrap();
            all.iter().find(|one| one["key"] == key).unwrap().clone()
        };
        assert_eq!(of("term.report")["standing"], "default");
        assert_eq!(of("term.report")["mark"], "默认值（本版未规定）");
        assert_eq!(of("term.report")["value"], "10");
        assert_eq!(of("level.minimum")["standing"], "missing");
        assert_eq!(of("session.idle_minutes")["stated"], "半天");
        assert_eq!(of("session.idle_minutes")["value"], "60");
        assert_eq!(of("photo.most")["standing"], "unknown");
        assert_eq!(of("team.size")["standing"], "stated");
    })
    .await;
}

/// A campaign whose approval names that version, as if it had been approved under it.
async fn approved_under(story: &Story, number: &CampaignNo, version: &str) {
    let mut kept = stored(story, number).await;
    let named = |version: &str| format!("\"rulebook\":\"{version}\"");
    let before = kept.campaign.state.approval().unwrap().rulebook.clone();
    let life = LIFE.write(&kept.campaign.state).unwrap();
    let life = life.replace(&named(&before.unwrap()), &named(version));
    kept.campaign.state = LIFE.read(&life).unwrap();
    write(story, &kept).await;
}

async fn write(story: &Story, kept: &StoredCampaign) {
    let app = &story.site.city.app;
    let event = app.event(Act::CampaignRevised, Actor::program("样例"));
    let tx = app.db.begin("story").await.unwrap();
    let mut rec = tx.record(event, app.confidential()).unwrap();
    store::campaign::write(&mut rec, kept).await.unwrap();
    rec.commit().await.unwrap();
}

/// Under `shuang/1`, where closing the revealing is an act of a person.
#[tokio::test]
async fn only_the_acts_that_need_a_guard_wait_for_it_and_each_of_them_does() {
    told_under(Version::One, async |story| {
        let waiting = story.drafted().await;
        submit(&story, &waiting).await.unwrap();
        let drafted = story.drafted().await;
        let launched = story.launched().await;
        let (committed, links) = story.committed().await;
        let file = written_by_another_program(&story).await;
        let missing = |answer| {
            let (code, sentence) = refused(answer);
            assert_eq!(code, "RULE-001");
            assert!(sentence.contains("level.minimum"), "{sentence}");
        };
        missing(submit(&story, &drafted).await);
        missing(approve(&story, &waiting).await);
        let size = story.site.log_size().await;
        let approver = story.browser(&story.approver.account).await;
        let asked = approver
            .get(&format!("/w/campaigns/{waiting}/approve"))
            .await;
        assert_eq!(asked.status, StatusCode::CONFLICT);
        assert!(asked.shows("RULE-001"), "{}", asked.text);
        assert_eq!(story.site.log_size().await, size, "nothing was written");
        approved_under(&story, &launched, &file.version).await;
        missing(freeze(&story, &launched).await);
        story.nonces(&links).await;
        approved_under(&story, &committed, &file.version).await;
        missing(close(&story, &committed).await);
        // A version that states the level lets new plans go on; these two stay with theirs.
        let mended = [("session.idle_minutes", "60")];
        story.site.city.adopt("4", &mended).await;
        approve(&story, &waiting).await.unwrap();
        missing(freeze(&story, &launched).await);
    })
    .await;
}

/// Under `shuang/1`, where the draw is an act of a person.
#[tokio::test]
async fn commitment_and_draw_wait_for_their_guards_too() {
    crate::altered::told_under(Version::One, async |held| {
        let story = &held.story;
        let (committed, links) = story.committed().await;
        let frozen = story.launched().await;
        freeze(story, &frozen).await.unwrap();
        let file = written_by_another_program(story).await;
        // No entry after the freeze says another version: it stands in the row alone, and for a while.
        let obeys = |number: &CampaignNo, from: &str, to: &str| {
            let named = |version: &str| format!("\"rulebook\":\"{version}\"");
            held.sql(&format!(
                "UPDATE campaigns SET life = REPLACE(life, '{}', '{}') WHERE number = '{number}'",
                named(from),
                named(to)
            ));
        };
        let own = stored(story, &frozen).await.campaign.state;
        let own = own.approval().unwrap().rulebook.clone().unwrap();
        obeys(&frozen, &own, &file.version);
        let words = CommitWords::default();
        let (code, _) = refused(commit(story, &frozen, &words).await);
        assert_eq!(code, "RULE-001");
        story.nonces(&links).await;
        close(story, &committed).await.unwrap();
        obeys(&committed, &own, &file.version);
        let (code, _) = refused(draw(story, &committed).await);
        assert_eq!(code, "RULE-001");
        obeys(&committed, &file.version, &own);
        draw(story, &committed).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_this_program_does_not_know_stands_in_the_next_version_again() {
    told(async |story| {
        written_by_another_program(&story).await;
        story
            .site
            .city
            .adopt(
                "next",
                &[("session.idle_minutes", "45"), ("term.report", "11")],
            )
            .await;
        let mut reader = story.site.city.app.db.read().await.unwrap();
        let next = store::catalog::rulebook_file(&mut reader).await.unwrap();
        assert_eq!(next.version, "next");
        assert!(next.parameters.contains(&row("photo.most", "9")));
        assert!(next.parameters.iter().any(|row| row.key == "level.minimum"));
        drop(reader);
        let page = story.site.stranger().get("/rules").await;
        assert!(page.shows("本程序不认识，原样保留") && !page.shows("本版未规定"));
        // Strict where something is entered: what was read tolerantly is not adopted again.
        let mut slip = next.clone();
        slip.version = "slip".to_owned();
        for row in &mut slip.parameters {
            if row.key == "session.idle_minutes" {
                row.value = "半天".to_owned();
            }
        }
        let size = story.site.log_size().await;
        let app = &story.site.city.app;
        let premise = app.premise(Thing::Rulebook).await.unwrap();
        let adopting = app.adopt_rulebook(&story.approver, slip, &premise);
        let (code, _) = refused(adopting.await);
        assert_eq!(code, "RULE-002");
        let mut gap = next;
        gap.version = "gap".to_owned();
        gap.parameters.retain(|row| row.key != "term.report");
        let adopting = app.adopt_rulebook(&story.approver, gap, &premise);
        let (code, _) = refused(adopting.await);
        assert_eq!(code, "RULE-001");
        assert_eq!(story.site.log_size().await, size, "nothing was written");
    })
    .await;
}

#[tokio::test]
async fn a_state_of_a_newer_program_is_refused_by_its_version_and_the_rest_goes_on() {
    told_on_both(async |story| {
        let number = story.drafted().await;
        let other = story.drafted().await;
        let mut kept = stored(&story, &number).await;
        kept.plan = kept.plan.replacen("\"v\":2", "\"v\":7", 1);
        assert!(kept.plan.starts_with("{\"v\":7,"), "{}", kept.plan);
        write(&story, &kept).await;
        let browser = story.browser(&story.initiator.account).await;
        let page = browser.get(&format!("/w/campaigns/{number}")).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        for words in ["KEPT-001", "campaigns.plan", "第 7 版", "第 2 版"] {
            assert!(page.shows(words), "no {words}: {}", page.text);
        }
        let app = &story.site.city.app;
        let answer = app.premise(Thing::Campaign(&number)).await;
        let Err(AppError::Store(error)) = answer else {
            panic!("a plan this program cannot read was shown: {answer:?}");
        };
        assert_eq!(error.code(), "KEPT-001");
        assert!(error.to_string().contains("第 7 版"), "{error}");
        submit(&story, &other).await.unwrap();
    })
    .await;
}
