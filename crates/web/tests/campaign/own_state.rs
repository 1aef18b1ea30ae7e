//! What the pages of a campaign say of where it stands after it was given up, after a void, and of what was really given:
//! to the wall, to a party, to the desk and to the public.
//!
//! Failure here: a page shows what its form promised to keep inside, denies what was done, or sends people to what will
//! never be.

use axum::http::StatusCode;
use domain::account::Role;

use crate::cast::{Cast, NONCES, whole_plan, with_cast, with_cast_of_two};
use crate::two::{announced, follows, frozen, meets, publishes, says};

const INSIDE: &str = "乙街办事处经费问题";

/// Gives the campaign up for a class, with words that stay inside.
async fn gives_up(cast: &Cast, no: &str) {
    let fields = [("class", "merged"), ("reason", INSIDE)];
    cast.done(&cast.approver, no, "abandon", &fields).await;
}

/// Whoever sits in the room reads what the public reads.
#[tokio::test]
async fn the_wall_and_the_public_read_the_class_of_an_abandonment_and_never_its_words() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        gives_up(&cast, &no).await;
        let told = "并入其他任务。并入其他抽查任务，一次检查。";
        let wall = cast.officer.get(&format!("/hall/{no}")).await;
        says(&wall, &["任务终止。", told], &[INSIDE, "理由"]);
        let stranger = cast.site.stranger();
        for path in [format!("/draw/{no}"), format!("/draw/{no}.json")] {
            says(&stranger.get(&path).await, &[told], &[INSIDE]);
        }
        let inside = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        says(&inside, &["事由：并入其他任务", INSIDE], &[]);

        // What a plan was sent back for is no word for the wall either.
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "return", &[("reason", INSIDE)])
            .await;
        let wall = cast.officer.get(&format!("/hall/{no}")).await;
        says(&wall, &["方案已退回"], &[INSIDE]);
    })
    .await;
}

/// Nobody is told to come back to what has ended, and an approval that was given stays told.
#[tokio::test]
async fn a_campaign_that_was_given_up_sends_nobody_back_and_keeps_its_approval() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let link = cast.link(&no, NONCES[0].0).await;
        let asked = cast.site.stranger().get(&link).await;
        says(&asked, &["名录冻结之后，请回到这个链接"], &[]);
        gives_up(&cast, &no).await;
        let ended = cast.site.stranger().get(&link).await;
        says(
            &ended,
            &[
                "终止，不再抽取",
                "并入其他任务",
                "不用再递交承诺值",
                &format!("/draw/{no}"),
            ],
            &["请回到这个链接", INSIDE],
        );

        let desk = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        let public = format!("/draw/{no}");
        says(
            &desk,
            &[
                "2026-11-23 09:00 批准，任务 2026-11-23",
                "已公布的摘要",
                &public,
            ],
            &["未批准"],
        );
        let stranger = cast.site.stranger();
        let page = stranger.get(&public).await;
        says(
            &page,
            &["没有抽取", "没有公布", "这里不会有案卷"],
            &["抽取后得出", "随承诺公布", "现在可以先记下承诺"],
        );
        let list = stranger.get("/campaigns").await;
        says(&list, &["没有抽取", "看记录"], &["尚未封存", "看进度"]);
        let verify = stranger.get(&format!("{public}/verify")).await;
        says(&verify, &["没有可以验证的案卷"], &["还没有可以验证"]);

        // One that was never approved says so.
        let no = cast.plan(&whole_plan()).await;
        gives_up(&cast, &no).await;
        let desk = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        says(&desk, &["没有批准，任务"], &["已公布的摘要"]);
    })
    .await;
}

/// One party of two stays away, and dice are thrown: level 1 was reached, and neither two parties nor a beacon gave it.
#[tokio::test]
async fn what_a_draw_claims_is_what_was_given_to_it_announced_reached_and_proven() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[("dice", "hall-dice")])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let stranger = cast.site.stranger();
        let page = stranger.get(&format!("/draw/{no}")).await;
        says(&page, &["公告 2（来源都到齐时）"], &["已证实 "]);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let officer = cast.grant(&cast.officer_id).await;
        crate::two::two_read_the_dice(&cast, &officer, &no).await;
        let open = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text);
        cast.site.city.clock.advance_minutes(61);
        follows(&cast).await;

        let page = stranger.get(&format!("/draw/{no}")).await;
        says(
            &page,
            &[
                "由当众掷骰和一个见证方共同决定，见证方不足两个",
                "公告 2，达到 1，已证实 0",
            ],
            &["至少有两个见证方", "由两个以上见证方"],
        );
        let page = stranger.get(&format!("/draw/{no}.json")).await;
        let told: serde_json::Value = serde_json::from_str(&page.text).unwrap();
        let levels = ["trust_level_announced", "trust_level", "trust_level_proven"];
        assert_eq!(
            levels.map(|name| told[name].as_i64()),
            [Some(2), Some(1), Some(0)]
        );
        let claim = told["claim"].as_str().unwrap();
        assert!(claim.contains("当众掷骰和一个见证方"), "{claim}");
        let front = stranger.get("/").await;
        says(
            &front,
            &["有一个公共来源而见证方不足两个"],
            &["至少两个见证方"],
        );
    })
    .await;
}

/// Two parties and nothing else, which is level 1 as well.
#[tokio::test]
async fn two_parties_without_a_public_source_are_told_as_that() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        crate::two::all_open(&cast, &links).await;
        follows(&cast).await;
        let page = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(
            &page,
            &[
                "由两个以上见证方共同决定，没有公共来源",
                "公告 1，达到 1，已证实 1",
            ],
            &["骰子"],
        );
    })
    .await;
}

/// A slip is for somebody who did not handle the draw, whatever role he has in it.
#[tokio::test]
async fn nobody_who_handled_a_draw_stands_on_its_slip_or_attends_by_his_account() {
    with_cast_of_two(40, 6, async |cast| {
        let city = &cast.site.city;
        let roles = [(Role::DrawingOfficer, 0), (Role::Supervisor, 0)];
        let froze = city.account("froze1", &roles).await;
        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        let freezing = cast.grant(&froze).await;
        cast.done(&freezing, &no, "freeze", &[]).await;
        for (party, nonce) in NONCES {
            let link = cast.link(&no, party).await;
            let typed = crate::cast::commitment_of_attempt(&no, 1, party, nonce);
            let answer = cast.hand_in(&link, "commitment", &typed).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        }
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        let officer = cast.grant(&cast.officer_id).await;
        cast.done(&officer, &no, "ceremony", &[]).await;
        // Who drafted and submitted, in a spelling of his own; who froze.
        for name in ["样例initiator1", "样例·INITIATOR1 科员", "样例froze1"] {
            let words = [("office", "执法监督科"), ("name", name)];
            let page = cast.press(&officer, &no, "slip", &words).await;
            says(&page, &["DRAW-082", "没有经办这次抽取的人"], &["DRAW-061"]);
        }
        let froze = cast.grant(&froze).await;
        let page = froze.get(&format!("/w/campaigns/{no}/attend")).await;
        says(&page, &["DRAW-082"], &["<form class=\"form\""]);
        let signed = [("office", "司法局"), ("name", "见证员乙")];
        cast.done(&officer, &no, "slip", &signed).await;
    })
    .await;
}
