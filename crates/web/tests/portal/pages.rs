//! Every public page in every state of a campaign, and its data beside it.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::campaign::abandon_class::AbandonClass;
use domain::id::CampaignNo;
use serde_json::Value;
use store::Db;
use store::inspection::StoredInspection;
use testkit::city::as_shown;
use testkit::city::register_number;
use testkit::engines::PostgresDatabase;

use crate::browser::{Browser, Page};
use crate::story::{SUBJECTS, Story, told, told_on_both};

const PAGES: [&str; 11] = [
    "/",
    "/items",
    "/items/fume",
    "/rules",
    "/campaigns",
    "/results",
    "/log",
    "/log/0",
    "/tools",
    "/data",
    "/accessibility",
];

async fn whole(browser: &Browser, path: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    assert!(
        page.text.len() <= 100_000,
        "{path} has {} bytes",
        page.text.len()
    );
    assert!(
        !page.headers.contains_key("set-cookie"),
        "{path} sets a cookie"
    );
    assert!(!page.shows("style=\""), "{path} has an inline style");
    page
}

async fn data(browser: &Browser, path: &str) -> Value {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    assert_eq!(
        page.headers["content-type"], "application/json; charset=utf-8",
        "{path}"
    );
    serde_json::from_str(&page.text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the portal says can be checked before OPEN, and after it (SPEC-draw §8).
const SEALED: &str = "次序、界限和抽中谁，名单公开之后才能核对";
const OPENED: &str = "检查人员的签号、编组、回避和工作量要用不公开的完整案卷（含密值）重算；没有公开的各行是否真实、名录有没有漏掉谁，公开案卷里看不出";

/// What no page and no text may say: the bundles do not let anybody recompute it all, and who colludes can choose.
const UNTRUE: [&str; 17] = [
    "没有人能决定谁被抽中",
    "谁也不能左右结果",
    "没有人能够挑选",
    "谁也不能预先挑选",
    "谁也不能预先知道",
    "现在谁也不知道",
    "在任何地方都不存在",
    "谁都可以重算",
    "谁都能重算。",
    "任何人都可以重算",
    "任何人都能用自己的电脑重算一遍",
    "从头重算",
    "完整重算",
    "自行复算",
    "全部重算正确",
    "可核对次序与界限",
    "按抽取次序递补",
];

fn says_nothing_untrue(what: &str, text: &str) {
    for untrue in UNTRUE {
        assert!(!text.contains(untrue), "{untrue}: {what}: {text}");
    }
}

/// No byte of any page names a subject.
async fn nobody_is_named(story: &Story, number: &CampaignNo) {
    let stranger = story.site.stranger();
    let mut paths: Vec<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
    for end in ["", ".json", "/verify", "/bundle.zip"] {
        paths.push(format!("/draw/{number}{end}"));
    }
    for record in ["plan", "freeze", "reveal", "seed", "result", "open"] {
        paths.push(format!("/draw/{number}/records/{record}.txt"));
    }
    paths.extend(
        [
            "/index.json",
            "/campaigns.json",
            "/results.json",
            "/search?q=样例餐饮",
        ]
        .map(str::to_owned),
    );
    paths.extend((0..story.site.log_size().await).map(|n| format!("/log/{n}")));
    for path in paths {
        let page = stranger.get(&path).await;
        for subject in 1..=SUBJECTS {
            assert!(
                !page.shows(&register_number(subject)),
                "{path} holds a code"
            );
        }
        assert!(!page.shows("样例餐饮0"), "{path} holds a name");
    }
}

#[tokio::test]
async fn a_draft_does_not_exist_for_the_public_and_each_later_state_has_its_page() {
    told(async |story| {
        let stranger = story.site.stranger();
        for path in PAGES {
            whole(&stranger, path).await;
        }
        let number = story.launched().await;
        let path = format!("/draw/{number}");
        assert!(whole(&stranger, &path).await.shows("名录尚未封存"));
        nobody_is_named(&story, &number).await;
        let links = story.commit(&number).await;
        let page = whole(&stranger, &path).await;
        assert!(page.shows("承诺已公布，等待随机数") && page.shows("样例司法局"));
        // Nothing can be recomputed yet, and the page says so in place of ways that lead nowhere.
        let verify = whole(&stranger, &format!("{path}/verify")).await;
        assert!(verify.shows("还没有可以验证的案卷") && !verify.shows("三种办法"));
        let draw = data(&stranger, &format!("{path}.json")).await;
        assert!(draw["parties"][0]["commitment"].is_string());
        assert!(
            draw["parties"][0]["nonce"].is_null(),
            "no nonce before REVEAL"
        );
        let app = &story.site.city.app;
        story.answered(&number, &links).await;
        assert!(
            !whole(&stranger, &path).await.shows("1111 1111"),
            "REVEAL is not published yet"
        );
        nobody_is_named(&story, &number).await;
        app.follow_draw(&number).await.unwrap();
        let draw = data(&stranger, &format!("{path}.json")).await;
        assert_eq!(draw["parties"][0]["nonce"], crate::story::NONCES[0].1);
        let page = whole(&stranger, &path).await;
        assert!(page.shows(SEALED) && !page.shows(OPENED), "{}", page.text);
        let verify = whole(&stranger, &format!("{path}/verify")).await;
        assert!(verify.shows("三种办法") && !verify.shows("还没有可以验证的案卷"));
        assert!(page.shows("1 见证"));
        nobody_is_named(&story, &number).await;
    })
    .await;
}

#[tokio::test]
async fn unapproved_campaigns_and_unknown_things_are_404_for_strangers() {
    told(async |story| {
        let app = &story.site.city.app;
        let plan = domain::campaign::plan::CampaignPlan::titled("还在写的方案");
        let unit = testkit::city::unit(1);
        let draft = app
            .draft_campaign(&story.initiator, &unit, &plan)
            .await
            .unwrap();
        let stranger = story.site.stranger();
        for path in [
            format!("/draw/{draft}"),
            format!("/draw/{draft}.json"),
            format!("/draw/{draft}/verify"),
            format!("/draw/{draft}/bundle.zip"),
            format!("/draw/{draft}/records/plan.txt"),
            "/draw/nothing".to_owned(),
            "/r/nothing".to_owned(),
            "/items/nothing".to_owned(),
            "/log/999999".to_owned(),
            "/log/-1".to_owned(),
            "/tools/passwd".to_owned(),
            "/log/tile/0/000".to_owned(),
            "/log/tile/9/000.p/1".to_owned(),
            "/log/tile/0/000.p/007".to_owned(),
        ] {
            assert_eq!(
                stranger.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert!(!stranger.get("/campaigns").await.shows("还在写的方案"));
    })
    .await;
}

/// What was not found is said of the search, not of the bureau.
async fn searches(stranger: &Browser, number: &CampaignNo, visit: &StoredInspection) {
    let by_code = whole(stranger, &format!("/search?q={}", visit.subject_code)).await;
    assert!(by_code.shows(&visit.subject_name));
    assert!(by_code.shows("没有符合的抽查任务"), "{}", by_code.text);
    assert!(!by_code.shows("还没有批准的抽查任务"));
    let by_number = whole(stranger, &format!("/search?q={number}")).await;
    assert!(by_number.shows("没有符合的检查结果"), "{}", by_number.text);
    assert!(!by_number.shows("还没有公示的检查结果"));
}

#[tokio::test]
async fn the_figures_of_a_page_are_those_of_its_data() {
    told_on_both(async |story| {
        let (number, visits) = story.opened().await;
        let stranger = story.site.stranger();
        let front = data(&stranger, "/index.json").await;
        let page = whole(&stranger, "/").await;
        for figure in front["figures"].as_array().unwrap() {
            let words = figure["words"].as_str().unwrap();
            let number = figure["number"].as_i64().unwrap();
            assert!(
                page.shows(words) && page.shows(&format!("<b>{number}</b>")),
                "{words}"
            );
        }
        assert_eq!(front["figures"][0]["number"], visits.len());
        let draw = data(&stranger, &format!("/draw/{number}.json")).await;
        let page = whole(&stranger, &format!("/draw/{number}")).await;
        assert_eq!(draw["opened"], true);
        let drawn: u64 = draw["strata"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["drawn"].as_u64().unwrap())
            .sum();
        assert_eq!(drawn, u64::try_from(visits.len()).unwrap());
        for visit in draw["visits"].as_array().unwrap() {
            let code = visit["subject_code"].as_str().unwrap();
            assert!(page.shows(code) && visits.iter().any(|one| one.subject_code == code));
            let firm = data(&stranger, &format!("/entity/{code}.json")).await;
            assert_eq!(firm["results"].as_array().unwrap().len(), 1, "{code}");
            whole(&stranger, &format!("/entity/{code}")).await;
        }
        for record in draw["records"].as_array().unwrap() {
            let entry = record["entry"].as_u64().unwrap();
            let logged = data(&stranger, &format!("/log/{entry}.json")).await;
            assert_eq!(
                logged["record"], record["text"],
                "the log holds the same words"
            );
        }
        let kinds: Vec<&str> = draw["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["plan", "freeze", "reveal", "result", "open"]);
        for kind in ["plan", "freeze", "reveal", "seed", "result", "open"] {
            let text = stranger
                .get(&format!("/draw/{number}/records/{kind}.txt"))
                .await;
            assert_eq!(text.status, StatusCode::OK, "{kind}");
        }
        searches(&stranger, &number, &visits[0]).await;
        let found = data(&stranger, "/search.json?q=餐饮企业").await;
        assert_eq!(found["campaigns"][0]["number"], number.to_string());
    })
    .await;
}

#[tokio::test]
async fn a_void_attempt_and_its_reason_stay_visible_for_ever() {
    told(async |story| {
        let (number, _) = story.committed().await;
        let why = "名录漏了一个片区";
        story.void(&number, "register-error", why).await.unwrap();
        let stranger = story.site.stranger();
        let page = whole(&stranger, &format!("/draw/{number}")).await;
        assert!(
            page.shows("本次抽取作废") && page.shows("名录有误") && !page.shows(why),
            "{}",
            page.text
        );
        let list = data(&stranger, "/campaigns.json").await;
        assert_eq!(list["campaigns"][0]["void_attempts"], 1);
        let front = data(&stranger, "/index.json").await;
        assert_eq!(front["figures"][3]["number"], 1, "the front page counts it");
    })
    .await;
}

#[tokio::test]
async fn a_void_whose_links_were_deleted_is_not_left_out_in_silence() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &testkit::engines::upgrade())
        .await
        .unwrap();
    let story = Story::begin(db.clone()).await;
    let (number, _) = story.committed().await;
    let why = "名录漏了一个片区";
    story.void(&number, "register-error", why).await.unwrap();
    let links = "DELETE FROM log_links WHERE kind = 'campaign' AND sequence = (SELECT MAX(sequence) FROM log_leaves)";
    testkit::engines::admin(server.url(), links);
    let page = story.site.stranger().get(&format!("/draw/{number}")).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        page.shows("STOR-521") && page.shows("mingqian audit"),
        "{}",
        page.text
    );
    // The front page counts entries, which nobody hides.
    testkit::engines::admin(server.url(), "UPDATE log_events SET act = 'campaign.draft'");
    let front = data(&story.site.stranger(), "/index.json").await;
    assert_eq!(front["figures"][3]["number"], 1);
    testkit::engines::admin(
        server.url(),
        "UPDATE log_head SET last_at_ms = 9223372036854775807",
    );
    let page = story.site.stranger().get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.shows("STOR-521"), "{}", page.text);
    drop(story);
    db.close().await;
}

#[tokio::test]
async fn beside_a_new_frame_nothing_stands_of_the_attempt_before_it() {
    told(async |story| {
        let (number, _) = story.committed().await;
        let app = &story.site.city.app;
        let campaign = Thing::Campaign(&number);
        let why = "名录漏了一个片区";
        story.void(&number, "register-error", why).await.unwrap();
        let shown = as_shown(app, campaign).await;
        let launch = app.launch_campaign(&story.initiator, &number, &shown);
        launch.await.unwrap();
        let shown = as_shown(app, campaign).await;
        let freeze = app.freeze_frame(&story.officer, &number, &shown);
        freeze.await.unwrap();
        let mut reader = app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, &number)
            .await
            .unwrap();
        drop(reader);
        assert_eq!(stored.campaign.state.attempt(), 2);
        assert!(stored.plan_record.is_some(), "the plan is the same");
        let before = [stored.freeze_record, stored.seed_text, stored.result_record];
        assert_eq!((before, stored.trust_level), ([None, None, None], None));
        let page = whole(&story.site.stranger(), &format!("/draw/{number}")).await;
        assert!(page.shows("名录有误"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn an_abandoned_campaign_stays_with_the_class_of_its_reason_and_none_of_its_words() {
    told(async |story| {
        let number = story.launched().await;
        let app = &story.site.city.app;
        app.abandon_campaign(
            &story.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
            (AbandonClass::NotNeeded, "上级统一组织，本局不再单独开展"),
        )
        .await
        .unwrap();
        let page = whole(&story.site.stranger(), &format!("/draw/{number}")).await;
        assert!(
            page.shows("任务终止") && page.shows(AbandonClass::NotNeeded.sentence()),
            "{}",
            page.text
        );
        assert!(!page.shows("上级统一组织"), "{}", page.text);
        let inside = whole(
            &story.browser(&story.initiator.account).await,
            &format!("/w/campaigns/{number}"),
        )
        .await;
        assert!(inside.shows("上级统一组织"), "{}", inside.text);
    })
    .await;
}

#[tokio::test]
async fn tiles_hold_exactly_the_leaves_of_the_log_and_lead_to_its_root() {
    told_on_both(async |story| {
        story.launched().await;
        let stranger = story.site.stranger();
        let head = data(&stranger, "/log.json").await;
        let size = head["size"].as_u64().unwrap();
        assert!(size < 256, "one partial tile holds it all");
        let key = tlog::VerifierKey::parse(head["log_key"].as_str().unwrap()).unwrap();
        let note = head["checkpoint"].as_str().unwrap();
        let signed = tlog::checkpoint::SignedCheckpoint::parse(note).unwrap();
        signed.verify(&key, &[]).unwrap();
        let mut frontier = tlog::frontier::Frontier::default();
        for n in 0..size {
            let entry = data(&stranger, &format!("/log/{n}.json")).await;
            let text = entry["entry"].as_str().unwrap();
            let leaf = tlog::hash::leaf_hash(text.as_bytes());
            assert_eq!(entry["leaf"], leaf.to_string());
            frontier.append(leaf).unwrap();
            assert_eq!(
                entry["root_after"],
                frontier.root().to_string(),
                "entry {n}"
            );
            let receipt =
                tlog::receipt::Receipt::parse(entry["receipt"].as_str().unwrap()).unwrap();
            receipt.verify(text.as_bytes(), Some(&key), &[]).unwrap();
        }
        assert_eq!(head["root"], frontier.root().to_string());
        let tile = stranger.get(&format!("/log/tile/0/000.p/{size}")).await;
        assert_eq!(tile.status, StatusCode::OK);
        let beyond = stranger
            .get(&format!("/log/tile/0/000.p/{}", size + 1))
            .await;
        assert_eq!(beyond.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn who_holds_an_earlier_key_finds_on_the_portal_what_leads_to_the_one_that_signs_now() {
    told_on_both(async |story| {
        let app = &story.site.city.app;
        let stranger = story.site.stranger();
        let known = app.log_key.verifier().clone();
        let unchanged = data(&stranger, "/log/keys.json").await;
        assert_eq!(unchanged["key"], known.to_string());
        assert_eq!(unchanged["earlier"], serde_json::json!([]));
        let page = stranger.get("/log/keys").await;
        assert!(page.shows("没有更换过"), "{}", page.text);

        let kind = tlog::note::KeyKind::Log;
        let next = tlog::SignerKey::from_seed(known.name(), kind, &[5; 32]).unwrap();
        let change = app.rotate_log_key(&next).await.unwrap();
        let number = change.from();
        // The same portal with the next key in its place.
        let mut city = testkit::city::City::join(app.db.clone(), 5);
        city.app.log_key = std::sync::Arc::new(next);
        let (site, _) = crate::browser::Site::around(city, app::job::Limits::default());
        let stranger = site.stranger();
        let keys = data(&stranger, "/log/keys.json").await;
        assert_eq!(keys["key"], change.new_key().to_string());
        let earlier = serde_json::json!([{"key": known.to_string(), "until": number}]);
        assert_eq!(keys["earlier"], earlier);
        let page = stranger.get("/log/keys").await;
        assert!(page.shows(&known.to_string()), "{}", page.text);
        let record = stranger.get(&format!("/log/keys/{number}")).await;
        assert_eq!(record.text, change.to_string());
        let other = stranger.get("/log/keys/0").await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);

        // From the old key to a receipt of today, with nothing but what is published.
        let followed = tlog::KeyRotation::parse(&record.text).unwrap();
        let keys = tlog::LogKeys::following(known, &[followed]).unwrap();
        let entry = data(&stranger, &format!("/log/{number}.json")).await;
        assert_eq!(
            (&entry["kind"], &entry["record"]),
            (&"key".into(), &record.text.into())
        );
        let receipt = tlog::Receipt::parse(entry["receipt"].as_str().unwrap()).unwrap();
        let size = receipt.checkpoint().checkpoint().size();
        let text = entry["entry"].as_str().unwrap();
        receipt
            .verify(text.as_bytes(), Some(keys.at(size)), &[])
            .unwrap();
    })
    .await;
}

/// A level lets one claim only what holds without a later beacon too; what it leaves open stands beside it.
#[tokio::test]
async fn what_is_claimed_of_a_draw_says_what_it_leaves_open() {
    told(async |story| {
        let number = story.drawn().await;
        let stranger = story.site.stranger();
        let officer = story.browser(&story.initiator.account).await;
        for page in [
            stranger.get(&format!("/draw/{number}")).await,
            stranger.get("/tools").await,
            officer.get(&format!("/hall/{number}")).await,
        ] {
            assert_eq!(page.status, StatusCode::OK);
            assert!(
                page.shows("可以选择公开或缺席") && page.shows("运营方不收、拖住最后一方的随机数"),
                "{}",
                page.text
            );
            says_nothing_untrue("claim", &page.text);
        }
    })
    .await;
}

/// Before FREEZE a party gives away its number's commitment on the word of its slip and page; they say what they leave open,
/// and so do wall and page of the campaign at every step.
#[tokio::test]
async fn slip_party_page_and_wall_promise_no_more_than_the_draw_keeps() {
    told(async |story| {
        let number = story.launched().await;
        let officer = story.browser(&story.officer.account).await;
        let walls = [
            format!("/hall/{number}"),
            format!("/w/campaigns/{number}"),
            format!("/draw/{number}"),
        ];
        let look = async |step: &str| {
            for path in &walls {
                let page = officer.get(path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}");
                says_nothing_untrue(&format!("{step} {path}"), &page.text);
            }
        };
        look("launched").await;
        let path = format!("/w/campaigns/{number}/parties/justice");
        let asked = officer.get(&path).await;
        let slip = officer.submit(&asked, &path, &[]).await;
        let link = slip.text.split("/p/").nth(1).expect("the slip has it");
        let token: String = link.chars().take_while(char::is_ascii_hexdigit).collect();
        let stranger = story.site.stranger();
        let app = &story.site.city.app;
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        app.freeze_frame(&story.officer, &number, &shown)
            .await
            .unwrap();
        look("frozen").await;
        let asked = stranger.get(&format!("/p/{token}")).await;
        for page in [slip, asked] {
            assert!(
                page.shows("可以选择公开或缺席") && page.shows("运营方不收、拖住最后一方的随机数"),
                "{}",
                page.text
            );
            says_nothing_untrue("party", &page.text);
        }
    })
    .await;
}

#[tokio::test]
async fn after_freeze_wall_and_party_page_say_what_the_result_rests_on_and_what_can_be_checked() {
    told(async |story| {
        let (number, links) = story.committed().await;
        let officer = story.browser(&story.officer.account).await;
        let stranger = story.site.stranger();
        let hall = officer.get(&format!("/hall/{number}")).await;
        assert!(
            hall.shows("结果取决于各方还没有公开的随机数"),
            "{}",
            hall.text
        );
        says_nothing_untrue("hall", &hall.text);
        story.answered(&number, &links).await;
        story.site.city.app.follow_draw(&number).await.unwrap();
        let done = stranger.get(&format!("/p/{}", links[0])).await;
        assert!(
            done.shows("抽取已经完成：记录和案卷在公示页") && done.shows("名单公开之前，可以核对"),
            "{}",
            done.text
        );
        says_nothing_untrue("party", &done.text);
    })
    .await;
}

/// The bundle of a stage holds what the page beside it says can be checked, and not what it says cannot.
#[tokio::test]
async fn every_page_says_what_the_bundle_of_its_stage_lets_a_stranger_check() {
    async fn looks(story: &Story, number: &CampaignNo, says: &str, not: &str) -> String {
        let stranger = story.site.stranger();
        for path in [
            "/".to_owned(),
            format!("/draw/{number}"),
            format!("/draw/{number}/verify"),
        ] {
            let page = whole(&stranger, &path).await;
            assert!(
                page.shows(says) && !page.shows(not),
                "{path}: {}",
                page.text
            );
            says_nothing_untrue(&path, &page.text);
        }
        stranger
            .get(&format!("/draw/{number}/bundle.zip"))
            .await
            .text
    }
    told(async |story| {
        let number = story.drawn().await;
        let bundle = looks(&story, &number, SEALED, OPENED).await;
        assert!(bundle.contains("seed.txt") && !bundle.contains("subjects.order"));
    })
    .await;
    told(async |story| {
        let (number, _) = story.opened().await;
        let bundle = looks(&story, &number, OPENED, SEALED).await;
        assert!(bundle.contains("subjects.order") && bundle.contains("opened.tsv"));
        for file in ["secret.txt", "inspectors.tsv", "recusals.tsv"] {
            assert!(!bundle.contains(file), "{file}");
        }
    })
    .await;
}

/// The texts beside the program say of a draw what its pages say.
#[test]
fn the_texts_promise_no_more_than_the_pages() {
    let texts = [
        ("README.md", include_str!("../../../../README.md")),
        ("SECURITY.md", include_str!("../../../../SECURITY.md")),
        ("publiccode.yml", include_str!("../../../../publiccode.yml")),
        (
            "verify-draw.js",
            include_str!("../../static/verify-draw.js"),
        ),
    ];
    for (name, text) in texts {
        says_nothing_untrue(name, text);
    }
    for (name, text) in &texts[..2] {
        for said in [
            "检查人员的签号、编组、回避和工作量要用",
            "名录有没有漏掉谁，公开案卷里看不出",
            "不交随机数的一方保管",
        ] {
            assert!(text.contains(said), "{said}: {name}");
        }
    }
    let english = include_str!("../../../../README.en.md");
    for said in [
        "inspectors' tickets, teams, recusals and loads take the full bundle",
        "hands in no",
    ] {
        assert!(english.contains(said), "{said}");
    }
    for text in [english, include_str!("../../../../publiccode.yml")] {
        let untrue = [
            "recompute the draw",
            "recompute a draw",
            "anybody can recompute\n",
            "人人可以重算",
        ];
        assert!(!untrue.iter().any(|untrue| text.contains(untrue)), "{text}");
    }
}
