//! Who adopts the next version of the rulebook decides on the one in force, by the right he has at that moment.

use app::premise::Thing;
use app::{Acting, App};
use domain::account::{Grant, Role};
use domain::rulebook::RulebookFile;
use testkit::city::{City, as_shown, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest, shown};

async fn in_force(app: &App) -> RulebookFile {
    let mut reader = app.db.read().await.unwrap();
    store::catalog::rulebook_file(&mut reader).await.unwrap()
}

/// The version in force under another name, with another time after which an idle session ends.
async fn next(app: &App, version: &str, minutes: &str) -> RulebookFile {
    let mut file = in_force(app).await.completed();
    version.clone_into(&mut file.version);
    let idle = file.parameters.iter_mut();
    for row in idle.filter(|row| row.key == "session.idle_minutes") {
        minutes.clone_into(&mut row.value);
    }
    file
}

async fn approver(city: &City, login: &str) -> Acting {
    let account = city.account(login, &[(Role::Approver, 1)]).await;
    city.acting(&account).await
}

#[tokio::test]
async fn a_version_somebody_adopted_meanwhile_is_not_replaced_unseen() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let (early, late) = (
            approver(&city, "early").await,
            approver(&city, "late").await,
        );
        let both_see = as_shown(&city.app, Thing::Rulebook).await;
        let (of_early, of_late) = (
            next(&city.app, "early", "45").await,
            next(&city.app, "late", "15").await,
        );
        city.clock.advance_ms(1);
        city.app
            .adopt_rulebook(&early, of_early, &both_see)
            .await
            .unwrap();
        city.clock.advance_ms(1);
        let before = leaves(&city).await;
        let refused = city
            .app
            .adopt_rulebook(&late, of_late.clone(), &both_see)
            .await;
        assert_eq!(code_of(refused), "SEEN-001");
        assert_eq!(in_force(&city.app).await.version, "early");
        assert_eq!(leaves(&city).await, before, "nothing was written");
        // Who has seen the version of the other may still replace it.
        let seen = as_shown(&city.app, Thing::Rulebook).await;
        city.app
            .adopt_rulebook(&late, of_late, &seen)
            .await
            .unwrap();
        assert_eq!(in_force(&city.app).await.version, "late");
        assert_eq!(newest(&city).await, "rulebook.adopt");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_adopt_at_the_same_time_one_is_told_of_the_other() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let (one, other) = (approver(&city, "one").await, approver(&city, "other").await);
        let both_see = as_shown(&city.app, Thing::Rulebook).await;
        let (of_one, of_other) = (
            next(&city.app, "one", "45").await,
            next(&city.app, "other", "15").await,
        );
        city.clock.advance_ms(1);
        let before = leaves(&city).await;
        let (first, second) = tokio::join!(
            city.app.adopt_rulebook(&one, of_one, &both_see),
            city.app.adopt_rulebook(&other, of_other, &both_see),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert_eq!(code_of(first.and(second)), "SEEN-001");
        assert_eq!(leaves(&city).await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_lost_the_right_or_the_account_since_the_page_was_opened_adopts_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let (security, system) = (city.acting(&security).await, city.acting(&system).await);
        let (revoked, closed) = (
            approver(&city, "revoked").await,
            approver(&city, "closed").await,
        );
        let seen = as_shown(&city.app, Thing::Rulebook).await;
        let file = next(&city.app, "next", "45").await;
        let grant = Grant {
            role: Role::Approver,
            unit: unit(1),
        };
        let premise = shown(&city, &revoked.account).await;
        city.app
            .revoke_role(&security, &revoked.account, &premise, &grant)
            .await
            .unwrap();
        let premise = shown(&city, &closed.account).await;
        city.app
            .set_account_active(&system, &closed.account, &premise, false)
            .await
            .unwrap();
        let before = (in_force(&city.app).await.version, leaves(&city).await);
        city.clock.advance_ms(1);
        // Both still hold what they were allowed when their page was opened.
        for (acting, code) in [(&revoked, "AUTH-001"), (&closed, "AUTH-035")] {
            let refused = city.app.adopt_rulebook(acting, file.clone(), &seen).await;
            assert_eq!(code_of(refused), code);
        }
        let after = (in_force(&city.app).await.version, leaves(&city).await);
        assert_eq!(after, before);
    })
    .await;
}
