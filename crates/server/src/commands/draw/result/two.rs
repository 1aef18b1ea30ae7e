//! REVEAL and RESULT of `shuang/2`: parties and dice stand in REVEAL, which is written once; then the beacon, if there
//! is one, and RESULT at once. Below the least level VOID by the program stands in place of RESULT, and of an attempt
//! void after REVEAL what it would have drawn is made for its opening (SPEC-draw §1, §3.9).
//!
//! Deliberately absent: any choice of the clerk. Absence has one word and is accepted from `reveal-by` on.

use ::draw::bundle::{Attempt as Made, Ended, Stage};
use ::draw::record::reveal::RevealRecord;
use ::draw::record::two::{Decided, VoidRecord, Voided};
use ::draw::record::{Hours, Revealed, hash_of};
use ::draw::standing::Course;
use ::draw::{Drawn, Level, SeedText, draw_revealed};
use ::verify::drand::verify_seed;
use ::verify::{BundleSource, Limits, verify_written};
use domain::campaign::void_class::VoidClass;
use serde_json::json;

use super::{Attempt, ResultArgs, held, options, publish};
use crate::commands::draw::folder::{Draft, read};
use crate::commands::draw::moment::local;
use crate::commands::{Failure, Output, threads};

/// Goes on with an attempt of `shuang/2` as far as its sources allow.
pub(super) fn run(
    args: &ResultArgs,
    attempt: &Attempt<'_>,
    output: &Output,
) -> Result<u8, Failure> {
    let void = void(attempt)?;
    let reveal = match attempt.folder.join("reveal.txt").exists() {
        true => written(args, attempt)?,
        false => revealed(args, attempt)?,
    };
    agrees(void.as_ref(), &reveal, attempt)?;
    let frozen = attempt.frozen()?;
    let Some(seed) = seed(args, attempt, &reveal)? else {
        publish(attempt.folder, "reveal.txt", &reveal.to_string())?;
        say_waiting(attempt, &reveal, output);
        return Ok(0);
    };
    let reached = Level::reached_with(&reveal, &seed);
    let void = void.or_else(|| level_lost(attempt, &reveal, reached));
    let drawn = draw_revealed(frozen, &reveal, &seed, threads())?;
    write(attempt, &reveal, &drawn, void.as_ref())?;
    match &void {
        None => say(attempt, &drawn, reached, output),
        Some(void) => say_void(attempt, &drawn, void, output),
    }
    Ok(0)
}

/// A VOID that was made before, which must leave something to open.
fn void(attempt: &Attempt<'_>) -> Result<Option<VoidRecord>, Failure> {
    let path = attempt.folder.join("void.txt");
    if !path.exists() {
        return Ok(None);
    }
    let void = VoidRecord::parse(&read(&path)?).map_err(|fault| fault.within("void.txt"))?;
    match void.voided {
        Voided::Frozen {
            reveal: Some(_), ..
        } => Ok(Some(void)),
        _ => {
            let place = attempt.folder.display().to_string();
            let sentence = "本次抽取在揭示之前已经作废，没有结果，也没有本来会抽中什么。";
            Err(Failure::new("CLI-430", place, sentence))
        }
    }
}

/// The REVEAL that was written before; nothing can be added to it, and saying the same again adds nothing.
fn written(args: &ResultArgs, attempt: &Attempt<'_>) -> Result<RevealRecord, Failure> {
    let reveal = RevealRecord::parse(&read(&attempt.folder.join("reveal.txt"))?);
    let reveal = reveal.map_err(|fault| fault.within("reveal.txt"))?;
    let faults = reveal.faults(&attempt.freeze);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if !args.nonces.is_empty() && answers(args, attempt)? != reveal.parties {
        let sentence = "揭示已经写定，随机数不能再改；这一步只给 --beacon。";
        return Err(Failure::new("CLI-407", "reveal.txt", sentence));
    }
    Ok(reveal)
}

/// What the parties gave.
fn answers(args: &ResultArgs, attempt: &Attempt<'_>) -> Result<Vec<Revealed>, Failure> {
    let parties = args.nonces.answers(&attempt.freeze)?;
    attempt.earlier.unused(&parties)?;
    Ok(parties)
}

