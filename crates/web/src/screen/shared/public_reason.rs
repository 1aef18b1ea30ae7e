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

/// The classes, each with what the public will read if it is chosen.
pub fn choice<T: ClosedList>(
    name: &'static str,
    classes: impl Iterator<Item = T>,
    published: impl Fn(T) -> String,
) -> Field {
    let choices = classes.map(|class| {
        let words = format!("{}　公众看到：“{}”", class.label(), published(class));
        Choice::new(class.name(), words)
    });
    Field::one_of(name, "事由（公开）", choices.collect())
}

/// Asks for the class, and for the words that stay inside.
pub fn asking<T: ClosedList>(
    confirm: Confirm,
    label: &str,
    published: impl Fn(T) -> String,
) -> Confirm {
    let classes = T::members().iter().copied();
    let words = Field::area("reason", label, 3)
        .with_help("记入操作记录，不公开；公众看到的是上面所选的一句。写明事实和依据");
    confirm
        .asking(choice("class", classes, published))
        .asking(words)
}

/// The class that was chosen, if it is one of those offered.
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
