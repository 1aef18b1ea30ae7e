//! The outside parties: commit before, open after, and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use app::App;
use app::port::Clock;
use app::premise::Thing;
use axum::http::StatusCode;
use domain::event::Act;
use domain::id::{CampaignNo, PartyToken};
use domain::time::Instant;
use store::{Db, log};
use testkit::city::as_shown;
use testkit::engines::{PostgresDatabase, upgrade};
use testkit::waiting;

use crate::cast::{Cast, NONCES, commitment, last_four, with_cast};

#[tokio::test]
async fn before_the_commitment_is_public_no_page_has_a_field_for_the_nonce() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let early = cast.link(&no, "discipline").await;
        let stranger = cast.site.stranger();
        let waits = stranger.get(&early).await;
        assert!(waits.shows("现在不用办理") && !waits.shows("name=\"nonce\""));
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let asks = stranger.get(&early).await;
        assert!(asks.shows("name=\"commitment\"") && !asks.shows("name=\"nonce\""));
        let (party, nonce) = NONCES[0];
        cast.hand_in(&early, "commitment", &commitment(party, nonce))
            .await;
        let handed = stranger.get(&early).await;
        assert!(
            handed.shows("承诺值已收存") && !handed.shows("name=\"nonce\""),
            "{}",
            handed.text
        );
        // Sent all the same, it is refused and not shown again.
        let page = stranger.get("/login").await;
        assert_eq!(page.status, StatusCode::OK);
        let asked = stranger.get(&early).await;
        assert!(!asked.shows(nonce));
    })
    .await;
}

