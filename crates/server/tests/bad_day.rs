//! A bad day: an older copy of the database is put back, its log is rewritten, a disk is lost. The real program, on both
//! engines: what was acknowledged is in the backup, what is missing is named, and nobody goes on from an older log
//! without saying so to everybody.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use app::crypto::StorageKey;
use app::numbering::Numbered;
use app::sealing::SealingKey;
use domain::event::{Act, Actor};
use serde_json::Value;
use store::{Db, Engine, Upgrade};
use tempfile::TempDir;
use testkit::city::City;
use testkit::clock::FakeEntropy;
use testkit::clock::today;
use testkit::engines::{PostgresDatabase, admin, upgrade};
use testkit::old::{COMMITS, OldDatabase};
use tlog::note::KeyKind;
use tlog::{KeyRotation, SignedCheckpoint, SignerKey, VerifierKey};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
/// How often a file is looked at that a server writes twice a second.
const LOOKS: usize = 50_000_000;

/// A demo city, and the places a bad day needs.
struct Bureau {
    folder: TempDir,
    engine: Engine,
    servers: Vec<PostgresDatabase>,
}

impl Bureau {
    fn founded(engine: Engine) -> Self {
        let mut bureau = Self {
            folder: tempfile::tempdir().unwrap(),
            engine,
            servers: Vec::new(),
        };
        bureau.another_database();
        done(&bureau.run(&["demo"], "var", 0));
        bureau
    }

    /// An empty database for another place.
    fn another_database(&mut self) -> usize {
        if self.engine == Engine::Postgres {
            self.servers.push(PostgresDatabase::fresh());
        }
        self.servers.len().saturating_sub(1)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str], data: &str, server: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        command.current_dir(self.folder.path());
        command.args(["--json"]).args(words).args(["--data", data]);
        command.env_remove("MINGQIAN_DATABASE");
        if let Some(server) = self.servers.get(server) {
            command.env("MINGQIAN_DATABASE", server.url());
        }
        command
    }

    fn run(&self, words: &[&str], data: &str, server: usize) -> (Option<i32>, String) {
        let done = self.command(words, data, server).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        (
            done.status.code(),
            said + &String::from_utf8_lossy(&done.stderr),
        )
    }

    /// An act that is acknowledged.
    fn acts(&self, year: &str, data: &str, server: usize) {
        let words = [
            "counter", "--kind", "campaign", "--year", year, "--next", "5",
        ];
        done(&self.run(&words, data, server));
    }

    /// The folder of a backup.
    fn backup(&self) -> PathBuf {
        let words = ["backup", "--to", "backups", "--keys", "keys"];
        let made = done(&self.run(&words, "var", 0));
        self.path(made["folder"].as_str().unwrap())
    }

    fn restore(
        &self,
        from: &Path,
        more: &[&str],
        data: &str,
        server: usize,
    ) -> (Option<i32>, String) {
        let mut words = vec![
            "restore",
            "--from",
            from.to_str().unwrap(),
            "--keys",
            "keys",
        ];
        words.extend(more);
        self.run(&words, data, server)
    }

    /// The heads that are kept in a folder.
    fn kept(&self, folder: &str) -> Vec<SignedCheckpoint> {
        let files = fs::read_dir(self.path(folder)).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let files = files.filter(|file| file.extension().is_some_and(|end| end == "checkpoint"));
        let texts = files.map(|file| fs::read_to_string(file).unwrap());
        texts
            .map(|text| SignedCheckpoint::parse(&text).unwrap())
            .collect()
    }
}

/// What a run said that went well.
fn done((code, said): &(Option<i32>, String)) -> Value {
    assert_eq!(*code, Some(0), "{said}");
    let line = said.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or("null")).unwrap()
}

/// A run that ended so and said so.
fn refused((code, said): &(Option<i32>, String), ended: i32, words: &[&str]) {
    assert_eq!(*code, Some(ended), "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

const KNOWN: [&str; 2] = ["--checkpoint", "var/checkpoints"];

/// Every command that would go on from it, with whatever else it needs.
fn writers() -> [Vec<&'static str>; 4] {
    [
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec![
            "counter", "--kind", "campaign", "--year", "2030", "--next", "5",
        ],
        vec!["migrate"],
        vec!["migrate", "--dry-run"],
    ]
}

#[test]
fn an_older_copy_put_back_is_refused_by_who_would_write_and_named_by_who_looks() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let older = bureau.backup();
        bureau.acts("2027", "var", 0);
        bureau.acts("2028", "var", 0);
        let server = bureau.another_database();
        done(&bureau.restore(&older, &[], "older", server));
        for mut words in writers() {
            words.extend(KNOWN);
            let run = bureau.run(&words, "older", server);
            refused(&run, 2, &["CKPT-001", "少了最后 2 条"]);
        }
        for look in ["audit", "doctor"] {
            let run = bureau.run(&[look, KNOWN[0], KNOWN[1]], "older", server);
            refused(&run, 1, &["CKPT-001"]);
        }
        // Where nobody kept a head beside it, it is a bureau like any other.
        done(&bureau.run(&["audit"], "older", server));
    }
}

#[test]
fn a_log_that_went_another_way_is_named_however_long_it_is() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let older = bureau.backup();
        bureau.acts("2027", "var", 0);
        let server = bureau.another_database();
        done(&bureau.restore(&older, &[], "other", server));
        for year in ["2028", "2029", "2030"] {
            bureau.acts(year, "other", server);
        }
        let migrated = bureau.run(&["migrate", KNOWN[0], KNOWN[1]], "other", server);
        refused(&migrated, 2, &["CKPT-002"]);
        let audited = bureau.run(&["audit", KNOWN[0], KNOWN[1]], "other", server);
        refused(&audited, 1, &["CKPT-002"]);
    }
}

