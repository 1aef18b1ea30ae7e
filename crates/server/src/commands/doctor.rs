//! `mingqian doctor`: whether a bureau is fit to work, one line for each thing that is looked at. 0 all is well, 1 something
//! is not, 2 could not look. It only looks: nothing is migrated, made, closed or signed.
//!
//! Deliberately absent: the contents of rows, which the audit reads, and anything that mends.

use std::path::Path;
use std::sync::Arc;

use app::machine::Finding;
use app::port::Clock as _;
use app::sealing::SealingKey;
use clap::Args;
use domain::calendar::HolidayRow;
use domain::time::Date;
use serde_json::json;
use store::{StoreError, Vault as _, catalog};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::{Place, Published, not_grown, reserved};
use crate::certificate;
use crate::ports::{OsClock, OsEntropy};
use crate::private::standing_open;

/// Free space under which a bureau is told, in bytes: a day of a large import.
const LEAST_FREE: u64 = 2 << 30;

/// From which month on the calendar of the next year should be known: it is published in November.
const CALENDAR_MONTH: i8 = 12;

/// Days before its end at which a certificate is told.
const CERTIFICATE_DAYS: i64 = 30;

/// Arguments of `mingqian doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Looks at everything, whatever of it is wrong.
pub(crate) fn run(args: &DoctorArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.place()?;
    let today = OsClock.now().date();
    let mut findings = vec![
        Finding::of("密钥", keys(&place)),
        Finding::of("权限", permissions(&place)),
        Finding::of("磁盘", disk(&place.data)),
        Finding::of("证书", certificates(&place, today)),
    ];
    findings.extend(runtime()?.block_on(of_database(&place, today)));
    let well = findings.iter().all(|one| one.well);
    let mut words = String::new();
    for one in &findings {
        let mark = if one.well { "正常" } else { "注意" };
        words.push_str(&format!("{mark}　{}：{}\n", one.what, one.words));
    }
    let listed: Vec<_> = findings
        .iter()
        .map(|one| json!({"what": one.what, "well": one.well, "words": one.words}))
        .collect();
    output.say(&words, &json!({"well": well, "findings": listed}));
    Ok(u8::from(!well))
}

fn told(failure: &Failure) -> String {
    let problem = failure.problems.first();
    problem.map_or(String::new(), ToString::to_string)
}

pub(crate) fn keys(place: &Place) -> Result<String, String> {
    place.storage_key().map_err(|wrong| told(&wrong))?;
    let key = place.log_key().map_err(|wrong| told(&wrong))?;
    Ok(format!("两把都在；日志公钥 {}", key.verifier()))
}

pub(crate) fn permissions(place: &Place) -> Result<String, String> {
    let open = standing_open(&place.data);
    match open.is_empty() {
        true => Ok("数据目录里的文件只有本账号可读".to_owned()),
        false => Err(format!(
            "本机其他账号能读：{}。下次启动时程序会收紧",
            open.join("、")
        )),
    }
}

pub(crate) fn disk(data: &Path) -> Result<String, String> {
    let free = match rustix::fs::statvfs(data) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => return Err(verify::disk::why(&error.into())),
    };
    let reserve = match reserved(data) {
        Some(bytes) => format!("磁盘满时放出的预留文件有 {} MB", bytes >> 20),
        None => "预留文件不在：服务启动时建立，磁盘满时放出".to_owned(),
    };
    let words = format!("还有 {} MB（{reserve}）", free >> 20);
    match free >= LEAST_FREE {
        true => Ok(words),
        false => Err(format!("{words}，少于 {} MB，腾出空间", LEAST_FREE >> 20)),
    }
}

pub(crate) fn certificates(place: &Place, today: Date) -> Result<String, String> {
    match certificate::lasts_until(place) {
        None => Ok("没有本地证书（用反向代理，或只在本机使用）".to_owned()),
        Some(Err(wrong)) => Err(told(&wrong)),
        Some(Ok(until)) => {
            let left = until.days_since(today);
            match left > CERTIFICATE_DAYS {
                true => Ok(format!("本地证书有效期至 {until}")),
                false => Err(format!(
                    "本地证书有效期至 {until}，用 mingqian certificate 换发"
                )),
            }
        }
    }
}

