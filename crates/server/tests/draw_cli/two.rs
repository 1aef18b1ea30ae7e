//! An attempt of `shuang/2`: REVEAL at its hour and once, dice in it, the beacon after it, RESULT at once, and a bundle that
//! both verifiers find right; without level VOID by the program, opened.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::folder::{
    APPEARS, BEFORE, DISCIPLINE, JUSTICE, REVEAL_BY, REVEAL_FROM, SIGNATURE, append, at, by_script,
    freeze, freeze_in_hours, frozen_in_hours, in_hours, kept, mingqian, refuses, replace, result,
    said, samples, succeeds, verified, with_drand, with_lottery,
};

/// RESULT with the nonces of the samples and more words.
fn result_at(folder: &Path, time: &str, more: &[&str]) -> Output {
    let words = ["result", "--out", "d", "--nonces", "nonces.txt"];
    at(folder, time, &[&words[..], more].concat())
}

#[test]
fn nonces_are_accepted_from_the_announced_hour_on() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let early = result_at(folder, BEFORE, &[]);
    refuses(&early, "CLI-408", &["2023-08-23 23:10:00", "到时再收"]);
    assert!(!folder.join("d/reveal.txt").exists());
    succeeds(&result_at(folder, REVEAL_FROM, &[]));
    let plan = kept(folder, "plan.txt");
    assert!(plan.contains("\nrulebook sample-1 "), "{plan}");
    assert!(
        plan.contains(&format!("\nceremony {REVEAL_FROM}\n")),
        "{plan}"
    );
    let reveal = kept(folder, "reveal.txt");
    assert!(
        reveal.ends_with(&format!(
            "party discipline {DISCIPLINE}\nparty justice {JUSTICE}\n"
        )),
        "{reveal}"
    );
    for stage in ["sealed", "public", "full"] {
        verified(folder, stage, stage);
    }
}

/// PLAN is announced before there are commitments or hours, and FREEZE is under the same bytes.
#[test]
fn the_plan_is_published_before_the_freeze_and_stays_the_same() {
    let folder = samples();
    let folder = folder.path();
    let whole = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let early = whole
        .lines()
        .filter(|line| !line.starts_with("commitment") && !line.starts_with("reveal-"));
    fs::write(
        folder.join("early.toml"),
        early.collect::<Vec<_>>().join("\n"),
    )
    .unwrap();
    let plan =
        |toml: &str, out: &str| mingqian(folder, &["draw", "plan", "--plan", toml, "--out", out]);
    let said = succeeds(&plan("early.toml", "plan.txt"));
    let published = fs::read_to_string(folder.join("plan.txt")).unwrap();
    assert!(said.contains(&published), "{said}");
    refuses(&plan("early.toml", "plan.txt"), "CLI-103", &[]);
    succeeds(&freeze(folder));
    assert_eq!(kept(folder, "plan.txt"), published);
    let lacking = [
        "draw",
        "freeze",
        "--subjects",
        "subjects.csv",
        "--inspectors",
        "inspectors.csv",
        "--plan",
        "early.toml",
        "--out",
        "e",
    ];
    refuses(
        &mingqian(folder, &lacking),
        "CLI-302",
        &["party.commitment", "reveal-by", "reveal-from"],
    );
    replace(folder, "early.toml", "attempt = 1", "attempt = 0");
    refuses(
        &plan("early.toml", "other.txt"),
        "CLI-303",
        &["early.toml 第 4 行 attempt"],
    );
}

#[test]
fn the_rulebook_named_is_the_hash_of_its_text() {
    let folder = samples();
    succeeds(&freeze(folder.path()));
    let text = fs::read(folder.path().join("rulebook.txt")).unwrap();
    let hash = draw::Suite::Sha256.bytes(&text);
    assert!(kept(folder.path(), "plan.txt").contains(&format!("rulebook sample-1 {hash}\n")));
}

