//! The draw without a server, as a bureau runs it: from the samples to a stranger's verdict, and
//! every way of doing it wrong refused with code, row and remedy, leaving nothing behind.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../../draw/tests/common/attempt.rs"]
mod attempt;
#[path = "../../../draw/tests/common/mod.rs"]
mod common;
mod dice;
mod earlier;
mod folder;
#[path = "../../../draw/tests/common/forger.rs"]
mod forger;
#[path = "../stage/frozen_under_one.rs"]
mod frozen_under_one;
mod help;
mod logged;
#[path = "../stage/older_plan.rs"]
mod older_plan;
mod plan;
mod two;
#[path = "../../../verify/tests/two_support/mod.rs"]
mod two_support;
mod void;

use std::fs;
use std::path::Path;

use serde_json::Value;

use folder::{FREEZE, append, freeze, mingqian, older, replace, result, said, samples, succeeds};

/// Freeze must be refused with this code and these words, and leave nothing behind.
fn refused(folder: &Path, code: &str, words: &[&str]) {
    let output = freeze(folder);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(code), "{code} in {said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| name != "d" && !name.to_string_lossy().starts_with('.')),
        "{left:?}"
    );
}

#[test]
fn the_samples_go_from_freeze_to_a_strangers_verdict_and_an_older_folder_is_finished() {
    let folder = samples();
    let frozen = freeze(folder.path());
    assert!(frozen.status.success(), "{}", said(&frozen));
    let public = fs::read_to_string(folder.path().join("d/freeze.txt")).unwrap();
    assert!(
        said(&frozen).contains(&public),
        "freeze prints what to publish"
    );
    let keeper = "secret.txt 交给不交随机数的一方保管，不给见证人";
    assert!(said(&frozen).contains(keeper), "{}", said(&frozen));
    goes_to_a_strangers_verdict(folder.path(), "shuang/2");
    goes_to_a_strangers_verdict(older("plain").path(), "shuang/1");
}

fn goes_to_a_strangers_verdict(folder: &Path, version: &str) {
    let public = fs::read_to_string(folder.join("d/freeze.txt")).unwrap();
    assert!(public.starts_with(version), "{public}");
    let drawn = result(folder);
    assert!(drawn.status.success(), "{}", said(&drawn));
    for (stage, bundle) in [
        ("public", "p.zip"),
        ("full", "full.zip"),
        ("full", "full"),
        ("sealed", "s"),
    ] {
        let opened = mingqian(
            folder,
            &[
                "draw", "open", "--out", "d", "--stage", stage, "--bundle", bundle,
            ],
        );
        assert!(opened.status.success(), "{}", said(&opened));
        // Who can check what of it; nobody recomputes all of it but those who may hold S.
        let words = said(&opened);
        let checked = match stage {
            "sealed" => "次序、界限和抽中谁，公开之后才能核对",
            "public" => "编组、回避和工作量要用完整案卷重算",
            _ => "可以持有 S 的人（见证方、监督部门）可以从名录起全部重算",
        };
        assert!(
            words.contains(checked) && !words.contains("任何人都可以重算"),
            "{words}"
        );
        assert!(stage != "full" || !words.contains("任何人"), "{words}");
        let verified = mingqian(folder, &["--json", "verify", bundle]);
        assert_eq!(verified.status.code(), Some(3), "{}", said(&verified));
        let verdict: Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(
            (&verdict["stage"], &verdict["right"]),
            (&Value::from(stage), &Value::from(true))
        );
        if !bundle.ends_with(".zip") {
            assert_eq!(folder::by_script(folder, bundle), 3, "{version} {stage}");
        }
    }
}