#[test]
fn a_root_that_is_only_written_beside_an_entry_proves_nothing() {
    let mut bureau = Bureau::founded(Engine::Postgres);
    let older = bureau.backup();
    bureau.acts("2027", "var", 0);
    let server = bureau.another_database();
    done(&bureau.restore(&older, &[], "other", server));
    for year in ["2028", "2029", "2030"] {
        bureau.acts(year, "other", server);
    }
    // Another history, which states the root that was signed.
    let kept = bureau.kept("var/checkpoints").remove(0);
    let (root, last) = (kept.checkpoint().root(), kept.checkpoint().size() - 1);
    let root = store::hex(root.as_bytes());
    let sql = format!("UPDATE log_leaves SET root = '\\x{root}' WHERE sequence = {last}");
    admin(bureau.servers[server].url(), &sql);
    let migrated = bureau.run(&["migrate", KNOWN[0], KNOWN[1]], "other", server);
    refused(&migrated, 2, &["CKPT-002"]);
    let audited = bureau.run(&["audit", KNOWN[0], KNOWN[1]], "other", server);
    refused(&audited, 1, &["CKPT-002"]);
}

#[test]
fn a_file_among_the_checkpoints_that_is_none_is_named_and_so_is_a_folder_that_went() {
    let bureau = Bureau::founded(Engine::Sqlite);
    let planted = bureau.path("var/checkpoints/planted.checkpoint");
    assert_eq!(
        done(&bureau.run(&["audit"], "var", 0))["checkpoints"],
        1,
        "its own"
    );
    let kept = bureau.kept("var/checkpoints").remove(0);
    let text = kept.note().to_string();
    let size = kept.checkpoint().size().to_string();
    for wrong in [
        "not a checkpoint\n".to_owned(),
        text.replacen(&size, "9999", 1),
        text.replacen("demo.example", "another.example", 2),
    ] {
        fs::write(&planted, wrong).unwrap();
        refused(&bureau.run(&["migrate"], "var", 0), 2, &["CKPT-003"]);
    }
    fs::remove_file(planted).unwrap();
    let gone = bureau.run(&["migrate", "--checkpoint", "gone"], "var", 0);
    refused(&gone, 2, &["CKPT-004"]);
    done(&bureau.run(&["migrate"], "var", 0));
}

/// A working server, and where it listens.
struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Server {
    /// Status, header and body of a page.
    fn asked(&self, path: &str) -> String {
        let mut socket = TcpStream::connect(&self.1).unwrap();
        let host = &self.1;
        write!(
            socket,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut page = Vec::new();
        socket.read_to_end(&mut page).unwrap();
        String::from_utf8_lossy(&page).into_owned()
    }

    /// As an operator stops it: it ends its work and keeps the head once more.
    fn stop(mut self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        self.0.wait().unwrap();
    }
}

fn served(bureau: &Bureau, more: &[&str]) -> Server {
    let mut words = vec!["serve", "--listen", "127.0.0.1:0"];
    words.extend(more);
    let mut command = bureau.command(&words, "var", 0);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    let port = line.rsplit("127.0.0.1:").next().unwrap();
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    Server(child, format!("127.0.0.1:{port}"))
}

#[test]
fn a_server_keeps_the_head_of_the_log_wherever_it_is_told_to_as_it_grows() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        fs::create_dir(bureau.path("elsewhere")).unwrap();
        let _server = served(&bureau, &["--checkpoint", "elsewhere"]);
        let before = bureau.kept("elsewhere");
        assert_eq!(before.len(), 1);
        // By another process, which does not know of that folder.
        bureau.acts("2027", "var", 0);
        let before = before[0].checkpoint().size();
        let grown = (0..LOOKS).any(|_| bureau.kept("elsewhere")[0].checkpoint().size() > before);
        assert!(grown);
    }
}

/// Puts the database `other` under the name of `name`, as nobody may while a server works on it; what stood there has
/// the other name afterwards.
fn exchange(bureau: &Bureau, (name, other): (usize, usize), while_away: impl Fn()) {
    let server = std::env::var("MINGQIAN_TEST_POSTGRES").unwrap();
    let named = |at: usize| {
        let url = bureau.servers[at].url();
        let name = url.rsplit('/').next().unwrap();
        name.split('?').next().unwrap().to_owned()
    };
    let (name, other) = (named(name), named(other));
    let done = |sql: &str| drop(admin(&server, sql));
    done(&format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"
    ));
    let ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname =";
    done(&format!("{ends} '{name}'"));
    while_away();
    done(&format!("ALTER DATABASE {name} RENAME TO {name}_away"));
    done(&format!("ALTER DATABASE {other} RENAME TO {name}"));
    done(&format!("ALTER DATABASE {name}_away RENAME TO {other}"));
    done(&format!(
        "ALTER DATABASE {other} WITH ALLOW_CONNECTIONS true"
    ));
}

