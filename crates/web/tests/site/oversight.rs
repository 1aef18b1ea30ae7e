//! How the machine is, who signed in, and whether the rows are what the log says: each for those who look after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::auditing::{AUDIT, AuditWork, Audited, Auditing, Auditor, Reached, reached};
use app::job::{Limits, Run};
use app::refused::Window;
use app::tries::Caller;
use axum::http::StatusCode;
use domain::account::Role;
use domain::event::{Act, Event};
use domain::id::AccountId;
use store::log::TraceOf;
use testkit::city::PASSWORD;
use testkit::engines::on_both;
use tokio::sync::{Notify, Semaphore};

use crate::browser::{Browser, Site};

#[tokio::test]
async fn the_system_administrator_sees_what_is_well_and_what_is_not() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let system = site.city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let audit = site.city.account("audit", &[(Role::AuditAdmin, 0)]).await;
        let system = site.signed_in(&system).await;
        let page = system.get("/a/health").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.shows("有 1 项要注意") && page.shows("还有 12 MB，腾出空间"));
        assert!(page.shows("时钟") && page.shows("2026-11-23 09:00:00"));
        assert!(system.get("/a/users").await.shows("href=\"/a/health\""));
        let audit = site.signed_in(&audit).await;
        assert!(audit.get("/a/health").await.shows("AUTH-001"));
        assert!(!audit.get("/a/users").await.shows("href=\"/a/health\""));
    })
    .await;
}

#[tokio::test]
async fn the_audit_administrator_sees_who_signed_in_and_what_was_refused() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (city, app) = (&site.city, &site.city.app);
        let audit = city.account("audit", &[(Role::AuditAdmin, 0)]).await;
        city.account("kucun1", &[(Role::Registrar, 1)]).await;
        city.account("kucun2", &[(Role::Registrar, 1)]).await;
        let caller = Caller::default();
        for login in ["kucun1", "kucun2"] {
            app.sign_in(login, PASSWORD, &caller).await.unwrap();
        }
        for login in ["kucun1", "kucun1", "nobody"] {
            assert!(app.sign_in(login, "wrong", &caller).await.is_err());
        }
        app.write_refused(Window::Ends).await.unwrap();
        let browser = site.signed_in(&audit).await;
        let all = browser.get("/a/sign-ins").await;
        assert_eq!(all.status, StatusCode::OK, "{}", all.text);
        assert!(
            all.shows("共 3 次，其中 0 次没有核对口令，针对 2 个账号名：kucun1 2 次"),
            "{}",
            all.text
        );
        assert!(all.shows("kucun2") && !all.shows("nobody") && !all.shows("样例kucun2"));
        assert!(all.shows("共 3 条"), "{}", all.text);

        let one = browser.get("/a/sign-ins?account=kucun1").await;
        assert!(
            one.shows("kucun1：2 次") && one.shows("共 2 条"),
            "{}",
            one.text
        );
        assert!(!one.shows("kucun2"), "{}", one.text);
        let refused = browser
            .get("/a/sign-ins?kind=account.sign_in_refused")
            .await;
        assert!(refused.shows("共 1 条") && refused.shows("共 3 次"));
        let today = app.clock.now().date();
        let days = |from, to| format!("/a/sign-ins?from_day={from}&to_day={to}");
        assert!(browser.get(&days(today, today)).await.shows("共 3 条"));
        let before = today.plus_days(-1);
        assert!(!browser.get(&days(before, before)).await.shows("kucun2"));
        assert!(
            browser
                .get("/a/sign-ins?account=nobody")
                .await
                .shows("没有")
        );

        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let system = site.signed_in(&system).await;
        assert!(system.get("/a/sign-ins").await.shows("AUTH-001"));
    })
    .await;
}

