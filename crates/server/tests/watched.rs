//! The program as its operator runs it: where it listens, what it writes down, what it says of itself, and under which
//! address it tells people to come. The real program.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::engines::{PostgresDatabase, admin};

/// A bureau that was just founded.
struct Bureau {
    folder: TempDir,
    server: Option<PostgresDatabase>,
}

impl Bureau {
    fn founded(server: Option<PostgresDatabase>) -> Self {
        let bureau = Self {
            folder: tempfile::tempdir().unwrap(),
            server,
        };
        let args = ["init", "--bureau", "样例市城市管理局", "--district"];
        let made =
            bureau.run(&[&args[..], &["411202", "--origin", "watched.example/log"]].concat());
        assert!(made.status.success(), "{}", said(&made));
        bureau
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        command.args(args).arg("--data").arg(self.file("data"));
        command.env_remove("MINGQIAN_DATABASE");
        if let Some(server) = &self.server {
            command.env("MINGQIAN_DATABASE", server.url());
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn serve(&self, args: &[&str]) -> Server {
        let all = [&["serve", "--json", "--listen", "127.0.0.1:0"], args].concat();
        let record = std::fs::File::create(self.file("stderr")).unwrap();
        let mut command = self.command(&all);
        command.stdout(Stdio::piped()).stderr(record);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let listening = serde_json::from_str(&line).unwrap_or_else(|_| {
            let record = std::fs::read_to_string(self.file("stderr"));
            panic!("{line}{}", record.unwrap())
        });
        Server { child, listening }
    }
}

fn said(output: &Output) -> String {
    let words = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&words).into_owned()
}

struct Server {
    child: Child,
    listening: Value,
}

impl Server {
    fn address(&self, which: &str) -> String {
        let url = self.listening[which].as_str().unwrap();
        url.rsplit('/').next().unwrap().to_owned()
    }

    /// So many connections that say nothing, once each has its seat.
    fn sit(&self, seats: usize) -> Vec<TcpStream> {
        let knock = || TcpStream::connect(self.address("listening")).unwrap();
        let silent = (0..seats).map(|_| knock()).collect();
        let wanted = format!("mingqian_connections_open {seats}\n");
        while !self.metrics().contains(&wanted) {}
        silent
    }

    fn metrics(&self) -> String {
        self.get("metrics", "/metrics", &host("localhost"))
    }

    /// What becomes of one that finds no seat.
    fn turned_away(&self) -> String {
        read(TcpStream::connect(self.address("listening")).unwrap())
    }

