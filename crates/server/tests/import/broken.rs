//! Work that broke off and rows that cannot be read: the reason is kept and said, the others go on, and nobody is
//! offered a way that leads nowhere.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use app::import::Register;
use app::job::{JobState, Jobs, Limits};
use app::staging::port::{ErrorFile, Found, RowSink, Tables, TemplateForm};
use app::staging::{Staging, State};
use axum::http::StatusCode;
use domain::refusal::Refusal;
use store::Db;
use store::import::{self, Lot, StoredImport};
use testkit::city::unit;
use testkit::engines::{PostgresDatabase, admin, on_both, upgrade};

use crate::office::{Clerk, Office, SUBJECTS, caterers};

/// The record of the server, as it would stand on stderr.
#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<u8>>>);

impl io::Write for Record {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Record {
    fn begin() -> Self {
        let record = Self::default();
        let to = record.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || to.clone());
        lines.init();
        record
    }

    fn line(&self, mark: &str) -> Option<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .find(|line| line.contains(mark))
            .map(str::to_owned)
    }
}

/// The number that stands behind JOBS-008 on a page.
fn number_on(page: &str) -> String {
    let (_, rest) = page.split_once("（编号 ").unwrap();
    let number: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(number.len(), 8, "{page}");
    number
}

async fn planted(office: &Office, clerk: &Clerk, id: &str, summary: &str) {
    let row = StoredImport {
        id: id.to_owned(),
        account: Some(clerk.account.clone()),
        unit: unit(2),
        register: Register::Subjects.name().to_owned(),
        file_name: "名录.csv".to_owned(),
        state: State::Applying.name().to_owned(),
        done_rows: 0,
        summary: summary.to_owned(),
        started_at_ms: office.city.app.clock.now().unix_ms(),
        updated_at_ms: office.city.app.clock.now().unix_ms(),
    };
    let mut scratch = office.city.app.db.scratch().await.unwrap();
    import::begin(&mut scratch.inside(), &row).await.unwrap();
    scratch.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_cannot_be_read_is_named_and_the_others_are_put_in_order() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let (good, bad) = ("a".repeat(32), "b".repeat(32));
        planted(&office, &clerk, &good, "{}").await;
        planted(&office, &clerk, &bad, "{\"rows\":\"甲乙丙\"}").await;
        assert_eq!(office.staging.recover().await.unwrap(), 1);
        let good = format!("{SUBJECTS}/{good}");
        assert_eq!(clerk.state(&good).await, State::Interrupted);
        let list = clerk.get(SUBJECTS).await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(
            list.shows("读不出") && list.shows(&good) && list.shows(&bad),
            "{}",
            list.text
        );
        let at = format!("{SUBJECTS}/{bad}");
        let page = clerk.get(&at).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(
            page.shows("IMPT-086") && page.shows("表 imports 列 summary"),
            "{}",
            page.text
        );
        let other = office.clerk("kucun2", &[]).await;
        let page = other.get(&at).await;
        assert!(!page.shows("summary"), "nobody sees another's");
        office.city.clock.advance_minutes(60 * 24 * 60);
        office.staging.recover().await.unwrap();
        let mut reader = office.city.app.db.read().await.unwrap();
        let left = import::get(&mut reader, &bad).await.unwrap();
        assert!(left.is_none(), "it expires like any other");
    })
    .await;
}