/// REVEAL from the dice that were written down and what the parties gave.
fn revealed(args: &ResultArgs, attempt: &Attempt<'_>) -> Result<RevealRecord, Failure> {
    let (freeze, now) = (&attempt.freeze, attempt.now);
    if let Hours::Two { reveal_from, .. } = freeze.hours
        && now.seconds < reveal_from
    {
        let sentence = format!(
            "冻结公告的揭示时段从 {} 起，现在是 {}。请到时再收随机数。",
            local(reveal_from),
            now.words()
        );
        return Err(Failure::new("CLI-408", "reveal-from", sentence));
    }
    if let Hours::Two {
        beacon_at: Some(at),
        ..
    } = freeze.hours
        && now.seconds >= at
    {
        let sentence = format!(
            "公共随机源已在 {} 公布，现在是 {}：揭示要在这之前写定，否则谁缺席就能看着结果选。\
             事后补录的，用 --at 写明揭示的时间；到截止 {} 没有交来随机数的，按那时缺席补录。",
            local(at),
            now.words(),
            local(freeze.reveal_by)
        );
        return Err(Failure::new("CLI-413", "reveal.txt", sentence));
    }
    let dice = attempt.dice()?;
    let parties = answers(args, attempt)?;
    if now.seconds < freeze.reveal_by {
        let mut failure = Failure::default();
        for (name, _) in parties
            .iter()
            .filter(|(_, answer)| answer.given().is_none())
        {
            let sentence = format!(
                "揭示截止 {}，现在是 {}：截止之前不能记为缺席。",
                local(freeze.reveal_by),
                now.words()
            );
            failure.push("CLI-409", name.as_str(), sentence);
        }
        failure.or_nothing()?;
    }
    Ok(RevealRecord::build_with_dice(freeze, parties, dice)?)
}

/// A VOID names the REVEAL that lies beside it.
fn agrees(
    void: Option<&VoidRecord>,
    reveal: &RevealRecord,
    attempt: &Attempt<'_>,
) -> Result<(), Failure> {
    let named = void.map(|void| void.voided);
    let ours = Voided::Frozen {
        attempt: attempt.freeze.attempt_ref(),
        reveal: Some(reveal.hash(attempt.freeze.suite)),
    };
    match named.is_none_or(|named| named == ours) {
        true => Ok(()),
        false => {
            let sentence = "写的不是这个目录里的冻结和揭示。请核对是否拿错文件。";
            Err(Failure::new("CLI-431", "void.txt", sentence))
        }
    }
}

/// The seed text; none while the beacon is awaited.
fn seed(
    args: &ResultArgs,
    attempt: &Attempt<'_>,
    reveal: &RevealRecord,
) -> Result<Option<SeedText>, Failure> {
    let freeze = &attempt.freeze;
    let value = args.beacon.as_deref().map(str::trim);
    match (freeze.hours, value) {
        (
            Hours::Two {
                beacon_at: None, ..
            }
            | Hours::One,
            Some(_),
        ) => {
            let sentence = "冻结公告没有公共随机源，不能给值。";
            return Err(Failure::new("CLI-412", "--beacon", sentence));
        }
        (
            Hours::Two {
                beacon_at: Some(_), ..
            },
            None,
        ) => return Ok(None),
        (
            Hours::Two {
                beacon_at: Some(at),
                ..
            },
            Some(value),
        ) => {
            if value.starts_with("absent") {
                let sentence = "公共随机源不能写缺席。到时没有公布、以后也不会公布的，用 mingqian draw void 作废。";
                return Err(Failure::new("CLI-412", "--beacon", sentence));
            }
            if attempt.now.seconds < at {
                let sentence = format!(
                    "公共随机源 {} 公布，现在是 {}：还没有公布的值不能用。",
                    local(at),
                    attempt.now.words()
                );
                return Err(Failure::new("CLI-412", "--beacon", sentence));
            }
        }
        (_, None) => {}
    }
    let seed = SeedText::after(reveal, freeze, value.map(str::to_owned))?;
    verify_seed(&seed).transpose()?;
    Ok(Some(seed))
}

/// VOID by the program where the level reached is below that of the plan.
fn level_lost(attempt: &Attempt<'_>, reveal: &RevealRecord, reached: Level) -> Option<VoidRecord> {
    let lost = VoidClass::LevelLost.name();
    (reached.number() < attempt.plan.min_level).then(|| VoidRecord {
        voided: Voided::Frozen {
            attempt: attempt.freeze.attempt_ref(),
            reveal: Some(reveal.hash(attempt.freeze.suite)),
        },
        reason: lost.parse().expect("every class is a name"),
        decided: Decided::Program,
    })
}

