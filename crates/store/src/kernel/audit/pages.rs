//! A table read page by page in the order of its key, whatever stands in it.
//!
//! The next page begins behind the key of the last row. Where that key holds a value of a kind its column does not
//! take, an engine that lets it stand would sort it elsewhere than a value bound for it; then the page begins behind
//! as many rows as were read, which the snapshot keeps in their order.

use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::value::{Kind, Row, Value};

/// The pages of one table.
pub(in crate::kernel) struct Pages {
    select: String,
    /// The columns of the order, which are the first of the query.
    order: String,
    kinds: Vec<Kind>,
    size: i64,
    read: i64,
    after: Option<Vec<Value>>,
}

impl Pages {
    /// Of `select`, whose first columns are `order`, so many rows at a time.
    pub(in crate::kernel) fn of(select: String, order: &[(&str, Kind)], size: i64) -> Self {
        let names: Vec<&str> = order.iter().map(|(name, _)| *name).collect();
        Self {
            select,
            order: names.join(", "),
            kinds: order.iter().map(|(_, kind)| *kind).collect(),
            size,
            read: 0,
            after: None,
        }
    }

    /// The next page; empty behind the last.
    pub(in crate::kernel) async fn next(
        &mut self,
        conn: &mut Conn,
    ) -> Result<Vec<Row>, StoreError> {
        let Self {
            select,
            order,
            size,
            read,
            ..
        } = &*self;
        let (beyond, behind, args) = match &self.after {
            Some(after) => {
                let marks: Vec<String> = (1..=after.len()).map(|at| format!("${at}")).collect();
                let beyond = format!(" WHERE ({order}) > ({})", marks.join(", "));
                (beyond, String::new(), after.clone())
            }
            None => (String::new(), format!(" OFFSET {read}"), Vec::new()),
        };
        let sql = format!("{select}{beyond} ORDER BY {order} LIMIT {size}{behind}");
        let page = conn.fetch(&sql, &args).await?;
        self.read += i64::try_from(page.len()).unwrap_or(i64::MAX);
        self.after = page.last().and_then(|last| {
            let key = &last.values()[..self.kinds.len()];
            let fits = key
                .iter()
                .zip(&self.kinds)
                .all(|(value, kind)| value.kind() == *kind);
            fits.then(|| key.to_vec())
        });
        Ok(page)
    }
}
