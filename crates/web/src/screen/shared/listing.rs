//! The address of a list, read once: conditions, order, place, and whether to count to the end.

use axum::http::StatusCode;

use crate::component::{Count, EmptyState, FilterBar, Fragment, Link, Note, Pager, Sheet, Table};
use crate::filter::{CURSOR, Filter, FilterField};
use crate::gate::{Stop, Visit};
use crate::paging::{Cursor, Page};
use crate::problem::Problem;
use crate::text::Address;

/// The parameter that asks to count beyond the cap.
const COUNT_ALL: &str = "count";

/// One view of one list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Conditions and order.
    pub filter: Filter,
    /// The place in the list.
    pub cursor: Option<Cursor>,
    /// Whether to count all rows, however many.
    pub count_all: bool,
    path: Address,
    view: String,
}

impl Listing {
    /// Reads the query of this visit for the list at `path`.
    ///
    /// # Errors
    /// `PAGE-001` when the place belongs to another list or order.
    pub fn read(
        path: &'static str,
        fields: &'static [FilterField],
        columns: &'static [&'static str],
        visit: &Visit,
    ) -> Result<Self, Stop> {
        let pairs = visit.query().split('&');
        let (asked, rest): (Vec<&str>, Vec<&str>) =
            pairs.partition(|pair| pair.split('=').next() == Some(COUNT_ALL));
        let filter = Filter::parse(fields, columns, &rest.join("&"));
        let view = format!("{path}/{}", filter.sort().unwrap_or_default());
        let place = form_urlencoded::parse(visit.query().as_bytes()).find(|(key, _)| key == CURSOR);
        let cursor = match place {
            Some((_, text)) => Some(Cursor::decode(&view, &text).map_err(|error| lost(&error))?),
            None => None,
        };
        let path = Address::fixed(path);
        Ok(Self {
            filter,
            cursor,
            count_all: asked.contains(&"count=all"),
            path,
            view,
        })
    }

    /// The address of this view, the same for page and count.
    #[must_use]
    pub fn address(&self) -> Address {
        self.filter.address(&self.path)
    }

    /// How far to count.
    #[must_use]
    pub fn cap(&self) -> i64 {
        if self.count_all { i64::MAX } else { 1_001 }
    }

    /// The count as the foot says it.
    #[must_use]
    pub fn count(&self, counted: i64) -> Count {
        let counted = u64::try_from(counted).unwrap_or_default();
        if self.count_all || counted <= Count::CAP {
            return Count::Exact(counted);
        }
        let address = self.address();
        let glue = if address.as_str().contains('?') {
            '&'
        } else {
            '?'
        };
        let exact = Address::returning(&format!("{address}{glue}{COUNT_ALL}=all"));
        Count::MoreThan(Count::CAP, exact.unwrap_or(address))
    }

    /// How many rows the paper shows and of how many: it holds this one page of the list.
    #[must_use]
    pub fn on_paper(&self, shown: usize, counted: i64) -> String {
        if !self.filter.is_sound() {
            return "筛选条件没有看懂，没有查".to_owned();
        }
        let all = self.count(counted).words();
        match usize::try_from(counted) {
            Ok(counted) if counted == shown => all,
            _ => format!("本页 {shown} 条，{all}"),
        }
    }

    /// The foot of the list.
    #[must_use]
    pub fn pager<T>(&self, page: &Page<T>, counted: i64) -> Pager {
        let to = |cursor: &Option<Cursor>| {
            let cursor = cursor.as_ref()?.encode(&self.view);
            Some(self.filter.address_from(&self.path, Some(&cursor)))
        };
        Pager::new(self.count(counted), to(&page.previous), to(&page.next))
    }

    /// The status of the page: a list that was not read is no answer to what was asked.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.filter.is_sound() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// The content of the list and its foot. Where the conditions were not understood there is neither, since no
    /// rows were looked for: only the conditions, each with what is wrong in it.
    #[must_use]
    pub fn sheet(
        &self,
        (id, title): (&'static str, &'static str),
        (bar, table): (FilterBar, Table),
        foot: Pager,
    ) -> Sheet {
        if !self.filter.is_sound() {
            let unread = Note::warning(
                "筛选条件没有看懂，没有查，所以这里一条也不列。",
                "改好上面指出的条件再筛选，或点“清除”看全部。",
            );
            return Sheet::new(id, title, Fragment::join([bar.into(), unread.into()]));
        }
        let content = Fragment::join([bar.into(), table.into()]);
        Sheet::new(id, title, content).with_foot(foot)
    }

    /// What stands in the place of rows that the conditions exclude; `kind` names the rows.
    #[must_use]
    pub fn empty(&self, kind: &'static str) -> Option<EmptyState> {
        self.empty_with(kind, |_| None)
    }

    /// The same, saying how many rows each condition alone keeps away, where that is known.
    #[must_use]
    pub fn empty_with(
        &self,
        kind: &'static str,
        without: impl Fn(&str) -> Option<u64>,
    ) -> Option<EmptyState> {
        let conditions = self.filter.conditions();
        let drops: Vec<_> = conditions
            .map(|held| {
                let to = self.filter.without(held.name()).address(&self.path);
                let shown = without(held.name());
                (Link::new(format!("“{}”", held.words()), to), shown)
            })
            .collect();
        let clear = Link::new("清除全部条件", self.path.clone());
        (!drops.is_empty()).then(|| EmptyState::filtered(kind, drops, clear))
    }
}

fn lost(error: &crate::paging::CursorError) -> Stop {
    let words = error.to_string();
    let (code, sentence) = words
        .split_once(' ')
        .unwrap_or(("PAGE-001", words.as_str()));
    Stop::new(Problem::Unusable(crate::component::Refusal::new(
        code, sentence, "",
    )))
}
