//! How often a password may be tried, by whom, and what the log says of it.

use std::collections::BTreeMap;

use app::App;
use app::refused::{Refused, Window};
use app::sign_in::{Opened, Welcome};
use app::tries::Caller;
use domain::account::Role;
use domain::event::Act;
use domain::id::AccountId;
use store::log::TraceOf;
use store::tries::{self, Failures};
use testkit::city::{City, PASSWORD};
use testkit::engines::on_both;
use tokio::task::JoinSet;

use crate::words::{code_of, leaves, newest_event, shown};

const WRONG: &str = "不对的口令不对的口令";

fn from(address: &str) -> Caller {
    Caller {
        address: Some(address.parse().unwrap()),
        device: None,
    }
}

fn with(opened: &Opened) -> Caller {
    Caller {
        device: Some(opened.device.clone()),
        ..from("192.0.2.200")
    }
}

async fn tries(app: &App, login: &str, password: &str, caller: &Caller) -> String {
    match app.sign_in(login, password, caller).await {
        Ok(_) => "ok".to_owned(),
        refused => code_of(refused.map(drop)),
    }
}

async fn counters(city: &City) -> i64 {
    let mut reader = city.app.db.read().await.unwrap();
    tries::counters(&mut reader).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_guesses_at_once_in_two_processes_exactly_five_are_looked_at() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let other = City::join(db, 7);
        city.account("officer", &[(Role::Registrar, 0)]).await;
        let mut guesses = JoinSet::new();
        for number in 0..40 {
            let app = if number % 2 == 0 {
                &city.app
            } else {
                &other.app
            };
            let app = app.clone();
            // Each from an address of its own: what is counted is the name.
            let caller = from(&format!("192.0.2.{number}"));
            guesses.spawn(async move { tries(&app, "officer", WRONG, &caller).await });
        }
        let mut answers: BTreeMap<String, u32> = BTreeMap::new();
        for answer in guesses.join_all().await {
            *answers.entry(answer).or_default() += 1;
        }
        let told = [("AUTH-030".to_owned(), 5), ("AUTH-031".to_owned(), 35)];
        assert_eq!(answers, BTreeMap::from(told));
    })
    .await;
}

