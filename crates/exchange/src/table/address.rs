//! Places in a table as the user's program names them.

/// The address of a cell: column 0 of row 7 is `A7`.
#[must_use]
pub fn address(column: usize, row: u64) -> String {
    format!("{}{row}", letters(column))
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).expect("below 26");
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
