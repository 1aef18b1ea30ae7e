//! The table as a page: role by verb, printed for `docs/authorization.md` and compared in a test.

use std::fmt::Write;

use crate::account::Role;

use super::{Relation, TABLE, Verb};

/// The whole matrix as Markdown; the page in the repository must equal it.
#[must_use]
pub fn matrix() -> String {
    let mut page = String::from(
        "# 权限矩阵\n\n本页由 `domain::policy::TABLE` 生成，勿手改。列为岗位，格内为范围；空格表示不允许。\n\n",
    );
    page.push_str("范围：");
    let names: Vec<String> = Relation::ALL
        .iter()
        .map(|relation| format!("{} {}", mark(*relation), relation.label()))
        .collect();
    page.push_str(&names.join("，"));
    page.push_str("。\n\n| 办理或查阅 |");
    for role in Role::ALL {
        // Writing to a String cannot fail.
        let _ = write!(page, " {} |", role.label());
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(Role::ALL.len()));
    page.push('\n');
    for verb in Verb::ALL {
        let _ = write!(page, "| {} `{}` |", verb.label(), verb.name());
        for role in Role::ALL {
            let _ = write!(page, " {} |", cell(*role, *verb));
        }
        page.push('\n');
    }
    page
}

fn cell(role: Role, verb: Verb) -> String {
    let marks: Vec<&str> = TABLE
        .iter()
        .filter(|(r, v, _)| *r == role && *v == verb)
        .map(|(_, _, relation)| mark(*relation))
        .collect();
    marks.join("、")
}

const fn mark(relation: Relation) -> &'static str {
    match relation {
        Relation::Anonymous => "公",
        Relation::AnyUnit => "全",
        Relation::OwnUnit => "本",
        Relation::ChildUnit => "下",
        Relation::SiblingUnit => "平",
        Relation::Assigned => "派",
    }
}