#[tokio::test]
async fn waiting_grows_is_told_in_seconds_and_ends() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        let caller = from("192.0.2.1");
        for _ in 0..5 {
            assert_eq!(
                tries(&city.app, "officer", WRONG, &caller).await,
                "AUTH-030"
            );
        }
        for seconds in [1, 2, 4, 8, 16] {
            let waits = city.app.sign_in("officer", PASSWORD, &caller).await;
            let said = waits.err().unwrap().to_string();
            assert!(said.contains(&format!("还要等 {seconds} 秒")), "{said}");
            city.clock.advance_ms(seconds * 1000 - 1);
            let early = tries(&city.app, "officer", PASSWORD, &caller).await;
            assert_eq!(early, "AUTH-031", "a moment too early");
            city.clock.advance_ms(1);
            assert_eq!(
                tries(&city.app, "officer", WRONG, &caller).await,
                "AUTH-030"
            );
        }
        city.clock.advance_ms(32_000);
        assert_eq!(tries(&city.app, "officer", PASSWORD, &caller).await, "ok");
        assert_eq!(
            tries(&city.app, "officer", WRONG, &caller).await,
            "AUTH-030",
            "and all is forgotten"
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_signed_in_before_is_let_in_while_strangers_storm_the_name() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        city.account("colleague", &[(Role::Registrar, 0)]).await;
        let home = from("192.0.2.1");
        let opened = city.app.sign_in("officer", PASSWORD, &home).await.unwrap();
        let known = with(&opened);
        for _ in 0..100 {
            tries(&city.app, "officer", WRONG, &from("198.51.100.9")).await;
        }
        let stranger = from("203.0.113.5");
        assert_eq!(
            tries(&city.app, "officer", PASSWORD, &stranger).await,
            "AUTH-031"
        );
        assert_eq!(tries(&city.app, "officer", PASSWORD, &known).await, "ok");
        assert_eq!(
            tries(&city.app, "officer", PASSWORD, &stranger).await,
            "AUTH-031",
            "the strangers still wait"
        );
        for _ in 0..5 {
            assert_eq!(tries(&city.app, "officer", WRONG, &known).await, "AUTH-030");
        }
        assert_eq!(
            tries(&city.app, "officer", PASSWORD, &known).await,
            "AUTH-031",
            "whoever has the browser guesses no faster than others"
        );
        for _ in 0..5 {
            tries(&city.app, "colleague", WRONG, &from("198.51.100.9")).await;
        }
        assert_eq!(
            tries(&city.app, "colleague", PASSWORD, &known).await,
            "AUTH-031",
            "it is known to the account it signed in to, and to no other"
        );
        city.clock.advance_minutes(181 * 24 * 60);
        for _ in 0..5 {
            tries(&city.app, "officer", WRONG, &from("198.51.100.9")).await;
        }
        assert_eq!(
            tries(&city.app, "officer", PASSWORD, &known).await,
            "AUTH-031",
            "unused for half a year, it is a stranger"
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_keeps_what_it_is_known_by_and_nobody_is_known_by_what_he_made_up() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        city.account("colleague", &[(Role::Registrar, 0)]).await;
        let first = city
            .app
            .sign_in("officer", PASSWORD, &from("192.0.2.1"))
            .await;
        let first = first.unwrap();
        let shared = city.app.sign_in("colleague", PASSWORD, &with(&first)).await;
        assert_eq!(
            shared.unwrap().device,
            first.device,
            "one browser, two persons"
        );
        let planted = Caller {
            device: Some("ab".repeat(32)),
            ..from("192.0.2.1")
        };
        let opened = city
            .app
            .sign_in("officer", PASSWORD, &planted)
            .await
            .unwrap();
        assert_ne!(Some(opened.device), planted.device);
        for _ in 0..25 {
            city.clock.advance_ms(1);
            city.app
                .sign_in("officer", PASSWORD, &from("192.0.2.1"))
                .await
                .unwrap();
        }
        let officer = account_of(&city, "officer").await;
        let mut reader = city.app.db.read().await.unwrap();
        let devices = tries::devices(&mut reader, &officer).await.unwrap();
        assert_eq!(devices.len(), 20, "the ones unused for longest are gone");
    })
    .await;
}

async fn account_of(city: &City, login: &str) -> AccountId {
    let mut reader = city.app.db.read().await.unwrap();
    let found = store::account::by_login(&mut reader, login).await.unwrap();
    found.unwrap().account.id
}

#[tokio::test]
async fn one_address_cannot_try_every_name_and_an_address_of_ipv6_is_its_network() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        city.adopt("story", &[("sign_in.source_failures", "6")])
            .await;
        for (addresses, elsewhere) in [
            (["192.0.2.1", "::ffff:192.0.2.1"], "192.0.2.2"),
            (
                ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"],
                "2001:db8:0:2::1",
            ),
        ] {
            for number in 0..6 {
                let caller = from(addresses[number % 2]);
                let name = format!("name-{number}");
                assert_eq!(tries(&city.app, &name, WRONG, &caller).await, "AUTH-030");
            }
            for address in addresses {
                let caller = from(address);
                assert_eq!(
                    tries(&city.app, "officer", PASSWORD, &caller).await,
                    "AUTH-031"
                );
            }
            assert_eq!(
                tries(&city.app, "officer", PASSWORD, &from(elsewhere)).await,
                "ok"
            );
            city.clock.advance_minutes(24 * 60);
        }
        let office = from("192.0.2.77");
        for _ in 0..20 {
            assert_eq!(
                tries(&city.app, "officer", PASSWORD, &office).await,
                "ok",
                "whoever signs in has not failed"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_log_grows_by_one_entry_for_a_window_and_says_the_same_of_names_that_exist_and_of_others()
 {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let colleague = city.account("colleague", &[(Role::Registrar, 0)]).await;
        let before = leaves(&city).await;
        for name in ["officer", "nobody-of-this-name"] {
            for number in 0..100 {
                let caller = from(&format!("192.0.2.{number}"));
                let answer = tries(&city.app, name, WRONG, &caller).await;
                let wanted = if number < 5 { "AUTH-030" } else { "AUTH-031" };
                assert_eq!(answer, wanted, "{name} {number}");
            }
            assert_eq!(leaves(&city).await, before, "{name}");
        }
        tries(&city.app, "colleague", WRONG, &from("192.0.2.1")).await;
        city.app.keep_tries().await.unwrap();
        assert_eq!(leaves(&city).await, before, "the window is not over");
        city.clock.advance_minutes(5);
        city.app.keep_tries().await.unwrap();
        city.app.keep_tries().await.unwrap();
        assert_eq!(leaves(&city).await, before + 1);

        let event = newest_event(&city).await;
        assert_eq!(event.act, Act::SignInRefused);
        let fact = |name: &str| event.facts[name].as_str();
        assert_eq!(
            (fact("times"), fact("unread"), fact("names")),
            ("201", "190", "3")
        );
        assert_eq!(fact(&format!("account.{officer}")), "100");
        assert_eq!(fact(&format!("account.{colleague}")), "1");
        assert!(!event.canonical_json().contains("nobody-of-this-name"));
        let mut reader = city.app.db.read().await.unwrap();
        let of = TraceOf::Linked("account", officer.to_string());
        let lines = store::log::trace(&mut reader, &of, None, 1).await.unwrap();
        assert_eq!(
            lines[0].act, "account.sign_in_refused",
            "found at the account"
        );
        assert_eq!(
            lines[0].entry.matches("sign_in").count(),
            0,
            "the public line does not say what it is: {}",
            lines[0].entry
        );
    })
    .await;
}

