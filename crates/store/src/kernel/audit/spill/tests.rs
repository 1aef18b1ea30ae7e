use std::collections::BTreeMap;

use super::*;

/// Everything gathered comes back, each key in one part and in its order, and never more than the bound is held.
#[test]
fn however_much_is_gathered_no_more_than_the_bound_is_held_and_every_line_comes_back_in_its_order()
{
    for (most, lines) in [(1_000, 50_000_u64), (usize::MAX, 5_000), (0, 700)] {
        let mut spill = Spill::of(most);
        for number in 0..lines {
            let key = format!("key {}", number % 977);
            spill
                .push(key.as_bytes(), |line| {
                    line.extend_from_slice(&number.to_le_bytes());
                    line.extend_from_slice(key.as_bytes());
                })
                .unwrap();
            assert!(spill.held <= most);
            let held: usize = spill.parts.iter().map(|part| part.held.len()).sum();
            assert_eq!(held, spill.held);
        }
        assert_eq!(spill.file.is_some(), most < usize::MAX);
        let mut seen: BTreeMap<String, (usize, Vec<u64>)> = BTreeMap::new();
        for at in 0..spill.parts() {
            for line in spill.part(at).unwrap().each() {
                let mut cursor = Cursor(line);
                let number = cursor.number();
                let key = String::from_utf8(cursor.rest().to_vec()).unwrap();
                let (part, numbers) = seen.entry(key).or_insert((at, Vec::new()));
                assert_eq!(*part, at);
                numbers.push(number);
            }
        }
        let keys = lines.min(977);
        assert_eq!(seen.len() as u64, keys);
        for (_, numbers) in seen.values() {
            assert!(numbers.is_sorted());
        }
        let all: usize = seen.values().map(|(_, numbers)| numbers.len()).sum();
        assert_eq!(all as u64, lines);
        assert_eq!(spill.held, 0);
    }
}

#[test]
fn a_line_of_nothing_is_a_line() {
    let mut spill = Spill::of(0);
    spill.push(b"one", |_| {}).unwrap();
    let found: usize = (0..spill.parts())
        .map(|at| spill.part(at).unwrap().each().count())
        .sum();
    assert_eq!(found, 1);
}
