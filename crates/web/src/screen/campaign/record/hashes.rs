//! What has been published so far, each hash beside the fact it proves.

use domain::id::Fingerprint;

use super::Seen;
use crate::component::{Cell, Column, DigestLine, EmptyState, Row, Sheet, Table};
use crate::text::{Digest, thousands};

/// The published hashes; nothing before PLAN is logged.
#[expect(
    clippy::too_many_lines,
    reason = "a table of words, one row per published hash"
)]
pub(super) fn sheet(seen: &Seen) -> Option<Sheet> {
    let mut rows = Vec::new();
    let mut row = |name: &str, hash: Option<&str>, clause: String| {
        if let Some(digest) = hash.and_then(|hash| Digest::parse(hash).ok()) {
            rows.push(Row::new(vec![
                Cell::new(name),
                Cell::new(DigestLine::short(digest)),
                Cell::new(clause),
            ]));
        }
    };
    let state = &seen.stored.campaign.state;
    let print = Fingerprint::as_str;
    let approved = state.approval();
    let plan_hash = match (approved, &seen.approved_once) {
        (Some(approved), _) => print(&approved.submitted.plan_hash),
        (None, Some(once)) => once.plan_hash.as_str(),
        (None, None) => return None,
    };
    row("方案", Some(plan_hash), "批准的就是提交的那一份".to_owned());
    let commitment = state
        .commitment()
        .map(|committed| print(&committed.freeze_hash));
    row(
        "冻结承诺",
        commitment,
        "抽取前公布；名录、比例、人数从此不能再动".to_owned(),
    );
    if let Some(freeze) = &seen.stored.freeze_record {
        let counted = |name| line(freeze, name).and_then(|rest| rest.split_once(' '));
        let leaves = |n: &str| thousands(n.parse::<u64>().unwrap_or_default());
        if let Some((n, root)) = counted("subjects") {
            row(
                "对象名录根",
                Some(root),
                format!("{} 条，含必查与不参加的", leaves(n)),
            );
        }
        if let Some((n, root)) = counted("inspectors") {
            row(
                "人员名录根",
                Some(root),
                format!(
                    "{} 人，含不参加抽取的；抽中的人换人还没有办理的页面",
                    leaves(n)
                ),
            );
        }
        if let Some((n, root)) = counted("recusals") {
            row("回避登记根", Some(root), format!("{} 对", leaves(n)));
        }
        row(
            "密值承诺",
            line(freeze, "secret"),
            "密值封存，交监督方复算".to_owned(),
        );
    }
    if let Some(result) = &seen.stored.result_record {
        row(
            "种子",
            line(result, "seed"),
            "由承诺和各方随机数算出，公式公开".to_owned(),
        );
    }
    let drawn = state.result().map(|drawn| print(&drawn.result_hash));
    row(
        "抽取结果",
        drawn,
        "界限与封存文件的摘要，已进公开日志".to_owned(),
    );
    let columns = vec![
        Column::unbroken("名称"),
        Column::words("摘要"),
        Column::words("含义").wide_only(),
    ];
    let empty = EmptyState::nothing("还没有公布。");
    let table = Table::new("已公布的摘要", columns, rows, empty);
    let public = crate::text::Address::fixed("/draw").child(seen.number().as_str());
    Some(
        Sheet::new("hashes", "已公布的摘要", table)
            .with_clause("SHA-256，列首 8 位与末 4 位")
            .with_link(crate::component::Link::new("公开页", public)),
    )
}

/// The rest of the first line of a record that begins with this word.
pub(in crate::screen) fn line<'a>(record: &'a str, word: &str) -> Option<&'a str> {
    record
        .lines()
        .find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
}
