//! The start of the program: foreign and missing keys, a missing folder of contents, files that stand open, and the
//! record on stderr. The real program, refused in its own sentence before anything is done.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use app::crypto::StorageKey;
use app::sealing::SealingKey;
use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use domain::time::Date;
use store::import::StoredImport;
use store::job::StoredJob;
use store::{Db, Engine, Exhibit, Sealing, Upgrade};
use tempfile::TempDir;
use testkit::clock::today;
use testkit::engines::{PostgresDatabase, Still, admin, upgrade};
use testkit::folder::files;
use testkit::old::{COMMITS, OldDatabase, made_before};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
/// An act on the number series.
const FIRST_13: [&str; 7] = [
    "counter", "--kind", "campaign", "--year", "2026", "--next", "13",
];
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// A data folder with its database, as the program is given them.
struct Place {
    data: PathBuf,
    url: Option<String>,
}

impl Place {
    fn of(old: &OldDatabase, engine: Engine) -> Self {
        Self {
            data: old.folder(),
            url: (engine == Engine::Postgres).then(|| old.place()),
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        command.args(args).arg("--data").arg(&self.data);
        // The databases of earlier builds rest for as long as they are kept.
        command.args(["--accept-clock", &today()]);
        command.env_remove("MINGQIAN_DATABASE");
        if let Some(url) = &self.url {
            command.env("MINGQIAN_DATABASE", url);
        }
        command
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        said(&self.command(args).output().unwrap())
    }

    fn done(&self, args: &[&str]) -> String {
        let (code, words) = self.run(args);
        assert_eq!(code, Some(0), "{args:?}: {words}");
        words
    }

    /// Refused with this code, with every file as it was, and in no words of the operating system.
    fn refuses(&self, code: &str, args: &[&str]) -> String {
        let before = files(&self.data);
        let (exit, words) = self.run(args);
        assert_eq!(exit, Some(2), "{args:?}: {words}");
        assert!(words.contains(code), "{args:?}: {words}");
        assert!(!words.contains("os error"), "{args:?}: {words}");
        assert!(before == files(&self.data), "{args:?} wrote");
        words
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// The commands that write or sign, each with its words.
    fn writers(&self) -> Vec<Vec<String>> {
        let list = self.data.with_extension("csv");
        std::fs::write(&list, "名称,地址\n样例店,样例路 1 号\n").unwrap();
        let import = ["import", "subjects", list.to_str().unwrap(), "--unit", "样"];
        let all: [&[&str]; 7] = [
            &import,
            &SERVE,
            &["migrate"],
            &FIRST_13,
            &["migrate", "--dry-run"],
            &["account", "unlock", "secadmin"],
            &["account", "reset", "secadmin"],
        ];
        let owned = |args: &&[&str]| args.iter().map(|arg| (*arg).to_owned()).collect();
        all.iter().map(owned).collect()
    }

    fn each_writer_is_refused(&self, code: &str, says: &str) {
        for args in self.writers() {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let words = self.refuses(code, &args);
            assert!(words.contains(says), "{args:?}: {words}");
        }
    }
}

fn said(output: &Output) -> (Option<i32>, String) {
    let words = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    (output.status.code(), words)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open_up(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

struct Bureau {
    place: Place,
    _folder: TempDir,
    server: Option<PostgresDatabase>,
}

impl Bureau {
    fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = (engine == Engine::Postgres).then(PostgresDatabase::fresh);
        let url = server.as_ref().map(|server| server.url().to_owned());
        let data = folder.path().join("data");
        Self {
            place: Place { data, url },
            _folder: folder,
            server,
        }
    }

    fn founded(engine: Engine) -> Self {
        let bureau = Self::empty(engine);
        let name = ["--bureau", "样例市城市管理局", "--district", "411202"];
        let args = [
            &["init"],
            name.as_slice(),
            &["--origin", "keys.example/log"],
        ];
        bureau.place.done(&args.concat());
        bureau
    }
}

/// A log key of the same name that is not the one of any other bureau.
fn foreign_log_key() -> Vec<u8> {
    let other = Bureau::founded(Engine::Sqlite);
    std::fs::read(other.place.file("keys/log.key")).unwrap()
}

/// The server on a free port, until it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&SERVE);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it at once and yields what it wrote to stderr.
    fn killed(mut self) -> String {
        self.child.kill().unwrap();
        let mut words = String::new();
        let mut record = self.child.stderr.take().unwrap();
        record.read_to_string(&mut words).unwrap();
        self.child.wait().unwrap();
        words
    }
}

/// What the record says besides how the server stands.
fn complaints(record: &str) -> String {
    let lines = record.lines().filter(|line| !line.contains(" 信息 "));
    lines.collect::<Vec<_>>().join("\n")
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_foreign_log_key_signs_nothing() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let place = &bureau.place;
        let key = place.file("keys/log.key");
        let right = std::fs::read(&key).unwrap();
        std::fs::write(&key, foreign_log_key()).unwrap();
        place.each_writer_is_refused("STOR-525", "keys/log.key 不是这个局的日志密钥");
        // What only looks needs no key.
        place.done(&["audit"]);
        place.done(&["counter"]);
        std::fs::write(&key, right).unwrap();
        place.done(&FIRST_13);
        place.done(&["audit"]);
    }
}

#[test]
fn a_foreign_log_key_migrates_no_older_database_either() {
    let foreign = foreign_log_key();
    let older = made_before(store::structure()).flat_map(|one| ENGINES.map(|engine| (one, engine)));
    for (commit, engine) in older {
        let old = OldDatabase::unpack(commit, engine);
        let place = Place::of(&old, engine);
        let right = std::fs::read(place.file("keys/log.key")).unwrap();
        std::fs::write(place.file("keys/log.key"), &foreign).unwrap();
        place.each_writer_is_refused("STOR-525", "从备份恢复这个库的 keys 目录");
        std::fs::write(place.file("keys/log.key"), right).unwrap();
        assert!(place.done(&["migrate"]).contains("已做"));
        place.done(&["audit"]);
    }
}

#[test]
fn a_certificate_with_the_key_of_another_serves_nobody() {
    let [own, other] = [(); 2].map(|()| {
        let bureau = Bureau::empty(Engine::Sqlite);
        let name = ["--bureau", "样例市城市管理局", "--district", "411202"];
        let name = [
            &["init"],
            name.as_slice(),
            &["--origin", "keys.example/log"],
        ]
        .concat();
        bureau
            .place
            .done(&[name.as_slice(), &["--tls-name", "127.0.0.1"]].concat());
        bureau
    });
    let at = |bureau: &Bureau, name: &str| bureau.place.file(name).display().to_string();
    let (cert, key) = (at(&own, "tls/server.pem"), at(&other, "tls/server.key"));
    let tls = ["--tls-cert", &cert, "--tls-key", &key];
    let (exit, words) = own.place.run(&[SERVE.as_slice(), &tls].concat());
    assert_eq!(exit, Some(2), "{words}");
    assert!(words.contains("SERV-002"), "{words}");
}

#[test]
fn a_missing_log_key_has_its_own_sentence() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let place = &bureau.place;
        let key = place.file("keys/log.key");
        let right = std::fs::read(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        place.each_writer_is_refused("INIT-010", "日志密钥不在，而数据库已经建立");
        // Founding is no way to a new one.
        let (code, words) = place.run(&["demo"]);
        assert_eq!(code, Some(2), "{words}");
        assert!(!key.exists());
        std::fs::create_dir(&key).unwrap();
        place.each_writer_is_refused("INIT-006", "这是一个目录");
        std::fs::remove_dir(&key).unwrap();
        std::fs::write(&key, right).unwrap();
        place.done(&["migrate"]);
    }
    let nothing = Bureau::empty(Engine::Sqlite);
    std::fs::create_dir_all(&nothing.place.data).unwrap();
    let words = nothing.place.refuses("INIT-006", &SERVE);
    assert!(words.contains("先用 mingqian init"), "{words}");
}

