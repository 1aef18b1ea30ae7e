use super::*;

#[test]
fn every_field_of_a_register_has_its_column_and_heading() {
    for register in Register::ALL {
        let ours: Vec<_> = columns(register)
            .iter()
            .map(|column| (column.key, column.title))
            .collect();
        assert_eq!(ours, register.fields(), "{}", register.label());
    }
}

#[test]
fn no_name_stands_for_two_columns() {
    for register in Register::ALL {
        let mut seen = std::collections::BTreeSet::new();
        for column in columns(register) {
            let names = [column.title, column.key]
                .into_iter()
                .chain(column.aliases.iter().copied());
            for name in names.collect::<std::collections::BTreeSet<_>>() {
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}

#[test]
fn a_cell_keeps_what_it_shows_and_what_is_wrong_with_it() {
    let cells = vec![
        Cell::Empty,
        Cell::Text("甲".into()),
        Cell::Lossy("9.1E+17".into()),
        Cell::Formula,
    ];
    let row = staged(Row { number: 7, cells });
    assert_eq!(
        (row.number, row.cells),
        (7, vec!["".into(), "甲".into(), "9.1E+17".into(), "".into()])
    );
    let flaws: Vec<_> = row
        .flaws
        .iter()
        .map(|(at, flaw)| (*at, flaw.code.as_str()))
        .collect();
    assert_eq!(flaws, [(2, "IMPT-040"), (3, "IMPT-042")]);
}
