use super::*;

#[test]
fn usual_answers_have_their_own_sentence_and_others_keep_the_words_of_the_system() {
    let usual = [
        (ErrorKind::NotFound, "没有这个文件"),
        (ErrorKind::PermissionDenied, "没有权限"),
        (ErrorKind::IsADirectory, "是一个目录"),
        (ErrorKind::StorageFull, "磁盘满了"),
        (ErrorKind::AlreadyExists, "没有覆盖"),
        (ErrorKind::AddrInUse, "已有程序在用"),
    ];
    for (kind, said) in usual {
        let sentence = why(&kind.into());
        assert!(sentence.contains(said), "{sentence}");
        let foreign = sentence.chars().any(|letter| letter.is_ascii_lowercase());
        assert!(!foreign, "{sentence}");
    }
    let odd = why(&Error::other("the tape is torn"));
    assert!(odd.contains("（系统的说法：the tape is torn）"), "{odd}");
}
