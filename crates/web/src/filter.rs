//! The conditions of a list, which are its address, its view and its export.
//!
//! A list declares its [`FilterField`]s once. The query of the address becomes a
//! [`Filter`] of [`Condition`]s; the filter becomes an address again, words for
//! the page and the printed header, and the typed values the store asks for.
//! A condition that cannot be read, or is not known, is a problem to show and
//! never silently left out: an export must not hold more than was asked for.

use domain::refusal::Code;
use domain::text::FieldError;
use domain::time::Date;

use crate::form::flaw_of_line;
use crate::text::Address;

/// The parameter that names the order of the rows.
const SORT: &str = "sort";
/// The parameter that holds the place in the list.
pub const CURSOR: &str = "from";
/// The most letters of a typed condition.
const MAX_LETTERS: usize = 100;

static UNKNOWN_CONDITION: Code = Code::new(
    "FILT-001",
    "地址里有本表没有的条件“{name}”。",
    None,
    "点“清除”后重新筛选，或检查收藏的地址是否属于别的表。",
);
static UNKNOWN_CHOICE: Code = Code::new(
    "FILT-002",
    "条件“{label}”没有“{value}”这一项。",
    None,
    "从下拉表中重新选择。",
);
static TOO_LONG: Code = Code::new(
    "FILT-003",
    "条件“{label}”超过 100 个字。",
    None,
    "缩短后重新筛选；成批查找改用导入比对。",
);
static UNKNOWN_SORT: Code = Code::new(
    "FILT-004",
    "本表不能按“{name}”排序。",
    None,
    "点表头中带链接的列名排序。",
);
static REPEATED: Code = Code::new(
    "FILT-005",
    "条件“{label}”在地址里出现了两次。",
    None,
    "只保留一个，或点“清除”后重新筛选。",
);

/// What may be typed into a condition.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Words to find.
    Words,
    /// One of a closed list: key in the address, words on the page.
    Choice(&'static [(&'static str, &'static str)]),
    /// A date in any usual spelling; the address keeps `2026-11-23`.
    Day,
}

/// One condition a list offers.
#[derive(Debug, Clone, Copy)]
pub struct FilterField {
    /// The parameter in the address.
    pub name: &'static str,
    /// The label on the page.
    pub label: &'static str,
    /// What may be typed.
    pub shape: Shape,
}

/// The value of an active condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Words,
    Choice(&'static str, &'static str),
    Day(Date),
}

/// One active condition.
#[derive(Debug, Clone)]
pub struct Condition {
    field: FilterField,
    typed: String,
    value: Value,
}

impl Condition {
    /// The parameter in the address.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.field.name
    }

    /// The condition as it is read aloud: 状态：检查中.
    #[must_use]
    pub fn words(&self) -> String {
        let value = match self.value {
            Value::Choice(_, words) => words,
            Value::Words | Value::Day(_) => &self.typed,
        };
        format!("{}：{value}", self.field.label)
    }
}

/// How the rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column, one the list declared.
    pub column: &'static str,
    /// Whether the smallest stands first.
    pub ascending: bool,
}

/// The conditions and order of one view of a list.
#[derive(Debug, Clone)]
pub struct Filter {
    fields: &'static [FilterField],
    active: Vec<Condition>,
    sort: Option<Sort>,
    unread: Vec<(&'static str, String)>,
    problems: Vec<FieldError>,
}

impl Filter {
    /// Reads the query of an address. `columns` are those the list can be ordered by.
    /// Empty values are no condition; the cursor is not part of the filter.
    #[must_use]
    pub fn parse(
        fields: &'static [FilterField],
        columns: &'static [&'static str],
        query: &str,
    ) -> Self {
        let mut filter = Self {
            fields,
            active: Vec::new(),
            sort: None,
            unread: Vec::new(),
            problems: Vec::new(),
        };
        for (name, typed) in form_urlencoded::parse(query.as_bytes()) {
            let typed = domain::text::narrow(&typed);
            if typed.is_empty() || name == CURSOR {
                continue;
            }
            if name == SORT {
                filter.read_sort(columns, &typed);
            } else if let Some(field) = fields.iter().find(|field| field.name == name) {
                filter.read_condition(*field, typed);
            } else {
                filter
                    .problems
                    .push(UNKNOWN_CONDITION.field(&[("name", &name)]));
            }
        }
        filter
    }