#[test]
fn a_fault_is_found_in_the_record_by_the_number_of_its_page() {
    let bureau = Bureau::founded(Engine::Postgres);
    let url = bureau.server.as_ref().unwrap().url();
    let server = Server::start(&bureau.place);
    assert!(server.get("/items").starts_with("HTTP/1.1 200"));
    let secret = "5e3c".repeat(16);
    let mut asked = Vec::new();
    for (table, route, path) in [
        (
            "items",
            "GET /items",
            "/items?q=%E6%A3%80%E6%9F%A5%E5%91%98%E7%94%B2&x=ZZTOP".to_owned(),
        ),
        ("party_links", "GET /p/{link}", format!("/p/{secret}")),
    ] {
        admin(url, &format!("ALTER TABLE {table} RENAME TO {table}_away"));
        let page = server.get(&path);
        assert!(page.starts_with("HTTP/1.1 500"), "{page}");
        let (_, rest) = page.split_once("PAGE-500 ").unwrap();
        let number: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        assert_eq!(number.len(), 8, "{page}");
        assert!(
            !page.contains("relation"),
            "the inside is not for the reader"
        );
        asked.push((table, route, number));
    }
    let record = server.killed();
    for (table, route, number) in asked {
        let mark = format!("PAGE-500 {number} {route}：STOR-503");
        let line = record.lines().find(|line| line.contains(&mark));
        let line = line.unwrap_or_else(|| panic!("{mark}: {record}"));
        assert!(line.contains(table), "the cause: {line}");
    }
    for kept_out in [secret.as_str(), "ZZTOP", "检查员甲", "%E6"] {
        assert!(!record.contains(kept_out), "{kept_out}: {record}");
    }
}

#[test]
fn a_missing_folder_of_contents_is_refused_and_the_audit_names_each() {
    let old = OldDatabase::unpack(COMMITS[1], Engine::Sqlite);
    let place = Place::of(&old, Engine::Sqlite);
    let (folder, away) = (place.file("mingqian.blobs"), place.file("away"));
    std::fs::rename(&folder, &away).unwrap();
    place.each_writer_is_refused("STOR-522", "mingqian.blobs");
    std::fs::rename(&away, &folder).unwrap();
    place.done(&["migrate"]);
    let contents = place.done(&["audit", "--json"]);
    std::fs::rename(&folder, &away).unwrap();
    place.each_writer_is_refused("STOR-522", "从备份恢复");
    let (code, words) = place.run(&["audit"]);
    assert_eq!(code, Some(1), "{words}");
    let missing = words.matches("AUDT-005").count();
    let audited: serde_json::Value = serde_json::from_str(&contents).unwrap();
    assert_eq!(
        Some(missing as u64),
        audited["contents"].as_u64(),
        "{words}"
    );
    assert!(!folder.exists());
    std::fs::rename(&away, &folder).unwrap();
    place.done(&["audit"]);
}

