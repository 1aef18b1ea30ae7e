//! What the program refuses before it writes, and what only looks: the key of another database, a key that is not
//! there, a rehearsal and an audit that change nothing, numbers that go on. The real program, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use store::Engine;
use tempfile::TempDir;
use testkit::engines::PostgresDatabase;
use testkit::folder::files;
use testkit::old::{COMMITS, OldDatabase, made_before};

/// A series that is told where to begin, which is an act.
const FIRST_13: [&str; 7] = [
    "counter", "--kind", "campaign", "--year", "2026", "--next", "13",
];

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

fn command(data: &Path, database: Option<&str>, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
    command.args(args).arg("--data").arg(data);
    command.env_remove("MINGQIAN_DATABASE");
    if let Some(url) = database {
        command.env("MINGQIAN_DATABASE", url);
    }
    command
}

fn told(output: &Output) -> String {
    let words = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&words).into_owned()
}

struct Bureau {
    folder: TempDir,
    server: Option<PostgresDatabase>,
}

impl Bureau {
    fn empty(engine: Engine) -> Self {
        let server = (engine == Engine::Postgres).then(PostgresDatabase::fresh);
        Self {
            folder: tempfile::tempdir().unwrap(),
            server,
        }
    }

    fn founded(engine: Engine) -> Self {
        let bureau = Self::empty(engine);
        let made = bureau.init();
        assert!(made.status.success(), "{}", told(&made));
        bureau
    }