#[tokio::test]
async fn a_long_list_of_sign_ins_goes_on_where_it_ended() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let app = &site.city.app;
        let audit = site.city.account("audit", &[(Role::AuditAdmin, 0)]).await;
        site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        for _ in 0..53 {
            app.sign_in("kucun1", PASSWORD, &Caller::default())
                .await
                .unwrap();
        }
        let browser = site.signed_in(&audit).await;
        let rows = |text: &str| text.matches("href=\"/w/log/").count();
        let first = browser.get("/a/sign-ins?account=kucun1").await;
        assert_eq!(rows(&first.text), 50, "{}", first.text);
        let mark = "/a/sign-ins?account=kucun1&#38;from=";
        let rest = first.text.split(mark).nth(1).unwrap();
        let place = rest.split('"').next().unwrap();
        let second = browser
            .get(&format!("/a/sign-ins?account=kucun1&from={place}"))
            .await;
        assert_eq!(rows(&second.text), 3, "{}", second.text);
    })
    .await;
}

/// Finds nothing until something was altered, and does not get to its end where it cannot look.
#[derive(Default)]
struct Told {
    altered: AtomicBool,
    blind: AtomicBool,
}

impl Auditor for Told {
    fn audit<'a>(&'a self, run: &'a Run) -> Auditing<'a> {
        run.enter("比较", None);
        let found = match self.altered.load(Ordering::Relaxed) {
            true => vec!["AUDT-001 表 accounts：一行<被改>动".to_owned()],
            false => Vec::new(),
        };
        let told = match self.blind.load(Ordering::Relaxed) {
            true => Err("STOR-501：读不出".to_owned()),
            false => Ok(Audited {
                compared: "复算留痕 9 条。".to_owned(),
                contradictions: found,
            }),
        };
        Box::pin(std::future::ready(told))
    }
}

/// The newest entry is that this account began the audit of that page.
async fn was_ordered(site: &Site, by: &AccountId, page: &str) {
    let mut reader = site.city.app.db.read().await.unwrap();
    let lines = store::log::trace(&mut reader, &TraceOf::All, None, 1).await;
    let header = lines.unwrap().remove(0).header.unwrap();
    let event: Event = serde_json::from_str(&header).unwrap();
    assert_eq!(event.act, Act::AuditOrdered);
    assert_eq!(event.actor.account.as_ref(), Some(by));
    assert_eq!(event.actor.role, Some(Role::AuditAdmin));
    assert!(page.ends_with(&event.facts["job"]));
}

