//! The ticks of a list under one confirmation, and what an act over it left over.
//!
//! What is ticked carries its own premise, so that a thing which changed since is left over by itself; those left
//! over are named with their reasons.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use app::listed::{Chosen, Left};
use axum::response::{IntoResponse, Response};
use domain::premise::Premise;
use domain::refusal::Refusal;

use crate::component::{Cell, Choice, Column, EmptyState, Field, Note, Row, Sheet, Table};
use crate::form::Submitted;
use crate::gate::{Flaws, Stop, Undone};
use crate::layout::WorkbenchPage;
use crate::text::Address;

/// The field of the ticks; its values are carried unseen and are nothing a person types.
const CHOSEN: &str = "_chosen";

/// One line of a list that can be ticked.
pub(in crate::screen) struct Tick {
    /// The key of the thing.
    pub(in crate::screen) id: String,
    /// As it is shown.
    pub(in crate::screen) premise: Premise,
    /// What it is.
    pub(in crate::screen) words: String,
    /// Everything that is decided with it.
    pub(in crate::screen) meaning: String,
}

/// The ticks of a list, all set.
pub(in crate::screen) fn ticks(label: &str, help: impl Into<String>, shown: Vec<Tick>) -> Field {
    let value = |one: &Tick| format!("{} {}", one.id, one.premise);
    let values = shown.iter().map(value).collect();
    let choices = shown
        .into_iter()
        .map(|one| Choice::new(value(&one), one.words).meaning(one.meaning));
    Field::any_of(CHOSEN, label, choices.collect())
        .with_help(help)
        .with_values(values)
}

/// What was ticked; what is no tick of ours is passed over, and the list is shown again.
pub(in crate::screen) fn chosen<T: FromStr>(sent: &Submitted) -> Vec<Chosen<T>> {
    let ticks = sent.all(CHOSEN).filter_map(|tick| {
        let (id, premise) = tick.split_once(' ')?;
        Some(Chosen {
            id: id.parse().ok()?,
            premise: Premise::parse(premise)?,
        })
    });
    ticks.collect()
}

/// Where an act of a list puts what it left over, for the page that answers it.
#[derive(Debug)]
pub(in crate::screen) struct LeftOver<T>(Arc<Mutex<Vec<Left<T>>>>);

impl<T> Clone for LeftOver<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for LeftOver<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> LeftOver<T> {
    pub(in crate::screen) fn put(&self, left: Vec<Left<T>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }

    fn take(&self) -> Vec<Left<T>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How an act over a list ended.
pub(in crate::screen) enum Over<T> {
    /// All was done: where the answer stands.
    Onward(Address),
    /// Nothing was.
    Refused(Flaws),
    /// So many were done, and these not.
    Left(usize, Vec<Left<T>>),
}

/// Tells how an act over a list of so many ended.
pub(in crate::screen) fn over<T>(
    done: Result<Address, Undone>,
    asked: usize,
    left: &LeftOver<T>,
) -> Result<Over<T>, Stop> {
    let left = left.take();
    Ok(match done {
        Err(error) => Over::Refused(Flaws::of(error)?),
        Ok(to) if left.is_empty() => Over::Onward(to),
        Ok(_) => Over::Left(asked - left.len(), left),
    })
}

/// The page of the list as it stands now, after nothing could be done.
pub(in crate::screen) fn refused(page: WorkbenchPage, flaws: &Flaws) -> Response {
    (flaws.status(), page.with(flaws.note())).into_response()
}

/// The page of the list as it stands now, with how many were done and the others by name.
pub(in crate::screen) fn left_over(
    page: WorkbenchPage,
    done: usize,
    named: Vec<(String, Refusal)>,
) -> Response {
    let lead = format!("办成 {done} 项，{} 项没有办理。", named.len());
    let note = Note::warning(lead, "没有办理的和理由在下面，它们什么也没有改变。");
    let rows = named.into_iter().map(|(name, why)| {
        Row::new(vec![
            Cell::new(name),
            Cell::new(why.sentence).with_context(why.code),
            Cell::new(why.remedy),
        ])
    });
    let columns = vec![
        Column::words("没有办理的"),
        Column::words("理由").labelled(),
        Column::words("怎样办").labelled(),
    ];
    let empty = EmptyState::nothing("");
    let table = Table::new("没有办理的", columns, rows.collect(), empty);
    let left = Sheet::new("left", "没有办理的", table);
    page.with(note).with(left).into_response()
}
