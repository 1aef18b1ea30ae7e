use super::pairs;

#[test]
fn pairs_know_their_header_value_comment_and_line() {
    let found =
        pairs("[dependencies]\ndraw.workspace = true\nzip = { version = \"9\" } # the \"why\"\n");
    assert_eq!(found[0].section, "dependencies");
    assert_eq!((found[0].name(), found[0].line), ("draw", 2));
    assert_eq!(found[1].value, "{ version = \"9\" }");
    assert_eq!(found[1].comment, "the \"why\"");
}

#[test]
fn a_hash_inside_quotes_is_no_comment_and_lists_may_run_over_lines() {
    let found = pairs("a = \"x # y\"\nb = [\n  \"1\", # one\n  \"2\",\n]\nc = 3\n");
    assert_eq!(found[0].plain(), "x # y");
    assert_eq!(found[1].value, "[\"1\",\"2\",]");
    assert_eq!(found[2].plain(), "3");
}

#[test]
fn repeated_headers_are_told_apart() {
    let found = pairs("[[exception]]\nrule = \"a\"\n[[exception]]\nrule = \"b\"\n");
    assert_ne!(found[0].block, found[1].block);
}
