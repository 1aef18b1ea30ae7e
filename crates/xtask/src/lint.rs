//! Every rule of the house, one file each. A rule reads the tree and returns flaws; it never
//! writes, and it never knows another rule. Codes are stable because `tidy.toml` names them.

mod adr;
mod browser;
mod codes;
mod dead;
mod dependencies;
mod documentation;
mod edges;
mod length;
mod links;
mod migrations;
mod names;
mod testing;
mod wording;

use crate::exception;
use crate::flaw::Flaw;
use crate::tree::Tree;

/// One rule: what it is about, and its code.
pub(crate) type Rule = (&'static str, fn(&Tree) -> Vec<Flaw>);

/// All rules, in the order of their codes.
pub(crate) const RULES: [Rule; 13] = [
    ("模块文档", documentation::flaws),
    ("文件长度", length::flaws),
    ("用词", wording::flaws),
    ("公开名称", names::flaws),
    ("死文件", dead::flaws),
    ("crate 边界", edges::flaws),
    ("依赖的理由与锁文件", dependencies::flaws),
    ("浏览器下限", browser::flaws),
    ("两种数据库的迁移", migrations::flaws),
    ("测试纪律", testing::flaws),
    ("文档链接", links::flaws),
    ("决定记录", adr::flaws),
    ("错误代码", codes::flaws),
];

/// Runs every rule and applies the exceptions of `tidy.toml`.
pub(crate) fn all(tree: &Tree) -> Vec<Flaw> {
    let flaws: Vec<Flaw> = RULES.iter().flat_map(|(_, rule)| rule(tree)).collect();
    exception::apply(tree, &flaws)
}