#[test]
fn a_database_exchanged_beneath_a_working_server_is_told_and_what_was_kept_of_it_stays() {
    for acts_of_the_other in [&[][..], &["2028", "2029", "2030"]] {
        let mut bureau = Bureau::founded(Engine::Postgres);
        let older = bureau.backup();
        bureau.acts("2027", "var", 0);
        let other = bureau.another_database();
        done(&bureau.restore(&older, &[], "other", other));
        for year in acts_of_the_other {
            bureau.acts(year, "other", other);
        }
        let record = bureau.path("record");
        let server = served(&bureau, &["--record", "record"]);
        let before = bureau.kept("var/checkpoints");
        let told = |words: &str| {
            let told = (0..LOOKS).any(|_| {
                let files = fs::read_dir(&record).into_iter().flatten();
                let mut texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
                texts.any(|text| text.contains(words))
            });
            assert!(told, "{words}");
        };
        // It is away for a moment, of which the record says so too.
        exchange(&bureau, (0, other), || told("CKPT-005"));
        told("CKPT-006 database：运行之中数据库被换成了别的");
        // By the same key nothing is signed of it, however far it has grown.
        let page = server.asked("/log/checkpoint");
        assert!(
            page.starts_with("HTTP/1.1 5") && !page.contains("— "),
            "{page}"
        );
        // The other log may have grown beyond what was kept: an orderly stop does not put its head in the place.
        server.stop();
        let kept = bureau.kept("var/checkpoints");
        assert_eq!(kept[0].note().to_string(), before[0].note().to_string());
        // Whoever would go on from it later is refused.
        let migrated = bureau.run(&["migrate"], "var", 0);
        let code = match acts_of_the_other.is_empty() {
            true => "CKPT-001",
            false => "CKPT-002",
        };
        refused(&migrated, 2, &[code]);
    }
}

/// The drill: a backup beside a working server, acts before it and after it, and the machine is lost.
#[test]
fn what_was_acknowledged_before_a_backup_is_in_it_and_what_came_after_is_named() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let server = served(&bureau, &[]);
        let years = ["2027", "2028", "2029"];
        for year in years {
            bureau.acts(year, "var", 0);
        }
        let backup = bureau.backup();
        drop(server);
        let second = bureau.another_database();
        let put = done(&bureau.restore(&backup, &KNOWN, "restored", second));
        let known = bureau.kept("var/checkpoints").remove(0);
        assert_eq!(put["log_size"], known.checkpoint().size());
        let listed = bureau.run(&["counter"], "restored", second).1;
        for year in years {
            assert!(listed.contains(year), "{year}: {listed}");
        }
        // It works on, and its files are closed to others.
        bureau.acts("2030", "restored", second);
        let (_, said) = bureau.run(&["doctor"], "restored", second);
        assert!(said.contains("数据目录里的文件只有本账号可读"), "{said}");
        // The same backup after one more act: one entry is missing, and nothing is left of the attempt.
        bureau.acts("2031", "var", 0);
        let third = bureau.another_database();
        let late = bureau.restore(&backup, &KNOWN, "late", third);
        refused(&late, 2, &["REST-004", "少了最后 1 条"]);
        assert!(!bureau.path("late").exists());
    }
}

fn copied(bureau: &Bureau, backup: &Path, name: &str) -> PathBuf {
    let copy = bureau.path(name);
    let done = Command::new("cp").arg("-r").arg(backup).arg(&copy).status();
    assert!(done.unwrap().success());
    copy
}

#[test]
fn half_a_backup_foreign_keys_and_a_place_that_is_taken_are_refused_with_nothing_left() {
    let bureau = Bureau::founded(Engine::Sqlite);
    let backup = bureau.backup();
    let put = |from: &Path, keys: &str, data: &str, code: &str| {
        let words = ["restore", "--from", from.to_str().unwrap(), "--keys", keys];
        refused(&bureau.run(&words, data, 0), 2, &[code]);
    };
    let less = copied(&bureau, &backup, "less");
    fs::remove_file(less.join("mingqian.sqlite")).unwrap();
    put(&less, "keys", "new", "REST-002");
    let other = copied(&bureau, &backup, "other");
    let mut bytes = fs::read(other.join("mingqian.sqlite")).unwrap();
    bytes[4_000] ^= 1;
    fs::write(other.join("mingqian.sqlite"), bytes).unwrap();
    put(&other, "keys", "new", "REST-002");
    let none = copied(&bureau, &backup, "none");
    fs::remove_file(none.join("manifest.json")).unwrap();
    put(&none, "keys", "new", "REST-001");
    // A list that leads out of the backup.
    let beyond = copied(&bureau, &backup, "beyond");
    let list = beyond.join("manifest.json");
    fs::copy(
        beyond.join("mingqian.sqlite"),
        bureau.path("mingqian.sqlite"),
    )
    .unwrap();
    let text = fs::read_to_string(&list).unwrap();
    let text = text.replacen("\"mingqian.sqlite\"", "\"../mingqian.sqlite\"", 1);
    fs::write(list, text).unwrap();
    put(&beyond, "keys", "new", "REST-001");
    fs::create_dir(bureau.path("strange")).unwrap();
    put(&backup, "strange", "new", "REST-007");
    let another = Bureau::founded(Engine::Sqlite);
    let strange = another.path("var/keys");
    put(&backup, strange.to_str().unwrap(), "new", "STOR-525");
    assert!(!bureau.path("new").exists());
    let before = fs::read(bureau.path("var/mingqian.sqlite")).unwrap();
    put(&backup, "keys", "var", "REST-006");
    assert_eq!(
        fs::read(bureau.path("var/mingqian.sqlite")).unwrap(),
        before
    );
}

