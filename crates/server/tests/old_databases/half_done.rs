//! What was left half done in an old database is taken up where it stands: an upload that waits for a decision, one whose
//! columns wait, a form whose session ran out, a recusal whose person has another code by now, the list of jobs.

use std::path::Path;
use std::sync::Arc;

use app::Acting;
use app::import::Register;
use app::job::{JobState, Jobs, Limits};
use app::staging::{Import, Staging, State};
use domain::id::InspectorCode;
use exchange::registers::TableFiles;
use store::Engine;
use testkit::old::OldDatabase;

use crate::stage::{acting, open};

/// The one that has all of it.
const COMMIT: &str = "3e2585e";

async fn uploads(staging: &Staging, registrar: &Acting) -> Vec<Import> {
    let latest = staging
        .latest(&registrar.account, Register::Subjects)
        .await
        .unwrap();
    latest.into_iter().map(Result::unwrap).collect()
}

fn named<'u>(uploads: &'u [Import], name: &str) -> &'u Import {
    let found = uploads
        .iter()
        .find(|import| import.stored.file_name == name);
    found.unwrap_or_else(|| panic!("no upload of {name}"))
}

/// Columns are confirmed where they wait for it, and the sound rows are written.
async fn decided(staging: &Staging, import: &Import) -> Import {
    let (id, owner) = (&import.stored.id, import.stored.account.as_ref());
    if import.state == State::Mapping {
        let columns = import.columns();
        staging
            .confirm(import, &import.premise(), columns)
            .await
            .unwrap();
        staging.settled(id).await;
    }
    let seen = staging.find(owner, id).await.unwrap().unwrap();
    let shown = seen.premise_to_write();
    staging.claim(&seen, &shown, true).await.unwrap();
    staging.start_applying(id).await.unwrap();
    staging.settled(id).await;
    staging.find(owner, id).await.unwrap().unwrap()
}

async fn uploads_go_on(jobs: &Jobs, registrar: &Acting, folder: &Path) {
    let tables = Arc::new(TableFiles::new(env!("CARGO_BIN_EXE_mingqian").into()));
    let staging = Staging::new(jobs, &folder.join("uploads"), tables);
    jobs.recover().await.unwrap();
    staging.recover().await.unwrap();
    let left = uploads(&staging, registrar).await;
    assert_eq!(named(&left, "已导入.csv").state, State::Done);
    for (name, state, rows, bad) in [
        ("待决定.csv", State::Previewed, 27, 3),
        ("待对列名.csv", State::Mapping, 5, 0),
    ] {
        let import = named(&left, name);
        assert_eq!(import.state, state, "{name}");
        let done = decided(&staging, import).await;
        assert_eq!(
            done.state,
            State::Done,
            "{name}: {:?}",
            done.summary.refusal
        );
        let written = done.summary.written.unwrap();
        assert_eq!((written.added, written.bad), (rows, bad), "{name}");
    }
}

async fn lists_its_jobs(jobs: &Jobs, registrar: &Acting) {
    let kinds = ["import.read", "import.compare", "import.apply"];
    let listed = jobs.latest(&registrar.account, &kinds).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(Result::unwrap).collect();
    assert_eq!(listed.len(), 6);
    assert!(listed.iter().all(|job| job.state == JobState::Done));
}

async fn told(engine: Engine) {
    let old = OldDatabase::unpack(COMMIT, engine);
    // Restored from what a backup has to hold: keys, database, contents.
    std::fs::remove_dir_all(old.folder().join("uploads")).unwrap();
    let app = open(&old).await;
    let registrar = acting(&app, "registrar").await;
    let folder = old.folder();
    let jobs = Jobs::new(app.clone(), &folder.join("jobs"), Limits::default());

    lists_its_jobs(&jobs, &registrar).await;
    uploads_go_on(&jobs, &registrar, &folder).await;

    let mut reader = app.db.read().await.unwrap();
    let draft = store::session::draft(&mut reader, &registrar.account, "/w/subjects/new").await;
    let (typed, _) = draft.unwrap().unwrap();
    // 样例未写完的店
    let name = "name=%E6%A0%B7%E4%BE%8B%E6%9C%AA%E5%86%99%E5%AE%8C%E7%9A%84%E5%BA%97";
    assert!(typed.contains(name), "{typed}");
    let recusals = store::inspector::recusals(&mut reader).await.unwrap();
    let [own] = recusals.as_slice() else {
        panic!("{recusals:?}")
    };
    assert_eq!(own.recusal.inspector, InspectorCode::parse("F091").unwrap());
    assert_eq!(
        own.recusal.note.as_deref(),
        Some("样例说明：亲属开的店"),
        "opened with the person's key"
    );
    drop(reader);
    assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    app.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_half_done_on_sqlite_is_taken_up() {
    told(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_half_done_on_postgres_is_taken_up() {
    told(Engine::Postgres).await;
}
