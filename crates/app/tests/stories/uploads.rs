//! A file on its way into a register, read by a port that knows only tabs: every step, what it shows meanwhile,
//! and where it may go from there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use app::import::{Columns, Importer, Register, StagedRow};
use app::job::{Jobs, Limits, Run};
use app::port::Clock;
use app::staging::port::{ErrorFile, Found, RowSink, Tables, TemplateForm};
use app::staging::{ErrorReport, Import, Staging, State};
use app::{App, AppError};
use domain::account::Role;
use domain::id::{AccountId, OrgUnitId};
use domain::refusal::{Code, Refusal};
use domain::time::Instant;
use store::{Announced, Db, inspector, subject};
use tempfile::TempDir;
use testkit::city::{City, register_number, unit};
use testkit::engines::{PostgresDatabase, admin, on_both, upgrade};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::words::{code_of, leaves, newest, newest_event, shown};

static NO_FILE: Code = Code::new("TEST-001", "读不了。", None, "");

/// Cells between tabs; the first line names the fields, and a line of `!` cannot be read.
struct Tabs;

impl Tables for Tabs {
    fn read(&self, _: Register, file: &Path, sink: &mut RowSink<'_>) -> Result<Found, Refusal> {
        let text = std::fs::read_to_string(file).map_err(|_| NO_FILE.refuse(&[]))?;
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
        let names: Vec<String> = lines.next().ok_or_else(|| NO_FILE.refuse(&[]))?.collect();
        let mut rows = 0;
        for cells in lines {
            let cells: Vec<String> = cells.collect();
            if cells == ["!"] {
                return Err(NO_FILE.refuse(&[]));
            }
            rows += 1;
            sink(StagedRow {
                number: rows + 1,
                cells,
                flaws: Vec::new(),
            })?;
        }
        Ok(Found {
            places: names.iter().cloned().zip(0..).collect(),
            names,
            rows,
            header_row: 1,
            ..Found::default()
        })
    }

    fn error_file(&self, names: &[String]) -> Result<Box<dyn ErrorFile>, Refusal> {
        Ok(Box::new(Lines(vec![names.join("\t")])))
    }

    fn template(&self, _: Register, _: TemplateForm) -> Result<Vec<u8>, Refusal> {
        Err(NO_FILE.refuse(&[]))
    }
}

/// What is wrong with each row, on a line of its own.
struct Lines(Vec<String>);

impl ErrorFile for Lines {
    fn row(&mut self, row: &StagedRow, faults: &str) -> Result<(), Refusal> {
        self.0.push(format!(
            "{}\t{}\t{faults}",
            row.number,
            row.cells.join("\t")
        ));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Refusal> {
        Ok(self.0.join("\n").into_bytes())
    }
}

/// An office whose clerk waits for each step.
pub struct Desk {
    pub staging: Staging,
    pub importer: Importer,
    pub folder: TempDir,
}

impl Desk {
    pub fn open(app: &App, importer: Importer) -> Self {
        Self::within(Limits::default(), app, importer)
    }

    fn within(limits: Limits, app: &App, importer: Importer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(app.clone(), &folder.path().join("jobs"), limits);
        Self {
            staging: Staging::new(&jobs, &folder.path().join("uploads"), Arc::new(Tabs)),
            importer,
            folder,
        }
    }

    pub async fn now(&self, id: &str) -> Import {
        let account = self.importer.account.as_ref();
        self.staging.find(account, id).await.unwrap().unwrap()
    }

    pub async fn received(&self, to: (Register, &OrgUnitId), id: &str, text: &str) -> Import {
        let mut incoming = self.staging.incoming().await.unwrap();
        incoming.write(text.as_bytes()).await.unwrap();
        let name = format!("{id}.txt");
        let taken = self
            .staging
            .accept(&self.importer, to, id, &name, incoming)
            .await;
        assert!(taken.unwrap().fresh);
        self.staging.read(id, &Run::awaited()).await.unwrap();
        self.now(id).await
    }