/// The rows of an upload go behind the back of the program.
async fn loses_its_rows(office: &Office, at: &str) {
    let id = at.rsplit('/').next().unwrap();
    let mut scratch = office.city.app.db.scratch().await.unwrap();
    import::drop_rows(&mut scratch.inside(), Lot::Rows, id)
        .await
        .unwrap();
    scratch.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_broke_for_good_says_why_under_a_number_and_offers_no_way_on() {
    let record = Record::begin();
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let office = Office::open(db).await;
    let clerk = office.registrar().await;
    let at = clerk.upload("a.csv", &caterers(1, 20)).await;
    loses_its_rows(&office, &at).await;
    admin(
        server.url(),
        "ALTER TABLE import_faults RENAME TO import_faults_away",
    );
    clerk.confirm(&at, &[("all-district", "411202")]).await;
    let page = clerk.get(&at).await;
    assert!(page.shows("JOBS-008"), "{}", page.text);
    assert!(!page.shows("程序中途停止过"), "it did not: {}", page.text);
    let line = record.line(&number_on(&page.text)).unwrap();
    assert!(
        line.contains("JOBS-008") && line.contains("import.compare"),
        "{line}"
    );
    let resume = format!("{at}/resume");
    assert!(!page.shows(&resume), "{}", page.text);
    assert!(page.shows("重新选文件") && page.shows("取消导入"));
    // Nor by an old page.
    let fields = ["_token", "_once", "_premise"].map(|name| (name, page.input(name)));
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let sent = clerk.post(&resume, &fields).await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    assert!(sent.shows("IMPT-087"), "{}", sent.text);
    admin(
        server.url(),
        "ALTER TABLE import_faults_away RENAME TO import_faults",
    );
    clerk.press(&page, &format!("{at}/cancel"), &[]).await;
    assert_eq!(clerk.state(&at).await, State::Cancelled);
    assert_eq!(office.subjects().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_rows_went_before_they_were_compared_is_refused_as_altered() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 20)).await;
        loses_its_rows(&office, &at).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let page = clerk.get(&at).await;
        assert!(page.shows("IMPT-088"), "{}", page.text);
        assert!(!page.shows(&format!("{at}/resume")) && page.shows("重新选文件"));
        assert_eq!(clerk.state(&at).await, State::Refused);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_rows_went_while_the_program_was_stopped_offers_no_way_on() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 20)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let import = clerk.import(&at).await;
        let shown = import.premise_to_write();
        office.staging.claim(&import, &shown, true).await.unwrap();
        loses_its_rows(&office, &at).await;
        assert_eq!(office.staging.recover().await.unwrap(), 1);
        let page = clerk.get(&at).await;
        assert!(page.shows("程序中途停止过"), "{}", page.text);
        assert!(!page.shows(&format!("{at}/resume")), "{}", page.text);
        assert!(page.shows("接不下去"), "{}", page.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_once_what_broke_it_is_mended() {
    let record = Record::begin();
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let office = Office::open(db).await;
    let clerk = office.registrar().await;
    let at = clerk.upload("a.csv", &caterers(1, 20)).await;
    admin(
        server.url(),
        "ALTER TABLE import_faults RENAME TO import_faults_away",
    );
    clerk.confirm(&at, &[("all-district", "411202")]).await;
    let page = clerk.get(&at).await;
    assert!(
        page.shows("JOBS-008") && page.shows("STOR-503"),
        "{}",
        page.text
    );
    assert!(!page.shows("程序中途停止过"), "{}", page.text);
    let line = record.line(&number_on(&page.text)).unwrap();
    assert!(
        line.contains("STOR-503") && line.contains("import_faults"),
        "{line}"
    );
    admin(
        server.url(),
        "ALTER TABLE import_faults_away RENAME TO import_faults",
    );
    clerk.press(&page, &format!("{at}/resume"), &[]).await;
    clerk.settle(&at).await;
    assert_eq!(clerk.get(&at).await.counts(), [20, 0, 0, 0]);
    office.city.app.db.close().await;
}

/// A reader of tables that has an error of its own.
struct Breaking;

impl Tables for Breaking {
    fn read(&self, _: Register, _: &Path, _: &mut RowSink<'_>) -> Result<Found, Refusal> {
        panic!("a fault of the program")
    }

    fn error_file(&self, _: &[String]) -> Result<Box<dyn ErrorFile>, Refusal> {
        unreachable!("no story asks for it")
    }

    fn template(&self, _: Register, _: TemplateForm) -> Result<Vec<u8>, Refusal> {
        unreachable!("no story asks for it")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_program_itself_broke_the_same_is_not_offered_again() {
    let record = Record::begin();
    on_both(|db| {
        let record = record.clone();
        async move {
            let office = Office::open(db).await;
            let clerk = office.registrar().await;
            let at = crate::restart::received_only(&clerk).await;
            let folder = office.uploads();
            let jobs = Jobs::new(office.city.app.clone(), &folder, Limits::default());
            let staging = Staging::new(&jobs, &folder, Arc::new(Breaking));
            let id = at.rsplit('/').next().unwrap();
            staging.start_reading(id).await.unwrap();
            staging.settled(id).await;
            let ended = jobs.latest(&clerk.account, &["import.read"]).await;
            let ended = ended.unwrap().remove(0).unwrap();
            assert_eq!(ended.state, JobState::Interrupted);
            let kept = ended.outcome.refusal.unwrap();
            assert_eq!(kept.code, "JOBS-008");
            let page = clerk.get(&at).await;
            assert!(page.shows(&number_on(&kept.sentence)), "{}", page.text);
            assert!(!page.shows(&format!("{at}/resume")), "{}", page.text);
            assert!(page.shows("重新选文件"), "{}", page.text);
            assert!(record.line(&number_on(&page.text)).is_some());
        }
    })
    .await;
}