#[test]
fn absence_has_one_word_and_comes_with_the_end_of_the_reveal() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let justice = format!("justice={JUSTICE}");
    let answer = |time: &str, absent: &str| {
        at(
            folder,
            time,
            &[
                "result", "--out", "d", "--nonce", &justice, "--nonce", absent,
            ],
        )
    };
    refuses(
        &answer(REVEAL_FROM, "discipline=absent:timeout"),
        "CLI-409",
        &["discipline", "不能记为缺席"],
    );
    refuses(
        &answer(REVEAL_BY, "discipline=absent:sick"),
        "DRAW-301",
        &["缺席只写 timeout"],
    );
    let wrong = format!("discipline={}", "ab".repeat(32));
    refuses(&answer(REVEAL_BY, &wrong), "DRAW-302", &["discipline"]);
    assert!(!folder.join("d/reveal.txt").exists());
}

/// One party of two is no level 1: the program itself makes the attempt void, and opens it.
#[test]
fn below_the_least_level_void_follows_by_itself_and_is_opened() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let justice = format!("justice={JUSTICE}");
    let words = [
        "result",
        "--out",
        "d",
        "--nonce",
        &justice,
        "--nonce",
        "discipline=absent:timeout",
    ];
    let said = succeeds(&at(folder, REVEAL_BY, &words));
    assert!(said.contains("不由任何人决定"), "{said}");
    let void = kept(folder, "void.txt");
    assert!(void.ends_with("reason level-lost\nby program\n"), "{void}");
    assert!(!folder.join("d/result.txt").exists() && !folder.join("d/seed.txt").exists());
    for stage in ["sealed", "public", "full"] {
        verified(folder, stage, stage);
    }
    let verdict = mingqian(folder, &["verify", "d/drawn"]);
    assert_eq!(
        (verdict.status.code(), by_script(folder, "d/drawn")),
        (Some(3), 3)
    );
    assert!(
        folder.join("public/result.txt").exists(),
        "what it would have drawn"
    );
    assert!(kept(folder, "open.txt").contains("\nwould "));
    refuses(&result_at(folder, REVEAL_BY, &[]), "CLI-103", &[]);
}

/// Who is absent could be chosen by the value otherwise.
#[test]
fn no_reveal_is_written_when_the_beacon_is_out() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    let late = result_at(folder, APPEARS, &["--beacon", SIGNATURE]);
    refuses(&late, "CLI-413", &["2023-08-23 23:59:24", "--at"]);
    assert!(!folder.join("d/reveal.txt").exists());
}

/// The reveal is written before the beacon can be known, and nothing is added to it afterwards.
#[test]
fn the_beacon_comes_after_the_reveal_and_at_its_time() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    refuses(
        &result_at(folder, REVEAL_FROM, &["--beacon", SIGNATURE]),
        "CLI-412",
        &["还没有公布的值"],
    );
    assert!(!folder.join("d/reveal.txt").exists(), "refused whole");
    let waits = succeeds(&result_at(folder, REVEAL_FROM, &[]));
    assert!(
        waits.contains("现在公布并记入日志：d/reveal.txt"),
        "{waits}"
    );
    assert!(!folder.join("d/drawn").exists());
    let justice = format!("justice={JUSTICE}");
    let words = [
        "result",
        "--out",
        "d",
        "--beacon",
        SIGNATURE,
        "--nonce",
        "discipline=absent:timeout",
        "--nonce",
        &justice,
    ];
    refuses(&at(folder, APPEARS, &words), "CLI-407", &["已经写定"]);
    let beacon =
        |time: &str, value: &str| at(folder, time, &["result", "--out", "d", "--beacon", value]);
    refuses(
        &beacon(APPEARS, "absent:failure"),
        "CLI-412",
        &["不能写缺席"],
    );
    refuses(
        &beacon("1692806363", SIGNATURE),
        "CLI-412",
        &["2023-08-23 23:59:24"],
    );
    let other = SIGNATURE.replace("b44679", "b44678");
    refuses(&beacon(APPEARS, &other), "DRAW-308", &["drand 第 1000 轮"]);
    refuses(&beacon(APPEARS, "01 02"), "DRAW-303", &[]);
    assert!(!folder.join("d/seed.txt").exists());
    let drawn = succeeds(&beacon(APPEARS, SIGNATURE));
    assert!(drawn.contains("可信等级：2 级"), "{drawn}");
    verified(folder, "public", "p");
    let verdict = said(&mingqian(folder, &["verify", "p"]));
    assert!(
        verdict.contains("已证的可信等级（只计本程序自己核对了的来源）：2 级"),
        "{verdict}"
    );
}

