//! A register comes in as a file, in five steps on one address: 选文件 → 对列名 → 预览 → 选择 → 回执.
//!
//! The page of an upload shows whatever its state asks for, so that a reload, a second window or a
//! return after lunch always finds the present step. Work that takes long goes on without the
//! browser. Deliberately absent: reading files (`exchange`), comparing and writing (`app`).

mod file;
mod matching;
mod preview;
mod receipt;
mod step;
mod upload;

pub(super) use file::kind_of_errors;

use app::AppError;
use app::import::{Importer, Register};
use app::staging::Import;
use app::{RowOf, UnreadableRow};
use axum::extract::Path;
use domain::policy::Verb;
use store::StoreError;

use crate::component::{Crumb, Head, Link, Wizard};
use crate::form::Submitted;
use crate::gate::{Flaws, Stop, Visit, WebState};
use crate::layout::WorkbenchPage;
use crate::problem::Problem;
use crate::route::{Route, Who};
use crate::text::Address;

macro_rules! family {
    ($base:literal, $verb:expr) => {{
        let who = Who::Needs($verb);
        [
            Route::get($base, who, "导入名录，选文件", upload::ask),
            Route::upload($base, who, "导入名录，接收文件", upload::receive),
            Route::get(
                concat!($base, "/template.xlsx"),
                who,
                "导入模板（工作簿）",
                file::workbook,
            ),
            Route::get(
                concat!($base, "/template.csv"),
                who,
                "导入模板（CSV）",
                file::csv,
            ),
            Route::get(
                concat!($base, "/{import}"),
                who,
                "一次导入现在的一步",
                step::show,
            ),
            Route::get(
                concat!($base, "/{import}/columns"),
                who,
                "改列名对应",
                matching::ask_again,
            ),
            Route::act(
                concat!($base, "/{import}/columns"),
                who,
                "确认列名，开始比对",
                matching::confirm,
            ),
            Route::act(
                concat!($base, "/{import}/apply"),
                who,
                "写入名录",
                preview::decide,
            ),
            Route::act(
                concat!($base, "/{import}/cancel"),
                who,
                "取消导入",
                step::cancel,
            ),
            Route::act(
                concat!($base, "/{import}/resume"),
                who,
                "继续中断的导入",
                step::resume,
            ),
            Route::get(
                concat!($base, "/{import}/errors.xlsx"),
                who,
                "错误文件",
                file::errors,
            ),
        ]
    }};
}

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(family!("/w/import/subjects", Verb::SubjectImport));
    routes.extend(family!("/w/import/inspectors", Verb::InspectorImport));
    routes
}

/// Which of the two registers this request is about, by its address.
fn register_of(visit: &Visit) -> Register {
    let inspectors = visit.guest.path.starts_with("/w/import/inspectors");
    if inspectors {
        Register::Inspectors
    } else {
        Register::Subjects
    }
}

pub(super) fn home(register: Register) -> Address {
    match register {
        Register::Subjects => Address::fixed("/w/import/subjects"),
        Register::Inspectors => Address::fixed("/w/import/inspectors"),
    }
}

fn list_of(register: Register) -> Address {
    match register {
        Register::Subjects => Address::fixed("/w/subjects"),
        Register::Inspectors => Address::fixed("/w/inspectors"),
    }
}

fn page_of(import: &Import) -> Address {
    home(import.register).child(&import.stored.id)
}

/// The upload of this address, if it is the account's own and of this register; and the right to it.
async fn find(
    web: &WebState,
    visit: &Visit,
    Path(id): Path<String>,
) -> Result<(Importer, Import), Stop> {
    let found = match web.imports()?.find(Some(&visit.acting.account), &id).await {
        Err(error @ AppError::Store(StoreError::Inconsistent { .. })) => {
            let refusal = UnreadableRow::new(RowOf::Imports, id, 0, &error).refusal();
            return Err(Stop::new(Problem::Unread((&refusal).into())));
        }
        found => found?,
    };
    let own = found.filter(|import| import.register == register_of(visit));
    let import = own.ok_or_else(Stop::not_found)?;
    let importer = Importer::of(&visit.acting, import.register, &import.stored.unit)?;
    Ok((importer, import))
}

/// A form that comes again: what was sent, and why it was not carried out.
type Again<'a> = Option<(&'a Submitted, &'a Flaws)>;

/// The frame of every step: title, way here, the five steps with the present one marked.
async fn page(
    web: &WebState,
    visit: &Visit,
    head: Head,
    (now, again): (usize, Option<u16>),
) -> Result<WorkbenchPage, Stop> {
    let register = register_of(visit);
    let mut shell = web.shell(visit).await?;
    shell.frame.refresh_seconds = again;
    let crumb = Crumb::new(vec![Link::new(register.label(), list_of(register))], "导入");
    Ok(WorkbenchPage::new(shell, head)
        .with_crumb(crumb)
        .with(Wizard::import(now)))
}
