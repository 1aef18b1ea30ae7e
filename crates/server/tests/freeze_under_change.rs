//! A register of more than 100,000 entries is frozen while another process strikes entries off, renames and regrades
//! some and imports new ones: the frame is the register of one moment, the one at which the freeze stands in the log,
//! line by line. What the register was at that moment is read from the bodies of the log alone.
//!
//! The other process is this very test binary, started again with `other_process`. It waits for a word, which
//! comes from inside the freeze: when S is made, the registers have been read and nothing is written yet. The
//! freeze goes on when the other has committed a first round of changes; a second runs beside it freely.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[expect(dead_code, reason = "shared with stories that draw")]
mod stage;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use app::App;
use app::crypto::{StorageKey, log_key};
use app::drawing::Figures;
use app::port::Entropy;
use app::premise::Thing;
use app::sealing::SealingKey;
use domain::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use domain::id::{CampaignNo, SubjectId};
use domain::policy::Reach;
use domain::subject::{RawSubject, Standing};
use serde_json::Value;
use stage::{READY, acting, hex32, open};
use store::attachment::Owner;
use store::campaign::StoredCampaign;
use store::log::{TraceOf, head, trace};
use store::subject::{self, From, SubjectFilter};
use store::{Db, Engine, Upgrade};
use testkit::city::{as_shown, caterer, register_number};
use testkit::clock::{FakeClock, FakeEntropy};
use testkit::engines::upgrade;
use testkit::old::OldDatabase;

const REGISTER: u32 = 100_000;
const POOL: &str = "渣土运输";
/// Entries the other process strikes off, renames and imports, in each of two rounds.
const STRUCK: u32 = 6;
const RENAMED: u32 = 6;
const IMPORTED: u32 = 15;

fn haulier(number: u32) -> RawSubject {
    RawSubject {
        district: "411200".to_owned(),
        pools: POOL.to_owned(),
        name: format!("样例渣土运输{number:06}公司"),
        ..caterer(number)
    }
}

async fn import(app: &App, numbers: std::ops::Range<u32>) {
    let keeper = acting(app, "registrar").await;
    let unit = keeper.grants[0].unit.clone();
    let rows: Vec<RawSubject> = numbers.map(haulier).collect();
    app.import_subjects(&keeper, &unit, &rows, "样例", false)
        .await
        .unwrap();
}

/// An entry is typed anew.
async fn edit(app: &App, number: u32, typed: &RawSubject) {
    let keeper = acting(app, "registrar").await;
    let mut reader = app.db.read().await.unwrap();
    let found = subject::by_code(&mut reader, &register_number(number)).await;
    let id = found.unwrap().unwrap().subject.id;
    drop(reader);
    let shown = as_shown(app, Thing::Subject(&id)).await;
    let done = app.edit_subject(&keeper, &id, &shown, typed).await;
    done.unwrap();
}

/// One round of changes: firms that no longer exist, firms under another name, new firms.
async fn change(app: &App, round: u32) {
    for number in round * 1_000 + 1..=round * 1_000 + STRUCK {
        let gone = RawSubject {
            standing: "注销".to_owned(),
            ..haulier(number)
        };
        edit(app, number, &gone).await;
    }
    for number in round * 2_000 + 1..=round * 2_000 + RENAMED {
        // Under another name it stands elsewhere in the list the frame is read from, under another class in another
        // stratum of the frame.
        let renamed = RawSubject {
            name: format!("样例更名运输{number:06}公司"),
            class: "B".to_owned(),
            class_source: "样例信用分级".to_owned(),
            class_on: "2026-11-01".to_owned(),
            ..haulier(number)
        };
        edit(app, number, &renamed).await;
    }
    let first = REGISTER + round * IMPORTED;
    import(app, first..first + IMPORTED).await;
}

