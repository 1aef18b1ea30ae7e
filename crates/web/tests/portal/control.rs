//! Control characters wherever text comes in: every address of the route table is asked with them in its path and its
//! query, and every form sent with them in its fields. Nothing is a fault of ours, nothing is written, and what was typed
//! stands on the page with the place of the character named.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use web::route::{Method, Route, Who, table};

use crate::browser::{Browser, Page};
use crate::stale::{Stage, token_of};
use crate::story::told_on_both;

/// As it is typed, and as the page shows it.
const TYPED: &str = "样\u{0}例\u{1b}甲";
const SHOWN: &str = "样␀例␛甲";

/// Every name under which something is typed on a page, or carried unseen by it.
fn fields(text: &str, unseen: bool) -> BTreeSet<String> {
    let tags = text.split('<').filter(|tag| {
        let kinds = ["input ", "textarea ", "select "];
        kinds.iter().any(|kind| tag.starts_with(kind)) && tag.contains("type=\"hidden\"") == unseen
    });
    let names = tags.filter_map(|tag| tag.split(" name=\"").nth(1));
    let names = names.map(|rest| rest.split('"').next().unwrap().to_owned());
    names.filter(|name| !name.starts_with('_')).collect()
}

/// The form of a page that goes to that address; nothing where it has none.
fn form_to<'p>(page: &'p Page, to: &str) -> &'p str {
    let mut forms = page.text.split("<form").skip(1);
    let sent_to = format!("action=\"{to}\"");
    let form = forms.find(|form| form.split('>').next().unwrap().contains(&sent_to));
    form.map_or("", |form| form.split("</form>").next().unwrap())
}

/// The path with the character in the place of each of its parameters in turn.
fn broken_paths(route: &Route, sound: &str) -> Vec<String> {
    let pairs = route.path.split('/').zip(sound.split('/')).enumerate();
    let parameters = pairs.filter(|(_, (pattern, _))| pattern.starts_with('{'));
    let parameters: Vec<usize> = parameters.map(|(at, _)| at).collect();
    let replaced = |at: usize, text: &str| {
        let segments = sound.split('/').enumerate();
        let segments = segments.map(|(number, own)| if number == at { text } else { own });
        segments.collect::<Vec<_>>().join("/")
    };
    let each = parameters
        .iter()
        .flat_map(|at| ["a%00b"].map(|bad| replaced(*at, bad)));
    each.collect()
}

async fn every_browser(stage: &Stage, route: &Route) -> Vec<Browser> {
    match route.who() {
        Who::Public | Who::PartyLink => vec![stage.story.site.stranger()],
        Who::SignedIn => vec![stage.member().await],
        Who::Needs(verb) => {
            let people = stage.people.iter();
            let able = people.filter(|(grants, _)| domain::policy::offers(grants, verb));
            let able = able.map(|(_, browser)| browser.clone()).take(1);
            able.chain([stage.member().await]).collect()
        }
    }
}

#[tokio::test]
async fn no_address_asked_with_a_control_character_is_a_fault_of_ours() {
    told_on_both(async |story| {
        let stage = Stage::set(story).await;
        let size = stage.story.site.log_size().await;
        let (mut refused, mut walked) = (BTreeSet::new(), 0);
        for route in table().iter().filter(|route| route.method == Method::Get) {
            let sound = stage.address(route);
            // A file has no conditions, and taking one may be an act.
            let last = sound.rsplit('/').next().unwrap();
            let is_page = !last.contains('.') && last != "file" || route.path.ends_with(".csv");
            for browser in every_browser(&stage, route).await {
                for path in broken_paths(route, &sound) {
                    let page = browser.get(&path).await;
                    assert_eq!(
                        page.status,
                        StatusCode::NOT_FOUND,
                        "GET {path} {}",
                        page.text
                    );
                    walked += 1;
                }
                if !is_page {
                    continue;
                }
                let mut names: BTreeSet<String> =
                    ["q", "from", "sort", "next"].map(str::to_owned).into();
                if !route.path.ends_with(".csv") {
                    names.extend(fields(&browser.get(&sound).await.text, false));
                }
                for name in names {
                    let path = format!("{sound}?{name}=%E6%A0%B7%00%E4%BE%8B");
                    let page = browser.get(&path).await;
                    assert!(!page.status.is_server_error(), "GET {path} {}", page.text);
                    if page.shows("FORM-017") {
                        refused.insert(route.path);
                    }
                    walked += 1;
                }
            }
        }
        for list in [
            "/search",
            "/w/subjects",
            "/w/inspectors",
            "/w/campaigns",
            "/w/inspections",
        ] {
            assert!(refused.contains(list), "{list}: {refused:?}");
        }
        assert!(walked > 300, "{walked}");
        assert_eq!(stage.story.site.log_size().await, size);
    })
    .await;
}

/// One form: where it goes, from where, and what its fields are called.
struct Form {
    address: String,
    browser: Browser,
    token: String,
    premise: String,
    /// What a person fills in on its page; nothing where the form stands on another one.
    own: BTreeSet<String>,
    /// What its page carries unseen.
    unseen: BTreeSet<String>,
    /// What would be typed without a fault.
    sound: Vec<(String, String)>,
}

