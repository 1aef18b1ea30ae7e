//! What others rely on is asked for by one administrator and confirmed by another; until then nothing has changed.

use app::access::Given;
use app::listed::Chosen;
use app::premise::Thing;
use app::sign_in::Welcome;
use app::tries::Caller;
use app::{Acting, AppError};
use domain::account::{Grant, Role};
use domain::id::{AccessRequestId, AccountId};
use domain::policy::is_guarded;
use testkit::city::{City, PASSWORD, as_shown, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest, newest_event, shown};

const BETTER: &str = "当面告知的新初始口令";

/// The three that a bureau is founded with.
struct Three {
    system: Acting,
    security: Acting,
    audit: Acting,
}

async fn three(city: &City) -> Three {
    let of = async |login: &str, role| {
        let account = city.account(login, &[(role, 0)]).await;
        city.acting(&account).await
    };
    Three {
        system: of("system", Role::SystemAdmin).await,
        security: of("security", Role::SecurityAdmin).await,
        audit: of("audit", Role::AuditAdmin).await,
    }
}

fn grant(role: Role) -> Grant {
    Grant {
        role,
        unit: unit(0),
    }
}

async fn asks(city: &City, by: &Acting, to: &AccountId, role: Role) -> Result<Given, AppError> {
    let page = shown(city, to).await;
    city.app.grant_role(by, to, &page, grant(role)).await
}

fn asked(given: Result<Given, AppError>) -> AccessRequestId {
    match given.unwrap() {
        Given::Asked(request) => request,
        Given::Done => panic!("done by one alone"),
    }
}

async fn confirms(city: &City, by: &Acting, request: &AccessRequestId) -> Result<(), AppError> {
    let page = as_shown(&city.app, Thing::Request(request)).await;
    city.app.confirm_request(by, request, &page).await
}

async fn roles(city: &City, account: &AccountId) -> Vec<Role> {
    let acting = city.acting(account).await;
    acting.grants.iter().map(|grant| grant.role).collect()
}

#[tokio::test]
async fn no_administrator_alone_gives_anybody_a_role_on_which_others_rely() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        for (number, role) in Role::ALL.iter().copied().enumerate() {
            if !role.is_grantable() {
                continue;
            }
            let account = city.account(&format!("new{number}"), &[]).await;
            let before = leaves(&city).await;
            let given = asks(&city, &three.security, &account, role).await;
            assert_eq!(leaves(&city).await, before + 1, "one entry either way");
            if !is_guarded(role) {
                assert_eq!(given.unwrap(), Given::Done);
                assert_eq!(roles(&city, &account).await, [role]);
                continue;
            }
            let request = asked(given);
            assert_eq!(newest(&city).await, "role.request");
            assert_eq!(roles(&city, &account).await, [], "nothing yet: {role}");
            let own = confirms(&city, &three.security, &request).await;
            assert_eq!(code_of(own), "AUTH-018", "{role}");
            let stranger = city.acting(&account).await;
            let alien = confirms(&city, &stranger, &request).await;
            assert_eq!(code_of(alien), "AUTH-001");
            let other = if number % 2 == 0 {
                &three.system
            } else {
                &three.audit
            };
            confirms(&city, other, &request).await.unwrap();
            assert_eq!(roles(&city, &account).await, [role]);
            let event = newest_event(&city).await;
            assert_eq!(event.actor.account.as_ref(), Some(&other.account));
            let told = serde_json::to_string(&event).unwrap();
            assert!(told.contains(three.security.account.as_str()), "{told}");
            let again = confirms(&city, other, &request).await;
            assert_eq!(code_of(again), "AUTH-026");
        }
        assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    })
    .await;
}

