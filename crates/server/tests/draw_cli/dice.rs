//! Dice are thrown before the first nonce and written down once: nobody tries several.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::folder::{
    BEFORE, DISCIPLINE, JUSTICE, REVEAL_BY, REVEAL_FROM, at, by_script, freeze_in_hours, in_hours,
    kept, mingqian, older, refuses, replace, result, samples, succeeds, verified,
};

const DIGITS: &str = "31415926535897932384";
const TOO_LATE: &str = "1692804001";

/// Writes down what the dice of the samples showed.
fn dice_at(folder: &Path, time: &str, value: &str) -> Output {
    let dice = format!("hall-dice={value}");
    let source = "检查员甲在大厅掷的骰子";
    let words = ["dice", "--out", "d", "--dice", &dice, "--source", source];
    at(folder, time, &words)
}

fn result_at(folder: &Path, time: &str) -> Output {
    let words = ["result", "--out", "d", "--nonces", "nonces.txt"];
    at(folder, time, &words)
}

/// An attempt that announces dice and needs them.
fn with_dice() -> tempfile::TempDir {
    let folder = samples();
    in_hours(folder.path());
    replace(folder.path(), "plan.toml", "# dice = ", "dice = ");
    replace(folder.path(), "plan.toml", "min-level = 1", "min-level = 2");
    freeze_in_hours(folder.path());
    folder
}

#[test]
fn dice_are_written_down_before_the_nonces_and_stand_in_the_reveal() {
    let folder = with_dice();
    let folder = folder.path();
    refuses(
        &result_at(folder, REVEAL_FROM),
        "CLI-411",
        &["hall-dice", "mingqian draw dice", "再收随机数"],
    );
    let beside = [
        "result",
        "--out",
        "d",
        "--nonces",
        "nonces.txt",
        "--dice",
        DIGITS,
    ];
    refuses(&at(folder, REVEAL_FROM, &beside), "CLI-104", &["--dice"]);
    let said = succeeds(&dice_at(folder, REVEAL_FROM, DIGITS));
    assert!(
        said.contains(&format!("\ndice hall-dice {DIGITS}\n")),
        "{said}"
    );
    assert!(
        !said.contains("检查员甲"),
        "where they come from stays in the folder: {said}"
    );
    refuses(&result_at(folder, BEFORE), "CLI-408", &[]);
    let said = succeeds(&result_at(folder, REVEAL_FROM));
    assert!(said.contains("可信等级：2 级"), "{said}");
    assert!(kept(folder, "reveal.txt").ends_with(&format!("dice hall-dice {DIGITS}\n")));
    assert!(!kept(folder, "seed.txt").contains("dice"));
    verified(folder, "public", "p");
    assert_eq!(by_script(folder, "p"), 3);
}

#[test]
fn dice_are_written_down_once() {
    let folder = with_dice();
    let folder = folder.path();
    succeeds(&dice_at(folder, REVEAL_FROM, DIGITS));
    let before = kept(folder, "dice.txt");
    for other in ["27182818284590452353", DIGITS, "absent:timeout"] {
        refuses(&dice_at(folder, REVEAL_BY, other), "CLI-436", &["只写一次"]);
    }
    assert_eq!(kept(folder, "dice.txt"), before);
    succeeds(&result_at(folder, REVEAL_FROM));
    // Not even where what was written was taken away: the nonces are in.
    fs::remove_file(folder.join("d/dice.txt")).unwrap();
    refuses(
        &dice_at(folder, REVEAL_FROM, DIGITS),
        "CLI-436",
        &["reveal.txt", "第一个随机数之前"],
    );
}

/// What was looked at before is not entered as if it came after, nor the other way round.
#[test]
fn dice_and_nonces_come_in_the_order_of_their_hours() {
    let folder = with_dice();
    let folder = folder.path();
    refuses(
        &dice_at(folder, BEFORE, DIGITS),
        "CLI-437",
        &["2023-08-23 23:10:00", "当着见证人掷"],
    );
    refuses(
        &dice_at(folder, TOO_LATE, DIGITS),
        "CLI-437",
        &["2023-08-23 23:20:00", "--at"],
    );
    refuses(
        &dice_at(folder, "1692803999", "absent:timeout"),
        "CLI-437",
        &["截止之前"],
    );
    assert!(!folder.join("d/dice.txt").exists());
    succeeds(&dice_at(folder, "1692803500", DIGITS));
    refuses(
        &result_at(folder, REVEAL_FROM),
        "CLI-437",
        &["点数要在随机数之前"],
    );
    assert!(!folder.join("d/reveal.txt").exists());
    succeeds(&result_at(folder, "1692803500"));
}

