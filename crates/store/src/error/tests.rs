use super::StoreError;

#[test]
fn the_record_of_the_server_holds_no_value_of_a_column_that_is_not_public() {
    let said = |table: &str, column: &str| {
        StoreError::inconsistent(table, column, "检查员甲", "“检查员甲”不合格式").recorded()
    };
    for (table, column) in [
        ("inspectors", "name"),
        ("sessions", "token_hash"),
        ("x", "y"),
    ] {
        let said = said(table, column);
        assert!(said.starts_with("STOR-500"), "{said}");
        assert!(said.contains(table) && said.contains(column), "{said}");
        assert!(!said.contains("检查员甲"), "{said}");
    }
    assert!(said("campaigns", "number").contains("检查员甲"));
}