    fn init(&self) -> Output {
        let bureau = ["--bureau", "样例市城市管理局", "--district", "411202"];
        let args = [
            &["init"],
            bureau.as_slice(),
            &["--origin", "guard.example/log"],
        ];
        self.run(&args.concat())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key(&self) -> PathBuf {
        self.data().join("keys/storage.key")
    }

    fn command(&self, args: &[&str]) -> Command {
        let url = self.server.as_ref().map(PostgresDatabase::url);
        command(&self.data(), url, args)
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// A command that is refused with this code, and has left every file as it was.
    fn refuses(&self, code: &str, args: &[&str]) {
        let before = files(self.folder.path());
        let output = self.run(args);
        let words = told(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {words}");
        assert!(words.contains(code), "{args:?}: {words}");
        assert!(before == files(self.folder.path()), "{args:?} wrote");
    }

    fn import(&self) -> Vec<String> {
        let file = self.folder.path().join("list.csv");
        std::fs::write(&file, "名称,地址\n样例店,样例路 1 号\n").unwrap();
        let args = ["import", "subjects", file.to_str().unwrap(), "--unit"];
        let args = args
            .iter()
            .chain(&["样例市城市管理局", "--set", "行政区划代码=411202"]);
        args.map(|arg| (*arg).to_owned()).collect()
    }

    fn series(&self, args: &[&str]) -> Vec<(String, i64, i64)> {
        let output = self.run(&[&["counter", "--json"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let one = |one: &Value| {
            let issuer = one["issuer"].as_str().unwrap().to_owned();
            (
                issuer,
                one["first"].as_i64().unwrap(),
                one["next"].as_i64().unwrap(),
            )
        };
        listed["series"]
            .as_array()
            .unwrap()
            .iter()
            .map(one)
            .collect()
    }

    fn audits_clean(&self) {
        let output = self.run(&["audit"]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
}

#[test]
fn the_key_of_another_database_opens_nothing_and_nothing_is_written() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let right = std::fs::read(bureau.key()).unwrap();
        std::fs::write(bureau.key(), "5".repeat(64)).unwrap();
        let import = bureau.import();
        let import: Vec<&str> = import.iter().map(String::as_str).collect();
        for args in [
            import.as_slice(),
            &["serve", "--listen", "127.0.0.1:0"],
            &["migrate"],
            &["migrate", "--dry-run"],
            &FIRST_13,
        ] {
            bureau.refuses("STOR-506", args);
        }
        // What only lists what stands in the clear needs no key.
        assert_eq!(bureau.series(&[]), []);
        std::fs::write(bureau.key(), right).unwrap();
        bureau.audits_clean();
        let done = bureau.run(&import);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    }
}

#[test]
fn a_key_that_is_gone_is_never_made_anew() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let away = bureau.folder.path().join("storage.key");
        std::fs::rename(bureau.key(), &away).unwrap();
        for args in [
            ["demo"].as_slice(),
            &["serve", "--listen", "127.0.0.1:0"],
            &["migrate"],
            &FIRST_13,
        ] {
            bureau.refuses("INIT-009", args);
        }
        let refused = bureau.init();
        assert!(told(&refused).contains("INIT-009"), "{}", told(&refused));
        assert!(!bureau.key().exists());
        // Nor in another folder, for a database that several machines share.
        if let Some(server) = &bureau.server {
            let elsewhere = bureau.folder.path().join("elsewhere");
            let refused = command(&elsewhere, Some(server.url()), &["demo"]).output();
            let refused = told(&refused.unwrap());
            assert!(refused.contains("INIT-009"), "{refused}");
            assert!(!elsewhere.exists());
        }
        // The audit needs none.
        bureau.audits_clean();
        std::fs::rename(&away, bureau.key()).unwrap();
        assert_eq!(bureau.series(&[]), []);
    }
}

#[test]
fn the_operator_lists_accounts_ends_the_waiting_of_one_and_resets_an_administrator() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        let listed = bureau.run(&["account", "list"]);
        assert_eq!(listed.status.code(), Some(0), "{}", told(&listed));
        let words = String::from_utf8(listed.stdout).unwrap();
        for line in [
            "sysadmin",
            "secadmin         安全管理员，安全管理员",
            "auditadmin",
        ] {
            assert!(words.contains(line), "{words}");
        }
        let unlocked = bureau.run(&["account", "unlock", "secadmin"]);
        assert_eq!(unlocked.status.code(), Some(0), "{}", told(&unlocked));
        let nobody = bureau.run(&["account", "unlock", "nobody"]);
        assert_eq!(nobody.status.code(), Some(2));
        assert!(told(&nobody).contains("ACCT-009"), "{}", told(&nobody));
        let reset = bureau.run(&["account", "reset", "secadmin"]);
        assert_eq!(reset.status.code(), Some(0), "{}", told(&reset));
        let words = String::from_utf8(reset.stdout).unwrap();
        assert!(
            words.contains("只显示这一次") && words.contains("没有岗位"),
            "{words}"
        );
        bureau.audits_clean();
    }
}

#[test]
fn numbers_begin_where_the_bureau_stood() {
    for engine in ENGINES {
        let bureau = Bureau::founded(engine);
        assert_eq!(bureau.series(&[]), []);
        let campaign = ["--kind", "campaign", "--year", "2026", "--next"];
        let from = |next: &'static str| [campaign.as_slice(), &[next]].concat();
        let issuer = || "411202-CG".to_owned();
        assert_eq!(bureau.series(&from("13")), [(issuer(), 13, 13)]);
        assert_eq!(bureau.series(&from("20")), [(issuer(), 20, 20)]);
        assert_eq!(bureau.series(&from("13")), [(issuer(), 13, 13)]);
        for (code, args) in [
            ("NUMB-002", from("0")),
            ("NUMB-002", from("100000")),
            (
                "NUMB-004",
                [from("30").as_slice(), &["--letters", "样城检字"]].concat(),
            ),
        ] {
            let refused = bureau.run(&[&["counter"], args.as_slice()].concat());
            assert_eq!(refused.status.code(), Some(2));
            assert!(told(&refused).contains(code), "{}", told(&refused));
        }
        let document = ["--kind", "document", "--year", "2026", "--next", "7"];
        let document = [document.as_slice(), &["--letters", "样城检字"]].concat();
        let both = [(issuer(), 13, 13), ("样城检字".to_owned(), 7, 7)];
        assert_eq!(bureau.series(&document), both);
        // Two at once: one after the other, for nothing has been given.
        let runs = ["40", "41"].map(|next| {
            let mut command = bureau.command(&[&["counter"], from(next).as_slice()].concat());
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().unwrap()
        });
        let ended = runs.map(|run| run.wait_with_output().unwrap());
        for one in &ended {
            assert!(one.status.success(), "{}", told(one));
        }
        let (_, first, next) = &bureau.series(&[])[0];
        assert!(first == next && [40, 41].contains(first));
        bureau.audits_clean();
    }
}

/// An old database with its own place, as the program is given it.
fn old(commit: &str, engine: Engine) -> (OldDatabase, Option<String>) {
    let old = OldDatabase::unpack(commit, engine);
    let url = (engine == Engine::Postgres).then(|| old.place());
    (old, url)
}

#[test]
#[expect(
    clippy::cognitive_complexity,
    reason = "every assertion counts as a branch; the story runs straight"
)]
fn a_rehearsed_migration_says_each_step_and_changes_no_byte() {
    for (commit, engine) in made_before(11).flat_map(|one| ENGINES.map(|engine| (one, engine))) {
        let (old, url) = old(commit, engine);
        let run = |args: &[&str]| {
            command(&old.folder(), url.as_deref(), args)
                .output()
                .unwrap()
        };
        let before = files(&old.folder());
        let dry = ["migrate", "--dry-run", "--json"];
        let first = run(&dry);
        assert_eq!(first.status.code(), Some(0), "{}", told(&first));
        assert!(before == files(&old.folder()), "{engine:?}: files changed");
        let listed: Value = serde_json::from_slice(&first.stdout).unwrap();
        let steps = listed["migrations"].as_array().unwrap();
        let rows = |name: &str| {
            let step = steps.iter().find(|step| step["name"] == name);
            step.map(|step| step["rows"].as_i64().unwrap())
        };
        assert_eq!(rows("0011_storage_key"), Some(1));
        let event = |name: &str| {
            let mut of = steps.iter().filter(|step| step["name"] == name);
            of.next().unwrap()["event"].as_str()
        };
        let both = ["0011_storage_key", "0012_announcements"].map(event);
        assert_eq!(both, [Some("schema.migrate"); 2]);
        let words = told(&run(&["migrate", "--dry-run"]));
        let mut sentences = vec![
            "没有改动",
            "写入 1 行，记一条留痕",
            "不改动已有的行，记一条留痕（schema.migrate）",
        ];
        // What the first build left moves most.
        if commit == COMMITS[0] {
            assert_eq!(rows("0008_jobs"), Some(0));
            assert!(rows("0006_ground") > Some(0) && rows("0009_files") > Some(3));
            assert!(rows("0010_sealed_cells") > Some(5));
            assert_eq!(event("0008_jobs"), None);
            sentences.extend(["第 9 号 0009_files", "不改动已有的行，不留痕"]);
        }
        for said in sentences {
            assert!(words.contains(said), "{said}: {words}");
        }
        // Said again it is the same, so the first had done nothing; and an audit does not migrate either.
        let again: Value = serde_json::from_slice(&run(&dry).stdout).unwrap();
        assert_eq!(listed, again);
        let audit = run(&["audit"]);
        assert_eq!(audit.status.code(), Some(2));
        assert!(told(&audit).contains("STOR-508"), "{}", told(&audit));
        assert!(before == files(&old.folder()), "{engine:?}: files changed");
        let done = run(&["migrate", "--json"]);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        let nothing = told(&run(&["migrate", "--dry-run"]));
        assert!(nothing.contains("没有要做的"), "{nothing}");
        let audit = run(&["audit"]);
        assert_eq!(audit.status.code(), Some(0), "{}", told(&audit));
        let after = files(&old.folder());
        let audit = run(&["audit"]);
        assert!(audit.status.success() && after == files(&old.folder()));
    }
}