#[test]
fn whoever_accepts_a_loss_goes_on_under_a_new_log_that_says_so_to_everybody() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let backup = bureau.backup();
        bureau.acts("2027", "var", 0);
        let known = bureau.kept("var/checkpoints").remove(0);
        let second = bureau.another_database();
        let accepted = ["--accept-loss", "--origin", "demo.example/mingqian-2"];
        // Nothing was lost of what nobody knew.
        let calm = bureau.restore(&backup, &accepted, "calm", second);
        refused(&calm, 2, &["REST-009"]);
        let third = bureau.another_database();
        let words = [&KNOWN[..], &accepted].concat();
        let put = done(&bureau.restore(&backup, &words, "second", third));
        let size = put["log_size"].as_u64().unwrap();
        // The old heads speak of the log that was left, and stop nobody.
        for words in [
            ["audit", KNOWN[0], KNOWN[1]],
            ["migrate", KNOWN[0], KNOWN[1]],
        ] {
            let ran = bureau.run(&words, "second", third);
            assert_eq!(ran.0, Some(0), "{}", ran.1);
        }
        let next = bureau.kept("second/checkpoints").remove(0);
        assert_eq!(next.checkpoint().origin(), "demo.example/mingqian-2");
        assert_eq!(next.checkpoint().size(), size + 1);
        assert!(bureau.path("second/keys/log.key.1").is_file());
        // The record names both heads.
        let file = bureau.path("second/mingqian.sqlite");
        let read = async {
            let exhibit = match engine {
                Engine::Sqlite => store::Exhibit::open_sqlite(&file).await,
                Engine::Postgres => {
                    store::Exhibit::open_postgres(bureau.servers[third].url()).await
                }
            };
            let exhibit = exhibit.unwrap();
            let found = exhibit.records_that_begin("shuang/2 restart\n").await;
            let (_, root) = exhibit.root_at(size).await.unwrap();
            exhibit.close().await;
            (found.unwrap(), root.unwrap())
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (found, root) = runtime.block_on(read);
        let old = known.checkpoint();
        let wanted =
            format!("shuang/2 restart\nold demo.example/mingqian\nfrom {size} {root}\n{old}");
        assert_eq!(found, [wanted]);
    }
}

#[test]
fn a_timer_keeps_as_many_backups_as_it_is_told_and_leaves_what_is_none() {
    let bureau = Bureau::founded(Engine::Sqlite);
    fs::create_dir_all(bureau.path("backups/mingqian-0.partial")).unwrap();
    for _ in 0..3 {
        let words = ["backup", "--to", "backups", "--keep", "2"];
        done(&bureau.run(&words, "var", 0));
    }
    let listed = fs::read_dir(bureau.path("backups")).unwrap();
    let mut names: Vec<_> = listed
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"mingqian-0.partial".to_owned()));
}

/// A bureau whose log has rested since long before today, and the hand of one whose clock may be wrong.
async fn rested(engine: Engine) -> (Bureau, City) {
    let mut bureau = Bureau {
        folder: tempfile::tempdir().unwrap(),
        engine,
        servers: Vec::new(),
    };
    bureau.another_database();
    fs::create_dir_all(bureau.path("var/keys")).unwrap();
    let key = StorageKey::new(&[7; 32]);
    let entropy = Arc::new(FakeEntropy::new(20_261_128));
    let seals = Arc::new(SealingKey { key, entropy });
    let upgrade = Upgrade {
        vault: seals.clone(),
        seals,
        ..upgrade()
    };
    let db = match bureau.servers.first() {
        Some(server) => Db::open_postgres(server.url(), &upgrade).await,
        None => Db::open_sqlite(&bureau.path("var/mingqian.sqlite"), &upgrade).await,
    };
    let city = City::found_before(db.unwrap(), 365).await;
    let secret = city.app.log_key.to_secret_text();
    fs::write(bureau.path("var/keys/log.key"), secret).unwrap();
    let key = store::hex(&[7; 32]);
    fs::write(bureau.path("var/keys/storage.key"), key).unwrap();
    (bureau, city)
}

/// An act of the program itself, with whatever else it is told.
fn act(bureau: &Bureau, year: &str, more: &[&str]) -> (Option<i32>, String) {
    let words = [
        "counter", "--kind", "campaign", "--year", year, "--next", "5",
    ];
    bureau.run(&[&words[..], more].concat(), "var", 0)
}

#[tokio::test]
async fn a_log_whose_clock_ran_ahead_goes_on_by_an_entry_that_says_so_to_everybody() {
    for engine in ENGINES {
        let (bureau, city) = rested(engine).await;
        let today = today();
        // A year lies between, so somebody has to compare the clock; nothing is written before he has.
        for mut words in writers() {
            refused(
                &bureau.run(&words, "var", 0),
                2,
                &["CLI-107", "--accept-clock"],
            );
            words.extend(["--accept-clock", "2026-01-01"]);
            refused(&bureau.run(&words, "var", 0), 2, &["CLI-108"]);
        }
        let accepted = ["--accept-clock", &today];
        done(&act(&bureau, "2027", &accepted));
        done(&act(&bureau, "2028", &[]));

        // A clock far ahead writes one entry, as an earlier build let it, and is right again.
        city.clock.advance_minutes(60 * 24 * 365 * 40);
        let ahead = city
            .app
            .begin_numbering(&Numbered::Campaigns, 2029, 5)
            .await;
        ahead.unwrap();
        let blocked = act(&bureau, "2030", &[]);
        refused(&blocked, 2, &["STOR-425", "mingqian log repair-clock"]);
        let told = bureau.run(&["doctor"], "var", 0);
        refused(&told, 1, &["mingqian log repair-clock"]);

        let repair = ["log", "repair-clock", "--reason", "系统时间一度快了四十年"];
        refused(&bureau.run(&repair, "var", 0), 2, &["CLI-125"]);
        let repair = [&repair[..], &accepted].concat();
        done(&bureau.run(&repair, "var", 0));
        refused(&bureau.run(&repair, "var", 0), 2, &["STOR-532"]);
        done(&act(&bureau, "2030", &[]));
        done(&bureau.run(&["audit"], "var", 0));

        let mut reader = city.app.db.read().await.unwrap();
        let (size, _) = store::log::head(&mut reader).await.unwrap();
        let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 2).await;
        let lines = lines.unwrap();
        drop(reader);
        assert_eq!(lines[0].sequence, size - 1);
        let entry = &lines[1].entry;
        assert!(
            entry.starts_with("shuang/2 entry\ntype repair\n"),
            "{entry}"
        );
        city.app.db.close().await;
    }
}

