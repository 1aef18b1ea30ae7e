//! A plan that is wrong: every fault in Chinese, with its line and key, all of them at once.

use std::fs;
use std::path::Path;

use crate::folder::{
    FREEZE, FROZEN, at, freeze, mingqian, plan_of_one, refuses, replace, said, samples, succeeds,
    with_drand,
};

/// A change of the plan, and what must be said of it.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn each_is_refused(samples: fn() -> tempfile::TempDir, cases: &[Case]) {
    for (from, to, code, words) in cases {
        let folder = samples();
        replace(folder.path(), "plan.toml", from, to);
        let line = line_of(folder.path(), to);
        let place = format!("plan.toml 第 {line} 行 ");
        refuses(
            &freeze(folder.path()),
            code,
            &[&[place.as_str()], *words].concat(),
        );
        assert!(!folder.path().join("d").exists());
    }
}

/// Where the changed words stand, by their first line that holds a key.
fn line_of(folder: &Path, words: &str) -> usize {
    let text = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let at = text.find(words.trim_start_matches('\n')).unwrap();
    text[..at].matches('\n').count() + 1
}

const FAULTS: &[Case] = &[
    (
        "attempt = 1",
        "attempt = 0",
        "CLI-303",
        &["attempt", "1 以上"],
    ),
    (
        "attempt = 1",
        "attempt = \"1\"",
        "CLI-303",
        &["不加引号的整数"],
    ),
    (
        "attempt = 1",
        "atempt = 1",
        "CLI-304",
        &["atempt", "没有这一项", "campaign、attempt"],
    ),
    (
        "campaign = \"4",
        "campaign = \"城4",
        "DRAW-101",
        &["campaign"],
    ),
    (
        "campaign = \"4",
        "campaign = \"-4",
        "DRAW-111",
        &["campaign"],
    ),
    (
        "min-level = 1 ",
        "min-level = 3 ",
        "CLI-303",
        &["min-level", "0（演练）"],
    ),
    (
        "assign = \"pairs\"",
        "assign = \"groups\"",
        "CLI-303",
        &["assign", "groups = 组数"],
    ),
    (
        "leaders = [\"L001\"",
        "leaders = [\"-\"",
        "DRAW-111",
        &["leaders"],
    ),
    (
        "leaders = [\"L001\"",
        "leaders = [1, \"L001\"",
        "CLI-303",
        &["一列加引号的文字"],
    ),
    (
        "rule = \"pool 20/100\"",
        "rule = \"pool 20\"",
        "DRAW-",
        &["item.rule"],
    ),
    ("A = \"10/100\"", "A = \"110/100\"", "DRAW-", &["classes.A"]),
    ("drawn = 4", "drawn = -4", "CLI-303", &["authority.drawn"]),
    (
        "reveal-by = \"20",
        "reveal-by = \"2o",
        "CLI-303",
        &["reveal-by", "北京时间"],
    ),
    (
        "rulebook-text = \"rulebook.txt\"",
        "rulebook-text = \"none.txt\"",
        "CLI-308",
        &["none.txt", "没有"],
    ),
    (
        "commitment = \"4bb",
        "commitment = \"4BB",
        "DRAW-104",
        &["party.commitment"],
    ),
    (
        "# suite = \"sm3\"",
        "suite = \"md5\"",
        "CLI-303",
        &["suite", "sm3"],
    ),
    (
        "# groups = 2",
        "subject-reserve = true",
        "CLI-305",
        &["shuang/1"],
    ),
];

#[test]
fn every_fault_of_a_plan_is_said_with_its_line_and_key() {
    each_is_refused(samples, FAULTS);
}

#[test]
fn what_is_missing_is_named_and_where() {
    let folder = samples();
    replace(folder.path(), "plan.toml", "drawn = 4\n", "");
    refuses(
        &freeze(folder.path()),
        "CLI-302",
        &["plan.toml 第 ", "authority.drawn", "必需"],
    );
    let folder = samples();
    replace(folder.path(), "plan.toml", "min-level = 1", "# min-level");
    refuses(&freeze(folder.path()), "CLI-302", &["plan.toml min-level"]);
}

#[test]
fn all_faults_of_a_plan_are_said_at_once() {
    let folder = samples();
    replace(folder.path(), "plan.toml", "attempt = 1", "attempt = 0");
    replace(folder.path(), "plan.toml", "min-level = 1", "min-level = 7");
    replace(folder.path(), "plan.toml", "drawn = 4", "drawn = \"4\"");
    refuses(
        &freeze(folder.path()),
        "CLI-303",
        &["attempt", "min-level", "authority.drawn"],
    );
}