/// What an earlier program or a copy left open is closed at the first opening, which says so once.
#[test]
fn what_stood_open_to_others_is_closed_and_said_once() {
    let old = OldDatabase::unpack(COMMITS[0], Engine::Sqlite);
    let place = Place::of(&old, Engine::Sqlite);
    let file = place.file("mingqian.sqlite");
    open_up(&file, 0o644);
    open_up(&place.data, 0o755);
    open_up(&place.file("keys/storage.key"), 0o640);
    let before = place.done(&["migrate", "--dry-run"]);
    assert!(!before.contains("收紧") && mode(&file) == 0o644, "{before}");
    let told = place.done(&["migrate"]);
    for said in [
        "权限已经收紧",
        "mingqian.sqlite（0644 改为 0600）",
        "storage.key（0640",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    for (path, wanted) in [
        (place.data.clone(), 0o700),
        (file.clone(), 0o600),
        (place.file("keys/storage.key"), 0o600),
        (place.file("mingqian.blobs"), 0o700),
    ] {
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
    assert!(!place.done(&["migrate"]).contains("收紧"));
    // What a server that was killed left beside the database.
    assert_eq!(complaints(&Server::start(&place).killed()), "");
    let [log, index] = ["mingqian.sqlite-wal", "mingqian.sqlite-shm"].map(|name| place.file(name));
    assert_eq!([mode(&log), mode(&index)], [0o600, 0o600]);
    // It may have written nothing yet; then the first look at the database makes both anew.
    for emptied in [false, true] {
        if emptied {
            let log = std::fs::File::options().write(true).open(&log);
            log.unwrap().set_len(0).unwrap();
        }
        open_up(&log, 0o644);
        open_up(&index, 0o644);
        let server = Server::start(&place);
        assert_eq!([mode(&log), mode(&index)], [0o600, 0o600]);
        let record = server.killed();
        assert!(record.contains("mingqian.sqlite-wal（0644"), "{record}");
    }
}

#[test]
fn a_new_database_is_its_owners_alone() {
    let bureau = Bureau::founded(Engine::Sqlite);
    assert_eq!(mode(&bureau.place.file("mingqian.sqlite")), 0o600);
    assert!(!bureau.place.done(&["migrate"]).contains("收紧"));
}

/// One bit of one ciphertext turned: a key, a cell, a content, a secret.
const TURNED: [&str; 4] = [
    "UPDATE person_keys SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1) WHERE person = (SELECT 'inspector/' || inspector_id FROM inspectors ORDER BY code DESC LIMIT 1)",
    "UPDATE inspectors SET sealed_credential_no = set_byte(sealed_credential_no, 20, get_byte(sealed_credential_no, 20) # 1) WHERE code = (SELECT MAX(code) FROM inspectors)",
    "UPDATE blob_chunks SET bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) WHERE ordinal = 0 AND blob_id = (SELECT b.blob_id FROM blobs b JOIN attachments a ON a.sha256 = b.sha256 WHERE a.form = 'sealed' ORDER BY a.owner_id DESC, a.name DESC LIMIT 1)",
    "UPDATE blob_chunks SET bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) WHERE ordinal = 0 AND blob_id = (SELECT b.blob_id FROM blobs b JOIN attachments a ON a.sha256 = b.sha256 WHERE a.form = 'secret' ORDER BY a.owner_id DESC LIMIT 1)",
];

#[test]
fn the_key_becomes_a_fact_only_where_it_opens_everything() {
    for (meddled, first) in TURNED
        .iter()
        .zip(["的密钥", "的执法证号", "抽取材料", "的 secret"])
    {
        let old = OldDatabase::unpack(COMMITS[1], Engine::Postgres);
        let place = Place::of(&old, Engine::Postgres);
        admin(&old.place(), meddled);
        for args in [&["migrate", "--dry-run"][..], &["migrate"], &SERVE] {
            let words = place.refuses("STOR-506", args);
            assert!(words.contains(first), "{first}: {words}");
        }
        let (_, words) = place.run(&["audit"]);
        assert!(words.contains("STOR-508"), "nothing was migrated: {words}");
        // The same twice is nothing.
        admin(&old.place(), meddled);
        place.done(&["migrate"]);
        place.done(&["audit"]);
    }
}

#[test]
fn without_persons_the_other_ciphertexts_tell_the_key() {
    let old = OldDatabase::unpack(COMMITS[1], Engine::Postgres);
    let place = Place::of(&old, Engine::Postgres);
    let nobody = "DELETE FROM person_keys; UPDATE inspectors SET sealed_credential_no = NULL; UPDATE recusals SET sealed_note = NULL";
    admin(&old.place(), nobody);
    std::fs::write(place.file("keys/storage.key"), "5".repeat(64)).unwrap();
    let words = place.refuses("STOR-506", &["migrate"]);
    assert!(words.contains("抽取材料"), "{words}");
}

#[test]
fn numbers_that_were_given_are_followed_by_the_next() {
    for engine in ENGINES {
        let old = OldDatabase::unpack(COMMITS[1], engine);
        let place = Place::of(&old, engine);
        // To list is to look: an older database is neither migrated nor opened to write.
        let words = place.refuses("STOR-508", &["counter"]);
        assert!(words.contains("先运行 mingqian migrate"), "{words}");
        place.refuses("STOR-508", &["workdays", "2026-11-23", "5"]);
        place.done(&["migrate"]);
        let before = place.done(&["counter"]);
        assert!(before.contains("已给出 1 到"), "{before}");
        let (_, next) = before.rsplit_once("下一号 ").unwrap();
        let next: u32 = next.trim().parse().unwrap();
        let kind = ["counter", "--kind", "campaign", "--year", "2026", "--next"];
        for (at, code) in [
            (next + 1, "NUMB-006"),
            (next + 500, "NUMB-006"),
            (1, "NUMB-001"),
        ] {
            let at = at.to_string();
            let (exit, words) = place.run(&[kind.as_slice(), &[&at]].concat());
            assert_eq!(exit, Some(2), "{words}");
            assert!(
                words.contains(code) && words.contains(&format!("下一号是 {next}")),
                "{words}"
            );
        }
        // To go on where it stands is nothing to do.
        place.done(&[kind.as_slice(), &[&next.to_string()]].concat());
        assert_eq!(place.done(&["counter"]), before);
        place.done(&["audit"]);
    }
}

#[test]
fn what_only_looks_needs_no_folder_and_makes_none() {
    let nothing = Bureau::empty(Engine::Sqlite);
    let place = &nothing.place;
    let words = place.done(&["workdays", "2026-09-30", "3"]);
    assert!(words.contains("按程序自带的节假日表"), "{words}");
    let (exit, words) = place.run(&["counter"]);
    assert_eq!(exit, Some(2), "{words}");
    assert!(words.contains("STOR-509"), "{words}");
    assert!(!place.data.exists());
    let bureau = Bureau::founded(Engine::Sqlite);
    std::fs::remove_dir_all(bureau.place.file("keys")).unwrap();
    let own = bureau.place.done(&["workdays", "2026-09-30", "3"]);
    assert!(!own.contains("按程序自带"), "{own}");
    assert!(bureau.place.done(&["counter"]).contains("还没有给出过编号"));
}

#[test]
fn the_usual_answers_of_the_system_are_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("kept"), "x").unwrap();
    let run = |args: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        said(&command.args(args).output().unwrap()).1
    };
    let nonce = |out: &'_ str| -> Vec<String> {
        let args = "nonce --name justice --campaign C-1 --attempt 1 --out";
        args.split(' ').chain([out]).map(str::to_owned).collect()
    };
    for (args, code, sentence) in [
        (
            vec!["verify".to_owned(), at("gone.zip")],
            "VRFY-001",
            "没有这个文件或目录",
        ),
        (nonce(&at("kept")), "CLI-101", "没有覆盖"),
        (nonce(&at("no/where")), "CLI-101", "没有这个文件或目录"),
        (nonce(&at("kept/below")), "CLI-101", "是文件，不是目录"),
    ] {
        let words = run(&args);
        assert!(
            words.contains(code) && words.contains(sentence),
            "{args:?}: {words}"
        );
        assert!(!words.contains("os error"), "{args:?}: {words}");
    }
    let bureau = Bureau::founded(Engine::Sqlite);
    let first = Server::start(&bureau.place);
    let second = Bureau::founded(Engine::Sqlite);
    let (_, words) = second.place.run(&["serve", "--listen", &first.address]);
    assert!(
        words.contains("SERV-003") && words.contains("已有程序在用"),
        "{words}"
    );
    assert!(!words.contains("os error"), "{words}");
}

