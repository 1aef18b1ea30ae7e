//! RESULT of `shuang/1`: parties, dice and beacon stand in the seed text, with the reason where one is absent.

use ::draw::bundle::{Stage, open_record, write_file};
use ::draw::record::hash_of;
use ::draw::seed::Answer;
use ::draw::{Code, Drawn, Fault, Level, SeedText, draw};
use ::verify::drand::{is_quicknet, verify_seed};
use ::verify::{BundleSource, Limits, verify_written};
use serde_json::json;

use super::{Attempt, ResultArgs, held, options, publish};
use crate::commands::draw::folder::Draft;
use crate::commands::{Failure, Output, threads};

/// OPEN as it will be, kept sealed: the hashes of the files RESULT does not commit to.
pub(in crate::commands::draw) const KEPT_HASHES: &str = "drawn.hashes";

/// Draws an attempt of `shuang/1`.
pub(super) fn run(
    args: &ResultArgs,
    attempt: &Attempt<'_>,
    output: &Output,
) -> Result<u8, Failure> {
    if attempt.folder.join("void.txt").exists() {
        let place = attempt.folder.display().to_string();
        let sentence = "本次抽取已经作废，没有结果。";
        return Err(Failure::new("CLI-430", place, sentence));
    }
    let seed_text = seed_text(args, attempt)?;
    let reached = Level::reached(&seed_text);
    if reached.number() < attempt.plan.min_level {
        let sentence = format!(
            "到齐的来源只够 {reached}，方案要求至少 {} 级。",
            attempt.plan.min_level
        );
        return Err(Fault::new(Code::LEVEL, "seed.txt", sentence).into());
    }
    let drawn = draw(attempt.frozen()?, &seed_text, threads())?;
    write(attempt, &drawn)?;
    say(attempt, &drawn, reached, output);
    Ok(0)
}

fn seed_text(args: &ResultArgs, attempt: &Attempt<'_>) -> Result<SeedText, Failure> {
    let parties = args.nonces.answers(&attempt.freeze)?;
    attempt.earlier.unused(&parties)?;
    let dice = attempt.dice()?.map(|(_, answer)| answer);
    let beacon = args.beacon.as_deref().map(answer).transpose()?;
    let seed = SeedText::build(&attempt.freeze, &parties, dice, beacon)?;
    // Of another chain, which older plans could name, no key is known here.
    if attempt.freeze.beacon.as_ref().is_some_and(is_quicknet) {
        verify_seed(&seed).transpose()?;
    }
    Ok(seed)
}

fn answer(value: &str) -> Result<Answer<String>, Failure> {
    match value.strip_prefix("absent:") {
        Some(reason) => Ok(Answer::Absent(reason.parse()?)),
        None => Ok(Answer::Given(value.trim().to_owned())),
    }
}

fn write(attempt: &Attempt<'_>, drawn: &Drawn) -> Result<(), Failure> {
    let mut draft = Draft::begin(&attempt.folder.join("drawn"))?;
    for name in Stage::Full.files() {
        draft.write(name, |out| {
            write_file(drawn, name, threads(), out).map(drop)
        })?;
    }
    let source = BundleSource::open(draft.path(), Limits::default())?;
    held(&verify_written(&source, drawn, &options()))?;
    let open = open_record(drawn, Stage::Full, 0, threads());
    let folder = attempt.folder;
    publish(folder, KEPT_HASHES, &open.to_string())?;
    publish(folder, "seed.txt", &drawn.seed_text().to_string())?;
    publish(folder, "result.txt", &drawn.record().to_string())?;
    draft.keep()
}

fn say(attempt: &Attempt<'_>, drawn: &Drawn, level: Level, output: &Output) {
    let folder = attempt.folder;
    let record = drawn.record();
    let suite = drawn.frozen().record().suite;
    let unfilled = (0..drawn.visits().len())
        .filter(|at| drawn.team(*at).contains(&None))
        .count();
    let folder_text = folder.display();
    let mut words = format!(
        "已抽取并通过自己的核对：{} 个对象要检查\n种子 {}\nH(RESULT) {}\n可信等级：{level}\n",
        drawn.visits().len(),
        drawn.seed(),
        hash_of(suite, record)
    );
    if unfilled > 0 {
        words.push_str(&format!(
            "注意：{unfilled} 个检查组缺人，须增补（EXTEND）。\n"
        ));
    }
    words.push_str(&attempt.gap());
    words.push_str(&format!(
        "\n现在公布并记入日志：{folder_text}/seed.txt、{folder_text}/result.txt\n\
         封存到公开之时：{folder_text}/drawn/、{folder_text}/{KEPT_HASHES}\n\n{record}"
    ));
    let value = json!({
        "campaign": record.attempt.campaign.as_str(), "attempt": record.attempt.attempt,
        "freeze": record.attempt.freeze.to_string(), "seed": drawn.seed().to_string(),
        "result": hash_of(suite, record).to_string(), "visits": drawn.visits().len(), "unfilled": unfilled,
        "level": level.number(), "folder": folder, "publish": ["seed.txt", "result.txt"], "sealed": "drawn",
    });
    output.say(&words, &value);
}
