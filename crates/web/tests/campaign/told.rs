//! What a page says of its own state is so: of a void, of a missed beacon, of dice, of what is handed in and not public.
//!
//! Failure here: whoever reads the page believes something that the records of the same minute refute.

use axum::http::StatusCode;

use crate::cast::{Cast, NONCES, commitment_of_attempt, last_four, with_cast_of_two};
use crate::two::{all_open, announced, city_approver, follows, frozen, meets, publishes, says};

/// The form of a void as two of its people fill it in.
async fn is_void(cast: &Cast, no: &str) {
    let paper = "5".repeat(64);
    let fields = [
        ("void_code", "register-error"),
        ("reason", "名录漏了一户"),
        ("document", paper.as_str()),
        ("last_four", last_four(no)),
    ];
    let approver = cast.grant(&cast.approver_id).await;
    cast.done(&approver, no, "void", &fields).await;
}

const FRESH: [(&str, &str); 2] = [
    (
        NONCES[0].0,
        "3333333333333333333333333333333333333333333333333333333333333333",
    ),
    (
        NONCES[1].0,
        "4444444444444444444444444444444444444444444444444444444444444444",
    ),
];

/// The second attempt with its frame frozen and both commitments in.
async fn frozen_again(cast: &Cast, no: &str) -> Vec<String> {
    let initiator = cast.grant(&cast.initiator_id).await;
    cast.done(&initiator, no, "launch", &[]).await;
    cast.done(&cast.officer, no, "freeze", &[]).await;
    let mut links = Vec::new();
    for (party, nonce) in FRESH {
        let link = cast.link(no, party).await;
        let typed = commitment_of_attempt(no, 2, party, nonce);
        let answer = cast.hand_in(&link, "commitment", &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        links.push(link);
    }
    links
}

/// The part of a page before its folded records.
fn above_the_records(text: &str) -> &str {
    text.split("id=\"records\"").next().unwrap()
}

/// README: a void is told everywhere its draw is. A row that is folded is not told.
#[tokio::test]
async fn a_void_is_told_on_the_pages_of_its_draw_through_the_next_attempt_and_after_its_result() {
    with_cast_of_two(40, 6, async |cast| {
        let told = async |no: &str| {
            let stranger = cast.site.stranger();
            let bundle = format!("/draw/{no}/attempts/1/bundle.zip");
            for path in [format!("/draw/{no}"), format!("/draw/{no}/verify")] {
                let page = stranger.get(&path).await;
                let above = above_the_records(&page.text);
                for words in [
                    "第 1 次抽取已作废。",
                    "名录有误。名录与实际不符",
                    "2026-11-23 09:0",
                    &bundle,
                ] {
                    assert!(above.contains(words), "{path} {words}: {}", page.text);
                }
            }
        };
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let page = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(
            &page,
            &["名录已冻结，承诺尚未公布。"],
            &["名录尚未封存", "作废"],
        );
        is_void(&cast, &no).await;
        told(&no).await;
        let links = frozen_again(&cast, &no).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        told(&no).await;
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        for ((_, nonce), link) in FRESH.iter().zip(&links) {
            let open = cast.hand_in(link, "nonce", nonce).await;
            assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        }
        follows(&cast).await;
        let page = cast
            .site
            .stranger()
            .get(&format!("/draw/{no}/verify"))
            .await;
        says(&page, &["在浏览器里重算"], &["还没有可以验证的案卷"]);
        told(&no).await;
    })
    .await;
}

/// A server that stood still over the time of the beacon: nothing follows but a void, by a person, who is told so; and
/// nobody is told that something else will come.
#[tokio::test]
async fn an_attempt_that_missed_its_beacon_waits_for_its_void_on_every_page() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[("beacon", "cwl-ssq")])).await;
        let hours = [
            ("beacon_round", "2026136"),
            ("beacon_at", "2026-11-23 11:15"),
        ];
        let done = publishes(&cast, &no, &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let open = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        let approver = city_approver(&cast).await;
        says(
            &approver.get("/w").await,
            &[],
            &["作废错过公共随机源的抽取"],
        );
        cast.site.city.clock.advance_minutes(80);
        follows(&cast).await;

        let approver = cast.grant(&cast.approver_id).await;
        says(
            &approver.get("/w").await,
            &["作废错过公共随机源的抽取", &no],
            &[],
        );
        let officer = cast.grant(&cast.officer_id).await;
        let home = officer.get("/w").await;
        says(&home, &[], &["作废错过", "收齐随机数", "开始抽取仪式"]);
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(
            &page,
            &["揭示没有赶在公共随机源之前公布", "note warn"],
            &["换发链接", "http-equiv=\"refresh\""],
        );
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(
            &public,
            &["这次抽取只能作废", "2026-11-23 11:15:00", "note warn"],
            &["由随后公开的随机数算出", "等待随机数。"],
        );
        for (link, words) in [
            (&links[0], "您的随机数已收下，没有公布。"),
            (&links[1], "不再接收随机数。"),
        ] {
            let page = cast.site.stranger().get(link).await;
            says(
                &page,
                &["这次抽取只能作废", words],
                &["揭示公布时一并公开", "将记为缺席", "name=\"nonce\""],
            );
        }
        is_void(&cast, &no).await;
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(&public, &["第 1 次抽取已作废。"], &["这次抽取只能作废"]);
    })
    .await;
}

