//! A reason the public reads: a class from a closed list, whose fixed sentence is published, beside words that stay inside.

use app::AppError;
use domain::ClosedList;
use domain::refusal::Code;
use domain::text::FieldErrors;

use crate::component::{Choice, Confirm, Field};
use crate::form::Submitted;

static NO_CLASS: Code = Code::new(
    "CAMP-036",
    "没有选择事由。",
    None,
    "选最接近的一项，细节写在理由里。",
);

/// The menu of the classes.
pub fn menu<T: ClosedList>(name: &'static str, classes: impl Iterator<Item = T>) -> Field {
    let choices = classes.map(|class| Choice::new(class.name(), class.label()));
    Field::menu(name, "事由（公开）", choices.collect())
}

/// Asks for the class, and for the words that stay inside.
pub fn asking<T: ClosedList>(confirm: Confirm, label: &str) -> Confirm {
    let classes = T::members().iter().copied();
    let words = Field::area("reason", label, 3)
        .with_help("记入操作记录，不公开；公众看到的是上面的事由。写明事实和依据");
    confirm.asking(menu("class", classes)).asking(words)
}

/// The class that was chosen in the menu, if it is one of those offered.
pub fn chosen<T: ClosedList>(
    sent: &Submitted,
    name: &'static str,
    mut classes: impl Iterator<Item = T>,
    errors: &mut FieldErrors,
) -> Option<T> {
    let class = classes.find(|class| class.name() == sent.first(name));
    if class.is_none() {
        errors.push(name, NO_CLASS.field(&[]));
    }
    class
}

/// What was chosen and typed in the fields of [`asking`].
///
/// # Errors
/// `CAMP-036` without class.
pub fn sent<T: ClosedList>(sent: &Submitted) -> Result<(T, &str), AppError> {
    let mut errors = FieldErrors::new();
    let classes = T::members().iter().copied();
    match chosen(sent, "class", classes, &mut errors) {
        Some(class) => Ok((class, sent.first("reason"))),
        None => Err(errors.into()),
    }
}