/// The system on the same database, as another process sees it: with its storage key, or it is not let in.
async fn app_on(place: &str, storage_key: &str) -> App {
    let storage_key = StorageKey::new(&hex32(storage_key));
    let entropy = Arc::new(FakeEntropy::new(20_261_202));
    let vault = SealingKey {
        key: storage_key.clone(),
        entropy: entropy.clone(),
    };
    let upgrade = Upgrade {
        vault: Arc::new(vault),
        ..upgrade()
    };
    App {
        db: Db::open_postgres(place, &upgrade).await.unwrap(),
        clock: Arc::new(FakeClock::at(2026, 12, 1, 9)),
        entropy,
        storage_key,
        log_key: log_key("demo.example/mingqian", [5; 32]).unwrap(),
        passwords: app::passwords::Passwords::new(),
        refused: app::refused::Refused::default(),
        version_of_new_attempts: VERSION_OF_NEW_ATTEMPTS,
    }
}

// A thread of its own waits for the line: what an act leaves to be rolled back must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test of its own: the process the story starts"]
async fn other_process() {
    let told = |name: &str| std::env::var(name).unwrap();
    let app = app_on(&told("OTHER_PLACE"), &told("OTHER_KEY")).await;
    println!("READY");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    change(&app, 1).await;
    println!("INSIDE");
    change(&app, 3).await;
    println!("DONE");
    app.db.close().await;
}

/// The other process, and what it says.
struct Other {
    child: Child,
    said: BufReader<ChildStdout>,
}

/// A generator that lets the other process act the first time it is asked for bytes.
struct Gate {
    closed: Mutex<Option<Arc<Mutex<Other>>>>,
    bytes: FakeEntropy,
}

impl Entropy for Gate {
    fn fill(&self, bytes: &mut [u8]) {
        if let Some(other) = self.closed.lock().unwrap().take() {
            let mut other = other.lock().unwrap();
            writeln!(other.child.stdin.as_mut().unwrap(), "go").unwrap();
            hear(&mut other.said, "INSIDE");
        }
        self.bytes.fill(bytes);
    }
}

fn start(old: &OldDatabase) -> Other {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "other_process", "--ignored", "--nocapture"])
        .env("OTHER_PLACE", old.place())
        .env("OTHER_KEY", old.key("storage.key"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    hear(&mut said, "READY");
    Other { child, said }
}

fn hear(said: &mut BufReader<ChildStdout>, word: &str) {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if line.contains(word) {
            return;
        }
        line.clear();
    }
    panic!("the other process ended without {word}");
}

/// N over all strata of the frame.
fn pool(figures: &Figures) -> u64 {
    figures.strata.iter().map(|stratum| stratum.pool).sum()
}

/// What the log says happened to the register from entry `begun` on: strikes, renames and imports, each with
/// its number in the log.
#[derive(Default)]
struct Changes {
    struck: Vec<u64>,
    renamed: Vec<u64>,
    imported: Vec<u64>,
    freeze: u64,
}

async fn changes(app: &App, begun: u64) -> Changes {
    let mut reader = app.db.read().await.unwrap();
    let newest = trace(&mut reader, &TraceOf::All, None, 100).await.unwrap();
    let mut changes = Changes::default();
    for line in newest.iter().filter(|line| line.sequence >= begun) {
        match line.act.as_str() {
            "campaign.freeze" => changes.freeze = line.sequence,
            "subject.import" => changes.imported.push(line.sequence),
            "subject.edit" => {
                let header: Value = serde_json::from_str(line.header.as_ref().unwrap()).unwrap();
                let id = SubjectId::parse(header["links"][0]["id"].as_str().unwrap()).unwrap();
                let entry = subject::get(&mut reader, &id).await.unwrap().subject;
                match entry.standing {
                    Standing::Active => changes.renamed.push(line.sequence),
                    _ => changes.struck.push(line.sequence),
                }
            }
            other => panic!("{other}"),
        }
    }
    changes
}

/// What of an entry decides its line in a frame, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    code: Option<String>,
    name: String,
    district: String,
    standing: String,
    class: Option<String>,
    haulier: bool,
}

