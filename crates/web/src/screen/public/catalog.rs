//! What may be inspected, on which basis, with which checklist, under which parameters.

use axum::extract::{Path, State};
use domain::catalog::InspectionItem;
use domain::id::ItemId;
use domain::rulebook::{ParameterReading, RulebookFile};
use domain::time::Date;
use serde::Serialize;
use store::catalog;

use super::{answer, bare, plain, twin};
use crate::component::{
    Badge, Cell, Column, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet, Table, Tone,
};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::{PortalPage, PortalShell};
use crate::screen::shared::parameter_table;
use crate::text::Address;

/// An item as lists show it.
#[derive(Serialize)]
pub(super) struct ShortItem {
    id: String,
    name: String,
    owner: String,
    category: &'static str,
    joint: bool,
    revision: u32,
    published_on: Option<String>,
    criteria: usize,
}

pub(super) fn short(item: &InspectionItem) -> ShortItem {
    ShortItem {
        id: item.id.to_string(),
        name: item.terms.name.clone(),
        owner: item.terms.owner.clone(),
        category: item.terms.category.label(),
        joint: item.terms.joint,
        revision: item.revision,
        published_on: item.published_on.map(|on| on.to_string()),
        criteria: item.terms.criteria.len(),
    }
}

pub(super) fn item_table(items: &[ShortItem]) -> Table {
    let columns = vec![
        Column::words("事项"),
        Column::unbroken("类别").labelled(),
        Column::unbroken("公布日期").labelled(),
        Column::numbers("检查内容"),
    ];
    let rows = items.iter().map(|item| {
        let joint = if item.joint { "，联合检查" } else { "" };
        Row::new(vec![
            Cell::link(&item.name, Address::fixed("/items").child(&item.id))
                .with_context(format!("{}{joint}", item.owner)),
            Cell::new(item.category),
            Cell::new(item.published_on.clone().unwrap_or_default()),
            Cell::new(format!("{} 项", item.criteria)),
        ])
    });
    let empty = EmptyState::nothing("抽查事项清单还没有公布。");
    Table::new("抽查事项", columns, rows.collect(), empty)
}

#[derive(Serialize)]
struct Items {
    items: Vec<ShortItem>,
}

pub(super) async fn list(State(web): State<WebState>, guest: Guest) -> Answer {
    let mut reader = web.app.db.read().await?;
    let kept = catalog::items(&mut reader).await?;
    drop(reader);
    let published = kept.iter().filter(|kept| kept.item.published_on.is_some());
    let items = Items {
        items: published.map(|kept| short(&kept.item)).collect(),
    };
    answer(&web, &guest, items, |shell, items| {
        let sheet =
            Sheet::new("items", "公布的事项", item_table(&items.items)).with_link(twin("/items"));
        PortalPage::new(shell, Head::new("随机抽查事项清单")).with(sheet)
    })
    .await
}

#[derive(Serialize)]
struct OneItem {
    on: Date,
    item: InspectionItem,
}

pub(super) async fn item(
    State(web): State<WebState>,
    guest: Guest,
    Path(id): Path<String>,
) -> Answer {
    let id = ItemId::parse(bare(&id)).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let revisions = catalog::revisions(&mut reader, &id).await?;
    drop(reader);
    let published = revisions
        .into_iter()
        .find(|kept| kept.item.published_on.is_some());
    let item = published.ok_or_else(Stop::not_found)?.item;
    answer(
        &web,
        &guest,
        OneItem {
            on: web.app.clock.now().date(),
            item,
        },
        item_page,
    )
    .await
}

fn item_page(shell: PortalShell, one: &OneItem) -> PortalPage {
    let (item, terms) = (&one.item, &one.item.terms);
    let published = item
        .published_on
        .map(|on| on.to_string())
        .unwrap_or_default();
    let head = Head::new(&terms.name)
        .with_badge(Badge::new(Tone::Plain, terms.category.label()))
        .with_line_beneath(format!(
            "{}　第 {} 版　{published} 公布",
            item.id, item.revision
        ));
    let methods: Vec<&str> = terms.methods.iter().map(|method| method.label()).collect();
    let facts = Facts::default()
        .with("责任科室", terms.owner.as_str())
        .with("检查对象", terms.subject_scope.as_str())
        .with("检查内容", terms.content.as_str())
        .with("检查方式", methods.join("、"))
        .with("频次", terms.frequency.as_str())
        .with("人员要求", terms.staffing.as_str())
        .with(
            "配合单位",
            if terms.participants.is_empty() {
                "无".to_owned()
            } else {
                terms.participants.join("、")
            },
        );
    let mut page = PortalPage::new(shell, head);
    if item.without_basis(one.on).next().is_some() {
        page = page.with(Note::warning(
            "部分检查内容目前没有现行有效的依据。",
            "下表标明了依据的有效期；过期的依据不再引用，新的条文由法制审核确认后补上。",
        ));
    }
    let sheet = Sheet::new("item", "事项", facts)
        .padded()
        .with_link(twin(&format!("/items/{}", item.id)));
    page.with(sheet).with(basis(one)).with(checklist(item))
}

