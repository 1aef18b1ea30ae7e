//! Whoever came early, or in vain: a page opened before COMMIT follows the ceremony to its beginning, and a ceremony whose
//! time is over without having been held is named where the draw is read, with what can still be done.
//!
//! Failure here: somebody sits before a page that stands still while the draw is made, or waits for what nobody will do.

use axum::http::StatusCode;

use crate::browser::Page;
use crate::cast::{Cast, NONCES, with_cast_of_two};
use crate::two::{announced, frozen, meets, publishes, says};

const MARK: &str = "looks-again";

/// How a page says in how many seconds it looks again, with its script and without.
fn looks(seconds: u16) -> String {
    format!(
        "<meta name=\"looks-again\" content=\"{seconds}\"><noscript><meta http-equiv=\"refresh\" content=\"{seconds}\"></noscript>"
    )
}

/// The pages of a draw for its desk, the public and the parties.
async fn pages(cast: &Cast, no: &str, links: &[String]) -> Vec<Page> {
    let officer = cast.grant(&cast.officer_id).await;
    let mut pages = vec![officer.get(&format!("/w/campaigns/{no}")).await];
    let stranger = cast.site.stranger();
    pages.push(stranger.get(&format!("/draw/{no}")).await);
    for link in links {
        pages.push(stranger.get(link).await);
    }
    pages
}

async fn all_say(cast: &Cast, no: &str, links: &[String], words: &[&str], not: &[&str]) {
    for page in pages(cast, no, links).await {
        says(&page, words, not);
    }
}

/// Up to the launched campaign of a plan, without anybody's link.
async fn launched(cast: &Cast, plan: &[(&'static str, &'static str)]) -> String {
    let no = cast.plan(plan).await;
    cast.done(&cast.initiator, &no, "submit", &[]).await;
    cast.done(&cast.approver, &no, "approve", &[]).await;
    cast.done(&cast.initiator, &no, "launch", &[]).await;
    no
}

#[tokio::test]
async fn a_page_opened_before_freeze_is_published_follows_around_the_announced_time() {
    with_cast_of_two(40, 6, async |cast| {
        let no = launched(&cast, &announced(&[])).await;
        all_say(&cast, &no, &[], &[&looks(60)], &[]).await;

        let (no, links) = frozen(&cast, &announced(&[])).await;
        all_say(&cast, &no, &links, &[&looks(60)], &[]).await;
        cast.site.city.clock.advance_minutes(56);
        all_say(&cast, &no, &links, &[&looks(10)], &[]).await;
        // The ceremony is late: they go on looking.
        cast.site.city.clock.advance_minutes(60);
        all_say(&cast, &no, &links, &[&looks(60)], &[]).await;
        cast.site.city.clock.advance_minutes(12 * 60);
        all_say(&cast, &no, &links, &[], &[MARK]).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_of_a_ceremony_that_is_days_away_stands_still() {
    with_cast_of_two(40, 6, async |cast| {
        let mut plan = announced(&[]);
        plan.retain(|(name, _)| *name != "ceremony");
        plan.push(("ceremony", "2026-11-26 10:00"));
        let (no, links) = frozen(&cast, &plan).await;
        all_say(&cast, &no, &links, &[], &[MARK]).await;
        cast.site.city.clock.advance_minutes(2 * 24 * 60 + 13 * 60);
        all_say(&cast, &no, &links, &[&looks(60)], &[]).await;
    })
    .await;
}

/// A page that asks for a commitment looks only where a script sees whether anything is typed; one that comes back refused
/// stands at the address of its form and is never asked for anew.
#[tokio::test]
async fn nothing_typed_by_a_party_is_taken_away() {
    with_cast_of_two(40, 6, async |cast| {
        let no = launched(&cast, &announced(&[])).await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let link = cast.link(&no, NONCES[0].0).await;
        let asked = cast.site.stranger().get(&link).await;
        says(
            &asked,
            &["name=\"commitment\"", "name=\"looks-again\" content=\"60\""],
            &["http-equiv=\"refresh\""],
        );
        let refused = cast.hand_in(&link, "commitment", "4711").await;
        says(&refused, &["name=\"commitment\""], &[MARK]);
    })
    .await;
}

#[tokio::test]
async fn the_page_that_begins_a_ceremony_opened_ten_seconds_too_early_looks_again() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let clock = &cast.site.city.clock;
        let now = app::port::Clock::now(&**clock);
        let ceremony = domain::time::Instant::parse_typed("2026-11-23 10:00").unwrap();
        clock.advance_ms(ceremony.unix_ms() - now.unix_ms() - 10_000);
        let officer = cast.grant(&cast.officer_id).await;
        let path = format!("/w/campaigns/{no}/ceremony");
        let early = officer.get(&path).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        says(&early, &["DRAW-058", &looks(10)], &[]);
        clock.advance_ms(20_000);
        let open = officer.get(&path).await;
        says(&open, &["<form class=\"form\""], &[MARK, "DRAW-058"]);
    })
    .await;
}

const OVER: &str = "公告的抽取仪式 2026-11-23 10:00 已过，没有举行。";

async fn desk(cast: &Cast, no: &str) -> Page {
    let officer = cast.grant(&cast.officer_id).await;
    officer.get(&format!("/w/campaigns/{no}")).await
}

async fn public(cast: &Cast, no: &str) -> Page {
    cast.site.stranger().get(&format!("/draw/{no}")).await
}