/// A security administrator who wants a second one of his own: the puppet has no role until somebody else gives it, and
/// cannot give it to itself.
#[tokio::test]
async fn nobody_confirms_what_is_for_himself() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let puppet = city.account("puppet", &[]).await;
        let given = asks(&city, &three.security, &puppet, Role::SecurityAdmin).await;
        let request = asked(given);
        let puppet_acts = city.acting(&puppet).await;
        let alone = confirms(&city, &puppet_acts, &request).await;
        assert_eq!(code_of(alone), "AUTH-001");
        // An auditor whose own password is to be set anew does not confirm it either.
        let page = shown(&city, &three.audit.account).await;
        let reset = city
            .app
            .reset_password(&three.security, &three.audit.account, &page, BETTER)
            .await;
        let request = asked(reset);
        let own = confirms(&city, &three.audit, &request).await;
        assert_eq!(code_of(own), "AUTH-019");
        confirms(&city, &three.system, &request).await.unwrap();
        assert!(
            city.app
                .sign_in("audit", BETTER, &Caller::default())
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn the_password_of_whoever_decides_is_replaced_when_another_confirms_and_not_before() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let holder = city.account("holder", &[(Role::Approver, 0)]).await;
        let token = city.session(&holder).await;
        let page = shown(&city, &holder).await;
        let reset = city
            .app
            .reset_password(&three.security, &holder, &page, BETTER);
        let request = asked(reset.await);
        assert_eq!(newest(&city).await, "password.request");
        assert!(
            city.app
                .sign_in("holder", PASSWORD, &Caller::default())
                .await
                .is_ok()
        );
        let wrong = city.app.sign_in("holder", BETTER, &Caller::default()).await;
        assert_eq!(code_of(wrong), "AUTH-030");
        // The same is not asked for twice.
        let page = shown(&city, &holder).await;
        let twice = city
            .app
            .reset_password(&three.security, &holder, &page, BETTER);
        assert_eq!(code_of(twice.await), "ACCT-006");
        confirms(&city, &three.audit, &request).await.unwrap();
        assert_eq!(newest(&city).await, "password.set");
        let wrong = city
            .app
            .sign_in("holder", PASSWORD, &Caller::default())
            .await;
        assert_eq!(code_of(wrong), "AUTH-030");
        let opened = city
            .app
            .sign_in("holder", BETTER, &Caller::default())
            .await
            .unwrap();
        assert!(opened.must_change, "somebody else knows it");
        let met = city.app.welcome(&token).await.unwrap();
        assert!(matches!(met, Welcome::Stranger), "{met:?}");
        let mut reader = city.app.db.read().await.unwrap();
        let kept = store::access::phc(&mut reader, &request).await;
        assert!(kept.is_err(), "the hash is destroyed with the decision");
    })
    .await;
}

#[tokio::test]
async fn a_request_waits_until_somebody_decides_and_is_worth_what_its_asker_is() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let second = city.account("second", &[(Role::SecurityAdmin, 0)]).await;
        let asker = city.acting(&second).await;
        let one = city.account("one", &[]).await;
        let two = city.account("two", &[]).await;
        let first = asked(asks(&city, &asker, &one, Role::Approver).await);
        let other = asked(asks(&city, &asker, &two, Role::Publisher).await);
        city.clock.advance_minutes(60 * 24 * 400);
        let waiting = city.app.waiting_requests(&three.audit).await.unwrap();
        assert_eq!(
            waiting.len(),
            2,
            "a year later it still waits, and is listed"
        );

        // What the account holds has changed since the page was shown.
        let page = as_shown(&city.app, Thing::Request(&first)).await;
        asks(&city, &three.security, &one, Role::Registrar)
            .await
            .unwrap();
        let stale = city.app.confirm_request(&three.audit, &first, &page).await;
        assert_eq!(code_of(stale), "SEEN-002");

        // Who asked is administrator no more.
        let held = grant(Role::SecurityAdmin);
        let page = shown(&city, &second).await;
        let revoke = city.app.revoke_role(&three.security, &second, &page, &held);
        revoke.await.unwrap();
        let lost = confirms(&city, &three.audit, &first).await;
        assert_eq!(code_of(lost), "ACCT-007");
        for request in [&first, &other] {
            let page = as_shown(&city.app, Thing::Request(request)).await;
            let dropped = city.app.drop_request(&three.security, request, &page);
            dropped.await.unwrap();
            assert_eq!(newest(&city).await, "access.drop");
            let late = confirms(&city, &three.audit, request).await;
            assert_eq!(code_of(late), "AUTH-026");
        }
        let waiting = city.app.waiting_requests(&three.audit).await.unwrap();
        assert!(waiting.is_empty());
        assert_eq!(roles(&city, &one).await, [Role::Registrar]);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_confirmed_in_one_go_and_what_cannot_be_is_left_over() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let mut chosen = Vec::new();
        for (login, role) in [
            ("one", Role::Approver),
            ("two", Role::Publisher),
            ("three", Role::DrawingOfficer),
        ] {
            let account = city.account(login, &[]).await;
            let id = asked(asks(&city, &three.security, &account, role).await);
            let premise = as_shown(&city.app, Thing::Request(&id)).await;
            chosen.push(Chosen { id, premise });
        }
        let own = city.app.confirm_requests(&three.security, &chosen).await;
        assert_eq!(code_of(own), "AUTH-018", "none of them, so it is refused");
        confirms(&city, &three.system, &chosen[1].id).await.unwrap();
        let before = leaves(&city).await;
        let left = city.app.confirm_requests(&three.audit, &chosen).await;
        let left = left.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0].id, left[0].why.code), (&chosen[1].id, "SEEN-001"));
        assert_eq!(leaves(&city).await, before + 2, "each is an act of its own");
        let none = city.app.confirm_requests(&three.audit, &[]).await;
        assert_eq!(code_of(none), "LIST-001");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_granted_what_everybody_has_nor_twice_what_he_holds() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let account = city.account("one", &[(Role::Registrar, 0)]).await;
        let before = leaves(&city).await;
        let public = asks(&city, &three.security, &account, Role::Public).await;
        assert_eq!(code_of(public), "AUTH-024");
        let twice = asks(&city, &three.security, &account, Role::Registrar).await;
        assert_eq!(code_of(twice), "ACCT-005");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

