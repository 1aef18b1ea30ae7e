//! Finds the header row of a table and reads the rows below it by our own columns.
//!
//! Offices put a title above the header, star required columns, add remarks in brackets and columns
//! of their own. So the header is the first row that names enough of what we know; what we do not
//! know is reported, never dropped in silence; a required column that is missing refuses the file
//! before a single row is read.

use std::collections::BTreeSet;

use domain::refusal::Refusal;

use crate::codes;
use crate::table::{Cell, Event, Merged, Row, Source, address};

mod likeness;

/// How many rows that are not blank may stand above the header.
const SEARCHED: usize = 20;

/// A column we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Our name for it, never shown.
    pub key: &'static str,
    /// The official name, as in the template.
    pub title: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// Whether a file without it is refused.
    pub required: bool,
    /// What a filled cell looks like.
    pub example: &'static str,
    /// What to write, for the second sheet of the template.
    pub explanation: &'static str,
}

impl Column {
    fn is_named(&self, name: &str) -> bool {
        self.rank(name).is_some()
    }

    /// How close a name is to the official one: 0 is the official name itself.
    fn rank(&self, name: &str) -> Option<usize> {
        [self.title, self.key]
            .iter()
            .chain(self.aliases)
            .position(|known| plain(known) == name)
    }
}

/// How the file's columns fit ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The row it stands in.
    pub row: u64,
    /// The user's own names, in his order; for the file of errors.
    pub names: Vec<String>,
    /// For each of our columns, where the file has it.
    places: Vec<Option<usize>>,
    /// Names and places that fit no column of ours: `F（备注）`.
    pub unknown: Vec<String>,
}

impl Header {
    /// Where each recognized column stands in the file, by its key, given the columns the header was
    /// matched to.
    pub fn recognized<'c>(
        &self,
        columns: &'c [Column],
    ) -> impl Iterator<Item = (&'c str, usize)> + use<'c, '_> {
        let places = columns.iter().zip(&self.places);
        places.filter_map(|(column, place)| place.map(|at| (column.key, at)))
    }

    /// Whether the file has the column with this key, given the columns the header was matched to.
    #[must_use]
    pub fn has(&self, columns: &[Column], key: &str) -> bool {
        columns
            .iter()
            .zip(&self.places)
            .any(|(column, place)| column.key == key && place.is_some())
    }
}

#[cfg(test)]
impl Header {
    /// A header with these names and nothing matched.
    pub(crate) fn for_test(names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            row: 1,
            names,
            places: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// One row below the header, in our order of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The row as the user's program counts it.
    pub number: u64,
    /// One cell per column of ours; empty where the file lacks the column.
    pub cells: Vec<Cell>,
    /// The row as it stands in the file; for the file of errors.
    pub original: Row,
}

/// Turns the rows of a file into records, one by one.
#[derive(Debug)]
pub struct Records<'c> {
    columns: &'c [Column],
    merged: Vec<Merged>,
    source: Option<Source>,
    header: Option<Header>,
    above: usize,
    nearest: Option<likeness::Candidate>,
    read: u64,
    nameless: BTreeSet<usize>,
}

/// What was learned about the file, once all rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What the file is.
    pub source: Source,
    /// How its columns fit ours.
    pub header: Header,
    /// How many records were read.
    pub records: u64,
    /// Columns that hold something but have no name: `F`.
    pub nameless: Vec<String>,
}

impl<'c> Records<'c> {
    /// Reads by these columns.
    #[must_use]
    pub const fn new(columns: &'c [Column]) -> Self {
        Self {
            columns,
            merged: Vec::new(),
            source: None,
            header: None,
            above: 0,
            nearest: None,
            read: 0,
            nameless: BTreeSet::new(),
        }
    }

