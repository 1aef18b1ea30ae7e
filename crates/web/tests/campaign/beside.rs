//! Two processes on one database: one form is pressed in both with different words, and an upload is decided in one
//! while the other freezes a large register as a job.
//!
//! The other process is this very test binary, started again as `other_process`. It waits for a line on its input,
//! and where a story wants to be in the middle of a freeze, once more when S is made: the registers have been read
//! then, and nothing is written.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use app::App;
use app::drawing::{Figures, FreezeWords};
use app::import::Register;
use app::job::{JobState, Jobs, Run};
use app::port::Entropy;
use app::premise::Thing;
use app::staging::State;
use axum::http::StatusCode;
use domain::campaign::StateKind;
use domain::id::{AccountId, CampaignNo};
use store::Db;
use testkit::city::{City, as_shown, register_number, unit};
use testkit::engines::{PostgresDatabase, SqliteFile, upgrade};
use web::gate::WebState;

use crate::browser::{Browser, Site};
use crate::cast::Cast;
use crate::long::{kind_of, limits, narrow};
use crate::upload::uploaded;

/// Rounds of a story: one alone could miss the moment.
const ROUNDS: u32 = 6;

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn next_line() -> String {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// Waits for a word when S is made, if it is told to.
struct Inside {
    city: City,
    armed: Mutex<bool>,
}

impl Entropy for Inside {
    fn fill(&self, bytes: &mut [u8]) {
        let here = bytes.len() == 32 && std::mem::take(&mut *self.armed.lock().unwrap());
        if here {
            say("INSIDE");
            next_line();
        }
        self.city.app.entropy.fill(bytes);
    }
}

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(place.as_ref(), &upgrade()).await.unwrap()
    }
}

// A thread of its own waits for the line: what an act leaves to be rolled back must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "not a test of its own: the process that stories of two processes start"]
async fn other_process() {
    let city = City::join(open(&std::env::var("OTHER_PLACE").unwrap()).await, 400);
    let (site, _) = Site::around(city.clone(), limits());
    say("READY");
    loop {
        let line = next_line();
        let words: Vec<&str> = line.split('\t').collect();
        let answer = match words[..] {
            ["press", token, path, body] => press(&site, token, path, body).await,
            ["freeze", owner, number, inside] => {
                freeze(&city, &site, (owner, number), inside == "inside").await
            }
            _ => break,
        };
        say(&format!("ANSWER {answer}"));
    }
    city.app.db.close().await;
}

/// Sends a form; the status, and which refusal the page shows.
async fn press(site: &Site, token: &str, path: &str, body: &str) -> String {
    let token = Some(token.to_owned());
    let browser = Browser {
        site: site.clone(),
        token,
    };
    let fields: Vec<_> = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let page = browser.post_raw(path, &fields).await;
    let told = if page.shows("FORM-011") {
        "FORM-011"
    } else {
        ""
    };
    format!("{} {told}", page.status.as_u16())
}

/// Freezes by a job of this process, to its end.
async fn freeze(city: &City, site: &Site, (owner, number): (&str, &str), inside: bool) -> String {
    let (owner, number) = (
        AccountId::parse(owner).unwrap(),
        CampaignNo::parse(number).unwrap(),
    );
    let acting = city.acting(&owner).await;
    let shown = as_shown(&city.app, Thing::Campaign(&number)).await;
    let entropy = Arc::new(Inside {
        city: city.clone(),
        armed: Mutex::new(inside),
    });
    let app = App {
        entropy,
        ..city.app.clone()
    };
    let jobs = Jobs::new(app.clone(), &site.jobs_folder(), limits());
    let (of, words) = ((&number, &shown), FreezeWords::default());
    let ordered = app.order_freeze(&jobs, &acting, of, words, str::to_owned);
    let id = ordered.await.unwrap().expect("a large register");
    jobs.settled(number.as_str()).await;
    let ended = jobs.find(&owner, &id).await.unwrap().unwrap();
    ended.state.name().to_owned()
}