impl Bureau {
    /// Neither a writer nor the audit takes what stands there for a bureau, and nothing is made.
    fn is_bereft(&self, audit: &str) {
        self.place.each_writer_is_refused("INIT-011", "从备份恢复");
        let words = self.place.refuses(audit, &["audit"]);
        assert!(!words.contains("没有发现改动"), "{words}");
    }
}

#[test]
fn a_database_that_is_gone_emptied_or_another_is_not_made_anew_beside_its_keys() {
    let bureau = Bureau::founded(Engine::Sqlite);
    let file = bureau.place.file("mingqian.sqlite");
    let aside = file.with_extension("aside");
    std::fs::rename(&file, &aside).unwrap();
    bureau.is_bereft("STOR-509");
    assert!(!file.exists());
    std::fs::write(&file, "").unwrap();
    bureau.is_bereft("STOR-526");
    std::fs::write(
        &file,
        "not a database, only text that is long enough".repeat(40),
    )
    .unwrap();
    bureau
        .place
        .each_writer_is_refused("STOR-527", "不是 SQLite 数据库");
    std::fs::rename(&aside, &file).unwrap();
    bureau.place.done(&["audit"]);
    bureau.place.done(&["migrate"]);

    let bureau = Bureau::founded(Engine::Postgres);
    let server = bureau.server.as_ref().unwrap();
    let tables = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'elsewhere') THEN RAISE EXCEPTION 'made'; END IF; END $$";
    admin(server.url(), "CREATE SCHEMA elsewhere");
    let joint = if server.url().contains('?') { '&' } else { '?' };
    let elsewhere = Bureau {
        place: Place {
            data: bureau.place.data.clone(),
            url: Some(format!(
                "{}{joint}options=-csearch_path%3Delsewhere",
                server.url()
            )),
        },
        _folder: tempfile::tempdir().unwrap(),
        server: None,
    };
    elsewhere.is_bereft("STOR-526");
    admin(server.url(), tables);
    bureau.place.done(&["audit"]);
}