impl Entry {
    fn of(cell: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            code: cell("code"),
            name: cell("name").unwrap(),
            district: cell("district").unwrap(),
            standing: cell("standing").unwrap(),
            class: cell("tier"),
            haulier: cell("pools").unwrap().contains(POOL),
        }
    }

    /// Its line in the frame of the story, if it is a haulier; why it is left out does not matter here.
    fn line(&self) -> Option<String> {
        let code = self.code.as_ref().filter(|_| self.haulier)?;
        let class = self.class.as_deref().unwrap_or("U");
        let drawn = self.standing == "active" && self.district == "411200";
        let status = if drawn { "draw" } else { "skip" };
        Some(format!("{code}\thaul:{class}\t{status}\t-"))
    }
}

/// The register of subjects as the bodies of the log leave it just before entry `end`, by key.
async fn register_before(app: &App, end: u64) -> BTreeMap<String, Entry> {
    let mut reader = app.db.read().await.unwrap();
    let mut lines = Vec::new();
    let mut before = Some(end);
    while before != Some(0) {
        let page = trace(&mut reader, &TraceOf::All, before, 200)
            .await
            .unwrap();
        before = page.last().map(|line| line.sequence);
        lines.extend(page);
    }
    let mut register = BTreeMap::new();
    for line in lines.iter().rev() {
        let (body, _) = store::log::body(&mut reader, &line.event).await.unwrap();
        let mut columns: Vec<String> = Vec::new();
        for image in body
            .lines()
            .skip(2)
            .filter(|text| text.contains("\"subjects\""))
        {
            // What stands behind the cells, how the row stood before, is not asked here.
            let image: Vec<Value> = serde_json::from_str(image).unwrap();
            let (sign, table) = (image[0].as_str().unwrap(), image[1].as_str().unwrap());
            let cells = image[2].as_array().unwrap();
            if table != "subjects" {
                continue;
            }
            if sign == "#" {
                let names = cells.iter().map(|name| name.as_str().unwrap().to_owned());
                columns = names.collect();
                continue;
            }
            assert_ne!(sign, "-", "nobody leaves the register of subjects");
            let cell = |name: &str| {
                let at = columns.iter().position(|column| column == name).unwrap();
                cells[at].as_str().map(str::to_owned)
            };
            register.insert(cell("subject_id").unwrap(), Entry::of(cell));
        }
    }
    register
}

/// The register of subjects as it stands.
async fn register_now(app: &App) -> BTreeMap<String, Entry> {
    let mut reader = app.db.read().await.unwrap();
    let (filter, everything) = (
        SubjectFilter::default(),
        Reach {
            everything: true,
            ..Reach::default()
        },
    );
    let mut register = BTreeMap::new();
    let mut from = From::Start;
    loop {
        let page = subject::page(&mut reader, &everything, &filter, &from, 2_000).await;
        let page = page.unwrap();
        let Some(last) = page.last() else {
            return register;
        };
        from = From::After(
            last.subject.name.as_str().to_owned(),
            last.subject.id.clone(),
        );
        for kept in &page {
            let entry = &kept.subject;
            register.insert(
                entry.id.to_string(),
                Entry {
                    code: entry.code().map(|code| code.to_string()),
                    name: entry.name.to_string(),
                    district: entry.district.to_string(),
                    standing: entry.standing.name().to_owned(),
                    class: entry.tier.as_ref().map(|tier| tier.class.name().to_owned()),
                    haulier: entry.pools.iter().any(|tag| tag.as_str() == POOL),
                },
            );
        }
    }
}

