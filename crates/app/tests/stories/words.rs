//! Words the stories are told with.

use app::AppError;
use app::premise::Thing;
use domain::event::Event;
use domain::id::AccountId;
use domain::premise::Premise;
use store::log;
use testkit::city::{City, as_shown};

/// The stable code of a refusal; of faults of fields each `field code`, in their order.
pub fn code_of<T>(answer: Result<T, AppError>) -> String {
    match answer.err().expect("refused") {
        AppError::Refused(refusal) => refusal.code.to_owned(),
        AppError::Store(error) => error.code().to_owned(),
        AppError::Fields(fields) => {
            let each = fields
                .iter()
                .map(|(field, flaw)| format!("{field} {}", flaw.code));
            each.collect::<Vec<_>>().join("，")
        }
    }
}

/// How many entries the log has.
pub async fn leaves(city: &City) -> u64 {
    let mut reader = city.app.db.read().await.unwrap();
    log::head(&mut reader).await.unwrap().0
}

/// What the page of an account shows now.
pub async fn shown(city: &City, account: &AccountId) -> Premise {
    as_shown(&city.app, Thing::Account(account)).await
}

/// The act of the newest entry of the log.
pub async fn newest(city: &City) -> String {
    let mut reader = city.app.db.read().await.unwrap();
    let lines = log::trace(&mut reader, &log::TraceOf::All, None, 1).await;
    lines.unwrap().remove(0).act
}

/// What happened last, as the log tells it.
pub async fn newest_event(city: &City) -> Event {
    let mut reader = city.app.db.read().await.unwrap();
    let lines = log::trace(&mut reader, &log::TraceOf::All, None, 1).await;
    let line = lines.unwrap().remove(0);
    serde_json::from_str(&line.header.unwrap()).unwrap()
}