/// The record of the change that lies beside the checkpoints.
fn change_of(bureau: &Bureau) -> KeyRotation {
    let files = fs::read_dir(bureau.path("var/checkpoints")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    let file = files.find(|file| file.extension().is_some_and(|end| end == "rotation"));
    KeyRotation::parse(&fs::read_to_string(file.unwrap()).unwrap()).unwrap()
}

/// The signing key as it lies in the data folder.
fn signer(bureau: &Bureau, name: &str) -> String {
    fs::read_to_string(bureau.path("var/keys").join(name)).unwrap()
}

#[test]
fn a_log_goes_on_under_another_key_that_the_old_one_has_signed_and_old_receipts_hold_for_ever() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        bureau.acts("2027", "var", 0);
        let secret = signer(&bureau, "log.key");
        let old = bureau.kept("var/checkpoints").remove(0);
        fs::create_dir(bureau.path("elsewhere")).unwrap();
        fs::write(
            bureau.path("elsewhere/kept.checkpoint"),
            old.note().to_string(),
        )
        .unwrap();
        let size = old.checkpoint().size();
        let rotated = done(&bureau.run(&["log", "rotate-key"], "var", 0));
        assert_eq!(rotated["entry"], size);
        let known = VerifierKey::parse(rotated["old"].as_str().unwrap()).unwrap();
        let change = change_of(&bureau);
        assert_eq!(change.old(), &known);
        assert_eq!(change.new_key().to_string(), rotated["new"]);
        assert_eq!(
            (change.from(), change.root()),
            (size, old.checkpoint().root())
        );

        // What the old key has signed, it has signed; the next head is signed by the next key.
        old.verify(&known, &[]).unwrap();
        let new = bureau.kept("var/checkpoints").remove(0);
        assert_eq!(new.checkpoint().size(), size + 1);
        assert!(new.verify(&known, &[]).is_err());
        new.verify(change.new_key(), &[]).unwrap();
        // The secret of the old one is nowhere in the folder.
        for file in fs::read_dir(bureau.path("var/keys")).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains(secret.trim()), "{text}");
        }

        // The bureau works on, and heads of either key are held against its log.
        bureau.acts("2028", "var", 0);
        for words in [
            ["audit", "--checkpoint", "elsewhere"],
            ["migrate", "--checkpoint", "elsewhere"],
        ] {
            done(&bureau.run(&words, "var", 0));
        }
        let (_, said) = bureau.run(&["doctor", "--checkpoint", "elsewhere"], "var", 0);
        assert!(said.contains("份都与日志相符"), "{said}");
        assert!(said.contains("都是局登记的"), "{said}");
        // The server that starts keeps heads signed by it.
        drop(served(&bureau, &[]));
        let kept = bureau.kept("var/checkpoints").remove(0);
        kept.verify(change.new_key(), &[]).unwrap();
    }
}

/// Of a folder its lock tells (`keys`); servers that share a database may stand on other machines.
#[test]
fn the_key_of_a_log_is_not_changed_under_another_server_of_the_same_database() {
    let bureau = Bureau::founded(Engine::Postgres);
    let before = signer(&bureau, "log.key");
    let serving = served(&bureau, &[]);
    let run = bureau.run(&["log", "rotate-key"], "var", 0);
    refused(&run, 2, &["ROTA-003", "另有 1 个"]);
    assert_eq!(signer(&bureau, "log.key"), before);
    drop(serving);
    done(&bureau.run(&["log", "rotate-key"], "var", 0));
    done(&bureau.run(&["audit"], "var", 0));
}

#[test]
fn a_stranger_with_the_old_key_follows_by_the_public_records_over_every_change_and_by_no_other_text()
 {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let rotated = done(&bureau.run(&["log", "rotate-key"], "var", 0));
        let change = change_of(&bureau);
        let known = change.old();
        let record = bureau.path("first.txt");
        fs::write(&record, change.to_string()).unwrap();
        let words = ["log", "follow-key", "--log-key", &known.to_string()];
        let follow = |more: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
            command.arg("--json").args(words).args(more);
            let ran = command.current_dir(bureau.folder.path()).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            (
                ran.status.code(),
                said + &String::from_utf8_lossy(&ran.stderr),
            )
        };
        assert_eq!(done(&follow(&["first.txt"]))["newest"], rotated["new"]);
        let again = done(&bureau.run(&["log", "rotate-key"], "var", 0));
        assert_eq!(again["old"], rotated["new"]);
        for file in fs::read_dir(bureau.path("var/checkpoints")).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            if text.contains(again["new"].as_str().unwrap()) {
                fs::write(bureau.path("second.txt"), text).unwrap();
            }
        }
        refused(&follow(&["second.txt"]), 2, &["CLI-127"]);
        let both = follow(&["second.txt", "first.txt"]);
        assert_eq!(done(&both)["newest"], again["new"]);
        let altered = change.to_string().replacen("from ", "from 1", 1);
        fs::write(bureau.path("altered.txt"), altered).unwrap();
        refused(&follow(&["altered.txt"]), 2, &["TLOG-012"]);
        done(&bureau.run(&["audit"], "var", 0));
    }
}

