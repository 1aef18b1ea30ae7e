//! Work that broke off by a fault of the machine: the reason is kept under a number, and stands under the same number
//! in the record of the server.

use domain::refusal::Code;
use store::StoreError;

use super::{Jobs, KeptRefusal, Run};
use crate::AppError;
use crate::unreadable::place_of;

static FAULT: Code = Code::new(
    "JOBS-008",
    "办到一半出了错，什么也没有写入（编号 {number}）：{why}",
    None,
    "把编号报给运行维护人员：服务端的运行记录里有同一编号的一行。",
);
/// Of a COMMIT that was not answered.
const REFUTED: &str = "数据库没有答复最后一步，随后查明没有写下。";
static STOPPING: Code = Code::new(
    "JOBS-011",
    "程序停止时这件事还在办，结果没有记下。",
    None,
    "程序再启动后看它的结果，写入与否以留痕为准；没有办成的，再办一次。",
);
static UNKEPT: Code = Code::new(
    "JOBS-009",
    "办到一半出了错，当时连结果也没能记下，什么也没有写入。",
    None,
    "多半是数据库当时写不进：请运行维护人员看服务端的运行记录，再办一次。",
);

/// Why work did not end as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The reason, as it is shown.
    pub refusal: KeptRefusal,
    /// False where the program itself broke at it: the same again would break again.
    pub worth_again: bool,
}

impl Jobs {
    /// Gives a fault its number and writes it to the record of the server; what its owner is shown.
    pub(super) fn fault(&self, run: &Run, error: &AppError) -> KeptRefusal {
        // Whatever fails now fails for that; of what came before it nothing can be said here.
        if self.0.app.db.is_closed() {
            return stopping(run);
        }
        let number = store::hex(&self.0.app.entropy.bytes::<4>());
        // One fault, one line, whatever a panic had to say.
        let inside = inside_of(error).replace(char::is_control, " ");
        let job = run.stored();
        tracing::error!(
            "{} {number} {}（{}）：{inside}",
            FAULT.code,
            job.kind,
            job.id
        );
        // It is told where the job is marked, which nobody can once its act stands: so it does not.
        let why = match error {
            AppError::Store(StoreError::CommitUnknown(_)) => REFUTED,
            _ => &inside,
        };
        (&FAULT.refuse(&[("number", &number), ("why", &why)])).into()
    }

    /// What is said of work whose end could not be written down.
    pub(super) fn unkept() -> KeptRefusal {
        (&UNKEPT.refuse(&[])).into()
    }
}

/// Work that the program stopped beside.
fn stopping(run: &Run) -> KeptRefusal {
    let (job, words) = (run.stored(), STOPPING.refuse(&[]));
    let said = format!("{}（{}）：{}", job.kind, job.id, words.sentence);
    tracing::warn!("{} {said}", words.code);
    (&words).into()
}

/// What is wrong, without the value of a column that is not public. What the program stages for itself no audit
/// looks at: of that it is said which row.
fn inside_of(error: &AppError) -> String {
    match error {
        AppError::Store(StoreError::Inconsistent { table, .. }) if is_staging(table) => {
            format!("{}不是本程序写下的样子。", place_of(error))
        }
        AppError::Store(error) => error.recorded(),
        other => other.to_string(),
    }
}

fn is_staging(table: &str) -> bool {
    ["imports", "import_rows", "import_faults", "jobs"].contains(&table)
}