async fn list(cast: &Cast) -> Page {
    cast.grant(&cast.officer_id).await.get("/w").await
}

#[tokio::test]
async fn a_ceremony_that_was_not_held_at_its_time_is_named_with_what_can_still_be_done() {
    with_cast_of_two(40, 6, async |cast| {
        let early = launched(&cast, &announced(&[])).await;
        let (no, _) = frozen(&cast, &announced(&[])).await;
        for page in [
            desk(&cast, &no).await,
            public(&cast, &no).await,
            list(&cast).await,
        ] {
            says(&page, &[], &["没有举行", "已过"]);
        }
        cast.site.city.clock.advance_minutes(90);
        let may = ["仍可以冻结名录，收齐承诺值后公布承诺", "终止任务。"];
        says(&desk(&cast, &early).await, &[OVER, may[0], may[1]], &[]);
        let may = ["仍可以收齐承诺值后公布承诺", "先作废，再终止任务"];
        says(&desk(&cast, &no).await, &[OVER, may[0], may[1]], &[]);
        for no in [&early, &no] {
            let page = public(&cast, no).await;
            says(&page, &[OVER, "承诺还没有公布，仪式不能开始"], &[]);
        }
        let json = format!("/draw/{no}.json");
        let twin = cast.site.stranger().get(&json).await;
        says(&twin, &["\"ceremony_overdue\"", OVER], &[]);
        let waits = list(&cast).await;
        let said = waits.text.matches("公告的抽取仪式 2026-11-23 10:00 已过");
        assert_eq!(said.count(), 2, "{}", waits.text);
        // When the plan is over too, nothing is left but to end it.
        cast.site.city.clock.advance_minutes(30 * 24 * 60);
        says(
            &desk(&cast, &early).await,
            &["只能终止任务、另立任务"],
            &["仍可以"],
        );
        let page = public(&cast, &early).await;
        says(&page, &["不能再抽取，只能终止"], &[]);
    })
    .await;
}

/// What the page says can be done, can be done: FREEZE says another time, and the ceremony is held then.
#[tokio::test]
async fn a_ceremony_that_was_put_off_is_held_at_its_new_time() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, _) = frozen(&cast, &announced(&[])).await;
        cast.site.city.clock.advance_minutes(90);
        let officer = cast.grant(&cast.officer_id).await;
        let path = format!("/w/campaigns/{no}/commit");
        let asked = officer.get(&path).await;
        let hours = [
            ("reveal_from", "2026-11-23 14:00"),
            ("reveal_by", "2026-11-23 15:00"),
        ];
        let done = officer.submit(&asked, &path, &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let put_off = "公布的承诺定在 2026-11-23 14:00:00 起接收随机数";
        let not = ["承诺还没有公布，仪式不能开始"];
        for page in [desk(&cast, &no).await, public(&cast, &no).await] {
            says(&page, &[OVER, put_off], &not);
        }
        cast.site.city.clock.advance_minutes(240);
        let due = "抽取仪式的时间 2026-11-23 14:00:00 已到，还没有开始。";
        let still = "2026-11-23 15:00:00 之前";
        for page in [desk(&cast, &no).await, public(&cast, &no).await] {
            says(&page, &[due, still], &[OVER]);
        }
        let brief = "时间已到，2026-11-23 15:00:00 之前可以开始";
        says(&list(&cast).await, &[brief], &[]);
        meets(&cast, &no).await;
        for page in [desk(&cast, &no).await, public(&cast, &no).await] {
            says(&page, &[], &[due]);
        }
    })
    .await;
}

/// A plan whose ceremony is over is neither complete nor refused without the way to mend it.
#[tokio::test]
async fn a_plan_with_a_ceremony_in_the_past_leads_to_where_it_is_mended() {
    with_cast_of_two(40, 6, async |cast| {
        let mut plan = announced(&[]);
        plan.retain(|(name, _)| *name != "ceremony");
        plan.push(("ceremony", "2026-11-23 08:00"));
        let no = cast.plan(&plan).await;
        let (own, form) = (
            format!("/w/campaigns/{no}"),
            format!("/w/campaigns/{no}/plan"),
        );
        let page = cast.initiator.get(&own).await;
        says(&page, &["方案写的抽取仪式 2026-11-23 08:00 已过。"], &[]);
        let page = cast.initiator.get(&form).await;
        says(&page, &["PLAN-022"], &["保存的方案不缺什么"]);
        let to_the_plan = format!("href=\"{form}\">修改方案");
        let submit = format!("{own}/submit");
        let asked = cast.initiator.get(&submit).await;
        says(&asked, &["PLAN-022", &to_the_plan], &[]);
        let refused = cast.initiator.submit(&asked, &submit, &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        says(&refused, &["PLAN-022", &to_the_plan], &[]);

        // Submitted in time and read too late: who approves is told, and can send it back.
        let no = cast.plan(&announced(&[])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.site.city.clock.advance_minutes(90);
        let approver = cast.grant(&cast.approver_id).await;
        says(&approver.get("/w").await, &["退回改定之后才能批准"], &[]);
        let refused = cast.press(&approver, &no, "approve", &[]).await;
        let back = format!("href=\"/w/campaigns/{no}/return\">退回方案");
        says(&refused, &["PLAN-022", &back], &[]);
    })
    .await;
}