#[test]
fn a_change_of_the_key_that_was_cut_short_is_ended_by_the_same_command_and_not_made_twice() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let first = signer(&bureau, "log.key");
        let place = |name: &str, text: &str| {
            fs::write(bureau.path("var/keys").join(name), text).unwrap();
        };
        // Before the log has named the next key, all is as it was.
        let other = SignerKey::from_seed("demo.example/mingqian", KeyKind::Log, &[3; 32]).unwrap();
        for left in ["", "PRIVATE+KEY+dem", &other.to_secret_text()] {
            place("log.key.next", left);
            bureau.acts("2027", "var", 0);
            done(&bureau.run(&["log", "rotate-key"], "var", 0));
            assert!(!bureau.path("var/keys/log.key.next").exists());
            let now = signer(&bureau, "log.key");
            assert!(now != first && now != other.to_secret_text());
        }
        // After it has, nothing is signed by the old one, and the same command ends it.
        let before = signer(&bureau, "log.key");
        done(&bureau.run(&["log", "rotate-key"], "var", 0));
        let after = signer(&bureau, "log.key");
        let size = bureau.kept("var/checkpoints").remove(0).checkpoint().size();
        place("log.key", &before);
        place("log.key.next", &after);
        for words in writers() {
            let run = bureau.run(&words, "var", 0);
            refused(&run, 2, &["", "mingqian log rotate-key"]);
        }
        let told = bureau.run(&["doctor"], "var", 0);
        refused(&told, 1, &["更换没有办完", "mingqian log rotate-key"]);
        let ended = done(&bureau.run(&["log", "rotate-key"], "var", 0));
        assert_eq!(ended["entry"], size - 1);
        assert_eq!(signer(&bureau, "log.key"), after);
        assert!(!bureau.path("var/keys/log.key.next").exists());
        let kept = bureau.kept("var/checkpoints").remove(0);
        assert_eq!(kept.checkpoint().size(), size);
        bureau.acts("2029", "var", 0);
        done(&bureau.run(&["audit"], "var", 0));
    }
}

/// Whoever kept the old secret puts the fact back as it stood, stamp included: the fact is an image the program wrote. That
/// another key signs now is said by an entry.
#[test]
fn a_key_that_was_changed_signs_no_more_though_its_fact_is_put_back() {
    let bureau = Bureau::founded(Engine::Postgres);
    let url = bureau.servers[0].url();
    let fact = "SELECT value || '|' || last_event FROM installation WHERE name = 'log_key'";
    let before = admin(url, fact);
    let (value, stamp) = before.trim().split_once('|').unwrap();
    let secret = signer(&bureau, "log.key");
    done(&bureau.run(&["log", "rotate-key"], "var", 0));
    let after = admin(url, fact);
    let put = |value: &str, stamp: &str| {
        let sql = format!(
            "UPDATE installation SET value = '{value}', last_event = '{stamp}' WHERE name = 'log_key'"
        );
        admin(url, &sql);
    };
    let newest = signer(&bureau, "log.key");
    fs::write(bureau.path("var/keys/log.key"), &secret).unwrap();
    put(value, stamp);
    admin(
        url,
        "DELETE FROM log_links; UPDATE log_events SET act = 'log.started' WHERE act = 'log.rotate_key'",
    );
    for words in writers() {
        let run = bureau.run(&words, "var", 0);
        refused(&run, 2, &["STOR-521", "那一条换了密钥"]);
    }
    let (value, stamp) = after.trim().split_once('|').unwrap();
    put(value, stamp);
    fs::write(bureau.path("var/keys/log.key"), newest).unwrap();
    bureau.acts("2027", "var", 0);
}

#[test]
fn beneath_a_working_server_the_key_of_an_embedded_database_is_not_changed() {
    let bureau = Bureau::founded(Engine::Sqlite);
    let server = served(&bureau, &[]);
    let before = signer(&bureau, "log.key");
    let run = bureau.run(&["log", "rotate-key"], "var", 0);
    refused(&run, 2, &["SERV-006"]);
    assert_eq!(signer(&bureau, "log.key"), before);
    drop(server);
    done(&bureau.run(&["log", "rotate-key"], "var", 0));
}

#[test]
fn a_copy_from_before_the_key_changed_is_held_against_what_the_next_key_has_signed() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let older = bureau.backup();
        fs::create_dir(bureau.path("then")).unwrap();
        for name in ["storage.key", "log.key"] {
            let key = bureau.path("keys").join(name);
            fs::copy(key, bureau.path("then").join(name)).unwrap();
        }
        done(&bureau.run(&["log", "rotate-key"], "var", 0));
        bureau.acts("2027", "var", 0);
        let put = |bureau: &mut Bureau, keys: &str, more: &[&str], data: &str| {
            let server = bureau.another_database();
            let from = older.to_str().unwrap();
            let words = [&["restore", "--from", from, "--keys", keys], more].concat();
            (bureau.run(&words, data, server), server)
        };
        let (late, _) = put(&mut bureau, "then", &KNOWN, "late");
        refused(&late, 2, &["REST-004", "少了最后 2 条"]);
        // Accepted with the keys of that time, and with those of now, of which the backup knows nothing.
        fs::create_dir(bureau.path("now")).unwrap();
        for name in ["storage.key", "log.key"] {
            let key = bureau.path("var/keys").join(name);
            fs::copy(key, bureau.path("now").join(name)).unwrap();
        }
        for keys in ["then", "now"] {
            // What was known by then; the new log keeps its heads there as well.
            let known = format!("known-{keys}");
            copied(&bureau, &bureau.path("var/checkpoints"), &known);
            let origin = "demo.example/mingqian-2";
            let words = ["--checkpoint", &known, "--accept-loss", "--origin", origin];
            let data = format!("new-{keys}");
            let (ran, server) = put(&mut bureau, keys, &words, &data);
            done(&ran);
            bureau.acts("2028", &data, server);
            done(&bureau.run(&["audit", "--checkpoint", &known], &data, server));
            done(&bureau.run(
                &["log", "rotate-key", "--checkpoint", &known],
                &data,
                server,
            ));
            done(&bureau.run(&["audit", "--checkpoint", &known], &data, server));
        }
        // Without a loss that is accepted, it is not this bureau's key.
        let (strange, _) = put(&mut bureau, "now", &[], "strange");
        refused(&strange, 2, &["STOR-525"]);
    }
}

