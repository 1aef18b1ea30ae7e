//! One entry: its public text, its hashes, its proof, and what the reader may see of the act.

use std::collections::BTreeMap;

use app::Acting;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::event::{Act, Event, LinkKind};
use domain::id::OrgUnitId;
use domain::policy::{Place, Verb};
use store::Reader;
use store::log::{self, TraceLine, TraceOf};

use crate::component::{
    Cell, Column, Crumb, DigestLine, EmptyState, Facts, Fragment, Head, Link, Note, Row, Sheet,
    Table,
};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::screen::paper::told;
use crate::screen::shared::{Seen, knows_drawn, number_in};
use crate::text::{Address, Digest, thousands};

/// The most of a body that a page shows; the rest is for `mingqian audit`.
const SHOWN_IMAGES: usize = 40;

/// The entry with that number.
async fn find(reader: &mut Reader, number: &str) -> Result<TraceLine, Stop> {
    let number: u64 = number_in(number)?;
    let before = number
        .checked_add(1)
        .filter(|next| i64::try_from(*next).is_ok());
    let before = before.ok_or_else(Stop::not_found)?;
    let found = log::trace(reader, &TraceOf::All, Some(before), 1).await?;
    found
        .into_iter()
        .find(|line| line.sequence == number)
        .ok_or_else(Stop::not_found)
}

pub(super) async fn show(
    State(web): State<WebState>,
    Path(number): Path<String>,
    visit: Visit,
) -> Answer {
    let mut reader = web.app.db.read().await?;
    let line = find(&mut reader, &number).await?;
    let seen = Seen::one(&mut reader, &visit, &line).await?;
    let root = log::root_after(&mut reader, line.sequence)
        .await?
        .ok_or_else(Stop::not_found)?;
    let inclusion = log::inclusion(&mut reader, &line.event).await?;
    let body = match &seen.event {
        Some(_) => Some(log::body(&mut reader, &line.event).await?),
        None => None,
    };
    drop(reader);
    let paper = match &seen.event {
        Some(event) => told::of_event(&web, &visit.acting, event).await?,
        None => None,
    };
    let title = format!("第 {} 条：{}", thousands(seen.number), seen.act);
    let all = Address::fixed("/w/log");
    let crumb = Crumb::new(vec![Link::new("留痕日志", all)], seen.number.to_string());
    let head = Head::new(title).with_line_beneath(seen.at.local_text());
    let page = web.page(&visit, head).await?.with_crumb(crumb);
    let page = match (&seen.event, &body) {
        (Some(event), Some((body, _))) => page
            .with(Sheet::new("act", "办理", act_facts(event, &visit.acting, paper)).padded())
            .with(images(body, &visit.acting)),
        _ => page.with(Note::standing(
            "这一条的内容本岗位不可见。",
            "下面的日志原文和摘要对任何人公开，可据以证明它存在且未被改动。",
        )),
    };
    let path = inclusion
        .path
        .iter()
        .map(|hash| Digest::of_bytes(hash.as_bytes()));
    let proof = Facts::default()
        .with("叶摘要", DigestLine::short(seen.leaf.clone()))
        .with(
            "写入后的日志根",
            DigestLine::short(Digest::of_bytes(root.as_bytes())),
        )
        .with("现在的日志", format!("{} 条", thousands(inclusion.size)))
        .with(
            "现在的日志根",
            DigestLine::short(Digest::of_bytes(inclusion.root.as_bytes())),
        )
        .with(
            "证明路径",
            Fragment::join(path.map(|hash| DigestLine::short(hash).into())),
        );
    let proof = Sheet::new("proof", "证明", proof)
        .padded()
        .with_link(Link::new("下载留痕证明", seen.page().child("receipt.txt")))
        .with_link(Link::new("下载原文", seen.page().child("entry.txt")));
    let text = Facts::default().with("日志原文", pre(&line.entry));
    Ok(page
        .with(Sheet::new("entry", "日志条目", text).padded())
        .with(proof)
        .into_response())
}

