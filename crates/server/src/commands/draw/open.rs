//! `mingqian draw open` (公开, T6): a public or full bundle as a folder or a zip, and the record OPEN.
//!
//! Of `shuang/1`, `result` has checked the sealed files byte by byte and kept their hashes. Here every file is read
//! and hashed again: FREEZE, seed and RESULT say what their files must be, the kept OPEN says it of
//! the others, so a file that was touched while it lay sealed is never published. Of `shuang/2`, whose bundles also show
//! void attempts, the module `two` has the crate `verify` judge what it is about to write. Receipts of the
//! log (`<record>.entry`, `<record>.proof`) that lie in the draw's folder are packed too. Deliberately absent: computing
//! an attempt of `shuang/1` again, which is what `mingqian verify` does for anybody who doubts this one.

mod two;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ::draw::bundle::{BundleKind, RECEIPTS, Stage};
use ::draw::digest::Hasher;
use ::draw::record::open::{Ending, OpenRecord, opened_files};
use ::draw::record::result::SEALED_FILES;
use ::draw::record::{FreezeRecord, ResultRecord, hash_of};
use ::draw::{Digest, Suite, Version};
use clap::{Args, ValueEnum};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::folder::{Draft, read, refuse_existing, write_new};
use super::result::KEPT_HASHES;
use crate::commands::{Failure, Output};

/// Arguments of `mingqian draw open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// 抽取的目录
    #[arg(long, value_name = "目录")]
    out: PathBuf,
    /// 哪一阶段的案卷
    #[arg(long, value_enum, value_name = "阶段")]
    stage: StageWord,
    /// 案卷：目录，或以 .zip 结尾的文件
    #[arg(long, value_name = "案卷")]
    bundle: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StageWord {
    /// 出结果后即可公布
    Sealed,
    /// 任务结束后公布；作废的随即公布
    Public,
    /// 只给见证方和监督部门
    Full,
}

/// Writes the bundle of a stage and the record to publish.
pub(crate) fn run(args: &OpenArgs, output: &Output) -> Result<u8, Failure> {
    refuse_existing(&args.bundle)?;
    let stage = match args.stage {
        StageWord::Sealed => Stage::Sealed,
        StageWord::Public => Stage::Public,
        StageWord::Full => Stage::Full,
    };
    if version(&args.out)? == Version::Two {
        return two::run(args, stage, output);
    }
    let files = files(&args.out, stage)?;
    let sealed = Sealed::read(&args.out)?;
    let open = sealed.open_record(stage);
    sealed.check(&files)?;
    if is_packed(&args.bundle) {
        pack(&args.bundle, &files)?;
    } else {
        gathered(&args.bundle, &files)?.keep()?;
    }
    let record = open.map(|open| publish(&args.out, &open)).transpose()?;
    say(args, stage, &files, record.as_ref(), output);
    Ok(0)
}

/// The version of a draw's folder: that of its FREEZE; only `shuang/2` has attempts without.
fn version(folder: &Path) -> Result<Version, Failure> {
    let path = folder.join("freeze.txt");
    if !path.exists() && folder.join("void.txt").exists() {
        return Ok(Version::Two);
    }
    let freeze = FreezeRecord::parse(&read(&path)?).map_err(|fault| fault.within("freeze.txt"))?;
    let version = freeze.version();
    if version == Version::One && folder.join("void.txt").exists() {
        let sentence = "shuang/1 没有作废的案卷：公布 plan.txt、freeze.txt、void.txt 和公告即可。";
        return Err(Failure::new(
            "CLI-504",
            folder.display().to_string(),
            sentence,
        ));
    }
    Ok(version)
}

fn is_packed(bundle: &Path) -> bool {
    let extension = bundle.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Writes OPEN where the other records lie; the same record again is no change.
fn publish(folder: &Path, open: &OpenRecord) -> Result<(PathBuf, String), Failure> {
    let path = folder.join(format!("open-{}.txt", open.stage.word()));
    let text = open.to_string();
    if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
        write_new(&path, |out| out.write_all(text.as_bytes()))
            .map_err(|error| Failure::file(&path, &error))?;
    }
    Ok((path, text))
}

fn say(
    args: &OpenArgs,
    stage: Stage,
    files: &Files,
    record: Option<&(PathBuf, String)>,
    output: &Output,
) {
    let bundle = args.bundle.display();
    let mut words = format!(
        "已写出{}：{bundle}\n{} 个文件逐个核对过摘要，与 RESULT 和封存时一致。\n",
        stage_words(stage),
        files.len()
    );
    if let Some((path, text)) = record {
        words.push_str(&format!(
            "\n现在公布并记入日志：{}\n\n{text}",
            path.display()
        ));
    }
    let checked = checked_by(BundleKind::Drawn, stage);
    words.push_str(&format!("\n{checked}：mingqian verify {bundle}\n"));
    let record = record.map(|(path, _)| path);
    output.say(
        &words,
        &json!({"bundle": args.bundle, "stage": stage.word(), "files": files.len(), "record": record}),
    );
}

/// Who can check what of a bundle (SPEC-draw §8.1): without S neither teams nor who stands behind the lines not opened, and
/// before OPEN no order either.
const fn checked_by(kind: BundleKind, stage: Stage) -> &'static str {
    match (kind, stage) {
        (BundleKind::VoidPlanned | BundleKind::VoidFrozen, _) => {
            "任何人都可以核对各项记录是否一致；这一次没有抽取"
        }
        (_, Stage::Sealed) => {
            "任何人都可以核对各项记录、摘要、承诺、随机数和户数是否一致；次序、界限和抽中谁，公开之后才能核对"
        }
        (_, Stage::Public) => {
            "任何人都可以核对种子、次序、界限和抽中的对象；检查人员的签号、编组、回避和工作量要用完整案卷重算"
        }
        (_, Stage::Full) => "可以持有 S 的人（见证方、监督部门）可以从名录起全部重算，不得转给别人",
    }
}

fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Sealed => "封存案卷",
        Stage::Public => "公开案卷",
        Stage::Full => "完整案卷（含秘密 S，不得公开）",
    }
}

type Files = Vec<(String, PathBuf)>;

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
        .map(|name| (name.to_owned(), drawn.join(name)))
        .collect();
    let receipts = RECEIPTS
        .into_iter()
        .map(|name| (name.to_owned(), folder.join(name)));
    files.extend(receipts.filter(|(_, path)| path.is_file()));
    Ok(files)
}

/// What the sealed files must be, by the records of the draw.
struct Sealed {
    suite: Suite,
    open: OpenRecord,
    hashes: BTreeMap<String, Digest>,
}

impl Sealed {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let parsed = |name: &str| read(&folder.join(name));
        let freeze = FreezeRecord::parse(&parsed("freeze.txt")?)
            .map_err(|fault| fault.within("freeze.txt"))?;
        let result = ResultRecord::parse(&parsed("result.txt")?)
            .map_err(|fault| fault.within("result.txt"))?;
        let open =
            OpenRecord::parse(&parsed(KEPT_HASHES)?).map_err(|fault| fault.within(KEPT_HASHES))?;
        let suite = freeze.suite;
        let ended = hash_of(suite, &result);
        if open.ending != Ending::Result(ended) || result.attempt != freeze.attempt_ref() {
            let sentence =
                "freeze.txt、result.txt 与封存的摘要不是同一次抽取的。请核对是否拿错目录。";
            return Err(Failure::new(
                "CLI-503",
                folder.display().to_string(),
                sentence,
            ));
        }
        let mut hashes: BTreeMap<String, Digest> = open.files.iter().cloned().collect();
        let order = SEALED_FILES
            .map(str::to_owned)
            .into_iter()
            .zip(result.files);
        hashes.extend(order);
        hashes.insert("freeze.txt".to_owned(), freeze.hash());
        hashes.insert("seed.txt".to_owned(), result.seed);
        hashes.insert("result.txt".to_owned(), ended);
        Ok(Self {
            suite,
            open,
            hashes,
        })
    }

    /// OPEN of a stage; a sealed bundle opens nothing.
    fn open_record(&self, stage: Stage) -> Option<OpenRecord> {
        let named = opened_files(stage);
        let files = self.open.files.iter();
        let files = files.filter(|(name, _)| named.contains(&name.as_str()));
        (stage != Stage::Sealed).then(|| OpenRecord {
            stage,
            files: files.cloned().collect(),
            ..self.open.clone()
        })
    }

    /// Hashes every file, the long ones beside each other, and names each that was touched.
    fn check(&self, files: &Files) -> Result<(), Failure> {
        let ends: Vec<Result<bool, Failure>> = std::thread::scope(|scope| {
            let running: Vec<_> = files
                .iter()
                .map(|(name, path)| scope.spawn(move || self.is_untouched(name, path)))
                .collect();
            running
                .into_iter()
                .map(|file| file.join().expect("hashing a file does not panic"))
                .collect()
        });
        let mut failure = Failure::default();
        for ((name, _), end) in files.iter().zip(ends) {
            if !end? {
                let sentence =
                    "封存之后被改动过，什么也没有写出。请用备份恢复 drawn 目录，或者报告监督部门。";
                failure.push("CLI-502", name, sentence);
            }
        }
        failure.or_nothing()
    }

    /// Receipts of the log are not the draw's; whoever verifies checks them.
    fn is_untouched(&self, name: &str, path: &Path) -> Result<bool, Failure> {
        let Some(expected) = self.hashes.get(name) else {
            return Ok(RECEIPTS.contains(&name));
        };
        let mut hasher = Hasher::new(self.suite);
        let mut file = File::open(path).map_err(|error| Failure::file(path, &error))?;
        io::copy(&mut file, &mut hasher).map_err(|error| Failure::file(path, &error))?;
        Ok(hasher.finish() == *expected)
    }
}

/// The files as a folder in the making: second names of the sealed ones, which nobody changes any more, or copies
/// where the goal lies on another disk.
fn gathered(goal: &Path, files: &Files) -> Result<Draft, Failure> {
    let mut draft = Draft::begin(goal)?;
    for (name, path) in files {
        if fs::hard_link(path, draft.path().join(name)).is_err() {
            let mut from = File::open(path).map_err(|error| Failure::file(path, &error))?;
            draft.write(name, |out| io::copy(&mut from, out).map(drop))?;
        }
    }
    Ok(draft)
}

fn pack(goal: &Path, files: &Files) -> Result<(), Failure> {
    let beside = goal.with_extension(format!("{}.tmp", std::process::id()));
    let made = write_new(&beside, |out| write_zip(out, files))
        .map_err(|error| Failure::file(&beside, &error))
        .and_then(|()| refuse_existing(goal))
        .and_then(|()| fs::rename(&beside, goal).map_err(|error| Failure::file(goal, &error)));
    if made.is_err() {
        // The goal does not exist; a leftover draft is harmless.
        let _ = fs::remove_file(&beside);
    }
    made
}

/// Stored, with one fixed time, so that the same bundle is the same zip.
fn write_zip(out: &mut (impl Write + io::Seek), files: &Files) -> io::Result<()> {
    let mut zip = ZipWriter::new(out);
    for (name, path) in files {
        let mut from = File::open(path)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .large_file(from.metadata()?.len() >= u64::from(u32::MAX));
        zip.start_file(name.as_str(), options)?;
        io::copy(&mut from, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}