#[tokio::test]
async fn a_window_that_is_over_is_written_by_whoever_signs_in_and_an_ending_server_writes_the_rest()
{
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        let caller = from("192.0.2.1");
        tries(&city.app, "nobody", WRONG, &caller).await;
        city.clock.advance_minutes(6);
        let before = leaves(&city).await;
        assert_eq!(tries(&city.app, "officer", PASSWORD, &caller).await, "ok");
        assert_eq!(
            leaves(&city).await,
            before + 2,
            "the sign-in, and the window"
        );
        tries(&city.app, "nobody", WRONG, &caller).await;
        city.app.write_refused(Window::Ends).await.unwrap();
        assert_eq!(newest_event(&city).await.act, Act::SignInRefused);

        tries(&city.app, "nobody", WRONG, &caller).await;
        let killed = App {
            refused: Refused::default(),
            ..city.app.clone()
        };
        let before = leaves(&city).await;
        killed.write_refused(Window::Ends).await.unwrap();
        assert_eq!(
            leaves(&city).await,
            before,
            "a process that dies takes its window along"
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_of_sixty_five_letters_is_refused_before_anything_is_stored() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let before = leaves(&city).await;
        for name in ["长".repeat(65), "n".repeat(240_000)] {
            assert_eq!(
                tries(&city.app, &name, WRONG, &from("192.0.2.1")).await,
                "AUTH-038"
            );
        }
        assert_eq!(counters(&city).await, 0);
        let longest = "长".repeat(64);
        assert_eq!(
            tries(&city.app, &longest, WRONG, &from("192.0.2.1")).await,
            "AUTH-030"
        );
        assert_eq!(counters(&city).await, 2, "the address and the name");
        city.app.write_refused(Window::Ends).await.unwrap();
        assert_eq!(leaves(&city).await, before + 1);
        assert_eq!(newest_event(&city).await.facts["times"], "1");
    })
    .await;
}

