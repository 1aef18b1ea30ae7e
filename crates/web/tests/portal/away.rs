//! PostgreSQL goes away while people work, and comes back. Every address of the route table says so in words, and none
//! takes it for a fault of ours; whoever has typed something gets it back; afterwards everything goes on by itself.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use store::Db;
use testkit::city::{register_number, unit};
use testkit::engines::{PostgresDatabase, upgrade};
use testkit::wire::Wire;
use web::route::{Method, Route, Who, table};

use crate::browser::{Browser, Page};
use crate::stale::{Stage, press, token_of};
use crate::story::Story;

/// What stands without the database.
const ON_ITS_OWN: [(&str, u16); 2] = [("/search.json", 200), ("/tools.json", 200)];

/// Whoever looks whether the program works reads a word.
const PROBE: &str = "/health";

/// Forms that need no database.
const FORMS_ON_THEIR_OWN: [(&str, u16); 1] = [("/display", 303)];

/// The form that is carried out afterwards.
const NEW: &str = "/w/subjects/new";

/// What is typed into a form. One with a password is never shown again.
fn typed(stage: &Stage, route: &Route) -> Vec<(String, String)> {
    if route.path != NEW {
        let mut typed = stage.typed(route);
        typed.retain(|(name, _)| name != "password");
        return typed;
    }
    let fields = [
        ("unit", unit(1).to_string()),
        ("name", "样例餐饮新店".to_owned()),
        ("register_number", register_number(900)),
        ("kind", "企业".to_owned()),
        ("standing", "存续".to_owned()),
        ("district", "411202".to_owned()),
        ("address", "样例市演示路9号".to_owned()),
    ];
    fields.map(|(name, text)| (name.to_owned(), text)).into()
}

/// One address and who asks for it.
struct Asked {
    route: Route,
    address: String,
    browser: Browser,
}

impl Asked {
    async fn of(stage: &Stage, route: Route) -> Self {
        Self {
            address: stage.address(&route),
            browser: match route.who() {
                Who::Public | Who::PartyLink => stage.story.site.stranger(),
                Who::SignedIn | Who::Needs(_) => stage.who(&route).await,
            },
            route,
        }
    }
}

fn says_so(page: &Page, named: &str) {
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{named} {}",
        page.text
    );
    let words = page.shows("STOR-529") && page.shows("联系不上数据库服务器");
    assert!(words, "{named} {}", page.text);
    assert!(page.headers.contains_key("retry-after"), "{named}");
}

/// What was typed stands on the answer, but for a secret and what comes as a file.
fn gives_back(page: &Page, typed: &[(String, String)], named: &str) {
    for (name, text) in typed.iter().filter(|(name, _)| name != "picture") {
        assert!(page.shows(text), "{named} {name}: {}", page.text);
    }
}

/// A form and the token of the page it stands on.
type Form = (Asked, String);

/// Every page of the route table with how it is answered, and every form that comes without an upload.
async fn walked(stage: &Stage) -> (Vec<(Asked, StatusCode)>, Vec<Form>) {
    let (mut pages, mut forms) = (Vec::new(), Vec::new());
    for route in table() {
        let asked = Asked::of(stage, route).await;
        match asked.route.method {
            Method::Get => {
                let page = asked.browser.get(&asked.address).await;
                pages.push((asked, page.status));
            }
            Method::Post if asked.route.takes_file() => {}
            Method::Post => {
                let token = match asked.route.who() {
                    Who::Public => String::new(),
                    _ => token_of(&asked.browser, &asked.address).await,
                };
                forms.push((asked, token));
            }
        }
    }
    (pages, forms)
}

async fn every_page_says_so(pages: &[(Asked, StatusCode)]) {
    let mut otherwise = BTreeMap::new();
    for (asked, before) in pages {
        let page = asked.browser.get(&asked.address).await;
        match page.status {
            StatusCode::SERVICE_UNAVAILABLE if asked.route.path == PROBE => {
                assert_eq!(page.text, "no\n");
            }
            StatusCode::SERVICE_UNAVAILABLE => says_so(&page, &format!("GET {}", asked.address)),
            // An address that names nothing needs nobody to say so.
            same if same == *before && same == StatusCode::NOT_FOUND => {}
            other => drop(otherwise.insert(asked.route.path, other.as_u16())),
        }
    }
    assert_eq!(otherwise, BTreeMap::from(ON_ITS_OWN));
}

async fn every_form_says_so(stage: &Stage, forms: &[Form]) {
    let mut otherwise = BTreeMap::new();
    for (number, (asked, token)) in forms.iter().enumerate() {
        let named = format!("POST {}", asked.address);
        let typed = typed(stage, &asked.route);
        let place = (asked.address.as_str(), token.as_str());
        let page = press(&asked.browser, place, number, None, &typed).await;
        match page.status {
            StatusCode::SERVICE_UNAVAILABLE => says_so(&page, &named),
            other => drop(otherwise.insert(asked.route.path, other.as_u16())),
        }
        if asked.route.acts_once() {
            gives_back(&page, &typed, &named);
        }
    }
    assert_eq!(otherwise, BTreeMap::from(FORMS_ON_THEIR_OWN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_away_every_page_says_so_and_afterwards_everything_goes_on() {
    let server = PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &upgrade()).await.unwrap();
    let stage = Box::pin(Stage::set(Box::pin(Story::begin(db.clone())).await)).await;
    let site = stage.story.site.clone();
    let (pages, forms) = Box::pin(walked(&stage)).await;
    assert!(pages.len() > 60 && forms.len() > 40);
    // Some of what was looked at leaves an entry.
    let before = site.log_size().await;

    wire.take_down();
    every_page_says_so(&pages).await;
    every_form_says_so(&stage, &forms).await;

    wire.put_up();
    assert_eq!(site.log_size().await, before, "nothing was done");
    let mut changed = BTreeMap::new();
    for (asked, before) in &pages {
        let page = asked.browser.get(&asked.address).await;
        if page.status != *before {
            changed.insert(asked.address.clone(), (*before, page.status));
        }
    }
    assert!(changed.is_empty(), "{changed:?}");
    // The very form that was refused is carried out, once.
    let before = site.log_size().await;
    let is_new = |(asked, _): &Form| asked.route.path == NEW;
    let number = forms.iter().position(is_new).unwrap();
    let (asked, token) = &forms[number];
    let (place, typed) = ((NEW, token.as_str()), typed(&stage, &asked.route));
    for _ in 0..2 {
        let page = press(&asked.browser, place, number, None, &typed).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    assert_eq!(site.log_size().await, before + 1);
    db.close().await;
}