#[test]
fn a_lottery_is_drawn_from_when_its_numbers_are_out() {
    let folder = samples();
    let folder = folder.path();
    with_lottery(folder);
    // One that was drawn before anybody committed himself: whoever knows it looks, and gives up what he does not like.
    replace(folder, "plan.toml", "2023098", "2023080");
    let drawn = frozen_in_hours(folder);
    refuses(
        &drawn,
        "CLI-440",
        &["plan.toml 第 ", "beacon", "在冻结之前已经开奖", "2023095"],
    );
    replace(folder, "plan.toml", "2023080", "2023098");
    freeze_in_hours(folder);
    succeeds(&result_at(folder, REVEAL_FROM, &[]));
    let numbers = "03 08 11 19 24 30 + 07";
    let words = ["result", "--out", "d", "--beacon", numbers];
    succeeds(&at(folder, APPEARS, &words));
    assert!(kept(folder, "seed.txt").ends_with(&format!("beacon cwl-ssq 2023098 {numbers}\n")));
    verified(folder, "full", "f");
}

#[test]
fn a_file_of_another_attempt_is_not_taken_for_a_nonce_of_this_one() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let files = |lines: &str| {
        fs::write(folder.join("one.txt"), lines).unwrap();
        let justice = format!("justice={JUSTICE}");
        at(
            folder,
            REVEAL_FROM,
            &[
                "result", "--out", "d", "--nonces", "one.txt", "--nonce", &justice,
            ],
        )
    };
    let page = format!(
        "party discipline\nnonce {DISCIPLINE}\ncommitment {}\n",
        "0".repeat(64)
    );
    let other = format!("campaign 411200-CG-2026-0001\nattempt 2\n{page}");
    refuses(
        &files(&other),
        "CLI-410",
        &["one.txt 第 2 行", "抽取次数是 2", "本次是 1"],
    );
    refuses(
        &files(&format!("campaign x\n{page}")),
        "CLI-410",
        &["抽查任务是 x"],
    );
    refuses(&files("party discipline\n"), "CLI-405", &["没有它的随机数"]);
    refuses(&files("discipline 12\n"), "CLI-405", &["one.txt 第 1 行"]);
    let right = format!("# 本次的随机数\ncampaign 411200-CG-2026-0001\nattempt 1\n{page}");
    succeeds(&files(&right));
}

#[test]
fn a_commitment_made_as_under_the_older_version_is_told_for_what_it_is() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    let (name, nonce) = ("discipline".parse().unwrap(), DISCIPLINE.parse().unwrap());
    let older = draw::record::PartyLine::commit(draw::Suite::Sha256, name, &nonce);
    let text = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let ours = text
        .lines()
        .find_map(|line| line.strip_prefix("commitment = "))
        .unwrap();
    replace(
        folder,
        "plan.toml",
        ours,
        &format!("\"{}\"", older.commitment),
    );
    freeze_in_hours(folder);
    let words = [
        "CLI-414",
        "discipline",
        "mingqian nonce --campaign 411200-CG-2026-0001",
    ];
    refuses(&result_at(folder, REVEAL_FROM, &[]), words[0], &words[1..]);
}

