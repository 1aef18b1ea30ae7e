//! What the pages of a campaign say of where it stands after it was given up, after a void, and of what was really given:
//! to the wall, to a party, to the desk and to the public.
//!
//! Failure here: a page shows what its form promised to keep inside, denies what was done, or sends people to what will
//! never be.

use axum::http::StatusCode;
use domain::account::Role;
use domain::campaign::abandon_class::AbandonClass;
use domain::campaign::void_class::VoidClass;

use crate::cast::{Cast, NONCES, last_four, whole_plan, with_cast, with_cast_of_two};
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

/// Before the press one reads what the public will read, for each class; and a letter is no reason.
#[tokio::test]
async fn the_forms_show_what_the_public_will_read_and_take_no_single_letter_for_a_reason() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let asked = cast.approver.get(&format!("/w/campaigns/{no}/void")).await;
        let told: Vec<String> = VoidClass::offered(false)
            .map(VoidClass::published)
            .collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        says(&asked, &told, &["公共随机源公布之前没有完成揭示"]);
        let paper = "5".repeat(64);
        for reason in ["x", "。。。", "—"] {
            let fields = [
                ("void_code", "register-error"),
                ("reason", reason),
                ("document", paper.as_str()),
                ("last_four", last_four(&no)),
            ];
            let page = cast.press(&cast.approver, &no, "void", &fields).await;
            says(&page, &["CAMP-003"], &[]);
        }

        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        let path = format!("/w/campaigns/{no}/abandon");
        let asked = cast.approver.get(&path).await;
        for class in AbandonClass::ALL {
            says(&asked, &[&class.published()], &[]);
        }
        let fields = [("class", "merged"), ("reason", "x")];
        let page = cast.press(&cast.approver, &no, "abandon", &fields).await;
        says(&page, &["CAMP-003"], &[]);
    })
    .await;
}

/// A server that stood still over the time of the beacon: that is why it is void, and the public reads it.
#[tokio::test]
async fn a_void_for_a_missed_beacon_has_its_class_and_the_public_reads_it() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[("beacon", "cwl-ssq")])).await;
        let hours = [
            ("beacon_round", "2026136"),
            ("beacon_at", "2026-11-23 11:15"),
        ];
        let done = publishes(&cast, &no, &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(141);
        follows(&cast).await;
        let approver = cast.grant(&cast.approver_id).await;
        let paper = "5".repeat(64);
        let fields = [
            ("void_code", "missed-beacon"),
            ("reason", "服务器停机"),
            ("document", paper.as_str()),
            ("last_four", last_four(&no)),
        ];
        cast.done(&approver, &no, "void", &fields).await;
        let told = VoidClass::MissedBeacon.published();
        let page = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(&page, &[&told], &["没有在规定的时限内抽取", "服务器停机"]);
        let bundle = format!("/draw/{no}/attempts/1/bundle.zip");
        assert_eq!(crate::two::judged(&cast, &bundle).await, 0);
    })
    .await;
}

/// Nobody began the ceremony: no party could hand anything in, and none is blamed; whoever comes late is told that it is
/// over, and not to press again.
#[tokio::test]
async fn a_ceremony_that_nobody_held_blames_no_party_and_who_comes_late_is_told_that_it_is_over() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(200);
        follows(&cast).await;
        let page = cast.site.stranger().get(&format!("/draw/{no}")).await;
        says(
            &page,
            &["抽取仪式没有举行", "没有人开始抽取仪式"],
            &["公开了随机数的见证方和公共来源不够"],
        );
        assert!(links.len() == 2);

        // The next one is held, and a party stays before its open page until it is void.
        let officer = cast.grant(&cast.officer_id).await;
        let initiator = cast.grant(&cast.initiator_id).await;
        cast.done(&initiator, &no, "launch", &[]).await;
        cast.done(&officer, &no, "freeze", &[]).await;
        let mut links = Vec::new();
        for ((party, _), nonce) in NONCES.into_iter().zip(["3", "4"]) {
            let path = format!("/w/campaigns/{no}/parties/{party}");
            let asked = officer.get(&path).await;
            let slip = officer.submit(&asked, &path, &[]).await;
            let rest = slip.text.split("/p/").nth(1).unwrap();
            let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            let link = format!("/p/{token}");
            let typed = crate::cast::commitment_of_attempt(&no, 2, party, &nonce.repeat(64));
            let answer = cast.hand_in(&link, "commitment", &typed).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
            links.push(link);
        }
        let path = format!("/w/campaigns/{no}/commit");
        let asked = officer.get(&path).await;
        let (from, until) = (asked.input("reveal_from"), asked.input("reveal_by"));
        let hours = [("reveal_from", from.as_str()), ("reveal_by", &until)];
        let done = officer.submit(&asked, &path, &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        meets(&cast, &no).await;
        let stranger = cast.site.stranger();
        let open = stranger.get(&links[0]).await;
        says(&open, &["name=\"nonce\""], &[]);
        cast.site.city.clock.advance_minutes(200);
        let sends = async || {
            let typed = "3".repeat(64);
            let to = format!("{}/nonce", links[0]);
            stranger
                .submit(&open, &to, &[("nonce", typed.as_str())])
                .await
        };
        says(&sends().await, &["DRAW-006"], &["SEEN-002"]);
        follows(&cast).await;
        let late = sends().await;
        says(
            &late,
            &["DRAW-083", "第 2 次抽取已经作废"],
            &["SEEN-002", "再按一次"],
        );
    })
    .await;
}

/// Whoever sits before the page at the announced time is not told to reload it: desk, party and public.
#[tokio::test]
async fn every_page_of_a_draw_follows_from_shortly_before_the_ceremony_to_its_result() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let (desk, public) = (format!("/w/campaigns/{no}"), format!("/draw/{no}"));
        let looks = |seconds: u16| format!("<meta name=\"looks-again\" content=\"{seconds}\">");
        let plain = |seconds: u16| {
            let refresh = format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">");
            format!("{}<noscript>{refresh}</noscript>", looks(seconds))
        };
        let pages = async |words: &str| {
            let officer = cast.grant(&cast.officer_id).await;
            says(&officer.get(&desk).await, &[words], &[]);
            let stranger = cast.site.stranger();
            for path in [&public, &links[0]] {
                says(&stranger.get(path).await, &[words], &[]);
            }
        };
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        // It begins to look every few seconds five minutes before, by itself.
        pages("name=\"looks-again\" content=\"3").await;
        cast.site.city.clock.advance_minutes(56);
        pages(&plain(10)).await;
        cast.site.city.clock.advance_minutes(5);
        meets(&cast, &no).await;
        // Where something is typed only a script looks again, which sees whether anything is.
        let party = cast.site.stranger().get(&links[0]).await;
        says(
            &party,
            &["name=\"nonce\"", &looks(10)],
            &["http-equiv=\"refresh\""],
        );
        crate::two::all_open(&cast, &links).await;
        pages(&plain(10)).await;
        follows(&cast).await;
        let officer = cast.grant(&cast.officer_id).await;
        says(&officer.get(&desk).await, &["已抽取"], &["looks-again"]);
        let stranger = cast.site.stranger();
        for path in [&public, &links[0]] {
            says(&stranger.get(path).await, &[], &["looks-again"]);
        }
    })
    .await;
}
