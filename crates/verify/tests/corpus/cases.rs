//! The corpus of bundles: `crates/verify/corpus/table.txt` names for each a base bundle, edits, and the verdict
//! each tool must give, written by hand from the protocol and never by a tool.
//!
//! Reading order: `all` (the table) → `Base` (a bundle at a stage) → `edit` (one edit) → `chain` (the hashes after an
//! edit made to fit again, so that a case is wrong in one way only). Zips are written by `pack`.
//! Deliberately absent: anything that judges a bundle.
#![expect(dead_code, reason = "each test reads its own column of the table")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use draw::Suite;

use super::pack;

pub type Files = BTreeMap<String, Vec<u8>>;

/// What a tool is given.
pub enum Given {
    /// A directory: its name, files, links (name, target) and folders.
    Folder {
        name: String,
        files: Files,
        links: Vec<(String, String)>,
        folders: Vec<String>,
    },
    Zip(Vec<u8>),
}

pub struct Case {
    pub name: String,
    /// Where the protocol says so.
    pub law: String,
    /// The exit code of rust (with the log's key), sh, page; `None` where a tool cannot be given this.
    pub rust: Option<u8>,
    pub sh: Option<u8>,
    pub page: Option<u8>,
    /// That of rust without the log's key.
    pub keyless: Option<u8>,
    /// Bundle, stage and whether with its receipts.
    pub base: String,
    pub given: Given,
    /// Bundles given beside it as those of borrowed frames.
    pub borrowed: Vec<Files>,
}

pub fn corpus() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../verify/corpus"))
}

/// Every row of the table.
pub fn all() -> Vec<Case> {
    let table = std::fs::read_to_string(corpus().join("table.txt")).unwrap();
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cases: Vec<Case> = rows.map(case).collect();
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "a name stands twice in the table");
    cases
}

fn case(row: &str) -> Case {
    let mut cells = row.trim_end_matches('|').split(" | ").map(str::trim);
    let mut cell = || cells.next().unwrap_or_default();
    let (name, law, verdicts, base, edits) = (cell(), cell(), cell(), cell(), cell());
    let verdicts: Vec<Option<u8>> = verdicts.split(' ').map(|code| code.parse().ok()).collect();
    let (rust, sh, page, keyless) = match verdicts[..] {
        [Some(0), sh, page] => (Some(0), sh, page, Some(3)),
        [rust, sh, page] => (rust, sh, page, rust),
        [rust, sh, page, keyless] => (rust, sh, page, keyless),
        _ => panic!("{name}: three verdicts, or four"),
    };
    let (given, borrowed) = Base::of(base).edited(name, edits);
    Case {
        name: name.to_owned(),
        law: law.to_owned(),
        rust,
        sh,
        page,
        keyless,
        base: base.to_owned(),
        given,
        borrowed,
    }
}

const FRAME: [&str; 4] = [
    "secret.txt",
    "subjects.tsv",
    "inspectors.tsv",
    "recusals.tsv",
];
const CORE: [&str; 6] = [
    "plan.txt",
    "freeze.txt",
    "reveal.txt",
    "void.txt",
    "seed.txt",
    "result.txt",
];

/// A bundle under edit.
struct Base {
    name: String,
    files: Files,
    links: Vec<(String, String)>,
    folders: Vec<String>,
    packed: Option<Vec<u8>>,
    borrowed: Vec<Files>,
}

impl Base {
    /// `<bundle> <stage> [log]`.
    fn of(words: &str) -> Self {
        let mut words = words.split(' ');
        let (bundle, stage) = (words.next().unwrap(), words.next().unwrap());
        let log = words.next() == Some("log");
        let mut files = archive(bundle);
        let void = files.contains_key("void.txt");
        files.retain(|name, _| match stage {
            "sealed" => {
                is_receipt(name)
                    || (CORE.contains(&name.as_str())
                        && !(void && (name == "seed.txt" || name == "result.txt")))
            }
            "public" => !FRAME.contains(&name.as_str()),
            "full" => true,
            _ => panic!("no stage {stage}"),
        });
        let there: Vec<String> = files.keys().cloned().collect();
        files.retain(|name, _| {
            let record = name.rsplit_once('.').map_or("", |(record, _)| record);
            !is_receipt(name) || (log && there.contains(&format!("{record}.txt")))
        });
        Self {
            name: "bundle".to_owned(),
            files,
            links: Vec::new(),
            folders: Vec::new(),
            packed: None,
            borrowed: Vec::new(),
        }
    }

    fn edited(mut self, case: &str, edits: &str) -> (Given, Vec<Files>) {
        for edit in edits.split(" ; ").map(str::trim).filter(|e| !e.is_empty()) {
            self.edit(case, edit);
        }
        let given = match self.packed {
            Some(bytes) => Given::Zip(bytes),
            None => Given::Folder {
                name: self.name,
                files: self.files,
                links: self.links,
                folders: self.folders,
            },
        };
        (given, self.borrowed)
    }

