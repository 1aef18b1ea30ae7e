//! Sessions: each is its account's, ends where it is ended, and runs out by the hours of the rulebook.

use app::sign_in::{Welcome, token_hash};
use app::tries::Caller;
use domain::account::Role;
use testkit::city::{City, PASSWORD};
use testkit::engines::on_both;

use crate::words::{code_of, leaves};

async fn known(city: &City, token: &str) -> bool {
    matches!(city.app.welcome(token).await.unwrap(), Welcome::Known(_))
}

#[tokio::test]
async fn a_session_ends_alone_and_by_its_own_account() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let one = city.account("one", &[(Role::Registrar, 1)]).await;
        let other = city.account("other", &[(Role::Registrar, 1)]).await;
        let (here, there, theirs) = (
            city.session(&one).await,
            city.session(&one).await,
            city.session(&other).await,
        );
        let acting = city.acting(&one).await;
        let end = async |token: &str| {
            let ended = city.app.end_own_session(&acting, &token_hash(token)).await;
            ended.unwrap()
        };
        assert!(!end(&theirs).await, "not his to end");
        assert!(!end("nobody's").await);
        for token in [&here, &there, &theirs] {
            assert!(known(&city, token).await);
        }
        assert!(end(&there).await);
        assert!(!known(&city, &there).await && known(&city, &here).await);
        city.app.sign_out(&here).await.unwrap();
        assert!(!known(&city, &here).await && known(&city, &theirs).await);
        assert!(!end(&here).await, "ended already");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_who_exists_and_a_sign_in_is_an_act() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 1)]).await;
        let before = leaves(&city).await;
        let nobody = code_of(
            city.app
                .sign_in("nobody", PASSWORD, &Caller::default())
                .await,
        );
        let wrong = code_of(
            city.app
                .sign_in("officer", "不对的口令不对的口令", &Caller::default())
                .await,
        );
        assert_eq!(nobody, wrong);
        let opened = city
            .app
            .sign_in("officer", PASSWORD, &Caller::default())
            .await
            .unwrap();
        assert_eq!(leaves(&city).await, before + 1, "a sign-in is an act");
        drop(opened);
    })
    .await;
}
