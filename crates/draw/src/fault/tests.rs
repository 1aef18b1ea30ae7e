//! Codes stay unique and every one of them says what to do.

use super::{Code, Fault};

#[test]
fn every_code_is_unique_and_has_a_remedy_that_ends_as_a_sentence() {
    let mut seen = std::collections::BTreeSet::new();
    for code in Code::ALL {
        assert!(seen.insert(code.to_string()), "{code} twice");
        assert!(code.remedy().ends_with('。'), "{code}");
        assert_ne!(code.remedy(), "请联系维护人员。", "{code}");
    }
}

#[test]
fn a_fault_reads_code_place_sentence_remedy() {
    let fault = Fault::new(Code::HEX, "第 3 行", "不是哈希值。").within("freeze.txt");
    assert!(
        fault
            .to_string()
            .starts_with("[DRAW-104] freeze.txt 第 3 行：不是哈希值。 应为 64 位")
    );
}
