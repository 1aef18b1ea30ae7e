//! The command line (stable: outsiders script against it). One variant here, one file in
//! `commands/`, nothing else.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    Output, account, audit, backup, certificate, counter, demo, doctor, draw, import, init, log,
    migrate, nonce, restore, serve, verify, workdays,
};
use crate::ports::{OsClock, OsEntropy};
use crate::usage;

/// 明签：双随机、一公开。
#[derive(Debug, Parser)]
#[command(name = "mingqian", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// 输出机器可读的 JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务
    Serve(serve::ServeArgs),
    /// 建立一个真实的、空的局
    Init(init::InitArgs),
    /// 换发本地服务器证书
    Certificate(certificate::CertificateArgs),
    /// 建立演示城市
    Demo(demo::DemoArgs),
    /// 导入名录文件：0 全部写入，1 只写入了正确的行，2 没有写入
    Import(import::ImportArgs),
    /// 核对库与留痕：0 没有发现，1 有改动，2 看不了
    Audit(audit::AuditArgs),
    /// 备份：服务运行中也可以做；密钥不在备份里，另行保存
    Backup(backup::BackupArgs),
    /// 从备份恢复到一个空的地方，核对之后说明少了什么
    Restore(restore::RestoreArgs),
    /// 体检：密钥、权限、磁盘、时钟、日志、节假日、证书；0 正常，1 有要注意的，2 看不了
    Doctor(doctor::DoctorArgs),
    /// 把数据库升级到本程序的结构；--dry-run 只说会做什么
    Migrate(migrate::MigrateArgs),
    /// 编号序列：列出全部，或从指定的号接续
    Counter(counter::CounterArgs),
    /// 账号：列出全部，解除登录等待，重置管理员的口令
    Account(account::AccountArgs),
    /// 推算工作日期限，说明跳过了哪些日子；没有数据库也能用
    Workdays(workdays::WorkdaysArgs),
    /// 不用服务器的抽取：冻结、出结果、公开
    Draw(draw::DrawArgs),
    /// 在见证人自己的设备上生成随机数和承诺值
    Nonce(nonce::NonceArgs),
    /// 核对案卷：0 完整且正确，1 有矛盾，2 无法读取，3 到目前为止正确
    Verify(verify::VerifyArgs),
    /// 公开日志：比较两个检查点
    Log(log::LogArgs),
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let output = Output::new(cli.json);
    let ended = match cli.command {
        Command::Serve(args) => serve::run(&args, &output),
        Command::Init(args) => init::run(&args, &output),
        Command::Certificate(args) => certificate::run(&args, &output),
        Command::Demo(args) => demo::run(&args, &output),
        Command::Import(args) => import::run(&args, &output),
        Command::Audit(args) => audit::run(&args, &output),
        Command::Backup(args) => backup::run(&args, &output),
        Command::Restore(args) => restore::run(&args, &output),
        Command::Doctor(args) => doctor::run(&args, &output),
        Command::Migrate(args) => migrate::run(&args, &output),
        Command::Counter(args) => counter::run(&args, &output),
        Command::Account(args) => account::run(&args, &output),
        Command::Workdays(args) => workdays::run(&args, &output),
        Command::Draw(args) => draw::run(&args, (&OsEntropy, &OsClock), &output),
        Command::Nonce(args) => nonce::run(&args, &OsEntropy, &output),
        Command::Verify(args) => verify::run(&args, &output),
        Command::Log(args) => log::run(&args, &output),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(failure) => output.fail(&failure),
    }
}

/// Prints help and version; says of anything else what is wrong with it.
fn misread(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|arg| arg == "--json");
    match usage::refused(error) {
        Some(failure) => Output::new(json).fail(&failure),
        None => {
            // A closed pipe is the reader's choice.
            let _ = writeln!(
                io::stdout().lock(),
                "{}",
                usage::in_chinese(error).trim_end()
            );
            ExitCode::SUCCESS
        }
    }
}

#[cfg(test)]
mod tests;
