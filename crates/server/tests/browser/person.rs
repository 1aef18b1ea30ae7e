//! Somebody at a browser: opens pages, presses buttons, fills in fields, reads. Every look is for a
//! fact and waits for it a bounded time; when it does not come, the failure says what the page says
//! instead and leaves a picture.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::Value;

use crate::bureau::Bureau;
use crate::chrome::{Chrome, Screen, Session};
use crate::wire;

/// How often somebody looks again for what comes by itself.
const LOOKS: u32 = 2_000;

/// How long a page may take to have what is looked for.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a page that looks again once a minute may take to have what has come.
const BY_ITSELF: Duration = Duration::from_secs(150);

/// Somebody with a browser of his own.
pub struct Person {
    pub session: Session,
    base: String,
    password: String,
}

/// Where pictures are left.
pub fn shots() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Words as XPath writes them.
fn quoted(words: &str) -> String {
    if words.contains('\'') {
        format!("\"{words}\"")
    } else {
        format!("'{words}'")
    }
}

impl Person {
    /// Sits down at a fresh browser.
    pub async fn at(chrome: &Chrome, bureau: &Bureau, screen: Screen) -> Self {
        Self::before(chrome, (&bureau.base, &bureau.password), screen).await
    }

    /// The same before a site at that address, whose accounts have that password.
    pub async fn before(chrome: &Chrome, (base, password): (&str, &str), screen: Screen) -> Self {
        Self {
            session: chrome.session(screen).await,
            base: base.to_owned(),
            password: password.to_owned(),
        }
    }

    /// Opens an address of the site.
    pub async fn open(&self, path: &str) {
        let to = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.session
            .client
            .goto(&to)
            .await
            .unwrap_or_else(|error| panic!("{to}: {error}"));
        self.settle().await;
    }

    /// The path this browser stands at.
    pub async fn path(&self) -> String {
        self.session
            .client
            .current_url()
            .await
            .unwrap()
            .path()
            .to_owned()
    }

    /// What must hold on every page, wherever a story comes by: a phone never scrolls sideways.
    async fn settle(&self) {
        self.find("//h1", "a heading").await;
        if self.session.screen == Screen::Phone {
            let width = self
                .number("return document.scrollingElement.scrollWidth")
                .await;
            if width > 390 {
                let wide = self.widest().await;
                self.fail(&format!(
                    "no sideways scrolling, but it is {width} wide: {wide}"
                ))
                .await;
            }
        }
    }

    async fn number(&self, script: &str) -> i64 {
        self.session
            .client
            .execute(script, vec![])
            .await
            .unwrap()
            .as_i64()
            .unwrap()
    }