#[test]
fn a_rehearsal_refuses_what_a_migration_would_refuse() {
    for engine in ENGINES {
        let bureau = Bureau::empty(engine);
        // The key is asked for first.
        bureau.refuses("INIT-006", &["migrate", "--dry-run"]);
        std::fs::create_dir_all(bureau.data().join("keys")).unwrap();
        std::fs::write(bureau.key(), "5".repeat(64)).unwrap();
        // One key of two, and no database of theirs.
        bureau.refuses("INIT-012", &["migrate", "--dry-run"]);
        if engine == Engine::Sqlite {
            bureau.refuses("STOR-509", &["audit"]);
        }
        let (old, url) = old(COMMITS[0], engine);
        let key = old.folder().join("keys/storage.key");
        let right = std::fs::read(&key).unwrap();
        std::fs::write(&key, "5".repeat(64)).unwrap();
        let run = |args: &[&str]| {
            command(&old.folder(), url.as_deref(), args)
                .output()
                .unwrap()
        };
        let refused = run(&["migrate", "--dry-run"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(told(&refused).contains("STOR-501"), "{}", told(&refused));
        std::fs::write(&key, right).unwrap();
        if let Some(url) = &url {
            let newer = "INSERT INTO migrations VALUES (900, '0900_newer', 'x')";
            testkit::engines::admin(url, newer);
            // Whatever migrates leaves an event; a row without one was put there, by no newer program.
            for args in [&["migrate", "--dry-run"][..], &["migrate"]] {
                let refused = told(&run(args));
                assert!(refused.contains("STOR-501"), "{refused}");
            }
            let audited = run(&["audit"]);
            assert_ne!(audited.status.code(), Some(0));
            assert!(told(&audited).contains("900"), "{}", told(&audited));
        }
    }
}
