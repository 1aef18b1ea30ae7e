//! `mingqian import` on a bureau of its own.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::office::{caterers, rows_of};

struct Bureau(TempDir);

impl Bureau {
    fn founded() -> Self {
        let bureau = Self(tempfile::tempdir().unwrap());
        let args = [
            "init",
            "--bureau",
            "样例市城市管理局",
            "--district",
            "411202",
            "--origin",
            "import.example/log",
        ];
        let made = bureau.run(&args);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        bureau
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
        command
            .args(args)
            .arg("--data")
            .arg(self.0.path().join("data"));
        command.env_remove("MINGQIAN_DATABASE").output().unwrap()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, file: &std::path::Path, more: &[&str]) -> (Option<i32>, Value, String) {
        let mut args = vec![
            "import",
            "subjects",
            file.to_str().unwrap(),
            "--json",
            "--unit",
            "样例市城市管理局",
        ];
        args.extend(["--set", "行政区划代码=411202"]);
        args.extend(more);
        let done = self.run(&args);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        (
            done.status.code(),
            serde_json::from_slice(&done.stdout).unwrap_or_default(),
            told,
        )
    }
}

#[test]
fn the_exit_code_tells_all_some_or_nothing() {
    let bureau = Bureau::founded();
    let good = bureau.file("good.csv", &caterers(1, 30));
    let (code, told, _) = bureau.import(&good, &[]);
    assert_eq!((code, &told["added"]), (Some(0), &Value::from(30)));
    let (code, told, _) = bureau.import(&good, &[]);
    assert_eq!((code, &told["same"]), (Some(0), &Value::from(30)));

    let bad = bureau.file("bad.csv", &format!("{}坏店,9.1E+17,路\n", caterers(31, 2)));
    let (code, _, told) = bureau.import(&bad, &[]);
    assert_eq!(code, Some(2));
    assert!(told.contains("IMPT-071"), "{told}");
    let beside = bureau.0.path().join("bad.csv.errors.xlsx");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = || std::fs::metadata(&beside).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600, "the rows are as private as the register");
        // One that an earlier program left open to others does not stay so.
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o644)).unwrap();
        bureau.import(&bad, &[]);
        assert_eq!(mode(), 0o600);
    }
    let (code, told, _) = bureau.import(&bad, &["--good-rows"]);
    assert_eq!(
        (code, &told["added"], &told["bad"]),
        (Some(1), &Value::from(2), &Value::from(1))
    );
    let report = std::fs::read(&beside).unwrap();
    assert!(rows_of(&report)[1][3].contains("IMPT-040"));

    let audit = bureau.run(&["audit"]);
    assert_eq!(
        audit.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );
    let left = std::fs::read_dir(bureau.0.path().join("data/uploads"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "no copy of the file stays behind");
}

#[test]
fn what_cannot_be_used_is_said_without_writing() {
    let bureau = Bureau::founded();
    let odd = bureau.file("odd.csv", "商户,注册号,地址\n样例店,,路\n");
    let (code, _, told) = bureau.import(&odd, &[]);
    assert_eq!(code, Some(2));
    assert!(told.contains("IMPT-075"), "{told}");
    let (code, _, told) = bureau.import(&odd, &["--column", "名称=没有这列"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("CLI-112") && told.contains("商户"), "{told}");
    let (code, told, _) = bureau.import(&odd, &["--column", "名称=商户"]);
    assert_eq!((code, &told["added"]), (Some(0), &Value::from(1)));
    let picture = bureau.file("名录.xlsx", "%PDF-1.7");
    assert_eq!(bureau.import(&picture, &[]).0, Some(2));
    let missing = bureau.0.path().join("missing.csv");
    let (code, _, told) = bureau.import(&missing, &[]);
    assert_eq!(code, Some(2));
    assert!(told.contains("CLI-101"), "{told}");
}
