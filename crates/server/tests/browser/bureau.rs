//! A demo city in a folder of its own and the server that opens it; both end with the test.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The city, its password, its two campaigns, and where its server listens.
pub struct Bureau {
    pub base: String,
    pub password: String,
    pub finished: String,
    pub ready: String,
    pub log_key: String,
    server: Child,
    folder: TempDir,
}

/// Runs the program to its end.
pub fn mingqian(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingqian"))
        .args(words)
        .output()
        .unwrap()
}

/// What a run said, on both channels.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

impl Bureau {
    /// Builds the city and starts its server.
    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let var = folder.path().join("var");
        let built = mingqian(&["--json", "demo", "--data", var.to_str().unwrap()]);
        assert!(built.status.success(), "mingqian demo: {}", said(&built));
        let city: Value = serde_json::from_slice(&built.stdout).unwrap();
        let word = |name: &str| city[name].as_str().unwrap().to_owned();
        let (server, base) = serve(&var, folder.path());
        Self {
            base,
            password: word("password"),
            finished: word("finished"),
            ready: word("ready"),
            log_key: word("log_key"),
            server,
            folder,
        }
    }

    /// The folder with keys and database.
    pub fn var(&self) -> PathBuf {
        self.folder.path().join("var")
    }

    /// A file of the test beside the city.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether these words stand anywhere in what the server has written: database, log, anything.
    pub fn has_written(&self, words: &str) -> bool {
        holds(self.folder.path(), words.as_bytes())
    }
}

impl Drop for Bureau {
    fn drop(&mut self) {
        // It may have ended by itself, which the story has noticed by then.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The server on a free port; its first line says which.
fn serve(var: &Path, folder: &Path) -> (Child, String) {
    let log = File::create(folder.join("server.log")).unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_mingqian"))
        .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(var)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(server.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let told: Option<Value> = serde_json::from_str(&line).ok();
    let base = told
        .as_ref()
        .and_then(|told| told["listening"].as_str())
        .map(str::to_owned);
    let Some(base) = base else {
        let _ = server.kill();
        let _ = server.wait();
        let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
        panic!("the server did not say where it listens: {line}{log}");
    };
    (server, base)
}

fn holds(folder: &Path, words: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, words);
        }
        // A journal may be folded away between the listing and the look.
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words)
    })
}
