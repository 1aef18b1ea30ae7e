//! Entry by hand into a register: what the forms for subjects and for inspectors do alike.
//!
//! Deliberately absent: the fields of a register, which its own screen lists, and every check of
//! what was typed, which the domain makes.

use domain::id::EventId;
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use store::org;

use crate::component::{Choice, Field, HiddenFields};
use crate::form::Submitted;
use crate::gate::{Flaws, Stop, Visit, WebState};
use crate::screen::draft::Draft;

/// The field of a new entry for the unit it belongs to.
pub const UNIT: &str = "unit";

/// What a column of the register is called, beside a field as at the head of a file.
#[must_use]
pub fn label_in(columns: &[(&'static str, &'static str)], name: &str) -> &'static str {
    columns
        .iter()
        .find(|(field, _)| *field == name)
        .map_or("", |(_, label)| label)
}

/// The units into whose register this account may enter something, its own chosen beforehand.
///
/// # Errors
/// When the database cannot be read.
pub async fn unit_menu(
    web: &WebState,
    visit: &Visit,
    verb: Verb,
    label: &'static str,
) -> Result<Field, Stop> {
    let mut reader = web.app.db.read().await?;
    let units = org::units(&mut reader).await?;
    drop(reader);
    let reach = visit.acting.reach(verb);
    let open = units
        .iter()
        .filter(|unit| reach.covers(&Place::of(&unit.id)));
    let open = open.map(|unit| Choice::new(unit.id.as_str(), unit.name.as_str()));
    let own = visit
        .acting
        .grants
        .iter()
        .find(|grant| reach.covers(&Place::of(&grant.unit)));
    let own = own.map_or("", |grant| grant.unit.as_str());
    Ok(Field::menu(UNIT, label, open.collect()).with_value(own))
}

/// The hidden fields of a change of an entry last written by `stored`. A draft goes on from the version
/// it was begun from, so that a change made meanwhile is met as one.
#[must_use]
pub fn hidden_for_change(
    web: &WebState,
    visit: &Visit,
    (draft, stored): (&Draft, &EventId),
    again: Option<(&Submitted, &Flaws)>,
) -> HiddenFields {
    let now = Premise::of(stored.clone());
    match (again, draft.typed.premise()) {
        (None, Some(begun)) => visit.hidden_on(web, &begun, None),
        _ => visit.hidden_on(web, &now, again),
    }
}