/// The lines of a frozen frame without the reasons for leaving out.
async fn frame(app: &App, stored: &StoredCampaign) -> Vec<String> {
    let mut reader = app.db.read().await.unwrap();
    let owner = Owner::Attempt(&stored.campaign.id, stored.campaign.state.attempt());
    let kept = app.attached(&mut reader, owner, "subjects.tsv").await;
    let kept = String::from_utf8(kept.unwrap().unwrap()).unwrap();
    let bare = kept.lines().map(|line| {
        let [id, stratum, status, area] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let status = status.split(':').next().unwrap();
        format!("{id}\t{stratum}\t{status}\t{area}")
    });
    let mut bare: Vec<String> = bare.collect();
    bare.sort();
    bare
}

/// The frame, line by line, is the register just before the freeze, so many of it renamed and regraded; and what
/// the log says the register is, names and all, it is.
async fn is_the_register_at_the_freeze(
    app: &App,
    stored: &StoredCampaign,
    (freeze, renamed): (u64, usize),
) {
    let at_freeze = register_before(app, freeze).await;
    let mut wanted: Vec<String> = at_freeze.values().filter_map(Entry::line).collect();
    wanted.sort();
    let regraded = wanted.iter().filter(|line| line.contains("\thaul:B\t"));
    assert!(regraded.count() >= renamed, "{renamed}");
    let lines = frame(app, stored).await;
    let differ = lines
        .iter()
        .zip(&wanted)
        .find(|(line, wanted)| line != wanted);
    assert_eq!((differ, lines.len()), (None, wanted.len()));
    let (end, _) = head(&mut app.db.read().await.unwrap()).await.unwrap();
    let (logged, stands) = (register_before(app, end).await, register_now(app).await);
    let differ = stands
        .iter()
        .zip(&logged)
        .find(|(now, logged)| now != logged);
    assert_eq!((differ, stands.len()), (None, logged.len()));
}

// The gate holds up one thread; what must be rolled back meanwhile goes on in another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_is_the_register_of_the_moment_at_which_it_stands_in_the_log() {
    let old = OldDatabase::unpack("b9b6927", Engine::Postgres);
    let app = open(&old).await;
    import(&app, 1..REGISTER + 1).await;
    let number = CampaignNo::parse(READY).unwrap();
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let stored = stored.unwrap();
    drop(reader);
    let plan = app::campaign::plan_of(&stored).unwrap();
    let unit = &stored.campaign.initiator;
    let before = app.preview_frame(&number, unit, plan).await.unwrap();
    let before = pool(&before.unwrap().figures);
    assert!(before > u64::from(REGISTER), "{before}");

    let (begun, _) = head(&mut app.db.read().await.unwrap()).await.unwrap();
    let other = Arc::new(Mutex::new(start(&old)));
    let drawer = acting(&app, "drawer").await;
    let shown = as_shown(&app, Thing::Campaign(&number)).await;
    let gated = App {
        entropy: Arc::new(Gate {
            closed: Mutex::new(Some(Arc::clone(&other))),
            bytes: FakeEntropy::new(20_261_203),
        }),
        ..app.clone()
    };
    gated.freeze_frame(&drawer, &number, &shown).await.unwrap();
    {
        let mut other = other.lock().unwrap();
        hear(&mut other.said, "DONE");
        assert!(other.child.wait().unwrap().success());
    }

    let changes = changes(&app, begun).await;
    let all = [&changes.struck, &changes.renamed, &changes.imported].map(Vec::len);
    assert_eq!(all, [2 * STRUCK as usize, 2 * RENAMED as usize, 2]);
    let before_it = |list: &[u64]| list.iter().filter(|at| **at < changes.freeze).count();
    let [struck, renamed, imported] =
        [&changes.struck, &changes.renamed, &changes.imported].map(|list| before_it(list));
    assert!(struck >= STRUCK as usize && renamed >= RENAMED as usize && imported >= 1);

    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let stored = stored.unwrap();
    let frozen = pool(&Figures::parse(&stored.figures).unwrap());
    drop(reader);
    is_the_register_at_the_freeze(&app, &stored, (changes.freeze, renamed)).await;
    let came = imported as u64 * u64::from(IMPORTED);
    assert_eq!(frozen, before - struck as u64 + came);
    assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    app.db.close().await;
}
