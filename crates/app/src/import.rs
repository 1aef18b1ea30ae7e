//! A register comes in as a table: every row is read, compared with the register, and written as one
//! event; all rows or, if so chosen, only the good ones.
//!
//! Reading order: `terms` (how rows are read), `judge` (what becomes of each row), `credentials`
//! (whose number a credential has), `prepared` (all of
//! it judged, outside the lock), `write` (the one transaction). Deliberately absent: files
//! (`exchange`) and the road from upload to decision (`staging`).

use std::collections::BTreeMap;

use domain::account::Grant;
use domain::id::{AccountId, OrgUnitId};
use domain::policy::{Place, Reach, Verb};
use domain::refusal::Code;
use domain::subject::RawSubject;
use domain::text::FieldError;
use domain::versioned::Shape;
use serde::{Deserialize, Serialize};
use store::Reader;

use crate::job::Run;
use crate::staging::{Altered, Import};
use crate::{Acting, App, AppError};

mod credentials;
mod entitled;
mod judge;
mod prepared;
mod read_inspector;
mod read_subject;
mod terms;
mod write;

pub use judge::{Entry, Judge, Judged, Kept, RowVerdict};
pub(crate) use terms::Sheet;
pub use terms::Terms;
pub(crate) use write::{By, Closing, Ending, Rows, Written, broken, write};

static BAD_ROWS: Code = Code::new(
    "IMPT-071",
    "有 {count} 行不能导入，按“全部通过才导入”没有写入任何一行。",
    None,
    "下载错误文件改好后重新导入，或选“只导入正确的行”。",
);
static NOTHING_GOOD: Code = Code::new(
    "IMPT-081",
    "没有一行可以导入，名录没有改动。",
    None,
    "下载错误文件改好后重新导入。",
);

/// Which register a file goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Register {
    /// 检查对象名录.
    Subjects,
    /// 执法检查人员名录.
    Inspectors,
}

impl Register {
    /// Both registers.
    pub const ALL: [Self; 2] = [Self::Subjects, Self::Inspectors];

    /// Its stable name, in addresses and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subjects => "subjects",
            Self::Inspectors => "inspectors",
        }
    }

    /// Its name on pages.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Subjects => "检查对象名录",
            Self::Inspectors => "执法检查人员名录",
        }
    }

    /// The register of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|register| register.name() == name)
    }

    /// Its fields with their headings, in printed order.
    #[must_use]
    pub const fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Subjects => domain::subject::COLUMNS,
            Self::Inspectors => domain::inspector::COLUMNS,
        }
    }

    /// The right to import into it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Subjects => Verb::SubjectImport,
            Self::Inspectors => Verb::InspectorImport,
        }
    }

    const fn edit_verb(self) -> Verb {
        match self {
            Self::Subjects => Verb::SubjectEdit,
            Self::Inspectors => Verb::InspectorEdit,
        }
    }
}

/// How the rows of a part are kept until they are written.
pub static STAGED_ROWS: Shape<Vec<StagedRow>> = Shape::new("import_rows.rows", &[]);

/// One row of a file, as it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRow {
    /// The row as the sender's program counts it.
    #[serde(rename = "n")]
    pub number: u64,
    /// What is seen in each cell, empty for an empty one.
    #[serde(rename = "c")]
    pub cells: Vec<String>,
    /// Cells that do not hold what they show, by place: a code that was cut to 15 digits.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<(usize, Flaw)>,
}

/// What is wrong with a cell before its meaning is even asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub why: String,
    /// How to mend it.
    pub remedy: String,
}

impl From<&FieldError> for Flaw {
    fn from(error: &FieldError) -> Self {
        Self {
            code: error.code.to_owned(),
            why: error.sentence.clone(),
            remedy: error.remedy.clone(),
        }
    }
}

/// One mistake of a row, in the words of the error report: 列 · 你填的 · 为什么 · 怎么改.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The heading of the column.
    pub column: String,
    /// What stands there.
    pub given: String,
    /// What is wrong and how to mend it.
    pub flaw: Flaw,
}

impl std::fmt::Display for RowFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Flaw { code, why, remedy } = &self.flaw;
        write!(f, "{}：{why}{remedy}（{code}）", self.column)
    }
}

/// Which column of the file goes into which field, and what is taken where the file has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Place of the column in the file, by field.
    pub places: BTreeMap<String, usize>,
    /// Text for every new entry whose file leaves the field empty, by field.
    pub defaults: BTreeMap<String, String>,
}

/// How many rows became what; the numbers of the receipt equal the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Added.
    pub added: u64,
    /// Changed.
    pub changed: u64,
    /// Left as they were.
    pub same: u64,
    /// Not imported.
    pub bad: u64,
}