fn pre(text: &str) -> Fragment {
    Fragment::of(&Pre { text })
}

#[derive(askama::Template)]
#[template(source = "<pre class=\"entry-text\">{{ text }}</pre>", ext = "html")]
struct Pre<'a> {
    text: &'a str,
}

fn act_facts(event: &Event, acting: &Acting, paper: Option<String>) -> Facts {
    let role = event.actor.role.map_or("", domain::account::Role::label);
    let by = if role.is_empty() {
        event.actor.name.clone()
    } else {
        format!("{}（{role}）", event.actor.name)
    };
    let by = match event.is_on_paper() {
        true => format!("{by}核对"),
        false => by,
    };
    let mut facts = Facts::default()
        .with(
            "办理",
            format!("{}（{}）", event.act.label(), event.act.name()),
        )
        .with("何人", by)
        .with("何时", event.at.local_text());
    if let Some(paper) = paper {
        facts = facts.with("线下签批", paper);
    }
    if let Some(reason) = &event.reason {
        facts = facts.with("理由", reason.as_str());
    }
    let drawn_hidden = !knows_drawn(acting);
    for link in &event.links {
        let betrays = event.act != Act::SubjectAdded
            && event.act != Act::SubjectEdited
            && event.act != Act::SubjectRemoved
            && matches!(link.kind, LinkKind::Subject | LinkKind::Inspection);
        // Entries of earlier builds name whom a draw drew; that is read in the drawn list alone.
        let of_draw = betrays && event.act == Act::SubjectsDrawn;
        if of_draw || (betrays && drawn_hidden) {
            continue;
        }
        facts = facts.with(link.kind.label(), linked(link.kind, &link.id));
    }
    // Why two must not meet is private.
    let private = event.act == Act::RecusalDeclared && !acting.reach(Verb::RecusalRead).everything;
    for (name, value) in event.facts.iter().filter(|_| !private) {
        facts = facts.with(name.as_str(), value.as_str());
    }
    facts
}

/// What an event touched, as a place where one exists under that key.
fn linked(kind: LinkKind, id: &str) -> Fragment {
    let root = match kind {
        LinkKind::Subject => "/w/subjects",
        LinkKind::Item => "/w/items",
        LinkKind::Inspection => "/w/inspections",
        _ => return id.into(),
    };
    Link::new(id, Address::fixed(root).child(id)).into()
}

/// The rows an act wrote, as its body holds them: a line of names per table, a line per row.
fn images(body: &str, acting: &Acting) -> Sheet {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rows = Vec::new();
    let (mut written, mut hidden) = (0_u64, false);
    for line in body.lines().skip(2) {
        let Some((kind, table, values)) = image_of(line) else {
            continue;
        };
        if kind == "#" {
            let words = values
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned));
            names.insert(table, words.collect());
            continue;
        }
        written += 1;
        if rows.len() < SHOWN_IMAGES {
            let known = names.get(&table).map_or(&[][..], Vec::as_slice);
            let open = may_read_row(acting, &table, known, &values);
            hidden |= !open;
            rows.push(image_row(
                &kind,
                &table,
                known,
                open.then_some(values.as_slice()),
            ));
        }
    }
    let columns = vec![
        Column::unbroken("变化"),
        Column::unbroken("表").labelled(),
        Column::words("内容").labelled(),
    ];
    let empty = EmptyState::nothing("这一条没有改动名录和业务数据，只记下办理本身。");
    let shown = rows.len();
    let sheet = Sheet::new(
        "rows",
        "改动的行",
        Table::new("改动的行", columns, rows, empty),
    );
    let mut clauses = Vec::new();
    if u64::try_from(shown).is_ok_and(|shown| shown < written) {
        clauses.push(format!("共 {} 行，这里列前 {shown} 行", thousands(written)));
    }
    if hidden {
        let words = "内容为“—”的，本岗位在这里不可见；抽中名单在任务页查看，每次登录第一次查看留痕";
        clauses.push(words.to_owned());
    }
    if clauses.is_empty() {
        sheet
    } else {
        sheet.with_clause(clauses.join("。"))
    }
}