    fn get(&self, which: &str, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.address(which)).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        read(stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is said until the other side closes, or resets.
fn read(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn host(name: &str) -> String {
    format!("host: {name}\r\n")
}

#[test]
fn silent_sockets_beyond_their_seats_are_closed_and_the_rest_goes_on() {
    let bureau = Bureau::founded(None);
    let server = bureau.serve(&["--per-address", "4", "--metrics", "127.0.0.1:0"]);
    let silent = server.sit(4);
    for _ in 0..40 {
        assert_eq!(server.turned_away(), "");
    }
    let told = server.metrics();
    assert!(told.contains("mingqian_connections_open 4\n"), "{told}");
    assert!(
        told.contains("mingqian_connections_refused_total 40\n"),
        "{told}"
    );
    drop(silent);
    // The seats come back by themselves; until then one is closed at once.
    let page = loop {
        match server.get("listening", "/", &host("localhost")) {
            closed if closed.is_empty() => {}
            page => break page,
        }
    };
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let record = std::fs::read_to_string(bureau.file("stderr")).unwrap();
    assert!(record.contains("文件描述符上限"), "{record}");
    assert_eq!(record.matches("一律关闭").count(), 1, "{record}");
}

#[test]
fn few_descriptors_are_told_and_leave_the_program_working() {
    let bureau = Bureau::founded(None);
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_mingqian");
    let line = format!("ulimit -n 300 && exec '{program}' \"$@\"");
    command.args([
        "-c",
        &line,
        "sh",
        "serve",
        "--json",
        "--listen",
        "127.0.0.1:0",
    ]);
    command.args(["--metrics", "127.0.0.1:0", "--data"]);
    command.arg(bureau.file("data"));
    let record = std::fs::File::create(bureau.file("stderr")).unwrap();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(record)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let listening = serde_json::from_str(&line).unwrap();
    let server = Server { child, listening };
    let silent = server.sit((300 - 256) / 2);
    for _ in 0..400 {
        assert_eq!(server.turned_away(), "");
    }
    drop(silent);
    while server.get("listening", "/", &host("localhost")).is_empty() {}
    let record = std::fs::read_to_string(bureau.file("stderr")).unwrap();
    assert!(
        record.contains("文件描述符上限 300，同时最多 22 个连接"),
        "{record}"
    );
}

#[test]
fn behind_a_proxy_cookies_are_secure_and_the_record_names_who_really_came() {
    let bureau = Bureau::founded(Some(PostgresDatabase::fresh()));
    let record = bureau.file("record");
    let server = bureau.serve(&[
        "--public-url",
        "https://mingqian.example",
        "--trusted-proxy",
        "127.0.0.1",
        "--record-format",
        "json",
        "--record",
        record.to_str().unwrap(),
    ]);
    let from = "x-forwarded-for: 198.51.100.9, 192.0.2.7\r\n";
    let asked = format!("{}{from}", host("evil.example"));
    let page = server.get("listening", "/", &asked);
    assert!(page.contains("strict-transport-security:"), "{page}");
    assert!(!page.contains("evil.example"), "{page}");
    let url = bureau.server.as_ref().unwrap().url();
    admin(url, "ALTER TABLE items RENAME TO items_away");
    let page = server.get("listening", "/items?q=ZZTOP", &asked);
    let (_, rest) = page.split_once("PAGE-500 ").unwrap();
    let number = &rest[..8];
    let mut written = String::new();
    for entry in std::fs::read_dir(&record).unwrap() {
        written += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let lines = written
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_it: Vec<Value> = lines.filter(|line| line["request"] == number).collect();
    assert_eq!(of_it.len(), 1, "{written}");
    assert_eq!(of_it[0]["client"], "192.0.2.7");
    assert_eq!(of_it[0]["route"], "/items");
    assert!(!written.contains("ZZTOP"), "{written}");
    let on_stderr = std::fs::read_to_string(bureau.file("stderr")).unwrap();
    assert_eq!(on_stderr, written);
}

#[test]
fn what_cannot_be_right_is_refused_before_anything_is_opened() {
    let bureau = Bureau::founded(None);
    for (code, args) in [
        ("SERV-001", &["serve", "--listen", "0.0.0.0:0"][..]),
        ("SERV-010", &["serve", "--metrics", "0.0.0.0:9464"]),
        (
            "CLI-104",
            &["serve", "--public-url", "http://mingqian.example"],
        ),
        ("CLI-104", &["serve", "--trusted-proxy", "proxy"]),
        ("CLI-104", &["serve", "--per-address", "0"]),
        (
            "CLI-106",
            &["audit", "--database", "postgres://mq:geheim@db/mq"],
        ),
    ] {
        let output = bureau.run(args);
        let words = said(&output);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(code), "{code}: {words}");
        assert!(!words.contains("geheim"), "{words}");
    }
    let (cert, key) = tls(&bureau);
    let all = ["serve", "--listen", "0.0.0.0:0", "--tls-cert", &cert];
    let words = said(&bureau.run(&[&all[..], &["--tls-key", &key]].concat()));
    assert!(words.contains("SERV-009"), "{words}");
}

fn tls(bureau: &Bureau) -> (String, String) {
    let file = |name: &str| bureau.file(name).to_str().unwrap().to_owned();
    (file("cert.pem"), file("key.pem"))
}

#[test]
fn the_password_comes_from_a_file_and_a_server_that_is_away_is_called_unreachable() {
    let server = PostgresDatabase::fresh();
    let url = server.url().to_owned();
    let bureau = Bureau::founded(Some(server));
    let file = bureau.file("database");
    let audit = |file: &Path| {
        let mut command = bureau.command(&["audit", "--database-file", file.to_str().unwrap()]);
        command.env_remove("MINGQIAN_DATABASE");
        command.output().unwrap()
    };
    std::fs::write(&file, format!("{url}\n")).unwrap();
    let clean = audit(&file);
    assert_eq!(clean.status.code(), Some(0), "{}", said(&clean));
    // A port that is nobody's any more.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    std::fs::write(&file, format!("postgres://mq:geheim@{gone}/mq")).unwrap();
    let refused = audit(&file);
    let words = said(&refused);
    assert_eq!(refused.status.code(), Some(2), "{words}");
    assert!(words.contains("STOR-529"), "{words}");
    assert!(words.contains("联系不上 PostgreSQL"), "{words}");
    assert!(!words.contains("geheim"), "{words}");
}