    fn edit(&mut self, case: &str, edit: &str) {
        if let Some((file, change)) = edit.split_once(": ") {
            let (old, new) = change.split_once("=>").expect("old => new");
            return self.replace(case, file, &unescape(old), &unescape(new));
        }
        let words: Vec<&str> = edit.split(' ').collect();
        match words[..] {
            ["chain"] => self.chain(),
            ["at", name] => self.name = String::from_utf8(unescape(name)).unwrap(),
            ["beside", bundle, stage] => {
                let frame = Self::of(&format!("{bundle} {stage}"));
                self.borrowed.push(frame.files);
            }
            ["zip", ref knobs @ ..] => self.packed = Some(pack::zip(&self.files, knobs)),
            ["cutline" | "dupline" | "swapline" | "word", ..] => self.edit_line(case, &words),
            _ => self.edit_file(case, &words),
        }
    }

    fn edit_file(&mut self, case: &str, words: &[&str]) {
        let mut set = |name: &str, bytes: Vec<u8>| self.files.insert(name.to_owned(), bytes);
        match *words {
            ["drop", name] => assert!(self.files.remove(name).is_some(), "{case}: {name}"),
            ["add", name] => assert!(set(name, b"x\n".to_vec()).is_none(), "{case}: {name}"),
            ["empty", name] => assert!(set(name, Vec::new()).is_some(), "{case}: {name}"),
            ["copy", from, to] => {
                let bytes = self.files[from].clone();
                self.files.insert(to.to_owned(), bytes);
            }
            ["link", name, target] => {
                self.files.remove(name);
                self.links.push((name.to_owned(), target.to_owned()));
            }
            ["folder", name] => self.folders.push(name.to_owned()),
            _ => panic!("{case}: no edit {words:?}"),
        }
    }

    fn edit_line(&mut self, case: &str, words: &[&str]) {
        match *words {
            ["cutline", file, at] => self.lines(case, file, |rows| drop(rows.remove(place(at)))),
            ["dupline", file, at, ref times @ ..] => {
                let more = times.first().map_or(1, |times| times.parse().unwrap());
                self.lines(case, file, |rows| {
                    let row = rows[place(at)].clone();
                    rows.splice(place(at)..place(at), vec![row; more]);
                });
            }
            ["swapline", file, one, two] => {
                self.lines(case, file, |rows| rows.swap(place(one), place(two)));
            }
            ["word", file, line, at, value] => self.word(case, file, line, at, value),
            _ => panic!("{case}: no edit {words:?}"),
        }
    }

    fn lines(&mut self, case: &str, file: &str, act: impl FnOnce(&mut Vec<String>)) {
        assert!(self.files.contains_key(file), "{case}: no {file}");
        let text = self.text(file);
        let mut rows = text.split_inclusive('\n').map(str::to_owned).collect();
        act(&mut rows);
        self.files
            .insert(file.to_owned(), rows.concat().into_bytes());
    }

    /// The n-th word of a line set to a word, to one of another place: `@<file>:<line>:<word>`, or to the hash of a file:
    /// `#<file>`.
    fn word(&mut self, case: &str, file: &str, line: &str, at: &str, value: &str) {
        let split = |row: &str| -> Vec<String> {
            let words = row.trim_end_matches('\n').split([' ', '\t']);
            words.map(str::to_owned).collect()
        };
        let value = match value.split_at(1) {
            ("#", of) => self.hash(of).unwrap_or_else(|| panic!("{case}: no {of}")),
            ("@", place_of) => {
                let [from, line, at] = place_of.split(':').collect::<Vec<_>>()[..] else {
                    panic!("{case}: @file:line:word");
                };
                split(self.text(from).lines().nth(place(line)).unwrap())[place(at)].clone()
            }
            _ => value.to_owned(),
        };
        let separator = if file.ends_with(".tsv") { "\t" } else { " " };
        self.lines(case, file, |rows| {
            let mut words = split(&rows[place(line)]);
            words[place(at)] = value;
            rows[place(line)] = words.join(separator) + "\n";
        });
    }