#[test]
fn sources_that_cannot_reach_the_least_level_are_refused_with_both_numbers() {
    let folder = samples();
    replace(folder.path(), "plan.toml", "min-level = 1", "min-level = 2");
    let words = &["plan.toml 第 ", "min-level", "至少 2 级", "只有 1 级"];
    refuses(&freeze(folder.path()), "CLI-314", words);
}

#[test]
fn what_is_no_toml_is_said_in_chinese_with_its_line() {
    let cases = [
        ("attempt = 1", "attempt 1", "第 4 行", "读不懂"),
        (
            "campaign = \"411200-CG-2026-0001\"",
            "campaign = 411200-CG",
            "第 3 行",
            "双引号",
        ),
        (
            "attempt = 1",
            "attempt = 1\nattempt = 2",
            "第 5 行",
            "前面已经写过",
        ),
    ];
    for (from, to, line, words) in cases {
        let folder = samples();
        replace(folder.path(), "plan.toml", from, to);
        refuses(
            &freeze(folder.path()),
            "CLI-301",
            &["plan.toml", line, words],
        );
    }
    let folder = samples();
    fs::write(folder.path().join("plan.toml"), b"campaign = \"\xff\"\n").unwrap();
    refuses(&freeze(folder.path()), "CLI-306", &["UTF-8"]);
}

/// What was announced, committed to and kept under `shuang/1` stays; nothing new begins under it.
#[test]
fn nothing_new_begins_under_the_older_version() {
    let folder = plan_of_one();
    let folder = folder.path();
    let words = [
        "CLI-315",
        "一律按 shuang/2",
        "plan.toml rulebook",
        "plan.toml rulebook-text",
        "plan.toml ceremony",
        "rulebook-text = \"",
        "ceremony = \"2026-12-01 09:30\"",
        "mingqian draw --template",
        "mingqian nonce --campaign",
    ];
    let frozen = freeze(folder);
    refuses(&frozen, "CLI-302", &words);
    refuses(&frozen, "CLI-302", &["plan.toml reveal-from"]);
    let plan = ["plan", "--plan", "plan.toml", "--out", "plan.txt"];
    refuses(
        &mingqian(folder, &[&["draw"], &plan[..]].concat()),
        "CLI-302",
        &words,
    );
    let void =
        "void --out d --plan plan.toml --reason expired --document document.txt --approver A001";
    let void: Vec<&str> = void.split(' ').collect();
    refuses(&at(folder, "1692803000", &void), "CLI-302", &words);
    assert!(!folder.join("d").exists() && !folder.join("plan.txt").exists());
}

#[test]
fn a_plan_lacks_no_line_of_its_version_and_has_none_of_the_older() {
    each_is_refused(
        samples,
        &[(
            "# groups = 2",
            "subject-reserve = false",
            "CLI-305",
            &["对象递补"],
        )],
    );
    let folder = samples();
    replace(folder.path(), "plan.toml", "ceremony = ", "# ceremony = ");
    refuses(
        &freeze(folder.path()),
        "CLI-302",
        &["plan.toml ceremony", "写法见样表"],
    );
}

#[test]
fn a_document_of_zeros_is_no_document() {
    let folder = samples();
    let path = folder.path().join("plan.toml");
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().map(|line| match line.starts_with("document") {
        true => format!("document = \"{}\"", "0".repeat(64)),
        false => line.to_owned(),
    });
    fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    refuses(
        &freeze(folder.path()),
        "CLI-307",
        &["plan.toml 第 6 行 document", "64 个 0"],
    );
}

/// Freeze at a stated time.
fn freeze_at(folder: &Path, at: &str) -> std::process::Output {
    mingqian(folder, &[&FREEZE[..], &["--at", at]].concat())
}

