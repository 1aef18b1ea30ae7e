//! The limited child process: this test binary runs itself again as the child, which is why it
//! brings its own `main` instead of the usual harness.
#![expect(
    clippy::print_stdout,
    reason = "a test binary without harness reports on its own"
)]
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod common;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use common::{Book, row};
use domain::refusal::Refusal;
use exchange::child;
use exchange::table::{Cell, Event, Limits, Row, Source, read};
use tempfile::TempDir;

/// A story and the function that tells it.
type Story = (&'static str, fn());

/// Each story under its own name.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        const STORIES: &[Story] = &[$((stringify!($name), $name)),+];
    };
}

stories![
    the_child_tells_what_reading_here_would_tell,
    a_refusal_crosses_the_border_whole,
    memory_is_the_childs_own_problem,
    strings_that_claim_to_be_endless_kill_only_the_child,
    a_child_that_only_spins_is_stopped,
    a_hundred_thousand_rows_stream_through_a_small_child,
    the_sink_may_stop_the_child,
    a_program_that_is_no_reader_is_not_believed,
    a_child_called_wrongly_reads_nothing,
];

/// Speaks as much of the usual harness as test runners ask for: `--list`, `--ignored`, `--exact`,
/// one name.
fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments
        .first()
        .is_some_and(|first| first == child::SUBCOMMAND)
    {
        return child::main(&arguments[1..], std::io::stdout().lock());
    }
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let list = words.contains(&"--list");
    let wanted = words.iter().find(|word| !list && !word.starts_with('-'));
    let matches = |name: &str| match wanted {
        Some(wanted) if words.contains(&"--exact") => name == *wanted,
        Some(wanted) => name.contains(wanted),
        // No story is ignored.
        None => !words.contains(&"--ignored"),
    };
    for (name, story) in STORIES.iter().filter(|(name, _)| matches(name)) {
        if list {
            println!("{name}: test");
        } else {
            story();
            println!("test {name} ... ok");
        }
    }
    ExitCode::SUCCESS
}

fn myself() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn written(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

type Heard = (Option<Source>, Vec<Row>);

fn collect(heard: &mut Heard) -> impl FnMut(Event) -> Result<(), Refusal> {
    |event| {
        match event {
            Event::Source(source) => heard.0 = Some(source),
            Event::Row(row) => heard.1.push(row),
        }
        Ok(())
    }
}

fn in_child(path: &Path, limits: &Limits) -> Result<Heard, Refusal> {
    let mut heard = (None, Vec::new());
    child::read_in_child(&myself(), path, limits, &mut collect(&mut heard))?;
    Ok(heard)
}

fn here(path: &Path) -> Heard {
    let mut heard = (None, Vec::new());
    read(path, &Limits::default(), &mut collect(&mut heard)).unwrap();
    heard
}

fn the_child_tells_what_reading_here_would_tell() {
    let csv = "名称,代码\n\"甲\n\"\"店\"\"\",9.1E+17\n\n,=\"007\"\n".as_bytes();
    let (_folder, path) = written("a.csv", csv);
    assert_eq!(in_child(&path, &Limits::default()).unwrap(), here(&path));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.xlsx");
    Book::of(&(row(1, &["名称"]) + "<row r=\"2\"><c r=\"B2\"><f>1</f></c></row>"))
        .after_rows("<mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>")
        .write(&path);
    let heard = in_child(&path, &Limits::default()).unwrap();
    assert_eq!(heard, here(&path));
    assert_eq!(heard.1[1].cells, [Cell::Empty, Cell::Formula]);
}

fn a_refusal_crosses_the_border_whole() {
    let (_folder, path) = written("a.csv", b"a,b\n\"c\n");
    let mut nothing = (None, Vec::new());
    let expected = read(&path, &Limits::default(), &mut collect(&mut nothing)).unwrap_err();
    assert_eq!(in_child(&path, &Limits::default()).unwrap_err(), expected);
    let missing = path.with_file_name("missing.csv");
    assert_eq!(
        in_child(&missing, &Limits::default()).unwrap_err().code,
        "IMPT-003"
    );
}

/// Strings that unpack to 60 MB in a child that may have 40: the child dies, we go on.
fn memory_is_the_childs_own_problem() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let strings: String = (0..30_000)
        .map(|n| format!("<si><t>{n:02000}</t></si>"))
        .collect();
    Book::of(&row(1, &["x"]))
        .strings(format!("<sst>{strings}</sst>"))
        .write(&path);
    let enough = Limits {
        memory: 1 << 30,
        ratio: 100_000,
        ..Limits::default()
    };
    assert_eq!(in_child(&path, &enough).unwrap().1.len(), 1);
    let little = Limits {
        memory: 40 << 20,
        ..enough
    };
    let refusal = in_child(&path, &little).unwrap_err();
    assert_eq!(refusal.code, "IMPT-051", "{refusal}");
    assert!(refusal.remedy.contains("另存为"));
}

