//! An upload of one row, at any of its steps, for stories about what its pages and buttons do.

use std::path::Path;
use std::sync::Arc;

use app::App;
use app::import::{Importer, Register, StagedRow};
use app::job::{Jobs, Limits, Run};
use app::staging::port::{ErrorFile, Found, RowSink, Tables, TemplateForm};
use app::staging::{Staging, State};
use domain::account::Role;
use domain::id::AccountId;
use domain::refusal::{Code, Refusal};
use testkit::city::{City, caterer, register_number, unit};

static NONE: Code = Code::new("TEST-002", "这里不读别的。", None, "");

/// Whatever the file is, it holds one sound row.
struct OneRow;

impl Tables for OneRow {
    fn read(&self, register: Register, _: &Path, sink: &mut RowSink<'_>) -> Result<Found, Refusal> {
        let cells = match register {
            Register::Subjects => vec![
                ("name", "样例餐饮0901店".to_owned()),
                ("register_number", register_number(901)),
                ("district", "411202".to_owned()),
                ("pools", caterer(901).pools),
            ],
            Register::Inspectors => vec![
                ("code", "P901".to_owned()),
                ("name", "检查员甲".to_owned()),
                ("credential", "411200-0901".to_owned()),
                ("valid_until", "2027-12-31".to_owned()),
            ],
        };
        let names: Vec<String> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        sink(StagedRow {
            number: 2,
            cells: cells.into_iter().map(|(_, cell)| cell).collect(),
            flaws: Vec::new(),
        })?;
        Ok(Found {
            places: names.iter().cloned().zip(0..).collect(),
            names,
            header_row: 1,
            rows: 1,
            ..Found::default()
        })
    }

    fn error_file(&self, _: &[String]) -> Result<Box<dyn ErrorFile>, Refusal> {
        Err(NONE.refuse(&[]))
    }

    fn template(&self, _: Register, _: TemplateForm) -> Result<Vec<u8>, Refusal> {
        Err(NONE.refuse(&[]))
    }
}

/// Brings an upload of that registrar to that step, beside the site; its key.
#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
pub async fn uploaded(city: &City, owner: &AccountId, register: Register, to: State) -> String {
    let folder = tempfile::tempdir().unwrap();
    let app: App = city.app.clone();
    let jobs = Jobs::new(app, &folder.path().join("jobs"), Limits::default());
    let staging = Staging::new(&jobs, &folder.path().join("uploads"), Arc::new(OneRow));
    let acting = city.acting(owner).await;
    assert!(
        acting
            .grants
            .iter()
            .any(|grant| grant.role == Role::Registrar)
    );
    let importer = Importer::of(&acting, register, &unit(1)).unwrap();
    let id = format!("{}-{}", register.name(), to.name());
    let mut incoming = staging.incoming().await.unwrap();
    incoming.write(b"a row").await.unwrap();
    let place = (register, &unit(1));
    let taken = staging.accept(&importer, place, &id, "样例.csv", incoming);
    assert!(taken.await.unwrap().fresh);
    let now = async || staging.find(Some(owner), &id).await.unwrap().unwrap();
    if to != State::Reading {
        staging.read(&id, &Run::awaited()).await.unwrap();
    }
    if !matches!(to, State::Reading | State::Mapping) {
        let read = now().await;
        let (shown, columns) = (read.premise(), read.columns());
        let set = staging.set_columns(&read, &shown, columns);
        set.await.unwrap();
    }
    if to == State::Previewed {
        staging.compare(&id, &Run::awaited()).await.unwrap();
    }
    if to == State::Interrupted {
        staging.recover().await.unwrap();
    }
    assert_eq!(now().await.state, to);
    id
}