/// Dice count for a beacon and are none: they come before the numbers, and rest on who saw them.
#[tokio::test]
async fn a_draw_by_dice_claims_no_beacon() {
    with_cast_of_two(40, 6, async |cast| {
        let claims_none = async |no: &str| {
            let officer = cast.grant(&cast.officer_id).await;
            for path in [format!("/w/campaigns/{no}"), format!("/hall/{no}")] {
                let page = officer.get(&path).await;
                says(
                    &page,
                    &["2 掷骰", "骰子由在场的人作证"],
                    &["2 信标", "公共信标"],
                );
            }
        };
        let (no, links) = frozen(&cast, &announced(&[("dice", "hall-dice")])).await;
        claims_none(&no).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let officer = cast.grant(&cast.officer_id).await;
        crate::two::two_read_the_dice(&cast, &officer, &no).await;
        all_open(&cast, &links).await;
        follows(&cast).await;
        claims_none(&no).await;
        let stranger = cast.site.stranger();
        let public = stranger.get(&format!("/draw/{no}")).await;
        says(
            &public,
            &["2 掷骰", "骰子由在场的人作证"],
            &["2 信标", "公共信标"],
        );
        says(&stranger.get("/campaigns").await, &["2 掷骰"], &["2 信标"]);
        says(&stranger.get("/tools").await, &["2 掷骰", "2 信标"], &[]);
    })
    .await;
}

/// Under `shuang/2` a number is public with REVEAL: what is handed in before is not, on whatever page one reads of it.
#[tokio::test]
async fn what_is_handed_in_is_public_with_reveal_and_on_no_page_before() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[("beacon", "cwl-ssq")])).await;
        let hours = [
            ("beacon_round", "2026136"),
            ("beacon_at", "2026-11-23 11:15"),
        ];
        let done = publishes(&cast, &no, &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let open = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        let officer = cast.grant(&cast.officer_id).await;
        let pages = [format!("/w/campaigns/{no}"), format!("/hall/{no}")];
        for path in &pages {
            says(&officer.get(path).await, &["已提交"], &["已公开"]);
        }
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        // The moments of the announcement stand in a line of the page, as people write them.
        let lines = ["抽取仪式", "开始接收随机数", "尚未公开"];
        says(&public, &lines, &[]);
        let above = above_the_records(&public.text);
        for told in ["2026-11-23 10:00", "cwl-ssq 2026136，2026-11-23 11:15"] {
            assert!(above.contains(told), "{told}: {}", public.text);
        }
        assert!(!above.contains("1795403700"), "{}", public.text);
        let open = cast.hand_in(&links[1], "nonce", NONCES[1].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        follows(&cast).await;
        for path in &pages {
            says(&officer.get(path).await, &["已公开"], &["已提交 "]);
        }
    })
    .await;
}

/// A plan that is approved stays as it is: what it asks for and the register does not hold is mended in the register or not
/// at all.
#[tokio::test]
async fn a_frame_too_small_for_an_approved_plan_is_told_no_change_of_the_plan() {
    with_cast_of_two(40, 1, async |cast| {
        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        let page = cast.press(&cast.officer, &no, "freeze", &[]).await;
        let told = ["DRAW-031", "补足名录", "只能终止任务、另立任务"];
        says(&page, &told, &["[DRAW-", "-："]);
    })
    .await;
}

/// Whoever sits at the ceremony sees what others do without pressing anything.
#[tokio::test]
async fn from_the_ceremony_to_the_result_pages_look_again_by_themselves() {
    with_cast_of_two(40, 6, async |cast| {
        let again = "http-equiv=\"refresh\"";
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        // On the day itself it waits for the ceremony.
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[again], &[]);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let officer = cast.grant(&cast.officer_id).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[again], &[]);
        // What is being typed is not taken away.
        let page = cast.site.stranger().get(&links[0]).await;
        says(&page, &["name=\"nonce\""], &[again]);
        let open = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        let page = cast.site.stranger().get(&links[0]).await;
        says(&page, &[again, "抽取完成后"], &[]);
        let open = cast.hand_in(&links[1], "nonce", NONCES[1].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        follows(&cast).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已抽取"], &[again]);
        let page = cast.site.stranger().get(&links[0]).await;
        says(&page, &["抽取已经完成"], &[again]);
    })
    .await;
}
