//! A browser of an office that takes files in.

use std::path::Path;
use std::sync::Arc;

use app::App;
use app::job::{Jobs, Limits};
use app::staging::{Import, Staging, State};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::account::Role;
use domain::id::AccountId;
use exchange::registers::TableFiles;
use store::Db;
use tempfile::TempDir;
use testkit::city::{City, unit};
use tower::ServiceExt as _;
use web::gate::{Facts, WebState};

pub const SUBJECTS: &str = "/w/import/subjects";

/// A city whose site takes files in.
#[derive(Clone)]
pub struct Office {
    pub city: City,
    pub staging: Staging,
    pub router: axum::Router,
    folder: Arc<TempDir>,
}

fn staging_in(app: App, folder: &Path, limits: Limits) -> Staging {
    let tables = Arc::new(TableFiles::new(env!("CARGO_BIN_EXE_mingqian").into()));
    let jobs = Jobs::new(app, &folder.join("jobs"), limits);
    Staging::new(&jobs, &folder.join("uploads"), tables)
}

impl Office {
    pub async fn open(db: Db) -> Self {
        Self::open_with(db, Limits::default()).await
    }

    pub async fn open_with(db: Db, limits: Limits) -> Self {
        let city = City::found(db).await;
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let staging = staging_in(city.app.clone(), folder.path(), limits);
        let facts = Facts {
            bureau: "样例市城市管理局".into(),
            demonstration: true,
            version: "0".into(),
        };
        let web = WebState::new(city.app.clone(), false, facts).with_imports(staging.clone());
        Self {
            city,
            staging,
            router: web::route::router(&web),
            folder,
        }
    }

    /// The same uploads in another process.
    pub fn of(&self, app: App) -> Staging {
        staging_in(app, self.folder.path(), Limits::default())
    }

    pub fn uploads(&self) -> std::path::PathBuf {
        self.folder.path().join("uploads")
    }

    fn results(&self) -> impl Iterator<Item = std::path::PathBuf> {
        let found = std::fs::read_dir(self.folder.path().join("jobs"));
        found.into_iter().flatten().map(|file| file.unwrap().path())
    }

    /// How many files jobs have left.
    pub fn made(&self) -> usize {
        self.results().count()
    }

    /// Somebody clears the folder of what jobs have left.
    pub fn lose_made(&self) {
        self.results()
            .for_each(|file| std::fs::remove_file(file).unwrap());
    }

    /// How many files lie among the uploads.
    pub fn files(&self) -> usize {
        std::fs::read_dir(self.uploads()).map_or(0, Iterator::count)
    }

    pub async fn clerk(&self, login: &str, grants: &[(Role, u8)]) -> Clerk {
        let account = self.city.account(login, grants).await;
        let token = self.city.session(&account).await;
        Clerk {
            office: self.clone(),
            account,
            token,
        }
    }

    /// Somebody sends his name and password from the sign-in page.
    pub async fn signs_in(&self, clerk: &Clerk, login: &str) -> Page {
        let stranger = Clerk {
            token: String::new(),
            ..clerk.clone()
        };
        let fields = [("login", login), ("password", testkit::city::PASSWORD)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post("/login").header("content-type", kind);
        stranger.send(request, encoded(&fields).into_bytes()).await
    }

    /// The same person, signed in again.
    pub async fn renewed(&self, clerk: &Clerk) -> Clerk {
        Clerk {
            token: self.city.session(&clerk.account).await,
            ..clerk.clone()
        }
    }

    /// A registrar of 市容科.
    pub async fn registrar(&self) -> Clerk {
        self.clerk("kucun1", &[(Role::Registrar, 2)]).await
    }

    pub async fn subjects(&self) -> i64 {
        let mut reader = self.city.app.db.read().await.unwrap();
        let reach = domain::policy::Reach {
            everything: true,
            ..Default::default()
        };
        store::subject::count(&mut reader, &reach, &Default::default(), 1_000_000)
            .await
            .unwrap()
    }

    pub async fn log_size(&self) -> u64 {
        let mut reader = self.city.app.db.read().await.unwrap();
        store::log::head(&mut reader).await.unwrap().0
    }

    pub async fn audited(&self) {
        let report = store::audit(&self.city.app.db).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    }
}

/// Somebody at a browser.
#[derive(Clone)]
pub struct Clerk {
    pub office: Office,
    pub account: AccountId,
    token: String,
}

/// An answer, read to its end.
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn shows(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    pub fn input(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self
            .text
            .split(&mark)
            .nth(1)
            .unwrap_or_else(|| panic!("no {name}: {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The hidden fields of the form whose button stands at `action`.
    fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let rest = self.text.split(&format!("action=\"{action}\"")).nth(1);
        let form = rest.unwrap_or_else(|| panic!("no form at {action}: {}", self.text));
        let form = form.split("</form>").next().unwrap();
        ["_token", "_once", "_premise"]
            .into_iter()
            .filter_map(|name| {
                let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
                Some((name.to_owned(), value.split('"').next().unwrap().to_owned()))
            })
            .collect()
    }

    /// The number in `<dt>name</dt><dd>n 行</dd>`.
    pub fn count(&self, name: &str) -> u64 {
        let rest = self.text.split(&format!("<dt>{name}</dt><dd>")).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("no count {name}: {}", self.text));
        let digits = rest.split(' ').next().unwrap().replace(',', "");
        digits.parse().unwrap()
    }

    /// 新增, 更新, 不变, 有误.
    pub fn counts(&self) -> [u64; 4] {
        ["新增", "更新", "不变", "有误"].map(|name| self.count(name))
    }
}

fn encoded(fields: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        for (part, end) in [(name, "="), (value, "")] {
            for byte in part.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                        text.push(byte.into());
                    }
                    other => text.push_str(&format!("%{other:02X}")),
                }
            }
            text.push_str(end);
        }
    }
    text
}

