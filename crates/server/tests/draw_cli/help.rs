//! The help of the commands is Chinese.

use crate::folder::{mingqian, succeeds};

#[test]
fn help_is_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["--help"][..],
        &["draw", "--help"],
        &["draw", "freeze", "--help"],
        &["draw", "dice", "--help"],
        &["draw", "result", "--help"],
        &["draw", "open", "--help"],
        &["draw", "plan", "--help"],
        &["draw", "void", "--help"],
        &["draw", "-h"],
        &["verify", "--help"],
        &["nonce", "--help"],
    ] {
        let said = succeeds(&mingqian(folder.path(), words));
        assert!(said.contains("用法："), "{said}");
        for english in [
            "Usage",
            "Options:",
            "Commands:",
            "Arguments:",
            "Print ",
            "possible values",
            "Possible values",
            "default:",
            "OPTIONS",
            "COMMAND",
            "see more",
            "summary",
        ] {
            assert!(!said.contains(english), "{english} in {said}");
        }
    }
}