#[tokio::test]
async fn a_nonce_that_does_not_fit_comes_back_with_what_was_typed() {
    with_cast(40, 6, async |cast| {
        let (no, links) = cast.committed().await;
        let wrong = "3".repeat(64);
        let before = cast.log_size().await;
        let refused = cast.hand_in(&links[0], "nonce", &wrong).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(
            refused.shows("DRAW-005") && refused.shows(&wrong),
            "{}",
            refused.text
        );
        let cut = cast.hand_in(&links[0], "nonce", "12ab").await;
        assert!(cut.shows("DRAW-033") && cut.shows("12ab"));
        assert_eq!(cast.log_size().await, before);
        let right = cast.hand_in(&links[0], "nonce", NONCES[0].1).await;
        assert_eq!(right.status, StatusCode::SEE_OTHER);
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("已公开随机数 1 方"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn what_is_handed_in_a_second_time_from_the_same_page_is_in_once_and_answered_alike() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let link = cast.link(&no, "discipline").await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let stranger = cast.site.stranger();
        let (party, nonce) = NONCES[0];
        let typed = commitment(party, nonce);
        let asked = stranger.get(&link).await;
        let before = cast.log_size().await;
        for (value, expected) in [
            (typed.clone(), StatusCode::SEE_OTHER),
            // The answer was lost on the way, so the same is sent again.
            (typed, StatusCode::SEE_OTHER),
            // Another value is no repetition.
            (commitment(party, &"9".repeat(64)), StatusCode::CONFLICT),
        ] {
            let at = format!("{link}/commitment");
            let answer = stranger
                .submit(&asked, &at, &[("commitment", &value)])
                .await;
            assert_eq!(answer.status, expected, "{}", answer.text);
        }
        assert_eq!(cast.log_size().await, before + 1);
    })
    .await;
}

/// What served an attempt that is void is known to whoever kept it; what another party handed in is that party's.
#[tokio::test]
async fn a_commitment_of_an_earlier_attempt_or_of_another_party_is_refused() {
    with_cast(40, 6, async |cast| {
        let (no, _) = cast.committed().await;
        let fields = [
            ("void_code", "register-error"),
            ("reason", "名录漏了一户"),
            ("last_four", last_four(&no)),
        ];
        cast.done(&cast.approver, &no, "void", &fields).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let link = cast.link(&no, "discipline").await;
        let before = cast.log_size().await;
        for (party, nonce) in NONCES {
            let used = commitment(party, nonce);
            let refused = cast.hand_in(&link, "commitment", &used).await;
            assert!(
                refused.shows("DRAW-047") && refused.shows("第 1 次抽取"),
                "{}",
                refused.text
            );
            // Nobody can tell 64 digits from a nonce: they stay with who typed them, and the page says so.
            assert!(
                !refused.shows(&used) && refused.shows("没有把刚才填的内容显示回来"),
                "{}",
                refused.text
            );
        }
        assert_eq!(cast.log_size().await, before);
        let fresh = commitment("discipline", &"3".repeat(64));
        let taken = cast.hand_in(&link, "commitment", &fresh).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        let other = cast.link(&no, "justice").await;
        let copied = cast.hand_in(&other, "commitment", &fresh).await;
        assert!(copied.shows("DRAW-020"), "{}", copied.text);
    })
    .await;
}

#[tokio::test]
async fn the_page_shows_the_own_line_of_the_commitment_record() {
    with_cast(40, 6, async |cast| {
        let (_, links) = cast.committed().await;
        let page = cast.site.stranger().get(&links[1]).await;
        let (party, nonce) = NONCES[1];
        assert!(page.shows(&format!(
            "<mark>party {party} {}</mark>",
            commitment(party, nonce)
        )));
    })
    .await;
}

#[tokio::test]
async fn a_new_link_ends_the_old_one_and_a_wrong_one_says_nothing() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let old = cast.link(&no, "justice").await;
        let new = cast.link(&no, "justice").await;
        assert_ne!(old, new);
        let stranger = cast.site.stranger();
        let (gone, wrong) = (
            stranger.get(&old).await,
            stranger.get("/p/0123456789abcdef").await,
        );
        assert!(gone.status.is_client_error() && wrong.status == gone.status);
        assert!(!gone.shows(&no));
        // In words for somebody without an account: whom to ask, and that nothing of his is lost.
        for dead in [&gone, &wrong] {
            assert!(
                dead.shows("DRAW-034") && dead.shows("向发给您纸条的抽取经办要新的链接"),
                "{}",
                dead.text
            );
            assert!(
                !dead.shows("PAGE-404") && !dead.shows("本账号"),
                "{}",
                dead.text
            );
        }
        assert_eq!(stranger.get(&new).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_out_is_replaced_knowingly_and_only_the_one_that_was_named() {
    with_cast(40, 6, async |cast| {
        let no = cast.launched().await;
        let path = format!("/w/campaigns/{no}/parties/justice");
        let campaign = format!("/w/campaigns/{no}");
        assert!(!cast.officer.get(&campaign).await.shows("换发链接"));
        let first = cast.officer.get(&path).await;
        assert!(
            first.shows("发放链接") && !first.shows("从此失效"),
            "{}",
            first.text
        );
        let link = cast.link(&no, "justice").await;
        assert!(cast.officer.get(&campaign).await.shows("换发链接"));
        let second = cast.officer.get(&path).await;
        assert!(
            second.shows("换发链接，原链接失效") && second.shows("样例drawer1发放的链接从此失效"),
            "{}",
            second.text
        );
        // Pressed on a page that knew of no link yet: nothing is replaced, and the page now says so.
        let before = cast.log_size().await;
        let refused = cast.officer.submit(&first, &path, &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(refused.shows("DRAW-050") && refused.shows("换发链接，原链接失效"));
        assert_eq!(cast.log_size().await, before);
        let stranger = cast.site.stranger();
        assert_eq!(stranger.get(&link).await.status, StatusCode::OK);
        // Pressed where the earlier one was named: it ends, and the trace says which it was.
        let slip = cast.officer.submit(&second, &path, &[]).await;
        assert_eq!(slip.status, StatusCode::OK, "{}", slip.text);
        assert!(
            slip.shows("http://127.0.0.1:80/p/") && !slip.shows("127.0.0.1:8080"),
            "where people come is not what a request says of itself: {}",
            slip.text
        );
        assert_eq!(stranger.get(&link).await.status, StatusCode::NOT_FOUND);
        let entry = cast.officer.get(&format!("/w/log/{before}")).await;
        assert!(entry.shows("replaces"), "{}", entry.text);
    })
    .await;
}

#[tokio::test]
async fn who_has_handed_in_everything_gets_no_other_link() {
    with_cast(40, 6, async |cast| {
        let (no, links) = cast.committed().await;
        let page = format!("/w/campaigns/{no}");
        let own = |party: &str| format!("{page}/parties/{party}");
        let waiting = cast.officer.get(&own("discipline")).await;
        let (_, nonce) = NONCES[0];
        cast.hand_in(&links[0], "nonce", nonce).await;
        let shown = cast.officer.get(&page).await;
        assert!(!shown.shows(&format!("href=\"{}\"", own("discipline"))));
        assert!(
            shown.shows(&format!("href=\"{}\"", own("justice"))),
            "{}",
            shown.text
        );
        let asked = cast.officer.get(&own("discipline")).await;
        assert!(
            asked.shows("不再发放链接") && !asked.shows("发放链接</button>"),
            "{}",
            asked.text
        );
        let before = cast.log_size().await;
        let late = cast.officer.submit(&waiting, &own("discipline"), &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(cast.log_size().await, before);
        assert_eq!(
            cast.site.stranger().get(&links[0]).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_waits_for_nonces_that_are_all_open() {
    with_cast(40, 6, async |cast| {
        let (no, links) = cast.committed().await;
        let page = format!("/w/campaigns/{no}");
        let before = cast.officer.get(&page).await;
        assert!(before.shows("等待见证方公开随机数"), "{}", before.text);
        for ((_, nonce), link) in NONCES.iter().zip(&links) {
            cast.hand_in(link, "nonce", nonce).await;
        }
        let hall = format!("/hall/{no}");
        for path in [page.as_str(), hall.as_str()] {
            let after = cast.officer.get(path).await;
            assert!(
                after.shows("各方的随机数都已公开") && !after.shows("等待见证方公开随机数"),
                "{path}: {}",
                after.text
            );
            assert!(!after.shows("还没有公开的随机数"), "{path}: {}", after.text);
        }
        let home = cast.officer.get("/w").await;
        assert!(
            home.shows("完成揭示") && !home.shows("收齐随机数"),
            "{}",
            home.text
        );
        cast.done(&cast.officer, &no, "reveal", &[]).await;
        let public = cast.site.stranger().get(&format!("/draw/{no}")).await;
        assert!(
            public.shows("揭示已公布，名单未公开。") && !public.shows("等待随机数"),
            "{}",
            public.text
        );
    })
    .await;
}

#[tokio::test]
async fn who_stays_away_is_absent_with_a_reason_and_the_draw_goes_on() {
    with_cast(40, 6, async |cast| {
        let (no, links) = cast.committed().await;
        for ((_, nonce), link) in NONCES.iter().zip(&links).take(1) {
            cast.hand_in(link, "nonce", nonce).await;
        }
        let early = cast.officer.get(&format!("/w/campaigns/{no}/reveal")).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(early.shows("DRAW-007"), "{}", early.text);
        cast.site.city.clock.advance_minutes(61);
        // One party alone is a rehearsal; the rulebook wants a witnessed draw.
        let officer = cast.grant(&cast.officer_id).await;
        let lost = officer.get(&format!("/w/campaigns/{no}/reveal")).await;
        assert!(lost.shows("DRAW-008"), "{}", lost.text);
    })
    .await;
}

/// A clock that is first asked when an act knows whose link it has. It stays there until another link is given out, or
/// whoever gives it out waits.
struct StaysWithLink {
    of: App,
    said: Mutex<Option<mpsc::Sender<()>>>,
    given: Arc<AtomicBool>,
    url: String,
}

impl Clock for StaysWithLink {
    fn now(&self) -> Instant {
        if let Some(said) = self.said.lock().unwrap().take() {
            said.send(()).unwrap();
            tokio::task::block_in_place(|| {
                waiting::for_a_lock_or(&self.url, || self.given.load(Ordering::SeqCst));
            });
        }
        self.of.clock.now()
    }
}

#[tokio::test]
async fn after_the_deadline_no_page_asks_for_a_nonce_that_would_be_refused() {
    with_cast(40, 6, async |cast| {
        let (_, links) = cast.committed().await;
        let stranger = cast.site.stranger();
        let asks = stranger.get(&links[0]).await;
        assert!(asks.shows("name=\"nonce\""), "{}", asks.text);
        cast.site.city.clock.advance_minutes(61);
        let over = stranger.get(&links[0]).await;
        assert!(
            over.shows("已过，不再接收") && !over.shows("name=\"nonce\""),
            "{}",
            over.text
        );
        // Sent from the page that was open before, it is refused, and what was typed is not lost.
        let (path, typed) = (format!("{}/nonce", links[0]), NONCES[0].1);
        let late = stranger.submit(&asks, &path, &[("nonce", typed)]).await;
        assert!(late.shows("DRAW-006") && late.shows(typed), "{}", late.text);
    })
    .await;
}

/// What one hands in does not rest on what another does at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn two_parties_who_hand_in_at_one_moment_are_both_in() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let cast = Cast::gather(db.clone(), 20, 6).await;
    let no = cast.launched().await;
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    let app = &cast.site.city.app;
    let mut links = Vec::new();
    for (party, nonce) in NONCES {
        let link = cast.link(&no, party).await.replace("/p/", "");
        let shown = as_shown(app, Thing::Party(&link)).await;
        links.push((link, shown, commitment(party, nonce)));
    }
    let (desk, heard, given) = stays_with_link(app, server.url());
    let (first, second) = (links.remove(0), links.remove(0));
    let handed = tokio::spawn(async move {
        let (link, shown, typed) = first;
        desk.accept_commitment(&link, &shown, &typed).await
    });
    tokio::task::block_in_place(|| heard.recv()).unwrap();
    let (link, shown, typed) = second;
    let other = app.accept_commitment(&link, &shown, &typed).await;
    given.store(true, Ordering::SeqCst);
    handed.await.unwrap().unwrap();
    other.unwrap();
    let mut reader = db.read().await.unwrap();
    let number = CampaignNo::parse(&no).unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let state = stored.unwrap().campaign.state;
    let parties = &state.frame().unwrap().parties;
    assert!(
        parties.iter().all(|party| party.commitment().is_some()),
        "{parties:?}"
    );
    drop(reader);
    db.close().await;
}

/// An office whose act of a link stays where it knows whose link it is; who hears of it, and who lets it go on.
fn stays_with_link(app: &App, url: &str) -> (App, mpsc::Receiver<()>, Arc<AtomicBool>) {
    let (said, heard) = mpsc::channel();
    let given = Arc::new(AtomicBool::new(false));
    let clock = Arc::new(StaysWithLink {
        of: app.clone(),
        said: Mutex::new(Some(said)),
        given: Arc::clone(&given),
        url: url.to_owned(),
    });
    let desk = App {
        clock,
        ..app.clone()
    };
    (desk, heard, given)
}

/// The link is the right, and stands until the act is in the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn no_act_of_a_link_stands_in_the_log_behind_the_next_link() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let cast = Cast::gather(db.clone(), 20, 6).await;
    let no = cast.launched().await;
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    let (party, nonce) = NONCES[0];
    let link = cast.link(&no, party).await.replace("/p/", "");
    let app = &cast.site.city.app;
    let of_party = as_shown(app, Thing::Party(&link)).await;
    let number = CampaignNo::parse(&no).unwrap();
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let officer = cast.site.city.acting(&cast.officer_id).await;

    let (desk, heard, given) = stays_with_link(app, server.url());
    let dead = link.clone();
    let handed = tokio::spawn(async move {
        let typed = commitment(party, nonce);
        desk.accept_commitment(&dead, &of_party, &typed).await
    });
    tokio::task::block_in_place(|| heard.recv()).unwrap();
    let token = PartyToken::parse(party).unwrap();
    app.issue_party_link(&officer, &number, &shown, &token)
        .await
        .unwrap();
    given.store(true, Ordering::SeqCst);
    handed.await.unwrap().unwrap();
    let mut reader = db.read().await.unwrap();
    let lines = log::trace(&mut reader, &log::TraceOf::All, None, 1).await;
    assert_eq!(lines.unwrap()[0].act, Act::PartyInvited.name());
    drop(reader);
    // And from here on it is nobody's.
    let refused = app.party_view(&link).await.unwrap_err().to_string();
    assert!(refused.contains("DRAW-034"), "{refused}");
    db.close().await;
}