async fn of_database(place: &Place, today: Date) -> Vec<Finding> {
    let exhibit = match place.exhibit().await {
        Ok(exhibit) => exhibit,
        Err(failure) => return vec![Finding::of("数据库", Err(told(&failure)))],
    };
    let said = |error: StoreError| format!("{}：{error}", error.code());
    let bureau = exhibit.require_bureau().await.map_err(said);
    let mut findings = vec![Finding::of(
        "数据库",
        bureau.map(|()| "结构是本程序的，局的登记与留痕一致".to_owned()),
    )];
    findings.push(Finding::of("密钥与库", keys_of(place, &exhibit).await));
    findings.push(Finding::of("检查点", checkpoints(place, &exhibit).await));
    findings.push(Finding::of("时钟", clock(&exhibit).await));
    findings.push(Finding::of("节假日", calendar(&exhibit, today).await));
    exhibit.close().await;
    findings
}

/// Whether the keys at hand are those the bureau stated.
async fn keys_of(place: &Place, exhibit: &store::Exhibit) -> Result<String, String> {
    let stated = async |name| {
        let stated = exhibit.fact(name).await;
        stated.map_err(|error| error.to_string())
    };
    let log_key = place.log_key().map_err(|wrong| told(&wrong))?;
    if stated("log_key").await? != Some(log_key.verifier().to_string()) {
        let why = match place.is_rotation_under_way() {
            true => "更换没有办完，再运行一次 mingqian log rotate-key",
            false => "放回现在的这一把",
        };
        return Err(format!("keys/log.key 不是局登记的日志密钥：{why}"));
    }
    let storage_key = place.storage_key().map_err(|wrong| told(&wrong))?;
    let seals = SealingKey {
        key: storage_key,
        entropy: Arc::new(OsEntropy),
    };
    let own = store::hex(&seals.fingerprint());
    // An older structure did not state it; that it is older is said beside this.
    if stated("storage_key")
        .await?
        .is_some_and(|stated| stated != own)
    {
        return Err(
            "keys/storage.key 不是局登记的封存密钥：从备份恢复这个库的 keys 目录".to_owned(),
        );
    }
    Ok("都是局登记的".to_owned())
}

async fn checkpoints(place: &Place, exhibit: &store::Exhibit) -> Result<String, String> {
    let Some(published) = Published::by(exhibit).await else {
        return Err("局没有登记日志公钥，没有比对".to_owned());
    };
    let kept = place.kept_checkpoints(&published);
    let kept = kept.map_err(|failure| told(&failure))?;
    let wrong = not_grown(&kept, exhibit).await;
    let wrong = wrong.map_err(|failure| told(&failure))?;
    if let Some(first) = wrong.first() {
        return Err(told(first));
    }
    let (size, root) = exhibit
        .log_head()
        .await
        .map_err(|error| error.to_string())?;
    match kept.len() {
        0 => Err("库外没有一份检查点：库被换成旧的也看不出。启动一次服务就会存下".to_owned()),
        kept => Ok(format!(
            "{kept} 份都与日志相符；留痕 {size} 条，日志根 {root}"
        )),
    }
}

async fn clock(exhibit: &store::Exhibit) -> Result<String, String> {
    let now = OsClock.now();
    let last = exhibit
        .last_time()
        .await
        .map_err(|error| error.to_string())?;
    match last {
        Some(last) if last > now => Err(format!(
            "现在 {}，而最后一条留痕写于 {}：时钟慢了，校准它；现在的时间没有错，那时快了，用 mingqian log repair-clock 更正",
            now.local_text(),
            last.local_text()
        )),
        _ => Ok(now.local_text()),
    }
}

async fn calendar(exhibit: &store::Exhibit, today: Date) -> Result<String, String> {
    let read = async {
        let mut reader = exhibit.read().await?;
        catalog::holidays(&mut reader).await
    };
    let known = read.await.map_err(|error: StoreError| error.to_string())?;
    calendar_of(&known, today)
}

/// Whether the calendar that should be known by now is.
pub(crate) fn calendar_of(known: &[HolidayRow], today: Date) -> Result<String, String> {
    let year = match today.month() >= CALENDAR_MONTH {
        true => today.year() + 1,
        false => today.year(),
    };
    match known.iter().any(|one| one.on.year() == year) {
        true => Ok(format!("{year} 年的安排已经导入")),
        false => Err(format!(
            "没有 {year} 年的安排：工作日期限只能按周末推算，导入国务院办公厅的通知"
        )),
    }
}