#[test]
fn open_says_what_to_publish_and_publishes_no_file_that_was_touched() {
    let folder = older("plain");
    let folder = folder.path();
    assert!(result(folder).status.success());
    let open = |stage: &str, bundle: &str| {
        let words = [
            "draw", "open", "--out", "d", "--stage", stage, "--bundle", bundle,
        ];
        mingqian(folder, &words)
    };
    let opened = open("public", "p");
    let record = fs::read_to_string(folder.join("d/open-public.txt")).unwrap();
    assert!(record.starts_with("shuang/1 open\n"), "{record}");
    assert!(said(&opened).contains(&record), "{}", said(&opened));
    assert!(
        !record.contains("secret.txt"),
        "public names no sealed file"
    );
    assert!(open("public", "again").status.success());
    let path = folder.join("d/drawn/teams.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, text.replacen('F', "G", 1)).unwrap();
    let refused = open("full", "f");
    assert!(!refused.status.success());
    assert!(said(&refused).contains("CLI-502"), "{}", said(&refused));
    assert!(said(&refused).contains("teams.txt"), "{}", said(&refused));
    assert!(!folder.join("f").exists() && !folder.join("d/open-full.txt").exists());
}

#[test]
fn before_open_no_published_byte_names_a_subject() {
    let folder = samples();
    assert!(freeze(folder.path()).status.success());
    names_no_subject(folder.path());
    names_no_subject(older("plain").path());
}

fn names_no_subject(folder: &Path) {
    assert!(result(folder).status.success());
    let subjects = fs::read_to_string(folder.join("subjects.csv")).unwrap();
    let reveal = folder.join("d/reveal.txt").exists().then_some("reveal.txt");
    for file in ["freeze.txt", "plan.txt", "seed.txt", "result.txt"]
        .into_iter()
        .chain(reveal)
    {
        let text = fs::read_to_string(folder.join("d").join(file)).unwrap();
        for line in subjects.lines().skip(1) {
            assert!(!text.contains(line.split(',').next().unwrap()), "{file}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_secret_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = samples();
    assert!(freeze(folder.path()).status.success());
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode("d/sealed"), mode("d/sealed/secret.txt")),
        (0o700, 0o400)
    );
}

#[test]
fn nothing_is_ever_overwritten() {
    let folder = samples();
    let folder = folder.path();
    assert!(freeze(folder).status.success());
    let before = fs::read(folder.join("d/freeze.txt")).unwrap();
    assert!(said(&freeze(folder)).contains("CLI-103"));
    assert_eq!(fs::read(folder.join("d/freeze.txt")).unwrap(), before);
    assert!(result(folder).status.success());
    assert!(
        said(&result(folder)).contains("CLI-103"),
        "a second RESULT would be a second draw"
    );
}

#[test]
fn a_nonce_that_does_not_match_is_refused_and_an_absence_needs_its_reason() {
    let folder = older("plain");
    let folder = folder.path();
    let wrong = format!("discipline={}", "ab".repeat(32));
    let right = "justice=0286c70d9f3b74674f096bd3c073c7149cc376078138a56db915d810eda3c58b";
    let draw = |nonces: &[&str]| {
        let mut words = vec!["draw", "result", "--out", "d"];
        nonces
            .iter()
            .for_each(|nonce| words.extend(["--nonce", *nonce]));
        mingqian(folder, &words)
    };
    assert!(said(&draw(&[&wrong, right])).contains("DRAW-302"));
    assert!(said(&draw(&[right])).contains("CLI-402"));
    assert!(
        said(&draw(&["discipline=absent:sick", right])).contains("DRAW-305"),
        "one party is below level 1"
    );
    assert!(said(&draw(&[right, right, "stranger=absent:late"])).contains("CLI-404"));
    assert!(!folder.join("d/drawn").exists());
}

#[test]
fn a_changed_sealed_file_stops_the_draw() {
    let folder = samples();
    let folder = folder.path();
    assert!(freeze(folder).status.success());
    let path = folder.join("d/sealed/subjects.tsv");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, text.replacen("\tfume:B\t", "\tfume:C\t", 1)).unwrap();
    let output = result(folder);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(!folder.join("d/drawn").exists());
}

#[test]
fn bad_rows_are_named_by_file_row_code_and_remedy() {
    let cases = [
        ("9.14112E+17,甲,fume,A,,", "CLI-211", "末"),
        ("11010519491231002X,甲,fume,A,,", "CLI-212", "公民身份号码"),
        ("某某公司,甲,fume,A,,", "CLI-213", "不能有汉字"),
        ("92411200MA900037X3,甲,fume,A,,", "CLI-214", "第 2 行"),
        (",甲,fume,A,,", "CLI-210", "空"),
        ("V-001,甲,fume,甲类,,", "CLI-216", "类别"),
        ("V-001,甲,fume,A,maybe,", "CLI-217", "maybe"),
        ("V-001,甲,fume", "CLI-205", "3 格"),
        ("V-001,甲,fume,Z,,", "DRAW-505", "类别不在方案之中"),
        ("V-001,甲,smoke,A,,", "DRAW-505", "没有这个事项"),
        ("V-001,甲,fume,A,,east", "DRAW-214", "片区"),
    ];
    for (line, code, words) in cases {
        let folder = samples();
        append(folder.path(), "subjects.csv", line);
        let row = if code.starts_with("CLI") {
            "subjects.csv 第 33 行"
        } else {
            ""
        };
        refused(folder.path(), code, &[words, row]);
    }
}

#[test]
fn a_wrong_check_digit_is_refused() {
    let folder = samples();
    append(
        folder.path(),
        "subjects.csv",
        "92411200MA900037X4,甲,fume,A,,",
    );
    refused(folder.path(), "TEXT-", &["第 33 行", "92411200MA900037X4"]);
}

#[test]
fn all_errors_of_all_files_are_listed_but_not_more_than_fifty() {
    let folder = samples();
    for at in 0..70 {
        append(
            folder.path(),
            "subjects.csv",
            &format!("坏代码{at},甲,fume,A,,"),
        );
    }
    append(folder.path(), "inspectors.csv", "F001,检查员甲,cg,");
    let said = said(&freeze(folder.path()));
    assert_eq!(said.matches("[CLI-").count(), 50);
    assert!(said.contains("共 71 处"), "{said}");
}

#[test]
fn wrong_files_are_refused_with_a_way_out() {
    let utf16: Vec<u8> = "id,class\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let with_mark = [vec![0xff, 0xfe], utf16].concat();
    let cases: [(&[u8], &str, &str); 6] = [
        (&with_mark, "CLI-201", "UTF-16"),
        (b"PK\x03\x04rest", "CLI-201", "Excel"),
        (b"id,class\n\xff\xff\xff,A\n", "CLI-201", "GB18030"),
        (b"name,class\nx,A\n", "CLI-203", "缺少“id”列"),
        (b"id,uscc,class\nx,y,A\n", "CLI-204", "出现 2 次"),
        (b"id,class\n", "CLI-206", "没有一行"),
    ];
    for (bytes, code, words) in cases {
        let folder = samples();
        fs::write(folder.path().join("subjects.csv"), bytes).unwrap();
        refused(folder.path(), code, &[words]);
    }
}

#[test]
fn gb18030_and_a_byte_order_mark_are_read_and_give_the_same_frame() {
    let folder = samples();
    let path = folder.path().join("subjects.csv");
    let text = fs::read_to_string(&path).unwrap();
    let text = text
        .strip_prefix('\u{feff}')
        .expect("the samples have a mark")
        .replacen(
            "id,name,item,class,status",
            "统一社会信用代码,名称,事项,类别,状态",
            1,
        );
    let (bytes, _, damaged) = encoding_rs::GB18030.encode(&text);
    assert!(!damaged && std::str::from_utf8(&bytes).is_err());
    fs::write(&path, bytes).unwrap();
    let output = freeze(folder.path());
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("subjects 31 "));
}

