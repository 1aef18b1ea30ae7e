//! Chromium through its driver: one driver per story, a fresh profile per session, everything ended
//! when the story ends, also when it fails.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::wire;

/// What kind of browser somebody sits at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1440 × 900 with script.
    Desk,
    /// 390 × 844, touch, with script.
    Phone,
    /// 1440 × 900, script forbidden by the browser's own setting.
    ScriptOff,
}

/// The driver and the sessions it has open.
pub struct Chrome {
    base: String,
    browser: PathBuf,
    driver: Child,
    profiles: TempDir,
    sessions: Arc<Mutex<Vec<String>>>,
}

const REMEDY: &str = "is missing: run scripts/setup test";

fn program(name: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} {REMEDY}"))
}

impl Chrome {
    /// Starts the driver on a free port.
    pub fn start() -> Self {
        let browser = program("chromium");
        let mut driver = Command::new(program("chromedriver"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver ({error}) {REMEDY}"));
        let mut out = BufReader::new(driver.stdout.take().unwrap());
        let port = port_of(&mut out);
        // The driver must never find its channel closed.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Self {
            base: format!("http://127.0.0.1:{port}"),
            browser,
            driver,
            profiles: tempfile::tempdir().unwrap(),
            sessions: Arc::default(),
        }
    }

    /// A browser nobody has used before.
    pub async fn session(&self, screen: Screen) -> Session {
        let place = self.sessions.lock().unwrap().len();
        let profile = self.profiles.path().join(place.to_string());
        fs::create_dir(&profile).unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&self.browser, &profile, screen))
            .connect(&self.base)
            .await
            .unwrap_or_else(|error| panic!("chromium did not start: {error}"));
        let id = client.session_id().await.unwrap().unwrap();
        self.sessions.lock().unwrap().push(id.clone());
        Session {
            client,
            screen,
            driver: self.base.clone(),
            id,
        }
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // Ending the sessions first lets Chromium leave by itself.
        for id in self
            .sessions
            .lock()
            .unwrap_or_else(|held| held.into_inner())
            .iter()
        {
            let _ = wire::send("DELETE", &self.base, &format!("/session/{id}"), None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn port_of(out: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        let port = line.trim().trim_end_matches('.').rsplit("on port ").next();
        // The first line repeats the 0 it was asked for.
        if let Some(Ok(port @ 1..)) = port.map(str::parse) {
            return port;
        }
        line.clear();
    }
    panic!("chromedriver ended without saying its port");
}

fn capabilities(browser: &Path, profile: &Path, screen: Screen) -> Map<String, Value> {
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1440,900",
    ];
    let mut args: Vec<String> = args.map(str::to_owned).into();
    args.push(format!("--user-data-dir={}", profile.display()));
    let mut options = json!({"binary": browser, "args": args});
    match screen {
        Screen::Desk => {}
        Screen::Phone => {
            let metrics = json!({"width": 390, "height": 844, "pixelRatio": 2.0, "touch": true});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        Screen::ScriptOff => {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
    }
    let capabilities =
        json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
    capabilities.as_object().unwrap().clone()
}

/// One open browser.
pub struct Session {
    pub client: Client,
    pub screen: Screen,
    driver: String,
    id: String,
}

impl Session {
    fn beyond_the_standard(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{path}", self.id);
        let answer = wire::send("POST", &self.driver, &path, Some(body)).unwrap();
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{path}: {told}");
        told["value"].clone()
    }

    /// What the console has said since the last look: severe entries, in words.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.beyond_the_standard("se/log", &json!({"type": "browser"}));
        let severe = entries
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] == "SEVERE");
        severe
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// A picture of the whole page, not only of what the window shows.
    pub async fn whole_picture(&self) -> Vec<u8> {
        let (width, scale) = if self.screen == Screen::Phone {
            (390, 2)
        } else {
            (1440, 1)
        };
        let height = self
            .client
            .execute("return document.scrollingElement.scrollHeight", vec![]);
        let height = height
            .await
            .ok()
            .and_then(|value| value.as_u64())
            .unwrap_or(900)
            .clamp(700, 6_000);
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale,
            "mobile": self.screen == Screen::Phone,
        });
        let tall = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
        self.beyond_the_standard("goog/cdp/execute", &tall);
        let picture = self.client.screenshot().await.unwrap();
        let usual = match self.screen {
            Screen::Phone => {
                let params =
                    json!({"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true});
                json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": params})
            }
            _ => json!({"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}}),
        };
        self.beyond_the_standard("goog/cdp/execute", &usual);
        picture
    }
}
