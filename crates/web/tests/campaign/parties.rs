//! The outside parties: commit before, open after, and nothing else.

use axum::http::StatusCode;

use crate::cast::{NONCES, commitment, with_cast};

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
        assert_eq!(stranger.get(&new).await.status, StatusCode::OK);
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