#[test]
fn too_few_inspectors_and_a_subject_nobody_may_visit_are_refused() {
    let folder = samples();
    fs::write(
        folder.path().join("inspectors.csv"),
        "id,authority\nF001,cg\nS001,sj\nS002,sj\n",
    )
    .unwrap();
    fs::write(folder.path().join("recusals.csv"), "inspector,subject\n").unwrap();
    refused(folder.path(), "DRAW-207", &["检查人员"]);
    let folder = samples();
    for inspector in ["F001", "F003", "F004", "F005", "F006"] {
        append(
            folder.path(),
            "recusals.csv",
            &format!("{inspector},92411200MA900037X3,亲属"),
        );
    }
    refused(folder.path(), "DRAW-212", &["92411200MA900037X3"]);
}

#[test]
fn a_pool_of_one_is_said_to_be_not_random() {
    let folder = samples();
    let text = fs::read_to_string(folder.path().join("subjects.csv")).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains(",waste,"))
        .collect();
    fs::write(
        folder.path().join("subjects.csv"),
        kept.join("\n") + "\nV-001,甲,waste,A,,\n",
    )
    .unwrap();
    fs::write(folder.path().join("recusals.csv"), "inspector,subject\n").unwrap();
    let output = freeze(folder.path());
    assert!(
        output.status.success() && said(&output).contains("非随机"),
        "{}",
        said(&output)
    );
}