/// The whole bundle, sealed, and beside it what is published now.
fn write(
    attempt: &Attempt<'_>,
    reveal: &RevealRecord,
    drawn: &Drawn,
    void: Option<&VoidRecord>,
) -> Result<(), Failure> {
    let course = Course::new(drawn);
    let made = Made {
        plan: &attempt.plan,
        ended: void.map_or(Ended::Drawn(&course), |void| Ended::VoidOpened(drawn, void)),
    };
    let mut draft = Draft::begin(&attempt.folder.join("drawn"))?;
    for name in made.contents(Stage::Full).files() {
        draft.write(&name, |out| made.write(&name, threads(), out).map(drop))?;
    }
    let source = BundleSource::open(draft.path(), Limits::default())?;
    held(&verify_written(&source, drawn, &options()))?;
    let folder = attempt.folder;
    publish(folder, "reveal.txt", &reveal.to_string())?;
    match void {
        None => {
            publish(folder, "seed.txt", &drawn.seed_text().to_string())?;
            publish(folder, "result.txt", &drawn.record().to_string())?;
        }
        Some(void) => publish(folder, "void.txt", &void.to_string())?,
    }
    draft.keep()
}

fn say_waiting(attempt: &Attempt<'_>, reveal: &RevealRecord, output: &Output) {
    let folder = attempt.folder.display();
    let at = match attempt.freeze.hours {
        Hours::Two {
            beacon_at: Some(at),
            ..
        } => local(at),
        _ => String::new(),
    };
    let hash = reveal.hash(attempt.freeze.suite);
    let words = format!(
        "揭示已经写定，办理时间：{}\nH(REVEAL) {hash}\n{}\n\
         现在公布并记入日志：{folder}/reveal.txt\n\
         公共随机源 {at} 公布；公布之后立即运行 mingqian draw result --out {folder} --beacon 值\n\n{reveal}",
        attempt.now.words(),
        attempt.gap()
    );
    let value = json!({
        "campaign": attempt.freeze.campaign.as_str(), "attempt": attempt.freeze.attempt,
        "reveal": hash.to_string(), "awaits": "beacon", "folder": attempt.folder, "publish": ["reveal.txt"],
    });
    output.say(&words, &value);
}

fn say(attempt: &Attempt<'_>, drawn: &Drawn, level: Level, output: &Output) {
    let record = drawn.record();
    let suite = attempt.freeze.suite;
    let unfilled = (0..drawn.visits().len())
        .filter(|at| drawn.team(*at).contains(&None))
        .count();
    let folder = attempt.folder.display();
    let mut words = format!(
        "已抽取并通过自己的核对：{} 个对象要检查\n办理时间：{}\n种子 {}\nH(RESULT) {}\n可信等级：{level}\n",
        drawn.visits().len(),
        attempt.now.words(),
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
        "\n现在公布并记入日志：{folder}/reveal.txt（没有公布过的）、{folder}/seed.txt、{folder}/result.txt\n\
         封存到公开之时：{folder}/drawn/\n\n{record}"
    ));
    let value = json!({
        "campaign": record.attempt.campaign.as_str(), "attempt": record.attempt.attempt,
        "freeze": record.attempt.freeze.to_string(), "seed": drawn.seed().to_string(),
        "result": hash_of(suite, record).to_string(), "visits": drawn.visits().len(), "unfilled": unfilled,
        "level": level.number(), "folder": attempt.folder, "publish": ["reveal.txt", "seed.txt", "result.txt"],
        "sealed": "drawn",
    });
    output.say(&words, &value);
}

fn say_void(attempt: &Attempt<'_>, drawn: &Drawn, void: &VoidRecord, output: &Output) {
    let suite = attempt.freeze.suite;
    let folder = attempt.folder.display();
    let why = match void.decided {
        Decided::Program => format!(
            "到齐的来源达不到方案要求的 {} 级，按规则作废，不由任何人决定。",
            attempt.plan.min_level
        ),
        Decided::Approved(_) => {
            "本次抽取已经作废；公共随机源已公布，本来会抽中什么随之公开。".to_owned()
        }
    };
    let words = format!(
        "没有结果：{why}\n办理时间：{}\nH(VOID) {}\n本来会抽中 {} 个对象\n{}\n\
         现在公布并记入日志：{folder}/reveal.txt、{folder}/void.txt（没有公布过的）\n\
         接着公开：mingqian draw open --out {folder} --stage public --bundle 案卷\n\n{void}",
        attempt.now.words(),
        hash_of(suite, void),
        drawn.visits().len(),
        attempt.gap()
    );
    let value = json!({
        "campaign": attempt.freeze.campaign.as_str(), "attempt": attempt.freeze.attempt,
        "void": hash_of(suite, void).to_string(), "reason": void.reason.as_str(),
        "by_program": void.decided == Decided::Program, "would": hash_of(suite, drawn.record()).to_string(),
        "folder": attempt.folder, "publish": ["reveal.txt", "void.txt"], "sealed": "drawn",
    });
    output.say(&words, &value);
}
