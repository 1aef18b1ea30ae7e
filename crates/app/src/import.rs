//! A register comes in as a file: every row is read, compared with the register, and written as one
//! event; all rows or, if so chosen, only the good ones.
//!
//! Reading the file itself is `exchange`; staging between preview and decision is `staging`. Here is
//! what both roads (browser and command line) end in.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Act, LinkKind};
use domain::id::{OrgUnitId, SubjectId};
use domain::policy::{Place, Verb};
use domain::refusal::Code;
use domain::subject::{RawSubject, Subject};
use domain::text::{FieldError, FieldErrors};
use store::subject::{self, StoredSubject};
use store::{Reader, StoreError};

use crate::{Acting, App, AppError};

static TWICE: Code = Code::new(
    "IMPT-030",
    "代码 {code} 在文件里已出现在第 {row} 行。",
    None,
    "删去重复的一行；两家确实不同的，核对营业执照上的代码。",
);
static BAD_ROWS: Code = Code::new(
    "IMPT-031",
    "有 {count} 行不能导入，按“全部通过才导入”没有写入任何一行。",
    None,
    "下载错误文件改好后重新导入，或选“只导入正确的行”。",
);

/// What becomes of one row.
#[derive(Clone, Debug)]
pub enum RowVerdict {
    /// Not in the register yet.
    Add(Box<Subject>),
    /// In the register with other contents.
    Update(Box<StoredSubject>, Box<Subject>),
    /// In the register with the same contents.
    Same,
    /// Cannot be read: every error of the row.
    Bad(FieldErrors),
}

/// How many rows became what; the numbers of the receipt equal the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a RowVerdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            match verdict {
                RowVerdict::Add(_) => tally.added += 1,
                RowVerdict::Update(..) => tally.changed += 1,
                RowVerdict::Same => tally.same += 1,
                RowVerdict::Bad(_) => tally.bad += 1,
            }
        }
        tally
    }
}

impl App {
    /// Reads every row and compares it with the register; writes nothing.
    pub async fn judge_subjects(
        &self,
        reader: &mut Reader,
        rows: &[RawSubject],
        source: &str,
    ) -> Result<Vec<RowVerdict>, AppError> {
        let mut read: Vec<Result<Subject, FieldErrors>> = Vec::with_capacity(rows.len());
        let mut first_row: BTreeMap<String, usize> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let id = SubjectId::from_entropy(self.entropy.bytes());
            let subject = row.read(id, source).map(|read| read.subject);
            read.push(subject.and_then(|subject| {
                let Some(code) = subject.code().map(|code| code.to_string()) else {
                    return Ok(subject);
                };
                match first_row.get(&code) {
                    // Line 1 of the file is the header.
                    Some(first) => Err(one("usci", TWICE.field(&[("code", &code), ("row", &(first + 2))]))),
                    None => {
                        first_row.insert(code, at);
                        Ok(subject)
                    }
                }
            }));
        }
        let codes: Vec<String> = first_row.into_keys().collect();
        let known: BTreeMap<String, StoredSubject> = subject::by_codes(reader, &codes)
            .await?
            .into_iter()
            .filter_map(|kept| kept.subject.code().map(|code| (code.to_string(), kept)))
            .collect();
        Ok(read.into_iter().map(|row| verdict(row, &known)).collect())
    }

    /// Imports rows into the register of `unit` as one event. Unless `only_good`, a single bad row
    /// refuses the whole file.
    pub async fn import_subjects(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        rows: &[RawSubject],
        source: &str,
        only_good: bool,
    ) -> Result<Tally, AppError> {
        let actor = acting.may(Verb::SubjectImport, &Place::of(unit))?;
        let mut tx = self.db.begin("subject.import").await?;
        let verdicts = self.judge_subjects(&mut tx, rows, source).await?;
        let tally = Tally::of(&verdicts);
        if tally.bad > 0 && !only_good {
            return Err(BAD_ROWS.refuse(&[("count", &tally.bad)]).into());
        }
        let units: BTreeSet<&OrgUnitId> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                RowVerdict::Update(before, _) => Some(&before.unit),
                _ => None,
            })
            .collect();
        for other in units {
            acting.may(Verb::SubjectEdit, &Place::of(other))?;
        }
        let event = self
            .event(Act::SubjectsImported, actor)
            .touching(LinkKind::Unit, unit.as_str())
            .with("source", source)
            .with("added", tally.added)
            .with("changed", tally.changed)
            .with("same", tally.same)
            .with("bad", tally.bad);
        let mut rec = tx.record(event, self.confidential())?;
        let added = verdicts.iter().filter_map(|verdict| match verdict {
            RowVerdict::Add(subject) => Some(&**subject),
            _ => None,
        });
        let inserted = subject::add_many(&mut rec, unit, added).await?;
        if inserted != tally.added {
            let what = format!("{inserted} rows inserted instead of {}", tally.added);
            return Err(StoreError::Conflict { table: "subjects", what }.into());
        }
        for verdict in &verdicts {
            if let RowVerdict::Update(before, after) = verdict {
                subject::edit(&mut rec, &before.unit, &before.seen, after).await?;
            }
        }
        rec.commit().await?;
        Ok(tally)
    }
}

fn one(field: &'static str, error: FieldError) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.push(field, error);
    errors
}

fn verdict(
    row: Result<Subject, FieldErrors>,
    known: &BTreeMap<String, StoredSubject>,
) -> RowVerdict {
    let subject = match row {
        Ok(subject) => subject,
        Err(errors) => return RowVerdict::Bad(errors),
    };
    let code = subject.code().map(|code| code.to_string());
    let Some(kept) = code.and_then(|code| known.get(&code)) else {
        return RowVerdict::Add(Box::new(subject));
    };
    // The key stays; where the entry came from first is not a difference.
    let after = Subject { id: kept.subject.id.clone(), source: kept.subject.source.clone(), ..subject };
    if after == kept.subject {
        RowVerdict::Same
    } else {
        RowVerdict::Update(Box::new(kept.clone()), Box::new(after))
    }
}