/// Under `shuang/2` both the commitment and what its owner keeps name the attempt.
#[test]
fn a_nonce_for_an_attempt_fits_that_attempt_alone() {
    let folder = tempfile::tempdir().unwrap();
    let of = ["--campaign", "411200-CG-2026-0007", "--attempt", "2"];
    let asked = ["--json", "nonce", "--name", "discipline", "--out", "n.txt"];
    let without = mingqian(folder.path(), &asked);
    assert_eq!(
        without.status.code(),
        Some(2),
        "for no attempt there is none"
    );
    let output = mingqian(folder.path(), &[&asked[..], &of].concat());
    assert!(output.status.success(), "{}", said(&output));
    let again = mingqian(folder.path(), &[&asked[..], &of].concat());
    assert_eq!(again.status.code(), Some(2), "never overwritten");
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        value.get("nonce").is_none(),
        "written to the file, not shown"
    );
    let kept = fs::read_to_string(folder.path().join("n.txt")).unwrap();
    let lead = "campaign 411200-CG-2026-0007\nattempt 2\nparty discipline ";
    let nonce = kept.trim_end().strip_prefix(lead).expect(&kept);
    let nonce = nonce.parse().unwrap();
    let commitment = |attempt| {
        let campaign = "411200-CG-2026-0007".parse().unwrap();
        let name = "discipline".parse().unwrap();
        let suite = draw::Suite::Sha256;
        let line =
            draw::record::PartyLine::commit_to_attempt(suite, campaign, attempt, name, &nonce);
        line.commitment.to_string()
    };
    assert_eq!(value["commitment"], commitment(2));
    assert_ne!(value["commitment"], commitment(1));
    let shown = mingqian(
        folder.path(),
        &[&["nonce", "--name", "discipline"], &of[..]].concat(),
    );
    let shown = said(&shown);
    assert!(
        shown.contains("到抽取仪式开始、见证页上可以公开时才交出"),
        "{shown}"
    );
    for half in [["--campaign", "411200-CG-2026-0007"], ["--attempt", "2"]] {
        let output = mingqian(
            folder.path(),
            &[&["nonce", "--name", "discipline"], &half[..]].concat(),
        );
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
}

#[test]
fn a_name_that_begins_with_a_mark_is_none() {
    for line in [
        "-V1,甲,fume,A,,",
        "V-001,甲,fume,-A,,",
        "V-001,甲,-x,A,,",
        "V-001,甲,fume,A,skip:-,",
    ] {
        let folder = samples();
        append(folder.path(), "subjects.csv", line);
        refused(folder.path(), "CLI-21", &["subjects.csv 第 33 行"]);
    }
    for (line, code) in [("-,检查员,cg,", "CLI-219"), ("F099,检查员,_cg,", "CLI-220")] {
        let folder = samples();
        append(folder.path(), "inspectors.csv", line);
        refused(folder.path(), code, &["inspectors.csv 第 12 行"]);
    }
}

/// A recusal that names nobody would be a recusal that does nothing.
#[test]
fn a_recusal_of_an_unknown_officer_is_refused_and_the_like_code_is_named() {
    for (person, hint) in [
        ("F02", "相近的有 F002"),
        ("f002", "相近的有 F002"),
        ("X9", "大小写也要"),
    ] {
        let folder = samples();
        append(
            folder.path(),
            "recusals.csv",
            &format!("{person},92411200MA900037X3,亲属"),
        );
        refused(
            folder.path(),
            "CLI-218",
            &["recusals.csv 第 5 行", person, hint],
        );
    }
    let folder = samples();
    append(
        folder.path(),
        "recusals.csv",
        "L002,92411200MA900037X3,亲属",
    );
    succeeds(&freeze(folder.path()));
}