    /// The header, once it was found.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Takes what the reader tells; gives a record for each row below the header. The template's
    /// example row is passed over.
    ///
    /// # Errors
    /// `IMPT-030` to `IMPT-033` if there is no header, or it is incomplete, ambiguous or merged.
    pub fn take(&mut self, event: Event) -> Result<Option<Record>, Refusal> {
        match event {
            Event::Source(mut source) => {
                self.merged = std::mem::take(&mut source.merged);
                self.source = Some(source);
                Ok(None)
            }
            Event::Row(row) if self.header.is_none() => {
                self.search(&row)?;
                Ok(None)
            }
            Event::Row(row) => Ok(self.record(row)),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `IMPT-030` if no header was found, `IMPT-034` if nothing stands below it.
    pub fn finish(self) -> Result<Summary, Refusal> {
        let (Some(header), Some(source)) = (self.header, self.source) else {
            return Err(no_header(self.columns, self.nearest.as_ref()));
        };
        if self.read == 0 {
            return Err(codes::NO_ROWS.refuse(&[("row", &header.row)]));
        }
        let nameless = self
            .nameless
            .into_iter()
            .map(|column| address(column, header.row))
            .collect();
        Ok(Summary {
            source,
            header,
            records: self.read,
            nameless,
        })
    }

    fn search(&mut self, row: &Row) -> Result<(), Refusal> {
        let names: Vec<String> = row.cells.iter().map(|cell| plain(cell.shown())).collect();
        let known = self
            .columns
            .iter()
            .filter(|column| names.iter().any(|name| column.is_named(name)));
        if known.count() < enough(self.columns) {
            self.above += 1;
            let candidate = likeness::Candidate::of(self.columns, row, &names);
            self.nearest = likeness::nearer(self.nearest.take(), candidate);
            return if self.above == SEARCHED {
                Err(no_header(self.columns, self.nearest.as_ref()))
            } else {
                Ok(())
            };
        }
        self.refuse_merged(row.number)?;
        self.header = Some(self.matched(row, &names)?);
        Ok(())
    }

    /// Merged cells above the header are a title; from the header on they hide what belongs to
    /// which row.
    fn refuse_merged(&self, header_row: u64) -> Result<(), Refusal> {
        match self
            .merged
            .iter()
            .find(|merged| merged.last_row >= header_row)
        {
            Some(merged) => Err(codes::MERGED.refuse(&[("range", &merged.range)])),
            None => Ok(()),
        }
    }

    fn matched(&self, row: &Row, names: &[String]) -> Result<Header, Refusal> {
        let mut places = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let named = |at: &usize| column.rank(&names[*at]).map(|rank| (rank, *at));
            let mut found: Vec<(usize, usize)> =
                (0..names.len()).filter_map(|at| named(&at)).collect();
            // The official name wins over others; where a file holds 住所 and 注册地址, one of both is
            // taken and the other told as unknown.
            found.sort_unstable();
            if let [(rank, first), (other, second), ..] = found[..]
                && rank == other
            {
                let (first, second) = (address(first, row.number), address(second, row.number));
                return Err(codes::COLUMN_TWICE.refuse(&[
                    ("row", &row.number),
                    ("first", &first),
                    ("second", &second),
                    ("column", &column.title),
                ]));
            }
            let first = found.first().map(|(_, at)| *at);
            places.push(first);
        }
        self.refuse_missing(row.number, &places)?;
        let unknown = row
            .cells
            .iter()
            .enumerate()
            .filter(|(at, cell)| !cell.is_empty() && !places.contains(&Some(*at)));
        let unknown = unknown
            .map(|(at, cell)| format!("{}（{}）", address(at, row.number), cell.shown()))
            .collect();
        let names = row
            .cells
            .iter()
            .map(|cell| cell.shown().to_owned())
            .collect();
        Ok(Header {
            row: row.number,
            names,
            places,
            unknown,
        })
    }

    fn refuse_missing(&self, row: u64, places: &[Option<usize>]) -> Result<(), Refusal> {
        let missing = self
            .columns
            .iter()
            .zip(places)
            .filter(|(column, place)| column.required && place.is_none());
        let missing: Vec<&str> = missing.map(|(column, _)| column.title).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(codes::COLUMN_MISSING.refuse(&[("row", &row), ("columns", &missing.join("、"))]))
    }

    fn record(&mut self, row: Row) -> Option<Record> {
        let header = self.header.as_ref().expect("called only below the header");
        let cells: Vec<Cell> = header
            .places
            .iter()
            .map(|place| {
                place
                    .and_then(|at| row.cells.get(at))
                    .cloned()
                    .unwrap_or_default()
            })
            .collect();
        if self.read == 0 && is_example(self.columns, header, &cells) {
            return None;
        }
        let unnamed = |at: &usize| header.names.get(*at).is_none_or(String::is_empty);
        let filled = row
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(at, _)| at);
        self.nameless.extend(filled.filter(unnamed));
        self.read += 1;
        Some(Record {
            number: row.number,
            cells,
            original: row,
        })
    }
}

/// Whether this is the example row that our own template carries.
fn is_example(columns: &[Column], header: &Header, cells: &[Cell]) -> bool {
    let there = columns
        .iter()
        .zip(&header.places)
        .zip(cells)
        .filter(|((_, place), _)| place.is_some());
    let mut filled = false;
    for ((column, _), cell) in there {
        if cell.shown() != column.example {
            return false;
        }
        filled |= !column.example.is_empty();
    }
    filled
}

/// How many of our columns a row must name to be the header.
fn enough(columns: &[Column]) -> usize {
    columns.len().min(2)
}

/// Says which columns are known, and of the row that comes nearest what stands in it and what that may
/// have been meant for.
fn no_header(columns: &[Column], nearest: Option<&likeness::Candidate>) -> Refusal {
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let found = nearest.map_or_else(String::new, likeness::Candidate::words);
    codes::NO_HEADER.refuse(&[
        ("rows", &SEARCHED),
        ("enough", &enough(columns)),
        ("found", &found),
        ("columns", &titles.join("、")),
    ])
}

/// A column name without what offices add to it: blanks, stars, brackets with remarks, width, case.
fn plain(name: &str) -> String {
    let narrow = name.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    });
    let narrow: String = narrow.filter(|c| !c.is_whitespace() && *c != '*').collect();
    let bare = narrow.split('(').next().unwrap_or_default();
    let bare = if bare.is_empty() { &narrow } else { bare };
    bare.trim_end_matches(':').to_lowercase()
}

#[cfg(test)]
mod tests;
