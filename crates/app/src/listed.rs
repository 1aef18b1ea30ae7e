//! One confirmation for a list: its things are decided one after another.
//!
//! Each stays an act of its own with its own entry of the log, and rests on what was shown of it. What cannot be done
//! is left over with its reason and stops none of the others. The key of the form belongs to the first that is done:
//! a second press does nothing more, and what is left over still stands in the list. Deliberately absent: a decision
//! over what was not shown.

use domain::premise::Premise;
use domain::refusal::{Code, Refusal};

use crate::{App, AppError};

static NOTHING_CHOSEN: Code = Code::new(
    "LIST-001",
    "没有选中任何一项，这一次没有办理。",
    None,
    "勾选要办理的，再按一次。",
);
static NOT_REACHED: Code = Code::new(
    "LIST-002",
    "数据库没有接下这一项，它没有办理；前面的已经办成。",
    None,
    "仍在列表里，等几秒再办理。",
);

/// One thing of a list, and what was shown of it.
#[derive(Clone, Debug)]
pub struct Chosen<T> {
    /// Its key.
    pub id: T,
    /// As it was shown.
    pub premise: Premise,
}

/// One thing of a list that was not done, and why.
#[derive(Clone, Debug)]
pub struct Left<T> {
    /// Its key.
    pub id: T,
    /// The reason.
    pub why: Refusal,
}

impl App {
    /// Does an act on each that was chosen; yields those left over.
    ///
    /// # Errors
    /// If none could be done, why the first could not.
    pub(crate) async fn each<T, F>(
        &self,
        chosen: &[Chosen<T>],
        act: impl Fn(Self, Chosen<T>) -> F + Send,
    ) -> Result<Vec<Left<T>>, AppError>
    where
        T: Clone + Send + Sync,
        F: Future<Output = Result<(), AppError>> + Send,
    {
        // An act that is refused leaves its key to the next.
        let (mut app, mut left, mut done) = (self.clone(), Vec::new(), false);
        for one in chosen {
            let why = match act(app.clone(), one.clone()).await {
                Ok(()) => {
                    (app, done) = (self.unpressed(), true);
                    continue;
                }
                Err(AppError::Refused(why)) => why,
                // What is done already must not be told as if it were not.
                Err(AppError::Store(error)) if done && error.is_waiting() => {
                    NOT_REACHED.refuse(&[])
                }
                Err(error) => return Err(error),
            };
            let id = one.id.clone();
            left.push(Left { id, why });
        }
        match left.first() {
            None if chosen.is_empty() => Err(NOTHING_CHOSEN.refuse(&[]).into()),
            Some(first) if !done => Err(first.why.clone().into()),
            _ => Ok(left),
        }
    }
}
