//! Dense rows: the product. First column identity or time, numbers at the right,
//! the last column one act in words.

use askama::Template;

use super::fragment::markup;
use super::{EmptyState, Fragment};
use crate::text::Address;

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words, wrapping.
    Start,
    /// Words or codes that never wrap.
    Unbroken,
    /// Numbers, right-aligned, never wrapping.
    Number,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    head: String,
    align: Align,
    wide_only: bool,
    corner: bool,
    labelled: bool,
    sort: Option<(Address, Option<bool>)>,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn words(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            align: Align::Start,
            wide_only: false,
            corner: false,
            labelled: false,
            sort: None,
        }
    }

    /// A column of numbers; a narrow screen labels each.
    #[must_use]
    pub fn numbers(head: impl Into<String>) -> Self {
        Self {
            align: Align::Number,
            labelled: true,
            ..Self::words(head)
        }
    }

    /// A column of dates, codes or marks that must not wrap.
    #[must_use]
    pub fn unbroken(head: impl Into<String>) -> Self {
        Self {
            align: Align::Unbroken,
            ..Self::words(head)
        }
    }

    /// Repeats the column head before the value on narrow screens.
    #[must_use]
    pub fn labelled(mut self) -> Self {
        self.labelled = true;
        self
    }

    /// Leaves the column out on narrow screens.
    #[must_use]
    pub fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self
    }

    /// Puts the value at the top right of the block on narrow screens.
    #[must_use]
    pub fn in_corner(mut self) -> Self {
        self.corner = true;
        self.labelled = false;
        self
    }

    /// Makes the head a link that sorts; `ascending` says how the rows stand now, if by it.
    #[must_use]
    pub fn sortable(mut self, to: Address, ascending: Option<bool>) -> Self {
        self.sort = Some((to, ascending));
        self
    }

    fn class(&self) -> String {
        let mut names = Vec::new();
        match self.align {
            Align::Start => {}
            Align::Unbroken => names.push("nw"),
            Align::Number => names.extend(["num", "nw"]),
        }
        if self.wide_only {
            names.push("only-wide");
        }
        if self.corner {
            names.push("right");
        }
        names.join(" ")
    }

    fn aria_sort(&self) -> Option<&'static str> {
        match self.sort.as_ref()?.1? {
            true => Some("ascending"),
            false => Some("descending"),
        }
    }
}

/// What stands in one place of a row.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"{% if let Some(to) = to %}<a href="{{ to }}">{{ main }}</a>{% else %}{{ main }}{% endif %}{% if !detail.is_empty() %}<span class="d">{{ detail }}</span>{% endif %}"#,
    ext = "html"
)]
pub struct Cell {
    main: Fragment,
    to: Option<Address>,
    detail: String,
}

impl Cell {
    /// Words or a component.
    #[must_use]
    pub fn new(main: impl Into<Fragment>) -> Self {
        Self {
            main: main.into(),
            to: None,
            detail: String::new(),
        }
    }

    /// The title of the row, leading to its record.
    #[must_use]
    pub fn link(words: impl Into<String>, to: Address) -> Self {
        Self {
            to: Some(to),
            ..Self::new(Fragment::text(&words.into()))
        }
    }

    /// One quiet line of context beneath.
    #[must_use]
    pub fn with_context(mut self, line: impl Into<String>) -> Self {
        self.detail = line.into();
        self
    }
}

impl<T: Into<Fragment>> From<T> for Cell {
    fn from(main: T) -> Self {
        Self::new(main)
    }
}

/// One row; as many cells as columns.
#[derive(Debug, Clone, Default)]
pub struct Row {
    late: bool,
    id: Option<String>,
    cells: Vec<Cell>,
}

impl Row {
    /// A row of cells.
    #[must_use]
    pub fn new(cells: Vec<Cell>) -> Self {
        Self {
            late: false,
            id: None,
            cells,
        }
    }

    /// Marks the row as overdue; its chip says so in words.
    #[must_use]
    pub fn late(mut self) -> Self {
        self.late = true;
        self
    }

    /// Lets the row be selected under this value, in a form around the table.
    #[must_use]
    pub fn selectable(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// A table, or what stands in its place when there is no row.
#[derive(Debug, Clone, Template)]
#[template(path = "component/table.html")]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    empty: EmptyState,
    stacked: bool,
    foot: Option<Row>,
}

impl Table {
    /// A table whose rows become blocks on narrow screens. The caption is read aloud.
    ///
    /// Rows are cut or filled to the number of columns, so that a mistake in a
    /// screen shifts no value under a wrong head beyond its own row.
    #[must_use]
    pub fn new(
        caption: impl Into<String>,
        columns: Vec<Column>,
        rows: Vec<Row>,
        empty: EmptyState,
    ) -> Self {
        let width = columns.len();
        let rows = rows
            .into_iter()
            .map(|mut row| {
                debug_assert_eq!(row.cells.len(), width, "one cell per column");
                row.cells.resize_with(width, || Cell::new(""));
                row
            })
            .collect();
        Self {
            caption: caption.into(),
            columns,
            rows,
            empty,
            stacked: true,
            foot: None,
        }
    }

    /// Keeps the rows as rows on narrow screens and scrolls sideways instead: for figures
    /// that must be compared down a column.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.stacked = false;
        self
    }

    /// A row of sums.
    #[must_use]
    pub fn with_sum(mut self, foot: Row) -> Self {
        self.foot = Some(foot);
        self
    }

    /// Whether a cell stands in the corner of each row on a phone, where the first must leave it room.
    fn has_corner(&self) -> bool {
        self.columns.iter().any(|column| column.corner)
    }

    fn selects(&self) -> bool {
        self.rows.iter().any(|row| row.id.is_some())
    }
}

impl askama::filters::HtmlSafe for Cell {}
markup!(Table);