    async fn widest(&self) -> String {
        let script = "return Array.from(document.querySelectorAll('body *')).filter(function (e) { \
            return e.getBoundingClientRect().right > 391; }).slice(0, 6).map(function (e) { \
            return e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30); }).join(' | ')";
        let told = self.session.client.execute(script, vec![]).await.unwrap();
        told.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for an element.
    pub async fn find(&self, xpath: &str, what: &str) -> Element {
        let wait = self.session.client.wait().at_most(PATIENCE);
        match wait.for_element(Locator::XPath(xpath)).await {
            Ok(element) => element,
            Err(_) => self.fail(what).await,
        }
    }

    /// Opens a page again and again until it has such an element: what others do, or the program, shows with time.
    pub async fn comes(&self, path: &str, xpath: &str) {
        for _ in 0..LOOKS {
            self.open(path).await;
            if self.has(xpath).await {
                return;
            }
        }
        self.fail(&format!("{xpath} in the end")).await;
    }

    /// Whether such an element is there now.
    pub async fn has(&self, xpath: &str) -> bool {
        !self
            .session
            .client
            .find_all(Locator::XPath(xpath))
            .await
            .unwrap()
            .is_empty()
    }

    /// Every such element.
    pub async fn all(&self, xpath: &str) -> Vec<Element> {
        self.session
            .client
            .find_all(Locator::XPath(xpath))
            .await
            .unwrap()
    }

    /// Ends the story with what is on the page.
    pub async fn fail(&self, what: &str) -> ! {
        let client = &self.session.client;
        let url = client
            .current_url()
            .await
            .map(|url| url.to_string())
            .unwrap_or_default();
        let text = match client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        if let Ok(picture) = client.screenshot().await {
            let _ = fs::write(shots().join("failed.png"), picture);
        }
        let text: String = text.chars().take(1_500).collect();
        panic!("expected {what} at {url}, which says:\n{text}");
    }

    async fn click(&self, element: &Element, what: &str) {
        if let Err(error) = element.click().await {
            self.fail(&format!("{what} to be pressed ({error})")).await;
        }
    }

    /// Presses what leads to another page, and waits until that page has replaced this one.
    async fn leave_by(&self, element: &Element, what: &str) {
        let before = self.find("/html", "a page").await;
        self.click(element, what).await;
        let replaced = async {
            while before.tag_name().await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, replaced).await.is_err() {
            self.fail(&format!("another page after {what}")).await;
        }
        self.settle().await;
    }

    async fn button(&self, words: &str) -> Element {
        let xpath = format!("//main//button[normalize-space()={}]", quoted(words));
        self.find(&xpath, &format!("the button {words}")).await
    }

    /// Presses a button that sends a form; the answer is there when this returns.
    pub async fn press(&self, words: &str) {
        let button = self.button(words).await;
        self.leave_by(&button, words).await;
    }

    /// Presses a button whose work is done on this very page.
    pub async fn tap(&self, words: &str) {
        let button = self.button(words).await;
        self.click(&button, words).await;
    }

    /// Switches a display mode; the switch stands at the top of a desk's page and at the foot of a
    /// phone's.
    pub async fn switch(&self, mode: &str) {
        let xpath = format!("//button[normalize-space()={}]", quoted(mode));
        for button in self.all(&xpath).await {
            if button.is_displayed().await.unwrap() {
                self.leave_by(&button, mode).await;
                return;
            }
        }
        self.fail(&format!("a switch for {mode}")).await;
    }

    /// Follows a link of the page; one behind 更多 is brought out first.
    pub async fn follow(&self, words: &str) {
        let xpath = format!("//main//a[normalize-space()={}]", quoted(words));
        let link = self.find(&xpath, &format!("the link {words}")).await;
        if !link.is_displayed().await.unwrap() {
            let more = self
                .find("//main//summary[normalize-space()='更多']", "更多")
                .await;
            self.click(&more, "更多").await;
        }
        self.leave_by(&link, words).await;
    }

    /// Follows the link that stands there.
    pub async fn follow_at(&self, xpath: &str, what: &str) {
        let link = self.find(xpath, what).await;
        self.leave_by(&link, what).await;
    }

    /// Fills in the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// The field with this label.
    pub async fn field(&self, label: &str) -> Element {
        let xpath = format!(
            "//main//label[starts-with(normalize-space(), {})]",
            quoted(label)
        );
        let found = self.find(&xpath, &format!("the field {label}")).await;
        let id = found
            .attr("for")
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("{label} names no field"));
        self.find(&format!("//*[@id={}]", quoted(&id)), label).await
    }

    /// What stands in the field with this label.
    pub async fn typed(&self, label: &str) -> String {
        self.field(label)
            .await
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// Chooses from the menu with this label.
    pub async fn pick(&self, label: &str, words: &str) {
        let menu = self.field(label).await;
        menu.select_by_label(words)
            .await
            .unwrap_or_else(|error| panic!("{label} {words}: {error}"));
    }

    /// Ticks the choice that begins with these words.
    pub async fn choose(&self, words: &str) {
        let xpath = format!(
            "//main//label[.//input][starts-with(normalize-space(), {})]",
            quoted(words)
        );
        let choice = self.find(&xpath, &format!("the choice {words}")).await;
        self.click(&choice, words).await;
    }

    /// Sits before a page and presses nothing until these words stand on it: the page looks again by itself.
    pub async fn sees_come(&self, words: &str) {
        let xpath = format!("//main//*[contains(normalize-space(), {})]", quoted(words));
        let wait = self.session.client.wait().at_most(BY_ITSELF);
        if wait.for_element(Locator::XPath(&xpath)).await.is_err() {
            self.fail(&format!("{words}, by itself")).await;
        }
    }

    /// Waits until these words stand in the main part of the page.
    pub async fn reads(&self, words: &str) {
        let xpath = format!("//main//*[contains(normalize-space(), {})]", quoted(words));
        self.find(&xpath, &format!("the words {words}")).await;
    }

    /// The text of an element.
    pub async fn text(&self, xpath: &str) -> String {
        self.find(xpath, xpath).await.text().await.unwrap()
    }

    /// The same page as data, as a program without a browser gets it.
    pub fn told_as_data(&self, path: &str) -> Value {
        let answer = wire::get(&self.base, path);
        assert_eq!(answer.status, 200, "{path}");
        serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Signs in, whoever sat here before.
    pub async fn sign_in(&self, login: &str) {
        self.open("/login").await;
        if !self.has("//input[@type='password']").await {
            let out = self
                .find("//form[@action='/logout']//button", "退出登录")
                .await;
            self.leave_by(&out, "退出登录").await;
        }
        self.fill("账号", login).await;
        self.fill("口令", &self.password).await;
        self.press("登录").await;
        self.find("//form[@action='/logout']", "the workbench")
            .await;
    }

    /// Leaves a picture of the page.
    pub async fn picture(&self, name: &str) {
        let wide = if self.session.screen == Screen::Phone {
            "390"
        } else {
            "1440"
        };
        let picture = self.session.whole_picture().await;
        fs::write(shots().join(format!("{name}-{wide}.png")), picture).unwrap();
    }
}
