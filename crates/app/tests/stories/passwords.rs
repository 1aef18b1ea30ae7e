//! Passwords: what a new one must be, who may set it, and what ends with the old one.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use app::account::NewAccount;
use app::port::Entropy;
use app::sign_in::{Arrival, Opened, Welcome, token_hash};
use app::tries::Caller;
use app::{App, AppError};
use domain::account::Role;
use domain::id::AccountId;
use testkit::city::{City, PASSWORD};
use testkit::engines::on_both;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::words::{code_of, leaves, shown};

const BETTER: &str = "四个不相干的词与一匹马";

async fn arrived(city: &City, account: &AccountId) -> (String, Box<Arrival>) {
    let token = city.session(account).await;
    match city.app.welcome(&token).await.unwrap() {
        Welcome::Known(arrival) => (token, arrival),
        other => panic!("a living session: {other:?}"),
    }
}

async fn sign_in(city: &City, login: &str, password: &str) -> Result<Opened, AppError> {
    let caller = Caller::default();
    city.app.sign_in(login, password, &caller).await
}

async fn is_known(city: &City, token: &str) -> bool {
    matches!(city.app.welcome(token).await.unwrap(), Welcome::Known(_))
}

#[tokio::test]
async fn a_visit_is_noted_once_a_minute_and_not_at_every_page() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
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
            .account("officer-of-the-draw", &[(Role::Registrar, 0)])
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
            (PASSWORD, "password123", "new AUTH-040"),
            (PASSWORD, "officer-of-the-draw1", "new AUTH-040"),
            ("不对的旧口令不对的旧口令", "短", both.as_str()),
        ] {
            let change = city
                .app
                .change_password(&here.acting, &here.session, old, new);
            assert_eq!(code_of(change.await), said, "{old} {new}");
        }
        assert_eq!(leaves(&city).await, before);
        assert!(
            sign_in(&city, "officer-of-the-draw", PASSWORD)
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
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let (token, here) = arrived(&city, &officer).await;
        let (elsewhere, _) = arrived(&city, &officer).await;
        let change = city
            .app
            .change_password(&here.acting, &here.session, PASSWORD, BETTER);
        change.await.unwrap();
        assert!(is_known(&city, &token).await);
        assert!(!is_known(&city, &elsewhere).await);
        assert_eq!(
            code_of(sign_in(&city, "officer", PASSWORD).await),
            "AUTH-030"
        );
        let opened = sign_in(&city, "officer", BETTER).await.unwrap();
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
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let token = city.session(&officer).await;
        for _ in 0..5 {
            assert_eq!(
                code_of(sign_in(&city, "officer", "不对的口令").await),
                "AUTH-030"
            );
        }
        assert_eq!(
            code_of(sign_in(&city, "officer", PASSWORD).await),
            "AUTH-031"
        );
        let before = leaves(&city).await;
        let premise = shown(&city, &officer).await;
        let short = city.app.reset_password(&security, &officer, &premise, "短");
        assert_eq!(code_of(short.await), "password ACCT-003");
        assert_eq!(leaves(&city).await, before);
        assert!(is_known(&city, &token).await, "refused, nothing has ended");
        assert_eq!(
            code_of(sign_in(&city, "officer", PASSWORD).await),
            "AUTH-031"
        );

        let reset = city
            .app
            .reset_password(&security, &officer, &premise, BETTER);
        reset.await.unwrap();
        assert!(!is_known(&city, &token).await);
        assert_eq!(
            code_of(sign_in(&city, "officer", PASSWORD).await),
            "AUTH-030"
        );
        let opened = sign_in(&city, "officer", BETTER).await.unwrap();
        assert!(opened.must_change, "somebody else knows it");
        let own = shown(&city, &security.account).await;
        let own = city
            .app
            .reset_password(&security, &security.account, &own, BETTER);
        assert_eq!(code_of(own.await), "AUTH-022");
    })
    .await;
}

type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Something that is done when the generator is first asked: the password has been looked at then, and the act that
/// follows from it has not begun.
struct Between {
    of: Arc<dyn Entropy>,
    deed: Mutex<Option<Deed>>,
}

impl Entropy for Between {
    fn fill(&self, bytes: &mut [u8]) {
        self.of.fill(bytes);
        let deed = self.deed.lock().unwrap().take();
        if let Some(deed) = deed {
            block_in_place(|| Handle::current().block_on(deed));
        }
    }
}

/// The system, with that done in between.
fn with_deed(city: &City, deed: impl Future<Output = ()> + Send + 'static) -> App {
    let between = Between {
        of: Arc::clone(&city.app.entropy),
        deed: Mutex::new(Some(Box::pin(deed))),
    };
    App {
        entropy: Arc::new(between),
        ..city.app.clone()
    }
}

/// An administrator gives the account a new first password, or closes it.
async fn interferes(city: City, account: AccountId, closes: bool) {
    let (login, role) = match closes {
        true => ("system", Role::SystemAdmin),
        false => ("security", Role::SecurityAdmin),
    };
    let administrator = city.account(login, &[(role, 0)]).await;
    let acting = city.acting(&administrator).await;
    let premise = shown(&city, &account).await;
    let app = &city.app;
    let done = match closes {
        true => {
            app.set_account_active(&acting, &account, &premise, false)
                .await
        }
        false => {
            let reset = app.reset_password(&acting, &account, &premise, BETTER);
            reset.await.map(drop)
        }
    };
    done.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_was_replaced_while_it_was_looked_at_opens_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        for (login, closes) in [("reset", false), ("closed", true)] {
            let officer = city.account(login, &[(Role::Registrar, 0)]).await;
            let deed = interferes(city.clone(), officer.clone(), closes);
            let app = with_deed(&city, deed);
            let opened = app
                .sign_in(login, PASSWORD, &Caller::default())
                .await
                .map(drop);
            assert_eq!(code_of(opened), "AUTH-030", "{login}");
            let mut reader = city.app.db.read().await.unwrap();
            let sessions = store::session::of_account(&mut reader, &officer).await;
            assert_eq!(sessions.unwrap().len(), 0, "{login}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_a_password_that_an_administrator_has_just_replaced_is_told_so() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let (_, here) = arrived(&city, &officer).await;
        let app = with_deed(&city, interferes(city.clone(), officer, false));
        let own = "另外几个不相干的词与两匹马";
        let changed = app.change_password(&here.acting, &here.session, PASSWORD, own);
        assert_eq!(code_of(changed.await), "AUTH-036");
        assert!(sign_in(&city, "officer", BETTER).await.is_ok());
        assert!(sign_in(&city, "officer", own).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn nobody_begins_with_a_common_password() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let before = leaves(&city).await;
        let new = NewAccount {
            login: "officer".to_owned(),
            name: "样例新人".to_owned(),
            password: "1q2w3e4r5t".to_owned(),
            grants: Vec::new(),
        };
        let installed = city.app.install_account(new.clone(), true).await;
        assert_eq!(code_of(installed), "password ACCT-008");
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let system = city.acting(&system).await;
        let opened = city.app.open_account(&system, new).await;
        assert_eq!(code_of(opened), "password ACCT-008");
        assert_eq!(leaves(&city).await, before + 1, "the administrator's alone");

        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let premise = shown(&city, &officer).await;
        for common in ["qwertyuiop", "officer2026"] {
            let common = city
                .app
                .reset_password(&security, &officer, &premise, common);
            assert_eq!(code_of(common.await), "password ACCT-008");
        }
    })
    .await;
}
