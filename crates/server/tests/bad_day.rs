//! A bad day: an older copy of the database is put back, its log is rewritten, a disk is lost. The real program, on both
//! engines: what was acknowledged is in the backup, what is missing is named, and nobody goes on from an older log
//! without saying so to everybody.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use app::crypto::StorageKey;
use app::numbering::Numbered;
use app::sealing::SealingKey;
use serde_json::Value;
use store::{Db, Engine, Upgrade};
use tempfile::TempDir;
use testkit::city::City;
use testkit::clock::FakeEntropy;
use testkit::clock::today;
use testkit::engines::{PostgresDatabase, admin, upgrade};
use tlog::SignedCheckpoint;

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

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
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
    Server(child)
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
        let _server = served(&bureau, &["--record", "record"]);
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