impl Form {
    async fn of(stage: &Stage, route: &Route) -> Self {
        let address = stage.address(route);
        let (browser, token) = match route.who() {
            Who::Public => (stage.story.site.stranger(), String::new()),
            _ => {
                let browser = stage.who(route).await;
                let token = token_of(&browser, &address).await;
                (browser, token)
            }
        };
        let opened = browser.get(&address).await;
        let premise = match opened.shows("name=\"_premise\" value=\"") {
            true => opened.input("_premise"),
            false => String::new(),
        };
        let form = form_to(&opened, &address);
        let (own, unseen) = (fields(form, false), fields(form, true));
        let mut sound = stage.typed(route);
        // A form with a password is never shown again with what was typed.
        let elsewhere = |name: &str| own.is_empty() && name != "password";
        sound.retain(|(name, _)| own.contains(name) || elsewhere(name));
        Self {
            address,
            browser,
            token,
            premise,
            own,
            unseen,
            sound,
        }
    }

    fn names(&self) -> BTreeSet<String> {
        let typed = self.sound.iter().map(|(name, _)| name);
        let all = self.own.iter().chain(&self.unseen).chain(typed);
        all.cloned().collect()
    }

    /// The answer to the form with the character in that field.
    async fn sent(&self, name: &str, number: u32) -> Page {
        let key = format!("{number:032x}");
        let mut sent = vec![
            ("_token", self.token.as_str()),
            ("_once", &key),
            ("_premise", &self.premise),
        ];
        let others = self.sound.iter().filter(|(other, _)| other != name);
        sent.extend(others.map(|(name, text)| (name.as_str(), text.as_str())));
        sent.push((name, TYPED));
        self.browser.post_raw(&self.address, &sent).await
    }

    /// Whether what is typed there has to stand on the answer: no page shows a password, nor what nobody typed.
    fn gives_back(&self, route: &Route, name: &str) -> bool {
        let secret = ["password", "old", "new", "again"].contains(&name);
        let promised = self.own.contains(name) || route.acts_once();
        promised && !secret && !self.unseen.contains(name)
    }
}

#[tokio::test]
async fn no_form_sent_with_a_control_character_does_anything_or_loses_what_was_typed() {
    told_on_both(async |story| {
        let stage = Stage::set(story).await;
        let size = stage.story.site.log_size().await;
        let mut refused = BTreeSet::new();
        let mut number = 0;
        let posts = table().into_iter();
        let posts = posts.filter(|route| route.method == Method::Post && !route.takes_file());
        for route in posts {
            let form = Form::of(&stage, &route).await;
            for name in form.names() {
                number += 1;
                let page = form.sent(&name, number).await;
                let named = format!("POST {} {name}: {}", form.address, page.status);
                assert!(!page.status.is_server_error(), "{named} {}", page.text);
                assert_eq!(stage.story.site.log_size().await, size, "{named}");
                if page.shows("FORM-017") || page.shows("FORM-018") {
                    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{named}");
                    refused.insert(route.path);
                }
                let kept = page.shows(SHOWN) || page.status.is_redirection();
                let kept = kept || !form.gives_back(&route, &name);
                assert!(kept, "{named} {}", page.text);
            }
        }
        for path in [
            "/login",
            "/a/users/new",
            "/p/{link}/commitment",
            "/w/subjects/new",
            "/w/inspectors/new",
            "/w/recusals/new",
            "/w/campaigns/new",
            "/w/inspections/{id}/sheet",
            "/w/published/{id}/withdraw",
        ] {
            assert!(refused.contains(path), "{path}: {refused:?}");
        }
        assert!(refused.len() > 30, "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn an_upload_with_a_control_character_beside_its_file_is_no_fault_of_ours() {
    told_on_both(async |story| {
        let stage = Stage::set(story).await;
        let uploads = table().into_iter().filter(Route::takes_file);
        for (number, route) in uploads.enumerate() {
            let browser = stage.who(&route).await;
            let page = browser.get(route.path).await;
            let (token, key) = (page.input("_token"), format!("{:032x}", number + 1));
            for broken in ["_token", "_once", "unit", "file"] {
                let text = |name: &str, sound: &str| match name == broken {
                    true => TYPED.to_owned(),
                    false => sound.to_owned(),
                };
                let part = |name: &str, sound: &str| {
                    let text = text(name, sound);
                    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
                };
                let file = text("file", "名录.csv").replace('\0', "%00");
                let body = [
                    part("_token", &token),
                    part("_once", &key),
                    part("unit", ""),
                    format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\na,b\r\n--x--\r\n"),
                ]
                .concat();
                let request = Request::post(route.path)
                    .header("content-type", "multipart/form-data; boundary=x")
                    .header("sec-fetch-site", "same-origin");
                let page = browser.send(request.body(Body::from(body)).unwrap()).await;
                assert!(!page.status.is_server_error(), "{} {broken}: {}", route.path, page.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_with_a_control_character_is_refused_at_its_field() {
    told_on_both(async |story| {
        let stranger = story.site.stranger();
        let page = stranger
            .post_raw("/login", &[("login", "adm\u{0}in"), ("password", "x")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.shows("FORM-017") && page.shows("adm␀in"),
            "{}",
            page.text
        );
    })
    .await;
}