#[test]
fn open_publishes_no_file_that_was_touched_while_it_lay_sealed() {
    let folder = samples();
    let folder = folder.path();
    succeeds(&freeze(folder));
    succeeds(&result(folder));
    let open = |stage: &str, bundle: &str| {
        mingqian(
            folder,
            &[
                "draw", "open", "--out", "d", "--stage", stage, "--bundle", bundle,
            ],
        )
    };
    let full = succeeds(&open("full", "f.zip"));
    assert!(
        !full.contains("现在公布"),
        "the full bundle is not for the public: {full}"
    );
    assert!(!folder.join("d/open.txt").exists());
    let path = folder.join("d/drawn/teams.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, text.replacen('F', "G", 1)).unwrap();
    for (stage, bundle) in [("public", "p"), ("public", "p.zip"), ("full", "g")] {
        refuses(&open(stage, bundle), "CLI-502", &["teams.txt"]);
        assert!(!folder.join(bundle).exists());
    }
    assert!(!folder.join("d/open.txt").exists());
    fs::write(&path, text).unwrap();
    let opened = succeeds(&open("public", "p"));
    assert!(opened.contains(&kept(folder, "open.txt")), "{opened}");
}

/// A result that broke off is finished by the same words, and gives the same bytes.
#[test]
fn what_broke_off_is_finished_by_the_same_words() {
    let folder = samples();
    let folder = folder.path();
    succeeds(&freeze(folder));
    succeeds(&result(folder));
    let before = kept(folder, "drawn/open.txt");
    fs::remove_dir_all(folder.join("d/drawn")).unwrap();
    let open = [
        "draw", "open", "--out", "d", "--stage", "public", "--bundle", "p",
    ];
    refuses(&mingqian(folder, &open), "CLI-501", &["draw result"]);
    succeeds(&mingqian(
        folder,
        &[&open[..5], &["sealed", "--bundle", "s"]].concat(),
    ));
    succeeds(&result(folder));
    assert_eq!(kept(folder, "drawn/open.txt"), before);
    verified(folder, "public", "p");
}

#[test]
fn receipts_of_the_log_that_are_none_are_not_packed() {
    let folder = samples();
    let folder = folder.path();
    succeeds(&freeze(folder));
    succeeds(&result(folder));
    fs::write(folder.join("d/freeze.entry"), "nothing").unwrap();
    let words = [
        "draw", "open", "--out", "d", "--stage", "sealed", "--bundle", "s",
    ];
    refuses(&mingqian(folder, &words), "CLI-502", &[]);
    assert!(!folder.join("s").exists());
}

#[test]
fn a_sealed_state_of_another_freeze_is_not_drawn_from() {
    let folder = samples();
    let folder = folder.path();
    succeeds(&freeze(folder));
    let path = folder.join("d/sealed/inspectors.tsv");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, text.replacen("S004", "S005", 1)).unwrap();
    refuses(&result(folder), "CLI-401", &["不能抽取"]);
    assert!(!folder.join("d/reveal.txt").exists());
}

#[test]
fn sm3_goes_through_all_of_it() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    replace(folder, "plan.toml", "# suite = ", "suite = ");
    let mut text = fs::read_to_string(folder.join("plan.toml")).unwrap();
    for (name, nonce) in [("discipline", DISCIPLINE), ("justice", JUSTICE)] {
        let campaign = "411200-CG-2026-0001".parse().unwrap();
        let (party, nonce) = (name.parse().unwrap(), nonce.parse().unwrap());
        let commit = |suite| {
            draw::record::PartyLine::commit_to_attempt(suite, campaign, 1, party, &nonce)
                .commitment
                .to_string()
        };
        text = text.replace(&commit(draw::Suite::Sha256), &commit(draw::Suite::Sm3));
    }
    fs::write(folder.join("plan.toml"), text).unwrap();
    freeze_in_hours(folder);
    succeeds(&result_at(folder, REVEAL_FROM, &[]));
    verified(folder, "full", "f");
}

#[test]
fn a_plan_with_a_beacon_of_another_kind_has_its_line_named() {
    let folder = samples();
    append(
        folder.path(),
        "plan.toml",
        "[beacon]\nsource = \"CWL-SSQ\"\nround = \"2026140\"\ntime = \"2098-01-01 21:15\"",
    );
    refuses(&freeze(folder.path()), "DRAW-223", &["大小写"]);
}
