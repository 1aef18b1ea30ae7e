//! A browser without a window: keeps its cookie, follows nothing by itself, reads pages as text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::auditing::{AuditWork, Audited, Auditing, Auditor};
use app::import::Register;
use app::job::{Jobs, Limits, Run};
use app::machine::{Finding, Findings, Machine};
use app::staging::Staging;
use app::staging::port::{ErrorFile, Found, RowSink, Tables, TemplateForm};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use domain::id::AccountId;
use domain::refusal::{Code, Refusal};
use store::Db;
use testkit::city::City;
use tower::ServiceExt as _;
use web::gate::{Facts, WebState};

/// A reader of table files that has none: what is imported is told in the stories of imports.
struct NoTables;

static NONE: Code = Code::new("TEST-001", "这里不读文件。", None, "换到导入的故事里。");

impl Tables for NoTables {
    fn read(&self, _: Register, _: &Path, _: &mut RowSink<'_>) -> Result<Found, Refusal> {
        Err(NONE.refuse(&[]))
    }

    fn error_file(&self, _: &[String]) -> Result<Box<dyn ErrorFile>, Refusal> {
        Err(NONE.refuse(&[]))
    }

    fn template(&self, _: Register, _: TemplateForm) -> Result<Vec<u8>, Refusal> {
        Ok(Vec::new())
    }
}

/// A machine of which one thing is well and one is not.
struct TwoFindings;

impl Machine for TwoFindings {
    fn look(&self) -> Findings<'_> {
        let well = Finding::of("时钟", Ok("2026-11-23 09:00:00".to_owned()));
        let full = Finding::of("磁盘", Err("还有 12 MB，腾出空间".to_owned()));
        Box::pin(std::future::ready(vec![well, full]))
    }
}

/// Finds that nothing was altered.
struct NothingAltered;

impl Auditor for NothingAltered {
    fn audit<'a>(&'a self, _: &'a Run) -> Auditing<'a> {
        Box::pin(std::future::ready(Ok(Audited::default())))
    }
}

/// The city behind its router.
#[derive(Clone)]
pub struct Site {
    pub city: City,
    pub router: axum::Router,
    /// What lies beside the database of this site.
    folder: Arc<tempfile::TempDir>,
}

impl Site {
    pub async fn open(db: Db) -> Self {
        Self::open_with(db, Limits::default()).await.0
    }

    /// The same where other work counts as long; and what stands behind its pages.
    pub async fn open_with(db: Db, limits: Limits) -> (Self, WebState) {
        Self::around(City::found(db).await, limits)
    }

    /// The same around a city that is there already, as another process has it.
    pub fn around(city: City, limits: Limits) -> (Self, WebState) {
        let facts = Facts {
            bureau: "样例市城市管理局".to_owned(),
            demonstration: true,
            version: "0.1.0".to_owned(),
        };
        let mut site = Self {
            router: axum::Router::new(),
            city,
            folder: Arc::new(tempfile::tempdir().unwrap()),
        };
        let app = site.city.app.clone();
        let jobs = Jobs::new(app.clone(), &site.jobs_folder(), limits);
        let audits = AuditWork::new(Arc::new(NothingAltered));
        jobs.register(Arc::new(audits));
        let staging = Staging::new(&jobs, site.folder.path(), Arc::new(NoTables));
        let web = WebState::new(app, false, facts)
            .with_imports(staging)
            .on(Arc::new(TwoFindings));
        site.router = web::route::router(&web);
        (site, web)
    }

    /// Where the files of its jobs lie.
    pub fn jobs_folder(&self) -> PathBuf {
        self.folder.path().join("jobs")
    }

    pub fn stranger(&self) -> Browser {
        Browser {
            site: self.clone(),
            token: None,
        }
    }

    pub async fn signed_in(&self, account: &AccountId) -> Browser {
        Browser {
            site: self.clone(),
            token: Some(self.city.session(account).await),
        }
    }

    /// How many entries the log has.
    pub async fn log_size(&self) -> u64 {
        let mut reader = self.city.app.db.read().await.unwrap();
        store::log::head(&mut reader).await.unwrap().0
    }
}

/// An answer, read to its end.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn location(&self) -> &str {
        self.headers
            .get("location")
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the first input with that name.
    pub fn input(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self
            .text
            .split(&mark)
            .nth(1)
            .unwrap_or_else(|| panic!("no input {name}"));
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn shows(&self, words: &str) -> bool {
        self.text.contains(words)
    }
}

/// A file that begins as a JPEG does.
pub fn picture(shows: &str) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0 ", shows.as_bytes()].concat()
}

/// One browser with at most one session.
#[derive(Clone)]
pub struct Browser {
    pub site: Site,
    pub token: Option<String>,
}

impl Browser {
    pub async fn send(&self, mut request: Request<Body>) -> Page {
        let headers = request.headers_mut();
        headers.insert("host", "127.0.0.1:8080".parse().unwrap());
        if let Some(token) = &self.token {
            headers.insert("cookie", format!("mq={token}").parse().unwrap());
        }
        let answer = Box::pin(self.site.router.clone().oneshot(request)).await;
        let answer: Response<Body> = answer.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Sends exactly these fields.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// The same in parts, where these of them are files; what stands for a file is what its picture shows.
    pub async fn post_parts(&self, path: &str, fields: &[(&str, &str)], files: &[&str]) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = match files.contains(name) {
                true => format!("name=\"{name}\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg"),
                false => format!("name=\"{name}\""),
            };
            body.extend(format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
            if files.contains(name) {
                body.extend(picture(value));
            } else {
                body.extend(value.bytes());
            }
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Sends these fields with the hidden ones of the page they stand on.
    pub async fn submit(&self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = ["_token", "_once", "_premise", "_earlier"];
        let hidden: Vec<(&str, String)> = hidden
            .into_iter()
            .filter(|name| page.text.contains(&format!("name=\"{name}\"")))
            .map(|name| (name, page.input(name)))
            .collect();
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        all.extend(fields);
        if page.shows("enctype=\"multipart/form-data\"") {
            let is_file = |name: &&str| page.shows(&format!("type=\"file\" id=\"f-{name}\""));
            let files: Vec<&str> = fields
                .iter()
                .map(|(name, _)| *name)
                .filter(is_file)
                .collect();
            return self.post_parts(path, &all, &files).await;
        }
        self.post_raw(path, &all).await
    }
}
