use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use app::machine::{Findings, Machine};
use app::port::Entropy;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::account::Role;
use domain::time::Date;
use testkit::city::City;
use testkit::engines::{SqliteFile, upgrade};
use tower::ServiceExt as _;
use tracing::subscriber::with_default;
use web::gate::{Facts, WebState};

use super::*;

/// What the record says in the folder of files when this happens.
fn recorded(format: Format, happens: impl FnOnce()) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let days = Days::open(folder.path(), 7, OsClock.now()).unwrap();
    let lines = Lines {
        format,
        days: Some(Mutex::new(days)),
    };
    with_default(registry().with(lines.with_filter(Ours)), happens);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        all.extend(text.lines().map(str::to_owned));
    }
    all
}

fn a_request_fails() {
    let span = tracing::error_span!(
        target: "web",
        "request",
        request = "1a2b3c4d",
        client = "192.0.2.7",
        method = "GET",
        route = "/p/{link}",
    );
    span.in_scope(two_lines);
    tracing::info!(target: "mingqian", "of nobody");
    of_a_library();
}

fn two_lines() {
    tracing::warn!(target: "app", "first");
    tracing::error!(target: "web::gate", "PAGE-500 1a2b3c4d GET /p/{{link}}：second\nline");
}

fn of_a_library() {
    tracing::error!(target: "sqlx::query", "SELECT 'typed by somebody'");
}

#[test]
fn every_line_of_a_request_has_its_number_and_where_it_came_from() {
    let lines = recorded(Format::Text, a_request_fails);
    let [first, second, third] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert!(
        first.ends_with("警告 [1a2b3c4d 192.0.2.7] first"),
        "{first}"
    );
    assert!(
        second.ends_with("错误 [1a2b3c4d 192.0.2.7] PAGE-500 1a2b3c4d GET /p/{link}：second line"),
        "{second}"
    );
    assert!(third.ends_with("信息 of nobody"), "{third}");
}

#[test]
fn a_program_reads_the_same_as_json() {
    let lines = recorded(Format::Json, a_request_fails);
    assert_eq!(lines.len(), 3);
    let second: Value = serde_json::from_str(&lines[1]).unwrap();
    for (name, value) in [
        ("level", "error"),
        ("request", "1a2b3c4d"),
        ("client", "192.0.2.7"),
        ("method", "GET"),
        ("route", "/p/{link}"),
        ("message", "PAGE-500 1a2b3c4d GET /p/{link}：second line"),
    ] {
        assert_eq!(second[name], value);
    }
    assert!(second["time"].is_string());
}

#[test]
fn each_day_has_its_file_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let day = |text: &str| Date::parse_iso(text).unwrap().at(9, 0);
    fs::write(folder.path().join("mingqian-2026-11-20.log"), "old\n").unwrap();
    fs::write(folder.path().join("mingqian-2026-11-26.log"), "newer\n").unwrap();
    fs::write(folder.path().join("somebody-2026-01-01.log"), "not ours\n").unwrap();
    let mut days = Days::open(folder.path(), 7, day("2026-11-26")).unwrap();
    days.write(day("2026-11-26"), "one\n");
    days.write(day("2026-11-27"), "two\n");
    days.write(day("2026-11-27"), "three\n");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
    assert_eq!(read("mingqian-2026-11-20.log"), None);
    assert_eq!(
        read("mingqian-2026-11-26.log").as_deref(),
        Some("newer\none\n")
    );
    assert_eq!(
        read("mingqian-2026-11-27.log").as_deref(),
        Some("two\nthree\n")
    );
    assert!(read("somebody-2026-01-01.log").is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = folder.path().join("mingqian-2026-11-27.log");
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// What a part of the program that breaks may have in its hands.
const TYPED: &str = "检查员甲 XT-0000001";

/// A part that breaks as soon as it is told to, and says with what in its hands.
struct Breaks {
    of: Arc<dyn Entropy>,
    now: AtomicBool,
}

impl Breaks {
    fn if_told(&self) {
        assert!(!self.now.load(Ordering::SeqCst), "cannot work with {TYPED}");
    }
}

impl Entropy for Breaks {
    fn fill(&self, bytes: &mut [u8]) {
        self.if_told();
        self.of.fill(bytes);
    }
}

struct Broken(Arc<Breaks>);

impl Machine for Broken {
    fn look(&self) -> Findings<'_> {
        self.0.if_told();
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// Status, text.
async fn answered(
    router: &Router,
    token: &str,
    form: Option<(&str, &str)>,
    path: &str,
) -> (StatusCode, String) {
    let request = Request::builder()
        .uri(path)
        .header("cookie", format!("mq={token}"));
    let request = match form {
        None => request.body(Body::empty()),
        Some((kind, fields)) => request
            .method("POST")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(fields.to_owned())),
    };
    let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    rest.unwrap().split('"').next().unwrap()
}

fn lines_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let all = texts.collect::<String>();
    all.lines().map(str::to_owned).collect()
}

