//! A list as a CSV file that office software opens without asking: UTF-8 with BOM, CR LF, and no
//! cell that a spreadsheet would take for a formula. Importing such a file gives back the same cells.

/// What such a file begins with.
pub const BEGINNING: &str = "\u{feff}";

/// Adds one row to the text of a file.
pub fn row<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

fn push_cell(text: &mut String, cell: &str) {
    // A cell that begins like this is calculated by spreadsheets; an apostrophe makes it text. Reading takes
    // one apostrophe off again, so a cell that has one there already gets a second.
    let bare = cell.trim_start_matches('\'');
    let formula = bare.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let long_number = cell.len() >= 12 && cell.bytes().all(|byte| byte.is_ascii_digit());
    // Fifteen digits and more would be rounded: a tab keeps them text and is no part of a code.
    let guard = if formula {
        "'"
    } else if long_number {
        "\t"
    } else {
        ""
    };
    if guard.is_empty() && !cell.contains(['"', ',', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(guard);
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests;
