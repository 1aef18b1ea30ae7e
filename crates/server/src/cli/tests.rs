//! What the texts for operators tell to type is what the program understands, and the codes they explain are those it
//! says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::Cli;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(name: &str) -> String {
    let path = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How a command is run as the account of the service.
const AS_THE_SERVICE: [&str; 4] = ["runuser", "-u", "mingqian", "--"];

/// The command lines of a text: of its shell blocks, of what stands between two backticks, and of units.
fn command_lines(text: &str) -> BTreeSet<Vec<String>> {
    let text = text.replace("\\\n", " ");
    let mut found = BTreeSet::new();
    let mut block = false;
    for line in text.lines() {
        let mut lines = vec![];
        if line.starts_with("```") {
            block = !block;
        } else if let Some(started) = line.strip_prefix("ExecStart=/usr/local/bin/") {
            lines.push(started);
        } else if block {
            lines.push(line);
        } else {
            lines.extend(line.split('`').skip(1).step_by(2));
        }
        for line in lines {
            let line = line.split(" #").next().unwrap_or_default();
            let words = line
                .split_whitespace()
                .filter(|word| !word.starts_with('$'));
            let words: Vec<String> = words.map(str::to_owned).collect();
            let words = match words.split_at_checked(AS_THE_SERVICE.len()) {
                Some((before, words)) if before == AS_THE_SERVICE => words.to_vec(),
                _ => words,
            };
            // The name of a command alone is a name, and what leaves something open is no line to type.
            let open = words.iter().any(|word| word.contains(['…', '<']));
            let begins = words.first().is_some_and(|first| first == "mingqian");
            let has_options = words.iter().any(|word| word.starts_with("--"));
            if begins && has_options && !open {
                found.insert(words);
            }
        }
    }
    found
}

#[test]
fn every_command_line_the_operator_is_told_is_one_the_program_understands() {
    let mut counted = 0;
    for name in [
        "docs/OPERATIONS.md",
        "README.md",
        "deploy/systemd/mingqian.service",
        "deploy/systemd/mingqian-backup.service",
    ] {
        for words in command_lines(&text(name)) {
            let read = Cli::try_parse_from(&words);
            assert!(read.is_ok(), "{name}: {words:?}: {:?}", read.err());
            counted += 1;
        }
    }
    assert!(counted > 20, "{counted}");
}

#[test]
fn the_options_the_units_are_given_are_options_of_what_they_start() {
    let guide = text("docs/OPERATIONS.md");
    for (variable, command) in [("MINGQIAN_SERVE=", "serve"), ("MINGQIAN_BACKUP=", "backup")] {
        let told = guide.split(variable).skip(1).map(|rest| {
            let line = rest.lines().next().unwrap_or_default();
            line.split('`').next().unwrap_or_default()
        });
        let told: Vec<&str> = told.filter(|line| line.starts_with("--")).collect();
        assert_eq!(told.len(), 1, "{variable}");
        let mut words = vec!["mingqian", command, "--data", "x"];
        if command == "backup" {
            words.extend(["--to", "y"]);
        }
        words.extend(told[0].split_whitespace());
        let read = Cli::try_parse_from(&words);
        assert!(read.is_ok(), "{words:?}: {:?}", read.err());
        let unit = text(&format!(
            "deploy/systemd/{}",
            match command {
                "serve" => "mingqian.service",
                _ => "mingqian-backup.service",
            }
        ));
        let name = variable.trim_end_matches('=');
        assert!(unit.contains(&format!("${name}")), "{name}");
    }
}

/// All sources of the program.
fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_code_the_guide_explains_is_one_the_program_says_and_has_a_line_that_helps() {
    let guide = text("docs/OPERATIONS.md");
    let mut all = String::new();
    for name in ["domain", "store", "app", "exchange", "web", "server"] {
        sources(&root().join("crates").join(name).join("src"), &mut all);
    }
    let rows = guide.lines().filter(|line| line.starts_with("| `"));
    let mut counted = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let codes = cells[0].split('`').skip(1).step_by(2);
        for code in codes {
            let shape = code.len() >= 7 && code.contains('-');
            assert!(shape, "{code}");
            assert!(all.contains(code), "nobody says {code}");
            counted += 1;
        }
        assert_eq!(cells.len(), 3, "{row}");
        assert!(cells[2].trim().chars().count() > 4, "{row}");
    }
    assert!(counted > 20, "{counted}");
}