#[test]
fn a_folder_in_the_place_of_a_file_and_a_file_in_that_of_a_folder_are_said_so() {
    for (name, folder) in [
        ("mingqian.sqlite", true),
        ("mingqian.blobs", false),
        ("keys", false),
    ] {
        let bureau = Bureau::founded(Engine::Sqlite);
        let path = bureau.place.file(name);
        let _ = std::fs::rename(&path, path.with_extension("aside"));
        if folder {
            std::fs::create_dir(&path).unwrap();
        } else {
            std::fs::write(&path, "x").unwrap();
        }
        bureau.place.each_writer_is_refused("INIT-013", name);
        bureau.place.refuses("INIT-013", &["audit"]);
    }
}

#[test]
fn one_key_of_two_without_a_database_is_not_called_an_empty_folder() {
    let bureau = Bureau::founded(Engine::Sqlite);
    std::fs::remove_file(bureau.place.file("mingqian.sqlite")).unwrap();
    std::fs::remove_file(bureau.place.file("keys/log.key")).unwrap();
    bureau
        .place
        .each_writer_is_refused("INIT-012", "storage.key");
}

#[test]
fn the_demo_clears_a_founding_that_was_cut_short_and_no_bureau_that_was_put_back() {
    let folder = TempDir::new().unwrap();
    let place = Place {
        data: folder.path().join("var"),
        url: None,
    };
    std::fs::create_dir_all(place.file("keys")).unwrap();
    // As an attempt that was cut short leaves them: the mark, then whatever came before it ended.
    std::fs::write(place.file("founding"), "1\n").unwrap();
    std::fs::write(place.file("keys/storage.key"), "00").unwrap();
    std::fs::write(place.file("mingqian.sqlite"), "").unwrap();
    place.done(&["demo"]);
    assert!(!place.file("founding").exists());
    place.done(&["audit"]);
    // As somebody puts them back from a backup: the bureau and its keys, and no mark of any kind.
    for entry in std::fs::read_dir(&place.data).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_file() && !name.starts_with("mingqian.sqlite") {
            std::fs::remove_file(&path).unwrap();
        }
    }
    place.refuses("DEMO-001", &["demo"]);
    let anew = "init --bureau 样例局 --district 411200 --origin a.example/mingqian";
    place.refuses("INIT-007", &anew.split(' ').collect::<Vec<_>>());
    place.done(&["audit"]);
}

#[test]
fn the_demo_clears_nothing_where_the_database_stands_on_a_server() {
    let server = PostgresDatabase::fresh();
    let folder = TempDir::new().unwrap();
    let place = Place {
        data: folder.path().join("var"),
        url: Some(server.url().to_owned()),
    };
    std::fs::create_dir_all(place.file("keys")).unwrap();
    std::fs::write(place.file("founding"), "1\n").unwrap();
    std::fs::write(place.file("keys/storage.key"), "00").unwrap();
    let before = files(&place.data);
    place.refuses("DEMO-003", &["demo"]);
    assert!(
        before == files(&place.data),
        "the keys may be all that opens it"
    );
}

/// An import that a process writes at this moment, as far as the database says: its row and its job, with a sign of
/// life until `lease_until_ms`.
async fn imports_something(place: &Place, lease_until_ms: i64) -> String {
    imports_with(place, lease_until_ms, "{}").await
}

async fn imports_with(place: &Place, lease_until_ms: i64, summary: &str) -> String {
    let db = opened(place).await;
    let mut reader = db.read().await.unwrap();
    let unit = store::org::units(&mut reader).await.unwrap().remove(0).id;
    let found = store::account::by_login(&mut reader, "sysadmin").await;
    let account = found.unwrap().unwrap().account.id;
    drop(reader);
    let id = format!("{lease_until_ms:032}");
    let import = StoredImport {
        id: id.clone(),
        account: Some(account.clone()),
        unit: unit.clone(),
        register: "subjects".to_owned(),
        file_name: "名录.csv".to_owned(),
        state: "applying".to_owned(),
        done_rows: 0,
        summary: summary.to_owned(),
        started_at_ms: FOREVER - 1,
        updated_at_ms: FOREVER - 1,
    };
    let job = StoredJob {
        id: id.clone(),
        kind: "import.apply".to_owned(),
        account: Some(account),
        unit: Some(unit),
        about: id.clone(),
        fingerprint: id.clone(),
        state: "running".to_owned(),
        stage: String::new(),
        done: 0,
        total: None,
        input: "{}".to_owned(),
        outcome: String::new(),
        stop_asked: false,
        holder: "another".to_owned(),
        lease_until_ms,
        started_at_ms: FOREVER - 1,
        updated_at_ms: FOREVER - 1,
    };
    let mut scratch = db.scratch().await.unwrap();
    store::import::begin(&mut scratch.inside(), &import)
        .await
        .unwrap();
    store::job::add(&mut scratch.inside(), &job).await.unwrap();
    scratch.commit().await.unwrap();
    db.close().await;
    id
}

