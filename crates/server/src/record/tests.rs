use std::fs;

use domain::time::Date;
use tracing::subscriber::with_default;

use super::*;

/// What the record says in the folder of files when this happens.
fn recorded(format: Format, happens: impl FnOnce()) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let days = Days::open(folder.path(), 7, OsClock.now()).unwrap();
    let lines = Lines {
        format,
        days: Some(Mutex::new(days)),
    };
    with_default(registry().with(lines.with_filter(Ours)), happens);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        all.extend(text.lines().map(str::to_owned));
    }
    all
}

fn a_request_fails() {
    let span = tracing::error_span!(
        target: "web",
        "request",
        request = "1a2b3c4d",
        client = "192.0.2.7",
        method = "GET",
        route = "/p/{link}",
    );
    span.in_scope(two_lines);
    tracing::info!(target: "mingqian", "of nobody");
    of_a_library();
}

fn two_lines() {
    tracing::warn!(target: "app", "first");
    tracing::error!(target: "web::gate", "PAGE-500 1a2b3c4d GET /p/{{link}}：second\nline");
}

fn of_a_library() {
    tracing::error!(target: "sqlx::query", "SELECT 'typed by somebody'");
}

#[test]
fn every_line_of_a_request_has_its_number_and_where_it_came_from() {
    let lines = recorded(Format::Text, a_request_fails);
    let [first, second, third] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert!(
        first.ends_with("警告 [1a2b3c4d 192.0.2.7] first"),
        "{first}"
    );
    assert!(
        second.ends_with("错误 [1a2b3c4d 192.0.2.7] PAGE-500 1a2b3c4d GET /p/{link}：second line"),
        "{second}"
    );
    assert!(third.ends_with("信息 of nobody"), "{third}");
}

#[test]
fn a_program_reads_the_same_as_json() {
    let lines = recorded(Format::Json, a_request_fails);
    assert_eq!(lines.len(), 3);
    let second: Value = serde_json::from_str(&lines[1]).unwrap();
    for (name, value) in [
        ("level", "error"),
        ("request", "1a2b3c4d"),
        ("client", "192.0.2.7"),
        ("method", "GET"),
        ("route", "/p/{link}"),
        ("message", "PAGE-500 1a2b3c4d GET /p/{link}：second line"),
    ] {
        assert_eq!(second[name], value);
    }
    assert!(second["time"].is_string());
}

#[test]
fn each_day_has_its_file_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let day = |text: &str| Date::parse_iso(text).unwrap().at(9, 0);
    fs::write(folder.path().join("mingqian-2026-11-20.log"), "old\n").unwrap();
    fs::write(folder.path().join("mingqian-2026-11-26.log"), "newer\n").unwrap();
    fs::write(folder.path().join("somebody-2026-01-01.log"), "not ours\n").unwrap();
    let mut days = Days::open(folder.path(), 7, day("2026-11-26")).unwrap();
    days.write(day("2026-11-26"), "one\n");
    days.write(day("2026-11-27"), "two\n");
    days.write(day("2026-11-27"), "three\n");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
    assert_eq!(read("mingqian-2026-11-20.log"), None);
    assert_eq!(
        read("mingqian-2026-11-26.log").as_deref(),
        Some("newer\none\n")
    );
    assert_eq!(
        read("mingqian-2026-11-27.log").as_deref(),
        Some("two\nthree\n")
    );
    assert!(read("somebody-2026-01-01.log").is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = folder.path().join("mingqian-2026-11-27.log");
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
