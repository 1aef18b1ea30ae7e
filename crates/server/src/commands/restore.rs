//! `mingqian restore`: a bureau put back from a backup and its keys, into an empty place. What was put back is audited, and
//! held against every checkpoint that is known: what is missing is named. A bureau that lost entries goes on only where
//! that is accepted in words, under a new log whose first entry says so to everybody.
//!
//! Deliberately absent: restoring over a bureau that is there, and a part of one.

use std::fs;
use std::path::{Component, Path, PathBuf};

use app::port::Entropy;
use clap::Args;
use serde_json::json;
use store::{Loaded, StoreError};
use tlog::SignedCheckpoint;
use verify::disk;

use super::audit::contradictions;
use super::backup::manifest::{DUMP, Manifest};
use super::backup::{copy_file, server_tools};
use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::{Place, Published, SHORTER, new_log_key, not_grown};
use crate::ports::OsEntropy;
use crate::private::private_folder;

/// Arguments of `mingqian restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 一份备份的目录
    #[arg(long, value_name = "目录")]
    from: PathBuf,
    /// 这个局的密钥所在的目录（storage.key、log.key）
    #[arg(long, value_name = "目录")]
    keys: PathBuf,
    /// 备份比已知的检查点旧，丢失的找不回来：确认接受，另起一份日志
    #[arg(long, requires = "origin")]
    accept_loss: bool,
    /// 新日志的名字，不能与原来的相同
    #[arg(long, value_name = "名字")]
    origin: Option<String>,
}

/// What a restored bureau is known to lack.
struct Lost {
    known: SignedCheckpoint,
    from: PathBuf,
    size: u64,
}

/// Puts it back, or nothing.
pub(crate) fn run(args: &RestoreArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let manifest = Manifest::read(&args.from)?;
    require_fit(&place, &manifest)?;
    manifest.require_whole(&args.from)?;
    runtime()?.block_on(async {
        require_empty(&place).await?;
        let loaded = match &place.database {
            Some(url) => Some(
                Loaded::into(url)
                    .await
                    .map_err(|error| of_database(&error))?,
            ),
            None => None,
        };
        match put_back(args, &place, &manifest, output).await {
            Ok(()) => Ok(()),
            Err(mut failure) => {
                if let Err(left) = clear(&place, loaded).await {
                    failure.problems.extend(left.problems);
                }
                Err(failure)
            }
        }
    })?;
    Ok(0)
}

async fn put_back(
    args: &RestoreArgs,
    place: &Place,
    manifest: &Manifest,
    output: &Output,
) -> Result<(), Failure> {
    copy_back(args, place, manifest)?;
    let exhibit = place.exhibit().await?;
    let seen = newest_lost(place, &exhibit).await;
    let found = exhibit.structure().await;
    exhibit.close().await;
    let (lost, compared) = seen?;
    let found = found.map_err(|error| of_database(&error))?;
    if let (Some(lost), false) = (&lost, args.accept_loss) {
        return Err(lost.refusal());
    }
    // Under its own keys, and of the structure of this program.
    let app = match lost.is_some() {
        true => place.open_unsigned(output).await?,
        false => place.open_new(output).await?,
    };
    app.db.close().await;
    let size = audited(args, place).await?;
    let mut words = match (lost, &args.origin) {
        (Some(lost), Some(origin)) => {
            begin_new_log(place, &lost, origin, output).await?;
            format!(
                "少了最后 {} 条留痕，已接受；另起日志“{origin}”，第一条公开写明原来的日志到过哪里。新公钥见门户 /log，请重新公布。",
                lost.known.checkpoint().size() - lost.size
            )
        }
        (None, _) if args.accept_loss => {
            return Err(Failure::new(
                "REST-009",
                "--accept-loss",
                "没有一份已知的检查点比这份备份新，看不出少了什么，没有留下恢复的内容。去掉 --accept-loss 再恢复；原来目录里的 checkpoints 用 --checkpoint 给出。",
            ));
        }
        _ if compared == 0 => "没有库外的检查点可以对照，备份之后有没有少了留痕，看不出。原来目录里的 checkpoints 还在的，用 --checkpoint 给出，再恢复一次；手里有这个局以前的检查点、日志凭证的，启动之后用 mingqian log compare 与门户 /log/checkpoint 对照。".to_owned(),
        _ => format!("对照了 {compared} 份库外的检查点，没有少。"),
    };
    let known = store::structure();
    if found < known {
        words.push_str(&format!(
            "这份备份是第 {found} 号结构，恢复时已升级到本程序的第 {known} 号，升级记入留痕。"
        ));
    }
    place.keep_restored(output).await?;
    output.say(
        &format!("已恢复：留痕 {size} 条，核对没有发现改动。{words}\n"),
        &json!({
            "log_size": size, "faults": 0, "accepted_loss": args.accept_loss,
            "checkpoints": compared, "structure": {"found": found, "now": known},
        }),
    );
    Ok(())
}

/// Audits what was put back; yields how many entries its log has.
async fn audited(args: &RestoreArgs, place: &Place) -> Result<u64, Failure> {
    let exhibit = place.exhibit().await?;
    let found = contradictions(&exhibit).await;
    let head = exhibit.log_head().await;
    exhibit.close().await;
    let faults = found?;
    if let Some(first) = faults.first() {
        return Err(Failure::new(
            "REST-003",
            args.from.display().to_string(),
            format!(
                "恢复出来的库核对有 {} 处矛盾，没有留下它。第一处：{first}。换一份备份，报告审计管理员。",
                faults.len()
            ),
        ));
    }
    let (size, _) = head.map_err(|error| of_database(&error))?;
    Ok(size)
}