/// The account as it stands behind a fresh session.
async fn behind(city: &City, login: &str, password: &str) -> Acting {
    let opened = city.app.sign_in(login, password, &Caller::default()).await;
    let opened = opened.unwrap();
    assert!(opened.must_change, "whoever reset it knows it");
    match city.app.welcome(&opened.token).await.unwrap() {
        Welcome::Known(arrival) => arrival.acting,
        other => panic!("{other:?}"),
    }
}

async fn waiting_for(city: &City, by: &Acting, account: &AccountId) -> AccessRequestId {
    let waiting = city.app.waiting_requests(by).await.unwrap();
    let mut own = waiting
        .iter()
        .filter(|one| one.stored.request.account == *account);
    own.next().unwrap().stored.request.id.clone()
}

#[tokio::test]
async fn an_administrator_whose_password_the_operator_reset_is_nobody_until_another_one_confirms_it()
 {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        let security = three.security.account.clone();
        let size = leaves(&city).await;
        city.app
            .reset_administrator("security", BETTER)
            .await
            .unwrap();
        assert_eq!(leaves(&city).await, size + 1);
        assert_eq!(newest(&city).await, "password.operator");
        assert_eq!(newest_event(&city).await.actor.name, "运维");
        let old = city
            .app
            .sign_in("security", PASSWORD, &Caller::default())
            .await;
        assert!(old.is_err(), "the old password is gone");

        let blocked = behind(&city, "security", BETTER).await;
        let roles: Vec<Role> = blocked.grants.iter().map(|grant| grant.role).collect();
        assert_eq!(roles, [Role::AwaitingAdmin]);
        let officer = city.account("officer", &[]).await;
        // What it had on an open page counts as little as what it asks for now.
        for acting in [&three.security, &blocked] {
            let refused = asks(&city, acting, &officer, Role::Registrar).await;
            assert_eq!(code_of(refused), "AUTH-001");
        }
        let request = waiting_for(&city, &blocked, &security).await;
        let own = confirms(&city, &blocked, &request).await;
        assert_eq!(code_of(own), "AUTH-018");
        let page = as_shown(&city.app, Thing::Request(&request)).await;
        let dropped = city.app.drop_request(&three.system, &request, &page).await;
        assert_eq!(code_of(dropped), "AUTH-028");

        // Once more changes the password and asks for nothing new.
        city.app
            .reset_administrator("security", "另一个足够长的新初始口令再长一些")
            .await
            .unwrap();
        assert_eq!(
            city.app
                .waiting_requests(&three.system)
                .await
                .unwrap()
                .len(),
            1
        );
        confirms(&city, &three.system, &request).await.unwrap();
        assert_eq!(newest(&city).await, "password.confirm");
        asks(&city, &three.security, &officer, Role::Registrar)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_bureau_that_lost_all_its_administrators_comes_back_by_two_who_confirm_each_other() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let three = three(&city).await;
        // What was asked for before can be confirmed by nobody who waits himself.
        let officer = city.account("officer", &[]).await;
        let earlier = asked(asks(&city, &three.security, &officer, Role::Publisher).await);
        city.app
            .reset_administrator("system", BETTER)
            .await
            .unwrap();
        city.app.reset_administrator("audit", BETTER).await.unwrap();
        let (system, audit) = (
            behind(&city, "system", BETTER).await,
            behind(&city, "audit", BETTER).await,
        );
        let refused = confirms(&city, &audit, &earlier).await;
        assert_eq!(code_of(refused), "ACCT-011");
        let page = as_shown(&city.app, Thing::Request(&earlier)).await;
        let refused = city.app.drop_request(&audit, &earlier, &page).await;
        assert_eq!(code_of(refused), "ACCT-011");

        let of_system = waiting_for(&city, &audit, &system.account).await;
        confirms(&city, &audit, &of_system).await.unwrap();
        let of_audit = waiting_for(&city, &system, &audit.account).await;
        confirms(&city, &system, &of_audit).await.unwrap();
        let now = behind(&city, "audit", BETTER).await;
        assert!(now.holds(Role::AuditAdmin), "{:?}", now.grants);
        assert!(city.app.waiting_requests(&now).await.unwrap().len() == 1);
    })
    .await;
}

#[tokio::test]
async fn the_operator_resets_no_password_but_of_an_administrator_in_use() {
    on_both(|db| async move {
        let city = City::found(db).await;
        three(&city).await;
        city.account("officer", &[(Role::Registrar, 1)]).await;
        let size = leaves(&city).await;
        for (login, code) in [("officer", "ACCT-012"), ("nobody", "ACCT-009")] {
            let refused = city.app.reset_administrator(login, BETTER).await;
            assert_eq!(code_of(refused), code);
        }
        let short = city.app.reset_administrator("audit", "short").await;
        assert!(matches!(short, Err(AppError::Fields(_))));
        assert_eq!(leaves(&city).await, size);
    })
    .await;
}
