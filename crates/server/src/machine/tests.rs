use domain::time::Instant;

use super::*;

#[test]
fn the_last_backup_is_told_until_it_is_too_old() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Instant::from_unix_ms(1_795_000_000_000);
    assert!(
        last_backup(folder.path(), now).is_err(),
        "none was ever made"
    );
    let made = now.plus_ms(-3_600_000);
    for _ in 0..2 {
        note_backup(folder.path(), made, Path::new("/backups/one")).expect("a note");
    }
    let words = last_backup(folder.path(), now).expect("an hour old");
    assert!(words.contains("/backups/one"), "{words}");
    let old = last_backup(folder.path(), now.plus_ms(BACKUP_HOURS * 3_600_000));
    assert!(old.expect_err("too old").contains("定时任务"));
}