#[tokio::test]
async fn a_key_that_another_act_put_into_the_log_is_refused_and_named_whoever_wrote_it() {
    for engine in ENGINES {
        let (bureau, city) = rested(engine).await;
        let forged =
            SignerKey::from_seed(city.app.log_key.verifier().name(), KeyKind::Log, &[5; 32]);
        let forged = forged.unwrap();
        // Written by the kernel like any act, under a head that follows, but signed by nobody.
        let mut tx = city.app.db.begin("log.rotate_key").await.unwrap();
        let (_, seen) = store::org::fact_to_change(&mut tx, "log_key")
            .await
            .unwrap();
        let event = city.app.event(Act::CounterBegun, Actor::program("运维"));
        let mut rec = tx.record(event, city.app.confidential()).unwrap();
        let key = forged.verifier().to_string();
        let changed = store::org::change_fact(&mut rec, "log_key", &seen, &key).await;
        changed.unwrap();
        rec.commit().await.unwrap();
        city.app.db.close().await;
        fs::write(bureau.path("var/keys/log.key"), forged.to_secret_text()).unwrap();
        let accepted = ["--accept-clock", &today()];
        let run = act(&bureau, "2027", &accepted);
        refused(&run, 2, &["STOR-521", "没有旧钥的签名"]);
        let audited = bureau.run(&["audit"], "var", 0);
        refused(&audited, 1, &["没有旧钥的签名"]);
    }
}

#[tokio::test]
async fn a_record_that_names_another_head_or_another_old_key_changes_nothing() {
    for engine in ENGINES {
        let (bureau, city) = rested(engine).await;
        let name = city.app.log_key.verifier().name().to_owned();
        let key = |seed| SignerKey::from_seed(&name, KeyKind::Log, &[seed; 32]).unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        let (size, root) = store::log::head(&mut reader).await.unwrap();
        drop(reader);
        let sign = |from, old: &SignerKey| KeyRotation::sign(from, root, old, &key(5)).unwrap();
        // Not this head: another entry has come between, and it is not written at all.
        let stale = sign(size - 1, &city.app.log_key);
        assert_eq!(written(&city, &stale).await.unwrap_err().code(), "STOR-423");
        // Of a key that is not the log's: the audit names it, and nobody opens it to write.
        written(&city, &sign(size, &key(6))).await.unwrap();
        city.app.db.close().await;
        fs::write(bureau.path("var/keys/log.key"), key(5).to_secret_text()).unwrap();
        let run = act(&bureau, "2027", &["--accept-clock", &today()]);
        refused(&run, 2, &["STOR-521", "没有旧钥的签名"]);
        let audited = bureau.run(&["audit"], "var", 0);
        refused(&audited, 1, &["更换日志密钥的记录不是"]);
    }
}

/// A change of the key as its record says it, whoever has signed it.
async fn written(city: &City, rotation: &KeyRotation) -> Result<(), store::StoreError> {
    let mut tx = city.app.db.begin("log.rotate_key").await?;
    let (_, seen) = store::org::fact_to_change(&mut tx, "log_key").await?;
    let event = city.app.event(Act::LogKeyRotated, Actor::program("运维"));
    let mut rec = tx.record(event, city.app.public(rotation.to_string()))?;
    let key = rotation.new_key().to_string();
    store::org::change_fact(&mut rec, "log_key", &seen, &key).await?;
    rec.commit().await.map(drop)
}

#[tokio::test]
async fn a_program_that_still_holds_the_old_key_signs_nothing_once_another_has_changed_it() {
    for engine in ENGINES {
        let (_bureau, city) = rested(engine).await;
        let name = city.app.log_key.verifier().name().to_owned();
        let next = SignerKey::from_seed(&name, KeyKind::Log, &[5; 32]).unwrap();
        let elsewhere = SignerKey::from_seed("another.example", KeyKind::Log, &[5; 32]).unwrap();
        let refused = city.app.rotate_log_key(&elsewhere).await.unwrap_err();
        assert!(refused.to_string().contains("ROTA-001"), "{refused}");
        city.app.checkpoint().await.unwrap();
        city.app.rotate_log_key(&next).await.unwrap();
        for signed in [
            city.app.checkpoint().await.map(drop),
            city.app.rotate_log_key(&next).await.map(drop),
        ] {
            let refused = signed.unwrap_err().to_string();
            assert!(refused.contains("STOR-525"), "{refused}");
        }
        city.app.db.close().await;
    }
}

