//! The three administrators: what they do to others, and never to themselves.

use app::account::NewAccount;
use app::sign_in::Welcome;
use app::tries::Caller;
use domain::account::{Grant, Role};
use testkit::city::{City, PASSWORD, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest, shown};

fn newcomer(login: &str) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        name: "样例新人".to_owned(),
        password: PASSWORD.to_owned(),
        grants: Vec::new(),
    }
}

#[tokio::test]
async fn a_sign_in_name_is_of_the_letters_everybody_can_type() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let system = city.acting(&system).await;
        for sound in ["ab", "drawer1", "w.lan-2", &"a".repeat(31)] {
            city.app
                .open_account(&system, newcomer(sound))
                .await
                .unwrap();
        }
        let before = leaves(&city).await;
        for wrong in [
            "",
            "a",
            &"a".repeat(32),
            "Drawer",
            "王兰",
            "a b",
            "a_b",
            "a'--",
        ] {
            let refused = city.app.open_account(&system, newcomer(wrong)).await;
            assert_eq!(code_of(refused), "login ACCT-001", "{wrong}");
        }
        let twice = city.app.open_account(&system, newcomer("drawer1")).await;
        assert_eq!(code_of(twice), "login ACCT-002");
        assert_eq!(
            leaves(&city).await,
            before,
            "what is refused leaves no trace"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_closes_himself_and_whoever_is_closed_is_out_until_reopened() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        city.account("second", &[(Role::SystemAdmin, 0)]).await;
        let officer = city.account("officer", &[(Role::Registrar, 1)]).await;
        let acting = city.acting(&system).await;
        let premise = shown(&city, &system).await;
        let own = city
            .app
            .set_account_active(&acting, &system, &premise, false)
            .await;
        assert_eq!(code_of(own), "ACCT-004");

        let token = city.session(&officer).await;
        let premise = shown(&city, &officer).await;
        let close = city
            .app
            .set_account_active(&acting, &officer, &premise, false);
        close.await.unwrap();
        let met = city.app.welcome(&token).await.unwrap();
        assert!(matches!(met, Welcome::Stranger), "{met:?}");
        assert_eq!(
            code_of(
                city.app
                    .sign_in("officer", PASSWORD, &Caller::default())
                    .await
            ),
            "AUTH-030"
        );

        assert_eq!(newest(&city).await, "account.close");

        let closed = leaves(&city).await;
        let premise = shown(&city, &officer).await;
        let again = city
            .app
            .set_account_active(&acting, &officer, &premise, false);
        again.await.unwrap();
        assert_eq!(
            leaves(&city).await,
            closed,
            "closed already: nothing to trace"
        );

        let reopen = city
            .app
            .set_account_active(&acting, &officer, &premise, true);
        reopen.await.unwrap();
        assert_eq!(leaves(&city).await, closed + 1);
        assert_eq!(newest(&city).await, "account.edit");
        let met = city.app.welcome(&token).await.unwrap();
        assert!(
            matches!(met, Welcome::Stranger),
            "the old session stays ended"
        );
        assert!(
            city.app
                .sign_in("officer", PASSWORD, &Caller::default())
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_of_a_kind_who_can_work_stays() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let second = city.account("second", &[(Role::SecurityAdmin, 0)]).await;
        let third = city.account("third", &[]).await;
        let (system, security) = (city.acting(&system).await, city.acting(&security).await);
        let (bureau, mix) = (unit(0), unit(1));
        let grant = |role: Role, unit: &domain::id::OrgUnitId| Grant {
            role,
            unit: unit.clone(),
        };
        let premise = shown(&city, &second).await;
        let business = grant(Role::Registrar, &mix);
        let together = city.app.grant_role(&security, &second, &premise, business);
        assert_eq!(code_of(together.await), "AUTH-020", "administers or works");

        // He who is closed holds his role no more: the other one is the last.
        let close = city
            .app
            .set_account_active(&system, &second, &premise, false);
        close.await.unwrap();
        let premise = shown(&city, &security.account).await;
        let last = city
            .app
            .set_account_active(&system, &security.account, &premise, false);
        assert_eq!(code_of(last.await), "AUTH-023");

        let third_keeps = grant(Role::SecurityAdmin, &bureau);
        city.granted(&third, third_keeps).await;
        let premise = shown(&city, &security.account).await;
        let close = city
            .app
            .set_account_active(&system, &security.account, &premise, false);
        close.await.unwrap();
    })
    .await;
}

/// Reopening an account gives back whatever roles it holds; those on which others rely come from two administrators.
#[tokio::test]
async fn one_administrator_brings_no_role_back_on_which_others_rely() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let held = [(Role::Approver, 1), (Role::Registrar, 1)];
        let approver = city.account("approver", &held).await;
        let (system, security) = (city.acting(&system).await, city.acting(&security).await);
        let set = async |active: bool| {
            let premise = shown(&city, &approver).await;
            let app = &city.app;
            app.set_account_active(&system, &approver, &premise, active)
                .await
        };
        set(false).await.unwrap();
        let before = leaves(&city).await;
        assert_eq!(code_of(set(true).await), "AUTH-027");
        assert_eq!(leaves(&city).await, before);
        assert!(
            city.app
                .sign_in("approver", PASSWORD, &Caller::default())
                .await
                .is_err()
        );

        let premise = shown(&city, &approver).await;
        let grant = Grant {
            role: Role::Approver,
            unit: unit(1),
        };
        let revoked = city.app.revoke_role(&security, &approver, &premise, &grant);
        revoked.await.unwrap();
        set(true).await.unwrap();
        assert!(
            city.app
                .sign_in("approver", PASSWORD, &Caller::default())
                .await
                .is_ok()
        );
    })
    .await;
}
