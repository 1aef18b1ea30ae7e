//! `mingqian draw open` (公开, T6): a public or full bundle as a folder or a zip.
//!
//! Receipts of the log (`freeze.entry`, `freeze.proof`, `result.entry`, `result.proof`) that lie in
//! the draw's folder are packed too. The bundle is verified before it gets its name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ::draw::bundle::{RECEIPTS, Stage};
use ::verify::{BundleSource, Limits, Options, verify_bundle};
use clap::{Args, ValueEnum};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::folder::{Draft, refuse_existing, write_new};
use crate::commands::{Failure, Output, threads, verify};

/// Arguments of `mingqian draw open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// 抽取的目录
    #[arg(long)]
    out: PathBuf,
    /// sealed 出结果后即可公布；public 任务结束后公布；full 只给外部见证人和监督部门
    #[arg(long)]
    stage: StageWord,
    /// 案卷：目录，或以 .zip 结尾的文件
    #[arg(long)]
    bundle: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StageWord {
    Sealed,
    Public,
    Full,
}

/// Writes the bundle of a stage.
pub(crate) fn run(args: &OpenArgs, output: &Output) -> Result<u8, Failure> {
    refuse_existing(&args.bundle)?;
    let stage = match args.stage {
        StageWord::Sealed => Stage::Sealed,
        StageWord::Public => Stage::Public,
        StageWord::Full => Stage::Full,
    };
    let files = files(&args.out, stage)?;
    let packed = args
        .bundle
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    let verdict = if packed {
        pack(&args.bundle, &files)?
    } else {
        copy(&args.bundle, &files)?
    };
    let words = format!(
        "已写出{}：{}\n\n{}",
        stage_words(stage),
        args.bundle.display(),
        verify::words(&verdict)
    );
    output.say(
        &words,
        &json!({"bundle": args.bundle, "stage": stage.word(), "verdict": verify::value(&verdict)}),
    );
    Ok(0)
}

fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Sealed => "封存案卷",
        Stage::Public => "公开案卷",
        Stage::Full => "完整案卷（含秘密 S，不得公开）",
    }
}

type Files = Vec<(&'static str, PathBuf)>;

fn files(folder: &Path, stage: Stage) -> Result<Files, Failure> {
    let drawn = folder.join("drawn");
    if !drawn.is_dir() {
        return Err(Failure::new(
            "CLI-501",
            folder.display().to_string(),
            "还没有出结果。请先运行 mingqian draw result。",
        ));
    }
    let mut files: Files = stage
        .files()
        .into_iter()
        .map(|name| (name, drawn.join(name)))
        .collect();
    let receipts = RECEIPTS.into_iter().map(|name| (name, folder.join(name)));
    files.extend(receipts.filter(|(_, path)| path.is_file()));
    Ok(files)
}

fn judge(path: &Path) -> Result<::verify::Verdict, Failure> {
    let source = BundleSource::open(path, Limits::default())?;
    let verdict = verify_bundle(
        &source,
        &Options {
            log_key: None,
            threads: threads(),
        },
    );
    match verdict.exit() {
        0 | 3 => Ok(verdict),
        _ => Err(Failure::new(
            "CLI-502",
            "案卷",
            format!(
                "自己的核对没有通过，什么也没有写出。\n{}",
                verify::words(&verdict)
            ),
        )),
    }
}

fn copy(goal: &Path, files: &Files) -> Result<::verify::Verdict, Failure> {
    let mut draft = Draft::begin(goal)?;
    for (name, path) in files {
        let mut from = File::open(path).map_err(|error| Failure::file(path, &error))?;
        draft.write(name, |out| io::copy(&mut from, out).map(drop))?;
    }
    let verdict = judge(draft.path())?;
    draft.keep()?;
    Ok(verdict)
}

fn pack(goal: &Path, files: &Files) -> Result<::verify::Verdict, Failure> {
    let beside = goal.with_extension(format!("{}.tmp", std::process::id()));
    let made = write_new(&beside, |out| write_zip(out, files))
        .map_err(|error| Failure::file(&beside, &error))
        .and_then(|()| judge(&beside))
        .and_then(|verdict| {
            refuse_existing(goal)?;
            std::fs::rename(&beside, goal).map_err(|error| Failure::file(goal, &error))?;
            Ok(verdict)
        });
    if made.is_err() {
        // The goal does not exist; a leftover draft is harmless.
        let _ = std::fs::remove_file(&beside);
    }
    made
}

/// Stored, with one fixed time, so that the same bundle is the same zip.
fn write_zip(out: &mut (impl io::Write + io::Seek), files: &Files) -> io::Result<()> {
    let mut zip = ZipWriter::new(out);
    for (name, path) in files {
        let mut from = File::open(path)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .large_file(from.metadata()?.len() >= u64::from(u32::MAX));
        zip.start_file(*name, options)?;
        io::copy(&mut from, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}