impl Lost {
    fn refusal(&self) -> Failure {
        let known = self.known.checkpoint().size();
        let lost = known - self.size;
        Failure::new(
            "REST-004",
            self.from.display().to_string(),
            format!(
                "这份备份到第 {} 条留痕为止，已知的检查点签的是 {known} 条：少了最后 {lost} 条。没有留下恢复的内容。先找更近的备份；确实找不到的，加上 --accept-loss --origin 新名字，另起一份日志，公开写明丢失。",
                self.size
            ),
        )
    }
}

fn require_fit(place: &Place, manifest: &Manifest) -> Result<(), Failure> {
    if manifest.postgres == place.database.is_some() {
        return Ok(());
    }
    let sentence = match manifest.postgres {
        true => "这是 PostgreSQL 上的备份：用 --database 给出一个空的库。",
        false => "这是内置数据库的备份：去掉 --database。",
    };
    Err(Failure::new("REST-005", "--database", sentence))
}

/// Nothing of a bureau may be there: neither in the folder nor in the database.
async fn require_empty(place: &Place) -> Result<(), Failure> {
    let any = match fs::read_dir(&place.data) {
        Ok(mut listed) => listed.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Failure::file(&place.data, &error)),
    };
    if any {
        return Err(Failure::new(
            "REST-006",
            place.data.display().to_string(),
            "数据目录不是空的，没有恢复，也没有改动。--data 指一个空目录或新目录；原来目录里的 checkpoints 用 --checkpoint 给出，好核对少了什么。",
        ));
    }
    match place.database {
        Some(_) => place.require_no_database().await.map_err(|_| {
            let sentence = "这个数据库里已经有本系统的表，没有恢复，也没有改动。给出一个空的库。";
            Failure::new("REST-006", "--database", sentence)
        }),
        None => Ok(()),
    }
}

fn copy_back(args: &RestoreArgs, place: &Place, manifest: &Manifest) -> Result<(), Failure> {
    private_folder(&place.data)?;
    for held in &manifest.files {
        let below = Path::new(&held.path);
        let plain = below
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain {
            return Err(Failure::new(
                "REST-001",
                args.from.display().to_string(),
                "备份的清单里有指到备份以外的路径，没有恢复。换一份备份。",
            ));
        }
        let from = args.from.join(below);
        if let (DUMP, Some(url)) = (held.path.as_str(), &place.database) {
            server_tools::load(&from, url)?;
            continue;
        }
        let mut folder = place.data.clone();
        for part in below.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            private_folder(&folder)?;
        }
        copy_file(&from, &place.data.join(below))?;
    }
    let keys = place.data.join("keys");
    private_folder(&keys)?;
    for name in ["storage.key", "log.key"] {
        let from = args.keys.join(name);
        if !from.is_file() {
            return Err(Failure::new(
                "REST-007",
                from.display().to_string(),
                "没有这把密钥。备份里不含密钥，要用另外保存的那一份；没有它，封存的内容打不开。",
            ));
        }
        copy_file(&from, &keys.join(name))?;
    }
    Ok(())
}

/// The newest head that is known and longer than what was restored, and how many heads of this log are known at all.
async fn newest_lost(
    place: &Place,
    exhibit: &store::Exhibit,
) -> Result<(Option<Lost>, usize), Failure> {
    let published = match Published::by(exhibit).await {
        Some(published) => published,
        None => place.log_key()?.verifier().clone().into(),
    };
    let head = exhibit.log_head().await;
    let (size, _) = head.map_err(|error| of_database(&error))?;
    let mut newest: Option<Lost> = None;
    let all_kept = place.kept_checkpoints(&published)?;
    for wrong in not_grown(&all_kept, exhibit).await? {
        if wrong.problems.iter().any(|one| one.code != SHORTER) {
            return Err(wrong);
        }
    }
    let own = all_kept.into_iter().filter(|kept| !kept.is_of_another_log);
    let mut compared = 0;
    for kept in own {
        compared += 1;
        let known = kept.signed.checkpoint().size();
        let before = newest
            .as_ref()
            .map_or(size, |lost| lost.known.checkpoint().size());
        if known > before {
            newest = Some(Lost {
                known: kept.signed,
                from: kept.path,
                size,
            });
        }
    }
    Ok((newest, compared))
}

/// A new key, the entry that says so, and only then the key in its place.
async fn begin_new_log(
    place: &Place,
    lost: &Lost,
    origin: &str,
    output: &Output,
) -> Result<(), Failure> {
    let next = new_log_key(origin, &(&OsEntropy as &dyn Entropy).bytes())?;
    let app = place.open_unsigned(output).await?;
    let begun = app
        .restart_log(lost.known.checkpoint(), next.verifier())
        .await;
    app.db.close().await;
    begun.map_err(|error| Failure::new("REST-008", "log", error.to_string()))?;
    place.exchange_log_key(&next)
}

/// What was put into the folder goes again, and what was loaded into a database on a server: half a bureau is none. What
/// stood there before stays as it was.
async fn clear(place: &Place, loaded: Option<Loaded>) -> Result<(), Failure> {
    if let Err(error) = fs::remove_dir_all(&place.data)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(
            "没有恢复成的目录 {} 没有删掉：{}",
            place.data.display(),
            disk::why(&error)
        );
    }
    let Some(loaded) = loaded else {
        return Ok(());
    };
    loaded.take_back().await.map_err(|error| {
        let sentence = format!(
            "没有恢复成，而载入这个库的表没有清掉（{}）。没有密钥打不开它们，但这个库不能再用来恢复：删去它，另建一个空的库。",
            error
        );
        Failure::new("REST-013", "--database", sentence)
    })
}

fn of_database(error: &StoreError) -> Failure {
    Failure::new(error.code(), "database", error.to_string())
}