impl Tally {
    /// Counts verdicts.
    #[must_use]
    pub fn of(judged: &[Judged]) -> Self {
        let mut tally = Self::default();
        tally.count(judged);
        tally
    }

    /// Counts further verdicts.
    pub fn count(&mut self, judged: &[Judged]) {
        for row in judged {
            match row.verdict {
                RowVerdict::Add(_) => self.added += 1,
                RowVerdict::Update(..) => self.changed += 1,
                RowVerdict::Same => self.same += 1,
                RowVerdict::Bad(_) => self.bad += 1,
            }
        }
    }

    /// Counts what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.same += other.same;
        self.bad += other.bad;
    }

    /// All rows.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.added + self.changed + self.same + self.bad
    }

    /// Refuses what the choice between “all or nothing” and “the good rows” forbids.
    fn allow(&self, only_good: bool) -> Result<(), AppError> {
        if self.bad > 0 && !only_good {
            return Err(BAD_ROWS.refuse(&[("count", &self.bad)]).into());
        }
        if self.bad > 0 && self.bad == self.rows() {
            return Err(NOTHING_GOOD.refuse(&[]).into());
        }
        Ok(())
    }
}

/// Who imports, and whose entries he may change on the way.
#[derive(Clone, Debug)]
pub struct Importer {
    /// The account; none for the command line of the machine.
    pub account: Option<AccountId>,
    /// The units whose entries he may write.
    pub reach: Reach,
}

impl Importer {
    /// An account that may import into the register of `unit`.
    pub fn of(acting: &Acting, register: Register, unit: &OrgUnitId) -> Result<Self, AppError> {
        acting.may(register.verb(), &Place::of(unit))?;
        let reach = acting.reach(register.edit_verb());
        Ok(Self {
            account: Some(acting.account.clone()),
            reach,
        })
    }

    /// Whoever uploaded, as his account and his grants stand now.
    pub(crate) async fn now(
        app: &App,
        reader: &mut Reader,
        import: &Import,
    ) -> Result<Self, AppError> {
        let into = (import.register, &import.stored.unit);
        Self::as_it_stands(app, reader, import.stored.account.as_ref(), into).await
    }

    /// The same for any account; without one, whoever runs the command line.
    async fn as_it_stands(
        app: &App,
        reader: &mut Reader,
        account: Option<&AccountId>,
        (register, unit): (Register, &OrgUnitId),
    ) -> Result<Self, AppError> {
        let Some(account) = account else {
            return Ok(Self::operator());
        };
        let acting = app.still_acting(reader, account).await?;
        Self::of(&acting, register, unit)
    }

    /// Whoever runs the command line on the machine itself.
    #[must_use]
    pub fn operator() -> Self {
        let reach = Reach {
            everything: true,
            ..Reach::default()
        };
        Self {
            account: None,
            reach,
        }
    }

    /// The units into whose register these grants may import.
    #[must_use]
    pub fn units(register: Register, grants: &[Grant]) -> Vec<&OrgUnitId> {
        let may =
            |grant: &&Grant| domain::policy::offers(std::slice::from_ref(*grant), register.verb());
        let mut units: Vec<&OrgUnitId> =
            grants.iter().filter(may).map(|grant| &grant.unit).collect();
        units.sort();
        units.dedup();
        units
    }
}

impl App {
    /// Imports rows that are already in memory (the demo city) into the register of `unit`; the
    /// same road as a file. Unless `only_good`, a single bad row refuses all.
    pub async fn import_subjects(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        rows: &[RawSubject],
        source: &str,
        only_good: bool,
    ) -> Result<Tally, AppError> {
        let fields = Register::Subjects.fields();
        let places = fields
            .iter()
            .zip(0..)
            .map(|((field, _), at)| ((*field).to_owned(), at));
        let columns = Columns {
            places: places.collect(),
            defaults: BTreeMap::new(),
        };
        let staged: Vec<StagedRow> = rows
            .iter()
            // Line 1 of a file is the header.
            .zip(2..)
            .map(|(row, number)| StagedRow {
                number,
                cells: fields.iter().map(|(field, _)| row.get(field)).collect(),
                flaws: Vec::new(),
            })
            .collect();
        let sheet = Sheet {
            register: Register::Subjects,
            unit,
            source: source.to_owned(),
            columns: &columns,
        };
        let run = Run::awaited();
        let ending = Ending {
            only_good,
            run: &run,
            expected: None,
            file_hash: None,
            lines_hash: None,
            beside: None,
            by: By::Account(&acting.account),
        };
        match write(self, &sheet, Rows::Given(&staged), ending).await? {
            Written::Done(tally) | Written::Stale(tally) => Ok(tally),
            Written::Altered => Err(Altered::Lines.refusal().into()),
        }
    }
}
