//! Whether the ids and columns of a frame are names of a version; what was pushed is a name of
//! `shuang/1` already.

use super::{Frame, Row, Rows};
use crate::fault::Fault;
use crate::version::Version;

impl Rows {
    fn ids_outside(&self, version: Version) -> Vec<Fault> {
        let outside = |row: &&Row| !version.allows(row.id);
        let wrong = self.rows.iter().filter(outside);
        wrong
            .filter_map(|row| version.name(row.id.as_str()).err())
            .collect()
    }

    fn texts_outside(
        &self,
        version: Version,
        stratum: impl Fn(&str) -> Result<(), Fault>,
    ) -> Vec<Fault> {
        let strata = self
            .strata
            .texts
            .iter()
            .filter_map(|text| stratum(text).err());
        let statuses = self.statuses.texts.iter();
        let statuses = statuses.filter_map(|text| version.status(text).err());
        let areas = self.areas.texts.iter();
        let areas = areas.filter_map(|text| version.dashed(text).err());
        strata.chain(statuses).chain(areas).collect()
    }
}

impl Frame {
    /// Everything in which ids and columns are outside the grammar of a version, at most one fault per
    /// id and per text of a column.
    pub(crate) fn grammar_faults(&self, version: Version) -> Vec<Fault> {
        let mut faults = self.subjects.ids_outside(version);
        faults.extend(
            self.subjects
                .texts_outside(version, |stratum| version.stratum(stratum).map(drop)),
        );
        faults.extend(self.inspectors.ids_outside(version));
        faults.extend(
            self.inspectors
                .texts_outside(version, |kind| version.dashed(kind).map(drop)),
        );
        let people = self.recusals.iter().flat_map(|(a, b)| [*a, *b]);
        faults.extend(people.filter_map(|id| version.name(id.as_str()).err()));
        faults
    }
}