/// A time no story reaches.
const FOREVER: i64 = 4_000_000_000_000;

async fn opened(place: &Place) -> Db {
    let key = std::fs::read_to_string(place.file("keys/storage.key")).unwrap();
    let digit = |at: usize| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap();
    let key = StorageKey::new(&std::array::from_fn(digit));
    let entropy = Arc::new(testkit::clock::FakeEntropy::new(7));
    let seals = Arc::new(SealingKey { key, entropy });
    let upgrade = Upgrade {
        vault: seals.clone(),
        seals,
        ..upgrade()
    };
    let opened = match &place.url {
        Some(url) => Db::open_postgres(url, &upgrade).await,
        None => Db::open_sqlite(&place.file("mingqian.sqlite"), &upgrade).await,
    };
    opened.unwrap()
}

/// Where import and job of that key stand.
async fn stands(place: &Place, id: &str) -> [String; 2] {
    let db = opened(place).await;
    let mut reader = db.read().await.unwrap();
    let import = store::import::get(&mut reader, id).await.unwrap().unwrap();
    let job = store::job::get(&mut reader, id).await.unwrap().unwrap();
    drop(reader);
    db.close().await;
    [import.state, job.state]
}

const AT_WORK: [&str; 2] = ["applying", "running"];
const INTERRUPTED: [&str; 2] = ["interrupted"; 2];

#[tokio::test]
async fn a_second_server_of_an_embedded_database_is_refused_before_it_touches_the_work_of_the_first()
 {
    let bureau = Bureau::founded(Engine::Sqlite);
    let place = &bureau.place;
    let first = Server::start(place);
    let id = imports_something(place, FOREVER).await;
    for listen in ["127.0.0.1:0", &first.address] {
        let (code, words) = place.run(&["serve", "--listen", listen]);
        assert_eq!(code, Some(2), "{words}");
        let holder = format!("进程 {}，监听 {}", first.child.id(), first.address);
        assert!(
            words.contains("SERV-006") && words.contains(&holder),
            "{words}"
        );
        assert_eq!(stands(place, &id).await, AT_WORK);
    }
    // Whoever only looks is not asked, and an act queues for the writer as ever.
    for args in [
        &["audit"][..],
        &["counter"],
        &FIRST_13,
        &["migrate"],
        &["migrate", "--dry-run"],
    ] {
        place.done(args);
    }
    assert_eq!(stands(place, &id).await, AT_WORK);
    // A killed server holds nothing, whatever its file says; what it was doing is then left over.
    first.killed();
    assert!(place.file("mingqian.serving").exists());
    let next = Server::start(place);
    assert_eq!(stands(place, &id).await, INTERRUPTED);
    assert_eq!(complaints(&next.killed()), "");
}

#[tokio::test]
async fn a_server_whose_address_is_taken_has_put_nothing_in_order() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let place = &bureau.place;
        let id = imports_something(place, 1).await;
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap().to_string();
        let (code, words) = place.run(&["serve", "--listen", &address]);
        assert_eq!(code, Some(2), "{words}");
        assert!(words.contains("SERV-003"), "{words}");
        assert_eq!(stands(place, &id).await, AT_WORK, "{engine:?}");
        assert!(!place.file("mingqian.serving").exists());
        drop(Server::start(place));
        assert_eq!(stands(place, &id).await, INTERRUPTED, "{engine:?}");
    }
}