    pub async fn compared(&self, import: &Import, columns: Columns) -> Import {
        let id = &import.stored.id;
        self.staging
            .set_columns(import, &import.premise(), columns)
            .await
            .unwrap();
        let run = Run::awaited();
        self.staging.compare(id, &run).await.unwrap();
        self.now(id).await
    }

    pub async fn applied(&self, import: &Import) -> Result<Import, AppError> {
        let id = &import.stored.id;
        self.staging
            .claim(import, &import.premise_to_write(), false)
            .await?;
        let run = Run::awaited();
        self.staging.apply(id, &run).await?;
        Ok(self.now(id).await)
    }
}

pub fn caterers(count: u32) -> String {
    let mut text = "name\tregister_number\tdistrict\taddress\tpools\n".to_owned();
    for number in 1..=count {
        let code = register_number(number);
        text.push_str(&format!(
            "样例餐饮{number:04}店\t{code}\t411202\t演示路{number}号\t餐饮\n"
        ));
    }
    text
}

pub const SUBJECTS: Register = Register::Subjects;

pub async fn registrar(city: &City, login: &str) -> Importer {
    let account = city.account(login, &[(Role::Registrar, 1)]).await;
    Importer::of(&city.acting(&account).await, SUBJECTS, &unit(1)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_sent_twice_by_one_press_is_taken_once_and_starts_nothing_again() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        for fresh in [true, false] {
            let mut incoming = desk.staging.incoming().await.unwrap();
            incoming.write(caterers(2).as_bytes()).await.unwrap();
            let to = (SUBJECTS, &unit(1));
            let taken = desk
                .staging
                .accept(&desk.importer, to, "a", "a.txt", incoming);
            let taken = taken.await.unwrap();
            assert_eq!((taken.id.as_str(), taken.fresh), ("a", fresh));
        }
        // The way back to the form leads with its key to another file: that one is not taken for the first.
        for (rows, name) in [(3, "a.txt"), (2, "b.txt")] {
            let mut incoming = desk.staging.incoming().await.unwrap();
            incoming.write(caterers(rows).as_bytes()).await.unwrap();
            let to = (SUBJECTS, &unit(1));
            let other = desk.staging.accept(&desk.importer, to, "a", name, incoming);
            assert_eq!(code_of(other.await), "IMPT-089", "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn room_is_asked_for_before_a_byte_comes_and_what_is_on_its_way_counts() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let to = (SUBJECTS, &unit(1));
        let few = Limits {
            open_uploads: 2,
            open_upload_bytes: 100_000,
            ..Limits::default()
        };
        let desk = Desk::within(few, &city.app, registrar(&city, "registrar1").await);
        let files =
            || std::fs::read_dir(desk.folder.path().join("uploads")).map_or(0, Iterator::count);
        let coming =
            |key: &'static str, bytes| desk.staging.incoming_for(&desk.importer, key, bytes);
        assert_eq!(
            code_of(coming("a", Some(100_001)).await.map(drop)),
            "IMPT-095"
        );
        assert_eq!(files(), 0, "not a byte has a place");

        let mut first = coming("a", Some(60_000)).await.unwrap();
        assert_eq!(
            code_of(coming("b", Some(40_001)).await.map(drop)),
            "IMPT-095"
        );
        let mut second = coming("b", None).await.unwrap();
        assert_eq!(
            code_of(coming("c", None).await.map(drop)),
            "IMPT-095",
            "two are two"
        );
        // Of what nobody announced each byte is asked for; what was announced has its room.
        second.write(&[b'x'; 40_000]).await.unwrap();
        assert_eq!(code_of(second.write(b"x").await), "IMPT-095");
        first.write(&[b'x'; 60_000]).await.unwrap();
        drop(second);
        first.write(b"x").await.unwrap();
        drop(first);
        assert_eq!(files(), 0);

        // Another account has a room of its own; what has arrived counts until it is decided.
        let other = Desk::within(few, &city.app, registrar(&city, "registrar2").await);
        let whole = coming("a", Some(100_000)).await.unwrap();
        other
            .staging
            .incoming_for(&other.importer, "b", Some(100_000))
            .await
            .unwrap();
        drop(whole);
        desk.received(to, "d", &caterers(2)).await;
        assert_eq!(
            code_of(coming("e", Some(100_000)).await.map(drop)),
            "IMPT-095"
        );
        assert!(
            coming("d", Some(100_000)).await.is_ok(),
            "a second press brings nothing more"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_too_much_undecided_is_told_so_and_hinders_nobody_else() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let to = (SUBJECTS, &unit(1));
        let few = Limits {
            open_uploads: 2,
            ..Limits::default()
        };
        let desk = Desk::within(few, &city.app, registrar(&city, "registrar1").await);
        let sent = async |desk: &Desk, key: &str| {
            let mut incoming = desk.staging.incoming().await.unwrap();
            incoming.write(caterers(2).as_bytes()).await.unwrap();
            let accepted = desk
                .staging
                .accept(&desk.importer, to, key, "a.txt", incoming);
            accepted.await
        };
        let first = desk.received(to, "a", &caterers(2)).await;
        desk.received(to, "b", &caterers(2)).await;
        assert_eq!(code_of(sent(&desk, "c").await), "IMPT-095");
        assert_eq!(
            code_of(sent(&desk, "c").await),
            "IMPT-095",
            "nor on a second try"
        );
        let folder = desk.folder.path().join("uploads");
        assert_eq!(
            std::fs::read_dir(folder).unwrap().count(),
            0,
            "nothing is left of it"
        );
        // Few of them may be many bytes.
        let heavy = Limits {
            open_upload_bytes: first.summary.file.bytes,
            ..Limits::default()
        };
        let other = registrar(&city, "registrar2").await;
        let beside = Desk::within(heavy, &city.app, other);
        beside.received(to, "d", &caterers(2)).await;
        assert_eq!(code_of(sent(&beside, "e").await), "IMPT-095");
        // Room again as soon as one is decided.
        let seen = desk.compared(&first, first.columns()).await;
        desk.applied(&seen).await.unwrap();
        assert!(sent(&desk, "c").await.unwrap().fresh);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_an_upload_may_be_taken_once_and_shows_how_far_it_is() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let read = desk.received((SUBJECTS, &unit(1)), "a", &caterers(7)).await;
        assert_eq!((read.state, read.summary.rows), (State::Mapping, 7));
        assert_eq!(desk.staging.progress(&read), 7);
        assert_eq!(
            code_of(desk.applied(&read).await),
            "IMPT-073",
            "not compared yet"
        );
        let again = desk.staging.read("a", &Run::awaited()).await;
        assert_eq!(code_of(again), "IMPT-073", "read already");

        let seen = desk.compared(&read, read.columns()).await;
        assert_eq!(seen.state, State::Previewed);
        assert!(!seen.summary.stale, "nothing has changed since");
        assert_eq!(seen.summary.tally.unwrap().added, 7);
        let done = desk.applied(&seen).await.unwrap();
        assert_eq!((done.state, desk.staging.progress(&done)), (State::Done, 7));
        assert_eq!(done.summary.written, seen.summary.tally);
        assert_eq!(
            code_of(desk.applied(&seen).await),
            "IMPT-073",
            "written already"
        );
        let columns = desk
            .staging
            .set_columns(&done, &done.premise(), done.columns())
            .await;
        assert_eq!(code_of(columns), "IMPT-073");
    })
    .await;
}

/// The terms by which old uploads are cleared stand in it; a server starts without clearing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rulebook_that_cannot_be_read_keeps_no_server_from_starting() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let city = City::found(db).await;
    let desk = Desk::open(&city.app, Importer::operator());
    for damage in ["adopted_on = 'x'", "last_event = 'x'"] {
        admin(server.url(), &format!("UPDATE rulebooks SET {damage}"));
        assert!(desk.staging.expire().await.is_err(), "{damage}");
        assert_eq!(desk.staging.recover().await.unwrap(), 0, "{damage}");
    }
    city.app.db.close().await;
}

/// The answer to the press was lost, and the work was never ordered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_nobody_works_on_can_be_taken_up_again_a_minute_later() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let read = desk.received((SUBJECTS, &unit(1)), "a", &caterers(3)).await;
        let seen = desk.compared(&read, read.columns()).await;
        let premise = seen.premise_to_write();
        desk.staging.claim(&seen, &premise, false).await.unwrap();
        city.clock.advance_ms(59_000);
        assert_eq!(desk.now("a").await.state, State::Applying);
        city.clock.advance_ms(1_000);
        let left = desk.now("a").await;
        assert_eq!(left.state, State::Interrupted);
        assert!(!left.summary.dead_end);
        desk.staging.resume(&left, &left.premise()).await.unwrap();
        desk.staging.settled("a").await;
        let again = desk.now("a").await;
        assert_eq!(again.state, State::Previewed);
        let done = desk.applied(&again).await.unwrap();
        assert_eq!(done.state, State::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_of_columns_is_within_the_file_each_once_and_leaves_out_nothing_needed() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let read = desk.received((SUBJECTS, &unit(1)), "a", &caterers(1)).await;
        let with = |field: &str, place: Option<usize>| {
            let mut columns = read.columns();
            match place {
                Some(place) => columns.places.insert(field.to_owned(), place),
                None => columns.places.remove(field),
            };
            columns
        };
        let last = read.summary.names.len() - 1;
        read.check_columns(&read.columns()).unwrap();
        let told = |columns: Columns| code_of(read.check_columns(&columns).map_err(AppError::from));
        assert_eq!(
            told(with("pools", Some(last + 1))),
            "pools IMPT-077",
            "just beyond the end"
        );
        assert_eq!(
            told(with("pools", Some(last - 1))),
            "pools IMPT-076",
            "taken by the address"
        );
        assert_eq!(told(with("district", None)), "district IMPT-075");
        let mut whole_file = with("district", None);
        whole_file
            .defaults
            .insert("district".to_owned(), "411202".to_owned());
        read.check_columns(&whole_file).unwrap();
        let refused = desk
            .staging
            .set_columns(&read, &read.premise(), with("district", None))
            .await;
        assert_eq!(code_of(refused), "district IMPT-075");
        assert_eq!(
            desk.now("a").await.state,
            State::Mapping,
            "what is refused moves nothing"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_finds_its_own_uploads_of_a_register_and_no_others() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let (mine, yours) = (
            registrar(&city, "mine").await,
            registrar(&city, "yours").await,
        );
        let (me, you) = (
            mine.account.clone().unwrap(),
            yours.account.clone().unwrap(),
        );
        let (mine, yours) = (Desk::open(&city.app, mine), Desk::open(&city.app, yours));
        mine.received((SUBJECTS, &unit(1)), "first", &caterers(1))
            .await;
        city.clock.advance_minutes(1);
        mine.received((SUBJECTS, &unit(1)), "second", &caterers(1))
            .await;
        mine.received(
            (Register::Inspectors, &unit(1)),
            "people",
            "code\tname\nP1\t甲\n",
        )
        .await;
        yours
            .received((SUBJECTS, &unit(1)), "other", &caterers(1))
            .await;
        let latest = async |whose: &AccountId, register| -> Vec<String> {
            let found = mine.staging.latest(whose, register).await.unwrap();
            let ids = found.into_iter().map(|import| import.unwrap().stored.id);
            ids.collect()
        };
        assert_eq!(
            latest(&me, SUBJECTS).await,
            ["second", "first"],
            "newest first"
        );
        assert_eq!(latest(&me, Register::Inspectors).await, ["people"]);
        assert_eq!(latest(&you, SUBJECTS).await, ["other"]);
        assert!(
            mine.staging
                .find(Some(&me), "other")
                .await
                .unwrap()
                .is_none()
        );
        assert!(mine.staging.find(None, "first").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inspector_belongs_to_the_unit_his_row_names_or_else_to_the_one_that_imports() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, Importer::operator());
        let text = "code\tname\tunit\tcredential\tvalid_until\n\
                    P1\t检查员甲\t\t411200-0001\t2027-12-31\n\
                    P2\t检查员乙\t环卫处\t411200-0002\t2027-12-31\n\
                    P3\t检查员丙\t没有这个处\t411200-0003\t2027-12-31\n";
        let to = (Register::Inspectors, &unit(1));
        let read = desk.received(to, "people", text).await;
        let seen = desk.compared(&read, read.columns()).await;
        let tally = seen.summary.tally.unwrap();
        assert_eq!((tally.added, tally.bad), (2, 1));
        let faults = &seen.summary.samples.faults;
        assert!(faults.iter().all(|(row, _)| *row == 4), "{faults:?}");
        desk.staging
            .claim(&seen, &seen.premise_to_write(), true)
            .await
            .unwrap();
        let run = Run::awaited();
        desk.staging.apply("people", &run).await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        for (code, belongs) in [("P1", Some(unit(1))), ("P2", Some(unit(4))), ("P3", None)] {
            let code = domain::id::InspectorCode::parse(code).unwrap();
            let found = inspector::by_code(&mut reader, &code).await.unwrap();
            assert_eq!(found.map(|found| found.inspector.unit), belongs, "{code}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_registries_write_for_nothing_is_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, Importer::operator());
        let mut text = "name\tregister_number\tdistrict\taddress\tpools\n".to_owned();
        let written = ["N/A", "null", "NULL", "n/a", "nullarbor"];
        for (number, nothing) in (1..).zip(written) {
            let code = register_number(number);
            text.push_str(&format!(
                "样例餐饮{number:04}店\t{code}\t411202\t {nothing} \t餐饮\n"
            ));
        }
        let read = desk.received((SUBJECTS, &unit(1)), "a", &text).await;
        let mut columns = read.columns();
        let default = BTreeMap::from([("address".to_owned(), "地址不详".to_owned())]);
        columns.defaults.clone_from(&default);
        let seen = desk.compared(&read, columns).await;
        desk.applied(&seen).await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        for (number, nothing) in (1..).zip(written) {
            let found = subject::by_code(&mut reader, &register_number(number))
                .await
                .unwrap();
            let address = found.unwrap().subject.address.map(|text| text.to_string());
            let wanted = if nothing == "nullarbor" {
                nothing
            } else {
                "地址不详"
            };
            assert_eq!(address.as_deref(), Some(wanted), "{nothing}");
        }
    })
    .await;
}

async fn announced(db: &Db) -> Option<Announced> {
    let mut view = db.read().await.unwrap();
    db.announced(&mut view).await.unwrap()
}

/// A clock that goes on by a second whenever it is read, and notes until when a long writer is announced.
struct Noting {
    now_ms: Mutex<i64>,
    db: Db,
    told: Mutex<Vec<i64>>,
}

impl Clock for Noting {
    fn now(&self) -> Instant {
        let mut now = self.now_ms.lock().unwrap();
        *now += 1_000;
        let announced = block_in_place(|| Handle::current().block_on(announced(&self.db)));
        if let Some(announced) = announced {
            self.told.lock().unwrap().push(announced.until_ms);
        }
        Instant::from_unix_ms(*now)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_long_import_is_told_by_how_much_of_it_is_written() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let clock = Arc::new(Noting {
            now_ms: Mutex::new(city.app.clock.now().unix_ms()),
            db,
            told: Mutex::default(),
        });
        let app = App {
            clock: clock.clone(),
            ..city.app.clone()
        };
        let desk = Desk::open(&app, Importer::operator());
        let read = desk
            .received((SUBJECTS, &unit(1)), "a", &caterers(2_500))
            .await;
        let seen = desk.compared(&read, read.columns()).await;
        let begun = clock.now().unix_ms();
        desk.applied(&seen).await.unwrap();
        let ended = clock.now().unix_ms();
        let told = clock.told.lock().unwrap().clone();
        assert!(told.len() > 3, "{told:?}");
        let longest = told.iter().max().unwrap() - begun;
        assert!(longest < 2 * (ended - begun), "{begun} {ended} {told:?}");
        let off = (ended - told.last().unwrap()).abs();
        assert!(
            off <= 2_000,
            "near the end it is known to the second, and the entry's own time is one more reading: {ended} {told:?}"
        );
        assert_eq!(
            announced(&app.db).await,
            None,
            "told no longer than it takes"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_import_may_begin_with_rows_of_which_nothing_is_written() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, Importer::operator());
        let to = (SUBJECTS, &unit(1));
        // More than one reading of rows that are known already, and then enough to be announced.
        for (id, count) in [("a", 600), ("b", 2_700)] {
            let read = desk.received(to, id, &caterers(count)).await;
            let seen = desk.compared(&read, read.columns()).await;
            desk.applied(&seen).await.unwrap();
        }
        let written = desk.now("b").await.summary.written.unwrap();
        assert_eq!((written.added, written.same), (2_100, 600));
        assert_eq!(announced(&city.app.db).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_fetches_the_rows_that_were_refused_is_in_the_log_each_time() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let owner = registrar(&city, "registrar").await;
        let account = owner.account.clone().unwrap();
        let desk = Desk::open(&city.app, owner);
        let fetch = async |import: &Import| {
            let acting = city.acting(&account).await;
            desk.staging.fetch_error_file(&acting, import).await
        };
        let read = desk
            .received((SUBJECTS, &unit(1)), "good", &caterers(2))
            .await;
        let seen = desk.compared(&read, read.columns()).await;
        let before = leaves(&city).await;
        assert_eq!(fetch(&seen).await.unwrap(), ErrorReport::None);
        assert_eq!(leaves(&city).await, before, "there was nothing to fetch");

        let text = format!(
            "{}坏店\t9.1E+17\t411202\t路\t餐饮\n无区店\t\t\t路\t餐饮\n",
            caterers(3)
        );
        let read = desk.received((SUBJECTS, &unit(1)), "bad", &text).await;
        let seen = desk.compared(&read, read.columns()).await;
        for again in 1..=2 {
            let ErrorReport::File(file) = fetch(&seen).await.unwrap() else {
                panic!("two rows are few")
            };
            let file = String::from_utf8(file).unwrap();
            let rows: Vec<&str> = file.lines().filter(|line| line.contains("店\t")).collect();
            assert_eq!(rows.len(), 2, "{file}");
            assert!(rows[0].starts_with("5\t坏店\t9.1E+17") && rows[1].starts_with("6\t无区店"));
            assert_eq!(leaves(&city).await, before + again);
        }
        assert_eq!(newest(&city).await, "import.errors");
        let event = newest_event(&city).await;
        for (name, value) in [
            ("register", "subjects"),
            ("rows", "2"),
            ("source_sha256", seen.summary.file.sha256.as_str()),
        ] {
            assert_eq!(event.facts.get(name).map(String::as_str), Some(value));
        }
        assert_eq!(event.actor.account, Some(account.clone()));

        // The page was open when the right was taken away.
        let acting = city.acting(&account).await;
        let premise = shown(&city, &account).await;
        let grant = acting.grants[0].clone();
        let revoke = city.app.revoke_role(&security, &account, &premise, &grant);
        revoke.await.unwrap();
        let before = leaves(&city).await;
        let refused = desk.staging.fetch_error_file(&acting, &seen).await;
        assert_eq!(code_of(refused), "AUTH-001");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}
