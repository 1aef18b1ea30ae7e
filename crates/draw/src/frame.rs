//! The sampling frame (名录快照): subjects, inspectors and recusals as they stood at T1.
//!
//! A row is 38 bytes with its id inline, so that three million subjects fit beside their hashes.
//! Rows may be pushed in any order: the frame is put into the order (id, stratum) before anything
//! is computed. Deliberately absent: names, addresses, scores. The draw knows opaque codes only.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use crate::fault::{Code, Fault};
use crate::leaf::LeafFields;
use crate::name::{Status, Stratum, Token};
use crate::parallel;

/// One row; stratum, status and area are indices into the tables of its [`Rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) id: Token,
    pub(crate) stratum: u16,
    pub(crate) status: u16,
    pub(crate) area: u16,
}

/// Distinct texts of a column, with the place of the last hit, since neighbours repeat.
#[derive(Clone, Debug, Default)]
struct Column {
    texts: Vec<String>,
    places: HashMap<String, u16>,
    last: u16,
}

impl Column {
    /// Validates a text unless it is known already, before anything is changed.
    fn check<T: std::str::FromStr<Err = Fault>>(&self, text: &str) -> Result<(), Fault> {
        let last = self.texts.get(usize::from(self.last));
        match last.is_some_and(|last| last == text) || self.places.contains_key(text) {
            true => Ok(()),
            false => text.parse::<T>().map(drop),
        }
    }

    fn intern(&mut self, text: &str) -> Result<u16, Fault> {
        if self
            .texts
            .get(usize::from(self.last))
            .is_some_and(|last| last == text)
        {
            return Ok(self.last);
        }
        if let Some(place) = self.places.get(text) {
            self.last = *place;
            return Ok(*place);
        }
        let place = u16::try_from(self.texts.len())
            .map_err(|_| Fault::new(Code::TOO_MANY_NAMES, "", "分层、状态或片区的种类过多。"))?;
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        self.last = place;
        Ok(place)
    }
}

/// Rows of one kind with the tables of their columns.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(crate) rows: Vec<Row>,
    strata: Column,
    statuses: Column,
    areas: Column,
    parsed: Vec<Status>,
}

/// A row with its columns resolved.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    /// The register id.
    pub id: Token,
    /// The stratum.
    pub stratum: &'a str,
    /// The status.
    pub status: Status,
    /// The status as text.
    pub status_text: &'a str,
    /// The area, or `-`.
    pub area: &'a str,
}

impl Rows {
    /// Appends a row; every column is validated.
    ///
    /// # Errors
    /// A column outside its grammar, or more than 65,535 distinct texts in a column.
    pub fn push(&mut self, id: &str, stratum: &str, status: &str, area: &str) -> Result<(), Fault> {
        let id: Token = id.parse()?;
        self.strata.check::<Stratum>(stratum)?;
        self.statuses.check::<Status>(status)?;
        self.areas.check::<Token>(area)?;
        if self.rows.len() >= u32::MAX as usize {
            return Err(Fault::new(Code::TOO_MANY_ROWS, "", "名录行数过多。"));
        }
        let row = Row {
            id,
            stratum: self.strata.intern(stratum)?,
            status: self.statuses.intern(status)?,
            area: self.areas.intern(area)?,
        };
        if self.parsed.len() < self.statuses.texts.len() {
            self.parsed.push(status.parse()?);
        }
        self.rows.push(row);
        Ok(())
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Reserves room for so many more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// The rows in their present order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowView<'_>> {
        self.rows.iter().map(|row| self.view(*row))
    }

