//! Second piece of long work: the columns are confirmed and every row is compared with the register.
//! Nothing but staging is written.

use domain::premise::Premise;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::versioned::Shape;
use serde::{Deserialize, Serialize};
use store::import::{self, Lot};
use store::{Reader, StoreError};

use super::step::Step;
use super::{Altered, Import, LinesHash, Samples, Staging, State, Summary};
use crate::AppError;
use crate::import::{
    Columns, Importer, Judge, Judged, RowFault, RowVerdict, Rows, Sheet, StagedRow, Tally,
};
use crate::job::Run;

static NO_COLUMN: Code = Code::new(
    "IMPT-075",
    "没有指明哪一列是“{field}”，也没有填统一的值。",
    None,
    "选出这一列，或为整个文件填一个值。",
);
static SAME_COLUMN: Code = Code::new(
    "IMPT-076",
    "“{first}”和“{second}”选了同一列。",
    None,
    "每个项目选不同的列，没有的选“文件里没有”。",
);
static NO_SUCH_COLUMN: Code = Code::new("IMPT-077", "文件里没有这一列。", None, "重新选择一列。");

/// How the rows of a part that cannot be imported are kept.
pub static BAD_ROWS: Shape<Vec<BadRow>> = Shape::new("import_faults.rows", &[]);

/// A row that cannot be imported, with every mistake in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// The row.
    pub row: StagedRow,
    /// Its mistakes.
    pub faults: Vec<RowFault>,
}

