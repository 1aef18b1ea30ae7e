use super::row;

fn line(cells: &[&str]) -> String {
    let mut text = String::new();
    row(&mut text, cells.iter().copied());
    text
}

#[test]
fn plain_cells_stand_as_they_are() {
    assert_eq!(line(&["样例餐饮", "", "411202"]), "样例餐饮,,411202\r\n");
}

#[test]
fn a_cell_that_looks_like_a_formula_becomes_text() {
    for cell in ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "＝1", "'=1"] {
        assert_eq!(line(&[cell]), format!("\"'{cell}\"\r\n"));
    }
}

#[test]
fn quotes_commas_and_line_ends_cannot_break_a_row() {
    assert_eq!(
        line(&["a\"b", "c,d", "e\nf"]),
        "\"a\"\"b\",\"c,d\",\"e\nf\"\r\n"
    );
}

#[test]
fn a_long_number_keeps_all_its_digits() {
    assert_eq!(line(&["411202000000017"]), "\"\t411202000000017\"\r\n");
}