    fn read_sort(&mut self, columns: &'static [&'static str], typed: &str) {
        let (wanted, ascending) = match typed.strip_prefix('-') {
            Some(column) => (column, false),
            None => (typed, true),
        };
        match columns.iter().find(|column| **column == wanted) {
            Some(column) => self.sort = Some(Sort { column, ascending }),
            None => self.problems.push(UNKNOWN_SORT.field(&[("name", &wanted)])),
        }
    }

    fn read_condition(&mut self, field: FilterField, typed: String) {
        let label = field.label;
        if let Some(flaw) = flaw_of_line(&typed) {
            self.unread.push((field.name, typed));
            self.problems.push(flaw);
            return;
        }
        if self.active.iter().any(|held| held.name() == field.name) {
            self.problems.push(REPEATED.field(&[("label", &label)]));
            return;
        }
        let value = match field.shape {
            Shape::Words if typed.chars().count() > MAX_LETTERS => {
                Err(TOO_LONG.field(&[("label", &label)]))
            }
            Shape::Words => Ok(Value::Words),
            Shape::Day => Date::parse_typed(&typed).map(Value::Day),
            Shape::Choice(choices) => choices
                .iter()
                .find(|(key, _)| *key == typed)
                .map(|(key, words)| Value::Choice(key, words))
                .ok_or_else(|| UNKNOWN_CHOICE.field(&[("label", &label), ("value", &typed)])),
        };
        match value {
            Ok(value) => {
                let typed = match value {
                    Value::Day(day) => day.to_string(),
                    Value::Words | Value::Choice(..) => typed,
                };
                self.active.push(Condition {
                    field,
                    typed,
                    value,
                });
            }
            Err(problem) => {
                self.unread.push((field.name, typed));
                self.problems.push(problem);
            }
        }
    }

    /// Whether every part of the query was understood; if not, show the problems
    /// instead of rows.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// What could not be understood.
    pub fn problems(&self) -> impl Iterator<Item = &FieldError> {
        self.problems.iter()
    }

    /// The conditions the list offers.
    #[must_use]
    pub fn fields(&self) -> &'static [FilterField] {
        self.fields
    }

    /// The active conditions in the order of the address.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.active.iter()
    }

    /// All conditions in one line, for the printed header; empty without any.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words: Vec<String> = self.conditions().map(Condition::words).collect();
        words.join("；")
    }

    /// What was typed into a condition, also when it could not be read.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        let active = self.active.iter().map(|held| (held.name(), &held.typed));
        let unread = self.unread.iter().map(|(name, typed)| (*name, typed));
        active
            .chain(unread)
            .find(|(held, _)| *held == name)
            .map_or("", |(_, typed)| typed)
    }

    /// The words to find, if this condition is active.
    #[must_use]
    pub fn words(&self, name: &str) -> Option<&str> {
        let held = self.active.iter().find(|held| held.name() == name)?;
        matches!(held.value, Value::Words).then_some(held.typed.as_str())
    }

    /// The key that was chosen, if this condition is active.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        match self.active.iter().find(|held| held.name() == name)?.value {
            Value::Choice(key, _) => Some(key),
            Value::Words | Value::Day(_) => None,
        }
    }

    /// The date, if this condition is active.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<Date> {
        match self.active.iter().find(|held| held.name() == name)?.value {
            Value::Day(day) => Some(day),
            Value::Words | Value::Choice(..) => None,
        }
    }

    /// The order asked for, if any.
    #[must_use]
    pub fn order(&self) -> Option<Sort> {
        self.sort
    }

    /// The order as the address spells it.
    #[must_use]
    pub fn sort(&self) -> Option<String> {
        self.sort.map(|sort| {
            let sign = if sort.ascending { "" } else { "-" };
            format!("{sign}{}", sort.column)
        })
    }

    /// The same view without one condition.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut rest = self.clone();
        rest.active.retain(|held| held.name() != name);
        rest
    }

    /// The same conditions in another order.
    #[must_use]
    pub fn sorted_by(&self, column: &'static str, ascending: bool) -> Self {
        Self {
            sort: Some(Sort { column, ascending }),
            ..self.clone()
        }
    }

    /// The address of this view at `path`, the same for page, count and export.
    #[must_use]
    pub fn address(&self, path: &Address) -> Address {
        self.address_from(path, None)
    }

    /// The address of a later part of this view.
    #[must_use]
    pub fn address_from(&self, path: &Address, cursor: Option<&str>) -> Address {
        let sort = self.sort();
        let pairs = self
            .active
            .iter()
            .map(|held| (held.name(), held.typed.as_str()))
            .chain(sort.as_deref().map(|sort| (SORT, sort)))
            .chain(cursor.map(|cursor| (CURSOR, cursor)));
        path.clone().query(pairs)
    }
}

#[cfg(test)]
mod tests;
