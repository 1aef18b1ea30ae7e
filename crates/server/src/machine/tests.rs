use std::ops::ControlFlow;
use std::sync::Mutex;

use clap::Parser as _;
use domain::time::Instant;

use super::*;
use crate::commands::{Output, init};

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

#[derive(clap::Parser)]
struct Init {
    #[command(flatten)]
    args: init::InitArgs,
}

fn founded(data: &Path) -> Place {
    let line =
        "init --bureau 样例市城市管理局 --district 411202 --origin looked.example/log --data";
    let words = line.split(' ').map(Into::into);
    let words: Vec<std::ffi::OsString> = words.chain([data.into()]).collect();
    let args = Init::parse_from(words).args;
    assert!(init::run(&args, &Output::new(true)).is_ok());
    Place {
        data: data.to_owned(),
        database: None,
        checkpoints: Vec::new(),
        accepted: None,
    }
}

#[test]
fn an_audit_ordered_on_a_page_counts_as_it_goes_and_ends_where_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = founded(&folder.path().join("data"));
    let runtime = crate::commands::serve::runtime().expect("a runtime");
    let told = Mutex::new(Vec::new());
    let tell = |far: Reached| told.lock().expect("no panic").push(far);

    let to_its_end = |far| {
        tell(far);
        ControlFlow::Continue(())
    };
    let audited = runtime.block_on(audit::audited(&place, &to_its_end));
    let Ok(ControlFlow::Continue(audited)) = audited else {
        panic!("nobody ended it")
    };
    assert_eq!(audited.contradictions, [""; 0]);
    let all = std::mem::take(&mut *told.lock().expect("no panic"));
    let (first, last) = (all[0], all[all.len() - 1]);
    assert_eq!(first, Reached::default(), "asked before it begins");
    assert!(
        last.leaves > 3 && last.leaves == last.all && last.rows > 3,
        "{last:?}"
    );
    assert!(
        audited
            .compared
            .contains(&format!("留痕 {} 条", last.leaves))
    );

    let at_once = |far| {
        tell(far);
        ControlFlow::Break(())
    };
    let ended = runtime.block_on(audit::audited(&place, &at_once));
    assert!(matches!(ended, Ok(ControlFlow::Break(()))));
    assert_eq!(*told.lock().expect("no panic"), [Reached::default()]);

    let run = Run::awaited();
    let looked = runtime.block_on(Looking(place).audit(&run));
    assert_eq!(looked.expect("it was looked at").contradictions, [""; 0]);
    assert_eq!(run.done(), last.rows, "the page says what was counted");
}