impl Clerk {
    async fn send(&self, request: axum::http::request::Builder, body: Vec<u8>) -> Page {
        let request = request
            .header("host", "127.0.0.1:8080")
            .header("cookie", format!("mq={}", self.token))
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        let answer = self.office.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let location = answer
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        let bytes = to_bytes(answer.into_body(), 64 << 20)
            .await
            .unwrap()
            .to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page {
            status,
            location: location.unwrap_or_default(),
            text,
            bytes,
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path), Vec::new()).await
    }

    /// Presses the button of the form at `action` on that page, with these fields filled in.
    pub async fn press(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = page.hidden(action);
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let kind = "application/x-www-form-urlencoded";
        self.send(
            Request::post(action).header("content-type", kind),
            encoded(&all).into_bytes(),
        )
        .await
    }

    /// Sends a form as it is.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields = fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(path).header("content-type", kind);
        self.send(request, encoded(&fields).into_bytes()).await
    }

    /// Sends a file with these fields before it.
    pub async fn post_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        name: &str,
        bytes: &[u8],
    ) -> Page {
        let mut body = Vec::new();
        for (field, value) in fields {
            let head = format!(
                "--xxBORDERxx\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--xxBORDERxx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--xxBORDERxx--\r\n");
        let kind = "multipart/form-data; boundary=xxBORDERxx";
        self.send(Request::post(path).header("content-type", kind), body)
            .await
    }

    /// Chooses a file on the first page and waits until it is read; the page where that leads.
    pub async fn upload_to(&self, base: &str, name: &str, bytes: &[u8]) -> String {
        let first = self.get(base).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let (token, key) = (first.input("_token"), first.hidden(base)[1].1.clone());
        let sent = self
            .post_file(base, &[("_token", &token), ("_once", &key)], name, bytes)
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        self.settle(&sent.location).await;
        sent.location
    }

    pub async fn upload(&self, name: &str, text: &str) -> String {
        self.upload_to(SUBJECTS, name, text.as_bytes()).await
    }

    pub async fn settle(&self, at: &str) {
        self.office
            .staging
            .settled(at.rsplit('/').next().unwrap())
            .await;
    }

    /// Confirms the columns as recognized, with a district for the whole file.
    pub async fn confirm(&self, at: &str, more: &[(&str, &str)]) -> Page {
        let import = self.import(at).await;
        let page = self.get(at).await;
        let columns: Vec<(String, String)> = import
            .columns()
            .places
            .into_iter()
            .map(|(field, place)| (field, place.to_string()))
            .collect();
        let chosen = columns
            .iter()
            .map(|(field, place)| (field.as_str(), place.as_str()));
        let chosen = chosen.filter(|(field, _)| !more.iter().any(|(other, _)| other == field));
        let mut fields: Vec<(&str, &str)> = chosen.collect();
        fields.extend(more);
        let sent = self.press(&page, &format!("{at}/columns"), &fields).await;
        self.settle(at).await;
        sent
    }

    /// Takes the decision on what stands there, without the writing.
    pub async fn claims(&self, at: &str) {
        let import = self.import(at).await;
        let shown = import.premise_to_write();
        let claimed = self.office.staging.claim(&import, &shown, true);
        claimed.await.unwrap();
    }

    pub async fn decide(&self, at: &str, mode: &str) -> Page {
        let page = self.get(at).await;
        let sent = self
            .press(&page, &format!("{at}/apply"), &[("mode", mode)])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        self.settle(at).await;
        self.get(at).await
    }

    pub async fn import(&self, at: &str) -> Import {
        let id = at.rsplit('/').next().unwrap();
        self.office
            .staging
            .find(Some(&self.account), id)
            .await
            .unwrap()
            .unwrap()
    }

    pub async fn state(&self, at: &str) -> State {
        self.import(at).await.state
    }

    /// The whole road of a file that is wholly good.
    pub async fn bring_in(&self, text: &str) -> Page {
        let at = self.upload("名录.csv", text).await;
        self.confirm(&at, &[("all-district", "411202")]).await;
        self.decide(&at, "all").await
    }
}

/// A register of invented caterers; `from` sets their numbers.
pub fn caterers(from: u32, count: u32) -> String {
    let mut text = "名称,注册号,经营地址\n".to_owned();
    for number in from..from + count {
        let code = testkit::city::register_number(number);
        text.push_str(&format!(
            "样例餐饮{number:04}店,{code},样例市演示路{number}号\n"
        ));
    }
    text
}

/// The rows of a workbook or CSV file as they stand in it.
pub fn rows_of(bytes: &[u8]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("file");
    std::fs::write(path, bytes).unwrap();
    let mut rows = Vec::new();
    exchange::table::read(path, &Default::default(), &mut |event| {
        if let exchange::table::Event::Row(row) = event {
            rows.push(
                row.cells
                    .iter()
                    .map(|cell| cell.shown().to_owned())
                    .collect(),
            );
        }
        Ok(())
    })
    .unwrap();
    rows
}

pub fn second_section() -> domain::id::OrgUnitId {
    unit(2)
}