/// The tables of a database on a server, as its own catalog lists them.
fn tables(server: &PostgresDatabase) -> String {
    let sql = "SELECT string_agg(n.nspname || '.' || c.relname, ' ' ORDER BY 1) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
    let words = [
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--command",
        sql,
    ];
    let done = Command::new("psql").args(words).arg(server.url()).output();
    let done = done.unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_restore_that_is_refused_leaves_a_database_on_a_server_as_it_was_and_the_next_one_may_have_it()
{
    let mut bureau = Bureau::founded(Engine::Postgres);
    let backup = bureau.backup();
    bureau.acts("2027", "var", 0);
    let server = bureau.another_database();
    let url = bureau.servers[server].url().to_owned();
    // What somebody else keeps there is nobody's to touch.
    admin(&url, "CREATE TABLE theirs (word TEXT)");
    admin(&url, "INSERT INTO theirs VALUES ('kept')");
    admin(&url, "CREATE VIEW seen AS SELECT word FROM theirs");
    let before = tables(&bureau.servers[server]);
    let another = Bureau::founded(Engine::Sqlite);
    let strange = another.path("var/keys");
    let from = backup.to_str().unwrap();
    for (words, code) in [
        (vec!["--keys", strange.to_str().unwrap()], "STOR-525"),
        (vec!["--keys", "keys", KNOWN[0], KNOWN[1]], "REST-004"),
        (vec!["--keys", "gone"], "REST-007"),
        // What is foreign in the schema is no bureau's, and stays.
        (vec!["--keys", "keys"], "REST-003"),
    ] {
        let words = [&["restore", "--from", from], words.as_slice()].concat();
        let run = bureau.run(&words, "put", server);
        assert_eq!(run.0, Some(2), "{}", run.1);
        assert!(run.1.contains(code), "{code}: {}", run.1);
        assert!(!run.1.contains("REST-013"), "{}", run.1);
        assert_eq!(tables(&bureau.servers[server]), before, "{code}");
        assert!(!bureau.path("put").exists());
    }
    admin(&url, "DROP TABLE theirs CASCADE");
    done(&bureau.restore(&backup, &[], "put", server));
    done(&bureau.run(&["audit"], "put", server));
}

#[test]
fn a_restore_says_how_many_heads_it_was_held_against_and_that_it_was_none() {
    for engine in ENGINES {
        let mut bureau = Bureau::founded(engine);
        let backup = bureau.backup();
        let second = bureau.another_database();
        let put = bureau.restore(&backup, &[], "alone", second);
        assert_eq!(done(&put)["checkpoints"], 0);
        let third = bureau.another_database();
        let put = bureau.restore(&backup, &KNOWN, "known", third);
        assert_eq!(done(&put)["checkpoints"], 1);
    }
    // In words, too.
    let bureau = Bureau::founded(Engine::Sqlite);
    let backup = bureau.backup();
    for (more, words) in [
        (&[][..], "没有库外的检查点可以对照"),
        (&KNOWN[..], "对照了 1 份库外的检查点，没有少"),
    ] {
        let from = backup.to_str().unwrap();
        let restore = [&["restore", "--from", from, "--keys", "keys"], more].concat();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        command.current_dir(bureau.folder.path()).args(restore);
        command.env_remove("MINGQIAN_DATABASE");
        let data = format!("put-{}", more.len());
        let ran = command.args(["--data", &data]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(said.contains(words), "{said}");
        assert_eq!(
            said.contains("mingqian log compare"),
            more.is_empty(),
            "{said}"
        );
    }
}

/// A backup as the build of that time wrote it: what its data folder holds but the keys, or the dump of its database, and the
/// list.
fn packed(old: &OldDatabase, bureau: &Bureau) -> PathBuf {
    let (data, to) = (old.folder(), bureau.path("mingqian-1"));
    fs::create_dir(&to).unwrap();
    let postgres = bureau.engine == Engine::Postgres;
    if postgres {
        let file = to.join("database.dump");
        let mut dump = Command::new("pg_dump");
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]);
        let done = dump.arg(file).arg(old.place()).status().unwrap();
        assert!(done.success());
    }
    let mut files = Vec::new();
    for name in ["mingqian.sqlite", "mingqian.blobs", "uploads"] {
        let held = data.join(name);
        if held.exists() {
            let done = Command::new("cp")
                .arg("-r")
                .arg(held)
                .arg(to.join(name))
                .status();
            assert!(done.unwrap().success());
        }
    }
    let listed = Command::new("find")
        .args([".", "-type", "f"])
        .current_dir(&to)
        .output();
    for name in String::from_utf8(listed.unwrap().stdout).unwrap().lines() {
        let name = name.trim_start_matches("./");
        let bytes = fs::read(to.join(name)).unwrap();
        files.push(serde_json::json!({
            "path": name, "bytes": bytes.len(), "sha256": tlog::Hash::of(&bytes).to_string(),
        }));
    }
    let list = serde_json::json!({
        "format": 1, "program": "mingqian 0.1.0", "made_at_ms": 1, "origin": "demo.example/mingqian",
        "postgres": postgres, "log_size": 0, "log_root": "", "files": files,
    });
    fs::write(to.join("manifest.json"), list.to_string()).unwrap();
    fs::create_dir(bureau.path("keys")).unwrap();
    for name in ["storage.key", "log.key"] {
        fs::write(bureau.path("keys").join(name), old.key(name)).unwrap();
    }
    to
}

#[test]
fn a_backup_that_an_earlier_program_left_is_put_back_and_brought_up_to_date_and_it_is_said() {
    for engine in ENGINES {
        let [first, .., last] = COMMITS else {
            panic!("more than one build left a database")
        };
        for commit in [first, last] {
            let old = OldDatabase::unpack(commit, engine);
            let mut bureau = Bureau {
                folder: tempfile::tempdir().unwrap(),
                engine,
                servers: Vec::new(),
            };
            let from = packed(&old, &bureau);
            let server = bureau.another_database();
            let put = done(&bureau.restore(&from, &[], "put", server));
            let (found, now) = (&put["structure"]["found"], &put["structure"]["now"]);
            assert_eq!(*now, store::structure());
            assert!(found.as_i64() < now.as_i64(), "{put}");
            done(&bureau.run(&["audit"], "put", server));
        }
    }
}