/// Without dice the level of the plan is not reached, and the program itself makes the attempt void.
#[test]
fn dice_not_thrown_by_the_end_are_absent() {
    let folder = with_dice();
    let folder = folder.path();
    let said = succeeds(&dice_at(folder, REVEAL_BY, "absent:timeout"));
    assert!(said.contains("\ndice hall-dice absent timeout\n"), "{said}");
    refuses(&result_at(folder, "1692803999"), "CLI-437", &[]);
    succeeds(&result_at(folder, REVEAL_BY));
    assert!(kept(folder, "reveal.txt").ends_with("dice hall-dice absent timeout\n"));
    assert!(kept(folder, "void.txt").ends_with("reason level-lost\nby program\n"));
}

#[test]
fn only_the_dice_that_were_announced_are_taken() {
    let folder = with_dice();
    let folder = folder.path();
    let given = |value: &str, source: &str| {
        let words = ["dice", "--out", "d", "--dice", value, "--source", source];
        at(folder, REVEAL_FROM, &words)
    };
    let good = format!("hall-dice={DIGITS}");
    refuses(
        &given("other=31415926535897932384", "x"),
        "CLI-411",
        &["hall-dice"],
    );
    refuses(&given(DIGITS, "x"), "CLI-411", &["应为 hall-dice=点数"]);
    refuses(
        &given("hall-dice=absent:sick", "x"),
        "CLI-411",
        &["absent:timeout"],
    );
    refuses(&given("hall-dice=1a", "x"), "DRAW-304", &["1a"]);
    refuses(&given("hall-dice=", "x"), "DRAW-304", &[]);
    refuses(&given(&good, " "), "CLI-438", &["--source"]);
    refuses(&given(&good, "一\n二"), "CLI-438", &["一行文字"]);
    assert!(!folder.join("d/dice.txt").exists());
    let few = succeeds(&given("hall-dice=314159", "检查员甲掷的"));
    assert!(few.contains("不足 20 个点数，不算公共随机源"), "{few}");
    fs::remove_file(folder.join("d/dice.txt")).unwrap();
    fs::write(
        folder.join("d/dice.txt"),
        format!("dice hall-dice {DIGITS}\n"),
    )
    .unwrap();
    refuses(&result_at(folder, REVEAL_FROM), "CLI-439", &["被改动过"]);

    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    refuses(
        &dice_at(folder, REVEAL_FROM, DIGITS),
        "CLI-411",
        &["没有骰子"],
    );
}

/// A folder of `shuang/1` has its dice in the seed text, with any reason where there are none.
#[test]
fn a_folder_of_the_older_version_takes_its_dice_the_same_way() {
    let folder = older("dice");
    let folder = folder.path();
    refuses(&result(folder), "CLI-411", &["mingqian draw dice"]);
    let dice = |value: &str| {
        let words = [
            "draw",
            "dice",
            "--out",
            "d",
            "--dice",
            value,
            "--source",
            "检查员甲掷的",
        ];
        mingqian(folder, &words)
    };
    succeeds(&dice(&format!("hall-dice={DIGITS}")));
    let nonces = [
        format!("discipline={DISCIPLINE}"),
        format!("justice={JUSTICE}"),
    ];
    let words = [
        "draw", "result", "--out", "d", "--nonce", &nonces[0], "--nonce", &nonces[1],
    ];
    let said = succeeds(&mingqian(folder, &words));
    assert!(said.contains("可信等级：2 级"), "{said}");
    assert!(kept(folder, "seed.txt").contains(&format!("\ndice hall-dice {DIGITS}\n")));
    refuses(&dice("hall-dice=1"), "CLI-436", &[]);

    let folder = older("dice");
    let folder = folder.path();
    let words = [
        "draw",
        "dice",
        "--out",
        "d",
        "--dice",
        "hall-dice=absent:lost",
        "--source",
        "骰子没有找到",
    ];
    succeeds(&mingqian(folder, &words));
    refuses(&result(folder), "DRAW-305", &[]);
}