#[test]
fn hours_that_have_passed_or_contradict_each_other_are_refused_with_both_times() {
    let folder = samples();
    let late = freeze_at(folder.path(), "2099-01-01 00:00");
    refuses(
        &late,
        "CLI-310",
        &[
            "plan.toml 第 ",
            "reveal-by",
            "揭示截止 20",
            "冻结在 2099-01-01 00:00:00",
        ],
    );
    let folder = samples();
    let at = crate::folder::value(folder.path(), "reveal-by").unwrap();
    refuses(
        &freeze_at(folder.path(), &at),
        "CLI-310",
        &["reveal-by", "reveal-from"],
    );
    each_is_refused(
        samples,
        &[
            (
                "reveal-from = \"",
                "reveal-from = 5 # \"",
                "CLI-311",
                &["早于公告的仪式时间"],
            ),
            (
                "reveal-by = \"",
                "reveal-by = 5 # \"",
                "CLI-311",
                &["截止要晚于开始"],
            ),
        ],
    );
    let folder = samples();
    replace(
        folder.path(),
        "plan.toml",
        "# groups = 2",
        "freeze-seconds = 99999999",
    );
    refuses(
        &freeze(folder.path()),
        "CLI-310",
        &["reveal-from", "至少 99999999 秒"],
    );
    let folder = samples();
    with_drand(folder.path());
    let apart = "freeze-seconds = 3365";
    replace(folder.path(), "plan.toml", "# groups = 2", apart);
    refuses(
        &freeze_at(folder.path(), FROZEN),
        "CLI-310",
        &["beacon", "公共随机源公布于 2023-", "至少 3365 秒"],
    );
    replace(folder.path(), "plan.toml", apart, "freeze-seconds = 3364");
    succeeds(&freeze_at(folder.path(), FROZEN));
}

/// Adds a beacon to the plan.
fn beacon(folder: &Path, lines: &str) {
    crate::folder::append(folder, "plan.toml", &format!("[beacon]\n{lines}"));
}

const QUICKNET: &str = draw::seed::beacon::QUICKNET;

#[test]
fn a_beacon_has_a_chain_that_can_be_checked_and_a_time_after_the_freeze() {
    let quicknet = |more: &str| format!("source = \"{QUICKNET}\"\n{more}");
    let other = format!(
        "source = \"drand:{}\"\nround = \"99999999\"",
        "ab".repeat(32)
    );
    let cases = [
        (
            "source = \"drand\"\nround = \"99999999\"".to_owned(),
            "CLI-309",
            "要写明是哪一条链",
        ),
        (
            "source = \"Drand\"\nround = \"99999999\"".to_owned(),
            "CLI-309",
            "quicknet",
        ),
        (other, "CLI-309", "只认得 quicknet"),
        (quicknet("round = \"0\""), "CLI-309", "1 以上的整数"),
        (quicknet("round = \"099999999\""), "CLI-309", "前面不补零"),
    ];
    for (lines, code, words) in &cases {
        let folder = samples();
        beacon(folder.path(), lines);
        refuses(
            &freeze(folder.path()),
            code,
            &["plan.toml 第 ", "beacon", words],
        );
    }
    for (lines, code, words) in [
        (
            quicknet("round = \"99999999\"\ntime = 5"),
            "CLI-309",
            "由轮次算出",
        ),
        (
            quicknet("round = \"123\""),
            "CLI-311",
            "截止要早至少 1 分钟",
        ),
        (
            "source = \"cwl-ssq\"\nround = \"2026140\"".to_owned(),
            "CLI-302",
            "必需",
        ),
        (
            "source = \"cwl-ssq\"\nround = \"26140\"\ntime = \"2098-01-01 21:15\"".to_owned(),
            "DRAW-223",
            "7 位",
        ),
    ] {
        let folder = samples();
        beacon(folder.path(), &lines);
        refuses(&freeze(folder.path()), code, &[words]);
    }
    let folder = samples();
    beacon(folder.path(), &quicknet("round = \"99999999\""));
    succeeds(&freeze(folder.path()));
}

#[test]
fn one_party_cannot_copy_the_commitment_of_another() {
    let folder = samples();
    let path = folder.path().join("plan.toml");
    let text = fs::read_to_string(&path).unwrap();
    let commitments: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("commitment"))
        .collect();
    fs::write(&path, text.replace(commitments[1], commitments[0])).unwrap();
    refuses(
        &freeze(folder.path()),
        "CLI-313",
        &["plan.toml 第 ", "party.commitment", "discipline"],
    );
}

#[test]
fn of_a_drand_source_without_its_chain_the_source_alone_is_told() {
    let folder = samples();
    let source = "source = \"drand\"\nround = \"99999999\"";
    beacon(folder.path(), source);
    let told = said(&freeze(folder.path()));
    assert!(told.contains("CLI-309"), "{told}");
    assert!(
        !told.contains("CLI-302"),
        "a right source needs no time: {told}"
    );
}