/// Sign, table and cells of a line; the hash of how the row stood before tells a reader nothing.
fn image_of(line: &str) -> Option<(String, String, Vec<serde_json::Value>)> {
    let mut parts = serde_json::from_str::<Vec<serde_json::Value>>(line).ok()?;
    let rest = parts.split_off(parts.len().min(2));
    let [sign, table] = parts.try_into().ok()?;
    let cells = rest.into_iter().next()?;
    let text = |part: serde_json::Value| part.as_str().map(str::to_owned);
    Some((text(sign)?, text(table)?, cells.as_array()?.clone()))
}

/// Whether the account may read such a row where it stands otherwise: reading an event is no way
/// around the right to read what it wrote. Who was drawn is read on the page of the campaign alone,
/// where every look is an event.
fn may_read_row(
    acting: &Acting,
    table: &str,
    names: &[String],
    values: &[serde_json::Value],
) -> bool {
    let verb = match table {
        "subjects" => Verb::SubjectRead,
        "inspectors" => Verb::InspectorRead,
        "recusals" => Verb::RecusalRead,
        "campaigns" => Verb::CampaignRead,
        "accounts" | "grants" => Verb::AccountRead,
        "items" | "holidays" | "outcome_codes" => Verb::CatalogRead,
        "rulebooks" => Verb::RulebookRead,
        "publications" => Verb::PublicationRead,
        "org_units" | "installation" => Verb::LogRead,
        _ => return false,
    };
    let unit = names.iter().position(|name| name == "org_unit_id");
    let unit = unit.and_then(|place| values.get(place)?.as_str());
    let unit = unit.and_then(|unit| OrgUnitId::parse(unit).ok());
    acting.reach(verb).covers(&Place {
        unit: unit.as_ref(),
        assigned: false,
    })
}

fn image_row(
    kind: &str,
    table: &str,
    names: &[String],
    values: Option<&[serde_json::Value]>,
) -> Row {
    let word = match kind {
        "+" => "写入",
        "=" => "改为",
        _ => "移出",
    };
    let Some(values) = values else {
        return Row::new(vec![Cell::new(word), Cell::new(table), Cell::new("—")]);
    };
    // What is searched by repeats what stands in other columns; an empty value says nothing.
    let pairs = names
        .iter()
        .map(Some)
        .chain(std::iter::repeat(None))
        .zip(values);
    let told = pairs
        .filter(|(name, value)| !value.is_null() && name.is_none_or(|name| name != "search_text"));
    let told = told.map(|(name, value)| match name {
        Some(name) => format!("{name} {}", shown(value)),
        None => shown(value),
    });
    let told: Vec<String> = told.collect();
    Row::new(vec![
        Cell::new(word),
        Cell::new(table),
        Cell::new(told.join("；")),
    ])
}

fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn plain(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The proof of one entry, for a stranger's own tool.
pub(super) async fn receipt(
    State(web): State<WebState>,
    Path(number): Path<String>,
    _visit: Visit,
) -> Answer {
    let mut reader = web.app.db.read().await?;
    let line = find(&mut reader, &number).await?;
    let (_, receipt) = web.app.receipt(&mut reader, &line.event).await?;
    Ok(plain(receipt))
}

/// The exact bytes the leaf is the hash of.
pub(super) async fn text(
    State(web): State<WebState>,
    Path(number): Path<String>,
    _visit: Visit,
) -> Answer {
    let mut reader = web.app.db.read().await?;
    Ok(plain(find(&mut reader, &number).await?.entry))
}