#[tokio::test]
async fn there_is_a_bound_to_counters_and_the_oldest_go() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.account("officer", &[(Role::Registrar, 0)]).await;
        let caller = Caller::default();
        let mut scratch = city.app.db.scratch().await.unwrap();
        for number in 0..9_999 {
            let one = Failures {
                failures: 1,
                last_at_ms: number,
            };
            let key = format!("old-{number}");
            let mut inside = scratch.inside();
            let kept = tries::count(&mut inside, &key, Failures::default(), one).await;
            assert!(kept.unwrap());
        }
        scratch.commit().await.unwrap();
        for _ in 0..5 {
            assert_eq!(
                tries(&city.app, "officer", WRONG, &caller).await,
                "AUTH-030"
            );
        }
        assert_eq!(counters(&city).await, 9_000);
        let mut reader = city.app.db.read().await.unwrap();
        let gone = tries::failures(&mut reader, "old-999").await.unwrap();
        let stays = tries::failures(&mut reader, "old-1000").await.unwrap();
        assert_eq!((gone.failures, stays.failures), (0, 1));
        drop(reader);
        assert_eq!(
            tries(&city.app, "officer", PASSWORD, &caller).await,
            "AUTH-031",
            "the newest stays"
        );
        city.clock.advance_minutes(13 * 60);
        city.app.keep_tries().await.unwrap();
        assert_eq!(counters(&city).await, 0, "what has run out goes by itself");
    })
    .await;
}

#[tokio::test]
async fn five_wrong_old_passwords_end_the_session_and_the_next_one_has_to_wait() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let app = &city.app;
        let arrived = async || {
            let token = city.session(&officer).await;
            match app.welcome(&token).await.unwrap() {
                Welcome::Known(arrival) => (token, arrival),
                other => panic!("a living session: {other:?}"),
            }
        };
        let new = "四个不相干的词与一匹马";
        let (token, here) = arrived().await;
        let (elsewhere, _) = arrived().await;
        let guess = async |here: &app::sign_in::Arrival, old: &str| {
            app.change_password(&here.acting, &here.session, old, new)
                .await
        };
        for _ in 0..4 {
            assert_eq!(code_of(guess(&here, WRONG).await), "old AUTH-033");
        }
        assert_eq!(code_of(guess(&here, WRONG).await), "AUTH-039");
        assert!(matches!(
            app.welcome(&token).await.unwrap(),
            Welcome::Stranger
        ));
        assert!(
            matches!(app.welcome(&elsewhere).await.unwrap(), Welcome::Known(_)),
            "the others are not his"
        );
        let (_, next) = arrived().await;
        assert_eq!(code_of(guess(&next, PASSWORD).await), "AUTH-031");
        city.clock.advance_ms(1000);
        guess(&next, PASSWORD).await.unwrap();
        assert_eq!(tries(app, "officer", new, &from("192.0.2.1")).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn whose_password_is_reset_is_known_by_no_browser_and_waits_for_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let caller = from("192.0.2.1");
        city.app
            .sign_in("officer", PASSWORD, &caller)
            .await
            .unwrap();
        for _ in 0..6 {
            tries(&city.app, "officer", WRONG, &caller).await;
        }
        let premise = shown(&city, &officer).await;
        let new = "四个不相干的词与一匹马";
        let reset = city.app.reset_password(&security, &officer, &premise, new);
        reset.await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        let devices = tries::devices(&mut reader, &officer).await.unwrap();
        drop(reader);
        assert!(devices.is_empty(), "{devices:?}");
        assert_eq!(tries(&city.app, "officer", new, &caller).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn the_operator_ends_the_waiting_of_an_account_and_leaves_everything_else() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let officer = city.account("officer", &[(Role::Registrar, 0)]).await;
        let app = &city.app;
        let caller = from("192.0.2.1");
        let known = with(&app.sign_in("officer", PASSWORD, &caller).await.unwrap());
        for attempt in [&caller, &known] {
            for _ in 0..6 {
                tries(app, "officer", WRONG, attempt).await;
            }
            assert_eq!(tries(app, "officer", PASSWORD, attempt).await, "AUTH-031");
        }
        let unlocked = app.unlock_account("officer2").await;
        assert_eq!(code_of(unlocked), "ACCT-009");
        let session = city.session(&officer).await;
        app.unlock_account("officer").await.unwrap();
        let event = newest_event(&city).await;
        assert_eq!(event.act, Act::AccountUnlocked);
        assert_eq!(
            (event.actor.account, event.actor.name.as_str()),
            (None, "运维")
        );
        assert!(matches!(
            app.welcome(&session).await.unwrap(),
            Welcome::Known(_)
        ));
        for attempt in [&known, &caller] {
            assert_eq!(tries(app, "officer", PASSWORD, attempt).await, "ok");
        }
    })
    .await;
}