impl Import {
    /// Checks a choice of columns; every mistake at its field.
    pub fn check_columns(&self, columns: &Columns) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        let fields = self.register.fields();
        let label = |field: &str| {
            fields
                .iter()
                .find(|(name, _)| *name == field)
                .map_or("", |(_, label)| *label)
        };
        for (at, (field, _)) in fields.iter().enumerate() {
            let Some(place) = columns.places.get(*field) else {
                continue;
            };
            if *place >= self.summary.names.len() {
                errors.push(field, NO_SUCH_COLUMN.field(&[]));
            }
            let twin = fields[..at]
                .iter()
                .find(|(other, _)| columns.places.get(*other) == Some(place));
            if let Some((other, _)) = twin {
                let facts: [domain::refusal::Fact<'_>; 2] =
                    [("first", &label(other)), ("second", &label(field))];
                errors.push(field, SAME_COLUMN.field(&facts));
            }
        }
        for (field, label) in fields {
            let wanted = Staging::required_fields(self.register).contains(field);
            let given =
                columns.places.contains_key(*field) || columns.defaults.contains_key(*field);
            if wanted && !given {
                errors.push(field, NO_COLUMN.field(&[("field", label)]));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

impl Staging {
    /// Confirms the columns and compares in the background.
    pub async fn confirm(
        &self,
        import: &Import,
        shown: &Premise,
        columns: Columns,
    ) -> Result<(), AppError> {
        self.set_columns(import, shown, columns).await?;
        self.start(Step::Compare, &import.stored.id).await
    }

    /// Keeps the confirmed columns; the upload is then ready to be compared.
    pub async fn set_columns(
        &self,
        import: &Import,
        shown: &Premise,
        columns: Columns,
    ) -> Result<(), AppError> {
        import.require_shown(shown)?;
        import.require_sound()?;
        import.require(&[State::Mapping, State::Previewed])?;
        import.check_columns(&columns)?;
        let summary = Summary {
            columns: Some(columns),
            tally: None,
            samples: Samples::default(),
            stale: false,
            refusal: None,
            ..import.summary.clone()
        };
        let to = import.moved(State::Comparing, 0, &summary, self.now_ms());
        self.advance(import, to).await
    }

    /// Compares every row with the register and keeps counts, first rows and faults.
    pub async fn compare(&self, id: &str, run: &Run) -> Result<(), AppError> {
        let import = self.load(id).await?;
        import.require(&[State::Comparing])?;
        if !import.is_sound() {
            return self.end_altered(&import, Altered::Row).await;
        }
        run.enter("与名录比对", Some(import.summary.rows));
        let columns = import.columns();
        let mut view = self.app.db.read().await?;
        let importer = Importer::now(&self.app, &mut view, &import).await?;
        let terms = import
            .sheet(&columns)
            .terms(&mut view, importer.reach)
            .await?;
        self.forget_faults(id).await?;
        let frozen = self.app.frozen_names(&mut view).await?;
        let mut judge = Judge::new(&terms, &*self.app.entropy, &frozen);
        let mut tally = Tally::default();
        let mut samples = Samples::default();
        let rows = Rows::Staged(id);
        let (mut lines, mut faults) = (LinesHash::default(), LinesHash::default());
        let mut ordinal = 0;
        while let Some(part) = rows.part(&mut view, ordinal, &mut lines).await? {
            run.checkpoint()?;
            let judged = judge.part(&mut view, &part).await?;
            tally.count(&judged);
            samples.take(&part, &judged);
            self.keep_faults((id, ordinal), part, judged, &mut faults)
                .await?;
            run.reach(tally.rows());
            ordinal += 1;
        }
        if lines.hex() != import.summary.rows_sha256 {
            return self.end_altered(&import, Altered::Lines).await;
        }
        if tally.rows() != import.summary.rows {
            let why = format!(
                "有 {} 行，读入时是 {} 行",
                tally.rows(),
                import.summary.rows
            );
            let lost = StoreError::Inconsistent {
                table: "import_rows".to_owned(),
                column: "rows".to_owned(),
                row: id.to_owned(),
                why,
            };
            return Err(lost.into());
        }
        let summary = Summary {
            tally: Some(tally),
            samples,
            faults_sha256: faults.hex(),
            ..import.summary.clone()
        };
        let to = import.moved(State::Previewed, tally.rows(), &summary, self.now_ms());
        self.advance(&import, to).await
    }

    async fn forget_faults(&self, id: &str) -> Result<(), AppError> {
        let mut scratch = self.app.db.scratch().await?;
        import::drop_rows(&mut scratch.inside(), Lot::Faults, id).await?;
        Ok(scratch.commit().await?)
    }

    async fn keep_faults(
        &self,
        (id, ordinal): (&str, i64),
        rows: Vec<StagedRow>,
        judged: Vec<Judged>,
        hash: &mut LinesHash,
    ) -> Result<(), AppError> {
        let bad: Vec<BadRow> = rows
            .into_iter()
            .zip(judged)
            .filter_map(|(row, judged)| match judged.verdict {
                RowVerdict::Bad(faults) => Some(BadRow { row, faults }),
                _ => None,
            })
            .collect();
        if bad.is_empty() {
            return Ok(());
        }
        let text = BAD_ROWS
            .write(&bad)
            .map_err(|error| crate::import::broken(&error))?;
        hash.take(ordinal, &text);
        let mut scratch = self.app.db.scratch().await?;
        import::add_rows(&mut scratch.inside(), Lot::Faults, id, ordinal, &text).await?;
        Ok(scratch.commit().await?)
    }

    /// The bad rows of the first part after `ordinal` that has any, with its number.
    pub(super) async fn bad_rows(
        &self,
        reader: &mut Reader,
        (id, ordinal): (&str, i64),
        hash: &mut LinesHash,
    ) -> Result<Option<(i64, Vec<BadRow>)>, AppError> {
        let Some((at, text)) = import::next_rows(reader, Lot::Faults, id, ordinal).await? else {
            return Ok(None);
        };
        hash.take(at, &text);
        let rows = BAD_ROWS.read(&text);
        let rows = rows.map_err(|why| StoreError::unreadable("import_faults", "rows", id, why))?;
        Ok(Some((at, rows)))
    }
}

impl Import {
    /// How its rows are read, but for what the registers say.
    pub(super) fn sheet<'s>(&'s self, columns: &'s Columns) -> Sheet<'s> {
        Sheet {
            register: self.register,
            unit: &self.stored.unit,
            source: format!("导入：{}", self.stored.file_name),
            columns,
        }
    }

    /// The columns as confirmed, else as recognized by their names.
    #[must_use]
    pub fn columns(&self) -> Columns {
        let recognized = || Columns {
            places: self.summary.recognized.clone(),
            ..Columns::default()
        };
        self.summary.columns.clone().unwrap_or_else(recognized)
    }
}
