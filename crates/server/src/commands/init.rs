//! `mingqian init`: a real, empty installation. No default secret: three administrators get fresh
//! passwords that must be changed at the first sign-in, printed once.

use app::account::NewAccount;
use app::installation::Founding;
use app::port::Clock;
use clap::Args;
use domain::account::{Grant, Role};
use domain::id::{CampaignNo, OrgUnitId};
use domain::org::{OrgUnit, UnitKind};
use domain::text::DistrictCode;
use serde_json::json;

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::new_log_key;
use crate::certificate::{self, Issued};
use crate::ports::{OsClock, OsEntropy};

/// Arguments of `mingqian init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 局的全称，例如 某某市城市管理局
    #[arg(long)]
    bureau: String,
    /// 行政区划代码，6 位
    #[arg(long)]
    district: String,
    /// 任务编号中代表本局的大写字母
    #[arg(long, default_value = "CG")]
    letters: String,
    /// 日志名，例如 smx-cg.gov.example/mingqian；公布后不能再改
    #[arg(long)]
    origin: String,
    /// 同时建立本地证书，写明浏览器将使用的主机名或 IP（可多次）
    #[arg(long)]
    tls_name: Vec<String>,
}

const ADMINISTRATORS: [(&str, &str, Role); 3] = [
    ("sysadmin", "系统管理员", Role::SystemAdmin),
    ("secadmin", "安全管理员", Role::SecurityAdmin),
    ("auditadmin", "审计管理员", Role::AuditAdmin),
];

/// Founds the bureau and says the three passwords once.
pub(crate) fn run(args: &InitArgs, output: &Output) -> Result<u8, Failure> {
    require(args)?;
    runtime()?.block_on(found(args, output))
}

/// Refuses what could not be carried through, while nothing is made yet: half a bureau could only be thrown away.
fn require(args: &InitArgs) -> Result<(), Failure> {
    let mut failure = Failure::default();
    let mut refuse = |place: &str, sentence: String| failure.push("INIT-014", place, sentence);
    if args.bureau.trim().is_empty() {
        refuse("--bureau", "没有写局的全称。".to_owned());
    }
    let (district, letters) = (args.district.as_str(), args.letters.as_str());
    if let Err(error) = DistrictCode::parse(district) {
        refuse("--district", format!("“{district}”：{error}。"));
    } else if let Err(error) = CampaignNo::compose(district, letters, 2026, 1) {
        let words = format!("“{letters}”组不成任务编号：{error}。写大写字母，例如 CG。");
        refuse("--letters", words);
    }
    failure.or_nothing()?;
    new_log_key(&args.origin, &[0; 32])?;
    certificate::require_names(&args.tls_name)
}

async fn found(args: &InitArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    if place.is_founded() {
        return Err(Failure::new(
            "INIT-007",
            place.data.display().to_string(),
            "这里已经有密钥，没有改动。换一个空目录。",
        ));
    }
    place.require_no_database().await?;
    place.make_keys(&args.origin, &OsEntropy)?;
    let app = place.open_new(output).await?;
    let failed =
        |error: app::AppError| Failure::new("INIT-008", args.bureau.clone(), error.to_string());
    let bureau = OrgUnit {
        id: OrgUnitId::from_entropy(app.entropy.bytes()),
        name: args.bureau.clone(),
        kind: UnitKind::Bureau,
        parent: None,
    };
    let founding = Founding {
        bureau: args.bureau.clone(),
        number_letters: args.letters.clone(),
        district: args.district.clone(),
        origin: args.origin.clone(),
        demonstration: false,
        units: vec![bureau.clone()],
    };
    app.found(&founding).await.map_err(failed)?;
    app.install_rules(false).await.map_err(failed)?;
    let mut passwords = Vec::new();
    for (login, name, role) in ADMINISTRATORS {
        let password = store::hex(&app.entropy.bytes::<8>());
        let new = NewAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            password: password.clone(),
            grants: vec![Grant {
                role,
                unit: bureau.id.clone(),
            }],
        };
        app.install_account(new, true).await.map_err(failed)?;
        passwords.push((login, password));
    }
    let tls = if args.tls_name.is_empty() {
        None
    } else {
        Some(certificate::found(
            &place,
            &args.tls_name,
            OsClock.now().date(),
        )?)
    };
    let key = app.log_key.verifier().to_string();
    place.close(&app).await?;
    place.mark_complete()?;
    say(output, args, &passwords, &key, tls.as_ref());
    Ok(0)
}

fn say(
    output: &Output,
    args: &InitArgs,
    passwords: &[(&str, String)],
    key: &str,
    tls: Option<&Issued>,
) {
    let mut words = format!(
        "已建立：{}\n\n首次登录口令（只显示这一次，登录后必须修改）：\n",
        args.bureau
    );
    for (login, password) in passwords {
        words.push_str(&format!("  {login:<12} {password}\n"));
    }
    words.push_str(&format!("\n日志公钥（公布给公众，用来核对）：\n  {key}\n"));
    if let Some(issued) = tls {
        let folder = issued.folder.display();
        words.push_str(&format!(
            "\n本地证书：{folder}/server.pem、{folder}/server.key，有效期至 {}，到期前用 mingqian certificate 换发\n\
             把 {folder}/ca.pem 装进各办公电脑的受信任根证书；{folder}/ca.key 移到离线介质，换发时再放回。\n",
            issued.until
        ));
    }
    words.push_str(
        "\n备份 keys 目录并离线保存；丢失后，封存的密值、名录快照和抽取材料都不能再打开。\n",
    );
    let listed: Vec<_> = passwords
        .iter()
        .map(|(login, password)| json!({"login": login, "password": password}))
        .collect();
    output.say(&words, &json!({"accounts": listed, "log_key": key}));
}