fn strings_that_claim_to_be_endless_kill_only_the_child() {
    for claim in ["500000000000", "18446744073709551615"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let strings = format!("<sst uniqueCount=\"{claim}\"><si><t>x</t></si></sst>");
        Book::of(&row(1, &["x"])).strings(strings).write(&path);
        assert!(
            std::fs::metadata(&path).unwrap().len() < 2_000,
            "a tiny file"
        );
        let refusal = in_child(&path, &Limits::default()).unwrap_err();
        assert_eq!(refusal.code, "IMPT-051", "{refusal}");
    }
}

fn a_child_that_only_spins_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    // Rows without cells: a lot to parse, nothing to hear.
    let rows = "<row r=\"1\"></row>".repeat(12_000_000);
    Book::of(&rows).write(&path);
    let limits = Limits {
        seconds: 1,
        ratio: 100_000,
        ..Limits::default()
    };
    let refusal = in_child(&path, &limits).unwrap_err();
    assert_eq!(refusal.code, "IMPT-051", "{refusal}");
}

fn a_hundred_thousand_rows_stream_through_a_small_child() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let rows: String = (1..=100_000)
        .map(|n| {
            row(
                n,
                &[
                    &format!("第{n}号餐饮店"),
                    &format!("92411200MA{n:08}"),
                    "某区某路",
                ],
            )
        })
        .collect();
    Book::of(&rows).write(&path);
    let limits = Limits {
        memory: 64 << 20,
        ..Limits::default()
    };
    let mut count = 0_u64;
    let mut last = Row::default();
    child::read_in_child(&myself(), &path, &limits, &mut |event| {
        if let Event::Row(row) = event {
            count += 1;
            last = row;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!((count, last.number), (100_000, 100_000));
    assert_eq!(last.cells[1], Cell::Text("92411200MA00100000".to_owned()));
}

fn the_sink_may_stop_the_child() {
    let (_folder, path) = written("a.csv", "a,b\n".repeat(1_000_000).as_bytes());
    let mut rows = 0;
    let verdict = child::read_in_child(&myself(), &path, &Limits::default(), &mut |event| {
        rows += u64::from(matches!(event, Event::Row(_)));
        if rows == 5 {
            Err(exchange::codes::NO_SHEET.refuse(&[]))
        } else {
            Ok(())
        }
    });
    assert_eq!((verdict.unwrap_err().code, rows), ("IMPT-025", 5));
}

/// Whatever a foreign program prints, the parent takes nothing it cannot read in full.
fn a_program_that_is_no_reader_is_not_believed() {
    let (_folder, path) = written("a.csv", b"a,b\n");
    let mut none = (None, Vec::new());
    let mut run = |exe: &str| {
        child::read_in_child(
            Path::new(exe),
            &path,
            &Limits::default(),
            &mut collect(&mut none),
        )
        .unwrap_err()
        .code
    };
    assert_eq!(run("/no/such/program"), "IMPT-050");
    assert_eq!(run("/bin/true"), "IMPT-051");
    assert_eq!(run("/bin/echo"), "IMPT-052");
    assert!(none.1.is_empty());
}

fn a_child_called_wrongly_reads_nothing() {
    let (_folder, path) = written("a.csv", b"a,b\n");
    let call = |arguments: &[&str]| {
        let mut command = Command::new(myself());
        command
            .arg(child::SUBCOMMAND)
            .args(arguments)
            .stderr(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), output.stdout)
    };
    let path = path.to_str().unwrap();
    assert_eq!(call(&[]), (Some(2), Vec::new()));
    assert_eq!(call(&["{}", path]), (Some(2), Vec::new()));
    assert_eq!(call(&[path]), (Some(2), Vec::new()));
}