/// The page has a number, and the record has under it where it broke and on which route, and nothing that was typed.
fn told_under_its_number(page: &str, folder: &Path, route: &str) {
    let number = &page.split("PAGE-500 ").nth(1).unwrap()[..8];
    let lines = lines_in(folder);
    let of_it: Vec<_> = lines.iter().filter(|line| line.contains(number)).collect();
    let [place, fault] = of_it.as_slice() else {
        panic!("{number}: {lines:#?}")
    };
    let begin = format!("[{number} -]");
    assert!(
        place.contains(&begin) && place.contains("record/tests.rs:"),
        "{place}"
    );
    assert!(fault.contains(&begin) && fault.contains(route), "{fault}");
    assert!(!page.contains("检查员甲"), "{page}");
    let typed = |line: &&String| line.contains("检查员甲") || line.contains("XT-00");
    assert_eq!(lines.iter().find(typed), None);
}

#[tokio::test]
async fn a_handler_that_breaks_has_its_number_on_the_page_and_in_the_record_and_the_server_lives_on()
 {
    let folder = tempfile::tempdir().unwrap();
    let args = RecordArgs {
        record_format: Format::Text,
        record: Some(folder.path().to_owned()),
        record_days: 7,
    };
    assert!(begin(&args).is_ok());
    let file = SqliteFile::fresh();
    let db = store::Db::open_sqlite(file.path(), &upgrade()).await;
    let city = City::found(db.unwrap()).await;
    let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
    let token = city.session(&system).await;
    let breaks = Arc::new(Breaks {
        of: Arc::clone(&city.app.entropy),
        now: AtomicBool::new(false),
    });
    let app = App {
        entropy: Arc::<Breaks>::clone(&breaks),
        ..city.app.clone()
    };
    let web = WebState::new(app, false, Facts::default()).on(Arc::new(Broken(breaks.clone())));
    let site = web::route::router(&web);

    let (_, page) = answered(&site, &token, None, "/a/users/new").await;
    let fields = form_urlencoded::Serializer::new(String::new())
        .append_pair("_token", hidden(&page, "_token"))
        .append_pair("_once", hidden(&page, "_once"))
        .append_pair("login", "jiancha1")
        .append_pair("name", "检查员甲")
        .append_pair("password", "足够长的初始口令再长一些")
        .append_pair("role", "inspector")
        .append_pair("unit", testkit::city::unit(1).as_str())
        .finish();
    let form = Some(("application/x-www-form-urlencoded", fields.as_str()));
    breaks.now.store(true, Ordering::SeqCst);
    let (status, page) = answered(&site, &token, None, "/a/health").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{page}");
    told_under_its_number(&page, folder.path(), "GET /a/health：");
    // An act runs on its own, whether its browser waits or not.
    let (status, page) = answered(&site, &token, form, "/a/users/new").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{page}");
    told_under_its_number(&page, folder.path(), "POST /a/users/new：");

    breaks.now.store(false, Ordering::SeqCst);
    let (status, page) = answered(&site, &token, None, "/a/health").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let (status, page) = answered(&site, &token, form, "/a/users/new").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}