    pub(crate) fn view(&self, row: Row) -> RowView<'_> {
        RowView {
            id: row.id,
            stratum: &self.strata.texts[usize::from(row.stratum)],
            status: self.parsed[usize::from(row.status)],
            status_text: &self.statuses.texts[usize::from(row.status)],
            area: &self.areas.texts[usize::from(row.area)],
        }
    }

    pub(crate) fn stratum(&self, place: u16) -> &str {
        &self.strata.texts[usize::from(place)]
    }

    /// Per area of the table, whether it passes a test.
    pub(crate) fn areas_that(&self, test: impl Fn(&str) -> bool) -> Vec<bool> {
        self.areas.texts.iter().map(|area| test(area)).collect()
    }

    pub(crate) fn status(&self, row: Row) -> Status {
        self.parsed[usize::from(row.status)]
    }

    /// How many `draw` rows each occurring stratum has, ascending bytewise: the pools N.
    #[must_use]
    pub fn pools(&self) -> Vec<(Stratum, u64)> {
        let mut counts = vec![0; self.strata.texts.len()];
        for row in &self.rows {
            counts[usize::from(row.stratum)] += u64::from(self.status(*row).is_draw());
        }
        let mut pools: Vec<_> = self
            .strata
            .texts
            .iter()
            .map(|text| text.parse().expect("validated when pushed"))
            .zip(counts)
            .collect();
        pools.sort();
        pools
    }

    /// Puts the rows into the order (id, stratum); the index of a stratum becomes its rank.
    pub(crate) fn canonical(&mut self, threads: NonZeroUsize) {
        let mut order: Vec<u16> = (0u16..).take(self.strata.texts.len()).collect();
        order.sort_by(|a, b| {
            self.strata.texts[usize::from(*a)].cmp(&self.strata.texts[usize::from(*b)])
        });
        let mut rank = vec![0u16; order.len()];
        for (new, old) in (0u16..).zip(&order) {
            rank[usize::from(*old)] = new;
        }
        for row in &mut self.rows {
            row.stratum = rank[usize::from(row.stratum)];
        }
        self.strata.texts.sort();
        self.strata.places = self.strata.texts.iter().cloned().zip(0u16..).collect();
        self.strata.last = 0;
        if !self
            .rows
            .is_sorted_by(|a, b| (a.id, a.stratum) <= (b.id, b.stratum))
        {
            parallel::sort(&mut self.rows, threads, |a, b| a.cmp(b));
        }
    }
}

impl<'a> RowView<'a> {
    /// The columns as they are hashed.
    #[must_use]
    pub fn fields(&'a self) -> LeafFields<'a> {
        LeafFields {
            id: self.id.as_bytes(),
            stratum: self.stratum.as_bytes(),
            status: self.status_text.as_bytes(),
            area: self.area.as_bytes(),
        }
    }
}

/// Everything FREEZE commits to.
#[doc(alias = "名录快照")]
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// One row per (subject, item).
    pub subjects: Rows,
    /// One row per inspector.
    pub inspectors: Rows,
    /// Pairs (inspector or leader, subject) that must not meet.
    pub recusals: Vec<(Token, Token)>,
}

impl Frame {
    /// Adds a subject under one item: id, `<item>:<class>` or `<class>`, status, area or `-`.
    ///
    /// # Errors
    /// A column outside its grammar.
    pub fn push_subject(
        &mut self,
        id: &str,
        stratum: &str,
        status: &str,
        area: &str,
    ) -> Result<(), Fault> {
        self.subjects.push(id, stratum, status, area)
    }

    /// Adds an inspector: id, stratum (`-` if there is only one kind), `draw` or `skip:<reason>`.
    ///
    /// # Errors
    /// A column outside its grammar.
    pub fn push_inspector(&mut self, id: &str, stratum: &str, status: &str) -> Result<(), Fault> {
        self.inspectors.push(id, stratum, status, "-")
    }

    /// Adds a recusal between an inspector (or a leader without a row) and a subject.
    ///
    /// # Errors
    /// An id outside its grammar.
    pub fn push_recusal(&mut self, inspector: &str, subject: &str) -> Result<(), Fault> {
        self.recusals.push((inspector.parse()?, subject.parse()?));
        Ok(())
    }

    pub(crate) fn canonical(&mut self, threads: NonZeroUsize) {
        self.subjects.canonical(threads);
        self.inspectors.canonical(threads);
        self.recusals.sort_by_cached_key(pair_text);
    }
}

/// `<inspector>:<subject>`, the id of a recusal leaf.
#[must_use]
pub fn pair_text(pair: &(Token, Token)) -> String {
    format!("{}:{}", pair.0, pair.1)
}

#[cfg(test)]
mod tests;
