//! The list of migrations, oldest first. A number that has left the house is never given again and its
//! text never edited; a step in Rust stands in a file of its own with the tables as they were then.

mod counters;
mod credential_marks;
mod files;
mod sealed_cells;
mod storage_key;

use crate::kernel::migrate::Migration;

macro_rules! migration {
    ($number:literal, $name:literal, $words:literal) => {
        migration!($number, $name, $words, None, "", None)
    };
    ($number:literal, $name:literal, $words:literal, $moves:expr, $afterwards:literal, $emptied:expr) => {
        Migration {
            number: $number,
            name: $name,
            words: $words,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
            moves: $moves,
            afterwards: $afterwards,
            emptied: $emptied,
        }
    };
}

/// Every migration this program knows.
pub(crate) const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_log", "建立留痕日志"),
    migration!(2, "0002_registers", "建立机构、名录、事项、规则各表"),
    migration!(3, "0003_accounts", "建立账号、会话、草稿、导入各表"),
    migration!(4, "0004_campaigns", "建立抽查任务和抽取各表"),
    migration!(5, "0005_inspections", "建立检查和公示各表"),
    migration!(
        6,
        "0006_ground",
        "建立名录版本和编号序列；已有任务的编号转入序列",
        Some(counters::from_campaigns),
        "",
        None
    ),
    migration!(7, "0007_form_keys", "表单记住它办成的那一次和当时的内容"),
    migration!(8, "0008_jobs", "建立后台办理表"),
    migration!(
        9,
        "0009_files",
        "名录快照、封存材料和密值封存后移出数据表，各留一行摘要",
        Some(files::into_attachments),
        "DROP TABLE draw_files; DROP TABLE draw_secrets;",
        Some(&[])
    ),
    migration!(
        10,
        "0010_sealed_cells",
        "执法证号和回避说明改存密文，每人一把密钥",
        Some(sealed_cells::seal),
        "ALTER TABLE inspectors DROP COLUMN credential_no; ALTER TABLE recusals DROP COLUMN note;",
        Some(&["inspectors", "recusals"])
    ),
    migration!(
        11,
        "0011_storage_key",
        "登记封存密钥的指纹；升级后清扫旧页中的明文",
        Some(storage_key::register),
        "",
        None
    ),
    migration!(12, "0012_announcements", "各进程都看得到哪里正在长时间写入"),
    migration!(
        13,
        "0013_bodies_say_what_stood",
        "留痕正文写明各行改动之前的样子，旧版程序从此不能打开"
    ),
    migration!(14, "0014_void_attempts", "建立揭示之后作废的抽取表"),
    migration!(15, "0015_notes", "会话记住办成之后要说的一句话"),
    migration!(
        16,
        "0016_access_requests",
        "建立等待另一名管理员确认的申请表"
    ),
    migration!(
        17,
        "0017_sealed_lists",
        "抽中的检查在派发之前只存密文；每次登录记下查看过哪些抽中名单"
    ),
    migration!(
        18,
        "0018_draws_that_follow",
        "该由程序接着办的抽取不必读全部任务就能找到"
    ),
    migration!(
        19,
        "0019_known_devices",
        "认得登录过的浏览器；登录失败的计数不再存写下的账号"
    ),
    migration!(
        20,
        "0020_credential_marks",
        "每个口令摘要另留一份校验值在留痕里，换掉的核对时指出",
        Some(credential_marks::of_what_stands),
        "",
        None
    ),
    migration!(21, "0021_signed_papers", "建立线下签批表"),
];