#[tokio::test]
async fn several_servers_share_a_postgres_and_none_takes_the_living_work_of_another_for_lost() {
    let bureau = Bureau::founded(Engine::Postgres);
    let place = &bureau.place;
    let first = Server::start(place);
    let living = imports_something(place, FOREVER).await;
    let dead = imports_something(place, 1).await;
    let second = Server::start(place);
    assert_eq!(stands(place, &living).await, AT_WORK);
    assert_eq!(stands(place, &dead).await, INTERRUPTED);
    for server in [&first, &second] {
        assert!(server.get("/items").starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn no_structure_changes_beneath_a_server() {
    let old = OldDatabase::unpack(COMMITS[0], Engine::Sqlite);
    let place = Place::of(&old, Engine::Sqlite);
    // As the server of that time would hold it.
    let held = std::fs::File::create(place.file("mingqian.serving")).unwrap();
    held.try_lock().unwrap();
    std::fs::write(place.file("mingqian.serving"), "mingqian serve，进程 7").unwrap();
    for args in [&["migrate"][..], &FIRST_13, &SERVE] {
        let words = place.refuses("SERV-006", args);
        assert!(words.contains("mingqian serve，进程 7"), "{words}");
    }
    place.done(&["migrate", "--dry-run"]);
    drop(held);
    assert!(place.done(&["migrate"]).contains("已做"));
    assert_eq!(complaints(&Server::start(&place).killed()), "");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_in_the_record_and_the_server_starts() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let place = &bureau.place;
        let unreadable = imports_with(place, 1, "{\"rows\":\"检查员甲\"}").await;
        let good = imports_something(place, 2).await;
        let mut named = vec![format!(
            "IMPT-086 导入的记录读不出，已跳过，其余照常：表 imports 列 summary 行 {unreadable}"
        )];
        if let Some(server) = &bureau.server {
            let row = format!("'{:032}'", 3);
            imports_something(place, 3).await;
            admin(
                server.url(),
                &format!("UPDATE jobs SET account_id = '检查员甲' WHERE job_id = {row}"),
            );
            named.push(format!(
                "JOBS-007 后台办理的记录读不出，已跳过，其余照常：表 jobs 列 account_id 行 {:032}",
                3
            ));
        }
        let server = Server::start(place);
        assert!(server.get("/items").starts_with("HTTP/1.1 200"));
        assert_eq!(stands(place, &good).await, INTERRUPTED, "{engine:?}");
        let record = server.killed();
        for line in named {
            assert!(record.contains(&line), "{line}: {record}");
        }
        assert!(!record.contains("检查员甲"), "{record}");
    }
}

#[tokio::test]
async fn a_database_without_a_bureau_is_no_empty_list_of_series_and_no_calendar() {
    let lists = [&["counter"][..], &["workdays", "2026-11-27", "5"]];
    let bureau = Bureau::founded(Engine::Sqlite);
    let file = bureau.place.file("mingqian.sqlite");
    std::fs::remove_file(&file).unwrap();
    let hollow = Db::open_sqlite(&file, &upgrade()).await.unwrap();
    hollow.close().await;
    for args in lists {
        bureau.place.refuses("STOR-526", args);
    }
    let bureau = Bureau::founded(Engine::Postgres);
    let url = bureau.server.as_ref().unwrap().url();
    for args in lists {
        bureau.place.done(args);
    }
    for (sql, code) in [
        ("DELETE FROM installation WHERE name = 'bureau'", "STOR-521"),
        ("TRUNCATE installation, log_leaves CASCADE", "STOR-526"),
        ("ALTER TABLE counters RENAME TO counters_away", "STOR-526"),
    ] {
        admin(url, sql);
        for args in lists {
            bureau.place.refuses(code, args);
        }
    }
}

/// Every command that opens a database, as it is called; import needs its file.
fn opening(place: &Place) -> Vec<Vec<String>> {
    let backups = place.data.with_file_name("backups");
    let backup = ["backup", "--to", backups.to_str().unwrap()];
    let looking: [&[&str]; 5] = [
        &["audit"],
        &["account", "list"],
        &["counter"],
        &["workdays", "2026-11-27", "5"],
        &backup,
    ];
    let owned = |args: &&[&str]| args.iter().map(|arg| (*arg).to_owned()).collect();
    let mut all = place.writers();
    all.extend(looking.iter().map(owned));
    all
}

/// Those that open none: they found or put back where nothing is, or work on files.
const OPEN_NONE: [&str; 8] = [
    "restore",
    "init",
    "demo",
    "certificate",
    "draw",
    "nonce",
    "verify",
    "log",
];

/// Every command of the program, as its help lists them.
fn commands() -> BTreeSet<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_mingqian"))
        .arg("--help")
        .output()
        .unwrap();
    let (_, help) = said(&help);
    let listed = help.lines().skip_while(|line| *line != "命令：").skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    listed
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// Leaves the database as a later program would: its migration in the log and in the list.
async fn by_a_later_program(bureau: &Bureau) {
    let place = &bureau.place;
    let db = opened(place).await;
    // The bureau was founded a moment ago by the machine's own clock, behind which no entry may be.
    let tomorrow = Date::parse_iso(&today()).unwrap().plus_days(1);
    let clock = Arc::new(Still(tomorrow.at(0, 0)));
    let (id, actor) = (
        EventId::from_entropy([9; 12]),
        Actor::program("mingqian 9.0.0"),
    );
    let event = Event::new(id, Act::SchemaMigrated, tomorrow.at(0, 0), actor);
    let sealing = Sealing {
        salt: [9; 32],
        record: None,
        clock,
    };
    let tx = db.begin("schema.migrate").await.unwrap();
    let rec = tx.record(event.with("migration", "0901_later"), sealing);
    rec.unwrap().commit().await.unwrap();
    db.close().await;
    let listed = "INSERT INTO migrations (number, name, hash) VALUES (901, '0901_later', 'x')";
    admin(bureau.server.as_ref().unwrap().url(), listed);
}

#[tokio::test]
async fn a_newer_database_is_refused_in_one_sentence_by_every_command_that_opens_one() {
    // That both engines refuse alike, `store` tells.
    let bureau = Bureau::founded(Engine::Postgres);
    let place = &bureau.place;
    place.done(&["audit"]);
    by_a_later_program(&bureau).await;
    let sentence = format!(
        "STOR-502 这个库已由更新的程序升级到第 901 号结构，本程序只认得到第 {} 号，没有打开，也没有改动。请换用升级它的那个版本或更新的版本。",
        store::structure()
    );
    let mut known: BTreeSet<String> = OPEN_NONE.map(str::to_owned).into();
    for args in opening(place) {
        known.insert(args[0].clone());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let words = place.refuses("STOR-502", &args);
        assert_eq!(words.matches(&sentence).count(), 1, "{args:?}: {words}");
        assert_eq!(words.trim_end().lines().count(), 1, "{args:?}: {words}");
    }
    // What looks at everything tells it among the rest.
    let (_, found) = place.run(&["doctor"]);
    assert!(found.contains("STOR-502"), "{found}");
    known.insert("doctor".to_owned());
    assert_eq!(
        known,
        commands(),
        "each opens a database or says it does not"
    );
    // Founding has a refusal of its own, and leaves what is there.
    let before = files(&place.data);
    let words = place.run(&["demo"]).1;
    assert!(words.contains("没有改动"), "{words}");
    assert!(before == files(&place.data));
}

#[tokio::test]
async fn the_event_of_an_upgrade_names_the_program_and_its_version() {
    for commit in made_before(13) {
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        let place = Place::of(&old, Engine::Sqlite);
        place.done(&["migrate"]);
        let exhibit = Exhibit::open_sqlite(&place.file("mingqian.sqlite")).await;
        let exhibit = exhibit.unwrap();
        let mut reader = exhibit.read().await.unwrap();
        let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 20);
        let lines = lines.await.unwrap();
        drop(reader);
        exhibit.close().await;
        let upgrades = lines.iter().filter(|line| line.act == "schema.migrate");
        let events: Vec<Event> = upgrades
            .map(|line| serde_json::from_str(line.header.as_deref().unwrap()).unwrap())
            .collect();
        let newest = events
            .first()
            .map(|event| event.facts["migration"].as_str());
        assert_eq!(newest, Some("0021_signed_papers"), "{commit}");
        // The older build that left this one had upgraded it from nothing: every event is of today.
        let program = Actor::program(concat!("mingqian ", env!("CARGO_PKG_VERSION")));
        for event in events {
            assert_eq!(event.actor, program, "{commit}");
        }
    }
}

/// Copies a folder as it lies, its modes too, but for the files whose name ends so.
fn copied(from: &Path, to: &Path, without: &[&str]) {
    for path in files(from).into_keys() {
        let name = path.display().to_string();
        if without.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let to = to.join(path.strip_prefix(from).unwrap());
        let folder = to.parent().unwrap();
        std::fs::create_dir_all(folder).unwrap();
        open_up(folder, 0o700);
        std::fs::copy(path, to).unwrap();
    }
}

#[test]
fn the_folder_of_a_killed_server_copied_whole_keeps_the_last_act_and_without_its_log_does_not() {
    let bureau = Bureau::founded(Engine::Sqlite);
    let place = &bureau.place;
    let server = Server::start(place);
    // An act beside the server, which still holds the file: it stands in the log of the engine only.
    place.done(&FIRST_13);
    let list = place.done(&["counter"]);
    assert!(list.contains("下一号 13"), "{list}");
    let elsewhere = tempfile::tempdir().unwrap();
    server.killed();
    let log = std::fs::metadata(place.file("mingqian.sqlite-wal")).unwrap();
    assert!(log.len() > 0);
    let copy = |name: &str, without: &[&str]| {
        let data = elsewhere.path().join(name);
        copied(&place.data, &data, without);
        Place { data, url: None }
    };
    // Looked at as it lies, also without the file that only serves to read the log, and then opened to write.
    for without in [&[][..], &["-shm"]] {
        let whole = copy(&format!("whole{}", without.len()), without);
        for _ in 0..2 {
            assert!(whole.done(&["audit"]).contains("没有发现改动"));
            assert_eq!(whole.done(&["counter"]), list);
            assert_eq!(complaints(&Server::start(&whole).killed()), "");
        }
    }
    // Without the log it is the bureau of some earlier moment, in order: what is missing the checkpoint beside it tells.
    let torn = copy("torn", &["-wal", "-shm"]);
    let (code, said) = torn.run(&["audit"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("CKPT-001") && said.contains("少了最后 1 条"),
        "{said}"
    );
    torn.refuses("CKPT-001", &FIRST_13);
    std::fs::remove_dir_all(torn.file("checkpoints")).unwrap();
    assert!(torn.done(&["audit"]).contains("没有发现改动"));
    assert!(torn.done(&["counter"]).contains("还没有给出过编号"));
}

#[test]
fn an_argument_that_will_not_do_is_refused_before_anything_is_founded() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bureau = Bureau::empty(engine);
        let words = |changed: (&str, &str)| {
            let mut args = vec!["init".to_owned()];
            for (name, value) in [
                ("--bureau", "样例市城市管理局"),
                ("--district", "411202"),
                ("--letters", "CG"),
                ("--origin", "keys.example/log"),
                ("--tls-name", "127.0.0.1"),
            ] {
                let value = if name == changed.0 { changed.1 } else { value };
                args.extend([name.to_owned(), value.to_owned()]);
            }
            args
        };
        for (name, value, code) in [
            ("--tls-name", "主机", "CERT-002"),
            ("--origin", "", "INIT-003"),
            ("--district", "4112", "INIT-014"),
            ("--letters", "cg", "INIT-014"),
            ("--bureau", " ", "INIT-014"),
        ] {
            let args = words((name, value));
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let (exit, said) = bureau.place.run(&args);
            assert_eq!(exit, Some(2), "{name}: {said}");
            assert!(said.contains(code), "{name}: {said}");
            assert!(!bureau.place.data.exists(), "{name} left something");
        }
        // So the very same place is founded at the second try.
        let args = words(("", ""));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        bureau.place.done(&args);
        assert!(!bureau.place.file("founding").exists());
    }
}
