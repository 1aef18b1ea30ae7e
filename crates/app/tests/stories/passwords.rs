//! Passwords: what a new one must be, who may set it, and what ends with the old one.

use app::sign_in::{Arrival, Welcome, token_hash};
use domain::account::Role;
use domain::id::AccountId;
use testkit::city::{City, PASSWORD};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, shown};

const BETTER: &str = "四个不相干的词与一匹马";

async fn arrived(city: &City, account: &AccountId) -> (String, Box<Arrival>) {
    let token = city.session(account).await;
    match city.app.welcome(&token).await.unwrap() {
        Welcome::Known(arrival) => (token, arrival),
        other => panic!("a living session: {other:?}"),
    }
}

async fn is_known(city: &City, token: &str) -> bool {
    matches!(city.app.welcome(token).await.unwrap(), Welcome::Known(_))
}

#[tokio::test]
async fn a_visit_is_noted_once_a_minute_and_not_at_every_page() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::DrawingOfficer, 0)]).await;
        let (token, here) = arrived(&city, &officer).await;
        let begun = here.session.seen_at_ms;
        for (passes_ms, noted) in [
            (60_000, begun),
            (1, begun + 60_001),
            (60_000, begun + 60_001),
        ] {
            city.clock.advance_ms(passes_ms);
            assert!(is_known(&city, &token).await);
            let mut reader = city.app.db.read().await.unwrap();
            let kept = store::session::get(&mut reader, &token_hash(&token)).await;
            assert_eq!(kept.unwrap().unwrap().seen_at_ms, noted, "{passes_ms}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_password_of_ones_own_is_told_everything_that_is_wrong_with_it() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city
            .account("officer-of-the-draw", &[(Role::DrawingOfficer, 0)])
            .await;
        let (_, here) = arrived(&city, &officer).await;
        let before = leaves(&city).await;
        let (wrong, flawed) = ("old AUTH-033", "new AUTH-032");
        let both = format!("{wrong}，{flawed}");
        for (old, new, said) in [
            ("不对的旧口令不对的旧口令", BETTER, wrong),
            (PASSWORD, "短", flawed),
            (PASSWORD, PASSWORD, flawed),
            (PASSWORD, "officer-of-the-draw", flawed),
            ("不对的旧口令不对的旧口令", "短", both.as_str()),
        ] {
            let change = city
                .app
                .change_password(&here.acting, &here.session, old, new);
            assert_eq!(code_of(change.await), said, "{old} {new}");
        }
        assert_eq!(leaves(&city).await, before);
        assert!(
            city.app
                .sign_in("officer-of-the-draw", PASSWORD)
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_every_session_but_the_one_it_was_changed_in() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::DrawingOfficer, 0)]).await;
        let (token, here) = arrived(&city, &officer).await;
        let (elsewhere, _) = arrived(&city, &officer).await;
        let change = city
            .app
            .change_password(&here.acting, &here.session, PASSWORD, BETTER);
        change.await.unwrap();
        assert!(is_known(&city, &token).await);
        assert!(!is_known(&city, &elsewhere).await);
        assert_eq!(
            code_of(city.app.sign_in("officer", PASSWORD).await),
            "AUTH-030"
        );
        let opened = city.app.sign_in("officer", BETTER).await.unwrap();
        assert!(!opened.must_change, "he has chosen it himself");
    })
    .await;
}

#[tokio::test]
async fn a_reset_password_replaces_the_old_one_ends_the_lock_and_must_be_changed() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let officer = city.account("officer", &[(Role::DrawingOfficer, 0)]).await;
        let token = city.session(&officer).await;
        for _ in 0..5 {
            assert_eq!(
                code_of(city.app.sign_in("officer", "不对的口令").await),
                "AUTH-030"
            );
        }
        assert_eq!(
            code_of(city.app.sign_in("officer", PASSWORD).await),
            "AUTH-031"
        );
        let before = leaves(&city).await;
        let premise = shown(&city, &officer).await;
        let short = city.app.reset_password(&security, &officer, &premise, "短");
        assert_eq!(code_of(short.await), "password ACCT-003");
        assert_eq!(leaves(&city).await, before);
        assert!(is_known(&city, &token).await, "refused, nothing has ended");
        assert_eq!(
            code_of(city.app.sign_in("officer", PASSWORD).await),
            "AUTH-031"
        );

        let reset = city
            .app
            .reset_password(&security, &officer, &premise, BETTER);
        reset.await.unwrap();
        assert!(!is_known(&city, &token).await);
        assert_eq!(
            code_of(city.app.sign_in("officer", PASSWORD).await),
            "AUTH-030"
        );
        let opened = city.app.sign_in("officer", BETTER).await.unwrap();
        assert!(opened.must_change, "somebody else knows it");
        let own = shown(&city, &security.account).await;
        let own = city
            .app
            .reset_password(&security, &security.account, &own, BETTER);
        assert_eq!(code_of(own.await), "AUTH-022");
    })
    .await;
}