#[tokio::test]
async fn an_audit_is_begun_by_a_press_and_its_result_stays_for_every_audit_administrator() {
    on_both(|db| async move {
        let (site, web) = Site::open_with(db, Limits::default()).await;
        let told = Arc::new(Told::default());
        let jobs = web.jobs().unwrap();
        jobs.register(Arc::new(AuditWork::new(told.clone())));
        let city = &site.city;
        let one = city.account("audit-one", &[(Role::AuditAdmin, 0)]).await;
        let other = city.account("audit-two", &[(Role::AuditAdmin, 0)]).await;
        let clerk = city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let (browser, other) = (site.signed_in(&one).await, site.signed_in(&other).await);
        let size = site.log_size().await;

        let mut results = Vec::new();
        for (altered, blind) in [(false, false), (true, false), (true, true)] {
            told.altered.store(altered, Ordering::Relaxed);
            told.blind.store(blind, Ordering::Relaxed);
            let page = browser.get("/a/audits").await;
            let begun = browser.submit(&page, "/a/audits", &[]).await;
            assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
            jobs.settled(AUDIT).await;
            // The same press comes to the same audit.
            let again = browser.submit(&page, "/a/audits", &[]).await;
            assert_eq!(again.location(), begun.location());
            was_ordered(&site, &one, begun.location()).await;
            results.push(begun.location().to_owned());
        }
        let clean = other.get(&results[0]).await;
        assert!(
            clean.shows("没有发现改动") && clean.shows("复算留痕 9 条"),
            "{}",
            clean.text
        );
        let found = other.get(&results[1]).await;
        assert!(found.shows("发现 1 处矛盾"), "{}", found.text);
        assert!(
            found.shows("AUDT-001 表 accounts：一行&#60;被改&#62;动"),
            "{}",
            found.text
        );
        let blind = other.get(&results[2]).await;
        assert!(
            blind.shows("AUDT-030") && blind.shows("STOR-501"),
            "{}",
            blind.text
        );
        let list = other.get("/a/audits").await;
        assert!(list.shows("没有发现改动") && list.shows("1 处矛盾") && list.shows("没有办成"));
        assert!(list.shows("audit-one"));
        assert_eq!(
            site.log_size().await,
            size + 3,
            "each order is an act, a press that is repeated and a look at a result are none"
        );

        let clerk = site.signed_in(&clerk).await;
        assert!(clerk.get("/a/audits").await.shows("AUTH-001"));
        assert!(clerk.get(&results[0]).await.shows("AUTH-001"));
        let none = other.get("/a/audits/none").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// Stands where it is told to until it gets a word, and goes no further once it is stopped.
struct Stands {
    at: Reached,
    there: Notify,
    word: Semaphore,
}

impl Auditor for Stands {
    fn audit<'a>(&'a self, run: &'a Run) -> Auditing<'a> {
        Box::pin(async move {
            reached(run, self.at);
            self.there.notify_one();
            self.word.acquire().await.unwrap().forget();
            match run.checkpoint() {
                Ok(()) => Ok(Audited::default()),
                Err(_) => Err("broken off".to_owned()),
            }
        })
    }
}

/// Its page says that it was stopped, and nothing of what it would have found.
async fn was_stopped(reader: &Browser, address: &str) {
    let page = reader.get(address).await;
    let said = page.shows("开始核对的人取消了这一次") && page.shows("没有比完");
    assert!(said && !page.shows("/cancel\""), "{}", page.text);
    assert!(!page.shows("没有发现改动") && !page.shows("AUDT-030"));
    assert!(reader.get("/a/audits").await.shows("已取消"));
}

#[tokio::test]
async fn an_audit_says_how_far_it_is_and_only_who_began_it_stops_it() {
    on_both(|db| async move {
        let (site, web) = Site::open_with(db, Limits::default()).await;
        let jobs = web.jobs().unwrap();
        let city = &site.city;
        let one = city.account("audit-one", &[(Role::AuditAdmin, 0)]).await;
        let other = city.account("audit-two", &[(Role::AuditAdmin, 0)]).await;
        let (browser, other) = (site.signed_in(&one).await, site.signed_in(&other).await);
        let far = |leaves, rows| Reached {
            leaves,
            all: 4_200,
            rows,
        };
        for (at, shown) in [
            (
                far(1_300, 0),
                ["复算留痕日志", "已处理 <b>1,300</b> / 4,200 条"],
            ),
            (
                far(4_200, 77),
                ["把各表逐行与留痕比较", "已处理 <b>77</b> 行"],
            ),
        ] {
            let stands = Arc::new(Stands {
                at,
                there: Notify::new(),
                word: Semaphore::new(0),
            });
            jobs.register(Arc::new(AuditWork::new(stands.clone())));
            let page = browser.get("/a/audits").await;
            let begun = browser.submit(&page, "/a/audits", &[]).await;
            let address = begun.location().to_owned();
            stands.there.notified().await;
            let size = site.log_size().await;
            // The same order meanwhile is that one, and no act.
            let page = browser.get("/a/audits").await;
            let same = browser.submit(&page, "/a/audits", &[]).await;
            assert_eq!(same.location(), address);

            let stop = format!("{address}/cancel");
            let (mine, theirs) = (browser.get(&address).await, other.get(&address).await);
            for page in [&mine, &theirs] {
                assert!(shown.iter().all(|words| page.shows(words)), "{}", page.text);
                assert!(page.shows("audit-one于") && !page.shows("开始 开始"));
                assert!(!page.shows("尚未数完"), "nobody counts the rows");
            }
            assert!(mine.shows(&stop) && !theirs.shows(&stop), "{}", theirs.text);
            let token = other.get("/a/audits").await.input("_token");
            let refused = other.post_raw(&stop, &[("_token", &token)]).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
            let stopped = browser.submit(&mine, &stop, &[]).await;
            assert_eq!(stopped.location(), address, "{}", stopped.text);
            stands.word.add_permits(1);
            jobs.settled(AUDIT).await;
            for reader in [&browser, &other] {
                was_stopped(reader, &address).await;
            }
            let late = browser.submit(&mine, &stop, &[]).await;
            assert_eq!(late.location(), address, "it is stopped already");
            assert_eq!(site.log_size().await, size, "nothing of it is an act");
        }
    })
    .await;
}
