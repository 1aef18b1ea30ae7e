//! Images of earlier times read as rows of today: by the names of their columns, never by position.
//!
//! A body names the columns of each table it writes. Since then a column may have come, changed its
//! name or gone; the descriptor says so, and [`present`] turns the old image into the row that must
//! stand in the table now. What the descriptor does not explain is a contradiction.

use serde_json::Value as Json;

use super::header::Header;
use super::image::Image;
use super::table::{Before, Column, Former, Layout, TracedTable};

/// The tables an audit knows: those of today, and those that are gone but were written once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    /// Tables that exist.
    pub(crate) traced: &'static [TracedTable],
    /// Tables that were dropped; their rows were deleted by the event of the migration that did it.
    pub(crate) retired: &'static [TracedTable],
}

impl Schema {
    /// The descriptor of a table by the name an image uses.
    pub(super) fn table(&self, name: &str) -> Option<&'static TracedTable> {
        let called = |table: &&'static TracedTable| {
            let layout = table.layout();
            layout.name == name || is_former(layout.former, name)
        };
        self.traced.iter().chain(self.retired).find(called)
    }
}

fn is_former(former: &[Former], name: &str) -> bool {
    former.iter().any(|former| former.name == name)
}

/// How old the structure was at least when an image was written: the number of the last migration before it. A
/// column that came by then is not missing, a name given up by then is not used. 0 asks nothing.
pub(super) type Age = i64;

/// The fact by which the founding of a bureau tells under which structure it was founded.
pub(super) const STRUCTURE: &str = "structure";

/// The structure an event tells of by its header: that of the migration it carried out, or under which it founded
/// the bureau.
pub(super) fn told_by(header: &str) -> Option<Age> {
    let header = Header::parse(header)?;
    header.migration().or_else(|| header.founded_under())
}

/// The cells of an image in the order of today's columns; of a deletion, those of its key.
///
/// # Errors
/// The name of a column the descriptor does not explain at that age.
pub(super) fn present(layout: &Layout, image: &Image, age: Age) -> Result<Vec<Json>, String> {
    let called = |former: &&Former| former.name == image.table;
    if layout
        .former
        .iter()
        .find(called)
        .is_some_and(|was| was.until <= age)
    {
        return Err(image.table.clone());
    }
    for name in image.columns.iter() {
        let known = layout
            .columns
            .iter()
            .any(|column| stood_as(column, name, age))
            || is_former_at(layout.retired, name, age);
        if !known {
            return Err(name.clone());
        }
    }
    let columns = if image.is_deletion() {
        &layout.columns[..layout.key.len()]
    } else {
        layout.columns
    };
    columns
        .iter()
        .map(|column| cell(column, image, age))
        .collect()
}

/// The cells of an image as a body names the columns of its table: that of another time, in its order. What was given up
/// since stands under its own name.
///
/// # Errors
/// The name of a column the image does not tell.
pub(super) fn named(layout: &Layout, image: &Image, names: &[String]) -> Result<Vec<Json>, String> {
    let cell_of = |name: &String| {
        let declared = layout
            .columns
            .iter()
            .find(|column| stood_as(column, name, 0));
        if let Some(column) = declared {
            return cell(column, image, 0);
        }
        let at = image.columns.iter().position(|known| known == name);
        let cell = at.and_then(|at| image.cells.get(at)).cloned();
        cell.ok_or_else(|| name.clone())
    };
    names.iter().map(cell_of).collect()
}

fn is_former_at(former: &[Former], name: &str, age: Age) -> bool {
    former
        .iter()
        .any(|former| former.name == name && former.until > age)
}

fn stood_as(column: &Column, name: &str, age: Age) -> bool {
    column.name == name || is_former_at(column.former, name, age)
}

fn cell(column: &Column, image: &Image, age: Age) -> Result<Json, String> {
    let at = image
        .columns
        .iter()
        .position(|name| stood_as(column, name, age));
    match (at.and_then(|at| image.cells.get(at)), at, column.since) {
        (Some(cell), ..) => Ok(cell.clone()),
        (None, None, Some(since)) if since.migration > age => Ok(match since.before {
            Before::Null => Json::Null,
            Before::Int(value) => Json::from(value),
            Before::Text(value) => Json::from(value),
        }),
        (None, ..) => Err(column.name.to_owned()),
    }
}
