//! The real register: every row is either read or refused with a reason, and nothing panics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::id::SubjectId;
use domain::subject::RawSubject;

#[test]
#[ignore = "needs the real register: make test-register"]
fn every_row_of_the_real_register_is_read_or_refused_with_a_code() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sanmenxia-registry.csv");
    let mut reader = csv::Reader::from_path(path).expect("the register can be opened");
    let (mut read, mut rows) = (0_u64, 0_u64);
    let mut refused: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut codes = BTreeSet::new();
    for record in reader.records() {
        let record = record.expect("well-formed CSV");
        rows += 1;
        let row = RawSubject {
            name: record[0].to_owned(),
            usci: record[1].to_owned(),
            registered_on: record[2].to_owned(),
            scope: record[5].to_owned(),
            address: record[8].to_owned(),
            district: record[1].get(2..8).unwrap_or("411200").to_owned(),
            ..RawSubject::default()
        };
        let mut bytes = [0; 12];
        bytes[4..].copy_from_slice(&rows.to_be_bytes());
        match row.read(SubjectId::from_entropy(bytes), "登记数据") {
            Ok(found) => {
                read += 1;
                codes.extend(found.subject.code().map(|code| code.to_string()));
            }
            Err(errors) => {
                for (_, error) in errors.iter() {
                    *refused.entry(error.code).or_default() += 1;
                }
            }
        }
    }
    println!(
        "{rows} rows, {read} read, {} different codes, refused {refused:?}",
        codes.len()
    );
    assert_eq!(rows, 5412);
    assert!(
        read * 100 >= rows * 95,
        "read {read} of {rows}: {refused:?}"
    );
}