fn basis(one: &OneItem) -> Sheet {
    let columns = vec![
        Column::words("依据"),
        Column::unbroken("版本").labelled(),
        Column::unbroken("有效期").labelled(),
        Column::unbroken("现状").labelled(),
    ];
    let rows = one.item.terms.legal_basis.iter().map(|citation| {
        let (tone, words) = match citation.in_force(one.on) {
            true => (Tone::Sound, "现行有效"),
            false => (Tone::Warning, "不再引用"),
        };
        let until = citation
            .valid_to
            .map_or_else(|| "现行".to_owned(), |to| to.to_string());
        let name = Cell::new(format!("《{}》{}", citation.instrument, citation.article));
        let name = match (&citation.successor, citation.unconfirmed) {
            (Some(successor), _) => name.with_context(format!("接续条文：{successor}")),
            (None, true) => name.with_context("待法制核对"),
            (None, false) => name,
        };
        Row::new(vec![
            name,
            Cell::new(citation.version.as_str()),
            Cell::new(format!("{} 至 {until}", citation.valid_from)),
            Cell::new(Badge::new(tone, words)),
        ])
    });
    let empty = EmptyState::nothing("没有登记依据。");
    let table = Table::new("检查依据", columns, rows.collect(), empty);
    Sheet::new("basis", "检查依据", table).with_clause(format!("按 {} 的有效性", one.on))
}

fn checklist(item: &InspectionItem) -> Sheet {
    let columns = vec![
        Column::unbroken("编号"),
        Column::words("检查内容"),
        Column::unbroken("类别").in_corner(),
    ];
    let rows = item.terms.criteria.iter().map(|criterion| {
        Row::new(vec![
            Cell::new(criterion.id.as_str()),
            Cell::new(criterion.text.as_str()).with_context(&criterion.method),
            Cell::new(criterion.class.label()),
        ])
    });
    let empty = EmptyState::nothing("没有检查表。");
    let table = Table::new("检查表", columns, rows.collect(), empty);
    Sheet::new("checklist", "检查表", table).with_clause("检查人员到场后逐项填写")
}

#[derive(Serialize)]
struct Rules {
    /// The version as it was adopted.
    rulebook: RulebookFile,
    /// What holds under it.
    parameters: Vec<ParameterReading>,
}

pub(super) async fn rules(State(web): State<WebState>, guest: Guest) -> Answer {
    let mut reader = web.app.db.read().await?;
    let rulebook = catalog::rulebook_file(&mut reader).await?;
    drop(reader);
    let parameters = rulebook.readings();
    let rules = Rules {
        rulebook,
        parameters,
    };
    answer(&web, &guest, rules, rules_page).await
}

/// A version as it was adopted, in the bytes whose hash a plan cites.
pub(super) async fn rules_text(State(web): State<WebState>, Path(name): Path<String>) -> Answer {
    let version = name.strip_suffix(".txt").ok_or_else(Stop::not_found)?;
    let mut reader = web.app.db.read().await?;
    let rulebook = catalog::rulebook_version(&mut reader, version).await?;
    Ok(plain(rulebook.published_text()))
}

fn rules_page(shell: PortalShell, rules: &Rules) -> PortalPage {
    let book = &rules.rulebook;
    let empty = EmptyState::nothing("实施细则还没有批准。");
    let table = parameter_table(&rules.parameters, empty);
    let head = Head::new(&book.title)
        .with_line_beneath(format!("版本 {}，{} 起施行", book.version, book.adopted_on));
    let sheet = Sheet::new("parameters", "参数", table)
        .with_clause("每次抽取都写明它遵守的版本")
        .with_link(Link::new("本版原文", text_of(&book.version)))
        .with_link(twin("/rules"));
    PortalPage::new(shell, head).with(Fragment::from(sheet))
}

/// Where the text of a version stands.
fn text_of(version: &str) -> Address {
    Address::fixed("/rules").child(&format!("{version}.txt"))
}
