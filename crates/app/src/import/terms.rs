//! How the rows of one file are read: which column is which field, for which register and unit.

use std::collections::HashMap;

use domain::id::OrgUnitId;
use domain::org::OrgUnit;
use domain::policy::Reach;
use domain::text::{FieldError, FieldErrors};
use store::{Reader, StoreError, org};

use super::{Columns, Register, RowFault, StagedRow};

/// How the rows of one file are read.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Which register they go into.
    pub register: Register,
    /// The unit whose register it is.
    pub unit: OrgUnitId,
    /// Where they come from, as kept with each entry.
    pub source: String,
    /// The units whose entries may be written.
    pub reach: Reach,
    pub(super) units: HashMap<String, OrgUnitId>,
    pub(super) names: HashMap<OrgUnitId, String>,
    fields: Vec<FieldRule>,
}

#[derive(Clone, Debug)]
struct FieldRule {
    field: &'static str,
    label: &'static str,
    place: Option<usize>,
    default: Option<String>,
}

/// What of the terms is the file's own; the rest is read in the view that its rows are judged in.
pub(crate) struct Sheet<'s> {
    /// Which register the rows go into.
    pub(crate) register: Register,
    /// The unit whose register it is.
    pub(crate) unit: &'s OrgUnitId,
    /// Where they come from, as kept with each entry.
    pub(crate) source: String,
    /// Its columns, as matched.
    pub(crate) columns: &'s Columns,
}

impl Sheet<'_> {
    /// The terms with the units of this view.
    pub(crate) async fn terms(&self, view: &mut Reader, reach: Reach) -> Result<Terms, StoreError> {
        let units = org::units(view).await?;
        let key = (self.register, self.unit.clone());
        Ok(Terms::new(key, &self.source, self.columns, reach, &units))
    }
}

impl Terms {
    /// The terms of a file whose columns were matched.
    #[must_use]
    pub fn new(
        (register, unit): (Register, OrgUnitId),
        source: &str,
        columns: &Columns,
        reach: Reach,
        units: &[OrgUnit],
    ) -> Self {
        let rule = |(field, label): &(&'static str, &'static str)| FieldRule {
            field,
            label,
            place: columns.places.get(*field).copied(),
            default: columns.defaults.get(*field).cloned(),
        };
        Self {
            register,
            unit,
            source: source.to_owned(),
            reach,
            units: units
                .iter()
                .map(|unit| (unit.name.clone(), unit.id.clone()))
                .collect(),
            names: units
                .iter()
                .map(|unit| (unit.id.clone(), unit.name.clone()))
                .collect(),
            fields: register.fields().iter().map(rule).collect(),
        }
    }

    /// What stands in the file for each mapped field, blanks left out.
    pub(super) fn given<'a>(
        &'a self,
        row: &'a StagedRow,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.fields.iter().filter_map(|rule| {
            let text = given_at(rule, row);
            (!text.is_empty()).then_some((rule.field, text))
        })
    }

    /// Defaults for fields that the row leaves empty.
    pub(super) fn missing<'a>(
        &'a self,
        row: &'a StagedRow,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.fields.iter().filter_map(|rule| {
            let default = rule
                .default
                .as_deref()
                .filter(|_| given_at(rule, row).is_empty());
            default.map(|text| (rule.field, text))
        })
    }

    /// A mistake of a field in the words of the report.
    pub(super) fn fault(&self, row: &StagedRow, field: &str, error: &FieldError) -> RowFault {
        let rule = self.fields.iter().find(|rule| rule.field == field);
        RowFault {
            column: rule.map_or(field, |rule| rule.label).to_owned(),
            given: rule.map_or("", |rule| given_at(rule, row)).to_owned(),
            flaw: error.into(),
        }
    }

    /// Every mistake of a row, field by field.
    pub(super) fn faults(&self, row: &StagedRow, errors: &FieldErrors) -> Vec<RowFault> {
        errors
            .iter()
            .map(|(field, error)| self.fault(row, field, error))
            .collect()
    }

    /// Mapped cells that do not hold what they show.
    pub(super) fn flaws(&self, row: &StagedRow) -> Vec<RowFault> {
        let mapped = |place: usize| self.fields.iter().find(|rule| rule.place == Some(place));
        row.flaws
            .iter()
            .filter_map(|(place, flaw)| {
                mapped(*place).map(|rule| RowFault {
                    column: rule.label.to_owned(),
                    given: row.cells.get(*place).cloned().unwrap_or_default(),
                    flaw: flaw.clone(),
                })
            })
            .collect()
    }
}

/// The text of a cell; what registries write for “nothing” is nothing.
fn given_at<'a>(rule: &FieldRule, row: &'a StagedRow) -> &'a str {
    let text = rule
        .place
        .and_then(|place| row.cells.get(place))
        .map_or("", |text| text.trim());
    if text.eq_ignore_ascii_case("n/a") || text.eq_ignore_ascii_case("null") {
        ""
    } else {
        text
    }
}
