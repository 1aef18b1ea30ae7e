//! Who may still import when it is written.
//!
//! Writing takes a minute where there are a million rows. His account is asked when it begins and once more, with
//! the accounts held, when every row is written: so whoever takes the right back meanwhile waits for no import, and
//! no import stands in the log behind the revocation of its right.

use domain::event::Actor;
use domain::id::AccountId;
use domain::policy::Place;
use domain::refusal::Refusal;
use store::{Recording, Tx};

use super::Terms;
use crate::in_force::InForce;
use crate::{App, AppError};

/// Whoever imports, as the trace keeps him; none if what he may change is not what was judged by.
pub(super) async fn entitled(
    app: &App,
    tx: &mut Tx,
    account: Option<&AccountId>,
    terms: &Terms,
) -> Result<Option<Actor>, AppError> {
    match account {
        Some(account) => Ok(as_judged(&app.in_force(tx, account).await?, terms)?),
        None => Ok(Some(Actor::program("命令行导入"))),
    }
}

/// Whether the same is true when all is written.
pub(super) async fn still_entitled(
    app: &App,
    rec: &mut Recording,
    account: Option<&AccountId>,
    (terms, actor): (&Terms, &Actor),
) -> Result<bool, AppError> {
    match account {
        Some(account) => {
            let now = app.ask_again(rec, account).await?;
            Ok(as_judged(&now, terms)?.as_ref() == Some(actor))
        }
        None => Ok(true),
    }
}

fn as_judged(now: &InForce, terms: &Terms) -> Result<Option<Actor>, Refusal> {
    let actor = now.actor(terms.register.verb(), &Place::of(&terms.unit))?;
    Ok((now.reach(terms.register.edit_verb()) == terms.reach).then_some(actor))
}
