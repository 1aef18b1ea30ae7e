use super::*;

fn place(folder: &tempfile::TempDir) -> Place {
    Place {
        data: folder.path().to_owned(),
        database: None,
        checkpoints: Vec::new(),
        accepted: None,
    }
}

fn refused(place: &Place) -> String {
    match place.hold(SERVING) {
        Ok(_) => panic!("two hold it"),
        Err(failure) => {
            let problem = &failure.problems[0];
            assert_eq!(problem.code, "SERV-006");
            problem.sentence.clone()
        }
    }
}

#[test]
fn one_holds_the_folder_and_is_named_to_the_next_until_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(&folder);
    let mut first = place.hold(SERVING).expect("nobody holds it");
    let own = format!("进程 {}", std::process::id());
    assert!(refused(&place).contains(&own));
    let address = "127.0.0.1:8080".parse().expect("an address");
    let said = first.as_mut().expect("embedded").listens(address);
    said.expect("the file is ours");
    assert!(refused(&place).contains("监听 127.0.0.1:8080"));
    drop(first);
    assert!(!place.serving().exists());
    drop(place.hold(UPGRADING).expect("free again"));
}

#[test]
fn what_a_killed_process_left_hinders_nobody_and_a_refused_start_leaves_it_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(&folder);
    let left = "mingqian serve，进程 1，监听 127.0.0.1:1";
    fs::write(place.serving(), left).expect("writable");
    let held = place.hold(SERVING).expect("nobody holds it");
    let words = refused(&place);
    assert!(!words.contains("进程 1，"), "{words}");
    drop(held);
    let stays = fs::read_to_string(place.serving()).expect("it stays");
    assert_eq!(stays, left);
}

#[test]
fn a_database_elsewhere_is_not_locked_by_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place {
        database: Some("postgres://somewhere/else".to_owned()),
        ..place(&folder)
    };
    let both = [place.hold(SERVING), place.hold(SERVING)];
    assert!(both.iter().all(|held| matches!(held, Ok(None))));
    assert!(!place.serving().exists());
}

#[cfg(unix)]
#[test]
fn what_else_stands_in_its_place_is_refused_and_left_as_it_is() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(&folder);
    let database = folder.path().join("mingqian.sqlite");
    fs::write(&database, "a database").expect("writable");
    let link = || symlink(&database, place.serving());
    let nowhere = || symlink("nowhere", place.serving());
    let same = || fs::hard_link(&database, place.serving());
    let made: [&dyn Fn() -> io::Result<()>; 3] = [&link, &nowhere, &same];
    for make in made {
        make().expect("made");
        match place.hold(SERVING) {
            Ok(_) => panic!("it was taken"),
            Err(failure) => assert_eq!(failure.problems[0].code, "SERV-008"),
        }
        let kept = fs::read_to_string(&database).expect("it stays");
        assert_eq!(kept, "a database");
        fs::remove_file(place.serving()).expect("removed");
    }
}

#[cfg(unix)]
#[test]
fn whoever_lost_his_file_takes_nobody_elses_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(&folder);
    let mut first = place.hold(SERVING).expect("nobody holds it");
    let address = "127.0.0.1:8080".parse().expect("an address");
    let said = first.as_mut().expect("embedded").listens(address);
    said.expect("the file is ours");
    fs::remove_file(place.serving()).expect("somebody takes it away");
    let second = place.hold(SERVING).expect("there is none");
    drop(first);
    assert!(place.serving().exists());
    drop(second);
}

#[test]
fn a_file_system_without_locks_is_refused_and_nothing_is_left_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(&folder);
    let knows_none = |_: &File| Err(TryLockError::Error(io::ErrorKind::Unsupported.into()));
    let refused = || match place.hold_by(SERVING, knows_none) {
        Ok(_) => panic!("it was taken"),
        Err(failure) => {
            let problem = &failure.problems[0];
            assert_eq!(problem.code, "SERV-007");
            assert!(
                problem.sentence.contains("本机磁盘"),
                "{}",
                problem.sentence
            );
        }
    };
    refused();
    assert!(!place.serving().exists());
    // What stood there before stays as it was.
    fs::write(place.serving(), "mingqian serve，进程 1").expect("writable");
    refused();
    let stays = fs::read_to_string(place.serving()).expect("it stays");
    assert_eq!(stays, "mingqian serve，进程 1");
}
