//! `mingqian account`: the accounts as they stand, and the end of waiting for one that guesses have made wait
//! (ADR 0028), and a new password for an administrator, who is blocked until another one confirms it. The list only
//! looks; the others are events. Deliberately absent: roles, and passwords of everybody else, which administrators set on
//! their pages.

use app::AppError;
use clap::{Args, Subcommand};
use domain::account::Role;
use serde_json::json;
use store::account::{self, ListedAccount};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

/// Arguments of `mingqian account`.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 列出全部账号，什么也不改
    List(ListArgs),
    /// 解除一个账号的登录等待：口令、登录、岗位都不变，记入留痕
    Unlock(NamedArgs),
    /// 重置一名管理员的口令，显示一次；另一名管理员在页面上确认之前，这个账号没有岗位。记入留痕
    Reset(NamedArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct NamedArgs {
    /// 登录名
    login: String,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Lists, or ends the waiting of one account.
pub(crate) fn run(args: &AccountArgs, output: &Output) -> Result<u8, Failure> {
    runtime()?.block_on(async {
        match &args.what {
            What::List(args) => list(args, output).await,
            What::Unlock(args) => unlock(args, output).await,
            What::Reset(args) => reset(args, output).await,
        }
    })
}

async fn list(args: &ListArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let Some(accounts) = place.view(account::all).await? else {
        return Err(Failure::new(
            "STOR-509",
            place.data.display().to_string(),
            "这里没有本系统的数据库，没有建立任何文件。指对 --data 或 --database。",
        ));
    };
    let mut words = String::new();
    let mut listed = Vec::new();
    for one in &accounts {
        words.push_str(&line(one));
        listed.push(match &one.account {
            Ok(stored) => json!({
                "login": stored.login, "name": stored.account.name.as_str(),
                "active": stored.account.active, "roles": roles(one),
            }),
            Err(error) => json!({"id": one.id, "unreadable": error.code()}),
        });
    }
    output.say(&words, &json!({"accounts": listed}));
    Ok(0)
}

fn roles(one: &ListedAccount) -> Vec<&'static str> {
    let Ok(stored) = &one.account else {
        return Vec::new();
    };
    let mut roles: Vec<Role> = Vec::new();
    for grant in &stored.account.grants {
        if !roles.contains(&grant.role) {
            roles.push(grant.role);
        }
    }
    roles.into_iter().map(Role::label).collect()
}

fn line(one: &ListedAccount) -> String {
    match &one.account {
        Ok(stored) => {
            let state = if stored.account.active {
                ""
            } else {
                "，已停用"
            };
            let roles = match roles(one) {
                none if none.is_empty() => "尚无岗位".to_owned(),
                some => some.join("、"),
            };
            let name = stored.account.name.as_str();
            format!("{:<16} {name}，{roles}{state}\n", stored.login)
        }
        Err(error) => format!("{} 读不出：{error}\n", one.id),
    }
}

async fn unlock(args: &NamedArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let app = place.open_now(output).await?;
    let done = app.unlock_account(&args.login).await;
    let kept = place.close(&app).await;
    done.map_err(|error| refused(&args.login, &error))?;
    kept?;
    let words = format!("已解除账号 {} 的登录等待，记入留痕。\n", args.login);
    output.say(&words, &json!({"unlocked": args.login}));
    Ok(0)
}

async fn reset(args: &NamedArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let app = place.open_now(output).await?;
    let password = store::hex(&app.entropy.bytes::<8>());
    let done = app.reset_administrator(&args.login, &password).await;
    let kept = place.close(&app).await;
    done.map_err(|error| refused(&args.login, &error))?;
    kept?;
    let login = &args.login;
    let words = format!(
        "已重置账号 {login} 的口令，记入留痕。只显示这一次，当面交给本人，登录后必须修改：\n\n  {login:<12} {password}\n\n另一名管理员在“等待确认的申请”里确认之前，这个账号没有岗位，只能确认别人的同一种申请。管理员的口令全丢了的，至少重置两名，由两个人互相确认。\n"
    );
    output.say(&words, &json!({"login": login, "password": password}));
    Ok(0)
}

fn refused(login: &str, error: &AppError) -> Failure {
    match error {
        AppError::Refused(refusal) => {
            let words = format!("{}{}", refusal.sentence, refusal.remedy);
            Failure::new(refusal.code, login, words)
        }
        AppError::Store(error) => Failure::new(error.code(), login, error.to_string()),
        AppError::Fields(_) => Failure::new("ACCT-010", login, error.to_string()),
    }
}
