//! A write without its event does not compile. Each file in `untraced/` tries another side door and
//! stands beside the error the compiler gives.

#[test]
fn no_side_door_compiles() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/untraced/*.rs");
}