struct Other {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Other {
    fn start(place: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "beside::other_process"])
            .args(["--ignored", "--nocapture"])
            .env("OTHER_PLACE", place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut other = Self { child, said };
        other.hear("READY");
        other
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.said.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.split_once(word) {
                return rest.trim().to_owned();
            }
            line.clear();
        }
        panic!("the other process ended without a word");
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// Tells a story with another process on a database of each engine.
async fn on_both(story: impl AsyncFn(&Cast, &WebState, &mut Other)) {
    let (file, server) = (SqliteFile::fresh(), PostgresDatabase::fresh());
    let lite = file.path().display().to_string();
    for place in [lite.as_str(), server.url()] {
        let db = open(place).await;
        let (cast, web) = narrow(db.clone()).await;
        let mut other = Other::start(place);
        story(&cast, &web, &mut other).await;
        other.end();
        let report = store::audit(&db).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn one_form_pressed_in_two_processes_with_different_words_is_one_act_and_the_other_is_told() {
    on_both(async |cast, _, other| {
        let clerk = cast.grant(&cast.registrar.account).await;
        let new = "/w/subjects/new";
        for round in 0..ROUNDS {
            let asked = clerk.get(new).await;
            let (number, before) = (register_number(700 + round), cast.log_size().await);
            let hidden = [asked.input("_token"), asked.input("_once")];
            let fields = |name: &'static str| {
                let unit = unit(1);
                let typed = [
                    ("_token", hidden[0].clone()),
                    ("_once", hidden[1].clone()),
                    ("name", name.to_owned()),
                    ("register_number", number.clone()),
                    ("district", "411202".to_owned()),
                    ("unit", unit.as_str().to_owned()),
                ];
                Vec::from(typed)
            };
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields("在那边填的店"))
                .finish();
            let token = clerk.token.as_deref().unwrap();
            other.tell(&format!("press\t{token}\t{new}\t{body}"));
            let own = fields("在这边填的店");
            let own: Vec<_> = own
                .iter()
                .map(|(name, text)| (*name, text.as_str()))
                .collect();
            let here = clerk.post_raw(new, &own).await;
            let there = other.hear("ANSWER");
            // Whichever came first is done; the other comes back with its words.
            match here.status {
                StatusCode::SEE_OTHER => assert_eq!(there, "409 FORM-011"),
                _ => {
                    assert_eq!(there, "303");
                    assert_eq!(here.status, StatusCode::CONFLICT);
                    assert!(
                        here.shows("FORM-011") && here.shows("value=\"在这边填的店\""),
                        "{}",
                        here.text
                    );
                }
            }
            assert_eq!(cast.log_size().await, before + 1, "one act");
            let list = clerk
                .get("/w/subjects?q=%E8%BE%B9%E5%A1%AB%E7%9A%84%E5%BA%97")
                .await;
            let rows = list.text.matches("边填的店</a>").count();
            assert_eq!(rows, 1 + usize::try_from(round).unwrap(), "{}", list.text);
        }
    })
    .await;
}

/// An upload of one firm, compared and waiting for its decision.
async fn previewed(cast: &Cast) -> String {
    let owner = &cast.registrar.account;
    uploaded(&cast.site.city, owner, Register::Subjects, State::Previewed).await
}

/// The upload is decided and written here; how many firms came in.
async fn decide(cast: &Cast, web: &WebState, id: &str) {
    let staging = web.imports().unwrap();
    let owner = Some(&cast.registrar.account);
    let import = staging.find(owner, id).await.unwrap().unwrap();
    let shown = import.premise_to_write();
    staging.claim(&import, &shown, false).await.unwrap();
    staging.apply(id, &Run::awaited()).await.unwrap();
    let done = staging.find(owner, id).await.unwrap().unwrap();
    assert_eq!(done.state, State::Done);
    assert_eq!(done.summary.written.unwrap().added, 1);
}

async fn pools(cast: &Cast, no: &str) -> u64 {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let number = CampaignNo::parse(no).unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let figures = Figures::parse(&stored.unwrap().figures).unwrap();
    figures.strata.iter().map(|stratum| stratum.pool).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_upload_written_while_another_process_freezes_stands_in_the_frame() {
    on_both(async |cast, web, other| {
        let no = cast.launched().await;
        let upload = previewed(cast).await;
        other.tell(&format!("freeze\t{}\t{no}\tinside", cast.officer_id));
        other.hear("INSIDE");
        decide(cast, web, &upload).await;
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Launched);
        other.tell("go on");
        assert_eq!(other.hear("ANSWER"), JobState::Done.name());
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Frozen);
        assert_eq!(pools(cast, &no).await, 41, "what came in before the lock");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_upload_compared_before_another_process_freezes_is_written_after_it_as_it_was_shown() {
    on_both(async |cast, web, other| {
        let no = cast.launched().await;
        let upload = previewed(cast).await;
        other.tell(&format!("freeze\t{}\t{no}\tat once", cast.officer_id));
        assert_eq!(other.hear("ANSWER"), JobState::Done.name());
        assert_eq!(pools(cast, &no).await, 40);
        decide(cast, web, &upload).await;
        assert_eq!(pools(cast, &no).await, 40, "the frame stays");
    })
    .await;
}
