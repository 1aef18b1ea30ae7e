//! The sampling frame (名录快照): subjects, inspectors and recusals as they stood at T1.
//!
//! A row is 38 bytes with its id inline, so that three million subjects fit beside their hashes.
//! Rows may be pushed in any order: the frame is put into the order (id, stratum) before anything
//! is computed. Deliberately absent: names, addresses, scores. The draw knows opaque codes only.

mod grammar;

use std::collections::HashMap;
use std::io::{self, Write};
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

/// Up to so many distinct texts are looked through faster than they are hashed.
const FEW: usize = 12;

impl Column {
    /// The place of a text that is known already.
    fn known(&self, text: &str) -> Option<u16> {
        let last = self.texts.get(usize::from(self.last));
        if last.is_some_and(|last| last == text) {
            return Some(self.last);
        }
        match self.texts.len() <= FEW {
            true => (0u16..)
                .zip(&self.texts)
                .find_map(|(place, known)| (known == text).then_some(place)),
            false => self.places.get(text).copied(),
        }
    }

    fn intern(&mut self, text: &str) -> Result<u16, Fault> {
        if let Some(place) = self.known(text) {
            return Ok(place);
        }
        let place = u16::try_from(self.texts.len())
            .map_err(|_| Fault::new(Code::TOO_MANY_NAMES, "", "分层、状态或片区的种类过多。"))?;
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        Ok(place)
    }

    /// Takes in the texts of another column: the column they make, and the new place of each.
    fn joined(&self, other: &Self) -> Result<(Self, Vec<u16>), Fault> {
        let mut all = self.clone();
        let places: Result<_, _> = other.texts.iter().map(|text| all.intern(text)).collect();
        places.map(|places| (all, places))
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
        self.room_for(1)?;
        let known = (
            self.strata.known(stratum),
            self.statuses.known(status),
            self.areas.known(area),
        );
        let (stratum, status, area) = match known {
            (Some(stratum), Some(status), Some(area)) => (stratum, status, area),
            _ => self.intern(stratum, status, area)?,
        };
        self.strata.last = stratum;
        self.statuses.last = status;
        self.areas.last = area;
        self.rows.push(Row {
            id,
            stratum,
            status,
            area,
        });
        Ok(())
    }

    /// Takes in texts of which at least one is new; all are validated before anything is changed.
    fn intern(
        &mut self,
        stratum: &str,
        status: &str,
        area: &str,
    ) -> Result<(u16, u16, u16), Fault> {
        stratum.parse::<Stratum>()?;
        let parsed = status.parse::<Status>()?;
        area.parse::<Token>()?;
        let places = (
            self.strata.intern(stratum)?,
            self.statuses.intern(status)?,
            self.areas.intern(area)?,
        );
        if self.parsed.len() < self.statuses.texts.len() {
            self.parsed.push(parsed);
        }
        Ok(places)
    }

    fn room_for(&self, more: usize) -> Result<(), Fault> {
        match self.rows.len() + more > u32::MAX as usize {
            true => Err(Fault::new(Code::TOO_MANY_ROWS, "", "名录行数过多。")),
            false => Ok(()),
        }
    }

    /// Appends rows that another thread has read; they are validated already.
    ///
    /// # Errors
    /// More rows or more distinct texts than fit; nothing is appended then.
    pub fn append(&mut self, more: Self) -> Result<(), Fault> {
        self.room_for(more.rows.len())?;
        if self.rows.is_empty() && self.strata.texts.is_empty() {
            *self = more;
            return Ok(());
        }
        let (strata, stratum_places) = self.strata.joined(&more.strata)?;
        let (statuses, status_places) = self.statuses.joined(&more.statuses)?;
        let (areas, area_places) = self.areas.joined(&more.areas)?;
        let fresh = &statuses.texts[self.parsed.len()..];
        let fresh: Result<Vec<Status>, Fault> = fresh.iter().map(|text| text.parse()).collect();
        self.parsed.extend(fresh?);
        (self.strata, self.statuses, self.areas) = (strata, statuses, areas);
        self.rows.extend(more.rows.into_iter().map(|row| Row {
            id: row.id,
            stratum: stratum_places[usize::from(row.stratum)],
            status: status_places[usize::from(row.status)],
            area: area_places[usize::from(row.area)],
        }));
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

    /// The stratum of a rank.
    pub(crate) fn stratum(&self, place: usize) -> &str {
        &self.strata.texts[place]
    }

    /// Whether any row may have this status.
    pub(crate) fn knows_status(&self, status: Status) -> bool {
        self.parsed.contains(&status)
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
        let sorted = self
            .rows
            .is_sorted_by(|a, b| (a.id, a.stratum) <= (b.id, b.stratum));
        if let (false, Some(first)) = (sorted, self.rows.first().copied()) {
            parallel::sort(&mut self.rows, first, threads, |a, b| a.cmp(b));
        }
    }
}

impl Rows {
    /// Writes `id stratum status area`, tab-separated. Canonical order (id, stratum) is bytewise
    /// order of the lines, because TAB sorts before every byte of a name.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, threads: NonZeroUsize, out: &mut impl Write) -> io::Result<()> {
        parallel::write_blocks(out, &self.rows, threads, |rows| {
            let mut text = Vec::with_capacity(rows.len() * 48);
            for view in rows.iter().map(|row| self.view(*row)) {
                let fields = view.fields();
                text.extend_from_slice(fields.id);
                for column in [fields.stratum, fields.status, fields.area] {
                    text.push(b'\t');
                    text.extend_from_slice(column);
                }
                text.push(b'\n');
            }
            text
        })
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

    /// Writes `<inspector>:<subject> - pair -`, tab-separated, in the order of the recusals.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_recusals(&self, out: &mut impl Write) -> io::Result<()> {
        self.recusals
            .iter()
            .try_for_each(|pair| writeln!(out, "{}\t-\tpair\t-", pair_text(pair)))
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
