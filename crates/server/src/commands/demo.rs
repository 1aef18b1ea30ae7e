//! `mingqian demo`: the synthetic city, built once; a second call leaves it as it is.

use std::sync::Arc;

use app::port::{Clock, Entropy};
use clap::Args;
use demo::{ReplayClock, beginning, build};
use serde_json::json;

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::Place;
use crate::ports::{OsClock, OsEntropy};

/// Arguments of `mingqian demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

const ORIGIN: &str = "demo.example/mingqian";

/// Builds the city and says the accounts.
pub(crate) fn run(args: &DemoArgs, output: &Output) -> Result<u8, Failure> {
    runtime()?.block_on(found(&args.place.own_place()?, output))
}

async fn found(place: &Place, output: &Output) -> Result<u8, Failure> {
    if place.is_founded() && place.is_complete() {
        let accounts = place.data.join("accounts.txt");
        let passwords = if accounts.is_file() {
            format!("建立时的口令在 {}", accounts.display())
        } else {
            "口令只在建立时显示过一次".to_owned()
        };
        return Err(Failure::new(
            "DEMO-001",
            place.data.display().to_string(),
            format!(
                "这里已经有一个局的密钥，没有改动。{passwords}；要重建，换一个 --data 目录或删去这个目录。"
            ),
        ));
    }
    let _alone = match place.is_founded() {
        true => place.begin_anew()?,
        false => None,
    };
    place.require_no_database().await?;
    place.make_keys(ORIGIN, &OsEntropy)?;
    let present = OsClock.now();
    let clock = Arc::new(ReplayClock::at(beginning(present)));
    let app = place
        .open(clock.clone(), Arc::new(OsEntropy), output)
        .await?;
    let password = spoken_password(&OsEntropy);
    let city = build(&app, &clock, present, &password)
        .await
        .map_err(|error| {
            Failure::new(
                "DEMO-002",
                place.data.display().to_string(),
                error.to_string(),
            )
        })?;
    let key = app.log_key.verifier().to_string();
    place.close(&app).await?;
    place.mark_complete()?;
    let mut words = format!(
        "演示城市：示例市城市管理局（自带的单位、人员、企业和编号都是虚构的，不能用于真实检查；法规条文和三门峡市实施细则是真实文本，只有间隔为演示改成了零）\n\n所有账号的口令：{password}\n\n"
    );
    for login in &city.logins {
        words.push_str(&format!("  {:<12} {}\n", login.login, login.what));
    }
    words.push_str(&format!(
        "\n先试这些：\n  1. 不登录：打开首页，进入“抽查任务” {}，点“在浏览器里重算”。\n  2. 以 drawer 登录，打开 {}：冻结名录 → 给两个见证方发链接 → 各自交承诺 → 公布承诺（“开始接收随机数”清空即 10 秒后开始）→ 开始抽取仪式，见证方用链接签到 → 各自公开随机数 → 程序随即自动抽取。\n  3. 下载公开案卷后在命令行核对：mingqian verify 案卷.zip --log-key '{key}'\n",
        city.finished, city.ready
    ));
    let logins: Vec<_> = city.logins.iter().map(|login| login.login).collect();
    output.say(
        &words,
        &json!({"password": password, "logins": logins, "finished": city.finished, "ready": city.ready, "log_key": key}),
    );
    Ok(0)
}

/// A fresh password that can be read aloud: four groups of four letters without look-alikes.
fn spoken_password(entropy: &dyn Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567899";
    let bytes = entropy.bytes::<16>();
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