#[test]
fn more_asked_than_there_are_is_said_with_both_numbers() {
    let folder = samples();
    replace(
        folder.path(),
        "plan.toml",
        "rule = \"pool 20/100\"",
        "rule = \"fixed 60\"",
    );
    refused(
        folder.path(),
        "CLI-312",
        &["plan.toml 第 ", "item.rule", "要抽 60 个", "只有 22 个"],
    );
    let folder = samples();
    replace(folder.path(), "plan.toml", "drawn = 4", "drawn = 60");
    refused(
        folder.path(),
        "DRAW-207",
        &[
            "plan.toml 第 ",
            "authority.drawn",
            "要抽 60 人",
            "只有 6 人",
        ],
    );
}

#[cfg(unix)]
#[test]
fn the_samples_can_be_written_over() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    succeeds(&mingqian(folder.path(), &["draw", "--template", "t"]));
    fs::create_dir(folder.path().join("any")).unwrap();
    fs::write(folder.path().join("any.txt"), "").unwrap();
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("t"), mode("any"), "a folder like any other");
    for entry in fs::read_dir(folder.path().join("t")).unwrap() {
        let name = entry.unwrap().file_name();
        let name = format!("t/{}", name.to_string_lossy());
        assert_eq!(mode(&name), mode("any.txt"), "{name}");
        assert_ne!(mode(&name) & 0o200, 0, "{name}");
    }
}

#[test]
fn errors_are_json_when_asked_for() {
    let folder = samples();
    append(folder.path(), "subjects.csv", ",甲,fume,A,,");
    let output = mingqian(folder.path(), &[&["--json"], &FREEZE[..]].concat());
    let value: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(
        (&value["count"], &value["errors"][0]["code"]),
        (&Value::from(1), &Value::from("CLI-210"))
    );
}

/// The real register: 5,412 registrations, as messy as they are.
#[test]
#[ignore = "needs the real register: make test-register"]
fn the_real_register_is_drawn_and_its_dirty_codes_are_named() {
    let register =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sanmenxia-registry.csv");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(register)
        .unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 5_412);
    is_drawn(&samples(), &records);
}

fn is_drawn(folder: &tempfile::TempDir, records: &[csv::StringRecord]) {
    let row = |record: &csv::StringRecord| format!("{},A\n", record.get(1).unwrap_or(""));
    let plan = fs::read_to_string(folder.path().join("plan.toml")).unwrap();
    let plan = plan.replace("code = \"fume\"", "code = \"-\"");
    let (first, rest) = plan.split_once("[[item]]\ncode = \"waste\"").unwrap();
    let (_, rest) = rest.split_once("[[authority]]").unwrap();
    fs::write(
        folder.path().join("plan.toml"),
        format!("{first}[[authority]]{rest}"),
    )
    .unwrap();
    fs::write(folder.path().join("recusals.csv"), "inspector,subject\n").unwrap();
    let write = |records: &[csv::StringRecord]| {
        let rows: String = records.iter().map(row).collect();
        fs::write(
            folder.path().join("subjects.csv"),
            format!("id,class\n{rows}"),
        )
        .unwrap();
    };
    write(records);
    let output = mingqian(folder.path(), &[&["--json"], &FREEZE[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    let errors: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(
        errors["count"].as_u64().unwrap() > 0,
        "a register without one dirty code is not this one"
    );
    let place = errors["errors"][0]["place"].as_str().unwrap();
    assert!(place.starts_with("subjects.csv 第 "), "{errors}");

    let mut seen = std::collections::HashSet::new();
    let clean: Vec<_> = records
        .iter()
        .filter(|record| {
            let code = domain::text::SubjectCode::parse(record.get(1).unwrap_or(""));
            code.is_ok_and(|code| seen.insert(code.to_string()))
        })
        .cloned()
        .collect();
    assert!(clean.len() > 5_000, "{} clean codes", clean.len());
    write(&clean);
    let frozen = freeze(folder.path());
    assert!(frozen.status.success(), "{}", said(&frozen));
    let drawn = result(folder.path());
    assert!(drawn.status.success(), "{}", said(&drawn));
    assert_eq!(
        mingqian(folder.path(), &["verify", "d/drawn"])
            .status
            .code(),
        Some(3)
    );
}
