//! A bundle of `shuang/2`: of a drawn attempt or of a void one. What was published lies in the draw's folder, the rest in
//! `drawn/`; together they must be right by the crate `verify` before they get a name. OPEN is published with the public
//! bundle; the full one holds it too, for those who may hold S.

use std::path::Path;

use ::draw::bundle::{BundleKind, Stage};
use ::verify::{BundleSource, Limits, Options, verify_bundle};
use serde_json::json;

use super::{Files, OpenArgs, checked_by, gathered, is_packed, pack, stage_words};
use crate::commands::draw::folder::read;
use crate::commands::draw::result::publish;
use crate::commands::{Failure, Output, threads};

/// Writes the bundle of a stage and OPEN.
pub(super) fn run(args: &OpenArgs, stage: Stage, output: &Output) -> Result<u8, Failure> {
    let folder = args.out.as_path();
    let kind = kind(folder)?;
    let files = files(folder, kind, stage)?;
    let draft = gathered(&args.bundle, &files)?;
    let source = BundleSource::open(draft.path(), Limits::default())?;
    let options = Options {
        log_key: None,
        threads: threads(),
    };
    let verdict = verify_bundle(&source, &options);
    if ![0, 3].contains(&verdict.exit()) {
        let sentence = format!(
            "自己的核对没有通过，什么也没有写出：封存之后被改动过，或者拿错了文件。请用备份恢复，或者报告监督部门。\n{verdict}"
        );
        return Err(Failure::new(
            "CLI-502",
            folder.display().to_string(),
            sentence,
        ));
    }
    if is_packed(&args.bundle) {
        // The draft is removed again; the zip alone gets the name.
        drop(draft);
        pack(&args.bundle, &files)?;
    } else {
        draft.keep()?;
    }
    // Those who hold S may have the whole before the public has anything; OPEN is of the public bundle.
    let mut opens = files.iter().filter(|_| stage == Stage::Public);
    let opens = opens.find(|(name, _)| name == "open.txt");
    let record = opens
        .map(|(_, path)| {
            let text = String::from_utf8_lossy(&read(path)?).into_owned();
            publish(folder, "open.txt", &text).map(|()| text)
        })
        .transpose()?;
    say(args, kind, stage, &files, record.as_deref(), output);
    Ok(0)
}

/// How far the attempt in a folder came.
fn kind(folder: &Path) -> Result<BundleKind, Failure> {
    let has = |name: &str| folder.join(name).exists();
    match (has("void.txt"), has("freeze.txt"), has("reveal.txt")) {
        (true, false, _) => Ok(BundleKind::VoidPlanned),
        (true, true, false) => Ok(BundleKind::VoidFrozen),
        (true, true, true) => Ok(BundleKind::VoidRevealed),
        (false, ..) if has("result.txt") => Ok(BundleKind::Drawn),
        (false, ..) => {
            let sentence = "还没有出结果，也没有作废。请先运行 mingqian draw result。";
            Err(Failure::new(
                "CLI-501",
                folder.display().to_string(),
                sentence,
            ))
        }
    }
}

/// The files of a stage, each from where it lies.
fn files(folder: &Path, kind: BundleKind, stage: Stage) -> Result<Files, Failure> {
    let published: &[&str] = match kind {
        BundleKind::Drawn => &[
            "plan.txt",
            "freeze.txt",
            "reveal.txt",
            "seed.txt",
            "result.txt",
        ],
        _ => &["plan.txt", "freeze.txt", "reveal.txt", "void.txt"],
    };
    let names = kind.files(stage);
    let drawn = folder.join("drawn");
    let sealed = names.iter().any(|name| !published.contains(name));
    if sealed && !drawn.is_dir() {
        let (code, sentence) = match kind {
            BundleKind::Drawn => (
                "CLI-501",
                "drawn 目录不在这里。请再运行一次 mingqian draw result（同样的随机数给出同样的结果），或者用备份恢复。",
            ),
            _ => (
                "CLI-505",
                "公共随机源还没有公布，本来会抽中什么还没有人知道；现在只有 sealed 阶段的案卷。\
                 公布之后先运行 mingqian draw result --beacon 值。",
            ),
        };
        let place = folder.display().to_string();
        return Err(Failure::new(code, place, sentence));
    }
    let place = |name: &str| match published.contains(&name) {
        true => folder.join(name),
        false => drawn.join(name),
    };
    let mut files: Files = names
        .iter()
        .map(|name| ((*name).to_owned(), place(name)))
        .collect();
    for record in kind.logged(stage) {
        let pair = ["entry", "proof"].map(|ending| format!("{record}.{ending}"));
        let pair = pair.map(|name| (name.clone(), folder.join(name)));
        files.extend(pair.into_iter().filter(|(_, path)| path.is_file()));
    }
    Ok(files)
}

fn say(
    args: &OpenArgs,
    kind: BundleKind,
    stage: Stage,
    files: &Files,
    record: Option<&str>,
    output: &Output,
) {
    let bundle = args.bundle.display();
    let what = match kind {
        BundleKind::Drawn => stage_words(stage),
        BundleKind::VoidRevealed if stage == Stage::Sealed => "作废案卷（公共随机源公布之前）",
        BundleKind::VoidRevealed if stage == Stage::Full => "作废的完整案卷（含秘密 S，不得公开）",
        _ => "作废的公开案卷",
    };
    let mut words = format!(
        "已写出{what}：{bundle}\n{} 个文件，用自己的核对程序核对过。\n",
        files.len()
    );
    if let Some(text) = record {
        words.push_str(&format!(
            "\n现在公布并记入日志：{}\n\n{text}",
            args.out.join("open.txt").display()
        ));
    }
    let checked = checked_by(kind, stage);
    words.push_str(&format!("\n{checked}：mingqian verify {bundle}\n"));
    let record = record.map(|_| args.out.join("open.txt"));
    output.say(
        &words,
        &json!({
            "bundle": args.bundle, "kind": kind.word(), "stage": stage.word(), "files": files.len(), "record": record,
        }),
    );
}
