//! Step two: which column of the file is what, as recognized, to be corrected; and values for the
//! whole file where it has no column.

use app::import::{Columns, Register};
use app::staging::{Import, Staging, State};
use axum::extract::{Path, State as Web};
use axum::response::IntoResponse;

use super::{Again, find, page, page_of, step};
use crate::component::{
    Cell, Choice, Column, EmptyState, Facts, Field, Form, Fragment, Link, Note, Row, Sheet, Table,
    Width,
};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, once, see_other};
use crate::layout::WorkbenchPage;
use crate::text::thousands;

/// Pressed for a field that the file does not have.
const NONE: &str = "-";

/// Fields that may have one value for the whole file, with the name of that field of the form.
const WHOLE_FILE: [(Register, &str, &str); 7] = [
    (Register::Subjects, "district", "all-district"),
    (Register::Subjects, "kind", "all-kind"),
    (Register::Subjects, "area", "all-area"),
    (Register::Subjects, "standing", "all-standing"),
    (Register::Subjects, "pools", "all-pools"),
    (Register::Inspectors, "authority", "all-authority"),
    (Register::Inspectors, "unit", "all-unit"),
];

fn whole_file(register: Register) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = move |entry: &&(Register, &'static str, &'static str)| entry.0 == register;
    WHOLE_FILE
        .iter()
        .filter(of)
        .map(|(_, field, name)| (*field, *name))
}

/// The same page after a preview, to correct the choice.
pub(super) async fn ask_again(Web(web): Web<WebState>, visit: Visit, id: Path<String>) -> Answer {
    let (_, import) = find(&web, &visit, id).await?;
    match import.state {
        State::Mapping | State::Previewed if import.is_sound() => {
            Ok(ask(&web, &visit, &import, None).await?.into_response())
        }
        _ => Ok(see_other(&page_of(&import))),
    }
}

pub(super) async fn confirm(
    Web(web): Web<WebState>,
    visit: Visit,
    id: Path<String>,
    sent: Pressed,
) -> Answer {
    let (_, import) = find(&web, &visit, Path(id.0.clone())).await?;
    let columns = columns_of(&import, &sent);
    let (staging, kept, to) = (web.imports()?.clone(), import.clone(), page_of(&import));
    let premise = sent.required_premise();
    // A step of an upload leaves no event; its own state makes a repetition harmless.
    let act = move |_| async move { staging.confirm(&kept, &premise?, columns).await };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let (_, import) = find(&web, &visit, id).await?;
            let page = match import.state {
                State::Mapping | State::Previewed if import.is_sound() => {
                    ask(&web, &visit, &import, Some((&sent, &flaws))).await?
                }
                _ => step::now(&web, &visit, &import, Some((&sent, &flaws))).await?,
            };
            Ok((flaws.status(), page.with_errors_in_form()).into_response())
        }
    }
}

fn columns_of(import: &Import, sent: &Submitted) -> Columns {
    let mut columns = Columns::default();
    for (field, _) in import.register.fields() {
        if let Ok(place) = sent.first(field).parse() {
            columns.places.insert((*field).to_owned(), place);
        }
    }
    for (field, name) in whole_file(import.register) {
        let text = domain::text::narrow(sent.first(name));
        if !text.is_empty() {
            columns.defaults.insert(field.to_owned(), text);
        }
    }
    columns
}

pub(super) async fn ask(
    web: &WebState,
    visit: &Visit,
    import: &Import,
    again: Again<'_>,
) -> Result<WorkbenchPage, Stop> {
    let head = step::head_of(import).with_act(step::cancel_act(web, visit, import));
    let page = page(web, visit, head, (1, None)).await?;
    let form = form(web, visit, import, again);
    let form = match again {
        Some((sent, flaws)) => form.filled(sent, &flaws.errors),
        None => form,
    };
    Ok(page
        .with(step::note(again))
        .with(Sheet::new("read", "读到的内容", facts(import)).padded())
        .with(Sheet::new("head", "文件的前几行", head_rows(import)))
        .with(Note::standing(
            "空白的格子不会清掉名录里已有的内容。",
            "为整个文件填的值只用于新增的条目，已有的条目保持原值。",
        ))
        .with(form))
}

fn facts(import: &Import) -> Facts {
    let summary = &import.summary;
    let mut facts = Facts::default()
        .with("格式", summary.what.clone())
        .with("列名行", format!("第 {} 行", summary.header_row))
        .with("内容", format!("{} 行", thousands(summary.rows)));
    let unused = unused(import);
    if !unused.is_empty() {
        facts = facts.with("不导入的列", unused.join("、"));
    }
    if !summary.nameless.is_empty() {
        facts = facts.with(
            "没有列名的列",
            format!("{}（不导入）", summary.nameless.join("、")),
        );
    }
    facts
}

fn unused(import: &Import) -> Vec<String> {
    let used = import.columns().places;
    let names = import.summary.names.iter().enumerate();
    names
        .filter(|(at, name)| !name.is_empty() && !used.values().any(|place| place == at))
        .map(|(_, name)| name.clone())
        .collect()
}

fn head_rows(import: &Import) -> Table {
    let names = &import.summary.names;
    let mut columns = vec![Column::numbers("行")];
    columns.extend(
        names
            .iter()
            .map(|name| Column::words(name.clone()).labelled()),
    );
    let rows = import.summary.head.iter().map(|row| {
        let number = Cell::new(row.number.to_string());
        let shown = |at: usize| row.cells.get(at).map_or("", String::as_str);
        let cells = (0..names.len()).map(|at| Cell::new(short(shown(at))));
        Row::new(std::iter::once(number).chain(cells).collect())
    });
    let empty = EmptyState::nothing("列名行之后没有内容。");
    Table::new("文件的前几行", columns, rows.collect(), empty).wide()
}

fn short(text: &str) -> Fragment {
    let mut letters = text.chars();
    let mut head: String = letters.by_ref().take(40).collect();
    if letters.next().is_some() {
        head.push('…');
    }
    head.into()
}

fn form(web: &WebState, visit: &Visit, import: &Import, again: Again<'_>) -> Form {
    let columns = import.columns();
    let fields = import.register.fields();
    let required = Staging::required_fields(import.register);
    let menu = |(field, label): &(&'static str, &'static str)| {
        let place = columns.places.get(*field);
        let value = place.map_or_else(|| NONE.to_owned(), usize::to_string);
        let menu = Field::menu(field, *label, choices(import)).with_value(value);
        if required.contains(field) {
            menu
        } else {
            menu.optional()
        }
    };
    let label = |field: &str| {
        fields
            .iter()
            .find(|(name, _)| *name == field)
            .map_or("", |(_, label)| *label)
    };
    let whole = whole_file(import.register).map(|(field, name)| {
        let value = columns.defaults.get(field).cloned().unwrap_or_default();
        Field::line(name, format!("{}（整个文件）", label(field)), Width::Medium)
            .with_value(value)
            .optional()
    });
    Form::new(
        page_of(import).child("columns"),
        visit.hidden_on(web, &import.premise(), again),
        "比对名录",
    )
    .with_group("每一项对应文件的哪一列", fields.iter().map(menu).collect())
    .with_group("文件里没有的，整个文件填一个值", whole.collect())
    .with_way_back(Link::new("换一个文件", super::home(import.register)))
}

fn choices(import: &Import) -> Vec<Choice> {
    let mut choices = vec![Choice::new(NONE, "（文件里没有）")];
    for (at, name) in import.summary.names.iter().enumerate() {
        if !name.is_empty() {
            choices.push(Choice::new(at.to_string(), name.clone()));
        }
    }
    choices
}