    /// The first occurrence of `old` after a line's begin or anywhere; a case whose edit finds nothing is a mistake.
    fn replace(&mut self, case: &str, file: &str, old: &[u8], new: &[u8]) {
        let bytes = self
            .files
            .get_mut(file)
            .unwrap_or_else(|| panic!("{case}: no {file}"));
        if old == b"^" {
            bytes.splice(0..0, new.iter().copied());
            return;
        }
        let found = bytes.windows(old.len()).position(|part| part == old);
        let at = found.unwrap_or_else(|| panic!("{case}: {file} does not hold this"));
        bytes.splice(at..at + old.len(), new.iter().copied());
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    fn suite(&self) -> Suite {
        let head = if self.files.contains_key("freeze.txt") {
            "freeze.txt"
        } else {
            "plan.txt"
        };
        match self.text(head).contains("\nsuite sm3\n") {
            true => Suite::Sm3,
            false => Suite::Sha256,
        }
    }

    fn hash(&self, name: &str) -> Option<String> {
        let bytes = self.files.get(name)?;
        Some(self.suite().bytes(bytes).to_string())
    }

    /// Writes `hash` behind `key` in every line of `file` that has it with some hash.
    fn point(&mut self, file: &str, key: &str, hash: Option<String>) {
        let (Some(hash), true) = (hash, self.files.contains_key(file)) else {
            return;
        };
        let lines = self.text(file);
        let lines = lines.split_inclusive('\n').map(|line| {
            let rest = line
                .strip_prefix(key)
                .and_then(|rest| rest.strip_prefix(' '));
            match rest {
                Some(rest) if rest.trim_end().len() == 64 => format!("{key} {hash}\n"),
                _ => line.to_owned(),
            }
        });
        self.files
            .insert(file.to_owned(), lines.collect::<String>().into_bytes());
    }

    /// Every hash that names another file or record, from the first to the last, made true again.
    fn chain(&mut self) {
        for file in ["freeze.txt", "void.txt"] {
            self.point(file, "plan", self.hash("plan.txt"));
        }
        let changes: Vec<String> = (1..)
            .map(|n| format!("change-{n}.txt"))
            .take_while(|name| self.files.contains_key(name))
            .collect();
        let records = [
            "reveal.txt",
            "seed.txt",
            "result.txt",
            "void.txt",
            "open.txt",
        ];
        for file in records.map(str::to_owned).iter().chain(&changes) {
            self.point(file, "freeze", self.hash("freeze.txt"));
        }
        for file in ["seed.txt", "void.txt"] {
            self.point(file, "reveal", self.hash("reveal.txt"));
        }
        self.point("result.txt", "seed", self.hash("seed.txt"));
        for name in [
            "subjects.order",
            "inspectors.order",
            "teams.txt",
            "leaders.txt",
        ] {
            self.point("result.txt", &format!("file {name}"), self.hash(name));
            self.seal(name);
        }
        self.point("open.txt", "result", self.hash("result.txt"));
        self.point("open.txt", "would", self.hash("result.txt"));
        self.point("open.txt", "void", self.hash("void.txt"));
        for name in ["opened.tsv", "persons.tsv"] {
            self.point("open.txt", &format!("file {name}"), self.hash(name));
        }
        self.list_changes(&changes);
    }

    fn seal(&mut self, name: &str) {
        let (Some(content), true) = (self.hash(name), self.files.contains_key("open.txt")) else {
            return;
        };
        let word = |text: &str, key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap_or_default().trim().to_owned()
        };
        let (freeze, open) = (self.text("freeze.txt"), self.text("open.txt"));
        let lines = [
            "shuang-file/2".to_owned(),
            word(&freeze, "campaign "),
            word(&freeze, "attempt "),
            name.to_owned(),
            word(&open, &format!("key {name} ")),
            content,
        ];
        let text = lines.map(|line| line + "\n").concat();
        let sealed = self.suite().bytes(text.as_bytes()).to_string();
        self.point("result.txt", &format!("sealed {name}"), Some(sealed));
    }

    /// The `change` lines of OPEN as the change files stand.
    fn list_changes(&mut self, changes: &[String]) {
        if !self.files.contains_key("open.txt") {
            return;
        }
        let open = self.text("open.txt");
        let mut kept: Vec<&str> = open
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("change "))
            .collect();
        let made: Vec<String> = changes
            .iter()
            .filter_map(|name| Some(format!("change {}\n", self.hash(name)?)))
            .collect();
        let at = kept.iter().position(|line| line.starts_with("key "));
        let at = at.unwrap_or(kept.len());
        kept.splice(at..at, made.iter().map(String::as_str));
        let open = kept.concat();
        self.files.insert("open.txt".to_owned(), open.into_bytes());
    }
}

/// A place counted from 1 in the table.
fn place(written: &str) -> usize {
    written.parse::<usize>().unwrap() - 1
}

fn is_receipt(name: &str) -> bool {
    name.ends_with(".entry") || name.ends_with(".proof")
}

/// `\n` `\t` `\r` `\s` (blank) `\0` and `\xHH`; blanks at the ends of what is written do not count.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.trim_matches(' ').bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next().unwrap());
        out.push(match digit() {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            's' => b' ',
            '0' => 0,
            'x' => u8::from_str_radix(&format!("{}{}", digit(), digit()), 16).unwrap(),
            other => panic!("no escape {other}"),
        });
    }
    out
}

/// The files of `corpus/bundles/<name>.txt`: each after a line `-- <file> --`, up to the next such line.
pub fn archive(name: &str) -> Files {
    let path = corpus().join("bundles").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut files = Files::new();
    let mut file = None;
    for line in text.split_inclusive('\n') {
        let head = line
            .strip_prefix("-- ")
            .and_then(|l| l.strip_suffix(" --\n"));
        if let Some(head) = head {
            file = Some(head.to_owned());
            files.insert(head.to_owned(), Vec::new());
        } else if let Some(file) = &file {
            files.get_mut(file).unwrap().extend(line.bytes());
        }
    }
    files
}
