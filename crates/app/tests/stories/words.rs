//! Words the stories are told with.

use app::AppError;
use app::premise::Thing;
use domain::id::AccountId;
use domain::premise::Premise;
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
    store::log::head(&mut reader).await.unwrap().0
}

/// What the page of an account shows now.
pub async fn shown(city: &City, account: &AccountId) -> Premise {
    as_shown(&city.app, Thing::Account(account)).await
}
